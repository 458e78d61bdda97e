"""Checks of 12_agents_and_tools."""

import json
import re

from helpers.exchange import Exchange
from helpers.exercises import exercise
from helpers.exercises.requests_sent import (
    ROLE,
    answer_of,
    field,
    items_sent,
    path,
    question,
    refusal,
    same_words,
    tapped,
    texts_of,
)


def _items(exchange: Exchange, kind: str) -> list[dict]:
    """The output items of that type."""
    return [item for item in answer_of(exchange).get("output") or () if item.get("type") == kind]


def _names(price: int, said: str) -> bool:
    """Whether a text names this price, however its thousands are written."""
    return bool(re.search(rf"(?<![\d.,]){price // 1000}[.,\s]?{price % 1000:03}(?!\d|[.,]\d{{3}})", said))


@exercise("12.1")
def asked_by_version(exchange):
    """A question to an agent of one's own, by a reference that names its version."""
    exchange = tapped(exchange)
    if path(exchange).endswith("/versions"):
        return "this request made the agent; store the one that asks it."
    if "/endpoint/protocols/" in path(exchange):
        return "this asks the agent's own endpoint, which takes no version: name it in agent_reference."
    reference = field(exchange, "agent_reference")
    if not isinstance(reference, dict):
        return "this request names no agent: pass extra_body={'agent_reference': ...}."
    if refused := refusal(exchange):
        return refused
    if reference.get("name") in ("travel-desk", "front-desk"):
        return f"{reference['name']} is an agent of the lesson; make one with a name of your own."
    if not reference.get("version"):
        return "the reference names no version: take it from what create_version returns."
    if not same_words(question(exchange), "What is a deployment?"):
        return f"the input is {question(exchange)!r:.80}; send What is a deployment? as input."
    answer = answer_of(exchange)
    if answer.get("instructions") != ROLE:
        return (
            f"the instructions of this version are {answer.get('instructions')!r:.80}; the task asks for those in role."
        )
    return None


@exercise("12.2")
def from_the_new_rules(exchange):
    """An answer that a file search has found in the new text, and that cites it."""
    exchange = tapped(exchange)
    if refused := refusal(exchange):
        return refused
    if "output" not in answer_of(exchange):
        return "this exchange holds no answer; store the one that asks the question."
    if not _items(exchange, "file_search_call"):
        return "no file was searched: give the request, or the agent, the tool file_search with your store."
    said = texts_of(answer_of(exchange))
    if _names(1900, said):
        both = "both prices" if _names(2100, said) else "the old price"
        return (
            f"the answer still names {both}. Three things to look at: is the text changed, is the new file alone in its store, "
            "and does the request (or this version of the agent) name that store?"
        )
    if not _names(2100, said):
        return f"the answer names no price of 2100: {said[-150:]!r}. Is the new file in the store, and indexed?"
    if not same_words(question(exchange), "How much may a hotel room in Oslo cost?"):
        return f"the input is {question(exchange)!r:.80}; send How much may a hotel room in Oslo cost?"
    notes = [
        note["type"]
        for item in _items(exchange, "message")
        for part in item["content"]
        for note in part.get("annotations") or ()
    ]
    return None if "file_citation" in notes else "the answer cites no file; ask again, and ask for the source."


@exercise("12.3")
def refused(exchange):
    """The request that refuses a call of an MCP server."""
    exchange = tapped(exchange)
    answers = items_sent(exchange, "mcp_approval_response")
    if not answers:
        return "this request holds no mcp_approval_response: store the one that answers the approval request."
    if problem := refusal(exchange):
        return problem
    if any(answer.get("approve") is not False for answer in answers):
        return "this approves the call; the task asks to refuse it, with approve False."
    if _items(exchange, "mcp_call"):
        return (
            "a call was made all the same: answer every approval request, and the tool needs require_approval always."
        )
    return None


@exercise("12.4")
def guard(function):
    """A function that says which calls of the mailbox may run."""
    if not callable(function):
        return f"may_run is {function!r:.40}; give the function itself, without calling it."
    to = lambda address: json.dumps({"to": address, "text": "Hello"})  # noqa: E731
    cases = [
        ("reading the mail", "read_mail", "{}", True),
        ("a mail to a colleague", "send_mail", to("lea.dahl@contoso.com"), True),
        ("a mail to a stranger", "send_mail", to("desk@example.net"), False),
        ("an address that only begins like one of ours", "send_mail", to("lea@contoso.com.example.net"), False),
        ("an address at notcontoso.com", "send_mail", to("lea@notcontoso.com"), False),
        ("two addresses, of which one is ours", "send_mail", to("desk@example.net, lea@contoso.com"), False),
        ("two addresses, without a space", "send_mail", to("desk@example.net;lea@contoso.com"), False),
        (
            "a name in front of the address, which is one more recipient",
            "send_mail",
            to("all-staff, lea@contoso.com"),
            False,
        ),
        ("a line that is smuggled in", "send_mail", to("x\r\nBcc: lea@contoso.com"), False),
        ("a new line behind the address", "send_mail", to("lea@contoso.com\n"), False),
        ("a new line in front of it", "send_mail", to("\r\nlea@contoso.com"), False),
        ("a name with an address in brackets", "send_mail", to("Lea <lea@contoso.com>"), False),
        ("a host at contosoxcom", "send_mail", to("lea@contosoxcom"), False),
        ("another host at contoso.com", "send_mail", to("lea@mail.contoso.com"), False),
        (
            "a second recipient in a field that nobody described",
            "send_mail",
            json.dumps({"to": "lea@contoso.com", "text": "Hello", "bcc": "desk@example.net"}),
            False,
        ),
        ("a name with an underscore", "send_mail", to("lea_dahl@contoso.com"), True),
        ("an address in a list", "send_mail", to(["lea@contoso.com", "desk@example.net"]), False),
        ("no address", "send_mail", '{"text": "Hello"}', False),
        ("an address that is null", "send_mail", '{"to": null, "text": "Hello"}', False),
        ("arguments that are no object", "send_mail", '"lea@contoso.com"', False),
        ("arguments that are a number", "send_mail", "5", False),
        ("arguments that are null", "send_mail", "null", False),
        ("arguments that are a list", "send_mail", '["lea@contoso.com"]', False),
        ("arguments that are no JSON", "send_mail", '{"to": "lea@contoso.com"', False),
        ("arguments that are nested too deeply", "send_mail", "[" * 200_000, False),
        ("a function that nobody described", "delete_mail", to("lea@contoso.com"), False),
        ("one whose name only begins like ours", "read_mail_and_delete", "{}", False),
    ]
    for what, name, arguments, expected in cases:
        try:
            said = function(name, arguments)
        except Exception as error:
            return f"for {what} it raises {type(error).__name__}; it should return {expected}."
        if said is ...:
            return ...
        if said is not expected:
            return f"for {what}, {name}({arguments:.80}), it returns {said!r:.40}, and it should be {expected}."
    return None
