"""Values that fit a JSON schema, for answers that no recording holds. They are made up, and their texts say so."""

import json
import re
from copy import copy
from typing import Any

try:  # Python 3.11 moved the parser of regular expressions
    from re import _constants as sre
    from re import _parser as sre_parser
except ImportError:  # pragma: no cover
    import sre_constants as sre
    import sre_parse as sre_parser

WORDS = "offline mock"
FORMATS = {
    "date": "2026-11-23",
    "date-time": "2026-11-23T00:00:00Z",
    "time": "00:00:00Z",
    "duration": "PT1M",
    "email": "offline.mock@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "uri": "https://example.com/offline-mock",
}
# Beyond these a schema asks for too much: it is a small program of the client's, and the mock runs it for nobody for long.
STEPS = 2_000  # parts of a value
SIZE = 20_000  # characters of all its texts
PATTERN = 300  # characters of a regular expression
# How deep a value goes before only what is required is filled in; the next one where that asks for too much.
DEPTHS = (8, 3, 0)


class TooMuch(ValueError):
    """A schema whose smallest value is larger than anybody would want."""


class _Budget:
    """What is left of the steps and of the size for one value."""

    def __init__(self, depth: int):
        self.depth, self._steps, self._size = depth, STEPS, SIZE

    def step(self, beside: int = 0) -> None:
        """One part, with so many entries to be looked at beside it."""
        self._steps -= 1 + beside // 20
        if self._steps < 0:
            raise TooMuch("too many parts")

    def characters(self, count: int) -> None:
        self._size -= count
        if self._size < 0:
            raise TooMuch("too long")


def instance(schema: Any) -> Any:
    """A value that is valid for the schema (the subset that structured outputs take, and a little more). Raises ValueError,
    or what Python raises, for what is no schema or asks for too much."""
    for depth in DEPTHS:
        try:
            return _value(schema, schema, 0, _Budget(depth))
        except TooMuch:
            if depth == DEPTHS[-1]:
                raise
    raise AssertionError("unreachable: the last depth returns or raises")


def _value(schema: Any, root: Any, depth: int, budget: _Budget) -> Any:
    if schema is True or not isinstance(schema, dict):
        budget.step()
        return WORDS
    budget.step(len(schema))
    if "$ref" in schema:
        return _value(_referred(schema["$ref"], root, budget), root, depth + 1, budget)
    if "const" in schema:
        return _given(schema["const"], budget)
    if schema.get("enum"):
        return _given(schema["enum"][0], budget)
    for choice in ("anyOf", "oneOf"):
        if schema.get(choice):
            shared = {name: value for name, value in schema.items() if name != choice}
            # the last choice when nested deep: recursion usually ends in {"type": "null"}, written last
            return _value({**shared, **schema[choice][-1 if depth > budget.depth else 0]}, root, depth + 1, budget)
    if schema.get("allOf"):
        return _value(_merged(schema, root, budget), root, depth, budget)
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = "null" if depth > budget.depth and "null" in kind else kind[0]
    if kind is None:
        kind = "object" if "properties" in schema else "array" if "items" in schema else "string"
    return _MAKERS.get(kind, _text)(schema, root, depth, budget)


def _referred(reference: str, root: Any, budget: _Budget) -> Any:
    found = root
    for step in reference.lstrip("#").strip("/").split("/"):
        budget.step()
        if step and isinstance(found, dict):
            found = found.get(step.replace("~1", "/").replace("~0", "~"), {})
    return found


def _merged(schema: dict, root: Any, budget: _Budget) -> dict:
    merged = {name: value for name, value in schema.items() if name != "allOf"}
    merged |= {name: copy(merged[name]) for name in ("properties", "required") if name in merged}
    for part in schema["allOf"]:
        part = _referred(part["$ref"], root, budget) if "$ref" in part else part
        for name, value in part.items():
            budget.step(len(value) if isinstance(value, dict | list) else 0)
            if name == "properties":
                merged.setdefault(name, {}).update(value)
            elif name == "required":
                merged.setdefault(name, []).extend(value)
            else:
                merged.setdefault(name, value)
    return merged


def _object(schema: dict, root: Any, depth: int, budget: _Budget) -> dict:
    properties, required = schema.get("properties") or {}, schema.get("required") or []
    budget.step(len(properties) + len(required))
    must = set(required)
    names = dict.fromkeys([*(name for name in properties if depth <= budget.depth or name in must), *required])
    budget.characters(sum(map(len, names)))
    return {name: _value(properties.get(name, True), root, depth + 1, budget) for name in names}


def _given(value: Any, budget: _Budget) -> Any:
    """A value that stands in the schema: it counts as if it were made."""
    budget.characters(len(json.dumps(value)))
    return value


def _array(schema: dict, root: Any, depth: int, budget: _Budget) -> list:
    first = [_value(part, root, depth + 1, budget) for part in schema.get("prefixItems") or []]
    least = 0 if depth > budget.depth or schema.get("items") is False else 1
    count = max(schema.get("minItems", 0), least) - len(first)
    count = min(count, schema.get("maxItems", count))
    rest = [_value(schema.get("items", True), root, depth + 1, budget) for _ in range(max(0, count))]
    choices = _choices(schema.get("items"), root, budget)
    if schema.get("uniqueItems") and choices:
        rest = choices[: len(rest)]
    elif schema.get("uniqueItems") and len(rest) > 1:
        rest = [f"{item} {at}" if isinstance(item, str) else at for at, item in enumerate(rest)]
    return first + rest


def _choices(schema: Any, root: Any, budget: _Budget) -> list:
    """The values of an enum, behind a reference or not; none for any other schema."""
    if isinstance(schema, dict) and "$ref" in schema:
        schema = _referred(schema["$ref"], root, budget)
    return list(schema.get("enum") or ()) if isinstance(schema, dict) else []


def _number(schema: dict, root: Any, depth: int, budget: _Budget) -> int | float:
    """The smallest multiple of the step that fits or, with no lower bound, the largest; half-way where none fits."""
    step = schema.get("multipleOf") or 1
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    low, high = schema.get("minimum"), schema.get("maximum")

    def fits(value: float) -> bool:
        return (
            (low is None or value >= low)
            and (high is None or value <= high)
            and (above is None or value > above)
            and (below is None or value < below)
        )

    floor = max((bound for bound in (low, above) if bound is not None), default=None)
    ceiling = min((bound for bound in (high, below) if bound is not None), default=None)
    start = floor if floor is not None else ceiling if ceiling is not None else 1
    nearest = -(-start // step) * step if floor is not None else start // step * step
    tries = [step, nearest, nearest + step, nearest - step]
    value = next((one for one in tries if fits(one)), None)
    if value is None:
        value = (floor + ceiling) / 2 if floor is not None and ceiling is not None else start
    return int(value) if schema.get("type") == "integer" or value == int(value) else value


def _text(schema: dict, root: Any, depth: int, budget: _Budget) -> str:
    if "pattern" in schema:
        return _matching(schema["pattern"], budget)
    text, shortest = FORMATS.get(schema.get("format"), WORDS), schema.get("minLength", 0)
    budget.characters(max(shortest, len(text)))
    longest = schema.get("maxLength", max(len(text), shortest))
    return (text * (shortest // len(text) + 1) if len(text) < shortest else text)[: max(longest, shortest)]


_MAKERS = {
    "object": _object,
    "array": _array,
    "integer": _number,
    "number": _number,
    "boolean": lambda *_: False,
    "null": lambda *_: None,
    "string": _text,
}


def _matching(pattern: str, budget: _Budget) -> str:
    """A short text that matches a regular expression, put together from its parts. It is not tried, because trying an
    expression can take for ever; plain words where the expression is beyond this."""
    if len(pattern) > PATTERN:
        return WORDS
    budget.step(len(pattern) * 4)  # an expression is taken apart and put together
    try:
        parts = list(sre_parser.parse(pattern))
        # anchors say nothing at the ends, and anywhere else more than this knows
        while parts and parts[0] in _BEGINS:
            parts.pop(0)
        while parts and parts[-1] in _ENDS:
            parts.pop()
        return _spelled(parts, budget)
    except (re.error, KeyError, OverflowError, IndexError, RecursionError, StopIteration, _Beyond):
        return WORDS


_BEGINS = ((sre.AT, sre.AT_BEGINNING), (sre.AT, sre.AT_BEGINNING_STRING))
_ENDS = ((sre.AT, sre.AT_END), (sre.AT, sre.AT_END_STRING))


class _Beyond(Exception):
    """A part of an expression that this cannot spell."""


def _spelled(parts, budget: _Budget) -> str:
    spelled = []
    for kind, value in parts:
        budget.step()
        if kind is sre.LITERAL:
            piece = chr(value)
        elif kind is sre.ANY:
            piece = "x"
        elif kind is sre.IN:
            piece = _member(value)
        elif kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            least, most, inner = value
            once, times = _spelled(inner, budget), max(least, 1 if most else 0)
            budget.characters(len(once) * times)
            piece = once * times
        elif kind is sre.SUBPATTERN:
            piece = _spelled(value[-1], budget)
        elif kind is sre.BRANCH:
            piece = _spelled(value[1][0], budget)
        else:
            raise _Beyond
        budget.characters(len(piece))
        spelled.append(piece)
    return "".join(spelled)


def _member(choices) -> str:
    kind, value = choices[0]
    if kind is sre.NEGATE:
        return next(c for c in "x0 _-" if not re.match(_class(choices[1:]), c))
    if kind is sre.LITERAL:
        return chr(value)
    if kind is sre.RANGE:
        return chr(value[0])
    return {sre.CATEGORY_DIGIT: "0", sre.CATEGORY_WORD: "x", sre.CATEGORY_SPACE: " "}[value]


def _class(choices) -> str:
    names = {sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_WORD: r"\w", sre.CATEGORY_SPACE: r"\s"}
    parts = []
    for kind, value in choices:
        if kind is sre.LITERAL:
            parts.append(re.escape(chr(value)))
        elif kind is sre.RANGE:
            parts.append(f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}")
        else:
            parts.append(names[value])
    return f"[{''.join(parts)}]"
