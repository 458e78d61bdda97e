"""Checks of 16_into_production."""

import os
from datetime import date
from urllib.parse import parse_qs

from helpers.auth import RESOURCE_SCOPE, decode_token
from helpers.exchange import Exchange
from helpers.exercises import exercise
from helpers.exercises.requests_sent import path, refusal
from helpers.wire import wiretap

ASSERTION = "client_assertion"


@exercise("16.1")
def exchanged(exchanges):
    """A token of GitHub, the exchange, and a response of the resource endpoint with what came back."""
    if not isinstance(exchanges, list | tuple) or not exchanges:
        return "store a list of the exchanges: list(wire)."
    if not all(isinstance(one, Exchange) for one in exchanges):
        return f"the list holds a {type(exchanges[0]).__name__}; store the exchanges of the wire: list(wire)."
    wire = list(exchanges)
    of_github = os.environ.get("ACTIONS_ID_TOKEN_REQUEST_URL", "").partition("?")[0]
    if of_github and not any(one.url.partition("?")[0] == of_github for one in wire):
        return "the first step is missing, the token of this run: tap the wire around all of it, and store list(wire)."
    forms = [
        (one, parse_qs(one.request_body.decode(errors="replace")))
        for one in wire
        if path(one).endswith("/oauth2/v2.0/token")
    ]
    if not forms:
        return "no token was asked of Entra ID: tap the wire around exchange_for as well."
    asked, form = forms[-1]
    if ASSERTION not in form:
        return "the token was asked for without a client_assertion: that is the token of the run."
    if form.get("scope") != [RESOURCE_SCOPE]:
        return f"the scope is {form.get('scope', [''])[0]!r:.80}; the task asks for {RESOURCE_SCOPE}."
    if asked.status != 200:
        return f"Entra ID has refused the exchange: {(asked.response_json or {}).get('error_description', '')!s:.120}"
    answers = [one for one in wire if path(one).endswith("/responses")]
    if not answers:
        return "no response was asked for: send one with the new token."
    last = answers[-1]
    if "/api/projects/" in path(last):
        return "this asks the project endpoint; the task asks for the resource endpoint, /openai/v1/responses."
    headers = {name.lower(): value for name, value in last.request_headers.items()}
    if "api-key" in headers:
        return "this request carries a key; the token alone should open the door."
    scheme, _, carried = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not carried:
        return "this request carries no token: send Authorization: Bearer and the new token."
    if carried.strip() != (asked.response_json or {}).get("access_token"):
        return f"the token of this request is {_whose(carried)}; use the one that the exchange has brought."
    if wire.index(asked) > wire.index(last):
        return "the response was asked for before the exchange: store them in the order in which they were sent."
    return refusal(last)


def _whose(token: str) -> str:
    """Who a token is for, in words."""
    try:
        return f"another one, for {decode_token(token)['claims'].get('aud')}"
    except ValueError:
        return "no token of Entra ID"


@exercise("16.2")
def failing(function):
    """A function that makes a client whose service answers with a status."""
    import openai

    if not callable(function):
        return f"failing is {function!r:.40}; give the function itself, without calling it."
    kinds = {
        429: openai.RateLimitError,
        503: openai.InternalServerError,
        401: openai.AuthenticationError,
        418: openai.APIStatusError,
    }
    clients = {}  # all of them first: one must not change another
    for status in kinds:
        try:
            clients[status] = function(status)
        except Exception as error:
            said = f"failing({status}) raises {type(error).__name__}: {error!s:.120}"
            if "MockTransport" in said:
                said += "; http_client takes a client, httpx2.Client(transport=...)"
            return f"{said}."
    for status, client in clients.items():
        if client is ...:
            return ...
        if not issubclass(type(client), openai.OpenAI):  # isinstance believes a Mock
            return f"it returns a {type(client).__name__}; return an openai.OpenAI client."
        if client.max_retries:
            return "this client would wait and repeat: pass max_retries=0."
        ask = lambda client=client: client.responses.create(model="any", input="Hello", timeout=5)  # noqa: E731
        calls = {
            "the first time": ask,
            "the second time": ask,
            "the third time": ask,
            "to a list of models": client.models.list,
        }
        for time, call in calls.items():
            try:
                with wiretap() as wire:
                    call()
            except openai.APIStatusError as error:
                if len(wire):
                    return "this client asks a server: hand it a MockTransport, and nothing is sent."
                if error.status_code != status:
                    return f"for {status} the service answers {error.status_code} {time}."
                if not isinstance(error, kinds[status]):
                    return f"the function raises {type(error).__name__} itself: return the httpx2.Response, and the SDK raises."
            except openai.APIConnectionError as error:
                return f"this client tries to reach a server ({error.__cause__ or error}): hand it a MockTransport."
            except Exception as error:
                return (
                    f"the call raises {type(error).__name__}: {error!s:.120}. A MockTransport takes a function of one "
                    "argument, the request, which returns an httpx2.Response."
                )
            else:
                return f"for {status} the call succeeds {time}; the answer needs that status."
    return None


@exercise("16.3")
def retiring(function):
    """A function that names the models and versions whose last day is near."""
    if not callable(function):
        return f"retiring is {function!r:.40}; give the function itself, without calling it."

    def model(name, day, version="1"):
        return {"name": name, "version": version, "deprecation": {"inference": day and f"{day}T00:00:00Z"}}

    models = [
        model("two", "2027-09-21", "2"),
        model("two", "2027-02-09", "1"),
        {"name": "for-ever", "version": "1", "deprecation": None},
        model("gone", "2026-10-01"),
        {"name": "unknown", "version": "1"},
        {"name": "fine-tuned-only", "version": "1", "deprecation": {"fineTune": "2026-12-01T00:00:00Z"}},
        model("open", None),
        model("last-day", "2027-02-24"),
        model("earlier-that-month", "2027-02-03"),
    ]
    gone, soon, late = ("gone", "1"), [("earlier-that-month", "1"), ("two", "1"), ("last-day", "1")], ("two", "2")
    then, later = date(2026, 11, 26), date(2027, 2, 10)
    cases = [
        ("90 days (the ninetieth included)", then, 90, [gone, *soon]),
        ("no day at all (which leaves those that are gone)", then, 0, [gone]),
        ("a year", then, 365, [gone, *soon, late]),
        ("another today (10 February 2027) and 7 days", later, 7, [gone, *soon[:2]]),
    ]
    for what, today, days, expected in cases:
        given = [dict(one) for one in models]
        try:
            said = function(given, today, days)
        except Exception as error:
            said = f"for {what} it raises {type(error).__name__}: {error}."
            if "isoformat" in str(error):
                return f"{said} The text holds a time as well: its first ten characters, [:10], are the day."
            if "datetime.datetime" in str(error):
                return f"{said} Compare days with days: today is a date, and date.fromisoformat(text[:10]) makes one."
            return f"{said} A model may have no deprecation, None in its place, or no inference in it."
        if said is ...:
            return ...
        if said is None:
            return f"for {what} it returns nothing: return a list of pairs."
        if not isinstance(said, list | tuple):
            return f"for {what} it returns a {type(said).__name__}; return a list."
        if any(not isinstance(one, list | tuple) or len(one) != 2 for one in said):
            return f"for {what} it returns {list(said)!r:.100}; return pairs of name and version."
        if [tuple(one) for one in said] != expected and sorted(map(tuple, said)) == sorted(expected):
            return f"for {what} the pairs are right and their order is not: the earliest day first, {expected}."
        if [tuple(one) for one in said] != expected:
            return f"for {what} it returns {list(said)!r:.160}, and it should be {expected}."
    return None
