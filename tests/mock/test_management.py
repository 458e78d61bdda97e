"""The management plane: accounts, projects and deployments as long-running operations, then served by the data plane."""

import pytest
import requests

from helpers.mock import catalog
from helpers.mock.server import MockServer
from tests.conftest import beginning
from tests.mock.test_routes import V1

VERSION = "api-version=2025-06-01"
GROUP = f"/subscriptions/{catalog.SUBSCRIPTION_ID}/resourcegroups/my-group"
ACCOUNTS = (
    f"/subscriptions/{catalog.SUBSCRIPTION_ID}/resourceGroups/my-group/providers/Microsoft.CognitiveServices/accounts"
)
ACCOUNT = ACCOUNTS + "/my-foundry"
MADE = {
    "location": "eastus2",
    "kind": "AIServices",
    "sku": {"name": "S0"},
    "identity": {"type": "SystemAssigned"},
    "properties": {"allowProjectManagement": True, "customSubDomainName": "my-foundry"},
}
MODEL = {
    "sku": {"name": "GlobalStandard", "capacity": 10},
    "properties": {"model": {"format": "OpenAI", "name": "gpt-4.1-mini", "version": "2025-04-14"}},
}


@pytest.fixture
def arm(session):
    """A mock of its own, and a function: method, path, body in; response out, signed in for management."""
    server = MockServer(port=0, speed="instant", other_sites=False)
    server.start()

    def send(method: str, path: str, body=None, audience="https://management.azure.com", version=VERSION, **wrong):
        token = server.foundry.issuer.token(audience, **wrong)[0]
        url = path if path.startswith("https://") else f"{server.origin}{path}?{version}"
        headers = {"Authorization": f"Bearer {token}"}
        return session.request(method, url, headers=headers, json=body, verify=server.variables["SSL_CERT_FILE"])

    send.server = server
    assert send("PUT", GROUP, {"location": "eastus2"}, version="api-version=2021-04-01").status_code == 201
    yield send
    server.stop()


def _wait(arm, url: str) -> list[str]:
    seen = []
    while not seen or seen[-1] == "InProgress":
        seen.append(arm("GET", url).json()["status"])
    return seen


def _done(arm, *call) -> requests.Response:
    """The answer to a call that begins an operation, after its end."""
    answer = arm(*call)
    if answer.ok:
        _wait(arm, answer.headers["azure-asyncoperation"])
    return answer


def test_a_resource_is_made_used_and_deleted(arm):
    made = arm("PUT", ACCOUNT, MADE)
    assert (made.status_code, made.json()["properties"]["provisioningState"]) == (201, "Creating")
    assert made.headers["retry-after"] == "0"
    assert arm("GET", ACCOUNT).json()["properties"]["provisioningState"] == "Creating"
    assert _wait(arm, made.headers["azure-asyncoperation"]) == ["InProgress", "Succeeded"]
    account = arm("GET", ACCOUNT).json()
    assert account["properties"]["provisioningState"] == "Succeeded"
    assert account["properties"]["endpoint"] == "https://my-foundry.cognitiveservices.azure.com/"
    assert account["properties"]["endpoints"]["AI Foundry API"] == "https://my-foundry.services.ai.azure.com/"
    assert account["properties"]["endpoints"]["OpenAI Realtime API"] == "https://my-foundry.openai.azure.com/"
    assert _done(arm, "PUT", ACCOUNT, MADE).status_code == 200
    keys = arm("POST", ACCOUNT + "/listKeys").json()
    assert keys["key1"] == arm.server.foundry.secrets.api_key

    project = arm("PUT", ACCOUNT + "/projects/my-project", {"location": "eastus2", "properties": {}})
    assert project.json()["name"] == "my-foundry/my-project"
    _wait(arm, project.headers["azure-asyncoperation"])
    endpoint = arm("GET", ACCOUNT + "/projects/my-project").json()["properties"]["endpoints"]["AI Foundry API"]
    assert endpoint == "https://my-foundry.services.ai.azure.com/api/projects/my-project"
    deployment = arm("PUT", ACCOUNT + "/deployments/my-model", MODEL)
    _wait(arm, deployment.headers["azure-asyncoperation"])

    ask = {"model": "my-model", "input": "What is an AI application?"}
    data_plane = f"{arm.server.origin}/api/projects/my-project"
    answer = arm("POST", data_plane + V1, ask, audience="https://ai.azure.com")
    assert answer.json()["output"][0]["content"][0]["text"].startswith(beginning())
    listed = arm("GET", data_plane + "/deployments?api-version=v1", audience="https://ai.azure.com").json()["value"]
    assert listed[-1]["name"] == "my-model"

    gone = arm("DELETE", ACCOUNT + "/deployments/my-model")
    assert gone.status_code == 202
    assert [arm("GET", gone.headers["location"]).status_code for _ in range(3)] == [202, 202, 204]
    assert _wait(arm, gone.headers["azure-asyncoperation"])[-1] == "Succeeded"
    assert arm("POST", data_plane + V1, ask, audience="https://ai.azure.com").status_code == 404
    nested = arm("DELETE", ACCOUNT)
    assert (nested.status_code, nested.json()["error"]["code"]) == (409, "CannotDeleteResource")
    assert "my-foundry/projects/my-project" in nested.json()["error"]["message"]
    assert arm("DELETE", ACCOUNT + "/projects/my-project").status_code == 202
    assert arm("DELETE", ACCOUNT).status_code == 202
    assert arm("GET", ACCOUNT).json()["error"]["code"] == "ResourceNotFound"
    assert arm("POST", data_plane + V1, ask, audience="https://ai.azure.com").json()["error"]["code"] == "NotFound"
    assert arm("DELETE", ACCOUNT).status_code == 204


def test_at_a_realistic_speed_a_client_is_to_wait_a_second(arm):
    arm.server.foundry.state.speed = "realistic"
    assert arm("PUT", ACCOUNT, MADE).headers["retry-after"] == "1"


def test_a_name_that_another_account_serves_stays_with_it(arm):
    _done(arm, "PUT", ACCOUNT, MADE)
    _done(arm, "PUT", ACCOUNT + "/projects/demo-project", {"location": "eastus2", "properties": {}})
    other = {**MODEL, "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-11-20"}}}
    arm("PUT", ACCOUNT + "/deployments/gpt-4.1-mini", other)
    ask = {"model": "gpt-4.1-mini", "input": "What is an AI application?"}
    url = f"{arm.server.origin}/api/projects/demo-project{V1}"
    assert arm("POST", url, ask, audience="https://ai.azure.com").json()["model"] == "gpt-4.1-mini"
    arm("DELETE", ACCOUNT)
    assert arm("POST", url, ask, audience="https://ai.azure.com").status_code == 200


def test_a_model_that_is_not_openais_words_its_quota_in_another_way(arm):
    _done(arm, "PUT", ACCOUNT, MADE)
    model = {"format": "DeepSeek", "name": "DeepSeek-V3", "version": "1"}
    arm(
        "PUT",
        ACCOUNT + "/deployments/deep",
        {"sku": {"name": "GlobalStandard", "capacity": 1}, "properties": {"model": model}},
    )
    arm.server.foundry.limits.set("deep", 1, 1000)
    ask = {"model": "deep", "messages": [{"role": "user", "content": "x"}]}
    url = arm.server.origin + "/openai/v1/chat/completions"
    answers = [arm("POST", url, ask, audience="https://ai.azure.com") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert "UserByModelByMinuteUncachedInputTokens" in answers[1].text


def test_both_keys_open_until_keys_are_disabled(arm, session):
    arm("PUT", ACCOUNT, MADE)
    keys = arm("POST", ACCOUNT + "/listKeys").json()

    def ask(key):
        url, verify = arm.server.origin + "/openai/v1/models", arm.server.variables["SSL_CERT_FILE"]
        return session.get(url, headers={"api-key": key}, verify=verify)

    assert [ask(key).status_code for key in (keys["key1"], keys["key2"], "x")] == [200, 200, 401]
    arm("PUT", ACCOUNT, {**MADE, "properties": {"disableLocalAuth": True}})
    refused = ask(keys["key1"])
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "AuthenticationTypeDisabled")
    unlisted = arm("POST", ACCOUNT + "/listKeys")
    assert (unlisted.status_code, unlisted.json()["error"]["code"]) == (400, "BadRequest")
    assert unlisted.json()["error"]["message"] == "Failed to list key. disableLocalAuth is set to be true"
    url = arm.server.origin + "/openai/v1/models"
    assert arm("GET", url, audience="https://ai.azure.com").status_code == 200


def test_what_is_there_from_the_start(arm):
    group = ACCOUNTS.replace("my-group", catalog.RESOURCE_GROUP)
    assert [one["name"] for one in arm("GET", group).json()["value"]] == [catalog.RESOURCE]
    account = f"{group}/{catalog.RESOURCE}"
    assert [one["name"] for one in arm("GET", account + "/projects").json()["value"]] == ["demo-resource/demo-project"]
    assert [one["name"] for one in arm("GET", account + "/deployments").json()["value"]] == list(catalog.DEPLOYMENTS)


@pytest.mark.parametrize(
    ("method", "path", "body", "options", "status", "code"),
    [
        ("PUT", ACCOUNT, MADE, {"version": ""}, 400, "MissingApiVersionParameter"),
        ("PUT", ACCOUNT, MADE, {"version": "api-version=1999-01-01"}, 400, "NoRegisteredProviderFound"),
        ("PUT", ACCOUNT, {"kind": "AIServices"}, {}, 400, "LocationRequired"),
        ("PUT", ACCOUNT + "/projects/p", {"location": "x"}, {}, 404, "ResourceNotFound"),
        ("PUT", ACCOUNT + "/deployments/d", MODEL, {}, 404, "ResourceNotFound"),
        ("POST", ACCOUNT + "/listKeys", None, {}, 404, "ResourceNotFound"),
        ("GET", ACCOUNT, None, {"audience": "https://ai.azure.com"}, 401, "InvalidAuthenticationTokenAudience"),
        ("GET", ACCOUNT, None, {"lifetime": -5}, 401, "ExpiredAuthenticationToken"),
        ("GET", ACCOUNT, None, {"roles": ()}, 403, "AuthorizationFailed"),
    ],
)
def test_what_is_wrong_is_told_as_arm_tells_it(arm, method, path, body, options, status, code):
    answer = arm(method, path, body, **options)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_projects_need_an_account_that_allows_them_and_models_must_exist(arm):
    arm("PUT", ACCOUNT, {**MADE, "properties": {}})
    assert "allowProjectManagement" in arm("PUT", ACCOUNT + "/projects/p", {"location": "x"}).json()["error"]["message"]
    unknown = {**MODEL, "properties": {"model": {"name": "gpt-99", "format": "OpenAI"}}}
    assert arm("PUT", ACCOUNT + "/deployments/d", unknown).json()["error"]["code"] == "DeploymentModelNotSupported"
    assert arm("PUT", ACCOUNT + "/deployments/d", {"properties": {"model": "gpt-4o"}}).status_code == 400


# -- an operation goes on by itself ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("speed", ["instant", "realistic"])
def test_an_operation_that_nobody_asks_for_goes_on_all_the_same(arm, speed):
    arm.server.foundry.state.speed = speed
    arm("PUT", ACCOUNT, MADE)
    assert arm("GET", ACCOUNT).json()["properties"]["provisioningState"] == "Creating"
    arm.server.foundry.limits.forward(3)
    assert arm("GET", ACCOUNT).json()["properties"]["provisioningState"] == "Succeeded"


def test_a_newer_operation_takes_the_place_of_an_older_one(arm):
    old = arm("PUT", ACCOUNT, MADE)
    new = arm("PUT", ACCOUNT, {**MADE, "tags": {"a": "b"}})
    assert arm("GET", old.headers["azure-asyncoperation"]).json()["status"] == "Canceled"
    assert _wait(arm, new.headers["azure-asyncoperation"])[-1] == "Succeeded"
    assert arm("GET", ACCOUNT).json()["properties"]["provisioningState"] == "Succeeded"
    arm("PUT", ACCOUNT, MADE)
    arm("DELETE", ACCOUNT)
    assert arm("GET", ACCOUNT).status_code == 404


# -- deleted is not gone -----------------------------------------------------------------------------------------------------
SUBSCRIPTION = f"/subscriptions/{catalog.SUBSCRIPTION_ID}/providers/Microsoft.CognitiveServices"
GONE = f"{SUBSCRIPTION}/locations/eastus2/resourceGroups/my-group/deletedAccounts/my-foundry"


def test_a_deleted_account_keeps_its_name_until_it_is_purged(arm):
    arm("PUT", ACCOUNT, MADE)
    arm("DELETE", ACCOUNT)
    again = arm("PUT", ACCOUNT, MADE)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "FlagMustBeSetForRestore")
    other = arm("PUT", ACCOUNT + "-2", MADE)
    assert (other.status_code, other.json()["error"]["code"]) == (409, "CustomDomainInUse")
    assert [one["name"] for one in arm("GET", SUBSCRIPTION + "/deletedAccounts").json()["value"]] == ["my-foundry"]
    assert arm("GET", GONE).json()["properties"]["provisioningState"] == "Deleted"
    assert arm("DELETE", GONE).status_code == 202
    assert arm("GET", GONE).status_code == 404
    assert arm("DELETE", GONE).status_code == 204
    assert arm("PUT", ACCOUNT, MADE).status_code == 201


def test_a_deleted_account_can_be_had_back_and_is_gone_after_two_days(arm):
    arm("PUT", ACCOUNT, MADE)
    arm("DELETE", ACCOUNT)
    restored = {**MADE, "properties": {**MADE["properties"], "restore": True}}
    assert arm("PUT", ACCOUNT, restored).status_code == 201
    assert arm("GET", SUBSCRIPTION + "/deletedAccounts").json()["value"] == []
    arm("DELETE", ACCOUNT)
    arm.server.foundry.limits.forward(49 * 3600)
    assert arm("GET", SUBSCRIPTION + "/deletedAccounts").json()["value"] == []
    assert arm("PUT", ACCOUNT, MADE).status_code == 201


def test_a_resource_group_goes_with_all_that_is_in_it(arm):
    arm("PUT", ACCOUNT, MADE)
    arm("PUT", ACCOUNT + "/projects/p", {"location": "eastus2"})
    assert arm("DELETE", GROUP, version="api-version=2021-04-01").status_code == 202
    assert arm("GET", GROUP, version="api-version=2021-04-01").json()["error"]["code"] == "ResourceGroupNotFound"
    assert arm("PUT", ACCOUNT, MADE).json()["error"] == {
        "code": "ResourceGroupNotFound", "message": "Resource group 'my-group' could not be found.",
    }  # fmt: skip
    assert [one["name"] for one in arm("GET", SUBSCRIPTION + "/deletedAccounts").json()["value"]] == ["my-foundry"]


def _model(
    name: str, version: str | None = None, capacity: int = 10, sku: str = "GlobalStandard", form: str = "OpenAI"
) -> dict:
    model = {"format": form, "name": name, **({"version": version} if version else {})}
    return {"sku": {"name": sku, "capacity": capacity}, "properties": {"model": model}}


@pytest.mark.parametrize(
    ("wrong", "code", "right"),
    [
        (_model("gpt-4o-mini", "2024-07-18"), "ServiceModelDeprecated", _model("gpt-5.4-mini", "2026-03-17")),
        (_model("gpt-99"), "DeploymentModelNotSupported", _model("gpt-5.6-luna", "2026-07-09")),
        (_model("gpt-5.1", form="Meta"), "DeploymentModelNotSupported", _model("gpt-oss-120b", form="OpenAI-OSS")),
        (_model("gpt-5.1", "2020-01-01"), "DeploymentModelNotSupported", _model("gpt-5.1", "2025-11-13")),
        (_model("gpt-5.1", sku="Enormous"), "InvalidResourceProperties", _model("gpt-5.1", sku="Standard")),
        (_model("gpt-5.1", capacity=6000), "InsufficientQuota", _model("gpt-5.1", capacity=5000)),
    ],
)
def test_a_deployment_that_cannot_be_is_refused_beside_one_that_can(arm, wrong, code, right):
    _done(arm, "PUT", ACCOUNT, MADE)
    refused = arm("PUT", ACCOUNT + "/deployments/d", wrong)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, code)
    assert arm("PUT", ACCOUNT + "/deployments/d", right).status_code == 201


@pytest.mark.parametrize("identity", [None, {}, {"type": "None"}, {"type": None}, "SystemAssigned", ["SystemAssigned"]])
def test_an_account_that_may_hold_projects_needs_an_identity(arm, identity):
    refused = arm("PUT", ACCOUNT, {**MADE, "identity": identity})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "InvalidResourceProperties")
    without = {**MADE, "identity": identity, "properties": {**MADE["properties"], "allowProjectManagement": False}}
    assert arm("PUT", ACCOUNT, without).status_code == 201  # as one of the older kind of resource
    assert "identity" not in arm("GET", ACCOUNT).json()
    both = {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {}}
    assert arm("PUT", ACCOUNT, {**MADE, "identity": both}).json()["identity"]["type"] == both["type"]


@pytest.mark.parametrize(
    ("sku", "code", "words"),
    [
        ({"capacity": 5}, "InvalidResourceProperties", "sku of model deployment is not provided"),
        ({"name": "", "capacity": 5}, "InvalidResourceProperties", "sku of model deployment is not provided"),
        ({"name": "Standard", "capacity": "5"}, "InvalidRequestContent", "capacity"),
        ({"name": "Standard", "capacity": True}, "InvalidRequestContent", "capacity"),
        ({"name": "Standard", "capacity": 0}, "InvalidResourceProperties", "at least 1"),
        ({"name": 5, "capacity": 5}, "InvalidRequestContent", "name"),
        ("Standard", "InvalidRequestContent", "object"),
    ],
)
def test_a_sku_that_cannot_be_is_refused(arm, sku, code, words):
    _done(arm, "PUT", ACCOUNT, MADE)
    error = arm("PUT", ACCOUNT + "/deployments/d", {**_model("gpt-5.1"), "sku": sku}).json()["error"]
    assert error["code"] == code and words in error["message"]
    assert arm("PUT", ACCOUNT + "/deployments/d", _model("gpt-5.1")).status_code == 201


def test_a_new_deployment_without_a_sku_is_standard_and_a_second_put_must_name_it(arm):
    _done(arm, "PUT", ACCOUNT, MADE)
    body = _model("gpt-5.1")
    del body["sku"]
    made = _done(arm, "PUT", ACCOUNT + "/deployments/d", body)
    assert (made.status_code, made.json()["sku"]) == (201, {"name": "Standard", "capacity": 1})
    again = arm("PUT", ACCOUNT + "/deployments/d", body)
    assert (again.status_code, again.json()["error"]["code"]) == (400, "InvalidResourceProperties")
    assert arm("PUT", ACCOUNT + "/deployments/d", {**body, "sku": made.json()["sku"]}).status_code == 200


def test_an_account_is_changed_one_thing_at_a_time(arm):
    place, model = {"location": "eastus2", "properties": {}}, _model("gpt-5.1")
    began = [
        ("PUT", ACCOUNT, MADE),
        ("PUT", ACCOUNT + "/projects/p", place),
        ("PUT", ACCOUNT + "/deployments/d", model),
        ("DELETE", ACCOUNT + "/deployments/d"),
    ]
    meanwhile = [
        ("PUT", ACCOUNT + "/projects/q", place),
        ("PUT", ACCOUNT + "/deployments/e", model),
        ("DELETE", ACCOUNT + "/projects/p"),
        ("DELETE", ACCOUNT + "/projects/p"),
    ]
    for first, second in zip(began, meanwhile, strict=True):
        running = arm(*first)
        assert running.ok
        refused = arm(*second)
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "RequestConflict"), second
        assert ACCOUNT in refused.json()["error"]["message"]
        _wait(arm, running.headers["azure-asyncoperation"])
    assert arm("PUT", ACCOUNT + "/deployments/e", model).status_code == 201


def test_another_account_is_not_busy(arm):
    _done(arm, "PUT", ACCOUNT, MADE)
    arm("PUT", ACCOUNT + "-2", {**MADE, "properties": {**MADE["properties"], "customSubDomainName": "my-foundry-2"}})
    assert arm("PUT", ACCOUNT + "/deployments/d", MODEL).status_code == 201


def test_a_subdomain_stays(arm):
    def named(name):
        return {**MADE, "properties": {**MADE["properties"], "customSubDomainName": name}}

    _done(arm, "PUT", ACCOUNT, MADE)
    refused = arm("PUT", ACCOUNT, named("another"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "CustomDomainInvalid")
    assert arm("PUT", ACCOUNT, named("MY-Foundry")).status_code == 200
    _done(arm, "PUT", ACCOUNT + "-2", named(None))  # without one, it can be given one later
    assert arm("PUT", ACCOUNT + "-2", named("another")).status_code == 200


def test_a_retired_model_is_told_with_its_date(arm):
    _done(arm, "PUT", ACCOUNT, MADE)
    refused = arm("PUT", ACCOUNT + "/deployments/d", _model("gpt-4o-mini", "2024-07-18")).json()["error"]
    assert refused["message"] == (
        "The model 'Format:OpenAI,Name:gpt-4o-mini,Version:2024-07-18' has been deprecated since 03/31/2026 00:00:00."
    )


@pytest.mark.parametrize(
    ("name", "change", "status", "code"),
    [
        ("x", {}, 400, "InvalidAccountName"), ("-my", {}, 400, "InvalidAccountName"), ("m" * 65, {}, 400, "InvalidAccountName"),
        ("my", {"customSubDomainName": "my_foundry"}, 400, "CustomDomainInvalid"),
        ("my", {"customSubDomainName": "-my"}, 400, "CustomDomainInvalid"),
        ("my", {"customSubDomainName": "demo-resource"}, 409, "CustomDomainInUse"),
        ("my", {"customSubDomainName": "Demo-Resource"}, 409, "CustomDomainInUse"),
        ("my", {"customSubDomainName": "my-own"}, 201, ""), ("my_own.x", {"customSubDomainName": "my"}, 201, ""),
    ],
)  # fmt: skip
def test_names_of_accounts(arm, name, change, status, code):
    answer = arm("PUT", f"{ACCOUNTS}/{name}", {**MADE, "properties": {**MADE["properties"], **change}})
    assert (answer.status_code, answer.json().get("error", {}).get("code", "")) == (status, code)


def test_an_unknown_subscription_and_kind_are_told(arm):
    foreign = ACCOUNT.replace(catalog.SUBSCRIPTION_ID, "00000000-0000-4000-8000-000000000000")
    assert arm("PUT", foreign, MADE).json()["error"]["code"] == "SubscriptionNotFound"
    assert arm("PUT", ACCOUNT, {**MADE, "kind": "Robot"}).json()["error"]["code"] == "InvalidApiSetId"


def test_paths_count_in_any_case_and_a_thing_keeps_the_name_it_was_made_with(arm):
    _done(arm, "PUT", ACCOUNT, MADE)
    assert _done(arm, "PUT", ACCOUNT + "/projects/My-Project", {"location": "eastus2"}).status_code == 201
    other = ACCOUNT.replace("resourceGroups/my-group", "RESOURCEGROUPS/My-Group").lower()
    assert arm("GET", other.replace("my-foundry", "MY-Foundry")).json()["id"] == ACCOUNT
    changed = _done(arm, "PUT", other.upper().replace("/SUBSCRIPTIONS", "/subscriptions"), MADE)
    assert changed.status_code == 200
    assert arm("GET", other + "/projects/my-project").json()["id"] == ACCOUNT + "/projects/My-Project"
    assert arm("POST", other + "/listkeys").status_code == 200
    assert arm("DELETE", other + "/PROJECTS/MY-PROJECT").status_code == 202
    assert arm("GET", ACCOUNT + "/projects/My-Project").status_code == 404
    assert arm("DELETE", other).status_code == 202
    gone = arm("GET", f"/subscriptions/{catalog.SUBSCRIPTION_ID}/providers/microsoft.cognitiveservices/deletedaccounts")
    assert [one["name"] for one in gone.json()["value"]] == ["my-foundry"]


def test_a_region_lists_its_models_with_the_days_on_which_they_retire(arm):
    offered = arm(
        "GET",
        f"/subscriptions/{catalog.SUBSCRIPTION_ID}/providers/Microsoft.CognitiveServices/locations/eastus2/models",
    )
    found = {one["model"]["name"]: one["model"] for one in offered.json()["value"]}
    assert found["gpt-5.4-mini"]["deprecation"]["inference"] == "2027-09-21T00:00:00Z"
    assert found["gpt-oss-120b"]["deprecation"] is None
    assert found["gpt-4o-mini"]["version"] == "2024-07-18"
