"""Conversations: what was said, kept by the project, to go on from."""

from collections.abc import Iterable, Iterator
from typing import Any

from helpers.exchange import Exchange
from helpers.mock import access
from helpers.mock.access import AGENTS_READ, AGENTS_WRITE
from helpers.mock.call import Call, Route, compact
from helpers.mock.parts import Parts
from helpers.mock.routes import HOME
from helpers.mock.state import State, weight
from helpers.mock.wire import errors, ids, items, paging, parameters, shapes
from helpers.mock.wire.ids import Names


def routes(parts: Parts) -> Iterator[Route]:
    conversations = Conversations(parts)
    for base, door in (
        (HOME + "/openai/v1", access.PROJECT_V1),
        (HOME + "/openai", access.PROJECT_DATED),
        (HOME + "/agents/<agent>/endpoint/protocols/openai", access.AGENT),
    ):
        one = base + "/conversations/<conversation>"
        for method, template, handler, action in (
            ("POST", base + "/conversations", conversations.create, AGENTS_WRITE),
            ("GET", one, conversations.get, AGENTS_READ),
            ("POST", one, conversations.update, AGENTS_WRITE),
            ("DELETE", one, conversations.delete, AGENTS_WRITE),
            ("GET", one + "/items", conversations.items, AGENTS_READ),
            ("POST", one + "/items", conversations.add_items, AGENTS_WRITE),
            ("GET", one + "/items/<item>", conversations.item, AGENTS_READ),
            ("DELETE", one + "/items/<item>", conversations.delete_item, AGENTS_WRITE),
        ):
            yield Route(method, template, door, handler, action)


def find(state: State, name: str, project: str) -> dict[str, Any]:
    """The conversation of that id in that project, with its items. Raises the ServiceError when there is none."""
    thing = state.conversations.get(name)
    if thing is None or thing["project"] != project:
        raise errors.thing_not_found("Conversation", name)
    return thing


def extend(state: State, name: str, said: Iterable[dict[str, Any]]) -> None:
    """Add items to a conversation that is there."""
    thing, new = state.conversations.get(name), list(said)
    size = state.conversations.size_of(name) + weight(compact(new)) + 200 * len(new)
    state.conversations.put(name, thing, size)
    thing["items"] += new
    thing["made"] += len(new)


class Conversations:
    """The handlers of ``/conversations``, wherever they are mounted."""

    def __init__(self, parts: Parts):
        self._state = parts.state

    def create(self, call: Call) -> Exchange:
        """POST /conversations"""
        body = parameters.conversation(call.body)
        name = ids.new("conv_", call.mark)
        first = _with_ids(body.get("items") or [], name, 0)
        thing = {
            "project": call.names["project"],
            "conversation": shapes.conversation(name, ids.timestamp(call.seed), body.get("metadata") or {}),
            "items": first,
            "made": len(first),  # ever, also what was deleted since: ids derive from it
        }
        self._state.conversations.put(name, thing, weight(call.body) + 200 * (len(first) + 1))
        return call.told(thing["conversation"])

    def get(self, call: Call) -> Exchange:
        """GET /conversations/{id}"""
        return call.told(self._find(call)["conversation"])

    def update(self, call: Call) -> Exchange:
        """POST /conversations/{id}: replaces the metadata"""
        thing = self._find(call)
        thing["conversation"]["metadata"] = parameters.conversation(call.body).get("metadata") or {}
        return call.told(thing["conversation"])

    def delete(self, call: Call) -> Exchange:
        """DELETE /conversations/{id}"""
        name = call.names["conversation"]
        self._find(call)
        self._state.conversations.remove(name)
        return call.told({"id": name, "object": "conversation.deleted", "deleted": True})

    def items(self, call: Call) -> Exchange:
        """GET /conversations/{id}/items"""
        return call.told(paging.by_id(self._find(call)["items"], call.query))

    def add_items(self, call: Call) -> Exchange:
        """POST /conversations/{id}/items"""
        name = call.names["conversation"]
        thing = self._find(call)
        given = parameters.conversation(call.body).get("items")
        if given is None:
            raise errors.parameter_missing("items")
        new = _with_ids(given, name, thing["made"])
        extend(self._state, name, new)
        page = paging.by_id(new, {"limit": "100"}, order="asc")
        return call.told({"object": page["object"], **page})  # first here, and last in a list (recorded 2025-11)

    def item(self, call: Call) -> Exchange:
        """GET /conversations/{id}/items/{item}"""
        thing = self._find(call)
        for item in thing["items"]:
            if item["id"] == call.names["item"]:
                return call.told(item)
        raise errors.thing_not_found("Item", call.names["item"])

    def delete_item(self, call: Call) -> Exchange:
        """DELETE /conversations/{id}/items/{item}"""
        thing = self._find(call)
        kept = [item for item in thing["items"] if item["id"] != call.names["item"]]
        if len(kept) == len(thing["items"]):
            raise errors.thing_not_found("Item", call.names["item"])
        thing["items"] = kept
        return call.told(thing["conversation"])

    def _find(self, call: Call) -> dict[str, Any]:
        return find(self._state, call.names["conversation"], call.names["project"])


def _with_ids(given: list[dict[str, Any]], name: str, made: int) -> list[dict[str, Any]]:
    """Items as the conversation keeps them; their ids share its first digits."""
    names = Names(name[5:21], name)
    return [items.kept(item, names, made + at) for at, item in enumerate(given)]
