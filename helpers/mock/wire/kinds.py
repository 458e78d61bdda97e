"""JSON types and what a part of a body must be: the words in which everything that is sent is checked."""

from typing import Any

from helpers.mock.wire import errors

KINDS = {
    "a string": str, "a boolean": bool, "an integer": int, "a number": (int, float), "an object": dict,
    "an array": list, "an array of objects": list,
}  # fmt: skip


def is_kind(value: Any, kind: str) -> bool:
    """Whether a value is of that JSON type, named as in ``KINDS``. Numbers and booleans are told apart."""
    if isinstance(value, bool):
        return kind == "a boolean"
    return isinstance(value, KINDS[kind])


def kind_of(value: Any) -> str:
    """What JSON calls the type of a value, with its article."""
    if value is None:
        return "null"
    return next(kind for kind in KINDS if is_kind(value, kind))


def check_kind(name: str, value: Any, kind: str) -> None:
    """Raises the ServiceError for a value of another JSON type; ``kind`` may name two, as in "a string or an array"."""
    if not any(is_kind(value, one) for one in kind.split(" or ")):
        raise errors.parameter_type(name, kind, kind_of(value))


def value_among(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    """Raises the ServiceError for a value that is not one of those allowed."""
    if not isinstance(value, str):
        raise errors.parameter_type(name, "a string", kind_of(value))
    if value not in allowed:
        raise errors.value_not_supported(name, value, allowed)


def needed(where: str, holder: dict[str, Any], name: str, kind: str = "a string") -> Any:
    """What a part of a body holds under a name. Raises the ServiceError where it is missing or of another JSON type."""
    value = holder.get(name)
    if value is None:
        raise errors.parameter_missing(f"{where}.{name}")
    check_kind(f"{where}.{name}", value, kind)
    return value


def optional(where: str, holder: dict[str, Any], name: str, kind: str = "a string") -> Any:
    """The same for what may be left out: None then."""
    return None if holder.get(name) is None else needed(where, holder, name, kind)
