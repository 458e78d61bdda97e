"""The gate can go red: each broken copy of a small notebook is rejected, and for the right reason."""

import copy
import os
import subprocess
import sys
import textwrap
import xml.etree.ElementTree as xml

import nbformat
import pytest

from helpers import notebooks
from helpers.environment import ROOT
from helpers.exercises import DONE
from helpers.gate import PYTEST, STRICT
from tests import guards
from tests.test_exercises import marks, with_solutions

CELLS = {
    "ask": "import requests\n\nfrom helpers import connect\n\nfoundry = connect()\nurl = f'{foundry.project_endpoint}/openai/v1/responses'\n"
    "body = {'model': foundry.model, 'input': 'What is an endpoint?'}\n"
    "print(requests.post(url, headers=foundry.headers(), json=body).json()['status'])",
    "tree": "from helpers import show_json\n\nshow_json({'quota': {'left': 7}})",
    "widget": "import ipywidgets\n\nipywidgets.IntSlider(value=3)",
    "shows": "handle = display(1, display_id=True)",
    "text": "print('as stored')",
    "outside": "print('nothing sent')",
    "silent": "print('nothing sent')",
    "unrecorded": "print('nothing asked')",
    "warned": "print('no warning')",
    "updates": "print('no update')",
}
UPDATE = "If the new output is right, run: python3 -m helpers test --update"
HERE = "Send to the address that connect() gives."
# cell -> the source that is run in its place, while the stored outputs stay; and words of the rejection
CHANGED = {
    "tree": (
        "from helpers import show_json\n\nshow_json({'quota': {'left': 8}})",
        "mismatch 'application/json'",
        UPDATE,
    ),
    "widget": ("import ipywidgets\n\nipywidgets.IntSlider(value=4)", "mismatch 'text/plain'", UPDATE),
    "text": ("print('something else')", "mismatch 'stdout'", UPDATE),
    "outside": ("import requests\n\nrequests.get('https://example.com')", "it wants to reach example.com, ", HERE),
    "silent": (
        "import contextlib, requests\n\nwith contextlib.suppress(Exception):\n    requests.get('https://example.com')\n"
        "print('nothing sent')",
        "it wants to reach example.com, ",
        HERE,
    ),
    "unrecorded": (
        "reply = requests.post(url, headers=foundry.headers(), json={**body, 'input': 'Unheard of'})\n"
        "print(reply.json()['error']['message'])",
        "has no recording for this prompt",
        UPDATE,
    ),
    "updates": ("handle.update(1)\nprint('no update')", "It updates what cell shows shows", UPDATE),
    "warned": ("import warnings\n\nwarnings.warn('careful')\nprint('no warning')", "stderr", UPDATE),
}


# What nbval by itself, or a kernel that was forked, could get wrong: a cold kernel's outputs are stored, and must pass.
DELICATE = {
    "cleared": "from IPython.display import clear_output\n\nprint('first')\nclear_output()\nprint('second')",
    "cleared-late": "print('first')\nclear_output(wait=True)\nprint('second')",
    "updated": "from IPython.display import display\n\nshown = display('first', display_id=True)\nprint('between')\n"
    "shown = display('third', display_id=shown.display_id)\nshown.update('second')",
    "mixed": "import sys\n\nprint('one')\ndisplay({'two': 2})\nprint('three')\nprint('four', file=sys.stdout)",
    "failing": "1 / 0",
    "result": "'counted'",
    "plot": "from matplotlib import pyplot as plt\n\n_ = plt.plot([1, 3, 2])",
    "awaited": "import asyncio\n\nawait asyncio.sleep(0)\nprint('awaited')",
    "azure-async": """
        from azure.ai.projects.aio import AIProjectClient
        from azure.identity.aio import DefaultAzureCredential

        async with DefaultAzureCredential() as credential, AIProjectClient(foundry.project_endpoint, credential) as project:
            print([deployment.name async for deployment in project.deployments.list()][0])
        """,
    "openai-async": """
        from openai import AsyncOpenAI

        async with AsyncOpenAI(base_url=f"{foundry.resource_endpoint}/openai/v1", api_key=foundry.api_key) as client:
            print((await client.responses.create(model=foundry.model, input="What is an endpoint?")).status)
        """,
}
# What a kernel of the gate does only: waiting would take a quarter of an hour, and a cell may take a minute.
PATIENT = {
    "slept": "import time\n\ntime.sleep(900)\nawait asyncio.sleep(60)",
    "quota": """
        import requests

        chat = {"model": "course-chat", "messages": [{"role": "user", "content": "What is an endpoint?"}]}
        url = f"{foundry.resource_endpoint}/openai/v1/chat/completions"


        def status():
            return requests.post(url, headers=foundry.headers(), json=chat).status_code


        while status() != 429:
            pass
        print(status())
        time.sleep(2.1)
        print(status())
        """,
    "thread": """
        import threading

        start = time.perf_counter()
        thread = threading.Thread(target=time.sleep, args=[0.3])
        thread.start()
        thread.join()
        print(time.perf_counter() - start >= 0.3)
        """,
    "process": "import os\n\nprint(os.getpgid(0) == os.getpid() != os.getppid())",
}
PATIENT_SAYS = {"quota": "429\n200\n", "thread": "True\n", "process": "True\n"}


def _notebook(cells):
    notebook = nbformat.v4.new_notebook()
    for count, (name, source) in enumerate(cells.items(), 1):
        cell = nbformat.v4.new_code_cell(textwrap.dedent(source).strip(), execution_count=count, id=name)
        cell.metadata["tags"] = ["raises-exception"] if name == "failing" else []
        notebook.cells.append(cell)
    return notebook


def _stored(notebook):
    """The notebook as the regenerator stores it, after a run in a cold kernel."""
    with notebooks.offline() as environment:
        return nbformat.reads(notebooks.normalized(notebooks.execute(notebook, environment)), 4)


@pytest.fixture(scope="module")
def sound():
    return _stored(_notebook(CELLS | DELICATE))


@pytest.fixture(scope="module")
def small(sound):
    first = copy.deepcopy(sound)
    first.cells = first.cells[: len(CELLS)]
    return first


@pytest.fixture(scope="module")
def patient(sound):
    notebook = _notebook({name: (CELLS | DELICATE)[name] for name in ("ask", "awaited")} | PATIENT)
    for cell in notebook.cells:
        if cell.id in PATIENT:
            said = PATIENT_SAYS.get(cell.id)
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=said)] if said else []
        else:
            cell.outputs = _cell(sound, cell.id).outputs
    return nbformat.reads(notebooks.normalized(notebook), 4)


def _cell(notebook, name):
    return next(cell for cell in notebook.cells if cell.id == name)


@pytest.fixture(scope="module")
def verdicts(sound, small, patient, tmp_path_factory):
    """What the strict run of the gate says about the copies: one text for each, "" for a copy that passes."""
    folder = tmp_path_factory.mktemp("copies")
    copies = {"sound": sound} | ({"patient": patient} if sys.platform == "linux" else {})
    copies |= {name: copy.deepcopy(small) for name in ("changed", "stripped", "unrun", "edited")}
    for name, (source, *_) in CHANGED.items():
        _cell(copies["changed"], name).source = source
    for cell in copies["stripped"].cells:
        cell.outputs = []
    _cell(copies["unrun"], "text").execution_count = None
    _cell(copies["edited"], "text").execution_count = 12
    for name, notebook in copies.items():
        nbformat.write(notebook, folder / f"{name}.ipynb")
    report = folder / "report.xml"
    command = [*PYTEST, "-n0", *STRICT, f"--rootdir={ROOT}", f"--junitxml={report}", str(folder)]
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
    said: dict[str, str] = {}
    for case in xml.parse(report).iter("testcase"):
        name = next(name for name in copies if name in case.get("classname", "") + case.get("name", ""))
        said[name] = said.get(name, "") + "".join(found.text or found.get("message", "") for found in case)
    return said


def test_the_sound_notebook_passes(verdicts):
    assert verdicts["sound"] == ""


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are warm on Linux only")
def test_a_warm_kernel_does_not_wait(verdicts):
    assert verdicts["patient"] == ""


def test_the_names_that_are_built_on_are_there():
    import aiohttp
    from jupyter_client import BlockingKernelClient
    from jupyter_client.provisioning import local_provisioner
    from nbval.plugin import IPyNbCell, IPyNbFile

    for owner, names in (
        (IPyNbCell, ("runtest", "sanitize", "compare_outputs", "repr_failure")),
        (IPyNbFile, ("get_kernel_message", "collect", "setup", "teardown")),
        (BlockingKernelClient, ("wait_for_ready",)),
        (local_provisioner, ("launch_kernel",)),
        (aiohttp.connector._SSL_CONTEXT_VERIFIED, ("load_verify_locations",)),
    ):
        assert all(callable(getattr(owner, name)) for name in names), owner


@pytest.mark.parametrize("cell", CHANGED)
def test_a_change_is_rejected_with_the_notebook_the_cell_and_the_reason(verdicts, cell):
    _, reason, fix = CHANGED[cell]
    said = verdicts["changed"].partition(f"changed.ipynb, cell {cell}: ")[2].partition("changed.ipynb, cell ")[0]
    assert reason in said
    assert fix in said


def test_a_notebook_without_outputs_is_rejected(verdicts):
    assert "stripped.ipynb, cell text" in verdicts["stripped"]


def test_a_cell_that_was_not_run_is_rejected(verdicts):
    assert "the cells text were not run" in verdicts["unrun"]


def test_a_file_with_other_bytes_than_a_run_gives_is_rejected(verdicts):
    assert "edited.ipynb: --update would write other bytes. Cells that differ: text." in verdicts["edited"]


def _broken(small, name, **changes):
    broken = copy.deepcopy(small)
    _cell(broken, name).update(changes)
    return broken


def test_the_guards_reject_what_a_run_cannot_see(small):
    key = "".join(f"{number % 16:x}" for number in range(7, 7 * 33, 7))
    error = nbformat.v4.new_output(
        "error", ename="E", evalue="x", traceback=[f"Authorization: Bearer eyJ{'a1' * 10}.{'b2' * 10}.c"]
    )
    said = nbformat.v4.new_output("stream", name="stdout", text=f"key {key}")
    warned = nbformat.v4.new_output("stream", name="stderr", text="careful")
    for guard, broken, reason in (
        (guards.run_in_order, _broken(small, "text", execution_count=None), "cell text: it was not run"),
        (
            guards.run_in_order,
            _broken(small, "tree", execution_count=4),
            "cell tree: it was run as number 4, expected 2",
        ),
        (guards.no_secret, _broken(small, "text", outputs=[said]), "cell text: something like an Azure key"),
        (guards.no_secret, _broken(small, "text", outputs=[error]), "cell text: a token"),
        (guards.no_stray_error, _broken(small, "text", outputs=[error]), "cell text: it ends in an error"),
        (guards.no_stray_error, _broken(small, "text", outputs=[warned]), "cell text: it writes to stderr"),
        (guards.no_real_host, _broken(small, "text", source="print('https://acme.openai.azure.com')"), "acme could be"),
        (guards.compared, _broken(small, "text", metadata={"tags": ["nbval-ignore-output"]}), "needs the reason"),
        (guards.short_outputs, _broken(small, "text", outputs=[{**said, "text": "x\n" * 41}]), "41 lines"),
        (guards.short_outputs, _broken(small, "text", outputs=[{**said, "text": "/home/ada/course"}]), "names a path"),
        (guards.defined_before_used, _broken(small, "ask", source="print(show_json)"), "which cell tree defines later"),
        (guards.valid, _broken(small, "text", id="Cell 4"), "an id is lower-case words"),
    ):
        found = guards.problems(notebooks.FOLDER / "copy.ipynb", guard, nbformat.from_dict(broken))
        assert any(reason in sentence and sentence.startswith("copy.ipynb, ") for sentence in found), (reason, found)
        assert not guards.problems(notebooks.FOLDER / "copy.ipynb", guard, small), guard


def test_a_broken_solution_is_rejected():
    lesson = nbformat.read(notebooks.FOLDER / "03_reading_the_response.ipynb", 4)
    for cell in lesson.cells:
        cell.source = cell.source.replace('"arguments"])["city"]', '"arguments"])')
    with_solutions(lesson)
    with notebooks.offline() as environment:
        assert marks(notebooks.execute(lesson, environment)) != [DONE] * 2
