"""``python3 -m helpers slides``: one deck per lesson and an index, which open from a disk with no network, and the handout.

nbconvert makes them, with the template in ``slides_template/``; reveal.js shows them. It comes out of a wheel, because the
package index, its mirror, proxy and certificates are what this machine has already been set up for; npm would ask for Node.
"""

import html
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from nbconvert.exporters import SlidesExporter

from helpers.course import browser, environment, notebooks
from helpers.course.environment import ROOT, VENV, SetupProblem

FOLDER = ROOT / "slides"
TEMPLATE = Path(__file__).parent / "slides_template"
PINNED = TEMPLATE / "requirements.txt"
REVEAL_FILES = ("dist/reveal.js", "dist/reveal.css", "plugin/notes/notes.js", "plugin/zoom/zoom.js", "LICENSE")
LIST = "<!-- decks -->"
NUMBERED = re.compile(r"\d\d_\w+\.ipynb")


def run(handout: bool) -> int:
    """Make the decks, or with ``handout`` the PDF for the room, in ``slides/``; returns 0. Raises SetupProblem."""
    if handout:
        pages = write_handout(FOLDER)
        print_pdf(pages, pages.with_suffix(".pdf"))
        print(f"The handout for the room is {FOLDER.name}/handout.pdf.")
        return 0
    made = write(FOLDER)
    print(f"{len(made)} decks are in {FOLDER.name}/. Open {FOLDER.name}/index.html in a browser; no network is needed.")
    return 0


def write(folder: Path) -> list[Path]:
    """Write every deck, the index and what they load into a folder; returns the decks. Raises SetupProblem when reveal.js
    cannot be had, or the folder cannot be written."""
    source = reveal()
    with _writing(folder):
        (folder / "reveal").mkdir(exist_ok=True)
        for name in REVEAL_FILES:
            shutil.copyfile(source / name, folder / "reveal" / Path(name).name)
        for name in ("deck.css", "deck.js"):
            shutil.copyfile(TEMPLATE / name, folder / name)
        decks = [folder / f"{path.stem}.html" for path in lessons()]
        for path, deck in zip(lessons(), decks, strict=True):
            deck.write_text(deck_of(path), encoding="utf-8")
        index = (TEMPLATE / "list.html").read_text(encoding="utf-8")
        (folder / "index.html").write_text(index.replace(LIST, _list("{}.html")), encoding="utf-8")
    return decks


def write_handout(folder: Path) -> Path:
    """Write the page that the handout is printed from, which any browser can print; returns it. Raises SetupProblem when the
    folder cannot be written."""
    with _writing(folder):
        shutil.copyfile(TEMPLATE / "handout.css", folder / "handout.css")
        page = (TEMPLATE / "handout.html").read_text(encoding="utf-8")
        parts = "\n".join(map(handout_of, lessons()))
        (folder / "handout.html").write_text(
            page.replace(LIST, _list("#{}")).replace("<!-- lessons -->", parts), encoding="utf-8"
        )
    return folder / "handout.html"


def print_pdf(page: Path, pdf: Path) -> None:
    """Print a page to a PDF with the browser of this machine. Raises SetupProblem, with what to do by hand."""
    by_hand = f"{page.relative_to(ROOT) if page.is_relative_to(ROOT) else page} is written: open it in a browser and print it to a PDF"
    if not (program := browser.found()):
        raise SetupProblem(f"{by_hand}, or install Chromium, Chrome or Edge and run this command again.")
    with tempfile.TemporaryDirectory(prefix="handout-", ignore_cleanup_errors=True) as profile:
        options = [
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
        ]
        if getattr(os, "geteuid", lambda: 1)() == 0:  # in a container root is the only user
            options.append("--no-sandbox")
        pdf.unlink(missing_ok=True)
        command = [program, *options, f"--user-data-dir={profile}", f"--print-to-pdf={pdf}", page.as_uri()]
        try:
            subprocess.run(command, capture_output=True, timeout=180)
        except (OSError, subprocess.TimeoutExpired):
            pdf.unlink(missing_ok=True)
    if not pdf.is_file():
        raise SetupProblem(f"{Path(program).name} could not print the handout. {by_hand}.")


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """A folder with the lessons' pictures, and a clear word where it cannot be written."""
    try:
        shutil.copytree(notebooks.FOLDER / "images", folder / "images", dirs_exist_ok=True)
        yield
    except OSError as error:
        raise SetupProblem(f"{folder} cannot be written: {error.strerror}. Make it writable.") from None


def lessons() -> list[Path]:
    """The notebooks that are lessons, in order."""
    return [path for path in notebooks.paths() if NUMBERED.fullmatch(path.name)]


def reveal() -> Path:
    """The folder with reveal.js, fetched the first time. Raises SetupProblem when it cannot be."""
    version = re.search(r"==(\S+)", PINNED.read_text(encoding="utf-8"))[1]
    kept = VENV / f"reveal-{version}"
    if not kept.is_dir():
        print("Fetching reveal.js, which the slides are shown with ...", flush=True)
        beside = VENV / "reveal.part"  # a download that is cut short is never taken for the whole
        shutil.rmtree(beside, ignore_errors=True)
        try:
            environment.fetch(PINNED, beside)
            (beside / "sphinx_revealjs" / "_static" / "revealjs").rename(kept)
        except SetupProblem as problem:
            raise SetupProblem(f"The slides need reveal.js, which is fetched once. {problem}") from None
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return kept


def title_of(notebook: nbformat.NotebookNode) -> str:
    """The heading of a lesson, as plain text."""
    return re.search(r"^# (.+)", notebook.cells[0].source, re.MULTILINE)[1].replace("`", "")


def deck_of(path: Path) -> str:
    """A lesson as the HTML of its deck."""
    return str(_led(_exported(path, "index.html.j2"), "{}.html"))


def handout_of(path: Path) -> str:
    """A lesson as a part of the handout: without notes, hints, solutions and the answers of the quiz."""
    part = _led(_exported(path, "handout.html.j2"), "#{}")
    for folded in part.select("details"):
        folded.decompose()
    return str(part)


def _exported(path: Path, template: str) -> BeautifulSoup:
    notebook = nbformat.read(path, 4)
    # of an exercise its task is shown; whether a check says "not done yet" is between the learner and the notebook
    notebook.cells = [cell for cell in notebook.cells if "check" not in cell.metadata.get("tags", [])]
    exporter = SlidesExporter(
        template_name=TEMPLATE.name, extra_template_basedirs=[str(TEMPLATE.parent)], template_file=template,
        exclude_anchor_links=True,
    )  # fmt: skip
    page, _ = exporter.from_notebook_node(notebook, {"title": title_of(notebook), "name": path.stem})
    return BeautifulSoup(page, "html.parser")


def _led(page: BeautifulSoup, lesson: str) -> BeautifulSoup:
    """The page with links that lead to the other lessons, or to the web in a window of its own. What else a notebook links
    to is not in the folder, so its name stays and the link goes."""
    for link in page.select("a[href]"):
        target = link["href"].partition("#")[0]
        if NUMBERED.fullmatch(target):
            link["href"] = lesson.format(target.removesuffix(".ipynb"))
        elif target.startswith("https:"):
            link["target"], link["rel"] = "_blank", "noopener"
        else:
            link.unwrap()
    return page


def _list(lesson: str) -> str:
    """The lessons as rows of a table, each with a link."""
    rows = []
    for path in lessons():
        notebook = nbformat.read(path, 4)
        minutes = re.search(r"([\d +]+) minutes", notebook.cells[0].source)
        title = f'<a href="{lesson.format(path.stem)}">{html.escape(title_of(notebook))}</a>'
        rows.append(
            f"<tr><td>{path.stem[:2]}</td><td>{title}</td><td>{minutes[1].strip() if minutes else ''} min</td></tr>"
        )
    return "\n".join(rows)
