"""Wall time of the strict run over all notebooks, as a ratio to a floor measured in the same run: nbval as it comes, without
anything of the course, over as many notebooks with one empty cell each, on as many workers."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

import nbformat

from helpers.course import notebooks
from helpers.course.environment import ROOT
from helpers.course.gate import PYTEST, STRICT

AS_IT_COMES = ["--dist", "loadfile", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider"]


def seconds(folder: Path, *options: str) -> float:
    """How long pytest takes for the notebooks of a folder. Raises CalledProcessError when one fails."""
    environment = {**os.environ, "PYTHONPATH": str(notebooks.LOOPBACK_ONLY)}
    start = time.perf_counter()
    subprocess.run([*PYTEST, *options, str(folder)], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


with tempfile.TemporaryDirectory() as name:
    for path in notebooks.paths():
        empty = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("pass", execution_count=1)])
        nbformat.write(empty, Path(name) / path.name)
    floor = seconds(Path(name), *AS_IT_COMES, f"--rootdir={name}")
full = seconds(notebooks.FOLDER, *STRICT)
print(f"  floor {floor:.1f} s, all notebooks {full:.1f} s, ratio {full / floor:.2f} (wanted: at most 1.6)")
