"""Agents: stored definitions with versions, which a Responses request can name."""

from collections.abc import Iterator
from typing import Any

from helpers.exchange import Exchange
from helpers.mock import access
from helpers.mock.access import AGENTS_READ, AGENTS_WRITE
from helpers.mock.call import Call, Route, compact
from helpers.mock.parts import Parts
from helpers.mock.routes import HOME
from helpers.mock.state import weight
from helpers.mock.wire import errors, ids, paging, parameters


def routes(parts: Parts) -> Iterator[Route]:
    agents, one = Agents(parts), HOME + "/agents/<agent>"
    for method, template, handler, action in (
        ("GET", HOME + "/agents", agents.all, AGENTS_READ),
        ("GET", one, agents.one, AGENTS_READ),
        ("DELETE", one, agents.delete, AGENTS_WRITE),
        ("POST", one + "/versions", agents.create_version, AGENTS_WRITE),
        ("GET", one + "/versions", agents.versions, AGENTS_READ),
        ("GET", one + "/versions/<version>", agents.version, AGENTS_READ),
        ("DELETE", one + "/versions/<version>", agents.delete_version, AGENTS_WRITE),
    ):
        yield Route(method, template, access.PROJECT, handler, action)


class Agents:
    """The handlers of ``/agents``."""

    def __init__(self, parts: Parts):
        self._state = parts.state

    def create_version(self, call: Call) -> Exchange:
        """POST /agents/{name}/versions: the first one makes the agent"""
        body = parameters.parse(call.body)
        definition = body.get("definition")
        if not isinstance(definition, dict) or not isinstance(definition.get("kind"), str):
            raise errors.project_bad_request("definition must be an object with a kind, such as prompt.")
        if not isinstance(definition.get("model", "" if definition["kind"] != "prompt" else None), str):
            raise errors.project_bad_request("definition.model must name a deployment.")
        _check_definition(definition)
        name = call.names["agent"]
        parameters.check_metadata(body.get("metadata"))
        versions = self._state.agents.get(name) or []
        number = str((self._state.agent_versions.get(name) or 0) + 1)
        self._state.agent_versions.put(name, int(number), 100)
        version = {
            "metadata": body.get("metadata") or {},
            "object": "agent.version",
            "id": f"{name}:{number}",
            "name": name,
            "version": number,
            "description": body.get("description") or "",
            "created_at": ids.timestamp(f"{name} {number}"),
            "definition": definition,
            "status": "active",
        }
        self._state.agents.put(name, [*versions, version], self._state.agents.size_of(name) + weight(call.body) + 500)
        return call.ok(version)

    def all(self, call: Call) -> Exchange:
        """GET /agents, filtered by kind"""
        kind = call.query.get("kind")
        found = [_agent(v) for v in self._state.agents.all() if kind in (None, v[-1]["definition"]["kind"])]
        return call.ok(paging.by_id(found, call.query))

    def one(self, call: Call) -> Exchange:
        """GET /agents/{name}"""
        return call.ok(_agent(self._versions(call)))

    def delete(self, call: Call) -> Exchange:
        """DELETE /agents/{name}"""
        self._versions(call)
        self._state.agents.remove(call.names["agent"])
        self._state.agent_versions.remove(call.names["agent"])
        return call.ok({"object": "agent.deleted", "name": call.names["agent"], "deleted": True})

    def versions(self, call: Call) -> Exchange:
        """GET /agents/{name}/versions"""
        return call.ok(paging.by_id(self._versions(call), call.query))

    def version(self, call: Call) -> Exchange:
        """GET /agents/{name}/versions/{version}"""
        return call.ok(self._version(call))

    def delete_version(self, call: Call) -> Exchange:
        """DELETE /agents/{name}/versions/{version}"""
        gone, name = self._version(call), call.names["agent"]
        kept = [one for one in self._versions(call) if one is not gone]
        self._state.agents.remove(name)
        if kept:
            self._state.agents.put(name, kept, weight(compact(kept)))
        return call.ok({"object": "agent.version.deleted", "name": name, "version": gone["version"], "deleted": True})

    def _versions(self, call: Call) -> list[dict[str, Any]]:
        versions = self._state.agents.get(call.names["agent"])
        if not versions:
            raise errors.project_thing_not_found("Agent", call.names["agent"])
        return versions

    def _version(self, call: Call) -> dict[str, Any]:
        for version in self._versions(call):
            if version["version"] == call.names["version"]:
                return version
        raise errors.project_thing_not_found("Agent version", f"{call.names['agent']}:{call.names['version']}")


def _agent(versions: list[dict[str, Any]]) -> dict[str, Any]:
    latest = versions[-1]
    return {
        "object": "agent",
        "id": latest["name"],
        "name": latest["name"],
        "state": "enabled",
        "configuration_state": "enabled",
        "versions": {"latest": latest},
    }


def _check_definition(definition: dict[str, Any]) -> None:
    kinds = {"instructions": str, "tools": list, "temperature": int | float, "top_p": int | float}
    for name, kind in kinds.items():
        if definition.get(name) is not None and not isinstance(definition[name], kind):
            raise errors.project_bad_request(f"definition.{name} has the wrong type.")
    for tool in definition.get("tools") or ():
        if not isinstance(tool, dict) or not isinstance(tool.get("function", {}), dict):
            raise errors.project_bad_request("definition.tools must hold objects, and a function of theirs is one too.")
