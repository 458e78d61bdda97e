"""Wall time of the strict run over all notebooks, as a ratio to a floor measured here too: as many notebooks with one empty
cell each, by the same plugin and workers."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from helpers import notebooks
from helpers.environment import ROOT
from helpers.gate import NBVAL, WORKERS


def seconds(folder: Path) -> float:
    """How long the strict run over the notebooks of a folder takes. Raises CalledProcessError when one fails."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        *WORKERS,
        "--dist",
        "loadfile",
        *NBVAL,
        f"--rootdir={ROOT}",
        str(folder),
    ]
    environment = {**os.environ, "PYTHONPATH": str(notebooks.LOOPBACK_ONLY)}
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


with tempfile.TemporaryDirectory() as name:
    for path in notebooks.paths():
        empty = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("pass", execution_count=1)])
        nbformat.write(empty, Path(name) / path.name)
    floor, full = seconds(Path(name)), seconds(notebooks.FOLDER)
print(f"  floor {floor:.1f} s, all notebooks {full:.1f} s, ratio {full / floor:.2f} (wanted: at most 1.6)")
