"""Each notebook exported to HTML is readable without kernel and network, and accessible."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from nbconvert import HTMLExporter

from helpers import notebooks

# JupyterLab's and nbconvert's own frame is not ours to judge; the content of the cells is.
CONTENT = {"include": [[".jp-Cell .jp-RenderedMarkdown"], [".jp-Cell .jp-OutputArea-output"]]}
# Colors and underlines come from JupyterLab's style sheet; the notebooks set none.
THEME = {"rules": {"link-in-text-block": {"enabled": False}, "color-contrast": {"enabled": False}}}


@pytest.fixture(params=notebooks.paths(), ids=lambda path: path.stem)
def page(request, browser, tmp_path):
    """The exported notebook, open in a browser that may load nothing but files."""
    html, _ = HTMLExporter(embed_images=True).from_filename(str(request.param))
    file = tmp_path / f"{request.param.stem}.html"
    file.write_text(html, encoding="utf-8")
    opened = browser.new_page()
    opened.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort())
    opened.goto(file.as_uri())
    yield opened
    opened.close()


def test_it_is_readable(page):
    assert page.locator("h1").count() == 1
    assert page.get_by_role("heading", name="Recap").count() == 1
    empty = page.evaluate(
        "() => [...document.querySelectorAll('.jp-OutputArea-output')].filter(o => !o.innerText.trim() && !o.querySelector('img')).length"
    )
    assert empty == 0, "an output shows nothing without a kernel"
    for picture in page.locator("img").all():
        assert len((picture.get_attribute("alt") or "").split()) >= 8
        assert picture.evaluate("image => image.complete && image.naturalWidth > 0")


def test_it_has_no_serious_accessibility_violation(page):
    found = Axe().run(page, context=CONTENT, options=THEME)
    serious = [
        f"{one['id']}: {one['help']} ({one['nodes'][0]['html'][:120]})"
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []
