"""The JSON body of a request, read within bounds."""

import json
import re
from typing import Any

from helpers.mock.wire import errors
from helpers.mock.wire.kinds import kind_of

# The mock's own limit on one body, so that no request holds up the others: how many values it may hold.
VALUES = 20_000
DEEP = re.compile(rb"(?:[^\[\]{}]{0,80}[\[{]){500}")


def parse(body: bytes, limit: int = VALUES) -> dict[str, Any]:
    """The body as a JSON object. Raises ServiceError for anything else, and for more than ``limit`` values."""
    if _values(body) > limit:
        raise errors.bad_json("nested too deeply") if DEEP.match(body) else errors.too_many_values(limit)
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite)
        if b"\\ud" in body or b"\\uD" in body:
            json.dumps(data, ensure_ascii=False).encode()  # half a character could be kept, and then be shown to nobody
    except UnicodeError:
        raise errors.bad_encoding() from None
    except RecursionError:
        raise errors.bad_json("nested too deeply") from None
    except ValueError as error:
        raise errors.bad_json(str(error)) from None
    if not isinstance(data, dict):
        raise errors.bad_json(f"expected an object, got {kind_of(data)}")
    return data


def _values(body: bytes) -> int:
    """How many values there are in a JSON text, at the most. Commas in texts do not count, unless there are too many to look.
    Nothing in here takes more time than the text is long, whatever is in it."""
    count = body.count(b",") + body.count(b"[") + body.count(b"{")
    if VALUES < count < 5 * VALUES and body.count(b'"') < 10 * VALUES:
        outside = body.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2]
        return sum(part.count(mark) for part in outside for mark in (b",", b"[", b"{"))
    return count


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{digits[:20]} is too large a number")
    return value
