"""``python3 -m helpers slides``: one deck per lesson and an index, which open from a disk with no network, and the handout.

nbconvert makes them, with the template in ``slides_template/``; reveal.js shows them. It comes out of a wheel, because the
package index, its mirror, proxy and certificates are what this machine has already been set up for; npm would ask for Node.
"""

import html
import re
import shutil
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from nbconvert.exporters import SlidesExporter

from helpers.course import environment, notebooks
from helpers.course.environment import ROOT, VENV, SetupProblem

FOLDER = ROOT / "slides"
TEMPLATE = Path(__file__).parent / "slides_template"
PINNED = TEMPLATE / "requirements.txt"
REVEAL_FILES = ("dist/reveal.js", "dist/reveal.css", "plugin/notes/notes.js", "plugin/zoom/zoom.js", "LICENSE")
NUMBERED = re.compile(r"\d\d_\w+\.ipynb")


def run(handout: bool) -> int:
    """Make the decks, or with ``handout`` the PDF for the room, in ``slides/``; returns 0. Raises SetupProblem."""
    if handout:
        raise NotImplementedError
    made = write(FOLDER)
    print(f"{len(made)} decks are in {FOLDER.name}/. Open {FOLDER.name}/index.html in a browser; no network is needed.")
    return 0


def write(folder: Path) -> list[Path]:
    """Write every deck, the index and what they load into a folder; returns the decks. Raises SetupProblem when reveal.js
    cannot be had, or the folder cannot be written."""
    source = reveal()
    try:
        (folder / "reveal").mkdir(parents=True, exist_ok=True)
        for name in REVEAL_FILES:
            shutil.copyfile(source / name, folder / "reveal" / Path(name).name)
        for name in ("deck.css", "deck.js"):
            shutil.copyfile(TEMPLATE / name, folder / name)
        shutil.copytree(notebooks.FOLDER / "images", folder / "images", dirs_exist_ok=True)
        decks = [folder / f"{path.stem}.html" for path in lessons()]
        for path, deck in zip(lessons(), decks, strict=True):
            deck.write_text(deck_of(path), encoding="utf-8")
        (folder / "index.html").write_text(index(), encoding="utf-8")
    except OSError as error:
        raise SetupProblem(f"The decks cannot be written to {folder}: {error.strerror}. Make it writable.") from None
    return decks


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
    return _leading_inside(_exported(path, "index.html.j2"))


def _exported(path: Path, template: str) -> str:
    notebook = nbformat.read(path, 4)
    # on a slide an exercise is its task; whether a check says "not done yet" is between the learner and the notebook
    notebook.cells = [cell for cell in notebook.cells if "check" not in cell.metadata.get("tags", [])]
    exporter = SlidesExporter(
        template_name=TEMPLATE.name, extra_template_basedirs=[str(TEMPLATE.parent)], template_file=template,
        exclude_anchor_links=True,
    )  # fmt: skip
    page, _ = exporter.from_notebook_node(notebook, {"title": title_of(notebook), "name": path.stem})
    return page


def _leading_inside(page: str) -> str:
    """The page with links that lead to the other decks, or to the web in a window of its own. What else a notebook links to
    is not in the folder, so its name stays and the link goes."""
    soup = BeautifulSoup(page, "html.parser")
    for link in soup.select("a[href]"):
        target = link["href"].partition("#")[0]
        if NUMBERED.fullmatch(target):
            link["href"] = target.removesuffix("ipynb") + "html"
        elif target.startswith("https:"):
            link["target"], link["rel"] = "_blank", "noopener"
        else:
            link.unwrap()
    return str(soup)


def index() -> str:
    """The page that lists the decks."""
    rows = []
    for path in lessons():
        notebook = nbformat.read(path, 4)
        minutes = re.search(r"(\d+) minutes", notebook.cells[0].source)
        rows.append(
            f'<tr><td>{path.stem[:2]}</td><td><a href="{path.stem}.html">{html.escape(title_of(notebook))}</a></td>'
            f"<td>{minutes[1] if minutes else ''} min</td></tr>"
        )
    return (TEMPLATE / "list.html").read_text(encoding="utf-8").replace("<!-- decks -->", "\n".join(rows))
