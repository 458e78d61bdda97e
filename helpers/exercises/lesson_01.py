"""Checks of 01_what_is_an_endpoint."""

import os
from urllib.parse import parse_qs, urlsplit

from helpers.endpoints import take_apart
from helpers.exercises import exercise
from helpers.exercises.requests_sent import path, refusal, sent


@exercise("01.1")
def parts(named):
    """``named`` holds the resource and the deployment of the URL in the task."""
    if not isinstance(named, dict):
        return f"keep the dictionary with the two names in it, not {named!r:.40}."
    for name in ("resource", "deployment"):
        if name not in named:
            return f"there is no {name!r} in the dictionary: keep its two names as they were, in small letters."
    if named.get("resource") == "support-bot" and named.get("deployment") == "contoso-ai":
        return "the two are swapped: the resource is in the host, the deployment in the path."
    if named.get("resource") != "contoso-ai":
        return (
            f"the resource is not {named.get('resource')!r:.60}: it is the first word of the host, without the domain."
        )
    if named.get("deployment") != "support-bot":
        return f"the deployment is not {named.get('deployment')!r:.60}: it is the step of the path behind deployments."
    return None


@exercise("01.2")
def mended(url):
    """The Responses URL of the project sales in contoso-ai, without anything wrong with it."""
    if not isinstance(url, str):
        again = "; .geturl() makes it one again" if hasattr(url, "geturl") else ""
        return f"the answer is a URL in quotes, not {type(url).__name__}{again}."
    if url != url.strip():
        return "there is a space or a new line at one of its ends, which would be sent with it: take it away."
    if "#" in url:
        return "there is a # in it; nothing behind that sign is sent, so take it away."
    endpoint = take_apart(url)
    if not endpoint.host:
        return f"still wrong: {endpoint.problems[0]}"
    if url.endswith("?"):
        return "the question mark is still there, with nothing behind it: take it away as well."
    if "?" in url and "api-version" not in url:
        return "there is still something behind the question mark: take the query away."
    if url.endswith("/"):
        return "there is a slash at the end, and the path that you were given has none: take it away."
    if endpoint.path != "/api/projects/sales/openai/v1/responses":
        return f"leave the path as it is, /api/projects/sales/openai/v1/responses; yours is {endpoint.path or 'empty':.80}."
    if endpoint.problems:
        return f"still wrong: {endpoint.problems[0]}"
    if "@" in urlsplit(url).netloc or urlsplit(url).port not in (None, 443):
        return f"keep the host as it is, without a name or a port: yours is {urlsplit(url).netloc!r:.80}."
    if endpoint.resource != "contoso-ai":
        return f"keep the resource: it should be 'contoso-ai', and yours is {endpoint.resource!r:.60}."
    return None


@exercise("01.3")
def connections(response):
    """GET /connections of the project, signed with a token."""
    exchange = sent(response)
    if exchange.method != "GET":
        return f"the method is {exchange.method}; to be shown something, use requests.get."
    if not path(exchange).endswith("/connections"):
        return f"the path that was called is {path(exchange)}; it should end in /connections."
    if not path(exchange).startswith("/api/projects/"):
        return f"the path that was called is {path(exchange)}; connections belong to a project: begin with foundry.project_endpoint."
    wanted = urlsplit(os.environ.get("FOUNDRY_PROJECT_ENDPOINT", "")).path.rstrip("/") + "/connections"
    if exchange.status in (400, 404) and path(exchange) != wanted:
        return f"the path that was called is {path(exchange)}; it should be {wanted}, the project endpoint's with /connections behind it."
    version = parse_qs(urlsplit(exchange.url).query).get("api-version")
    if exchange.status in (400, 404) and version != ["v1"]:
        return f"the path is right, and the api-version is {'not' if version else 'missing'}: this route takes api-version=v1."
    return refusal(exchange)
