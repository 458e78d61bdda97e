"""What the tests share: a local Foundry on a free port, and ways to speak to it."""

import importlib
import os
import shutil
import subprocess
import sys
from functools import cache

import pytest
import requests

from helpers.course import notebooks
from helpers.course.environment import ROOT
from helpers.mock import server, tokens
from helpers.mock.server import MockServer

# pytest may be started by hand, in a shell with variables that lead clients elsewhere
_kept = {name: value for name, value in os.environ.items() if name.startswith(("PYTEST", "PYTHONPATH", "COV_"))}
_plain = notebooks.plain_environment() | _kept
os.environ.clear()
os.environ.update(_plain)
if str(notebooks.LOOPBACK_ONLY) not in os.environ.get("PYTHONPATH", ""):  # pytest was started by hand
    os.environ["PYTHONPATH"] = str(notebooks.LOOPBACK_ONLY)
    importlib.import_module("tests.gate.loopback_only.sitecustomize")

server.Recordings = cache(server.Recordings)  # two hundred mocks are started, and none changes them

needs_posix = pytest.mark.skipif(os.name != "posix", reason="it needs sh, or signals, which Windows does not have")


@pytest.fixture(scope="session", autouse=True)
def refused(tmp_path_factory):
    """The file in which tests/gate/loopback_only notes who wanted to connect beyond this machine."""
    log = tmp_path_factory.mktemp("loopback") / "refused.txt"
    log.touch()
    os.environ["LOOPBACK_ONLY_LOG"] = str(log)
    return log


@pytest.fixture(autouse=True)
def nothing_leaves(refused):
    """Fails a test whose processes wanted to leave this machine, even when nobody noticed the refusal."""
    yield
    wanted = refused.read_text(encoding="utf-8").split()
    refused.write_text("")
    assert not wanted, f"it wants to reach {', '.join(wanted)}, and tests may connect to this machine only"


@pytest.fixture
def mock_command():
    """A function: options of ``python -m helpers mock`` in, the running process out; ended with the test, come what may."""
    running: list[subprocess.Popen] = []

    def start(*options: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "helpers", "mock", "--port", "0", *options]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        running.append(subprocess.Popen(command, cwd=ROOT, **pipes))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.communicate(timeout=10)


@pytest.fixture(scope="session")
def mock():
    """A mock in a thread of this process, with the environment that leads clients to it."""
    started = MockServer(port=0, speed="instant", other_sites=False)
    started.start()
    before = dict(os.environ)
    os.environ.update(started.variables)
    yield started
    os.environ.clear()
    os.environ.update(before)
    started.stop()


@pytest.fixture(scope="session")
def project(mock) -> str:
    return mock.variables["FOUNDRY_PROJECT_ENDPOINT"]


@pytest.fixture(scope="session")
def resource(mock) -> str:
    return mock.variables["FOUNDRY_RESOURCE_ENDPOINT"]


@pytest.fixture
def key(mock) -> dict[str, str]:
    return {"api-key": mock.foundry.secrets.api_key}


@pytest.fixture
def bearer(mock):
    """A function: audience (and what is wrong with the token) in, Authorization header out."""

    def header(audience: str = tokens.AI_AUDIENCE, **wrong) -> dict[str, str]:
        return {"Authorization": f"Bearer {mock.foundry.issuer.token(audience, **wrong)[0]}"}

    return header


@pytest.fixture
def session(mock):
    with requests.Session() as opened:
        opened.verify = mock.variables["REQUESTS_CA_BUNDLE"]
        yield opened


def pytest_terminal_summary(terminalreporter, config):
    """The table of the notebooks' sizes, the cells whose output is not compared, and the tests that never ran."""
    for line in getattr(config, "never", ()):
        terminalreporter.write_line(line, red=True)
    if hasattr(config, "workerinput") or not any("test_notebooks" in key.nodeid for key in _reports(terminalreporter)):
        return
    import nbformat

    from tests.lessons import guards
    from tests.lessons.test_notebooks import PATHS

    write = terminalreporter.write_line
    write(f"\n{'notebook':<34} cells  words  code lines: median  90 %  most")
    stored = {path.stem: nbformat.read(path, 4) for path in PATHS}
    for name, notebook in stored.items():
        cells, words, median, tenth, most = guards.sizes(notebook)
        write(f"{name:<34} {cells:5} {words:6} {median:19g} {tenth:5} {most:5}")
    write("\ncells whose output is not compared, and why")
    for name, notebook in stored.items():
        for cell in notebook.cells:
            if "varies" in cell.metadata:
                write(f"  {name[:2]} {cell.id:<12} {cell.metadata['varies']}")


def _is_missing(*programs: str) -> bool:
    return not all(map(shutil.which, programs))


# What this machine may lack: how a test says so, and whether it is so.
JAVASCRIPT = "so the JavaScript SDK was not tried"
MAY_LACK = {
    "it needs sh, or signals, which Windows does not have": os.name != "posix",
    "kernels are warm on Linux only": sys.platform != "linux",
    "namespaces are Linux's": sys.platform != "linux",
    "there is no sh and curl here": _is_missing("sh", "curl"),
    f"Node is not installed here, {JAVASCRIPT}: https://nodejs.org": _is_missing("node"),
}


def _may_be_skipped(name: str, reason: str) -> bool:
    """Whether a test, all rows of which are skipped, is skipped for what this machine really lacks."""
    of_npm = reason.startswith(f"npm could not fetch the openai package, {JAVASCRIPT}: ")
    return MAY_LACK.get(reason, False) or (of_npm and name.startswith("tests/mock/test_javascript.py::"))


def _never_run(config, reported) -> list[str]:
    """The test files of which a run of them all has no result: none was collected, or somebody took them out."""
    if config.args != ["tests"] or config.option.keyword or config.option.markexpr:
        return []
    left_out = [ROOT / one for one in config.option.ignore or ()]
    ran = {ROOT / name.partition("::")[0] for name in reported}
    files = sorted(
        path for path in (ROOT / "tests").rglob("test_*.py") if not any(path.is_relative_to(one) for one in left_out)
    )
    return [f"{path.relative_to(ROOT).as_posix()}: nothing in it was run" for path in files if path not in ran]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """A test of which every row is skipped tests nothing. It fails, unless this machine lacks what it needs."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if hasattr(session.config, "workerinput") or reporter is None:
        return
    rows: dict[str, set[str]] = {}
    reasons: dict[str, str] = {}
    for outcome in ("passed", "failed", "skipped", "error", "xfailed", "xpassed"):
        for report in reporter.stats.get(outcome, ()):
            name = report.nodeid.partition("[")[0]
            if outcome != "skipped" and getattr(report, "when", "call") != "call":
                continue
            rows.setdefault(name, set()).add("skipped" if outcome in ("skipped", "xfailed") else outcome)
            if outcome == "skipped":
                reasons[name] = str(
                    report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
                ).removeprefix("Skipped: ")
    session.config.never = [
        f"{name}: all of it is skipped ({reasons.get(name, 'expected to fail')}); run it, or take it away"
        for name, outcomes in rows.items()
        if outcomes == {"skipped"} and not _may_be_skipped(name, reasons.get(name, ""))
    ]
    session.config.never += _never_run(session.config, rows)
    if session.config.never and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _reports(terminalreporter):
    return [*terminalreporter.stats.get("passed", ()), *terminalreporter.stats.get("failed", ())]


def beginning(name: str = "first_request/what_is_an_ai_application", length: int = 24) -> str:
    """How the model's answer in a recording begins: tests do not know the words by heart, since a recording may be replaced."""
    from helpers.mock.model.recordings import FOLDER, read

    return read(FOLDER / f"{name}.json", name).answer.text[:length]
