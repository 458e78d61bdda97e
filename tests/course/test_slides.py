"""The decks as files. Whether everything on a slide is seen is for tests/browser/test_slides.py."""

import re
import sys
import zipfile

import nbformat
import pytest
from bs4 import BeautifulSoup

from helpers.course import browser, slides
from helpers.course.environment import SetupProblem

DEAD = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "UV_HTTP_RETRIES": "0", "UV_NO_CACHE": "1"}


@pytest.mark.parametrize("path", slides.lessons(), ids=lambda path: path.stem)
def test_a_deck_holds_its_lesson_and_loads_from_its_folder_only(path):
    page = BeautifulSoup(slides.deck_of(path), "html.parser")
    loads = [tag.get("src") or tag.get("href") for tag in page.select("script, link, img, iframe, source, video")]
    assert loads
    assert [one for one in loads if not re.match(r"(reveal|images)/|deck\.(css|js)$|data:image/", one or "")] == []
    assert not re.search(r"mathjax|mermaid|require\.js|jquery|url\(|@import", str(page), re.IGNORECASE)
    shown = {tag["data-cell"] for tag in page.select("[data-cell]")}
    hidden = {"skip", "notes"}
    for cell in nbformat.read(path, 4).cells:
        kind, check = cell.metadata.slideshow.slide_type, "check" in cell.metadata.get("tags", [])
        assert (cell.id in shown) == (kind not in hidden and not check), cell.id
    assert "Solution " not in page.get_text()
    assert page.select("aside.notes")


def test_a_widget_is_its_twin_and_an_error_its_last_line():
    page = BeautifulSoup(slides.deck_of(slides.lessons()[3]), "html.parser")
    assert "KeyError" in page.select_one('[data-cell="by-position"] .output, .output:-soup-contains("KeyError")').text
    assert "vnd.jupyter.widget" not in str(page)
    assert page.select_one('[data-cell="explore"] .output pre').text.strip()


def test_without_a_network_the_first_use_says_what_is_missing_and_the_fix(monkeypatch, tmp_path):
    monkeypatch.setattr(slides, "VENV", tmp_path)
    for name, value in DEAD.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(
        SetupProblem, match=r"The slides need reveal\.js, which is fetched once.*Connect to the internet"
    ):
        slides.write(tmp_path / "slides")
    assert not (tmp_path / "slides").exists()
    assert list(tmp_path.glob("reveal*")) == [], "what is half there is never taken for the whole"


def test_a_reveal_that_is_not_the_pinned_one_is_refused(monkeypatch, tmp_path):
    wheel = tmp_path / "sphinx_revealjs-3.2.1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in slides.REVEAL_FILES:
            archive.writestr(f"sphinx_revealjs/_static/revealjs/{name}", "alert('not the one')")
        archive.writestr(
            "sphinx_revealjs-3.2.1.dist-info/METADATA", "Metadata-Version: 2.1\nName: sphinx-revealjs\nVersion: 3.2.1\n"
        )
        archive.writestr(
            "sphinx_revealjs-3.2.1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("sphinx_revealjs-3.2.1.dist-info/RECORD", "")
    monkeypatch.setattr(slides, "VENV", tmp_path / "venv")
    for name, value in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "UV_NO_CACHE": "1"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SetupProblem, match="arrived damaged"):
        slides.reveal()
    assert list((tmp_path / "venv").glob("reveal*")) == []


def test_the_handout_gives_no_solution_away(tmp_path):
    page = BeautifulSoup(slides.write_handout(tmp_path).read_text(encoding="utf-8"), "html.parser")
    assert [part["id"] for part in page.select("article")] == [path.stem for path in slides.lessons()]
    text = page.get_text()
    assert "For the presenter" not in text
    assert not re.search(r"(Solution|Hint) \d\d\.\d|Answer \d", text)
    for path in slides.lessons():
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "markdown" and cell.metadata.slideshow.slide_type == "skip":
                for solution in re.findall(r"```python\n(.*?)```", cell.source, re.DOTALL):
                    assert solution.strip() not in text, f"{path.name}, {cell.id}"
    anchors = {tag["id"] for tag in page.select("[id]")}
    assert {link["href"][1:] for link in page.select('a[href^="#"]')} <= anchors


def test_without_a_browser_the_handout_can_be_printed_by_hand(monkeypatch, tmp_path):
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    with pytest.raises(
        SetupProblem, match=r"handout\.html is written: open it in a browser and print it.*install Chromium"
    ):
        slides.print_pdf(tmp_path / "handout.html", tmp_path / "handout.pdf")


def test_a_browser_that_prints_nothing_is_told(monkeypatch, tmp_path):
    (tmp_path / "handout.pdf").write_text("the last one")
    monkeypatch.setattr(browser, "found", lambda: sys.executable)
    with pytest.raises(SetupProblem, match="could not print the handout"):
        slides.print_pdf(tmp_path / "handout.html", tmp_path / "handout.pdf")
    assert not (tmp_path / "handout.pdf").exists()
