"""wiretap(): see the requests that a piece of code really sends, whichever library sends them.

It sits where requests and httpx2 hand a request to the network (``HTTPAdapter.send`` and ``HTTPTransport``), because
azure-core and msal travel through requests and the openai SDK through httpx2. Bodies pass through untouched, piece by
piece; a copy is kept.
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape

from helpers.auth import decode_token
from helpers.display import html_table, text_table
from helpers.exchange import Exchange, Headers
from helpers.redaction import redact_header


class Wire(Sequence[Exchange]):
    """The exchanges seen so far, in the order the requests were sent. One that is still being read grows until its
    body ends."""

    def __init__(self):
        self._taps: list[_Tap] = []

    def __len__(self) -> int:
        return len(self._taps)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [tap.exchange() for tap in self._taps[index]]
        return self._taps[index].exchange()

    def __repr__(self) -> str:
        return "\n".join(map(repr, self)) or "<Wire: nothing was sent>"


class _Tap:
    """One request on its way: what was sent, and what has come back so far."""

    def __init__(self, method: str, url: str, headers: Headers, body: bytes):
        self.sent = Exchange(method, url, headers, body)
        self.start = time.perf_counter()
        self.status, self.reason, self.headers = None, "", Headers()
        self.chunks: list[tuple[float, bytes]] = []
        self.decoder = None
        self.elapsed: float | None = None

    def answered(self, status: int, reason: str, headers: Headers) -> None:
        self.status, self.reason, self.headers = status, reason, headers
        self.elapsed = time.perf_counter() - self.start

    def heard(self, chunk: bytes) -> None:
        if chunk:
            self.chunks.append((time.perf_counter() - self.start, bytes(chunk)))

    def exchange(self) -> Exchange:
        body = b"".join(chunk for _, chunk in self.chunks)
        streamed = self.headers.get("content-type", "").startswith("text/event-stream")
        return Exchange(
            self.sent.method,
            self.sent.url,
            self.sent.request_headers,
            self.sent.request_body,
            self.status,
            self.reason,
            self.headers,
            self.decoder(body) if self.decoder else body,
            self.elapsed,
            tuple(self.chunks) if streamed else (),
        )


@contextmanager
def wiretap() -> Iterator[Wire]:
    """``with wiretap() as wire:`` collects an Exchange for each request that requests, openai or an azure client sends
    inside the block, redirects and retries included. They nest; nothing is changed on the way."""
    import httpx2
    import requests.adapters

    wire = Wire()
    seams = [
        (requests.adapters.HTTPAdapter, "send", _requests_send),
        (httpx2.HTTPTransport, "handle_request", _httpx_send),
        (httpx2.AsyncHTTPTransport, "handle_async_request", _httpx_send_async),
    ]
    originals = [getattr(owner, name) for owner, name, _ in seams]
    for (owner, name, wrap), original in zip(seams, originals, strict=True):
        setattr(owner, name, wrap(original, wire._taps))
    try:
        yield wire
    finally:
        for (owner, name, _), original in zip(seams, originals, strict=True):
            setattr(owner, name, original)


# -- requests (and with it azure-core and msal) --------------------------------------------------------------------------
def _requests_send(original, taps: list[_Tap]):
    def send(adapter, request, **options):
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b""
        tap = _Tap(request.method, request.url, Headers(request.headers), body)
        taps.append(tap)
        response = original(adapter, request, **options)
        tap.answered(response.status_code, response.reason or "", Headers(response.raw.headers.items()))
        response.raw = _TappedRaw(response.raw, tap)
        return response

    return send


class _TappedRaw:
    """urllib3's response, with a copy taken of each piece that is read."""

    def __init__(self, raw, tap: _Tap):
        self._raw, self._tap = raw, tap

    def __getattr__(self, name: str):
        return getattr(self._raw, name)

    def stream(self, *args, **options):
        for chunk in self._raw.stream(*args, **options):
            self._tap.heard(chunk)
            yield chunk

    def read(self, *args, **options):
        chunk = self._raw.read(*args, **options)
        self._tap.heard(chunk)
        return chunk


# -- httpx2 (the openai SDK) -----------------------------------------------------------------------------------------------
def _httpx_tap(request, taps: list[_Tap], body: bytes) -> _Tap:
    tap = _Tap(request.method, str(request.url), Headers(request.headers.items()), body)
    taps.append(tap)
    return tap


def _httpx_answered(tap: _Tap, response) -> None:
    import httpx2

    reason = response.extensions.get("reason_phrase", b"")
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw]
    tap.answered(response.status_code, reason.decode("latin-1") or response.reason_phrase, Headers(pairs))
    encoding = response.headers.get("content-encoding")
    if encoding:  # the transport hands over the bytes as compressed on the way
        tap.decoder = lambda body: httpx2.Response(200, headers={"content-encoding": encoding}, content=body).content


def _httpx_send(original, taps: list[_Tap]):
    def handle_request(transport, request):
        import httpx2

        tap = _httpx_tap(request, taps, request.read())
        response = original(transport, request)
        _httpx_answered(tap, response)

        class Tapped(httpx2.SyncByteStream):
            stream = response.stream

            def __iter__(self):
                for chunk in self.stream:
                    tap.heard(chunk)
                    yield chunk

            def close(self):
                self.stream.close()

        response.stream = Tapped()
        return response

    return handle_request


def _httpx_send_async(original, taps: list[_Tap]):
    async def handle_async_request(transport, request):
        import httpx2

        tap = _httpx_tap(request, taps, await request.aread())
        response = await original(transport, request)
        _httpx_answered(tap, response)

        class Tapped(httpx2.AsyncByteStream):
            stream = response.stream

            async def __aiter__(self):
                async for chunk in self.stream:
                    tap.heard(chunk)
                    yield chunk

            async def aclose(self):
                await self.stream.aclose()

        response.stream = Tapped()
        return response

    return handle_async_request


# -- two requests side by side ---------------------------------------------------------------------------------------------
# Why clients send these. Sources: requests 2.34 sessions.py, openai 3.54.0 _base_client.py, azure-core 1.41.0 policies.
REASONS = {
    "user-agent": "names the program that calls",
    "accept": "the kinds of body that the client can read",
    "accept-encoding": "the compressions that the client can undo",
    "content-length": "the JSON is the same and its spacing is not",
    "content-type": "what the body is",
    "connection": "keep the connection open for the next request",
    "x-stainless-retry-count": "how often this call was sent before: the SDK repeats by itself",
    "x-stainless-read-timeout": "how many seconds the SDK waits",
    "x-stainless-raw-response": "the program asked for the response with its headers",
    "x-ms-client-request-id": "an id that the client made up, to find the call in its own logs",
}
ABOUT_THE_SDK = "which SDK, in which language, on which system: statistics for its makers"


@dataclass(frozen=True)
class Difference:
    """One thing in which two requests differ: its name, what each sent ("" for nothing), and why it is there."""

    name: str
    first: str
    second: str
    why: str


@dataclass(frozen=True)
class Comparison:
    """Two requests side by side. ``same`` and ``different`` name the parts that decide the answer: method, URL, sign-in and
    JSON body; ``headers`` are the differences in all other headers."""

    same: tuple[str, ...]
    different: tuple[str, ...]
    headers: tuple[Difference, ...]

    def _sentences(self) -> list[str]:
        sentences = [f"The same: {', '.join(self.same) or 'nothing'}."]
        return [*sentences, f"Different: {', '.join(self.different)}."] if self.different else sentences

    def _rows(self) -> list[tuple[str, str, str, str]]:
        return [(one.name, one.first or "-", one.second or "-", one.why) for one in self.headers]

    def __repr__(self) -> str:
        table = text_table(self._rows(), ("header", "first", "second", "why"))
        return "\n".join([*self._sentences(), "", table])

    def _repr_html_(self) -> str:
        sentences = "".join(f"<p><strong>{escape(one)}</strong></p>" for one in self._sentences())
        return sentences + html_table(self._rows(), ("header", "first", "second", "why"))


def compare(first: Exchange, second: Exchange) -> Comparison:
    """Lay two requests side by side. What only tells about the SDK and this machine is one row, without the values."""
    parts = {
        "method": lambda one: one.method,
        "URL": lambda one: one.url,
        "sign-in": _sign_in,
        "JSON body": _body,
    }
    same = tuple(name for name, part in parts.items() if part(first) == part(second))
    return Comparison(same, tuple(name for name in parts if name not in same), tuple(_differences(first, second)))


def _body(exchange: Exchange) -> str | bytes:
    """The JSON without its spacing, where true and 1 are not the same; any other body as it is."""
    data = exchange.request_json
    return exchange.request_body if data is None else json.dumps(data, sort_keys=True)


def _sign_in(exchange: Exchange) -> tuple:
    """Header and key or, for a token, who it is for and whom it names: a fresh token of the same kind is the same sign-in."""
    key, authorization = exchange.request_headers.get("api-key"), exchange.request_headers.get("authorization", "")
    try:
        claims = decode_token(authorization.partition(" ")[2])["claims"]
    except ValueError:
        return key, authorization
    return key, *(str(claims.get(name)) for name in ("aud", "tid", "oid", "appid", "azp"))


def _differences(first: Exchange, second: Exchange) -> Iterator[Difference]:
    names = dict.fromkeys(name.lower() for one in (first, second) for name in one.request_headers)
    about = [name for name in names if name.startswith("x-stainless-") and name not in REASONS]
    for name in names:
        if name in ("authorization", "api-key", "host", *about):
            continue
        values = [one.request_headers.get(name, "") for one in (first, second)]
        if values[0] != values[1]:
            reason = REASONS.get(name, "set by the client")
            if name == "content-length" and _body(first) != _body(second):
                reason = "the bodies differ"
            yield Difference(name, *(redact_header(name, value) for value in values), reason)
    if any(first.request_headers.get(name) != second.request_headers.get(name) for name in about):
        sent = [f"{sum(name in one.request_headers for name in about)} headers" for one in (first, second)]
        yield Difference("x-stainless-...", *("" if one == "0 headers" else one for one in sent), ABOUT_THE_SDK)
