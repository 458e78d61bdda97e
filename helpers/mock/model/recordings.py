"""The prepared answers. One recording is one JSON file is one Exchange; the same one answers the Responses API and chat
completions. A prompt without a recording still gets an answer, which says so."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches, unified_diff
from pathlib import Path
from typing import Any

from helpers.exchange import Exchange
from helpers.mock.answer import Answer, FunctionCall
from helpers.mock.model import prompts
from helpers.mock.model.prompts import Prompt
from helpers.redaction import stream_pieces

FOLDER = Path(__file__).parents[1] / "recordings"
FAILURES = "failures"  # a folder of what was refused: the mock has its own words for that, and the drift check compares


@dataclass(frozen=True)
class Recording:
    """A file, the prompt it answers, and the answer. ``models`` are those that it serves, none for all; ``alone`` tells that
    it answers the prompt only where nothing was said before."""

    name: str
    prompt: Prompt
    answer: Answer
    models: tuple[str, ...] = ()
    alone: bool = False

    @property
    def question(self) -> str:
        """What the user asked last."""
        return self.prompt.last_words

    @property
    def plain(self) -> bool:
        """Whether the question alone gets this answer."""
        return len(self.prompt.messages) == 1 and not self.prompt.tools and not self.prompt.format


class Recordings:
    """All recordings under a folder, found by prompt in constant time."""

    def __init__(self, folder: Path = FOLDER):
        self._by_prompt: dict[str, list[Recording]] = {}
        settle(folder)
        for path in sorted(folder.rglob("*.json")):
            if path.parent.name == FAILURES:
                continue
            recording = read(path, path.relative_to(folder).with_suffix("").as_posix())
            beside = self._by_prompt.setdefault(recording.prompt.key, [])
            for twin in beside:
                if twin.models == recording.models and twin.answer.reasons == recording.answer.reasons:
                    raise ValueError(f"{path}: recording {twin.name} already answers the same prompt; remove one")
            beside.append(recording)
        self.questions: dict[str, list[Recording]] = {}
        for one in sorted(self, key=lambda one: not one.plain):
            self.questions.setdefault(one.question, []).append(one)
        self.plain = list(
            dict.fromkeys(one.question for one in self if one.plain)
        )  # those that have an answer as they stand

    def __iter__(self) -> Iterator[Recording]:
        return (one for several in self._by_prompt.values() for one in several)

    def __len__(self) -> int:
        return sum(map(len, self._by_prompt.values()))

    def find(self, prompt: Prompt, model: str, reasons: bool = False) -> Recording | None:
        """The recording for this prompt or, when a longer chat has none, for its last turns. The one made for this model goes
        first, then one that thinks where the model does."""
        for turns in prompt.turns():
            found = [one for one in self._by_prompt.get(turns.key, ()) if not one.models or model in one.models]
            found = [one for one in found if turns is prompt or not one.alone]
            if found:
                return min(found, key=lambda one: (model not in one.models, one.answer.reasons != reasons))
        return None

    def near(self, prompt: Prompt, count: int = 3) -> list[Recording]:
        """The recordings whose question reads most like this one, best first."""
        near = get_close_matches(prompt.last_words[:300], self.questions, count, cutoff=0)
        return [self.questions[words][0] for words in near]

    def miss(self, prompt: Prompt) -> str:
        """Why strict mode refuses a prompt: the nearest recording, and how the two differ."""
        text = "The offline mock (strict) has no recording for this prompt."
        for recording in self.near(prompt, 1):
            ours, theirs = (_pretty(p) for p in (recording.prompt, prompt))
            diff = "\n".join(
                unified_diff(ours, theirs, f"recording {recording.name}", "this request", lineterm="", n=1)
            )
            text += f" Nearest recording:\n{diff}"
        return text


def read(path: Path, name: str) -> Recording:
    """The recording in a file. Raises ValueError that names the file when it cannot serve as one."""
    exchange = Exchange.load(path)
    try:
        source, response = exchange.source, whole(exchange)
        request = source.get("asked") or exchange.request_json
        said = f"{source['kind']} {source['date']}; {name}"
        usage = response["usage"]
        only = tuple(source.get("models") or ()), bool(source.get("alone"))
        if response["object"] == "response":
            reasoning = [item for item in response["output"] if item["type"] == "reasoning"]
            messages = [item for item in response["output"] if item["type"] == "message"]
            answer = Answer(
                text="".join(_texts(messages)),
                calls=tuple(
                    FunctionCall(item["name"], item["arguments"])
                    for item in response["output"]
                    if item["type"] == "function_call"
                ),
                created_at=response["created_at"],
                input_tokens=usage["input_tokens"],
                output_tokens=usage["output_tokens"],
                reasoning_tokens=(usage.get("output_tokens_details") or {}).get("reasoning_tokens", 0),
                reasons=bool(reasoning),
                summary=tuple(part for item in reasoning for part in item.get("summary") or ()),
                items=tuple(
                    {key: value for key, value in item.items() if key not in OWN}
                    for item in response["output"]
                    if item["type"] not in ("message", "reasoning", "function_call")
                ),
                waiting=not messages and any(item["type"] == "mcp_approval_request" for item in response["output"]),
                annotations=tuple(
                    note for item in messages for part in item["content"] for note in part.get("annotations") or ()
                ),
                source=said,
                pace=pace(exchange.chunks),
            )
            return Recording(name, prompts.from_responses(request), answer, *only)
        message = response["choices"][0]["message"]
        thought = (usage.get("completion_tokens_details") or {}).get("reasoning_tokens", 0)
        answer = Answer(
            text=message["content"] or "",
            calls=tuple(
                FunctionCall(call["function"]["name"], call["function"]["arguments"])
                for call in message.get("tool_calls") or ()
            ),
            created_at=response["created"],
            input_tokens=usage["prompt_tokens"],
            output_tokens=usage["completion_tokens"],
            reasoning_tokens=thought,
            reasons=thought > 0,
            source=said,
            pace=pace(exchange.chunks),
        )
        return Recording(name, prompts.from_chat(request), answer, *only)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"{path} cannot serve as a recording: {type(error).__name__}: {error}") from error


def kinds(folder: Path = FOLDER) -> frozenset[str]:
    """Where the answers come from: "authored", "documented", "recorded", or several of these."""
    settle(folder)
    paths = (path for path in folder.rglob("*.json") if path.parent.name != FAILURES)
    return frozenset(json.loads(path.read_text(encoding="utf-8"))["source"]["kind"] for path in paths)


OWN = ("id", "response_id", "agent_reference", "created_by")  # of an item: made anew for each answer


def whole(exchange: Exchange) -> dict[str, Any] | None:
    """The body of an answer; of a stream, what its events build up to. None where that is no whole answer."""
    if not exchange.chunks:
        return exchange.response_json
    final: dict[str, Any] = {}
    text, calls = "", {}
    for event in events(exchange.response_body):
        if event.get("type") in ("response.completed", "response.incomplete"):
            return event["response"]
        if event.get("usage"):
            final["usage"] = event["usage"]
        for choice in event.get("choices") or ():
            final |= {"object": "chat.completion", "created": event["created"], "model": event["model"]}
            final["finish_reason"] = choice.get("finish_reason") or final.get("finish_reason")
            delta = choice.get("delta") or {}
            text += delta.get("content") or ""
            for part in delta.get("tool_calls") or ():
                call = calls.setdefault(part["index"], {"name": "", "arguments": ""})
                for name, words in (part.get("function") or {}).items():
                    call[name] += words or ""
    if not final.get("finish_reason") or "usage" not in final:
        return None
    message = {"content": text or None, "tool_calls": [{"function": call} for call in calls.values()]}
    reason = final.pop("finish_reason")
    return {**final, "choices": [{"index": 0, "finish_reason": reason, "message": message}]}


def events(body: bytes) -> Iterator[dict[str, Any]]:
    """The JSON of each server-sent event."""
    for line in body.decode("utf-8", "replace").splitlines():
        if line.startswith("data:") and line[5:].strip() not in ("", "[DONE]"):
            try:
                event = json.loads(line[5:])
            except ValueError:  # the connection was cut in the middle of it
                return
            if isinstance(event, dict):
                yield event


def timed_events(chunks: Iterable[tuple[float, bytes]]) -> Iterator[tuple[float, str]]:
    """Server-sent events as they stand, each with the second in which its last byte came. Raises UnicodeDecodeError."""
    waiting, second = bytearray(), 0.0
    for second, chunk in chunks:
        looked, begin = max(0, len(waiting) - 3), 0
        waiting += chunk
        for found in _END_OF_EVENT.finditer(waiting, looked):
            yield second, waiting[begin : found.start()].decode("utf-8") + "\n\n"
            begin = found.end()
        del waiting[:begin]
    if waiting.strip():
        yield second, waiting.decode("utf-8")


_END_OF_EVENT = re.compile(rb"\r?\n\r?\n")


def pace(chunks: Iterable[tuple[float, bytes]]) -> tuple[tuple[int, float], ...]:
    """How many characters of its texts a recorded stream had said by which second, from its first event to its last."""
    said, found, second = 0, [], 0.0
    for second, text in timed_events(chunks):
        said += sum(len(words) for event in events(text.encode()) for *_, words in stream_pieces(event))
        if not found or said > found[-1][0]:
            found.append((said, second))
    return (*found, (said, second)) if found else ()


# -- replacing the whole set -----------------------------------------------------------------------------------------------
def beside(folder: Path) -> tuple[Path, Path]:
    """Where a new set is made, and where the old one stands while it is replaced."""
    return folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")


def settle(folder: Path) -> None:
    """Put the old set back, where a replacement was interrupted between its two steps."""
    _, old = beside(folder)
    if not folder.exists() and old.exists():
        old.rename(folder)


def _texts(output: Iterable[dict[str, Any]]) -> Iterable[str]:
    for item in output:
        if item["type"] == "message":
            yield from (part["text"] for part in item["content"] if part["type"] == "output_text")


def _pretty(prompt: Prompt) -> list[str]:
    return json.dumps(json.loads(prompt.key), indent=2, ensure_ascii=False, sort_keys=True).splitlines()
