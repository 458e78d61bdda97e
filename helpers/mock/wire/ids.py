"""Ids and times. All are derived from the request, so the same request always gets the same bytes."""

from email.utils import formatdate
from hashlib import sha256

CLOCK = 1795392000  # 2026-11-23 00:00:00 UTC: the mock's calendar stands still here, tokens excepted
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def digest(label: str, seed: str) -> bytes:
    """32 bytes that depend on the seed and on what they are for."""
    return sha256(f"{label}\n{seed}".encode()).digest()


def short(seed: str) -> str:
    """A seed for the ids of many things: a long one, such as a whole request, is hashed once and not for each of them."""
    return seed if len(seed) < 1000 else digest("seed", seed).hex()


def hex_id(prefix: str, seed: str, length: int = 50) -> str:
    """``resp_``, ``msg_``, ``fc_`` ... and 50 hexadecimal digits, as on the Responses API."""
    return prefix + (digest(prefix, seed) + digest(prefix, seed + "+")).hex()[:length]


def completion_id(seed: str) -> str:
    """``chatcmpl-`` and 29 letters and digits."""
    return "chatcmpl-" + "".join(ALPHABET[byte % 62] for byte in digest("chatcmpl", seed)[:29])


def call_id(seed: str) -> str:
    """``call_`` and 24 letters and digits: what a function's result must name."""
    return "call_" + "".join(ALPHABET[byte % 62] for byte in digest("call", seed)[:24])


def request_id(label: str, seed: str) -> str:
    """A request id in the form of a UUID."""
    h = digest(label, seed).hex()
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:32]}"


def timestamp(seed: str) -> int:
    """A time on the mock's one day, in seconds since 1970-01-01 UTC."""
    return CLOCK + int.from_bytes(digest("time", seed)[:4], "big") % 86400


def http_date(seconds: int) -> str:
    """The time as a Date header writes it."""
    return formatdate(seconds, usegmt=True)
