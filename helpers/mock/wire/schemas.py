"""JSON schemas as structured outputs take them: for the format of an answer and for the parameters of a function.

Sources: the service's refusals as reported (errors.py), and Microsoft's page on structured outputs for the limits.
"""

import re
from typing import Any

from helpers.mock.wire import errors
from helpers.mock.wire.kinds import kind_of

DEEPEST = 10  # levels of objects
PROPERTIES = 5000  # in all
CHOICES = 1000  # values of all enums together
# Keywords that strict mode refuses by name.
REFUSED = (
    "allOf", "not", "oneOf", "if", "then", "else", "dependentRequired", "dependentSchemas", "patternProperties",
    "unevaluatedProperties", "propertyNames", "minProperties", "maxProperties", "unevaluatedItems", "contains", "minContains",
    "maxContains", "uniqueItems", "default",
)  # fmt: skip
TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")
NAME = "^[a-zA-Z0-9_-]+$"
LONGEST = 64  # characters of a name
FORMATS = ("json_object", "json_schema", "text")


def check_format(where: str, given: Any, nested: bool) -> None:
    """Raises ServiceError for a format of the answer that is none; ``nested`` in the form of chat completions, whose schema
    stands in ``json_schema``."""
    if given is None:
        return
    if not isinstance(given, dict):
        raise errors.parameter_type(where, "an object", kind_of(given))
    kind = given.get("type")
    if kind is None:
        raise errors.parameter_missing(f"{where}.type")
    if not isinstance(kind, str) or kind not in FORMATS:
        raise errors.value_not_supported(f"{where}.type", str(kind), FORMATS)
    if kind != "json_schema":
        return
    if nested:
        where, given = f"{where}.json_schema", given.get("json_schema")
        if given is None:
            raise errors.parameter_missing(where)
        if not isinstance(given, dict):
            raise errors.parameter_type(where, "an object", kind_of(given))
    for name, wanted in (("name", "a string"), ("schema", "an object"), ("strict", "a boolean")):
        value = given.get(name)
        if value is None and (name == "name" or (name == "schema" and not nested)):
            raise errors.parameter_missing(f"{where}.{name}")
        if value is not None and kind_of(value) != wanted:
            raise errors.parameter_type(f"{where}.{name}", wanted, kind_of(value))
    check_name(f"{where}.name", given["name"])
    found = fault(given.get("schema") or {}, strict=bool(given.get("strict")))
    if found:
        raise errors.format_schema_refused(given["name"], found, "response_format" if nested else "text.format.schema")


def check_name(where: str, name: str) -> None:
    """Raises the ServiceError for a name that is no name."""
    if not name:
        raise errors.string_empty(where)
    if not re.fullmatch(NAME[1:-1], name):
        raise errors.pattern_missed(where, NAME)
    if len(name) > LONGEST:
        raise errors.string_too_long(where, LONGEST, len(name))


def fault(schema: dict[str, Any], strict: bool, function: bool = False) -> str:
    """What is wrong with a schema, as the service's message ends; empty when it will do. One that is not strict has to be an
    object; that of a ``function`` also has to say what its arrays hold."""
    kind = schema.get("type")
    if kind != "object" and (strict or kind is not None):
        return f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{kind}\"'."
    if strict:
        return _Strict(schema).look(schema, (), 1)
    if not function or kind is None:
        return ""
    if "properties" not in schema:
        return "In context=(), object schema missing properties."
    if any(name in schema for name in ("oneOf", "anyOf", "allOf", "enum", "not")):
        return "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level."
    return _without_items(schema, ())


def _without_items(schema: Any, path: tuple[str, ...]) -> str:
    """The first array that does not say what it holds."""
    if not isinstance(schema, dict):
        return ""
    if schema.get("type") == "array" and "items" not in schema and "prefixItems" not in schema:
        return f"{_at(path)}, array schema missing items."
    found, properties = "", schema.get("properties")
    for name, part in properties.items() if isinstance(properties, dict) else ():
        found = found or _without_items(part, (*path, "properties", name))
    return found or _without_items(schema.get("items"), (*path, "items"))


class _Strict:
    """One look at a schema that is to hold to the letter."""

    def __init__(self, root: dict[str, Any]):
        self._root, self._properties, self._choices = root, 0, 0

    def look(self, schema: Any, path: tuple[str, ...], depth: int) -> str:
        """The first fault below here, or nothing."""
        if not isinstance(schema, dict):
            return f"{_at(path)}, schema must be an object."
        for name in REFUSED:
            if name in schema:
                return f"{_at(path)}, '{name}' is not permitted."
        if "$ref" in schema:
            beside = {name for name in schema if name not in ("$ref", "$defs", "definitions")}
            if beside:
                return f"{_at(path)}, $ref cannot have keywords {{{', '.join(map(repr, sorted(beside)))}}}."
            return (
                ""
                if self._known(schema["$ref"])
                else f"{_at(path)}, reference can only point to definitions defined at the top level of the schema."
            )
        kind = schema.get("type")
        kinds = kind if isinstance(kind, list) else [kind]
        if "anyOf" not in schema and "enum" not in schema and "const" not in schema and kind is None:
            return f"{_at(path)}, schema must have a 'type' key."
        if any(one is not None and one not in TYPES for one in kinds):
            return f"{_at(path)}, '{kind}' is not valid under any of the given schemas."
        found = self._choices_fault(schema, path)
        if not found and "object" in kinds:
            found = self._object(schema, path, depth)
        if not found and "array" in kinds:
            if "items" not in schema and "prefixItems" not in schema:
                return f"{_at(path)}, array schema missing items."
            found = self.look(schema.get("items", {"type": "null"}), (*path, "items"), depth)
            first = schema.get("prefixItems") or []
            for at, part in enumerate(first if isinstance(first, list) else ()):
                found = found or self.look(part, (*path, "prefixItems", str(at)), depth)
        choices = schema.get("anyOf") or []
        if not isinstance(choices, list):
            return f"{_at(path)}, 'anyOf' must be an array."
        for at, choice in enumerate(choices):
            found = found or self.look(choice, (*path, "anyOf", str(at)), depth)
        for place in ("$defs", "definitions"):
            for name, part in (schema.get(place) or {}).items() if isinstance(schema.get(place), dict) else ():
                found = found or self.look(part, (*path, place, name), depth)
        return found

    def _choices_fault(self, schema: dict[str, Any], path: tuple[str, ...]) -> str:
        choices = schema.get("enum")
        if choices is None:
            return ""
        if not isinstance(choices, list) or not choices:
            return f"{_at(path)}, 'enum' must be an array with at least one value."
        self._choices += len(choices)
        if self._choices <= CHOICES:
            return ""
        return (
            f"Expected at most {CHOICES} enum values in total within a single schema when using structured outputs, but "
            f"received {self._choices}. Consider reducing the number of enums, or opt out of structured outputs by setting "
            "'strict: false'."
        )

    def _object(self, schema: dict[str, Any], path: tuple[str, ...], depth: int) -> str:
        if depth > DEEPEST:
            return f"{depth} levels of nesting exceeds limit of {DEEPEST}."
        if schema.get("additionalProperties") is not False:
            return f"{_at(path)}, 'additionalProperties' is required to be supplied and to be false."
        if "properties" not in schema:
            return f"{_at(path)}, object schema missing properties."
        properties, required = schema["properties"], schema.get("required")
        if not isinstance(properties, dict):
            return f"{_at(path)}, 'properties' must be an object."
        self._properties += len(properties)
        if self._properties > PROPERTIES:
            return f"{self._properties} parameters exceeds limit of {PROPERTIES}."
        rule = "'required' is required to be supplied and to be an array including every key in properties."
        given = required if isinstance(required, list) else []
        for name in properties:
            if name not in given:
                return f"{_at(path)}, {rule} Missing '{name}'."
        for name in given:
            if name not in properties:
                return f"{_at(path)}, {rule} Extra required key '{name}' supplied."
        for name, part in properties.items():
            found = self.look(part, (*path, "properties", name), depth + 1)
            if found:
                return found
        return ""

    def _known(self, reference: Any) -> bool:
        found: Any = self._root
        for step in str(reference).lstrip("#").strip("/").split("/"):
            if step:
                found = found.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(found, dict) else None
        return isinstance(found, dict)


def _at(path: tuple[str, ...]) -> str:
    """The place as the service writes it: a Python tuple."""
    return f"In context={path!r}"
