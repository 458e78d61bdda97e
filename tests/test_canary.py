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

CELLS = {
    "ask": "import requests\n\nfrom helpers import connect\n\nfoundry = connect()\nurl = f'{foundry.project_endpoint}/openai/v1/responses'\n"
    "body = {'model': foundry.model, 'input': 'What is an endpoint?'}\n"
    "print(requests.post(url, headers=foundry.headers(), json=body).json()['status'])",
    "tree": "from helpers import show_json\n\nshow_json({'quota': {'left': 7}})",
    "widget": "import ipywidgets\n\nipywidgets.IntSlider(value=3)",
    "text": "print('as stored')",
    "outside": "print('nothing sent')",
    "unrecorded": "print('nothing asked')",
    "warned": "print('no warning')",
}
# cell -> the source that is run in its place, while the stored outputs stay; and words of the rejection
CHANGED = {
    "tree": ("from helpers import show_json\n\nshow_json({'quota': {'left': 8}})", "mismatch 'application/json'"),
    "widget": ("import ipywidgets\n\nipywidgets.IntSlider(value=4)", "mismatch 'text/plain'"),
    "text": ("print('something else')", "mismatch 'stdout'"),
    "outside": ("import requests\n\nrequests.get('https://example.com')", "wants to reach example.com"),
    "unrecorded": (
        "reply = requests.post(url, headers=foundry.headers(), json={**body, 'input': 'Unheard of'})\n"
        "print(reply.json()['error']['message'])",
        "has no recording for this prompt",
    ),
    "warned": ("import warnings\n\nwarnings.warn('careful')\nprint('no warning')", "stderr"),
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
    """What the strict run of the gate says about the copies: one text for each, "" for a copy that passes."""
    folder = tmp_path_factory.mktemp("copies")
    copies = {name: copy.deepcopy(sound) for name in ("sound", "changed", "stripped", "unrun")}
    for name, (source, _) in CHANGED.items():
        _cell(copies["changed"], name).source = source
    for cell in copies["stripped"].cells:
        cell.outputs = []
    _cell(copies["unrun"], "text").execution_count = None
    for name, notebook in copies.items():
        nbformat.write(notebook, folder / f"{name}.ipynb")
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", *NBVAL, f"--rootdir={ROOT}", f"--junitxml={report}", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(notebooks.LOOPBACK_ONLY)}
    ran = subprocess.run(
        [*command, "--continue-on-collection-errors"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    said = dict.fromkeys(copies, "")
    for case in xml.parse(report).iter("testcase"):
        name = next(name for name in copies if name in case.get("classname", "") + case.get("name", ""))
        said[name] += "".join(found.text or found.get("message", "") for found in case)
    return said


def test_the_sound_notebook_passes(verdicts):
    assert verdicts["sound"] == ""


@pytest.mark.parametrize("cell", CHANGED)
def test_a_change_is_rejected_with_the_notebook_the_cell_and_the_reason(verdicts, cell):
    said = verdicts["changed"].partition(f"changed.ipynb, cell {cell}: ")[2].partition("changed.ipynb, cell ")[0]
    assert CHANGED[cell][1] in said
    assert "python3 -m helpers test --update" in said


def test_a_notebook_without_outputs_is_rejected(verdicts):
    assert "stripped.ipynb, cell text" in verdicts["stripped"]


def test_a_cell_that_was_not_run_is_rejected(verdicts):
    assert "the cells text were not run" in verdicts["unrun"]


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
        (guards.run_in_order, _broken(sound, "text", execution_count=None), "cell text: it was not run"),
        (
            guards.run_in_order,
            _broken(sound, "tree", execution_count=4),
            "cell tree: it was run as number 4, expected 2",
        ),
        (guards.no_secret, _broken(sound, "text", outputs=[said]), "cell text: something like an Azure key"),
        (guards.no_secret, _broken(sound, "text", outputs=[error]), "cell text: a token"),
        (guards.no_stray_error, _broken(sound, "text", outputs=[error]), "cell text: it ends in an error"),
        (guards.no_stray_error, _broken(sound, "text", outputs=[warned]), "cell text: it writes to stderr"),
        (guards.no_real_host, _broken(sound, "text", source="print('https://acme.openai.azure.com')"), "acme could be"),
        (guards.compared, _broken(sound, "text", metadata={"tags": ["nbval-ignore-output"]}), "needs the reason"),
        (guards.short_outputs, _broken(sound, "text", outputs=[{**said, "text": "x\n" * 41}]), "41 lines"),
        (guards.short_outputs, _broken(sound, "text", outputs=[{**said, "text": "/home/ada/course"}]), "names a path"),
        (guards.defined_before_used, _broken(sound, "ask", source="print(show_json)"), "which cell tree defines later"),
        (guards.valid, _broken(sound, "text", id="Cell 4"), "an id is lower-case words"),
    ):
        found = guards.problems(notebooks.FOLDER / "copy.ipynb", guard, nbformat.from_dict(broken))
        assert any(reason in sentence and sentence.startswith("copy.ipynb, ") for sentence in found), (reason, found)
        assert not guards.problems(notebooks.FOLDER / "copy.ipynb", guard, sound), guard


def test_a_broken_solution_is_rejected():
    lesson = nbformat.read(notebooks.FOLDER / "03_reading_the_response.ipynb", 4)
    for cell in lesson.cells:
        cell.source = cell.source.replace('"arguments"])["city"]', '"arguments"])')
    with_solutions(lesson)
    with notebooks.offline() as environment:
        assert marks(notebooks.execute(lesson, environment)) != [DONE] * 2
