"""Questions that several checks ask about the request behind a response."""

from typing import Any
from urllib.parse import urlsplit

import requests

from helpers.exchange import Exchange
from helpers.exercises import Unreadable
from helpers.widgets.stream import data_of, events_of

BY_REQUESTS = {"accept", "accept-encoding", "connection", "content-length", "content-type", "user-agent"}

ROLE = "You are the guide of this course. Answer in one sentence."  # the instructions that exercises ask for

ENDS = ("response.completed", "response.incomplete", "response.failed", "error")  # of a stream of Responses


def sent(response: Any) -> Exchange:
    """The exchange behind a ``requests.Response``, or an Exchange as it is. Raises Unreadable for anything else."""
    if isinstance(response, Exchange):
        return response
    if type(response).__name__ == "Response" and not isinstance(response, requests.Response):
        library = type(response).__module__.partition(".")[0]
        raise Unreadable(f"this is a Response of {library}, which the check cannot read: send it with requests.")
    if not isinstance(response, requests.Response) or response.request is None:
        raise Unreadable(f"store what the request returns, the whole response, not a {type(response).__name__}.")
    return Exchange.from_requests(response)


def tapped(value: Any) -> Exchange:
    """The exchange that a wiretap has kept. Raises Unreadable for anything else."""
    if not isinstance(value, Exchange):
        raise Unreadable(f"store one exchange of the wire, wire[-1], not {type(value).__name__}.")
    return value


def path(exchange: Exchange) -> str:
    """The URL's path."""
    return urlsplit(exchange.url).path


def field(exchange: Exchange, name: str) -> Any:
    """A field of the JSON body that was sent, or None."""
    body = exchange.request_json
    return body.get(name) if isinstance(body, dict) else None


def items_sent(exchange: Exchange, kind: str) -> list[dict[str, Any]]:
    """The items of that type in the input of a Responses request."""
    items = field(exchange, "input")
    return (
        [item for item in items if isinstance(item, dict) and item.get("type") == kind]
        if isinstance(items, list)
        else []
    )


def question(exchange: Exchange) -> Any:
    """The input of a response that was asked for, be it text or a list of one message, of text or of one part."""
    asked = field(exchange, "input")
    if isinstance(asked, list) and len(asked) == 1 and isinstance(asked[0], dict):
        asked = asked[0].get("content")
    if isinstance(asked, list) and len(asked) == 1 and isinstance(asked[0], dict):
        asked = asked[0].get("text")
    return asked


def question_of(exchange: Exchange, response: str) -> str | None:
    """What was asked of the response with this id, by a request to the same route and with the same sign-in; None where the service
    does not say."""
    url = f"{exchange.url.partition('?')[0]}/{response}/input_items"
    signed = {
        name: value for name, value in exchange.request_headers.items() if name.lower() in ("authorization", "api-key")
    }
    try:
        items = requests.get(url, headers=signed, timeout=60).json()["data"]
        return "".join(part["text"] for item in items for part in item["content"])
    except (requests.RequestException, KeyError, TypeError, ValueError):
        return None


def same_words(asked: Any, wanted: str) -> bool:
    """Whether a question is the one that the task asks for, in whatever case, and with or without the mark at its end."""
    return isinstance(asked, str) and asked.strip().rstrip(".?!").casefold() == wanted.rstrip(".?!").casefold()


def answer_of(exchange: Exchange) -> dict[str, Any]:
    """The response that an exchange brought, be it the body or what the last event of a stream holds; {} where there is none."""
    if isinstance(exchange.response_json, dict):
        return exchange.response_json
    told = map(data_of, reversed(events_of((exchange.response_body or b"").decode("utf-8", "replace"))))
    return next((data["response"] for data in told if isinstance(data, dict) and "response" in data), {})


def ended(exchange: Exchange) -> bool:
    """Whether a stream of the Responses API was read to its closing event."""
    told = map(data_of, events_of((exchange.response_body or b"").decode("utf-8", "replace")))
    return any(isinstance(data, dict) and data.get("type") in ENDS for data in told)


def texts_of(data: Any) -> str:
    """The text of a Responses body, by type; empty where there is none."""
    output = data.get("output") if isinstance(data, dict) else None
    parts = [part for item in output or () if item.get("type") == "message" for part in item["content"]]
    return "".join(part["text"] for part in parts if part["type"] == "output_text")


def refusal(exchange: Exchange) -> str | None:
    """What the service says when it refuses, or None when it did not."""
    if exchange.status == 200:
        return None
    named = {name.lower() for name in exchange.request_headers}
    if not {"authorization", "api-key"} & named:
        own = sorted(named - BY_REQUESTS)
        seen = f" The headers that you sent: {', '.join(own)}." if own else " Pass the headers by name, as headers=..."
        return f"the request carries no sign-in, so the service answered {exchange.status}.{seen}"
    body = exchange.response_json
    error = body.get("error", body) if isinstance(body, dict) else {}
    message = str(error.get("message", "")) if isinstance(error, dict) else ""
    return f"the service answered {exchange.status} {exchange.reason}: {message}".rstrip(": ") + (
        "" if message else "."
    )
