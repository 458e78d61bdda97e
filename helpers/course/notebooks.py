"""The regenerator: runs the notebooks and stores their outputs so that the same code gives the same bytes."""

import json
import multiprocessing
import os
import re
import ssl
import subprocess
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import nbformat
from dotenv import dotenv_values
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from helpers.connection import SETTINGS
from helpers.course import picture
from helpers.course.environment import ROOT, VENV
from helpers.mock.server import MockServer

FOLDER = ROOT / "notebooks"
WORKERS = 2  # notebooks that run at the same time; more do not pay on the two cores of a small machine
LOOPBACK_ONLY = ROOT / "tests" / "gate" / "loopback_only"  # a sitecustomize.py that every Python started with it loads
WIDGET = "application/vnd.jupyter.widget-view+json"
# Tracebacks without colors, and without the seconds that it takes to look up every variable in them.
FOR_A_LOG = ["--InteractiveShell.xmode=Plain", "--InteractiveShell.colors=nocolor"]
KEPT_METADATA = {"tags", "slideshow", "exercise", "varies"}  # the rest can hide or lock a cell
# The mock takes the next free port when 8443 is in use, so the port says nothing about a lesson.
MOCK_PORT = re.compile(r"(https://localhost):\d+")


class CellFailed(Exception):
    """A cell ended in an error, took too long, or asked what the mock has no answer to. The message says which."""


def paths() -> list[Path]:
    """The notebooks of the course, in order."""
    return sorted(FOLDER.glob("*.ipynb"))


SOLUTION = re.compile(r"<summary>Solution (\S+)</summary>\s*```python\n(.*?)\n```", re.DOTALL)


def solutions_of(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """The published solutions, by exercise."""
    return dict(
        found for cell in notebook.cells if cell.cell_type == "markdown" for found in SOLUTION.findall(cell.source)
    )


def exercises_in(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The cells in which a learner writes."""
    return [cell for cell in notebook.cells if "exercise" in cell.metadata.get("tags", [])]


def with_solutions(notebook: nbformat.NotebookNode) -> None:
    """Put the published solutions in place of the starters."""
    solutions = solutions_of(notebook)
    for cell in exercises_in(notebook):
        cell.source = solutions[cell.metadata["exercise"]]


# What a program needs to run at all: where things are, who the user is, which language. Nothing else gets into the gate.
NEEDED = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TERM|TMPDIR|TEMP|TMP|LD_LIBRARY_PATH|DYLD_\w+|CI|GITHUB_\w+|RUNNER_\w+"
    r"|DISPLAY|XDG_RUNTIME_DIR|VIRTUAL_ENV|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|USERPROFILE|USERNAME|HOMEDRIVE|HOMEPATH"
    r"|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES\S*|COMMONPROGRAMFILES\S*|NUMBER_OF_PROCESSORS|PROCESSOR_\w+|OS"
    r"|OPENBLAS_(?:CORETYPE|L2_SIZE|NUM_THREADS)|OMP_NUM_THREADS|LOOPBACK_ONLY_LOG|NO_OUTSIDE",
    re.IGNORECASE,
)


def plain_environment() -> dict[str, str]:
    """The environment of this process reduced to what programs need, so that the gate gives the same verdict in every shell."""
    needed = {name: value for name, value in os.environ.items() if NEEDED.fullmatch(name)}
    # settings that a user keeps in files of the home folder
    return needed | {"NETRC": os.devnull, "IPYTHONDIR": str(VENV / "ipython"), "MPLCONFIGDIR": str(VENV / "matplotlib")}


@contextmanager
def offline(speed: str = "instant", strict: bool = True) -> Iterator[dict[str, str]]:
    """The environment for a kernel that must not go live, whatever ``.env`` says: it announces a mock, a strict one unless told
    otherwise, that runs as long as the context, and lets nothing connect beyond this machine."""
    server = MockServer(port=0, strict=strict, speed=speed, other_sites=False)
    server.start()
    try:
        yield {
            **plain_environment(),
            **dict.fromkeys(SETTINGS, ""),
            "FOUNDRY_MOCK_ENV": str(server.env_file),
            "PYTHONPATH": str(LOOPBACK_ONLY),
        }
    finally:
        server.stop()


def unanswered(environment: dict[str, str]) -> list[str]:
    """What the strict mock of this environment has said about prompts without a recording. A cell may have hidden it."""
    mock = dotenv_values(environment["FOUNDRY_MOCK_ENV"])
    context = ssl.create_default_context(cafile=mock["SSL_CERT_FILE"])
    asked = Request(
        f"{mock['FOUNDRY_RESOURCE_ENDPOINT']}/_mock/journal",
        headers={"x-mock-control-key": mock["FOUNDRY_MOCK_CONTROL_KEY"]},
    )
    with urlopen(asked, context=context, timeout=10) as journal:
        bodies = [exchange["response"].get("body") for exchange in json.load(journal)["exchanges"]]
    errors = [body["error"] for body in bodies if isinstance(body, dict) and isinstance(body.get("error"), dict)]
    return [error["message"] for error in errors if error.get("code") == "mock_no_recording"]


def execute(notebook: nbformat.NotebookNode, environment: dict[str, str]) -> nbformat.NotebookNode:
    """The notebook after a run from top to bottom in a fresh kernel. Raises CellFailed."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count = None
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        shutdown_kernel="immediate",
        extra_arguments=FOR_A_LOG,
        resources={"metadata": {"path": str(FOLDER)}},
    )
    try:
        client.execute(env=environment, stderr=subprocess.DEVNULL)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        last = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.execution_count][-1]
        raise CellFailed(f"cell {last.id}: {str(error).strip().splitlines()[-1]}") from None
    return notebook


def normalized(notebook: nbformat.NotebookNode) -> str:
    """The text of the notebook file, with everything that varies from run to run taken out."""
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({n: v for n, v in cell.metadata.items() if n in KEPT_METADATA})
        if cell.cell_type == "code":
            cell.outputs = _merged(cell.outputs)
            for count, output in enumerate(cell.outputs):
                _normalize(output, f"{cell.id}/{count}")
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def regenerate() -> list[Path]:
    """Run every notebook, draw every picture, and store them. Returns the files that have changed. Raises
    CellFailed, and stores nothing then."""
    texts = {picture.path_of(lesson): picture.picture(lesson) for lesson in picture.lessons()}
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as workers:
        texts |= zip(paths(), workers.map(_run_again, paths()), strict=True)
    changed = [path for path, text in texts.items() if not path.exists() or path.read_bytes() != text.encode()]
    for path in changed:
        path.write_bytes(texts[path].encode())
    return changed


def _run_again(path: Path) -> str:
    stored = nbformat.read(path, 4)
    to_measure = any("varies" in cell.metadata and not cell.get("outputs") for cell in stored.cells)
    # a mock for each, so that no lesson depends on what another has left in it
    with offline("realistic" if to_measure else "instant") as environment:
        try:
            fresh = execute(nbformat.read(path, 4), environment)
        except CellFailed as error:
            raise CellFailed(f"{path.name}, {error}") from None
        if said := unanswered(environment):
            raise CellFailed(f"{path.name}: {said[0]}")
    return updated(stored, fresh)


def updated(stored: nbformat.NotebookNode, fresh: nbformat.NotebookNode) -> str:
    """The text of the notebook file after a fresh run of what is stored.

    A cell whose metadata says why its output ``varies``, such as one that measures time, keeps the output it has. To have
    it measured anew, clear its output first; then the whole notebook meets streams at a realistic pace.
    """
    for before, cell in zip(stored.cells, fresh.cells, strict=True):
        if cell.cell_type == "code" and "varies" in cell.metadata and _kinds(before) == _kinds(cell):
            cell.outputs = before.outputs
    return normalized(fresh)


def _kinds(cell) -> list[list[str]]:
    """What a cell puts out, apart from the content: for each output its type and its MIME types."""
    merged = _merged(list(cell.outputs))
    return [[output.output_type, output.get("name", ""), *sorted(output.get("data", {}))] for output in merged]


def _merged(outputs: list) -> list:
    """One stream output where the kernel sent several in a row: how many it sends depends on timing."""
    merged = []
    for output in outputs:
        last = merged[-1] if merged else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            merged[-1] = nbformat.from_dict({**last, "text": last.text + output.text})  # what was given stays as it is
        else:
            merged.append(output)
    return merged


def _normalize(output, seed: str) -> None:
    if output.output_type == "stream":
        output.text = MOCK_PORT.sub(r"\1:8443", output.text)
    elif output.output_type == "error":
        output.evalue = MOCK_PORT.sub(r"\1:8443", output.evalue)
        output.traceback = [f"{output.ename}: {output.evalue}"]  # its last line; the rest is paths and line art
    else:
        for kind, data in output.data.items():
            if kind == WIDGET:
                output.data[kind] = {"model_id": seed, "version_major": 2, "version_minor": 0}
            else:
                output.data[kind] = _any_port(data)


def _any_port(data):
    if isinstance(data, dict):
        return {name: _any_port(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_any_port(value) for value in data]
    return MOCK_PORT.sub(r"\1:8443", data) if isinstance(data, str) else data
