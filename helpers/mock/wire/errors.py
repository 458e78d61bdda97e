"""What the service answers when a request is wrong. Three layers answer, each in a shape of its own:

1. GATEWAY: API Management in front of everything; ``error.code`` is the status as text, or the body is flat.
2. MODEL: the Azure OpenAI front end and the model behind it; OpenAI's error object.
3. PROJECT: the Foundry project service; ``error.code`` is a word.

Bodies are the service's own, byte for byte, from public recordings and issue reports. Where no such report was found
the function says "inferred".
"""

import json

GATEWAY, MODEL, PROJECT = "gateway", "model", "project"


class ServiceError(Exception):
    """An answer that is not a success. ``content_type`` is empty where the service sends none; ``headers`` are those that
    only this error has."""

    def __init__(
        self,
        layer: str,
        status: int,
        body: str,
        reason: str = "",
        content_type: str = "application/json",
        headers: list[tuple[str, str]] = (),
    ):
        super().__init__(body)
        self.layer, self.status, self.body, self.reason = layer, status, body, reason
        self.content_type, self.headers = content_type, headers


def _openai_error(
    status: int, message: str, code: str | None, param: str | None = None, kind: str = "invalid_request_error"
) -> ServiceError:
    error = {"message": message, "type": kind, "param": param, "code": code}
    return ServiceError(MODEL, status, json.dumps({"error": error}, separators=(",", ":")))


# -- 401: who are you? -------------------------------------------------------------------------------------------------
def bad_key() -> ServiceError:
    """A key that is missing or not this resource's. The reason phrase is the service's own."""
    message = (
        "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an "
        "active subscription and use a correct regional API endpoint for your resource."
    )
    return ServiceError(GATEWAY, 401, f'{{"error":{{"code":"401","message":"{message}"}}}}', reason="PermissionDenied")


def bad_token(audience: str) -> ServiceError:
    """A token that is missing, malformed, expired or for someone else; ``audience`` is the one that would do."""
    message = f"Unauthorized. Access token is missing, invalid, audience is incorrect ({audience}), or have expired."
    return ServiceError(GATEWAY, 401, f'{{ "statusCode": 401, "message": "{message}" }}')


def no_data_action(principal: str, action: str, operation: str) -> ServiceError:
    """A good token of someone whose role does not cover the call: 401 here, not 403."""
    message = (
        f"The principal `{principal}` lacks the required data action `{action}` to perform `{operation}` operation."
    )
    body = {"error": {"code": "PermissionDenied", "message": message}}
    return ServiceError(PROJECT, 401, json.dumps(body, separators=(",", ":")))


def role_pending() -> ServiceError:
    """A role that was granted a moment ago and has not reached the data plane yet."""
    body = {"error": {"code": "PermissionDenied", "message": "Principal does not have access to API/Operation."}}
    return ServiceError(PROJECT, 401, json.dumps(body, separators=(",", ":")))


# -- 404: nothing here -------------------------------------------------------------------------------------------------
def not_found() -> ServiceError:
    """No such route, method or api-version. The space after ``"message":`` is the service's."""
    return ServiceError(GATEWAY, 404, '{"error":{"code":"404","message": "Resource not found"}}')


def deployment_not_found() -> ServiceError:
    """The model named is no deployment of this resource. Sent without a Content-Type."""
    message = (
        "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, "
        "please wait a moment and try again."
    )
    error = {"type": "invalid_request_error", "code": "DeploymentNotFound", "message": message}
    return ServiceError(MODEL, 404, json.dumps({"error": error}, indent=2), content_type="")


# -- 400: the request cannot be understood -----------------------------------------------------------------------------
def version_not_allowed() -> ServiceError:
    """An api-version on a path that has /v1 in it."""
    message = "api-version query parameter is not allowed when using /v1 path"
    return ServiceError(GATEWAY, 400, f'{{"error":{{"code":"BadRequest","message":"{message}"}}}}')


def version_required() -> ServiceError:
    """A project path that needs an api-version and has none. The envelope is inferred, the message is not."""
    message = "Missing required query parameter: api-version"
    return ServiceError(PROJECT, 400, f'{{"error":{{"code":"BadRequest","message":"{message}"}}}}')


def model_missing() -> ServiceError:
    """No ``model`` in the body. Sent without a Content-Type."""
    return ServiceError(
        MODEL, 400, json.dumps({"error": {"message": "Missed model deployment"}}, indent=2), content_type=""
    )


def bad_encoding() -> ServiceError:
    """A body that is not UTF-8."""
    message = (
        "Invalid body: encountered a unicode decode error when parsing this JSON value. "
        "Please check the value to ensure it is valid unicode."
    )
    return _openai_error(400, message, "invalid_json")


def bad_json(detail: str) -> ServiceError:
    """Inferred: a body that is not JSON."""
    return _openai_error(400, f"Invalid body: failed to parse JSON value ({detail}).", "invalid_json")


def parameter_missing(name: str) -> ServiceError:
    """Inferred from OpenAI's errors: a parameter that must be there."""
    return _openai_error(400, f"Missing required parameter: '{name}'.", "missing_required_parameter", name)


def parameter_type(name: str, expected: str, got: str) -> ServiceError:
    """Inferred from OpenAI's errors: a parameter of the wrong JSON type."""
    message = f"Invalid type for '{name}': expected {expected}, but got {got} instead."
    return _openai_error(400, message, "invalid_type", name)


def parameter_value(name: str, message: str) -> ServiceError:
    """Inferred from OpenAI's errors: a parameter with a value out of range."""
    return _openai_error(400, f"Invalid value for '{name}': {message}", "invalid_value", name)


def parameter_unknown(name: str) -> ServiceError:
    """Inferred from OpenAI's errors: a parameter that the API does not have."""
    return _openai_error(400, f"Unknown parameter: '{name}'.", "unknown_parameter", name)


def operation_not_supported(operation: str, deployment: str) -> ServiceError:
    """A model that cannot do what is asked, such as a chat with an embedding model."""
    message = (
        f"The {operation} operation does not work with the specified model, {deployment}. Please choose different "
        "model and try again. You can learn more about which models can be used with each operation here: "
        "https://go.microsoft.com/fwlink/?linkid=2197993."
    )
    return ServiceError(MODEL, 400, f'{{"error":{{"code":"OperationNotSupported","message":"{message}"}}}}')


def parameter_unsupported(name: str, instead: str = "") -> ServiceError:
    """A parameter that this model does not take. With ``instead`` in the service's words, without it inferred."""
    hint = f" Use '{instead}' instead." if instead else ""
    message = f"Unsupported parameter: '{name}' is not supported with this model.{hint}"
    return _openai_error(400, message, "unsupported_parameter", name)


def model_not_supported() -> ServiceError:
    """The Responses API asked of a model that does not have it. The words are the documentation's, the envelope inferred."""
    return ServiceError(MODEL, 400, '{"error":{"code":"400","message":"Model not supported"}}')


def context_too_long(limit: int, prompt: int, completion: int) -> ServiceError:
    """More tokens than the model can hold."""
    message = (
        f"This model's maximum context length is {limit} tokens. However, you requested {prompt + completion} tokens "
        f"({prompt} in the messages, {completion} in the completion). Please reduce the length of the messages or completion."
    )
    return _openai_error(400, message, "context_length_exceeded", "messages")


def prompt_blocked(more: list = ()) -> ServiceError:
    """A prompt that the content filter stopped; ``more`` are the model's headers (recorded 2023-12-02)."""
    safe = {"filtered": False, "severity": "safe"}
    error = {
        "message": "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. "
        "Please modify your prompt and retry. To learn more about our content filtering policies please read our "
        "documentation: https://go.microsoft.com/fwlink/?linkid=2198766",
        "type": None,
        "param": "prompt",
        "code": "content_filter",
        "status": 400,
        "innererror": {
            "code": "ResponsibleAIPolicyViolation",
            "content_filter_result": {
                "hate": safe,
                "self_harm": safe,
                "sexual": safe,
                "violence": {"filtered": True, "severity": "medium"},
            },
        },
    }
    headers = [("ms-azureml-model-error-reason", "model_error"), ("ms-azureml-model-error-statuscode", "400"), *more]
    return ServiceError(MODEL, 400, json.dumps({"error": error}, separators=(",", ":")), headers=headers)


# -- 403 ---------------------------------------------------------------------------------------------------------------
def keys_disabled() -> ServiceError:
    """A key on a resource whose owner has turned keys off. The envelope is inferred."""
    body = {
        "error": {
            "code": "AuthenticationTypeDisabled",
            "message": "Key based authentication is disabled for this resource.",
        }
    }
    return ServiceError(GATEWAY, 403, json.dumps(body, separators=(",", ":")))


def network_refused() -> ServiceError:
    """A request from outside the networks that the resource admits. The envelope is inferred."""
    body = {"error": {"code": "403", "message": "Access denied due to Virtual Network/Firewall rules."}}
    return ServiceError(GATEWAY, 403, json.dumps(body, separators=(",", ":")))


# -- 404 of things that a request made -----------------------------------------------------------------------------------
def thing_not_found(kind: str, name: str) -> ServiceError:
    """Inferred from OpenAI's errors: a stored response, conversation, item or file that is not there."""
    return _openai_error(404, f"{kind} with id '{name[:100]}' not found.", None)


def previous_not_found(name: str) -> ServiceError:
    """Inferred from OpenAI's errors: previous_response_id names nothing that is stored."""
    message = f"Previous response with id '{name[:100]}' not found."
    return _openai_error(400, message, "previous_response_not_found", "previous_response_id")


def call_not_found(name: str) -> ServiceError:
    """Inferred from OpenAI's errors: the result of a function call that is not in the conversation."""
    return _openai_error(400, f"No tool call found for function call output with call_id {name[:100]}.", None, "input")


def model_not_found(name: str) -> ServiceError:
    """Inferred from OpenAI's errors: no such base model."""
    return _openai_error(404, f"The model '{name[:100]}' does not exist", "model_not_found")


def project_thing_not_found(kind: str, name: str) -> ServiceError:
    """Inferred: the shape is the project service's, the words are ours."""
    body = {"error": {"code": "NotFound", "message": f"{kind} '{name[:100]}' was not found.", "details": []}}
    return ServiceError(PROJECT, 404, json.dumps(body, ensure_ascii=False, separators=(",", ":")))


def cannot_cancel() -> ServiceError:
    """Inferred from OpenAI's errors: only a response that runs in the background can be canceled."""
    return _openai_error(400, "Cannot cancel a synchronous response.", None)


def project_bad_request(message: str) -> ServiceError:
    """Inferred: a body that the project service cannot use."""
    body = {"error": {"code": "BadRequest", "message": message, "details": []}}
    return ServiceError(PROJECT, 400, json.dumps(body, ensure_ascii=False, separators=(",", ":")))


# -- 429: not so fast ----------------------------------------------------------------------------------------------------
def too_many(
    exceeded: str, operation: str, version: str, deployment: str, seconds: int, region: str, headers: list
) -> ServiceError:
    """A quota that is used up: ``exceeded`` is "call" or "token". Worded as reported for another operation."""
    message = (
        f"Your requests to {deployment} for {deployment} in {region} have exceeded the {exceeded} rate limit for your "
        f"current AIServices S0 pricing tier. This request was for {operation} under Azure OpenAI API version {version}. Please "
        f"retry after {seconds} second{'' if seconds == 1 else 's'}. To increase your default rate limit, visit: "
        "https://aka.ms/oai/quotaincrease."
    )
    body = f'{{"error":{{"code":"RateLimitReached","message": "{message}"}}}}'
    return ServiceError(GATEWAY, 429, body, headers=headers)


def too_many_elsewhere(limit: int, seconds: int, headers: list) -> ServiceError:
    """A quota of a model that is not OpenAI's: the service words it in another way."""
    message = (
        f"Rate limit of {limit} per 60s exceeded for UserByModelByMinuteUncachedInputTokens. Please wait {seconds} seconds "
        "before retrying."
    )
    body = {"error": {"code": "RateLimitReached", "message": message}}
    return ServiceError(GATEWAY, 429, json.dumps(body, separators=(",", ":")), headers=headers)


# -- 500 and 503 ---------------------------------------------------------------------------------------------------------
def server_error(request_id: str) -> ServiceError:
    """The service's own failure, with the request id to quote."""
    message = (
        "The server had an error processing your request. Sorry about that! You can retry your request, or contact us "
        "through an Azure support request at: https://go.microsoft.com/fwlink/?linkid=2213926 if you keep seeing this "
        f"error. (Please include the request ID {request_id} in your email.)"
    )
    return _openai_error(500, message, None, kind="server_error")


def unavailable(headers: list) -> ServiceError:
    """Inferred: the service is there but cannot serve."""
    return ServiceError(GATEWAY, 503, '{"error":{"code":"503","message":"Service Unavailable"}}', headers=headers)


# -- the management plane (Azure Resource Manager). All inferred from its public error reference. ------------------------
def management(status: int, code: str, message: str) -> ServiceError:
    """An ARM error: ``{"error": {"code", "message"}}``."""
    body = {"error": {"code": code, "message": message}}
    return ServiceError(PROJECT, status, json.dumps(body, ensure_ascii=False, separators=(",", ":")))


def management_no_token() -> ServiceError:
    """No bearer token."""
    return management(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")


def management_bad_token(why: str) -> ServiceError:
    """A token that is expired, malformed, or for something else than Azure Resource Manager."""
    if why == "audience":
        return management(
            401,
            "InvalidAuthenticationTokenAudience",
            "The access token has been obtained for wrong audience or resource. It should exactly match with one of the "
            "allowed audiences 'https://management.core.windows.net/','https://management.azure.com/'.",
        )
    if why == "expired":
        return management(401, "ExpiredAuthenticationToken", "The access token expiry time is in the past.")
    return management(401, "InvalidAuthenticationToken", "The access token is invalid.")


def management_forbidden(principal: str, operation: str) -> ServiceError:
    """A principal without the role for it."""
    message = f"The client '{principal}' does not have authorization to perform action '{operation}'."
    return management(403, "AuthorizationFailed", message)


# -- any path --------------------------------------------------------------------------------------------------------------
def no_subdomain() -> ServiceError:
    """A token at a regional endpoint. The second half of the service's message is not known; the envelope is inferred."""
    message = "Please provide a custom subdomain for token authentication, otherwise API key is required."
    return ServiceError(GATEWAY, 400, f'{{"error":{{"code":"BadRequest","message":"{message}"}}}}')


def no_host() -> ServiceError:
    """Inferred: a request without a Host header, or with one that is no host name."""
    return ServiceError(
        GATEWAY, 400, '{"error":{"code":"400","message":"The request has no Host header, or a wrong one."}}'
    )


def schema_invalid(name: str) -> ServiceError:
    """Inferred from OpenAI's errors: a schema that is not one, or that asks for more than anyone would answer."""
    message = f"Invalid schema for {name}: it is not a valid JSON Schema, or asks for too much."
    return _openai_error(400, message, "invalid_json_schema", name)


def target_too_long(limit: int) -> ServiceError:
    """Inferred: a path and a query over the mock's limit."""
    message = f"The path and the query are longer than {limit:,} bytes."
    return ServiceError(GATEWAY, 414, f'{{"error":{{"code":"414","message":"{message}"}}}}')


def head_too_large(limit: int) -> ServiceError:
    """Inferred: headers over the mock's limit."""
    message = f"The request headers are larger than {limit:,} bytes."
    return ServiceError(GATEWAY, 431, f'{{"error":{{"code":"431","message":"{message}"}}}}')


def too_large(limit: int) -> ServiceError:
    """Inferred: a body over the mock's limit."""
    message = f"The request body is larger than {limit:,} bytes."
    return ServiceError(GATEWAY, 413, f'{{"error":{{"code":"413","message":"{message}"}}}}')


def too_much_to_keep(kind: str, limit: int) -> ServiceError:
    """The mock's own limit on one thing that it keeps."""
    return _openai_error(400, f"The offline mock keeps at most {limit:,} bytes of one {kind}.", "too_large")


def too_many_entries(name: str, limit: int, count: int) -> ServiceError:
    """Inferred from OpenAI's errors: a list that is too long."""
    message = f"Invalid '{name}': array too long. Expected an array with maximum length {limit}, but got an array with length {count} instead."
    return _openai_error(400, message, "array_above_max_length", name)


def text_too_long(name: str, limit: int) -> ServiceError:
    """The mock's own limit on a text that is no prompt."""
    return _openai_error(413, f"The offline mock reads at most {limit:,} characters of '{name}'.", "too_large", name)


def too_many_values(limit: int) -> ServiceError:
    """The mock's own limit on the values in one body."""
    return _openai_error(413, f"The offline mock reads at most {limit:,} JSON values in one body.", "too_large")


# -- the mock itself ---------------------------------------------------------------------------------------------------
def no_recording(explanation: str) -> ServiceError:
    """Only under --strict: the offline mock has no recording for a prompt."""
    return _openai_error(404, explanation, "mock_no_recording", "input", kind="offline_mock_error")


def broken(what: str) -> ServiceError:
    """A defect of the mock, in the shape of the service's 500."""
    return _openai_error(500, f"The offline mock failed: {what}. Please report it.", None, kind="server_error")
