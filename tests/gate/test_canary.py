"""The gate can go red: each broken copy of a small notebook is rejected, and for the right reason."""

import copy
import os
import re
import subprocess
import sys
import textwrap
import xml.etree.ElementTree as xml

import nbformat
import pytest

from helpers.course import notebooks
from helpers.course.environment import ROOT
from helpers.course.gate import PYTEST, STRICT
from helpers.exercises import DONE
from tests.lessons import guards
from tests.lessons.test_exercises import marks, with_solutions
from tests.lessons.test_notebooks import linted, misspelled

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
    "sleeps": ("import time\n\ntime.sleep(61)", "nobody waits longer than a minute", "Mend the code"),
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
# What a kernel of the gate does only: waiting would take a quarter of an hour, and a cell may take a minute.
PATIENT = {
    "slept": "import time\n\nfor _ in range(20):\n    time.sleep(50)\nawait asyncio.sleep(50)",
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
    copies |= {name: copy.deepcopy(small) for name in ("changed", "stripped", "unrun", "edited", "hidden")}
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
    (guards.no_secret, "text", {"outputs": [SAID]}, "cell text: something like an Azure key"),
    (guards.no_secret, "text", {"outputs": [ERROR]}, "cell text: a token"),
    (guards.no_secret, "text", {"metadata": {"varies": KEY.upper()}}, "cell text: something like an Azure key"),
    (guards.no_secret, "text", {"source": f"# key_{KEY}"}, "cell text: something like an Azure key"),
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
    (guards.headings, "## Recap", "# Recap", "cell recap: a second heading of level 1"),
    (guards.headings, "## Recap", "<h1>Recap</h1>", "cell recap: a second heading of level 1"),
    (guards.headings, "## Recap", "#### Recap", "cell recap: the heading 'Recap' skips a level"),
    (guards.links, "](04_keys_and_tokens.ipynb)", "](04_keys.ipynb)", "cell title: the link '04_keys.ipynb' leads to no file"),
    (guards.links, "## Recap", '## Recap\n\n<a href="nope.ipynb">x</a> ', "cell recap: the link 'nope.ipynb'"),
    (guards.links, "## Recap", "## Recap\n\n[x][r]\n\n[r]: 02_first_request.ipynb#nothing\n\n", "leads to no heading"),
    (guards.links, "## Recap", "## Recap\n\n[x](http://example.com)\n\n", "is not https"),
    (guards.links, "## Recap", '## Recap\n\n<img src="images/lesson_03.svg">\n\n', "says too little"),
    (guards.links, "(images/lesson_03.svg)", "(images/lesson_99.svg)", "there is no picture images/lesson_99.svg"),
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


def test_guards_reject_a_lesson_without_slides_that_is_too_short_or_whose_recap_speaks_of_something_else():
    lesson = nbformat.read(LESSON, 4)
    lesson.cells[3].metadata = {}
    recap = next(cell for cell in lesson.cells if cell.id == "recap")
    recap.source = re.sub(r"^1\. .*$", "1. *Bananas*: yellow.", recap.source, flags=re.M)
    assert "slide_type is None" in guards.problems(LESSON, guards.slides, lesson)[0]
    assert "line 1 does not answer its objective" in guards.problems(LESSON, guards.parts, lesson)[0]
    lesson.cells = lesson.cells[:20]
    assert any(
        "20 cells, expected 25 to 40; add" in sentence for sentence in guards.problems(LESSON, guards.size, lesson)
    )


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
        "`https://<your-resource>.openai.azure.com`",
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
