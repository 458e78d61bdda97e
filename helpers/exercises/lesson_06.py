"""Checks of 06_when_requests_fail."""

import json
import os
import re
from http.client import responses

import requests
from urllib3.util import Timeout

from helpers.exercises import exercise
from helpers.exercises.requests_sent import field, path, refusal, sent


@exercise("06.1")
def reasoning_limit(response):
    """A chat completion of gpt-5-mini with max_completion_tokens 1000."""
    exchange = sent(response)
    if field(exchange, "max_tokens") is not None:
        return "the body still has max_tokens; the error message names the parameter to use instead."
    if field(exchange, "max_completion_tokens") == "1000":
        return "max_completion_tokens is a text; a limit is a number: 1000, without quotes."
    found = field(exchange, "max_completion_tokens")
    if found is None:
        return "the body has no max_completion_tokens; the task asks for a limit of 1000."
    if found != 1000:
        return f"max_completion_tokens is {found!r:.40}; the task asks for a limit of 1000."
    in_path = re.search(r"/deployments/([^/]+)/", path(exchange))
    deployment = in_path[1] if in_path else field(exchange, "model")
    if deployment != "gpt-5-mini":
        return f"the deployment is {deployment!r:.60}; keep gpt-5-mini."
    return refusal(exchange)


def _reply(status: int, body: str, headers: dict[str, str]) -> requests.Response:
    """A response as requests would give it, for functions that read one."""
    reply = requests.Response()
    reply.status_code, reply._content, reply.encoding = status, body.encode(), "utf-8"
    reply.url, reply.reason = "https://contoso-ai.services.ai.azure.com/openai/v1/responses", responses[status]
    reply.request = requests.Request("POST", reply.url, json={}).prepare()
    reply.headers.update({"Date": "Thu, 26 Nov 2026 10:05:15 GMT", "Content-Type": "application/json", **headers})
    return reply


# what each layer writes: the lesson's own cases in the shapes of the service
BODIES = [
    ("a wrong key", "gateway", 401, '{"error":{"code":"401","message":"Access denied due to invalid subscription key"}}'),
    ("no sign-in", "gateway", 401, '{ "statusCode": 401, "message": "Unauthorized. Access token is missing" }'),
    ("an unknown path", "gateway", 404, '{"error":{"code":"404","message": "Resource not found"}}'),
    ("a missing api-version", "service", 400, '{"error":{"code":"BadRequest","message":"Missing required query parameter: api-version"}}'),
    ("a missing role", "service", 401, '{"error":{"code":"PermissionDenied","message":"The principal lacks the required data action"}}'),
    ("an unknown agent", "service", 404, '{"error":{"code":"not_found","message":"Agent \'x\' not found","type":"error","details":[],"additionalInfo":{}}}'),
    ("an unknown deployment", "model", 404, '{"error":{"type":"invalid_request_error","code":"DeploymentNotFound","message":"..."}}'),
    ("a blocked prompt", "model", 400, '{"error":{"message":"The response was filtered","type":null,"param":"prompt","code":"content_filter"}}'),
    ("a server error", "model", 500, '{"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}}'),
    ("an unknown parameter", "model", 400, '{"error":{"message":"Unknown parameter: \'x\'.","type":"invalid_request_error","param":"x","code":"unknown_parameter"}}'),
]  # fmt: skip


@exercise("06.2")
def layer_of(function):
    """A function that tells the layer that wrote an error."""
    if not callable(function):
        return f"layer_of is {function!r:.40}; give the function itself, without calling it."
    for name, layer, status, body in BODIES:
        try:
            said = function(_reply(status, body, {"apim-request-id": "id"}))
        except Exception as error:
            return f"for {name} it raises {type(error).__name__}: {error}. The body is {body:.90}"
        if said is ...:
            return ...
        if said != layer:
            return f"for {name} it returns {said!r:.30}, and it is the {layer}. The body is {body:.120}"
    return None


@exercise("06.3")
def for_support(function):
    """A function that puts the status and the gateway's id of a call into a text."""
    if not callable(function):
        return f"for_support is {function!r:.40}; give the function itself, without calling it."
    for status, gateway, more in (
        (429, "0f5a51d2-9a34-4f0e-a1c2-6d1c8f0e7b11", {}),
        (503, "77c1a0de-52b8-4b6e-9f03-2a9be4d1c650", {"x-request-id": "e6c38b84-2054-4540-9dee-6cb1a0599deb"}),
    ):
        try:
            said = function(_reply(status, "{}", {"apim-request-id": gateway, "x-ms-region": "East US 2", **more}))
        except Exception as error:
            lacking = " Many errors lack that header." if "x-request-id" in str(error).lower() else ""
            return f"for an error it raises {type(error).__name__}: {error}.{lacking}"
        if said is ...:
            return ...
        if not isinstance(said, str):
            return f"it returns a {type(said).__name__}; return a line of text."
        if gateway not in said:
            cut = "it is cut: support needs all of it" if gateway[:8] in said else "put the header apim-request-id in"
            return f"the id of the call is not in {said!r:.80}; {cut}."
        if str(status) not in said.replace(gateway, ""):
            return f"the status, {status} this time, is not in {said!r:.120}."
        if len(said.strip().splitlines()) > 1:
            return f"{said!r:.120} has more than one line."
    return None


@exercise("06.4")
def nightly(response, session):
    """A session whose adapter repeats POSTs up to five times on 429 and 503, and an answer that came through it."""
    if not isinstance(session, requests.Session):
        return "the second value is the session, nightly."
    exchange = sent(response)
    retry = session.get_adapter(exchange.url).max_retries
    limits = [limit for limit in (retry.total, retry.status) if limit is not None]
    if not limits or not min(limits):
        return 'no Retry is mounted on this session: mount an HTTPAdapter with max_retries=Retry(...) on "https://".'
    if retry.allowed_methods is not None and "POST" not in (retry.allowed_methods or ()):
        return 'this Retry repeats no POST: set allowed_methods=["POST"].'
    for status in (429, 503):
        if not retry.is_retry("POST", status):
            return f"{status} is not in status_forcelist, so it is retried only where the answer has a Retry-After: put it in."
    for status in (400, 401, 403, 404):
        if retry.is_retry("POST", status):
            return f"{status} is in status_forcelist, and asking again does not mend it."
    if min(limits) != 5:
        return f"it gives up after {min(limits)} retries; the task asks for up to five: total=5."
    if retry.read is None or retry.read:
        return "a server that says nothing would get the prompt again, and it may be paid for: read=False."
    if not retry.respect_retry_after_header:
        return "it does not look at Retry-After: leave respect_retry_after_header as it is."
    if retry.backoff_factor <= 0 or retry.backoff_max < 4 * retry.backoff_factor:
        return "where no answer says how long, it does not wait longer each time: give it a backoff_factor."
    used = getattr(response.raw, "retries", None)
    if used is None or (retry.total is not None and used.total + len(used.history) != retry.total):
        return "this answer did not come through the session: use nightly.post."
    if not field(exchange, "messages"):
        return "the body has no messages: send chat, with json=chat."
    if refused := refusal(exchange):
        return refused
    model, asked = os.environ.get("FOUNDRY_MODEL_NAME"), json.dumps(field(exchange, "messages"))
    if "What is an AI application?" not in asked or (model and field(exchange, "model") not in (None, model)):
        return "that is an answer to another call; the task asks for chat: json=chat."
    return None


@exercise("06.5")
def patience(given):
    """The time-outs of a request: five seconds to connect, 120 of silence."""
    if isinstance(given, Timeout):  # requests takes one of these too
        given = (given.connect_timeout, given.read_timeout)
    if isinstance(given, int | float):
        return f"{given!r} alone counts for both; give two numbers, (to connect, of silence)."
    if not isinstance(given, tuple):
        return f"patience is a {type(given).__name__}, and requests takes a tuple: (to connect, of silence)."
    if given == (120, 5):
        return "the first number is for the connection, the second for the silence."
    if len(given) == 2 and given[1] == 2:
        return "two minutes are 120 seconds."
    return (
        None
        if given == (5, 120)
        else f"patience is {given!r:.60}; the task asks for five seconds, and for two minutes."
    )
