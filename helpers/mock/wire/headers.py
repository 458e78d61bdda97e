"""The headers of each kind of answer, as the service sends them, and one of our own: ``x-offline-mock``, which says
where the answer comes from. Sources: public recordings of the routes named in each function."""

import math
from collections.abc import Callable

from helpers.mock import catalog
from helpers.mock.wire import ids
from helpers.mock.wire.errors import GATEWAY, MODEL

EVENTS = "text/event-stream; charset=utf-8"
HSTS = "max-age=31536000; includeSubDomains; preload"
Pairs = list[tuple[str, str]]


def _common(mark: str, at: int) -> Pairs:
    return [
        ("date", ids.http_date(at)),
        ("apim-request-id", ids.request_id("apim", mark)),
        ("strict-transport-security", HSTS),
        ("x-content-type-options", "nosniff"),
        ("x-ms-region", catalog.REGION),
    ]


EXPOSED = "Operation-Location,Location,Apim-Request-Id,x-agent-session-id,x-agent-invocation-id"
PROJECT_KNOWN = ",".join(["1.0", *sorted(catalog.PROJECT_RESPONSES_VERSIONS)])
CLUSTER = "offline-mock-01"


def responses(mark: str, at: int, deployment: catalog.Deployment, tokens: int, on_project: bool, stream: bool) -> Pairs:
    """A Responses answer; ``tokens`` is what the call used. A project sends far more (recorded 2026-07-01, streams
    2026-03-31) than the resource (recorded 2026-07)."""
    pairs = [
        *_common(mark, at),
        ("content-type", EVENTS if stream else "application/json"),
        ("skip-error-remapping", "true"),
    ]
    if not on_project:
        return [*pairs, ("azureai-fe-is-streaming", str(stream))]
    if stream:
        pairs.append(("cache-control", "no-cache"))
    return [
        *pairs,
        ("access-control-expose-headers", EXPOSED),
        ("api-supported-versions", PROJECT_KNOWN),
        ("azureai-fe-is-streaming", "True"),  # streamed or not, as recorded
        ("azureml-internal-forward-count", "0" if stream else "1"),
        ("azureml-served-by-cluster", f"{CLUSTER},{CLUSTER}"),
        ("openai-client-partition-id", ORGANIZATION + ids.request_id("apim", mark)),
        ("openai-organization", ORGANIZATION),
        ("openai-processing-ms", "769" if stream else "152"),
        ("openai-project", OPENAI_PROJECT),
        ("openai-version", "2020-10-01"),
        ("request-context", "appId="),
        ("vary", "Accept-Encoding"),
        ("x-ms-aoai-configured-data-retention-days", "30"),
        ("x-ms-is-spilled-over", "false"),
        ("x-ms-response-type", "standard"),
        ("x-ms-served-model", deployment.name),
        ("x-ratelimit-abusepenalty-active", "False"),
        ("x-ratelimit-key", deployment.name),
        *_room(deployment, tokens),
        ("x-ratelimit-reset-requests", "0"),
        ("x-ratelimit-reset-tokens", "0"),
        ("x-request-id", ids.request_id("request", mark)),
    ]


ORGANIZATION = ids.hexadecimal("organization", "")
OPENAI_PROJECT = ids.request_id("project", catalog.PROJECT)
# What tells one call from another among the headers of an answer: how each is made from the call's mark.
OWN: dict[str, Callable[[str], str]] = {
    "apim-request-id": lambda mark: ids.request_id("apim", mark),
    "openai-client-partition-id": lambda mark: ORGANIZATION + ids.request_id("apim", mark),
    "x-request-id": lambda mark: ids.request_id("request", mark),
}


def _room(deployment: catalog.Deployment, tokens: int) -> Pairs:
    """What a deployment gives in a minute, and what is left of it after this call alone: the mock counts only where a quota
    is in force (limits.py)."""
    requests, most = deployment.capacity, deployment.capacity * 1000
    return [
        ("x-ratelimit-limit-requests", str(requests)),
        ("x-ratelimit-limit-tokens", str(most)),
        ("x-ratelimit-remaining-requests", str(max(0, requests - 1))),
        ("x-ratelimit-remaining-tokens", str(max(0, most - tokens))),
        ("x-ratelimit-renewalperiod-requests", "60"),
        ("x-ratelimit-renewalperiod-tokens", "60"),
    ]


def chat(
    mark: str, at: int, deployment: catalog.Deployment, tokens: int, stream: bool, on_project: bool = False
) -> Pairs:
    """A chat completion (recorded 2026-03-31; on a project 2026-03-19). ``tokens`` is what the call used."""
    own = [("azureai-processed-tier", "default"), ("azureai-requested-tier", "default")]
    return [
        *_common(mark, at),
        ("content-type", EVENTS if stream else "application/json"),
        ("x-request-id", ids.request_id("request", mark)),
        ("azureml-model-session", "d20261123000000-0ff11e0c0de0"),
        ("skip-error-remapping", "true"),
        ("x-accel-buffering", "no"),
        *(own if on_project else [("x-ms-deployment-name", deployment.name)]),
        ("x-ms-is-spilled-over", "false"),
        ("x-ms-rai-invoked", "true"),
        ("x-ratelimit-abusepenalty-active", "False"),
        *_room(deployment, tokens),
        ("x-ratelimit-reset-requests", "500"),
        ("x-ratelimit-reset-tokens", "7"),
    ]


def wait(seconds: float) -> Pairs:
    """When to come back: whole seconds for everyone, milliseconds for those who read them."""
    return [
        ("retry-after", str(max(1, math.ceil(seconds)))),
        ("retry-after-ms", str(max(1, math.ceil(seconds * 1000)))),
    ]


def replaced(pairs: Pairs, by: Pairs) -> Pairs:
    """The headers with those of the same names replaced, and new ones added."""
    names = {name for name, _ in by}
    return [*(pair for pair in pairs if pair[0] not in names), *by]


def project(mark: str, at: int) -> Pairs:
    """A list or an object of the project (deployments, recorded 2025-07-31)."""
    return [*_common(mark, at), ("content-type", "application/json")]


def agents(mark: str, at: int) -> Pairs:
    """An answer of the project's own APIs: agents, conversations (recorded 2026-07-01). The request id has no dashes."""
    return [
        *_common(mark, at),
        ("content-type", "application/json; charset=utf-8"),
        ("access-control-expose-headers", EXPOSED),
        ("api-supported-versions", PROJECT_KNOWN),
        ("azureml-served-by-cluster", CLUSTER),
        ("request-context", "appId="),
        ("vary", "Accept-Encoding"),
        ("x-ms-response-type", "standard"),
        ("x-request-id", ids.hexadecimal("request", mark)),
    ]


def stored(mark: str, at: int) -> Pairs:
    """An answer about files and vector stores, which another backend gives (recorded 2026-02 and 2026-03)."""
    return [
        *_common(mark, at),
        ("content-type", "application/json"),
        ("openai-organization", ORGANIZATION),
        ("openai-processing-ms", "152"),
        ("openai-version", "2020-10-01"),
        ("x-ms-middleware-request-id", ids.request_id("middleware", mark)),
        ("x-request-id", ids.request_id("request", mark)),
    ]


def connections() -> Pairs:
    """What the connections routes add (recorded 2025-09-10)."""
    return [
        ("content-type", "application/json; charset=utf-8"),
        ("azureml-served-by-cluster", CLUSTER),
        ("request-context", "appId="),
        ("x-ms-response-type", "standard"),
        ("x-request-time", "0.063"),
    ]


def dated(versions: set[str]) -> Pairs:
    """The versions a path is known by, as files and Responses of a project tell."""
    return [("api-supported-versions", ",".join(sorted(versions)))]


def failure(mark: str, at: int, layer: str, content_type: str, more: Pairs = ()) -> Pairs:
    """A failure. The gateway sends few headers; the layers behind it say the region too. ``more`` are the error's own."""
    typed = [("content-type", content_type)] if content_type else []
    if layer == GATEWAY:
        return [("date", ids.http_date(at)), ("apim-request-id", ids.request_id("apim", mark)), *typed, *more]
    # the model's own errors have a request id; those without a Content-Type come from in front of it (recorded 2026-03)
    own = [("x-request-id", ids.request_id("request", mark))] if layer == MODEL and content_type else []
    return replaced([*_common(mark, at), *typed, *own], list(more))


def project_failure(mark: str, at: int, of_body: bool) -> Pairs:
    """A failure of the project's own APIs (recorded 2026-03-09). One of the request's body has neither the versions nor the
    request id (recorded 2026-03-31)."""
    left_out = ("api-supported-versions", "x-request-id") if of_body else ()
    return [pair for pair in agents(mark, at) if pair[0] not in left_out]


def identity() -> Pairs:
    """A token answer (RFC 6749 section 5.1)."""
    return [("content-type", "application/json; charset=utf-8"), ("cache-control", "no-store"), ("pragma", "no-cache")]
