"""The bodies of successful answers, with the fields in the order the service sends them.

Sources: a Responses answer of a project endpoint (recorded 2025-11-15 and, with content filters, 2026-02-03) and a chat
completion of a resource (recorded 2026-03-31).
"""

from typing import Any

from helpers.mock.answer import Answer
from helpers.mock.catalog import Deployment
from helpers.mock.wire import ids

SAFE = {"filtered": False, "severity": "safe"}
UNDETECTED = {"filtered": False, "detected": False}
PROMPT_FILTERS = {"hate": SAFE, "jailbreak": UNDETECTED, "self_harm": SAFE, "sexual": SAFE, "violence": SAFE}
COMPLETION_FILTERS = {
    "hate": SAFE, "protected_material_code": UNDETECTED, "protected_material_text": UNDETECTED,
    "self_harm": SAFE, "sexual": SAFE, "violence": SAFE,
}  # fmt: skip


def response(
    body: dict[str, Any],
    deployment: Deployment,
    answer: Answer,
    at: int,
    prompt_length: int,
    seed: str,
    on_project: bool = True,
) -> dict[str, Any]:
    """The body of a finished Responses call. ``body`` is the request's; what it set is echoed, as the service does.
    ``at`` is its time, in seconds since 1970. The resource endpoint sends a few fields more (recorded 2026-07)."""

    def echoed(name: str, default: Any) -> Any:
        value = body.get(name)
        return default if value is None else value

    conversation = body.get("conversation")
    return {
        "id": ids.hex_id("resp_", seed),
        "object": "response",
        "created_at": at,
        "status": "incomplete" if answer.cut else "completed",
        "background": echoed("background", False),
        "completed_at": None if answer.cut else at + 1,
        "content_filters": [
            _content_filter("prompt", PROMPT_FILTERS, prompt_length, on_project),
            _content_filter("completion", _completion_filters(answer), len(answer.text), on_project),
        ],
        "conversation": {"id": conversation} if isinstance(conversation, str) else conversation,
        "error": None,
        "incomplete_details": {"reason": answer.cut} if answer.cut else None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "max_tool_calls": body.get("max_tool_calls"),
        "model": deployment.model,
        "output": _output(answer, seed, on_project),
        "parallel_tool_calls": echoed("parallel_tool_calls", True),
        "previous_response_id": body.get("previous_response_id"),
        "prompt_cache_key": body.get("prompt_cache_key"),
        "prompt_cache_retention": body.get("prompt_cache_retention") or (None if on_project else "in_memory"),
        "reasoning": {"effort": None, "summary": None, **(body.get("reasoning") or {})},
        "safety_identifier": body.get("safety_identifier"),
        "service_tier": "default",
        "store": echoed("store", True),
        "temperature": echoed("temperature", 1.0),
        "text": {"format": {"type": "text"}, "verbosity": "medium", **(body.get("text") or {})},
        "tool_choice": echoed("tool_choice", "auto"),
        "tools": echoed("tools", []),
        "top_logprobs": echoed("top_logprobs", 0),
        "top_p": echoed("top_p", 1.0),
        "truncation": echoed("truncation", "disabled"),
        "usage": {
            "input_tokens": answer.input_tokens,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": answer.output_tokens,
            "output_tokens_details": {"reasoning_tokens": answer.reasoning_tokens},
            "total_tokens": answer.input_tokens + answer.output_tokens,
        },
        "user": body.get("user"),
        "metadata": echoed("metadata", {}),
        **({} if on_project else {"frequency_penalty": 0.0, "moderation": None, "presence_penalty": 0.0}),
    }


def streamed_item(item: dict[str, Any]) -> dict[str, Any]:
    """An output item as the project endpoint streams it, with created_by after its id (recorded 2026-02-03)."""
    return {"type": item["type"], "id": item["id"], "created_by": {}, **item}


def _output(answer: Answer, seed: str, on_project: bool) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = [
        {
            "type": "function_call",
            "id": ids.hex_id("fc_", f"{seed} {at}"),
            "status": "completed",
            "arguments": call.arguments,
            "call_id": ids.call_id(f"{seed} {at}"),
            "name": call.name,
        }
        for at, call in enumerate(answer.calls)
    ]
    if answer.reasoning_tokens:  # what the model thought is billed, and its text stays with the service
        items.insert(0, {"type": "reasoning", "id": ids.hex_id("rs_", seed), "summary": []})
    if not answer.text and (answer.calls or (answer.cut == "max_output_tokens" and items)):
        return items
    message = {
        "type": "message",
        "id": ids.hex_id("msg_", seed),
        "status": "incomplete" if answer.cut else "completed",
        "role": "assistant",
        "content": [{"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []}],
        **({} if on_project else {"phase": "final_answer"}),
    }
    at = 1 if answer.reasoning_tokens else 0
    return [*items[:at], message, *items[at:]]


def chat_completion(body: dict[str, Any], deployment: Deployment, answer: Answer, at: int, seed: str) -> dict[str, Any]:
    """The body of a finished chat-completions call. ``model`` is the model's dated name, not the deployment's. A choice
    that the content filter stopped has no message (recorded 2024)."""
    message: dict[str, Any] = {"annotations": [], "content": answer.text, "refusal": None, "role": "assistant"}
    if answer.calls:
        message["content"] = answer.text or None
        message["tool_calls"] = [
            {
                "function": {"arguments": call.arguments, "name": call.name},
                "id": ids.call_id(f"{seed} {number}"),
                "type": "function",
            }
            for number, call in enumerate(answer.calls)
        ]
    blocked = answer.cut == "content_filter"
    reasons = {"max_output_tokens": "length", "content_filter": "content_filter"}
    choices = [
        {
            "content_filter_results": _completion_filters(answer),
            "finish_reason": reasons.get(answer.cut, "tool_calls" if answer.calls else "stop"),
            "index": index,
            "logprobs": None,
            **({} if blocked else {"message": message}),
        }
        for index in range(body.get("n") or 1)
    ]
    output_tokens = answer.output_tokens * len(choices)
    return {
        "choices": choices,
        "created": at,
        "id": ids.completion_id(seed),
        "model": f"{deployment.model}-{deployment.version}",
        "object": "chat.completion",
        "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": PROMPT_FILTERS}],
        "system_fingerprint": "fp_" + ids.hex_id("", deployment.model, 10),
        "usage": {
            "completion_tokens": output_tokens,
            "completion_tokens_details": {
                "accepted_prediction_tokens": 0,
                "audio_tokens": 0,
                "reasoning_tokens": answer.reasoning_tokens,
                "rejected_prediction_tokens": 0,
            },
            "prompt_tokens": answer.input_tokens,
            "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 0},
            "total_tokens": answer.input_tokens + output_tokens,
        },
    }


def _completion_filters(answer: Answer) -> dict[str, Any]:
    if answer.cut != "content_filter":
        return COMPLETION_FILTERS
    return {**COMPLETION_FILTERS, "violence": {"filtered": True, "severity": "medium"}}


def input_item(item: dict[str, Any], seed: str) -> dict[str, Any]:
    """An item of a request as the service gives it back: with an id, a status and its content in parts."""
    kind = item.get("type", "message")
    if kind != "message":
        prefix = {"function_call": "fc_", "function_call_output": "fco_"}.get(kind, "item_")
        return {"id": item.get("id") or ids.hex_id(prefix, seed), "status": "completed", **item}
    role, content = item.get("role", "user"), item.get("content")
    if isinstance(content, str):
        part: dict[str, Any] = {"type": "output_text" if role == "assistant" else "input_text", "text": content}
        if role == "assistant":
            part |= {"annotations": [], "logprobs": []}
        content = [part]
    return {
        "type": "message",
        "id": item.get("id") or ids.hex_id("msg_", seed),
        "status": "completed",
        "role": role,
        "content": content or [],
    }


def conversation(name: str, at: int, metadata: dict[str, Any]) -> dict[str, Any]:
    """A conversation (recorded 2026-02-03)."""
    return {"id": name, "object": "conversation", "created_at": at, "metadata": metadata}


def deployment(one: Deployment) -> dict:
    """A deployment as the project lists it."""
    return {
        "name": one.name,
        "type": "ModelDeployment",
        "modelName": one.model,
        "modelVersion": one.version,
        "modelPublisher": one.publisher,
        "capabilities": {one.capability: "true"},
        "sku": {"name": one.sku, "capacity": one.capacity},
    }


def _content_filter(source: str, results: dict[str, Any], length: int, on_project: bool) -> dict[str, Any]:
    return {
        "blocked": False,
        "source_type": source,
        "content_filter_raw": None if on_project else [],
        "content_filter_results": results,
        "content_filter_offsets": {"start_offset": 0, "end_offset": length, "check_offset": 0},
    }
