"""Nothing that a client sends brings the mock down: it answers with a clear error or hangs up, and goes on."""

import asyncio
import contextlib
import json
import os
import socket
import ssl
import subprocess
import sys

import pytest

from helpers import connection
from helpers.course.environment import ROOT
from helpers.exchange import Exchange, Headers
from helpers.mock import catalog
from helpers.mock.certificates import Certificates
from helpers.mock.server import MockServer, _Protocol, _send
from tests.conftest import needs_posix
from tests.mock.requests_at_random import GROUP
from tests.mock.test_routes import PROMPT, V1


@pytest.fixture
def raw(mock):
    """A function: bytes in, the bytes that came back until the server closed or fell silent."""

    def send(data: bytes, read: bool = True) -> bytes:
        context = ssl.create_default_context(cafile=mock.variables["SSL_CERT_FILE"])
        with (
            socket.create_connection(("127.0.0.1", mock.port), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secure,
        ):
            secure.sendall(data)
            if not read:
                return b""
            received = b""
            secure.settimeout(1)
            try:
                while piece := secure.recv(65536):
                    received += piece
            except TimeoutError:
                pass
            return received

    return send


@pytest.fixture(autouse=True)
def still_well(session, project, bearer):
    """After each of these tests the next request works."""
    yield
    assert session.post(project + V1, headers=bearer(), json=PROMPT).status_code == 200


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "failed to parse"),
        (b"{", "failed to parse"),
        (b"null", "expected an object, got null"),
        (b"[1]", "expected an object, got an array"),
        (b'"text"', "expected an object, got a string"),
        (b'{"model": NaN}', "NaN is not JSON"),
        (b'{"temperature": 1e999}', "too large a number"),
        (b"\xff\xfe{}", "unicode decode error"),
        (b'{"model": "gpt-4o", "input": "\\ud800"}', "unicode decode error"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 50_000, "nested too deeply"),
    ],
)
def test_a_body_that_is_not_a_json_object(session, project, bearer, body, says):
    answer = session.post(project + V1, headers=bearer() | {"Content-Type": "application/json"}, data=body)
    assert answer.status_code == 400
    assert says in answer.json()["error"]["message"]
    assert answer.json()["error"]["code"] == "invalid_json"


def test_deep_but_valid_metadata_is_no_defect(session, project, bearer):
    deep = json.loads("[" * 400 + "]" * 400)
    answer = session.post(project + V1, headers=bearer(), json={**PROMPT, "metadata": {"deep": deep}})
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_of_50_megabytes_is_refused(session, project, bearer, announced):
    piece = b" " * (1024 * 1024)
    body = piece * 50 if announced else (piece for _ in range(50))
    answer = session.post(project + V1, headers=bearer(), data=body)
    assert answer.status_code == 413
    assert "larger than 16,777,216 bytes" in answer.json()["error"]["message"]


def test_a_request_without_a_host(raw):
    assert b"no Host header" in raw(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")


@pytest.mark.parametrize(
    "data",
    [
        b"hello\r\n\r\n",
        b"\x00\x01\x02\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET http://[bad/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: [bad\r\nConnection: close\r\n\r\n",
        b"GET /zzz HTTP/1.1\r\nHost: x/openai/v1/models?\r\nConnection: close\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET //[bad HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rb\nY: c\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"A: b\r\n" * 10_000 + b"Connection: close\r\n\r\n",
    ],
)
def test_what_is_not_http_is_refused_or_dropped(raw, data):
    received = raw(data)
    assert not received or received.startswith((b"HTTP/1.1 400", b"HTTP/1.1 404", b"HTTP/1.1 431"))


def test_a_header_cannot_be_injected_through_the_path_or_the_project_name(session, resource, bearer):
    url = f"{resource}/api/projects/x%0d%0aSet-Cookie:%20a=b{V1}"
    answer = session.post(url, headers=bearer(), json=PROMPT)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "NotFound"
    assert "set-cookie" not in answer.headers


def test_a_header_that_would_be_two_is_not_sent():
    async def sent(value):
        told = []

        async def send(message):
            told.append(message)

        headers = Headers([("content-type", "text/plain"), ("location", value)])
        await _send(Exchange("GET", "https://x/", status=200, response_headers=headers), send, 0.0, "instant")
        return told

    (message,) = asyncio.run(sent("/x"))
    assert message["head"] == b"content-type: text/plain\r\nlocation: /x\r\ncontent-length: 0\r\n"
    for end in ("\r\n", "\n", "\r"):
        with pytest.raises(ValueError, match="end of a line"):
            asyncio.run(sent(f"/x{end}set-cookie: a=b"))


def test_an_answer_is_one_write_and_right_for_every_kind_of_request(mock, raw):
    def request(method=b"GET", version=b"1.1", more=b""):
        return b"%b /openai/v1/nothing HTTP/%b\r\nHost: localhost\r\n%b\r\n" % (method, version, more)

    context = ssl.create_default_context(cafile=mock.variables["SSL_CERT_FILE"])
    with (
        socket.create_connection(("127.0.0.1", mock.port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        secure.sendall(request())
        whole = secure.recv(65536)  # no more than one TLS record
    head, _, body = whole.partition(b"\r\n\r\n")
    assert json.loads(body)["error"]["code"] == "404"
    assert b"\r\ncontent-length: %d" % len(body) in head
    two = raw(request() + request(more=b"Connection: close\r\n"))
    assert two.count(b"HTTP/1.1 404") == two.count(body) == 2
    assert b"connection: close" in two.rpartition(b"HTTP/1.1 404")[2]
    assert raw(request(version=b"1.0")).endswith(body)
    assert raw(request(method=b"HEAD", more=b"Connection: close\r\n")).endswith(b"\r\n\r\n")


def test_a_client_that_hangs_up_is_no_news(raw, capfd):
    raw(b"POST /openai/v1/responses HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{", read=False)
    raw(b"POST /openai/v1/responses HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}", read=False)
    assert capfd.readouterr().err == ""


def test_plain_http_on_the_tls_port_is_dropped(mock, capfd):
    with socket.create_connection(("127.0.0.1", mock.port), timeout=5) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        plain.settimeout(2)
        try:
            received = plain.recv(1000)
        except ConnectionResetError:
            received = b""
    assert not received.startswith(b"HTTP/")
    assert capfd.readouterr().err == ""


def test_both_loopback_addresses_answer(mock):
    for address in ("127.0.0.1", "::1"):
        try:
            socket.create_connection((address, mock.port), timeout=5).close()
        except OSError as error:
            assert address == "::1", error  # a machine without IPv6


def test_a_head_of_any_size_is_refused_without_being_kept(mock, session, key, raw):
    for name, value, status in (("x-a", "a" * 60_000, 404), ("x-a", "a" * 70_000, 431)):
        assert session.get(mock.origin + "/x", headers={**key, name: value}).status_code == status
    assert session.get(mock.origin + "/" + "a" * 20_000, headers=key).status_code == 414
    endless = b"GET /x HTTP/1.1\r\nHost: localhost\r\nx-a: " + b"a" * 10_000_000
    with contextlib.suppress(OSError):  # it hangs up before all of that is sent
        assert raw(endless).startswith(b"HTTP/1.1 431 ")
    assert session.get(mock.origin + "/x", headers=key).status_code == 404


def test_the_authority_vouches_for_the_names_that_are_served_and_for_a_year():
    import datetime

    from cryptography import x509

    authority = Certificates("localhost", "127.0.0.1", "room.contoso-ai.example").authority.certificate
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    permitted = [str(one.value) for one in constraints.value.permitted_subtrees]
    assert permitted == ["localhost", "127.0.0.1/32", "room.contoso-ai.example"]
    assert authority.not_valid_after_utc - authority.not_valid_before_utc <= datetime.timedelta(days=366)
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0


def test_a_list_of_certificates_that_nobody_can_read_is_passed_over(tmp_path, monkeypatch):
    broken = tmp_path / "company.pem"
    broken.write_text("-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n")
    monkeypatch.setenv("SSL_CERT_FILE", str(broken))
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    Certificates("localhost").write_bundle(tmp_path / "bundle.pem", other_sites=True)
    ssl.create_default_context(cafile=str(tmp_path / "bundle.pem"))
    assert "broken" not in (tmp_path / "bundle.pem").read_text()


def test_the_folder_of_a_mock_that_was_killed_goes_with_the_next_start(tmp_path, monkeypatch):
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    start = "import os; from helpers.mock.server import MockServer; one = MockServer(port=0); os._exit(9)"
    subprocess.run([sys.executable, "-c", start], cwd=ROOT, env={**os.environ, "TMPDIR": str(tmp_path)}, timeout=60)
    left = list(tmp_path.glob("foundry-mock-*"))
    assert len(left) == 1
    first, second = MockServer(port=0), MockServer(port=0)
    assert not left[0].exists()
    assert len(list(tmp_path.glob("foundry-mock-*"))) == 2, "those of mocks that are alive stay"
    first.stop()
    second.stop()
    assert list(tmp_path.glob("foundry-mock-*")) == []


@needs_posix
def test_the_file_of_the_variables_follows_no_link_and_is_for_this_user_alone(tmp_path):
    foreign, env_file = tmp_path / "foreign.txt", tmp_path / "mock.env"
    foreign.write_text("mine")
    for planted in ("mock.env.new", ".mock.env.new"):
        (tmp_path / planted).symlink_to(foreign)
    env_file.write_text("FOUNDRY_MOCK_ENV=old")
    env_file.chmod(0o666)
    server = MockServer(port=0, env_file=env_file)
    server.start()
    assert foreign.read_text() == "mine"
    assert env_file.stat().st_mode & 0o777 == 0o600
    server.stop()
    assert not env_file.exists()


def test_a_full_disk_is_told_in_a_sentence(monkeypatch):
    def full(path, variables):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("helpers.mock.server.write_variables", full)
    monkeypatch.setattr(connection, "_mock", None)
    with pytest.raises(connection.SettingsError, match="No space left on device"):
        connection._started_mock()
    assert connection._mock is None


def test_the_demo_resource_stays_whoever_makes_others(tmp_path):
    server = MockServer(port=0)
    foundry = server.foundry
    token = foundry.issuer.token("https://management.azure.com")[0]
    sent = Headers({"Authorization": f"Bearer {token}"})
    body = json.dumps({"location": "eastus2", "kind": "AIServices", "tags": {"x": "y" * 200_000}}).encode()

    def put(name: str) -> int:
        url = f"https://localhost{GROUP}/accounts/{name}?api-version=2025-06-01"
        return foundry.answer(Exchange("PUT", url, sent, body)).status

    statuses = {put(f"account-{number}") for number in range(80)}
    assert statuses == {201, 409}
    url = f"https://localhost{GROUP}/accounts/{catalog.RESOURCE}?api-version=2025-06-01"
    assert foundry.answer(Exchange("GET", url, sent)).status == 200
    server.stop()


def test_a_connection_that_was_reset_is_forgotten_at_once():
    server = MockServer(port=0)
    loop = asyncio.new_event_loop()
    protocol = _Protocol(server._server.config, server._server.server_state, {}, loop)
    protocol.connection_made(asyncio.Transport())
    protocol.timeout_keep_alive_task = waiting = loop.call_later(120, protocol.timeout_keep_alive_handler)
    protocol.connection_lost(ConnectionResetError())
    assert waiting.cancelled()
    loop.close()
    server.stop()


def test_a_mock_whose_reader_is_gone_ends_without_a_word():
    command = [sys.executable, "-m", "helpers", "mock", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert "Offline mock" in process.stdout.readline()
        process.stdout.close()
        process.terminate()
        assert process.stderr.read() == ""
    assert process.returncode == 0
