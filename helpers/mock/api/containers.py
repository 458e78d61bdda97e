"""Containers: the small machines in which a code interpreter would run. The mock keeps their files and runs nothing.

Sources: the openai SDK's types; a download recorded 2026-02.
"""

from collections.abc import Iterator
from typing import Any

from helpers.exchange import Exchange
from helpers.mock import access
from helpers.mock.access import AGENTS_WRITE, ASSETS_READ
from helpers.mock.api.files import download, form
from helpers.mock.call import Call, Route, compact
from helpers.mock.model import tools
from helpers.mock.parts import Parts
from helpers.mock.routes import HOME
from helpers.mock.state import Within
from helpers.mock.wire import errors, headers, ids, paging
from helpers.mock.wire.body import parse


def routes(parts: Parts) -> Iterator[Route]:
    containers = Containers(parts)
    for base, door in (
        (HOME + "/openai/v1/containers", access.PROJECT_V1),
        ("/openai/v1/containers", access.RESOURCE_V1),
    ):
        one = base + "/<container>"
        for method, template, handler, action in (
            ("POST", base, containers.create, AGENTS_WRITE),
            ("GET", base, containers.all, ASSETS_READ),
            ("GET", one, containers.one, ASSETS_READ),
            ("DELETE", one, containers.delete, AGENTS_WRITE),
            ("POST", one + "/files", containers.add_file, AGENTS_WRITE),
            ("GET", one + "/files", containers.files, ASSETS_READ),
            ("GET", one + "/files/<file>", containers.file, ASSETS_READ),
            ("GET", one + "/files/<file>/content", containers.content, ASSETS_READ),
            ("DELETE", one + "/files/<file>", containers.delete_file, AGENTS_WRITE),
        ):
            yield Route(method, template, door, handler, action)


class Containers:
    """The handlers of ``/containers``."""

    def __init__(self, parts: Parts):
        self._state = parts.state

    def create(self, call: Call) -> Exchange:
        """POST /containers"""
        body = parse(call.body)
        name = body.get("name")
        if not isinstance(name, str):
            raise errors.parameter_missing("name")
        expires = body.get("expires_after")
        minutes = expires.get("minutes", 20) if isinstance(expires, dict) else 20
        if not isinstance(minutes, int):
            raise errors.parameter_missing("expires_after.minutes")
        identifier = f"cntr_{ids.hexadecimal('container', call.mark, 48)}"
        return self._answer(
            call,
            tools.keep_container(
                self._kept(call).containers, identifier, name[:200], ids.timestamp(call.seed), minutes
            ),
        )

    def all(self, call: Call) -> Exchange:
        """GET /containers"""
        found = [thing["container"] for thing in self._kept(call).containers.all()]
        return self._answer(call, paging.by_id(found, call.query))

    def one(self, call: Call) -> Exchange:
        """GET /containers/{id}"""
        return self._answer(call, self._find(call)["container"])

    def delete(self, call: Call) -> Exchange:
        """DELETE /containers/{id}"""
        self._find(call)
        self._kept(call).containers.remove(call.names["container"])
        return self._answer(call, {"id": call.names["container"], "object": "container.deleted", "deleted": True})

    def add_file(self, call: Call) -> Exchange:
        """POST /containers/{id}/files: a form with a file, or the id of one that is there"""
        self._find(call)
        if call.sent.get("content-type", "").startswith("application/json"):
            name = parse(call.body).get("file_id")
            found = self._kept(call).files.get(name) if isinstance(name, str) else None
            if found is None:
                raise errors.file_not_found(str(name))
            filename, content = found[0]["filename"], found[1]
        else:
            file = form(call).get("file")
            if not isinstance(file, tuple):
                raise errors.parameter_missing("file")
            filename, content = file
        name, at = f"cfile_{ids.hexadecimal('file', call.mark)}", ids.timestamp(call.seed)
        container = call.names["container"]
        shape = tools.keep_container_file(self._kept(call).containers, container, name, filename, content, "user", at)
        return self._answer(call, shape)

    def files(self, call: Call) -> Exchange:
        """GET /containers/{id}/files"""
        return self._answer(call, paging.by_id([shape for shape, _ in self._find(call)["files"].values()], call.query))

    def file(self, call: Call) -> Exchange:
        """GET /containers/{id}/files/{file}"""
        return self._answer(call, self._file(call)[0])

    def content(self, call: Call) -> Exchange:
        """GET /containers/{id}/files/{file}/content"""
        shape, content = self._file(call)
        return call.answered(200, download(call, shape["path"].rpartition("/")[2]), content)

    def delete_file(self, call: Call) -> Exchange:
        """DELETE /containers/{id}/files/{file}"""
        self._file(call)
        del self._find(call)["files"][call.names["file"]]
        return self._answer(call, {"id": call.names["file"], "object": "container.file.deleted", "deleted": True})

    def _answer(self, call: Call, body: dict[str, Any]) -> Exchange:
        return call.answered(200, headers.stored(call.mark, ids.timestamp(call.mark)), compact(body))

    def _kept(self, call: Call) -> Within:
        return self._state.within(call.project)

    def _find(self, call: Call) -> dict[str, Any]:
        thing = self._kept(call).containers.get(call.names["container"])
        if thing is None:
            raise errors.container_not_found()
        return thing

    def _file(self, call: Call) -> tuple[dict[str, Any], bytes]:
        found = self._find(call)["files"].get(call.names["file"])
        if found is None:
            raise errors.thing_not_found("File", call.names["file"])
        return found
