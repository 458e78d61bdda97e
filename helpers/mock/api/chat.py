"""Chat completions: the older of the two APIs, which keeps no state."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from helpers.exchange import Exchange
from helpers.mock import access
from helpers.mock.access import OPENAI
from helpers.mock.answer import Answer
from helpers.mock.call import Call, Route, compact
from helpers.mock.catalog import Deployment
from helpers.mock.model import streams
from helpers.mock.model.model import REMEMBERED
from helpers.mock.parts import Parts
from helpers.mock.routes import HOME
from helpers.mock.wire import headers, ids, parameters, shapes
from helpers.mock.wire.ids import Names


class Finished(NamedTuple):
    """A chat completion that has been worked out, and what goes over the wire."""

    deployment: Deployment
    tokens: int
    sent: bytes
    chunks: tuple[tuple[float, bytes], ...]
    mark: str  # what its ids have in common
    at: int
    source: str
    stream: bool

    def anew(self, mark: str) -> "Finished":
        """The same answer to the same request, as a call of its own."""
        old, new = self.mark.encode(), mark.encode()
        chunks = tuple((at, event.replace(old, new)) for at, event in self.chunks)
        return self._replace(sent=self.sent.replace(old, new), chunks=chunks, mark=mark)


def routes(parts: Parts) -> Iterator[Route]:
    chat, action = Chat(parts), OPENAI + "deployments/chat/completions/action"
    for base, door, api in (
        (HOME + "/openai/v1", access.PROJECT_V1, "project"),
        ("/openai/v1", access.RESOURCE_V1, "resource"),
        ("/openai/deployments/<deployment>", access.RESOURCE_CHAT, "resource"),
    ):
        yield Route("POST", base + "/chat/completions", door, chat.create, action, api)


class Chat:
    """The handler of ``/chat/completions``, wherever it is mounted."""

    def __init__(self, parts: Parts):
        self._model, self._state, self._limits = parts.model, parts.state, parts.limits
        self._remembered = parts.remembered

    def create(self, call: Call) -> Exchange:
        """POST /chat/completions"""
        named, on_project = call.names.get("deployment"), call.route.api == "project"
        key = "chat", call.body, named, on_project, self._state.as_deployed
        finished = self._remembered.get(key) if len(call.body) <= REMEMBERED else None
        if finished is not None:
            finished = finished.anew(call.mark)
        else:
            finished = self._finish(call, named, on_project)
            if len(call.body) <= REMEMBERED and finished.tokens < 1024:  # a longer prompt costs less the next time
                self._remembered.put(key, finished, 2 * len(finished.sent))
        deployment, tokens = finished.deployment, finished.tokens
        room = self._limits.charge(deployment, tokens, "ChatCompletions_Create", call)
        pairs = headers.chat(call.mark, finished.at, deployment, tokens, finished.stream, on_project)
        pairs = [*(headers.replaced(pairs, room) if room else pairs), ("x-offline-mock", finished.source)]
        return call.answered(200, pairs, finished.sent, chunks=finished.chunks)

    def _finish(self, call: Call, named: str | None, on_project: bool) -> Finished:
        """Work a request out to the end. Raises the ServiceError for what is wrong with it."""
        body = parameters.chat(call.body)
        deployment, prompt, answer = self._model.complete(body, named, call.mark, call.project)
        answer = _stopped(answer, body.get("stop"))
        at = answer.created_at or ids.timestamp(ids.mark(prompt.key))
        shape = shapes.chat_completion(body, deployment, answer, at, Names(call.mark, ids.mark(call.seed)), on_project)
        stream, tokens = bool(body.get("stream")), shape["usage"]["total_tokens"]
        with_usage = bool((body.get("stream_options") or {}).get("include_usage"))
        chunks = streams.timed(streams.chat_events(shape, with_usage), answer.pace) if stream else ()
        # a body that is not streamed ends in a line feed, as recorded
        sent = b"".join(event for _, event in chunks) if stream else compact(shape) + b"\n"
        return Finished(deployment, tokens, sent, chunks, call.mark, at, answer.source, stream)


def _stopped(answer: Answer, stop: Any) -> Answer:
    """The answer up to the first of the stop texts."""
    ends = [answer.text.find(word) for word in ([stop] if isinstance(stop, str) else stop or []) if word]
    found = [end for end in ends if end >= 0]
    return replace(answer, text=answer.text[: min(found)]) if found else answer
