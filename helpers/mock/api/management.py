"""The management plane, in the shape of Azure Resource Manager: accounts, projects and deployments are made here, and the
data plane serves what was made. Every change is a long-running operation that has to be asked for twice; between two
questions a client is to wait a second or, at speed "instant", not at all.

Sources: Microsoft's REST reference for Microsoft.CognitiveServices (api-version 2025-06-01) and the account and project
answers quoted in public issues; error texts are inferred.
"""

import re
from collections.abc import Iterator
from typing import Any

from helpers.exchange import Exchange
from helpers.mock import access, catalog
from helpers.mock.call import Call, Route, compact
from helpers.mock.catalog import Deployment
from helpers.mock.parts import Parts
from helpers.mock.state import weight
from helpers.mock.wire import errors, headers, ids, parameters
from helpers.mock.wire.errors import ServiceError

VERSIONS = ("2025-04-01-preview", "2025-06-01", "2025-09-01", "2026-05-01")
NAME = re.compile(r"[\w.()-]{1,90}", re.ASCII)  # inferred from Azure's naming rules for resource groups, the widest
POLLS = 2  # how often an operation answers InProgress before it has succeeded
KINDS = {"account": "accounts", "project": "accounts/projects", "deployment": "accounts/deployments"}


def routes(parts: Parts) -> Iterator[Route]:
    management = Management(parts)
    group = "/subscriptions/<subscription>/resourceGroups/<group>/providers/Microsoft.CognitiveServices/accounts"
    account = group + "/<account>"
    rows = [("POST", account + "/listKeys", management.list_keys)]
    for path in (account, account + "/projects/<project>", account + "/deployments/<deployment>"):
        rows += [("PUT", path, management.put), ("GET", path, management.get), ("DELETE", path, management.delete)]
    rows += [("GET", path, management.list) for path in (group, account + "/projects", account + "/deployments")]
    locations = "/subscriptions/<subscription>/providers/Microsoft.CognitiveServices/locations/<location>"
    rows += [
        ("GET", locations + "/operationStatuses/<operation>", management.operation),
        ("GET", locations + "/operationResults/<operation>", management.result),
    ]
    for method, template, handler in rows:
        yield Route(method, template, access.MANAGEMENT, handler, api="management")


class Management:
    """The handlers under ``/subscriptions``."""

    def __init__(self, parts: Parts):
        state = self._state = parts.state
        self._origin, self._keys = parts.origin, parts.secrets.api_keys
        account = _path(
            {
                "subscription": catalog.SUBSCRIPTION_ID,
                "group": catalog.RESOURCE_GROUP,
                "account": catalog.RESOURCE,
            }
        )
        self._put(account, {"location": catalog.LOCATION, "kind": "AIServices", "sku": {"name": "S0"}})
        self._put(f"{account}/projects/{catalog.PROJECT}", {"location": catalog.LOCATION})
        state.owners["project", catalog.PROJECT] = f"{account}/projects/{catalog.PROJECT}"
        for one in catalog.DEPLOYMENTS.values():
            model = {"format": "OpenAI", "name": one.model, "version": one.version}
            body = {"sku": {"name": one.sku, "capacity": one.capacity}, "properties": {"model": model}}
            self._put(f"{account}/deployments/{one.name}", body)
            state.owners["deployment", one.name] = f"{account}/deployments/{one.name}"

    def put(self, call: Call) -> Exchange:
        """PUT an account, a project or a deployment: 201 for a new one, 200 for a change"""
        _check_version(call)
        body = parameters.parse(call.body)
        for named, value in call.names.items():
            if not NAME.fullmatch(value):
                raise errors.management(400, "InvalidResourceName", f"The {named} name '{value[:60]}' is not valid.")
        kind, path = _kind(call), _path(call.names)
        if not self._state.resources.fits(path, len(call.body)):
            raise _no_room()
        properties = body.get("properties") or {}
        if not isinstance(properties, dict):
            raise errors.management(400, "InvalidRequestContent", "properties must be an object.")
        if kind == "account":
            if not isinstance(body.get("location"), str) or body.get("kind") != "AIServices":
                raise errors.management(
                    400, "InvalidRequestContent", "An account needs a location and the kind AIServices."
                )
        else:
            self._parent(call)
        if kind == "project":
            account = self._resource(_path(call.names, "account"))
            if not (account["properties"].get("allowProjectManagement")):
                raise errors.management(
                    400, "BadRequest", "The account does not allow projects: set allowProjectManagement."
                )
        if kind == "deployment":
            _check_deployment(body)
        new = self._state.resources.get(path) is None
        shape = self._put(path, body)
        self._serve(kind, call.names, shape)
        operation = self._begin(call, path)
        pending = {**shape, "properties": {**shape["properties"], "provisioningState": "Creating"}}
        return call.ok(pending, 201 if new else 200, operation)

    def get(self, call: Call) -> Exchange:
        """GET one; its provisioningState is Creating until its operation has succeeded"""
        _check_version(call)
        path = _path(call.names)
        shape = self._resource(path)
        running = any(
            one["path"] == path and one["left"] > 0 and not one["deletes"] for one in self._state.operations.all()
        )
        state = "Creating" if running else "Succeeded"
        return call.ok({**shape, "properties": {**shape["properties"], "provisioningState": state}})

    def list(self, call: Call) -> Exchange:
        """GET all accounts of a group, or all projects or deployments of an account"""
        _check_version(call)
        base = call.path.lower()
        found = [one for one in self._state.resources.all() if one["id"].rpartition("/")[0].lower() == base]
        return call.ok({"value": found})

    def delete(self, call: Call) -> Exchange:
        """DELETE one and what is in it: 202 with a Location to ask, 204 when there is nothing"""
        _check_version(call)
        path = _path(call.names)
        if self._state.resources.get(path) is None:
            return call.nothing(204)
        for one in self._state.resources.all():
            if one["id"] == path or one["id"].startswith(path + "/"):
                self._state.resources.remove(one["id"])
                self._withdraw(one["id"])
        operation = self._begin(call, path, deletes=True)
        return call.nothing(202, operation)

    def list_keys(self, call: Call) -> Exchange:
        """POST accounts/{account}/listKeys"""
        _check_version(call)
        self._resource(_path(call.names))
        return call.ok({"key1": self._keys[0], "key2": self._keys[1]})

    def result(self, call: Call) -> Exchange:
        """GET the Location of an operation: 202 while it runs, then what it made, or nothing after a deletion"""
        one, running = self._step(call)
        if running:
            return call.nothing(202, [("location", call.request.url), self._wait()])
        made = self._state.resources.get(one["path"])
        return call.nothing(204) if made is None else call.ok(made)

    def _step(self, call: Call) -> tuple[dict[str, Any], bool]:
        """An operation, a step further each time it is asked for, and whether it was still running."""
        _check_version(call)
        one = self._state.operations.get(call.names["operation"])
        if one is None:
            raise errors.management(404, "NotFound", f"The operation '{call.names['operation'][:60]}' was not found.")
        running = one["left"] > 0
        one["left"] = max(0, one["left"] - 1)
        return one, running

    def operation(self, call: Call) -> Exchange:
        """GET the Azure-AsyncOperation of an operation: InProgress a few times, then Succeeded"""
        one, running = self._step(call)
        status = "InProgress" if running else "Succeeded"
        return call.ok(
            {"id": one["id"], "name": call.names["operation"], "status": status},
            more=[self._wait()] if status == "InProgress" else (),
        )

    # -- inside ----------------------------------------------------------------------------------------------------------
    def _put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        names = path.strip("/").split("/")
        account, name, depth = names[7], names[-1], (len(names) - 8) // 2
        kind = "account" if depth == 0 else names[8][:-1]
        shape: dict[str, Any] = {
            "id": path,
            "name": name if kind == "account" else f"{account}/{name}" if kind == "project" else name,
            "type": f"Microsoft.CognitiveServices/{KINDS[kind]}",
            **{part: body[part] for part in ("location", "kind", "sku", "tags") if part in body},
        }
        properties = {**(body.get("properties") or {}), "provisioningState": "Succeeded"}
        if kind == "account":
            host = properties.get("customSubDomainName") or account
            properties |= {
                "allowProjectManagement": properties.get("allowProjectManagement", account == catalog.RESOURCE),
                "customSubDomainName": host,
                "endpoint": f"https://{host}.cognitiveservices.azure.com/",
                "endpoints": {
                    "AI Foundry API": f"https://{host}.services.ai.azure.com/",
                    "OpenAI Language Model Instance API": f"https://{host}.openai.azure.com/",
                    "OpenAI Realtime API": f"https://{host}.openai.azure.com/",
                },
            }
            shape["identity"] = {"type": "SystemAssigned", "tenantId": catalog.TENANT_ID}
        elif kind == "project":
            host = self._resource("/" + "/".join(names[:8]))["properties"]["customSubDomainName"]
            properties |= {
                "endpoints": {"AI Foundry API": f"https://{host}.services.ai.azure.com/api/projects/{name}"},
                "isDefault": name == catalog.PROJECT,
            }
            shape |= {"identity": {"type": "SystemAssigned", "tenantId": catalog.TENANT_ID}, "kind": "AIServices"}
        shape["properties"] = properties
        size = weight(compact(shape)) + 500
        if not self._state.resources.fits(path, size):  # the oldest would go, and that is the demo resource
            raise _no_room()
        self._state.resources.put(path, shape, size)
        return shape

    def _serve(self, kind: str, names: dict[str, str], shape: dict[str, Any]) -> None:
        """Let the data plane know what has been made."""
        # All accounts share this one address, so a name that another account serves already stays with that one.
        if kind == "account":
            self._state.keys_disabled = any(
                one["properties"].get("disableLocalAuth") is True for one in self._state.resources.all()
            )
        elif self._state.owners.setdefault((kind, names[kind]), shape["id"]) != shape["id"]:
            return
        elif kind == "project":
            self._state.projects.add(names["project"])
        elif kind == "deployment":
            model, sku = shape["properties"]["model"], shape.get("sku") or {}
            name = names["deployment"]
            self._state.deployments[name] = Deployment(
                name=name,
                model=model["name"],
                version=str(model.get("version") or "1"),
                capability="embeddings" if "embedding" in model["name"] else "chat_completion",
                capacity=sku.get("capacity") or 1,
                sku=sku.get("name") or "GlobalStandard",
                publisher=model.get("format") or "OpenAI",
                reasoning=model["name"].startswith(("gpt-5", "o1", "o3", "o4")),
            )
            self._state.deployments_changed += 1

    def _withdraw(self, path: str) -> None:
        parent, _, name = path.rpartition("/")
        kind = parent.rpartition("/")[2][:-1]
        if self._state.owners.get((kind, name)) != path:
            return
        del self._state.owners[kind, name]
        if parent.endswith("/projects"):
            self._state.projects.discard(name)
        elif parent.endswith("/deployments"):
            self._state.deployments.pop(name, None)
            self._state.deployments_changed += 1

    def _begin(self, call: Call, path: str, deletes: bool = False) -> headers.Pairs:
        """The headers that say where to ask how it goes."""
        seed = self._state.operations.seed(path.encode())
        name = ids.request_id("operation", seed)
        base = f"/subscriptions/{call.names['subscription']}/providers/Microsoft.CognitiveServices/locations/{catalog.LOCATION}"
        identifier = f"{base}/operationStatuses/{name}"
        self._state.operations.put(name, {"id": identifier, "path": path, "left": POLLS, "deletes": deletes}, 300)
        version = f"?api-version={call.query['api-version']}"
        return [
            ("azure-asyncoperation", f"{self._origin}{identifier}{version}"),
            ("location", f"{self._origin}{base}/operationResults/{name}{version}"),
            self._wait(),
        ]

    def _wait(self) -> tuple[str, str]:
        return "retry-after", "0" if self._state.speed == "instant" else "1"

    def _parent(self, call: Call) -> None:
        self._resource(_path(call.names, "account"))

    def _resource(self, path: str) -> dict[str, Any]:
        found = self._state.resources.get(path)
        if found is None:
            kind, name = path.split("/providers/")[1].rpartition("/")[::2]
            message = f"The Resource '{kind}/{name}' under resource group '{path.split('/')[4]}' was not found."
            raise errors.management(404, "ResourceNotFound", message)
        return found


def _no_room() -> ServiceError:
    """The mock's own limit on all resources together."""
    return errors.management(409, "QuotaExceeded", "The offline mock holds no more resources: delete some.")


def _kind(call: Call) -> str:
    return next(kind for kind in ("project", "deployment", "account") if kind in call.names)


def _path(names: dict[str, str], kind: str = "") -> str:
    """The resource id: of what the names say, or of one kind of it."""
    path = f"/subscriptions/{names['subscription']}/resourceGroups/{names['group']}/providers/Microsoft.CognitiveServices/accounts"
    if "account" in names:
        path += f"/{names['account']}"
    if kind == "account":
        return path
    for part in ("project", "deployment"):
        if part in names:
            path += f"/{part}s/{names[part]}"
    return path


def _check_version(call: Call) -> None:
    version = call.query.get("api-version")
    if not version:
        message = "The api-version query parameter (?api-version=) is required for all requests."
        raise errors.management(400, "MissingApiVersionParameter", message)
    if version not in VERSIONS:
        message = f"No registered resource provider found for API version '{version[:40]}'. The supported api-versions are '{', '.join(VERSIONS)}'."
        raise errors.management(400, "NoRegisteredProviderFound", message)


def _check_deployment(body: dict[str, Any]) -> None:
    model = (body.get("properties") or {}).get("model")
    if not isinstance(model, dict) or not isinstance(model.get("name"), str):
        raise errors.management(400, "InvalidRequestContent", "A deployment needs properties.model with a name.")
    sku = body.get("sku") or {}
    if not isinstance(sku, dict) or not isinstance(sku.get("capacity") or 1, int):
        raise errors.management(400, "InvalidRequestContent", "sku must be an object with a name and a capacity.")
    known = {"DeepSeek-V3"} | {name.rsplit("-", 3)[0] if name[-3] == "-" else name for name in catalog.BASE_MODELS}
    if model["name"] not in known:
        message = f"The model '{model['name'][:60]}' is not supported for deployment in this region."
        raise errors.management(400, "DeploymentModelNotSupported", message)
