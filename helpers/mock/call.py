"""One request on its way through the mock. It is taken apart here, once; the stages in foundry.py then fill in what they find
out, until it has an answer. One that many calls may get is prepared once."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from helpers.exchange import Exchange, Headers
from helpers.mock.wire import headers, ids
from helpers.mock.wire.errors import PROJECT, REQUEST_ID, ServiceError

Handler = Callable[["Call"], Exchange]
Places = tuple[tuple[float, int, int], ...]  # seconds since the request, and where in the body a chunk begins and ends
COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))  # json.dumps would make one each time
SEED = 64 * 1024  # bytes of a body that ids derive from
PHRASES = {one.value: one.phrase for one in HTTPStatus}
PUBLIC_NAMES = {"project": "projectName", "deployment": "deployment-id"}  # as the service's messages write them


@dataclass(frozen=True)
class Door:
    """How a path is entered.

    ``audiences`` a token may be for, and the one that a refusal names; whether the API key opens it, also as a bearer
    token; whether coming with nothing counts as a bad key. ``versions`` None means that api-version is refused;
    otherwise it must be one of them, and ``routed`` tells whether the gateway routes by it (a missing one is a 404).
    """

    audiences: tuple[str, ...]
    expected: str
    key: bool = True
    key_as_bearer: bool = False
    nothing_is_bad_key: bool = False
    versions: frozenset[str] | None = None
    routed: bool = False


class Route:
    """One method on one path, who may come in, and who answers.

    ``template`` is the path; ``<name>`` in it is one step of any name. ``action`` is the data action that a role must allow
    (the words of the service's refusal), ``api`` the base path that the route belongs to: "project", "agent", "resource",
    "identity" or "management".
    """

    __slots__ = ("action", "api", "door", "handler", "method", "operation", "template")

    def __init__(
        self, method: str, template: str, door: Door | None, handler: Handler, action: str = "", api: str = "project"
    ):
        self.method, self.template, self.door, self.handler = method, template, door, handler
        self.action, self.api = action, api
        named = re.sub(r"<(\w+)>", lambda step: f"{{{PUBLIC_NAMES.get(step[1], step[1])}}}", template)
        self.operation = f"{method} {named}"  # as the service's messages write it


@dataclass(slots=True)
class Call:
    """``path`` is as it came, still percent-encoded; ``names`` are the steps of it that the route leaves open, decoded."""

    request: Exchange
    path: str
    query_text: str
    query: dict[str, str]
    route: Route | None = None
    names: dict[str, str] = field(default_factory=dict)
    late: float = 0.0  # seconds that the answer is held back
    cut: bool = False  # whether the connection drops half-way
    number: int = 1  # how often this request was made before, and this time
    world: str = ""  # whose call it is, where there are several learners
    _seed: str = ""
    _mark: str = ""

    @classmethod
    def of(cls, request: Exchange) -> "Call":
        """The request taken apart. The host is whatever the client wrote, so it is passed over."""
        path, _, query = request.url.removeprefix("https://").partition("/")[2].partition("?")
        return cls(request, "/" + path, query, dict(parse_qsl(query, keep_blank_values=True)) if query else {})

    @property
    def project(self) -> str:
        """The project that the path names; empty on the resource. What is kept belongs to one, or to the resource."""
        return self.names.get("project", "")

    @property
    def body(self) -> bytes:
        return self.request.request_body

    @property
    def sent(self) -> Headers:
        return self.request.request_headers

    @property
    def seed(self) -> str:
        """What tells this request from another. The boundary of a form is another one each time, and left out."""
        if not self._seed:
            body = self.body[:SEED]
            if body.startswith(b"--"):
                body = body.replace(body.partition(b"\r\n")[0], b"")
            self._seed = f"{self.request.method} {self.path}?{self.query_text}\n{body.decode('utf-8', 'replace')}"
        return self._seed

    @property
    def mark(self) -> str:
        """What the ids of this call derive from: nobody else's."""
        if not self._mark:
            self._mark = ids.mark(f"{self.world}{self.number} {self.seed}")
        return self._mark

    def ok(self, body: Any, status: int = 200, more: headers.Pairs = ()) -> Exchange:
        """Answered with JSON, under the headers of the project service and ``more``."""
        pairs = headers.replaced(headers.project(self.mark, ids.timestamp(self.mark)), more)
        return self.answered(status, pairs, compact(body))

    def told(self, body: Any, status: int = 200, more: headers.Pairs = ()) -> Exchange:
        """Answered with JSON, under the headers of the project's own APIs (agents, conversations) and ``more``."""
        pairs = headers.replaced(headers.agents(self.mark, ids.timestamp(self.mark)), more)
        return self.answered(status, pairs, compact(body))

    def nothing(self, status: int, more: headers.Pairs = ()) -> Exchange:
        """Answered without a body."""
        pairs = [pair for pair in headers.project(self.mark, ids.timestamp(self.mark)) if pair[0] != "content-type"]
        return self.answered(status, [*pairs, ("content-length", "0"), *more], b"")

    def refused(self, error: ServiceError) -> Exchange:
        """Answered with a failure."""
        at, body = ids.timestamp(self.mark), error.body
        if error.layer == PROJECT and REQUEST_ID in body:
            pairs = headers.project_failure(self.mark, at, of_body='"invalid_payload"' in body)
            body = body.replace(REQUEST_ID, ids.hexadecimal("request", self.mark))
        else:
            pairs = headers.failure(self.mark, at, error.layer, error.content_type, error.headers)
        return self.answered(error.status, pairs, body.encode("utf-8", "replace"), error.reason)

    def answered(
        self,
        status: int,
        pairs: headers.Pairs | Headers,
        body: bytes,
        reason: str = "",
        places: Places = (),
    ) -> Exchange:
        """The request with this answer; ``places`` are those of the chunks of a stream."""
        request = self.request
        return Exchange(
            request.method,
            request.url,
            request.request_headers,
            request.request_body,
            status,
            reason or PHRASES[status],
            pairs if isinstance(pairs, Headers) else Headers(pairs),
            body,
            None,
            Chunks(body, places) if places else (),
        )

    def spoiled(self, answer: Exchange) -> Exchange:
        """The answer as a fault leaves it: late, or its first half only. What is sent is then shorter than the body, and the
        server drops the connection."""
        if self.late:
            answer = replace(answer, elapsed=self.late)
        if self.cut:
            body = answer.response_body
            chunks = answer.chunks or Chunks.of((0.0, body[at : at + 1]) for at in range(len(body)))
            answer = replace(answer, chunks=Chunks(body, chunks.places[: len(chunks) // 2]))
        return answer


@dataclass(frozen=True, slots=True)
class Chunks(Sequence):
    """The chunks of a body, as an Exchange has them, each cut out when it is asked for: seldom, where a stream is not paced."""

    body: bytes
    places: Places

    @classmethod
    def of(cls, timed: Iterable[tuple[float, bytes]]) -> "Chunks":
        """The chunks of the body that these pieces make."""
        pieces, places, end = [], [], 0
        for at, piece in timed:
            pieces.append(piece)
            places.append((at, end, end := end + len(piece)))
        return cls(b"".join(pieces), tuple(places))

    @property
    def sent(self) -> bytes:
        """What they are together: less than the body, where the connection is dropped after them."""
        return self.body[: self.places[-1][2]]

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, number: int) -> tuple[float, bytes]:
        at, begin, end = self.places[number]
        return at, self.body[begin:end]


class Marked:
    """Bytes that have the mark of a call in all their ids. They are cut there once, so that any other call can have the same
    with its own mark. ``size`` is their length."""

    def __init__(self, text: bytes, mark: str):
        self.size, self._pieces = len(text), text.split(mark.encode())

    def of(self, mark: str) -> bytes:
        """The bytes for the call with this mark."""
        return mark.encode().join(self._pieces)


class Prepared:
    """A good answer that was worked out for one call, for it and for all that ask the same: whose it is shows in the ids, in
    the body and among the headers. ``source`` says where the answer comes from."""

    def __init__(self, call: Call, pairs: headers.Pairs, source: str, body: bytes, chunks: Chunks | None = None):
        self.body, self._mark = Marked(body, call.mark), call.mark
        self._headers = Headers([*pairs, ("x-offline-mock", source)])
        self._ids = [(at, headers.OWN[name]) for at, (name, _) in enumerate(pairs) if name in headers.OWN]
        self._places = chunks.places if chunks else ()

    def answer(self, call: Call, room: headers.Pairs = ()) -> Exchange:
        """The answer to a call; ``room`` are the headers of a quota that is in force."""
        mark, pairs = call.mark, self._headers
        if mark != self._mark:
            pairs = pairs.replaced({at: made_from(mark) for at, made_from in self._ids})
        if room:
            pairs = headers.replaced(pairs.pairs, [*room, pairs.pairs[-1]])
        return call.answered(200, pairs, self.body.of(mark), places=self._places)

    def chunks(self, mark: str) -> Chunks:
        """The chunks for the call with this mark."""
        return Chunks(self.body.of(mark), self._places)


def compact(data: Any) -> bytes:
    """JSON as the service writes it."""
    return COMPACT.encode(data).encode()
