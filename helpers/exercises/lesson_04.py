"""Checks of 04_keys_and_tokens."""

import base64
import json
from collections.abc import Mapping

from helpers.auth import decode_token
from helpers.exchange import Exchange
from helpers.exercises import exercise
from helpers.exercises.requests_sent import field, path, refusal, sent


def _audience(exchange: Exchange) -> str | None:
    """Whom the bearer token of a request is for; None when the request carries none."""
    try:
        token = exchange.request_headers.get("authorization", "").partition(" ")[2]
        return str(decode_token(token)["claims"].get("aud", "")).rstrip("/")
    except ValueError:
        return None


def _not_a_token(exchange: Exchange) -> str | None:
    """What is wrong with the place or the form of a token; None where there is none, or nothing is wrong."""
    if exchange.request_headers.get("api-key", "").count(".") == 2:
        return "the token stands in the header api-key, which is for a key: a token goes into Authorization, behind Bearer."
    sign_in = exchange.request_headers.get("authorization")
    if sign_in and sign_in.lower().startswith("bearer") and not sign_in.lower().startswith("bearer "):
        return "a space is missing between Bearer and the token."
    if sign_in and not sign_in.lower().startswith("bearer "):
        return "the word Bearer is missing before the token."
    if sign_in and _audience(exchange) is None:
        fix = " (of what get_token returns, take .token)" if "AccessToken" in sign_in else ""
        return f"what stands behind Bearer is no token: a token has three parts with dots between them{fix}."
    return None


@exercise("04.1")
def by_token(response):
    """The model endpoint, called with a token for either of the audiences that it takes."""
    exchange = sent(response)
    if "/openai/deployments/" not in path(exchange):
        return f"the path that was called is {path(exchange)}; call chat_url, the model endpoint."
    if problem := _not_a_token(exchange):
        return problem
    if "api-key" in exchange.request_headers:
        return "the request carries a key; sign it with the token alone."
    audience = _audience(exchange)
    if audience is None:
        return "the request carries no token: pass it as headers={'Authorization': f'Bearer {...}'}."
    if audience not in ("https://ai.azure.com", "https://cognitiveservices.azure.com"):
        return f"the token is for {audience:.60}; the resource takes https://ai.azure.com and https://cognitiveservices.azure.com."
    if exchange.status == 400 and field(exchange, "input"):
        return "the body is that of a response, which this endpoint does not know: send chat_body."
    return refusal(exchange)


@exercise("04.2")
def mended(response):
    """The colleague's call to the project, signed with a token for https://ai.azure.com."""
    exchange = sent(response)
    if not (path(exchange).startswith("/api/projects/") and path(exchange).endswith("/openai/v1/responses")):
        return f"the path that was called is {path(exchange)}; keep url."
    if problem := _not_a_token(exchange):
        return problem
    if "api-key" in exchange.request_headers:
        if "authorization" in exchange.request_headers:
            return "the request carries a key beside the token; sign it with the token alone."
        return "that is the key in its own header; the task asks for a token."
    audience = _audience(exchange)
    if audience not in (None, "https://ai.azure.com"):
        return f"the token is for {audience:.60}; the project wants one for https://ai.azure.com."
    return refusal(exchange)


def _token(audience: str, name: str) -> str:
    """A token for an audience. A name such as ``~~~???>>>`` makes both characters of base64url that plain base64 does not have."""
    text = json.dumps({"aud": audience, "oid": "someone", "name": name}, ensure_ascii=False)
    claims = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{claims}.c2lnbmF0dXJl"


@exercise("04.3")
def audience_of(function):
    """A function that reads the claim aud of a token."""
    if not callable(function):
        return f"audience_of is {function!r:.40}; give the function itself, without calling it."
    for audience in ("https://ai.azure.com", "https://management.azure.com", "api://abc"):  # three lengths of padding
        try:
            said = function(_token(audience, "ü~~~???>>>"))
        except Exception as error:
            raised = f"for a token of our own it raises {type(error).__name__}: {error}."
            if isinstance(error, NameError):
                return f"{raised} Run the first cell of the lesson, then this function's cell again."
            if isinstance(error, KeyError):
                return f"{raised} The claims are in the middle part, and the one that is asked for is aud."
            if isinstance(error, AttributeError) and "'token'" in str(error):
                return f"{raised} It is given the text of the token itself."
            if "padding" in str(error):
                return f"{raised} The = at the end are missing: as many as the length needs for a multiple of four."
            try:
                plain_works = function(_token(audience, "someone")) == audience
            except Exception:
                plain_works = False
            for_urls = " A token has - and _ where plain base64 has + and /: read it with base64.urlsafe_b64decode."
            return raised + (for_urls if plain_works else "")
        if said is ...:
            return ...
        if isinstance(said, dict):
            return "it returns all claims: take the one called aud."
        if said is None:
            return f"for a token for {audience} it returns nothing: hand the claim back with return."
        if said != audience:
            own = said in ("https://ai.azure.com", "https://cognitiveservices.azure.com")
            cause = " It reads a variable of an earlier cell, and not the token that it is given." if own else ""
            return f"for a token for {audience} it returns {said!r:.60}.{cause}"
    return None


@exercise("04.4")
def safe(function):
    """A function that hides the two headers that sign in, in a copy."""
    if not callable(function):
        return f"safe is {function!r:.40}; give the function itself, without calling it."
    harmless = {
        "Content-Type": "application/json",
        "User-Agent": "a program",
        "x-ratelimit-key": "a name",
        "key": "a word",
    }
    for spelled in ("Authorization", "authorization", "api-key", "API-Key"):
        headers = {spelled: "the secret", **harmless}
        try:
            said = function(headers)
        except Exception as error:
            return f"for the header {spelled} it raises {type(error).__name__}: {error}."
        if said is ...:
            return ...
        if not isinstance(said, Mapping):
            return f"it returns a {type(said).__name__}; return a dictionary, as headers are."
        if headers[spelled] != "the secret":
            return "it changes the headers that it was given, and then they sign in no more: build a new dictionary."
        if "the secret" in str(said):
            return f"the value of {spelled} is still in it."
        if hidden := [name for name, value in harmless.items() if name in said and said[name] != value]:
            return f"it hides {hidden[0]} too, which signs nobody in: only api-key and Authorization become '...'."
        lost, more = sorted({*headers} - {*said}), sorted({*said} - {*headers}, key=str)
        if lost and more:
            return f"it has {more[0]} in place of {lost[0]}: leave the names as they are spelled."
        if lost:
            return f"it drops {lost[0]}; all names stay."
        if more:
            return f"it adds {more[0]}, which was not in these headers."
        if said[spelled] != "...":
            return f"the value of {spelled} is {said[spelled]!r:.60}; it should be '...'."
    both = function({"api-key": "the secret", "Content-Type": "application/json", "Authorization": "the secret"})
    return "of two headers that sign in it hides one only." if "the secret" in str(both) else None
