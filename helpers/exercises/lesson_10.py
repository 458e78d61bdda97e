"""Checks of 10_conversations."""

from helpers.exchange import Exchange
from helpers.exercises import exercise
from helpers.exercises.requests_sent import ROLE, field, path, question, question_of, refusal, same_words, tapped


@exercise("10.1")
def second_turn(exchange):
    """The follow-up question, sent with previous_response_id and without the history."""
    exchange = tapped(exchange)
    if field(exchange, "previous_response_id") is None and same_words(question(exchange), "Describe Oslo."):
        return "this is the exchange of the first question; store that of the second, wire[-1]."
    if field(exchange, "previous_response_id") is None:
        return "this request names no previous response: pass previous_response_id=<the first response>.id."
    if refused := refusal(exchange):
        return refused
    if not same_words(question(exchange), "And what is it known for?"):
        asked = question(exchange)
        alone = isinstance(asked, str) and "Oslo" not in asked
        mend = (
            "the task asks: And what is it known for?"
            if alone
            else "send the second question alone, the service knows the rest."
        )
        return f"the input is {asked!r:.80}; {mend}"
    before = question_of(exchange, field(exchange, "previous_response_id"))
    if before is not None and not same_words(before, "Describe Oslo."):
        return f"the first question was {before!r:.60}; the task begins with 'Describe Oslo.'"
    return None


@exercise("10.2")
def last_turns(function):
    """A function that cuts a history down to its last turns."""
    if not callable(function):
        return f"last_turns is {function!r:.40}; give the function itself, without calling it."
    says = lambda role, text: {"role": role, "content": text}  # noqa: E731
    one = [says("user", "1"), says("assistant", "a")]
    two = [says("user", "2"), says("assistant", "b"), says("assistant", "c")]
    three = [says("user", "3")]
    cases = [
        ("the last turn of three", [*one, *two, *three], 1, three),
        ("the last two of three, of which one has two answers", [*one, *two, *three], 2, [*two, *three]),
        ("more turns than there are", [*one, *two], 5, [*one, *two]),
        ("an empty history", [], 2, []),
        ("no turn at all, a count of 0", [*one, *two], 0, []),
    ]
    for name, history, count, expected in cases:
        given = [dict(message) for message in history]
        try:
            said = function(given, count)
        except Exception as error:
            return f"for {name} it raises {type(error).__name__}: {error}."
        if said is ...:
            return ...
        if given != history:
            return "it changes the list that it was given; return another one."
        if said is None:
            return f"for {name} it returns nothing: return a list of messages."
        if not isinstance(said, list | tuple) or not all(isinstance(message, dict) for message in said):
            return f"for {name} it returns {said!r:.60}; return a list of messages."
        if list(said) != expected:
            turns = ", ".join(f"{message['role']} {message['content']}" for message in history)
            return f"for {name} it returns {[m.get('content') for m in said]!r:.60}, and it should be {[m['content'] for m in expected]}. The history is: {turns or 'empty'}."
    return None


@exercise("10.3")
def instructions_twice(exchanges):
    """Two turns in one conversation, both with the same instructions."""
    if isinstance(exchanges, Exchange) or not isinstance(exchanges, list | tuple) or len(exchanges) != 2:
        return "store both exchanges as a list: wire[-2:]."
    if not all(isinstance(one, Exchange) for one in exchanges):
        return "store the two exchanges of the wire, wire[-2:], not what create() returned."
    first, second = exchanges
    for exchange in (first, second):
        if refused := refusal(exchange):
            return refused
    for which, exchange in (("first", first), ("second", second)):
        if not path(exchange).endswith("/responses"):
            return f"the {which} exchange asks for {path(exchange)}; store those of the two questions, wire[-2:]."
        if not _conversation(exchange):
            return f"the {which} request is in no conversation: pass conversation=<the conversation>.id."
        if not field(exchange, "instructions"):
            return f"the {which} request has no instructions; they are not carried over."
    if _conversation(first) != _conversation(second):
        return "the two requests are in different conversations; the task asks for one."
    if field(first, "instructions") != field(second, "instructions"):
        return "the two requests have different instructions; the task asks for role in both."
    if field(first, "instructions") != ROLE:
        return f"the instructions are {field(first, 'instructions')!r:.80}; the task asks for those in role."
    return None


def _conversation(exchange: Exchange) -> str | None:
    """The id of the conversation that a request is in."""
    named = field(exchange, "conversation")
    return named.get("id") if isinstance(named, dict) else named
