"""Checks of 14_many_calls."""

import re
from itertools import takewhile

from helpers.exchange import Exchange
from helpers.exercises import exercise
from helpers.exercises.requests_sent import field, path, question, refusal, sent, tapped

TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")  # W3C Trace Context
DAYS = ("Monday", "Tuesday")
MAILS = ("My order of product 30 never came.", "My order of product 61 came broken.")
RULES = 120  # in the rulebook


@exercise("14.1")
def places(function):
    """A function that says how many places a semaphore may have."""
    if not callable(function):
        return f"places_for is {function!r:.40}; give the function itself, without calling it."
    cases = [
        ("30 requests a minute, tokens in plenty, 4 seconds", (30, 1_000_000, 100, 4), 2),
        ("120 requests a minute, tokens in plenty, 3 seconds", (120, 1_000_000, 100, 3), 6),
        ("2.9 places", (30, 1_000_000, 100, 5.8), 2),
        ("120 requests a minute, but tokens for 20 answers", (120, 20_000, 1_000, 3), 1),
        ("1000 requests a minute, but tokens for 300 answers, 2 seconds", (1000, 30_000, 100, 2), 10),
        ("less than one place", (10, 1_000_000, 100, 1), 1),
        ("answers of 1.9 seconds, 120 requests a minute", (120, 1_000_000, 100, 1.9), 3),
        ("tokens for 1.9 answers of two minutes", (120, 190, 100, 120), 3),
    ]
    for what, arguments, expected in cases:
        try:
            said = function(*arguments)
        except Exception as error:
            return f"for {what} it raises {type(error).__name__}: {error}."
        if said is ...:
            return ...
        if said is None:
            return f"for {what} it returns nothing: return the number."
        if isinstance(said, bool) or said != expected:
            return f"for {what} it returns {said!r:.40}, and it should be {expected}."
        if not isinstance(said, int):
            return f"for {what} it returns {said!r}; a semaphore wants a whole number, {expected}."
    return None


@exercise("14.2")
def cancelled(exchange):
    """The request that cancels a background response."""
    exchange = tapped(exchange)
    if not path(exchange).endswith("/cancel"):
        return f"this is {exchange.method} {path(exchange)}; store the exchange of the cancellation."
    if refused := refusal(exchange):
        return refused
    status = (exchange.response_json or {}).get("status")
    return None if status == "cancelled" else f"the response is {status}: it was finished before it could be cancelled."


def _read(exchange: Exchange) -> str:
    """What the model reads, in the order in which it does."""
    return f"{field(exchange, 'instructions') or ''}\n{question(exchange)}"


@exercise("14.3")
def rules_first(exchanges):
    """Two calls with another day each, whose long beginning is the same."""
    if isinstance(exchanges, Exchange) or not isinstance(exchanges, list | tuple) or len(exchanges) != 2:
        return "store both exchanges as a list: wire[-2:]."
    if not all(isinstance(one, Exchange) for one in exchanges):
        return "store the two exchanges of the wire, wire[-2:], not what create() returned."
    both = list(exchanges)
    for exchange, day, mail in zip(both, DAYS, MAILS, strict=True):
        if refused := refusal(exchange):
            return refused
        if len(set(re.findall(r"Rule \d+:", _read(exchange)))) != RULES:
            return "the rules are not in both requests, or not all of them: send the whole rulebook."
        if day not in _read(exchange):
            return f"the request for {day} does not say that it is {day}."
        if mail not in _read(exchange):
            return f"the request for {day} does not ask about the mail {mail!r}."
    for name in ("model", "tools", "text", "prompt_cache_key"):
        if field(both[0], name) != field(both[1], name):
            return f"{name} differs between the two requests, so nothing is shared; change only the day and the mail."
    first, second = (_read(one) for one in both)
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))
    if shared < first.index(f"Rule {RULES}:"):
        where = first[max(0, shared - 20) : shared + 10].replace("\n", " ")
        return f"the two differ after {shared} characters, at {where!r}: what changes must come behind the rules."
    return None


@exercise("14.4")
def traced(response, span):
    """A request that carries the traceparent of a span of one's own."""
    exchange = sent(response)
    if not hasattr(span, "get_span_context"):
        return f"my_span is {span!r:.40}; store the span: with tracer.start_as_current_span(...) as my_span."
    if getattr(span, "name", None) == "sort a mail":
        return "this is the span of the lesson; make one with a name of your own."
    headers = {name.lower(): value for name, value in exchange.request_headers.items()}
    if "traceparent" not in headers:
        return "the request carries no traceparent: call propagate.inject(headers) inside the with, and send those headers."
    if not TRACEPARENT.fullmatch(headers["traceparent"]):
        return "traceparent has another form than 00-<trace id>-<span id>-<flags>; let inject write it."
    _, trace_id, span_id, _ = headers["traceparent"].split("-")
    mine = span.get_span_context()
    if (int(trace_id, 16), int(span_id, 16)) != (mine.trace_id, mine.span_id):
        return "the traceparent is that of another span: make new headers, and inject them inside your with, where my_span is current."
    if refused := refusal(exchange):
        return refused
    asked = question(exchange)
    if not asked:
        return "the request asks nothing: send one of the mails as input."
    told = [str(value) for value in (getattr(span, "attributes", None) or {}).values()]
    a_mail = isinstance(asked, str) and len(asked) > 12  # a shorter text may stand in any id
    if a_mail and any(asked in value for value in told):
        return (
            "an attribute of your span holds the mail: whoever may look at the monitoring could read it. Leave it out."
        )
    return None
