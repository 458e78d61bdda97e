"""Prompt caching: a long beginning that was sent before is not read again, and costs less.

Source: Microsoft's page on prompt caching: from 1,024 tokens on, in steps of 128, for the same beginning; prompt_cache_key is
part of what is looked up.
"""

from hashlib import sha256

from helpers.mock.answer import CHARACTERS_PER_TOKEN
from helpers.mock.model.prompts import Prompt
from helpers.mock.state import Remembered

LEAST, STEP = 1024, 128  # tokens
LONGEST = 64 * 1024  # tokens of a beginning that is kept


class Caching:
    """The beginnings of the prompts that were sent to each deployment."""

    def __init__(self):
        self._seen = Remembered(entries=20_000)

    def tokens(self, deployment: str, key: str | None, prompt: Prompt) -> int:
        """How many tokens of this prompt are not read again. Its beginning is kept for the next."""
        if prompt.length < LEAST * CHARACTERS_PER_TOKEN:
            return 0
        text = prompt.beginning(LONGEST * CHARACTERS_PER_TOKEN).encode()
        step, so_far = STEP * CHARACTERS_PER_TOKEN, sha256(f"{deployment}\n{key or ''}\n".encode())
        cached, unbroken = 0, True
        for at in range(step, len(text) + 1, step):
            so_far.update(text[at - step : at])
            name = so_far.digest()
            unbroken = unbroken and self._seen.get(name) is not None
            cached = at // CHARACTERS_PER_TOKEN if unbroken else cached
            self._seen.put(name, True, 1)
        return cached if cached >= LEAST else 0
