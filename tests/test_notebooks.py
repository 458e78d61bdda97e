"""What every notebook must have: the parts that can be checked of how this course writes a lesson."""

import re
import statistics
from itertools import pairwise

import nbformat
import pytest

from helpers import notebooks, picture
from helpers.environment import ROOT

PATHS = notebooks.paths()
LESSONS = [path for path in PATHS if path.stem != "template"]
SLIDES = {"slide", "subslide", "fragment", "skip", "notes", "-"}


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, 4)


def _code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _prose(notebook) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def _lines(cell) -> int:
    return sum(bool(line.strip()) for line in cell.source.splitlines())


def test_it_is_a_valid_notebook_with_ids_a_person_can_read(notebook):
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", one) for one in ids)
    assert "widgets" not in notebook.metadata


def test_it_was_run_from_top_to_bottom(notebook):
    counts = [cell.execution_count for cell in _code(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_no_error_and_no_warning_that_was_not_meant(notebook):
    for cell in _code(notebook):
        kinds = {output.output_type for output in cell.outputs}
        assert ("error" in kinds) == ("raises-exception" in cell.metadata.get("tags", [])), cell.id
        assert not any(output.get("name") == "stderr" for output in cell.outputs), cell.id


def test_outputs_are_short_and_hold_nothing_of_this_machine(notebook):
    for cell in _code(notebook):
        for output in cell.outputs:
            text = output.get("text") or output.get("evalue") or output.get("data", {}).get("text/plain", "")
            assert len(text.splitlines()) <= 40, cell.id
            assert len(str(output)) < 20_000, cell.id
            assert str(ROOT) not in str(output), cell.id
            assert not re.search(r"/home/|/Users/|/tmp/|C:\\", str(output)), cell.id


def test_no_secret_anywhere(notebook):
    text = nbformat.writes(notebook)
    assert not re.search(r"eyJ[A-Za-z0-9_-]{10,}\.", text), "a token"
    assert not re.search(r"offline-mock-key-[0-9a-f]{8}", text), "a key of the mock"
    assert not re.search(r"\b[0-9a-f]{32}\b", text), "something like a key"


def test_headings(notebook):
    levels = [
        len(found) for found in re.findall(r"^(#+) ", re.sub(r"```.*?```", "", _prose(notebook), flags=re.S), re.M)
    ]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_parts_of_a_lesson(notebook):
    first = notebook.cells[0].source
    assert "| Prerequisites | Time |" in first
    assert "minutes |" in first
    objectives = re.findall(r"^\d\. ", first, re.M)
    assert 3 <= len(objectives) <= 5
    assert "Previous: " in first
    assert "Next: " in first
    code = [at for at, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.outputs]
    assert code[0] < 5, "the first visible result comes within five cells"
    recap = next(cell.source for cell in notebook.cells if cell.source.startswith("## Recap"))
    assert len(re.findall(r"^\d\. \*", recap, re.M)) == len(objectives), "the recap answers each objective"
    quiz = next(cell.source for cell in notebook.cells if cell.source.startswith("## Quiz"))
    assert re.findall(r"<summary>Answer (\d)</summary>", quiz) == ["1", "2", "3"]
    assert notebook.cells[-1].source.startswith("## Next")


def test_each_code_cell_has_prose_before_it_except_the_second_half_of_a_pair(notebook):
    for before, cell in pairwise(notebook.cells):
        if cell.cell_type == "code" and before.cell_type == "code":
            assert "check" in cell.metadata.get("tags", []), cell.id


def test_slides(notebook):
    kinds = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in notebook.cells]
    assert set(kinds) <= SLIDES
    assert kinds[0] == "slide"
    assert "notes" in kinds


def test_pictures_are_described_and_links_lead_somewhere(notebook):
    prose = _prose(notebook)
    for description, target in re.findall(r"!\[(.*?)\]\((.*?)\)", prose, re.S):
        assert len(description.split()) >= 8, target
        assert (notebooks.FOLDER / target).is_file(), target
    for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)]+)\)", prose):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = notebooks.FOLDER / path
        assert file.is_file(), target
        if anchor:
            titles = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.M)
            anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
            assert anchor in anchors, target


def test_it_says_mock_and_uses_plain_words(notebook):
    prose = re.sub(r"```.*?```|`[^`]*`", "", _prose(notebook), flags=re.S).lower()
    for word in ("fake", "simply", "easily", "powerful", "leverage", "seamless", "dive in", "module"):
        assert not re.search(rf"\b{word}\b", prose), word
    assert "services.ai.azure.com" not in prose


def sizes(path):
    """Cells, words of Markdown, and of the lines per code cell the median, the 90th percentile and the most."""
    notebook = nbformat.read(path, 4)
    lines = sorted(_lines(cell) for cell in _code(notebook))
    words = sum(len(cell.source.split()) for cell in notebook.cells if cell.cell_type == "markdown")
    return len(notebook.cells), words, statistics.median(lines), lines[int(len(lines) * 0.9)], lines[-1]


def varying(path):
    """(cell id, reason) of the cells whose output is not compared."""
    return [(cell.id, cell.metadata["varies"]) for cell in nbformat.read(path, 4).cells if "varies" in cell.metadata]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_size_of_a_lesson(path):
    cells, words, median, tenth, most = sizes(path)
    assert 25 <= cells <= 40
    assert 500 <= words <= 900
    assert median <= 5
    assert tenth <= 12
    assert most <= 25


def test_output_is_compared_unless_the_metadata_say_why_it_varies(notebook):
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        assert ("nbval-ignore-output" in tags) == bool(cell.metadata.get("varies")), cell.id
        assert not tags & {"nbval-skip", "nbval-raises-exception"}, cell.id
        assert "NBVAL" not in cell.source, cell.id


def test_the_chat_app_stays_small():
    lesson = nbformat.read(notebooks.FOLDER / "11_build_a_chat_app.ipynb", 4)
    app = [cell.source for cell in lesson.cells if "app" in cell.metadata.get("tags", [])]
    assert 50 < sum(len(source.splitlines()) for source in app) < 120


def test_a_picture_has_a_description_for_each_lesson_and_only_marks_what_is_new():
    assert picture.lessons() == [path.stem[:2] for path in LESSONS[1:]]
    first, last = (picture.picture(lesson) for lesson in (picture.lessons()[0], picture.lessons()[-1]))
    assert 'class="new"' not in first
    assert 'class="new"' in last
    assert "data-from" not in last
    assert "Azure Resource Manager" in last
    assert "Azure Resource Manager" not in first


def test_previous_and_next_form_a_chain():
    names = [path.name for path in LESSONS]
    for at, path in enumerate(LESSONS):
        first = nbformat.read(path, 4).cells[0].source
        if at > 0:
            assert f"]({names[at - 1]})" in first.partition("Previous: ")[2]
        if at + 1 < len(names):
            assert f"]({names[at + 1]})" in first.partition("Next: ")[2]
