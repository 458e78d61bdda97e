"""Each notebook exported to HTML is readable without kernel and network, and accessible."""

import pytest
from nbconvert import HTMLExporter

from helpers.course import notebooks
from tests.browser.conftest import violations

# nbconvert's own frame is not ours to judge; the content of the cells is.
CONTENT = [".jp-Cell .jp-RenderedMarkdown", ".jp-Cell .jp-OutputArea-output"]


@pytest.fixture(scope="module", params=notebooks.paths(), ids=lambda path: path.stem)
def page(request, browser, tmp_path_factory):
    """The exported notebook, open in a browser that may load nothing but files."""
    html, _ = HTMLExporter(embed_images=True).from_filename(str(request.param))
    file = tmp_path_factory.mktemp("export") / f"{request.param.stem}.html"
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
    # nbconvert's style sheet does not underline links; JupyterLab's does
    assert violations(page, CONTENT, {"link-in-text-block": {"enabled": False}}) == []
