"""Every notebook meets the guards (tests/lessons/guards.py), and together they form a course."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest

from helpers.course import notebooks, picture
from helpers.course.environment import ROOT
from helpers.exercises import exercises_of
from tests.lessons import guards, texts

PATHS = notebooks.paths()
LESSONS = [path for path in PATHS if path.stem != "template"]


@pytest.mark.parametrize("guard", guards.STORED + guards.WRITTEN, ids=lambda guard: guard.__name__)
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_guards(path, guard):
    found = guards.problems(path, guard)
    assert not found, "\n".join(found)


def test_the_spelling_of_each_cell(tmp_path):
    assert not misspelled(tmp_path, PATHS), "\n".join(misspelled(tmp_path, PATHS))


def misspelled(folder, paths) -> list[str]:
    """What codespell says about each cell and its output: they are laid out as files, so that it names the cell."""
    for path in paths:
        (folder / path.name).mkdir(exist_ok=True)
        for cell in nbformat.read(path, 4).cells:
            said = [
                output.get("text", output.get("data", {}).get("text/plain", "")) for output in cell.get("outputs", ())
            ]
            (folder / path.name / cell.id).write_text("\n".join([cell.source, *said]), encoding="utf-8")
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["codespell"]
    command = [sys.executable, "-m", "codespell_lib", "--ignore-regex", settings["ignore-regex"]]
    command += ["--ignore-words-list", settings["ignore-words-list"], "."]
    said = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8").stdout
    found = re.findall(r"^\./([^/]+)/([^:]+):(\d+): (.*)$", said, re.M)
    return [f"{notebook}, cell {cell}, line {line}: {fix}" for notebook, cell, line, fix in found]


def test_the_code_of_each_cell():
    assert not linted(PATHS), "\n".join(linted(PATHS))


def linted(paths) -> list[str]:
    """What ruff says about the code of notebooks: it counts cells, so their ids are looked up."""
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--output-format",
        "json",
        "--config",
        str(ROOT / "pyproject.toml"),
    ]
    said = subprocess.run([*command, *map(str, paths)], cwd=ROOT, capture_output=True, encoding="utf-8").stdout
    return [
        f"{Path(one['filename']).name}, cell {nbformat.read(one['filename'], 4).cells[one['cell'] - 1].id}, "
        f"line {one['location']['row']}: {one['code']} {one['message']}"
        for one in json.loads(said)
    ]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_size_of_a_lesson(path):
    found = guards.problems(path, guards.size)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_file_can_be_read(path):
    found = [f"{path.name}, {sentence}" for sentence in guards.readable(path)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_previous_and_next_form_a_chain(path):
    at = LESSONS.index(path)
    before = _link(LESSONS[at - 1]) if at else "none, this is the first lesson"
    after = _link(LESSONS[at + 1]) if at + 1 < len(LESSONS) else "none, this is the last lesson"
    first, *_, last = nbformat.read(path, 4).cells
    wanted = f"Previous: {before}. Next: {after}"
    assert wanted in first.source, f"{path.name}, cell {first.id}: expected {wanted!r}; mend the line"
    if not after.startswith("none"):
        assert after in last.source, f"{path.name}, cell {last.id}: expected a link {after}; mend it"


def in_the_table(readme: str, paths) -> list[str]:
    """What the README's table of the course says otherwise than the lessons do."""
    found = []
    rows = re.findall(r"^\| \[(.+?)\]\(notebooks/(\S+?)\) \|.*\| (\d+(?: \+ \d+)*) min \|$", readme, re.M)
    for path in paths:
        text = nbformat.read(path, 4).cells[0].source
        wanted = (
            f"{path.stem[:2]} {texts.headings_in(text)[0][1]}",
            path.name,
            re.search(guards.TIME, text)[1],
        )
        if rows.count(wanted) != 1:
            found.append(
                f"README.md: expected one row for {wanted[0]!r}, linked to {wanted[1]}, with {wanted[2]} min; mend the table"
            )
    names = {path.name for path in paths}
    here = [row[1] for row in rows if row[1] in names]
    if not found and here != sorted(here):
        found.append("README.md: the rows of the table are not in the order of the lessons; put them in order")
    return found + [
        f"README.md: the row {row[0]!r} is of no lesson; take it away" for row in rows if row[1] not in names
    ]


def test_the_table_of_the_readme_is_the_course():
    found = in_the_table((ROOT / "README.md").read_text(encoding="utf-8"), LESSONS)
    assert not found, "\n".join(found)


def out_of_place(files) -> list[str]:
    """Notebooks that no stage would look at: in another folder than notebooks/, or with another spelling of the ending."""
    return [
        f"{path}: a notebook lies in notebooks/, and its name ends in .ipynb; move it"
        for path in map(Path, files)
        if path.suffix.lower() == ".ipynb"
        and (path.parts[:-1] != ("notebooks",) or path.suffix != ".ipynb" or path.name[0] == ".")
    ]


def test_every_notebook_is_where_the_gate_looks():
    here = [
        path.relative_to(ROOT)
        for path in ROOT.rglob("*")
        if path.suffix.lower() == ".ipynb" and not OTHERS & set(path.parts)
    ]
    assert not out_of_place(here), "\n".join(out_of_place(here))
    assert not out_of_place(path.relative_to(ROOT) for path in texts.files())


OTHERS = {".venv", "node_modules", ".ipynb_checkpoints", ".git"}  # folders of other programs


def _link(path) -> str:
    _, title = texts.headings_in(nbformat.read(path, 4).cells[0].source)[0]
    return f"[{path.stem[:2]} {title}]({path.name})"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_each_exercise_is_checked_by_the_file_of_its_lesson(path):
    cells = guards.code(nbformat.read(path, 4))
    numbers = [cell.metadata["exercise"] for cell in cells if "exercise" in guards.tags(cell)]
    checked, file = exercises_of(path.stem[:2]), f"helpers/exercises/lesson_{path.stem[:2]}.py"
    assert numbers == checked, (
        f"{path.name} has the exercises {numbers}, and {file} checks {checked}; add the exercise, or take the check away"
    )


def test_the_chat_app_stays_small():
    lesson = nbformat.read(notebooks.FOLDER / "13_build_a_chat_app.ipynb", 4)
    app = [cell.source for cell in lesson.cells if "app" in guards.tags(cell)]
    assert 50 < sum(len(source.splitlines()) for source in app) < 180


@pytest.mark.parametrize("lesson", picture.lessons())
def test_the_stored_picture_is_the_one_drawn(lesson):
    path = picture.path_of(lesson)
    assert path.read_bytes() == picture.picture(lesson).encode(), f"{path.name}: {guards.UPDATE}"


def test_there_is_no_picture_of_a_lesson_that_is_gone():
    stored = sorted(path.stem for path in picture.path_of("01").parent.glob("lesson_*.svg"))
    assert stored == [f"lesson_{lesson}" for lesson in picture.lessons()]


def test_a_picture_grows_and_marks_what_is_new():
    assert picture.lessons() == [path.stem[:2] for path in LESSONS[1:]]
    first, last = (picture.picture(lesson) for lesson in ("01", "15"))
    assert 'class="new"' not in first
    assert 'class="new"' in last
    assert "data-from" not in last
    assert "Azure Resource Manager" in last
    assert "Azure Resource Manager" not in first


def test_the_regenerator_stores_what_was_printed_once():
    """A cell that varies is looked at before it is stored, and the kernel may have sent its text in several pieces."""
    cell = nbformat.v4.new_code_cell("print(1)", id="twice", metadata={"varies": "for a reason"})
    stored = nbformat.v4.new_notebook(cells=[cell])
    fresh = nbformat.from_dict(json.loads(json.dumps(stored)))
    fresh.cells[0].outputs = [nbformat.v4.new_output("stream", name="stdout", text=text) for text in ("one\n", "two\n")]
    text = notebooks.updated(stored, fresh)
    assert "".join(json.loads(text)["cells"][0]["outputs"][0]["text"]) == "one\ntwo\n"
