"""The items of a Responses request or of a conversation: their types, their parts, and what calls and results owe each other."""

from collections.abc import Iterable
from typing import Any

from helpers.mock.wire import errors, pictures
from helpers.mock.wire.ids import Names
from helpers.mock.wire.kinds import kind_of, needed, optional

# The service's own list (Azure, 2026-09).
TYPES = (
    "additional_tools", "agent_message", "apply_patch_call", "apply_patch_call_output", "code_interpreter_call", "compaction",
    "compaction_trigger", "computer_call", "computer_call_output", "custom_tool_call", "custom_tool_call_output",
    "file_search_call", "function_call", "function_call_output", "image_generation_call", "item_reference",
    "local_shell_call", "local_shell_call_output", "mcp_approval_request", "mcp_approval_response", "mcp_call",
    "mcp_list_tools", "message", "multi_agent_call", "multi_agent_call_output", "program", "program_output", "reasoning",
    "shell_call", "shell_call_output", "tool_search_call", "tool_search_output", "web_search_call",
)  # fmt: skip
# Items that only the project service makes: they come back in a conversation and may be sent again.
PROJECT_TYPES = (
    "a2a_preview_call", "a2a_preview_call_output", "azure_ai_search_call", "azure_ai_search_call_output",
    "azure_function_call", "azure_function_call_output", "bing_grounding_call", "bing_grounding_call_output",
    "memory_search_call", "oauth_consent_request", "openapi_call", "openapi_call_output", "structured_outputs",
    "workflow_action",
)  # fmt: skip
ROLES = ("assistant", "system", "developer", "user")
PARTS = (
    "input_text", "input_image", "input_audio", "output_text", "refusal", "input_file", "computer_screenshot", "summary_text",
    "encrypted_content",
)  # fmt: skip
OTHERS = ("input_text", "input_image", "input_file", "scoped_content", "input_audio")  # of who is not the assistant
STATUSES = ("in_progress", "completed", "incomplete")
# What a message may say of itself; the last four are of the answers of a project, which may be sent again.
MESSAGE = {
    "type",
    "role",
    "content",
    "id",
    "status",
    "phase",
    "agent_reference",
    "response_id",
    "created_by",
    "partition_key",
}
ANSWERED = {"function_call": "function_call_output", "custom_tool_call": "custom_tool_call_output"}
NEEDED = {  # what an item of a type cannot do without
    "function_call": ("call_id", "name", "arguments"),
    "function_call_output": ("call_id", "output"),
    "custom_tool_call_output": ("call_id", "output"),
    "mcp_approval_response": ("approval_request_id", "approve"),
    "item_reference": ("id",),
    "reasoning": ("summary",),
    "mcp_list_tools": ("server_label", "tools"),
}
KINDS = {
    "call_id": "a string", "name": "a string", "arguments": "a string", "approval_request_id": "a string", "approve": "a boolean",
    "output": "a string or an array of objects", "id": "a string", "summary": "an array", "server_label": "a string", "tools": "an array",
}  # fmt: skip


# What the ids of items begin with.
PREFIXES = {
    "message": "msg_", "reasoning": "rs_", "function_call": "fc_", "function_call_output": "fco_", "web_search_call": "ws_",
    "code_interpreter_call": "ci_", "file_search_call": "fs_", "mcp_list_tools": "mcpl_", "mcp_approval_request": "mcpr_",
    "mcp_approval_response": "mcpa_", "mcp_call": "mcp_", "openapi_call": "fc_", "openapi_call_output": "fco_",
    "image_generation_call": "ig_", "memory_search_call": "mem_", "custom_tool_call": "ctc_", "compaction": "cmp_",
}  # fmt: skip


def check(name: str, given: list[Any]) -> None:
    """Raises ServiceError for the first wrong item of an input or of a conversation."""
    for at, item in enumerate(given):
        where = f"{name}[{at}]"
        if not isinstance(item, dict):
            raise errors.parameter_type(where, "an input item", kind_of(item))
        kind = item.get("type", "message")
        if not isinstance(kind, str):
            raise errors.parameter_type(f"{where}.type", "a string", kind_of(kind))
        if kind not in TYPES and kind not in PROJECT_TYPES:
            raise errors.value_not_supported(where, kind, TYPES)
        for field in NEEDED.get(kind, ()):
            needed(where, item, field, KINDS[field])
        optional(where, item, "id")
        if kind in ("message", *ANSWERED) and item.get("status") not in (None, *STATUSES):
            raise errors.value_not_supported(f"{where}.status", str(item["status"]), STATUSES)
        if kind == "message":
            _check_message(where, item)
        elif kind == "reasoning":
            _check_reasoning(where, item)
        elif kind == "mcp_list_tools":
            for number, tool in enumerate(item["tools"]):
                if not isinstance(tool, dict) or not isinstance(tool.get("name"), str):
                    raise errors.parameter_missing(f"{where}.tools[{number}].name")
        elif kind in ANSWERED.values() and isinstance(item["output"], list):
            check_parts(f"{where}.output", item["output"])


def _check_reasoning(where: str, item: dict[str, Any]) -> None:
    """Thoughts that are sent again are known by their id, or come along encrypted; their text is the service's own."""
    if item.get("content"):
        raise errors.list_too_long(f"{where}.content", 0, len(item["content"]))
    if not item.get("id") and not item.get("encrypted_content"):
        raise errors.parameter_missing(f"{where}.id")


def _check_message(where: str, item: dict[str, Any]) -> None:
    role, content = item.get("role", ""), item.get("content")
    if not isinstance(role, str):
        raise errors.parameter_type(f"{where}.role", "a string", kind_of(role))
    if role not in ROLES:
        raise errors.value_not_supported(where, role, ROLES)
    if content is None:
        raise errors.parameter_missing(f"{where}.content")
    for field in item:
        if field not in MESSAGE:
            raise errors.parameter_unknown(f"{where}.{field}")
    if isinstance(content, list):
        check_parts(f"{where}.content", content, role)
    elif not isinstance(content, str):
        raise errors.parameter_type(f"{where}.content", "a string or an array", kind_of(content))


def check_parts(where: str, content: list[Any], role: str = "user") -> None:
    """Raises ServiceError for the first wrong part of a content: what an assistant says is output, what others say is input."""
    for at, part in enumerate(content):
        if not isinstance(part, dict):
            raise errors.parameter_type(f"{where}[{at}]", "an object", kind_of(part))
        name = f"{where}[{at}]"
        kind = needed(name, part, "type")
        if kind not in PARTS:
            raise errors.value_not_supported(f"{name}.type", kind, PARTS)
        if role == "assistant" and kind not in ("output_text", "refusal"):
            raise errors.value_not_supported(name, kind, ("output_text", "refusal"))
        if role != "assistant" and kind in ("output_text", "refusal"):
            raise errors.value_not_supported(name, kind, OTHERS)
        if kind in ("input_text", "output_text", "summary_text"):
            needed(name, part, "text")
        elif kind == "input_image":
            _check_image(name, part)
        elif kind == "input_file":
            _check_file(name, part)


def _check_image(name: str, part: dict[str, Any]) -> None:
    if part.get("image_url") is None and part.get("file_id"):
        return
    url = needed(name, part, "image_url")
    fault = pictures.fault(url)
    if fault:
        raise errors.picture_refused(f"{name}.image_url", fault)
    detail = part.get("detail")
    if detail is not None and detail not in pictures.DETAILS:
        raise errors.value_not_supported(f"{name}.detail", str(detail), pictures.DETAILS)


def _check_file(name: str, part: dict[str, Any]) -> None:
    if not any(part.get(one) for one in ("file_id", "file_data", "file_url")):
        raise errors.parameter_missing(f"{name}.file_id")
    for field in ("file_id", "file_data", "file_url", "filename"):
        optional(name, part, field)
    if part.get("file_data") and not part["file_data"].startswith("data:"):
        raise errors.file_data_refused(f"{name}.file_data")


def check_calls(given: list[dict[str, Any]], before: Iterable[dict[str, Any]]) -> None:
    """Raises the ServiceError for a result of a call that nobody made, for an approval that nobody asked for, and for a call, of
    this request or of what it goes on from, that is left without its result."""
    known = {item.get("id") for item in before} - {None}
    for item in given:
        if item.get("type") != "item_reference" and item.get("id") in known:
            raise errors.item_twice(item["id"])
    calls = {name: {} for name in ANSWERED}  # call_id -> None, in order
    results = set()
    for item in before:
        kind = item.get("type")
        if kind in calls:
            calls[kind][item.get("call_id")] = None
        elif kind in ANSWERED.values():
            results.add(item.get("call_id"))
    for item in given:
        kind = item.get("type", "message")
        if kind in calls:
            calls[kind][item.get("call_id")] = None
        elif kind in ANSWERED.values():
            if not any(item["call_id"] in made for made in calls.values()):
                raise errors.call_not_found(item["call_id"], custom=kind.startswith("custom"))
            results.add(item["call_id"])
    asked = {item.get("id") for item in (*before, *given) if item.get("type") == "mcp_approval_request"}
    for item in given:
        if item.get("type") == "mcp_approval_response" and item["approval_request_id"] not in asked:
            raise errors.approval_not_found(item["approval_request_id"])
    for kind, made in calls.items():
        for call_id in made:
            if call_id not in results:
                raise errors.call_not_answered(str(call_id), custom=kind.startswith("custom"))


def mentions_json(body: dict[str, Any]) -> bool:
    """Whether any message of an input says json, which the format json_object asks for."""
    given = body.get("input")
    texts = (
        [given] if isinstance(given, str) else [text for item in given or () for text in texts_of(item.get("content"))]
    )
    return any("json" in text.lower() for text in texts)


def texts_of(content: Any) -> Iterable[str]:
    """The texts of a content, in the form of either API."""
    if isinstance(content, str):
        yield content
    for part in content if isinstance(content, list) else ():
        if isinstance(part, dict) and isinstance(part.get("text"), str):
            yield part["text"]


def kept(item: dict[str, Any], names: Names, at: int) -> dict[str, Any]:
    """An item of a request as the service gives it back: with an id, a status and its content in parts."""
    kind = item.get("type", "message")
    identifier = item.get("id") or names.item(PREFIXES.get(kind, "item_"), f"input {at}")
    if kind != "message":
        return {"status": "completed", **item, "id": identifier}
    role, content = item.get("role", "user"), item.get("content")
    if isinstance(content, str):
        part: dict[str, Any] = {"type": "output_text" if role == "assistant" else "input_text", "text": content}
        if role == "assistant":
            part |= {"annotations": [], "logprobs": []}
        content = [part]
    return {"type": "message", "id": identifier, "status": "completed", "role": role, "content": content or []}
