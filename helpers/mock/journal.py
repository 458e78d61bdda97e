"""The journal: the last exchanges that the mock answered."""

import time
from collections import deque
from dataclasses import replace

from helpers.exchange import Exchange

LENGTH = 200  # exchanges
BODY = 64 * 1024  # bytes of a body that it keeps


class Journal:
    """``entries`` are the last exchanges, oldest first, ``times`` when they were answered, in seconds since 1970; ``answered``
    counts all there ever were."""

    def __init__(self, length: int = LENGTH):
        self.entries: deque[Exchange] = deque(maxlen=length)
        self.times: deque[float] = deque(maxlen=length)
        self.answered = 0

    def note(self, answer: Exchange) -> None:
        """Keep an exchange, with its bodies cut to what there is room for."""
        self.answered += 1
        if len(answer.request_body) > BODY or len(answer.response_body) > BODY:
            bodies = {name: _cut(getattr(answer, name)) for name in ("request_body", "response_body")}
            answer = replace(answer, chunks=(), **bodies)
        self.entries.append(answer)
        self.times.append(time.time())

    def numbered(self, number: int) -> Exchange | None:
        """The exchange of this number, counted from 1; None when it is not kept any more."""
        at = number - 1 - (self.answered - len(self.entries))
        return self.entries[at] if 0 <= at < len(self.entries) else None

    def clear(self) -> None:
        self.entries.clear()
        self.times.clear()


def _cut(body: bytes) -> bytes:
    """The body, or as much of it as there is room for, up to the end of a word: half a key is no key that anybody would know."""
    return body if len(body) <= BODY else body[:BODY].rstrip(WORD)


WORD = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~+/=%"
