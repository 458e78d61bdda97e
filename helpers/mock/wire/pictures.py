"""Pictures that are sent along: as an address, or as a data URL."""

import base64
import binascii
import re

DETAILS = ("low", "high", "auto", "original")
TYPES = ("image/png", "image/jpeg", "image/jpg", "image/gif", "image/webp")  # Azure's list
DATA = re.compile(r"data:([^;,]*)((?:;[^;,]*)*),", re.IGNORECASE)
# Tokens of a picture, whatever is on it: a large one is four tiles of 170 and a base of 85. Inferred from OpenAI's
# published way of counting.
TOKENS, LOW_TOKENS = 765, 85


def fault(url: str) -> str:
    """What is wrong with the address of a picture, as the service's message ends; empty when it will do."""
    if re.match(r"https?://[^/]", url, re.IGNORECASE):
        return ""
    named = DATA.match(url[:300])
    if url[:5].lower() != "data:" or not named:
        return "a value without the 'data:' prefix."  # inferred: the service's words for this were not found
    kind, more = named[1].lower(), named[2].lower()
    if kind not in TYPES:
        return f"unsupported MIME type '{kind}'."
    if not more.endswith(";base64"):
        return "a value without the ';base64' separator."
    content = url[named.end() :]
    if not content:
        return "empty base64-encoded bytes."
    try:
        base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return "an invalid base64-encoded value."
    return ""
