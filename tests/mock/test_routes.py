"""The routes of the mock: who may come in, which versions, what comes back. Facts and sources: helpers/mock/wire/errors.py."""

import json
import re

import pytest

from helpers.mock import catalog, tokens
from helpers.mock.server import MockServer

PROMPT = {"model": "gpt-4.1-mini", "input": "What is an AI application?"}
CHAT = {"model": "gpt-4.1-mini", "messages": [{"role": "user", "content": "What is an AI application?"}]}
V1, DATED = "/openai/v1/responses", "/openai/responses?api-version=2025-11-15-preview"

# The fields of a real answer on the project's /openai/v1/responses (recorded 2026-07-01).
RECORDED_FIELDS = set(
    "metadata top_logprobs temperature top_p service_tier prompt_cache_retention model reasoning background text tools "
    "tool_choice truncation id object status created_at completed_at error incomplete_details output instructions usage "
    "parallel_tool_calls agent_reference content_filters".split()
)
RECORDED_HEADERS = set(
    "access-control-expose-headers api-supported-versions apim-request-id azureai-fe-is-streaming "
    "azureml-internal-forward-count azureml-served-by-cluster content-type date openai-client-partition-id "
    "openai-organization openai-processing-ms openai-project openai-version request-context skip-error-remapping "
    "strict-transport-security vary x-content-type-options x-ms-aoai-configured-data-retention-days x-ms-is-spilled-over "
    "x-ms-region x-ms-response-type x-ms-served-model x-ratelimit-abusepenalty-active x-ratelimit-key "
    "x-ratelimit-limit-requests x-ratelimit-limit-tokens x-ratelimit-remaining-requests x-ratelimit-remaining-tokens "
    "x-ratelimit-renewalperiod-requests x-ratelimit-renewalperiod-tokens x-ratelimit-reset-requests "
    "x-ratelimit-reset-tokens x-request-id".split()
)
CHAT_HEADERS = set(
    "content-length content-type date strict-transport-security apim-request-id azureml-model-session "
    "skip-error-remapping x-accel-buffering x-content-type-options x-ms-deployment-name x-ms-is-spilled-over "
    "x-ms-rai-invoked x-ms-region x-ratelimit-abusepenalty-active x-ratelimit-limit-requests x-ratelimit-limit-tokens "
    "x-ratelimit-remaining-requests x-ratelimit-remaining-tokens x-ratelimit-renewalperiod-requests "
    "x-ratelimit-renewalperiod-tokens x-ratelimit-reset-requests x-ratelimit-reset-tokens x-request-id".split()
)


@pytest.mark.parametrize("path", [V1, DATED])
def test_project_responses_have_every_field_of_the_real_ones(session, project, bearer, path):
    answer = session.post(project + path, headers=bearer(), json=PROMPT)
    assert (answer.status_code, answer.reason) == (200, "OK")
    body = answer.json()
    assert set(body) == RECORDED_FIELDS
    assert set(body["text"]) == {"format", "verbosity"}
    assert set(body["output"][0]) == {"type", "id", "response_id", "status", "role", "content"}
    assert set(body["output"][0]["content"][0]) == {"type", "text", "annotations", "logprobs"}
    assert set(body["usage"]) == {
        "input_tokens", "input_tokens_details", "output_tokens", "output_tokens_details", "total_tokens",
    }  # fmt: skip
    assert [entry["source_type"] for entry in body["content_filters"]] == ["prompt", "completion"]
    assert {name.lower() for name in answer.headers} >= RECORDED_HEADERS
    assert body["usage"]["total_tokens"] == body["usage"]["input_tokens"] + body["usage"]["output_tokens"]


def test_what_the_request_sets_is_echoed(session, project, bearer):
    sent = {**PROMPT, "temperature": 0.5, "metadata": {"lesson": "02"}, "max_output_tokens": 100, "store": False}
    body = session.post(project + V1, headers=bearer(), json=sent).json()
    assert {name: body[name] for name in sent if name not in PROMPT} == {n: sent[n] for n in sent if n not in PROMPT}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("path", "asked"),
    [("/openai/v1/responses", PROMPT), ("/openai/v1/chat/completions", CHAT)],
    ids=["responses", "chat"],
)
def test_each_call_is_a_call_of_its_own(session, resource, key, path, asked, stream):
    """The same question twice: two ids of everything, and otherwise the same answer."""
    url = resource + path
    one, other = (session.post(url, headers=key, json={**asked, "stream": stream}) for _ in range(2))
    ids = [set(re.findall(r"(?:resp|msg|chatcmpl)[_-][0-9A-Za-z]+", answer.text)) for answer in (one, other)]
    assert ids[0]
    assert not ids[0] & ids[1]
    assert one.headers["apim-request-id"] != other.headers["apim-request-id"]
    own = r'(resp|msg|chatcmpl)[_-][0-9A-Za-z]+|"obfuscation":"\w*"'
    unnamed = [re.sub(own, "", answer.text) for answer in (one, other)]
    assert unnamed[0] == unnamed[1]


def test_a_mock_begun_anew_gives_the_same_ids(session):
    def asked():
        server = MockServer(port=0, speed="instant", other_sites=False)
        server.start()
        url, token = (
            server.variables["FOUNDRY_PROJECT_ENDPOINT"] + V1,
            server.foundry.issuer.token("https://ai.azure.com")[0],
        )
        sent = {
            "headers": {"Authorization": f"Bearer {token}"},
            "verify": server.variables["SSL_CERT_FILE"],
            "json": PROMPT,
        }
        answers = [session.post(url, **sent) for _ in range(3)]
        server.stop()
        return [(answer.json()["id"], answer.headers["apim-request-id"]) for answer in answers]

    first = asked()
    assert len(set(first)) == 3
    assert asked() == first


def test_deleting_one_of_two_leaves_the_other(session, project, bearer):
    one, other = (session.post(project + V1, headers=bearer(), json=PROMPT).json()["id"] for _ in range(2))
    assert session.delete(f"{project}{V1}/{one}", headers=bearer()).json()["deleted"]
    assert session.get(f"{project}{V1}/{one}", headers=bearer()).status_code == 404
    kept = session.get(f"{project}{V1}/{other}", headers=bearer()).json()
    assert (kept["id"], kept["output"][0]["response_id"]) == (other, other)


@pytest.mark.parametrize(
    "path", ["/openai/v1/chat/completions", "/openai/deployments/gpt-4.1-mini/chat/completions?api-version=2024-10-21"]
)
def test_chat_completions_as_recorded(session, resource, key, path):
    answer = session.post(resource + path, headers=key, json=CHAT)
    assert answer.status_code == 200
    assert {name.lower() for name in answer.headers} >= CHAT_HEADERS
    assert answer.headers["x-ms-deployment-name"] == "gpt-4.1-mini"
    body = answer.json()
    assert list(body) == [
        "choices", "created", "id", "model", "object", "prompt_filter_results", "system_fingerprint", "usage",
    ]  # fmt: skip
    assert body["model"] == "gpt-4.1-mini-2025-04-14"  # the model's dated name, not the deployment's
    assert answer.text.endswith("}\n")


def test_one_recording_serves_both_apis_and_every_deployment_of_its_model(session, resource, key):
    text = session.post(resource + V1, headers=key, json=PROMPT).json()["output"][0]["content"][0]["text"]
    for model in ("gpt-4.1-mini", "course-chat"):
        chat = session.post(resource + "/openai/v1/chat/completions", headers=key, json={**CHAT, "model": model})
        assert chat.json()["choices"][0]["message"]["content"] == text
        assert re.match(r"(?:authored|recorded) \d{4}-\d\d-\d\d; first_request/", chat.headers["x-offline-mock"])


def test_deployments(session, project, bearer):
    listing = session.get(project + "/deployments?api-version=v1", headers=bearer()).json()
    assert [entry["name"] for entry in listing["value"]] == list(catalog.DEPLOYMENTS)
    assert listing["value"][0] == {
        "name": "gpt-5.4-mini", "type": "ModelDeployment", "modelName": "gpt-5.4-mini", "modelVersion": "2026-03-17",
        "modelPublisher": "OpenAI", "capabilities": {"chat_completion": "true"},
        "sku": {"name": "GlobalStandard", "capacity": 120},
    }  # fmt: skip
    only = session.get(project + "/deployments?api-version=v1&modelName=gpt-4o", headers=bearer()).json()
    assert [entry["name"] for entry in only["value"]] == ["gpt-4o"]
    one = session.get(project + "/deployments/course-chat?api-version=v1", headers=bearer()).json()
    assert (one["name"], one["modelName"]) == ("course-chat", "gpt-5.4-mini")


def test_connections_as_recorded(session, project, bearer):
    answer = session.get(project + "/connections?api-version=v1", headers=bearer())
    for entry in answer.json()["value"]:
        assert set(entry) == {"name", "id", "type", "target", "isDefault", "credentials", "metadata"}
        assert set(entry["credentials"]) == {"type"}
    assert {name.lower() for name in answer.headers} >= {
        "apim-request-id", "azureml-served-by-cluster", "content-type", "date", "request-context",
        "strict-transport-security", "x-content-type-options", "x-ms-region", "x-ms-response-type", "x-request-time",
    }  # fmt: skip


# -- 401 ---------------------------------------------------------------------------------------------------------------
PROJECT_401 = (
    '{ "statusCode": 401, "message": "Unauthorized. Access token is missing, invalid, audience is incorrect '
    '(https://ai.azure.com), or have expired." }'
)
KEY_401 = (
    '{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint. Make sure to '
    'provide a valid key for an active subscription and use a correct regional API endpoint for your resource."}}'
)


@pytest.mark.parametrize(
    "wrong",
    ["nothing", "other audience", "expired", "not a token", "signed by someone else", "unsigned", "basic", "empty"],
)
def test_a_project_refuses_every_bad_token_and_names_its_audience(session, project, bearer, wrong):
    header, claims, signature = bearer()["Authorization"].removeprefix("Bearer ").split(".")
    headers = {
        "nothing": {},
        "other audience": bearer(tokens.COGNITIVE_AUDIENCE),
        "expired": bearer(lifetime=-60),
        "not a token": {"Authorization": "Bearer hello"},
        "signed by someone else": {"Authorization": f"Bearer {header}.{claims}.{signature[::-1]}"},
        "unsigned": {"Authorization": f"Bearer eyJhbGciOiJub25lIn0.{claims}."},
        "basic": {"Authorization": "Basic dXNlcjpwYXNz"},
        "empty": {"Authorization": ""},
    }[wrong]
    answer = session.post(project + V1, headers=headers, json=PROMPT)
    assert (answer.status_code, answer.text) == (401, PROJECT_401)


def test_a_token_without_the_role_names_the_missing_data_action(session, project, bearer):
    answer = session.post(project + V1, headers=bearer(roles=()), json=PROMPT)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "PermissionDenied"
    assert "lacks the required data action `Microsoft.CognitiveServices/accounts/OpenAI/responses/write`" in answer.text


@pytest.mark.parametrize("path", [V1, "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"])
def test_a_wrong_key_gets_the_gateways_own_bytes_and_reason(session, resource, path):
    answer = session.post(resource + path, headers={"api-key": "0" * 32}, json=CHAT)
    assert (answer.status_code, answer.reason, answer.text) == (401, "PermissionDenied", KEY_401)
    assert answer.headers["content-length"] == "224"
    assert {name.lower() for name in answer.headers} == {"content-length", "content-type", "apim-request-id", "date"}


def test_an_ordinary_401_keeps_its_ordinary_reason_after_that(session, resource, project):
    session.post(resource + V1, headers={"api-key": "wrong"}, json=PROMPT)
    assert session.post(project + V1, json=PROMPT).reason == "Unauthorized"


def test_the_resource_takes_tokens_for_both_audiences_and_the_key_in_both_headers(session, resource, bearer, key):
    for headers in (
        bearer(tokens.AI_AUDIENCE),
        bearer(tokens.COGNITIVE_AUDIENCE),
        key,
        {"Authorization": f"Bearer {key['api-key']}"},
    ):
        assert session.post(resource + V1, headers=headers, json=PROMPT).status_code == 200
    wrong = session.post(resource + V1, headers={"Authorization": "Bearer not-the-key"}, json=PROMPT)
    assert wrong.text == KEY_401


def test_a_project_takes_the_key_on_its_openai_routes_only(session, project, key):
    assert session.post(project + V1, headers=key, json=PROMPT).status_code == 200
    assert session.get(project + "/deployments?api-version=v1", headers=key).text == PROJECT_401


# -- 404 and 400 -------------------------------------------------------------------------------------------------------
NOT_FOUND = '{"error":{"code":"404","message": "Resource not found"}}'


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/openai/v1/responses"),
        ("DELETE", "/openai/v1/chat/completions"),
        ("POST", "/openai/v1/responses/"),
        ("POST", "/openai/v1/openai/v1/responses"),
        ("POST", "/openai//v1/responses"),
        ("POST", "/openai/deployments/gpt-4o/chat/completions"),
        ("POST", "/openai/deployments/gpt-4o/chat/completions?api-version=preview"),
        ("POST", "/openai/responses?api-version=preview"),
        ("GET", "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a%2Fb"),
    ],
)
def test_an_unknown_route_method_or_version_is_not_found(session, resource, key, method, path):
    answer = session.request(method, resource + path, headers=key, json=CHAT)
    assert (answer.status_code, answer.text) == (404, NOT_FOUND)


def test_an_unknown_deployment_is_sent_as_recorded_without_a_content_type(session, resource, key):
    answer = session.post(resource + V1, headers=key, json={**PROMPT, "model": "gpt-99"})
    assert answer.status_code == 404
    assert answer.text == json.dumps(
        {
            "error": {
                "type": "invalid_request_error",
                "code": "DeploymentNotFound",
                "message": "The API deployment for this resource does not exist. If you created the deployment within "
                "the last 5 minutes, please wait a moment and try again.",
            }
        },
        indent=2,
    )
    assert "content-type" not in answer.headers
    assert answer.headers["transfer-encoding"] == "chunked"


def test_versions_are_required_or_refused_by_path(session, project, resource, bearer, key):
    refused = (
        '{"error":{"code":"BadRequest","message":"api-version query parameter is not allowed when using /v1 path"}}'
    )
    for url in (project + V1, resource + V1, resource + "/openai/v1/chat/completions"):
        answer = session.post(url + "?api-version=2025-11-15-preview", headers=bearer(), json=PROMPT)
        assert (answer.status_code, answer.text) == (400, refused)
    required = '{"error":{"code":"BadRequest","message":"Missing required query parameter: api-version"}}'
    for answer in (
        session.post(project + "/openai/responses", headers=bearer(), json=PROMPT),
        session.get(project + "/deployments", headers=bearer()),
    ):
        assert (answer.status_code, answer.text) == (400, required)
    unknown = session.post(project + "/openai/responses?api-version=2020-01-01", headers=bearer(), json=PROMPT)
    assert (unknown.status_code, unknown.text) == (404, NOT_FOUND)


def test_the_two_wrong_base_urls_are_told_what_the_version_needs(mock, resource, project):
    """The bare project endpoint, and AzureOpenAI at /openai/v1."""
    import openai

    key = mock.foundry.secrets.api_key
    with (
        openai.OpenAI(base_url=project, api_key="x", max_retries=0) as bare,
        pytest.raises(openai.BadRequestError, match="Missing required query parameter: api-version"),
    ):
        bare.responses.create(**PROMPT)
    with (
        openai.AzureOpenAI(
            base_url=resource + "/openai/v1", api_key=key, api_version="2024-10-21", max_retries=0
        ) as dated,
        pytest.raises(openai.BadRequestError, match="not allowed when using /v1 path"),
    ):
        dated.chat.completions.create(**CHAT)


def test_a_missing_model_is_told_as_recorded(session, project, bearer):
    answer = session.post(project + V1, headers=bearer(), json={"input": "x"})
    assert (answer.status_code, answer.text) == (
        400,
        '{\n  "error": {\n    "message": "Missed model deployment"\n  }\n}',
    )
    assert "content-type" not in answer.headers


def test_another_project_is_not_there(session, resource, bearer):
    answer = session.post(f"{resource}/api/projects/other{V1}", headers=bearer(), json=PROMPT)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "The project does not exist."


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"model": "gpt-4o"}, "missing_required_parameter", "input"),
        ({**PROMPT, "input": 5}, "invalid_type", "input"),
        ({**PROMPT, "input": ["hello"]}, "invalid_type", "input[0]"),
        ({**PROMPT, "input": [{"role": "robot", "content": "x"}]}, "invalid_value", "input[0]"),
        ({**PROMPT, "input": [{"role": "user"}]}, "missing_required_parameter", "input[0].content"),
        ({**PROMPT, "input": [{"role": "user", "content": [1]}]}, "invalid_type", "input[0].content[0]"),
        ({**PROMPT, "temperature": "hot"}, "invalid_type", "temperature"),
        ({**PROMPT, "temperature": True}, "invalid_type", "temperature"),
        ({**PROMPT, "temperature": 3}, "decimal_above_max_value", "temperature"),
        ({**PROMPT, "max_output_tokens": 1}, "integer_below_min_value", "max_output_tokens"),
        ({**PROMPT, "tempreature": 1}, "unknown_parameter", "tempreature"),
        ({**PROMPT, "text": {"format": "json"}}, "invalid_type", "text.format"),
        ({**PROMPT, "tools": ["x"]}, "invalid_type", "tools[0]"),
        (
            {**PROMPT, "input": [{"role": "user", "content": [{"type": "input_text", "text": 1}]}]},
            "invalid_type",
            "input[0].content[0].text",
        ),
        ({**PROMPT, "input": [{"type": []}]}, "invalid_value", "input[0]"),
        ({**PROMPT, "input": [{"role": [], "content": "x"}]}, "invalid_type", "input[0].role"),
    ],
)
def test_a_wrong_parameter_is_named(session, project, bearer, body, code, param):
    answer = session.post(project + V1, headers=bearer(), json=body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["param"]) == (code, param)
    assert error["type"] == "invalid_request_error"
    assert param in error["message"] or code == "invalid_value"


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"model": "gpt-4o"}, "missing_required_parameter", "messages"),
        ({"model": "gpt-4o", "messages": []}, "empty_array", "messages"),
        ({"model": "gpt-4o", "messages": ["x"]}, "invalid_type", "messages[0]"),
        ({"model": "gpt-4o", "messages": [{"content": "x"}]}, "missing_required_parameter", "messages[0].role"),
        ({**CHAT, "n": 0}, "integer_below_min_value", "n"),
        ({**CHAT, "stop": [1]}, "invalid_type", "stop[0]"),
        ({**CHAT, "input": "x"}, "unknown_parameter", "input"),
    ],
)
def test_a_wrong_chat_parameter_is_named(session, resource, key, body, code, param):
    error = session.post(resource + "/openai/v1/chat/completions", headers=key, json=body).json()["error"]
    assert (error["code"], error["param"]) == (code, param)


@pytest.mark.parametrize(
    "schema",
    [{"type": []}, {"anyOf": [1]}, {"properties": 5}, {"minimum": "x", "type": "number"}, {"pattern": 5}, {"$ref": 5},
     {"minLength": 10**13, "type": "string"}, {"type": "array", "minItems": 2_000_000, "items": {"type": "string"}}],
)  # fmt: skip
def test_a_schema_that_is_none_is_refused(session, project, bearer, schema):
    format_ = {"type": "json_schema", "name": "x", "schema": schema}
    answer = session.post(project + V1, headers=bearer(), json={**PROMPT, "input": "new", "text": {"format": format_}})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_json_schema"
    tool = {"type": "function", "name": "f", "parameters": schema}
    answer = session.post(
        project + V1, headers=bearer(), json={**PROMPT, "input": "new", "tools": [tool], "tool_choice": {"function": 1}}
    )
    assert answer.status_code == 400


def test_long_texts_are_refused_before_they_cost_anything(session, resource, key):
    body = {"model": "text-embedding-3-large", "input": "word " * 20_000}
    error = session.post(resource + "/openai/v1/embeddings", headers=key, json=body).json()["error"]
    assert "maximum context length is 8192 tokens" in error["message"]


@pytest.mark.parametrize("query", ["skip=%C2%B2", "top=" + "9" * 5000, "top=-1", "skip=x"])
def test_odd_paging_is_no_defect(session, project, bearer, query):
    assert session.get(f"{project}/deployments?api-version=v1&{query}", headers=bearer()).status_code == 200


def test_odd_agents_and_files_are_refused(session, project, bearer):
    for wrong in ({"tools": 5}, {"instructions": 5}, {"tools": ["x"]}, {"temperature": "hot"}):
        definition = {"kind": "prompt", "model": "gpt-4o", **wrong}
        url = project + "/agents/odd/versions?api-version=v1"
        assert session.post(url, headers=bearer(), json={"definition": definition}).status_code == 400
    form = {"file": (None, "text"), "purpose": (None, "assistants")}
    assert session.post(project + "/openai/v1/files", headers=bearer(), files=form).status_code == 400


def test_an_embedding_model_does_not_chat(session, resource, key):
    model = "text-embedding-3-large"
    answer = session.post(resource + "/openai/v1/chat/completions", headers=key, json={**CHAT, "model": model})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "OperationNotSupported")


# -- identity ----------------------------------------------------------------------------------------------------------
def test_the_managed_identity_endpoint_keeps_its_contract(session, mock):
    url, header = mock.variables["IDENTITY_ENDPOINT"], {"X-IDENTITY-HEADER": mock.variables["IDENTITY_HEADER"]}
    query = {"api-version": "2019-08-01", "resource": "https://ai.azure.com"}
    body = session.get(url, params=query, headers=header).json()
    assert set(body) == {"access_token", "expires_on", "resource", "token_type", "client_id"}
    assert session.get(url, params=query).status_code == 401
    assert session.get(url, params=query, headers={"X-IDENTITY-HEADER": "wrong"}).status_code == 401
    assert session.get(url, params={"resource": "https://ai.azure.com"}, headers=header).status_code == 400
    for resource in ("https://ai.azure.com/.default", "https://nothing.example"):
        refused = session.get(url, params={**query, "resource": resource}, headers=header)
        assert refused.status_code == 400 and "AADSTS500011" in refused.json()["message"]
    assert session.get(url, params={**query, "resource": "https://graph.microsoft.com/"}, headers=header).ok


# -- prompts without a recording -----------------------------------------------------------------------------------------
def test_an_edited_prompt_gets_an_answer_that_explains_itself(session, project, bearer):
    answer = session.post(project + V1, headers=bearer(), json={**PROMPT, "input": "What is an AI app?"})
    text = answer.json()["output"][0]["content"][0]["text"]
    assert answer.status_code == 200
    assert "offline mock" in text
    assert "no recording for this prompt" in text
    assert "“What is an AI application?”" in text
    assert answer.headers["x-offline-mock"] == "no recording for this prompt"
    far = session.post(project + V1, headers=bearer(), json={**PROMPT, "input": "cats " * 5000})
    assert ", such as “" in far.json()["output"][0]["content"][0]["text"], "the nearest, however far"
