"""What a model said, apart from the API it said it through."""

from dataclasses import dataclass
from typing import Any

CHARACTERS_PER_TOKEN = 4  # an estimate for what is not recorded: the mock has no tokenizer


@dataclass(frozen=True)
class FunctionCall:
    """A function that the model wants called; ``arguments`` is JSON text. A ``custom`` tool is given any text instead."""

    name: str
    arguments: str
    custom: bool = False


@dataclass(frozen=True)
class Answer:
    """``created_at`` 0 means: when it was asked. ``source`` goes into the x-offline-mock header. ``cut`` is "", or why the
    answer is not whole: "max_output_tokens" or "content_filter". ``reasons`` tells whether the model thought first, ``summary``
    is what it tells of that. ``items`` are what hosted tools did before the text, as output items without ids; ``waiting``
    means that there is no text until someone approves. ``annotations`` are the sources of the text. ``pace`` tells of a recorded stream
    how many characters had been said by which second; none for one that the mock paces itself."""

    text: str
    created_at: int
    input_tokens: int
    output_tokens: int
    source: str
    calls: tuple[FunctionCall, ...] = ()
    reasoning_tokens: int = 0
    cut: str = ""
    reasons: bool = False
    summary: tuple[dict[str, Any], ...] = ()
    items: tuple[dict[str, Any], ...] = ()
    waiting: bool = False
    annotations: tuple[dict[str, Any], ...] = ()
    cached_tokens: int = 0
    pace: tuple[tuple[int, float], ...] = ()
    encrypted: str = ""  # the thoughts, for who does not store them
