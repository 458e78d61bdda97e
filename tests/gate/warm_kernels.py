"""Kernels that start warm and do not wait. Each is forked from a process that has already imported what the lessons import,
and where a cell sleeps, the mock's quotas are told that the time has gone by.

Every notebook still has a process and a namespace of its own; it is spared some seconds. The browser stage and ``--update`` start
their kernels cold and really wait, as a learner's Jupyter does, and tests/lessons/test_exercise_paths.py runs every lesson in a
cold Python. So do systems other than Linux with all kernels, since there a process should not be forked once libraries of
the system have started threads in it.

Sources: jupyter_client/provisioning/local_provisioner.py 8, for the function replaced here and what it asks of a process;
the fork server of Python's multiprocessing. tests/gate/test_canary.py fails when they change.
"""

import asyncio
import json
import multiprocessing
import os
import signal
import ssl
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing import forkserver
from unittest import mock
from urllib.request import Request, urlopen

import aiohttp
from dotenv import dotenv_values
from ipykernel.kernelapp import IPKernelApp
from jupyter_client import BlockingKernelClient
from jupyter_client.provisioning import local_provisioner

# Not ipywidgets, which looks for its kernel as it is imported.
IMPORTED = [
    "ipykernel.kernelapp", "ipykernel.zmqshell", "tests.gate.warm_kernels",
    "azure.ai.projects", "azure.ai.projects.aio", "azure.identity", "azure.identity.aio", "matplotlib.pyplot", "tests.gate.first_use",
]  # fmt: skip


PATIENCE = 15  # seconds that a cell may sleep in all
CORES = 61  # of the machine that cells see; an output that depends on them is another one than stored


WARM = sys.platform == "linux"


@contextmanager
def used() -> Iterator[None]:
    """The kernels that this process starts meanwhile are warm, where the system is one for it."""
    from helpers.course import notebooks  # not above: the fork server, which loads this file too, has no use for it

    if not WARM:
        yield
        return
    plain = notebooks.plain_environment() | {"PYTHONPATH": str(notebooks.LOOPBACK_ONLY)}
    plain["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # matplotlib reads it as it is imported
    with mock.patch.dict(os.environ, plain, clear=True):
        multiprocessing.set_forkserver_preload(IMPORTED)
        forkserver.ensure_running()
    # All is loaded when a first process has come and gone. A kernel's ports are chosen before the kernel starts, and somebody
    # else could take them meanwhile.
    first = multiprocessing.get_context("forkserver").Process(target=int)
    first.start()
    first.join()
    launch = partial(launch_kernel, options=notebooks.FOR_A_LOG)
    with (
        mock.patch.object(local_provisioner, "launch_kernel", launch),
        # launch_kernel has waited
        mock.patch.object(BlockingKernelClient, "wait_for_ready", lambda client, timeout=None: None),
    ):
        yield


class Process:
    """What jupyter_client asks of a ``subprocess.Popen``, asked of a process of the fork server."""

    stdin = stdout = stderr = None

    def __init__(self, process: multiprocessing.Process):
        self._process, self.pid, self.wait = process, process.pid, process.join
        self.kill, self.terminate = process.kill, process.terminate

    def poll(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)


def launch_kernel(
    command: list[str], env: dict[str, str], cwd: str, options: list[str], again: bool = True, **_
) -> Process:
    """In place of jupyter_client's function: a kernel for the arguments that follow ``-m ipykernel_launcher``."""
    context = multiprocessing.get_context("forkserver")
    ready, tell = context.Pipe(duplex=False)
    arguments = command[command.index("ipykernel_launcher") + 1 :]
    arguments += [option for option in options if option not in arguments]
    process = context.Process(target=_kernel, args=(arguments, env, cwd, tell), daemon=True)
    process.start()
    tell.close()
    try:
        # it listens by then, and its process group is its own: a signal to the group leaves this process alone
        if ready.poll(60):
            ready.recv()
            return Process(process)
        reason = "it did not start within a minute"
    except EOFError:
        process.join(10)
        reason = f"it ended before it was ready, with exit code {process.exitcode}"
    process.kill()
    if again:
        print(f"A warm kernel is started again: {reason}.", file=sys.stderr, flush=True)
        return launch_kernel(command, env, cwd, options, again=False)
    raise RuntimeError(f"the warm kernel did not start: {reason}")


def _kernel(arguments: list[str], environment: dict[str, str], folder: str, tell) -> None:
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the fork server ignores it
    os.environ.clear()
    os.environ.update(environment, JPY_PARENT_PID=str(os.getppid()))
    sys.path[:0] = environment["PYTHONPATH"].split(os.pathsep)
    os.chdir(folder)
    tempfile.tempdir = None  # what was imported may have asked for it
    time.tzset()
    announced = environment | dotenv_values(environment["FOUNDRY_MOCK_ENV"])
    # openai has brought aiohttp in, which reads this variable only as it is imported
    aiohttp.connector._SSL_CONTEXT_VERIFIED.load_verify_locations(announced["SSL_CERT_FILE"])
    os.cpu_count = lambda: CORES
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    kernel = IPKernelApp.instance()
    kernel.initialize(arguments)
    if "FOUNDRY_MOCK_CONTROL_KEY" in announced:  # a live project has no clock that can be put forward
        do_not_wait(announced, kernel)
    tell.send(None)
    kernel.start()


def do_not_wait(mock: dict[str, str], kernel: IPKernelApp) -> None:
    """Where the main thread, which runs the cells, would sleep, tell the mock that the time has gone by."""
    sleep, asleep = time.sleep, asyncio.sleep
    url = f"{mock['FOUNDRY_RESOURCE_ENDPOINT']}/_mock/clock"

    def cell_sleeps(seconds: float) -> bool:
        return seconds > 0 and threading.current_thread() is threading.main_thread()

    slept = 0.0  # in this cell

    def start_anew(info) -> None:
        nonlocal slept
        slept = 0.0

    kernel.shell.events.register("pre_run_cell", start_anew)

    def forward(seconds: float) -> None:
        nonlocal slept
        slept += seconds
        if slept > PATIENCE:
            total, slept = slept, 0.0  # the kernel sleeps too, and goes on
            raise TimeoutError(f"the cell sleeps for {total:g} seconds: nobody waits longer than {PATIENCE} for a cell")
        # not by requests, where a lesson's wiretap() would see it
        context = ssl.create_default_context(cafile=mock["REQUESTS_CA_BUNDLE"])
        sent = {"x-mock-control-key": mock["FOUNDRY_MOCK_CONTROL_KEY"], "content-type": "application/json"}
        urlopen(
            Request(url, json.dumps({"forward": seconds}).encode(), sent, method="POST"), timeout=10, context=context
        ).close()

    def no_sleep(seconds: float) -> None:
        forward(seconds) if cell_sleeps(seconds) else sleep(seconds)

    async def no_async_sleep(seconds: float, result=None):
        if not cell_sleeps(seconds):
            return await asleep(seconds, result)
        forward(seconds)
        return await asleep(0, result)

    time.sleep, asyncio.sleep = no_sleep, no_async_sleep
