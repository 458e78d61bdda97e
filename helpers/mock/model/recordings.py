"""The prepared answers. One recording is one JSON file is one Exchange; the same one answers the Responses API and chat
completions. A prompt without a recording still gets an answer, which says so."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches, unified_diff
from pathlib import Path
from typing import Any

from helpers.exchange import Exchange
from helpers.mock import catalog
from helpers.mock.answer import CHARACTERS_PER_TOKEN, Answer, FunctionCall
from helpers.mock.model import prompts
from helpers.mock.model.prompts import Prompt

FOLDER = Path(__file__).parents[1] / "recordings"


@dataclass(frozen=True)
class Recording:
    """A file, the prompt it answers, and the answer."""

    name: str
    prompt: Prompt
    answer: Answer


class Recordings:
    """All recordings under a folder, found by prompt in constant time."""

    def __init__(self, folder: Path = FOLDER):
        self._by_prompt: dict[str, Recording] = {}
        for path in sorted(folder.rglob("*.json")):
            recording = read(path, path.relative_to(folder).with_suffix("").as_posix())
            twin = self._by_prompt.setdefault(recording.prompt.key, recording)
            if twin is not recording:
                raise ValueError(f"{path}: recording {twin.name} already answers the same prompt; remove one")

    def __len__(self) -> int:
        return len(self._by_prompt)

    def find(self, prompt: Prompt) -> Recording | None:
        return self._by_prompt.get(prompt.key)

    def near(self, prompt: Prompt, count: int = 3) -> list[Recording]:
        """The recordings whose question reads most like this one, best first."""
        # where two have the same words, the one for the same model
        ours = sorted(self._by_prompt.values(), key=lambda recording: recording.prompt.model == prompt.model)
        by_words = {recording.prompt.last_words: recording for recording in ours}
        return [by_words[words] for words in get_close_matches(prompt.last_words[:300], by_words, count, cutoff=0)]

    def invented(self, prompt: Prompt) -> Answer:
        """The answer to a prompt without a recording: it says what it is and what there is."""
        near = [f"“{recording.prompt.last_words}”" for recording in self.near(prompt)]
        text = (
            "This is the offline mock, not a model. It has no recording for this prompt, that is, no prepared "
            "answer. Your request was right: it was signed in, understood and answered. "
        )
        if near:
            text += f"It does have a recording for {_listed(near)}. "
        text += "For real answers to your own prompts, connect the notebooks to a live project: see .env.example."
        asked, said = len(prompt.key) // CHARACTERS_PER_TOKEN, len(text) // CHARACTERS_PER_TOKEN
        return Answer(text, 0, asked, said, "no recording for this prompt")

    def miss(self, prompt: Prompt) -> str:
        """Why strict mode refuses a prompt: the nearest recording, and how the two differ."""
        text = f"The offline mock (strict) has no recording for this prompt to {prompt.model}."
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
        request, response = exchange.request_json, exchange.response_json
        deployment = catalog.DEPLOYMENTS.get(request["model"])
        model = deployment.model if deployment else request["model"]
        source = f"{exchange.source['kind']} {exchange.source['date']}; {name}"
        usage = response["usage"]
        if response["object"] == "response":
            details = usage.get("output_tokens_details") or {}
            return Recording(
                name,
                prompts.from_responses(model, request),
                Answer(
                    text="".join(_texts(response["output"])),
                    calls=tuple(
                        FunctionCall(item["name"], item["arguments"])
                        for item in response["output"]
                        if item["type"] == "function_call"
                    ),
                    created_at=response["created_at"],
                    input_tokens=usage["input_tokens"],
                    output_tokens=usage["output_tokens"],
                    reasoning_tokens=details.get("reasoning_tokens", 0),
                    source=source,
                ),
            )
        message = response["choices"][0]["message"]
        details = usage.get("completion_tokens_details") or {}
        return Recording(
            name,
            prompts.from_chat(model, request),
            Answer(
                text=message["content"] or "",
                calls=tuple(
                    FunctionCall(call["function"]["name"], call["function"]["arguments"])
                    for call in message.get("tool_calls") or ()
                ),
                created_at=response["created"],
                input_tokens=usage["prompt_tokens"],
                output_tokens=usage["completion_tokens"],
                reasoning_tokens=details.get("reasoning_tokens", 0),
                source=source,
            ),
        )
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"{path} cannot serve as a recording: {type(error).__name__}: {error}") from error


def _texts(output: Iterable[dict[str, Any]]) -> Iterable[str]:
    for item in output:
        if item["type"] == "message":
            yield from (part["text"] for part in item["content"] if part["type"] == "output_text")


def _pretty(prompt: Prompt) -> list[str]:
    return json.dumps(json.loads(prompt.key), indent=2, ensure_ascii=False, sort_keys=True).splitlines()


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
