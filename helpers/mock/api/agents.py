"""Agents: named, versioned definitions of a model with instructions and tools, which a Responses request can name.

Sources: recorded exchanges of 2026-02 to 2026-07 and azure-ai-projects 2.10.0. What a disabled agent answers is inferred.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from helpers.exchange import Exchange
from helpers.mock import access
from helpers.mock.access import AGENTS_READ, AGENTS_WRITE
from helpers.mock.call import Call, Route, compact
from helpers.mock.parts import Parts
from helpers.mock.routes import HOME
from helpers.mock.state import State, Within, weight
from helpers.mock.wire import errors, ids, paging, parameters, schemas, tools
from helpers.mock.wire.body import parse
from helpers.mock.wire.errors import ServiceError
from helpers.mock.wire.kinds import kind_of

NAME = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?", re.ASCII)
KINDS = ("prompt", "hosted", "workflow", "external", "voice")
VERSIONS = 1000  # of one agent; the code of the refusal is documented, the words are inferred
PREVIEW = {  # kinds that the service gives only to who asks for them
    "workflow": ("Workflow agents", "WorkflowAgents=V1Preview"),
    "external": ("External agents", "ExternalAgents=V1Preview"),
    "voice": ("Voice agents", "VoiceAgents=V1Preview"),
}
# What the published quickstart still calls; the SDK makes an agent with its first version.
CREATING_VERSION = "2025-11-15-preview"


def routes(parts: Parts) -> Iterator[Route]:
    agents, one = Agents(parts), HOME + "/agents/<agent>"
    for method, template, handler, action in (
        ("GET", HOME + "/agents", agents.all, AGENTS_READ),
        ("POST", HOME + "/agents", agents.create, AGENTS_WRITE),
        ("GET", one, agents.one, AGENTS_READ),
        ("POST", one, agents.switch, AGENTS_WRITE),  # {name}:enable and {name}:disable
        ("PATCH", one, agents.update, AGENTS_WRITE),
        ("DELETE", one, agents.delete, AGENTS_WRITE),
        ("POST", one + "/versions", agents.create_version, AGENTS_WRITE),
        ("GET", one + "/versions", agents.versions, AGENTS_READ),
        ("GET", one + "/versions/<version>", agents.version, AGENTS_READ),
        ("DELETE", one + "/versions/<version>", agents.delete_version, AGENTS_WRITE),
    ):
        yield Route(method, template, access.AGENTS, handler, action)


def asked(state: State, project: str, body: dict[str, Any], named: str | None) -> dict[str, Any]:
    """A Responses request as the agent of the project asks it: with the agent's model, instructions, tools and so on. The agent
    is the one of the endpoint (``named``), or the one that the request refers to."""
    reference = body.get("agent_reference") or body.get("agent") or ({"name": named} if named else None)
    if not reference:
        return body
    name, version = str(reference.get("name")), reference.get("version")
    thing = state.within(project).agents.get(name)
    if thing is None:
        raise errors.project_thing_not_found("Agent", name)
    if thing["state"] != "enabled":
        raise errors.agent_disabled(name)
    number = str(version) if version else _selected(thing)
    chosen = next((one for one in thing["versions"] if one["version"] == number), None)
    if chosen is None:
        raise errors.project_thing_not_found("Agent version", f"{name}:{number}")
    definition = chosen["definition"]
    if definition["kind"] != "prompt":
        raise errors.workflows_not_run()
    definition = _filled(definition, body.get("structured_inputs") or {})
    taken = {n: definition[n] for n in TAKEN if definition.get(n) is not None}
    kept = {n: value for n, value in body.items() if n not in ("agent", "model")}
    if "tool_choice" in kept and kept["tool_choice"] is not None:
        taken.pop("tool_choice", None)
    return {**kept, **taken, "agent_reference": {"type": "agent_reference", "name": name, "version": number}}


TAKEN = ("model", "instructions", "tools", "temperature", "top_p", "reasoning", "tool_choice", "text")


def _selected(thing: dict[str, Any]) -> str:
    """The version that a call without one gets. Traffic is not split: one version has it all."""
    rules = _endpoint(thing)["version_selector"]["version_selection_rules"]
    return max(rules, key=lambda rule: rule.get("traffic_percentage", 0))["agent_version"]


def _filled(definition: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The definition with its structured inputs put in where ``{{name}}`` stands. Raises the ServiceError for one that is
    required and was not given."""
    wanted = definition.get("structured_inputs")
    if not wanted:
        return definition
    values = {}
    for name, rule in wanted.items():
        value = given.get(name, rule.get("default_value"))
        if value is None and rule.get("required"):
            raise errors.input_value_missing(name)
        values[name] = "" if value is None else value if isinstance(value, str) else json.dumps(value)
    text = json.dumps({name: value for name, value in definition.items() if name != "structured_inputs"})
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", json.dumps(value)[1:-1])
    return json.loads(text)


class Agents:
    """The handlers of ``/agents``."""

    def __init__(self, parts: Parts):
        self._state = parts.state

    def create(self, call: Call) -> Exchange:
        """POST /agents, as the REST quickstart has it: an agent and its first version"""
        if call.query.get("api-version") != CREATING_VERSION:
            raise errors.not_found()
        body = parse(call.body)
        name = body.get("name")
        if not isinstance(name, str):
            raise errors.definition_invalid(param="name")
        self._add_version(call, name, body)
        return call.told(_agent(self._kept(call).agents.get(name)))

    def create_version(self, call: Call) -> Exchange:
        """POST /agents/{name}/versions: the first one makes the agent"""
        return call.told(self._add_version(call, call.names["agent"], parse(call.body)))

    def _add_version(self, call: Call, name: str, body: dict[str, Any]) -> dict[str, Any]:
        if not NAME.fullmatch(name):
            raise errors.agent_name_invalid()
        definition = body.get("definition")
        _check_definition(definition, call.sent.get("foundry-features", ""))
        parameters.check_metadata_of_project(body.get("metadata"))
        if not isinstance(body.get("description") or "", str):
            raise errors.definition_invalid(param="description")
        thing = self._kept(call).agents.get(name) or _new(name)
        if len(thing["versions"]) >= VERSIONS:
            raise errors.project_error(400, "UserError", f"An agent has at most {VERSIONS} versions.")
        number = str((self._kept(call).agent_versions.get(name) or 0) + 1)
        self._kept(call).agent_versions.put(name, int(number), 100)
        version = {
            "metadata": body.get("metadata") or {},
            "object": "agent.version",
            "id": f"{name}:{number}",
            "name": name,
            "version": number,
            "description": body.get("description") or "",
            "created_at": ids.timestamp(f"agent {name}") + int(number),  # a second later than the one before
            "definition": {"kind": definition["kind"], **{n: v for n, v in definition.items() if v is not None}},
            "status": "active",
            **_identity(name),
            "agent_guid": _guid(name),
        }
        thing = {**thing, "versions": [*thing["versions"], version]}
        self._kept(call).agents.put(name, thing, self._kept(call).agents.size_of(name) + weight(call.body) + 1500)
        return version

    def all(self, call: Call) -> Exchange:
        """GET /agents, filtered by kind"""
        kind = call.query.get("kind")
        found = [
            _agent(thing)
            for thing in self._kept(call).agents.all()
            if kind in (None, thing["versions"][-1]["definition"]["kind"])
        ]
        return call.told(paging.by_id(found, call.query))

    def one(self, call: Call) -> Exchange:
        """GET /agents/{name}"""
        return call.told(_agent(self._find(call)))

    def switch(self, call: Call) -> Exchange:
        """POST /agents/{name}:enable and :disable: nothing to send, nothing comes back"""
        name, _, what = call.names["agent"].rpartition(":")
        if what not in ("enable", "disable"):
            raise errors.not_found()
        thing = self._kept(call).agents.get(name)
        if thing is None:
            raise errors.project_thing_not_found("Agent", name)
        self._kept(call).agents.put(name, {**thing, "state": f"{what}d"}, self._kept(call).agents.size_of(name))
        return call.nothing(204)

    def update(self, call: Call) -> Exchange:
        """PATCH /agents/{name}: the endpoint and the card, merged (RFC 7396)"""
        thing, body = self._find(call), parse(call.body)
        for part in ("agent_endpoint", "agent_card"):
            if not isinstance(body.get(part, {}), dict | None):
                raise errors.definition_invalid(param=part)
        endpoint = _merged(thing["endpoint"], body.get("agent_endpoint") or {})
        _check_endpoint(endpoint, [version["version"] for version in thing["versions"]])
        card = _merged(thing["card"], body["agent_card"]) if body.get("agent_card") else thing["card"]
        thing = {**thing, "endpoint": endpoint, "card": card}
        self._kept(call).agents.put(
            call.names["agent"], thing, self._kept(call).agents.size_of(call.names["agent"]) + weight(call.body)
        )
        return call.told(_agent(thing))

    def delete(self, call: Call) -> Exchange:
        """DELETE /agents/{name}; force only means something for hosted agents with sessions, which the mock has none of"""
        self._find(call)
        self._kept(call).agents.remove(call.names["agent"])
        self._kept(call).agent_versions.remove(call.names["agent"])
        return call.told({"object": "agent.deleted", "name": call.names["agent"], "deleted": True})

    def versions(self, call: Call) -> Exchange:
        """GET /agents/{name}/versions"""
        return call.told(paging.by_id(self._find(call)["versions"], call.query))

    def version(self, call: Call) -> Exchange:
        """GET /agents/{name}/versions/{version}"""
        return call.told(self._version(call))

    def delete_version(self, call: Call) -> Exchange:
        """DELETE /agents/{name}/versions/{version}. That the agent goes with its last version is inferred."""
        gone, name, thing = self._version(call), call.names["agent"], self._find(call)
        kept = [one for one in thing["versions"] if one is not gone]
        self._kept(call).agents.remove(name)
        if kept:
            self._kept(call).agents.put(name, {**thing, "versions": kept}, weight(compact(kept)) + 1500)
        return call.told({"object": "agent.version.deleted", "name": name, "version": gone["version"], "deleted": True})

    def _kept(self, call: Call) -> Within:
        return self._state.within(call.project)

    def _find(self, call: Call) -> dict[str, Any]:
        thing = self._kept(call).agents.get(call.names["agent"])
        if thing is None:
            raise errors.project_thing_not_found("Agent", call.names["agent"])
        return thing

    def _version(self, call: Call) -> dict[str, Any]:
        for version in self._find(call)["versions"]:
            if version["version"] == call.names["version"]:
                return version
        raise errors.project_thing_not_found("Agent version", f"{call.names['agent']}:{call.names['version']}")


def _new(name: str) -> dict[str, Any]:
    endpoint = {
        "protocols": ["responses"],
        "protocol_configuration": {"responses": {}},
        "authorization_schemes": [{"type": "Entra", "isolation_key_source": {"kind": "Entra"}}],
    }
    return {"name": name, "state": "enabled", "versions": [], "endpoint": endpoint, "card": None}


def _guid(name: str) -> str:
    return ids.request_id("agent", name)


def _identity(name: str) -> dict[str, Any]:
    """Who the agent is to other services. Recorded 2026-07 for hosted agents; for others inferred."""
    own, blueprint = ids.request_id("identity", name), ids.request_id("blueprint", name)
    return {
        "instance_identity": {"principal_id": own, "client_id": own},
        "blueprint": {"principal_id": ids.request_id("blueprint principal", name), "client_id": blueprint},
        "blueprint_reference": {"type": "ManagedAgentIdentityBlueprint", "blueprint_id": f"{name}-{_guid(name)[:5]}"},
    }


def _agent(thing: dict[str, Any]) -> dict[str, Any]:
    name = thing["name"]
    return {
        "object": "agent",
        "id": name,
        "name": name,
        "state": thing["state"],
        "configuration_state": thing["state"],
        **({"state_source": "agent_instance_identity"} if thing["state"] == "disabled" else {}),
        "versions": {"latest": thing["versions"][-1]},
        "agent_endpoint": _endpoint(thing),
        **({"agent_card": thing["card"]} if thing["card"] else {}),
        **_identity(name),
    }


def _endpoint(thing: dict[str, Any]) -> dict[str, Any]:
    """The endpoint of an agent. Until somebody chooses, its latest version gets all the traffic."""
    latest = {"type": "FixedRatio", "agent_version": thing["versions"][-1]["version"], "traffic_percentage": 100}
    return {"version_selector": {"version_selection_rules": [latest]}, **thing["endpoint"]}


def _merged(old: Any, patch: Any) -> Any:
    """A JSON merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(old) if isinstance(old, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(merged.get(name), value)
    return merged


def _check_endpoint(endpoint: dict[str, Any], versions: list[str]) -> None:
    """Raises the ServiceError for rules that send calls to a version that is not there, or that do not add up to all."""
    if "version_selector" not in endpoint:
        return
    selector = endpoint["version_selector"]
    rules = selector.get("version_selection_rules") if isinstance(selector, dict) else None
    if not isinstance(rules, list) or not rules or not all(isinstance(rule, dict) for rule in rules):
        raise errors.definition_invalid(param="agent_endpoint.version_selector.version_selection_rules")
    for rule in rules:
        number = rule.get("agent_version")
        if not isinstance(number, str):
            raise errors.definition_invalid(param="agent_version")
        if number not in versions:
            raise errors.definition_invalid(f"There is no version '{str(number)[:40]}'.", "agent_version")
    shares = [rule.get("traffic_percentage", 0) for rule in rules]
    if not all(isinstance(share, int) and not isinstance(share, bool) for share in shares) or sum(shares) != 100:
        raise errors.definition_invalid("The traffic must add up to 100 percent.", "traffic_percentage")


def _check_definition(definition: Any, features: str) -> None:
    """Raises the ServiceError for a definition that is none."""
    if not isinstance(definition, dict) or definition.get("kind") not in KINDS:
        raise errors.definition_invalid(param="definition")
    kind = definition["kind"]
    if kind in PREVIEW and PREVIEW[kind][1] not in features:
        raise errors.preview_required(*PREVIEW[kind])
    if kind != "prompt":
        return
    if not isinstance(definition.get("model"), str) or not definition["model"]:
        raise errors.definition_invalid(param="definition.model")
    wanted = {
        "instructions": ("a string",), "temperature": ("a number", "an integer"), "top_p": ("a number", "an integer"),
        "tools": ("an array",), "reasoning": ("an object",), "text": ("an object",), "structured_inputs": ("an object",),
        "tool_choice": ("a string", "an object"),
    }  # fmt: skip
    for name, kinds in wanted.items():
        if definition.get(name) is not None and kind_of(definition[name]) not in kinds:
            raise errors.definition_invalid(param=f"definition.{name}")
    for name, most in (("temperature", 2), ("top_p", 1)):
        if not 0 <= (definition.get(name) or 0) <= most:
            raise errors.definition_invalid(param=f"definition.{name}")
    effort, choice = (definition.get("reasoning") or {}).get("effort"), definition.get("tool_choice")
    if effort not in (None, *parameters.EFFORTS):
        raise errors.definition_invalid(param="definition.reasoning.effort")
    if isinstance(choice, str) and choice not in tools.CHOICES:
        raise errors.definition_invalid(param="definition.tool_choice")
    given = definition.get("tools") or []
    if len(given) > tools.MOST:
        raise errors.too_many_tools(tools.MOST, len(given))
    if not all(isinstance(rule, dict) for rule in (definition.get("structured_inputs") or {}).values()):
        raise errors.definition_invalid(param="definition.structured_inputs")
    try:
        tools.check(given, nested=False, in_agent=True)
        schemas.check_format("text.format", (definition.get("text") or {}).get("format"), nested=False)
    except ServiceError as error:
        raise errors.definition_invalid(json.loads(error.body)["error"]["message"]) from None
    known = definition.get("structured_inputs") or {}
    for tool in given:
        where = f"{tool['server_label']} {tool.get('server_url')}" if tool["type"] == "mcp" else ""
        if any(name not in known for name in re.findall(r"{{(\w+)}}", where)):
            raise errors.definition_invalid()  # recorded 2026-03-31
