"""Checks of 12_agents_and_tools."""

import json

from helpers.exchange import Exchange
from helpers.exercises import exercise
from helpers.exercises.requests_sent import ROLE, field, items_sent, path, question, refusal, tapped, texts_of


def _items(exchange: Exchange, kind: str) -> list[dict]:
    """The output items of that type."""
    output = (exchange.response_json or {}).get("output") if isinstance(exchange.response_json, dict) else None
    return [item for item in output or () if item.get("type") == kind]


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
    if question(exchange) != "What is a deployment?":
        return f"the question is {question(exchange)!r:.80}; the task asks What is a deployment?"
    answer = exchange.response_json
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
    if not isinstance(exchange.response_json, dict) or "output" not in exchange.response_json:
        return "this exchange holds no answer; store the one that asks the question."
    if not _items(exchange, "file_search_call"):
        return "no file was searched: give the request, or the agent, the tool file_search with your store."
    said = texts_of(exchange.response_json)
    digits = said.replace(",", "").replace(".", "").replace("\u00a0", "").replace(" ", "")
    if "2100" not in digits:
        known = (
            "the old file is still in the store"
            if "1900" in digits
            else "the new file is not in the store, or not indexed yet"
        )
        return f"the answer is {said!r:.120}: {known}. Make a new store with the new file alone."
    if "1900" in digits:
        return (
            "the answer names both prices: the old file is still in the store. Make a new one with the new file alone."
        )
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
    if any(answer.get("approve") is not False for answer in answers):
        return "this approves the call; the task asks to refuse it, with approve False."
    if problem := refusal(exchange):
        return problem
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
        ("a name with an underscore", "send_mail", to("lea_dahl@contoso.com"), True),
        ("the domain in capitals", "send_mail", to("lea@CONTOSO.com"), True),
        ("an address in a list", "send_mail", to(["lea@contoso.com", "desk@example.net"]), False),
        ("no address", "send_mail", '{"text": "Hello"}', False),
        ("an address that is null", "send_mail", '{"to": null, "text": "Hello"}', False),
        ("arguments that are no object", "send_mail", '"lea@contoso.com"', False),
        ("arguments that are a list", "send_mail", '["lea@contoso.com"]', False),
        ("arguments that are no JSON", "send_mail", '{"to": "lea@contoso.com"', False),
        ("arguments that are nested too deeply", "send_mail", "[" * 200_000, False),
        ("a function that nobody described", "delete_mail", to("lea@contoso.com"), False),
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
