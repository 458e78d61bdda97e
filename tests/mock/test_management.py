"""The management plane: accounts, projects and deployments as long-running operations, then served by the data plane."""

import pytest

from helpers.mock import catalog
from helpers.mock.server import MockServer
from tests.mock.test_routes import V1

VERSION = "api-version=2025-06-01"
ACCOUNTS = (
    f"/subscriptions/{catalog.SUBSCRIPTION_ID}/resourceGroups/my-group/providers/Microsoft.CognitiveServices/accounts"
)
ACCOUNT = ACCOUNTS + "/my-foundry"
MADE = {
    "location": "eastus2",
    "kind": "AIServices",
    "sku": {"name": "S0"},
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
    yield send
    server.stop()


def _wait(arm, url: str) -> list[str]:
    seen = []
    while not seen or seen[-1] == "InProgress":
        seen.append(arm("GET", url).json()["status"])
    return seen


def test_a_resource_is_made_used_and_deleted(arm):
    made = arm("PUT", ACCOUNT, MADE)
    assert (made.status_code, made.json()["properties"]["provisioningState"]) == (201, "Creating")
    assert made.headers["retry-after"] == "0"
    assert arm("GET", ACCOUNT).json()["properties"]["provisioningState"] == "Creating"
    assert _wait(arm, made.headers["azure-asyncoperation"]) == ["InProgress", "InProgress", "Succeeded"]
    account = arm("GET", ACCOUNT).json()
    assert account["properties"]["provisioningState"] == "Succeeded"
    assert account["properties"]["endpoint"] == "https://my-foundry.cognitiveservices.azure.com/"
    assert account["properties"]["endpoints"]["AI Foundry API"] == "https://my-foundry.services.ai.azure.com/"
    assert account["properties"]["endpoints"]["OpenAI Realtime API"] == "https://my-foundry.openai.azure.com/"
    assert arm("PUT", ACCOUNT, MADE).status_code == 200
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
    assert answer.json()["output"][0]["content"][0]["text"].startswith("An AI application is")
    listed = arm("GET", data_plane + "/deployments?api-version=v1", audience="https://ai.azure.com").json()["value"]
    assert listed[-1]["name"] == "my-model"

    gone = arm("DELETE", ACCOUNT + "/deployments/my-model")
    assert gone.status_code == 202
    assert [arm("GET", gone.headers["location"]).status_code for _ in range(3)] == [202, 202, 204]
    assert _wait(arm, gone.headers["azure-asyncoperation"])[-1] == "Succeeded"
    assert arm("POST", data_plane + V1, ask, audience="https://ai.azure.com").status_code == 404
    assert arm("DELETE", ACCOUNT).status_code == 202
    assert arm("GET", ACCOUNT).json()["error"]["code"] == "ResourceNotFound"
    assert arm("POST", data_plane + V1, ask, audience="https://ai.azure.com").json()["error"]["code"] == "NotFound"
    assert arm("DELETE", ACCOUNT).status_code == 204


def test_at_a_realistic_speed_a_client_is_to_wait_a_second(arm):
    arm.server.foundry.state.speed = "realistic"
    assert arm("PUT", ACCOUNT, MADE).headers["retry-after"] == "1"


def test_a_name_that_another_account_serves_stays_with_it(arm):
    arm("PUT", ACCOUNT, MADE)
    arm("PUT", ACCOUNT + "/projects/demo-project", {"location": "eastus2", "properties": {}})
    other = {**MODEL, "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-11-20"}}}
    arm("PUT", ACCOUNT + "/deployments/gpt-4.1-mini", other)
    ask = {"model": "gpt-4.1-mini", "input": "What is an AI application?"}
    url = f"{arm.server.origin}/api/projects/demo-project{V1}"
    assert arm("POST", url, ask, audience="https://ai.azure.com").json()["model"] == "gpt-4.1-mini"
    arm("DELETE", ACCOUNT)
    assert arm("POST", url, ask, audience="https://ai.azure.com").status_code == 200


def test_a_model_that_is_not_openais_words_its_quota_in_another_way(arm):
    arm("PUT", ACCOUNT, MADE)
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
        ("PUT", ACCOUNT, {"kind": "AIServices"}, {}, 400, "InvalidRequestContent"),
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
