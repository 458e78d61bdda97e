"""What the model would say: a recording when there is one, otherwise something made up that says so, and then the cuts
that a limit on tokens or a content filter makes."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from helpers.mock import catalog
from helpers.mock.answer import CHARACTERS_PER_TOKEN, Answer, FunctionCall
from helpers.mock.model import inventions, prompts
from helpers.mock.model.prompts import Prompt
from helpers.mock.model.recordings import Recordings
from helpers.mock.model.streams import pieces
from helpers.mock.state import State
from helpers.mock.wire import errors, ids, parameters

REMEMBERED = 64 * 1024  # bytes of a request whose answer is kept for the next time
# Two harmless phrases, so that a lesson can show what the content filter does.
BLOCKED_PROMPT = "please trigger the content filter"
BLOCKED_ANSWER = "please filter the answer"


class Said(NamedTuple):
    """What the model said to a request: the deployment that was asked, the prompt as the model sees it, its answer, the text
    that ids derive from, and the time of the answer in seconds since 1970."""

    deployment: catalog.Deployment
    prompt: Prompt
    answer: Answer
    seed: str
    at: int


@dataclass(frozen=True)
class Model:
    """The recordings, whether only they may answer, and the state that names the deployments."""

    recordings: Recordings
    state: State
    strict: bool = False

    def respond(self, body: dict[str, Any], before: list[dict], *seed: Any) -> Said:
        """The answer to a Responses request that goes on from the messages ``before``. Raises ServiceError."""
        deployment = self.deployment(body.get("model"), "responses")
        _refuse_unsupported("responses", body, deployment)
        prompt = prompts.from_responses(deployment.model, body, before)
        return self._said("responses", prompt, body, deployment, *seed)

    def complete(self, body: dict[str, Any], named: str | None) -> Said:
        """The answer to a chat-completions request, to the deployment ``named`` in its path if any. Raises ServiceError."""
        deployment = self.deployment(named or body.get("model"), "chatCompletion")
        _refuse_unsupported("chat", body, deployment)
        prompt = prompts.from_chat(deployment.model, body)
        return self._said("chat", prompt, body, deployment, named, body)

    def _said(self, api: str, prompt: Prompt, body: dict, deployment: catalog.Deployment, *seed: Any) -> Said:
        answer = self.say(prompt, body, deployment)
        # a large request is not written out once more: what the model sees of it tells it from any other
        large = prompt.length > REMEMBERED or '"sha256:' in prompt.key
        text = f"{api} {ids.short(prompt.key)}" if large else seed_of(api, *seed)
        # the recording's own time, or for an invented answer one that derives from the request
        return Said(deployment, prompt, answer, text, answer.created_at or ids.timestamp(text))

    def deployment(self, name: str | None, operation: str) -> catalog.Deployment:
        """The deployment of that name. Raises the ServiceError for none, an unknown one, or one that cannot do this."""
        if not name:
            raise errors.model_missing()
        found = self.state.deployments.get(name)
        if found is None:
            raise errors.deployment_not_found()
        wanted = "embeddings" if operation == "embeddings" else "chat_completion"
        if found.capability != wanted:
            raise errors.operation_not_supported(operation, name)
        return found

    def say(self, prompt: Prompt, body: dict[str, Any], deployment: catalog.Deployment) -> Answer:
        """The answer to a prompt. Raises the ServiceError of a prompt that is too long or blocked, and under strict the
        one for a miss."""
        asked = prompt.length // CHARACTERS_PER_TOKEN
        if asked > deployment.context:
            raise errors.context_too_long(deployment.context, asked, body.get("max_completion_tokens") or 0)
        words = prompt.last_words.lower()
        if BLOCKED_PROMPT in words:
            left = (("requests", deployment.capacity - 1), ("tokens", deployment.capacity * 1000 - asked))
            more = [(f"x-ratelimit-remaining-{name}", str(count)) for name, count in left]
            raise errors.prompt_blocked([("x-request-id", ids.request_id("request", prompt.key)), *more])
        recording = self.recordings.find(prompt)
        if recording:
            answer = recording.answer
        elif self.strict and BLOCKED_ANSWER not in words:
            raise errors.no_recording(self.recordings.miss(prompt))
        else:
            answer = self._invented(prompt, body)
        if BLOCKED_ANSWER in words:
            return replace(answer, text="", calls=(), cut="content_filter")
        limit = body.get("max_output_tokens") or body.get("max_completion_tokens") or body.get("max_tokens")
        if limit and limit < answer.output_tokens:
            parts = pieces(answer.text)
            thought = min(answer.reasoning_tokens, limit)  # a model thinks first, and the limit counts that too
            said = max(1, answer.output_tokens - answer.reasoning_tokens)
            kept = "".join(parts[: len(parts) * (limit - thought) // said])
            cut = {"output_tokens": limit, "reasoning_tokens": thought, "cut": "max_output_tokens"}
            return replace(answer, text=kept, calls=(), **cut)
        return answer

    def _invented(self, prompt: Prompt, body: dict[str, Any]) -> Answer:
        answer = self.recordings.invented(prompt)
        wanted = _tool_wanted(prompt, body)
        if wanted:
            arguments = _instance(wanted.get("parameters"), "tools")
            call = FunctionCall(wanted.get("name") or "function", prompts.compact(arguments))
            return replace(answer, text="", calls=(call,), output_tokens=len(call.arguments.split()) + 8)
        if prompt.format:
            text = prompts.compact(_instance(prompt.format.get("schema"), "text.format"))
            return replace(answer, text=text, output_tokens=len(pieces(text)))
        return answer


def _instance(schema: Any, name: str) -> Any:
    """A value for a schema. Raises the ServiceError for what is no schema."""
    try:
        return inventions.instance(schema or {"type": "object"})
    except Exception:  # a schema is a small program of the client's: whatever it trips over is wrong with it
        raise errors.schema_invalid(name) from None


def _tool_wanted(prompt: Prompt, body: dict[str, Any]) -> dict[str, Any] | None:
    """The function that a model would call now: the one it was told to, or the first after a user's message."""
    choice = body.get("tool_choice")
    functions = [tool for tool in prompt.tools if "type" not in tool]
    if isinstance(choice, dict) and choice.get("type") == "allowed_tools":
        inner = choice.get("allowed_tools", choice)
        allowed = {parameters.tool_name(tool) for tool in inner.get("tools") or () if isinstance(tool, dict)}
        functions = [tool for tool in functions if tool.get("name") in allowed]
        choice = inner.get("mode")
    if not functions or choice == "none":
        return None
    if isinstance(choice, dict):
        return next((tool for tool in functions if tool.get("name") == parameters.tool_name(choice)), functions[0])
    asked = bool(prompt.messages) and prompt.messages[-1].get("role") == "user"
    return functions[0] if asked or choice == "required" else None


def _refuse_unsupported(api: str, body: dict[str, Any], deployment: catalog.Deployment) -> None:
    """Raises the ServiceError for a parameter that reasoning models do not take."""
    if not deployment.reasoning:
        return
    if api == "chat" and body.get("max_tokens") is not None:
        raise errors.parameter_unsupported("max_tokens", "max_completion_tokens")
    for name in ("temperature", "top_p"):
        if body.get(name) not in (None, 1):
            raise errors.parameter_unsupported(name)


def seed_of(api: str, named: str | None, body: dict[str, Any], context: str = "") -> str:
    """What the ids of an answer derive from: all that was asked, and the state it was asked in. Whether it is streamed
    makes no difference."""
    asked = {name: value for name, value in body.items() if name not in ("stream", "stream_options")}
    return f"{api} {named} {context} {prompts.canonical(asked)}"
