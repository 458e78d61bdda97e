"""The messages of a chat completion: their roles, their parts, and what calls and results owe each other."""

import re
from typing import Any

from helpers.mock.wire import errors, pictures
from helpers.mock.wire.items import texts_of
from helpers.mock.wire.kinds import kind_of, needed, value_among

ROLES = ("system", "assistant", "user", "function", "tool", "developer")
NAME = r"^[^\s<|\\/>]+$"  # of who speaks
AUDIO = ("wav", "mp3")
INSTEAD = ("tool_calls", "function_call", "refusal", "audio")  # of the content, in what an assistant says
PARTS = ("text", "image_url", "input_audio", "refusal", "audio", "file")


def check(given: list[Any]) -> None:
    """Raises ServiceError for the first wrong message."""
    for at, message in enumerate(given):
        where = f"messages[{at}]"
        if not isinstance(message, dict):
            raise errors.parameter_type(where, "an object", kind_of(message))
        role = needed(where, message, "role")
        if role not in ROLES:
            raise errors.value_not_supported(f"{where}.role", role, ROLES)
        _check_name(at, role, message.get("name"))
        _check_calls_of(where, message.get("tool_calls"))
        _check_content(at, role, message)
        if role == "tool":
            if message.get("tool_call_id") is None:
                raise errors.result_without_id(at)
            needed(where, message, "tool_call_id")
    for at, message in enumerate(given):  # what is there is checked before what is missing
        if message.get("content") is None and not (
            message["role"] == "assistant" and any(message.get(one) for one in INSTEAD)
        ):
            raise errors.content_null(at)
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
        if role == "developer" and "content" not in message:
            raise errors.parameter_missing(f"{where}.content")
        if role == "developer":
            raise errors.parameter_type(f"{where}.content", "a string or an array of objects", kind_of(content))
    elif isinstance(content, list):
        for number, part in enumerate(content):
            _check_part(f"{where}.content[{number}]", part)
            if part["type"] == "image_url" and role != "user":
                raise errors.picture_of_another_role(at, role)
    elif not isinstance(content, str):
        raise errors.parameter_type(f"{where}.content", "a string or an array of objects", kind_of(content))


def _check_part(name: str, part: Any) -> None:
    if not isinstance(part, dict):
        raise errors.parameter_type(name, "an object", kind_of(part))
    kind = needed(name, part, "type")
    if kind not in PARTS:
        raise errors.value_not_supported(f"{name}.type", kind, PARTS)
    held = needed(name, part, kind, "a string" if kind in ("text", "refusal") else "an object")
    if kind == "input_audio":
        needed(f"{name}.input_audio", held, "data")
        value_among(f"{name}.input_audio.format", needed(f"{name}.input_audio", held, "format"), AUDIO)
    if kind == "file" and not any(held.get(one) for one in ("file_id", "file_data")):
        raise errors.parameter_missing(f"{name}.file.file_id")
    if kind == "image_url":
        fault = pictures.fault(needed(f"{name}.image_url", held, "url"))
        if fault:
            raise errors.picture_refused(f"{name}.image_url.url", fault, chat=True)
        detail = held.get("detail")
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
        needed(name, call, "id")
        kind = needed(name, call, "type")
        value_among(f"{name}.type", kind, ("function", "custom"))
        inner = needed(name, call, kind, "an object")
        for field in ("name", "arguments" if kind == "function" else "input"):
            needed(f"{name}.{kind}", inner, field)


def _check_protocol(given: list[dict[str, Any]]) -> None:
    """Every result follows the message that asked for it, and every call has its result before anything else is said."""
    open_calls: dict[str, int | None] = {}  # the number of the message that answers each
    for at, message in enumerate(given):
        if message["role"] == "tool":
            call_id = message["tool_call_id"]
            if not open_calls:
                raise errors.result_without_call(at)
            if call_id not in open_calls:
                raise errors.result_of_another_call(call_id, at)
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
