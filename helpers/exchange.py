"""Exchange: one HTTP request and its response. Everything in this project that looks at HTTP uses this one type."""

import base64
import json
import pprint
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

from helpers.redaction import HIDDEN, redact_body, redact_header, redact_url

# What to read first in a response; the rest is one click away in JupyterLab and counted in plain text.
TELLING_HEADERS = {
    "content-type", "apim-request-id", "x-request-id", "x-ms-region", "x-ms-deployment-name", "retry-after",
    "retry-after-ms", "x-ratelimit-remaining-requests", "x-ratelimit-remaining-tokens", "operation-location",
    "x-offline-mock",
}  # fmt: skip
PLAIN_BODY_LINES = 14
DEEPEST = 100  # levels of JSON that are laid out
# Headers that every HTTP client adds by itself: left out of the curl and Python forms.
ADDED_BY_CLIENTS = {"host", "content-length", "connection", "accept-encoding", "user-agent", "transfer-encoding"}


class Headers(Mapping):
    """Header fields in the order they were sent. Names compare without case; repeated fields read as one value joined
    with ", " (RFC 9110 section 5.3). ``pairs`` holds them as they came."""

    __slots__ = ("_lines", "_values", "pairs")

    def __init__(self, pairs: Iterable[tuple[str, str]] | Mapping[str, str] = ()):
        if type(pairs) is list:  # of text, and taken as it is: the mock makes one of these for many a request
            self.pairs = tuple(pairs)
        else:
            given = (
                pairs.pairs if isinstance(pairs, Headers) else pairs.items() if isinstance(pairs, Mapping) else pairs
            )
            self.pairs = tuple((str(name), str(value)) for name, value in given)
        self._lines: list[bytes] | None = None

    @classmethod
    def of_bytes(cls, fields: list[tuple[bytes, bytes]]) -> "Headers":
        """Those of a request as an ASGI server hands them over: in bytes (Latin-1, RFC 9110 section 5.5), names in small letters."""
        values = {name.decode("latin-1"): value.decode("latin-1") for name, value in fields}
        if len(values) < len(fields):  # one came twice
            return cls([(name.decode("latin-1"), value.decode("latin-1")) for name, value in fields])
        made = object.__new__(cls)
        made._values, made._lines = values, None
        return made

    def __getattr__(self, name: str) -> Any:
        """What was not asked for before. The mock makes two Headers for each request, and most of what they hold is never read."""
        if name == "_values":
            self._values = {}
            for name, value in self.pairs:
                name = name.lower()
                self._values[name] = f"{self._values[name]}, {value}" if name in self._values else value
            return self._values
        if name == "pairs":
            self.pairs = tuple(self._values.items() if self._lines is None else map(_of_line, self._lines))
            return self.pairs
        raise AttributeError(name)

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def get(self, name: str, default: Any = None) -> Any:
        return self._values.get(name.lower(), default)  # what is missing costs no exception

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        names: dict[str, str] = {}
        for spelled, _ in self.pairs:
            names.setdefault(spelled.lower(), spelled)
        return iter(names.values())

    def __len__(self) -> int:
        return len(self._values)

    def lines(self) -> list[bytes]:
        """The fields as they go over the wire, a line each, worked out once."""
        if self._lines is None:
            self._lines = [_line(name, value) for name, value in self.pairs]
        return self._lines

    def replaced(self, values: Mapping[int, str]) -> "Headers":
        """The same fields, some with other values, by their place in ``pairs``. What stays the same is not worked out again."""
        other = object.__new__(Headers)
        other._lines = [*self.lines()]
        for at, value in values.items():
            other._lines[at] = _line(self.pairs[at][0], value)
        return other

    def __eq__(self, other) -> bool:
        return isinstance(other, Headers) and self.pairs == other.pairs

    def __hash__(self) -> int:
        return hash(self.pairs)

    def __repr__(self) -> str:
        return f"Headers({ {name: redact_header(name, value) for name, value in self.pairs} })"


def _line(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n".encode("latin-1")


def _of_line(line: bytes) -> tuple[str, str]:
    name, _, value = line[:-2].decode("latin-1").partition(": ")
    return name, value


NO_HEADERS = Headers()


@dataclass(frozen=True, slots=True, repr=False)
class Exchange:
    """One HTTP request and, once it is answered, the response to it. Immutable; shown with its secrets hidden.

    ``status`` is None until there is an answer. ``elapsed`` is in seconds. ``chunks`` holds, for a stream, each piece of
    the body with the seconds since the request was sent. ``source`` says where a recording comes from:
    ``{"kind": "recorded" | "documented" | "authored", "from": ..., "date": ...}``.
    """

    method: str
    url: str
    request_headers: Headers = NO_HEADERS
    request_body: bytes = b""
    status: int | None = None
    reason: str = ""
    response_headers: Headers = NO_HEADERS
    response_body: bytes = b""
    elapsed: float | None = None
    chunks: Sequence[tuple[float, bytes]] = ()
    source: Mapping[str, str] | None = None

    # -- reading -----------------------------------------------------------------------------------------------------
    @property
    def request_json(self) -> Any:
        """The request body as JSON, or None when it is not JSON."""
        return _json_or_none(self.request_body)

    @property
    def response_json(self) -> Any:
        """The response body as JSON, or None when it is not JSON."""
        return _json_or_none(self.response_body)

    @classmethod
    def from_requests(cls, response) -> "Exchange":
        """The exchange behind a ``requests.Response``: what was sent is in ``response.request``.

        Raises TypeError for anything else, with what to pass instead.
        """
        request = getattr(response, "request", None)
        if not hasattr(response, "status_code") or not hasattr(request, "method"):
            raise TypeError(
                f"expected the response of a request, such as requests.post(...), got {_article(type(response).__name__)}"
            )
        body = request.body or b""
        try:
            answer = response.content
        except RuntimeError:  # a stream that was read line by line, which requests does not keep
            answer = b""
        return cls(
            method=request.method,
            url=str(request.url),
            request_headers=Headers(request.headers),
            request_body=body.encode() if isinstance(body, str) else bytes(body),
            status=response.status_code,
            reason=response.reason or "",
            response_headers=Headers(response.headers),
            response_body=answer,
            elapsed=response.elapsed.total_seconds(),
        )

    # -- hiding ------------------------------------------------------------------------------------------------------
    def redacted(self) -> "Exchange":
        """The same exchange with keys, tokens and cookies replaced by ``[redacted]``."""
        content_type = self.response_headers.get("content-type", "")
        body = redact_body(self.response_body, content_type)
        chunks = self.chunks
        if chunks:
            sent = b"".join(chunk for _, chunk in chunks)
            hidden = redact_body(sent, content_type)  # in one piece: a token may be spread over several
            chunks = chunks if hidden == sent else ((chunks[0][0], hidden),)
        return replace(
            self,
            url=redact_url(self.url),
            request_headers=_redact_headers(self.request_headers),
            request_body=redact_body(self.request_body, self.request_headers.get("content-type", "")),
            response_headers=_redact_headers(self.response_headers),
            response_body=body,
            chunks=chunks,
        )

    # -- showing: always without secrets -----------------------------------------------------------------------------
    def __repr__(self) -> str:
        answer = f"{self.status} {self.reason}".strip() if self.status else "no answer yet"
        return f"<Exchange {self.method} {redact_url(self.url)} -> {answer}>"

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        """What JupyterLab shows: ``text/html`` that folds and ``text/plain`` that is short."""
        clean = self.redacted()
        return {"text/plain": _plain(clean), "text/html": _html(clean)}

    def as_curl(self) -> str:
        """The request as a curl command. Secrets appear as ``$AUTH_TOKEN`` and ``$FOUNDRY_API_KEY``."""
        clean = self.redacted()
        lines = [f"curl -X {clean.method} {shlex.quote(clean.url)}"]
        for name, value in clean._own_headers():
            if HIDDEN in value:  # in double quotes the shell fills the variable in, and must leave the rest alone
                rest = re.sub(r'([\\"$`])', r"\\\1", f"{name}: {value}")
                lines.append(f'-H "{rest.replace(HIDDEN, "$" + _variable(name))}"')
            else:
                lines.append(f"-H {shlex.quote(f'{name}: {value}')}")
        if clean.request_body:
            data = _json_to_show(clean.request_body)
            text = _text(clean.request_body) if data is None else json.dumps(data, indent=2, ensure_ascii=False)
            lines.append(f"{'--data-raw' if text.startswith('@') else '-d'} {shlex.quote(text)}")
        return " \\\n  ".join(lines)

    def as_python(self) -> str:
        """The request as Python that uses ``requests``. Secrets are read from the environment."""
        clean = self.redacted()
        data = _json_to_show(clean.request_body)
        headers = []
        for name, value in clean._own_headers():
            if data is not None and name.lower() == "content-type" and value == "application/json":
                continue  # json= sends it
            if HIDDEN in value:
                before, _, after = value.partition(HIDDEN)
                parts = (
                    [repr(before)] * bool(before) + [f'os.environ["{_variable(name)}"]'] + [repr(after)] * bool(after)
                )
                headers.append(f"        {name!r}: {' + '.join(parts)},")
            else:
                headers.append(f"        {name!r}: {value!r},")
        known = clean.method.lower() in ("get", "post", "put", "patch", "delete", "head", "options")
        call = f"requests.{clean.method.lower()}(" if known else f"requests.request(\n    {clean.method!r},"
        lines = ["import os", "", "import requests", "", f"response = {call}", f"    {clean.url!r},"]
        if headers:
            lines += ["    headers={", *headers, "    },"]
        if data is not None:
            body = pprint.pformat(data, width=100, sort_dicts=False).replace("\n", "\n         ")
            lines.append(f"    json={body},")
        elif clean.request_body:
            lines.append(f"    data={clean.request_body!r},")
        return "\n".join([*lines, ")"])

    def as_http(self) -> str:
        """Request and response as they travel: start line, headers, empty line, body."""
        clean = self.redacted()
        host, _, rest = clean.url.partition("://")[2].partition("/")
        target = f"/{rest.partition('#')[0]}"
        headers = [f"{name}: {value}" for name, value in clean.request_headers.pairs]
        if "host" not in clean.request_headers:
            headers.insert(0, f"Host: {host.rpartition('@')[2]}")
        lines = [f"{clean.method} {target} HTTP/1.1", *headers, "", _text(clean.request_body)]
        if clean.status is not None:
            lines += ["", f"HTTP/1.1 {clean.status} {clean.reason}".rstrip()]
            lines += [f"{name}: {value}" for name, value in clean.response_headers.pairs]
            lines += ["", _text(clean.response_body)]
        return "\n".join(lines)

    def _own_headers(self) -> list[tuple[str, str]]:
        return [
            (name, value)
            for name, value in self.request_headers.pairs
            if name.lower() not in ADDED_BY_CLIENTS and (name.lower(), value) != ("accept", "*/*")
        ]

    # -- keeping -----------------------------------------------------------------------------------------------------
    def as_fields(self) -> dict[str, Any]:
        """The exchange as plain JSON values, in the form of a recording. Secrets are hidden; JSON bodies are values, so
        their spacing is not kept."""
        clean = self.redacted()
        fields: dict[str, Any] = {"source": dict(clean.source)} if clean.source else {}
        fields["request"] = {"method": clean.method, "url": clean.url, "headers": dict(clean.request_headers)}
        fields["request"] |= _body_fields(clean.request_body)
        if clean.status is not None:
            fields["response"] = {"status": clean.status, "reason": clean.reason}
            if clean.elapsed is not None:
                fields["response"]["elapsed"] = clean.elapsed
            fields["response"]["headers"] = dict(clean.response_headers)
            if clean.chunks:
                fields["response"]["chunks"] = [[at, _text(chunk)] for at, chunk in clean.chunks]
            else:
                fields["response"] |= _body_fields(clean.response_body)
        return fields

    def save(self, path: str | Path) -> None:
        """Write the exchange to a JSON file a person can read and edit: ``as_fields``, indented."""
        text = json.dumps(self.as_fields(), indent=2, ensure_ascii=False)
        Path(path).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> "Exchange":
        """The exchange kept in a file that ``save`` wrote or a person edited.

        Raises ValueError that names the file and what is wrong with it.
        """
        try:
            data = json.loads(Path(path).read_text(encoding="utf-8"))
            request, response = data["request"], data.get("response", {})
            chunks = tuple((float(at), text.encode()) for at, text in response.get("chunks", ()))
            return cls(
                method=request["method"],
                url=request["url"],
                request_headers=Headers(request.get("headers", {})),
                request_body=_body_bytes(request),
                status=response.get("status"),
                reason=response.get("reason", ""),
                response_headers=Headers(response.get("headers", {})),
                response_body=b"".join(chunk for _, chunk in chunks) if chunks else _body_bytes(response),
                elapsed=response.get("elapsed"),
                chunks=chunks,
                source=data.get("source"),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path} is not a recording: {type(error).__name__}: {error}") from error


# -- as text and as HTML -------------------------------------------------------------------------------------------------
def _start_lines(clean: Exchange) -> tuple[str, str]:
    status = f"HTTP/1.1 {clean.status} {clean.reason}".rstrip() if clean.status is not None else "(no answer)"
    return f"{clean.method} {clean.url}", status


def _body_text(body: bytes) -> str:
    data = _json_to_show(body)
    return body.decode("utf-8", "replace") if data is None else json.dumps(data, indent=2, ensure_ascii=False)


def _plain(clean: Exchange) -> str:
    first, status = _start_lines(clean)
    lines = [first, *(f"{name}: {value}" for name, value in clean.request_headers.pairs)]
    lines += _shortened(clean.request_body)
    lines += ["", status]
    telling = [(n, v) for n, v in clean.response_headers.pairs if n.lower() in TELLING_HEADERS]
    lines += [f"{name}: {value}" for name, value in telling]
    more = len(clean.response_headers.pairs) - len(telling)
    if more:
        lines.append(f"(and {more} more header{'s' if more > 1 else ''})")
    lines += _shortened(clean.response_body)
    return "\n".join(lines)


def _shortened(body: bytes) -> list[str]:
    if not body:
        return []
    lines = _body_text(body).splitlines()
    if len(lines) > PLAIN_BODY_LINES:
        kept = PLAIN_BODY_LINES - 2
        lines = [*lines[:kept], f"(and {len(lines) - kept} more lines)"]
    return ["", *(line if len(line) <= 160 else line[:157] + "..." for line in lines)]


def _html(clean: Exchange) -> str:
    first, status = _start_lines(clean)
    method, _, url = first.partition(" ")
    return "".join(
        [
            f"<p><strong>{escape(method)}</strong> <code>{escape(url)}</code></p>",
            _folded("Request headers", clean.request_headers, opened=True),
            _html_body(clean.request_body),
            f"<p><strong>{escape(status)}</strong></p>",
            _folded("Response headers", clean.response_headers, opened=False),
            _html_body(clean.response_body),
        ]
    )


def _folded(title: str, headers: Headers, opened: bool) -> str:
    if not headers.pairs:
        return ""
    lines = "\n".join(f"{escape(name)}: {escape(value)}" for name, value in headers.pairs)
    return f"<details{' open' if opened else ''}><summary>{title} ({len(headers.pairs)})</summary><pre>{lines}</pre></details>"


def _html_body(body: bytes) -> str:
    if not body:
        return ""
    text = _body_text(body)
    opened = len(text.splitlines()) <= 2 * PLAIN_BODY_LINES
    return (
        f"<details{' open' if opened else ''}><summary>Body ({len(body):,} bytes)</summary>"
        f"<pre>{escape(text)}</pre></details>"
    )


# -- bodies ----------------------------------------------------------------------------------------------------------------
def _article(name: str) -> str:
    """The name of a type as a sentence has it. Not the value: it may be a key that was passed by mistake."""
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _redact_headers(headers: Headers) -> Headers:
    return Headers((name, redact_header(name, value)) for name, value in headers.pairs)


def _variable(header: str) -> str:
    """The environment variable that stands for a hidden header in the curl and Python forms."""
    return {"authorization": "AUTH_TOKEN", "api-key": "FOUNDRY_API_KEY"}.get(
        header.lower(), re.sub(r"\W", "_", header.upper())
    )


def _json_or_none(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None


def _json_to_show(body: bytes) -> Any:
    """The body as JSON; None when it is not JSON, or nested so deep that nobody could read it and no printer lays it out."""
    data = _json_or_none(body)
    inside = [data]
    for _ in range(DEEPEST):
        inside = [
            part
            for value in inside
            if isinstance(value, dict | list)
            for part in (value.values() if isinstance(value, dict) else value)
        ]
        if not inside:
            return data
    return None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return f"({len(body):,} bytes that are not text)"


def _body_fields(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    data = _json_to_show(body)
    if data is not None:
        return {"body": data}
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode("ascii")}


def _body_bytes(fields: Mapping[str, Any]) -> bytes:
    if "body" in fields:
        return json.dumps(fields["body"], ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64decode(fields["base64"]) if "base64" in fields else fields.get("text", "").encode()
