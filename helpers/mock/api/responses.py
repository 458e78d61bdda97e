"""The Responses API: asking, what is kept of it, and going on from there."""

import json
import re
from collections.abc import Iterator
from time import monotonic
from typing import Any, NamedTuple

from helpers.exchange import Exchange
from helpers.mock import access
from helpers.mock.access import OPENAI
from helpers.mock.answer import Answer
from helpers.mock.api import agents, conversations
from helpers.mock.call import Call, Route, compact
from helpers.mock.catalog import Deployment
from helpers.mock.model import prompts, streams
from helpers.mock.model.model import REMEMBERED
from helpers.mock.parts import Parts
from helpers.mock.routes import HOME
from helpers.mock.wire import errors, headers, ids, items, paging, parameters, shapes
from helpers.mock.wire.errors import ServiceError
from helpers.mock.wire.ids import Names

# What makes an answer depend on more than the request: these are worked out each time.
STATEFUL = re.compile(
    rb'"(previous_response_id|conversation|agent|agent_reference|background|file_id|file_ids|vector_store_ids|item_reference'
    rb'|code_interpreter|mcp|memory_store_name|prompt_cache_key)"|"rs_'
)


class Told(NamedTuple):
    """What a response holds for later: the request it came from, its body, all items that were said so far, those of the input,
    and for one that runs in the background the body when it is done and, if it is streamed, when that will be (seconds of the
    monotonic clock)."""

    request: dict[str, Any]
    body: dict[str, Any]
    items: list[dict[str, Any]]
    given: list[dict[str, Any]]
    later: dict[str, Any] | None = None
    until: float | None = None


class Finished(NamedTuple):
    """A response that has been worked out, and what goes over the wire. What it holds for later is kept as one text: a thousand
    of these would otherwise be a million objects for Python to look after."""

    id: str
    deployment: Deployment
    tokens: int
    sent: bytes
    chunks: tuple[tuple[float, bytes], ...]
    told: bytes
    made: str  # the mark of the call that it was worked out for
    mark: str  # the mark of this call
    at: int
    source: str
    project: str  # the project it was asked in; empty for the resource
    stream: bool
    kept: bool

    def anew(self, mark: str) -> "Finished":
        """The same answer to the same request, as a call of its own."""
        old, new = self.mark.encode(), mark.encode()
        chunks = tuple((at, event.replace(old, new)) for at, event in self.chunks)
        return self._replace(
            id=self.id.replace(self.mark, mark), sent=self.sent.replace(old, new), chunks=chunks, mark=mark
        )

    def open(self) -> Told:
        """What it holds."""
        return Told(*json.loads(self.told.replace(self.made.encode(), self.mark.encode())))

    def holding(self, told: Told) -> "Finished":
        """The same with something else in it."""
        return self._replace(told=compact(told), made=self.mark)


def routes(parts: Parts) -> Iterator[Route]:
    responses = Responses(parts)
    write, read = OPENAI + "responses/write", OPENAI + "responses/read"
    for base, door, api in (
        (HOME + "/openai/v1", access.PROJECT_V1, "project"),
        (HOME + "/openai", access.PROJECT_DATED, "project"),
        (HOME + "/agents/<agent>/endpoint/protocols/openai", access.AGENT, "agent"),
        ("/openai/v1", access.RESOURCE_V1, "resource"),
        ("/openai", access.RESOURCE_RESPONSES, "resource"),
    ):
        one = base + "/responses/<response>"
        yield Route("POST", base + "/responses", door, responses.create, write, api)
        yield Route("POST", base + "/responses/input_tokens", door, responses.count, write, api)
        yield Route("POST", base + "/responses/compact", door, responses.compact, write, api)
        yield Route("GET", one, door, responses.get, read, api)
        yield Route("DELETE", one, door, responses.delete, write, api)
        yield Route("POST", one + "/cancel", door, responses.cancel, write, api)
        yield Route("GET", one + "/input_items", door, responses.input_items, read, api)


class Responses:
    """The handlers of ``/responses``, wherever they are mounted."""

    def __init__(self, parts: Parts):
        self._model, self._state, self._limits = parts.model, parts.state, parts.limits
        self._remembered = parts.remembered

    def create(self, call: Call) -> Exchange:
        """POST /responses"""
        agent, asked, on_project = call.names.get("agent"), call.body, call.route.api != "resource"
        # What depends on nothing but the request and the deployments is worked out once; the rest asks the state each time.
        key = "responses", asked, call.project, self._state.as_deployed
        stateless = not agent and len(asked) <= REMEMBERED and not STATEFUL.search(asked)
        finished = self._remembered.get(key) if stateless else None
        if finished is not None:
            finished = finished.anew(call.mark)
        else:
            finished = self._finish(call, agent)
            if stateless and finished.tokens < 1024:  # the same long prompt costs less the next time
                self._remembered.put(key, finished, len(finished.sent) + len(finished.told))
        room = self._limits.charge(finished.deployment, finished.tokens, "Responses", call)
        if finished.kept:
            self._keep(finished)
        pairs = headers.responses(
            call.mark, finished.at, finished.deployment, finished.tokens, on_project, finished.stream
        )
        pairs = [*(headers.replaced(pairs, room) if room else pairs), ("x-offline-mock", finished.source)]
        return call.answered(200, pairs, finished.sent, chunks=finished.chunks)

    def get(self, call: Call) -> Exchange:
        """GET /responses/{id}: one that runs in the background gets a step further each time it is asked for. With
        ``?stream=true`` its events are sent again, after the one that ``starting_after`` names."""
        finished = self._find(call)
        told = finished.open()
        if call.query.get("stream") == "true":
            return self._streamed_again(call, finished, told)
        if told.body["status"] in ("queued", "in_progress") and told.later:
            done = told.body["status"] == "in_progress" if told.until is None else monotonic() >= told.until
            told = told._replace(body=told.later if done else {**told.body, "status": "in_progress"})
            self._store(finished.holding(told))
            if done:
                self._extend(told, told.body["output"])
        return call.told(shapes.as_sent(told.body, told.request, bool(finished.project)))

    def _streamed_again(self, call: Call, finished: Finished, told: Told) -> Exchange:
        if not (told.request.get("background") and finished.stream):
            raise errors.not_streamed()
        after = paging.natural(call.query.get("starting_after", "")) if "starting_after" in call.query else -1
        if after is None:
            raise errors.parameter_type("starting_after", "an integer", "a string")
        chunks = finished.chunks[after + 1 :]
        chunks = tuple((at - chunks[0][0], event) for at, event in chunks)
        pairs = headers.responses(call.mark, finished.at, finished.deployment, 0, bool(finished.project), stream=True)
        pairs.append(("x-offline-mock", finished.source))
        return call.answered(200, pairs, b"".join(event for _, event in chunks), chunks=chunks)

    def delete(self, call: Call) -> Exchange:
        """DELETE /responses/{id}"""
        self._find(call)
        self._state.responses.remove(call.names["response"])
        return call.told({"id": call.names["response"], "object": "response.deleted", "deleted": True})

    def cancel(self, call: Call) -> Exchange:
        """POST /responses/{id}/cancel"""
        finished = self._find(call)
        told = finished.open()
        if told.until is not None and monotonic() >= told.until:
            return self.get(call)  # its last event has been sent
        if not told.body["background"]:
            raise errors.cannot_cancel()
        if told.body["status"] in ("queued", "in_progress"):
            told = told._replace(body={**told.body, "status": "cancelled"}, later=None)
            self._store(finished.holding(told))
        return call.told(shapes.as_sent(told.body, told.request, bool(finished.project)))

    def input_items(self, call: Call) -> Exchange:
        """GET /responses/{id}/input_items"""
        return call.told(paging.by_id(self._find(call).open().given, call.query))

    def count(self, call: Call) -> Exchange:
        """POST /responses/input_tokens. Source: the openai SDK; whether every region has it is not known."""
        body = parameters.counted(call.body)
        before, _ = self._before(body, call.project)
        return call.told({"object": "response.input_tokens", "input_tokens": self._model.count(body, before)})

    def compact(self, call: Call) -> Exchange:
        """POST /responses/compact: the same conversation in less. What users said stays; the rest becomes one item that only
        the service can read. Source: the openai SDK."""
        body = parameters.compacted(call.body)
        self._model.deployment(body.get("model"), "responses")
        before, _ = self._before(body, call.project)
        names, at = Names(call.mark), ids.timestamp(call.mark)
        everything = [*before, *prompts.input_items(body)]
        said = [item for item in everything if item.get("type", "message") == "message" and item.get("role") == "user"]
        output = [items.kept(item, names, number) for number, item in enumerate(said[-20:])]
        hidden = ids.hexadecimal("compaction", call.mark, 64)
        output.append({"type": "compaction", "id": names.item("cmp_"), "encrypted_content": f"offline-mock-{hidden}"})
        tokens = self._model.count({**body, "input": body.get("input") or ""}, before)
        usage = shapes.response_usage(Answer("", at, tokens, 16, ""))
        identifier = names.item("resp_")
        return call.told(
            {"id": identifier, "object": "response.compaction", "created_at": at, "output": output, "usage": usage}
        )

    # -- inside ----------------------------------------------------------------------------------------------------------
    def _finish(self, call: Call, agent: str | None = None) -> Finished:
        """Work a request out to the end. Raises the ServiceError for what is wrong with it."""
        project, dated = call.project, call.route.door is access.PROJECT_DATED
        body = parameters.responses(call.body, bool(project), dated, agent)
        asked = agents.asked(self._state, project, body, agent)
        before, conversation = self._before(asked, project)
        names = Names(conversation[5:21], call.mark) if conversation else Names(call.mark, ids.mark(call.seed))
        given = [items.kept(item, names, at) for at, item in enumerate(prompts.input_items(asked))]
        given = [self._referred(item, [*before, *given], project) for item in given]
        if not given and not (before and _is_of_user(before[-1])) and not asked.get("prompt"):
            raise errors.parameter_missing("input")
        items.check_calls(given, before)
        stream = bool(body.get("stream"))
        try:
            deployment, prompt, answer = self._model.respond(
                {**asked, "input": given}, before, given, call.mark, project
            )
        except ServiceError as error:
            if not stream or '"content_filter"' not in error.body:
                raise
            return self._blocked(call, body, asked, names)
        at = answer.created_at or ids.timestamp(ids.mark(prompt.key))
        shape = shapes.response(asked, deployment, answer, at, len(prompt.last_words), names, bool(project))
        if dated and body.get("agent"):
            shape["agent"] = {**shape.pop("agent_reference"), "type": "agent_id"}
        obfuscated = (body.get("stream_options") or {}).get("include_obfuscation") is not False
        chunks = streams.timed(streams.response_events(shape, obfuscated), answer.pace) if stream else ()
        later = until = None
        if shape["background"] and (not stream or self._state.speed == "realistic"):
            waiting = {"status": "queued", "completed_at": None, "content_filters": None, "output": [], "usage": None}
            shape, later = {**shape, **waiting}, shape
            until = monotonic() + chunks[-1][0] if stream else None
        sent = b"".join(event for _, event in chunks) if stream else compact(shapes.as_sent(shape, body, bool(project)))
        usage = (later or shape)["usage"]
        told = Told(body, shape, [*before, *given, *(later or shape)["output"]], given, later, until)
        return self._finished(call, body, deployment, told, sent, chunks, at, answer.source, usage["total_tokens"])

    def _blocked(self, call: Call, body: dict[str, Any], asked: dict[str, Any], names: Names) -> Finished:
        """A stream in which a blocked prompt is told: its status was sent before the filter had looked."""
        deployment, project = self._model.deployment(asked.get("model"), "responses"), call.project
        at = ids.timestamp(call.seed)
        shape = shapes.response(asked, deployment, Answer("", at, 0, 0, ""), at, 0, names, bool(project))
        shape |= {"content_filters": shapes.blocked_prompt_filters(len(prompts.from_responses(asked).last_words))}
        chunks = streams.timed(streams.failed_events(shape, errors.BLOCKED, "content_policy_violation"))
        shape |= {"status": "failed", "output": [], "usage": None, "completed_at": None}
        sent, source = b"".join(event for _, event in chunks), "the content filter of the offline mock"
        return self._finished(call, body, deployment, Told(body, shape, [], []), sent, chunks, at, source, 0)

    def _finished(
        self,
        call: Call,
        body: dict[str, Any],
        deployment: Deployment,
        told: Told,
        sent: bytes,
        chunks: tuple[tuple[float, bytes], ...],
        at: int,
        source: str,
        tokens: int,
    ) -> Finished:
        stream, kept = bool(body.get("stream")), body.get("store") is not False
        return Finished(
            told.body["id"], deployment, tokens, sent, chunks, compact(told), call.mark, call.mark, at, source, call.project,
            stream, kept,
        )  # fmt: skip

    def _before(self, body: dict[str, Any], project: str) -> tuple[list[dict[str, Any]], str]:
        """The items that this request goes on from, and the conversation they are in, if any."""
        previous, conversation = body.get("previous_response_id"), body.get("conversation")
        if previous:
            finished = self._state.responses.get(previous)
            if finished is None or finished.project != project:
                raise errors.previous_not_found(previous)
            return finished.open().items, ""
        if conversation:
            name = conversation if isinstance(conversation, str) else conversation["id"]
            return conversations.find(self._state, name, project)["items"], name
        if isinstance(body.get("prompt"), dict):
            raise errors.thing_not_found("Prompt", body["prompt"]["id"])
        return [], ""

    def _referred(self, item: dict[str, Any], known: list[dict[str, Any]], project: str) -> dict[str, Any]:
        """An item, or the one that it refers to. Raises the ServiceError for one that was not kept."""
        kind = item.get("type")
        if kind not in ("item_reference", "reasoning"):
            return item
        name = item["id"]
        for one in known:
            if one is not item and one.get("id") == name and one.get("type") != "item_reference":
                return one
        for stored in reversed(self._state.responses.all()):
            for one in stored.open().items if stored.project == project and name.encode() in stored.told else ():
                if one.get("id") == name:
                    return one
        if kind == "reasoning" and item.get("encrypted_content"):
            return item
        raise errors.item_not_stored(name)

    def _keep(self, finished: Finished) -> None:
        self._store(finished)
        if b'"conversation":{' in finished.told:
            told = finished.open()
            self._extend(told, told.given if told.later else [*told.given, *told.body["output"]])

    def _extend(self, told: Told, items: list[dict[str, Any]]) -> None:
        """Add what was said to the conversation that it was said in."""
        conversation = told.body["conversation"]
        if conversation and self._state.conversations.get(conversation["id"]):
            conversations.extend(self._state, conversation["id"], items)

    def _store(self, finished: Finished) -> None:
        """Keep it, without what went over the wire, unless that may be asked for again: it is the larger part."""
        if not (finished.stream and b'"background":true' in finished.told):
            finished = finished._replace(sent=b"", chunks=())
        size = 2 * len(finished.sent) + len(finished.told) + 1000
        self._state.responses.put(finished.id, finished, size)

    def _find(self, call: Call) -> Finished:
        finished = self._state.responses.get(call.names["response"])
        if finished is None or finished.project != call.project:
            raise errors.thing_not_found("Response", call.names["response"])
        return finished


def _is_of_user(item: dict[str, Any]) -> bool:
    return item.get("role") == "user" or str(item.get("type")).endswith("_output")
