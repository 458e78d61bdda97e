"""Checks of 11_build_a_chat_app."""

import inspect

from helpers.exercises import exercise
from helpers.exercises.requests_sent import field, refusal, tapped


@exercise("11.1")
def forget(function, messages, tokens, transcript):
    """A function that empties the chat. It is called once, with something to forget; then the chat is put back."""
    if not callable(function):
        return f"forget is {function!r:.40}; give the function itself, without calling it."
    if inspect.iscoroutinefunction(function):
        return "forget needs no async: it waits for nothing."
    kept, counted, on_screen = list(messages), dict(tokens), transcript.value
    try:
        messages[:] = [{"role": "user", "content": "something to forget"}]
        tokens.update(sent=1, received=1)
        transcript.value = "something to forget"
        if function() is ...:
            return ...
        if messages:
            return "messages still holds something: messages.clear() empties this very list."
        if any(tokens.get(name) != 0 for name in ("sent", "received")):
            return "the counters are not 0: tokens.update(sent=0, received=0)."
        if "something to forget" in transcript.value:
            return "the chat on the screen is still the old one: call show()."
        return None
    finally:
        messages[:] = kept
        tokens.clear()
        tokens.update(counted)
        transcript.value = on_screen


@exercise("11.2")
def with_instructions(exchange):
    """A request with instructions and the task's question."""
    exchange = tapped(exchange)
    if not field(exchange, "instructions"):
        return "the body has no instructions: pass instructions=... beside input."
    if "What is a deployment?" not in str(field(exchange, "input")):
        return "ask What is a deployment?"
    return refusal(exchange)
