"""A user-assigned identity, its role, and what it opens."""

import uuid

import pytest
from azure.identity import ManagedIdentityCredential

from helpers.mock import catalog
from helpers.mock.state import FOUNDRY_USER

GROUP = f"/subscriptions/{catalog.SUBSCRIPTION_ID}/resourceGroups/{catalog.RESOURCE_GROUP}"
ACCOUNT = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/{catalog.RESOURCE}"
ROLES = f"/subscriptions/{catalog.SUBSCRIPTION_ID}/providers/Microsoft.Authorization/roleDefinitions/"


@pytest.fixture
def arm(session, mock, bearer):
    """A function: method, path, version, body in; response out, signed in for management."""

    def send(method: str, path: str, version: str, body=None):
        url = f"{mock.origin}{path}?api-version={version}" if version else f"{mock.origin}{path}"
        return session.request(method, url, headers=bearer("https://management.azure.com"), json=body)

    return send


def _identity(name: str) -> str:
    return f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"


def _assignment(scope: str, name: str = "") -> str:
    return f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name or uuid.uuid4()}"


def _asked(who: str, role: str = FOUNDRY_USER) -> dict:
    return {"properties": {"roleDefinitionId": ROLES + role, "principalId": who, "principalType": "ServicePrincipal"}}


def test_a_role_opens_the_door_for_an_identity_and_taking_it_away_closes_it(arm, session, project):
    made = arm("PUT", _identity("sorter"), "2023-01-31", {"location": "eastus2"})
    assert made.status_code == 201
    assert arm("PUT", _identity("Sorter"), "2023-01-31", {"location": "eastus2"}).status_code == 200  # in any case
    told = made.json()["properties"]

    def asks() -> tuple[int, str]:
        with ManagedIdentityCredential(client_id=told["clientId"]) as credential:
            token = credential.get_token("https://ai.azure.com/.default").token
        reply = session.get(f"{project}/deployments?api-version=v1", headers={"Authorization": f"Bearer {token}"})
        return reply.status_code, reply.text

    assert asks()[0] == 401 and f"The principal `{told['principalId']}` lacks" in asks()[1]
    path = _assignment(ACCOUNT)
    assert (
        arm("PUT", path, "2022-04-01", _asked(told["principalId"], "acdd72a7-3385-48ef-bd42-f606fba81ae7")).status_code
        == 201
    )
    assert asks()[0] == 401  # Reader reads the resource, and calls nothing
    path = _assignment(f"{ACCOUNT}/projects/{catalog.PROJECT}")
    assert arm("PUT", path, "2022-04-01", _asked(told["principalId"])).status_code == 201
    assert arm("GET", path, "2022-04-01").json()["properties"]["scope"].endswith(f"/projects/{catalog.PROJECT}")
    assert asks()[0] == 200
    assert arm("DELETE", path, "2022-04-01").status_code == 200
    assert arm("DELETE", path, "2022-04-01").status_code == 204
    assert asks()[0] == 401
    assert arm("DELETE", _identity("sorter"), "2023-01-31").status_code == 200
    assert arm("GET", _identity("sorter"), "2023-01-31").status_code == 404


def test_an_assignment_can_be_put_twice_and_not_under_another_name(arm):
    who, path = str(uuid.uuid4()), _assignment(ACCOUNT)
    made = arm("PUT", path, "2022-04-01", _asked(who))
    again = arm("PUT", path, "2022-04-01", _asked(who))
    assert (made.status_code, again.status_code) == (201, 200) and again.json() == made.json()
    other = arm("PUT", path, "2022-04-01", _asked(str(uuid.uuid4())))
    assert other.status_code == 400 and other.json()["error"]["code"] == "RoleAssignmentUpdateNotPermitted"
    again = arm("PUT", _assignment(ACCOUNT), "2022-04-01", _asked(who))
    assert again.status_code == 409 and again.json()["error"]["code"] == "RoleAssignmentExists"
    assert arm("PUT", _assignment(GROUP), "2022-04-01", _asked(who)).status_code == 201  # another scope


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        (_assignment(ACCOUNT, "mine"), _asked("x"), "InvalidRoleAssignmentId"),
        (_assignment(ACCOUNT), {"properties": {"principalId": "x"}}, "InvalidCreateRoleAssignmentRequest"),
        (_assignment(ACCOUNT), {"properties": []}, "InvalidCreateRoleAssignmentRequest"),
        (_assignment(GROUP.replace(catalog.RESOURCE_GROUP, "no-such-group")), _asked("x"), "ResourceGroupNotFound"),
        (_identity("x"), {}, "LocationRequired"),
    ],
)
def test_what_is_wrong_with_it_is_told(arm, path, body, code):
    refused = arm("PUT", path, "2022-04-01", body)
    assert refused.json()["error"]["code"] == code
    assert arm("PUT", path, "", body).json()["error"]["code"] == "MissingApiVersionParameter"
