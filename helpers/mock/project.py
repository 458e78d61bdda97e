"""The project's own routes: deployments, connections, agents and files."""

from email import message_from_bytes, policy
from typing import Any

from helpers.exchange import Exchange
from helpers.mock import catalog, errors, headers, ids, paging, parameters, shapes
from helpers.mock.calls import Call, answered
from helpers.mock.state import State, new_id

# What a project is connected to. The secret is made up and opens nothing.
CONNECTIONS = (
    ("demo-openai", "AzureOpenAI", "https://demo-resource.openai.azure.com/", True, "ApiKey"),
    ("demo-insights", "AppInsights", "demo-insights", True, "ApiKey"),
    ("demo-storage", "AzureStorageAccount", "https://demostorage.blob.core.windows.net/", False, "AAD"),
    ("demo-custom", "CustomKeys", "_", False, "CustomKeys"),
)
PURPOSES = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")


class Project:
    """The handlers of ``/deployments``, ``/connections``, ``/agents`` and ``/files``."""

    def __init__(self, state: State):
        self._state = state

    # -- deployments -----------------------------------------------------------------------------------------------------
    def deployments(self, call: Call) -> Exchange:
        """GET /deployments, filtered by modelName, modelPublisher and deploymentType"""
        model, publisher = call.query.get("modelName"), call.query.get("modelPublisher")
        found = [
            shapes.deployment(one)
            for one in self._state.deployments.values()
            if model in (None, one.model)
            and publisher in (None, one.publisher)
            and call.query.get("deploymentType") in (None, "ModelDeployment")
        ]
        return call.ok(paging.by_link(found, call.query, call.request.url))

    def deployment(self, call: Call) -> Exchange:
        """GET /deployments/{name}"""
        found = self._state.deployments.get(call.names["deployment"])
        if found is None:
            raise errors.project_thing_not_found("Deployment", call.names["deployment"])
        return call.ok(shapes.deployment(found))

    # -- connections -----------------------------------------------------------------------------------------------------
    def connections(self, call: Call) -> Exchange:
        """GET /connections, filtered by connectionType and defaultConnection"""
        kind, default = call.query.get("connectionType"), call.query.get("defaultConnection")
        found = [
            _connection(call, one)
            for one in CONNECTIONS
            if kind in (None, one[1]) and (default is None or (default.lower() == "true") == one[3])
        ]
        return call.ok(paging.by_link(found, call.query, call.request.url), more=headers.connections())

    def connection(self, call: Call) -> Exchange:
        """GET /connections/{name}, without secrets"""
        return call.ok(_connection(call, _named_connection(call)), more=headers.connections())

    def connection_with_credentials(self, call: Call) -> Exchange:
        """POST /connections/{name}/getConnectionWithCredentials"""
        one = _named_connection(call)
        shape = _connection(call, one)
        if one[4] == "ApiKey":
            shape["credentials"]["key"] = "made-up-key-of-the-offline-mock"
        elif one[4] == "CustomKeys":
            shape["credentials"]["demo-key"] = "made-up-value-of-the-offline-mock"
        return call.ok(shape, more=headers.connections())

    # -- agents ----------------------------------------------------------------------------------------------------------
    def create_version(self, call: Call) -> Exchange:
        """POST /agents/{name}/versions: the first one makes the agent"""
        body = parameters.parse(call.body)
        definition = body.get("definition")
        if not isinstance(definition, dict) or not isinstance(definition.get("kind"), str):
            raise errors.project_bad_request("definition must be an object with a kind, such as prompt.")
        if definition["kind"] == "prompt" and not isinstance(definition.get("model"), str):
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
        self._state.agents.put(name, [*versions, version], len(call.body) * (len(versions) + 1))
        return call.ok(version)

    def agents(self, call: Call) -> Exchange:
        """GET /agents, filtered by kind"""
        kind = call.query.get("kind")
        found = [_agent(v) for v in self._state.agents.all() if kind in (None, v[-1]["definition"]["kind"])]
        return call.ok(paging.by_id(found, call.query))

    def agent(self, call: Call) -> Exchange:
        """GET /agents/{name}"""
        return call.ok(_agent(self._versions(call)))

    def delete_agent(self, call: Call) -> Exchange:
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
            self._state.agents.put(name, kept, 1000 * len(kept))
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

    # -- files -----------------------------------------------------------------------------------------------------------
    def upload(self, call: Call) -> Exchange:
        """POST /files: a form with a purpose and a file"""
        form = _form(call)
        purpose, file = form.get("purpose"), form.get("file")
        if not isinstance(file, tuple):
            raise errors.parameter_missing("file")
        filename, content = file
        if not isinstance(purpose, str):
            raise errors.parameter_missing("purpose")
        if purpose not in PURPOSES:
            raise errors.parameter_value("purpose", f"expected one of {', '.join(PURPOSES)}.")
        seed = self._state.files.seed(content[:1000])
        file = {
            "status": "pending",
            "bytes": len(content),
            "purpose": purpose,
            "filename": filename,
            "id": new_id("file-", seed)[:37],
            "created_at": ids.timestamp(seed),
            "object": "file",
        }
        self._state.files.put(file["id"], (file, content), len(content) + 500)
        return call.ok(file, 201, headers.dated(catalog.PROJECT_RESPONSES_VERSIONS))

    def files(self, call: Call) -> Exchange:
        """GET /files"""
        found = [file for file, _ in self._state.files.all() if call.query.get("purpose") in (None, file["purpose"])]
        return call.ok(paging.by_id(found, call.query))

    def file(self, call: Call) -> Exchange:
        """GET /files/{id}: each look finds it a step further, pending, running, processed"""
        file, content = self._file(call)
        steps = {"pending": "running", "running": "processed"}
        following = {**file, "status": steps.get(file["status"], "processed")}
        self._state.files.put(file["id"], (following, content), len(content) + 500)
        return call.ok(following)

    def file_content(self, call: Call) -> Exchange:
        """GET /files/{id}/content"""
        _, content = self._file(call)
        seed = f"content {call.names['file']}"
        pairs = headers.replaced(
            headers.project(seed, ids.timestamp(seed)), [("content-type", "application/octet-stream")]
        )
        return answered(call.request, 200, pairs, content)

    def delete_file(self, call: Call) -> Exchange:
        """DELETE /files/{id}"""
        self._file(call)
        self._state.files.remove(call.names["file"])
        return call.ok({"id": call.names["file"], "object": "file", "deleted": True})

    def _file(self, call: Call) -> tuple[dict[str, Any], bytes]:
        found = self._state.files.get(call.names["file"])
        if found is None:
            raise errors.thing_not_found("File", call.names["file"])
        return found


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
    if any(not isinstance(tool, dict) for tool in definition.get("tools") or ()):
        raise errors.project_bad_request("definition.tools must hold objects.")


def _named_connection(call: Call) -> tuple:
    for one in CONNECTIONS:
        if one[0] == call.names["connection"]:
            return one
    raise errors.project_thing_not_found("Connection", call.names["connection"])


def _connection(call: Call, one: tuple) -> dict[str, Any]:
    name, kind, target, default, sign_in = one
    account = (
        f"/subscriptions/{catalog.SUBSCRIPTION_ID}/resourceGroups/{catalog.RESOURCE_GROUP}/providers/"
        f"Microsoft.CognitiveServices/accounts/{catalog.RESOURCE}"
    )
    return {
        "name": name,
        "id": f"{account}/projects/{call.names['project']}/connections/{name}",
        "type": kind,
        "target": target,
        "isDefault": default,
        "credentials": {"type": sign_in},
        "metadata": {"ApiType": "Azure", "ResourceId": account},
    }


def _form(call: Call) -> dict[str, Any]:
    """A multipart form: texts as they are, files as (name, content)."""
    kind = call.request.request_headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        raise errors.parameter_value("Content-Type", "expected multipart/form-data.")
    message = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode("latin-1") + call.body, policy=policy.HTTP)
    form: dict[str, Any] = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True) or b""
        filename = part.get_filename()
        form[str(name)] = content.decode("utf-8", "replace") if filename is None else (filename, content)
    return form
