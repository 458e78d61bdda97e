"""The moment at which a model decides: what it has before it, and which of its tools it uses now."""

from dataclasses import dataclass
from typing import Any

from helpers.mock.model.prompts import Prompt
from helpers.mock.state import Within
from helpers.mock.wire import errors, tools


@dataclass(frozen=True)
class Turn:
    """The request; the items that it gives, and those with what was before; what ids may derive from; and what is kept where it was
    asked: files, stores, containers."""

    body: dict[str, Any]
    prompt: Prompt
    given: list[dict[str, Any]]
    items: list[dict[str, Any]]
    mark: str
    kept: Within


def chosen(body: dict[str, Any], prompt: Prompt) -> dict[str, Any] | None:
    """The tool that a model would use now: the one it was told to use, or the first after a user's message."""
    choice, given = body.get("tool_choice"), list(body.get("tools") or ())
    if isinstance(choice, dict) and choice.get("type") == "allowed_tools":
        inner = choice.get("allowed_tools", choice)
        allowed = {
            (tool.get("type"), tools.name_of(tool)) for tool in inner.get("tools") or () if isinstance(tool, dict)
        }
        given = [tool for tool in given if (tool.get("type"), tools.name_of(tool)) in allowed]
        choice = inner.get("mode")
    if not given or choice == "none":
        return None
    if isinstance(choice, dict):
        kind, name = choice.get("type"), tools.name_of(choice)
        for tool in given:
            if tool.get("type") == kind and (name is None or kind != "function" or tools.name_of(tool) == name):
                return tool
        return given[0]
    # something done in this turn already, by a function or a tool, is to be answered first
    return given[0] if prompt.asks or choice == "required" else None


def searches(tool: dict[str, Any] | None) -> bool:
    """Whether a tool looks through what the user has stored. No recording knows what stands there now."""
    return tool is not None and str(tool.get("type")).startswith(("file_search", "memory_search"))


def check(turn: Turn) -> None:
    """Raises the ServiceError for a store, a file or a container that is named and is not there."""
    for tool in turn.body.get("tools") or ():
        for name in tool.get("vector_store_ids") or () if tool.get("type") == "file_search" else ():
            if turn.kept.vector_stores.get(name) is None:
                raise errors.vector_store_not_found(name)
        container = tool.get("container")
        if isinstance(container, str) and turn.kept.containers.get(container) is None:
            raise errors.container_not_found()
        for name in container.get("file_ids") or () if isinstance(container, dict) else ():
            _check_file(name, turn)
        if (
            str(tool.get("type")).startswith("memory_search")
            and turn.kept.memory_stores.get(tool["memory_store_name"]) is None
        ):
            raise errors.project_thing_not_found("MemoryStore", tool["memory_store_name"])
    for item in turn.items:
        content = item.get("content")
        for part in content if isinstance(content, list) else ():
            if part.get("type") in ("input_file", "input_image") and part.get("file_id"):
                _check_file(part["file_id"], turn)


def _check_file(name: Any, turn: Turn) -> None:
    if not isinstance(name, str) or turn.kept.files.get(name) is None:
        raise errors.file_not_found(str(name))
