"""python -m helpers doctor: each thing it finds, provoked by a setup that has it."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys

import certifi
import pytest
import requests

from helpers import connection
from helpers.course import commands, doctor, environment
from helpers.mock import catalog
from helpers.redaction import secrets_in

GOOD = "https://my-foundry.services.ai.azure.com/api/projects/my-project"
SECRET = "0123456789abcdefghijklmnopqrstuvwxyz0123456789"
OWN = ("FOUNDRY_", "AZURE_", "IDENTITY_")
LIVE = {"FOUNDRY_PROJECT_ENDPOINT": GOOD, "FOUNDRY_MODEL_NAME": "gpt-4.1-mini"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Machine:
    """A setup to break. Whatever is found on it keeps three rules: a fix for each problem, a text of one line, no secret."""

    def __init__(self, monkeypatch, folder):
        self.patch, self.folder, self.secrets, self.programs = monkeypatch, folder, {SECRET}, {}

    def settings(self, **values: str) -> None:
        (self.folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in values.items()))

    def environment(self, **values: str) -> None:
        for name, value in values.items():
            self.patch.setenv(name, value)

    def diagnose(self, live: bool = False) -> list[doctor.Finding]:
        findings = doctor.diagnose(live)
        for one in findings:
            assert one.state in doctor.MARKS
            assert one.fix or one.state != "problem", one
            assert "\n" not in one.text
        told = doctor.report(findings)
        assert "a token" not in [what for _, _, what in secrets_in(told)]
        assert not [secret for secret in self.secrets if secret in told]
        return findings

    def about(self, subject: str, live: bool = False) -> list[doctor.Finding]:
        return [one for one in self.diagnose(live) if one.subject == subject]

    def only(self, subject: str, live: bool = False) -> doctor.Finding:
        (one,) = self.about(subject, live)
        return one


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """All is well, nothing is set, and what takes time is left out."""
    for name in list(os.environ):
        if name.startswith(OWN) or name.upper() in (*doctor.PROXIES, "NO_PROXY", *doctor.BUNDLES):
            monkeypatch.delenv(name)
    (tmp_path / "requirements.txt").write_text(f"pytest=={pytest.__version__}\n-e .\n")
    made = Machine(monkeypatch, tmp_path)
    made.programs["az"] = "/usr/bin/az"
    monkeypatch.setattr(connection, "ROOT", tmp_path)
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    monkeypatch.setattr(doctor, "LOCK", tmp_path / "requirements.txt")
    monkeypatch.setattr(connection, "_exported", {})
    monkeypatch.setattr(doctor, "PORT", free_port())
    monkeypatch.setattr(environment, "state", lambda: "")
    monkeypatch.setattr("shutil.which", lambda name, *_, **__: made.programs.get(name))
    return made


def test_a_good_setup_has_no_problem_and_exit_code_0(machine, capsys):
    assert doctor.run(live=False) == 0
    assert capsys.readouterr().out.endswith("\n\nEverything needed is here.\n")
    assert {one.subject for one in machine.diagnose()} == set(
        "Python packages Node port certificates proxy settings sign-in".split()
    )


def test_a_problem_is_printed_with_its_fix_and_exit_code_1(machine, capsys):
    machine.settings(**LIVE | {"FOUNDRY_PROJECT_ENDPOINT": GOOD + "/"})
    assert doctor.run(live=False) == 0
    machine.settings(**LIVE | {"FOUNDRY_PROJECT_ENDPOINT": GOOD + "/openai/v1", "FOUNDRY_MODEL_NAME": ""})
    assert doctor.run(live=False) == 1
    said = capsys.readouterr().out
    assert f"fix: use {GOOD}\n" in said
    assert said.endswith("2 problems to mend.\n")


def test_the_command_returns_the_exit_code_and_passes_live_on(machine, capsys):
    machine.patch.setattr(environment, "switch", lambda arguments: None)
    assert commands.main(["doctor"]) == 0
    assert "nothing live to try" not in capsys.readouterr().out
    assert commands.main(["doctor", "--live"]) == 0
    assert "nothing live to try" in capsys.readouterr().out
    machine.settings(FOUNDRY_API_KEY=SECRET)
    assert commands.main(["doctor"]) == 1
    assert "1 problem to mend." in capsys.readouterr().out


def test_the_command_in_a_process_of_its_own():
    broken = {**os.environ, "FOUNDRY_PROJECT_ENDPOINT": "", "FOUNDRY_API_KEY": SECRET, "FOUNDRY_MOCK_ENV": ""}
    command = [sys.executable, "-m", "helpers", "doctor"]
    ran = subprocess.run(command, cwd=environment.ROOT, env=broken, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "FOUNDRY_API_KEY is set and FOUNDRY_PROJECT_ENDPOINT is empty" in ran.stdout
    assert "fix: set FOUNDRY_PROJECT_ENDPOINT as well" in ran.stdout
    assert SECRET not in ran.stdout


# -- this machine ------------------------------------------------------------------------------------------------------
def test_a_python_outside_of_the_venv_is_told(machine):
    machine.patch.setattr(environment, "VENV", machine.folder)
    assert machine.only("Python").text.endswith("outside the .venv of the course")
    machine.patch.setattr(environment, "VENV", environment.Path(sys.prefix))
    assert re.fullmatch(r"3\.\d+\.\d+", machine.only("Python").text)


@pytest.mark.parametrize(
    ("lock", "state", "says"),
    [
        ("no-such-package==1\n", "problem", "1 of 2 are not installed, such as no-such-package"),
        ("requests==0.1\n", "problem", f"requests {requests.__version__} instead of 0.1"),
        ("requests==0.1\nopenai==0.1\nruff==0.1\n", "problem", "instead of 0.1 and 1 more"),
        ("no-such-package==1 ; sys_platform == 'none'\n# a comment\n", "ok", "1, as requirements.txt has them"),
    ],
)
def test_packages_are_those_of_the_lock(machine, lock, state, says):
    with doctor.LOCK.open("a") as file:
        file.write(lock)
    found = machine.only("packages")
    assert found.state == state
    assert says in found.text
    assert ("delete .venv" in found.fix) == (state == "problem")


def test_a_lock_that_is_not_there_is_no_reason_to_stop(machine):
    doctor.LOCK.unlink()
    assert "could not be checked (FileNotFoundError" in machine.only("packages").text
    assert machine.only("Python")


def test_what_is_set_aside_and_what_prints_is_told(machine):
    machine.environment(
        OPENAI_BASE_URL="https://x", AZURE_LOG_LEVEL="debug", PYTHONWARNINGS="default", SSLKEYLOGFILE="/no/k"
    )
    told = [finding.text for finding in machine.diagnose() if finding.subject == "environment"]
    assert told[0].startswith(
        "AZURE_LOG_LEVEL, OPENAI_BASE_URL, SSLKEYLOGFILE set: connect() sets them aside while it is offline"
    )
    assert told[1] == "SSLKEYLOGFILE names /no/k, which cannot be written"
    assert told[2] == "PYTHONWARNINGS, AZURE_LOG_LEVEL set: cells may show more than the lessons do"


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("is unfinished: the last command that installed was cut short", "problem"),
        (environment.NOT_YET, "note"),
    ],
)
def test_an_environment_that_needs_something_is_told_with_the_command(machine, state, kind):
    machine.patch.setattr(environment, "state", lambda: state)
    found = machine.only(".venv")
    assert (found.state, found.text) == (kind, state)
    assert "run python3 -m helpers lab" in found.fix


def test_before_the_first_install_there_is_one_thing_to_do_and_no_problem(tmp_path):
    shutil.copytree(environment.ROOT / "helpers", tmp_path / "helpers", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("requirements.txt", "pyproject.toml", ".env.example"):
        shutil.copy(environment.ROOT / name, tmp_path)
    command = [sys._base_executable, "-S", "-m", "helpers", "doctor", "--live"]  # -S: as if nothing were installed
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "PROBLEM" not in ran.stdout
    assert re.findall(r"note +([.\w]+) +(.*)\n +fix: (.*)\n", ran.stdout) == [
        (".venv", "is not there yet", "run python3 -m helpers lab")
    ]
    assert "\n\nNothing is wrong so far. Run this again after that command" in ran.stdout


def test_a_package_whose_files_are_gone_is_told(machine):
    machine.patch.setattr(doctor, "_is_whole", lambda package: False)
    assert "files of pytest are gone" in machine.only("packages").text


def test_a_retired_sdk_is_told(machine):
    machine.patch.setattr("importlib.metadata.version", lambda name: pytest.__version__)
    assert "azure-ai-inference is installed: it was retired" in machine.about("packages")[-1].text


@pytest.mark.parametrize(
    ("said", "state", "text"),
    [
        ("v22.1.0\n", "ok", "22.1.0"),
        ("v20.0.0\n", "ok", "20.0.0"),
        ("v18.19.0\n", "note", "18.19.0, and lesson 09 wants 20 or newer"),
        (OSError("no"), "note", "could not be checked (OSError: no)"),
        (subprocess.TimeoutExpired("node", 20), "note", "could not be checked (TimeoutExpired"),
    ],
)
def test_node_is_looked_at(machine, said, state, text):
    def run(*_, **__):
        if isinstance(said, Exception):
            raise said
        return subprocess.CompletedProcess([], 0, said)

    assert "not installed" in machine.only("Node").text
    machine.programs["node"] = "node"
    machine.patch.setattr(subprocess, "run", run)
    found = next(one for one in machine.diagnose() if one.subject.lower() == "node")
    assert found.state == state
    assert found.text.startswith(text)


def test_a_port_in_use_is_told(machine):
    assert machine.only("port").state == "ok"
    with socket.create_server(("127.0.0.1", 0)) as other:
        machine.patch.setattr(doctor, "PORT", other.getsockname()[1])
        assert machine.only("port").text == f"{doctor.PORT} is in use, so a new mock takes the next free one"


@pytest.mark.parametrize("name", doctor.BUNDLES)
def test_a_bundle_that_is_none_is_a_problem(machine, name):
    assert machine.only("certificates").text.startswith("no bundle")
    machine.environment(**dict.fromkeys(doctor.BUNDLES, certifi.where()))
    assert machine.only("certificates").text.startswith(f"{', '.join(doctor.BUNDLES)} set")
    for path, says in ((machine.folder / "gone.pem", "and there is no such file"), (doctor.LOCK, "no certificates")):
        machine.environment(**{name: str(path)})
        found = machine.only("certificates")
        assert found.state == "problem"
        assert found.text.startswith(f"{name} names {path}, ")
        assert says in found.text
        assert found.fix.startswith(f"unset {name}")


@pytest.mark.parametrize(
    ("variables", "state", "says"),
    [
        ({}, "ok", "none is set"),
        ({"https_proxy": "http://me:PASSWORD@proxy:80"}, "note", "HTTPS_PROXY set; connect() exempts localhost"),
        ({"ALL_PROXY": "x", "NO_PROXY": "example.com"}, "note", "need NO_PROXY=localhost"),
        ({"HTTP_PROXY": "x", "no_proxy": "example.com, localhost"}, "ok", "localhost is exempt"),
        ({"HTTPS_PROXY": "x", "HTTP_PROXY": "x", "NO_PROXY": "*"}, "ok", "HTTPS_PROXY, HTTP_PROXY set"),
    ],
)
def test_a_proxy_is_told_without_its_password(machine, variables, state, says):
    machine.secrets.add("PASSWORD")
    machine.environment(**variables)
    assert machine.only("proxy").state == state
    assert says in machine.only("proxy").text


# -- the settings --------------------------------------------------------------------------------------------------------
def test_without_settings_the_mock_is_used(machine):
    assert machine.only("settings").text == "no .env: notebooks use the offline mock"
    machine.settings(FOUNDRY_MODEL_NAME="x")
    assert machine.only("settings").text == "no project endpoint in .env: notebooks use the offline mock"


def test_good_live_settings_are_told_without_the_key(machine):
    machine.settings(**LIVE, FOUNDRY_RESOURCE_ENDPOINT=GOOD.partition("/api")[0], FOUNDRY_API_KEY=SECRET)
    found = machine.about("settings")
    assert [one.state for one in found] == ["ok"] * 4 + ["note"]
    assert f"FOUNDRY_PROJECT_ENDPOINT is {GOOD}" in [one.text for one in found]
    assert "FOUNDRY_API_KEY is set" in [one.text for one in found]
    assert found[-1].text.startswith("LIVE")


def test_a_setup_without_a_key_is_fine(machine):
    machine.settings(**LIVE)
    assert [one.state for one in machine.about("settings")] == ["ok", "ok", "note", "note"]
    assert any(one.text.startswith("no FOUNDRY_API_KEY") for one in machine.about("settings"))


@pytest.mark.parametrize(
    ("name", "value", "says", "fix"),
    [
        ("FOUNDRY_PROJECT_ENDPOINT", GOOD.replace("https", "http"), "starts with http://", f"use {GOOD}"),
        ("FOUNDRY_PROJECT_ENDPOINT", GOOD.partition("/api")[0], "it is the resource endpoint", "/<project-name>"),
        ("FOUNDRY_PROJECT_ENDPOINT", SECRET, "does not start with https://", "use https://<resource-name>"),
        ("FOUNDRY_RESOURCE_ENDPOINT", GOOD, "goes on after the host", "use https://my-foundry.services.ai.azure.com"),
        ("FOUNDRY_MODEL_NAME", "", "FOUNDRY_MODEL_NAME is empty", "FOUNDRY_MODEL_NAME"),
        ("FOUNDRY_MODEL_NAME", "a/b", "not the name of a deployment", "use gpt-5.4-mini, or your own"),
        ("FOUNDRY_MODEL_NAME", SECRET, "not the name of a deployment", "use"),
        ("FOUNDRY_API_KEY", "<your key>", "placeholder", "FOUNDRY_API_KEY"),
        ("FOUNDRY_API_KEY", f"Bearer {SECRET}", "header's words", "FOUNDRY_API_KEY"),
        ("FOUNDRY_API_KEY", f"{SECRET} {SECRET}", "copy it again", "FOUNDRY_API_KEY"),
    ],
)
def test_a_bad_setting_is_a_problem_with_the_value_to_use(machine, name, value, says, fix):
    machine.settings(**LIVE)
    machine.environment(**{name: value})
    (found,) = (one for one in machine.about("settings") if one.state == "problem")
    assert found.text.startswith(name)
    assert says in found.text
    assert fix in found.fix or found.fix == "mend that line of .env"


@pytest.mark.parametrize(
    ("line", "says", "fix"),
    [
        ("FOUNDRY_PROJECT_ENDPIONT=x", "FOUNDRY_PROJECT_ENDPIONT in .env is no setting", "FOUNDRY_PROJECT_ENDPOINT"),
        ("export FOUNDRY_XYZ = x", "FOUNDRY_XYZ in .env is no setting of the course", ""),
        ("FOUNDRY_MODEL_NAME=a\nFOUNDRY_MODEL_NAME=b", "FOUNDRY_MODEL_NAME is in .env 2 times", "keep one"),
    ],
)
def test_a_line_of_dotenv_that_nothing_reads_is_a_problem(machine, line, says, fix):
    (machine.folder / ".env.example").write_text("".join(f"{name}=\n" for name in connection.SETTINGS))
    (machine.folder / ".env").write_text(line + "\nAZURE_SOMETHING=x\n# FOUNDRY_COMMENT=x\n")
    (found,) = (one for one in machine.about("settings") if one.state == "problem")
    assert says in found.text
    assert fix in found.fix


def test_the_environment_that_counts_is_told(machine):
    machine.settings(**LIVE, FOUNDRY_API_KEY=SECRET)
    machine.environment(FOUNDRY_MODEL_NAME="gpt-4o", FOUNDRY_API_KEY=SECRET)
    told = [one.text for one in machine.about("settings") if "of the environment counts" in one.text]
    assert told == ["FOUNDRY_MODEL_NAME of the environment counts, not the one in .env"]


def test_a_key_without_an_endpoint_is_a_problem(machine):
    machine.settings(FOUNDRY_API_KEY=SECRET)
    assert machine.about("settings")[-1].text == "FOUNDRY_API_KEY is set and FOUNDRY_PROJECT_ENDPOINT is empty"


@pytest.mark.parametrize("text", [f"FOUNDRY_PROJECT_ENDPOINT='{GOOD}\n".encode(), b"FOUNDRY_API_KEY=\xff\xfe\n"])
def test_a_dotenv_that_cannot_be_read_is_a_problem(machine, text):
    """connect() raises for it, so the setup does not work."""
    (machine.folder / ".env").write_bytes(text)
    with pytest.raises(connection.SettingsError):
        connection.read_settings()
    found = machine.only("settings")
    assert found.state == "problem"
    assert ".env" in found.text


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("AZURE_TENANT_ID", "AZURE_CLIENT_ID, AZURE_CLIENT_SECRET"),
        ("AZURE_CLIENT_SECRET", "AZURE_TENANT_ID, AZURE_CLIENT_ID"),
        ("AZURE_TENANT_ID, AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"),
        ("AZURE_CLIENT_ID, AZURE_CLIENT_SECRET", "AZURE_TENANT_ID"),
    ],
)
def test_half_an_application_sign_in_is_a_problem(machine, given, missing):
    machine.environment(**dict.fromkeys(given.split(", "), SECRET))
    found = machine.about("sign-in")[0]
    assert (found.state, found.text) == ("problem", f"{given} set without {missing}")
    assert found.fix == f"set {missing} too, or unset {given}"


def test_half_an_application_sign_in_in_dotenv_is_a_problem_too(machine):
    """connect() puts what .env has into the environment."""
    machine.settings(**LIVE, AZURE_TENANT_ID="t")
    assert machine.about("sign-in")[0].state == "problem"


@pytest.mark.parametrize(
    "given",
    [
        doctor.APPLICATION,
        ("AZURE_CLIENT_ID",),
        ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_CERTIFICATE_PATH"),
        ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"),
    ],
    ids=["secret", "managed identity", "certificate", "workload identity"],
)
def test_a_whole_sign_in_is_no_problem(machine, given):
    machine.environment(**dict.fromkeys(given, SECRET))
    assert [one.state for one in machine.about("sign-in")] == ["ok"]


def test_a_chosen_credential_and_a_missing_cli_are_told(machine):
    machine.environment(AZURE_TOKEN_CREDENTIALS="dev")
    machine.programs.clear()
    chosen, tool = machine.about("sign-in")
    assert chosen.text.startswith("AZURE_TOKEN_CREDENTIALS=dev")
    assert (tool.state, tool.text[:12]) == ("note", "no Azure CLI")


def test_a_shared_mock_that_answers_is_fine(machine, mock):
    machine.environment(**mock.variables)
    machine.environment(FOUNDRY_MOCK_ENV=str(mock.env_file))
    assert machine.only("mock").state == "ok"
    assert machine.only("settings").text == "no .env: notebooks use the offline mock"


@pytest.mark.parametrize("text", [None, "", "FOUNDRY_RESOURCE_ENDPOINT=https://localhost:{port}\n"])
def test_a_shared_mock_that_does_not_answer_is_a_problem(machine, text):
    """connect() raises for each: no file, no mock's file, a mock that has gone."""
    path = machine.folder / "mock.env"
    if text is not None:
        path.write_text(text.format(port=free_port()))
    machine.environment(FOUNDRY_MOCK_ENV=str(path))
    with pytest.raises(connection.SettingsError):
        connection.connect()
    found = machine.only("mock")
    assert found.state == "problem"
    assert "python3 -m helpers mock --env-file" in found.fix


# -- live: the mock stands for Azure -------------------------------------------------------------------------------------
SIGN_IN_FAILS = {"AZURE_TOKEN_CREDENTIALS": "EnvironmentCredential"}


@pytest.fixture
def live(machine, mock):
    """The machine, set up for the mock as if it were a live project; more settings in, nothing out."""
    own = mock.variables
    machine.environment(**{name: value for name, value in own.items() if not name.startswith("FOUNDRY_")})
    machine.secrets |= {mock.foundry.secrets.api_key, own["IDENTITY_HEADER"]}

    def change(**values: str) -> Machine:
        names = ("FOUNDRY_PROJECT_ENDPOINT", "FOUNDRY_MODEL_NAME", "FOUNDRY_API_KEY")
        machine.settings(**{name: own[name] for name in names} | values)
        return machine

    change()
    return change


@pytest.fixture
def fault(mock, session):
    """A function: a kind of fault in; it is up until the end of the test."""

    def put(kind: str, path: str = "/responses", **more) -> None:
        body = {"kind": kind, "path": path, "count": None, **more}
        assert session.post(mock.origin + "/_mock/faults", headers=key, json=body).status_code == 200

    key = {"x-mock-control-key": mock.control_key}
    yield put
    session.delete(mock.origin + "/_mock/faults", headers=key)


def reply(status: int, body) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return made


def states(findings) -> dict[str, str]:
    return {one.subject: one.state for one in findings if one.subject in ("reach", "role", "deployment")} | {
        one.subject: one.state for one in findings if one.subject.startswith("prompt")
    }


def problems(findings) -> dict[str, doctor.Finding]:
    return {one.subject: one for one in findings if one.state == "problem"}


def test_a_good_live_setup_has_no_problem(live):
    found = live().diagnose(live=True)
    assert not problems(found)
    assert states(found) == dict.fromkeys(["reach", "role", "deployment", "prompt"], "ok")
    assert [one.text for one in found if one.subject == "prompt"] == [
        "answered, signed in with the token",
        "answered, signed in with the key",
    ]
    name = catalog.DEFAULT_DEPLOYMENT
    assert any(one.text == f"{name} is there ({name})" for one in found)
    assert doctor.run(live=True) == 0


def test_without_live_nothing_is_sent(live, mock):
    before = mock.foundry.journal.answered
    live().diagnose()
    assert mock.foundry.journal.answered == before


def test_live_needs_settings_that_can_work(machine):
    assert "nothing live to try" in machine.only("live", live=True).text
    machine.settings(**LIVE | {"FOUNDRY_MODEL_NAME": "<name>"})
    assert machine.only("live", live=True).text == "not tried: mend the settings first"


@pytest.mark.parametrize("key", ["wrong-key-" + SECRET, "wrong"])
def test_a_wrong_key_is_a_problem_of_the_key_alone(live, key):
    found = problems(live(FOUNDRY_API_KEY=key).diagnose(live=True))
    assert list(found) == ["prompt, key"]
    assert found["prompt, key"].fix == "copy the key of this very resource again"


def test_a_key_that_no_header_can_hold_is_never_shown(live):
    """requests names the value in its error."""
    machine = live()
    machine.environment(FOUNDRY_API_KEY=f"{SECRET}\n{SECRET}")
    found = machine.diagnose(live=True)
    assert problems(found)["settings"].fix


def test_a_token_without_the_role_is_a_problem(live):
    machine = live()
    machine.environment(AZURE_CLIENT_ID=catalog.CLIENT_ID_WITHOUT_ROLE)
    found = problems(machine.diagnose(live=True))
    assert list(found) == ["role", "prompt, token"]
    assert "lacks the required data action" in found["role"].text
    assert all("Foundry User" in one.fix for one in found.values())
    assert doctor.run(live=True) == 1


def test_a_role_that_was_just_given_is_told_to_wait_for(live, fault):
    fault("role_pending", "/api/projects/")
    found = problems(live(FOUNDRY_API_KEY="").diagnose(live=True))
    assert list(found) == ["role", "prompt, token"]
    assert all("minutes" in one.fix for one in found.values())


def test_a_token_that_has_expired_is_a_problem(live):
    machine = live()
    machine.environment(AZURE_CLIENT_ID=catalog.CLIENT_ID_EXPIRED)
    found = problems(machine.diagnose(live=True))
    assert list(found) == ["role", "prompt, token"]
    assert "az login" in found["role"].fix


def test_an_identity_that_dotenv_names_is_the_one_that_is_tried(live):
    """connect() puts what .env has into the environment, so notebooks sign in with it."""
    machine = live(AZURE_CLIENT_ID=catalog.CLIENT_ID_WITHOUT_ROLE)
    before = os.environ.copy()
    assert "role" in problems(machine.diagnose(live=True))
    assert os.environ == before


def test_no_sign_in_is_a_problem_unless_there_is_a_key(live):
    machine = live()
    machine.environment(**SIGN_IN_FAILS)
    found = machine.diagnose(live=True)
    assert not problems(found)
    assert states(found) == {"reach": "ok", "prompt": "ok"}
    found = problems(live(FOUNDRY_API_KEY="").diagnose(live=True))
    assert list(found) == ["sign-in"]
    assert found["sign-in"].fix == "run az login, in the tenant of the resource"
    machine.programs.clear()
    assert problems(machine.diagnose(live=True))["sign-in"].fix.startswith("install the Azure CLI, then run az login")


def test_what_a_recording_needs_is_told(live):
    found = live().diagnose(live=True)
    told = {(one.subject, one.text) for one in found if one.state == "ok"}
    assert ("deployment", "all that the lessons name are there") in told
    assert ("region", f"answered from {catalog.REGION}") in told


def test_deployments_that_lessons_name_and_too_little_capacity_are_told_with_the_fix(live):
    name = catalog.DEFAULT_DEPLOYMENT
    rest = {"value": [{"name": name, "modelName": name, "sku": {"capacity": 5}}]}
    machine = live(FOUNDRY_API_KEY="")
    machine.patch.setattr(requests, "get", lambda *_, **__: reply(200, rest))
    found = {(one.subject, one.state): one for one in machine.diagnose(live=True)}
    assert "course-chat" in found["deployment", "note"].text
    assert "gpt-5-chat" not in found["deployment", "note"].text, "it has retired: the lesson wants the failure"
    assert "az cognitiveservices account deployment create" in found["deployment", "note"].fix
    assert "5 thousand tokens" in found["capacity", "note"].text
    assert "raise it" in found["capacity", "note"].fix


def test_the_name_of_a_model_is_not_that_of_a_deployment(live):
    rest = {
        "value": [
            {"name": "course-chat", "modelName": catalog.DEFAULT_DEPLOYMENT},
            {"name": "other", "modelName": "gpt-4o"},
        ]
    }
    machine = live(FOUNDRY_API_KEY="")
    machine.patch.setattr(requests, "get", lambda *_, **__: reply(200, rest))
    machine.patch.setattr(requests, "post", lambda *_, **__: reply(200, {}))
    found = problems(machine.diagnose(live=True))["deployment"]
    assert found.text == f"{catalog.DEFAULT_DEPLOYMENT} is the name of a model, not of a deployment"
    assert found.fix == "set FOUNDRY_MODEL_NAME to a deployment: course-chat"


def test_a_wrong_deployment_is_answered_with_those_that_are_there(live):
    found = problems(live(FOUNDRY_MODEL_NAME="gpt-99").diagnose(live=True))
    assert list(found) == ["deployment", "prompt, token", "prompt, key"]
    assert found["deployment"].text == "gpt-99 is no deployment of this project"
    assert all(name in found["deployment"].fix for name in catalog.DEPLOYMENTS)
    assert found["prompt, key"].fix == "set FOUNDRY_MODEL_NAME to the name of a deployment"


def test_a_project_without_deployments_is_told_to_deploy(live):
    machine = live(FOUNDRY_API_KEY="")
    machine.patch.setattr(requests, "get", lambda *_, **__: reply(200, {"value": []}))
    assert problems(machine.diagnose(live=True))["deployment"].fix.endswith("deploy a model first")


def test_a_deployment_that_cannot_chat_is_told_to_be_changed(live):
    found = problems(live(FOUNDRY_MODEL_NAME="text-embedding-3-large", FOUNDRY_API_KEY="").diagnose(live=True))
    assert list(found) == ["prompt, token"]
    assert "FOUNDRY_MODEL_NAME" in found["prompt, token"].fix


def test_a_wrong_project_is_a_problem(live, project):
    found = problems(live(FOUNDRY_PROJECT_ENDPOINT=project + "x").diagnose(live=True))
    assert found["role"].fix == "compare FOUNDRY_PROJECT_ENDPOINT with the portal, letter by letter"


@pytest.mark.parametrize(
    ("kind", "status", "fix"),
    [
        ("401", 401, "copy the key"),
        ("403", 403, "keys are turned off: empty FOUNDRY_API_KEY and sign in with az login"),
        ("429", 429, "wait a minute"),
        ("role_pending", 401, "a new role takes some minutes"),
        ("firewall", 403, "from a network that the resource admits"),
        ("no_subdomain", 400, "the host name that begins with the resource's name"),
        ("500", 500, "see lesson 06"),
        ("503", 503, "see lesson 06"),
    ],
)
def test_each_refusal_of_a_prompt_has_its_fix(live, fault, kind, status, fix):
    fault(kind)
    machine = live()
    machine.environment(**SIGN_IN_FAILS)
    found = problems(machine.diagnose(live=True))["prompt, key"]
    assert found.text.startswith(str(status))
    assert fix in found.fix


@pytest.mark.parametrize(
    ("status", "body", "fix"),
    [
        (400, {"error": {"message": "Token tenant x does not match resource tenant."}}, "az login --tenant"),
        (401, {"statusCode": 401, "message": "... audience is incorrect (https://ai.azure.com) ..."}, "az login"),
        (404, {"error": {"code": "404", "message": "Resource not found"}}, "letter by letter"),
        (429, {"error": {"code": "RateLimitReached", "message": "Rate limit of 60 per 60s exceeded."}}, "wait"),
        (502, b"<html>Bad Gateway</html>", "see lesson 06"),
        (500, b"\xff", "see lesson 06"),
        (418, [], "see lesson 06"),
        (418, {"error": "teapot"}, "see lesson 06"),
        (418, {"error": None}, "see lesson 06"),
        (418, {"error": {"code": None, "message": None}}, "see lesson 06"),
    ],
)
def test_a_refusal_of_any_shape_has_a_fix(live, status, body, fix):
    machine = live(FOUNDRY_API_KEY="")
    machine.patch.setattr(requests, "post", lambda *_, **__: reply(status, body))
    found = problems(machine.diagnose(live=True))["prompt, token"]
    assert found.text.startswith(str(status))
    assert fix in found.fix


def test_a_port_that_nobody_answers_is_a_problem(live):
    machine = live(FOUNDRY_PROJECT_ENDPOINT=f"https://localhost:{free_port()}/api/projects/p")
    found = machine.diagnose(live=True)
    assert list(problems(found)) == ["reach"]
    assert "no answer from https://localhost:" in problems(found)["reach"].text
    assert states(found) == {"reach": "problem"}
    assert doctor.run(live=True) == 1


def test_a_connection_that_breaks_later_is_a_problem_and_hides_nothing(live):
    def cut(*_, **__):
        raise requests.ConnectionError("cut")

    machine = live()
    machine.patch.setattr(requests, "post", cut)
    found = machine.diagnose(live=True)
    assert problems(found)
    assert {"reach": "ok", "role": "ok", "deployment": "ok"}.items() <= states(found).items()


@pytest.mark.parametrize("body", [b"<html>Welcome to this hotel</html>", [], {"value": None}, {"value": [{}]}])
def test_a_list_that_is_none_is_a_problem_and_hides_nothing(live, body):
    machine = live(FOUNDRY_API_KEY="")
    machine.patch.setattr(requests, "get", lambda *_, **__: reply(200, body))
    found = machine.diagnose(live=True)
    assert problems(found)
    assert states(found)["reach"] == "ok"


def test_a_bundle_that_is_not_there_hides_nothing_live(live):
    machine = live()
    machine.environment(REQUESTS_CA_BUNDLE=str(machine.folder / "gone.pem"))
    assert {"certificates", "reach"} <= set(problems(machine.diagnose(live=True)))
