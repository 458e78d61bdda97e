"""Values that fit a JSON schema, for answers that no recording holds. They are made up, and their texts say so."""

import re
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
LARGEST = 1000  # items of an array, characters of a text
DEPTH = 8  # how deep a schema may nest before only what is required is filled in


def instance(schema: Any, root: Any = None, depth: int = 0) -> Any:
    """A value that is valid for the schema (the subset that structured outputs take, and a little more)."""
    root = schema if root is None else root
    if schema is True or not isinstance(schema, dict):
        return WORDS
    if "$ref" in schema:
        return instance(_referred(schema["$ref"], root), root, depth + 1)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    for choice in ("anyOf", "oneOf"):
        if schema.get(choice):
            shared = {name: value for name, value in schema.items() if name != choice}
            # the last choice when nested deep: recursion usually ends in {"type": "null"}, written last
            return instance({**shared, **schema[choice][-1 if depth > DEPTH else 0]}, root, depth + 1)
    if schema.get("allOf"):
        return instance(_merged(schema, root), root, depth)
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = "null" if depth > DEPTH and "null" in kind else kind[0]
    if kind is None:
        kind = "object" if "properties" in schema else "array" if "items" in schema else "string"
    return _MAKERS.get(kind, _text)(schema, root, depth)


def _referred(reference: str, root: Any) -> Any:
    found = root
    for step in reference.lstrip("#").strip("/").split("/"):
        if step and isinstance(found, dict):
            found = found.get(step.replace("~1", "/").replace("~0", "~"), {})
    return found


def _merged(schema: dict, root: Any) -> dict:
    merged = {name: value for name, value in schema.items() if name != "allOf"}
    for part in schema["allOf"]:
        part = _referred(part["$ref"], root) if "$ref" in part else part
        for name, value in part.items():
            if name == "properties":
                merged[name] = {**merged.get(name, {}), **value}
            elif name == "required":
                merged[name] = [*merged.get(name, []), *value]
            else:
                merged.setdefault(name, value)
    return merged


def _bounded(count: int) -> int:
    if count > LARGEST:
        raise ValueError(f"a schema that asks for {count} of something")
    return count


def _object(schema: dict, root: Any, depth: int) -> dict:
    properties, required = schema.get("properties") or {}, schema.get("required") or []
    wanted = [name for name in properties if depth <= DEPTH or name in required]
    return {name: instance(properties.get(name, True), root, depth + 1) for name in dict.fromkeys([*wanted, *required])}


def _array(schema: dict, root: Any, depth: int) -> list:
    first = [instance(part, root, depth + 1) for part in schema.get("prefixItems") or []]
    count = max(schema.get("minItems", 0), 0 if depth > DEPTH or schema.get("items") is False else 1) - len(first)
    count = _bounded(min(count, schema.get("maxItems", count)))
    rest = [instance(schema.get("items", True), root, depth + 1) for _ in range(max(0, count))]
    choices = _choices(schema.get("items"), root)
    if schema.get("uniqueItems") and choices:
        rest = choices[: len(rest)]
    elif schema.get("uniqueItems") and len(rest) > 1:
        rest = [f"{item} {at}" if isinstance(item, str) else at for at, item in enumerate(rest)]
    return first + rest


def _choices(schema: Any, root: Any) -> list:
    """The values of an enum, behind a reference or not; none for any other schema."""
    if isinstance(schema, dict) and "$ref" in schema:
        schema = _referred(schema["$ref"], root)
    return list(schema.get("enum") or ()) if isinstance(schema, dict) else []


def _number(schema: dict, root: Any, depth: int) -> int | float:
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


def _text(schema: dict, root: Any, depth: int) -> str:
    if "pattern" in schema:
        return _matching(schema["pattern"])
    text = FORMATS.get(schema.get("format"), WORDS)
    _bounded(schema.get("minLength", 0))
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", max(len(text), schema.get("minLength", 0)))
    return (text * (shortest // len(text) + 1) if len(text) < shortest else text)[: max(longest, shortest)]


_MAKERS = {
    "object": _object,
    "array": _array,
    "integer": _number,
    "number": _number,
    "boolean": lambda schema, root, depth: False,
    "null": lambda schema, root, depth: None,
    "string": _text,
}


def _matching(pattern: str) -> str:
    """A short text that matches a regular expression; plain words where the expression is beyond this."""
    try:
        text = "".join(_pieces(sre_parser.parse(pattern)))
        return text if re.search(pattern, text) else WORDS
    except (re.error, KeyError, ValueError, OverflowError, IndexError):
        return WORDS


def _pieces(parsed):
    for kind, value in parsed:
        if kind is sre.LITERAL:
            yield chr(value)
        elif kind is sre.ANY:
            yield "x"
        elif kind is sre.IN:
            yield _member(value)
        elif kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            least, most, inner = value
            yield "".join(_pieces(inner)) * min(max(least, 1 if most else 0), 1000)
        elif kind is sre.SUBPATTERN:
            yield from _pieces(value[-1])
        elif kind is sre.BRANCH:
            yield from _pieces(value[1][0])
        elif kind is not sre.AT:
            raise ValueError(f"{kind} is not supported")


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
