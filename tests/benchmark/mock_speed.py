"""How fast the mock answers, beside a minimal Starlette app that returns one constant body with the same server and TLS.

Both run as processes of their own, in turn, against the same load generator in this run, so that the ratio does not
depend on the machine. Requests per second are measured by wrk where it is installed (Debian: apt install wrk), else by a
small asyncio client, which is the bottleneck then: there, read the CPU column instead. Where the machine has other work to
do, the ratio of the CPU columns is the steadier one.
"""

import asyncio
import json
import os
import re
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import psutil

from helpers.mock.server import MockServer

ROUNDS, SECONDS = 3, 3
PROMPT = {"model": "gpt-4.1-mini", "input": "What is an AI application?"}
DELTAS_50 = {"model": "gpt-4.1-mini", "input": "What is an AI application?", "stream": True}

MINIMAL = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from helpers.mock.certificates import Certificates
from helpers.mock import server
body = open(sys.argv[1], "rb").read()
class Constant:
    async def __call__(self, scope, receive, send):
        await Request(scope, receive).body()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
certificates = Certificates("localhost", "127.0.0.1")
sockets = server._listen("127.0.0.1", 0)
config = uvicorn.Config(Starlette(routes=[Route("/{path:path}", endpoint=Constant())]), http="httptools", ws="none",
    lifespan="off", ssl_context_factory=lambda config, default: certificates.server_context(), log_level="critical",
    access_log=False, date_header=False, server_header=False, timeout_keep_alive=120)
print(sockets[0].getsockname()[1], flush=True)
uvicorn.Server(config).run(sockets=sockets)
"""


class Running:
    """A server process: its port, its key, and the CPU seconds and memory it has used."""

    def __init__(self, command: list[str], env_file: Path | None = None):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.port = int(re.findall(r"\d+", line.rpartition("localhost:")[2] or line)[0])
        self.key = ""
        if env_file:
            self.key = dict(row.split("=", 1) for row in env_file.read_text().splitlines())["FOUNDRY_API_KEY"]
        self.stats = psutil.Process(self.process.pid)

    def cpu(self) -> float:
        times = self.stats.cpu_times()
        return times.user + times.system

    def memory(self) -> float:
        return self.stats.memory_info().rss / 1e6

    def stop(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=10)


def mock(folder: Path, speed: str) -> Running:
    env_file = folder / f"{speed}.env"
    command = [sys.executable, "-m", "helpers", "mock", "--port", "0", "--speed", speed, "--env-file", str(env_file)]
    return Running(command, env_file)


def minimal(folder: Path) -> Running:
    body = folder / "body.json"
    server = MockServer(port=0)  # its answer is the constant
    from helpers.exchange import Exchange, Headers

    key = server.foundry.secrets.api_key
    request = Exchange(
        "POST", "https://localhost/openai/v1/responses", Headers({"api-key": key}), json.dumps(PROMPT).encode()
    )
    body.write_bytes(server.foundry.answer(request).response_body)
    for opened in server._sockets:
        opened.close()
    return Running([sys.executable, "-c", MINIMAL, str(body)])


def load(running: Running, body: dict, connections: int) -> tuple[float, float]:
    """Requests per second, and microseconds of the server's CPU per request."""
    before = running.cpu()
    wrk = shutil.which("wrk")
    done, seconds = (_wrk if wrk else _asyncio_load)(running, json.dumps(body), connections)
    return done / seconds, (running.cpu() - before) / max(done, 1) * 1e6


def _wrk(running: Running, body: str, connections: int) -> tuple[int, float]:
    with tempfile.NamedTemporaryFile("w", suffix=".lua", delete=False) as script:
        script.write(
            f'wrk.method="POST"\nwrk.body=[[{body}]]\nwrk.headers["api-key"]="{running.key}"\n'
            'wrk.headers["Content-Type"]="application/json"\n'
        )
    url = f"https://localhost:{running.port}/openai/v1/responses"
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "-s", script.name, url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    Path(script.name).unlink()
    assert "Non-2xx" not in said, said
    count, seconds = re.search(r"(\d+) requests in ([\d.]+)s", said).groups()
    return int(count), float(seconds)


def _asyncio_load(running: Running, body: str, connections: int) -> tuple[int, float]:
    async def work() -> tuple[int, float]:
        opened = [await _connect(running) for _ in range(connections)]  # many handshakes take longer than the load
        start, count = time.perf_counter(), 0

        async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal count
            while time.perf_counter() < start + SECONDS:
                writer.write(_request(running, body))
                await _read_answer(reader)
                count += 1
            writer.close()

        await asyncio.gather(*(client(*one) for one in opened))
        return count, time.perf_counter() - start

    return asyncio.run(work())


async def _connect(running: Running):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return await asyncio.open_connection("127.0.0.1", running.port, ssl=context)


def _request(running: Running, body: str) -> bytes:
    return (
        f"POST /openai/v1/responses HTTP/1.1\r\nHost: localhost\r\napi-key: {running.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def _read_answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    await reader.readexactly(int(re.search(rb"content-length: (\d+)", head)[1]))


def compare(folder: Path) -> None:
    print(f"  load by {'wrk' if shutil.which('wrk') else 'asyncio (install wrk for a faster one)'}, median of {ROUNDS}")
    print(f"  {'':<34}{'requests/s':>12}{'ratio':>8}   wanted       {'CPU us':>9}{'ratio':>8}   wanted")
    servers = {"minimal": minimal(folder), "mock": mock(folder, "instant")}
    try:
        for connections in (32, 200):
            rates: dict[str, list[tuple[float, float]]] = {name: [] for name in ("minimal", "mock", "stream")}
            for _ in range(ROUNDS):
                for name, server in servers.items():
                    rates[name].append(load(server, PROMPT, connections))
                if shutil.which("wrk"):
                    rates["stream"].append(load(servers["mock"], DELTAS_50, connections))
            middle = {
                n: [statistics.median(column) for column in zip(*rows, strict=True)]
                for n, rows in rates.items()
                if rows
            }
            _row(f"minimal app, {connections} connections", middle["minimal"])
            _row(f"mock, recorded response, {connections}", middle["mock"], middle["minimal"], (0.5, 2.0))
            if "stream" in middle:
                _row(f"mock, instant stream, {connections}", middle["stream"], middle["mock"], (0.6, 1.5))
        print(f"  memory of the mock after that: {servers['mock'].memory():.0f} MB")
    finally:
        for server in servers.values():
            server.stop()


def _row(name: str, figures: list[float], reference: list[float] | None = None, wanted: tuple = ()) -> None:
    (rate, cpu), ratios = figures, ("", "")
    if reference:
        least, most = wanted
        ratios = f"{rate / reference[0]:8.2f}   at least {least:<4}", f"{cpu / reference[1]:8.2f}   at most {most}"
    print(f"  {name:<34}{rate:12,.0f}{ratios[0]:<24}{cpu:9.0f}{ratios[1]}")


def classroom(folder: Path, learners: int = 200) -> None:
    """Many learners read a paced stream at once: how late the first event is, how much the gaps vary."""
    running = mock(folder, "realistic")

    async def learner(reader, writer) -> tuple[float, list[float]]:
        start = time.perf_counter()
        writer.write(_request(running, json.dumps(DELTAS_50)))
        await reader.readuntil(b"\r\n\r\n")
        times = []
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
            times.append(time.perf_counter() - start)
        writer.close()
        return times[0], [after - before for before, after in pairwise(times[1:])]

    async def room() -> list[tuple[float, list[float]]]:
        connected = await asyncio.gather(*(_connect(running) for _ in range(learners)))
        return await asyncio.gather(*(learner(*pair) for pair in connected))

    try:
        results = asyncio.run(room())
        memory = running.memory()
    finally:
        running.stop()
    firsts = [first * 1000 for first, _ in results]
    jitter = [abs(gap - 0.03) * 1000 for _, gaps in results for gap in gaps]
    print(f"  {learners} learners, one paced stream each ({len(results[0][1]) + 2} events)")
    print(f"  {'first event, p99':<34}{_p99(firsts):9.1f} ms   wanted: under 100 ms")
    print(f"  {'gap jitter, p99':<34}{_p99(jitter):9.1f} ms   wanted: under 20 ms")
    print(f"  {'memory':<34}{memory:9.0f} MB   wanted: under 150 MB")


def _p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


def growth() -> None:
    """CPU time of one answer in the core as recordings, stored responses and journal entries grow."""
    from helpers.exchange import Exchange, Headers
    from helpers.mock.model.recordings import Recording

    print(f"  {'entries in each store':<34}{'us per answer':>14}")
    for size in (10, 1_000, 10_000):
        server = MockServer(port=0)
        foundry = server.foundry
        for opened in server._sockets:
            opened.close()
        recordings = foundry.recordings
        sample = next(iter(recordings))
        for number in range(size):
            recordings._by_prompt[f"{number}"] = [Recording(str(number), sample.prompt, sample.answer)]
        headers = Headers({"api-key": foundry.secrets.api_key})

        def ask(number: int, foundry=foundry, headers=headers) -> None:
            body = json.dumps({**PROMPT, "metadata": {"number": str(number)}}).encode()
            foundry.answer(Exchange("POST", "https://localhost/openai/v1/responses", headers, body))

        for number in range(size):
            ask(number)
        best = []
        for part in range(5):
            start = time.process_time()
            for number in range(500):
                ask(-500 * part - number)  # each one new: an answer that was worked out before is another matter
            best.append((time.process_time() - start) / 500 * 1e6)
        print(f"  {size:<34,}{min(best):14.0f}")


def main() -> None:
    os.environ["FOUNDRY_PROJECT_ENDPOINT"] = ""
    with tempfile.TemporaryDirectory() as name:
        compare(Path(name))
        classroom(Path(name))
    growth()


if __name__ == "__main__":
    main()
