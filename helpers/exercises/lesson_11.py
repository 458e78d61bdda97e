"""Checks of 11_functions_and_structure."""

import json

from helpers.exercises import exercise
from helpers.exercises.requests_sent import (
    answer_of,
    field,
    items_sent,
    question,
    refusal,
    same_words,
    tapped,
    texts_of,
)
from helpers.mock.wire import schemas


def _told(output) -> bool:
    """Whether a function's result tells something about Bergen, more than it was asked."""
    text = output if isinstance(output, str) else json.dumps(output)
    return "Bergen" in text and len(text) > len('{"city": "Bergen"}')


def _in_python(output) -> bool:
    """Whether a text looks like a dictionary and is no JSON."""
    if not isinstance(output, str) or not output.startswith("{"):
        return False
    try:
        json.loads(output)
    except ValueError:
        return True
    return False


@exercise("11.1")
def function_answered(exchange):
    """The request that carries the result of get_weather for Bergen."""
    exchange = tapped(exchange)
    results = items_sent(exchange, "function_call_output")
    if not results:
        return "this request carries no function_call_output: store the last exchange, in which you send the result."
    if refused := refusal(exchange):
        return refused
    if any(_in_python(result.get("output")) for result in results):
        return (
            f"the result is {results[-1].get('output')!r:.80}, as Python writes a dictionary: json.dumps writes JSON."
        )
    if not field(exchange, "tools"):
        return "this request brings no tools, so the model could not ask for a second function: pass tools again."
    if any("offline mock" in str(result.get("output")) for result in results):
        return "the offline mock does not know the question that you asked, and has made the city up: ask What is the weather in Bergen?"
    if not any(_told(result.get("output")) for result in results):
        return f"the result is {results[-1].get('output')!r:.80}; run get_weather with the arguments of the call, for Bergen."
    return None


@exercise("11.2")
def strict(schema):
    """A schema of a place that strict mode takes: a name, and a nickname that may be null."""
    if not isinstance(schema, dict):
        return f"the answer is a schema, a dictionary, not {schema!r:.40}."
    if "format" in schema or "schema" in schema:
        return "that is the whole format; the answer is the schema inside it."
    properties = schema.get("properties")
    if not isinstance(properties, dict) or not {"name", "nickname"} <= properties.keys():
        return "a property is lost: the schema still has name and nickname."
    if fault := schemas.fault(schema, strict=True):
        return f"the service would refuse it: {fault}"
    if _kinds(properties["name"], schema) != {"string"}:
        return "every place has a name, which is a text: leave its type a string."
    nickname = _kinds(properties["nickname"], schema)
    if "null" not in nickname:
        return 'a place without a nickname cannot be told: allow null, as in {"type": ["string", "null"]}.'
    return None if "string" in nickname else "a place with a nickname cannot be told: allow a string as well as null."


def _kinds(schema, whole) -> set[str]:
    """The JSON types that a schema of strict mode allows."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return _kinds((whole.get("$defs") or whole.get("definitions") or {}).get(name, {}), whole)
    if "anyOf" in schema:
        return set().union(*(_kinds(one, whole) for one in schema["anyOf"]))
    kinds = schema.get("type")
    return set(kinds) if isinstance(kinds, list) else {kinds}


@exercise("11.3")
def parsed_place(place, exchange):
    """An object of a pydantic class with at least the fields name and population, and the exchange that it came by."""
    from pydantic import BaseModel

    if isinstance(place, type):
        return "that is the class; store the object: .output_parsed."
    if hasattr(place, "output_parsed"):
        return "that is the whole response; take .output_parsed."
    if place is None:
        return "place is None: the answer has no text to parse. Look at the status of the response."
    if not isinstance(place, BaseModel):
        return f"a {type(place).__name__} is no object of a class that derives from BaseModel: use responses.parse with text_format=."
    missing = [name for name in ("name", "population") if name not in type(place).model_fields]
    if missing:
        return f"the class has no field {missing[0]}; the task asks for name and population."
    if type(place).__name__ == "City":
        return "City is the class of the lesson; write one of your own, under another name."
    exchange = tapped(exchange)
    if refused := refusal(exchange):
        return refused
    asked, text = question(exchange), texts_of(answer_of(exchange))
    if messages := field(exchange, "messages"):  # by chat completions
        asked, text = messages[-1]["content"], answer_of(exchange)["choices"][0]["message"]["content"]
    if not same_words(asked, "Describe Oslo."):
        return f"the input is {asked!r:.80}; the task asks: Describe Oslo."
    layout = (field(exchange, "text") or {}).get("format") or field(exchange, "response_format") or {}
    if layout.get("type") != "json_schema":
        return "the request holds no schema: use responses.parse with text_format=, or send text=."
    try:
        told = type(place).model_validate_json(text)
    except ValueError:
        told = None
    return (
        None
        if told == place
        else f"the answer of this exchange is {text!r:.80}, and that is not place: store both of one call."
    )
