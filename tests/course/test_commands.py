"""The commands, from a shell: what they say, and what they say when something is missing."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.course import environment, lab
from helpers.course.environment import ROOT
from tests.conftest import needs_posix


def helpers(*arguments: str, python: str = sys.executable, cwd: Path = ROOT, **variables: str):
    clean = {n: v for n, v in os.environ.items() if not n.startswith("FOUNDRY_")}
    return subprocess.run(
        [python, "-m", "helpers", *arguments],
        cwd=cwd,
        env=clean | variables,
        capture_output=True,
        text=True,
        timeout=120,
    )


def one_line(said: subprocess.CompletedProcess) -> str:
    """The one line of a failure: no traceback, exit code not 0."""
    assert said.returncode not in (0, None)
    assert "Traceback" not in said.stdout + said.stderr
    assert len(said.stderr.strip().splitlines()) == 1, said.stderr
    return said.stderr.strip()


def test_alone_it_prints_an_overview():
    said = helpers()
    assert said.returncode == 0
    assert all(f"python3 -m helpers {command}" in said.stdout for command in ("lab", "test", "mock"))


def test_an_unknown_command_is_told():
    assert "'frob'" in one_line(helpers("frob"))


@pytest.fixture
def clone(tmp_path) -> Path:
    """The project without an environment, as a fresh clone."""
    for name in ("helpers", "requirements.txt", "pyproject.toml"):
        source = ROOT / name
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, tmp_path / name, ignore=ignore) if source.is_dir() else shutil.copy(source, tmp_path)
    return tmp_path


BARE = {"PATH": "/usr/bin:/bin", "PYTHONPATH": ""}


def test_an_old_python_is_told_which_one_is_needed(clone):
    for name in ("__init__.py", "__main__.py"):
        source = (ROOT / "helpers" / name).read_text()
        assert "f'" not in source.replace("of'", "")
        assert 'f"' not in source
    fake = clone / "sitecustomize.py"  # this Python, which says that it is an old one
    fake.write_text("import sys\nsys.version_info = (3, 8, 0, 'final', 0)\n")
    said = one_line(helpers("lab", cwd=clone, **BARE | {"PYTHONPATH": str(clone)}))
    assert "needs Python 3.11 or newer, and this is Python 3.8" in said


def test_a_python_without_venv_is_told_the_package(clone):
    (clone / "ensurepip.py").write_text("raise ImportError('No module named ensurepip')")
    said = one_line(helpers("lab", cwd=clone, **BARE | {"PYTHONPATH": str(clone)}))
    assert f"sudo apt install python3.{sys.version_info[1]}-venv" in said


def test_no_network_is_told(clone):
    variables = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1", "PIP_CONFIG_FILE": os.devnull}
    said = one_line(helpers("test", cwd=clone, **BARE | variables))
    assert "package index" in said
    assert "internet" in said
    assert not (clone / ".venv" / "installed.sha256").exists()


def test_a_folder_that_cannot_be_written_is_told(clone, monkeypatch):
    monkeypatch.setattr(environment, "ROOT", clone)
    monkeypatch.setattr(environment, "PYTHON", clone / ".venv" / "bin" / "python")
    monkeypatch.setattr(environment.os, "access", lambda path, mode: False)
    with pytest.raises(environment.SetupProblem, match="cannot be written to"):
        environment._make()


def test_an_environment_with_an_old_python_is_left_alone(clone, monkeypatch):
    monkeypatch.setattr(environment, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(environment, "_python_version", lambda: (3, 9))
    with pytest.raises(environment.SetupProblem, match=r"holds Python 3\.9"):
        environment._make()


def test_nothing_is_installed_again_while_the_lock_is_the_same(clone, monkeypatch):
    for name in ("LOCK", "VENV", "STAMP", "ROOT"):
        relative = getattr(environment, name).relative_to(ROOT)
        monkeypatch.setattr(environment, name, clone / relative)
    monkeypatch.setattr(environment, "PYTHON", Path(sys.executable))
    environment.VENV.mkdir()
    assert not environment._is_current()
    environment.STAMP.write_text(environment._fingerprint())
    assert environment._is_current()
    environment.LOCK.write_text(environment.LOCK.read_text().replace("requests==", "requests==1"))
    assert not environment._is_current()


def test_the_installers_errors_become_one_line():
    with pytest.raises(environment.SetupProblem, match="disk is full"):
        environment._explain("OSError: [Errno 28] No space left on device")
    with pytest.raises(environment.SetupProblem, match=r"did not offer requests==2\.34\.2"):
        environment._explain("ERROR: No matching distribution found for requests==2.34.2")
    with pytest.raises(environment.SetupProblem, match=r"ERROR: nothing fits"):
        environment._explain("noise\nERROR: nothing fits\n")


# -- lab ---------------------------------------------------------------------------------------------------------------
def test_lab_passes_options_on_and_opens_the_first_notebook():
    command = lab.command(["--no-browser", "--port=9999"])
    assert command[-2:] == ["--no-browser", "--port=9999"]
    assert "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb" in command
    assert (ROOT / lab.FIRST).is_file()


@pytest.mark.parametrize("spelled", ["--port={}", "--port {}", "--ServerApp.port={}"])
def test_a_taken_port_of_jupyterlab_is_told(spelled):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(environment.SetupProblem, match=f"Port {port} is taken"):
            lab.run(["--no-browser", *spelled.format(port).split()])


# -- mock --------------------------------------------------------------------------------------------------------------
def test_a_taken_port_is_told():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = one_line(helpers("mock", "--port", str(port)))
    assert f"port {port}" in said
    assert "--port" in said.split(":", 1)[1]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--port", "99999"], "0 to 65535"),
        (["--port", "x"], "invalid int value"),
        (["--env-file", "/nowhere/at/all"], "there is no folder /nowhere/at"),
        (["--host", "not a host", "--port", "0"], "not an address of this machine"),
        (["--speed", "fast"], "invalid choice"),
    ],
)
def test_wrong_options_are_told(arguments, says, refused):
    said = helpers("mock", *arguments)
    refused.write_text("")  # it does look up "not a host"
    assert says in said.stderr
    assert "Traceback" not in said.stderr
    assert said.returncode != 0


@needs_posix
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_mock_writes_its_variables_when_ready_and_removes_them_at_the_end(tmp_path, mock_command, stop):
    env_file = tmp_path / "with space" / "mock.env"
    env_file.parent.mkdir()
    running = mock_command("--env-file", str(env_file))
    assert running.stdout.readline().startswith("Offline mock of Foundry at https://localhost:")
    assert env_file.stat().st_mode & 0o077 == 0  # it holds a key
    shell = (
        f"set -a; . '{env_file}'; set +a; curl -s -o /dev/null -w '%{{http_code}}' -H \"api-key: $FOUNDRY_API_KEY\" "
    )
    shell += '-d \'{"model": "gpt-4o", "input": "x"}\' "$FOUNDRY_RESOURCE_ENDPOINT/openai/v1/responses"'
    assert subprocess.run(["sh", "-c", shell], capture_output=True, text=True).stdout == "200"
    names = [line.partition("=")[0] for line in env_file.read_text().splitlines()]
    running.send_signal(stop)
    _, errors = running.communicate(timeout=10)
    assert errors == ""
    assert not env_file.exists()
    assert set(names) >= {
        "FOUNDRY_PROJECT_ENDPOINT", "FOUNDRY_RESOURCE_ENDPOINT", "FOUNDRY_MODEL_NAME", "FOUNDRY_API_KEY",
        "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "AZURE_TOKEN_CREDENTIALS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS",
    }  # fmt: skip


@pytest.mark.parametrize("target", ["foreign.env", ".", "missing/mock.env", "/proc/mock.env"])
def test_only_a_file_of_its_own_is_written_and_removed(tmp_path, target):
    (tmp_path / "foreign.env").write_text("SETTING=mine\n")
    said = one_line(helpers("mock", "--port", "0", "--env-file", str(tmp_path / target)))
    assert said.startswith("--env-file: ")
    assert (tmp_path / "foreign.env").read_text() == "SETTING=mine\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["foreign.env"]


def test_strict_refuses_with_the_difference(tmp_path):
    from helpers.mock.server import MockServer

    server = MockServer(port=0, strict=True)
    server.start()
    try:
        import requests

        answer = requests.post(
            server.origin + "/openai/v1/responses",
            headers={"api-key": server.foundry.secrets.api_key},
            json={"model": "gpt-4.1-mini", "input": "What is an AI app?"},
            verify=server.variables["REQUESTS_CA_BUNDLE"],
            timeout=5,
        )
    finally:
        server.stop()
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (404, "mock_no_recording")
    assert "recording first_request/what_is_an_ai_application" in error["message"]
    assert '-      "text": "What is an AI application?"' in error["message"]
    assert '+      "text": "What is an AI app?"' in error["message"]


def test_two_mocks_take_two_ports():
    from helpers.mock.server import MockServer

    servers = [MockServer(), MockServer()]
    for server in servers:
        server.start()
    try:
        assert servers[0].port != servers[1].port
    finally:
        for server in servers:
            server.stop()
    assert not any(Path(server.variables["SSL_CERT_FILE"]).exists() for server in servers)


@needs_posix
def test_another_host_is_warned_about(mock_command):
    running = mock_command("--host", "0.0.0.0")
    assert running.stderr.readline().startswith("WARNING: on 0.0.0.0 everyone")
    assert "every machine" in running.stdout.readline()
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=10)
