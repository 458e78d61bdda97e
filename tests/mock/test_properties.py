"""Properties that hold for every input: prompts, streams, schemas, redaction. Hypothesis looks for the one that breaks."""

import json

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.exchange import Exchange, Headers
from helpers.mock.catalog import DEPLOYMENTS
from helpers.mock.model import inventions, prompts, streams
from helpers.mock.model.recordings import Answer, FunctionCall
from helpers.mock.wire import parameters, shapes
from helpers.mock.wire.body import parse
from helpers.mock.wire.errors import ServiceError
from helpers.mock.wire.ids import Names

# Derandomized: the same commit runs the same examples.
settings.register_profile("same", derandomize=True, deadline=None, max_examples=150)
settings.load_profile("same")

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*parameters.RESPONSES, "surprise"]), JSON))
def test_any_responses_body_is_understood_or_refused(body):
    try:
        parameters.responses(json.dumps(body).encode())
    except ServiceError as error:
        assert error.status == 400
        json.loads(error.body)
    else:
        prompts.from_responses(body).key.encode()


@given(st.dictionaries(st.sampled_from([*parameters.CHAT, "surprise"]), JSON))
def test_any_chat_body_is_understood_or_refused(body):
    try:
        parameters.chat(json.dumps(body).encode())
    except ServiceError as error:
        assert error.status == 400
    else:
        prompts.from_chat(body).key.encode()


@given(st.binary(max_size=100))
def test_any_bytes_are_an_object_or_refused(data):
    try:
        assert isinstance(parse(data), dict)
    except ServiceError as error:
        assert error.status == 400


@given(TEXT, st.sampled_from([" ", "  ", "\n", "\t "]))
def test_spacing_never_changes_a_prompt(text, space):
    spaced = space + text.replace(" ", space) + space
    assert prompts.from_responses({"input": text}).key == prompts.from_responses({"input": spaced}).key


@given(TEXT)
def test_pieces_are_the_text(text):
    assert "".join(streams.pieces(text)) == text
    assert all(streams.pieces(text)) or not text


def _events(chunks):
    for event in chunks:
        for line in event.decode().split("\n"):
            if line.startswith("data: ") and line != "data: [DONE]":
                yield json.loads(line.removeprefix("data: "))


CALLS = st.lists(st.builds(FunctionCall, TEXT, st.builds(json.dumps, JSON)), max_size=2).map(tuple)
ANSWERS = st.builds(
    Answer, text=TEXT, created_at=st.just(1), input_tokens=st.just(1), output_tokens=st.just(1), source=st.just(""),
    calls=CALLS, cut=st.sampled_from(["", "max_output_tokens"]),
)  # fmt: skip


@given(ANSWERS)
def test_a_responses_stream_builds_its_final_body(answer):
    final = shapes.response({"model": "gpt-4o"}, DEPLOYMENTS["gpt-4o"], answer, 1, 1, Names("0123456789abcdef"))
    events = list(_events(streams.response_events(final)))
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    said = "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")
    called = "".join(event["delta"] for event in events if event["type"] == "response.function_call_arguments.delta")
    assert said == answer.text
    assert called == "".join(call.arguments for call in answer.calls)
    assert events[-1]["response"] == final
    assert [e["item"] for e in events if e["type"] == "response.output_item.done"] == final["output"]


@given(ANSWERS, st.integers(1, 3), st.booleans())
def test_a_chat_stream_builds_its_final_body(answer, n, with_usage):
    final = shapes.chat_completion({"n": n}, DEPLOYMENTS["gpt-4o"], answer, 1, Names("0123456789abcdef"))
    events = list(_events(streams.chat_events(final, with_usage)))
    for index in range(n):
        deltas = [c["delta"] for e in events for c in e["choices"] if c["index"] == index]
        assert "".join(delta.get("content") or "" for delta in deltas) == answer.text
        called = "".join(part["function"]["arguments"] for delta in deltas for part in delta.get("tool_calls", ()))
        assert called == "".join(call.arguments for call in answer.calls)
    assert ("usage" in events[-1]) == with_usage


LEAVES = st.one_of(
    st.just({"type": "string"}),
    st.builds(lambda low: {"type": "string", "minLength": low, "maxLength": low + 3}, st.integers(0, 40)),
    st.sampled_from([{"type": "string", "format": name} for name in ("date", "email", "uuid", "ipv4")]),
    st.sampled_from([{"type": "string", "pattern": p} for p in (r"^[A-Z]{3}-\d{4}$", r"^(yes|no)$", r"\w+@\w+\.com", r"^[^a-z ]+$")]),
    st.builds(lambda low, width: {"type": "integer", "minimum": low, "maximum": low + width}, st.integers(-9, 9), st.integers(0, 9)),
    st.builds(lambda low: {"type": "number", "exclusiveMinimum": low, "exclusiveMaximum": low + 1}, st.integers(-9, 9)),
    st.just({"type": "integer", "multipleOf": 7, "minimum": 3}), st.just({"type": "integer", "exclusiveMaximum": 0}),
    st.just({"type": "number", "exclusiveMaximum": -2}), st.just({"type": "integer", "maximum": -5}),
    st.just({"type": "array", "uniqueItems": True, "minItems": 2, "items": {"enum": ["x", "y", "z"]}}),
    st.just({"type": "boolean"}), st.just({"type": "null"}), st.just({"const": {"a": 1}}),
    st.just({"enum": ["x", "y"]}), st.just({"type": ["string", "null"]}),
)  # fmt: skip
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(
            lambda parts: {
                "type": "object",
                "properties": parts,
                "required": list(parts),
                "additionalProperties": False,
            },
            st.dictionaries(st.sampled_from("abcdef"), inner, max_size=3),
        ),
        st.builds(
            lambda item, least: {"type": "array", "items": item, "minItems": least, "maxItems": least + 1},
            inner,
            st.integers(0, 3),
        ),
        st.builds(lambda first, second: {"anyOf": [first, second]}, inner, inner),
    ),
    max_leaves=10,
)


@given(SCHEMAS)
def test_an_invention_is_valid_for_its_schema(schema):
    jsonschema.validate(inventions.instance(schema), schema, format_checker=jsonschema.FormatChecker())


def test_references_and_recursion_end():
    tree = {
        "$defs": {"node": {"type": "object", "properties": {"name": {"type": "string"}, "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}},
                           "required": ["name", "next"], "additionalProperties": False}},
        "$ref": "#/$defs/node",
    }  # fmt: skip
    jsonschema.validate(inventions.instance(tree), tree)
    whole = {
        "type": "object",
        "properties": {"children": {"type": "array", "items": {"$ref": "#"}}},
        "required": ["children"],
    }
    jsonschema.validate(inventions.instance(whole), whole)
    both = {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
            {"properties": {"b": {"const": 1}}, "required": ["b"]},
        ]
    }
    jsonschema.validate(inventions.instance(both), both)


SECRET = "s3cr3t-" + "0123456789abcdef" * 2
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl"


@given(
    st.sampled_from(
        ["Authorization", "api-key", "Api-Key", "Cookie", "X-IDENTITY-HEADER", "Ocp-Apim-Subscription-Key"]
    ),
    st.sampled_from(["access_token", "client_secret", "key1", "apiKey", "refresh_token", "connectionString"]),
    TEXT,
    st.booleans(),
)
def test_a_planted_secret_never_comes_out(header, field, text, token):
    secret = TOKEN if token else SECRET
    body = json.dumps({"outer": [{field: secret, "text": text}], "said": f"{text} {TOKEN}"}).encode()
    one = Exchange(
        "POST", f"https://example.test/x?sig={secret}&q=1", Headers({header: f"Bearer {secret}"}), body, 200, "OK",
        Headers({"Set-Cookie": secret}), body,
    )  # fmt: skip
    shown = [
        repr(one),
        one.as_curl(),
        one.as_python(),
        one.as_http(),
        json.dumps(one.as_fields()),
        *one._repr_mimebundle_().values(),
    ]
    assert not any(secret in each or TOKEN in each for each in shown)
    assert one.redacted().redacted() == one.redacted()
