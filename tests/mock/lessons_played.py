"""What lessons 02, 06 and 10 and an agent send, as one learner after the other cell sends it: for a test and a benchmark with a
whole class. Each step is a request and what must come back."""

import http.client
import json
import ssl
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from helpers.mock.room import Learner

PROJECT, V1 = "/api/projects/demo-project", "/openai/v1"
PREVIEW = "?api-version=2025-11-15-preview"
QUESTION = {"model": "gpt-5.4-mini", "input": "What is an AI application?"}
CITIES = ("Name one city in Norway.", "How many people live there?", "And what is it known for?")
CHAT = {"model": "gpt-5.4-mini", "messages": [{"role": "user", "content": "What is an AI application?"}]}
BURST = 40  # of lesson 06; the deployment lets 30 through


class Reply(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    text: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.text)


class Client:
    """A learner's client: one connection, and a token fetched as azure-identity does."""

    def __init__(self, host: str, port: int, learner: Learner, context: ssl.SSLContext):
        self.learner = learner
        self._opened = http.client.HTTPSConnection(host, port, timeout=60, context=context)
        self.key = {"api-key": learner.secrets.api_key}
        identity = {"x-identity-header": learner.secrets.identity_header}
        answer = self.ask("GET", "/msi/token?api-version=2019-08-01&resource=https://ai.azure.com", sign_in=identity)
        self.token = {"authorization": f"Bearer {answer.body['access_token']}"}

    def ask(self, method: str, path: str, body: Any = None, sign_in: dict[str, str] | None = None) -> Reply:
        headers = {**(self.token if sign_in is None else sign_in), "content-type": "application/json"}
        self._opened.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = self._opened.getresponse()
        return Reply(answer.status, answer.headers, answer.read())

    def close(self) -> None:
        self._opened.close()


def lesson_02(ask: Callable[..., Reply]) -> Iterator[tuple[str, bool]]:
    """A first request, and the mistakes that everybody makes. Yields what was tried, and whether it came out as it must."""
    dated = f"{PROJECT}/openai/responses"
    first = ask("POST", dated + PREVIEW, QUESTION)
    yield (
        "first request",
        first.status == 200 and first.body["output_text" if "output_text" in first.body else "output"] != [],
    )
    yield "current route", ask("POST", f"{PROJECT}{V1}/responses", QUESTION).status == 200
    yield "version refused", ask("POST", f"{PROJECT}{V1}/responses{PREVIEW}", QUESTION).status == 400
    yield "no sign-in", ask("POST", dated + PREVIEW, QUESTION, {}).status == 401
    yield "no model", ask("POST", dated + PREVIEW, {"input": "Hello"}).status == 400
    yield "not deployed", ask("POST", dated + PREVIEW, {**QUESTION, "model": "gpt-99"}).status == 404
    yield "no version", ask("POST", dated, QUESTION).status == 400


def lesson_06(ask: Callable[..., Reply], key: dict[str, str]) -> Iterator[tuple[str, bool]]:
    """Failures, and a quota that is used up."""
    chat, small = f"{V1}/chat/completions", {**CHAT, "model": "course-chat"}
    yield "a wrong key", ask("POST", chat, CHAT, {"api-key": "wrong"}).status == 401
    yield "a retired model", ask("POST", chat, {**CHAT, "model": "gpt-4o-mini"}).status == 404
    burst = [ask("POST", chat, small, key) for _ in range(BURST)]
    yield "a burst", [one.status for one in burst] == [200] * 30 + [429] * (BURST - 30)
    yield "how long to wait", burst[-1].headers["retry-after"] == "2"
    yield "another deployment", ask("POST", chat, CHAT, key).status == 200
    blocked = {**CHAT, "messages": [{"role": "user", "content": "Please trigger the content filter."}]}
    yield "content filter", ask("POST", chat, blocked, key).status == 400


def lesson_10(ask: Callable[..., Reply], mine: list[str]) -> Iterator[tuple[str, bool]]:
    """A conversation in three ways. ``mine`` gets the paths of what was kept."""
    responses, conversations = f"{PROJECT}{V1}/responses", f"{PROJECT}{V1}/conversations"
    previous = None
    for question in CITIES:
        answer = ask("POST", responses, {**QUESTION, "input": question, "previous_response_id": previous})
        yield question, answer.status == 200 and answer.body.get("previous_response_id") == previous
        previous = answer.body["id"]
        mine.append(f"{responses}/{previous}")
    kept = ask("POST", conversations, {}).body["id"]
    mine.append(f"{conversations}/{kept}")
    for question in CITIES[:2]:
        said = ask("POST", responses, {**QUESTION, "input": question, "conversation": kept})
        yield f"conversation: {question}", said.status == 200
    listed = ask("GET", f"{conversations}/{kept}/items?order=asc").body["data"]
    yield "its items", [item["role"] for item in listed] == ["user", "assistant"] * 2
    gone = ask("POST", conversations, {}).body["id"]
    yield "deleted", ask("DELETE", f"{conversations}/{gone}").status == 200
    yield "and gone", ask("GET", f"{conversations}/{gone}").status == 404
    nowhere = ask("POST", responses, {**QUESTION, "store": False}).body["id"]
    lost = ask("POST", responses, {**QUESTION, "previous_response_id": nowhere})
    yield "not stored", (lost.status, lost.body["error"]["code"]) == (400, "previous_response_not_found")


def agents(ask: Callable[..., Reply], name: str, mine: list[str]) -> Iterator[tuple[str, bool]]:
    """An agent of the same name for everyone: made, named in a request, listed, changed."""
    base, version = f"{PROJECT}/agents", "?api-version=v1"
    for number in ("1", "2"):
        definition = {"kind": "prompt", "model": "gpt-5.4-mini", "instructions": f"You are the tutor of {name}."}
        made = ask("POST", f"{base}/tutor/versions{version}", {"definition": definition})
        yield f"version {number}", made.body["version"] == number
    asked = {"input": "What is an endpoint?", "agent_reference": {"type": "agent_reference", "name": "tutor"}}
    answer = ask("POST", f"{PROJECT}{V1}/responses", asked)
    yield "it answers", answer.status == 200 and answer.body["instructions"] == f"You are the tutor of {name}."
    mine.append(f"{PROJECT}{V1}/responses/{answer.body['id']}")
    yield "alone in the list", len(ask("GET", base + version).body["data"]) == 1
    yield "a version less", ask("DELETE", f"{base}/tutor/versions/1{version}").status == 200


def play(client: Client) -> tuple[list[str], list[str]]:
    """All of it; returns what came out wrong, and the paths of what is kept."""
    mine: list[str] = []
    steps = (
        *lesson_02(client.ask), *lesson_06(client.ask, client.key), *lesson_10(client.ask, mine),
        *agents(client.ask, client.learner.name, mine),
    )  # fmt: skip
    return [what for what, right in steps if not right], mine
