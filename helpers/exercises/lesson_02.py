"""Checks of 02_first_request."""

from urllib.parse import parse_qs, urlsplit

from helpers.exercises import exercise
from helpers.exercises.requests_sent import field, path, question, refusal, same_words, sent


@exercise("02.1")
def another_input(response):
    """The lesson's request with the input "What is an endpoint?"."""
    exchange = sent(response)
    if exchange.method != "POST":
        return f"the method is {exchange.method}; a prompt is sent with POST."
    if refused := refusal(exchange):
        return refused
    asked = question(exchange)
    if not same_words(asked, "What is an endpoint?"):
        return f'the body that was sent has the input {asked!r:.60}; it should be "What is an endpoint?".'
    return None


@exercise("02.2")
def key_on_v1(response):
    """The same prompt on /openai/v1/responses, signed with the API key."""
    exchange = sent(response)
    url = urlsplit(exchange.url)
    if not url.path.endswith("/openai/v1/responses"):
        return f"the path is {url.path}; the current route ends in /openai/v1/responses."
    if "api-version" in parse_qs(url.query, keep_blank_values=True):
        return "the URL still has api-version in it; a path with /v1 takes none."
    if "authorization" in exchange.request_headers:
        return "the request carries an Authorization header; send the key alone, in the header api-key."
    if "api-key" not in exchange.request_headers:
        return "the request has no api-key header: pass the headers by name, as headers={'api-key': ...}."
    if refused := refusal(exchange):
        return refused
    if not same_words(question(exchange), "What is an AI application?"):
        return f"the input that was sent is {question(exchange)!r:.60}, not that of body. If 02.1 has changed body, run the cell that makes it once more."
    return None


@exercise("02.3")
def from_curl(response):
    """The curl command of the model endpoint as Python."""
    exchange = sent(response)
    url = urlsplit(exchange.url)
    if url.path != "/openai/deployments/gpt-4o/chat/completions":
        hint = "the command starts at the resource endpoint, foundry.resource_endpoint"
        return f"the path is {path(exchange)}; {hint}, and goes on with /openai/deployments/gpt-4o/chat/completions."
    if parse_qs(url.query).get("api-version") != ["2024-05-01-preview"]:
        return "the query should be api-version=2024-05-01-preview, as in the command."
    if refused := refusal(exchange):
        return refused
    if field(exchange, "messages") != [{"role": "user", "content": "What is an AI application?"}]:
        return f"the messages that were sent are {field(exchange, 'messages')!r:.120}; compare them with the command."
    if "api-key" not in exchange.request_headers:
        return "the command signs in with the header api-key; yours came in with a token."
    return None
