"""The Responses API: asking, what is kept of it, and going on from there."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from helpers.exchange import Exchange, Headers
from helpers.mock import access
from helpers.mock.access import OPENAI
from helpers.mock.api import conversations
from helpers.mock.call import Call, Route, compact
from helpers.mock.catalog import Deployment
from helpers.mock.model import prompts, streams
from helpers.mock.model.model import REMEMBERED
from helpers.mock.parts import Parts
from helpers.mock.routes import HOME
from helpers.mock.state import Remembered, weight
from helpers.mock.wire import errors, headers, ids, paging, parameters, shapes

STATEFUL = re.compile(rb'"(previous_response_id|conversation|agent|agent_reference|background)"')


class Finished(NamedTuple):
    """A response that has been worked out: the request it came from, its body, and what goes over the wire."""

    request: dict[str, Any]
    deployment: Deployment
    body: dict[str, Any]
    headers: Headers
    sent: bytes
    chunks: tuple[tuple[float, bytes], ...]
    seed: str
    messages: list[dict[str, Any]]  # the whole conversation so far, for whoever goes on from here
    size: int  # bytes that all this takes, roughly
    later: dict[str, Any] | None = None  # the body when it is done, for one that runs in the background


def routes(parts: Parts) -> Iterator[Route]:
    responses = Responses(parts)
    write, read = OPENAI + "responses/write", OPENAI + "responses/read"
    for base, door, api in (
        (HOME + "/openai/v1", access.PROJECT_V1, "project"),
        (HOME + "/openai", access.PROJECT_DATED, "project"),
        (HOME + "/agents/<agent>/endpoint/protocols/openai", access.PROJECT, "agent"),
        ("/openai/v1", access.RESOURCE_V1, "resource"),
        ("/openai", access.RESOURCE_RESPONSES, "resource"),
    ):
        one = base + "/responses/<response>"
        yield Route("POST", base + "/responses", door, responses.create, write, api)
        yield Route("GET", one, door, responses.get, read, api)
        yield Route("DELETE", one, door, responses.delete, write, api)
        yield Route("POST", one + "/cancel", door, responses.cancel, write, api)
        yield Route("GET", one + "/input_items", door, responses.input_items, read, api)


class Responses:
    """The handlers of ``/responses``, wherever they are mounted."""

    def __init__(self, parts: Parts):
        self._model, self._state, self._limits = parts.model, parts.state, parts.limits
        self._remembered = Remembered()

    def create(self, call: Call) -> Exchange:
        """POST /responses"""
        agent, asked, on_project = call.names.get("agent"), call.body, call.route.api != "resource"
        # What depends on nothing but the request and the deployments is worked out once; the rest asks the state each time.
        key = asked, on_project, self._state.deployments_changed
        stateless = not agent and len(asked) <= REMEMBERED and not STATEFUL.search(asked)
        finished = self._remembered.get(key) if stateless else None
        if finished is None:
            finished = self._finish(asked, on_project, agent)
            if stateless:
                self._remembered.put(key, finished, finished.size)
        usage = (finished.later or finished.body)["usage"]
        room = self._limits.charge(finished.deployment, usage["total_tokens"], "Responses", call)
        if finished.body["store"]:
            self._keep(finished)
        pairs = headers.replaced(finished.headers.pairs, room) if room else finished.headers
        return call.answered(200, pairs, finished.sent, chunks=finished.chunks)

    def get(self, call: Call) -> Exchange:
        """GET /responses/{id}: one that runs in the background gets a step further each time it is asked for."""
        finished = self._find(call)
        body = finished.body
        if body["status"] in ("queued", "in_progress"):
            done = body["status"] == "in_progress"
            body = finished.later if done else {**body, "status": "in_progress"}
            self._store(finished._replace(body=body))
            if done and body["conversation"] and self._state.conversations.get(body["conversation"]["id"]):
                conversations.extend(self._state, body["conversation"]["id"], body["output"])
        return call.ok(body)

    def delete(self, call: Call) -> Exchange:
        """DELETE /responses/{id}"""
        self._find(call)
        self._state.responses.remove(call.names["response"])
        return call.ok({"object": "response.deleted", "id": call.names["response"], "deleted": True})

    def cancel(self, call: Call) -> Exchange:
        """POST /responses/{id}/cancel"""
        finished = self._find(call)
        if not finished.body["background"]:
            raise errors.cannot_cancel()
        if finished.body["status"] in ("queued", "in_progress"):
            finished = finished._replace(body={**finished.body, "status": "cancelled"})
            self._store(finished)
        return call.ok(finished.body)

    def input_items(self, call: Call) -> Exchange:
        """GET /responses/{id}/input_items"""
        return call.ok(paging.by_id(_items(self._find(call)), call.query))

    # -- inside ----------------------------------------------------------------------------------------------------------
    def _finish(self, request_body: bytes, on_project: bool, agent: str | None = None) -> Finished:
        """Work a request out to the end. Raises the ServiceError for what is wrong with it."""
        body = parameters.responses(request_body)
        asked = self._with_agent(body, agent)
        before, context = self._before(asked)
        self._check_results(asked)
        deployment, prompt, answer, seed, at = self._model.respond(asked, before, agent, body, context)
        shape = shapes.response(asked, deployment, answer, at, len(prompt.last_words), seed, on_project)
        reference = asked.get("agent_reference")
        if reference:
            shape["agent_reference"] = {"type": "agent_reference", **reference}
        messages = [*before, *prompts.from_items(prompts.input_items(asked)), *prompts.from_items(shape["output"])]
        later = None
        if shape["background"] and not body.get("stream"):
            waiting = {"status": "queued", "completed_at": None, "content_filters": None, "output": [], "usage": None}
            shape, later = {**shape, **waiting}, shape
        stream = bool(body.get("stream"))
        if stream and on_project:
            shape["output"] = [shapes.streamed_item(item) for item in shape["output"]]
        chunks = streams.timed(streams.response_events(shape)) if stream else ()
        sent = b"".join(event for _, event in chunks) if stream else compact(shape)
        pairs = Headers([*headers.responses(seed, at, on_project, stream), ("x-offline-mock", answer.source)])
        # what it goes on from may have been pushed out by then, and is kept here all the same
        previous = self._state.responses.get(body.get("previous_response_id") or "")
        size = 2 * weight(sent) + weight(request_body) + (previous.size if previous else 0)
        return Finished(body, deployment, shape, pairs, sent, chunks, seed, messages, size, later)

    def _with_agent(self, body: dict[str, Any], agent: str | None) -> dict[str, Any]:
        """The request as the agent asks it: with the agent's model, instructions and tools."""
        reference = body.get("agent_reference") or body.get("agent") or ({"name": agent} if agent else None)
        if not reference:
            return body
        name, version = str(reference.get("name")), reference.get("version")
        versions = self._state.agents.get(name)
        if not versions:
            raise errors.project_thing_not_found("Agent", name)
        chosen = next((one for one in versions if one["version"] == str(version)), None) if version else versions[-1]
        if chosen is None:
            raise errors.project_thing_not_found("Agent version", f"{name}:{version}")
        definition = chosen["definition"]
        taken = {
            n: definition[n] for n in ("model", "instructions", "tools", "temperature", "top_p") if definition.get(n)
        }
        kept = {n: value for n, value in body.items() if n not in ("agent", "model")}
        return {**kept, **taken, "agent_reference": {"name": name, "version": chosen["version"]}}

    def _before(self, body: dict[str, Any]) -> tuple[list[dict[str, Any]], str]:
        """The messages that this request goes on from, and what tells this moment from any other."""
        previous, conversation = body.get("previous_response_id"), body.get("conversation")
        if previous and conversation:
            raise errors.parameter_value("previous_response_id", "it cannot be used together with conversation.")
        if previous:
            finished = self._state.responses.get(previous)
            if finished is None:
                raise errors.previous_not_found(previous)
            return finished.messages, previous
        if conversation:
            name = conversation if isinstance(conversation, str) else str(conversation.get("id"))
            thing = conversations.find(self._state, name)
            return prompts.from_items(thing["items"]), f"{name} {thing['made']}"
        return [], ""

    def _check_results(self, body: dict[str, Any]) -> None:
        """Raises the ServiceError for the result of a function call that nobody made. A conversation is not searched."""
        items = prompts.input_items(body)
        results = [item.get("call_id") for item in items if item.get("type") == "function_call_output"]
        if not results or body.get("conversation"):
            return
        previous = self._state.responses.get(body.get("previous_response_id") or "")
        made = [*items, *(previous.body["output"] if previous else ())]
        calls = {item.get("call_id") for item in made if item.get("type") == "function_call"}
        for result in results:
            if result not in calls:
                raise errors.call_not_found(str(result))

    def _keep(self, finished: Finished) -> None:
        self._store(finished)
        conversation = finished.body["conversation"]
        if conversation:
            conversations.extend(self._state, conversation["id"], [*_items(finished), *finished.body["output"]])

    def _store(self, finished: Finished) -> None:
        self._state.responses.put(finished.body["id"], finished, finished.size)

    def _find(self, call: Call) -> Finished:
        finished = self._state.responses.get(call.names["response"])
        if finished is None:
            raise errors.thing_not_found("Response", call.names["response"])
        return finished


def _items(finished: Finished) -> list[dict[str, Any]]:
    given, seed = prompts.input_items(finished.request), ids.short(finished.seed)
    return [shapes.input_item(item, f"{seed} input {at}") for at, item in enumerate(given)]
