"""Opening the course in JupyterLab, without news, update dialogs and warnings that have nothing to do with it."""

import importlib.util
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

from helpers.course.environment import ROOT, VENV, SetupProblem

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


# Lab as a projector wants it has settings and a layout of its own, so that those of who else uses this machine stay.
PRESENT = VENV / "present"
LARGE = {
    "apputils-extension/themes": {
        "overrides": {"code-font-size": "20px", "content-font-size1": "21px", "ui-font-size1": "15px"}
    },
    "application-extension/shell": {"startMode": "single"},
    "statusbar-extension/plugin": {"visible": False},
}
EMPTY_SIDES = {name: {"collapsed": True, "visible": False, "widgets": None} for name in ("left", "right")}


def command(passed_on: list[str], present: bool = False) -> list[str]:
    """The command line that starts JupyterLab on the first notebook, or with ``present`` as a projector wants it;
    ``passed_on`` are the user's own options."""
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
        *([f"--LabApp.user_settings_dir={PRESENT / 'settings'}"] if present else []),
        *([f"--LabApp.workspaces_dir={PRESENT / 'workspaces'}"] if present else []),
        *passed_on,
    ]


def run(passed_on: list[str], present: bool = False) -> int:
    """Run JupyterLab until it is stopped; returns its exit code. Raises SetupProblem when the port asked for is taken."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise SetupProblem("JupyterLab is gone from .venv. Delete that folder and run this command again.")
    _check_port(passed_on)
    if present:
        clear_the_desk()
    print(f"Opening JupyterLab on {FIRST}. Ctrl-C (twice) stops it.", flush=True)
    print("The controls of the offline mock, for teaching: python3 -m helpers control", flush=True)
    environment = {name: value for name, value in os.environ.items() if name not in NOISE}
    if present:
        environment["FOUNDRY_PRESENT"] = "yes"  # connect() then tells of the controls, too
    if os.name == "nt":
        return subprocess.call(command(passed_on, present), cwd=ROOT, env=environment)
    os.chdir(ROOT)
    os.execve(sys.executable, command(passed_on, present), environment)


def clear_the_desk() -> None:
    """What Lab starts with: one notebook in large type, nothing at its sides. A setting that was changed there stays."""
    for name, values in LARGE.items():
        file = PRESENT / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values, indent=2), encoding="utf-8")
    from jupyterlab_server.workspaces_handler import WorkspacesManager

    layout = {"data": {"layout-restorer:data": EMPTY_SIDES}, "metadata": {"id": "default"}}
    WorkspacesManager(str(PRESENT / "workspaces")).save("default", json.dumps(layout))


def _check_port(passed_on: list[str]) -> None:
    """Without --port JupyterLab looks for a free one by itself; a port that was asked for should be that one."""
    asked = re.search(r"--(?:ServerApp\.)?port[= ](\d+)", " ".join(passed_on))
    if not asked or asked[1] == "0":
        return
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", int(asked[1]))) == 0:
            raise SetupProblem(f"Port {asked[1]} is taken. Choose another, or leave --port out to get a free one.")
