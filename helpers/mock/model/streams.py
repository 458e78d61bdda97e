"""Answers as server-sent events, in the two formats of the service. A stream is a list of events; pacing gives each the
second at which it leaves.

Sources: Responses streams of a project (recorded 2026-02 and 2026-03), a chat-completions stream of a resource (recorded
2026-03-31), and the openai SDK's event types for what was not recorded.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from helpers.mock.wire import ids
from helpers.mock.wire.shapes import COMPLETION_FILTERS, PROMPT_FILTERS
from helpers.redaction import stream_pieces

FIRST_EVENT = 0.35  # seconds until a model begins, and between two pieces of text, at a realistic speed
PIECE = 0.03
OBFUSCATED = 16  # characters: a delta and its obfuscation are this long together, so that lengths tell nothing


PIECES = 2000  # of one stream; a text that would have more comes in larger ones


def pieces(text: str, most: int = PIECES) -> list[str]:
    """The text in the pieces in which it is streamed; joined they are the text."""
    small = re.findall(r"\s*\S{1,7}|\s+", text)
    together = -(-len(small) // max(1, most))
    return small if together <= 1 else ["".join(small[at : at + together]) for at in range(0, len(small), together)]


def _obfuscation(seed: str, at: int, length: int) -> str:
    return "".join(ids.ALPHABET[byte % 62] for byte in ids.digest(f"obfuscation {at}", seed)[:length])


def _hidden(seed: str, at: int, delta: str) -> str:
    return _obfuscation(seed, at, (OBFUSCATED - len(delta)) % OBFUSCATED)


def response_events(final: dict[str, Any], obfuscated: bool = True) -> Iterator[bytes]:
    """The events that build up to this response body."""
    seed = final["id"]
    last = {"incomplete": "response.incomplete", "failed": "response.failed"}.get(final["status"], "response.completed")
    begun = _begun(final)
    events = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
        *(event for at, item in enumerate(final["output"]) for event in _item_events(item, at, seed)),
        {"type": last, "response": final},
    ]
    for number, event in enumerate(events):
        if not obfuscated:
            event.pop("obfuscation", None)
        yield _event({**event, "sequence_number": number})


def failed_events(final: dict[str, Any], message: str, code: str) -> Iterator[bytes]:
    """A stream that begins well, in which the service then finds something: the status was sent before (reported 2026)."""
    begun = _begun(final)
    failed = {**final, "status": "failed", "completed_at": None, "error": None, "output": [], "usage": None}
    yield _event({"type": "response.created", "response": begun, "sequence_number": 0})
    yield _event({"type": "response.failed", "response": failed, "sequence_number": 1})
    yield _event({"type": "error", "code": code, "message": message, "param": None, "sequence_number": 2})


def _event(event: dict[str, Any]) -> bytes:
    return f"event: {event['type']}\ndata: {_compact(event)}\n\n".encode()


def _begun(final: dict[str, Any]) -> dict[str, Any]:
    """The response as it is before anything was said (recorded 2026-03-31)."""
    return {
        **final,
        "status": "in_progress",
        "completed_at": None,
        "content_filters": None,
        "frequency_penalty": 0.0,
        "incomplete_details": None,
        "output": [],
        "presence_penalty": 0.0,
        "service_tier": "auto",
        "usage": None,
    }


# The steps of a hosted tool between output_item.added and output_item.done, and what the item does not have at first.
_STEPS = {
    "web_search_call": ("in_progress", "searching", "completed"),
    "file_search_call": ("in_progress", "searching", "completed"),
    "image_generation_call": ("in_progress", "generating", "completed"),
    "mcp_list_tools": ("in_progress", "completed"),
    "mcp_call": ("in_progress", "arguments", "completed"),
    "code_interpreter_call": ("in_progress", "code", "interpreting", "completed"),
}
_LATER: dict[str, dict[str, Any]] = {
    "web_search_call": {"action": {"type": "search"}},
    "file_search_call": {"queries": []},
    "image_generation_call": {"result": None},
    "mcp_list_tools": {"tools": []},
    "mcp_call": {"arguments": "", "output": None},
    "code_interpreter_call": {"code": "", "outputs": None},
}
_CALLS = {
    "function_call": ("function_call_arguments", "arguments"),
    "custom_tool_call": ("custom_tool_call_input", "input"),
}
_SPELLED = {"arguments": ("mcp_call_arguments", "arguments"), "code": ("code_interpreter_call_code", "code")}


def _item_events(item: dict[str, Any], at: int, seed: str) -> Iterator[dict[str, Any]]:
    where, kind = {"item_id": item["id"], "output_index": at}, item["type"]
    if kind in _CALLS:
        event, field = _CALLS[kind]
        begun = {**item, "status": "in_progress", field: ""}
        yield {"type": "response.output_item.added", "item": begun, "output_index": at}
        for count, piece in enumerate(pieces(item[field])):
            hidden = _hidden(seed, count, piece)
            yield {"type": f"response.{event}.delta", "delta": piece, **where, "obfuscation": hidden}
        yield {"type": f"response.{event}.done", field: item[field], **where}
    elif kind == "reasoning":
        yield {"type": "response.output_item.added", "item": {**item, "summary": []}, "output_index": at}
        for index, part in enumerate(item["summary"]):
            inside = {**where, "summary_index": index}
            yield {"type": "response.reasoning_summary_part.added", **inside, "part": {**part, "text": ""}}
            for count, piece in enumerate(pieces(part["text"])):
                hidden = _hidden(seed, count, piece)
                yield {"type": "response.reasoning_summary_text.delta", "delta": piece, **inside, "obfuscation": hidden}
            yield {"type": "response.reasoning_summary_text.done", **inside, "text": part["text"]}
            yield {"type": "response.reasoning_summary_part.done", **inside, "part": part}
    elif kind == "message":
        yield from _message_events(item, at, seed)
        return
    else:
        begun = {**item, **_LATER.get(kind, {})}
        if kind in _STEPS and "status" in item:
            begun["status"] = "in_progress"
        yield {"type": "response.output_item.added", "item": begun, "output_index": at}
        for step in _STEPS.get(kind, ()):
            if step in _SPELLED:
                event, field = _SPELLED[step]
                for count, piece in enumerate(pieces(item[field])):
                    yield {
                        "type": f"response.{event}.delta",
                        "delta": piece,
                        **where,
                        "obfuscation": _hidden(seed, count, piece),
                    }
                yield {"type": f"response.{event}.done", field: item[field], **where}
            else:
                yield {"type": f"response.{kind}.{step}", **where}
    yield {"type": "response.output_item.done", "item": item, "output_index": at}


def _message_events(item: dict[str, Any], at: int, seed: str) -> Iterator[dict[str, Any]]:
    begun = {**item, "status": "in_progress", "content": []}
    yield {"type": "response.output_item.added", "item": begun, "output_index": at}
    for index, part in enumerate(item["content"]):
        inside = {"content_index": index, "item_id": item["id"], "output_index": at}
        empty = {"type": "output_text", "annotations": [], "logprobs": [], "text": ""}
        yield {"type": "response.content_part.added", **inside, "part": empty}
        said, notes = 0, list(enumerate(part["annotations"]))
        for count, piece in enumerate(pieces(part["text"])):
            hidden = _hidden(seed, count, piece)
            yield {
                "type": "response.output_text.delta",
                "delta": piece,
                **inside,
                "logprobs": [],
                "obfuscation": hidden,
            }
            said += len(piece)
            while notes and notes[0][1].get("end_index", notes[0][1].get("index", 0)) <= said:
                number, note = notes.pop(0)
                kind = "response.output_text.annotation.added"
                yield {"type": kind, "annotation": note, "annotation_index": number, **inside}
        yield {"type": "response.output_text.done", **inside, "logprobs": [], "text": part["text"]}
        yield {"type": "response.content_part.done", **inside, "part": {**empty, **part}}
    yield {"type": "response.output_item.done", "item": item, "output_index": at}


def chat_events(final: dict[str, Any], with_usage: bool) -> Iterator[bytes]:
    """The events that build up to this chat completion. The first has no choices, as on Azure."""
    seed = final["id"]
    yield _data(
        {
            "choices": [],
            "created": 0,
            "id": "",
            "model": "",
            "object": "",
            "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": PROMPT_FILTERS}],
        }
    )
    most = PIECES // len(final["choices"])
    for choice in final["choices"]:
        message = choice.get("message") or {"content": ""}
        text = message["content"] or ""
        begun = {"content": "" if message["content"] is not None else None, "refusal": None, "role": "assistant"}
        yield _chunk(final, choice["index"], begun, None, {}, _obfuscation(seed, -1, 14))
        for at, call in enumerate(message.get("tool_calls") or []):
            kind = call["type"]
            field = "arguments" if kind == "function" else "input"
            named = {"index": at, "id": call["id"], "type": kind, kind: {**call[kind], field: ""}}
            yield _chunk(final, choice["index"], {"tool_calls": [named]}, None, {}, _obfuscation(seed, -2, 4))
            for count, piece in enumerate(pieces(call[kind][field], most)):
                delta = {"tool_calls": [{"index": at, kind: {field: piece}}]}
                yield _chunk(final, choice["index"], delta, None, {}, _hidden(seed, count, piece))
        for count, piece in enumerate(pieces(text, most)):
            yield _chunk(
                final, choice["index"], {"content": piece}, None, COMPLETION_FILTERS, _hidden(seed, count, piece)
            )
        results = choice["content_filter_results"]
        yield _chunk(final, choice["index"], {}, choice["finish_reason"], results, _obfuscation(seed, -3, 10))
    if with_usage:
        yield _data(
            {**_chunk_head(final), "choices": [], "obfuscation": _obfuscation(seed, -4, 8), "usage": final["usage"]}
        )
    yield b"data: [DONE]\n\n"


def _chunk_head(final: dict[str, Any]) -> dict[str, Any]:
    head = {name: final[name] for name in ("created", "id", "model", "system_fingerprint")}
    return {**head, "object": "chat.completion.chunk"}


def _chunk(final: dict, index: int, delta: dict, reason: str | None, results: dict, obfuscation: str) -> bytes:
    choice = {
        "content_filter_results": results,
        "delta": delta,
        "finish_reason": reason,
        "index": index,
        "logprobs": None,
    }
    head = _chunk_head(final)
    return _data(
        {
            "choices": [choice],
            "created": head["created"],
            "id": head["id"],
            "model": head["model"],
            "obfuscation": obfuscation,
            "object": head["object"],
            "system_fingerprint": head["system_fingerprint"],
        }
    )


def _data(value: dict[str, Any]) -> bytes:
    return f"data: {_compact(value)}\n\n".encode()


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def timed(events: Iterator[bytes], pace: tuple[tuple[int, float], ...] = ()) -> tuple[tuple[float, bytes], ...]:
    """Each event with the second, since the request, at which a realistic stream sends it: as the recorded one did, where ``pace``
    tells that (see Answer)."""
    if pace:
        return tuple(_paced(list(events), pace))
    return tuple((0.0 if at == 0 else FIRST_EVENT + PIECE * at, event) for at, event in enumerate(events))


def _paced(events: list[bytes], pace: tuple[tuple[int, float], ...]) -> Iterator[tuple[float, bytes]]:
    """An event leaves when the recorded stream had said as much; the last one when that ended."""
    said = reached = 0
    for event in events[:-1]:
        data = event.partition(b"data: ")[2]
        said += sum(len(words) for *_, words in stream_pieces(json.loads(data)))
        while reached < len(pace) - 1 and pace[reached][0] < said:
            reached += 1
        yield pace[reached][1], event
    yield pace[-1][1], events[-1]
