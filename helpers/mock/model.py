"""What the model would say: a recording when there is one, otherwise something made up that says so, and then the cuts
that a limit on tokens or a content filter makes."""

from dataclasses import dataclass, replace
from typing import Any

from helpers.mock import catalog, errors, ids, inventions, parameters, prompts
from helpers.mock.prompts import Prompt
from helpers.mock.recordings import CHARACTERS_PER_TOKEN, Answer, FunctionCall, Recordings
from helpers.mock.state import State
from helpers.mock.streams import pieces

# Two harmless phrases, so that a lesson can show what the content filter does.
BLOCKED_PROMPT = "please trigger the content filter"
BLOCKED_ANSWER = "please filter the answer"


@dataclass(frozen=True)
class Model:
    """The recordings, whether only they may answer, and the state that names the deployments."""

    recordings: Recordings
    state: State
    strict: bool = False

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
        asked = len(prompt.key) // CHARACTERS_PER_TOKEN
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


def refuse_unsupported(api: str, body: dict[str, Any], deployment: catalog.Deployment) -> None:
    """Raises the ServiceError for a parameter that reasoning models do not take."""
    if not deployment.reasoning:
        return
    if api == "chat" and body.get("max_tokens") is not None:
        raise errors.parameter_unsupported("max_tokens", "max_completion_tokens")
    for name in ("temperature", "top_p"):
        if body.get(name) not in (None, 1):
            raise errors.parameter_unsupported(name)


def read_request(api: str, request_body: bytes) -> dict[str, Any]:
    """The body of a request, checked. Raises the ServiceError for the first thing wrong with it."""
    body = parameters.parse(request_body)
    (parameters.check_responses if api == "responses" else parameters.check_chat)(body)
    return body


def seed_of(api: str, named: str | None, body: dict[str, Any], context: str = "") -> str:
    """What the ids of an answer derive from: all that was asked, and the state it was asked in. Whether it is streamed
    makes no difference."""
    asked = {name: value for name, value in body.items() if name not in ("stream", "stream_options")}
    return f"{api} {named} {context} {prompts.canonical(asked)}"


def created_at(answer: Answer, seed: str) -> int:
    """The recording's own time, or for an invented answer one that derives from the request."""
    return answer.created_at or ids.timestamp(seed)
