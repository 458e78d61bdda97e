"""Checks of 10_conversations_tools_structure."""

import json

from helpers.exercises import exercise
from helpers.exercises.requests_sent import field, question, refusal, tapped


@exercise("10.1")
def second_turn(exchange):
    """The follow-up question, sent with previous_response_id and without the history."""
    exchange = tapped(exchange)
    if field(exchange, "previous_response_id") is None:
        return "this request names no previous response: pass previous_response_id=<the first response>.id."
    if question(exchange) != "And what is it known for?":
        return f"the input is {question(exchange)!r:.80}; send the second question alone, the service knows the rest."
    return refusal(exchange)


@exercise("10.2")
def parsed_place(place):
    """An object of a pydantic class with the fields name and population."""
    from pydantic import BaseModel

    if isinstance(place, type):
        return "that is the class; store the object: .output_parsed."
    if hasattr(place, "output_parsed"):
        return "that is the whole response; take .output_parsed."
    if not isinstance(place, BaseModel):
        return f"a {type(place).__name__} is no object of a pydantic class: use responses.parse with text_format=."
    fields = set(type(place).model_fields)
    if fields != {"name", "population"}:
        return f"the class has the fields {', '.join(sorted(fields)) or 'none'}; the task asks for name and population."
    if "offline mock" in str(place.name):
        return "the mock has an answer for the fields name: str and population: int, in this order."
    if "oslo" not in str(place.name).lower():
        return f"the name is {place.name!r:.60}; ask Describe Oslo."
    return None


def _told(output) -> bool:
    """Whether a function's result tells something about Bergen, more than it was asked."""
    text = output if isinstance(output, str) else json.dumps(output)
    return "Bergen" in text and len(text) > len('{"city": "Bergen"}')


@exercise("10.3")
def function_answered(exchange):
    """The request that carries the result of get_weather for Bergen."""
    exchange = tapped(exchange)
    items = field(exchange, "input")
    results = (
        [item for item in items if isinstance(item, dict) and item.get("type") == "function_call_output"]
        if isinstance(items, list)
        else []
    )
    if not results:
        return "this request carries no function_call_output: store the last exchange, in which you send the result."
    if not results[-1].get("call_id"):
        return "the result has no call_id: take it from the function_call item."
    if not _told(results[-1].get("output")):
        return f"the result is {results[-1].get('output')!r:.80}; run get_weather with the arguments of the call, for Bergen."
    return refusal(exchange)
