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
    """An answer that is not a success. ``content_type`` is empty where the service sends none."""

    def __init__(self, layer: str, status: int, body: str, reason: str = "", content_type: str = "application/json"):
        super().__init__(body)
        self.layer, self.status, self.body, self.reason, self.content_type = layer, status, body, reason, content_type


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


def project_not_found(name: str) -> ServiceError:
    """Inferred: the shape is the project service's, the words are ours."""
    body = {"error": {"code": "NotFound", "message": f"Project '{name}' was not found.", "details": []}}
    return ServiceError(PROJECT, 404, json.dumps(body, separators=(",", ":")))


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


def no_host() -> ServiceError:
    """Inferred: an HTTP/1.1 request without a Host header."""
    return ServiceError(GATEWAY, 400, '{"error":{"code":"400","message":"The request has no Host header."}}')


def too_large(limit: int) -> ServiceError:
    """Inferred: a body over the mock's limit."""
    message = f"The request body is larger than {limit:,} bytes."
    return ServiceError(GATEWAY, 413, f'{{"error":{{"code":"413","message":"{message}"}}}}')


# -- the mock itself ---------------------------------------------------------------------------------------------------
def no_recording(explanation: str) -> ServiceError:
    """Only under --strict: the offline mock has no recording for a prompt."""
    return _openai_error(404, explanation, "mock_no_recording", "input", kind="offline_mock_error")


def broken(what: str) -> ServiceError:
    """A defect of the mock, in the shape of the service's 500."""
    return _openai_error(500, f"The offline mock failed: {what}. Please report it.", None, kind="server_error")
