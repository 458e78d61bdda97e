"""A hub on one Linux machine, for a room whose laptops cannot install: one system user per learner. As root, in the course:

    python3 -m helpers lab -- --version                          # makes .venv
    .venv/bin/python -m pip install -r requirements.txt -r .hub/requirements.txt
    npm install --global configurable-http-proxy@5
    .hub/learners.sh 40 > cards.txt                              # makes learner-01 to learner-40, and prints their passwords
    .venv/bin/python .hub/forty_learners.py                      # what this machine can carry; --class: with one mock for all
    .venv/bin/jupyterhub -f .hub/jupyterhub_config.py

Each learner has a mock of their own. For one that the room shares, run python3 -m helpers class --host localhost beside the hub;
learners type the line that it prints into a terminal of their JupyterLab.

The course must lie where every user can read it, such as /srv, and so must its Python. HUB_KEY and HUB_CERT name the files for
https; without them passwords cross the network in clear. COURSE_REPO names another repository to pull the lessons from.
"""

import asyncio
import os
import pwd
import subprocess
import sys
from pathlib import Path

c = get_config()  # noqa: F821, JupyterHub gives it
COURSE = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
GROUP = "learners"  # made by learners.sh; nobody else signs in
FOLDER = "foundry-course"

c.JupyterHub.bind_url = os.environ.get("HUB_URL", "http://:8000")
c.JupyterHub.ssl_key, c.JupyterHub.ssl_cert = os.environ.get("HUB_KEY", ""), os.environ.get("HUB_CERT", "")
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {GROUP}
c.PAMAuthenticator.open_sessions = False

# A server takes some five seconds of a core to start, and a class starts all of them at once: they wait longer than they are
# used to, and nobody is sent away.
c.Spawner.start_timeout = c.Spawner.http_timeout = 300
c.Spawner.cmd = [str(BIN / "jupyterhub-singleuser")]
c.Spawner.args = [
    f"--LabApp.app_settings_dir={COURSE / 'helpers' / 'course' / 'lab_settings'}",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--KernelManager.transport=ipc",  # ports of forty kernels that start at once clash; a socket in the learner's own folder cannot
    "--log-level=WARN",
]
c.Spawner.default_url = f"/lab/tree/{FOLDER}/notebooks/00_start_here.ipynb"
c.Spawner.environment = {
    "PATH": f"{BIN}:/usr/local/bin:/usr/bin:/bin",
    # the learner's own helpers, which read the learner's .env and class, go before those that .venv names
    "PYTHONPATH": lambda spawner: f"{pwd.getpwnam(spawner.user.name).pw_dir}/{FOLDER}",
}


async def pull(spawner) -> None:
    """The lessons in the learner's own folder, brought up to date around what they changed (nbgitpuller). Where that fails, the
    lessons of the last time do."""
    user = pwd.getpwnam(spawner.user.name)
    running = await asyncio.create_subprocess_exec(
        str(BIN / "gitpuller"), os.environ.get("COURSE_REPO", COURSE.as_uri()), "main", FOLDER,
        cwd=user.pw_dir, env={"HOME": user.pw_dir, "PATH": "/usr/local/bin:/usr/bin:/bin"},
        user=user.pw_uid, group=user.pw_gid, extra_groups=[], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await running.communicate()
    if running.returncode:
        spawner.log.warning(
            "The lessons of %s were not brought up to date: %s", spawner.user.name, said.decode(errors="replace")[-500:]
        )
        if not Path(user.pw_dir, FOLDER).is_dir():
            raise RuntimeError("The lessons could not be fetched; the log of the hub says why.")


c.Spawner.pre_spawn_hook = pull

# A server that nobody has used for an hour and a half makes room; what was saved stays.
c.JupyterHub.load_roles = [
    {"name": "cull", "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"], "services": ["cull"]}
]  # fmt: skip
c.JupyterHub.services = [
    {"name": "cull", "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=5400"]}
]
