"""Each failure of the service, down to its bytes: status, reason, body, and which layer's headers it comes with. The
expected bytes are facts from public recordings and issue reports; see helpers/mock/wire/errors.py for what is inferred."""

import pytest

from helpers.exchange import Exchange, Headers
from helpers.mock.call import Call
from helpers.mock.faults import KINDS, Faults
from helpers.mock.state import Fault, State
from helpers.mock.wire import errors
from helpers.mock.wire.errors import GATEWAY, MODEL, PROJECT, ServiceError
from tests.mock.test_routes import CHAT, KEY_401, NOT_FOUND, PROJECT_401

FAILURES = [
    (errors.bad_key(), GATEWAY, 401, KEY_401),
    (errors.bad_token("https://ai.azure.com"), GATEWAY, 401, PROJECT_401),
    (
        errors.no_data_action("me", "A/write", "POST /openai/v1/responses"), PROJECT, 401,
        '{"error":{"code":"PermissionDenied","message":"The principal `me` lacks the required data action `A/write` to '
        'perform `POST /openai/v1/responses` operation."}}',
    ),
    (
        errors.role_pending(), PROJECT, 401,
        '{"error":{"code":"PermissionDenied","message":"Principal does not have access to API/Operation."}}',
    ),
    (errors.not_found(), GATEWAY, 404, NOT_FOUND),
    (
        errors.version_not_allowed(), GATEWAY, 400,
        '{"error":{"code":"BadRequest","message":"api-version query parameter is not allowed when using /v1 path"}}',
    ),
    (
        errors.version_required(), PROJECT, 400,
        '{"error":{"code":"BadRequest","message":"Missing required query parameter: api-version"}}',
    ),
    (
        errors.context_too_long("chat", 128000, 113182, 16000), MODEL, 400,
        '{"error":{"message":"This model\'s maximum context length is 128000 tokens. However, you requested 129182 tokens '
        "(113182 in the messages, 16000 in the completion). Please reduce the length of the messages or completion."
        '","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}',
    ),
    (
        errors.parameter_unsupported("max_tokens", "max_completion_tokens"), MODEL, 400,
        '{"error":{"message":"Unsupported parameter: \'max_tokens\' is not supported with this model. Use '
        '\'max_completion_tokens\' instead.","type":"invalid_request_error","param":"max_tokens",'
        '"code":"unsupported_parameter"}}',
    ),
    (errors.model_missing(), MODEL, 400, '{\n  "error": {\n    "message": "Missed model deployment"\n  }\n}'),
    (
        errors.operation_not_supported("chatCompletion", "my-embeddings"), MODEL, 400,
        '{"error":{"code":"OperationNotSupported","message":"The chatCompletion operation does not work with the specified '
        "model, my-embeddings. Please choose different model and try again. You can learn more about which models can be "
        'used with each operation here: https://go.microsoft.com/fwlink/?linkid=2197993."}}',
    ),
    (
        errors.bad_encoding(), MODEL, 400,
        '{"error":{"message":"Invalid body: encountered a unicode decode error when parsing this JSON value. Please check '
        'the value to ensure it is valid unicode.","type":"invalid_request_error","param":null,"code":"invalid_json"}}',
    ),
    (
        errors.prompt_blocked(), MODEL, 400,
        '{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI\'s content management '
        "policy. Please modify your prompt and retry. To learn more about our content filtering policies please read our "
        'documentation: https://go.microsoft.com/fwlink/?linkid=2198766","type":null,"param":"prompt",'
        '"code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":'
        '{"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"},'
        '"sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":true,"severity":"medium"}}}}}',
    ),
    (
        errors.keys_disabled(), GATEWAY, 403,
        '{"error":{"code":"AuthenticationTypeDisabled","message":"Key based authentication is disabled for this resource."}}',
    ),
    (
        errors.network_refused(), GATEWAY, 403,
        '{"error":{"code":"403","message":"Access denied due to Virtual Network/Firewall rules."}}',
    ),
    (
        errors.too_many("call", "Audio_Translations", "2024-06-01", "whisper", 10, "Sweden Central", []), GATEWAY, 429,
        '{"error":{"code":"RateLimitReached","message": "Your requests to whisper for whisper in Sweden Central have '
        "exceeded the call rate limit for your current AIServices S0 pricing tier. This request was for Audio_Translations "
        "under Azure OpenAI API version 2024-06-01. Please retry after 10 seconds. To increase your default rate limit, visit: "
        'https://aka.ms/oai/quotaincrease."}}',
    ),
    (
        errors.too_many_elsewhere(300000, 23, []), GATEWAY, 429,
        '{"error":{"code":"RateLimitReached","message":"Rate limit of 300000 per 60s exceeded for '
        'UserByModelByMinuteUncachedInputTokens. Please wait 23 seconds before retrying."}}',
    ),
    (errors.model_not_supported(), MODEL, 400, '{"error":{"code":"400","message":"Model not supported"}}'),
    (
        errors.server_error("b7d93ce8"), MODEL, 500,
        '{"error":{"message":"The server had an error processing your request. Sorry about that! You can retry your '
        "request, or contact us through an Azure support request at: https://go.microsoft.com/fwlink/?linkid=2213926 if "
        'you keep seeing this error. (Please include the request ID b7d93ce8 in your email.)","type":"server_error",'
        '"param":null,"code":null}}',
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("error", "layer", "status", "body"), FAILURES, ids=lambda value: getattr(value, "body", "")[:40]
)
def test_a_failure_is_the_services_own(mock, error, layer, status, body):
    assert (error.layer, error.status, error.body) == (layer, status, body)
    answer = mock.foundry.refuse(Exchange("POST", "https://localhost/x"), error)
    assert ("x-ms-region" in answer.response_headers) == (layer != GATEWAY)
    assert "apim-request-id" in answer.response_headers
    assert ("strict-transport-security" in answer.response_headers) == (layer != GATEWAY)


def test_only_bodies_sent_without_a_type_have_none():
    untyped = [error.body for error, *_ in FAILURES if not error.content_type]
    assert untyped == [errors.model_missing().body]
    assert not errors.deployment_not_found().content_type


def test_every_fault_is_an_answer_or_one_of_the_two_that_are_not():
    state, spoiled = State(), []
    for kind in KINDS:
        state.faults.append(Fault(kind))
        call = Call.of(Exchange("POST", "https://localhost/openai/v1/responses"))
        try:
            Faults(state).meet(call)
            spoiled.append((kind, call.late > 0, call.cut))
        except ServiceError as error:
            assert error.status == int(kind) if kind.isdigit() else 400 <= error.status < 500
    assert spoiled == [("slow", True, False), ("cut", False, True)]
    assert state.faults == []


def test_a_prompt_that_is_too_long_is_told(session, resource, key):
    body = {**CHAT, "model": "gpt-4o", "messages": [{"role": "user", "content": "word " * 120_000}]}
    answer = session.post(resource + "/openai/v1/chat/completions", headers=key, json=body)
    assert answer.json()["error"]["code"] == "context_length_exceeded"


def test_a_defect_of_the_mock_says_that_it_is_one(mock, monkeypatch):
    monkeypatch.setattr(mock.foundry, "_stages", [lambda call: 1 / 0])
    answer = mock.foundry.answer(Exchange("GET", "https://localhost/x", Headers()))
    assert answer.status == 500
    assert "The offline mock failed: ZeroDivisionError" in answer.response_json["error"]["message"]
