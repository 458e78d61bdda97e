"""Opening the course in JupyterLab, without news, update dialogs and warnings that have nothing to do with it."""

import importlib.util
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

from helpers.course.environment import ROOT, SetupProblem

# Variables with which every Python, and so every kernel, would print more than a lesson does.
NOISE = {
    "PYTHONWARNINGS",
    "PYTHONDEVMODE",
    "PYTHONVERBOSE",
    "PYTHONASYNCIODEBUG",
    "PYTHONINSPECT",
    "PYTHONSTARTUP",
    "MPLBACKEND",
    "SOURCE_DATE_EPOCH",  # IPython stops at one that is no number
}
FIRST = "notebooks/00_start_here.ipynb"


def command(passed_on: list[str]) -> list[str]:
    """The command line that starts JupyterLab on the first notebook; ``passed_on`` are the user's own options."""
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.default_url=/lab/tree/{FIRST}",
        f"--LabApp.app_settings_dir={Path(__file__).parent / 'lab_settings'}",  # no question about news
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        "--KernelManager.transport_encryption=auto",  # ipykernel 7 warns about a plain connection
        *(["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []),  # in a container root is the only user
        *passed_on,
    ]


def run(passed_on: list[str]) -> int:
    """Run JupyterLab until it is stopped; returns its exit code. Raises SetupProblem when the port asked for is taken."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise SetupProblem("JupyterLab is gone from .venv. Delete that folder and run this command again.")
    _check_port(passed_on)
    print(f"Opening JupyterLab on {FIRST}. Ctrl-C (twice) stops it.", flush=True)
    print("The controls of the offline mock, for teaching: python3 -m helpers control", flush=True)
    environment = {name: value for name, value in os.environ.items() if name not in NOISE}
    if os.name == "nt":
        return subprocess.call(command(passed_on), cwd=ROOT, env=environment)
    os.chdir(ROOT)
    os.execve(sys.executable, command(passed_on), environment)


def _check_port(passed_on: list[str]) -> None:
    """Without --port JupyterLab looks for a free one by itself; a port that was asked for should be that one."""
    asked = re.search(r"--(?:ServerApp\.)?port[= ](\d+)", " ".join(passed_on))
    if not asked or asked[1] == "0":
        return
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", int(asked[1]))) == 0:
            raise SetupProblem(f"Port {asked[1]} is taken. Choose another, or leave --port out to get a free one.")
