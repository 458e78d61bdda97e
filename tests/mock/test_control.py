"""Faults, quotas, speed and the journal: what an instructor sets, and what learners then see."""

import json
import os
import signal
import socket
import ssl
import threading
import time

import openai
import pytest
import requests
from dotenv import dotenv_values

from helpers.course import controls
from helpers.course.environment import SetupProblem
from helpers.exchange import Exchange, Headers
from helpers.mock import journal
from helpers.mock.limits import Limits
from helpers.mock.server import MockServer
from helpers.mock.state import Store
from helpers.mock.wire.errors import ServiceError
from tests.conftest import needs_posix
from tests.mock.test_routes import CHAT, PROMPT, V1

# No recording answers it, so the mock sets the pace, whatever was recorded.
PACED = {**PROMPT, "input": "A question that nobody has recorded"}


@pytest.fixture
def own():
    """A mock of its own, at a human pace."""
    server = MockServer(port=0, other_sites=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def ask(own, session):
    """A function: body and path in, response out."""

    def send(body=PROMPT, path="/openai/v1/responses", method="POST", **options):
        options = {
            "verify": own.variables["SSL_CERT_FILE"],
            "timeout": 20,
            "headers": {"api-key": own.foundry.secrets.api_key},
            **options,
        }
        return session.request(method, own.origin + path, json=body, **options)

    return send


@pytest.fixture
def control(own, ask):
    def send(method: str, path: str = "", body=None, **more: str):
        headers = {"x-mock-control-key": own.control_key, **more}
        return ask(body, "/_mock" + path, method, headers=headers).json()

    return send


def _client(own, **options) -> openai.OpenAI:
    return openai.OpenAI(
        base_url=own.origin + "/openai/v1/",
        api_key=own.foundry.secrets.api_key,
        http_client=openai.DefaultHttpxClient(verify=ssl.create_default_context(cafile=own.variables["SSL_CERT_FILE"])),
        **options,
    )


# -- faults ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "status", "layer"),
    [
        ("401", 401, "401"),
        ("403", 403, "AuthenticationTypeDisabled"),
        ("429", 429, "RateLimitReached"),
        ("500", 500, None),
        ("503", 503, "503"),
    ],
)
def test_the_next_call_fails_and_the_one_after_it_does_not(ask, control, kind, status, layer):
    control("POST", "/faults", {"kind": kind, "retry_after": 2})
    failed = ask()
    assert (failed.status_code, failed.json()["error"]["code"]) == (status, layer)
    if kind in ("429", "503"):
        assert (failed.headers["retry-after"], failed.headers["retry-after-ms"]) == ("2", "2000")
    if kind == "500":
        assert "Please include the request ID" in failed.json()["error"]["message"]
    assert ask().status_code == 200


def test_faults_for_the_next_n_for_everyone_and_for_one_path(ask, control):
    control("POST", "/faults", {"kind": "503", "count": 2})
    assert [ask().status_code for _ in range(3)] == [503, 503, 200]
    control("POST", "/faults", {"kind": "500", "count": None, "path": "/chat/"})
    assert [ask().status_code for _ in range(2)] == [200, 200]
    assert [ask(CHAT, "/openai/v1/chat/completions").status_code for _ in range(3)] == [500] * 3
    control("DELETE", "/faults")
    assert ask(CHAT, "/openai/v1/chat/completions").status_code == 200


def test_a_fault_waits_for_the_call_and_leaves_the_token_alone(own, session, ask, control):
    control("POST", "/faults", {"kind": "500"})
    header = {"X-IDENTITY-HEADER": own.variables["IDENTITY_HEADER"]}
    url = own.variables["IDENTITY_ENDPOINT"] + "?api-version=2019-08-01&resource=https://ai.azure.com"
    assert session.get(url, headers=header, verify=own.variables["SSL_CERT_FILE"]).status_code == 200
    assert [ask().status_code for _ in range(2)] == [500, 200]
    control("POST", "/faults", {"kind": "503", "path": "/msi/"})
    assert session.get(url, headers=header, verify=own.variables["SSL_CERT_FILE"]).status_code == 503


def test_the_sdk_retries_through_a_fault(own, control):
    control("POST", "/faults", {"kind": "429", "count": 2, "retry_after": 0.01})
    with _client(own) as client:
        assert client.responses.create(**PROMPT).output_text
    control("POST", "/faults", {"kind": "429", "count": 1, "retry_after": 0.01})
    with _client(own, max_retries=0) as client, pytest.raises(openai.RateLimitError):
        client.responses.create(**PROMPT)


def test_a_slow_answer_meets_a_time_out(ask, control):
    control("POST", "/faults", {"kind": "slow", "delay": 30})
    with pytest.raises(requests.Timeout):
        ask(timeout=0.2)
    assert ask().status_code == 200


def test_a_failure_is_slow_too_and_a_429_names_what_was_asked_for(ask, control):
    control("POST", "/faults", {"kind": "slow", "delay": 0.3})
    start = time.perf_counter()
    assert ask({**PROMPT, "model": "gpt-99"}).status_code == 404
    assert time.perf_counter() - start >= 0.3
    control("POST", "/faults", {"kind": "429"})
    path = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"
    text = ask(CHAT, path).text
    assert "Your requests to gpt-4o for gpt-4o" in text
    assert "ChatCompletions_Create under Azure OpenAI API version 2024-10-21" in text


def test_a_cut_stream_ends_without_its_end(own, ask, control):
    control("POST", "/speed", {"speed": "instant"})
    for streamed, path in (
        ({**PROMPT, "stream": True}, "/openai/v1/responses"),
        ({**CHAT, "stream": True}, "/openai/v1/chat/completions"),
    ):
        control("POST", "/faults", {"kind": "cut"})
        received = b""
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            for piece in ask(streamed, path, stream=True).iter_content(None):
                received += piece
        assert received.startswith((b"event: response.created", b"data: "))
        assert b"response.completed" not in received
        assert b"[DONE]" not in received
    control("POST", "/faults", {"kind": "cut"})
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        ask()
    assert ask().status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        ("POST", "/faults", {"kind": "418"}, "expected one of 401"),
        ("POST", "/faults", {"kind": "500", "count": 0}, "count"),
        ("POST", "/faults", {"kind": "500", "count": "many"}, "count"),
        ("POST", "/faults", {"kind": "429", "retry_after": "soon"}, "retry_after"),
        ("POST", "/limits", {"deployment": "nothing"}, "no deployment"),
        ("POST", "/limits", {"requests_per_minute": 0}, "above 0"),
        ("POST", "/speed", {"speed": "fast"}, "realistic, instant"),
        ("POST", "/clock", {"forward": -1}, "seconds from 0 to 200,000"),
        ("POST", "/clock", {}, "seconds from 0 to 200,000"),
        ("POST", "/limits", {"deployment": []}, "no deployment"),
        ("POST", "/limits", {"requests_per_minute": 10**400}, "billion"),
        ("GET", "/nothing", None, "not a control"),
        ("DELETE", "/learners", None, "only learners of a class"),
        ("POST", "/progress", {"exercise": "01.1", "done": True}, "it is learners who tell"),
    ],
)
def test_a_wrong_control_is_told(control, method, path, body, says):
    assert says in control(method, path, body)["error"]["message"]


def test_versions_on_v1_paths_can_be_tolerated(ask, control):
    paths = [f"/openai/v1/responses?api-version={version}" for version in ("v1", "preview", "2024-10-21")]
    assert [ask(path=path).status_code for path in paths] == [400, 400, 400]
    assert control("POST", "/versions", {"tolerated": ["v1", "preview"]})["tolerated"] == ["preview", "v1"]
    assert [ask(path=path).status_code for path in paths] == [200, 200, 400]
    assert "error" in control("POST", "/versions", {"tolerated": "all"})


# -- who may use them --------------------------------------------------------------------------------------------------
@pytest.fixture
def knock(own, session):
    """A function: what a request to the controls brings along in, status and message out."""

    def send(method="GET", path="", key=True, body=None, plain=False, **headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"x-mock-control-key": own.control_key} if key is True else {"x-mock-control-key": key} if key else {}
        base = own.control_url.partition("/_mock")[0] if plain else own.origin
        verify = own.variables["SSL_CERT_FILE"]
        answer = session.request(method, base + "/_mock" + path, headers=sent, data=body, verify=verify, timeout=10)
        return answer.status_code, answer.text

    return send


FAULT = json.dumps({"kind": "500", "count": None})
JSON = "application/json"


@pytest.mark.parametrize("plain", [False, True])
def test_the_controls_need_the_key_on_this_machine_too(own, knock, plain):
    for key in (None, "wrong", own.control_key[:-1], own.control_key + "x", "ü"):
        for method, path, body in (
            ("GET", "", None), ("GET", "/journal", None), ("POST", "/faults", FAULT), ("DELETE", "/limits", None),
            ("GET", "/events", None), ("GET", "/nothing", None),
        ):  # fmt: skip
            key = key.encode().decode("latin-1") if key else key
            status, said = knock(method, path, key, body, plain, content_type=JSON)
            assert status == 401
            assert "python3 -m helpers control" in said
            assert own.control_key not in said
    assert own.foundry.state.faults == []
    assert knock(plain=plain)[0] == 200
    assert knock("POST", "/faults", body=FAULT, plain=plain, content_type=JSON)[0] == 200
    assert own.foundry.journal.answered == 0, "what the instructor does is not in the journal"


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ({"Host": "evil.example"}, "at its own address only"),
        ({"Host": "localhost.evil.example:8443"}, "at its own address only"),
        ({"Origin": "https://evil.example"}, "not for another one"),
        ({"Origin": "null"}, "not for another one"),
        ({"Origin": "http://localhost:8888"}, "not for another one"),
        ({"Sec_Fetch_Site": "cross-site"}, "not for another one"),
        ({"Sec_Fetch_Site": "same-site"}, "not for another one"),
        (
            {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"},
            "not for another one",
        ),
        ({"content_type": "text/plain"}, "Content-Type: application/json"),
        ({"content_type": "application/x-www-form-urlencoded"}, "Content-Type: application/json"),
        ({"content_type": ""}, "Content-Type: application/json"),
        ({"content_type": "application/jsonp"}, "Content-Type: application/json"),
    ],
)
def test_with_the_key_too_they_look_at_where_a_request_comes_from(own, knock, headers, says):
    for plain in (False, True):
        status, said = knock("POST", "/faults", body=FAULT, plain=plain, **{"content_type": JSON, **headers})
        assert status == 403
        assert says in said
    assert own.foundry.state.faults == []


def test_their_own_page_and_programs_of_this_machine_may(own, knock):
    page = own.control_url.partition("/_mock")[0]
    for headers in (
        {}, {"Host": "127.0.0.1"}, {"Host": f"LocalHost:{own.port}"}, {"Host": "[::1]:9000"}, {"content_type": "application/json; charset=utf-8"},
        {"Origin": own.origin}, {"Sec_Fetch_Site": "same-origin"}, {"Sec_Fetch_Site": "none"},
    ):  # fmt: skip
        assert knock("POST", "/faults", body=FAULT, **{"content_type": JSON, **headers})[0] == 200, headers
    assert knock("POST", "/faults", body=FAULT, plain=True, content_type=JSON, Origin=page)[0] == 200
    link = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert knock("GET", "/", key=None, **link)[0] == 200, "a link from a notebook opens the page"
    assert knock("POST", "/faults", body=FAULT, content_type=JSON, **link)[0] == 403


def test_a_mock_without_a_class_lets_nobody_join(knock):
    assert knock("GET", "/authority", key=None)[0] == 403
    status, said = knock("POST", "/join", key=None, body='{"code": "x"}', content_type=JSON)
    assert status == 403
    assert "helpers class" in said


def test_the_command_finds_the_controls_of_a_mock_whichever_port_it_has(own, capsys, monkeypatch):
    shown = []
    monkeypatch.setattr(controls.webbrowser, "open", shown.append)
    assert controls.run(own.port) == 0
    assert own.control_url in capsys.readouterr().out
    assert shown[0].startswith("file:")
    assert own.control_key not in shown[0], "everyone can read a program's arguments"
    page = own.folder / "control.html"
    assert own.control_url in page.read_text()
    if os.name == "posix":
        assert page.stat().st_mode & 0o077 == 0
    second = MockServer(port=0, other_sites=False)
    second.start()
    try:
        with pytest.raises(SetupProblem, match="Several mocks of yours run here"):
            controls.run()
        assert controls.run(second.port, browser=False) == 0
    finally:
        second.stop()
    assert len(shown) == 1
    with pytest.raises(SetupProblem, match=f"No mock of yours runs here on port {second.port}"):
        controls.run(second.port)


# -- quotas ------------------------------------------------------------------------------------------------------------
def test_a_bucket_refills_evenly():
    now = [0.0]
    limits = Limits((6, 1000), now=lambda: now[0])
    rooms = [limits.take("d", 100) for _ in range(7)]
    assert [room.remaining_requests for room in rooms[:6]] == [5, 4, 3, 2, 1, 0]
    assert (rooms[6].exceeded, rooms[6].wait) == ("call", pytest.approx(10))
    now[0] = 9.9
    assert limits.take("d", 1).wait > 0
    now[0] = 10.1
    assert limits.take("d", 1).wait == 0
    assert limits.take("other", 1).remaining_requests == 5


def test_tokens_are_limited_too_and_a_refusal_costs_nothing():
    now = [0.0]
    limits = Limits((100, 1000), now=lambda: now[0])
    assert limits.take("d", 900).wait == 0
    for _ in range(3):
        room = limits.take("d", 200)
        assert (room.exceeded, room.wait) == ("token", pytest.approx(12))
    now[0] = 11.9
    assert limits.take("d", 200).wait == pytest.approx(0.1), "coming back early does not help"
    now[0] = 12.01
    assert limits.take("d", 200).wait == 0
    now[0] = 72.1
    assert limits.take("d", 5000).wait == 0, "more than a bucket holds passes when the bucket is full"


def test_no_quota_unless_it_is_set():
    assert Limits().take("d", 1) is None


def test_the_small_deployment_of_the_catalog_has_a_quota_from_the_start(ask):
    body = {**CHAT, "model": "course-chat"}
    answers = [ask(body, "/openai/v1/chat/completions") for _ in range(32)]
    assert [a.status_code for a in answers[:30]] == [200] * 30
    refused = next(a for a in answers if a.status_code == 429)
    assert refused.headers["retry-after"] == "2"
    assert ask({**CHAT, "model": "gpt-4o"}, "/openai/v1/chat/completions").status_code == 200


def test_a_quota_answers_429_with_headers_counted_down(ask, control):
    control("POST", "/limits", {"deployment": "course-chat", "requests_per_minute": 3, "tokens_per_minute": 100_000})
    body = {**CHAT, "model": "course-chat"}
    answers = [ask(body, "/openai/v1/chat/completions") for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert [a.headers["x-ratelimit-remaining-requests"] for a in answers] == ["2", "1", "0", "0"]
    assert answers[0].headers["x-ratelimit-limit-requests"] == "3"
    last = answers[-1]
    assert last.json()["error"]["code"] == "RateLimitReached"
    assert '"message": "' in last.text  # the service's odd space
    assert "exceeded the call rate limit" in last.text
    assert 1 <= int(last.headers["retry-after"]) <= 20
    assert abs(int(last.headers["retry-after-ms"]) / 1000 - int(last.headers["retry-after"])) <= 1
    assert ask().status_code == 200, "other deployments have quotas of their own"
    control("DELETE", "/limits")
    assert ask(body, "/openai/v1/chat/completions").status_code == 200


def test_the_quotas_can_be_told_that_time_has_gone_by(ask, control):
    body = {**CHAT, "model": "course-chat"}

    def status():
        return ask(body, "/openai/v1/chat/completions").status_code

    control("POST", "/limits", {"deployment": "course-chat", "requests_per_minute": 1, "tokens_per_minute": 100_000})
    assert [status(), status()] == [200, 429]
    control("POST", "/clock", {"forward": 30})
    assert status() == 429
    control("POST", "/clock", {"forward": 30})
    assert [status(), status()] == [200, 429]


def test_a_header_for_proxies_changes_neither_scheme_nor_address(own, ask):
    """Who could would make TLS look like plain HTTP, or send wrong codes from many addresses."""
    key = {"api-key": own.foundry.secrets.api_key}
    assert ask(headers={**key, "X-Forwarded-Proto": "http", "X-Forwarded-For": "192.0.2.7"}).status_code == 200


# -- speed -------------------------------------------------------------------------------------------------------------
def test_a_realistic_stream_comes_piece_by_piece_and_on_time(own, ask):
    start = time.perf_counter()
    times = []
    with ask({**PACED, "stream": True}, stream=True) as answer:
        for line in answer.iter_lines(chunk_size=1):
            if line.startswith(b"event: response.output_text.delta"):
                times.append(time.perf_counter() - start)
    assert times[-1] - times[0] >= (len(times) - 1) * 0.03 * 0.9, "one piece after the other, not all at once"


def test_a_background_response_outlives_its_stream_and_can_still_be_cancelled(own, ask):
    jobs = []
    for _ in range(2):
        with ask({**PACED, "stream": True, "background": True}, stream=True) as answer:
            first = next(line for line in answer.iter_lines(chunk_size=1) if line.startswith(b"data: "))
        jobs.append(json.loads(first[6:])["response"]["id"])
    ask_for = f"/openai/v1/responses/{jobs[0]}"
    assert ask(None, ask_for, "GET").json()["status"] == "in_progress"
    assert ask(None, f"{ask_for}/cancel").json()["status"] == "cancelled"
    assert ask(None, ask_for, "GET").json()["status"] == "cancelled"
    with ask(None, f"/openai/v1/responses/{jobs[1]}?stream=true", "GET", stream=True) as answer:
        assert b"response.completed" in answer.content
    assert ask(None, f"/openai/v1/responses/{jobs[1]}", "GET").json()["status"] == "completed"
    assert ask(None, f"/openai/v1/responses/{jobs[1]}/cancel").json()["status"] == "completed"


def test_a_learner_who_leaves_a_stream_is_no_news(own, ask, capfd):
    with ask({**PROMPT, "stream": True}, stream=True) as answer:
        next(answer.iter_content(None))
    assert ask().status_code == 200
    assert capfd.readouterr().err == ""


@needs_posix
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_at_once_with_streams_open(tmp_path, mock_command, stop):
    env_file = tmp_path / "mock.env"
    running = mock_command("--env-file", str(env_file))
    running.stdout.readline()
    variables = dotenv_values(env_file)
    session = requests.Session()
    open_streams = [
        session.post(
            variables["FOUNDRY_RESOURCE_ENDPOINT"] + "/openai/v1/responses",
            headers={"api-key": variables["FOUNDRY_API_KEY"]}, json={**PACED, "stream": True}, stream=True,
            verify=variables["SSL_CERT_FILE"], timeout=10,
        )
        for _ in range(5)
    ]  # fmt: skip
    assert all(stream.status_code == 200 for stream in open_streams)
    running.send_signal(stop)
    _, errors = running.communicate(timeout=30)
    for stream in open_streams:  # had it waited for them, they would be whole
        with pytest.raises(requests.exceptions.RequestException):
            assert b"response.completed" not in b"".join(stream.iter_content(None))
        stream.close()
    session.close()
    assert errors == ""
    assert running.returncode == 0


# -- journal -----------------------------------------------------------------------------------------------------------
def test_the_journal_holds_exchanges_without_secrets(own, ask, control):
    ask()
    entries = control("GET", "/journal?last=1")["exchanges"]
    assert entries[0]["request"]["body"] == PROMPT
    assert entries[0]["response"]["status"] == 200
    assert own.foundry.secrets.api_key not in str(entries)
    assert all(isinstance(one, Exchange) for one in own.foundry.journal.entries)
    assert control("DELETE", "/journal")["journal"] == 0


@pytest.mark.parametrize(
    ("path", "headers", "body"),
    [
        ("/openai/v1/responses", {}, {**PROMPT, "input": "my key is {key}"}),
        ("/{tenant}/oauth2/v2.0/token", {}, "grant_type=client_credentials&client_id=x&client_secret={key}&scope=y"),
        ("/x?api-key={key}&sig={key}", {}, {}),
        ("/x", {"x-auth-token": "{key}", "x-ms-authorization-auxiliary": "Bearer {key}"}, {}),
        (
            "/x",
            {"Content-Type": "multipart/form-data; boundary=b"},
            '--b\r\nContent-Disposition: form-data; name="client_secret"\r\n\r\n{key}\r\n--b--',
        ),
        ("/x", {}, '{"password": "{key}"}\n{"password": "{key}"}'),
        ("/x", {}, '{"access_token": "{key}'),
        ("/x", {}, json.dumps({"text": json.dumps({"client_secret": "{key}"})})),
        ("/x", {}, json.dumps({"password": ["{key}"], "nested": {"apiKey": {"value": "{key}"}}})),
        ("/x", {}, json.dumps({"url": "https://example.test/?sig={key}&x=1"})),
    ],
)
def test_no_secret_gets_into_the_journal_whatever_its_shape(own, ask, control, path, headers, body):
    key = own.foundry.secrets.api_key if "my key" in str(body) else "Zz9-planted-secret-0123456789"
    path, text = (one.replace("{key}", key) for one in (path, body if isinstance(body, str) else json.dumps(body)))
    sent = {name: value.replace("{key}", key) for name, value in headers.items()}
    own.foundry.answer(Exchange("POST", f"https://localhost{path}", Headers(sent), text.encode()))
    exchange = own.foundry.journal.entries[-1]
    assert key not in json.dumps(control("GET", "/journal"))
    for shown in (
        repr(exchange),
        exchange.as_curl(),
        exchange.as_python(),
        exchange.as_http(),
        *exchange._repr_mimebundle_().values(),
    ):
        assert key not in shown


def test_a_token_spread_over_the_pieces_of_a_stream_is_hidden():
    token = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl"
    pieces = tuple((float(at), token[at : at + 5].encode()) for at in range(0, len(token), 5))
    one = Exchange("GET", "https://x/", status=200, response_body=token.encode(), chunks=pieces)
    assert "c2lnbmF0dXJl" not in json.dumps(one.as_fields())


def test_odd_bodies_never_break_the_journal(own, ask, control):
    for body in (b'{"input":"\\ud800"}', b"[" * 50_000, b"\xff\xfe" + b"x" * 70_000, '{"a": 1}'.encode("utf-16")):
        own.foundry.answer(Exchange("POST", "https://[/openai/v1/responses?api-key=abcdefgh", request_body=body))
    assert len(control("GET", "/journal?last=4")["exchanges"]) == 4
    assert "exchanges" in control("GET", "/journal?last=%C2%B2")
    assert all(one.as_http() and one.as_curl() and one.as_python() for one in own.foundry.journal.entries)


def test_journal_and_stores_are_bounded(own):
    for number in range(journal.LENGTH + 50):
        own.foundry.answer(Exchange("GET", f"https://localhost/{number}"))
    assert len(own.foundry.journal.entries) == journal.LENGTH
    own.foundry.answer(Exchange("POST", "https://localhost/x", request_body=b"x" * 10_000_000))
    assert len(own.foundry.journal.entries[-1].request_body) < 100_000
    store = Store("thing", entries=10, size=1000)
    for number in range(100):
        store.put(str(number), number, 50)
    assert store.all() == list(range(90, 100))
    for number in range(5):
        store.put(f"large {number}", number, 250)
    assert store.all() == [1, 2, 3, 4], "bound by size too"
    with pytest.raises(ServiceError, match="keeps at most 250 bytes of one thing"):
        store.put("large 4", "larger", 5000)
    assert store.get("large 4") == 4, "what was there stays"


def test_two_hundred_connections_at_once(mock):
    context = ssl.create_default_context(cafile=mock.variables["SSL_CERT_FILE"])
    body = '{"model": "gpt-4.1-mini", "input": "What is an endpoint?"}'
    request = (
        f"POST /openai/v1/responses HTTP/1.1\r\nHost: localhost\r\napi-key: {mock.foundry.secrets.api_key}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
    )
    results = []

    def visit():
        with (
            socket.create_connection(("127.0.0.1", mock.port), timeout=20) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secure,
        ):
            secure.sendall(request.encode())
            received = b""
            while piece := secure.recv(65536):
                received += piece
            results.append(received[:15])

    threads = [threading.Thread(target=visit) for _ in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results == [b"HTTP/1.1 200 OK"] * 200


def test_the_exchange_of_v1_is_in_the_journal_as_the_path_says(own, ask, control):
    ask(path="/api/projects/demo-project" + V1)
    assert control("GET", "/journal?last=1")["exchanges"][0]["request"]["url"].endswith(V1)
