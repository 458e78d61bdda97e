"""Checks of 00_start_here."""

import os

from helpers.connection import Foundry
from helpers.exercises import exercise
from helpers.exercises.requests_sent import field, path, refusal, sent


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
    if not path(exchange).endswith("/openai/v1/responses"):
        return f"the path that was called is {path(exchange)}; keep the URL of the first call."
    asked = field(exchange, "input")
    if asked in (None, "What is an AI application?"):
        return "the request still asks the first question: change the value of input."
    if refused := refusal(exchange):
        return refused
    if field(exchange, "model") != os.environ.get("FOUNDRY_MODEL_NAME"):
        return "keep the model of the first call: foundry.model."
    return None
