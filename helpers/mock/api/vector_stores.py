"""Vector stores: files made searchable. The search is by words (model/search.py), not by vectors.

Sources: exchanges recorded 2026-03, and the openai SDK's types for batches and search. A file is worked on for as long as nobody
looks twice: the first look finds it in progress, the next one done.
"""

from collections.abc import Iterator
from typing import Any

from helpers.exchange import Exchange
from helpers.mock import access
from helpers.mock.access import AGENTS_WRITE, ASSETS_READ
from helpers.mock.call import Call, Route, compact
from helpers.mock.model import search
from helpers.mock.parts import Parts
from helpers.mock.routes import HOME
from helpers.mock.state import Within
from helpers.mock.wire import errors, headers, ids, paging, parameters
from helpers.mock.wire.body import parse
from helpers.mock.wire.kinds import check_kind, kind_of, value_among

CHUNKS = {"type": "static", "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}}
DAY = 86400  # seconds
MOST = 500  # files of one batch


def routes(parts: Parts) -> Iterator[Route]:
    stores = VectorStores(parts)
    for base, door in (
        (HOME + "/openai/v1/vector_stores", access.PROJECT_V1),
        ("/openai/v1/vector_stores", access.RESOURCE_V1),
    ):
        one = base + "/<store>"
        for method, template, handler, action in (
            ("POST", base, stores.create, AGENTS_WRITE),
            ("GET", base, stores.all, ASSETS_READ),
            ("GET", one, stores.one, ASSETS_READ),
            ("POST", one, stores.update, AGENTS_WRITE),
            ("DELETE", one, stores.delete, AGENTS_WRITE),
            ("POST", one + "/search", stores.search, ASSETS_READ),
            ("POST", one + "/files", stores.add_file, AGENTS_WRITE),
            ("GET", one + "/files", stores.files, ASSETS_READ),
            ("GET", one + "/files/<file>", stores.file, ASSETS_READ),
            ("GET", one + "/files/<file>/content", stores.content, ASSETS_READ),
            ("POST", one + "/files/<file>", stores.update_file, AGENTS_WRITE),
            ("DELETE", one + "/files/<file>", stores.delete_file, AGENTS_WRITE),
            ("POST", one + "/file_batches", stores.add_batch, AGENTS_WRITE),
            ("GET", one + "/file_batches/<batch>", stores.batch, ASSETS_READ),
            ("POST", one + "/file_batches/<batch>/cancel", stores.batch, AGENTS_WRITE),
            ("GET", one + "/file_batches/<batch>/files", stores.batch_files, ASSETS_READ),
        ):
            yield Route(method, template, door, handler, action)


class VectorStores:
    """The handlers of ``/vector_stores``."""

    def __init__(self, parts: Parts):
        self._state, self._limits = parts.state, parts.limits

    def create(self, call: Call) -> Exchange:
        """POST /vector_stores: an empty one is complete at once"""
        body = parse(call.body) if call.body else {}
        _check(body)
        seed = self._kept(call).vector_stores.seed(call.body)
        at, expires = ids.timestamp(seed), body.get("expires_after")
        store = {
            "id": f"vs_{ids.letters(f'store {seed}', 24)}",
            "object": "vector_store",
            "name": body.get("name") or "",
            "status": "completed",
            "usage_bytes": 0,
            "created_at": at,
            "file_counts": _counts([]),
            "metadata": body.get("metadata") or {},
            "expires_after": expires,
            "expires_at": at + expires["days"] * DAY if expires else None,
            "last_active_at": at,
        }
        thing = {"store": store, "files": {}, "texts": {}, "batches": {}}
        names = body.get("file_ids") or []
        added = [self._added(call, thing, name, at) for name in names]
        self._kept(call).vector_stores.put(
            store["id"], thing, 1000 + sum(map(len, (text for _, text in thing["texts"].values())))
        )
        return self._answer(call, {**store, **_summed(thing), **({"status": "in_progress"} if added else {})})

    def all(self, call: Call) -> Exchange:
        """GET /vector_stores"""
        return self._answer(
            call, paging.by_id([self._shape(thing) for thing in self._kept(call).vector_stores.all()], call.query)
        )

    def one(self, call: Call) -> Exchange:
        """GET /vector_stores/{id}: looking at it moves its files on"""
        thing = self._find(call)
        shape = self._shape(thing)
        for file in thing["files"].values():
            _move_on(file)
        return self._answer(call, shape)

    def update(self, call: Call) -> Exchange:
        """POST /vector_stores/{id}: name, metadata, expiry"""
        thing, body = self._find(call), parse(call.body)
        _check(body)
        for name in ("name", "metadata", "expires_after"):
            if name in body:
                thing["store"][name] = body[name]
        if body.get("expires_after"):
            thing["store"]["expires_at"] = thing["store"]["last_active_at"] + body["expires_after"]["days"] * DAY
        return self._answer(call, self._shape(thing))

    def delete(self, call: Call) -> Exchange:
        """DELETE /vector_stores/{id}; the files stay"""
        self._find(call)
        self._kept(call).vector_stores.remove(call.names["store"])
        return self._answer(call, {"id": call.names["store"], "object": "vector_store.deleted", "deleted": True})

    def search(self, call: Call) -> Exchange:
        """POST /vector_stores/{id}/search"""
        thing, body = self._find(call), parse(call.body)
        query = body.get("query")
        if query is None:
            raise errors.parameter_missing("query")
        words = " ".join(map(str, query)) if isinstance(query, list) else query
        if not isinstance(words, str):
            raise errors.parameter_type("query", "a string or an array", kind_of(query))
        most = body.get("max_num_results") or 10
        if not isinstance(most, int) or not 1 <= most <= 50:
            raise errors.parameter_value("max_num_results", "expected a value from 1 to 50.")
        texts = {name: text for name, (_, text) in thing["texts"].items()}
        found = [
            {
                "file_id": one.name,
                "filename": thing["texts"][one.name][0],
                "score": one.score,
                "attributes": thing["files"][one.name]["attributes"],
                "content": [{"type": "text", "text": one.passage}],
            }
            for one in search.search(words, texts, most)
        ]
        page = {"object": "vector_store.search_results.page", "search_query": [words], "data": found}
        return self._answer(call, {**page, "has_more": False, "next_page": None})

    def add_file(self, call: Call) -> Exchange:
        """POST /vector_stores/{id}/files"""
        thing, body = self._find(call), parse(call.body)
        name = body.get("file_id")
        if not isinstance(name, str):
            raise errors.parameter_missing("file_id")
        file = self._added(call, thing, name, ids.timestamp(call.seed), body.get("attributes"))
        self._keep(call, thing)
        return self._answer(call, file)

    def files(self, call: Call) -> Exchange:
        """GET /vector_stores/{id}/files, filtered by status"""
        wanted = call.query.get("filter")
        files = [dict(file) for file in self._find(call)["files"].values() if wanted in (None, file["status"])]
        for file in self._find(call)["files"].values():
            _move_on(file)
        return self._answer(call, paging.by_id(files, call.query))

    def file(self, call: Call) -> Exchange:
        """GET /vector_stores/{id}/files/{file}: looking at it moves it on"""
        file = self._file(call)
        _move_on(file)
        return self._answer(call, file)

    def update_file(self, call: Call) -> Exchange:
        """POST /vector_stores/{id}/files/{file}: replaces the attributes"""
        file, body = self._file(call), parse(call.body)
        if not isinstance(body.get("attributes"), dict):
            raise errors.parameter_missing("attributes")
        file["attributes"] = body["attributes"]
        return self._answer(call, file)

    def content(self, call: Call) -> Exchange:
        """GET /vector_stores/{id}/files/{file}/content: what was read from it"""
        self._file(call)
        _, text = self._find(call)["texts"].get(call.names["file"], ("", ""))
        parts = [{"type": "text", "text": passage} for passage in search.passages(text)]
        page = {"object": "vector_store.file_content.page", "data": parts, "has_more": False, "next_page": None}
        return self._answer(call, page)

    def delete_file(self, call: Call) -> Exchange:
        """DELETE /vector_stores/{id}/files/{file}: out of the store, not out of the files"""
        self._file(call)
        thing, name = self._find(call), call.names["file"]
        del thing["files"][name]
        thing["texts"].pop(name, None)
        self._keep(call, thing)
        return self._answer(call, {"id": name, "object": "vector_store.file.deleted", "deleted": True})

    def add_batch(self, call: Call) -> Exchange:
        """POST /vector_stores/{id}/file_batches"""
        thing, body = self._find(call), parse(call.body)
        names = body.get("file_ids")
        if names is None and isinstance(body.get("files"), list):
            names = [one.get("file_id") if isinstance(one, dict) else None for one in body["files"]]
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            raise errors.parameter_missing("file_ids")
        if len(names) > MOST:
            raise errors.list_too_long("file_ids", MOST, len(names))
        at = ids.timestamp(call.seed)
        for name in names:
            self._added(call, thing, name, at)
        batch = {
            "id": f"vsfb_{ids.hexadecimal('batch', call.mark)}",
            "object": "vector_store.files_batch",
            "created_at": at,
            "vector_store_id": call.names["store"],
        }
        thing["batches"][batch["id"]] = (batch, names)
        self._keep(call, thing)
        return self._answer(call, self._batch_shape(thing, batch, names))

    def batch(self, call: Call) -> Exchange:
        """GET /vector_stores/{id}/file_batches/{batch}, and POST .../cancel, which comes too late: looking at it moves it on"""
        thing = self._find(call)
        batch, names = self._batch(call)
        for name in names:
            _move_on(thing["files"].get(name) or {})
        return self._answer(call, self._batch_shape(thing, batch, names))

    def batch_files(self, call: Call) -> Exchange:
        """GET /vector_stores/{id}/file_batches/{batch}/files"""
        thing = self._find(call)
        _, names = self._batch(call)
        return self._answer(call, paging.by_id([thing["files"][n] for n in names if n in thing["files"]], call.query))

    # -- inside ----------------------------------------------------------------------------------------------------------
    def _added(self, call: Call, thing: dict[str, Any], name: Any, at: int, attributes: Any = None) -> dict[str, Any]:
        """A file, put into a store. Its text is read at once, and told later."""
        found = self._kept(call).files.get(name) if isinstance(name, str) else None
        if found is None:
            raise errors.file_not_found(str(name))
        described, content = found
        text = _text(content)
        file = thing["files"][name] = {
            "id": name,
            "object": "vector_store.file",
            "usage_bytes": 0,
            "created_at": at,
            "vector_store_id": thing["store"]["id"],
            "status": "in_progress",
            "last_error": None,
            "chunking_strategy": CHUNKS,
            "attributes": attributes if isinstance(attributes, dict) else {},
        }
        if text is None:
            file["last_error"] = {"code": "unsupported_file", "message": "The offline mock reads text only."}
        else:
            thing["texts"][name] = (described["filename"], text)
        return dict(file)

    def _shape(self, thing: dict[str, Any]) -> dict[str, Any]:
        """The store as it is now: completed when all its files are, expired when its days are over."""
        summed, expires = _summed(thing), thing["store"]["expires_after"]
        status = "in_progress" if summed["file_counts"]["in_progress"] else "completed"
        if expires and self._limits.ahead > expires["days"] * DAY:
            status = "expired"
        return {**thing["store"], **summed, "status": status}

    def _keep(self, call: Call, thing: dict[str, Any]) -> None:
        size = 1000 + sum(len(text) for _, text in thing["texts"].values()) + 300 * len(thing["files"])
        self._kept(call).vector_stores.put(call.names["store"], thing, size)

    def _answer(self, call: Call, body: dict[str, Any]) -> Exchange:
        return call.answered(200, headers.stored(call.mark, ids.timestamp(call.mark)), compact(body))

    def _kept(self, call: Call) -> Within:
        return self._state.within(call.project)

    def _find(self, call: Call) -> dict[str, Any]:
        thing = self._kept(call).vector_stores.get(call.names["store"])
        if thing is None:
            raise errors.thing_not_found("Vector store", call.names["store"])
        return thing

    def _file(self, call: Call) -> dict[str, Any]:
        file = self._find(call)["files"].get(call.names["file"])
        if file is None:
            raise errors.thing_not_found("File", call.names["file"])
        return file

    def _batch(self, call: Call) -> tuple[dict[str, Any], list[str]]:
        found = self._find(call)["batches"].get(call.names["batch"])
        if found is None:
            raise errors.thing_not_found("File batch", call.names["batch"])
        return found

    def _batch_shape(self, thing: dict[str, Any], batch: dict[str, Any], names: list[str]) -> dict[str, Any]:
        counts = _counts([thing["files"][name] for name in names if name in thing["files"]])
        return {**batch, "status": "in_progress" if counts["in_progress"] else "completed", "file_counts": counts}


def _check(body: dict[str, Any]) -> None:
    parameters.check_metadata(body.get("metadata"))
    for name, kind in (("name", "a string"), ("file_ids", "an array"), ("expires_after", "an object")):
        if body.get(name) is not None:
            check_kind(name, body[name], kind)
    if len(body.get("file_ids") or ()) > MOST:
        raise errors.list_too_long("file_ids", MOST, len(body["file_ids"]))
    expires = body.get("expires_after")
    if expires is not None:
        value_among("expires_after.anchor", expires.get("anchor", ""), ("last_active_at",))
        days = expires.get("days")
        if not isinstance(days, int) or isinstance(days, bool):
            raise errors.parameter_missing("expires_after.days")
        if not 1 <= days <= 365:
            raise errors.number_outside("expires_after.days", days, 1 if days < 1 else 365, above=days > 365)


def _text(content: bytes) -> str | None:
    """What is written in a file; None for one that is not text."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _move_on(file: dict[str, Any]) -> None:
    """A file that was being worked on is done."""
    if file.get("status") == "in_progress":
        failed = file["last_error"] is not None
        file["status"] = "failed" if failed else "completed"
        file["usage_bytes"] = 0 if failed else 2182  # recorded for a small file


def _counts(files: list[dict[str, Any]]) -> dict[str, int]:
    states = [file["status"] for file in files]
    names = ("in_progress", "completed", "failed", "cancelled")
    return {**{name: states.count(name) for name in names}, "total": len(states)}


def _summed(thing: dict[str, Any]) -> dict[str, Any]:
    files = list(thing["files"].values())
    return {"usage_bytes": sum(file["usage_bytes"] for file in files), "file_counts": _counts(files)}
