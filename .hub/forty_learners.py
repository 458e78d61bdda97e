"""What this machine can carry: a hub with forty learners, each with their own server and kernel, started at once through
JupyterHub's own API. Each has a mock of their own or, with --class, all have joined one that runs beside the hub. As root, after
learners.sh: .venv/bin/python .hub/forty_learners.py [--class] [NUMBER]
"""

import argparse
import asyncio
import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from statistics import median

import aiohttp

HERE = Path(__file__).resolve().parent
# What a learner runs: the first lesson's request, and twenty more with the time that each takes. The deployment takes thirty a
# minute, so learners who share its quota would be refused.
LESSON = """
import json, time, requests
from helpers import connect
from helpers.connection import written_by_join
foundry = connect()
def ask():
    start = time.perf_counter()
    reply = requests.post(f"{foundry.resource_endpoint}/openai/v1/responses", headers=foundry.headers(),
                          json={"model": "course-chat", "input": "What is an AI application?"}, timeout=60)
    return reply.status_code, time.perf_counter() - start
ask()
statuses, took = zip(*(ask() for _ in range(20)))
print("RESULT", json.dumps({"statuses": statuses, "endpoint": foundry.resource_endpoint, "took": took,
                            "known_as": written_by_join().get("FOUNDRY_CLASS_LEARNER", "")}))
"""
# What a learner types in a terminal before and after, where the room has one mock.
HELPERS = """
import subprocess, sys
subprocess.run([sys.executable, "-m", "helpers", *{words!r}], cwd="..", check=True, capture_output=True)
"""
EXTRA = """
load_subconfig({main!r})
c.JupyterHub.services.append({{"name": "class", "api_token": {token!r}}})
c.JupyterHub.load_roles.append({{"name": "class", "services": ["class"],
    "scopes": ["admin:users", "admin:servers", "access:servers"]}})
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


async def hub_is_up(session: aiohttp.ClientSession, url: str, hub: subprocess.Popen) -> None:
    while hub.poll() is None:
        with contextlib.suppress(aiohttp.ClientError):
            async with session.get(f"{url}/hub/api/") as reply:
                if reply.status == 200:
                    return
        await asyncio.sleep(0.2)
    raise SystemExit("The hub did not start; what it said stands above. Is configurable-http-proxy on PATH?")


@contextlib.contextmanager
def class_mock(folder: str):
    """A mock for the room on this machine, stopped at the end. Yields what learners type after "join": its address, the code."""
    command = [sys.executable, "-m", "helpers", "class", "--name", "hub", "--host", "localhost", "--port", str(free_port()), "--no-browser"]  # fmt: skip
    own = {**os.environ, "XDG_STATE_HOME": folder}
    with subprocess.Popen(command, cwd=HERE.parent, env=own, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield next(line.partition(" join ")[2].split() for line in running.stdout if " join " in line)
        finally:
            running.terminate()
            running.communicate()


async def learn(session: aiohttp.ClientSession, url: str, name: str, room: list[str] | None) -> dict:
    """One learner: a server, a kernel, the lesson. Returns the seconds that each took, and what the lesson said."""
    start = time.perf_counter()
    async with session.post(f"{url}/hub/api/users/{name}") as reply:
        assert reply.status in (201, 409), await reply.text()
    async with session.post(f"{url}/hub/api/users/{name}/server") as reply:
        assert reply.status in (201, 202), await reply.text()
    async with session.get(f"{url}/hub/api/users/{name}/server/progress") as progress:
        async for line in progress.content:
            if line.startswith(b"data:"):
                event = json.loads(line[5:])
                assert not event.get("failed"), event
                if event.get("ready"):
                    break
    up = time.perf_counter() - start
    async with session.post(
        f"{url}/user/{name}/api/kernels", json={"name": "python3", "path": "foundry-course/notebooks"}
    ) as reply:
        assert reply.status == 201, await reply.text()
        kernel = (await reply.json())["id"]
    begun = time.perf_counter()
    code = LESSON if room is None else HELPERS.format(words=["join", *room]) + LESSON + HELPERS.format(words=["leave"])
    request = {"header": {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "username": name, "session": "s", "version": "5.3"},
               "parent_header": {}, "metadata": {}, "channel": "shell",
               "content": {"code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}}  # fmt: skip
    async with session.ws_connect(f"{url}/user/{name}/api/kernels/{kernel}/channels", max_msg_size=0) as channel:
        await channel.send_json(request)
        said = ""
        async for message in channel:
            event = json.loads(message.data)
            if event["msg_type"] == "stream":
                said += event["content"]["text"]
            assert event["msg_type"] != "error", event["content"]
            # the reply may overtake what was printed; this comes last
            if (
                event["msg_type"] == "status"
                and event["content"]["execution_state"] == "idle"
                and event["parent_header"].get("msg_id") == request["header"]["msg_id"]
            ):
                break
    result = json.loads(said.partition("RESULT ")[2])
    return {"name": name, "up": up, "lesson": time.perf_counter() - begun, **result}


def memory_of(names: list[str]) -> float:
    """MB that the processes of these users hold, shared pages counted in parts (Pss)."""
    kilobytes = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.owner() in names:
                rollup = (process / "smaps_rollup").read_text()
                kilobytes += int(next(line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:")))
        except (OSError, KeyError, StopIteration):  # it has ended meanwhile
            continue
    return kilobytes / 1000


async def simulate(count: int, together: bool) -> None:
    names = [f"learner-{number:02}" for number in range(1, count + 1)]
    port, token = free_port(), secrets.token_hex(32)
    with tempfile.TemporaryDirectory(prefix="hub-") as folder, contextlib.ExitStack() as running:
        config = Path(folder) / "config.py"
        config.write_text(EXTRA.format(main=str(HERE / "jupyterhub_config.py"), token=token, folder=folder,
                                       hub_port=free_port(), proxy_port=free_port()))  # fmt: skip
        url = f"http://127.0.0.1:{port}"
        log = (Path(folder) / "hub.log").open("w+")
        hub = subprocess.Popen(
            [str(Path(sys.executable).parent / "jupyterhub"), "-f", str(config), "--log-level=WARN"],
            cwd=folder, env={**os.environ, "HUB_URL": url}, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            room = running.enter_context(class_mock(folder)) if together else None
            timeout = aiohttp.ClientTimeout(total=900)
            connector = aiohttp.TCPConnector(limit=0)
            async with aiohttp.ClientSession(
                headers={"Authorization": f"token {token}"}, timeout=timeout, connector=connector
            ) as session:
                await hub_is_up(session, url, hub)
                start = time.perf_counter()
                learners = await asyncio.gather(*(learn(session, url, name, room) for name in names))
                whole = time.perf_counter() - start
                report(learners, whole, memory_of(names), together)
                await asyncio.gather(*(session.delete(f"{url}/hub/api/users/{name}/server") for name in names))
        except BaseException:
            log.seek(0)
            print(log.read()[-4000:], file=sys.stderr)
            raise
        finally:
            hub.terminate()
            hub.wait(60)
            log.close()


def report(learners: list[dict], whole: float, megabytes: float, together: bool) -> None:
    took = sorted(seconds for learner in learners for seconds in learner["took"])
    endpoints = {learner["endpoint"] for learner in learners}
    print(f"{len(learners)} learners on {os.cpu_count()} cores")
    print(
        f"  all servers up           {max(learner['up'] for learner in learners):7.1f} s (median {median(learner['up'] for learner in learners):.1f} s)"
    )
    print(
        f"  all have run the lesson  {whole:7.1f} s (median of the lesson {median(learner['lesson'] for learner in learners):.1f} s)"
    )
    print(
        f"  a request to their mock  {median(took) * 1000:7.0f} ms median, {took[int(len(took) * 0.99) - 1] * 1000:.0f} ms p99, {len(took)} requests"
    )
    print(f"  memory                   {megabytes:7.0f} MB, {megabytes / len(learners):.0f} MB a learner")
    print(f"  mocks                    {len(endpoints):7d}")
    assert {status for learner in learners for status in learner["statuses"]} == {200}, "somebody was refused"
    names = {learner["known_as"] for learner in learners}
    if together:
        assert len(endpoints) == 1, "not everybody has joined"
        assert len(names) == len(learners), "two learners have the same name"
    else:
        assert len(endpoints) == len(learners), "two learners share a mock"


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("number", nargs="?", type=int, default=40)
    options.add_argument("--class", dest="together", action="store_true", help="one mock for all, which they join")
    given = options.parse_args()
    asyncio.run(simulate(given.number, given.together))
