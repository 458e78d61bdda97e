"""Checks of 03_reading_the_response."""

import json
from typing import Any

from helpers.exchange import Exchange
from helpers.exercises import exercise
from helpers.exercises.requests_sent import field, question, refusal, same_words, sent


def _items(exchange: Exchange, kind: str) -> list[dict[str, Any]]:
    body = exchange.response_json or {}
    return [item for item in body.get("output") or () if item.get("type") == kind]


@exercise("03.1")
def text_of_another(response, text):
    """The lesson's request with the input "What is an endpoint?", and the text of its answer."""
    exchange = sent(response)
    if refused := refusal(exchange):
        return refused
    asked = question(exchange)
    if not same_words(asked, "What is an endpoint?"):
        return f'the body that was sent has the input {asked!r:.60}; it should be "What is an endpoint?".'
    said = "".join(part["text"] for item in _items(exchange, "message") for part in item["content"] if "text" in part)
    if not isinstance(text, str):
        return f"text is a {type(text).__name__}; give text_of the body, second.json()."
    return None if text == said else "text is not the text of this response: text_of(second.json())."


def _city(arguments: str) -> Any:
    try:
        return json.loads(arguments).get("city")
    except (ValueError, AttributeError):  # a model that wrote something else
        return None


@exercise("03.2")
def city_of_the_call(response, city):
    """The request with the tool get_weather, and the city from the arguments of the call."""
    exchange = sent(response)
    if refused := refusal(exchange):
        return refused
    if not field(exchange, "tools"):
        return "the request has no tools in it: send asks."
    calls = _items(exchange, "function_call")
    if not calls:
        return "the model called no function this time: send asks as it stands."
    if city == calls[0]["arguments"]:
        return "that is all of the arguments, as text: read it with json.loads, then take the city."
    if isinstance(city, dict) and city.get("type") == "function_call":
        return "that is the whole item: read its arguments with json.loads, then take the city."
    if isinstance(city, dict):
        return "that is all of the arguments: take the city out of them."
    if city != _city(calls[0]["arguments"]):
        return f"the city is not {city!r:.60}: it is in the arguments of the function_call item."
    return None


@exercise("03.3")
def cost(function):
    """A function that works out the dollars of a usage, of either API, at the lesson's prices."""
    if not callable(function):
        return f"cost_of is {function!r:.40}; give the function itself, without calling it."
    cached, thought = {"cached_tokens": 128}, {"reasoning_tokens": 100}
    of_response = {"input_tokens_details": cached, "output_tokens_details": thought}
    of_chat = {"prompt_tokens_details": cached, "completion_tokens_details": thought}
    cases = [
        (
            "the usage of a response",
            {"input_tokens": 1000, "output_tokens": 500, "total_tokens": 1500, **of_response},
            0.0012,
        ),
        (
            "the usage of a chat completion",
            {"completion_tokens": 501, "prompt_tokens": 1003, "total_tokens": 1504, **of_chat},
            0.0012028,
        ),
        ("a usage without any output", {"input_tokens": 1000, "output_tokens": 0, "total_tokens": 1000}, 0.0004),
    ]
    for name, usage, dollars in cases:
        try:
            said = function(dict(usage))
        except Exception as error:
            return f"for {name} it raises {type(error).__name__}: {error}."
        if said is ...:
            return ...
        if said is None:
            return f"for {name} it returns nothing: return the dollars."
        if isinstance(said, str):
            return f"for {name} it returns the text {said!r:.40}; the dollars are a number."
        try:
            off = abs(float(said) - dollars) > dollars / 1000
        except (TypeError, ValueError):
            return f"for {name} it returns {said!r:.40}; the dollars are a number."
        if off and abs(float(said) - dollars * 1_000_000) < 1:
            return f"for {name} it returns {said!r:.20}: the prices are per million tokens, so divide by 1_000_000."
        if off:
            reasoning = 100 * 1.6 / 1_000_000
            added = abs(float(said) - dollars - reasoning) < reasoning / 1000
            why = " Reasoning is in the output already, so it is not added." if added else ""
            return f"for {name} it returns {said!r:.20}, and at the prices of the lesson it should be {dollars}.{why}"
    return None
