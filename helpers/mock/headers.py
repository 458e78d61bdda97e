"""The headers of each kind of answer, as the service sends them, and one of our own: ``x-offline-mock``, which says
where the answer comes from. Sources: public recordings of the routes named in each function."""

from helpers.mock import catalog, ids
from helpers.mock.errors import GATEWAY

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


def responses(seed: str, at: int, on_project: bool) -> Pairs:
    """A Responses answer. On the project endpoint there are more (recorded 2025-11-15)."""
    pairs = [*_common(seed, at), ("content-type", "application/json"), ("skip-error-remapping", "true")]
    if not on_project:
        return [*pairs, ("azureai-fe-is-streaming", "False")]
    return [
        *pairs,
        ("x-request-id", ids.request_id("request", seed)),
        ("api-supported-versions", ",".join(sorted(catalog.PROJECT_RESPONSES_VERSIONS))),
        ("azureai-processed-tier", "default"),
        ("azureai-requested-tier", "default"),
        ("azureml-served-by-cluster", "offline-mock-01"),
        ("request-context", "appId="),
        ("x-ms-response-type", "standard"),
        ("x-ratelimit-limit-tokens", "-1"),
        ("x-ratelimit-remaining-tokens", "-1"),
        ("x-ratelimit-reset-tokens", "0"),
    ]


def chat(seed: str, at: int, deployment: catalog.Deployment, tokens: int) -> Pairs:
    """A chat completion (recorded 2026-03-31). ``tokens`` is what the call used."""
    limit = deployment.capacity * 1000
    return [
        *_common(seed, at),
        ("content-type", "application/json"),
        ("x-request-id", ids.request_id("request", seed)),
        ("azureml-model-session", "d20261123000000-0ff11e0c0de0"),
        ("skip-error-remapping", "true"),
        ("x-accel-buffering", "no"),
        ("x-ms-deployment-name", deployment.name),
        ("x-ms-is-spilled-over", "false"),
        ("x-ms-rai-invoked", "true"),
        ("x-ratelimit-abusepenalty-active", "False"),
        ("x-ratelimit-limit-requests", str(deployment.capacity)),
        ("x-ratelimit-limit-tokens", str(limit)),
        ("x-ratelimit-remaining-requests", str(deployment.capacity - 1)),
        ("x-ratelimit-remaining-tokens", str(max(0, limit - tokens))),
        ("x-ratelimit-renewalperiod-requests", "60"),
        ("x-ratelimit-renewalperiod-tokens", "60"),
        ("x-ratelimit-reset-requests", "500"),
        ("x-ratelimit-reset-tokens", "7"),
    ]


def project(seed: str, at: int) -> Pairs:
    """A list or an object of the project (deployments, recorded 2025-07-31)."""
    return [*_common(seed, at), ("content-type", "application/json")]


def failure(seed: str, at: int, layer: str, content_type: str) -> Pairs:
    """A failure. The gateway sends few headers; the layers behind it say the region too."""
    typed = [("content-type", content_type)] if content_type else []
    if layer == GATEWAY:
        return [("date", ids.http_date(at)), ("apim-request-id", ids.request_id("apim", seed)), *typed]
    return [*_common(seed, at), *typed]


def identity() -> Pairs:
    """A token answer (RFC 6749 section 5.1)."""
    return [("content-type", "application/json; charset=utf-8"), ("cache-control", "no-store"), ("pragma", "no-cache")]
