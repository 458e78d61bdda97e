"""Answers as server-sent events, in the two formats of the service. A stream is a list of events; pacing gives each the
second at which it leaves.

Sources: a Responses stream of a project (recorded 2026-02-03) and a chat-completions stream of a resource (recorded
2026-03-31).
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from helpers.mock.wire import ids
from helpers.mock.wire.shapes import COMPLETION_FILTERS, PROMPT_FILTERS

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


def response_events(final: dict[str, Any]) -> Iterator[bytes]:
    """The events that build up to this response body."""
    seed = final["id"]
    last = {"incomplete": "response.incomplete", "failed": "response.failed"}.get(final["status"], "response.completed")
    begun = {
        **final,
        "status": "in_progress",
        "completed_at": None,
        "content_filters": None,
        "incomplete_details": None,
        "output": [],
        "service_tier": "auto",
        "usage": None,
    }
    events = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
        *(event for at, item in enumerate(final["output"]) for event in _item_events(item, at, seed)),
        {"type": last, "response": final},
    ]
    for number, event in enumerate(events):
        numbered = {"type": event["type"], "sequence_number": number, **event}
        yield f"event: {event['type']}\ndata: {_compact(numbered)}\n\n".encode()


def _item_events(item: dict[str, Any], at: int, seed: str) -> Iterator[dict[str, Any]]:
    where = {"item_id": item["id"], "output_index": at}
    if item["type"] == "function_call":
        begun = {**item, "status": "in_progress", "arguments": ""}
        yield {"type": "response.output_item.added", "output_index": at, "item": begun}
        for count, piece in enumerate(pieces(item["arguments"])):
            hidden = _hidden(seed, count, piece)
            yield {"type": "response.function_call_arguments.delta", **where, "delta": piece, "obfuscation": hidden}
        yield {"type": "response.function_call_arguments.done", **where, "arguments": item["arguments"]}
    elif item["type"] == "reasoning":
        yield {"type": "response.output_item.added", "output_index": at, "item": item}
    else:
        yield {
            "type": "response.output_item.added",
            "output_index": at,
            "item": {**item, "status": "in_progress", "content": []},
        }
        for index, part in enumerate(item["content"]):
            inside = {**where, "content_index": index}
            empty = {"type": "output_text", "annotations": [], "logprobs": [], "text": ""}
            yield {"type": "response.content_part.added", **inside, "part": empty}
            for count, piece in enumerate(pieces(part["text"])):
                hidden = _hidden(seed, count, piece)
                yield {
                    "type": "response.output_text.delta",
                    **inside,
                    "delta": piece,
                    "logprobs": [],
                    "obfuscation": hidden,
                }
            yield {"type": "response.output_text.done", **inside, "text": part["text"], "logprobs": []}
            yield {"type": "response.content_part.done", **inside, "part": {**empty, "text": part["text"]}}
    yield {"type": "response.output_item.done", "output_index": at, "item": item}


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
            named = {
                "index": at,
                "id": call["id"],
                "type": "function",
                "function": {**call["function"], "arguments": ""},
            }
            yield _chunk(final, choice["index"], {"tool_calls": [named]}, None, {}, _obfuscation(seed, -2, 4))
            for count, piece in enumerate(pieces(call["function"]["arguments"], most)):
                delta = {"tool_calls": [{"index": at, "function": {"arguments": piece}}]}
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


def timed(events: Iterator[bytes]) -> tuple[tuple[float, bytes], ...]:
    """Each event with the second, since the request, at which a realistic stream sends it."""
    return tuple((0.0 if at == 0 else FIRST_EVENT + PIECE * at, event) for at, event in enumerate(events))
