"""Exchange: reading, hiding, printing as curl, Python and HTTP, saving and loading."""

import dataclasses
import json
import os
import shlex
import subprocess
import sys

import pytest
import requests

from helpers.exchange import Exchange, Headers
from tests.conftest import needs_posix
from tests.mock.test_routes import PROMPT, V1

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwczovL2FpLmF6dXJlLmNvbSJ9.c2lnbmF0dXJl"
KEY = "0123456789abcdef0123456789abcdef"


def exchange(**changes) -> Exchange:
    return dataclasses.replace(
        Exchange(
            "POST",
            f"https://user:{KEY}@example.test/openai/v1/responses?sig={KEY}&a=1",
            Headers({"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}", "api-key": KEY}),
            json.dumps({"input": f"it's my token {TOKEN}", "nested": [{"client_secret": KEY}], "key1": KEY}).encode(),
            200,
            "OK",
            Headers([("Set-Cookie", f"id={KEY}"), ("Set-Cookie", "b=c"), ("x-request-id", "1-2")]),
            json.dumps({"access_token": TOKEN, "expires_in": 3600}).encode(),
        ),
        **changes,
    )


def _all_shown(one: Exchange) -> str:
    bundle = one._repr_mimebundle_()
    return "\n".join([repr(one), one.as_curl(), one.as_python(), one.as_http(), *bundle.values()])


def test_no_secret_is_ever_shown():
    shown = _all_shown(exchange())
    assert KEY not in shown
    assert TOKEN not in shown
    assert "[redacted]" in shown
    assert "1-2" in shown


def test_the_value_of_a_secret_setting_is_hidden_wherever_it_turns_up(monkeypatch):
    monkeypatch.setenv("FOUNDRY_API_KEY", "correct horse battery")
    body = json.dumps({"input": "say: correct horse battery"}).encode()
    assert "correct horse battery" not in _all_shown(exchange(request_body=body))


def test_forms_and_plain_text_are_hidden_too():
    form = exchange(
        request_headers=Headers({"Content-Type": "application/x-www-form-urlencoded"}),
        request_body=f"grant_type=client_credentials&client_secret={KEY}".encode(),
        response_headers=Headers(),
        response_body=f"your token is {TOKEN}".encode(),
    )
    assert KEY not in _all_shown(form)
    assert TOKEN not in _all_shown(form)
    assert "client_credentials" in form.as_curl()


def test_redacting_twice_is_redacting_once():
    once = exchange().redacted()
    assert once.redacted() == once


def test_it_is_immutable():
    with pytest.raises(dataclasses.FrozenInstanceError):
        exchange().status = 500


def test_headers_compare_without_case_and_keep_their_order():
    headers = Headers([("B", "1"), ("a", "2"), ("b", "3")])
    assert headers["b"] == headers["B"] == "1, 3"
    assert list(headers) == ["B", "a"]
    assert "A" in headers
    assert headers.get("c") is None


def test_headers_from_the_wire_are_those_that_were_sent():
    once, twice = [(b"host", b"x"), (b"api-key", b"\xe9")], [(b"a", b"1"), (b"b", b"2"), (b"a", b"3")]
    assert Headers.of_bytes(once) == Headers([("host", "x"), ("api-key", "\xe9")])
    assert Headers.of_bytes(once)["API-Key"] == "\xe9"
    assert Headers.of_bytes(once).lines() == [b"host: x\r\n", b"api-key: \xe9\r\n"]
    assert Headers.of_bytes(twice).pairs == (("a", "1"), ("b", "2"), ("a", "3"))
    assert Headers.of_bytes(twice)["a"] == "1, 3"


def test_headers_with_other_values_are_as_if_they_were_made_anew():
    before, after = [("A", "1"), ("b", "2"), ("A", "3"), ("c", "4")], [("A", "1"), ("b", "x"), ("A", "3"), ("c", "y")]
    headers = Headers(before)
    made = headers.replaced({1: "x", 3: "y"})
    assert (made, dict(made), made.lines()) == (Headers(after), dict(Headers(after)), Headers(after).lines())
    assert (headers, headers["b"], headers.lines()) == (Headers(before), "2", Headers(before).lines())


def _asked(body: dict) -> dict:
    """What an answer shows of its request: all but the ids of the call."""
    return {name: body[name] for name in body if name not in ("id", "output")} | {"text": body["output"][0]["content"]}


@needs_posix
def test_the_curl_form_sends_the_same_request(mock, project, bearer, session):
    headers = bearer() | {"X-Note": "it's $5"}
    body = {**PROMPT, "input": 'it\'s "quoted", a\nnew line and $HOME'}
    first = Exchange.from_requests(session.post(project + V1, headers=headers, json=body))
    environment = {
        **os.environ,
        **mock.variables,
        "AUTH_TOKEN": headers["Authorization"].removeprefix("Bearer "),
    }
    said = subprocess.run(["sh", "-c", first.as_curl() + " -s"], env=environment, capture_output=True, timeout=30)
    assert _asked(json.loads(said.stdout)) == _asked(first.response_json)


def test_the_python_form_sends_the_same_request(mock, project, bearer, session):
    headers = bearer()
    body = {**PROMPT, "store": True, "user": None, "input": "a {brace} and 'quotes'"}
    first = Exchange.from_requests(session.post(project + V1, headers=headers, json=body))
    code = first.as_python() + "\nprint(response.text)"
    environment = {**os.environ, **mock.variables, "AUTH_TOKEN": headers["Authorization"].removeprefix("Bearer ")}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, timeout=60)
    assert _asked(json.loads(said.stdout)) == _asked(first.response_json)


@needs_posix
def test_copies_are_safe_to_paste():
    nasty = exchange(
        request_headers=Headers({"x-note": f'$(touch /tmp/pwned) `id` \\ " {TOKEN}', '{"t"': f"{{x}} {TOKEN}"}),
        request_body=b"@/etc/passwd",
    )
    shell = "curl() { printf '%s\n' \"$@\"; }; " + nasty.as_curl()
    said = subprocess.run(["sh", "-c", shell], env={"X_NOTE": "(note)"}, capture_output=True, text=True)
    words = said.stdout.splitlines()
    assert 'x-note: $(touch /tmp/pwned) `id` \\ " (note)' in words
    assert words[-2:] == ["--data-raw", "@/etc/passwd"]
    compile(nasty.as_python(), "copy", "exec")


def test_shell_words_of_the_curl_form_are_what_was_sent():
    words = shlex.split(exchange().as_curl())
    assert words[:4] == ["curl", "-X", "POST", exchange().redacted().url]
    assert "Authorization: Bearer $AUTH_TOKEN" in words
    assert "api-key: $FOUNDRY_API_KEY" in words


@pytest.mark.parametrize(
    "body", [b"", b'{"a": [1, null, "\xc3\xa9"]}', b"plain text", b"\xff\x00\x01", b"[]", b"null", b"0"]
)
def test_saved_and_loaded_is_the_same(tmp_path, body):
    one = exchange(request_body=b"", response_body=body, response_headers=Headers({"x": "y"})).redacted()
    one.save(tmp_path / "one.json")
    loaded = Exchange.load(tmp_path / "one.json")
    assert dataclasses.replace(loaded, response_body=b"") == dataclasses.replace(one, response_body=b"")
    if one.response_json is None:
        assert loaded.response_body == body
    else:
        assert loaded.response_json == one.response_json


def test_a_saved_stream_keeps_its_timing(tmp_path):
    chunks = ((0.1, b"data: a\n\n"), (0.2, b"data: b\n\n"))
    one = exchange(chunks=chunks, response_body=b"".join(c for _, c in chunks)).redacted()
    one.save(tmp_path / "one.json")
    assert Exchange.load(tmp_path / "one.json").chunks == chunks


def test_nothing_secret_is_saved(tmp_path):
    exchange().save(tmp_path / "one.json")
    text = (tmp_path / "one.json").read_text()
    assert KEY not in text
    assert TOKEN not in text


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"request": {"method": "GET"}}', "not json"])
def test_a_file_that_is_no_recording_is_named(tmp_path, text):
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(ValueError, match=r"bad\.json is not a recording"):
        Exchange.load(tmp_path / "bad.json")


def test_from_requests_says_what_it_wants():
    with pytest.raises(TypeError, match=r"requests\.post"):
        Exchange.from_requests({"status": 200})
    with pytest.raises(TypeError, match=r"requests\.post"):
        Exchange.from_requests(requests.Response())
