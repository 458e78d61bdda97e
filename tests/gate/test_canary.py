"""The gate can go red: each broken copy of a small notebook is rejected, and for the right reason."""

import copy
import os
import re
import shutil
import subprocess
import sys
import textwrap
import xml.etree.ElementTree as xml
from types import SimpleNamespace

import nbformat
import pytest

from helpers.course import notebooks
from helpers.course.environment import ROOT
from helpers.course.gate import HELD, PYTEST, STAGES, STRICT
from helpers.course.notebooks import with_solutions
from helpers.exercises import DONE
from tests import conftest
from tests.gate import nbval_plugin
from tests.lessons import guards
from tests.lessons.test_exercises import marks
from tests.lessons.test_notebooks import LESSONS, in_the_table, linted, misspelled, out_of_place

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
    "raises": "print('no error')",
    "sleeps": "print('no sleep')",
    "written": "print('no program')",
    "updates": "print('no update')",
    "program": "print('no other program')",
    "cores": "print(64)",
}
# a notebook that leaves something, in place of the cell text
AFTERWARDS = {
    "left": "from pathlib import Path\n\nPath('left_behind.txt').write_text('x')\nprint('as stored')",
    "at-home": "from pathlib import Path\n\nwith open(Path('~/.profile').expanduser(), 'a') as file:\n    print('x', file=file)\nprint('as stored')",
    "touched": "import subprocess\n\nsubprocess.run(['sh', '-c', 'touch $TMPDIR/left_by_touch'])\nprint('as stored')",
}
HIDDEN = (
    "requests.post(url, headers=foundry.headers(), json={**body, 'input': 'Unheard of'}).status_code\n"
    "print('nothing asked')"
)
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
    "warned": (
        "import warnings\n\nwarnings.warn('careful')\nprint('no warning')",
        "it writes to stderr",
        "UserWarning: careful). Mend the code.",
    ),
    "raises": ("1 / 0", "it raised ZeroDivisionError: division by zero.", "Mend the code, or tag the cell"),
    "sleeps": (
        "import time\n\nfor _ in range(4):\n    time.sleep(9)",
        "nobody waits longer than 15 for a cell",
        "Mend the code",
    ),
    "program": (
        "import subprocess\n\nsubprocess.run(['curl', '-s', 'https://example.com/x'])\nprint('no other program')",
        "it wants to reach example.com, ",
        HERE,
    ),
    "cores": ("import os\n\nprint(os.cpu_count())", "mismatch 'stdout'", UPDATE),
    "written": ("import os\n\nos.system('echo spoken')\nprint('no program')", "mismatch 'stdout'", UPDATE),
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
# What a kernel of the gate does only: it does not wait, and a cell may sleep for a quarter of a minute in all.
PATIENT = {
    "slept": "import time\n\nfor _ in range(5):\n    time.sleep(2)\nawait asyncio.sleep(4)",
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
    copies |= {name: copy.deepcopy(small) for name in ("changed", "stripped", "unrun", "edited", "hidden", *AFTERWARDS)}
    for name, source in AFTERWARDS.items():
        _cell(copies[name], "text").source = source
    for name, (source, *_) in CHANGED.items():
        _cell(copies["changed"], name).source = source
    for cell in copies["stripped"].cells:
        cell.outputs = []
    _cell(copies["unrun"], "text").execution_count = None
    _cell(copies["edited"], "text").execution_count = 12
    _cell(copies["hidden"], "unrecorded").source = HIDDEN
    for name, notebook in copies.items():
        nbformat.write(notebook, folder / f"{name}.ipynb")
    report = folder / "report.xml"
    command = [*PYTEST, "-n0", *STRICT, f"--rootdir={ROOT}", f"--junitxml={report}", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(notebooks.LOOPBACK_ONLY)}
    ran = subprocess.run(
        [*command, "--continue-on-collection-errors"],
        cwd=folder,  # from any folder
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


def test_what_a_notebook_leaves_behind_is_rejected(verdicts):
    assert "left.ipynb: it leaves " in verdicts["left"]
    assert "left_behind.txt behind. Remove it in the lesson." in verdicts["left"]
    assert "left_by_touch behind. Remove it in the lesson." in verdicts["touched"]
    assert "/home/.profile behind. Remove it in the lesson." in verdicts["at-home"]


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
def test_a_stage_and_the_programs_that_it_starts_have_no_way_out():
    code = "import subprocess, socket; near = socket.create_server(('127.0.0.1', 0));"
    code += "socket.create_connection(near.getsockname()); print('loopback', flush=True);"
    code += "subprocess.run(['cat', '/proc/net/dev'])"
    ran = subprocess.run([*HELD, sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    interfaces = re.findall(r"^ *([\w.@-]+):", ran.stdout, re.M)
    assert "loopback" in ran.stdout
    assert interfaces == ["lo"] or "are not held back" in ran.stdout, ran.stdout + ran.stderr
    assert all(command[: len(HELD)] == HELD for name, command in STAGES.items() if "pytest" in command), (
        "each stage is held"
    )


def test_a_notebook_without_outputs_is_rejected(verdicts):
    assert "stripped.ipynb, cell text" in verdicts["stripped"]


def test_a_cell_that_was_not_run_is_rejected(verdicts):
    assert "the cells text were not run" in verdicts["unrun"]


def test_a_file_with_other_bytes_than_a_run_gives_is_rejected(verdicts):
    assert "edited.ipynb: --update would write other bytes. Cells that differ: text." in verdicts["edited"]


def test_a_prompt_without_a_recording_is_rejected_even_when_the_cell_hides_the_refusal(verdicts):
    assert "hidden.ipynb: The offline mock (strict) has no recording for this prompt" in verdicts["hidden"]


# -- what a run cannot see -----------------------------------------------------------------------------------------------
def _edited(notebook, name, **changes):
    edited = copy.deepcopy(notebook)
    _cell(edited, name).update(nbformat.from_dict(changes))
    return edited


def _replaced(notebook, old, new):
    """The notebook with a text of its Markdown cells replaced."""
    edited = copy.deepcopy(notebook)
    for cell in edited.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace(old, new)
    assert edited != notebook, f"{old!r} is not in it; change this test"
    return edited


KEY = "".join(f"{number % 16:x}" for number in range(7, 7 * 33, 7))
TOKEN = f"eyJ{'a1' * 10}.{'b2' * 10}.c"
SAID = {"output_type": "stream", "name": "stdout", "text": f"the key:\n{KEY}\n"}
WARNED = {**SAID, "name": "stderr", "text": "careful"}
ERROR = {"output_type": "error", "ename": "E", "evalue": "x", "traceback": [f"Authorization: Bearer {TOKEN}"]}
PICTURE = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBOR", "text/plain": "<Figure>"}}
# guard -> what is changed in the small notebook (a cell and its new fields), and words of the rejection
REJECTED = [
    (guards.run_in_order, "text", {"execution_count": None}, "cell text: it was not run"),
    (guards.run_in_order, "tree", {"execution_count": 4}, "cell tree: it was run as number 4, expected 2"),
    (guards.no_secret, "text", {"outputs": [SAID]}, "cell text: a key of 32 digits"),
    (guards.no_secret, "text", {"outputs": [ERROR]}, "cell text: a token"),
    (guards.no_secret, "text", {"metadata": {"varies": KEY.upper()}}, "cell text: a key of 32 digits"),
    (guards.no_secret, "text", {"source": f"# key_{KEY}"}, "cell text: a key of 32 digits"),
    (guards.no_secret, "text", {"source": "key = 'aB3~8Q~" + "x1Y2" * 8 + "'"}, "something like a client secret"),
    (guards.no_secret, "text", {"source": f"'https://ada:PASSWORD{chr(64)}example.com'"}, "a password in a URL"),
    (guards.no_stray_error, "text", {"outputs": [ERROR]}, "cell text: it ends in an error"),
    (guards.no_stray_error, "text", {"outputs": [WARNED]}, "cell text: it writes to stderr"),
    (guards.no_stray_error, "text", {"metadata": {"tags": ["raises-exception"]}}, "cell text: it is tagged"),
    (guards.no_real_host, "text", {"source": "'https://Acme.OpenAI.Azure.com'"}, "Acme could be"),
    (guards.no_real_host, "text", {"metadata": {"x": "acme.search.windows.net"}}, "acme could be"),
    (guards.no_path_of_a_machine, "text", {"source": "open('/Users/ada/key')"}, "names a path of a machine"),
    (guards.no_path_of_a_machine, "text", {"outputs": [{**SAID, "text": "/home/ada/course"}]}, "names a path"),
    (guards.compared, "text", {"metadata": {"tags": ["nbval-ignore-output"]}}, "a reason of a few words"),
    (guards.compared, "text", {"metadata": {"tags": ["nbval-ignore-output"], "varies": "x"}}, "a reason"),
    (guards.compared, "text", {"source": "1  # NBVAL_SKIP"}, "no other excuse"),
    (guards.short_outputs, "text", {"outputs": [{**SAID, "text": "x\n" * 41}]}, "41 lines"),
    (guards.short_outputs, "text", {"outputs": [{**SAID, "text": "\u6f22" * 7000}]}, "21,0"),
    (guards.short_outputs, "text", {"outputs": [PICTURE]}, "a picture without a description"),
    (guards.defined_before_used, "ask", {"source": "print(show_json)"}, "which cell tree defines later"),
    (guards.nothing_hidden, "text", {"metadata": {"editable": False}}, "the metadata editable can hide or lock"),
    (
        guards.nothing_hidden,
        "text",
        {"metadata": {"jupyter": {"source_hidden": True}}},
        "the metadata jupyter can hide",
    ),
    (
        guards.nothing_hidden,
        "text",
        {"metadata": {"jupyter": {"outputs_hidden": True}}},
        "the metadata jupyter can hide",
    ),
    (guards.nothing_hidden, "text", {"metadata": {"collapsed": True}}, "the metadata collapsed can hide"),
    (guards.nothing_hidden, "text", {"metadata": {"tags": ["remove-output"]}}, "the tag remove-output is not used"),
    (
        guards.nothing_hidden,
        "text",
        {"attachments": {"a.png": {"image/png": "A" * 3_000_000}}},
        "a picture attached to a cell",
    ),
    (guards.nothing_hidden, "text", {"cell_type": "raw"}, "a raw cell is shown nowhere"),
    (
        guards.markup,
        "text",
        {"outputs": [{**PICTURE, "data": {"text/html": "<script>1</script>"}}]},
        "<script> is not shown",
    ),
    (
        guards.markup,
        "text",
        {"outputs": [{**PICTURE, "data": {"text/html": "<img src='https://x.example/a.png'>"}}]},
        "from the network",
    ),
    (
        guards.markup,
        "text",
        {"outputs": [{**PICTURE, "data": {"text/html": "<p onclick='x()'>a</p>"}}]},
        "runs a script (onclick)",
    ),
    (
        guards.markup,
        "text",
        {"outputs": [{**PICTURE, "data": {"application/javascript": "1"}}]},
        "application/javascript",
    ),
    (
        guards.declared_imports,
        "text",
        {"source": "import numpy"},
        "it imports numpy, which pyproject.toml does not name",
    ),
    (
        guards.declared_imports,
        "text",
        {"source": "from importlib import import_module as i\n\ni('scipy')"},
        "by way of importlib",
    ),
    (
        guards.nothing_hidden,
        "text",
        {"metadata": {"slideshow": {"slide_type": "-", "source_hidden": True}}},
        "more than slide_type",
    ),
    (
        guards.nothing_hidden,
        "text",
        {"metadata": {"tags": ["exercise"], "slideshow": {"slide_type": "skip"}}},
        "an exercise that slides",
    ),
    (guards.nothing_hidden, "text", {"source": "print('a\u200bb')"}, "a character that nobody sees"),
    (
        guards.markup,
        "text",
        {"outputs": [{**PICTURE, "data": {"text/markdown": "<script>1</script>"}}]},
        "<script> is not shown",
    ),
    (
        guards.markup,
        "text",
        {"outputs": [{**PICTURE, "data": {"text/html": "<p style='position:fixed'>a</p>"}}]},
        "a style that can hide",
    ),
    (guards.markup, "text", {"outputs": [{**PICTURE, "data": {"application/pdf": "1"}}]}, "application/pdf"),
    (guards.markup, "text", {"outputs": [{**SAID, "text": "\x1b[8mhidden"}]}, "codes for a terminal"),
    (guards.same_everywhere, "text", {"source": "import os\n\nos.environ['HOME']"}, "os.environ differs"),
    (
        guards.same_everywhere,
        "text",
        {"source": "import requests\n\nrequests.__version__"},
        "requests.__version__ differs",
    ),
    (guards.no_waiting, "text", {"source": "import time\n\ntime.sleep(9 * 3)"}, "it waits for 27 seconds"),
    (
        guards.nothing_afterwards,
        "text",
        {"source": "import requests\n\nrequests.get = print"},
        "it changes requests.get",
    ),
    (
        guards.nothing_afterwards,
        "text",
        {"source": "class Late:\n    def __del__(self):\n        print(1)"},
        "__del__ acts after",
    ),
    (guards.plain_code, "text", {"source": "files = !ls"}, "it is no Python"),
    (guards.plain_code, "text", {"source": "exec('import numpy')"}, "exec() hides what runs"),
    (
        guards.plain_code,
        "text",
        {"source": "import subprocess\n\nsubprocess.run(['touch', 'x'])"},
        "it starts a program",
    ),
    (guards.plain_code, "text", {"source": "import os\n\nos.system('curl example.com')"}, "os.system starts a program"),
    (guards.same_everywhere, "text", {"source": "import os\n\nos.cpu_count()"}, "os.cpu_count differs"),
    (guards.same_everywhere, "text", {"source": "from datetime import date\n\ndate.today().year"}, "today differs"),
    (guards.same_everywhere, "text", {"source": "import sys\n\nsys.version_info"}, "sys.version_info differs"),
    (guards.same_everywhere, "text", {"source": "import random\n\nrandom.choice([1, 2])"}, "random.choice differs"),
    (guards.no_waiting, "text", {"source": "import time\n\ntime.sleep(45)"}, "it waits for 45 seconds"),
    (
        guards.nothing_afterwards,
        "text",
        {"source": "import atexit\n\natexit.register(print)"},
        "atexit acts after the cell",
    ),
    (
        guards.nothing_afterwards,
        "text",
        {"source": "import os\n\nos._exit(0)"},
        "os._exit acts after the cell, or ends",
    ),
    (guards.plain_code, "text", {"source": "!curl https://example.com"}, "it is no Python"),
    (guards.plain_code, "text", {"source": "%pip install x"}, "it is no Python"),
    (
        guards.same_everywhere,
        "text",
        {"source": "from datetime import datetime as clock\n\nclock.now().year"},
        "now differs",
    ),
    (guards.same_everywhere, "text", {"source": "from time import strftime as say\n\nsay('%Y')"}, "strftime differs"),
    (guards.same_everywhere, "text", {"source": "import time as t\n\nt.gmtime().tm_year"}, "gmtime differs"),
    (guards.same_everywhere, "text", {"source": "from platform import machine\n\nmachine()"}, "machine differs"),
    (
        guards.same_everywhere,
        "text",
        {"source": "open('/proc/cpuinfo').read().count('processor')"},
        "/proc/cpuinfo differs",
    ),
    (guards.same_everywhere, "text", {"source": "requests.get(url).headers['Date'][12:16]"}, "the header date differs"),
    (
        guards.same_everywhere,
        "text",
        {"source": "requests.get(url).headers.get('date')[12:16]"},
        "the header date differs",
    ),
    (guards.same_everywhere, "text", {"source": "print({'text', 'image'})"}, "it shows a set"),
    (guards.same_everywhere, "text", {"source": "set('abc')"}, "it shows a set"),
    (
        guards.no_waiting,
        "text",
        {"source": "from threading import Event\n\nEvent().wait(40)"},
        "it waits for 40 seconds",
    ),
    (
        guards.no_waiting,
        "text",
        {"source": "from threading import Event\n\nEvent().wait(timeout=40)"},
        "it waits for 40",
    ),
    (
        guards.plain_code,
        "text",
        {"source": "import builtins\n\nbuiltins.exec('import numpy')"},
        "builtins works behind",
    ),
    (guards.plain_code, "text", {"source": "from pydoc import locate\n\nlocate('numpy')"}, "pydoc works behind"),
    (guards.plain_code, "text", {"source": "import IPython\n\nIPython.get_ipython().run_cell('1')"}, "hides what runs"),
    (guards.plain_code, "text", {"source": "import webbrowser\n\nwebbrowser.open('x')"}, "webbrowser works behind"),
    (guards.plain_code, "text", {"source": "type.__setattr__(str, 'x', 1)"}, "__setattr__() hides what runs"),
    (guards.plain_code, "text", {"source": "n\u0430me = 1"}, "letters that nobody can tell apart"),
    (
        guards.plain_code,
        "text",
        {"source": "widgets.Label('x', layout=Layout(display='none'))"},
        "it hides what it shows",
    ),
    (
        guards.plain_code,
        "text",
        {"source": "from threading import Thread\n\nThread(target=print, daemon=True).start()"},
        "a thread that nobody waits for",
    ),
    (
        guards.markup,
        "text",
        {"outputs": [{**PICTURE, "data": {"text/html": "<p style='font-size:0'>a</p>"}}]},
        "a style that can hide",
    ),
    (
        guards.markup,
        "text",
        {"outputs": [{**PICTURE, "data": {"text/html": "<p style='height: 1px; overflow: hidden'>a</p>"}}]},
        "a style that can hide",
    ),
    (guards.valid, "text", {"id": "Cell 4"}, "an id is lower-case words"),
    (guards.valid, "text", {"id": "a1b2c3d4"}, "an id is lower-case words"),
    (guards.valid, "text", {"execution_count": "one"}, "cell text: a valid notebook was expected"),
]
# guard -> what is replaced in the Markdown of a real lesson, and words of the rejection
LESSON = notebooks.FOLDER / "03_reading_the_response.ipynb"
REJECTED_PROSE = [
    (guards.parts, "**You will be able to**", "**You will**", "expected '**You will be able to**'"),
    (guards.parts, "## Recap", "## Summary", "a cell that starts with ## Recap"),
    (guards.parts, "1. *", "1. ", "cell recap: expected one line"),
    (guards.parts, "<summary>Answer 2</summary>", "", "cell quiz: expected questions"),
    (guards.parts, "## Next", "## Afterwards", "the last cell starts with ## Next"),
    (guards.presenter, "Seven minutes.", "A while.", "begins with its time"),
    (guards.presenter, "Seven minutes.", "Eight minutes.", "add up to 46 minutes, and the lesson says 45"),
    (guards.presenter, "| 45 minutes |", "| 20 + 25 minutes |", "add up to 45 minutes, and the lesson says 20 + 25"),
    (guards.presenter, "## Exercises", "## Second sitting: exercises", "minutes, and the lesson says 45"),
    (guards.presenter, "## Recap", "## What we saw", "the section has no note for the presenter"),
    (guards.headings, "## Recap", "# Recap", "cell recap: a second heading of level 1"),
    (guards.headings, "## Recap", "<h1>Recap</h1>", "cell recap: a second heading of level 1"),
    (guards.headings, "## Recap", "#### Recap", "cell recap: the heading 'Recap' skips a level"),
    (guards.links, "](04_keys_and_tokens.ipynb)", "](04_keys.ipynb)", "cell title: the link '04_keys.ipynb' leads to no file"),
    (guards.links, "## Recap", '## Recap\n\n<a href="nope.ipynb">x</a> ', "cell recap: the link 'nope.ipynb'"),
    (guards.links, "## Recap", "## Recap\n\n[x][r]\n\n[r]: 02_first_request.ipynb#nothing\n\n", "leads to no heading"),
    (guards.links, "## Recap", "## Recap\n\n[x](http://example.com)\n\n", "is not https"),
    (guards.links, "## Recap", "## Recap\n\nAs in lesson 98.\n\n", "cell recap: there is no lesson 98"),
    (guards.links, "## Recap", '## Recap\n\n<img src="images/lesson_03.svg">\n\n', "says too little"),
    (guards.links, "(images/lesson_03.svg)", "(images/lesson_99.svg)", "there is no picture images/lesson_99.svg"),
    (guards.markup, "</details>", "", "<details> is not closed"),
    (guards.markup, "## Recap", "## Recap\n\n</details>\n\n", "</details> closes nothing"),
    (guards.markup, "## Recap", "## Recap\n\n<script>alert(1)</script>\n\n", "<script> is not shown everywhere"),
    (guards.markup, "## Recap", "## Recap\n\n<iframe src='x'></iframe>\n\n", "<iframe> is not shown everywhere"),
    (guards.markup, "## Recap", "## Recap\n\n<a href='javascript:x()'>x</a>\n\n", "runs a script (href)"),
    (guards.markup, "## Recap", "## Recap\n\n| a | b |\n| 1 | 2 |\n\n", "has no line of dashes"),
    (guards.markup, "## Recap", "## Recap\n\n| a | b |\n|---|---|\n| 1 |\n\n", "another number of cells"),
    (guards.markup, "## Recap", "## Recap\n\n```python\nx = 1\n\n", "a block of code is not closed"),
    (guards.markup, "## Recap", "## Recap\n\n**never closed\n\n", "'**' is shown as it is"),
    (guards.markup, "## Recap", "## Recap\n\n[x][nowhere]\n\n", "'][' is shown as it is"),
    (guards.markup, "## Recap", "## Recap\n\n````\nx\n```\n\n", "a block of code is not closed"),
    (guards.markup, "## Recap", "## Recap\n\n<details>\n\nno summary\n\n</details>\n\n", "<details> has no <summary>"),
    (guards.markup, "## Recap", "## Recap\n\n<p hidden>x</p>\n\n", "<p> has the attribute hidden"),
    (guards.markup, "## Recap", "## Recap\n\n<span style='color:white'>x</span>\n\n", "<span> has the attribute style"),
    (guards.markup, "## Recap", "## Recap\n\n<!-- left open, and the rest is gone\n\n", "a comment is not closed"),
    (guards.markup, "## Recap", "## Recap\n\n<p class='lm-mod-hidden'>x</p>\n\n", "<p> has class='lm-mod-hidden'"),
    (guards.markup, "## Recap", "## Recap\n\n<p aria-hidden='true'>x</p>\n\n", "<p> has aria-hidden='true'"),
    (guards.markup, "## Recap", "## Recap\n\n```python\nx = (1\n```\n\n", "a block of Python that Python cannot read"),
    (guards.markup, "## Recap", "## Recap\n\n```bash\naz login \u2013\u2013tenant x\n```\n\n", "which nobody can type"),
    (guards.links, "## Recap", "## Recap\n\n[04 Keys and tokens](05_project_and_model_endpoints.ipynb)\n\n", "a link that says 04 leads to 05"),
    (guards.markup, "## Recap", "## Recap\n\nTODO: say more\n\n", "TODO is a note to yourself"),
    (guards.words, "## Recap", "## Recap\n\nThis is simply\n\n", "the word 'simply' is not used"),
    (guards.words, "## Recap", "## Recap\n\nIt is is\n\n", "the word 'is' stands there twice"),
    (guards.exercises, "<summary>Hint 03.1</summary>", "<summary>Hint 03.7</summary>", "expected a hint with the number 03.1"),
    (guards.exercises, "<summary>Solution 03.2</summary>", "<summary>3.2</summary>", "expected a solution with the number"),
    (guards.exercises, "**03.1** ", "**3.1** ", "expected its task with the number 03.1"),
]  # fmt: skip


@pytest.mark.parametrize(("guard", "cell", "changes", "reason"), REJECTED, ids=range(len(REJECTED)))
def test_a_guard_rejects_an_edited_cell_and_passes_the_sound_notebook(small, guard, cell, changes, reason):
    assert guards.problems(notebooks.FOLDER / "copy.ipynb", guard, small) == []
    found = guards.problems(notebooks.FOLDER / "copy.ipynb", guard, _edited(small, cell, **changes))
    assert any(reason in sentence and sentence.startswith("copy.ipynb, cell ") for sentence in found), found


@pytest.mark.parametrize(("guard", "old", "new", "reason"), REJECTED_PROSE, ids=range(len(REJECTED_PROSE)))
def test_a_guard_rejects_edited_prose_and_passes_the_lesson(guard, old, new, reason):
    lesson = nbformat.read(LESSON, 4)
    assert guards.problems(LESSON, guard, lesson) == []
    found = guards.problems(LESSON, guard, _replaced(lesson, old, new))
    assert any(reason in sentence and sentence.startswith(LESSON.name) for sentence in found), found


def test_guards_reject_a_lesson_without_slides_with_a_long_cell_or_whose_recap_speaks_of_something_else():
    lesson = nbformat.read(LESSON, 4)
    lesson.cells[3].metadata = {}
    recap = next(cell for cell in lesson.cells if cell.id == "recap")
    recap.source = re.sub(r"^1\. .*$", "1. *Bananas*: yellow.", recap.source, flags=re.M)
    assert "slide_type is None" in guards.problems(LESSON, guards.slides, lesson)[0]
    assert "line 1 does not answer its objective" in guards.problems(LESSON, guards.parts, lesson)[0]
    guards.code(lesson)[0].source = "\n".join(f"x = {number}" for number in range(26))
    assert "26 lines in the longest code cell" in guards.problems(LESSON, guards.size, lesson)[-1]


def test_a_lesson_that_the_readme_forgets_or_times_otherwise_is_named():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    row = next(line for line in readme.splitlines() if "(notebooks/03_" in line)
    for other in (
        "",
        row.replace("45 min", "99 min"),
        row.replace("03_reading_the_response", "02_first_request"),
        f"{row}\n{row}",
    ):
        assert any(
            "expected one row for '03 Reading" in one for one in in_the_table(readme.replace(row, other), LESSONS)
        ), other
    assert in_the_table(readme, LESSONS) == []
    after = next(line for line in readme.splitlines() if "(notebooks/04_" in line)
    swapped = readme.replace(f"{row}\n{after}", f"{after}\n{row}")
    assert "not in the order of the lessons" in in_the_table(swapped, LESSONS)[0]


@pytest.mark.parametrize("name", ["extra/20_more.ipynb", "notebooks/extra/20.ipynb", "notebooks/.hidden/20.ipynb", "notebooks/20.IPYNB",
                                  ".github/20.ipynb", "notebooks/.20.ipynb", "20.ipynb"])  # fmt: skip
def test_a_notebook_where_the_gate_does_not_look_is_named(name):
    assert out_of_place([name]) == [f"{name}: a notebook lies in notebooks/, and its name ends in .ipynb; move it"]
    assert out_of_place(["notebooks/20_more.ipynb", "notebooks/images/x.svg"]) == []


def test_a_row_of_tests_that_are_all_skipped_is_named(tmp_path):
    (tmp_path / "test_rows.py").write_text(
        "import pytest\n\n\n@pytest.mark.parametrize('x', [1, 2])\ndef test_never(x):\n    pytest.skip('not today')\n\n\n"
        "@pytest.mark.parametrize('x', [1, 2])\ndef test_sometimes(x):\n    if x == 1:\n        pytest.skip('not this one')\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.conftest",
        "-p",
        "no:nbval",
        f"--rootdir={tmp_path}",
        str(tmp_path),
    ]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 1, ran.stdout
    assert "test_rows.py::test_never: all of it is skipped (not today)" in ran.stdout
    assert "test_sometimes:" not in ran.stdout


@pytest.mark.parametrize(
    ("reason", "name", "may"),
    [
        ("Node is not installed here, or it is Saturday", "tests/mock/test_javascript.py::test_x", False),
        ("there is no sh and curl here", "tests/mock/test_clients.py::test_x", not shutil.which("curl")),
        ("npm could not fetch the openai package, so the JavaScript SDK was not tried: x", "tests/mock/test_javascript.py::test_x", True),
        ("npm could not fetch the openai package, so the JavaScript SDK was not tried: x", "tests/test_wire.py::test_x", False),
    ],
)  # fmt: skip
def test_tests_are_skipped_for_what_is_missing_and_for_nothing_else(reason, name, may):
    assert conftest._may_be_skipped(name, reason) is may


def test_a_file_or_a_notebook_that_was_not_run_is_named():
    options = SimpleNamespace(keyword="", markexpr="", ignore=["tests/browser"])
    config = SimpleNamespace(args=["tests"], option=options)
    ran = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("test_*.py")
        if path.parent.name != "browser"
    ]
    assert conftest._never_run(config, [f"{one}::test_x" for one in ran]) == []
    ran.remove("tests/mock/test_budget.py")
    assert conftest._never_run(config, [f"{one}::test_x" for one in ran]) == [
        "tests/mock/test_budget.py: nothing in it was run"
    ]
    done = [SimpleNamespace(nodeid=f"notebooks/{path.name}::whole file") for path in notebooks.paths()]
    plugins = SimpleNamespace(get_plugin=lambda name: SimpleNamespace(stats={"passed": done}))
    strict = SimpleNamespace(args=["notebooks"], pluginmanager=plugins)
    assert nbval_plugin._not_run(strict) == []
    missing = done.pop(3)
    assert nbval_plugin._not_run(strict) == [missing.nodeid.split("/")[1].partition(":")[0]]


def test_a_typo_is_named_with_its_cell(tmp_path):
    typo = "rec" + "ieve"
    path = tmp_path / "typo.ipynb"
    nbformat.write(_replaced(nbformat.read(LESSON, 4), "## Recap", f"## Recap\n\nWe {typo} it.\n\n"), path)
    (tmp_path / "cells").mkdir()
    assert misspelled(tmp_path / "cells", [path]) == [f"typo.ipynb, cell recap, line 3: {typo} ==> receive"]


def test_a_name_that_is_not_there_is_named_with_its_cell(small, tmp_path):
    nbformat.write(_edited(small, "text", source="print('a')\nprint(nothing)"), tmp_path / "name.ipynb")
    found = linted([tmp_path / "name.ipynb"])
    assert any(one.startswith("name.ipynb, cell text, line 2: F821") for one in found), found


def test_stderr_can_be_declared(small):
    declared = _edited(small, "text", outputs=[WARNED], metadata={"tags": ["stderr"]})
    assert guards.problems(LESSON, guards.no_stray_error, declared) == []


def test_every_guard_has_something_that_it_rejects():
    tried = {row[0] for row in (*REJECTED, *REJECTED_PROSE)} | {guards.slides, guards.size}
    assert tried == {*guards.STORED, *guards.WRITTEN, guards.size}


def test_an_id_that_stands_twice_and_a_broken_file_are_named(tmp_path):
    path = tmp_path / "twice.ipynb"
    text = LESSON.read_text(encoding="utf-8")
    path.write_text(text.replace('"id": "recap"', '"id": "title"'), encoding="utf-8")
    assert "cell 'title': the id stands 2 times, in cells number 1, " in next(guards.readable(path))
    path.write_text(text[:-5], encoding="utf-8")
    assert "it is not a notebook" in next(guards.readable(path))
    assert list(guards.readable(LESSON)) == []


@pytest.mark.parametrize(
    "innocent",
    [
        "[x](#Recap)", "[x](02_first_request.ipynb#Recap)", "[x](../README.md#the-course)", "[x](javascript/)",
        '[x](02_first_request.ipynb "with a title")', "[x](mailto:ada@example.com)", "`[a](b)` and `handlers[0](event)`",
        "~~~\n# a comment\n~~~", "<!--\n# a comment\n-->", "<https://example.com>", "NBVAL is a test tool",
        "`https://<your-resource>.openai.azure.com`", "[Lab](http://localhost:8888)", "a | b\n--- | ---\n1 | 2", "- one\n- two",
        "<details><summary>More</summary>\n\n**bold** text\n\n</details>", "press <kbd>Enter</kbd>, see <mark>this</mark>",
        "`2 ** 3` and `a][b`",
    ],
)  # fmt: skip
def test_what_an_author_may_write_passes(innocent):
    lesson = _replaced(nbformat.read(LESSON, 4), "## Recap", f"## Recap\n\n{innocent}\n\n")
    for guard in (*guards.STORED, *guards.WRITTEN):
        assert guards.problems(LESSON, guard, lesson) == []


def test_a_broken_solution_is_rejected():
    lesson = nbformat.read(notebooks.FOLDER / "03_reading_the_response.ipynb", 4)
    for cell in lesson.cells:
        cell.source = cell.source.replace('"arguments"])["city"]', '"arguments"])')
    with_solutions(lesson)
    with notebooks.offline() as environment:
        assert list(marks(notebooks.execute(lesson, environment)).values()) != [DONE] * 2
