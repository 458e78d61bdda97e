"""A request that found its route, and the ways to answer it."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from helpers.exchange import Exchange, Headers
from helpers.mock import headers, ids


@dataclass(frozen=True)
class Call:
    """The request, the names from its path, its query, and what a role must allow for it."""

    request: Exchange
    names: dict[str, str]
    query: dict[str, str]
    operation: str = ""
    action: str = ""
    api: str = ""  # which base path it came through: see foundry.py

    @property
    def body(self) -> bytes:
        return self.request.request_body

    def ok(self, body: Any, status: int = 200, more: headers.Pairs = ()) -> Exchange:
        """Answered with JSON, under the headers of the project service and ``more``."""
        seed = seed_of(self.request)
        pairs = headers.replaced(headers.project(seed, ids.timestamp(seed)), more)
        return answered(self.request, status, pairs, compact(body))

    def nothing(self, status: int, more: headers.Pairs = ()) -> Exchange:
        """Answered without a body."""
        seed = seed_of(self.request)
        pairs = [pair for pair in headers.project(seed, ids.timestamp(seed)) if pair[0] != "content-type"]
        return answered(self.request, status, [*pairs, ("content-length", "0"), *more], b"")


def answered(
    request: Exchange,
    status: int,
    pairs: headers.Pairs | Headers,
    body: bytes,
    reason: str = "",
    chunks: tuple[tuple[float, bytes], ...] = (),
) -> Exchange:
    """The request with this answer; ``chunks`` for a stream, in seconds since the request."""
    return Exchange(
        request.method,
        request.url,
        request.request_headers,
        request.request_body,
        status,
        reason or HTTPStatus(status).phrase,
        pairs if isinstance(pairs, Headers) else Headers(pairs),
        body,
        None,
        chunks,
    )


def target(request: Exchange) -> tuple[str, str]:
    """Path and query of the URL. The host is whatever the client wrote, so it is passed over, not parsed."""
    path, _, query = request.url.removeprefix("https://").partition("/")[2].partition("?")
    return "/" + path, query


def seed_of(request: Exchange) -> str:
    """What ids and times derive from where there is no prompt."""
    path, query = target(request)
    return f"{request.method} {path}?{query}\n{request.request_body.decode('utf-8', 'replace')}"


def compact(data: Any) -> bytes:
    """JSON as the service writes it."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
