"""Who may use the controls. On a shared machine and on a hub everyone is loopback, so an address proves nothing: the key does, and a
web page from elsewhere gets nothing even from a browser that has it open.
"""

import hmac
import re
from collections.abc import Iterable

from helpers.exchange import Exchange
from helpers.mock.room import Room

HEADER = "x-mock-control-key"
JSON = re.compile(r"application/json\s*(;.*)?", re.IGNORECASE)
PORT = re.compile(r":\d+$")
EVERYTHING = ""  # what the key of the mock opens; a learner's opens the controls of one world
UNKNOWN_HOST = "The controls of this mock answer at its own address only."
OTHER_ORIGIN = "The controls of this mock are for its own page, not for another one."
NOT_JSON = "The controls take JSON: send it with Content-Type: application/json."


class Admission:
    """Whom the controls answer. ``names`` are the host names and addresses that the mock serves."""

    def __init__(self, room: Room, key: str, names: Iterable[str]):
        self._room, self._key, self._names = room, key.encode(), {name.lower() for name in names}

    def opens(self, request: Exchange) -> str | None:
        """What the key in a request opens: EVERYTHING, the name of a learner, or None for nothing."""
        sent = request.request_headers.get(HEADER, "")
        if hmac.compare_digest(sent.encode(), self._key):
            return EVERYTHING
        return self._room.learner_of(sent) if sent else None

    def objection(self, request: Exchange, scheme: str) -> str:
        """What is wrong with where a request comes from, in a sentence; "" when it may be looked at.

        A name that somebody pointed at this machine is no name of the mock (DNS rebinding). Browsers send Origin with whatever a
        page of another site asks for, and Sec-Fetch-Site with pictures and forms too (Fetch Metadata, W3C).
        """
        sent = request.request_headers
        host = sent.get("host", "").lower()
        if PORT.sub("", host).strip("[]") not in self._names:
            return UNKNOWN_HOST
        origin = sent.get("origin")
        if origin is not None and origin.lower() != f"{scheme}://{host}":
            return OTHER_ORIGIN
        opened_by_hand = (sent.get("sec-fetch-mode"), sent.get("sec-fetch-dest")) == ("navigate", "document")
        if sent.get("sec-fetch-site", "none") not in ("same-origin", "none") and not (
            opened_by_hand and request.method == "GET"
        ):
            return OTHER_ORIGIN
        if request.request_body and not JSON.fullmatch(sent.get("content-type", "")):
            return NOT_JSON
        return ""
