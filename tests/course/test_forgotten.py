"""Somebody goes on in the middle of a lesson after a restart: the NameError says which cell to run."""

import nbformat
import pytest

from helpers.course import forgotten


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """A folder with a lesson of these cells: text with a heading is Markdown."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)

    def write(*texts: str, name: str = "lesson.ipynb") -> None:
        new = {True: nbformat.v4.new_markdown_cell, False: nbformat.v4.new_code_cell}
        cells = [new[text.startswith("#")](text) for text in texts]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / name)

    return write


@pytest.mark.parametrize(
    "makes",
    [
        "data = 1",
        "import data",
        "from x import y as data",
        "def data():\n    pass",
        "class data:\n    pass",
        "for data in []:\n    pass",
        "with open('x') as data:\n    pass",
        "async def f():\n    pass\ndata = await f()",
        "(data := 3)",
    ],
)
def test_the_cell_that_makes_a_name_is_told_by_its_heading_and_first_line(lesson, makes):
    lesson("## Other", "x = 1", "## The data\n\nText.", makes, "## After", "print(data)")
    said = forgotten.where("data", "print(data)")
    assert f'under "The data" that begins with: {makes.splitlines()[0]}\n' in said
    assert said.endswith("Run All Above Selected Cell.\n")


def test_the_nearest_cell_above_is_told_and_none_below(lesson):
    lesson("data = 'first'", "data = 'second'", "print(data)", "data = 'third'")
    assert "data = 'second'" in forgotten.where("data", "print(data)")
    assert forgotten.where("data", "data = 'first'") == ""


@pytest.mark.parametrize("cell", ["def f():\n    data = 1", "print(data)", "%%bash\ndata=1", "x = data", "data.x = 1"])
def test_a_cell_that_only_uses_a_name_does_not_make_it(lesson, cell):
    lesson(cell, "data")
    assert forgotten.where("data", "data") == ""


def test_jupyters_word_on_the_notebook_counts_even_for_a_cell_that_was_edited(lesson, tmp_path, monkeypatch):
    lesson("data = 'other'", "data", name="a.ipynb")
    lesson("data = 'mine'", "print(data)", "data = 'later'", name="b.ipynb")
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "b.ipynb"))
    assert "'mine'" in forgotten.where("data", "data  # edited, and not saved")


@pytest.mark.parametrize("content", ["no JSON", "{}", "[]", '{"cells": [{}]}', '{"cells": 3}'])
def test_a_notebook_that_is_none_is_passed_over(tmp_path, monkeypatch, content, capsys):
    (tmp_path / "broken.ipynb").write_text(content)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)

    class Ran:
        error_in_exec = NameError("name 'data' is not defined", name="data")
        info = type("Info", (), {"raw_cell": "data"})

    forgotten._told(Ran)
    assert capsys.readouterr().out == ""


def test_a_name_behind_as_is_told_as_that():
    ran = ["", "caught = ...", "try:\n    1 / 0\nexcept ZeroDivisionError as caught:\n    pass"]
    assert "gone when that block ends" in forgotten.gone("caught", ran)
    assert forgotten.gone("caught", ran[:2]) == forgotten.gone("other", ran) == ""
