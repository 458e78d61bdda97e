"""Checks of 07_streaming."""

from helpers.exercises import exercise
from helpers.exercises.requests_sent import field, path, refusal, sent
from helpers.widgets.stream import delta_of, events_of


@exercise("07.1")
def streamed_text(response, text):
    """A streamed request with the task's input, and the text of its deltas."""
    exchange = sent(response)
    if refused := refusal(exchange):
        return refused
    if field(exchange, "stream") is not True:
        return 'the body has no "stream": True, so the answer came in one piece.'
    if not path(exchange).endswith("/responses"):
        return f"the path is {path(exchange)}; send to url, the Responses route, with input."
    if field(exchange, "max_output_tokens") is not None:
        return "the body has max_output_tokens, which cuts the answer: leave it out."
    asked = field(exchange, "input")
    if asked != "Explain streaming in three sentences.":
        return f'the input that was sent is {asked!r:.60}; it should be "Explain streaming in three sentences."'
    if not isinstance(text, str):
        return f"text is a {type(text).__name__}; join the deltas: ''.join(...)."
    if text.lstrip().startswith(("event:", "data:", "{")):
        return "text holds the lines of the stream; take the delta out of each event."
    if len(text.split()) < 3:
        return "text is empty or nearly so: events(streamed) can be read only once, so send the request again."
    if exchange.response_body and text != _joined(exchange.response_body):
        return "text is not what this stream said: join the deltas of streamed, without spaces between them."
    if text.rstrip()[-1] not in ".!?":
        return "text stops in the middle of a sentence: read all events of the stream."
    return None


def _joined(body: bytes) -> str:
    return "".join(delta_of(event) for event in events_of(body.decode("utf-8", "replace")))


def _delta(text):
    return {"type": "response.output_text.delta", "delta": text}


def _chunk(text=None, reason=None):
    return {"choices": [{"index": 0, "delta": {"content": text} if text else {}, "finish_reason": reason}]}


@exercise("07.2")
def is_whole(function):
    """A function that tells whole streams from cut ones, in both formats."""
    if not callable(function):
        return f"is_whole is {function!r:.40}; give the function itself, without calling it."
    end = {"type": "response.completed"}
    first = {"choices": [], "prompt_filter_results": []}
    cases = [
        ("a whole Responses stream", [{"type": "response.created"}, _delta("Hi"), end], True),
        ("a Responses stream without a closing event", [{"type": "response.created"}, _delta("Hi")], False),
        (
            "a Responses stream that stops after output_text.done",
            [_delta("Hi"), {"type": "response.output_text.done"}],
            False,
        ),
        ("one that ends in response.incomplete", [_delta("Hi"), {"type": "response.incomplete"}], True),
        ("one that ends in response.failed", [_delta("Hi"), {"type": "response.failed"}], True),
        ("a whole chat stream", [first, _chunk("Hi"), _chunk(reason="stop")], True),
        (
            "a whole chat stream with usage at the end",
            [first, _chunk("Hi"), _chunk(reason="stop"), {"choices": []}],
            True,
        ),
        ("a chat stream that ends by length", [first, _chunk("Hi"), _chunk(reason="length")], True),
        ("a chat stream without a finish_reason", [first, _chunk("Hi")], False),
        ("an empty list", [], False),
    ]
    for name, received, expected in cases:
        try:
            said = function(received)
        except Exception as error:
            return f"for {name} it raises {type(error).__name__}: {error}."
        if said is ...:
            return ...
        if said is None:
            return f"for {name} it returns nothing: return True or False."
        if bool(said) != expected:
            return f"for {name} it should say {expected}, and it says {said!r:.40}."
    return None
