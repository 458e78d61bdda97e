"""The bodies of successful answers, with the fields in the order the service sends them.

Sources: Responses answers of a project endpoint (recorded 2026-07-01, streams 2026-03-31) and of a resource (recorded 2026-07),
and chat completions of both (recorded 2026-03).
"""

from typing import Any

from helpers.mock import catalog
from helpers.mock.answer import Answer, FunctionCall
from helpers.mock.catalog import Deployment
from helpers.mock.wire import ids, items
from helpers.mock.wire.ids import Names

SAFE = {"filtered": False, "severity": "safe"}
UNDETECTED = {"filtered": False, "detected": False}
PROMPT_FILTERS = {"hate": SAFE, "jailbreak": UNDETECTED, "self_harm": SAFE, "sexual": SAFE, "violence": SAFE}
COMPLETION_FILTERS = {
    "hate": SAFE, "protected_material_code": UNDETECTED, "protected_material_text": UNDETECTED,
    "self_harm": SAFE, "sexual": SAFE, "violence": SAFE,
}  # fmt: skip
VIOLENT = {"filtered": True, "severity": "medium"}
# Of a project's answer that is not streamed only these are there when the request did not set them (recorded 2026-07-01).
ALWAYS = frozenset(
    "id object created_at status background completed_at content_filters error incomplete_details instructions model output "
    "parallel_tool_calls prompt_cache_retention reasoning service_tier temperature text tool_choice tools top_logprobs top_p "
    "truncation usage metadata agent_reference".split()
)


def response(
    body: dict[str, Any],
    deployment: Deployment,
    answer: Answer,
    at: int,
    prompt_length: int,
    names: Names,
    on_project: bool = True,
) -> dict[str, Any]:
    """The body of a finished Responses call. ``body`` is the request's; what it set is echoed, as the service does.
    ``at`` is its time, in seconds since 1970. The resource endpoint sends a few fields more (recorded 2026-07)."""

    def echoed(name: str, default: Any) -> Any:
        value = body.get(name)
        return default if value is None else value

    conversation, identifier = body.get("conversation"), names.item("resp_")
    agent = body.get("agent_reference")
    return {
        "id": identifier,
        "object": "response",
        "created_at": at,
        "status": "incomplete" if answer.cut else "completed",
        "background": echoed("background", False),
        "completed_at": None if answer.cut else at + 1,
        "content_filters": content_filters(answer, prompt_length),
        "conversation": {"id": conversation} if isinstance(conversation, str) else conversation,
        "error": None,
        "incomplete_details": {"reason": answer.cut} if answer.cut else None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "max_tool_calls": body.get("max_tool_calls"),
        "model": deployment.model.name,
        "output": _output(answer, names, identifier, agent, on_project),
        "parallel_tool_calls": echoed("parallel_tool_calls", True),
        "previous_response_id": body.get("previous_response_id"),
        "prompt_cache_key": body.get("prompt_cache_key"),
        "prompt_cache_retention": body.get("prompt_cache_retention") or "in_memory",
        "reasoning": _reasoning(body, deployment.model, on_project),
        "safety_identifier": body.get("safety_identifier"),
        "service_tier": "default",
        "store": echoed("store", True),
        "temperature": echoed("temperature", 1.0),
        "text": _text(body.get("text") or {}),
        "tool_choice": echoed("tool_choice", "auto"),
        "tools": [_tool(tool) for tool in body.get("tools") or ()],
        "top_logprobs": echoed("top_logprobs", 0),
        "top_p": echoed("top_p", 0.98 if deployment.model.reasons else 1.0),
        "truncation": echoed("truncation", "disabled"),
        "usage": response_usage(answer),
        "user": body.get("user"),
        "metadata": echoed("metadata", {}),
        **({"agent_reference": agent} if on_project else RESOURCE_FIELDS),
        **{name: body[name] for name in PENALTIES if body.get(name) is not None},
    }


PENALTIES = ("frequency_penalty", "presence_penalty")
RESOURCE_FIELDS = {"frequency_penalty": 0.0, "moderation": None, "presence_penalty": 0.0}


def response_usage(answer: Answer) -> dict[str, Any]:
    """What a response cost, in tokens."""
    return {
        "input_tokens": answer.input_tokens,
        "input_tokens_details": {"cached_tokens": answer.cached_tokens},
        "output_tokens": answer.output_tokens,
        "output_tokens_details": {"reasoning_tokens": answer.reasoning_tokens},
        "total_tokens": answer.input_tokens + answer.output_tokens,
    }


def as_sent(shape: dict[str, Any], body: dict[str, Any], on_project: bool) -> dict[str, Any]:
    """A response as it goes over the wire in one piece: a project leaves out what the request did not set."""
    if not on_project:
        return shape
    return {name: value for name, value in shape.items() if name in ALWAYS or body.get(name) is not None}


def _reasoning(body: dict[str, Any], model: catalog.BaseModel, on_project: bool) -> dict[str, Any]:
    if not model.reasons:
        return {"effort": None, "summary": None}
    asked = {name: value for name, value in (body.get("reasoning") or {}).items() if value is not None}
    more = {} if on_project else {"mode": "standard", "summary": None}
    return {"effort": model.efforts[0], "context": "current_turn", **more, **asked}


def _text(text: dict[str, Any]) -> dict[str, Any]:
    wanted = {"format": {"type": "text"}, "verbosity": "medium", **{n: v for n, v in text.items() if v is not None}}
    if wanted["format"].get("type") == "json_schema":  # strict is added even if it was not sent (recorded 2026-07)
        wanted["format"] = {**wanted["format"], "strict": wanted["format"].get("strict", True)}
    return wanted


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    """A tool as the answer repeats it, with its defaults."""
    kind = tool.get("type")
    if kind == "file_search":
        ranking = {"ranker": "auto", "score_threshold": 0}
        return {
            **tool,
            "max_num_results": tool.get("max_num_results") or 20,
            "ranking_options": tool.get("ranking_options") or ranking,
        }
    if kind in ("web_search", "web_search_preview"):
        return {**tool, "search_context_size": tool.get("search_context_size") or "medium"}
    if kind == "mcp":
        return {**tool, "server_description": tool.get("server_description")}
    if kind == "memory_search_preview":
        return {**tool, "type": "memory_search"}
    return tool


def _output(
    answer: Answer, names: Names, response_id: str, agent: dict[str, Any] | None, on_project: bool
) -> list[dict[str, Any]]:
    """The output items, in order: what was thought, what was done, what is said, what is to be called."""
    owner = {"agent_reference": agent} if agent else {}
    owner = {**owner, "response_id": response_id} if on_project else {}
    output: list[dict[str, Any]] = []
    if answer.reasons:  # what the model thought is billed, and its text stays with the service
        hidden = {"encrypted_content": answer.encrypted} if answer.encrypted else {}
        output.append(
            {"type": "reasoning", "id": names.item("rs_"), **owner, "summary": list(answer.summary), **hidden}
        )
    done = [tool_item(item, names, at, owner) for at, item in enumerate(answer.items)]
    later = [
        item for item in done if item["type"] == "memory_search_call"
    ]  # it goes on after the text (recorded 2026-02)
    output += [item for item in done if item not in later]
    silent = answer.calls or answer.waiting or (answer.cut == "max_output_tokens" and answer.reasons)
    if answer.text or not silent:
        content = {"type": "output_text", "text": answer.text, "annotations": list(answer.annotations), "logprobs": []}
        message = {
            "type": "message",
            "id": names.item("msg_"),
            **owner,
            "status": "incomplete" if answer.cut else "completed",
            "role": "assistant",
            "content": [content],
            **({} if on_project else {"phase": "final_answer"}),
        }
        output.append(message)
    return [*output, *later, *(_call_item(call, names, at, owner) for at, call in enumerate(answer.calls))]


def made_by(item: dict[str, Any], agent: dict[str, Any]) -> dict[str, Any]:
    """An output item as the route of 2025 names its agent. Its key is recorded (2026-02); what it holds for an agent is inferred."""
    rest = {name: value for name, value in item.items() if name not in ("type", "id", "agent_reference", "response_id")}
    return {"type": item["type"], "id": item["id"], "created_by": {"agent": agent}, **rest}


def _call_item(call: FunctionCall, names: Names, at: int, owner: dict[str, Any]) -> dict[str, Any]:
    kind, given = ("custom_tool_call", "input") if call.custom else ("function_call", "arguments")
    return {
        "type": kind,
        "id": names.item(items.PREFIXES[kind], at),
        **owner,
        "status": "completed",
        given: call.arguments,
        "call_id": names.call(at),
        "name": call.name,
    }


def tool_item(item: dict[str, Any], names: Names, at: int, owner: dict[str, Any]) -> dict[str, Any]:
    """What a hosted tool did, as an output item with an id of its own. A call and its output share the call's id."""
    kind = item["type"]
    shape = {"type": kind, "id": names.item(items.PREFIXES.get(kind, "item_"), at), **owner, **item}
    if kind.endswith(("_call_output", "_call")) and "call_id" in item:
        own = ids.hexadecimal("call", f"{names.seed} {item['call_id']}", 16)
        shape["call_id"] = f"call_{names.mark}{own}"
    return shape


def chat_completion(
    body: dict[str, Any], deployment: Deployment, answer: Answer, at: int, names: Names, on_project: bool = False
) -> dict[str, Any]:
    """The body of a finished chat-completions call. ``model`` is the model's dated name, not the deployment's. A choice
    that the content filter stopped has no message (recorded 2024)."""
    message: dict[str, Any] = {"annotations": [], "content": answer.text, "refusal": None, "role": "assistant"}
    if answer.calls:
        message["content"] = answer.text or None
        message["tool_calls"] = [
            {
                **(
                    {"custom": {"input": call.arguments, "name": call.name}}
                    if call.custom
                    else {"function": {"arguments": call.arguments, "name": call.name}}
                ),
                "id": names.call(number),
                "type": "custom" if call.custom else "function",
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
        "id": names.completion(),
        "model": catalog.dated_name(deployment.model),
        "object": "chat.completion",
        "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": PROMPT_FILTERS}],
        **({"service_tier": "default"} if on_project else {}),
        "system_fingerprint": "fp_" + ids.hexadecimal("fingerprint", deployment.model.name, 10),
        "usage": {
            "completion_tokens": output_tokens,
            "completion_tokens_details": {
                "accepted_prediction_tokens": 0,
                "audio_tokens": 0,
                "reasoning_tokens": answer.reasoning_tokens,
                "rejected_prediction_tokens": 0,
            },
            "prompt_tokens": answer.input_tokens,
            "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": answer.cached_tokens},
            "total_tokens": answer.input_tokens + output_tokens,
        },
    }


def _completion_filters(answer: Answer) -> dict[str, Any]:
    return {**COMPLETION_FILTERS, "violence": VIOLENT} if answer.cut == "content_filter" else COMPLETION_FILTERS


def content_filters(answer: Answer, prompt_length: int) -> list[dict[str, Any]]:
    """What the filters made of the prompt and of the answer."""
    return [
        _content_filter("prompt", PROMPT_FILTERS, prompt_length),
        _content_filter("completion", _completion_filters(answer), len(answer.text)),
    ]


def _content_filter(source: str, results: dict[str, Any], length: int) -> dict[str, Any]:
    return {
        "blocked": any(result["filtered"] for result in results.values()),
        "source_type": source,
        "content_filter_raw": [],
        "content_filter_results": results,
        "content_filter_offsets": {"start_offset": 0, "end_offset": length, "check_offset": 0},
    }


def blocked_prompt_filters(prompt_length: int) -> list[dict[str, Any]]:
    """What the filters made of a prompt that they stopped."""
    return [_content_filter("prompt", {**PROMPT_FILTERS, "violence": VIOLENT}, prompt_length)]


def conversation(name: str, at: int, metadata: dict[str, Any]) -> dict[str, Any]:
    """A conversation (recorded 2026-02-03)."""
    return {"id": name, "object": "conversation", "created_at": at, "metadata": metadata}


def deployment(one: Deployment) -> dict:
    """A deployment as the project lists it."""
    return {
        "name": one.name,
        "type": "ModelDeployment",
        "modelName": one.model.name,
        "modelVersion": one.model.version,
        "modelPublisher": one.model.publisher,
        "capabilities": {one.model.capability: "true"},
        "sku": {"name": one.sku, "capacity": one.capacity},
    }
