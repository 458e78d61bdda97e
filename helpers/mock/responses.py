"""The Responses API and conversations: asking, what is kept of it, and going on from there."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from helpers.exchange import Exchange, Headers
from helpers.mock import errors, headers, ids, paging, parameters, prompts, shapes, streams
from helpers.mock.calls import Call, answered, compact
from helpers.mock.catalog import Deployment
from helpers.mock.limits import Limits
from helpers.mock.model import Model, created_at, read_request, refuse_unsupported, seed_of
from helpers.mock.quota import within_quota
from helpers.mock.state import State, new_id

REMEMBERED = 64 * 1024  # bytes of a request whose answer is kept for the next time
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
    later: dict[str, Any] | None = None  # the body when it is done, for one that runs in the background


class Responses:
    """The handlers of ``/responses`` and ``/conversations``, wherever they are mounted."""

    def __init__(self, model: Model, state: State, limits: Limits):
        self._model, self._state, self._limits = model, state, limits
        self._remembered = lru_cache(maxsize=256)(self._finish)

    def forget(self) -> None:
        """Work every answer out anew, because the deployments have changed."""
        self._remembered.cache_clear()

    # -- responses -------------------------------------------------------------------------------------------------------
    def create(self, call: Call) -> Exchange:
        """POST /responses"""
        agent, asked, on_project = call.names.get("agent"), call.body, call.api != "resource"
        # What depends on nothing but the request is worked out once; the rest asks the state each time.
        stateful = agent or STATEFUL.search(asked) or len(asked) > REMEMBERED
        finished = self._finish(asked, on_project, agent) if stateful else self._remembered(asked, on_project)
        usage = (finished.later or finished.body)["usage"]
        room = within_quota(self._limits, finished.deployment, usage["total_tokens"], "Responses", call)
        if finished.body["store"]:
            self._keep(finished)
        pairs = headers.replaced(finished.headers.pairs, room) if room else finished.headers
        return answered(call.request, 200, pairs, finished.sent, chunks=finished.chunks)

    def get(self, call: Call) -> Exchange:
        """GET /responses/{id}: one that runs in the background gets a step further each time it is asked for."""
        finished = self._find(call)
        body = finished.body
        if body["status"] in ("queued", "in_progress"):
            done = body["status"] == "in_progress"
            body = finished.later if done else {**body, "status": "in_progress"}
            self._store(finished._replace(body=body))
            if done and body["conversation"]:
                self._extend(body["conversation"]["id"], body["output"], len(finished.sent))
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

    # -- conversations ---------------------------------------------------------------------------------------------------
    def create_conversation(self, call: Call) -> Exchange:
        """POST /conversations"""
        body = parameters.parse(call.body) if call.body else {}
        seed = self._state.conversations.seed(call.body)
        name = new_id("conv_", seed)
        items = _checked_items(body.get("items") or [], seed)
        metadata = _checked_metadata(body)
        thing = {
            "conversation": shapes.conversation(name, ids.timestamp(seed), metadata),
            "items": items,
            "made": len(items),  # ever, also what was deleted since: ids derive from it
        }
        self._state.conversations.put(name, thing, len(call.body) + 200)
        return call.ok(thing["conversation"])

    def get_conversation(self, call: Call) -> Exchange:
        """GET /conversations/{id}"""
        return call.ok(self._conversation(call.names["conversation"])["conversation"])

    def update_conversation(self, call: Call) -> Exchange:
        """POST /conversations/{id}: replaces the metadata"""
        thing = self._conversation(call.names["conversation"])
        thing["conversation"]["metadata"] = _checked_metadata(parameters.parse(call.body))
        return call.ok(thing["conversation"])

    def delete_conversation(self, call: Call) -> Exchange:
        """DELETE /conversations/{id}"""
        name = call.names["conversation"]
        self._conversation(name)
        self._state.conversations.remove(name)
        return call.ok({"id": name, "object": "conversation.deleted", "deleted": True})

    def conversation_items(self, call: Call) -> Exchange:
        """GET /conversations/{id}/items"""
        return call.ok(paging.by_id(self._conversation(call.names["conversation"])["items"], call.query))

    def add_items(self, call: Call) -> Exchange:
        """POST /conversations/{id}/items"""
        name = call.names["conversation"]
        thing = self._conversation(name)
        body = parameters.parse(call.body)
        new = _checked_items(body.get("items"), f"{name} {thing['made']}")
        self._extend(name, new, len(call.body))
        return call.ok(paging.by_id(new, {"limit": "100"}, order="asc"))

    def get_item(self, call: Call) -> Exchange:
        """GET /conversations/{id}/items/{item}"""
        thing = self._conversation(call.names["conversation"])
        for item in thing["items"]:
            if item["id"] == call.names["item"]:
                return call.ok(item)
        raise errors.thing_not_found("Item", call.names["item"])

    def delete_item(self, call: Call) -> Exchange:
        """DELETE /conversations/{id}/items/{item}"""
        thing = self._conversation(call.names["conversation"])
        kept = [item for item in thing["items"] if item["id"] != call.names["item"]]
        if len(kept) == len(thing["items"]):
            raise errors.thing_not_found("Item", call.names["item"])
        thing["items"] = kept
        return call.ok(thing["conversation"])

    # -- inside ----------------------------------------------------------------------------------------------------------
    def _finish(self, request_body: bytes, on_project: bool, agent: str | None = None) -> Finished:
        """Work a request out to the end. Raises the ServiceError for what is wrong with it."""
        body = read_request("responses", request_body)
        asked = self._with_agent(body, agent)
        before, context = self._before(asked)
        self._check_results(asked)
        deployment = self._model.deployment(asked.get("model"), "responses")
        refuse_unsupported("responses", asked, deployment)
        prompt = prompts.from_responses(deployment.model, asked, before)
        answer = self._model.say(prompt, asked, deployment)
        seed = seed_of("responses", agent, body, context)
        at = created_at(answer, seed)
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
        return Finished(body, deployment, shape, pairs, sent, chunks, seed, messages, later)

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
            thing = self._conversation(name)
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
            self._extend(conversation["id"], [*_items(finished), *finished.body["output"]], len(finished.sent))

    def _store(self, finished: Finished) -> None:
        self._state.responses.put(finished.body["id"], finished, 2 * len(finished.sent))

    def _find(self, call: Call) -> Finished:
        finished = self._state.responses.get(call.names["response"])
        if finished is None:
            raise errors.thing_not_found("Response", call.names["response"])
        return finished

    def _conversation(self, name: str) -> dict[str, Any]:
        thing = self._state.conversations.get(name)
        if thing is None:
            raise errors.thing_not_found("Conversation", name)
        return thing

    def _extend(self, name: str, items: Iterable[dict[str, Any]], size: int) -> None:
        thing = self._conversation(name)
        new = list(items)
        thing["items"] = [*thing["items"], *new]
        thing["made"] += len(new)
        self._state.conversations.put(name, thing, size + 200 * len(thing["items"]))


def _items(finished: Finished) -> list[dict[str, Any]]:
    given = prompts.input_items(finished.request)
    return [shapes.input_item(item, f"{finished.seed} input {at}") for at, item in enumerate(given)]


def _checked_items(items: Any, seed: str) -> list[dict[str, Any]]:
    if not isinstance(items, list):
        raise errors.parameter_type("items", "an array", parameters.kind_of(items))
    parameters.check_items("items", items)
    return [shapes.input_item(item, f"{seed} item {at}") for at, item in enumerate(items)]


def _checked_metadata(body: dict[str, Any]) -> dict[str, Any]:
    parameters.check_metadata(body.get("metadata"))
    return body.get("metadata") or {}
