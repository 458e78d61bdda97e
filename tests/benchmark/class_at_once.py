"""A class at once: forty learners, each with a plain request about every tenth of a second and a paced stream beside it, over
connections of their own: how long a plain request takes, and how late a stream's first event is. Then each stores more than a world
holds: whether memory grows."""

import asyncio
import json
import random
import ssl
import subprocess
import sys
import time

import psutil

LEARNERS, ROUNDS, SECONDS = 40, 3, 8
STORED = 250  # responses that each learner stores more, each time
PLAIN = {"model": "gpt-5.4-mini", "input": "What is an endpoint?"}
STREAM = {"model": "gpt-4.1-mini", "input": "What is an AI application?", "stream": True}
CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
CONTEXT.check_hostname, CONTEXT.verify_mode = False, ssl.CERT_NONE
SERVER = f"""
import json
from helpers.mock.server import MockServer
from tests.mock.classes import a_class
of = a_class()
server = MockServer(port=0, other_sites=False, of=of)
keys = [server.room.join(of.code(), "", "192.0.2.7").secrets.api_key for _ in range({LEARNERS})]
server.serve(lambda: print(json.dumps([server.port, keys]), flush=True))
"""


async def connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port, ssl=CONTEXT)


def request(key: str, body: dict) -> bytes:
    text = json.dumps(body)
    return (
        f"POST /openai/v1/responses HTTP/1.1\r\nHost: localhost\r\napi-key: {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n{text}"
    ).encode()


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])


async def plain(port: int, key: str, took: list[float], until: float, number: int) -> None:
    """One learner's plain requests. Every second one is new to the mock, and worked out."""
    reader, writer = await connect(port)
    chance = random.Random(number)
    while time.perf_counter() < until:
        await asyncio.sleep(chance.uniform(0.05, 0.15))
        body = {**PLAIN, "metadata": {"at": f"{number} {time.perf_counter()}"}} if chance.random() < 0.5 else PLAIN
        start = time.perf_counter()
        writer.write(request(key, body))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        await reader.readexactly(_length(head))
        took.append(time.perf_counter() - start)
    writer.close()


async def streams(port: int, key: str, late: list[float], until: float, number: int) -> None:
    """One learner's streams, one after the other."""
    reader, writer = await connect(port)
    chance = random.Random(-number)
    while time.perf_counter() < until:
        await asyncio.sleep(chance.uniform(0, 0.5))
        start = time.perf_counter()
        writer.write(request(key, STREAM))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        first = True
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
            if first:
                late.append(time.perf_counter() - start)
                first = False
        await reader.readline()
    writer.close()


async def round_of(port: int, keys: list[str]) -> tuple[list[float], list[float]]:
    took: list[float] = []
    late: list[float] = []
    until = time.perf_counter() + SECONDS
    work = [plain(port, key, took, until, number) for number, key in enumerate(keys)]
    work += [streams(port, key, late, until, number) for number, key in enumerate(keys)]
    await asyncio.gather(*work)
    return took, late


async def store(port: int, key: str, number: int, first: int) -> None:
    """One learner's responses, each another one."""
    reader, writer = await connect(port)
    for at in range(first, first + STORED):
        body = {**PLAIN, "metadata": {"at": f"{number} {at}"}}
        writer.write(request(key, body))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        await reader.readexactly(_length(head))
    writer.close()


async def store_all(port: int, keys: list[str], first: int) -> None:
    await asyncio.gather(*(store(port, key, number, first) for number, key in enumerate(keys)))


def _at(values: list[float], share: float) -> float:
    return sorted(values)[int(len(values) * share)] * 1000


def _megabytes(process: psutil.Process) -> float:
    return process.memory_info().rss / 1e6


def main() -> None:
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    try:
        port, keys = json.loads(server.stdout.readline())
        process = psutil.Process(server.pid)
        print(
            f"  {LEARNERS} learners, {ROUNDS} rounds of {SECONDS} s; wanted: plain p99 under 150 ms, first event p99 under 100 ms"
        )
        print(
            f"  {'round':<7}{'requests':>9}{'p50 ms':>9}{'p99 ms':>9}{'streams':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU %':>7}{'MB':>6}"
        )
        for number in range(1, ROUNDS + 1):
            before, start = process.cpu_times(), time.perf_counter()
            took, late = asyncio.run(round_of(port, keys))
            after, passed = process.cpu_times(), time.perf_counter() - start
            used = (after.user + after.system - before.user - before.system) / passed
            print(
                f"  {number:<7}{len(took):9,}{_at(took, 0.5):9.1f}{_at(took, 0.99):9.1f}"
                f"{len(late):9,}{_at(late, 0.5):9.1f}{_at(late, 0.99):9.1f}{used * 100:7.0f}{_megabytes(process):6.0f}"
            )
        for first in range(0, 4 * STORED, STORED):
            asyncio.run(store_all(port, keys, first))
            print(f"  {_megabytes(process):.0f} MB when each has stored {first + STORED} responses more")
    finally:
        server.terminate()
        server.communicate(timeout=10)


if __name__ == "__main__":
    main()
