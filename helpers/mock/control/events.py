"""The events of the control page: what is set, whenever it changes, and each request as it is answered, as server-sent events.

Requests are gathered for a tenth of a second and sent together, so that a busy room costs the mock and the page a few events a
second and not some hundred. Of what a slow page has not taken yet the oldest is dropped, and the page is told how many.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator

from helpers.mock.control import Control, told
from helpers.mock.room import Note, Room

PACE = 0.1  # seconds
BEAT = 5.0  # seconds after which something is sent although there is nothing new, so that both sides know the other is there
MOST = 1000  # requests that wait for the page


async def events(room: Room, control: Control) -> AsyncIterator[bytes]:
    """The events, for as long as somebody takes them."""
    waiting: deque[Note] = deque(maxlen=MOST)
    seen, before = room.watch(waiting), control.recent()[-MOST:]  # at once, so that no request is in both or in neither
    try:
        yield _event("state", await asyncio.to_thread(control.overview))
        yield _event("recent", await asyncio.to_thread(lambda: [told(note) for note in before]))
        shown, quiet, stale = room.changed, 0.0, False
        while True:
            await asyncio.sleep(PACE)
            quiet += PACE
            notes = [waiting.popleft() for _ in range(len(waiting))]
            if notes:
                missed, seen = notes[-1].count - seen - len(notes), notes[-1].count
                yield _event("requests", {"requests": [told(note) for note in notes], "missed": max(0, missed)})
            stale = stale or bool(notes)  # requests use faults up, and are counted
            if room.changed != shown or (stale and quiet >= 1) or quiet >= BEAT:
                shown, quiet, stale = room.changed, 0.0, False
                yield _event("state", await asyncio.to_thread(control.overview))
    finally:
        room.leave(waiting)


def _event(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
