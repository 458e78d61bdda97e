"""A request that was answered before: what was worked out is shared, and every call has ids of its own."""

import json
import re

import pytest

from helpers.exchange import Exchange, Headers
from helpers.mock.call import Chunks
from helpers.mock.server import MockServer

HOME = "/api/projects/demo-project"
QUESTION = "What is an AI application?"
RESPONSES = [
    "/openai/v1/responses",
    HOME + "/openai/v1/responses",
    HOME + "/openai/responses?api-version=2025-11-15-preview",
    "/openai/responses?api-version=2025-04-01-preview",
]
CHATS = ["/openai/v1/chat/completions", HOME + "/openai/v1/chat/completions"]
OBFUSCATED = re.compile(rb'"obfuscation":"\w*"')  # derives from the first call's id


@pytest.fixture
def foundry():
    server = MockServer(port=0)
    yield server.foundry
    server.stop()


def ask(foundry, path: str, method: str = "POST", **body) -> Exchange:
    sent = Headers({"api-key": foundry.secrets.api_key})
    return foundry.answer(
        Exchange(method, f"https://localhost{path}", sent, json.dumps(body).encode() if body else b"")
    )


def asked(path: str, stream: bool) -> dict:
    said = {"messages": [{"role": "user", "content": QUESTION}]} if "chat" in path else {"input": QUESTION}
    return {"model": "gpt-4.1-mini", **said, **({"stream": True} if stream else {})}


@pytest.mark.parametrize("quota", [None, (100, 100_000)])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", [*RESPONSES, *CHATS])
def test_a_shared_answer_is_the_one_that_would_be_worked_out(foundry, path, stream, quota):
    other = MockServer(port=0)
    other.foundry.remembered.put = lambda key, thing, size: None
    for one in (foundry, other.foundry):
        one.limits._clock = lambda: 0.0
        if quota:
            one.limits.set(None, *quota)
    for _ in range(3):
        shared, own = (ask(one, path, **asked(path, stream)) for one in (foundry, other.foundry))
        assert shared.status == own.status == 200
        assert shared.response_headers == own.response_headers
        assert dict(shared.response_headers) == dict(own.response_headers)
        assert shared.response_headers.lines() == own.response_headers.lines()
        bodies = [OBFUSCATED.sub(b"", answer.response_body) for answer in (shared, own)]
        assert bodies[0] == bodies[1]
        assert [at for at, _ in shared.chunks] == [at for at, _ in own.chunks]
        assert b"".join(chunk for _, chunk in shared.chunks) == (shared.response_body if stream else b"")
    other.stop()


def test_a_thousand_repeats_hold_one_answer(foundry):
    for _ in range(20):
        ask(foundry, RESPONSES[0], **asked(RESPONSES[0], stream=True))
    kept = foundry.state.responses.all()
    assert len({one.id for one in kept}) == 20
    assert len({id(one.finished.told) for one in kept}) == 1


@pytest.mark.parametrize("path", RESPONSES)
def test_what_a_repeated_response_said_can_be_referred_to(foundry, path):
    for _ in range(2):
        last = ask(foundry, path, **asked(path, stream=False)).response_json
    item = {"type": "item_reference", "id": last["output"][0]["id"]}
    body = {"model": "gpt-4.1-mini", "input": [item, {"role": "user", "content": "And then?"}]}
    assert ask(foundry, path, **body).status == 200


def test_a_cancelled_response_says_what_it_would_have_said():
    server = MockServer(port=0)
    path, model = RESPONSES[0], "gpt-4.1-mini"
    made = ask(server.foundry, path, model=model, input=QUESTION, background=True).response_json
    assert ask(server.foundry, f"{path}/{made['id']}/cancel").response_json["output"] == []
    told = server.foundry.state.responses.get(made["id"]).open()
    assert [item["type"] for item in told.items] == ["message", "message"]  # who goes on from it goes on from both
    server.stop()


def test_chunks_are_cut_where_they_were_joined():
    pieces = [(0.0, b"one"), (0.5, b""), (1.0, b"three")]
    chunks = Chunks.of(pieces)
    assert (chunks.body, [*chunks], len(chunks), chunks[-1]) == (b"onethree", pieces, 3, pieces[-1])
    assert Chunks(chunks.body, chunks.places[:2]).sent == b"one"
    assert chunks == Chunks.of(pieces)
