"""The journal: the last exchanges that the mock answered."""

from collections import deque
from dataclasses import replace

from helpers.exchange import Exchange

LENGTH = 200  # exchanges
BODY = 64 * 1024  # bytes of a body that it keeps


class Journal:
    """``entries`` are the last exchanges, oldest first; ``answered`` counts all there ever were."""

    def __init__(self):
        self.entries: deque[Exchange] = deque(maxlen=LENGTH)
        self.answered = 0

    def note(self, answer: Exchange) -> None:
        """Keep an exchange, with its bodies cut to what there is room for."""
        self.answered += 1
        if len(answer.request_body) > BODY or len(answer.response_body) > BODY:
            bodies = {name: getattr(answer, name)[:BODY] for name in ("request_body", "response_body")}
            answer = replace(answer, chunks=(), **bodies)
        self.entries.append(answer)
