"""The gate can go red: each broken copy of a small notebook is rejected, and for the right reason."""

import copy
import os
import subprocess
import sys
import xml.etree.ElementTree as xml

import nbformat
import pytest

from helpers import notebooks
from helpers.environment import ROOT
from helpers.exercises import DONE
from helpers.gate import NBVAL
from tests import guards
from tests.test_exercises import marks, with_solutions

pytestmark = pytest.mark.xdist_group("canary")  # the copies are run once

CELLS = {
    "ask": "import requests\n\nfrom helpers import connect\n\nfoundry = connect()\nurl = f'{foundry.project_endpoint}/openai/v1/responses'\n"
    "body = {'model': foundry.model, 'input': 'What is an endpoint?'}\n"
    "print(requests.post(url, headers=foundry.headers(), json=body).json()['status'])",
    "tree": "from helpers import show_json\n\nshow_json({'quota': {'left': 7}})",
    "widget": "import ipywidgets\n\nipywidgets.IntSlider(value=3)",
    "last": "print('the end')",
}
# name -> (cell, source that is run in its place; the stored outputs stay), and words of the rejection
CHANGED = {
    "text": ("last", "print('another end')", "mismatch 'stdout'"),
    "json": (
        "tree",
        "from helpers import show_json\n\nshow_json({'quota': {'left': 8}})",
        "mismatch 'application/json'",
    ),
    "widget": ("widget", "import ipywidgets\n\nipywidgets.IntSlider(value=4)", "mismatch 'text/plain'"),
    "outside": ("last", "import requests\nrequests.get('https://example.com')", "wants to reach example.com"),
    "unrecorded": (
        "last",
        "print(requests.post(url, headers=foundry.headers(), json={**body, 'input': 'Unheard of'}).json()['error']['message'])",
        "has no recording for this prompt",
    ),
    "warning": ("last", "import warnings\n\nwarnings.warn('careful')\nprint('the end')", "stderr"),
}


@pytest.fixture(scope="module")
def sound():
    """A small notebook as the regenerator stores it."""
    notebook = nbformat.v4.new_notebook()
    for name, source in CELLS.items():
        cell = nbformat.v4.new_code_cell(source)
        cell.id = name
        notebook.cells.append(cell)
    with notebooks.offline() as environment:
        return nbformat.reads(notebooks.normalized(notebooks.execute(notebook, environment)), 4)


def _cell(notebook, name):
    return next(cell for cell in notebook.cells if cell.id == name)


@pytest.fixture(scope="module")
def verdicts(sound, tmp_path_factory):
    """What the strict run of the gate says about each copy: name -> text of its failures, "" for none."""
    folder = tmp_path_factory.mktemp("copies")
    copies = {"sound": sound}
    for name, (cell, source, _) in CHANGED.items():
        copies[name] = copy.deepcopy(sound)
        _cell(copies[name], cell).source = source
    copies["stripped"], copies["unrun"] = copy.deepcopy(sound), copy.deepcopy(sound)
    for cell in copies["stripped"].cells:
        cell.outputs = []
    _cell(copies["unrun"], "last").execution_count = None
    for name, notebook in copies.items():
        nbformat.write(notebook, folder / f"{name}.ipynb")
    report = folder / "report.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "2",
        "--dist",
        "loadfile",
        *NBVAL,
        f"--junitxml={report}",
        str(folder),
    ]
    environment = {**os.environ, "PYTHONPATH": str(notebooks.LOOPBACK_ONLY)}
    ran = subprocess.run(
        [*command, f"--rootdir={ROOT}"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    said = dict.fromkeys(copies, "")
    for case in xml.parse(report).iter("testcase"):
        name = next(name for name in copies if f"{name}" in case.get("classname", "") + case.get("name", ""))
        said[name] += "".join(
            found.get("message", "") + (found.text or "") for found in case if found.tag in ("failure", "error")
        )
    return said


def test_the_sound_notebook_passes(verdicts):
    assert verdicts["sound"] == ""


@pytest.mark.parametrize("name", CHANGED)
def test_a_change_is_rejected_with_the_notebook_the_cell_and_the_reason(verdicts, name):
    cell, _, reason = CHANGED[name]
    assert reason in verdicts[name]
    assert f"{name}.ipynb, cell {cell}" in verdicts[name]
    assert guards.UPDATE.removeprefix("run: ") in verdicts[name]


def test_a_notebook_without_outputs_is_rejected(verdicts):
    assert "stripped.ipynb, cell" in verdicts["stripped"]


def test_a_cell_that_was_not_run_is_rejected(verdicts, sound):
    assert "the cells last were not run" in verdicts["unrun"]


def _broken(sound, name, **changes):
    broken = copy.deepcopy(sound)
    _cell(broken, name).update(changes)
    return broken


def test_the_guards_reject_what_a_run_cannot_see(sound):
    key = "".join(f"{number % 16:x}" for number in range(7, 7 * 33, 7))
    error = nbformat.v4.new_output(
        "error", ename="E", evalue="x", traceback=[f"Authorization: Bearer eyJ{'a1' * 10}.{'b2' * 10}.c"]
    )
    said = nbformat.v4.new_output("stream", name="stdout", text=f"key {key}")
    warned = nbformat.v4.new_output("stream", name="stderr", text="careful")
    for guard, broken, reason in (
        (guards.run_in_order, _broken(sound, "last", execution_count=None), "cell last: it was not run"),
        (
            guards.run_in_order,
            _broken(sound, "tree", execution_count=4),
            "cell tree: it was run as number 4, expected 2",
        ),
        (guards.no_secret, _broken(sound, "last", outputs=[said]), "cell last: something like an Azure key"),
        (guards.no_secret, _broken(sound, "last", outputs=[error]), "cell last: a token"),
        (guards.no_stray_error, _broken(sound, "last", outputs=[error]), "cell last: it ends in an error"),
        (guards.no_stray_error, _broken(sound, "last", outputs=[warned]), "cell last: it writes to stderr"),
        (guards.no_real_host, _broken(sound, "last", source="print('https://acme.openai.azure.com')"), "acme could be"),
        (guards.compared, _broken(sound, "last", metadata={"tags": ["nbval-ignore-output"]}), "needs the reason"),
        (guards.short_outputs, _broken(sound, "last", outputs=[{**said, "text": "x\n" * 41}]), "41 lines"),
        (guards.short_outputs, _broken(sound, "last", outputs=[{**said, "text": "/home/ada/course"}]), "names a path"),
        (guards.defined_before_used, _broken(sound, "ask", source="print(show_json)"), "which cell tree defines later"),
        (guards.valid, _broken(sound, "last", id="Cell 4"), "an id is lower-case words"),
    ):
        found = guards.problems(notebooks.FOLDER / "copy.ipynb", guard, nbformat.from_dict(broken))
        assert any(reason in sentence and sentence.startswith("copy.ipynb, ") for sentence in found), (reason, found)
        assert not guards.problems(notebooks.FOLDER / "copy.ipynb", guard, sound), guard


def test_a_broken_solution_is_rejected():
    lesson = nbformat.read(notebooks.FOLDER / "01_what_is_an_endpoint.ipynb", 4)
    for cell in lesson.cells:
        cell.source = cell.source.replace('"deployment": "support-bot"', '"deployment": "support"')
    with_solutions(lesson)
    with notebooks.offline() as environment:
        assert marks(notebooks.execute(lesson, environment)) != [DONE] * 3
