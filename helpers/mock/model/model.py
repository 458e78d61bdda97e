"""What the model would say: a recording when there is one, otherwise something made up that says so, and then the cuts
that a limit on tokens or a content filter makes."""

from dataclasses import replace
from typing import Any, NamedTuple

from helpers.mock import catalog
from helpers.mock.answer import CHARACTERS_PER_TOKEN, Answer
from helpers.mock.model import prompts, turns, unknown
from helpers.mock.model.caching import Caching
from helpers.mock.model.prompts import Prompt
from helpers.mock.model.recordings import Recordings
from helpers.mock.model.streams import pieces
from helpers.mock.model.tools import Tools, instance
from helpers.mock.model.turns import Turn
from helpers.mock.state import State
from helpers.mock.wire import errors, ids, parameters

REMEMBERED = 64 * 1024  # bytes of a request whose answer is kept for the next time
# Two harmless phrases, so that a lesson can show what the content filter does.
BLOCKED_PROMPT = "please trigger the content filter"
BLOCKED_ANSWER = "please filter the answer"
# Tokens that a model thinks for, where no recording says how many: the more effort, the more. Made up.
THOUGHTS = {"minimal": 0, "low": 64, "medium": 192, "high": 448, "xhigh": 1024, "max": 2048}


class Said(NamedTuple):
    """What the model said to a request: the deployment that was asked, the prompt as the model sees it, and its answer."""

    deployment: catalog.Deployment
    prompt: Prompt
    answer: Answer


class Model:
    """The recordings, whether only they may answer (``strict``), and the state that names the deployments."""

    def __init__(self, recordings: Recordings, state: State, strict: bool = False):
        self.recordings, self.state, self.strict = recordings, state, strict
        self._tools, self._caching = Tools(), Caching()

    def respond(self, body: dict[str, Any], before: list[dict], given: list[dict], mark: str, project: str) -> Said:
        """The answer to a Responses request in a project, whose items are ``given``, that goes on from the items ``before``.
        Raises ServiceError."""
        deployment = self.deployment(body.get("model"), "responses")
        reasoning = body.get("reasoning") or {}
        effort = _effort(deployment.model, reasoning.get("effort"), "reasoning.effort")
        _refuse_unsupported("responses", body, deployment.model, effort)
        prompt = prompts.from_responses(body, prompts.from_items(before))
        turn = Turn(body, prompt, given, [*before, *given], mark, self.state.within(project))
        answer = self.say("responses", turn, deployment, effort)
        if answer.items:
            answer = replace(answer, items=tuple(_included(item, body.get("include") or ()) for item in answer.items))
        if answer.reasons and "reasoning.encrypted_content" in (body.get("include") or ()):
            answer = replace(answer, encrypted=f"offline-mock-{ids.hexadecimal('thoughts', prompt.key, 64)}")
        if reasoning.get("summary") and answer.reasons and not answer.summary:
            said = "The offline mock does not think; a summary of the thoughts would stand here."
            answer = replace(answer, summary=({"type": "summary_text", "text": said},))
        return Said(deployment, prompt, answer)

    def complete(self, body: dict[str, Any], named: str | None, mark: str, project: str) -> Said:
        """The answer to a chat-completions request in a project, to the deployment ``named`` in its path if any. Raises ServiceError."""
        deployment = self.deployment(named or body.get("model"), "chatCompletion")
        effort = _effort(deployment.model, body.get("reasoning_effort"), "reasoning_effort")
        _refuse_unsupported("chat", body, deployment.model, effort)
        prompt = prompts.from_chat(body)
        turn = Turn(body, prompt, [], [], mark, self.state.within(project))
        return Said(deployment, prompt, self.say("chat", turn, deployment, effort))

    def count(self, body: dict[str, Any], before: list[dict]) -> int:
        """How many tokens a request would be charged for its input. Raises ServiceError for a deployment that is not there."""
        deployment = self.deployment(body.get("model"), "responses")
        prompt = prompts.from_responses(body, prompts.from_items(before))
        searched = turns.searches(turns.chosen(body, prompt))
        recording = None if searched else self.recordings.find(prompt, deployment.model.name)
        return recording.answer.input_tokens if recording else max(1, prompt.length // CHARACTERS_PER_TOKEN)

    def deployment(self, name: str | None, operation: str) -> catalog.Deployment:
        """The deployment of that name. Raises the ServiceError for none, an unknown one, one whose model has retired, or one
        that cannot do this."""
        if not name:
            raise errors.model_missing()
        found = self.state.deployments.get(name)
        if found is None:
            raise errors.deployment_not_found()
        if found.model.is_retired:
            raise errors.not_found()  # as reported in 2025; Microsoft's page of October 2026 says 410, with no body to go by
        wanted = "embeddings" if operation == "embeddings" else "chat_completion"
        if found.model.capability != wanted:
            raise errors.operation_not_supported(operation, name)
        return found

    def say(self, api: str, turn: Turn, deployment: catalog.Deployment, effort: str = "none") -> Answer:
        """The answer to a prompt. Raises the ServiceError of a prompt that is too long or blocked, and under strict the
        one for a miss."""
        body, prompt, model = turn.body, turn.prompt, deployment.model
        asked = prompt.length // CHARACTERS_PER_TOKEN
        limit = body.get("max_output_tokens") or body.get("max_completion_tokens") or body.get("max_tokens")
        if asked > model.context and body.get("truncation") == "auto":
            prompt = prompt.shortened(model.context * CHARACTERS_PER_TOKEN)
            turn, asked = replace(turn, prompt=prompt), prompt.length // CHARACTERS_PER_TOKEN
        if asked > model.context:
            raise errors.context_too_long(api, model.context, asked, limit or 0)
        words = prompt.last_words.lower()
        if BLOCKED_PROMPT in words:
            left = (("requests", deployment.capacity - 1), ("tokens", deployment.capacity * 1000 - asked))
            raise errors.prompt_blocked([(f"x-ratelimit-remaining-{name}", str(count)) for name, count in left])
        reasons = effort != "none"
        turns.check(turn)
        tool = turns.chosen(body, prompt)
        recording = None if turns.searches(tool) else self.recordings.find(prompt, model.name, reasons)
        used = None if recording else self._tools.use(turn, tool)
        if recording:
            answer = recording.answer
            if (
                recording.prompt.key != prompt.key
            ):  # it answers the last turns; the others are read, and paid, all the same
                answer = replace(answer, input_tokens=max(asked, answer.input_tokens + 1))
        elif used and (not self.strict or "found" in used.source):
            answer = replace(used, input_tokens=max(1, asked) + used.input_tokens)
        elif self.strict and BLOCKED_ANSWER not in words:
            raise errors.no_recording(self.recordings.miss(prompt))
        else:
            answer = unknown.answer(self.recordings, prompt)
        if prompt.format and not recording and not answer.calls and not answer.waiting:
            text = prompts.compact(instance(prompt.format.get("schema"), "text.format"))
            answer = replace(answer, text=text, annotations=(), output_tokens=len(pieces(text)))
        if body.get("parallel_tool_calls") is False:
            answer = replace(answer, calls=answer.calls[:1])
        answer = _thought(answer, effort)
        cached = min(
            self._caching.tokens(deployment.name, body.get("prompt_cache_key"), prompt),
            answer.input_tokens // 128 * 128,
        )
        if cached:
            answer = replace(answer, cached_tokens=cached)
        if BLOCKED_ANSWER in words:
            return replace(answer, text="", calls=(), cut="content_filter")
        return _limited(answer, limit) if limit and limit < answer.output_tokens else answer


def _included(item: dict[str, Any], include: list[str]) -> dict[str, Any]:
    """What a hosted tool did, without what is told only to who asks for it by ``include``."""
    if item["type"] == "file_search_call" and "file_search_call.results" not in include:
        return {key: value for key, value in item.items() if key != "results"}
    if item["type"] == "code_interpreter_call" and "code_interpreter_call.outputs" not in include:
        return item | {"outputs": None}
    return item


def _thought(answer: Answer, effort: str) -> Answer:
    """The answer of a model that thinks first, or does not."""
    if effort == "none":
        spoken = answer.output_tokens - answer.reasoning_tokens
        return (
            replace(answer, reasons=False, summary=(), reasoning_tokens=0, output_tokens=spoken)
            if answer.reasons
            else answer
        )
    if answer.reasons:
        return answer
    tokens = THOUGHTS[effort]
    return replace(answer, reasons=True, reasoning_tokens=tokens, output_tokens=answer.output_tokens + tokens)


def _limited(answer: Answer, limit: int) -> Answer:
    """The answer as far as ``limit`` tokens go. A model thinks first, and the limit counts that too."""
    parts = pieces(answer.text)
    thought = min(answer.reasoning_tokens, limit)
    said = max(1, answer.output_tokens - answer.reasoning_tokens)
    kept = "".join(parts[: len(parts) * (limit - thought) // said])
    notes = tuple(note for note in answer.annotations if note.get("end_index", note.get("index", 0)) <= len(kept))
    cut = {"output_tokens": limit, "reasoning_tokens": thought, "cut": "max_output_tokens", "annotations": notes}
    return replace(answer, text=kept, calls=(), **cut)


def _effort(model: catalog.BaseModel, asked: str | None, name: str) -> str:
    """How hard the model thinks. Raises the ServiceError for an effort that it does not make."""
    if asked is None:
        return model.efforts[0] if model.reasons else "none"
    if not model.reasons:
        raise errors.parameter_unsupported(name)
    if asked not in model.efforts:
        in_order = tuple(one for one in parameters.EFFORTS if one in model.efforts)
        raise errors.value_not_of_model(name, asked, model.name, in_order, chat=name == "reasoning_effort")
    return asked


def _refuse_unsupported(api: str, body: dict[str, Any], model: catalog.BaseModel, effort: str) -> None:
    """Raises the ServiceError for a parameter that this model does not take."""
    for name in ("max_output_tokens", "max_completion_tokens", "max_tokens"):
        if (body.get(name) or 0) > model.longest_answer:
            raise errors.max_tokens_too_large(name, model.longest_answer, body[name])
    verbosity = body.get("verbosity") or (body.get("text") or {}).get("verbosity")
    if not model.reasons:
        if verbosity not in (None, "medium"):
            raise errors.verbosity_fixed("verbosity" if api == "chat" else "text.verbosity", verbosity)
        if (body.get("reasoning") or {}).get("summary"):
            raise errors.parameter_unsupported("reasoning.summary")
        if "reasoning.encrypted_content" in (body.get("include") or ()):
            raise errors.encrypted_not_supported()
        return
    if api == "chat" and body.get("max_tokens") is not None:
        raise errors.parameter_unsupported("max_tokens", "max_completion_tokens")
    if effort == "none":
        return  # then it takes what other models take
    for name, default in (("temperature", 1), ("top_p", 1), ("presence_penalty", 0), ("frequency_penalty", 0)):
        if body.get(name) in (None, default):
            continue
        if api == "responses":
            raise errors.parameter_unsupported(name, code=None)
        if name in ("temperature", "top_p"):
            raise errors.only_default(name, body[name])
        raise errors.parameter_unsupported(name)
    if api == "responses" and body.get("top_logprobs"):
        raise errors.logprobs_not_supported("top_logprobs")
    if api == "responses" and "message.output_text.logprobs" in (body.get("include") or ()):
        raise errors.logprobs_not_supported("include")
    for name in ("logprobs", "top_logprobs", "logit_bias", "stop"):
        if body.get(name) and api == "chat":
            raise errors.parameter_unsupported(name)
