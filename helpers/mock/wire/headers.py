"""The headers of each kind of answer, as the service sends them, and one of our own: ``x-offline-mock``, which says
where the answer comes from. Sources: public recordings of the routes named in each function."""

import math

from helpers.mock import catalog
from helpers.mock.wire import ids
from helpers.mock.wire.errors import GATEWAY, MODEL

EVENTS = "text/event-stream; charset=utf-8"
HSTS = "max-age=31536000; includeSubDomains; preload"
Pairs = list[tuple[str, str]]


def _common(seed: str, at: int) -> Pairs:
    return [
        ("date", ids.http_date(at)),
        ("apim-request-id", ids.request_id("apim", seed)),
        ("strict-transport-security", HSTS),
        ("x-content-type-options", "nosniff"),
        ("x-ms-region", catalog.REGION),
    ]


def responses(seed: str, at: int, on_project: bool, stream: bool) -> Pairs:
    """A Responses answer. On the project endpoint there are more (recorded 2025-11-15, streams 2026-02-03)."""
    pairs = [*_common(seed, at), ("content-type", EVENTS if stream else "application/json")]
    if not on_project:
        return [*pairs, ("skip-error-remapping", "true"), ("azureai-fe-is-streaming", str(stream))]
    if stream:
        return [
            *pairs,
            ("x-request-id", ids.request_id("request", seed)),
            *dated(catalog.PROJECT_RESPONSES_VERSIONS),
            ("azureml-internal-forward-count", "0"),
            ("azureml-served-by-cluster", "offline-mock-01,offline-mock-01"),
            ("cache-control", "no-cache"),
            ("openai-organization", ids.hex_id("", "organization", 32)),
            ("openai-processing-ms", "152"),
            ("openai-project", ids.request_id("project", catalog.PROJECT)),
            ("openai-version", "2020-10-01"),
            ("request-context", "appId="),
            ("x-ms-response-type", "standard"),
        ]
    pairs.append(("skip-error-remapping", "true"))
    return [
        *pairs,
        ("x-request-id", ids.request_id("request", seed)),
        *dated(catalog.PROJECT_RESPONSES_VERSIONS),
        ("azureai-processed-tier", "default"),
        ("azureai-requested-tier", "default"),
        ("azureml-served-by-cluster", "offline-mock-01"),
        ("request-context", "appId="),
        ("x-ms-response-type", "standard"),
        ("x-ratelimit-limit-tokens", "-1"),
        ("x-ratelimit-remaining-tokens", "-1"),
        ("x-ratelimit-reset-tokens", "0"),
    ]


def chat(seed: str, at: int, deployment: catalog.Deployment, tokens: int, stream: bool) -> Pairs:
    """A chat completion (recorded 2026-03-31). ``tokens`` is what the call used."""
    return [
        *_common(seed, at),
        ("content-type", EVENTS if stream else "application/json"),
        ("x-request-id", ids.request_id("request", seed)),
        ("azureml-model-session", "d20261123000000-0ff11e0c0de0"),
        ("skip-error-remapping", "true"),
        ("x-accel-buffering", "no"),
        ("x-ms-deployment-name", deployment.name),
        ("x-ms-is-spilled-over", "false"),
        ("x-ms-rai-invoked", "true"),
        ("x-ratelimit-abusepenalty-active", "False"),
        ("x-ratelimit-limit-requests", str(deployment.capacity)),
        ("x-ratelimit-limit-tokens", str(deployment.capacity * 1000)),
        ("x-ratelimit-remaining-requests", str(deployment.capacity - 1)),
        ("x-ratelimit-remaining-tokens", str(max(0, deployment.capacity * 1000 - tokens))),
        ("x-ratelimit-renewalperiod-requests", "60"),
        ("x-ratelimit-renewalperiod-tokens", "60"),
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


def project(seed: str, at: int) -> Pairs:
    """A list or an object of the project (deployments, recorded 2025-07-31)."""
    return [*_common(seed, at), ("content-type", "application/json")]


def connections() -> Pairs:
    """What the connections routes add (recorded 2025-09-10)."""
    return [
        ("content-type", "application/json; charset=utf-8"),
        ("azureml-served-by-cluster", "offline-mock-01"),
        ("request-context", "appId="),
        ("x-ms-response-type", "standard"),
        ("x-request-time", "0.063"),
    ]


def dated(versions: set[str]) -> Pairs:
    """The versions a path is known by, as files and Responses of a project tell."""
    return [("api-supported-versions", ",".join(sorted(versions)))]


def failure(seed: str, at: int, layer: str, content_type: str, more: Pairs = ()) -> Pairs:
    """A failure. The gateway sends few headers; the layers behind it say the region too. ``more`` are the error's own."""
    typed = [("content-type", content_type)] if content_type else []
    if layer == GATEWAY:
        return [("date", ids.http_date(at)), ("apim-request-id", ids.request_id("apim", seed)), *typed, *more]
    # the model's own errors have a request id; those without a Content-Type come from in front of it (recorded 2026-03)
    own = [("x-request-id", ids.request_id("request", seed))] if layer == MODEL and content_type else []
    return replaced([*_common(seed, at), *typed, *own], list(more))


def identity() -> Pairs:
    """A token answer (RFC 6749 section 5.1)."""
    return [("content-type", "application/json; charset=utf-8"), ("cache-control", "no-store"), ("pragma", "no-cache")]
