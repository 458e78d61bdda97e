"""From a bare clone, with no uv on PATH, to a first answer in a notebook, in parts: installing, JupyterLab, the first cells. It
needs the network, and git."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from helpers.course.environment import ROOT

WANTED = 25  # seconds
FIRST_CELLS = """
import nbformat
from nbclient import NotebookClient

notebook = nbformat.read("00_start_here.ipynb", 4)
client = NotebookClient(notebook, timeout=60, kernel_name="python3")
with client.setup_kernel():
    for at, cell in enumerate(notebook.cells):
        client.execute_cell(cell, at)
        if cell.id == "first-text":
            print(cell.outputs[0].text)
            break
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder) / "course"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(course)], check=True)
        # as on a learner's machine: no uv, and no environment of ours
        programs = [one for one in os.environ["PATH"].split(os.pathsep) if one and not shutil.which("uv", path=one)]
        plain = {n: v for n, v in os.environ.items() if not n.startswith(("PYTHON", "VIRTUAL_ENV", "FOUNDRY_", "UV_"))}
        plain["PATH"] = os.pathsep.join(one for one in programs if not Path(one).is_relative_to(ROOT))
        python = shutil.which("python3", path=plain["PATH"]) or sys.executable

        start = time.perf_counter()
        subprocess.run(
            [python, "-m", "helpers", "lab", "--", "--version"],
            cwd=course,
            env=plain,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        installed = time.perf_counter()
        lab = subprocess.Popen(
            [python, "-m", "helpers", "lab", "--", "--no-browser", "--port=0"], cwd=course, env=plain, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        for line in lab.stdout:
            if re.search(r"http://(localhost|127\.0\.0\.1):\d+/lab", line):
                break
        opened = time.perf_counter()
        own = course / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        said = subprocess.run(
            [str(own), "-c", FIRST_CELLS], cwd=course / "notebooks", env=plain, capture_output=True, text=True
        )
        answered = time.perf_counter()
        os.killpg(lab.pid, signal.SIGTERM)
        lab.communicate(timeout=20)
    assert "AI application" in said.stdout, said.stdout + said.stderr
    for name, seconds in (
        ("made .venv and installed", installed - start), ("JupyterLab opened", opened - installed),
        ("kernel, connect, first answer", answered - opened),
    ):  # fmt: skip
        print(f"  {name:<30} {seconds:6.1f} s")
    print(f"  {'bare clone to first answer':<30} {answered - start:6.1f} s   (wanted: under {WANTED} s)")


if __name__ == "__main__":
    main()
