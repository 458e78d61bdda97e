"""Checks of 05_project_and_model_endpoints."""

from urllib.parse import parse_qs, urlsplit

from helpers.endpoints import SHAPES, take_apart
from helpers.exercises import exercise
from helpers.exercises.requests_sent import field, path, refusal, sent


@exercise("05.1")
def rules(answer):
    """ "required" or "refused" for each path."""
    if not isinstance(answer, dict):
        return f"keep the dictionary with the four paths in it, not {answer!r:.40}."
    if len(answer) != 4:
        return f"keep the four paths; there are {len(answer)} now."
    for one, word in answer.items():
        kind = take_apart(f"https://resource.services.ai.azure.com{one}").kind
        if kind not in SHAPES:
            return f"{one!r:.60} is none of the paths of the task: keep them as they were."
        if word not in ("required", "refused"):
            return f'{one}: the answer is "required" or "refused", not {word!r:.40}.'
        if word != ("required" if SHAPES[kind].version else "refused"):
            return f"{one}: try it, once without and once with an api-version."
    return None


@exercise("05.2")
def by_name(response):
    """A chat completion at the model endpoint of course-chat."""
    exchange = sent(response)
    url = urlsplit(exchange.url)
    if "/openai/deployments/" not in url.path:
        return f"the path is {url.path}; a model endpoint has /openai/deployments/ and the deployment's name in it."
    if "/deployments/course-chat/" not in url.path:
        return f"the path is {url.path}; it should name the deployment course-chat."
    if not parse_qs(url.query).get("api-version"):
        return "the URL has no api-version, and a dated path requires one: 2024-10-21."
    return refusal(exchange)


@exercise("05.3")
def embedded(response):
    """An embedding of the text "endpoint", from the resource."""
    exchange = sent(response)
    if not path(exchange).endswith("/embeddings"):
        return f"the path that was called is {path(exchange)}; embeddings have a route of their own, /openai/v1/embeddings."
    if path(exchange).startswith("/api/projects/"):
        return "the project endpoint does not route embeddings: start at the resource endpoint."
    if refused := refusal(exchange):
        return refused
    asked = field(exchange, "input")
    return (
        None
        if asked in ("endpoint", ["endpoint"])
        else f'the input that was sent is {asked!r:.60}; it should be "endpoint".'
    )
