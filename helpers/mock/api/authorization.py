"""User-assigned managed identities, and the roles that are assigned to them and others, as Resource Manager has both.

Sources: Microsoft's REST reference for Microsoft.ManagedIdentity (2023-01-31) and Microsoft.Authorization (2022-04-01). That the same
role under another name is a 409 is reported in azure-cli#8599 and Azure/bicep#5694; that a name is not given another role or
principal, in Azure-Landing-Zones#2040; that the same PUT twice is taken is inferred from templates being deployed twice. A role opens the data plane for an identity that was made
here, wherever below the subscription it is assigned; scopes are not told apart.
"""

import re
from collections.abc import Iterator
from typing import Any

from helpers.exchange import Exchange
from helpers.mock import access, catalog
from helpers.mock.call import Call, Route
from helpers.mock.parts import Parts
from helpers.mock.state import FOUNDRY_USER
from helpers.mock.tokens import principal
from helpers.mock.wire import errors, ids
from helpers.mock.wire.body import parse

GROUP = "/subscriptions/<subscription>/resourceGroups/<group>"
ACCOUNT = GROUP + "/providers/Microsoft.CognitiveServices/accounts/<account>"
IDENTITY = GROUP + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/<identity>"
ASSIGNMENT = "/providers/Microsoft.Authorization/roleAssignments/<assignment>"
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def routes(parts: Parts) -> Iterator[Route]:
    roles = Authorization(parts)
    rows = [("PUT", IDENTITY, roles.put_identity), ("GET", IDENTITY, roles.get), ("DELETE", IDENTITY, roles.delete)]
    for scope in (GROUP, ACCOUNT, ACCOUNT + "/projects/<project>"):
        path = scope + ASSIGNMENT
        rows += [("PUT", path, roles.assign), ("GET", path, roles.get), ("DELETE", path, roles.delete)]
    for method, template, handler in rows:
        yield Route(method, template, access.MANAGEMENT, handler, api="management")


class Authorization:
    """The handlers. What was made is kept under its path, in small letters."""

    def __init__(self, parts: Parts):
        self._state = parts.state

    def put_identity(self, call: Call) -> Exchange:
        """PUT a user-assigned identity: 201 for a new one, 200 for one that is there"""
        self._begin(call)
        body = parse(call.body)
        if not isinstance(body.get("location"), str):
            raise errors.location_required()
        path = call.path.lower()
        known = self._state.granted.get(path)
        if known is not None:
            return call.ok(known)
        client_id = "c11e" + ids.request_id("identity", f"{self._state.world}{path}")[4:]
        owner = principal(client_id, self._state.world)
        made = {
            "id": call.path,
            "name": call.names["identity"],
            "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
            "location": body["location"],
            "properties": {"tenantId": catalog.TENANT_ID, "principalId": owner, "clientId": client_id},
        }
        self._state.granted.put(path, made, 600)
        self._state.identities[client_id] = owner
        return call.ok(made, 201)

    def assign(self, call: Call) -> Exchange:
        """PUT a role assignment: 201 for a new one, 200 for one that is there, and 409 when the principal has that role there
        under another name"""
        self._begin(call)
        asked = parse(call.body).get("properties")
        asked = asked if isinstance(asked, dict) else {}
        role, who = asked.get("roleDefinitionId"), asked.get("principalId")
        if not isinstance(role, str) or not isinstance(who, str):
            message = "The role assignment needs properties.roleDefinitionId and properties.principalId."
            raise errors.management(400, "InvalidCreateRoleAssignmentRequest", message)
        if not GUID.fullmatch(call.names["assignment"]):
            message = f"The role assignment ID '{call.names['assignment'][:60]}' is not valid. The role assignment ID must be a GUID."
            raise errors.management(400, "InvalidRoleAssignmentId", message)
        scope = call.path.rpartition("/providers/Microsoft.Authorization")[0]
        wanted, known = (scope.lower(), role.lower(), who.lower()), self._state.granted.get(call.path.lower())
        if known is not None and _said(known) == wanted:
            return call.ok(known)
        if known is not None:
            message = "Tenant ID, application ID, principal ID, and scope are not allowed to be updated."
            raise errors.management(400, "RoleAssignmentUpdateNotPermitted", message)
        if any(_said(one) == wanted for one in self._state.granted.all()):
            raise errors.management(409, "RoleAssignmentExists", "The role assignment already exists.")
        made = {
            "properties": {
                "roleDefinitionId": role,
                "principalId": who,
                "principalType": asked.get("principalType") or "ServicePrincipal",
                "scope": scope,
            },
            "id": call.path,
            "type": "Microsoft.Authorization/roleAssignments",
            "name": call.names["assignment"],
        }
        self._state.granted.put(call.path.lower(), made, 800)
        if role.lower().endswith(FOUNDRY_USER):
            self._state.granted_to.add(who.lower())
        return call.ok(made, 201)

    def get(self, call: Call) -> Exchange:
        """GET an identity or a role assignment"""
        self._begin(call)
        found = self._state.granted.get(call.path.lower())
        if found is None:
            kind = "Microsoft.ManagedIdentity/userAssignedIdentities" if "identity" in call.names else "role assignment"
            raise errors.resource_not_found(kind, call.path.rpartition("/")[2], call.names["group"])
        return call.ok(found)

    def delete(self, call: Call) -> Exchange:
        """DELETE one: 200, and 204 for one that is not there"""
        self._begin(call)
        gone = self._state.granted.get(call.path.lower())
        if gone is None:
            return call.nothing(204)
        self._state.granted.remove(call.path.lower())
        if "identity" in call.names:
            self._state.identities.pop(gone["properties"]["clientId"], None)
        left = {_said(one)[2] for one in self._state.granted.all() if _said(one)[1].endswith(FOUNDRY_USER)}
        self._state.granted_to &= left
        return call.ok(gone)

    def _begin(self, call: Call) -> None:
        """Raises the ServiceError for a call without an api-version, or below a group that is not there."""
        if not call.query.get("api-version"):
            message = "The api-version query parameter (?api-version=) is required for all requests."
            raise errors.management(400, "MissingApiVersionParameter", message)
        if call.names["subscription"].lower() != catalog.SUBSCRIPTION_ID:
            raise errors.subscription_not_found(call.names["subscription"])
        if (catalog.SUBSCRIPTION_ID, call.names["group"].lower()) not in self._state.groups:
            raise errors.group_not_found(call.names["group"])


def _said(one: dict[str, Any]) -> tuple[str, str, str]:
    """Where, which role and who, of an assignment; nothing of an identity."""
    told = one["properties"]
    return tuple(str(told.get(name, "")).lower() for name in ("scope", "roleDefinitionId", "principalId"))
