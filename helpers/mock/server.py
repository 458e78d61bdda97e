"""The local Foundry on a socket: TLS, a thread or a process, and the variables that lead clients to it."""

import asyncio
import contextlib
import errno
import gc
import os
import re
import secrets
import shlex
import signal
import socket
import sys
import threading
import weakref
from collections.abc import AsyncIterator, Callable
from functools import cache
from itertools import chain
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http import httptools_impl

from helpers.exchange import Exchange, Headers
from helpers.mock import catalog
from helpers.mock.certificates import Certificates
from helpers.mock.control import PATH, Control
from helpers.mock.control.admission import Admission
from helpers.mock.control.events import events
from helpers.mock.files import CONTROL, Folder, write_private, write_variables
from helpers.mock.foundry import LocalFoundry
from helpers.mock.model.recordings import Recordings
from helpers.mock.parts import PREFIX, Secrets
from helpers.mock.room import INSTRUCTOR, Class, Room
from helpers.mock.wire import errors
from helpers.redaction import known_secrets

BODY_LIMIT = 16 * 1024 * 1024  # bytes
HEAD_LIMIT = 64 * 1024  # bytes of the request line and the headers
TARGET_LIMIT = 16 * 1024  # bytes of the path and the query
PATIENCE = 0.6  # seconds that a signal waits for the loop before the process ends without it
HOST = re.compile(r"[A-Za-z0-9._-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
CHUNKED = b"transfer-encoding: chunked\r\n"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class PortTaken(Exception):
    """The port asked for is in use. The message says what to do."""


MOST_FILES = 8192  # connections and files that are open at once, where the system lets a program have so many


class MockServer:
    """A local Foundry at an address of this machine.

    ``host`` "" means all addresses of this machine. ``port`` None means 8443 or the next free one, 0 any free one. ``env_file`` is where the variables are written when
    it is ready; without one they go to a private folder. ``strict`` refuses prompts without a recording; ``speed`` is
    that of streams, "realistic" or "instant"; ``limits`` is the quota of each deployment (requests, tokens per minute);
    without it only the small one of the catalog has a quota. Without ``other_sites`` clients trust this server alone, which
    is faster, for those that may reach nothing else. ``of`` is the class that it serves.
    ``variables`` leads any client to it; ``control_url`` opens its control page, in the clear but for this machine only, since no
    browser knows the authority. Raises PortTaken, OSError where its files cannot be written, and ValueError for a
    recording that cannot be used.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int | None = None,
        env_file: Path | None = None,
        strict: bool = False,
        speed: str = "realistic",
        limits: tuple[int, int] | None = None,
        other_sites: bool = True,
        of: Class | None = None,
    ):
        recordings = Recordings()
        self._folder = Folder()
        self._clean_up = weakref.finalize(self, self._folder.remove)
        self._sockets = _listen(host, port, also_here=of is not None)
        self.host = host
        self.port = self._sockets[0].getsockname()[1]
        self._plain = _page_socket(self.port + 1 if of else 0)
        self.env_file = (env_file or self._folder.path / "mock.env").absolute()

        named = "localhost" if host in LOOPBACK else socket.gethostname() if host in ("0.0.0.0", "::") else host
        named = of.address if of else named
        self.origin = f"https://{f'[{named}]' if ':' in named else named}:{self.port}"
        made = Secrets(PREFIX + secrets.token_hex(16), secrets.token_hex(16), secrets.token_hex(16))
        self.room = Room(self.origin, made, recordings, strict, limits, speed, of)
        # anew each time, for a class too: a page that is still open shows its key to whatever has this port next
        self.control_key = secrets.token_hex(16)
        self.control_url = f"http://127.0.0.1:{self._plain.getsockname()[1]}{PATH}/#{self.control_key}"
        names = [*dict.fromkeys([*LOOPBACK, named])]
        admission = Admission(self.room, self.control_key, names)
        self.control = Control(self.room, admission, self._variables_of)
        certificates = Certificates(*names, authority=of.authority if of else None)
        bundle = self._folder.path / "ca-bundle.pem"
        certificates.write_bundle(bundle, other_sites)
        opened_by = self.room.learners[INSTRUCTOR].secrets if of else made
        known_secrets.update((opened_by.api_key, opened_by.identity_header, opened_by.client_secret, self.control_key))
        self.variables = self._variables(str(bundle), opened_by)
        self._server = _Server(
            uvicorn.Config(
                _Endpoint(self.room, self.control),
                http=_Protocol,
                ws="none",
                lifespan="off",
                workers=1,  # whatever WEB_CONCURRENCY says
                ssl_context_factory=lambda config, default: certificates.server_context(),
                log_config=None,
                log_level="critical",  # a client that hangs up is normal, and a notebook is no place for server logs
                access_log=False,
                date_header=False,
                server_header=False,
                proxy_headers=False,  # nobody's X-Forwarded-For changes who they are
                timeout_keep_alive=120,
                timeout_graceful_shutdown=0,
            ),
            self._plain,
        )
        self._thread: threading.Thread | None = None

    @property
    def folder(self) -> Path:
        """Its private folder, which goes with it."""
        return self._folder.path

    @property
    def foundry(self) -> LocalFoundry:
        """The world of a mock without a class."""
        return self.room.own

    def start(self) -> None:
        """Run in a daemon thread of this process; returns when it answers."""
        self._thread = threading.Thread(target=self._run, name="foundry-mock", daemon=True)
        self._thread.start()
        self._server.settled.wait()
        if not self._server.started:
            raise RuntimeError("the offline mock did not start; run `python -m helpers mock` to see why")
        try:
            self._write_env_file()
        except OSError:
            self.stop()
            raise

    def stop(self) -> None:
        """End the thread and remove the files."""
        self._server.end()
        if self._thread:
            self._thread.join(timeout=5)
        for opened in (*self._sockets, self._plain):  # of a server that was never started
            opened.close()
        self._clean_up()

    def serve(self, announce: Callable[[], None] | None = None) -> None:
        """Run in the main thread until Ctrl-C; writes the variables as soon as it answers, and then tells where it is, or does
        what ``announce`` does."""

        def ready() -> None:
            self._write_env_file()
            (announce or self._announce)()

        self._server.on_ready = ready
        self._server.on_stuck = self._give_up
        _open_more_files()
        gc.freeze()  # what is loaded by now stays: the garbage collector need not look at it again and again
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C, files removed
        try:
            self._server.run(sockets=self._sockets)
        except KeyboardInterrupt:
            pass
        finally:
            self._clean_up()
        _say_stopped()

    def _give_up(self) -> None:
        """End the process although a request still holds the loop, files removed."""
        self._clean_up()
        _say_stopped()
        os._exit(0)

    def _run(self) -> None:
        try:
            self._server.run(sockets=self._sockets)
        finally:
            self._server.settled.set()

    def _announce(self) -> None:
        reach = "this machine only" if self.host in LOOPBACK else "every machine that reaches this one"
        print(f"Offline mock of Foundry at {self.origin} ({reach}). Ctrl-C stops it.")
        print("Its controls: python3 -m helpers control")
        print(f"Its variables are in {self.env_file}. To use them in a shell:")
        print(f"  set -a; . {shlex.quote(str(self.env_file))}; set +a", flush=True)

    def _variables(self, bundle: str, opened_by: Secrets) -> dict[str, str]:
        """All that leads a client on this machine here."""
        no_proxy = ",".join(
            dict.fromkeys(
                [*filter(None, os.environ.get("NO_PROXY", os.environ.get("no_proxy", "")).split(",")), *LOOPBACK]
            )
        )
        return {
            **self._of_the_world(opened_by),
            "FOUNDRY_MOCK_ENV": str(self.env_file),
            "FOUNDRY_MOCK_CONTROL_KEY": self.control_key,
            **dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"), bundle),
            "NO_PROXY": no_proxy,  # a company proxy cannot reach this machine's localhost
            "no_proxy": no_proxy,
        }

    def _variables_of(self, learner: str) -> dict[str, str]:
        """What leads a learner's clients here, apart from what depends on the learner's machine."""
        return self._of_the_world(self.room.learners[learner].secrets)

    def _of_the_world(self, opened_by: Secrets) -> dict[str, str]:
        return {
            "FOUNDRY_PROJECT_ENDPOINT": f"{self.origin}/api/projects/{catalog.PROJECT}",
            "FOUNDRY_RESOURCE_ENDPOINT": self.origin,
            "FOUNDRY_MODEL_NAME": catalog.DEFAULT_DEPLOYMENT,
            "FOUNDRY_API_KEY": opened_by.api_key,
            "FOUNDRY_MANAGEMENT_ENDPOINT": self.origin,
            "FOUNDRY_SUBSCRIPTION_ID": catalog.SUBSCRIPTION_ID,
            # two registered applications, the second without a role
            "FOUNDRY_AUTHORITY": self.origin,
            "FOUNDRY_TENANT_ID": catalog.TENANT_ID,
            "FOUNDRY_CLIENT_ID": catalog.CLIENT_ID,
            "FOUNDRY_CLIENT_SECRET": opened_by.client_secret,
            "FOUNDRY_SECOND_CLIENT_ID": catalog.CLIENT_ID_WITHOUT_ROLE,
            "FOUNDRY_SECOND_CLIENT_SECRET": opened_by.client_secret,
            # what GitHub sets in a run of a workflow that may ask for a token of its own
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.origin}/github/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": opened_by.workflow_token,
            "IDENTITY_ENDPOINT": f"{self.origin}/msi/token",
            "IDENTITY_HEADER": opened_by.identity_header,
            "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
            "AZURE_CLIENT_ID": "",  # set, it would make azure-identity ask for another identity than the mock's
        }

    def _write_env_file(self) -> None:
        write_private(self._folder.path / CONTROL, f"{self.port} {self.control_url}")
        write_variables(self.env_file, self.variables)
        self._clean_up.detach()
        self._clean_up = weakref.finalize(self, self._folder.remove, self.env_file)


def _say_stopped() -> None:
    """The last word, where somebody still listens: who has started the mock by a pipe may be gone."""
    try:
        print("Stopped.", flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would try again on its way out


def _open_more_files() -> None:
    """Let this process have as many connections as a room needs, where the system sets a low limit and lets it be raised."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class _Server(uvicorn.Server):
    """uvicorn's server, which also tells when it is ready, and ends at once: uvicorn's own looks ten times a second whether
    it should, and then waits for connections to close by themselves."""

    def __init__(self, config: uvicorn.Config, plain: socket.socket):
        super().__init__(config)
        self._plain = plain  # where the same is answered without TLS
        self.settled = threading.Event()
        self.on_ready = self.settled.set
        self.on_stuck: Callable[[], None] = lambda: None  # when a signal has come and the loop does not end
        self._loop: asyncio.AbstractEventLoop | None = None

    def end(self) -> None:
        """End it, from any thread or from a signal's handler."""
        self.should_exit = True
        if self._loop:
            with contextlib.suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._ended.set)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self.end()
        watchdog = threading.Timer(PATIENCE, self.on_stuck)
        watchdog.daemon = True
        watchdog.start()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._ended, self._loop = asyncio.Event(), asyncio.get_running_loop()
        await super().startup(sockets=sockets)

        def protocol() -> asyncio.Protocol:
            return _Protocol(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

        self.servers.append(await self._loop.create_server(protocol, sock=self._plain))
        self.on_ready()

    async def main_loop(self) -> None:
        if not self.should_exit:
            await self._ended.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listener in self.servers:
            listener.close()
        for opened in sockets or []:
            opened.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()  # a TLS connection would wait for the client's goodbye
        for task in self.server_state.tasks:
            task.cancel()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)


class _Protocol(httptools_impl.HttpToolsProtocol):
    """uvicorn's protocol, where a head may have any length and a connection that was reset is kept as long as an idle one. Here
    a head has an end, and such a connection goes at once, with all that it had yet to send."""

    _head = -1  # bytes of the head so far; -1 outside of one

    def data_received(self, data: bytes) -> None:
        if self._head >= 0:
            self._head += len(data)
        if self._head > HEAD_LIMIT:
            refusal = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            self.transport.write(refusal)
            self.transport.close()
            self._head = -1
        elif not self.transport.is_closing():
            super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unset_keepalive_if_required()  # the timer would hold it

    def _start_asgi_task(self, cycle: httptools_impl.RequestResponseCycle, app: ASGIApp) -> None:
        cycle.__class__ = _Cycle  # uvicorn asks nobody what to make them of
        super()._start_asgi_task(cycle, app)

    def on_message_begin(self) -> None:
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head = -1
        super().on_headers_complete()


class _Cycle(httptools_impl.RequestResponseCycle):
    """uvicorn's, which also takes an answer that is whole, and sends head and body in one write. uvicorn makes two of them, each
    a TLS record of its own, and examines every header: a fifth of the time that the mock spends on an answer."""

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] != "whole":
            await super().send(message)
        elif self.flow.write_paused or not self.keep_alive or self.scope["method"] == "HEAD":  # seldom
            await super().send(_start(message["status"], message["head"]))
            await super().send({"type": "http.response.body", "body": message["body"]})
        elif not self.disconnected:
            self.response_started = self.response_complete = True
            self.waiting_for_100_continue = False
            self.transport.write(_written(message["status"], message["head"], message["body"]))
            self.message_event.set()
            self.on_response()


def _start(status: int, head: bytes) -> dict[str, Any]:
    """The beginning of an answer, as uvicorn wants it."""
    fields = [tuple(line.split(b": ", 1)) for line in head.split(b"\r\n")[:-1]]
    return {"type": "http.response.start", "status": status, "headers": fields}


def _written(status: int, head: bytes, body: bytes) -> bytes:
    """A whole answer as it goes over the wire; ``head`` are the lines of its headers."""
    line = httptools_impl.STATUS_LINE[status]
    if head.endswith(CHUNKED):
        return b"%b%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (line, head, len(body), body)
    return b"%b%b\r\n%b" % (line, head, body)


class _StatusLine(int):
    """A status whose reason phrase is the service's own. uvicorn has no way to send one: it looks the whole line up in a
    table by this number, so a number that is equal only to itself can have a line of its own."""

    __hash__ = object.__hash__

    def __eq__(self, other) -> bool:
        return self is other


@cache  # the reasons are those of errors.py, and few
def _status_line(status: int, reason: str) -> int:
    standard = httptools_impl.STATUS_LINE[status]
    wanted = f"HTTP/1.1 {status} {reason}\r\n".encode("latin-1")
    if standard == wanted:
        return status
    line = _StatusLine(status)
    httptools_impl.STATUS_LINE[line] = wanted
    return line


class _Endpoint:
    """The ASGI side: bytes in, Exchange, bytes out."""

    def __init__(self, room: Room, control: Control):
        self._room, self._control = room, control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = asyncio.get_running_loop().time()
        headers = Headers.of_bytes(scope["headers"])
        try:
            body = await _read_body(receive, headers)
        except ClientDisconnect:
            return
        query = scope["query_string"].decode("latin-1")
        path = scope["raw_path"].decode("latin-1")
        url = f"https://{headers.get('host', '')}{path}" + (f"?{query}" if query else "")
        request = Exchange(scope["method"], url, headers, body or b"")
        foundry = self._room.own
        if body is None:
            answer = foundry.refuse(request, errors.too_large(BODY_LIMIT))
        elif sum(map(len, chain.from_iterable(scope["headers"]))) > HEAD_LIMIT:
            answer = foundry.refuse(request, errors.head_too_large(HEAD_LIMIT))
        elif len(path) + len(query) > TARGET_LIMIT:
            answer = foundry.refuse(request, errors.target_too_long(TARGET_LIMIT))
        elif not HOST.fullmatch(headers.get("host", "")):
            answer = foundry.refuse(request, errors.no_host())
        elif path == PATH or path.startswith(PATH + "/"):
            if self._control.watches(request, scope["scheme"]):
                return await _send_events(events(self._room, self._control), receive, send)
            address = scope["client"][0] if scope["client"] else ""
            # in a thread, since the journal may be long
            answer = await asyncio.to_thread(self._control.answer, request, scope["scheme"], address)
        elif scope["scheme"] == "http":
            answer = foundry.refuse(request, errors.not_found())  # no key and no token in the clear
        elif path.endswith("/embeddings"):
            answer = await asyncio.to_thread(self._room.answer, request)  # millions of numbers, and nothing is kept
        else:
            answer = self._room.answer(request)
        await _send(answer, send, started, self._room.speed)
        return None


async def _read_body(receive: Receive, headers: Headers) -> bytes | None:
    """The body, or None when it is over the limit. Raises ClientDisconnect."""
    announced = headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > BODY_LIMIT:
        return None
    pieces, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > BODY_LIMIT:
            return None
        more = message.get("more_body", False)
    return b"".join(pieces)


async def _send(answer: Exchange, send: Send, started: float, speed: str) -> None:
    """Send the answer. A stream is paced by absolute deadlines, so that it does not drift; at instant speed it is one
    write. Where the chunks are shorter than the body the connection is dropped after them."""
    lines, body, chunks = answer.response_headers.lines(), answer.response_body, answer.chunks
    head = b"".join(lines)
    if head.count(b"\n") != len(lines) or head.count(b"\r") != len(lines):
        raise ValueError("a header holds the end of a line")
    if answer.elapsed:
        await _until(started + answer.elapsed)
        started += answer.elapsed
    status = _status_line(answer.status, answer.reason)
    instant = chunks and speed == "instant"
    if instant and len(chunks.sent) == len(body):
        return await send({"type": "whole", "status": status, "head": head + CHUNKED, "body": body})
    if not chunks and b"content-type: " in head:  # where the service sends no type it sends no length either
        head += b"content-length: %d\r\n" % len(body)
        return await send({"type": "whole", "status": status, "head": head, "body": body})
    await send(_start(status, head))
    if not chunks:
        return await send({"type": "http.response.body", "body": body})
    if instant:
        return await send({"type": "http.response.body", "body": chunks.sent, "more_body": True})
    left = len(body)
    for at, piece in chunks:
        await _until(started + at)
        left -= len(piece)
        await send({"type": "http.response.body", "body": piece, "more_body": left > 0})
    return None  # where no end was sent, uvicorn drops the connection then


async def _send_events(pieces: AsyncIterator[bytes], receive: Receive, send: Send) -> None:
    """Send server-sent events until the client leaves."""

    async def left() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    async def sent() -> None:
        pairs = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": pairs})
        async with contextlib.aclosing(pieces):
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})

    both = [asyncio.create_task(left()), asyncio.create_task(sent())]
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)


async def _until(deadline: float) -> None:
    await asyncio.sleep(max(0.0, deadline - asyncio.get_running_loop().time()))


def _listen(host: str, port: int | None, also_here: bool = False) -> list[socket.socket]:
    """Sockets on one port: on loopback for both IPv4 and IPv6, since "localhost" may mean either; for another address, on that,
    and on loopback too where it is asked for."""
    here = [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
    if host in LOOPBACK:
        families = here
    elif host == "":
        families = [(socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")]
    else:
        families = [_family(host), *(here if also_here else ())]
    candidates = [port] if port is not None else [*range(catalog.PORT, catalog.PORT + 50), 0]
    for candidate in candidates:
        sockets: list[socket.socket] = []
        try:
            for family, address in families:
                chosen = sockets[0].getsockname()[1] if sockets else candidate
                try:
                    sockets.append(_bind(family, address, chosen))
                except OSError as error:
                    if not sockets or error.errno == errno.EADDRINUSE:
                        raise
                    # else this machine has no IPv6, and IPv4 alone will do
            return sockets
        except OverflowError:
            raise PortTaken(f"{candidate} is not a port: a port is a number from 0 to 65535.") from None
        except OSError as error:
            for opened in sockets:
                opened.close()
            if candidate == candidates[-1]:
                raise PortTaken(
                    f"Cannot listen on {host} port {candidate}: {error.strerror}. "
                    "Choose another with --port, or leave --port out to get a free one."
                ) from None
    raise AssertionError("unreachable: the last candidate returns or raises")


def _page_socket(port: int) -> socket.socket:
    """Where the control page is: on this port, so that a page that is open finds the class again, or on any."""
    try:
        return _bind(socket.AF_INET, "127.0.0.1", port)
    except (OSError, OverflowError):
        return _bind(socket.AF_INET, "127.0.0.1", 0)


def _family(host: str) -> tuple[socket.AddressFamily, str]:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise PortTaken(
            f"{host} is not an address of this machine. Leave --host out to use this machine only."
        ) from None
    return family, address[0]


def _bind(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":  # there SO_REUSEADDR would let two servers share a port
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind((address, port))
        opened.listen(1024)
    except BaseException:
        opened.close()
        raise
    return opened
