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
from helpers.mock.call import Call, Chunks, Marked, Prepared, Route, compact
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

STREAMED = 300  # seconds for which the events of a background response can be had again (openai-python#2828)


class Told(NamedTuple):
    """What a response holds for later: the request it came from, its body, the items that were said before, those of the input,
    and for one that runs in the background the body when it is done, if it is streamed, when that will be (seconds of the
    monotonic clock), and when it began (the same, and what the mock's clock was put forward)."""

    request: dict[str, Any]
    body: dict[str, Any]
    before: list[dict[str, Any]]
    given: list[dict[str, Any]]
    later: dict[str, Any] | None = None
    until: float | None = None
    began: float = 0.0

    @property
    def items(self) -> list[dict[str, Any]]:
        """All items that were said so far."""
        return [*self.before, *self.given, *(self.later or self.body)["output"]]


class Finished(NamedTuple):
    """A response that has been worked out: what goes over the wire, and what it holds for later. That is kept as one text: a
    thousand of these would otherwise be a million objects for Python to look after."""

    deployment: Deployment
    tokens: int
    prepared: Prepared | None  # none in what is kept, unless the stream may be asked for again: it is the larger part
    id: Marked
    told: Marked
    at: int
    source: str
    project: str  # the project it was asked in; empty for the resource
    stream: bool
    kept: bool
    going_on: bool  # whether it is said in a conversation
    held: "Finished | None" = None  # the same, as it is kept


class Kept(NamedTuple):
    """A response of one call. All that ask the same share what was worked out."""

    finished: Finished
    mark: str  # of the call

    @property
    def id(self) -> str:
        return self.finished.id.of(self.mark).decode()

    @property
    def project(self) -> str:
        return self.finished.project

    @property
    def text(self) -> bytes:
        """What it holds, as JSON."""
        return self.finished.told.of(self.mark)

    def open(self) -> Told:
        """What it holds."""
        return Told(*json.loads(self.text))

    def holding(self, told: Told) -> "Kept":
        """The same with something else in it."""
        return self._replace(finished=self.finished._replace(told=Marked(compact(told), self.mark)))


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
        agent, asked = call.names.get("agent"), call.body
        # What depends on nothing but the request and the deployments is worked out once; the rest asks the state each time.
        key = "responses", asked, call.project, self._state.as_deployed
        repeatable = not agent and len(asked) <= REMEMBERED
        finished = self._remembered.get(key) if repeatable else None
        if finished is None:
            finished = self._finish(call, agent)
            # the same long prompt costs less the next time
            if repeatable and finished.tokens < 1024 and not STATEFUL.search(asked):
                self._remembered.put(key, finished, finished.prepared.body.size + finished.told.size)
        room = self._limits.charge(finished.deployment, finished.tokens, "Responses", call)
        if finished.kept:
            self._keep(Kept(finished.held, call.mark))
        return finished.prepared.answer(call, room)

    def get(self, call: Call) -> Exchange:
        """GET /responses/{id}: one that runs in the background gets a step further each time it is asked for. With
        ``?stream=true`` its events are sent again, after the one that ``starting_after`` names."""
        kept = self._find(call)
        told = kept.open()
        if call.query.get("stream") == "true":
            return self._streamed_again(call, kept, told)
        if told.body["status"] in ("queued", "in_progress") and told.later:
            done = told.body["status"] == "in_progress" if told.until is None else monotonic() >= told.until
            told = told._replace(body=told.later if done else {**told.body, "status": "in_progress"})
            self._store(kept.holding(told))
            if done:
                self._extend(told, told.body["output"])
        return call.told(shapes.as_sent(told.body, told.request, bool(kept.project)))

    def _streamed_again(self, call: Call, kept: Kept, told: Told) -> Exchange:
        finished = kept.finished
        if not (told.request.get("background") and finished.stream):
            raise errors.not_streamed()
        passed = monotonic() + self._limits.ahead - told.began
        if passed > STREAMED:
            raise errors.stream_too_old()
        after = paging.natural(call.query.get("starting_after", "")) if "starting_after" in call.query else -1
        if after is None:
            raise errors.parameter_type("starting_after", "an integer", "a string")
        chunks = [*finished.prepared.chunks(kept.mark)][after + 1 :]
        chunks = Chunks.of((max(0.0, at - passed), event) for at, event in chunks)  # what is there comes at once
        pairs = headers.responses(call.mark, finished.at, finished.deployment, 0, bool(finished.project), stream=True)
        pairs.append(("x-offline-mock", finished.source))
        return call.answered(200, pairs, chunks.body, places=chunks.places)

    def delete(self, call: Call) -> Exchange:
        """DELETE /responses/{id}"""
        self._find(call)
        self._state.responses.remove(call.names["response"])
        return call.told({"id": call.names["response"], "object": "response.deleted", "deleted": True})

    def cancel(self, call: Call) -> Exchange:
        """POST /responses/{id}/cancel"""
        kept = self._find(call)
        told = kept.open()
        if told.until is not None and monotonic() >= told.until:
            return self.get(call)  # its last event has been sent
        if not told.body["background"]:
            raise errors.cannot_cancel()
        if told.body["status"] in ("queued", "in_progress"):
            told = told._replace(body={**told.body, "status": "cancelled"})
            self._store(kept.holding(told))
        return call.told(shapes.as_sent(told.body, told.request, bool(kept.project)))

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
            shape["output"] = [shapes.made_by(item, shape["agent"]) for item in shape["output"]]
        obfuscated = (body.get("stream_options") or {}).get("include_obfuscation") is not False
        chunks = streams.timed(streams.response_events(shape, obfuscated), answer.pace) if stream else None
        later = until = None
        if shape["background"] and (not stream or self._state.speed == "realistic"):
            waiting = {"status": "queued", "completed_at": None, "content_filters": None, "output": [], "usage": None}
            shape, later = {**shape, **waiting}, shape
            # half a second early, so that whoever has read the stream to its end finds it completed
            until = monotonic() + chunks[-1][0] - 0.5 if chunks else None
        began = monotonic() + self._limits.ahead if shape["background"] else 0.0
        told = Told(body, shape, before, given, later, until, began)
        return self._finished(
            call, deployment, told, chunks, at, answer.source, (later or shape)["usage"]["total_tokens"]
        )

    def _blocked(self, call: Call, body: dict[str, Any], asked: dict[str, Any], names: Names) -> Finished:
        """A stream in which a blocked prompt is told: its status was sent before the filter had looked."""
        deployment, project = self._model.deployment(asked.get("model"), "responses"), call.project
        at = ids.timestamp(call.seed)
        shape = shapes.response(asked, deployment, Answer("", at, 0, 0, ""), at, 0, names, bool(project))
        shape |= {"content_filters": shapes.blocked_prompt_filters(len(prompts.from_responses(asked).last_words))}
        chunks = streams.timed(streams.failed_events(shape, errors.BLOCKED, "content_policy_violation"))
        shape |= {"status": "failed", "output": [], "usage": None, "completed_at": None}
        source = "the content filter of the offline mock"
        return self._finished(call, deployment, Told(body, shape, [], []), chunks, at, source, 0)

    def _finished(
        self, call: Call, deployment: Deployment, told: Told, chunks: Chunks | None, at: int, source: str, tokens: int
    ) -> Finished:
        project, stream, mark = call.project, chunks is not None, call.mark
        whole = sent = compact(told.body)
        if stream:
            sent = chunks.body
        elif project:
            sent = compact(shapes.as_sent(told.body, told.request, on_project=True))
        rest = compact([told.before, told.given, told.later, told.until, told.began])
        pairs = headers.responses(mark, at, deployment, tokens, bool(project), stream)
        prepared = Prepared(call, pairs, source, sent, chunks)
        held = Finished(
            deployment,
            tokens,
            prepared=prepared if stream and told.body["background"] else None,
            id=Marked(told.body["id"].encode(), mark),
            told=Marked(b"[%b,%b,%b" % (call.body, whole, rest[1:]), mark),  # JSON that is there is not made again
            at=at,
            source=source,
            project=project,
            stream=stream,
            kept=told.request.get("store") is not False,
            going_on=bool(told.body["conversation"]),
        )
        return held._replace(prepared=prepared, held=held)

    def _before(self, body: dict[str, Any], project: str) -> tuple[list[dict[str, Any]], str]:
        """The items that this request goes on from, and the conversation they are in, if any."""
        previous, conversation = body.get("previous_response_id"), body.get("conversation")
        if previous:
            kept = self._state.responses.get(previous)
            if kept is None or kept.project != project:
                raise errors.previous_not_found(previous)
            return kept.open().items, ""
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
            here = stored.project == project and name.encode() in stored.text
            for one in stored.open().items if here else ():
                if one.get("id") == name:
                    return one
        if kind == "reasoning" and item.get("encrypted_content"):
            return item
        raise errors.item_not_stored(name)

    def _keep(self, kept: Kept) -> None:
        self._store(kept)
        if kept.finished.going_on:
            told = kept.open()
            self._extend(told, told.given if told.later else [*told.given, *told.body["output"]])

    def _extend(self, told: Told, items: list[dict[str, Any]]) -> None:
        """Add what was said to the conversation that it was said in."""
        conversation = told.body["conversation"]
        if conversation and self._state.conversations.get(conversation["id"]):
            conversations.extend(self._state, conversation["id"], items)

    def _store(self, kept: Kept) -> None:
        finished = kept.finished
        size = finished.told.size + 1000 + (2 * finished.prepared.body.size if finished.prepared else 0)
        self._state.responses.put(kept.id, kept, size)

    def _find(self, call: Call) -> Kept:
        kept = self._state.responses.get(call.names["response"])
        if kept is None or kept.project != call.project:
            raise errors.thing_not_found("Response", call.names["response"])
        return kept


def _is_of_user(item: dict[str, Any]) -> bool:
    return item.get("role") == "user" or str(item.get("type")).endswith("_output")
