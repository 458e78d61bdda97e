"""No request holds the loop: neither random ones nor those that are made to be slow, each for one parser or matcher."""

import json
import signal
import subprocess
import sys
import time

import pytest
from dotenv import dotenv_values

from helpers.course.environment import ROOT
from helpers.exchange import Exchange, Headers
from helpers.mock import catalog, tokens
from helpers.mock.model import inventions
from helpers.mock.server import MockServer
from tests.conftest import needs_posix
from tests.mock import requests_at_random
from tests.mock.requests_at_random import GROUP, HOME

# Seconds of CPU. In the core none takes a tenth of a second on a usual machine; this leaves room for a slow one, and what is
# not bounded takes minutes.
LIMIT = 1.0
ASK, CHAT, EMBED = "/openai/v1/responses", "/openai/v1/chat/completions", "/openai/v1/embeddings"
MODEL = b'"model":"gpt-4.1-mini",'


def _deep(levels: int, inside: dict) -> dict:
    for _ in range(levels):
        inside = {"type": "array", "minItems": 1000, "items": inside}
    return inside


def _doubled(levels: int) -> dict:
    inside = {"type": "object"}
    for _ in range(levels):
        inside = {"allOf": [inside, inside]}
    return inside


SCHEMAS = {
    "alternatives": {"type": "string", "pattern": "(a|a){40}b^"},
    "repeats of repeats": {"type": "string", "pattern": "(((a{1000}){1000}){1000}){1000}"},
    "groups": {"type": "string", "pattern": "(" * 2000 + ")" * 2000},
    "a class": {"type": "string", "pattern": f"[^{'a-z' * 20_000}]"},
    "branches": {"type": "string", "pattern": "a|" * 100_000},
    "sixty times itself": {"type": "object", "properties": {f"p{at}": {"$ref": "#"} for at in range(60)}},
    "sixty times itself, required": {
        "type": "object", "properties": {f"p{at}": {"$ref": "#"} for at in range(60)}, "required": [f"p{at}" for at in range(60)],
    },
    "arrays of arrays": _deep(8, {"type": "string"}),
    "many long texts": {"type": "object", "properties": {f"p{at}": {"type": "string", "minLength": 1000} for at in range(4000)}},
    "allOf of many": {"allOf": [{"type": "object", "properties": {f"q{i}{j}": {} for j in range(30)}} for i in range(100)]},
    "allOf doubled": _doubled(12),
    "a long way": {"$ref": "#" + "/a" * 100_000},
    "a circle": {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
    "a small step": {"type": "number", "multipleOf": 1e-300, "minimum": 1e300},
    "a long text": {"type": "string", "minLength": 10**9},
}  # fmt: skip
# made when they are sent: some are long to make
BODIES = {
    "words": lambda: (ASK, b'{%s"input":"%s"}' % (MODEL, b"a b " * 3_900_000)),
    "one word": lambda: (ASK, b'{%s"input":"%s"}' % (MODEL, b"a" * 15_000_000)),
    "words in a chat": lambda: (CHAT, b'{%s"messages":[{"role":"user","content":"%s"}]}' % (MODEL, b"a b " * 3_900_000)),
    "words that fit": lambda: (ASK, b'{%s"input":"%s"}' % (MODEL, b"a b " * 120_000)),
    "escapes": lambda: (ASK, b'{%s"input":"%s"}' % (MODEL, b"\\u00e9" * 2_500_000)),
    "empty items": lambda: (ASK, b'{%s"input":[%s{}]}' % (MODEL, b"{}," * 4_000_000)),
    "items": lambda: (ASK, b'{%s"input":[%s{}]}' % (MODEL, b'{"role":"user","content":"x"},' * 3_000)),
    "messages": lambda: (CHAT, b'{%s"messages":[%s{}]}' % (MODEL, b'{"role":"user","content":"x"},' * 3_000)),
    "tools": lambda: (ASK, b'{%s"input":"x","tools":[%s{}]}' % (MODEL, b'{"type":"function","name":"f"},' * 3_000)),
    "stop words": lambda: (CHAT, b'{%s"messages":[{"role":"user","content":"x"}],"stop":[%s"z"]}' % (MODEL, b'"zz",' * 19_000)),
    "names": lambda: (ASK, b"{%s}" % b",".join(b'"k%d":1' % at for at in range(900_000))),
    "floats": lambda: (ASK, b'{%s"input":[%s1]}' % (MODEL, b"1.5e3," * 2_500_000)),
    "digits": lambda: (ASK, b'{%s"input":%s}' % (MODEL, b"1" * 15_000_000)),
    "brackets": lambda: (ASK, b"[" * 15_000_000),
    "blanks": lambda: (ASK, b" " * 15_000_000),
    "commas in texts": lambda: (ASK, b'{%s"input":[%s{}]}' % (MODEL, b'{"role":"user","content":",,,,,,,,,,"},' * 2_000)),
    "a long text to embed": lambda: (EMBED, b'{"model":"text-embedding-3-large","input":"%s"}' % (b"a " * 7_000_000)),
    "a conversation": lambda: (HOME + "/openai/v1/conversations", b'{"items":[%s{"role":"user","content":"x"}]}' % (b'{"role":"user","content":"x"},' * 3_000)),
    "tags": lambda: (GROUP + "/accounts/a?api-version=2025-06-01", b'{"location":"x","kind":"AIServices","tags":{%s}}' % b",".join(b'"k%d":1' % at for at in range(900_000))),
    "pairs of a form": lambda: (f"/{catalog.TENANT_ID}/oauth2/v2.0/token", b"a=b&" * 3_700_000),
    "parts of a form": lambda: (HOME + "/openai/v1/files", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n' * 280_000),
    "lines of a file": lambda: (HOME + "/openai/v1/files", b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + b"\n" * 15_000_000),
    "a path": lambda: ("/a" * 8_000, b""),
    "a query": lambda: (HOME + "/deployments?" + "a=b&" * 4_000, b""),
}  # fmt: skip


@pytest.fixture(scope="module")
def foundry():
    server = MockServer(port=0)
    yield server.foundry
    server.stop()


@pytest.fixture
def timed(foundry):
    """A function: path and body in, status out; fails when the answer took too long or is a 5xx."""

    def ask(path: str, body: bytes) -> int:
        audience = tokens.MANAGEMENT_AUDIENCES[0] if path.startswith("/sub") else tokens.AI_AUDIENCE
        token = foundry.issuer.token(audience)[0]
        headers = Headers({"Authorization": f"Bearer {token}", "Content-Type": "multipart/form-data; boundary=x"})
        method = "PUT" if path.startswith("/sub") else "POST" if body else "GET"
        start = time.thread_time()
        answer = foundry.answer(Exchange(method, f"https://localhost{path}", headers, body))
        took = time.thread_time() - start
        assert answer.status < 500, answer.response_body
        assert took < LIMIT, f"it took {took:.2f} s"
        return answer.status

    return ask


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_schema_holds_the_loop(timed, name):
    asked = {"model": "gpt-4.1-mini", "input": f"a {name}"}
    wanted = {"type": "json_schema", "name": "a", "schema": SCHEMAS[name]}
    tool = {"type": "function", "name": "f", "parameters": SCHEMAS[name]}
    assert timed(ASK, json.dumps({**asked, "text": {"format": wanted}}).encode()) in (200, 400, 413)
    assert timed(ASK, json.dumps({**asked, "tools": [tool]}).encode()) in (200, 400, 413)


@pytest.mark.parametrize("name", BODIES)
def test_no_body_holds_the_loop(timed, name):
    assert timed(*BODIES[name]()) < 500


def test_a_schema_that_asks_for_too_much_gets_the_answer_of_a_bad_one(foundry, timed):
    wanted = {"type": "json_schema", "name": "a", "schema": SCHEMAS["arrays of arrays"]}
    body = {"model": "gpt-4.1-mini", "input": "x", "text": {"format": wanted}}
    assert timed(ASK, json.dumps(body).encode()) == 400
    assert foundry.journal.entries[-1].response_json["error"]["code"] == "invalid_json_schema"


def test_a_tree_of_three_branches_is_not_too_much():
    tree = {"type": "object", "properties": {side: {"$ref": "#"} for side in ("left", "middle", "right")}}
    assert set(inventions.instance(tree)) == {"left", "middle", "right"}


def test_random_requests_reach_the_handlers_and_none_fails_or_is_slow():
    sent = requests_at_random.send(6_000, seed=7)
    assert sent.failed == [], [(one.url, one.request_body, one.response_body) for one in sent.failed[:3]]
    assert sent.reached > 2_000
    assert {200, 201, 400, 401, 404} <= set(sent.statuses)
    assert sent.slowest[0][0] < LIMIT, sent.slowest


STUCK = """
import sys, threading, time
from pathlib import Path
from helpers.mock.foundry import LocalFoundry
from helpers.mock.server import MockServer

def answer(foundry, request):
    print("held", flush=True)
    while True:  # a request that nobody has foreseen
        sum(range(1000))

LocalFoundry.answer = answer
MockServer(port=0, env_file=Path(sys.argv[1])).serve()
"""


@needs_posix
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_mock_whose_loop_is_held(tmp_path, stop):
    import socket
    import ssl

    env_file = tmp_path / "mock.env"
    mock = subprocess.Popen([sys.executable, "-c", STUCK, str(env_file)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        for line in mock.stdout:
            if "Its variables are in" in line:
                break
        settings = dotenv_values(env_file)
        port = int(settings["FOUNDRY_RESOURCE_ENDPOINT"].rpartition(":")[2])
        context = ssl.create_default_context(cafile=settings["SSL_CERT_FILE"])
        with (
            socket.create_connection(("localhost", port)) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as held,
        ):
            held.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            while mock.stdout.readline() != "held\n":
                pass
            start = time.perf_counter()
            mock.send_signal(stop)
            assert mock.wait(20) == 0
            took = time.perf_counter() - start
    finally:
        mock.kill()
        mock.communicate()
    assert took < 10, "within a second on a usual machine; without a way out it would never end"
    assert not env_file.exists()
