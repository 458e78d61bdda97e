"""wiretap(): sees what leaves requests, azure and openai clients, and changes nothing on the way. compare(): lays two of
these requests side by side."""

import asyncio
import gzip
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import openai
import pytest
import requests
from azure.ai.projects import AIProjectClient
from azure.identity import DefaultAzureCredential

from helpers.exchange import Exchange, Headers
from helpers.mock import catalog
from helpers.wire import ABOUT_THE_SDK, REASONS, Comparison, compare, wiretap
from tests.mock.test_routes import PROMPT, V1


def test_it_sees_every_library(mock, project, resource, key, session):
    with wiretap() as wire:
        session.post(project + V1, headers=key, json=PROMPT)
        with openai.OpenAI(base_url=resource + "/openai/v1/", api_key=key["api-key"]) as client:
            client.responses.create(**PROMPT)
        with DefaultAzureCredential() as credential, AIProjectClient(project, credential) as client:
            list(client.deployments.list())
    assert [f"{one.method} {one.url.removeprefix(resource)}" for one in wire] == [
        "POST /api/projects/demo-project/openai/v1/responses",
        "POST /openai/v1/responses",
        "GET /msi/token?api-version=2019-08-01&resource=https://ai.azure.com",
        "GET /api/projects/demo-project/deployments?api-version=v1",
    ]
    assert all(one.status == 200 and one.elapsed > 0 for one in wire)
    assert wire[0].request_json == wire[1].request_json == PROMPT
    texts = [one.response_json["output"][0]["content"] for one in wire[:2]]
    assert texts[0] == texts[1]
    assert wire[3].response_json["value"][0]["name"] == catalog.DEFAULT_DEPLOYMENT
    assert [one.method for one in wire[1:3]] == ["POST", "GET"]


def test_it_sees_async_clients(mock, resource, key):
    async def ask():
        async with openai.AsyncOpenAI(base_url=resource + "/openai/v1/", api_key=key["api-key"]) as client:
            return await client.responses.create(**PROMPT)

    with wiretap() as wire:
        answer = asyncio.run(ask())
    assert wire[0].response_json["id"] == answer.id


def test_it_leaves_nothing_behind_even_after_an_error():
    seams = (requests.adapters.HTTPAdapter.send, httpx2.HTTPTransport.handle_request)
    with pytest.raises(RuntimeError), wiretap(), wiretap():
        raise RuntimeError
    assert (requests.adapters.HTTPAdapter.send, httpx2.HTTPTransport.handle_request) == seams


def test_a_request_that_never_arrives_is_seen_without_an_answer():
    with wiretap() as wire, pytest.raises(requests.ConnectionError):
        requests.get("http://127.0.0.1:9/nothing", timeout=2)
    assert wire[0].status is None
    assert "no answer yet" in repr(wire)


@pytest.fixture
def streaming_server():
    """Sends three pieces, and only sends the next when the test has let it."""
    gate = threading.Semaphore(0)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.send_response(200)
            if self.path == "/gzip":
                body = gzip.compress(b'{"zipped": true}')
                self.send_header("Content-Encoding", "gzip")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for number in range(3):
                gate.acquire(timeout=10)
                piece = f"data: {number}\n\n".encode()
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda request, address: None  # a client that leaves early is part of the tests
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", gate
    server.shutdown()
    thread.join()
    server.server_close()


def test_streams_pass_through_piece_by_piece(streaming_server):
    """Each piece must reach the reader before the server is let to send the next: a buffering tap would hang here."""
    url, gate = streaming_server
    with wiretap() as wire, requests.get(url, stream=True, timeout=10) as response:
        pieces = response.iter_content(None)
        for number in range(3):
            gate.release()
            assert next(pieces) == f"data: {number}\n\n".encode()
            assert wire[0].response_body.endswith(f"data: {number}\n\n".encode())
    assert [chunk for _, chunk in wire[0].chunks] == [f"data: {n}\n\n".encode() for n in range(3)]
    assert [at for at, _ in wire[0].chunks] == sorted(at for at, _ in wire[0].chunks)

    with wiretap() as wire, httpx2.Client() as client, client.stream("GET", url) as response:
        pieces = response.iter_raw()
        for number in range(3):
            gate.release()
            assert next(pieces) == f"data: {number}\n\n".encode()
    assert len(wire[0].chunks) == 3


def test_compressed_answers_are_readable(streaming_server):
    url, _ = streaming_server
    with wiretap() as wire, httpx2.Client() as client:
        assert client.get(url + "/gzip").json() == {"zipped": True}
        assert requests.get(url + "/gzip", timeout=5).json() == {"zipped": True}
    assert [one.response_json for one in wire] == [{"zipped": True}] * 2


# -- compare() -----------------------------------------------------------------------------------------------------------
PARTS = ("method", "URL", "sign-in", "JSON body")


@pytest.fixture
def pair(mock, project, session, bearer):
    """The request of lesson 02, sent with requests and with openai."""
    header = bearer()
    token = header["Authorization"].removeprefix("Bearer ")
    with wiretap() as wire:
        session.post(project + V1, headers=header, json=PROMPT)
        with openai.OpenAI(base_url=project + "/openai/v1", api_key=token) as client:
            client.responses.create(**PROMPT)
    return tuple(wire)


def test_requests_and_openai_send_the_same_request(pair):
    compared = compare(*pair)
    assert (compared.same, compared.different) == (PARTS, ())
    assert repr(compared).startswith("The same: method, URL, sign-in, JSON body.\n")
    assert "Different" not in repr(compared) + compared._repr_html_()


def test_each_header_that_differs_has_a_reason_of_its_own(pair):
    rows = {one.name: one for one in compare(*pair).headers}
    assert set(rows) >= {"user-agent", "accept", "content-length", "x-stainless-retry-count", "x-stainless-..."}
    assert not set(rows) & {"authorization", "api-key", "host"}
    for one in rows.values():
        assert one.first != one.second
        assert one.why == REASONS.get(one.name, ABOUT_THE_SDK), one
    assert rows["user-agent"].first.startswith("python-requests/")
    assert rows["user-agent"].second.startswith("OpenAI/Python")
    assert (rows["x-stainless-retry-count"].first, rows["x-stainless-retry-count"].second) == ("", "0")
    assert rows["x-stainless-..."].first == ""
    assert all(one.why in text for one in rows.values() for text in [repr(compare(*pair))])


def test_a_request_compared_with_itself_differs_in_nothing(pair):
    assert compare(pair[1], pair[1]) == Comparison(PARTS, (), ())


def test_compare_takes_them_in_any_order(pair):
    there, back = compare(*pair), compare(*reversed(pair))
    assert back.same == there.same
    assert {(one.name, one.second, one.first) for one in back.headers} == {
        (one.name, one.first, one.second) for one in there.headers
    }


def _with_header(exchange, name, value):
    pairs = [(n, v) for n, v in exchange.request_headers.pairs if n.lower() != name]
    return replace(exchange, request_headers=Headers([*pairs, (name, value)] if value else pairs))


@pytest.mark.parametrize(
    ("change", "different"),
    [
        (lambda one: replace(one, method="GET"), "method"),
        (lambda one: replace(one, url=one.url + "?api-version=2025-11-15-preview"), "URL"),
        (lambda one: replace(one, url=one.url.replace("/api/projects/demo-project", "")), "URL"),
        (lambda one: _with_header(one, "authorization", "Bearer other"), "sign-in"),
        (lambda one: _with_header(one, "authorization", ""), "sign-in"),
        (lambda one: _with_header(one, "api-key", "0123456789"), "sign-in"),
        (lambda one: replace(one, request_body=b'{"model": "gpt-4o"}'), "JSON body"),
        (lambda one: replace(one, request_body=b'{"model": '), "JSON body"),
        (lambda one: replace(one, request_body=b""), "JSON body"),
    ],
)
def test_what_decides_the_answer_is_reported_when_it_differs(pair, change, different):
    compared = compare(pair[0], change(pair[1]))
    assert compared.different == (different,)
    assert compared.same == tuple(part for part in PARTS if part != different)
    assert f"Different: {different}." in repr(compared)
    assert f"Different: {different}." in compared._repr_html_()


def test_the_order_and_spacing_of_json_do_not_count():
    one, other = (Exchange("POST", "/", request_body=body) for body in (b'{"a": 1, "b": [2]}', b'{"b":[2],"a":1}'))
    assert compare(one, other).same == PARTS


@pytest.mark.parametrize("bodies", [(b'{"store": true}', b'{"store": 1}'), (b"[0]", b"[false]")])
def test_true_and_1_are_two_values_in_json(bodies):
    assert compare(*(Exchange("POST", "/", request_body=body) for body in bodies)).different == ("JSON body",)


def test_a_length_is_not_explained_by_spacing_when_the_bodies_differ():
    one, other = (
        Exchange("POST", "/", Headers({"Content-Length": str(len(body))}), body) for body in (b'{"a":1}', b'{"a":10}')
    )
    (length,) = compare(one, other).headers
    assert "the JSON is the same" not in length.why
    assert length.why


def test_compare_never_shows_a_secret(pair):
    token = pair[0].request_headers["authorization"].removeprefix("Bearer ")
    secret = "0123456789abcdef0123456789abcdef"
    other = pair[1]
    for name in ("authorization", "api-key", "ocp-apim-subscription-key", "cookie", "x-token"):
        other = _with_header(other, name, secret)
    other = replace(other, url=f"{other.url}?api-key={secret}", request_body=f'{{"api_key": "{secret}"}}'.encode())
    for compared in (compare(pair[0], other), compare(other, pair[0]), compare(*pair)):
        for shown in (repr(compared), compared._repr_html_(), str(compared.headers)):
            assert secret not in shown
            assert token not in shown


def test_what_a_header_holds_is_text_on_the_page():
    one, other = (Exchange("GET", "/", Headers({"User-Agent": agent})) for agent in ("<script>x</script>", "b"))
    assert "<script>" not in compare(one, other)._repr_html_()
