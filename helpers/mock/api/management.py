"""The management plane, in the shape of Azure Resource Manager: resource groups, accounts, projects and deployments are made
here, and the data plane serves what was made. Every change of an account is a long-running operation, which goes on whether
somebody asks for it or not; a newer one on the same thing takes the place of an older one.

Sources: Microsoft's REST reference for Microsoft.CognitiveServices (api-version 2025-06-01), the account and project answers
quoted in public issues, and the refusals reported there (errors.py says which are inferred).
"""

import re
import time
from collections.abc import Iterator
from typing import Any

from helpers.exchange import Exchange
from helpers.mock import access, catalog
from helpers.mock.call import Call, Route, compact
from helpers.mock.catalog import Deployment
from helpers.mock.parts import Parts
from helpers.mock.state import weight
from helpers.mock.wire import errors, headers, ids
from helpers.mock.wire.body import parse
from helpers.mock.wire.errors import ServiceError

VERSIONS = ("2025-04-01-preview", "2025-06-01", "2025-09-01", "2026-05-01")
GROUP_VERSIONS = re.compile(r"20\d\d-\d\d-\d\d")  # of resource groups: there are many, and they do not differ here
NAME = re.compile(
    r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}", re.ASCII
)  # of accounts, projects and deployments (REST reference)
GROUP = re.compile(r"[\w.()-]{0,89}[\w()-]", re.ASCII)
SUBDOMAIN = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9-]{0,62}[a-zA-Z0-9]", re.ASCII)  # a part of a host name (RFC 1123)
SECONDS = 2  # that an operation takes
KEPT = 48 * 3600  # seconds that a deleted account can be had back
MOST = 5_000  # thousands of tokens per minute: the quota of the demo subscription. Made up, as each one has its own
KINDS = {"account": "accounts", "project": "accounts/projects", "deployment": "accounts/deployments"}
ACCOUNT_KINDS = ("AIServices", "OpenAI")
SKUS = ("GlobalStandard", "DataZoneStandard", "Standard", "GlobalBatch", "GlobalProvisionedManaged", "DeveloperTier")


def routes(parts: Parts) -> Iterator[Route]:
    management = Management(parts)
    subscription = "/subscriptions/<subscription>"
    services = "/providers/Microsoft.CognitiveServices"
    group = f"{subscription}/resourceGroups/<group>{services}/accounts"
    account, locations = group + "/<account>", f"{subscription}{services}/locations/<location>"
    rows = [("POST", account + "/listKeys", management.list_keys)]
    for path in (account, account + "/projects/<project>", account + "/deployments/<deployment>"):
        rows += [("PUT", path, management.put), ("GET", path, management.get), ("DELETE", path, management.delete)]
    for path in (group, account + "/projects", account + "/deployments", f"{subscription}{services}/accounts"):
        rows.append(("GET", path, management.all))
    path = f"{subscription}/resourceGroups/<group>"
    rows += [
        ("PUT", path, management.put_group),
        ("GET", path, management.get_group),
        ("DELETE", path, management.delete_group),
    ]
    gone = f"{locations}/resourceGroups/<group>/deletedAccounts/<account>"
    rows += [
        ("GET", f"{subscription}{services}/deletedAccounts", management.all_deleted),
        ("GET", gone, management.get_deleted),
        ("DELETE", gone, management.purge),
        ("GET", locations + "/operationStatuses/<operation>", management.operation),
        ("GET", locations + "/operationResults/<operation>", management.result),
        ("GET", locations + "/models", management.offered),
    ]
    for method, template, handler in rows:
        yield Route(method, template, access.MANAGEMENT, handler, api="management")


class Management:
    """The handlers under ``/subscriptions``."""

    def __init__(self, parts: Parts):
        state = self._state = parts.state
        self._origin, self._keys, self._limits = parts.origin, parts.secrets.api_keys, parts.limits
        self._asked = 0  # how many calls came: the clock at speed "instant", where a second goes by with each
        account = _path(
            {
                "subscription": catalog.SUBSCRIPTION_ID,
                "group": catalog.RESOURCE_GROUP,
                "account": catalog.RESOURCE,
            }
        )
        own = {"allowProjectManagement": True, "customSubDomainName": catalog.RESOURCE}
        identity = {"type": "SystemAssigned"}
        made = {"location": catalog.LOCATION, "kind": "AIServices", "sku": {"name": "S0"}, "identity": identity}
        self._put(account, {**made, "properties": own})
        self._put(f"{account}/projects/{catalog.PROJECT}", {"location": catalog.LOCATION})
        state.owners["project", catalog.PROJECT] = f"{account}/projects/{catalog.PROJECT}"
        for one in catalog.DEPLOYMENTS.values():
            model = {"format": one.model.publisher, "name": one.model.name, "version": one.model.version}
            body = {"sku": {"name": one.sku, "capacity": one.capacity}, "properties": {"model": model}}
            self._put(f"{account}/deployments/{one.name}", body)
            state.owners["deployment", one.name] = f"{account}/deployments/{one.name}"

    # -- resource groups -------------------------------------------------------------------------------------------------
    def put_group(self, call: Call) -> Exchange:
        """PUT a resource group: 201 for a new one, 200 for a change, and it is there at once"""
        self._begin_call(call, GROUP_VERSIONS.match)
        name, body = call.names["group"], parse(call.body)
        if not GROUP.fullmatch(name):
            raise errors.group_name_invalid(name)
        if not isinstance(body.get("location"), str):
            raise errors.location_required()
        key = (call.names["subscription"], name.lower())
        new = key not in self._state.groups
        self._state.groups.add(key)
        return call.ok(_group(call), 201 if new else 200)

    def get_group(self, call: Call) -> Exchange:
        """GET a resource group"""
        self._begin_call(call, GROUP_VERSIONS.match)
        self._check_group(call)
        return call.ok(_group(call))

    def delete_group(self, call: Call) -> Exchange:
        """DELETE a resource group and all that is in it"""
        self._begin_call(call, GROUP_VERSIONS.match)
        self._check_group(call)
        base = f"/subscriptions/{call.names['subscription']}/resourceGroups/{call.names['group']}/".lower()
        for one in self._state.resources.all():
            if one["id"].lower().startswith(base):
                self._remove(one)
        self._state.groups.discard((call.names["subscription"], call.names["group"].lower()))
        return call.nothing(202, [pair for pair in self._begin(call, base) if pair[0] != "azure-asyncoperation"])

    def _check_group(self, call: Call) -> None:
        """Raises the ServiceError for a subscription or a group that is not there."""
        if call.names["subscription"].lower() != catalog.SUBSCRIPTION_ID:
            raise errors.subscription_not_found(call.names["subscription"])
        if (call.names["subscription"], call.names["group"].lower()) not in self._state.groups:
            raise errors.group_not_found(call.names["group"])

    # -- accounts, projects, deployments -----------------------------------------------------------------------------------
    def put(self, call: Call) -> Exchange:
        """PUT an account, a project or a deployment: 201 for a new one, 200 for a change"""
        self._begin_call(call)
        self._check_group(call)
        body, kind, path = parse(call.body), _kind(call), _path(call.names)
        for named in ("account", "project", "deployment"):
            name = call.names.get(named)
            if name is not None and not (NAME.fullmatch(name) and len(name) >= (2 if named == "account" else 1)):
                raise errors.name_invalid(named, name)
        if not self._state.resources.fits(path, len(call.body)):
            raise _no_room()
        properties = body.get("properties") or {}
        if not isinstance(properties, dict):
            raise errors.management(400, "InvalidRequestContent", "properties must be an object.")
        if kind == "account":
            self._check_account(path, body, properties)
        else:
            account = self._resource(_path(call.names, "account"))
        if kind == "project" and not account["properties"].get("allowProjectManagement"):
            raise errors.management(
                400, "BadRequest", "The account does not allow projects: set allowProjectManagement."
            )
        new = self._state.resources.get(path) is None
        if kind == "deployment":
            body = {**body, "sku": _sku(body, new)}
            _check_deployment(body)
        if kind != "account":
            self._check_nothing_runs(account["id"])
        self._state.deleted.remove(path)  # brought back by properties.restore
        shape = self._put(path, body)
        self._serve(kind, call.names, shape)
        operation = self._begin(call, path)
        pending = {**shape, "properties": {**shape["properties"], "provisioningState": "Creating"}}
        return call.ok(pending, 201 if new else 200, operation)

    def get(self, call: Call) -> Exchange:
        """GET one; its provisioningState is Creating until its latest operation is over"""
        self._begin_call(call)
        self._check_group(call)
        path = _path(call.names)
        shape = self._resource(path)
        mine = [one for one in self._state.operations.all() if one["path"] == path]
        state = "Creating" if mine and self._runs(mine[-1]) else "Succeeded"
        return call.ok({**shape, "properties": {**shape["properties"], "provisioningState": state}})

    def all(self, call: Call) -> Exchange:
        """GET all accounts of a subscription or of a group, or all projects or deployments of an account"""
        self._begin_call(call)
        base = call.path.lower()
        if "group" in call.names:
            self._check_group(call)
            found = [one for one in self._state.resources.all() if one["id"].rpartition("/")[0].lower() == base]
        else:
            found = [one for one in self._state.resources.all() if one["type"].endswith("/accounts")]
        return call.ok({"value": found})

    def offered(self, call: Call) -> Exchange:
        """GET the models that a region offers, with the days on which they retire"""
        self._begin_call(call)
        return call.ok({"value": [_offered(model) for model in catalog.MODELS.values()]})

    def delete(self, call: Call) -> Exchange:
        """DELETE one: 202 with a Location to ask, 204 when there is nothing. An account that holds projects stays."""
        self._begin_call(call)
        self._check_group(call)
        path = _path(call.names)
        thing = self._state.resources.get(path)
        if thing is None:
            return call.nothing(204)
        if not thing["type"].endswith("/accounts"):
            self._check_nothing_runs(_path(call.names, "account"))
        inside = [one["id"] for one in self._state.resources.all() if one["id"].startswith(path + "/")]
        projects = [one for one in inside if "/projects/" in one]
        if projects:
            raise errors.nested_resources([one.partition("/providers/")[2] for one in projects])
        for one in [thing, *map(self._state.resources.get, inside)]:
            self._remove(one)
        operation = self._begin(call, path)
        return call.nothing(202, operation)

    def _remove(self, thing: dict[str, Any]) -> None:
        """Take a thing away. An account can be had back for two days."""
        self._state.resources.remove(thing["id"])
        self._withdraw(thing["id"])
        if thing["type"].endswith("/accounts"):
            self._state.deleted.put(thing["id"], {**thing, "gone": self._now()}, weight(compact(thing)))

    # -- deleted accounts ------------------------------------------------------------------------------------------------
    def all_deleted(self, call: Call) -> Exchange:
        """GET deletedAccounts of a subscription"""
        self._begin_call(call)
        return call.ok({"value": [self._deleted_shape(one) for one in self._still_kept()]})

    def get_deleted(self, call: Call) -> Exchange:
        """GET one deleted account"""
        self._begin_call(call)
        return call.ok(self._deleted_shape(self._deleted(call)))

    def purge(self, call: Call) -> Exchange:
        """DELETE one deleted account for good: only then its name is free"""
        self._begin_call(call)
        if self._state.deleted.get(_path(call.names)) is None:
            return call.nothing(204)
        self._state.deleted.remove(_path(call.names))
        return call.nothing(202, self._begin(call, call.path))

    def _still_kept(self) -> list[dict[str, Any]]:
        for one in self._state.deleted.all():
            if self._now() - one["gone"] > KEPT:
                self._state.deleted.remove(one["id"])
        return self._state.deleted.all()

    def _deleted(self, call: Call) -> dict[str, Any]:
        for one in self._still_kept():
            if one["id"] == _path(call.names):
                return one
        raise errors.resource_not_found(
            "Microsoft.CognitiveServices/locations/deletedAccounts", call.names["account"], call.names["group"]
        )

    def _deleted_shape(self, one: dict[str, Any]) -> dict[str, Any]:
        """Inferred from the REST reference."""
        _, _, subscription, _, group, *_ = one["id"].split("/")
        base = f"/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/locations/{one['location']}"
        shape = {name: value for name, value in one.items() if name not in ("gone", "properties")}
        return {
            **shape,
            "id": f"{base}/resourceGroups/{group}/deletedAccounts/{one['name']}",
            "type": "Microsoft.CognitiveServices/locations/resourceGroups/deletedAccounts",
            "properties": {
                **one["properties"],
                "deletionDate": "2026-11-23T00:00:00Z",
                "scheduledPurgeDate": "2026-11-25T00:00:00Z",
                "provisioningState": "Deleted",
            },
        }

    # -- keys and operations ---------------------------------------------------------------------------------------------
    def list_keys(self, call: Call) -> Exchange:
        """POST accounts/{account}/listKeys"""
        self._begin_call(call)
        self._check_group(call)
        account = self._resource(_path(call.names))
        if account["properties"].get("disableLocalAuth") is True:
            raise errors.keys_not_listed()
        return call.ok({"key1": self._keys[0], "key2": self._keys[1]})

    def result(self, call: Call) -> Exchange:
        """GET the Location of an operation: 202 while it runs, then what it made, or nothing after a deletion"""
        one = self._operation(call)
        if self._runs(one):
            return call.nothing(202, [("location", call.request.url), self._wait()])
        made = self._state.resources.get(one["path"])
        return call.nothing(204) if made is None else call.ok(made)

    def operation(self, call: Call) -> Exchange:
        """GET the Azure-AsyncOperation of an operation: InProgress, then Succeeded, or Canceled by a newer one"""
        one = self._operation(call)
        newer = [other for other in self._state.operations.all() if other["path"] == one["path"]][-1]
        status = "InProgress" if self._runs(one) else "Succeeded"
        if newer is not one and newer["began"] < one["began"] + SECONDS:
            status = "Canceled"  # inferred
        return call.ok(
            {"id": one["id"], "name": call.names["operation"], "status": status},
            more=[self._wait()] if status == "InProgress" else (),
        )

    def _operation(self, call: Call) -> dict[str, Any]:
        self._begin_call(call)
        one = self._state.operations.get(call.names["operation"])
        if one is None:
            raise errors.management(404, "NotFound", f"The operation '{call.names['operation'][:60]}' was not found.")
        return one

    def _begin_call(self, call: Call, known=VERSIONS.__contains__) -> None:
        """Raises the ServiceError for a call without an api-version that there is."""
        self._asked += 1
        self._as_made(call.names)
        version = call.query.get("api-version")
        if not version:
            message = "The api-version query parameter (?api-version=) is required for all requests."
            raise errors.management(400, "MissingApiVersionParameter", message)
        if not known(version):
            message = (
                f"No registered resource provider found for API version '{version[:40]}'. The supported api-versions are "
                f"'{', '.join(VERSIONS)}'."
            )
            raise errors.management(400, "NoRegisteredProviderFound", message)

    def _as_made(self, names: dict[str, str]) -> None:
        """Names in a path count in any case; of what is there, each gets the one it was made with."""
        names["subscription"] = names["subscription"].lower()
        wanted = f"{_path(names)}/".lower() if "account" in names and "group" in names else ""
        for one in (*self._state.deleted.all(), *self._state.resources.all()):
            if wanted.startswith(one["id"].lower() + "/"):
                steps = one["id"].split("/")
                names["group"], names["account"] = steps[4], steps[8]
                names.update(zip((kind[:-1] for kind in steps[9:10]), steps[10:], strict=True))

    def _now(self) -> float:
        """The time in seconds, as operations count it."""
        if self._state.speed == "instant":
            return self._asked + int(self._limits.ahead)  # whole, so that it is the same in each run
        return time.monotonic() + self._limits.ahead

    def _runs(self, one: dict[str, Any]) -> bool:
        return self._now() <= one["began"] + SECONDS

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
            properties.pop("restore", None)
            properties |= {
                "allowProjectManagement": properties.get("allowProjectManagement", False),
                "endpoint": f"https://{host}.cognitiveservices.azure.com/",
                "endpoints": {
                    "AI Foundry API": f"https://{host}.services.ai.azure.com/",
                    "OpenAI Language Model Instance API": f"https://{host}.openai.azure.com/",
                    "OpenAI Realtime API": f"https://{host}.openai.azure.com/",
                },
            }
            if _has_identity(body):
                shape["identity"] = {**body["identity"], "tenantId": catalog.TENANT_ID}
        elif kind == "project":
            host = self._resource("/" + "/".join(names[:8]))["properties"].get("customSubDomainName") or account
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
            model, sku, name = shape["properties"]["model"], shape["sku"], names["deployment"]
            self._state.deployments[name] = Deployment(name, model["name"], sku["capacity"], sku["name"])
            self._state.deployments_changed += 1

    def _withdraw(self, path: str) -> None:
        parent, _, name = path.rpartition("/")
        kind = parent.rpartition("/")[2][:-1]
        if self._state.owners.get((kind, name)) != path:
            return
        del self._state.owners[kind, name]
        if parent.endswith("/projects"):
            self._state.projects.discard(name)
            self._state.forget(name)
        elif parent.endswith("/deployments"):
            self._state.deployments.pop(name, None)
            self._state.deployments_changed += 1

    def _check_account(self, path: str, body: dict[str, Any], properties: dict[str, Any]) -> None:
        """Raises the ServiceError for an account that cannot be made."""
        if not isinstance(body.get("location"), str):
            raise errors.location_required()
        if body.get("kind") not in ACCOUNT_KINDS:
            raise errors.account_kind_invalid(str(body.get("kind")))
        if properties.get("allowProjectManagement") and not _has_identity(body):
            raise errors.projects_need_an_identity()
        gone = {one["id"]: one for one in self._still_kept()}
        if path in gone and properties.get("restore") is not True:
            raise errors.restore_or_purge(path)
        host = properties.get("customSubDomainName")
        if host is None:
            return
        if not isinstance(host, str) or not SUBDOMAIN.fullmatch(host):
            raise errors.subdomain_invalid(str(host))
        made = self._state.resources.get(path)
        before = made and made["properties"].get("customSubDomainName")
        if before and before.lower() != host.lower():
            raise errors.subdomain_fixed(before)
        taken = [*self._state.resources.all(), *gone.values()]
        if any(
            one["id"] != path and str(one["properties"].get("customSubDomainName", "")).lower() == host.lower()
            for one in taken
            if one["type"].endswith("/accounts")
        ):
            raise errors.subdomain_in_use(host)

    def _check_nothing_runs(self, account: str) -> None:
        """Raises the ServiceError for what belongs to an account, while the account or another part of it is being changed."""
        for one in self._state.operations.all():
            if (one["path"] == account or one["path"].startswith(f"{account}/")) and self._runs(one):
                raise errors.parent_is_busy(account)

    def _begin(self, call: Call, path: str) -> headers.Pairs:
        """Begin an operation; returns the headers that say where to ask how it goes."""
        name = ids.request_id("operation", self._state.operations.seed(path.encode()))
        base = f"/subscriptions/{call.names['subscription']}/providers/Microsoft.CognitiveServices/locations/{catalog.LOCATION}"
        identifier = f"{base}/operationStatuses/{name}"
        self._state.operations.put(name, {"id": identifier, "path": path, "began": self._now()}, 300)
        version = f"?api-version={call.query['api-version'] if call.query['api-version'] in VERSIONS else VERSIONS[1]}"
        return [
            ("azure-asyncoperation", f"{self._origin}{identifier}{version}"),
            ("location", f"{self._origin}{base}/operationResults/{name}{version}"),
            self._wait(),
        ]

    def _wait(self) -> tuple[str, str]:
        return "retry-after", "0" if self._state.speed == "instant" else "1"

    def _resource(self, path: str) -> dict[str, Any]:
        found = self._state.resources.get(path)
        if found is None:
            kind, name = path.split("/providers/")[1].rpartition("/")[::2]
            raise errors.resource_not_found(kind, name, path.split("/")[4])
        return found


def _group(call: Call) -> dict[str, Any]:
    name = call.names["group"]
    return {
        "id": f"/subscriptions/{call.names['subscription']}/resourceGroups/{name}",
        "name": name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": catalog.LOCATION,
        "properties": {"provisioningState": "Succeeded"},
    }


def _offered(model: catalog.BaseModel) -> dict[str, Any]:
    """One model of a region (REST reference, Models - List). Capabilities and capacities are left out; that fine-tuning ends
    with inference is inferred."""
    day = f"{model.retires:%Y-%m-%dT00:00:00Z}" if model.retires else None
    told = {"format": model.publisher, "name": model.name, "version": model.version}
    return {
        "kind": "OpenAI" if model.publisher == "OpenAI" else "AIServices",
        "skuName": "S0",
        "model": {
            **told,
            "deprecation": {"fineTune": day, "inference": day} if day else None,
            "lifecycleStatus": "GenerallyAvailable",
        },
    }


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


def _has_identity(body: dict[str, Any]) -> bool:
    """Whether a body gives an account a managed identity of some type; ``None``, as a text, is the type of those without."""
    identity = body.get("identity")
    return isinstance(identity, dict) and "Assigned" in str(identity.get("type"))


def _sku(body: dict[str, Any], new: bool) -> dict[str, Any]:
    """The sku that a deployment gets: a new one without any is *Standard*, and one that is there must be told
    (Azure/bicep#16642 and Azure/bicep-registry-modules#423). The OpenAPI document requires ``name`` within it."""
    sku = body.get("sku")
    if sku is None and new:
        return {"name": "Standard", "capacity": 1}
    if sku is None or (isinstance(sku, dict) and not sku.get("name")):
        raise errors.management(400, "InvalidResourceProperties", "The sku of model deployment is not provided.")
    if not isinstance(sku, dict) or not isinstance(sku["name"], str):
        raise errors.management(400, "InvalidRequestContent", "sku must be an object, and its name a text.")
    capacity = sku.get("capacity")
    if capacity is not None and (isinstance(capacity, bool) or not isinstance(capacity, int)):
        said = "The capacity of the sku must be a whole number, without quotation marks."
        raise errors.management(400, "InvalidRequestContent", said)
    return {**sku, "capacity": 1 if capacity is None else capacity}


def _check_deployment(body: dict[str, Any]) -> None:
    """Raises the ServiceError for a deployment that cannot be made."""
    properties = body.get("properties") or {}
    model, sku = properties.get("model"), body["sku"]
    if not isinstance(model, dict) or not isinstance(model.get("name"), str):
        raise errors.management(400, "InvalidRequestContent", "A deployment needs properties.model with a name.")
    known = catalog.MODELS.get(model["name"])
    version = str(model.get("version") or (known.version if known else ""))
    said = f"Format:{str(model.get('format') or 'OpenAI')[:40]},Name:{model['name'][:60]},Version:{version[:40]}"
    strange = model.get("format") not in (None, known.publisher) if known else True
    if strange or (known.version and version != known.version):
        raise errors.management(
            400, "DeploymentModelNotSupported", f"The model '{said}' of account deployment is not supported."
        )
    if known.is_deprecated:
        since = known.deprecated or known.retires
        raise errors.model_deprecated(said, f"{since:%m/%d/%Y}")
    if sku["name"] not in SKUS:
        raise errors.sku_not_supported(sku["name"], known.name, version)
    if sku["capacity"] > MOST:
        raise errors.quota_exceeded(known.name, sku["capacity"], MOST)
    if sku["capacity"] < 1:
        raise errors.management(400, "InvalidResourceProperties", "The capacity must be at least 1.")
