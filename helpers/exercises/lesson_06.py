"""Checks of 06_when_requests_fail."""

import requests

from helpers.exercises import exercise
from helpers.exercises.requests_sent import field, refusal, sent


@exercise("06.1")
def reasoning_limit(response):
    """A chat completion of gpt-5-mini with max_completion_tokens 100."""
    exchange = sent(response)
    if field(exchange, "max_tokens") is not None:
        return "the body still has max_tokens; the error message names the parameter to use instead."
    if field(exchange, "max_completion_tokens") != 100:
        found = field(exchange, "max_completion_tokens")
        return f"max_completion_tokens is {found!r:.40}; the task asks for a limit of 100."
    if field(exchange, "model") != "gpt-5-mini":
        return f"the deployment is {field(exchange, 'model')!r:.60}; keep gpt-5-mini."
    return refusal(exchange)


@exercise("06.2")
def nightly(response, session):
    """A session whose adapter repeats POSTs up to five times on 429 and 503, and an answer that came through it."""
    if not isinstance(session, requests.Session):
        return "the second value is the session, nightly."
    retry = session.get_adapter("https://example").max_retries
    if not retry.total:
        return 'the session retries nothing yet: mount an HTTPAdapter with max_retries=Retry(...) on "https://".'
    if retry.allowed_methods is not None and "POST" not in (retry.allowed_methods or ()):
        return 'this Retry repeats no POST: set allowed_methods=["POST"].'
    missing = [status for status in (429, 503) if status not in (retry.status_forcelist or ())]
    if missing:
        return f"{missing[0]} is not in status_forcelist, so it would not be retried."
    if not 3 <= retry.total <= 5:
        return f"it gives up after {retry.total} retries; the task asks for up to five, and at least three are needed."
    exchange = sent(response)
    if getattr(response.raw, "retries", None) is None or response.raw.retries.total > retry.total:
        return "this answer did not come through the session: use nightly.post."
    return refusal(exchange)
