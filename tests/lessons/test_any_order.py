"""Cells as learners run them: each twice in a row, and each first of all after a restart."""

import re
from itertools import chain, pairwise

import nbformat
import pytest
from nbclient import NotebookClient

from helpers.course import notebooks
from tests.gate import warm_kernels
from tests.lessons.guards import SITTING

LESSONS = [path for path in notebooks.paths() if path.stem != "template"]


NO_WAIT = """
import os
from dotenv import dotenv_values
from ipykernel.kernelapp import IPKernelApp
from tests.gate.warm_kernels import do_not_wait
do_not_wait(dotenv_values(os.environ["FOUNDRY_MOCK_ENV"]), IPKernelApp.instance())
"""


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_cells_run_twice_and_from_the_middle(path):
    notebook = nbformat.read(path, 4)
    forget, no_wait = nbformat.v4.new_code_cell("%reset -f"), nbformat.v4.new_code_cell(NO_WAIT)
    # what libraries hold is not looked through at each %reset
    freeze = nbformat.v4.new_code_cell("import gc\n\ngc.freeze()")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    later = list(_later_sittings(notebook))
    notebook.cells += [forget, no_wait, freeze]
    client = NotebookClient(
        notebook,
        timeout=60,
        kernel_name="python3",
        shutdown_kernel="immediate",
        extra_arguments=notebooks.FOR_A_LOG,
        allow_errors=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    with warm_kernels.used(), notebooks.offline() as environment, client.setup_kernel(env=environment):
        if not warm_kernels.WARM:  # a warm kernel does not wait as it is
            client.execute_cell(no_wait, 0)
            assert _error(no_wait) == ""
        for cell in code:
            for time in "first", "second":
                client.execute_cell(cell, 0)
                if "raises-exception" not in cell.metadata.get("tags", ()):
                    assert _error(cell) == "", f"{cell.id}, run the {time} time"
        client.execute_cell(forget, 0)
        client.execute_cell(freeze, 0)
        for sitting in later:
            client.execute_cell(forget, 0)
            for cell in sitting:
                client.execute_cell(cell, 0)
                if "raises-exception" not in cell.metadata.get("tags", ()):
                    assert _error(cell) == "", f"{cell.id}, with nothing of an earlier sitting but the first section"
        for cell in code:
            client.execute_cell(forget, 0)
            client.execute_cell(cell, 0)
            error = _error(cell)
            if "raises-exception" not in cell.metadata.get("tags", ()) or error.startswith("NameError"):
                assert error == "" or "is made in the cell" in _printed(cell), f"{cell.id}, run after a restart"


def _later_sittings(notebook):
    """The code cells of each sitting but the first, each time behind those of the lesson's first section."""
    sections, starts = [[]], []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            if re.match(SITTING, cell.source):
                starts.append(len(sections))
            sections.append([])
        elif cell.cell_type == "code":
            sections[-1].append(cell)
    for start, end in pairwise([*starts, len(sections)] if starts else []):
        yield [*sections[1], *chain.from_iterable(sections[start:end])]


def _error(cell) -> str:
    return "".join(f"{one.ename}: {one.evalue}" for one in cell.outputs if one.output_type == "error")


def _printed(cell) -> str:
    return "".join(one.text for one in cell.outputs if one.output_type == "stream")
