"""Toolboxes: sets of tools with versions, which an agent uses as one MCP server. The mock keeps them and runs none.

Source: azure-ai-projects 2.10.0. The words of the refusals are inferred.
"""

from collections.abc import Iterator
from typing import Any

from helpers.exchange import Exchange
from helpers.mock import access
from helpers.mock.access import AGENTS_READ, AGENTS_WRITE
from helpers.mock.call import Call, Route
from helpers.mock.parts import Parts
from helpers.mock.routes import HOME
from helpers.mock.state import Within, weight
from helpers.mock.wire import errors, ids, paging, parameters
from helpers.mock.wire.body import parse


def routes(parts: Parts) -> Iterator[Route]:
    boxes, base = Toolboxes(parts), HOME + "/toolboxes"
    one = base + "/<toolbox>"
    for method, template, handler, action in (
        ("GET", base, boxes.all, AGENTS_READ),
        ("GET", one, boxes.one, AGENTS_READ),
        ("PATCH", one, boxes.update, AGENTS_WRITE),
        ("DELETE", one, boxes.delete, AGENTS_WRITE),
        ("POST", one + "/versions", boxes.create_version, AGENTS_WRITE),
        ("GET", one + "/versions", boxes.versions, AGENTS_READ),
        ("GET", one + "/versions/<version>", boxes.version, AGENTS_READ),
        ("DELETE", one + "/versions/<version>", boxes.delete_version, AGENTS_WRITE),
    ):
        yield Route(method, template, access.PROJECT, handler, action)


class Toolboxes:
    """The handlers of ``/toolboxes``."""

    def __init__(self, parts: Parts):
        self._state = parts.state

    def create_version(self, call: Call) -> Exchange:
        """POST /toolboxes/{name}/versions: the first one makes the toolbox"""
        body, name = parse(call.body), call.names["toolbox"]
        given = body.get("tools")
        if not isinstance(given, list) or not all(
            isinstance(tool, dict) and isinstance(tool.get("type"), str) for tool in given
        ):
            raise errors.definition_invalid(param="tools")
        parameters.check_metadata_of_project(body.get("metadata"))
        at = ids.timestamp(f"toolbox {name}")
        thing = self._kept(call).toolboxes.get(name) or {
            "name": name,
            "created_at": at,
            "default": "1",
            "made": 0,
            "versions": [],
        }
        number = str(thing["made"] + 1)
        version = {
            "metadata": body.get("metadata") or {},
            "id": f"{name}:{number}",
            "name": name,
            "version": number,
            "description": body.get("description") or "",
            "created_at": ids.timestamp(f"toolbox {name} {number}"),
            "tools": given,
            **{part: body[part] for part in ("skills", "policies") if body.get(part) is not None},
        }
        thing = {**thing, "made": thing["made"] + 1, "versions": [*thing["versions"], version]}
        self._kept(call).toolboxes.put(name, thing, self._kept(call).toolboxes.size_of(name) + weight(call.body) + 500)
        return call.told(version)

    def all(self, call: Call) -> Exchange:
        """GET /toolboxes"""
        return call.told(paging.by_id([_toolbox(thing) for thing in self._kept(call).toolboxes.all()], call.query))

    def one(self, call: Call) -> Exchange:
        """GET /toolboxes/{name}"""
        return call.told(_toolbox(self._find(call)))

    def update(self, call: Call) -> Exchange:
        """PATCH /toolboxes/{name}: which version is the default"""
        thing, number = self._find(call), parse(call.body).get("default_version")
        if number not in [version["version"] for version in thing["versions"]]:
            raise errors.definition_invalid(param="default_version")
        thing["default"] = number
        return call.told(_toolbox(thing))

    def delete(self, call: Call) -> Exchange:
        """DELETE /toolboxes/{name}"""
        self._find(call)
        self._kept(call).toolboxes.remove(call.names["toolbox"])
        return call.nothing(204)

    def versions(self, call: Call) -> Exchange:
        """GET /toolboxes/{name}/versions"""
        return call.told(paging.by_id(self._find(call)["versions"], call.query))

    def version(self, call: Call) -> Exchange:
        """GET /toolboxes/{name}/versions/{version}"""
        return call.told(self._version(call))

    def delete_version(self, call: Call) -> Exchange:
        """DELETE /toolboxes/{name}/versions/{version}"""
        gone, thing = self._version(call), self._find(call)
        thing["versions"] = [one for one in thing["versions"] if one is not gone]
        if not thing["versions"]:
            self._kept(call).toolboxes.remove(call.names["toolbox"])
        elif thing["default"] == gone["version"]:
            thing["default"] = thing["versions"][-1]["version"]
        return call.nothing(204)

    def _kept(self, call: Call) -> Within:
        return self._state.within(call.project)

    def _find(self, call: Call) -> dict[str, Any]:
        thing = self._kept(call).toolboxes.get(call.names["toolbox"])
        if thing is None:
            raise errors.project_thing_not_found("Toolbox", call.names["toolbox"])
        return thing

    def _version(self, call: Call) -> dict[str, Any]:
        for version in self._find(call)["versions"]:
            if version["version"] == call.names["version"]:
                return version
        raise errors.project_thing_not_found("Toolbox version", f"{call.names['toolbox']}:{call.names['version']}")


def _toolbox(thing: dict[str, Any]) -> dict[str, Any]:
    latest = thing["versions"][-1]
    return {
        "id": thing["name"],
        "name": thing["name"],
        "created_at": thing["created_at"],
        "updated_at": latest["created_at"],
        "default_version": thing["default"],
        "versions": {"latest": latest},
    }
