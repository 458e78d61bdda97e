"""Checks of 08_from_rest_to_sdk."""

import json
import os

from helpers.exercises import exercise
from helpers.exercises.requests_sent import ended, field, path, question, refusal, same_words, tapped
from helpers.widgets.stream import delta_of, events_of

EARLIER = "the path is {}: so writes AzureOpenAI, as in an earlier cell. Make your call with OpenAI, inside a with wiretap() block of its own."


@exercise("08.1")
def chat_by_sdk(exchange):
    """A chat completion that the openai package sent to the resource's v1 route, with the key."""
    exchange = tapped(exchange)
    if "openai" not in exchange.request_headers.get("user-agent", "").lower():
        return "this request was not sent by the openai package: call the client inside the with block."
    if path(exchange).startswith("/openai/deployments/"):
        return EARLIER.format(path(exchange))
    if path(exchange) != "/openai/v1/chat/completions":
        return f"the path is {path(exchange)}; it should be /openai/v1/chat/completions, on the resource endpoint."
    if exchange.request_headers.get("authorization", "").count(".") == 2:
        return "the request carries a token; the task asks for the API key: api_key=foundry.api_key."
    if refused := refusal(exchange):
        return refused
    if not field(exchange, "messages"):
        return "the body has no messages."
    model = os.environ.get("FOUNDRY_MODEL_NAME")
    if model and field(exchange, "model") != model:
        return f"the model is {field(exchange, 'model')!r:.60}; the task asks foundry.model."
    asks = "What is an AI application?" in json.dumps(field(exchange, "messages"))
    return None if asks else "the messages are not those of hello: pass messages=hello."


@exercise("08.2")
def caught_error(error):
    """The openai.NotFoundError of a call to the deployment gpt-99."""
    import openai

    if isinstance(error, type) and issubclass(error, Exception):
        return "that is the class; store the exception that was raised, from except ... as error."
    if isinstance(error, Exception) and not isinstance(error, openai.APIStatusError):
        return f"that is {type(error).__name__}; asking gpt-99 through the openai client gives another exception."
    if not isinstance(error, openai.APIStatusError):
        return f"store the exception, not {error!r:.60}."
    if not isinstance(error, openai.NotFoundError):
        return f"that is {type(error).__name__} ({error.status_code}); asking gpt-99 gives another one."
    if error.code != "DeploymentNotFound":
        return f"its code is {error.code!r}: this 404 is not about a deployment."
    asked = _model_of(error)
    return None if asked in (None, "gpt-99") else f"that call asked {asked!r:.40}; the task asks gpt-99."


def _model_of(error) -> str | None:
    """The model that a failed call named; None where that cannot be seen."""
    try:
        return json.loads(error.request.content).get("model")
    except Exception:
        return None


@exercise("08.3")
def streamed_by_sdk(exchange, text):
    """A streamed request that the openai package sent, and the text of its deltas."""
    exchange = tapped(exchange)
    if "openai" not in exchange.request_headers.get("user-agent", "").lower():
        return "this request was not sent by the openai package: call the client inside the with block."
    if refused := refusal(exchange):
        return refused
    if path(exchange).startswith("/openai/deployments/"):
        return EARLIER.format(path(exchange))
    if path(exchange).endswith("/chat/completions"):
        return "this is a chat completion; the task asks for a response: client.responses."
    if field(exchange, "stream") is not True:
        return "this call was not streamed: pass stream=True, or use client.responses.stream."
    if not same_words(question(exchange), "Explain streaming in three sentences."):
        return f"the input that was sent is {question(exchange)!r:.60}; the task asks another question."
    if field(exchange, "max_output_tokens") is not None:
        return "the request has max_output_tokens, which cuts the answer: leave it out."
    if not ended(exchange):
        return "the stream had not come to its end when you stored the exchange: read on until its closing event, then store wire[-1]."
    if not isinstance(text, str):
        return f"text is a {type(text).__name__}; join the deltas: ''.join(...)."
    body = exchange.response_body.decode("utf-8", "replace")
    if text != "".join(delta_of(event) for event in events_of(body)):
        return "text is not what this stream said: join its deltas, without anything between them."
    return None
