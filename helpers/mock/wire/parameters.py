"""Which parameters each API takes, and what each may hold, so that a wrong request is refused as the service would.

Names, types and values: the published OpenAPI documents of Azure OpenAI v1 and the openai SDK's request types. The words of
the refusals: errors.py.
"""

from types import MappingProxyType
from typing import Any

from helpers.mock.wire import errors, items, messages, schemas, tools
from helpers.mock.wire.body import parse
from helpers.mock.wire.kinds import check_kind, kind_of, needed, optional, value_among

RESPONSES = {
    "model": "a string", "input": "a string or an array", "instructions": "a string", "stream": "a boolean",
    "temperature": "a number", "top_p": "a number", "max_output_tokens": "an integer", "max_tool_calls": "an integer",
    "metadata": "an object", "previous_response_id": "a string", "conversation": "a string or an object",
    "store": "a boolean", "tools": "an array", "tool_choice": "an object or a string", "text": "an object",
    "parallel_tool_calls": "a boolean", "reasoning": "an object", "truncation": "a string", "user": "a string",
    "background": "a boolean", "include": "an array", "service_tier": "a string", "prompt": "an object",
    "prompt_cache_key": "a string", "prompt_cache_retention": "a string", "safety_identifier": "a string",
    "stream_options": "an object", "top_logprobs": "an integer", "context_management": "an array of objects",
    "moderation": "an object", "prompt_cache_options": "an object", "presence_penalty": "a number", "frequency_penalty": "a number",
}  # fmt: skip
# What only a project takes beside them.
PROJECT_RESPONSES = {
    "agent_reference": "an object", "structured_inputs": "an object", "agent_session_id": "a string",
}  # fmt: skip
_PROJECT = {**RESPONSES, **PROJECT_RESPONSES}
_DATED = {**_PROJECT, "agent": "an object"}
COUNTED = {
    name: RESPONSES[name]
    for name in (
        "model", "input", "instructions", "tools", "tool_choice", "text", "previous_response_id", "conversation",
        "parallel_tool_calls", "reasoning", "truncation",
    )
}  # fmt: skip
COMPACTED = {
    name: RESPONSES[name]
    for name in (
        "model", "input", "instructions", "previous_response_id", "prompt_cache_key", "prompt_cache_retention",
        "prompt_cache_options", "service_tier",
    )
}  # fmt: skip
CHAT = {
    "model": "a string", "messages": "an array of objects", "stream": "a boolean", "stream_options": "an object",
    "temperature": "a number", "top_p": "a number", "n": "an integer", "stop": "a string or an array",
    "max_tokens": "an integer", "max_completion_tokens": "an integer", "presence_penalty": "a number",
    "frequency_penalty": "a number", "logit_bias": "an object", "logprobs": "a boolean", "top_logprobs": "an integer",
    "user": "a string", "seed": "an integer", "tools": "an array of objects", "tool_choice": "a string or an object",
    "parallel_tool_calls": "a boolean", "response_format": "an object", "reasoning_effort": "a string",
    "verbosity": "a string", "metadata": "an object", "store": "a boolean", "modalities": "an array",
    "audio": "an object", "prediction": "an object", "functions": "an array", "function_call": "a string or an object",
    "data_sources": "an array", "user_security_context": "an object", "service_tier": "a string",
    "prompt_cache_key": "a string", "prompt_cache_retention": "a string", "safety_identifier": "a string",
    "web_search_options": "an object", "moderation": "an object", "prompt_cache_options": "an object",
}  # fmt: skip
EMBEDDINGS = {
    "model": "a string", "input": "a string or an array", "encoding_format": "a string", "dimensions": "an integer",
    "user": "a string", "input_type": "a string",
}  # fmt: skip
# A parameter of chat completions that Responses has under another name: the service says which.
MOVED = {
    "messages": "input", "response_format": "text.format", "max_completion_tokens": "max_output_tokens",
    "reasoning_effort": "reasoning.effort",
}  # fmt: skip
# Inclusive limits. Source: the same documents.
RANGES = {
    "temperature": (0, 2), "top_p": (0, 1), "n": (1, 128), "max_output_tokens": (16, None), "max_tokens": (1, None),
    "max_completion_tokens": (1, None), "top_logprobs": (0, 20), "dimensions": (1, None), "presence_penalty": (-2, 2),
    "frequency_penalty": (-2, 2), "max_tool_calls": (1, None),
}  # fmt: skip
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
SUMMARIES = ("concise", "detailed", "auto")
VERBOSITIES = ("low", "medium", "high")
# What a parameter may hold, by its path in the body.
VALUES = {
    "truncation": ("auto", "disabled"),
    "service_tier": ("auto", "default", "flex", "scale", "priority", "fast"),
    "prompt_cache_retention": ("in_memory", "24h"),
    "reasoning.effort": EFFORTS,
    "reasoning.summary": SUMMARIES,
    "reasoning.generate_summary": SUMMARIES,
    "reasoning.context": ("auto", "current_turn", "all_turns"),
    "text.verbosity": VERBOSITIES,
    "reasoning_effort": EFFORTS,
    "verbosity": VERBOSITIES,
    "encoding_format": ("float", "base64"),
}
INCLUDED = (
    "file_search_call.results", "web_search_call.results", "web_search_call.action.sources",
    "message.input_image.image_url", "computer_call_output.output.image_url", "code_interpreter_call.outputs",
    "reasoning.encrypted_content", "message.output_text.logprobs",
)  # fmt: skip
INSIDE = {  # the parts of a parameter that is an object
    "reasoning": {
        "effort": "a string", "summary": "a string", "generate_summary": "a string", "context": "a string", "mode": "a string",
    },
    "text": {"format": "an object", "verbosity": "a string"},
    "stream_options": {"include_usage": "a boolean", "include_obfuscation": "a boolean"},
}  # fmt: skip
LONGEST = {"prompt_cache_key": 64, "safety_identifier": 64}  # characters
LARGEST = 2**63
TEXT = 256 * 1024  # characters of a parameter that is no prompt: the mock's own limit
VOCABULARY = 200_019  # tokens that there are, in the largest of OpenAI's published encodings
TOKENS = 300_000  # of an embeddings request, which may come as numbers; the service's own limit


def responses(
    request_body: bytes, on_project: bool = True, dated: bool = False, agent: str | None = None
) -> dict[str, Any]:
    """The body of a Responses request. Raises ServiceError for the first thing wrong with it. ``dated``: at the path of 2025,
    which still takes ``agent``. ``agent``: at the endpoint of that agent."""
    body = parse(request_body)
    if on_project and not dated and body.get("agent") is not None:
        raise errors.agent_property_deprecated()
    _check(body, (_DATED if dated else _PROJECT) if on_project else RESPONSES, MOVED)
    reference = body.get("agent_reference") or body.get("agent")
    _check_responses(body, with_agent=bool(agent or reference))
    if reference is not None:
        _check_agent_reference(reference)
    # model and instructions were not seen refused
    for name in ("tools", "text", "temperature", "top_p") if agent or reference else ():
        if body.get(name) is not None:
            raise errors.not_allowed_with_agent(name)
    going_on = any(body.get(name) is not None for name in ("conversation", "prompt", "previous_response_id"))
    if body.get("input") is None and not going_on:
        raise errors.parameter_missing("input")
    if body.get("input") == "" and not going_on:
        raise errors.nothing_asked()
    if body.get("stream_options") is not None and not body.get("stream"):
        raise errors.stream_options_alone()
    if body.get("background") and body.get("store") is False:
        raise errors.background_not_stored()
    if body.get("previous_response_id") and body.get("conversation"):
        raise errors.not_together("previous_response_id", "conversation")
    return body


def counted(request_body: bytes) -> dict[str, Any]:
    """The body of a request to count input tokens. Raises ServiceError for the first thing wrong with it."""
    body = parse(request_body)
    _check(body, COUNTED, MOVED)
    _check_responses(body)
    return body


def compacted(request_body: bytes) -> dict[str, Any]:
    """The body of a request to compact a conversation. Raises ServiceError for the first thing wrong with it."""
    body = parse(request_body)
    _check(body, COMPACTED, MOVED)
    _check_responses(body)
    if body.get("input") is None and body.get("previous_response_id") is None:
        raise errors.parameter_missing("input")
    return body


def _check_responses(body: dict[str, Any], with_agent: bool = False) -> None:
    given, text = body.get("input"), body.get("text") or {}
    if isinstance(given, list):
        if not given and not body.get("conversation"):
            raise errors.input_empty()
        items.check("input", given)
    conversation = body.get("conversation")
    if isinstance(conversation, dict) and not isinstance(conversation.get("id"), str):
        raise errors.parameter_missing("conversation.id")
    tools.check(body.get("tools"), nested=False)
    tools.check_choice(body, nested=False, with_agent=with_agent)
    for at, name in enumerate(body.get("include") or ()):
        value_among(f"include[{at}]", name, INCLUDED)
    for at, rule in enumerate(body.get("context_management") or ()):
        check_kind(f"context_management[{at}]", rule, "an object")
        value_among(f"context_management[{at}].type", rule.get("type"), ("compaction",))
    if (body.get("stream_options") or {}).get("include_usage") is not None:  # it is of chat completions
        raise errors.parameter_unknown("stream_options.include_usage")
    if isinstance(body.get("prompt"), dict) and not isinstance(body["prompt"].get("id"), str):
        raise errors.parameter_missing("prompt.id")
    schemas.check_format("text.format", text.get("format"), nested=False)
    if (text.get("format") or {}).get("type") == "json_object" and not items.mentions_json(body):
        raise errors.json_not_mentioned("input")


def _check_agent_reference(agent: dict[str, Any]) -> None:
    if not isinstance(agent.get("name"), str) or not agent["name"]:
        raise errors.parameter_missing("agent_reference.name")
    optional("agent_reference", agent, "version")
    value_among("agent_reference.type", agent.get("type", "agent_reference"), ("agent_reference",))


def chat(request_body: bytes) -> dict[str, Any]:
    """The body of a chat-completions request. Raises ServiceError for the first thing wrong with it."""
    body = parse(request_body)
    _check(body, CHAT)
    if body.get("messages") is None:
        raise errors.parameter_missing("messages")
    if not body["messages"]:
        raise errors.list_empty("messages")
    _check_stop(body.get("stop"))
    messages.check(body["messages"])
    _check_functions(body)
    tools.check(body.get("tools"), nested=True)
    tools.check_choice(body, nested=True)
    for name in ("tool_choice", "parallel_tool_calls"):
        if body.get(name) is not None and not body.get("tools"):
            raise errors.only_with(name, "tools")
    if body.get("stream_options") is not None and not body.get("stream"):
        raise errors.stream_options_alone()
    for at, name in enumerate(body.get("modalities") or ()):
        value_among(f"modalities[{at}]", name, ("text", "audio"))
    if body.get("function_call") is not None and not body.get("functions"):
        raise errors.only_with("function_call", "functions")
    if body.get("max_tokens") is not None and body.get("max_completion_tokens") is not None:
        raise errors.two_limits()
    if body.get("metadata") and not body.get("store"):
        raise errors.metadata_not_stored()
    _check_bias(body.get("logit_bias") or {})
    if body.get("top_logprobs") is not None and not body.get("logprobs"):
        raise errors.top_logprobs_alone()
    schemas.check_format("response_format", body.get("response_format"), nested=True)
    if (body.get("response_format") or {}).get("type") == "json_object" and not messages.mention_json(body["messages"]):
        raise errors.json_not_mentioned("messages")
    return body


def _check_functions(body: dict[str, Any]) -> None:
    """The older way to describe functions: 1 to 128 of them, each with a name (the published OpenAPI document)."""
    functions = body.get("functions")
    if functions is None:
        return
    if not functions:
        raise errors.list_empty("functions")
    if len(functions) > tools.MOST:
        raise errors.list_too_long("functions", tools.MOST, len(functions))
    for at, function in enumerate(functions):
        if not isinstance(function, dict):
            raise errors.parameter_type(f"functions[{at}]", "an object", kind_of(function))
        if not isinstance(function.get("name"), str):
            raise errors.parameter_missing(f"functions[{at}].name")
        schemas.check_name(f"functions[{at}].name", function["name"])
    if isinstance(body.get("function_call"), dict):
        needed("function_call", body["function_call"], "name")


def _check_bias(bias: dict[str, Any]) -> None:
    for token, weight in bias.items():
        if not token.isdecimal():
            raise errors.bias_refused(token)
        check_kind(f"logit_bias.{token[:20]}", weight, "a number")
        if abs(weight) > 100:
            raise errors.number_outside(
                f"logit_bias.{token[:20]}", weight, 100 if weight > 0 else -100, above=weight > 0
            )


def _check_stop(stop: Any) -> None:
    if isinstance(stop, list) and len(stop) > 4:
        raise errors.list_too_long("stop", 4, len(stop))
    for at, word in enumerate(stop if isinstance(stop, list) else []):
        if not isinstance(word, str):
            raise errors.parameter_type(f"stop[{at}]", "a string", kind_of(word))


def embeddings(request_body: bytes) -> dict[str, Any]:
    """The body of an embeddings request. Raises ServiceError for the first thing wrong with it."""
    body = parse(request_body, TOKENS + 5_000)
    _check(body, EMBEDDINGS)
    given = body.get("input")
    if given is None:
        raise errors.parameter_missing("input")
    if given in ("", []):
        raise errors.embedding_input()
    if isinstance(given, list):
        numbers = all(isinstance(part, int) and not isinstance(part, bool) for part in given)
        for at, part in enumerate(() if numbers else given):
            if not isinstance(part, str | list):
                raise errors.parameter_type(f"input[{at}]", "a string or an array", kind_of(part))
            if not part:
                raise errors.embedding_input()
        if not numbers and len(given) > 2048:
            raise errors.embedding_input()
        for text in (given,) if numbers else (part for part in given if isinstance(part, list)):
            if not all(isinstance(one, int) and not isinstance(one, bool) and 0 <= one < VOCABULARY for one in text):
                raise errors.embedding_input()
    return body


def conversation(request_body: bytes) -> dict[str, Any]:
    """The body of a request to make or change a conversation, which may be empty. Raises ServiceError for the first thing
    wrong with it."""
    body = parse(request_body) if request_body else {}
    given = body.get("items")
    if given is not None:
        if not isinstance(given, list):
            raise errors.parameter_type("items", "an array", kind_of(given))
        if len(given) > 20:
            raise errors.list_too_long("items", 20, len(given))
        items.check("items", given)
    check_metadata(body.get("metadata"))
    return body


def _check(body: dict[str, Any], known: dict[str, str], moved: dict[str, str] = MappingProxyType({})) -> None:
    """Raises the ServiceError for the first parameter that is not ``known``, or not of its type, range or values. One that
    has ``moved`` is told where to."""
    for name in body:
        if name in moved and name not in known:
            raise errors.parameter_moved(name, moved[name])
        if name not in known:
            raise errors.parameter_unknown(name, (one for one in known if one not in body))
    for name, value in body.items():
        if value is None:
            continue
        if name in VALUES and not isinstance(value, str):
            raise errors.not_among(name, VALUES[name], kind_of(value))
        check_kind(name, value, known[name])
        if isinstance(value, int) and abs(value) > LARGEST:
            raise errors.number_outside(name, value, LARGEST, above=True)
        if isinstance(value, str) and len(value) > TEXT and name not in ("input", "instructions"):
            raise errors.text_too_long(name, TEXT)
        if name in LONGEST and len(value) > LONGEST[name]:
            raise errors.string_too_long(name, LONGEST[name], len(value))
        low, high = RANGES.get(name, (None, None))
        if low is not None and value < low:
            raise errors.number_outside(name, value, low, above=False)
        if high is not None and value > high:
            raise errors.number_outside(name, value, high, above=True)
        if name in VALUES:
            value_among(name, value, VALUES[name])
        for part, inner in value.items() if name in INSIDE else ():
            if inner is None:
                continue
            kind = INSIDE[name].get(part)
            if kind is None:
                raise errors.parameter_unknown(f"{name}.{part}")
            if f"{name}.{part}" in VALUES and not isinstance(inner, str):
                raise errors.not_among(f"{name}.{part}", VALUES[f"{name}.{part}"], kind_of(inner))
            check_kind(f"{name}.{part}", inner, kind)
            if f"{name}.{part}" in VALUES:
                value_among(f"{name}.{part}", inner, VALUES[f"{name}.{part}"])
    check_metadata(body.get("metadata"))


def check_metadata(metadata: Any) -> None:
    """Raises ServiceError for metadata that is not at most 16 pairs of texts of up to 64 and 512 characters (the limits
    that the SDKs document)."""
    if metadata is None:
        return
    if not isinstance(metadata, dict):
        raise errors.parameter_type("metadata", "an object", kind_of(metadata))
    if len(metadata) > 16:
        raise errors.too_many_properties("metadata", 16, len(metadata))
    for name, value in metadata.items():
        if not isinstance(value, str):
            raise errors.parameter_type(f"metadata.{name[:64]}", "a string", kind_of(value))
        if len(name) > 64:
            raise errors.property_name_too_long(name, "metadata", 64)
        if len(value) > 512:
            raise errors.string_too_long(f"metadata.{name}", 512, len(value))


def check_metadata_of_project(metadata: Any) -> None:
    """The same, refused in the way of the project service."""
    try:
        check_metadata(metadata)
    except errors.ServiceError as error:
        raise errors.of_project(error) from None
