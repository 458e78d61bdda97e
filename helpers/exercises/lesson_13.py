"""Checks of 13_build_a_chat_app."""

import inspect

from helpers.exercises import exercise
from helpers.exercises.requests_sent import ROLE, ended, field, refusal
from helpers.mock.wire import errors
from helpers.widgets.stream import delta_of, events_of


@exercise("13.1")
def last_question(function):
    """A function that finds what the user asked last."""
    if not callable(function):
        return f"last_question is {function!r:.40}; give the function itself, without calling it."
    user, assistant = {"role": "user", "content": "And now?"}, {"role": "assistant", "content": "Yes."}
    cases = [
        (
            "a chat that ends in an answer",
            [{"role": "user", "content": "Hello"}, assistant, user, assistant],
            "And now?",
        ),
        ("a chat that ends in a question", [assistant, user], "And now?"),
        ("an empty chat", [], ""),
        ("a chat without any question", [assistant], ""),
    ]
    for name, messages, expected in cases:
        try:
            given = list(messages)
            said = function(given)
        except Exception as error:
            return f"for {name} it raises {type(error).__name__}: {error}."
        if said is ...:
            return ...
        if said != expected:
            return f"for {name} it returns {said!r:.60}, and it should be {expected!r}."
        if given != messages:
            return "it changes the list that it was given, and with it the chat: only look at it."
    return None


@exercise("13.2")
def answered_in_a_role(said, wire):
    """What answer_as returned, and what it sent meanwhile."""
    if inspect.iscoroutine(said) or inspect.isasyncgen(said):
        return "answer_as gives back something that still has to be awaited: write async def, and return the text."
    wire = list(wire)
    if not wire:
        return "answer_as sent nothing: call client.responses.create inside, with await before it."
    exchange = wire[-1]
    if refused := refusal(exchange):
        return refused
    if exchange.request_headers.get("x-stainless-async") == "false":
        return "another client sent it, which is not async: nothing else can run meanwhile. Use client, with await before the call."
    if not field(exchange, "instructions"):
        return "the body has no instructions: pass instructions=role."
    if "What is a deployment?" not in str(field(exchange, "input")):
        return "it does not send messages: pass input=messages."
    if "What is an endpoint?" not in str(field(exchange, "input")):
        return "it sends the last question without what was said before: pass input=messages, the whole list."
    if not field(exchange, "stream"):
        return "the answer was not streamed: pass stream=True and read the events."
    if field(exchange, "store") is not False:
        return "the answer is stored as well: pass store=False."
    if not isinstance(said, str):
        return f"it returns {said!r:.60}; return the text, put together from the deltas."
    if field(exchange, "instructions") != ROLE:
        return f"the instructions that were sent are {field(exchange, 'instructions')!r:.60}; pass on the role that it is given."
    if not ended(exchange):
        return "it stops reading before the stream has ended: read on until its closing event."
    streamed = "".join(delta_of(event) for event in events_of(exchange.response_body.decode("utf-8", "replace")))
    if said != streamed and streamed and said.endswith(streamed):
        return "the text begins with what was there before this answer: begin with an empty list."
    return None if said == streamed else "the text that it returns is not what came: join event.delta of all deltas."


@exercise("13.3")
def kind_sentence(function):
    """A function with a sentence for the content filter, that leaves the rest as it was."""
    import httpx2
    import openai

    if not callable(function):
        return f"kind_sentence is {function!r:.40}; give the function itself, without calling it."

    def error(kind, status: int, code: str, message: str):
        reply = httpx2.Response(status, request=httpx2.Request("POST", "https://localhost/"))
        return kind(message, response=reply, body={"code": code, "message": message})

    code = "content_policy_violation"
    stream = openai.APIError(errors.BLOCKED, None, body={"code": code, "message": errors.BLOCKED})
    filtered = error(openai.BadRequestError, 400, "content_filter", errors.BLOCKED)
    other = error(openai.BadRequestError, 400, "invalid_value", "Invalid value: 'x'.")
    worded = "Invalid value: the content of the filter breaks a policy."  # it has all the words, and another code
    unlike = error(openai.BadRequestError, 400, "invalid_value", worded)
    busy = error(openai.RateLimitError, 429, "RateLimitReached", "Your requests have exceeded the limit.")
    said = []
    for name, one in (
        ("a filtered prompt", filtered),
        ("a prompt that was filtered in a stream", stream),
        ("a connection that broke off", ConnectionError("The answer broke off on the way.")),
        ("no connection at all", openai.APIConnectionError(request=httpx2.Request("POST", "https://localhost/"))),
        ("another bad request", other),
        ("a quota that is used up", busy),
        ("a bad request that speaks of a filter", unlike),
    ):
        try:
            said.append(function(one))
        except Exception as failed:
            return f"for {name} it raises {type(failed).__name__}: {failed}."
        if said[-1] is ...:
            return ...
        if not isinstance(said[-1], str) or not said[-1].strip():
            return f"for {name} it returns {said[-1]!r:.40}; return a sentence."
    refused, streamed, *others, alike = said
    for name, words in (("a filtered prompt", refused), ("one that is filtered in a stream", streamed)):
        if "The response was filtered due to" in words:
            return f"for {name} it repeats the service's words; say in your own what the user can do."
        if "content_filter" in words or code in words or len(words.split()) < 2:
            return f"for {name} it says {words!r:.60}; a user wants a sentence that says what to do."
        if words in others:
            return f"it says the same for other errors: {words!r:.80}"
    broke, unreached, invalid, quota = others
    if (
        "broke off" not in broke
        or "connection" not in unreached.lower()
        or "Invalid value" not in invalid
        or "quota" not in quota.lower()
    ):
        return "the other errors have lost their sentences: leave them to sentence(error)."
    if alike != worded:
        return f"an error with another code, {worded!r}, gets {alike!r:.80}: ask for the two codes, not for words."
    return None
