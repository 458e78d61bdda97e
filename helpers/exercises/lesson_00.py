"""Checks of 00_start_here."""

import os

from helpers.connection import Foundry
from helpers.exercises import exercise
from helpers.exercises.requests_sent import field, path, question, refusal, sent


@exercise("00.1")
def where(answer, foundry):
    """``answer`` is "offline" or "live", whichever the banner says."""
    if not isinstance(foundry, Foundry):
        return "the second value is the foundry that connect() returned."
    if not isinstance(answer, str):
        return f'the answer is a word in quotes, "offline" or "live", not {answer!r:.40}.'
    word = answer.strip().lower()
    if word not in ("offline", "live"):
        return f'the answer is "offline" or "live", not "{answer:.40}".'
    if (word == "live") != foundry.live:
        return "look at the first line that connect() printed."
    return None


@exercise("00.2")
def second_question(response):
    """A request with another input than the lesson's, to the Responses route of the project, answered with 200."""
    exchange = sent(response)
    if not (path(exchange).startswith("/api/projects/") and path(exchange).endswith("/openai/v1/responses")):
        return f"the path that was called is {path(exchange)}; keep the URL of the first call."
    if refused := refusal(exchange):
        return refused
    if question(exchange) == "What is an AI application?":
        return "the request still asks the first question: change the value of input."
    if field(exchange, "model") != os.environ.get("FOUNDRY_MODEL_NAME"):
        return "keep the model of the first call: foundry.model."
    return None


@exercise("00.3")
def refused_list(response):
    """GET /deployments of the project without a sign-in, and so answered with 401."""
    exchange = sent(response)
    if exchange.method != "GET":
        return f"the method is {exchange.method}; a list is asked for with requests.get."
    if not path(exchange).endswith("/deployments"):
        return f"the path that was called is {path(exchange)}; the list is at /deployments."
    if {"authorization", "api-key"} & {name.lower() for name in exchange.request_headers}:
        return "this request carries a sign-in: leave headers= out."
    if exchange.status != 401:
        return f"the service answered {exchange.status}; without a sign-in it should be 401. Keep ?api-version=v1 in the URL."
    return None
