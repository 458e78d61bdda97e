"""Checks of 10_conversations_tools_structure."""

from helpers.exchange import Exchange
from helpers.exercises import exercise
from helpers.exercises.requests_sent import field, refusal


@exercise("10.1")
def second_turn(exchange):
    """The follow-up question, sent with previous_response_id and without the history."""
    if not isinstance(exchange, Exchange):
        return f"store one exchange of the wire, wire[-1], not a {type(exchange).__name__}."
    if field(exchange, "previous_response_id") is None:
        return "this request names no previous response: pass previous_response_id=<the first response>.id."
    if field(exchange, "input") != "How many people live there?":
        return f"the input is {field(exchange, 'input')!r:.80}; send questions[1] alone, the service knows the rest."
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
    if "oslo" not in str(place.name).lower():
        return f"the name is {place.name!r:.60}; ask Describe Oslo."
    return None


@exercise("10.3")
def kept_conversation(conversation, client):
    """A conversation that is still there and holds the first question and its answer."""
    import openai

    name = getattr(conversation, "id", None)
    if not isinstance(name, str) or getattr(conversation, "object", "") != "conversation":
        return f"store what client.conversations.create() returns, not a {type(conversation).__name__}."
    try:
        items = list(client.conversations.items.list(name, order="asc"))
    except openai.NotFoundError:
        return "the conversation is gone: leave it there until it is checked."
    if not items:
        return "the conversation is empty: ask in it, with conversation=kept.id."
    asked = [part.text for item in items if item.role == "user" for part in item.content]
    if asked != ["Name one city in Norway."]:
        return f"users asked {asked!r:.100} in it; ask questions[0] once."
    return None
