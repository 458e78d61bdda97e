"""What the model would see. Two requests that put the same question to the same model have the same prompt here,
whichever API they came through, however they were spelled. Ids, spacing and defaults are left out."""

import json
from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from typing import Any

LONGEST = 64 * 1024  # characters of a text that a recording could answer


class Prompt:
    """A model's name and everything it is given: messages, tools, the format of the answer."""

    def __init__(self, model: str, messages: list[dict], tools: list, answer_format: Any):
        self.model, self.messages, self.tools, self.format = model, messages, tools, answer_format

    @cached_property
    def key(self) -> str:
        """Canonical JSON: equal for equal prompts."""
        seen = {"model": self.model, "messages": self.messages, "tools": self.tools, "format": self.format}
        return canonical(seen)

    @cached_property
    def length(self) -> int:
        """How many characters there are to read."""
        texts = sum(len(message.get("text", "")) for message in self.messages)
        return texts if texts > LONGEST else len(self.key)  # too long a prompt is not written out just to be measured

    @property
    def last_words(self) -> str:
        """The text of the last user message."""
        for message in reversed(self.messages):
            if message.get("role") == "user":
                return message["text"] if "text" in message else json.dumps(message["parts"], ensure_ascii=False)
        return ""


def from_responses(model: str, body: dict[str, Any], before: list[dict] = ()) -> Prompt:
    """The prompt of a Responses request; ``before`` are the messages of the conversation it goes on with."""
    messages = [_message("system", body["instructions"])] if body.get("instructions") else []
    messages += [*before, *from_items(input_items(body))]
    text = body.get("text") or {}
    return Prompt(model, messages, _tools(body.get("tools")), _format(text.get("format")))


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
        elif kind not in ("reasoning", "item_reference"):
            messages.append({"item": item})
    return messages


def from_chat(model: str, body: dict[str, Any]) -> Prompt:
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
    return Prompt(model, messages, _tools(body.get("tools")), _format(wanted))


def canonical(data: Any) -> str:
    """JSON with sorted keys and no spaces: equal for equal data."""
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


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


def _parts(content: Any) -> Iterator[dict[str, Any]]:
    for part in content or []:
        if part.get("type") in ("text", "input_text", "output_text"):
            yield {"text": str(part.get("text", ""))}
        else:
            yield {name: _shortened(value) for name, value in part.items() if name not in ("id", "detail")}


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
    seen = []
    for tool in tools or []:
        function = tool.get("function", tool)
        if tool.get("type") == "function":
            tool = {name: function.get(name) for name in ("name", "description", "parameters") if function.get(name)}
        seen.append(tool)
    return seen


def _format(wanted: Any) -> Any:
    if not wanted or wanted.get("type") == "text":
        return None
    return {name: wanted[name] for name in ("type", "schema") if name in wanted}
