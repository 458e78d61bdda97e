"""Checks of 05_project_and_model_endpoints."""

from urllib.parse import parse_qs, urlsplit

from helpers.endpoints import SHAPES, take_apart
from helpers.exercises import exercise
from helpers.exercises.requests_sent import field, path, refusal, sent

PATHS = (
    "/api/projects/p/openai/v1/responses",
    "/api/projects/p/deployments",
    "/openai/v1/embeddings",
    "/openai/deployments/gpt-4o/chat/completions",
)


@exercise("05.1")
def rules(answer):
    """ "required" or "refused" for each path."""
    if not isinstance(answer, dict):
        return f"keep the dictionary with the four paths in it, not {answer!r:.40}."
    if len(answer) != 4:
        return f"keep the four paths; there are {len(answer)} now."
    for one, word in answer.items():
        if one not in PATHS:
            return f"{one!r:.60} is none of the paths of the task: keep them as they were."
        kind = take_apart(f"https://resource.services.ai.azure.com{one}").kind
        word = word.strip().lower() if isinstance(word, str) else word
        if word not in ("required", "refused"):
            return f'{one}: the answer is "required" or "refused", not {word!r:.40}.'
        if word != ("required" if SHAPES[kind].version else "refused"):
            rule = (
                "a path with /openai/v1 in it refuses a date"
                if "/openai/v1" in one
                else "a path without /openai/v1 requires one"
            )
            return f"{one}: {rule}."
    return None


@exercise("05.2")
def by_name(response):
    """A chat completion at the model endpoint of course-chat."""
    exchange = sent(response)
    url = urlsplit(exchange.url)
    if "/openai/deployments/" not in url.path:
        return f"the path is {url.path}; a model endpoint has /openai/deployments/ and the deployment's name in it."
    if url.path.startswith("/api/projects/"):
        return "a model endpoint starts at the resource endpoint, not at the project's."
    if not url.path.startswith("/openai/deployments/"):
        return f"the path is {url.path}; it should begin with /openai/deployments/, and here one route is too many."
    if url.path.endswith("/"):
        return f"the path is {url.path}; leave out the slash at its end."
    if "/deployments/course-chat" not in url.path:
        return f"the path is {url.path}; it should name the deployment course-chat."
    if not url.path.endswith("/course-chat/chat/completions"):
        return f"the path is {url.path}; behind the deployment comes the operation, /chat/completions."
    version = parse_qs(url.query).get("api-version", [""])[0]
    if not version:
        return "the URL has no api-version, and this path requires one: 2024-10-21."
    if exchange.method != "POST":
        return f"the method is {exchange.method}; a prompt is sent with requests.post."
    if not field(exchange, "messages"):
        return "the body has no messages: send chat, with json=chat."
    if exchange.status == 404 and version != "2024-10-21" and b"Resource not found" in exchange.response_body:
        return f"the path is right, and {version!r:.40} is no api-version of this door: it takes 2024-10-21."
    return refusal(exchange)


@exercise("05.3")
def embedded(response):
    """An embedding of the text "endpoint", from the resource."""
    exchange = sent(response)
    if not path(exchange).endswith("/embeddings"):
        return f"the path that was called is {path(exchange)}; embeddings have a route of their own, /openai/v1/embeddings."
    if path(exchange).startswith("/api/projects/"):
        return "the project endpoint does not route embeddings: start at the resource endpoint."
    if exchange.method != "POST":
        return f"the method is {exchange.method}; a text is sent with requests.post."
    if exchange.status == 404 and b"Resource not found" in exchange.response_body:
        return f"no route is found at {path(exchange)}: send to /openai/v1/embeddings of the resource, which needs no api-version."
    if refused := refusal(exchange):
        return refused
    asked = field(exchange, "input")
    return (
        None
        if asked in ("endpoint", ["endpoint"])
        else f'the input that was sent is {asked!r:.60}; it should be "endpoint".'
    )
