"""Every notebook meets the guards (tests/guards.py), and together they form a course."""

import nbformat
import pytest

from helpers import notebooks, picture
from helpers.exercises import exercises_of
from tests import guards

PATHS = notebooks.paths()
LESSONS = [path for path in PATHS if path.stem != "template"]


@pytest.mark.parametrize("guard", guards.STORED + guards.WRITTEN, ids=lambda guard: guard.__name__)
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_guards(path, guard):
    found = guards.problems(path, guard)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_size_of_a_lesson(path):
    found = guards.problems(path, guards.size)
    assert not found, "\n".join(found)


def test_previous_and_next_form_a_chain():
    names = [path.name for path in LESSONS]
    for at, path in enumerate(LESSONS):
        first = nbformat.read(path, 4).cells[0].source
        if at > 0:
            assert f"]({names[at - 1]})" in first.partition("Previous: ")[2], f"{path.name}, cell title: Previous"
        if at + 1 < len(names):
            assert f"]({names[at + 1]})" in first.partition("Next: ")[2], f"{path.name}, cell title: Next"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_each_exercise_is_checked_by_the_file_of_its_lesson(path):
    cells = guards.code(nbformat.read(path, 4))
    numbers = [cell.metadata["exercise"] for cell in cells if "exercise" in guards.tags(cell)]
    assert numbers == exercises_of(path.stem[:2]), f"{path.name}: see helpers/exercises/lesson_{path.stem[:2]}.py"


def test_the_chat_app_stays_small():
    lesson = nbformat.read(notebooks.FOLDER / "11_build_a_chat_app.ipynb", 4)
    app = [cell.source for cell in lesson.cells if "app" in guards.tags(cell)]
    assert 50 < sum(len(source.splitlines()) for source in app) < 120


@pytest.mark.parametrize("lesson", picture.lessons())
def test_the_stored_picture_is_the_one_drawn(lesson):
    path = picture.path_of(lesson)
    assert path.read_bytes() == picture.picture(lesson).encode(), f"{path.name}: {guards.UPDATE}"


def test_there_is_no_picture_of_a_lesson_that_is_gone():
    stored = sorted(path.stem for path in picture.path_of("01").parent.glob("lesson_*.svg"))
    assert stored == [f"lesson_{lesson}" for lesson in picture.lessons()]


def test_a_picture_grows_and_marks_what_is_new():
    assert picture.lessons() == [path.stem[:2] for path in LESSONS[1:]]
    first, last = (picture.picture(lesson) for lesson in ("01", "12"))
    assert 'class="new"' not in first
    assert 'class="new"' in last
    assert "data-from" not in last
    assert "Azure Resource Manager" in last
    assert "Azure Resource Manager" not in first
