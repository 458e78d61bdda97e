"""connect(): offline or live, and what it says about settings that cannot work."""

import os
import socket
import subprocess
import sys
import threading

import pytest

from helpers import connection
from helpers.connection import SettingsError
from helpers.mock.server import MockServer

GOOD = "https://my-foundry.services.ai.azure.com/api/projects/my-project"


def test_who_presents_is_told_how_to_reach_the_controls(tmp_path):
    line = "  controls           python3 -m helpers control\n"
    assert line in _python("connection.connect()", "", tmp_path, FOUNDRY_PRESENT="yes").stdout
    assert line not in _python("connection.connect()", "", tmp_path).stdout
    live = f"FOUNDRY_PROJECT_ENDPOINT={GOOD}\nFOUNDRY_MODEL_NAME=m\n"
    assert line not in _python("connection.connect()", live, tmp_path, FOUNDRY_PRESENT="yes").stdout


@pytest.mark.parametrize(
    "value", [GOOD, GOOD + "/", "https://localhost:9443/api/projects/p", GOOD.replace("https", "HTTPS")]
)
def test_good_project_endpoints(value):
    assert connection.check_project_endpoint(value).rstrip("/").lower() == value.rstrip("/").lower()


@pytest.mark.parametrize(
    ("value", "says", "corrected"),
    [
        (GOOD.replace("https", "http"), "starts with http://", GOOD),
        (GOOD.removeprefix("https://"), "does not start with https://", GOOD),
        (GOOD + "/openai/v1", "goes on after the project name (/openai/v1)", GOOD),
        (GOOD + "/openai/responses?api-version=2025-11-15-preview", "query", GOOD),
        (f'"{GOOD}"', "quotes", GOOD),
        (f"“{GOOD}”", "quotes", GOOD),
        (f"'{GOOD.replace('https', 'http')}/openai/v1'", "quotes around it; it starts with http://", GOOD),
        (GOOD.replace("services.ai", "openai"), "ends in .services.ai.azure.com", GOOD),
        (
            "https://my-foundry.services.ai.azure.com/",
            "it is the resource endpoint",
            "https://my-foundry.services.ai.azure.com/api/projects/<project-name>",
        ),
        (
            "https://my-foundry.openai.azure.com/openai/v1/",
            "it is the resource endpoint",
            "https://my-foundry.services.ai.azure.com/api/projects/<project-name>",
        ),
        (
            "https://my-foundry.cognitiveservices.azure.com",
            "it is the resource endpoint",
            "https://my-foundry.services.ai.azure.com/api/projects/<project-name>",
        ),
        ("https://eastus2.api.cognitive.microsoft.com/", "regional endpoint", connection.PROJECT_SHAPE),
        ("https://ai.azure.com/foundryProject/overview?wsid=/x", "portal page", connection.PROJECT_SHAPE),
        (connection.PROJECT_SHAPE, "placeholder", connection.PROJECT_SHAPE),
        (
            "https://YOUR-FOUNDRY-RESOURCE-NAME.services.ai.azure.com/api/projects/YOUR-PROJECT-NAME",
            "placeholder",
            connection.PROJECT_SHAPE,
        ),
    ],
)
def test_a_bad_project_endpoint_is_explained_with_the_corrected_value(value, says, corrected):
    with pytest.raises(SettingsError) as problem:
        connection.check_project_endpoint(value)
    message = str(problem.value)
    assert message.startswith("FOUNDRY_PROJECT_ENDPOINT")
    assert says in message
    assert f"found  {value}" in message
    assert f"use    {corrected}" in message


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("", "is empty"),
        ("<deployment>", "placeholder"),
        ('"gpt-4o"', "quotes"),
        ("a/b", "not the name of a deployment"),
        ("eyJ" + "x" * 40, ""),
    ],
)
def test_a_bad_model_name_is_explained(value, says):
    with pytest.raises(SettingsError, match="FOUNDRY_MODEL_NAME") as problem:
        connection.check_model_name(value)
    assert says in str(problem.value)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("<your-key>", "placeholder"),
        ('"0123456789abcdef"', "quotes"),
        ("Bearer 0123456789abcdef", "header's words"),
        ("eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln", "Entra ID token"),
        ("0123456789 abcdef", "space"),
        ("https://my-foundry.openai.azure.com", "URL"),
    ],
)
def test_a_bad_key_is_explained_and_never_shown(value, says):
    with pytest.raises(SettingsError) as problem:
        connection.check_api_key(value)
    assert says in str(problem.value)
    assert value not in str(problem.value)


@pytest.mark.parametrize(
    "value",
    [
        "https://[x/api/projects/p",
        "https://h:abc/api/projects/p",
        "https:///api/projects/p",
        GOOD + " 1",
        "https://a b.com/api/projects/p",
    ],
)
def test_an_address_that_cannot_be_right_is_explained(value):
    with pytest.raises(SettingsError, match="FOUNDRY_PROJECT_ENDPOINT"):
        connection.check_project_endpoint(value)


@pytest.mark.parametrize("check", [connection.check_project_endpoint, connection.check_resource_endpoint])
def test_a_key_in_the_wrong_line_is_not_shown(check):
    for secret in ("0123456789abcdef0123456789abcdef", "https://user:hunter2hunter2@my-foundry.services.ai.azure.com"):
        with pytest.raises(SettingsError) as problem:
            check(secret)
        assert "0123456789abcdef" not in str(problem.value)
        assert "hunter2" not in str(problem.value)


@pytest.mark.parametrize(
    "line",
    [f"FOUNDRY_PROJECT_ENDPOINT='{GOOD}", f"FOUNDRY_PROJECT_ENDPOINT {GOOD}", f"FOUNDRY_PROJECT_ENDPOINT: {GOOD}"],
)
def test_a_line_of_dotenv_that_cannot_be_read_never_starts_the_mock(tmp_path, line):
    ran = _python("connection.connect()", f"# first\n{line}\n", tmp_path)
    assert "OFFLINE" not in ran.stdout
    assert ".env line 2 cannot be read" in ran.stderr


def test_a_notebook_shows_a_settings_error_without_a_traceback():
    assert SettingsError("say this")._render_traceback_() == ["SettingsError: say this"]


# -- connect() changes os.environ, so it runs in a Python of its own -----------------------------------------------------
def _python(code: str, dotenv: str | bytes, folder, **environment: str) -> subprocess.CompletedProcess:
    (folder / ".env").write_bytes(dotenv if isinstance(dotenv, bytes) else dotenv.encode())
    clean = {n: v for n, v in os.environ.items() if not n.startswith(("FOUNDRY_", "IDENTITY_", "AZURE_"))}
    code = f"import pathlib\nfrom helpers import connection\nconnection.ROOT = pathlib.Path({str(folder)!r})\n{code}"
    return subprocess.run(
        [sys.executable, "-c", code], env=clean | environment, capture_output=True, text=True, timeout=60
    )


ASK = """
import requests
foundry = connection.connect()
for sign_in in ("token", "key") if foundry.api_key else ("token",):
    answer = requests.post(foundry.project_endpoint + "/openai/v1/responses", headers=foundry.headers(sign_in),
                           json={"model": foundry.model, "input": "What is an endpoint?"})
    print(answer.status_code, foundry.live)
"""


EVERY_CLIENT = """
import requests
foundry = connection.connect()
import openai
from azure.ai.projects import AIProjectClient
from azure.identity import DefaultAzureCredential
project = AIProjectClient(foundry.project_endpoint, DefaultAzureCredential())
print(sorted(one.name for one in project.deployments.list()))
print(project.get_openai_client().responses.create(model=foundry.model, input="x").status)
client = openai.OpenAI(base_url=f"{foundry.resource_endpoint}/openai/v1", api_key=foundry.api_key)
sent = client.responses.with_raw_response.create(model=foundry.model, input="x").http_request
print(sorted(sent.headers), sent.headers["user-agent"], sent.url.path)
older = openai.AzureOpenAI(azure_endpoint=foundry.resource_endpoint, api_key=foundry.api_key, api_version="2024-10-21")
print(older.chat.completions.create(model=foundry.model, messages=[{"role": "user", "content": "x"}]).object)
sent = requests.get(f"{foundry.resource_endpoint}/openai/v1/models", headers=foundry.headers("key"), timeout=9).request
print(sorted(sent.headers))
"""
ODD = {
    "AZURE_CLIENT_ID": "11111111-0000-4000-8000-000000000000", "AZURE_TENANT_ID": "x", "AZURE_CLIENT_SECRET": "x",
    "AZURE_FEDERATED_TOKEN_FILE": "/nowhere", "AZURE_AUTHORITY_HOST": "https://login.example",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST": "https://pod.example", "AZURE_LOG_LEVEL": "debug", "AZURE_HTTP_USER_AGENT": "mine",
    "AZURE_OPENAI_ENDPOINT": "https://other.example", "AZURE_OPENAI_API_KEY": "x", "AZURE_OPENAI_AD_TOKEN": "x",
    "IDENTITY_SERVER_THUMBPRINT": "x", "MSI_ENDPOINT": "https://msi.example", "MSI_SECRET": "x", "MSAL_FORCE_REGION": "x",
    "OPENAI_API_KEY": "x", "OPENAI_BASE_URL": "https://other.example", "OPENAI_ORG_ID": "o", "OPENAI_PROJECT_ID": "p",
    "OPENAI_CUSTOM_HEADERS": "x-mine: 1", "OPENAI_API_TYPE": "azure", "OPENAI_API_VERSION": "x", "OPENAI_LOG": "debug",
    "HTTPS_PROXY": "http://127.0.0.1:9", "ALL_PROXY": "socks5://127.0.0.1:9", "SSLKEYLOGFILE": "/nowhere/keys.txt",
    "WEB_CONCURRENCY": "many", "AZURE_TRACING_ENABLED": "", "AZURE_SDK_TRACING_IMPLEMENTATION": "x", "HTTP_PROXY": " ftp://x",
    "NETRC": "netrc", "SSL_CERT_DIR": "/nowhere", "REQUESTS_CA_BUNDLE": "/nowhere", "NO_PROXY": "example.com",
}  # fmt: skip


def test_whatever_the_environment_holds_the_offline_course_works_and_sends_the_same(tmp_path):
    """All of them at once: a Python for each would take a minute. The expected lines are those of an empty environment."""
    plainly = _python(EVERY_CLIENT, "", tmp_path)
    assert "completed\n" in plainly.stdout, plainly.stderr
    (tmp_path / "netrc").write_text("machine localhost login me password mine")
    odd = {name: str(tmp_path / "netrc") if name == "NETRC" else ODD[name] for name in ODD}
    ran = _python(EVERY_CLIENT, "", tmp_path, **odd)
    assert ran.stderr == ""
    assert ran.stdout.splitlines()[5:] == plainly.stdout.splitlines()[5:], (
        "all but the banner, where the port is another"
    )


def test_a_library_that_was_imported_before_connect_prints_nothing_either(tmp_path):
    code = "import openai\n" + EVERY_CLIENT
    ran = _python(code, "", tmp_path, OPENAI_LOG="debug", AZURE_LOG_LEVEL="debug")
    assert ran.stderr == ""
    assert "completed" in ran.stdout


def test_what_was_set_aside_comes_back_when_the_settings_are_live(tmp_path):
    code = f"""
import os
connection.connect()
print("aside", [os.environ.get(name) for name in ("OPENAI_BASE_URL", "SSLKEYLOGFILE")])
(connection.ROOT / ".env").write_text("FOUNDRY_PROJECT_ENDPOINT={GOOD}\\nFOUNDRY_MODEL_NAME=m\\n")
connection.connect()
print("live", [os.environ.get(name) for name in ("OPENAI_BASE_URL", "SSLKEYLOGFILE", "AZURE_CLIENT_ID")])
"""
    ran = _python(code, "", tmp_path, OPENAI_BASE_URL="https://mine.example", SSLKEYLOGFILE="keys.txt")
    assert "aside [None, None]" in ran.stdout
    assert "live ['https://mine.example', 'keys.txt', None]" in ran.stdout, ran.stdout + ran.stderr


def test_offline_without_any_setting(tmp_path):
    ran = _python(ASK, "", tmp_path)
    assert ran.stdout.startswith("OFFLINE MOCK")
    assert ran.stdout.endswith("200 False\n200 False\n")
    assert ran.stderr == ""


@pytest.fixture
def live():
    """A server that plays the live project, and the variables with which Azure's own clients would reach it."""
    server = MockServer(port=0)
    server.start()
    variables = {n: server.variables[n] for n in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "AZURE_TOKEN_CREDENTIALS")}
    variables |= {n: server.variables[n] for n in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NO_PROXY", "no_proxy")}
    yield server, variables
    server.stop()


@pytest.fixture
def trap(tmp_path):
    """An announced mock that must not be contacted: counts whoever connects."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        visitors = []

        def count():
            while True:
                try:
                    visitors.append(listener.accept())
                except OSError:
                    return

        thread = threading.Thread(target=count, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        announced = tmp_path / "announced.env"
        announced.write_text(
            f"FOUNDRY_RESOURCE_ENDPOINT=https://127.0.0.1:{port}\n"
            f"FOUNDRY_PROJECT_ENDPOINT=https://127.0.0.1:{port}/api/projects/demo-project\nFOUNDRY_MODEL_NAME=x\n"
            "FOUNDRY_API_KEY=x\n"
        )
        yield str(announced), visitors


def test_live_contacts_and_starts_no_mock(tmp_path, live, trap):
    server, variables = live
    announced, visitors = trap
    dotenv = (
        f"FOUNDRY_PROJECT_ENDPOINT={server.variables['FOUNDRY_PROJECT_ENDPOINT']}\n"
        f"FOUNDRY_MODEL_NAME=course-chat\nFOUNDRY_API_KEY={server.foundry.secrets.api_key}\nEXTRA_SETTING=kept\n"
    )
    code = (
        ASK
        + "import os, sys\nprint([m for m in sys.modules if m.startswith('helpers.mock')], os.environ['EXTRA_SETTING'])"
    )
    ran = _python(code, dotenv, tmp_path, FOUNDRY_MOCK_ENV=announced, **variables)
    assert ran.stderr == ""
    assert ran.stdout.startswith("LIVE")
    assert ran.stdout.endswith("200 True\n200 True\n[] kept\n")
    assert not visitors


def test_dotenv_is_read_as_editors_write_it(tmp_path, live):
    server, variables = live
    text = f'\ufeffFOUNDRY_PROJECT_ENDPOINT = "{server.variables["FOUNDRY_PROJECT_ENDPOINT"]}/"\r\nFOUNDRY_MODEL_NAME=gpt-4o # mine\r\n'
    ran = _python("print(connection.connect())", text, tmp_path, **variables)
    assert "model='gpt-4o'" in ran.stdout
    wrong = _python("connection.connect()", text.encode("utf-16"), tmp_path)
    assert "not UTF-8 text" in wrong.stderr


def test_the_environment_goes_before_dotenv(tmp_path):
    ran = _python("connection.connect()", f"FOUNDRY_PROJECT_ENDPOINT={GOOD}\n", tmp_path, FOUNDRY_PROJECT_ENDPOINT="")
    assert ran.stdout.startswith("OFFLINE MOCK")


def test_connect_again_follows_a_change_of_dotenv_and_takes_its_variables_back(tmp_path):
    code = f"""
import os
before = dict(os.environ)
connection.connect()
(connection.ROOT / ".env").write_text("FOUNDRY_PROJECT_ENDPOINT={GOOD}\\nFOUNDRY_MODEL_NAME=m\\n")
print(connection.connect())
print([n for n in ("IDENTITY_ENDPOINT", "SSL_CERT_FILE") if os.environ.get(n) != before.get(n)])
(connection.ROOT / ".env").write_text("")
print(connection.connect().live)
"""
    ran = _python(code, "", tmp_path)
    assert ran.stderr == ""
    assert "LIVE" in ran.stdout
    assert "\n[]\n" in ran.stdout
    assert ran.stdout.endswith("False\n")
    assert ran.stdout.count("OFFLINE MOCK") == 2


def test_a_program_started_from_a_notebook_uses_the_same_mock(tmp_path):
    code = """
import os, subprocess, sys
foundry = connection.connect()
child = f"import pathlib; from helpers import connection; connection.ROOT = pathlib.Path({str(connection.ROOT)!r})"
child += "; print(connection.connect().project_endpoint)"
said = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True).stdout
print(said.startswith("OFFLINE MOCK"), said.splitlines()[-1] == foundry.project_endpoint)
"""
    ran = _python(code, "", tmp_path)
    assert ran.stdout.endswith("True True\n"), ran.stderr


@pytest.mark.parametrize("exists", [True, False])
def test_a_mock_that_is_gone_is_told_with_the_fix(tmp_path, exists):
    announced = tmp_path / "mock.env"
    if exists:
        announced.write_text("FOUNDRY_RESOURCE_ENDPOINT=https://127.0.0.1:9\n")
    ran = _python("connection.connect()", "", tmp_path, FOUNDRY_MOCK_ENV=str(announced))
    assert f"python -m helpers mock --env-file {announced}" in ran.stderr


def test_a_key_without_an_endpoint_is_noticed(tmp_path):
    ran = _python("connection.connect()", "FOUNDRY_API_KEY=0123456789abcdef\n", tmp_path)
    assert "FOUNDRY_PROJECT_ENDPOINT is empty, so the key is not used" in ran.stdout


def test_a_foundry_hides_its_key_and_explains_a_missing_one():
    foundry = connection.Foundry(GOOD, "https://my-foundry.services.ai.azure.com", "m", "0123456789abcdef")
    assert "0123456789abcdef" not in repr(foundry)
    assert foundry.headers("key") == {"api-key": "0123456789abcdef"}
    with pytest.raises(SettingsError, match="FOUNDRY_API_KEY"):
        connection.Foundry(GOOD, GOOD, "m").headers("key")
    with pytest.raises(ValueError, match="token"):
        foundry.headers("password")


def test_the_example_documents_every_setting_and_is_offline_as_it_stands():
    text = (connection.ROOT / ".env.example").read_text()
    assert all(f"\n{name}=\n" in text for name in connection.SETTINGS)
