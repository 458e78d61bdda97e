"""Memory stores: what an agent keeps about its users. What is kept is what was said, word for word: no model sums it up.

In preview: the service gives them to who sends Foundry-Features: MemoryStores=V1Preview. Sources: exchanges recorded 2026-02 and
azure-ai-projects 2.10.0. An update is worked on until somebody looks.
"""

from collections.abc import Iterator
from typing import Any

from helpers.exchange import Exchange
from helpers.mock import access
from helpers.mock.access import AGENTS_READ, AGENTS_WRITE
from helpers.mock.call import Call, Route, compact
from helpers.mock.model import search
from helpers.mock.parts import Parts
from helpers.mock.routes import HOME
from helpers.mock.state import Part, weight
from helpers.mock.wire import errors, ids, paging, parameters
from helpers.mock.wire.body import parse
from helpers.mock.wire.items import texts_of
from helpers.mock.wire.kinds import value_among

FEATURE = "MemoryStores=V1Preview"
KINDS = ("user_profile", "chat_summary", "procedural")
USAGE = {
    "embedding_tokens": 0,
    "input_tokens": 0,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 0,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 0,
}


def routes(parts: Parts) -> Iterator[Route]:
    stores, base = MemoryStores(parts), HOME + "/memory_stores"
    one = base + "/<store>"
    for method, template, handler, action in (
        ("POST", base, stores.create, AGENTS_WRITE),
        ("GET", base, stores.all, AGENTS_READ),
        ("GET", one, stores.one, AGENTS_READ),
        ("POST", one, stores.act, AGENTS_WRITE),  # an update, or {name}:verb
        ("DELETE", one, stores.delete, AGENTS_WRITE),
        ("GET", one + "/updates/<update>", stores.looked_at, AGENTS_READ),
        ("POST", one + "/items", stores.add_item, AGENTS_WRITE),
        ("POST", one + "/items:list", stores.items, AGENTS_READ),
        ("GET", one + "/items/<memory>", stores.item, AGENTS_READ),
        ("POST", one + "/items/<memory>", stores.change_item, AGENTS_WRITE),
        ("DELETE", one + "/items/<memory>", stores.delete_item, AGENTS_WRITE),
    ):
        yield Route(method, template, access.PROJECT, _in_preview(handler), action)


def _in_preview(handler):
    """The handler, for those who asked for the preview."""

    def asked_for(call: Call) -> Exchange:
        if FEATURE not in call.sent.get("foundry-features", ""):
            raise errors.preview_required("Memory stores", FEATURE)
        return handler(call)

    return asked_for


class MemoryStores:
    """The handlers of ``/memory_stores``."""

    def __init__(self, parts: Parts):
        self._state = parts.state

    def create(self, call: Call) -> Exchange:
        """POST /memory_stores"""
        body = parse(call.body)
        name, definition = body.get("name"), body.get("definition")
        if not isinstance(name, str) or not name or not isinstance(definition, dict):
            raise errors.definition_invalid(param="name" if not isinstance(name, str) or not name else "definition")
        for model in ("chat_model", "embedding_model"):
            if definition.get("kind", "default") == "default" and not isinstance(definition.get(model), str):
                raise errors.definition_invalid(param=f"definition.{model}")
        parameters.check_metadata_of_project(body.get("metadata"))
        if self._stores(call).get(name):
            raise errors.project_error(409, "conflict", f"MemoryStore '{name[:100]}' already exists")  # inferred
        at = ids.timestamp(call.seed)
        store = {
            "object": "memory_store",
            "id": ids.new("memstore_", call.mark),
            "created_at": at,
            "updated_at": at,
            "name": name,
            "description": body.get("description") or "",
            "metadata": body.get("metadata") or {},
            "definition": definition,
        }
        self._stores(call).put(name, {"store": store, "memories": {}, "updates": {}}, weight(call.body) + 500)
        return call.told(store)

    def all(self, call: Call) -> Exchange:
        """GET /memory_stores"""
        return call.told(paging.by_id([thing["store"] for thing in self._stores(call).all()], call.query))

    def one(self, call: Call) -> Exchange:
        """GET /memory_stores/{name}"""
        return call.told(self._find(call, call.names["store"])["store"])

    def act(self, call: Call) -> Exchange:
        """POST /memory_stores/{name}, and its verbs: update_memories, search_memories, delete_scope"""
        name, _, verb = call.names["store"].partition(":")
        thing, body = self._find(call, name), parse(call.body)
        acts = {
            "": self._changed,
            "update_memories": self._update,
            "search_memories": self._search,
            "delete_scope": self._forget,
        }
        if verb not in acts:
            raise errors.not_found()
        if verb and not isinstance(body.get("scope"), str):
            raise errors.definition_invalid(param="scope")
        return acts[verb](call, name, thing, body)

    def delete(self, call: Call) -> Exchange:
        """DELETE /memory_stores/{name}"""
        name = call.names["store"]
        self._find(call, name)
        self._stores(call).remove(name)
        return call.told({"object": "memory_store.deleted", "name": name, "deleted": True})

    def looked_at(self, call: Call) -> Exchange:
        """GET /memory_stores/{name}/updates/{id}: an update that is looked at is done"""
        update = self._find(call, call.names["store"])["updates"].get(call.names["update"])
        if update is None:
            raise errors.project_thing_not_found("Update", call.names["update"])
        if update["status"] == "queued":
            update["status"] = "completed"
        done = (
            {"result": {"memory_operations": update["operations"], "usage": USAGE}}
            if update["status"] == "completed"
            else {}
        )
        told = {name: value for name, value in update.items() if name != "operations"}
        return call.told({**told, **done})

    def add_item(self, call: Call) -> Exchange:
        """POST /memory_stores/{name}/items"""
        thing, body = self._find(call, call.names["store"]), parse(call.body)
        for name in ("scope", "content"):
            if not isinstance(body.get(name), str):
                raise errors.definition_invalid(param=name)
        value_among("kind", body.get("kind", "user_profile"), KINDS)
        return call.told(self._remember(call, thing, body["scope"], body["content"], body.get("kind", "user_profile")))

    def items(self, call: Call) -> Exchange:
        """POST /memory_stores/{name}/items:list, of one scope"""
        thing, body = self._find(call, call.names["store"]), parse(call.body)
        kind = call.query.get("kind")
        ours = [
            memory
            for memory in thing["memories"].values()
            if body.get("scope") in (None, memory["scope"]) and kind in (None, memory["kind"])
        ]
        return call.told(paging.by_id(ours, call.query, key="memory_id"))

    def item(self, call: Call) -> Exchange:
        """GET /memory_stores/{name}/items/{id}"""
        return call.told(self._memory(call))

    def change_item(self, call: Call) -> Exchange:
        """POST /memory_stores/{name}/items/{id}"""
        memory, body = self._memory(call), parse(call.body)
        if not isinstance(body.get("content"), str):
            raise errors.definition_invalid(param="content")
        memory["content"] = body["content"]
        self._resize(call, call.names["store"])
        return call.told(memory)

    def delete_item(self, call: Call) -> Exchange:
        """DELETE /memory_stores/{name}/items/{id}"""
        self._memory(call)
        del self._find(call, call.names["store"])["memories"][call.names["memory"]]
        return call.told({"object": "memory_store.item.deleted", "memory_id": call.names["memory"], "deleted": True})

    # -- verbs -----------------------------------------------------------------------------------------------------------
    def _changed(self, call: Call, name: str, thing: dict[str, Any], body: dict[str, Any]) -> Exchange:
        parameters.check_metadata_of_project(body.get("metadata"))
        for field in ("description", "metadata"):
            if body.get(field) is not None:
                thing["store"][field] = body[field]
        self._resize(call, name)
        return call.told(thing["store"])

    def _update(self, call: Call, name: str, thing: dict[str, Any], body: dict[str, Any]) -> Exchange:
        said = [text for item in _items(body) if item.get("role") == "user" for text in texts_of(item.get("content"))]
        previous = thing["updates"].get(str(body.get("previous_update_id")))
        update_id = ids.new("memupdate_", call.mark)
        if previous and previous["status"] == "queued":  # a newer update takes its messages along
            previous["status"], previous["superseded_by"] = "superseded", update_id
        operations = [
            {"kind": "create", "memory_item": self._remember(call, thing, body["scope"], text, "user_profile", at)}
            for at, text in enumerate(said[:20])
        ]
        thing["updates"][update_id] = {"update_id": update_id, "status": "queued", "operations": operations}
        self._resize(call, name)
        return call.told({"update_id": update_id, "status": "queued"}, 202)

    def _search(self, call: Call, name: str, thing: dict[str, Any], body: dict[str, Any]) -> Exchange:
        ours = {m["memory_id"]: m for m in thing["memories"].values() if m["scope"] == body["scope"]}
        query = " ".join(text for item in _items(body) for text in texts_of(item.get("content")))
        options = body.get("options")
        most = options.get("max_memories") if isinstance(options, dict) else None
        most = most if isinstance(most, int) and most > 0 else 5
        if query:
            found = [ours[one.name] for one in search.search(query, {n: m["content"] for n, m in ours.items()}, most)]
        else:
            found = list(ours.values())[:most]
        memories = [{"memory_item": memory} for memory in found]
        return call.told({"search_id": ids.new("memsearch_", call.mark), "memories": memories, "usage": USAGE})

    def _forget(self, call: Call, name: str, thing: dict[str, Any], body: dict[str, Any]) -> Exchange:
        thing["memories"] = {n: m for n, m in thing["memories"].items() if m["scope"] != body["scope"]}
        self._resize(call, name)
        return call.told(
            {"object": "memory_store.scope.deleted", "name": name, "scope": body["scope"], "deleted": True}
        )

    # -- inside ----------------------------------------------------------------------------------------------------------
    def _remember(
        self, call: Call, thing: dict[str, Any], scope: str, content: str, kind: str, number: int = 0
    ) -> dict[str, Any]:
        memory = {
            "memory_id": ids.new("mem_", f"{call.mark} {number}"),
            "updated_at": ids.timestamp(call.seed),
            "scope": scope,
            "content": content,
            "kind": kind,
        }
        thing["memories"][memory["memory_id"]] = memory
        self._resize(call, thing["store"]["name"])
        return memory

    def _resize(self, call: Call, name: str) -> None:
        thing = self._stores(call).get(name)
        self._stores(call).put(name, thing, weight(compact({**thing, "updates": list(thing["updates"])})) + 500)

    def _stores(self, call: Call) -> Part:
        return self._state.within(call.project).memory_stores

    def _find(self, call: Call, name: str) -> dict[str, Any]:
        thing = self._stores(call).get(name)
        if thing is None:
            raise errors.project_thing_not_found("MemoryStore", name)
        return thing

    def _memory(self, call: Call) -> dict[str, Any]:
        memory = self._find(call, call.names["store"])["memories"].get(call.names["memory"])
        if memory is None:
            raise errors.project_thing_not_found("Memory", call.names["memory"])
        return memory


def _items(body: dict[str, Any]) -> list[dict[str, Any]]:
    """What was said. Raises the ServiceError for what is no list of items."""
    given = body.get("items") or []
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise errors.definition_invalid(param="items")
    return given
