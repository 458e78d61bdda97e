"""The messages of a chat completion: their roles, their parts, and what calls and results owe each other."""

import re
from typing import Any

from helpers.mock.wire import errors, pictures
from helpers.mock.wire.body import kind_of
from helpers.mock.wire.items import texts_of

ROLES = ("system", "assistant", "user", "function", "tool", "developer")
NAME = r"^[^\s<|\\/>]+$"  # of who speaks
AUDIO = ("wav", "mp3")
PARTS = ("text", "image_url", "input_audio", "refusal", "audio", "file")


def check(given: list[Any]) -> None:
    """Raises ServiceError for the first wrong message."""
    for at, message in enumerate(given):
        where = f"messages[{at}]"
        if not isinstance(message, dict):
            raise errors.parameter_type(where, "an object", kind_of(message))
        role = message.get("role")
        if role is None:
            raise errors.parameter_missing(f"{where}.role")
        if not isinstance(role, str):
            raise errors.parameter_type(f"{where}.role", "a string", kind_of(role))
        if role not in ROLES:
            raise errors.value_not_supported(f"{where}.role", role, ROLES)
        _check_name(at, role, message.get("name"))
        _check_calls_of(where, message.get("tool_calls"))
        _check_content(at, role, message)
        if role == "tool":
            call_id = message.get("tool_call_id")
            if call_id is None:
                raise errors.result_without_id(at)
            if not isinstance(call_id, str):
                raise errors.parameter_type(f"{where}.tool_call_id", "a string", kind_of(call_id))
    _check_protocol(given)


def _check_name(at: int, role: str, name: Any) -> None:
    if name is None:
        if role == "function":
            raise errors.function_without_name(at)
    elif not isinstance(name, str):
        raise errors.parameter_type(f"messages[{at}].name", "a string", kind_of(name))
    elif not re.match(NAME, name):
        raise errors.pattern_missed(f"messages[{at}].name", NAME)


def _check_content(at: int, role: str, message: dict[str, Any]) -> None:
    where, content = f"messages[{at}]", message.get("content")
    if content is None:
        if role == "developer":
            raise errors.parameter_missing(f"{where}.content")
        if role != "assistant" or not (
            message.get("tool_calls") or message.get("function_call") or message.get("refusal")
        ):
            raise errors.content_null(at)
    elif isinstance(content, list):
        if not content and role != "assistant":
            raise errors.list_empty(f"{where}.content")
        for number, part in enumerate(content):
            _check_part(f"{where}.content[{number}]", part)
            if part["type"] == "image_url" and role != "user":
                raise errors.picture_of_another_role(at, role)
    elif not isinstance(content, str):
        raise errors.parameter_type(f"{where}.content", "a string or an array of objects", kind_of(content))


def _check_part(name: str, part: Any) -> None:
    if not isinstance(part, dict):
        raise errors.parameter_type(name, "an object", kind_of(part))
    kind = part.get("type")
    if kind is None:
        raise errors.parameter_missing(f"{name}.type")
    if not isinstance(kind, str):
        raise errors.parameter_type(f"{name}.type", "a string", kind_of(kind))
    if kind not in PARTS:
        raise errors.value_not_supported(f"{name}.type", kind, PARTS)
    if part.get(kind) is None:
        raise errors.parameter_missing(f"{name}.{kind}")
    if kind == "text" and not isinstance(part["text"], str):
        raise errors.parameter_type(f"{name}.text", "a string", kind_of(part["text"]))
    if kind == "input_audio":
        sound = part["input_audio"]
        if not isinstance(sound, dict):
            raise errors.parameter_type(f"{name}.input_audio", "an object", kind_of(sound))
        for field in ("data", "format"):
            if sound.get(field) is None:
                raise errors.parameter_missing(f"{name}.input_audio.{field}")
        if sound["format"] not in AUDIO:
            raise errors.value_not_supported(f"{name}.input_audio.format", str(sound["format"]), AUDIO)
    if kind == "file":
        file = part["file"]
        if not isinstance(file, dict):
            raise errors.parameter_type(f"{name}.file", "an object", kind_of(file))
        if not any(file.get(one) for one in ("file_id", "file_data")):
            raise errors.parameter_missing(f"{name}.file.file_id")
    if kind == "image_url":
        image = part["image_url"]
        if not isinstance(image, dict):
            raise errors.parameter_type(f"{name}.image_url", "an object", kind_of(image))
        url = image.get("url")
        if url is None:
            raise errors.parameter_missing(f"{name}.image_url.url")
        if not isinstance(url, str):
            raise errors.parameter_type(f"{name}.image_url.url", "a string", kind_of(url))
        fault = pictures.fault(url)
        if fault:
            raise errors.picture_refused(f"{name}.image_url.url", fault, chat=True)
        detail = image.get("detail")
        if detail is not None and detail not in pictures.DETAILS[:3]:
            raise errors.value_not_supported(f"{name}.image_url.detail", str(detail), pictures.DETAILS[:3])


def _check_calls_of(where: str, calls: Any) -> None:
    if calls is None:
        return
    if not isinstance(calls, list):
        raise errors.parameter_type(f"{where}.tool_calls", "an array of objects", kind_of(calls))
    if not calls:
        raise errors.list_empty(f"{where}.tool_calls")
    for at, call in enumerate(calls):
        name = f"{where}.tool_calls[{at}]"
        if not isinstance(call, dict):
            raise errors.parameter_type(name, "an object", kind_of(call))
        for field, kind in (("id", "a string"), ("type", "a string")):
            if call.get(field) is None:
                raise errors.parameter_missing(f"{name}.{field}")
            if kind_of(call[field]) != kind:
                raise errors.parameter_type(f"{name}.{field}", kind, kind_of(call[field]))
        if call["type"] not in ("function", "custom"):
            raise errors.value_not_supported(f"{name}.type", call["type"], ("function", "custom"))
        inner = call.get(call["type"])
        if inner is None:
            raise errors.parameter_missing(f"{name}.{call['type']}")
        if not isinstance(inner, dict):
            raise errors.parameter_type(f"{name}.{call['type']}", "an object", kind_of(inner))
        for field in ("name", "arguments" if call["type"] == "function" else "input"):
            if inner.get(field) is None:
                raise errors.parameter_missing(f"{name}.{call['type']}.{field}")
            if not isinstance(inner[field], str):
                raise errors.parameter_type(f"{name}.{call['type']}.{field}", "a string", kind_of(inner[field]))


def _check_protocol(given: list[dict[str, Any]]) -> None:
    """Every result follows the message that asked for it, and every call has its result before anything else is said."""
    open_calls: dict[str, int | None] = {}  # the number of the message that answers each
    for at, message in enumerate(given):
        if message["role"] == "tool":
            call_id = message["tool_call_id"]
            if call_id not in open_calls:
                raise errors.result_without_call(at)
            if open_calls[call_id] is not None:
                raise errors.result_twice(call_id, open_calls[call_id], at)
            open_calls[call_id] = at
            continue
        _all_answered(open_calls)
        open_calls = {call["id"]: None for call in message.get("tool_calls") or ()}
    _all_answered(open_calls)


def _all_answered(open_calls: dict[str, int | None]) -> None:
    missing = [name for name, answer in open_calls.items() if answer is None]
    if missing:
        raise errors.calls_not_answered(missing)


def mention_json(given: list[dict[str, Any]]) -> bool:
    """Whether any message says json, which the format json_object asks for."""
    return any("json" in text.lower() for message in given for text in texts_of(message.get("content")))
