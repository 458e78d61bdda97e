"""wiretap(): sees what leaves requests, azure and openai clients, and changes nothing on the way."""

import asyncio
import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import openai
import pytest
import requests
from azure.ai.projects import AIProjectClient
from azure.identity import DefaultAzureCredential

from helpers.wire import wiretap
from tests.test_mock_routes import PROMPT, V1


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
    assert wire[3].response_json["value"][0]["name"] == "gpt-4.1-mini"
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
