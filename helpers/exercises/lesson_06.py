"""Checks of 06_when_requests_fail."""

import re

import requests

from helpers.exercises import exercise
from helpers.exercises.requests_sent import field, path, refusal, sent


@exercise("06.1")
def reasoning_limit(response):
    """A chat completion of gpt-5-mini with max_completion_tokens 1000."""
    exchange = sent(response)
    if field(exchange, "max_tokens") is not None:
        return "the body still has max_tokens; the error message names the parameter to use instead."
    if field(exchange, "max_completion_tokens") != 1000:
        found = field(exchange, "max_completion_tokens")
        return f"max_completion_tokens is {found!r:.40}; the task asks for a limit of 1000."
    in_path = re.search(r"/deployments/([^/]+)/", path(exchange))
    deployment = in_path[1] if in_path else field(exchange, "model")
    if deployment != "gpt-5-mini":
        return f"the deployment is {deployment!r:.60}; keep gpt-5-mini."
    return refusal(exchange)


@exercise("06.2")
def nightly(response, session):
    """A session whose adapter repeats POSTs up to five times on 429 and 503, and an answer that came through it."""
    if not isinstance(session, requests.Session):
        return "the second value is the session, nightly."
    exchange = sent(response)
    retry = session.get_adapter(exchange.url).max_retries
    if not retry.total:
        return 'the session retries nothing yet: mount an HTTPAdapter with max_retries=Retry(...) on "https://".'
    if retry.allowed_methods is not None and "POST" not in (retry.allowed_methods or ()):
        return 'this Retry repeats no POST: set allowed_methods=["POST"].'
    for status in (429, 503):
        if not retry.is_retry("POST", status):
            return f"{status} is not in status_forcelist, so it would not be retried."
    for status in (400, 401):
        if retry.is_retry("POST", status):
            return f"{status} is in status_forcelist, and asking again does not mend it."
    if retry.total != 5 or (retry.status is not None and retry.status < 5):
        found = retry.total if retry.status is None else min(retry.total, retry.status)
        return f"it gives up after {found} retries; the task asks for up to five: total=5."
    if not retry.respect_retry_after_header:
        return "it does not look at Retry-After: leave respect_retry_after_header as it is."
    used = getattr(response.raw, "retries", None)
    if used is None or used.total is None or used.total + len(used.history) != retry.total:
        return "this answer did not come through the session: use nightly.post."
    if not field(exchange, "messages"):
        return "the body has no messages: send chat, with json=chat."
    return refusal(exchange)
