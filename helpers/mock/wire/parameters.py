"""Which parameters each API takes and of what JSON type, so that a wrong request is refused as the service would.
Names and types: the published OpenAPI documents of Azure OpenAI v1 and the openai SDK's request types."""

import json
import re
from typing import Any

from helpers.mock.wire import errors

KINDS = {
    "a string": str, "a boolean": bool, "an integer": int, "a number": (int, float), "an object": dict,
    "an array": list,
}  # fmt: skip

RESPONSES = {
    "model": "a string", "input": "a string or an array", "instructions": "a string", "stream": "a boolean",
    "temperature": "a number", "top_p": "a number", "max_output_tokens": "an integer", "max_tool_calls": "an integer",
    "metadata": "an object", "previous_response_id": "a string", "conversation": "a string or an object",
    "store": "a boolean", "tools": "an array", "tool_choice": "a string or an object", "text": "an object",
    "parallel_tool_calls": "a boolean", "reasoning": "an object", "truncation": "a string", "user": "a string",
    "background": "a boolean", "include": "an array", "service_tier": "a string", "prompt": "an object",
    "prompt_cache_key": "a string", "prompt_cache_retention": "a string", "safety_identifier": "a string",
    "stream_options": "an object", "top_logprobs": "an integer", "agent": "an object", "agent_reference": "an object",
}  # fmt: skip
CHAT = {
    "model": "a string", "messages": "an array", "stream": "a boolean", "stream_options": "an object",
    "temperature": "a number", "top_p": "a number", "n": "an integer", "stop": "a string or an array",
    "max_tokens": "an integer", "max_completion_tokens": "an integer", "presence_penalty": "a number",
    "frequency_penalty": "a number", "logit_bias": "an object", "logprobs": "a boolean", "top_logprobs": "an integer",
    "user": "a string", "seed": "an integer", "tools": "an array", "tool_choice": "a string or an object",
    "parallel_tool_calls": "a boolean", "response_format": "an object", "reasoning_effort": "a string",
    "verbosity": "a string", "metadata": "an object", "store": "a boolean", "modalities": "an array",
    "audio": "an object", "prediction": "an object", "functions": "an array", "function_call": "a string or an object",
    "data_sources": "an array", "user_security_context": "an object", "service_tier": "a string",
    "prompt_cache_key": "a string", "prompt_cache_retention": "a string", "safety_identifier": "a string",
    "web_search_options": "an object",
}  # fmt: skip
EMBEDDINGS = {
    "model": "a string", "input": "a string or an array", "encoding_format": "a string", "dimensions": "an integer",
    "user": "a string", "input_type": "a string",
}  # fmt: skip
# Inclusive limits. Source: the same documents.
RANGES = {
    "temperature": (0, 2), "top_p": (0, 1), "n": (1, 128), "max_output_tokens": (16, None), "max_tokens": (1, None),
    "max_completion_tokens": (1, None), "top_logprobs": (0, 20), "dimensions": (1, 3072), "presence_penalty": (-2, 2),
    "frequency_penalty": (-2, 2),
}  # fmt: skip
ROLES = ("user", "assistant", "system", "developer", "tool", "function")


# The mock's own limit on one body, so that no request holds up the others: how many values it may hold.
VALUES = 20_000
LARGEST = 2**63
TEXT = 256 * 1024  # characters of a parameter that is no prompt
DEEP = re.compile(rb"(?:[^\[\]{}]{0,80}[\[{]){500}")
TOKENS = 300_000  # of an embeddings request, which may come as numbers; the service's own limit


def parse(body: bytes, limit: int = VALUES) -> dict[str, Any]:
    """The body as a JSON object. Raises ServiceError for anything else, and for more than ``limit`` values."""
    if _values(body) > limit:
        raise errors.bad_json("nested too deeply") if DEEP.match(body) else errors.too_many_values(limit)
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite)
        if b"\\ud" in body or b"\\uD" in body:
            json.dumps(data, ensure_ascii=False).encode()  # half a character could be kept, and then be shown to nobody
    except UnicodeError:
        raise errors.bad_encoding() from None
    except RecursionError:
        raise errors.bad_json("nested too deeply") from None
    except ValueError as error:
        raise errors.bad_json(str(error)) from None
    if not isinstance(data, dict):
        raise errors.bad_json(f"expected an object, got {kind_of(data)}")
    return data


def _values(body: bytes) -> int:
    """How many values there are in a JSON text, at the most. Commas in texts do not count, unless there are too many to look.
    Nothing in here takes more time than the text is long, whatever is in it."""
    count = body.count(b",") + body.count(b"[") + body.count(b"{")
    if VALUES < count < 5 * VALUES and body.count(b'"') < 10 * VALUES:
        outside = body.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2]
        return sum(part.count(mark) for part in outside for mark in (b",", b"[", b"{"))
    return count


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{digits[:20]} is too large a number")
    return value


def responses(request_body: bytes) -> dict[str, Any]:
    """The body of a Responses request. Raises ServiceError for the first thing wrong with it."""
    body = parse(request_body)
    _check(body, RESPONSES)
    if body.get("input") is None:
        raise errors.parameter_missing("input")
    if isinstance(body["input"], list):
        check_items("input", body["input"])
    text = body.get("text") or {}
    if not isinstance(text.get("format") or {}, dict):
        raise errors.parameter_type("text.format", "an object", kind_of(text["format"]))
    return body


def check_items(name: str, items: list[Any]) -> None:
    """Raises ServiceError for the first wrong item of an input or of a conversation."""
    for at, item in enumerate(_objects(name, items)):
        for field in ("type", "call_id"):
            if not isinstance(item.get(field, "message"), str):
                raise errors.parameter_type(f"{name}[{at}].{field}", "a string", kind_of(item[field]))
        if item.get("type", "message") == "message":
            _check_message(f"{name}[{at}]", item)


def conversation(request_body: bytes) -> dict[str, Any]:
    """The body of a request to make or change a conversation, which may be empty. Raises ServiceError for the first thing
    wrong with it."""
    body = parse(request_body) if request_body else {}
    items = body.get("items")
    if items is not None:
        if not isinstance(items, list):
            raise errors.parameter_type("items", "an array", kind_of(items))
        check_items("items", items)
    check_metadata(body.get("metadata"))
    return body


def _check_stop(stop: Any) -> None:
    if isinstance(stop, list) and len(stop) > 4:
        raise errors.too_many_entries("stop", 4, len(stop))
    for at, word in enumerate(stop if isinstance(stop, list) else []):
        if not isinstance(word, str):
            raise errors.parameter_type(f"stop[{at}]", "a string", kind_of(word))


def embeddings(request_body: bytes) -> dict[str, Any]:
    """The body of an embeddings request. Raises ServiceError for the first thing wrong with it."""
    body = parse(request_body, TOKENS + 5_000)
    _check(body, EMBEDDINGS)
    given = body.get("input")
    if given is None or given in ("", []):
        raise errors.parameter_missing("input")
    if isinstance(given, list):
        numbers = all(isinstance(part, int) and not isinstance(part, bool) for part in given)
        for at, part in enumerate(() if numbers else given):
            if not isinstance(part, str | list):
                raise errors.parameter_type(f"input[{at}]", "a string or an array", kind_of(part))
        if not numbers and len(given) > 2048:
            raise errors.parameter_value("input", "expected at most 2048 texts.")
    if body.get("encoding_format") not in (None, "float", "base64"):
        raise errors.parameter_value("encoding_format", "expected float or base64.")
    return body


def chat(request_body: bytes) -> dict[str, Any]:
    """The body of a chat-completions request. Raises ServiceError for the first thing wrong with it."""
    body = parse(request_body)
    _check(body, CHAT)
    _check_stop(body.get("stop"))
    if not body.get("messages"):
        raise errors.parameter_missing("messages")
    schema = (body.get("response_format") or {}).get("json_schema", {})
    if not isinstance(schema, dict):
        raise errors.parameter_type("response_format.json_schema", "an object", kind_of(schema))
    for at, message in enumerate(body["messages"]):
        if not isinstance(message, dict):
            raise errors.parameter_type(f"messages[{at}]", "an object", kind_of(message))
        _check_message(f"messages[{at}]", message)
        for call in _objects(f"messages[{at}].tool_calls", message.get("tool_calls")):
            if not isinstance(call.get("function", {}), dict):
                raise errors.parameter_type(f"messages[{at}].tool_calls", "an array of calls", kind_of(call))
    return body


def _check(body: dict[str, Any], known: dict[str, str]) -> None:
    for name, value in body.items():
        if name not in known:
            raise errors.parameter_unknown(name)
        if value is None:
            continue
        expected = known[name].split(" or ")
        if not any(_is(value, kind) for kind in expected):
            raise errors.parameter_type(name, known[name], kind_of(value))
        if isinstance(value, int) and abs(value) > LARGEST:
            raise errors.parameter_value(name, "expected a smaller number.")
        if isinstance(value, str) and len(value) > TEXT and name not in ("input", "instructions"):
            raise errors.text_too_long(name, TEXT)
        low, high = RANGES.get(name, (None, None))
        if low is not None and value < low:
            raise errors.parameter_value(name, f"expected a value of at least {low}, but got {value}.")
        if high is not None and value > high:
            raise errors.parameter_value(name, f"expected a value of at most {high}, but got {value}.")
    check_metadata(body.get("metadata"))
    tools = _objects("tools", body.get("tools"))
    for at, tool in enumerate(tools):
        if not isinstance(tool.get("function", {}), dict):
            raise errors.parameter_type(f"tools[{at}].function", "an object", kind_of(tool["function"]))
    _check_tool_choice(body.get("tool_choice"), {tool_name(tool) for tool in tools})


def tool_name(tool: dict[str, Any]) -> str | None:
    """The name of a function, as a tool or as a choice, in the form of either API."""
    function = tool.get("function")
    name = tool.get("name") or (function.get("name") if isinstance(function, dict) else None)
    return name if isinstance(name, str) else None


def _check_tool_choice(choice: Any, names: set[str | None]) -> None:
    if isinstance(choice, str) and choice not in ("none", "auto", "required"):
        raise errors.parameter_value("tool_choice", "expected none, auto or required, or an object that names a tool.")
    if choice == "required" and not names:
        raise errors.parameter_value("tool_choice", "required needs tools to choose from.")
    if isinstance(choice, dict) and choice.get("type") == "allowed_tools":
        inner = choice.get("allowed_tools", choice)
        if not isinstance(inner, dict):
            raise errors.parameter_type("tool_choice.allowed_tools", "an object", kind_of(inner))
        _objects("tool_choice.tools", inner.get("tools"))
    if isinstance(choice, dict) and choice.get("type") == "function" and tool_name(choice) not in names:
        raise errors.parameter_value(
            "tool_choice", f"there is no tool {str(tool_name(choice))[:60]!r} among the tools."
        )


def check_metadata(metadata: Any) -> None:
    """Raises ServiceError for metadata that is not at most 16 pairs of texts of up to 64 and 512 characters (the limits
    that the SDKs document)."""
    if metadata is None:
        return
    if not isinstance(metadata, dict):
        raise errors.parameter_type("metadata", "an object", kind_of(metadata))
    if len(metadata) > 16:
        raise errors.parameter_value("metadata", f"expected at most 16 pairs, but got {len(metadata)}.")
    for name, value in metadata.items():
        if not isinstance(value, str):
            raise errors.parameter_type(f"metadata.{name[:64]}", "a string", kind_of(value))
        if len(name) > 64 or len(value) > 512:
            raise errors.parameter_value("metadata", "expected names of up to 64 and values of up to 512 characters.")


def _check_message(name: str, message: dict[str, Any]) -> None:
    role, content = message.get("role"), message.get("content")
    if role is None:
        raise errors.parameter_missing(f"{name}.role")
    if not isinstance(role, str) or role not in ROLES:
        raise errors.parameter_value(f"{name}.role", f"expected one of {', '.join(ROLES)}, but got {str(role)[:40]!r}.")
    if isinstance(content, list):
        for at, part in enumerate(_objects(f"{name}.content", content)):
            if not isinstance(part.get("text", ""), str):
                raise errors.parameter_type(f"{name}.content[{at}].text", "a string", kind_of(part["text"]))
    elif content is not None and not isinstance(content, str):
        raise errors.parameter_type(f"{name}.content", "a string or an array", kind_of(content))
    elif content is None and role in ("user", "system", "developer"):
        raise errors.parameter_missing(f"{name}.content")


def _objects(name: str, values: Any) -> list[dict[str, Any]]:
    if values is not None and not isinstance(values, list):
        raise errors.parameter_type(name, "an array", kind_of(values))
    for at, value in enumerate(values or []):
        if not isinstance(value, dict):
            raise errors.parameter_type(f"{name}[{at}]", "an object", kind_of(value))
    return values or []


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "a boolean"
    return isinstance(value, KINDS[kind])


def kind_of(value: Any) -> str:
    """What JSON calls the type of a value, with its article."""
    if value is None:
        return "null"
    return next(kind for kind in KINDS if _is(value, kind))
