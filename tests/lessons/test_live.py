"""The lessons with their solutions against a live project: a second, separate server plays it, and ``.env`` names it. No
cell and no helper may contact or start the mock then."""

import os
import shutil
import socket
import threading

import nbformat
import pytest
from nbclient import NotebookClient

from helpers.course import notebooks
from helpers.course.environment import ROOT
from helpers.course.notebooks import exercises_in, with_solutions
from helpers.exercises import DONE
from helpers.mock.server import MockServer
from tests.gate import warm_kernels
from tests.lessons.test_exercises import marks

LESSONS = [path for path in notebooks.paths() if path.stem != "template"]
ASK = "import sys; 'helpers.mock.server' in sys.modules"


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A copy of the course whose ``.env`` names the live project, the environment for its kernels, the visitors of an
    announced mock, which should have none, and the service behind the live project."""
    course = tmp_path_factory.mktemp("course")
    for name in ("helpers", "notebooks"):
        shutil.copytree(ROOT / name, course / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    server = MockServer(port=0, speed="instant", strict=True, other_sites=False)
    server.start()
    settings = {
        name: value for name, value in server.variables.items() if name.startswith("FOUNDRY_") and "MOCK" not in name
    }
    visitors: list = []
    with socket.create_server(("127.0.0.1", 0)) as trap:
        threading.Thread(target=_count, args=(trap, visitors), daemon=True).start()
        announced = course / "mock.env"
        announced.write_text(
            f"FOUNDRY_RESOURCE_ENDPOINT=https://127.0.0.1:{trap.getsockname()[1]}\nFOUNDRY_MODEL_NAME=x\n"
        )
        azure = (
            "IDENTITY_ENDPOINT",
            "IDENTITY_HEADER",
            "AZURE_TOKEN_CREDENTIALS",
            "SSL_CERT_FILE",
            "REQUESTS_CA_BUNDLE",
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        )
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FOUNDRY_")}
        environment |= {name: server.variables[name] for name in azure}
        environment |= {
            "PYTHONPATH": f"{course}{os.pathsep}{notebooks.LOOPBACK_ONLY}",
            "FOUNDRY_MOCK_ENV": str(announced),
        }
        yield course, settings, environment, visitors, server.foundry
    server.stop()


def _count(trap: socket.socket, visitors: list) -> None:
    while True:
        try:
            visitors.append(trap.accept())
        except OSError:
            return


def _kept(state) -> dict[str, int]:
    """How much of each kind is in a project, of what somebody pays for or finds there later."""
    return {
        kind: len(getattr(state, kind)) for kind in ("agents", "files", "vector_stores", "memory_stores", "toolboxes")
    }


@pytest.mark.parametrize("model", ["", "gpt-5-mini"], ids=["plain", "reasoning"])
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_runs_live_unchanged_and_touches_no_mock(path, model, live):
    course, settings, environment, visitors, service = live
    service.limits.forward(60)  # seconds: nobody has used up this minute's quota
    before = _kept(service.state)
    named = settings | {"FOUNDRY_MODEL_NAME": model or settings["FOUNDRY_MODEL_NAME"]}
    (course / ".env").write_text("".join(f"{name}={value}\n" for name, value in named.items()))
    notebook = nbformat.read(course / "notebooks" / path.name, 4)
    with_solutions(notebook)
    for cell in exercises_in(notebook):
        cell.source = cell.source.replace('answer = "offline"', 'answer = "live"')  # 00.1, as its solution says
    notebook.cells.append(nbformat.v4.new_code_cell(ASK))
    client = NotebookClient(
        notebook,
        timeout=60,
        kernel_name="python3",
        shutdown_kernel="immediate",
        extra_arguments=notebooks.FOR_A_LOG,
        resources={"metadata": {"path": str(course / "notebooks")}},
    )
    with warm_kernels.used():
        client.execute(env=environment)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    banner = next(cell.outputs[0].text for cell in code if "connect()" in cell.source)
    assert banner.startswith("LIVE")
    assert code[-1].outputs[0].data["text/plain"] == "False"
    assert not visitors
    assert _kept(service.state) == before, (
        "the lesson leaves something in the project that costs money: delete it there"
    )
    assert len(marks(notebook)) == len(exercises_in(notebook))
    for cell, mark in marks(notebook).items():
        assert mark == DONE, f"{path.name}, cell {cell}: the published solution gives {mark}; mend it, or the check"
