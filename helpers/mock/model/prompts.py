"""What the model would see. Two requests that put the same question to the same model have the same prompt here,
whichever API they came through, however they were spelled. Ids, spacing and defaults are left out."""

import json
from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from typing import Any

from helpers.mock.answer import CHARACTERS_PER_TOKEN
from helpers.mock.wire import pictures

CANONICAL = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":")
)  # json.dumps would make one each time
LONGEST = 64 * 1024  # characters of a text that a recording could answer
# Items that tell the model nothing that the messages do not.
SILENT = (
    "reasoning", "item_reference", "mcp_list_tools", "web_search_call", "file_search_call", "code_interpreter_call",
    "openapi_call", "image_generation_call", "memory_search_call", "compaction",
)  # fmt: skip
# What a schema says to people, and what this course's answers do not depend on.
SPOKEN = ("description", "title", "default", "examples", "required", "additionalProperties", "strict", "$schema")


class Prompt:
    """Everything the model is given: messages, tools, the format of the answer. Which model is asked is not part of it: a
    recording serves every model unless it says otherwise."""

    def __init__(self, messages: list[dict], tools: list, answer_format: Any):
        self.messages, self.tools, self.format = messages, tools, answer_format

    @cached_property
    def key(self) -> str:
        """Canonical JSON: equal for prompts that ask for the same answer."""
        return canonical(
            {"messages": self.messages, "tools": told_tools(self.tools), "format": told_format(self.format)}
        )

    @cached_property
    def length(self) -> int:
        """How many characters there are to read; a picture counts as the text it costs as much as."""
        total = sum(_length(message) for message in self.messages)
        return total if total > LONGEST else total + len(canonical(self.tools)) + len(canonical(self.format))

    def beginning(self, most: int) -> str:
        """The first characters of all that the model reads, tools first, in the order in which it reads them."""
        return (canonical(self.tools) + "".join(canonical(message)[:most] for message in self.messages))[:most]

    @property
    def asks(self) -> bool:
        """Whether a user spoke last, so that it is the model's turn to act."""
        return bool(self.messages) and self.messages[-1].get("role") == "user"

    @cached_property
    def last_words(self) -> str:
        """The text of the last user message."""
        for message in reversed(self.messages):
            if message.get("role") == "user":
                return message["text"] if "text" in message else json.dumps(message["parts"], ensure_ascii=False)
        return ""

    def shortened(self, most: int) -> "Prompt":
        """The prompt without its oldest messages, as many as it takes to be no longer than that; instructions stay."""
        told = [message for message in self.messages[:1] if message.get("role") == "system"]
        rest = self.messages[len(told) :]
        while len(rest) > 1 and Prompt([*told, *rest], self.tools, self.format).length > most:
            rest = rest[1:]
        return Prompt([*told, *rest], self.tools, self.format)

    def turns(self) -> Iterator["Prompt"]:
        """The prompt itself, and then what is left of it when the oldest turns are dropped one by one: each begins with
        what a user says, and keeps the instructions."""
        yield self
        told = [message for message in self.messages[:1] if message.get("role") == "system"]
        starts = [at for at, message in enumerate(self.messages) if message.get("role") == "user"]
        for at in starts[1:]:
            yield Prompt([*told, *self.messages[at:]], self.tools, self.format)


def from_responses(body: dict[str, Any], before: list[dict] = ()) -> Prompt:
    """The prompt of a Responses request; ``before`` are the messages of the conversation it goes on with."""
    messages = [_message("system", body["instructions"])] if body.get("instructions") else []
    messages += [*before, *from_items(input_items(body))]
    text = body.get("text") or {}
    return Prompt(messages, _tools(body.get("tools")), _format(text.get("format")))


def input_items(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The input of a Responses request as a list of items; a text is one user message."""
    given = body.get("input")
    return [{"role": "user", "content": given}] if isinstance(given, str) else given or []


def from_items(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Items of the Responses API as messages."""
    messages = []
    for item in items:
        kind = item.get("type", "message")
        if kind == "message":
            messages.append(_message(item.get("role", "user"), item.get("content")))
        elif kind == "function_call":
            messages.append({"call": item.get("name"), "arguments": _parsed(item.get("arguments"))})
        elif kind == "function_call_output":
            messages.append({"result": _parsed(item.get("output"))})
        elif kind == "mcp_approval_request":
            messages.append({"call": item.get("name"), "arguments": _parsed(item.get("arguments"))})
        elif kind == "mcp_approval_response":
            messages.append({"approved": bool(item.get("approve"))})
        elif kind in ("mcp_call", "openapi_call_output"):
            messages.append({"result": _parsed(item.get("output"))})
        elif kind not in SILENT:
            messages.append(
                {"item": {name: value for name, value in item.items() if name not in ("id", "call_id", "status")}}
            )
    return messages


def from_chat(body: dict[str, Any]) -> Prompt:
    """The prompt of a chat-completions request."""
    messages = []
    for message in body.get("messages") or []:
        if message.get("role") == "tool":
            messages.append({"result": _parsed(message.get("content"))})
            continue
        if message.get("content"):
            messages.append(_message(message.get("role", "user"), message["content"]))
        for call in message.get("tool_calls") or []:
            function = call.get("function") or {}
            messages.append({"call": function.get("name"), "arguments": _parsed(function.get("arguments"))})
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        wanted = {"type": "json_schema", **(wanted.get("json_schema") or {})}
    return Prompt(messages, _tools(body.get("tools")), _format(wanted))


def canonical(data: Any) -> str:
    """JSON with sorted keys and no spaces: equal for equal data."""
    return CANONICAL.encode(data)


def compact(data: Any) -> str:
    """JSON as a model writes it."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _message(role: str, content: Any) -> dict[str, Any]:
    role = "system" if role == "developer" else role
    if isinstance(content, str):
        return {"role": role, "text": _unspaced(content)}
    parts = list(_parts(content))
    if all("text" in part for part in parts):
        return {"role": role, "text": _unspaced(" ".join(part["text"] for part in parts))}
    return {"role": role, "parts": parts}


def _unspaced(text: str) -> str:
    """The text with one space between words. One that is longer than any recording is left as it is."""
    return " ".join(text.split()) if len(text) < LONGEST else text


def _length(message: dict[str, Any]) -> int:
    """The characters of a message. A picture and a file are not text."""
    texts = [message.get("text", ""), *(part.get("text", "") for part in message.get("parts") or ())]
    pictured = [part for part in message.get("parts") or () if "text" not in part]
    low = sum(part.get("low", False) for part in pictured)
    tokens = low * pictures.LOW_TOKENS + (len(pictured) - low) * pictures.TOKENS
    rest = {name: value for name, value in message.items() if name not in ("role", "text", "parts")}
    return sum(map(len, texts)) + tokens * CHARACTERS_PER_TOKEN + (len(canonical(rest)) if rest else 0)


def _parts(content: Any) -> Iterator[dict[str, Any]]:
    for part in content or []:
        if part.get("type") in ("text", "input_text", "output_text"):
            yield {"text": str(part.get("text", ""))}
            continue
        image = part.get("image_url")
        low = part.get("detail") == "low" or (isinstance(image, dict) and image.get("detail") == "low")
        seen = {name: _shortened(value) for name, value in part.items() if name not in ("id", "detail")}
        yield {**seen, "low": True} if low else seen


def _shortened(value: Any) -> Any:
    """The value, in which a picture or a file that is sent along is known by its hash."""
    if isinstance(value, dict):
        return {name: _shortened(part) for name, part in value.items()}
    if isinstance(value, str) and len(value) > LONGEST:
        return f"sha256:{sha256(value.encode()).hexdigest()}"
    return value


def _parsed(text: Any) -> Any:
    """JSON inside a string as a value, so that its spacing does not count; any other text as it is."""
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return text


def _tools(tools: Any) -> list[Any]:
    """The tools in one form: a function by its name, description and parameters, whichever API it came through."""
    seen = []
    for tool in tools or []:
        if tool.get("type") == "function":
            function = tool.get("function", tool)
            tool = {name: function.get(name) for name in ("name", "description", "parameters") if function.get(name)}
        seen.append(tool)
    return seen


def told_tools(tools: list[Any]) -> list[Any]:
    """The tools as an answer depends on them: a function by its name and the types of its parameters, a hosted tool by its
    type, an MCP server also by whether it may be called unasked."""
    return [
        {
            "type": tool["type"],
            **({"approval": tool.get("require_approval") or "always"} if tool["type"] == "mcp" else {}),
        }
        if "type" in tool
        else {"name": tool.get("name"), "parameters": _types(tool.get("parameters"))}
        for tool in tools
    ]


def _format(wanted: Any) -> Any:
    if not wanted or wanted.get("type") == "text":
        return None
    return {name: wanted[name] for name in ("type", "schema") if name in wanted}


def told_format(wanted: Any) -> Any:
    return wanted and {**wanted, "schema": _types(wanted.get("schema"))}


def _types(schema: Any) -> Any:
    """A schema without what it says to people. A property that may be null counts as one that may not, and one that may be
    left out as one that may not."""
    if isinstance(schema, list):
        return [_types(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    choices = schema.get("anyOf")
    if isinstance(choices, list):
        rest = [choice for choice in choices if choice != {"type": "null"}]
        if len(rest) == 1:
            return _types(
                {**{name: value for name, value in schema.items() if name != "anyOf"}, **rest[0]}
                if isinstance(rest[0], dict)
                else rest[0]
            )
    seen = {}
    for name, value in schema.items():
        if name in ("properties", "$defs", "definitions") and isinstance(value, dict):
            seen[name] = {key: _types(part) for key, part in value.items()}
        elif name == "type" and isinstance(value, list):
            kinds = sorted(str(kind) for kind in value if kind != "null")
            seen[name] = kinds[0] if len(kinds) == 1 else kinds
        elif name not in SPOKEN:
            seen[name] = _types(value) if name != "enum" else value
    return seen
