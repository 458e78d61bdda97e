"""Checks of 07_streaming."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest.mock import patch

import requests

from helpers.exchange import Exchange
from helpers.exercises import Unreadable, exercise
from helpers.exercises.requests_sent import (
    ENDS,
    field,
    path,
    question,
    question_of,
    refusal,
    same_words,
    sent,
    texts_of,
)
from helpers.wire import wiretap


@exercise("07.1")
def streamed_text(response, received, text):
    """A streamed request with the task's input, its events, and the text of their deltas."""
    waited = isinstance(response, requests.Response) and response._content is not False
    exchange = sent(response)
    if refused := refusal(exchange):
        return refused
    if field(exchange, "stream") is not True:
        return 'the body has no "stream": True, so the answer came in one piece.'
    if not path(exchange).endswith("/responses"):
        return f"the path is {path(exchange)}; send to url, the Responses route, with input."
    if field(exchange, "max_output_tokens") is not None:
        return "the body has max_output_tokens, which cuts the answer: leave it out."
    if waited:
        return "requests has waited for the whole answer: pass stream=True to requests.post as well, and go through events(streamed)."
    asked = question(exchange)
    if not same_words(asked, "Explain streaming in three sentences."):
        return f'the input that was sent is {asked!r:.60}; it should be "Explain streaming in three sentences."'
    if not isinstance(received, list) or not all(isinstance(event, dict) and "type" in event for event in received):
        return f"received is {received!r:.40}; keep the events as they come: list(events(streamed))."
    if not received:
        return "received is empty: events(streamed) can be read only once, so send the request again."
    if received[-1]["type"] not in ENDS:
        return f"received stops at {received[-1]['type']}: read all events of the stream."
    made = [event["response"]["id"] for event in received if event["type"] == "response.created"]
    if len(made) > 1:
        return f"received holds {len(made)} streams; keep the events of this one alone, in a new list."
    about = question_of(exchange, made[0]) if made else None
    if about is not None and not same_words(about, asked):
        return f"received are the events of an answer to {about!r:.60}; keep those of streamed."
    if not isinstance(text, str):
        return f"text is a {type(text).__name__}; join the deltas: ''.join(...)."
    if text.lstrip().startswith(("event:", "data:", "{")):
        return "text holds the lines of the stream; take the delta out of each event."
    said = "".join(event["delta"] for event in received if event["type"] == "response.output_text.delta")
    if text == said:
        return None
    if not text:
        return "text is empty: no event has passed your condition. Compare its type with response.output_text.delta."
    if said.endswith(text):
        return f"text is only {text!r:.40}, the last of it: add each delta to those before."
    return f"text is {text!r:.60}, and the deltas of received make {said!r:.60}: join them, all of them, with nothing in between."


def _delta(text):
    return {"type": "response.output_text.delta", "delta": text}


def _chunk(text=None, reason=None):
    return {"choices": [{"index": 0, "delta": {"content": text} if text else {}, "finish_reason": reason}]}


@exercise("07.2")
def is_whole(function):
    """A function that tells whole streams from cut ones, in both formats."""
    if not callable(function):
        return f"is_whole is {function!r:.40}; give the function itself, without calling it."
    end = {"type": ENDS[0]}
    first = {"choices": [], "prompt_filter_results": []}
    cases = [
        ("a whole Responses stream", [{"type": "response.created"}, _delta("Hi"), end], True),
        ("a Responses stream without a closing event", [{"type": "response.created"}, _delta("Hi")], False),
        (
            "a Responses stream that stops after output_text.done",
            [_delta("Hi"), {"type": "response.output_text.done"}],
            False,
        ),
        (
            "a Responses stream that stops after a tool, at response.file_search_call.completed",
            [{"type": "response.created"}, {"type": "response.file_search_call.completed"}],
            False,
        ),
        ("one that ends in response.incomplete", [_delta("Hi"), {"type": "response.incomplete"}], True),
        ("one that ends in response.failed", [_delta("Hi"), {"type": "response.failed"}], True),
        ("a whole chat stream", [first, _chunk("Hi"), _chunk(reason="stop")], True),
        (
            "a whole chat stream with usage at the end",
            [first, _chunk("Hi"), _chunk(reason="stop"), {"choices": [], "usage": {"total_tokens": 3}}],
            True,
        ),
        ("a chat stream that ends by length", [first, _chunk("Hi"), _chunk(reason="length")], True),
        ("a chat stream without a finish_reason", [first, _chunk("Hi")], False),
        (
            "a cut chat stream whose chunks hold an empty usage",
            [{**first, "usage": None}, {**_chunk("Hi"), "usage": None}],
            False,
        ),
        ("a stream that ends in an event error", [_delta("Hi"), {"type": "error", "code": "server_error"}], True),
        ("a chat stream of which only the first chunk came", [first], False),
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


@exercise("07.3")
def ask(function, foundry):
    """A function that asks a model and survives what can go wrong. It is called a few times; offline the mock is told to fail."""
    if not callable(function):
        return f"ask is {function!r:.40}; give the function itself, without calling it."
    for prompt in ("What is an endpoint?", "What is an AI application?"):
        said, wire, limits, _ = _asked(function, prompt=prompt)
        if said is ...:
            return ...
        if problem := _plain(said, wire, limits, prompt):
            return problem
    for change, what in (
        (_among_others, "there may be several messages, between other items such as a reasoning item"),
        (_beside_a_refusal, "a part of the message can also be a refusal, which has no text"),
        (_of_a_refusal, "an answer can be a refusal and nothing else, with an empty text"),
    ):
        told, _, _, text = _asked(function, change)
        if isinstance(told, Exception):
            return f"{what}, and then it raises {type(told).__name__}: {told!s:.60}. Walk by type: message, then output_text."
        if not isinstance(told, tuple | list) or told[0] != text:
            return f"{what}, and then it returns {told!r:.60}. Walk by type, message, then output_text, and join all texts."
    if foundry.live:
        return None  # it cannot be told to fail
    for kind, count, change in (
        ("429", 2, None),
        ("503", 1, None),
        ("500", 1, None),
        ("503", 1, _with_another_status),
        ("503", 1, _without_a_time),
        ("429", 1, _until_a_date),
        ("429", None, None),
        ("401", None, _as_a_page),
    ):
        with _fault(foundry, kind, count), _recorded_sleep() as slept:
            said, wire, _, _ = _asked(function, change)
        if problem := _after_fault(said, wire, slept, kind, count is not None, change):
            return problem
    with _fault(foundry, "cut", 1), _recorded_sleep():
        said = _asked(function).said
    if not isinstance(said, Exception) and not (isinstance(said, tuple) and len(str(said[0])) > 60):
        return f"when the connection breaks half-way it returns {said!r:.60}: let the exception through."
    return None


def _among_others(reply: requests.Response) -> None:
    """Let an answer be of two messages, and other items stand around them, whatever the model is."""
    if reply.ok:
        body = reply.json()
        search = {"type": "web_search_call", "id": "ws_0", "status": "completed", "action": {"type": "search"}}
        more = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": " (More.)"}]}
        body["output"] = [{"type": "reasoning", "id": "rs_0", "summary": []}, *body["output"], more, search]
        reply._content = json.dumps(body).encode()


def _beside_a_refusal(reply: requests.Response) -> None:
    """Let the message of an answer begin with a refusal."""
    if reply.ok:
        body = reply.json()
        body["output"][-1]["content"].insert(0, {"type": "refusal", "refusal": "I cannot say all of it."})
        reply._content = json.dumps(body).encode()


def _of_a_refusal(reply: requests.Response) -> None:
    """Let an answer be a refusal and nothing else."""
    if reply.ok:
        body = reply.json()
        body["output"][-1]["content"] = [{"type": "refusal", "refusal": "I cannot say that."}]
        reply._content = json.dumps(body).encode()


def _without_a_time(reply: requests.Response) -> None:
    """Let an answer not say when to come back."""
    for name in ("retry-after", "retry-after-ms"):
        reply.headers.pop(name, None)


def _with_another_status(reply: requests.Response) -> None:
    """Let the service fail with a status that no list of them has, and not say when to come back."""
    if reply.status_code == 503:
        reply.status_code, reply.reason = 529, "Overloaded"
        _without_a_time(reply)


def _until_a_date(reply: requests.Response) -> None:
    """Let an answer say by a date when to come back."""
    if "retry-after" in reply.headers:
        reply.headers["retry-after"] = "Thu, 26 Nov 2026 10:05:15 GMT"


def _as_a_page(reply: requests.Response) -> None:
    """Let a refusal be a page for people, as some of those who stand in the middle write it."""
    if not reply.ok:
        reply._content = b"<html><body>No.</body></html>"


class _Endless(BaseException):
    """A function goes on and on. No Exception, which it might catch."""


MOST = 10  # requests of one call


class _Asked(NamedTuple):
    """What a function returned or raised, what went over the wire, the time-outs that it set, and the text of the last answer
    where that was changed."""

    said: Any
    wire: list[Exchange]
    limits: list[Any]
    text: str


def _asked(
    function: Callable[[str], Any],
    change: Callable[[requests.Response], None] | None = None,
    prompt: str = "What is an endpoint?",
) -> _Asked:
    """Call the function. ``change`` is done to what comes back. Raises Unreadable for a function that does not end."""
    limits, texts, send = [], [""], requests.adapters.HTTPAdapter.send

    def noting(adapter, request, *more, **settings):
        limits.append(settings.get("timeout"))
        if len(limits) > MOST:
            raise _Endless
        reply = send(adapter, request, *more, **settings)
        if change:
            change(reply)
            texts.append(texts_of(reply.json()) if reply.ok else "")
        return reply

    with patch.object(requests.adapters.HTTPAdapter, "send", noting), wiretap() as wire:
        try:
            said = function(prompt)
        except Exception as error:
            said = error
        except _Endless:
            raise Unreadable(
                f"it has sent {MOST} requests for one prompt, and would go on: three are the most."
            ) from None
    return _Asked(said, list(wire), limits, texts[-1])


def _plain(said: Any, wire: list, limits: list, prompt: str) -> str | None:
    """What is wrong when nothing fails."""
    if wire and field(wire[-1], "stream"):
        return "it streams; leave stream out, the answer comes in one piece."
    if wire and (refused := refusal(wire[-1])):
        return refused
    if isinstance(said, Exception):
        return f"it raises {type(said).__name__}: {said!s:.150}"
    if not wire:
        return "it sends nothing: use requests.post inside."
    last = wire[-1]
    if not path(last).endswith("/responses"):
        return f"the path is {path(last)}; send to url, the Responses route, with input."
    if field(last, "input") != prompt:
        return f"it was given the prompt {prompt!r}, and sent the input {field(last, 'input')!r:.60}."
    if not limits or limits[-1] is None:
        return "the request has no time-out: pass timeout=60."
    if not isinstance(said, tuple | list) or len(said) != 2:
        return f"it returns {said!r:.60}; return two things, the text and the number of tokens."
    body = last.response_json
    if said[0] != texts_of(body):
        return f"the first thing that it returns is {said[0]!r:.60}; it should be the text of the answer, walked to by type."
    total = body["usage"]["total_tokens"]
    return None if said[1] == total else f"the second thing that it returns is {said[1]!r:.40}; usage says {total}."


def _after_fault(
    said: Any,
    wire: list,
    slept: list[float],
    kind: str,
    survives: bool,
    change: Callable[[requests.Response], None] | None,
) -> str | None:
    """What is wrong when the service fails in this way, and its answer is changed so."""
    asked = sum(float(one.response_headers.get("retry-after", 0)) for one in wire[:-1] if one.status in (429, 503))
    how = {_without_a_time: " without a Retry-After", _until_a_date: " with a date in Retry-After"}.get(change, "")
    if change is _with_another_status:
        kind, how = "529", " without a Retry-After"
    if kind == "529" and len(wire) == 1:
        return "the service said 529 and would have answered a moment later, and it was not asked again: any status from 500 on is worth another try."
    if how and isinstance(said, Exception):
        return f"the service said {kind}{how}, and it raises {type(said).__name__}: {said!s:.60}. Wait a second then."
    if survives and isinstance(said, Exception):
        return f"the service said {kind} and would have answered a moment later, and it raises {type(said).__name__}: try again."
    if survives and not (isinstance(said, tuple | list) and said[0]):
        return f"the service said {kind} first, and then it returns {said!r:.60}."
    if survives and (how or kind == "500"):  # which does not say when to come back either
        waited = sum(slept[:-1]) or slept[-1]  # the last is the time that has really passed
        if waited < 0.5:
            return f"the service said {kind}{how}, and it came back after {waited:.1f} seconds: wait a second then."
        return (
            None if waited < 5 else f"the service said {kind}{how}, and it waited {waited:.0f} seconds: one is enough."
        )
    if survives and sum(slept) < asked:
        return f"the service said {kind} and when to come back, and it waited {sum(slept):.1f} of {asked:.1f} seconds: sleep as long as Retry-After says."
    if not survives and not isinstance(said, Exception):
        return f"the service says {kind} each time, and it returns {said!r:.60}: raise_for_status before you read the body."
    if isinstance(said, LookupError | TypeError | AttributeError | requests.JSONDecodeError):
        return f"the service says {kind} each time, and it raises {type(said).__name__}: {said!s:.60}, from a body without an answer: raise_for_status before you read the body."
    if not survives and kind == "401" and len(wire) > 1:
        return "it repeats a 401; only a 429, or a status from 500 on, is worth another try."
    if not survives and kind == "429" and len(wire) > 3:
        return f"it tries {len(wire)} times; three in all are enough."
    return None


@contextmanager
def _fault(foundry, kind: str, count: int | None) -> Iterator[None]:
    """The offline mock fails in this way, so many times or until the end."""
    faults = f"{foundry.resource_endpoint}/_mock/faults"
    headers = {"x-mock-control-key": os.environ.get("FOUNDRY_MOCK_CONTROL_KEY", "")}
    body = {"kind": kind, "count": count, "path": "/responses", "retry_after": 2}
    requests.post(faults, headers=headers, json=body, timeout=10).raise_for_status()
    try:
        yield
    finally:
        requests.delete(faults, headers=headers, timeout=10)


@contextmanager
def _recorded_sleep() -> Iterator[list[float]]:
    """Nobody waits; how long somebody would have is noted. Who has imported ``sleep`` by itself does wait, which counts too."""
    slept: list[float] = []
    me, sleep, start = threading.current_thread(), time.sleep, time.perf_counter()
    with patch.object(time, "sleep", lambda s: slept.append(s) if threading.current_thread() is me else sleep(s)):
        yield slept
    slept.append(time.perf_counter() - start)
