"""What the service answers when a request is wrong. Three layers answer, each in a shape of its own:

1. GATEWAY: API Management in front of everything; ``error.code`` is the status as text, or the body is flat.
2. MODEL: the Azure OpenAI front end and the model behind it; OpenAI's error object.
3. PROJECT: the Foundry project service; ``error.code`` is a word.

Bodies are the service's own, byte for byte, from public recordings and issue reports. Where no such report was found
the function says "inferred".
"""

import json
from collections.abc import Iterable

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
    """A parameter that must be there."""
    return _openai_error(400, f"Missing required parameter: '{name}'.", "missing_required_parameter", name)


# How the service calls what some parameters should be. Sources: each as quoted from OpenAI or Azure, 2025 and 2026.
_EXPECTED = {
    ("input", "a string or an array"): "one of a string or array of input items",
    ("tools", "an array"): "an array of tools",
    ("metadata", "an object"): "a metadata object",
    ("functions", "an array"): "an array of function definitions",
    ("tool_choice", "an object or a string"): "one of an object or 'none', 'auto', or 'required'",
    ("tool_choice", "a string or an object"): "one of one of 'none', 'auto', or 'required' or object",
    (
        "include",
        "an array",
    ): "an array of one of 'fil...lts', 'web...lts', 'web...ces', 'mes...url', 'com...url', 'cod...uts', "
    "'rea...ent', or 'mes...obs'",
}


def parameter_type(name: str, expected: str, got: str) -> ServiceError:
    """A parameter of the wrong JSON type."""
    if (name, expected) in _EXPECTED:
        expected = _EXPECTED[name, expected]
    elif " or " in expected and not expected.startswith("one of"):
        expected = f"one of {expected.replace(' or an ', ' or ').replace(' or a ', ' or ')}"
    expected = expected.replace("a number", "a decimal")
    got = got.replace("a number", "a decimal number")
    message = f"Invalid type for '{name}': expected {expected}, but got {got} instead."
    return _openai_error(400, message, "invalid_type", name)


def parameter_value(name: str, message: str) -> ServiceError:
    """Inferred from OpenAI's errors: a parameter with a value that will not do."""
    return _openai_error(400, f"Invalid value for '{name}': {message}", "invalid_value", name)


def value_not_supported(name: str, value: str, allowed: tuple[str, ...]) -> ServiceError:
    """A value that is none of those there are. A long one is cut, as the service does."""
    shown = value if len(value) <= 60 else f"{value[:3]}...{value[-3:]}"
    message = f"Invalid value: '{shown}'. Supported values are: {_listed(allowed)}."
    return _openai_error(400, message, "invalid_value", name)


def not_among(name: str, allowed: tuple[str, ...], got: str) -> ServiceError:
    """Something of the wrong JSON type where one of a few words belongs."""
    return parameter_type(name, f"one of {_listed(allowed, 'or')}", got)


def value_not_of_model(name: str, value: str, model: str, allowed: tuple[str, ...], chat: bool = False) -> ServiceError:
    """A value that there is, but not for this model. Each API has its own words."""
    what = (
        f"'{name}' does not support '{value}' with this model"
        if chat
        else f"'{value}' is not supported with the '{model}' model"
    )
    message = f"Unsupported value: {what}. Supported values are: {_listed(allowed)}."
    return _openai_error(400, message, "unsupported_value", name)


def only_default(name: str, value: object) -> ServiceError:
    """A setting of chat completions that a reasoning model leaves at its default."""
    message = f"Unsupported value: '{name}' does not support {value} with this model. Only the default (1) value is supported."
    return _openai_error(400, message, "unsupported_value", name)


def _listed(values: tuple[str, ...], joined: str = "and") -> str:
    *first, last = (f"'{value}'" for value in values)
    return f"{', '.join(first)}{',' if len(first) > 1 else ''} {joined} {last}" if first else last


def parameter_unknown(name: str, known: Iterable[str] = ()) -> ServiceError:
    """A parameter that the API does not have; of those it has, the ones that are spelled nearly so are named."""
    near = sorted(one for one in known if len(name) < 40 and _edits(name, one) <= 2)
    hint = f" Did you mean {' or '.join(repr(one) for one in near)}?" if near else ""
    return _openai_error(400, f"Unknown parameter: '{name[:100]}'.{hint}", "unknown_parameter", name[:100])


def _edits(a: str, b: str) -> int:
    """How many letters must be put in, taken out or changed to make one word the other."""
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (letter != other))
    return row[-1]


def parameter_moved(name: str, now: str) -> ServiceError:
    """A parameter of chat completions sent to the Responses API, which has it under another name."""
    message = (
        f"Unsupported parameter: '{name}'. In the Responses API, this parameter has moved to '{now}'. Try again with the new "
        "parameter. See the API documentation for more information: "
        "https://platform.openai.com/docs/api-reference/responses/create."
    )
    return _openai_error(400, message, "unsupported_parameter")


def number_outside(name: str, value: float, limit: float, above: bool) -> ServiceError:
    """A number beyond its limit."""
    kind = (
        "integer"
        if isinstance(value, int) and isinstance(limit, int) and name.rpartition(".")[2] in _WHOLE
        else "decimal"
    )
    side, sign = ("above maximum", "<=") if above else ("below minimum", ">=")
    message = f"Invalid '{name}': {kind} {side} value. Expected a value {sign} {limit}, but got {value} instead."
    return _openai_error(400, message, f"{kind}_{'above_max' if above else 'below_min'}_value", name)


_WHOLE = (
    "n", "max_output_tokens", "max_tokens", "max_completion_tokens", "top_logprobs", "dimensions", "max_tool_calls", "seed",
    "max_num_results", "limit",
)  # fmt: skip


def string_too_long(name: str, limit: int, length: int) -> ServiceError:
    """A text beyond its limit."""
    message = (
        f"Invalid '{name}': string too long. Expected a string with maximum length {limit}, but got a string with length "
        f"{length} instead."
    )
    return _openai_error(400, message, "string_above_max_length", name)


def property_name_too_long(name: str, inside: str, limit: int) -> ServiceError:
    """A name in an object that is beyond its limit."""
    message = (
        f"Invalid property name in '{inside}': '{name[:3]}...{name[-3:]}' is too long. Expected a string with maximum length "
        f"{limit}, but got a string with length {len(name)} instead."
    )
    return _openai_error(400, message, "property_name_above_max_length", f"{inside}.{name[:200]}")


def pattern_missed(name: str, pattern: str) -> ServiceError:
    """A text in the wrong form."""
    message = (
        f"Invalid '{name}': string does not match pattern. Expected a string that matches the pattern '{pattern}'."
    )
    return _openai_error(400, message, "invalid_value", name)


def string_empty(name: str) -> ServiceError:
    """A text that says nothing."""
    message = (
        f"Invalid '{name}': empty string. Expected a string with minimum length 1, but got an empty string instead."
    )
    return _openai_error(400, message, "empty_string", name)


def list_empty(name: str) -> ServiceError:
    """A list that needs an entry."""
    message = f"Invalid '{name}': empty array. Expected an array with minimum length 1, but got an empty array instead."
    return _openai_error(400, message, "empty_array", name)


def list_too_long(name: str, limit: int, length: int) -> ServiceError:
    """A list beyond its limit."""
    message = (
        f"Invalid '{name}': array too long. Expected an array with maximum length {limit}, but got an array with length "
        f"{length} instead."
    )
    return _openai_error(400, message, "array_above_max_length", name)


def too_many_properties(name: str, limit: int, count: int) -> ServiceError:
    """An object beyond its limit."""
    message = (
        f"Invalid '{name}': too many properties. Expected an object with at most {limit} properties, but got an object with "
        f"{count} properties instead."
    )
    return _openai_error(400, message, "object_above_max_properties", name)


def input_empty() -> ServiceError:
    """An input without an item."""
    return _openai_error(400, "Invalid 'input': input cannot be an empty array.", None)


def nothing_asked() -> ServiceError:
    """An input that is an empty text, and nothing else to go on from."""
    message = "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation' must be provided."
    return _openai_error(400, message, "missing_required_parameter")


def not_together(one: str, other: str) -> ServiceError:
    """Two parameters that exclude each other. The gap in the words is the service's."""
    message = f"Mutually exclusive parameters: ''. Ensure you are only providing one of: '{one}' or '{other}'."
    return _openai_error(400, message, "mutually_exclusive_parameters")


def background_not_stored() -> ServiceError:
    """Inferred: a response in the background that is not to be kept."""
    return _openai_error(400, "Background mode requires 'store' to be true.", "invalid_value", "background")


def only_with(name: str, needed: str) -> ServiceError:
    """A parameter of chat completions that means nothing without another."""
    return _openai_error(
        400, f"Invalid value for '{name}': '{name}' is only allowed when '{needed}' are specified.", None, name
    )


def stream_options_alone() -> ServiceError:
    """Options for a stream that was not asked for."""
    message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
    return _openai_error(400, message, None, "stream_options")


def top_logprobs_alone() -> ServiceError:
    """How many log probabilities, without asking for any."""
    message = "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled."
    return _openai_error(400, message, None, "top_logprobs")


# -- 400: pictures and formats -------------------------------------------------------------------------------------------
_PICTURE = (
    "Expected a base64-encoded data URL with an image MIME type (e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU=')"
)


def picture_refused(name: str, fault: str, chat: bool = False) -> ServiceError:
    """A picture that cannot be one; ``fault`` ends the message."""
    start = "Invalid image URL:" if chat else "Invalid"
    return _openai_error(400, f"{start} '{name}'. {_PICTURE}, but got {fault}", "invalid_value", name)


def file_data_refused(name: str) -> ServiceError:
    """A file that is sent along, and is no data URL."""
    message = (
        f"Invalid '{name}'. Expected a base64-encoded data URL with an application/pdf MIME type (e.g. "
        "'data:application/pdf;base64,aW1nIGJ5dGVzIGhlcmU='), but got a value without the 'data:' prefix."
    )
    return _openai_error(400, message, "invalid_value", name)


def picture_of_another_role(at: int, role: str) -> ServiceError:
    """A picture in a message that is not the user's."""
    message = (
        f"Invalid 'messages[{at}]'. Image URLs are only allowed for messages with role 'user', but this message with role "
        f"'{role}' contains an image URL."
    )
    return _openai_error(400, message, "invalid_value", f"messages[{at}]")


def function_without_name(at: int) -> ServiceError:
    """The result of a function, in the older form, that does not say of which."""
    message = "Missing parameter 'name': messages with role 'function' must have a 'name'."
    return _openai_error(400, message, None, f"messages.[{at}].name")


def two_limits() -> ServiceError:
    """The limit on the answer under its old name and its new one."""
    message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."
    return _openai_error(400, message, "invalid_parameter_combination", "max_tokens")


def metadata_not_stored() -> ServiceError:
    """Notes on a chat completion that is not kept."""
    return _openai_error(400, "The 'metadata' parameter is only allowed when 'store' is enabled.", None, "metadata")


def bias_refused(key: str) -> ServiceError:
    """A bias for something that is no token."""
    message = f"Invalid key in 'logit_bias': {key[:60]}. You should only be submitting non-negative integers."
    return _openai_error(400, message, None, "logit_bias")


def json_not_mentioned(name: str) -> ServiceError:
    """The format json_object, where no message says json; ``name`` is "messages" or "input"."""
    if name == "messages":
        message = (
            "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
        )
    else:
        message = "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'."
    return _openai_error(400, message, None, name)


def function_schema_refused(name: str, fault: str, param: str) -> ServiceError:
    """Parameters of a function that are no schema, or not a strict one."""
    return _openai_error(400, f"Invalid schema for function '{name}': {fault}", "invalid_function_parameters", param)


def format_schema_refused(name: str, fault: str, param: str) -> ServiceError:
    """A format of the answer that is no schema, or not a strict one. Chat completions send no code."""
    code = None if param == "response_format" else "invalid_json_schema"
    return _openai_error(400, f"Invalid schema for response_format '{name}': {fault}", code, param)


# -- 400: calls and their results ----------------------------------------------------------------------------------------
def result_without_call(at: int) -> ServiceError:
    """A tool message that answers nothing before it. The spelling is the service's."""
    message = (
        "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
    )
    return _openai_error(400, message, None, f"messages.[{at}].role")


def result_of_another_call(call_id: str, at: int) -> ServiceError:
    """A tool message that names a call which the message before it did not make."""
    message = f"Invalid parameter: 'tool_call_id' of '{call_id[:60]}' not found in 'tool_calls' of previous message."
    return _openai_error(400, message, None, f"messages.[{at}].tool_call_id")


def result_without_id(at: int) -> ServiceError:
    """A tool message that does not say what it answers."""
    message = "Missing parameter 'tool_call_id': messages with role 'tool' must have a 'tool_call_id'."
    return _openai_error(400, message, None, f"messages.[{at}].tool_call_id")


def result_twice(call_id: str, first: int, second: int) -> ServiceError:
    """Two results of one call."""
    message = f"Invalid parameter: Duplicate value for 'tool_call_id' of '{call_id[:60]}', in messages[{first}] and messages[{second}]."
    return _openai_error(400, message, None, f"messages.[{second}].tool_call_id")


def calls_not_answered(call_ids: list[str]) -> ServiceError:
    """Calls of a chat that are not all answered by the next messages."""
    message = (
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The "
        f"following tool_call_ids did not have response messages: {', '.join(name[:60] for name in call_ids)}"
    )
    return _openai_error(400, message, None, "messages")


def content_null(at: int) -> ServiceError:
    """A message that says nothing and calls nothing."""
    message = "Invalid value for 'content': expected a string, got null."
    return _openai_error(400, message, None, f"messages.[{at}].content")


def tool_twice(name: str, where: str) -> ServiceError:
    """Inferred: two tools of one name."""
    return _openai_error(400, f"Tool names must be unique: '{name[:64]}' is there twice.", "invalid_value", where)


def choice_without_tools() -> ServiceError:
    """A tool that must be called, where there is none."""
    return _openai_error(400, "Tool choice 'required' must be specified with 'tools' parameter.", None, "tool_choice")


def choice_not_found(name: str | None, chat: bool) -> ServiceError:
    """A choice of a tool that is not among the tools. Chat completions still use an older parameter's name."""
    if chat:
        message = (
            f"Invalid value for 'function_call': no function named '{name}' was specified in the 'functions' parameter."
        )
        return _openai_error(400, message, None, "function_call")
    return _openai_error(400, f"Tool choice '{name}' not found in 'tools' parameter.", None, "tool_choice")


# -- 400: agents ---------------------------------------------------------------------------------------------------------
def agent_property_deprecated() -> ServiceError:
    """The property that named an agent until 2026."""
    return _invalid_payload("The 'agent' property is deprecated. Use 'agent_reference' instead.", "agent")


def not_allowed_with_agent(name: str) -> ServiceError:
    """What an agent's definition says, said once more by the request."""
    return _invalid_payload("Not allowed when agent is specified.", name)


def _invalid_payload(message: str, param: str = "") -> ServiceError:
    return project_error(400, "invalid_payload", message, param=param, kind="invalid_request_error")


def operation_not_supported(operation: str, deployment: str) -> ServiceError:
    """A model that cannot do what is asked, such as a chat with an embedding model."""
    message = (
        f"The {operation} operation does not work with the specified model, {deployment}. Please choose different "
        "model and try again. You can learn more about which models can be used with each operation here: "
        "https://go.microsoft.com/fwlink/?linkid=2197993."
    )
    return ServiceError(MODEL, 400, f'{{"error":{{"code":"OperationNotSupported","message":"{message}"}}}}')


def parameter_unsupported(name: str, instead: str = "", code: str | None = "unsupported_parameter") -> ServiceError:
    """A parameter that this model does not take."""
    hint = f" Use '{instead}' instead." if instead else ""
    message = f"Unsupported parameter: '{name}' is not supported with this model.{hint}"
    return _openai_error(400, message, code, name)


def logprobs_not_supported(name: str) -> ServiceError:
    """Probabilities of the tokens, asked through either parameter of Responses while the model reasons."""
    return _openai_error(400, "logprobs are not supported with reasoning models.", "unsupported_parameter", name)


def encrypted_not_supported() -> ServiceError:
    """Thoughts, encrypted, of a model that has none."""
    return _openai_error(400, "Encrypted content is not supported with this model.", None, "include")


def model_not_supported() -> ServiceError:
    """The Responses API asked of a model that does not have it. The words are the documentation's, the envelope inferred."""
    return ServiceError(MODEL, 400, '{"error":{"code":"400","message":"Model not supported"}}')


def context_too_long(api: str, limit: int, prompt: int, completion: int) -> ServiceError:
    """More tokens than the model can hold, in the words of the API: "chat", "responses" or "embeddings"."""
    if api == "responses":
        message = "Your input exceeds the context window of this model. Please adjust your input and try again."
        return _openai_error(400, message, "context_length_exceeded", "input")
    if api == "embeddings":
        message = (
            f"This model's maximum context length is {limit} tokens, however you requested {prompt} tokens ({prompt} in your "
            "prompt; 0 for the completion). Please reduce your prompt; or completion length."
        )
        return _openai_error(400, message, None)
    message = (
        f"This model's maximum context length is {limit} tokens. However, you requested {prompt + completion} tokens "
        f"({prompt} in the messages, {completion} in the completion). Please reduce the length of the messages or completion."
    )
    return _openai_error(400, message, "context_length_exceeded", "messages")


def dimensions_fixed() -> ServiceError:
    """Another size of vector from a model that has one only."""
    return _openai_error(400, "This model does not support specifying dimensions.", None)


def embedding_input() -> ServiceError:
    """An empty text to embed, or more texts than there may be."""
    message = "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference."
    return _openai_error(400, message, None)


BLOCKED = (
    "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt "
    "and retry. To learn more about our content filtering policies please read our documentation: "
    "https://go.microsoft.com/fwlink/?linkid=2198766"
)


def prompt_blocked(more: list = ()) -> ServiceError:
    """A prompt that the content filter stopped; ``more`` are the model's headers (recorded 2023-12-02)."""
    safe = {"filtered": False, "severity": "safe"}
    error = {
        "message": BLOCKED,
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


def call_not_found(name: str, custom: bool = False) -> ServiceError:
    """The result of a call that is not in the conversation."""
    kind = "custom tool call" if custom else "tool call"
    which = "custom tool call" if custom else "function call"
    return _openai_error(400, f"No {kind} found for {which} output with call_id {name[:100]}.", None, "input")


def call_not_answered(name: str, custom: bool = False) -> ServiceError:
    """A call that the new input leaves without its result."""
    which = "custom tool call" if custom else "function call"
    return _openai_error(400, f"No tool output found for {which} {name[:100]}.", None, "input")


def item_twice(name: str) -> ServiceError:
    """An item that is sent although the response that is gone on from holds it."""
    return _openai_error(
        400,
        f"Duplicate item found with id {name[:100]}. Remove duplicate items from your input and try again.",
        None,
        "input",
    )


def max_tokens_too_large(name: str, limit: int, value: int) -> ServiceError:
    """A limit on the answer that is beyond what the model can write."""
    message = f"{name} is too large: {value}. This model supports at most {limit} completion tokens, whereas you provided {value}."
    return _openai_error(400, message, "invalid_value", name)


def verbosity_fixed(name: str, value: str) -> ServiceError:
    """Another verbosity from a model that has one only."""
    message = (
        f"Unsupported value: 'verbosity' does not support '{value}' with this model. Supported values are: 'medium'."
    )
    return _openai_error(400, message, "unsupported_value", name)


def item_not_stored(name: str) -> ServiceError:
    """An item of a response that was not kept."""
    message = f"Item with id '{name[:100]}' not found. Items are not persisted when `store` is set to false. Try again with `store` set to true, or remove this item from your input."
    return _openai_error(404, message, None, "input")


def model_not_found(name: str) -> ServiceError:
    """Inferred from OpenAI's errors: no such base model."""
    return _openai_error(404, f"The model '{name[:100]}' does not exist", "model_not_found")


def project_error(status: int, code: str, message: str, param: str | None = None, kind: str = "error") -> ServiceError:
    """An error of the project service; the request id in it is put in when it is answered (Call.refused)."""
    error = {"code": code, "message": message, "param": param, "type": kind, "details": []}
    if param is None:
        del error["param"]
    body = {"error": {**error, "additionalInfo": {"request_id": REQUEST_ID}}}
    return ServiceError(PROJECT, status, json.dumps(body, ensure_ascii=False, separators=(",", ":")))


def of_project(error: ServiceError) -> ServiceError:
    """The same refusal as the project service wraps it. The words are those of the model's side; that they are the same is inferred."""
    told = json.loads(error.body)["error"]
    return project_error(error.status, "invalid_payload", told["message"], told["param"] or "", told["type"])


REQUEST_ID = "<request id>"  # stands in a body until the request is known


def project_thing_not_found(kind: str, name: str) -> ServiceError:
    """A thing of the project that is not there. The words are the service's for a memory store; for other things inferred."""
    return project_error(404, "not_found", f"{kind} '{name[:100]}' not found")


def project_not_found() -> ServiceError:
    """A project that is not there. The words are reported, the envelope is inferred."""
    return project_error(404, "NotFound", "The project does not exist.")


def agent_name_invalid() -> ServiceError:
    """A name that no agent can have."""
    message = "Must start and end with alphanumeric characters, can contain hyphens in the middle, and must not exceed 63 characters."
    return project_error(400, "invalid_parameters", message, kind="invalid_request_error")


def definition_invalid(message: str = "The supplied value is invalid.", param: str = "") -> ServiceError:
    """A definition that cannot be one."""
    return _invalid_payload(message, param)


def preview_required(what: str, feature: str) -> ServiceError:
    """A kind of thing that is still in preview, without the header that asks for it."""
    message = (
        f"{what} is in preview. This operation requires the following opt-in preview feature(s): {feature}. Include the "
        f"'Foundry-Features: {feature}' header in your request."
    )
    return project_error(403, "preview_feature_required", message, kind="invalid_request_error")


def agent_disabled(name: str) -> ServiceError:
    """Inferred: no report shows what a disabled agent answers."""
    return project_error(403, "agent_disabled", f"Agent '{name}' is disabled.", kind="invalid_request_error")


def too_many_tools(limit: int, count: int) -> ServiceError:
    """An agent with more tools than there may be. The code is documented, the words are inferred."""
    return project_error(400, "tool_limit_exceeded", f"At most {limit} tools are allowed, but got {count}.")


def workflows_not_run() -> ServiceError:
    """The mock's own limit: it keeps workflow agents and runs none."""
    message = "The offline mock does not run workflows. Use a prompt agent here, or a live project."
    return project_error(400, "offline_mock_limit", message, kind="offline_mock_error")


def input_value_missing(name: str) -> ServiceError:
    """Inferred: a structured input that an agent requires, and the request does not give."""
    return _openai_error(
        400,
        f"Missing required parameter: 'structured_inputs.{name}'.",
        "missing_required_parameter",
        f"structured_inputs.{name}",
    )


def vector_store_not_found(name: str) -> ServiceError:
    """Inferred from OpenAI's errors: a vector store that is not there."""
    return _openai_error(404, f"Vector store with id ['{name[:100]}'] not found.", None)


def file_not_found(name: str) -> ServiceError:
    """Inferred from OpenAI's errors: a file that a request names and that is not there."""
    return _openai_error(404, f"No such File object: {name[:100]}", None, "id")


def container_not_found() -> ServiceError:
    """A container of the code interpreter that is not there. The words are reported, the rest is inferred."""
    return _openai_error(404, "Container not found", None)


def stream_too_old() -> ServiceError:
    """The events of a background response, asked for too late. The words are OpenAI's, the rest is inferred."""
    return _openai_error(400, "This response can no longer be streamed because it is more than 5 minutes old", None)


def not_streamed() -> ServiceError:
    """Inferred: a stream of a response that was not made in the background with stream=true."""
    return _openai_error(
        400, "This response cannot be streamed: it was not created with background=true and stream=true.", None
    )


def approval_not_found(name: str) -> ServiceError:
    """Inferred: an answer to an approval that nobody asked for."""
    return _openai_error(400, f"No approval request found with id '{name[:100]}'.", None, "input")


def cannot_cancel() -> ServiceError:
    """Inferred from OpenAI's errors: only a response that runs in the background can be canceled."""
    return _openai_error(400, "Cannot cancel a synchronous response.", None)


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


def group_not_found(name: str) -> ServiceError:
    """A resource group that is not there."""
    return management(404, "ResourceGroupNotFound", f"Resource group '{name[:90]}' could not be found.")


def group_name_invalid(name: str) -> ServiceError:
    """Inferred: a name that no resource group can have."""
    return management(400, "InvalidResourceGroup", f"The resource group name '{name[:60]}' is not valid.")


def subscription_not_found(name: str) -> ServiceError:
    """A subscription that is not there, or not this principal's."""
    return management(404, "SubscriptionNotFound", f"The subscription '{name[:60]}' could not be found.")


def resource_not_found(kind: str, name: str, group: str) -> ServiceError:
    """A thing in a resource group that is not there."""
    message = (
        f"The Resource '{kind}/{name}' under resource group '{group}' was not found. For more details please go to "
        "https://aka.ms/ARMResourceNotFoundFix"
    )
    return management(404, "ResourceNotFound", message)


def name_invalid(kind: str, name: str) -> ServiceError:
    """A name that cannot be. For accounts as reported, for the others inferred."""
    if kind == "account":
        message = (
            "The account name is invalid. Account name can only include alphanumeric characters, underscores and hyphens; "
            "Account name only allows 2 to 64 characters."
        )
        return management(400, "InvalidAccountName", message)
    return management(400, "InvalidResourceName", f"The {kind} name '{name[:60]}' is not valid.")


def location_required() -> ServiceError:
    """A thing that has no place to be."""
    return management(400, "LocationRequired", "The location property is required for this definition.")


def account_kind_invalid(kind: str) -> ServiceError:
    """A kind of account that there is not, or not here."""
    message = f"The account type '{kind[:60]}' is either invalid or unavailable in given region."
    return management(400, "InvalidApiSetId", message)


def subdomain_invalid(name: str) -> ServiceError:
    """A customSubDomainName that cannot be part of a host name."""
    return management(400, "CustomDomainInvalid", f"Sub domain name '{name[:60]}' is not valid.")


def subdomain_in_use(name: str) -> ServiceError:
    """A customSubDomainName that another account has, or had until it was deleted."""
    message = (
        f"Please pick a different name. The subdomain name '{name}' is not available as it's already used by a resource. If the "
        "resource using the name was deleted in the last 48 hours, you may need to purge the deleted resource. Learn more at "
        '"https://go.microsoft.com/fwlink/?linkid=2215493"'
    )
    return management(409, "CustomDomainInUse", message)


def restore_or_purge(path: str) -> ServiceError:
    """The name of an account that was deleted less than two days ago."""
    message = (
        f"An existing resource with ID '{path}' has been soft-deleted. To restore the resource, you must specify 'restore' to be "
        "'true' in the property. If you don't want to restore existing resource, please purge it first."
    )
    return management(409, "FlagMustBeSetForRestore", message)


def nested_resources(names: list[str]) -> ServiceError:
    """An account that still holds projects."""
    message = (
        "Cannot delete resource while nested resources exist. Some existing nested resource IDs include: "
        f"'{', '.join(names[:5])}'. Please delete all nested resources before deleting this resource."
    )
    return management(409, "CannotDeleteResource", message)


def parent_is_busy(account: str) -> ServiceError:
    """One change at a time: code and words as reported in many public repositories, 2025 and 2026."""
    said = f"Another operation is being performed on the parent resource '{account}'. Please try again later."
    return management(409, "RequestConflict", said)


def subdomain_fixed(name: str) -> ServiceError:
    """A subdomain that would be changed. That it cannot be is said on Microsoft's page about custom subdomain names; the code
    and the words are inferred."""
    return management(
        400, "CustomDomainInvalid", f"The sub domain name of this account is '{name}', and cannot be changed."
    )


def projects_need_an_identity() -> ServiceError:
    """An account that may hold projects and has no managed identity. Terraform's ``azurerm_cognitive_account`` wants one there, and
    the Azure CLI adds one (``create`` in azure-cli's cognitiveservices/custom.py); the code and the words are inferred."""
    said = (
        "An account with allowProjectManagement needs a managed identity: set identity, as {'type': 'SystemAssigned'}."
    )
    return management(400, "InvalidResourceProperties", said)


def model_deprecated(model: str, since: str) -> ServiceError:
    """A model that nobody can deploy any more."""
    return management(400, "ServiceModelDeprecated", f"The model '{model}' has been deprecated since {since} 00:00:00.")


def keys_not_listed() -> ServiceError:
    """The keys of an account that takes none (reported in terraform-azurerm-avm-res-cognitiveservices-account#130, 2025-07)."""
    return management(400, "BadRequest", "Failed to list key. disableLocalAuth is set to be true")


def sku_not_supported(sku: str, model: str, version: str) -> ServiceError:
    """A sku that the model does not come in."""
    message = f"The specified SKU '{sku[:40]}' of account deployment is not supported by the model '{model}' version: '{version}'."
    return management(400, "InvalidResourceProperties", message)


def quota_exceeded(model: str, capacity: int, limit: int) -> ServiceError:
    """More capacity than the subscription has."""
    quota = f"quota Tokens Per Minute (thousands) - {model}"
    message = (
        f"This operation require {capacity} new capacity in {quota}, which is bigger than the current available capacity "
        f"{limit}. The current quota usage is 0 and the quota limit is {limit} for {quota}."
    )
    return management(400, "InsufficientQuota", message)


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
