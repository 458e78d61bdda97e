"""Ids and times. All are derived from the request and from how often it was made, so that the same lesson always gets the
same bytes, and yet no two calls share an id."""

from calendar import timegm
from email.utils import formatdate
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from helpers.mock import catalog

CLOCK = timegm(catalog.TODAY.timetuple())  # where the mock's calendar stands still
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SPELLED = bytes(ord(ALPHABET[byte % 62]) for byte in range(256))  # each byte as one of them


def digest(label: str, seed: str) -> bytes:
    """32 bytes that depend on the seed and on what they are for."""
    return sha256(f"{label}\n{seed}".encode()).digest()


def mark(seed: str) -> str:
    """16 hexadecimal digits that one call has to itself."""
    return digest("mark", seed).hex()[:16]


class Names(NamedTuple):
    """The ids of what one call makes. As on the service, they share their first 16 hexadecimal digits: those of the
    conversation that the call belongs to or, without one, its ``mark``. ``seed`` tells apart what shares them."""

    mark: str
    seed: str = ""

    def item(self, prefix: str, at: int | str = "") -> str:
        """``resp_``, ``msg_``, ``fc_`` ... and 50 hexadecimal digits."""
        return f"{prefix}{self.mark}00{digest(prefix, f'{self.seed} {at}').hex()[:32]}"

    def call(self, at: int | str) -> str:
        """``call_`` and 24 letters and digits: what a function's result must name."""
        return f"call_{letters(f'call {self.seed} {at}', 8)}{self.mark}"

    def completion(self) -> str:
        """``chatcmpl-`` and 29 letters and digits."""
        return f"chatcmpl-{letters(f'chatcmpl {self.seed}', 13)}{self.mark}"


def letters(seed: str, count: int) -> str:
    """So many letters and digits, at most 32."""
    return spelled(digest("letters", seed)[:count])


def spelled(digest: bytes) -> str:
    """A hash, or a part of one, in as many letters and digits."""
    return digest.translate(SPELLED).decode()


def new(prefix: str, seed: str) -> str:
    """The id of a thing that is kept: the prefix, 16 hexadecimal digits, two zeros, 32 letters and digits."""
    return f"{prefix}{mark(prefix + seed)}00{letters(prefix + seed, 32)}"


def hexadecimal(label: str, seed: str, length: int = 32) -> str:
    """So many hexadecimal digits, at most 64."""
    return digest(label, seed).hex()[:length]


def request_id(label: str, seed: str) -> str:
    """A request id in the form of a UUID."""
    h = digest(label, seed).hex()
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:32]}"


def timestamp(seed: str) -> int:
    """A time on the mock's one day, in seconds since 1970-01-01 UTC."""
    return CLOCK + int.from_bytes(digest("time", seed)[:4], "big") % 86400


@lru_cache(1024)
def http_date(seconds: int) -> str:
    """The time as a Date header writes it."""
    return formatdate(seconds, usegmt=True)
