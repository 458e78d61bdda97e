"""Endpoint URLs of Microsoft Foundry: what the parts of one mean, what is wrong with it, and how one is built.

Sources: Microsoft's pages on api-version lifecycle and on Foundry endpoints, the published OpenAPI documents, the code of
azure-ai-projects 2.10.0 and openai 3.54.0, and the issue reports that quote the service's refusals.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit

from helpers.auth import PROJECT_SCOPE, RESOURCE_SCOPE

# One resource answers under three host names (the ``properties.endpoints`` of a resource in Azure Resource Manager).
FOUNDRY_HOST = "services.ai.azure.com"
HOSTS = {
    FOUNDRY_HOST: "the Foundry host name: projects, and every model",
    "openai.azure.com": "the Azure OpenAI host name: OpenAI models",
    "cognitiveservices.azure.com": "the Azure AI services host name: OpenAI models, speech, vision, language",
}
# Dated paths on the resource. Any GA or preview version that the path knows will do; this is the newest GA one.
CHAT_VERSION = "2024-10-21"

PROJECT = "/api/projects/{project}"


@dataclass(frozen=True)
class Shape:
    """One shape an endpoint URL can have.

    ``path`` is an example with {project} and {deployment} left open, ``pattern`` matches every path of this shape.
    ``version`` is an api-version that it takes; "" where it must have none. ``key`` tells whether an API key opens it; a
    token for ``scope`` always does.
    """

    name: str
    path: str
    pattern: str
    version: str
    key: bool
    scope: str
    note: str


SHAPES = {
    shape.name: shape
    for shape in (
        Shape("project endpoint", PROJECT, r"/api/projects/[^/]+", "", False, PROJECT_SCOPE,
              "a base URL: clients add a route to it"),
        Shape("project, OpenAI route", PROJECT + "/openai/v1/responses", r"/api/projects/[^/]+/openai/v1/\w.*", "", True, PROJECT_SCOPE,
              "for prompts inside a project, as the SDK of lesson 09 sends them"),
        Shape("project, dated OpenAI route", PROJECT + "/openai/responses", r"/api/projects/[^/]+/openai/(?:responses|conversations|files|fine_tuning|evals)\b.*",
              "2025-11-15-preview", True, PROJECT_SCOPE, "the preview form of November 2025"),
        Shape("project, management route", PROJECT + "/deployments", r"/api/projects/[^/]+/(?!openai\b)\w.*", "v1", False, PROJECT_SCOPE,
              "deployments, connections, agents: with a token only"),
        Shape("resource endpoint", "", r"/?", "", True, PROJECT_SCOPE, "a base URL: clients add a route to it"),
        Shape("resource, v1 responses", "/openai/v1/responses", r"/openai/v1/responses\b.*", "", True, PROJECT_SCOPE,
              "the current route of a resource"),
        Shape("resource, v1 chat completions", "/openai/v1/chat/completions", r"/openai/v1/chat/completions\b.*", "", True, PROJECT_SCOPE,
              "the older body, with messages, on the current route"),
        Shape("resource, v1 embeddings", "/openai/v1/embeddings", r"/openai/v1/embeddings", "", True, PROJECT_SCOPE,
              "text to vectors; the project endpoint does not route these"),
        Shape("resource, v1 route", "/openai/v1/models", r"/openai/v1/(?!openai\b)\w.*", "", True, PROJECT_SCOPE,
              "the other operations of the current route"),
        Shape("model endpoint", "/openai/deployments/{deployment}/chat/completions", r"/openai/deployments/[^/]+/\w.*",
              CHAT_VERSION, True, RESOURCE_SCOPE, "the deployment is named in the path"),
        Shape("resource, dated responses", "/openai/responses", r"/openai/(?:responses|conversations|files|models|fine_tuning)\b.*",
              "2025-04-01-preview", True, RESOURCE_SCOPE, "the preview form of early 2025"),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Endpoint:
    """A URL taken apart. A part that is not there is ""; ``kind`` is the name of its Shape, or "" when it has none;
    ``problems`` are sentences, each with what to do."""

    url: str
    scheme: str = ""
    host: str = ""
    resource: str = ""
    path: str = ""
    project: str = ""
    deployment: str = ""
    operation: str = ""
    api_version: str = ""
    kind: str = ""
    problems: tuple[str, ...] = ()

    def parts(self) -> list[tuple[str, str, str]]:
        """(name of the part, its text, what it means), for the parts that are there."""
        domain = self.host.partition(".")[2]
        rows = [
            ("scheme", self.scheme, "how to travel: HTTP inside an encrypted TLS connection"),
            ("host", self.host, HOSTS.get(domain, "the machine that answers")),
            ("resource", self.resource, "the Foundry resource: first word of the host name"),
            ("path", self.path, "which thing on that machine"),
            ("project", self.project, "the project inside the resource"),
            ("deployment", self.deployment, "the deployment, a name you chose for a model"),
            ("operation", self.operation, "what to do there"),
            ("api-version", self.api_version, "which version of the API to speak"),
        ]
        if self.scheme == "http":
            rows[0] = ("scheme", "http", "how to travel: HTTP in the open, readable on the way")
        return [row for row in rows if row[1]]


def take_apart(url: str) -> Endpoint:
    """The parts of an endpoint URL and what is wrong with it. Never raises: a text that is no URL has problems."""
    text = url.strip()
    if not text:
        return Endpoint(text, problems=("There is nothing here yet: paste a URL.",))
    problems = []
    if text.strip("\"'`") != text:
        text = text.strip("\"'`")
        problems.append("It has quotes around it: take them away.")
    if re.search(r"\s", text):
        problems.append("It has a space in it: a URL has none.")
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        return Endpoint(text, problems=(*problems, f"It cannot be read as a URL: {error}."))
    if parts.scheme not in ("http", "https") or not host:
        return Endpoint(text, problems=(*problems, "It does not start with https:// and a host name: add them."))
    if parts.scheme == "http":
        problems.append("It starts with http://: keys and tokens may travel over https:// only.")
    path = parts.path.rstrip("/") or "/"
    query = parse_qs(parts.query, keep_blank_values=True)
    version = query.get("api-version", [""])[0]
    resource, domain = host.partition(".")[::2]
    project = _name(r"/api/projects/([^/]+)", path)
    kind = _kind(path)
    problems += [
        _host_problem(host, resource, domain, project),
        _path_problem(path, kind),
        _version_problem(path, kind, "api-version" in query, version),
    ]
    if re.search(r"[<>{}]|\byour[-_]|YOUR", text):
        problems.append("It still holds a placeholder: put your own names in.")
    return Endpoint(
        url=text,
        scheme=parts.scheme,
        host=host + port,
        resource=resource if domain in HOSTS else "",
        path="" if path == "/" else path,
        project=project,
        deployment=_name(r"/openai/deployments/([^/]+)", path),
        operation=_operation(path),
        api_version=version,
        kind=kind,
        problems=tuple(filter(None, problems)),
    )


def build(kind: str, resource: str, project: str = "", deployment: str = "", host: str = FOUNDRY_HOST) -> str:
    """The URL of that kind, one of SHAPES. Raises ValueError that names the part that is missing or cannot be right."""
    if kind not in SHAPES:
        raise ValueError(f"there is no kind {kind!r}: choose one of {', '.join(SHAPES)}")
    shape = SHAPES[kind]
    given = {"resource": resource, "project": project, "deployment": deployment}
    for name, value in given.items():
        needed = name == "resource" or f"{{{name}}}" in shape.path
        if needed and not value.strip():
            raise ValueError(f"a URL of this kind needs the name of the {name}")
        allowed = r"[A-Za-z0-9][A-Za-z0-9-]*" if name == "resource" else r"[A-Za-z0-9][\w.-]*"
        if needed and not re.fullmatch(allowed, value.strip(), re.ASCII):
            raise ValueError(f"{value.strip()!r} cannot be the name of a {name}")
    if "{project}" in shape.path and host != FOUNDRY_HOST:
        raise ValueError("a project lives under the host name that ends in services.ai.azure.com")
    path = shape.path.format(project=quote(project.strip()), deployment=quote(deployment.strip()))
    query = f"?api-version={shape.version}" if shape.version else ""
    return f"https://{resource.strip()}.{host}{path}{query}"


def _name(pattern: str, path: str) -> str:
    found = re.match(pattern, path)
    return found[1] if found else ""


def _operation(path: str) -> str:
    rest = re.sub(r"^/api/projects/[^/]+", "", path)
    rest = re.sub(r"^/openai(/v1)?(/deployments/[^/]+)?", "", rest)
    return rest.strip("/")


def _kind(path: str) -> str:
    return next((shape.name for shape in SHAPES.values() if re.fullmatch(shape.pattern, path)), "")


def _host_problem(host: str, resource: str, domain: str, project: str) -> str:
    if host == "ai.azure.com":
        return "It is the address of the portal, a page for people: copy the endpoint that the page shows."
    if host.endswith(".api.cognitive.microsoft.com"):
        return "It is a regional endpoint, which takes no token: use the host name that begins with your resource."
    if (domain not in HOSTS or not resource) and not re.fullmatch(r"localhost|[\d.:]+", host):
        expected = ", ".join(f"*.{domain}" for domain in HOSTS)
        return f"No Foundry resource has such a host name: expected one of {expected}."
    if project and domain in HOSTS and domain != FOUNDRY_HOST:
        return f"A project lives under another host name: use {resource}.{FOUNDRY_HOST}."
    return ""


def _path_problem(path: str, kind: str) -> str:
    route = re.sub(r"/(projects|deployments)/[^/]+", "", path)  # names are free: one may be called openai
    twice = [step for step in ("/openai", "/v1", "/api") if route.count(step) > 1]
    if twice:
        return f"{''.join(twice)} is in it twice: take one away."
    if path.startswith("/models"):
        return "The /models route belonged to an SDK that was retired on 2026-08-26: use /openai/v1/."
    if path.startswith(("/chat", "/responses", "/v1")):
        return "The route is missing: put /openai/v1 before the operation."
    if re.fullmatch(r"/api/projects/[^/]+/openai/v1/embeddings", path):
        return "The project endpoint does not route embeddings: use /openai/v1/embeddings of the resource."
    if path == "/api/projects":
        return "It names no project: go on with the name of yours."
    if re.fullmatch(r"/openai(/v1)?|/api/projects/[^/]+/openai(/v1)?", path):
        return ""  # the base URL that an SDK is given
    if kind:
        return ""
    return "No route of a Foundry resource starts like this: it would be /api/projects/<project>, /openai/v1 or /openai/deployments/<deployment>/<operation>."


def _version_problem(path: str, kind: str, present: bool, version: str) -> str:
    shape = SHAPES.get(kind)
    if "/v1" in re.sub(r"/(projects|deployments)/[^/]+", "", path) and present:
        return "A path with /v1 takes no api-version: take the query away."
    if shape and shape.version and not version:
        return f"This path needs an api-version: add ?api-version={shape.version}."
    if shape and shape.version == "v1" and version != "v1" and not re.search(r"/(?:assistants|threads)\b", path):
        return f"This path takes api-version=v1, not {version}."
    if shape and shape.version.startswith("20") and not re.fullmatch(r"20\d\d-\d\d-\d\d(?:-preview)?", version):
        return f"This path takes a date as its api-version, such as {shape.version}, not {version}."
    return ""
