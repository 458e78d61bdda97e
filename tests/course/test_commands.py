"""The commands, from a shell: what they say, and what they say when something is missing."""

import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from helpers.course import commands, environment, lab
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
    for name in ("ensurepip", "pip"):
        (clone / f"{name}.py").write_text(f"raise ImportError('No module named {name}')")
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
        environment._make(-1)


def test_an_environment_with_an_old_python_is_left_alone(clone, monkeypatch):
    monkeypatch.setattr(environment, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(environment, "CONFIG", Path(__file__))
    monkeypatch.setattr(environment, "_python_version", lambda: (3, 9))
    with pytest.raises(environment.SetupProblem, match=r"holds Python 3\.9"):
        environment._make(-1)


def test_nothing_is_installed_again_while_the_lock_is_the_same(clone, monkeypatch):
    for name in ("LOCK", "VENV", "STAMP", "ROOT", "CONFIG", "UNFINISHED"):
        relative = getattr(environment, name).relative_to(ROOT)
        monkeypatch.setattr(environment, name, clone / relative)
    monkeypatch.setattr(environment, "PYTHON", Path(sys.executable))
    environment.VENV.mkdir()
    environment.CONFIG.touch()
    assert not environment._is_current()
    environment.STAMP.write_text(environment._fingerprint())
    assert environment._is_current()
    environment.UNFINISHED.touch()
    assert not environment._is_current(), "an update that was cut short"
    environment.UNFINISHED.unlink()
    environment.LOCK.write_text(environment.LOCK.read_text().replace("requests==", "requests==1"))
    assert not environment._is_current()


@pytest.fixture
def index(tmp_path):
    """A package index on this machine: project name -> file name -> bytes. What it was asked for is in ``asked``."""
    offered: dict[str, dict[str, bytes]] = {}

    class Index(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            Index.asked.append(self.path)
            project, _, name = self.path.removeprefix("/simple/").strip("/").partition("/")
            body = offered.get(project, {}).get(name)
            if not name and project in offered:
                body = "".join(f'<a href="/simple/{project}/{one}">{one}</a>' for one in offered[project]).encode()
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/html" if not name else "application/octet-stream")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_):
            pass

    Index.asked, Index.offered = [], offered
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Index.url = f"http://127.0.0.1:{server.server_port}/simple"
    yield Index
    server.shutdown()
    server.server_close()


def _from(index) -> dict[str, str]:
    return BARE | {
        "PIP_INDEX_URL": index.url,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_RETRIES": "0",
        "PIP_NO_CACHE_DIR": "1",
    }


@needs_posix
def test_uv_comes_from_the_index_that_pip_is_set_to_and_a_damaged_one_is_not_kept(index, tmp_path, monkeypatch, capsys):
    index.offered["uv"] = {"uv-9.9.9-py3-none-any.whl": b"PK and then nothing"}
    monkeypatch.setattr(environment, "LOG", tmp_path / "install.log")
    monkeypatch.setattr(environment, "OWN_UV", tmp_path / "uv")
    for name, value in _from(index).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PIP_PREFIX", str(tmp_path / "elsewhere"))  # what leads pip elsewhere is left out
    assert environment._own_uv(environment._settings(), -1) is None
    told = capsys.readouterr().out
    assert "Fetching uv" in told
    assert "uv could not be had (" in told
    assert index.asked[0] == "/simple/uv/"
    assert not (tmp_path / "uv").exists()
    assert not (tmp_path / "elsewhere").exists()
    assert "uv-9.9.9" in (tmp_path / "install.log").read_text()


def test_a_uv_that_cannot_do_it_is_told_and_pip_goes_on(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(environment, "LOG", tmp_path / "install.log")
    monkeypatch.setattr("shutil.which", lambda name: f"/programs/{name}")
    monkeypatch.setattr(environment, "_settings", dict)
    monkeypatch.setattr(environment, "_own_uv", lambda settings, lock: "/own/uv")
    said = {"uv": (True, "error: I am a stub"), "pip": (False, "")}
    ran = []

    def run(command, settings, total, lock):
        ran.append(command)
        return said["uv" if command[0].endswith("uv") else "pip"]

    monkeypatch.setattr(environment, "_run", run)
    environment._run_installers(["-r", "x"], 3, -1)
    told = capsys.readouterr().out
    assert "uv could not do it (error: I am a stub)." in told
    assert "Installing with pip, which takes a minute or two" in told
    assert [command[0] for command in ran] == ["/programs/uv", "/own/uv", str(environment.PYTHON)]
    said["uv"] = (True, "error: Failed to fetch\n  Caused by: dns error")
    with pytest.raises(environment.SetupProblem, match="Connect to the internet"):
        environment._run_installers(["-r", "x"], 3, -1)
    assert len(ran) == 4, "without a network nothing else is tried in turn"


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"PIP_INDEX_URL": "https://pip.contoso-ai.example/simple"}, {"UV_DEFAULT_INDEX": "https://pip.contoso-ai.example/simple"}),
        (
            {"PIP_EXTRA_INDEX_URL": "https://a.example/s https://b.example/s"},
            {"UV_INDEX": "https://a.example/s https://b.example/s", "UV_INDEX_STRATEGY": "unsafe-best-match"},
        ),
        ({"PIP_PROXY": "http://proxy.example:8080"}, {"HTTPS_PROXY": "http://proxy.example:8080", "HTTP_PROXY": "http://proxy.example:8080"}),
        ({"PIP_CERT": "/company.pem"}, {"SSL_CERT_FILE": "/company.pem"}),
        ({"UV_DEFAULT_INDEX": "https://uv.example/simple"}, {"PIP_INDEX_URL": "https://uv.example/simple"}),
        ({"UV_DEFAULT_INDEX": "https://uv.example/simple", "PIP_INDEX_URL": "https://pip.example/simple"}, {}),
        ({"UV_CONFIG_FILE": "index.toml"}, {"PIP_INDEX_URL": "https://file.example/simple"}),
        ({"PIP_CONFIG_FILE": "pip.conf"}, {"UV_DEFAULT_INDEX": "https://conf.example/simple"}),
        ({}, {}),
    ],
)  # fmt: skip
def test_one_installer_is_told_what_the_other_is_configured_with(monkeypatch, tmp_path, variables, told):
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_")) or name.upper() in ("SSL_CERT_FILE", "HTTPS_PROXY", "HTTP_PROXY"):
            monkeypatch.delenv(name)
    (tmp_path / "index.toml").write_text('[[index]]\nurl = "https://file.example/simple"\ndefault = true\n')
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = https://conf.example/simple\n")
    for name, value in {"PIP_CONFIG_FILE": os.devnull, "XDG_CONFIG_HOME": str(tmp_path), **variables}.items():
        monkeypatch.setenv(name, str(tmp_path / value) if value.endswith((".toml", ".conf")) else value)
    monkeypatch.setattr(environment, "FILES_OF_UV", ())
    found = environment._index_settings()
    if "PIP_CONFIG_FILE" in variables:  # this machine may have a pip.conf of its own beside it
        found = {name: value for name, value in found.items() if name in told}
    assert found == told


@needs_posix
def test_a_second_command_waits_for_the_first(tmp_path):
    code = "from helpers.course import environment\nwith environment._alone(): print('in', flush=True); input()"
    with environment._alone():
        second = subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert second.stdout.readline() == "Another command is still installing; waiting for it ...\n"
    assert second.communicate("\n", timeout=20)[0] == "in\n"


def test_a_damaged_environment_is_told_and_never_entered_again_and_again(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "VENV", tmp_path)
    monkeypatch.setattr(environment, "PYTHON", Path(sys.executable))
    with pytest.raises(environment.SetupProblem, match=r"is damaged\. Delete that folder"):
        environment.switch(["lab"])


def test_the_installers_errors_become_one_line():
    for words, explained in (
        ("error: Failed to fetch: `https://x/`\n  Caused by: dns error", "Connect to the internet"),
        ("invalid peer certificate: UnknownIssuer", "set SSL_CERT_FILE and PIP_CERT"),
        ("error: Failed to extract archive: x.whl", "arrived damaged"),
        ("× No solution found\n╰─▶ Because flit was not found in the package registry", "did not offer flit"),
    ):
        with pytest.raises(environment.SetupProblem, match=explained):
            environment._explain(words)
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


def test_lab_for_a_projector_leaves_the_learners_settings_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(lab, "PRESENT", tmp_path)
    lab.clear_the_desk()
    themes = tmp_path / "settings" / "@jupyterlab" / "apputils-extension" / "themes.jupyterlab-settings"
    assert json.loads(themes.read_text())["overrides"]["code-font-size"] == "20px"
    themes.write_text("{}")  # the presenter has changed it
    lab.clear_the_desk()
    assert themes.read_text() == "{}"
    assert f"--LabApp.user_settings_dir={tmp_path / 'settings'}" in lab.command([], present=True)
    assert not [option for option in lab.command([]) if "user_settings" in option or "workspaces" in option]


def test_lab_takes_its_own_option_and_passes_the_others_on(monkeypatch):
    seen = []
    monkeypatch.setattr(environment, "enter", seen.append)
    monkeypatch.setattr(lab, "run", lambda passed_on, present: seen.append((passed_on, present)) or 0)
    for line in ("lab --present -- --port=1", "lab -- --port=1", "lab --present"):
        commands.main(line.split())
    assert seen[1::2] == [(["--port=1"], True), (["--port=1"], False), ([], True)]
    assert seen[::2] == [["lab", "--present", "--", "--port=1"], ["lab", "--", "--port=1"], ["lab", "--present"]]


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


def test_an_update_that_was_cut_short_is_done_again_and_keeps_the_environment(clone, monkeypatch):
    for name in ("LOCK", "VENV", "STAMP", "ROOT", "CONFIG", "UNFINISHED"):
        monkeypatch.setattr(environment, name, clone / getattr(environment, name).relative_to(ROOT))
    monkeypatch.setattr(environment, "PYTHON", Path(sys.executable))
    environment.VENV.mkdir()
    environment.CONFIG.touch()
    runs = []
    monkeypatch.setattr(environment, "_run_installers", lambda what, total, lock, again: runs.append(again))
    environment._make(-1)
    environment._install(-1)
    environment.UNFINISHED.write_text("update")
    (environment.VENV / "mine.txt").touch()
    environment._make(-1)
    environment._install(-1)
    assert runs == [False, True]
    assert (environment.VENV / "mine.txt").exists()
    assert not environment.UNFINISHED.exists()
