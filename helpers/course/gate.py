"""``python3 -m helpers test``: everything that must hold before a change lands, stage by stage."""

import os
import shutil
import subprocess
import sys
import time

from helpers.course import environment, notebooks
from helpers.course.browser import BROWSERS
from helpers.course.environment import ROOT, installed_version

BROWSER_LOCK = ROOT / "tests" / "browser" / "requirements.txt"
PYTEST = [sys.executable, "-m", "pytest", "-q", "-n", str(notebooks.WORKERS)]
# Where the system allows it, a stage and all that it starts, browsers and curl too, have no network but loopback.
HELD = [sys.executable, "-m", "tests.gate.no_way_out"]
# The cells of a notebook need each other. What a stage does not use and is long to load is left out.
STRICT = ["--dist", "loadfile", "-p", "tests.gate.nbval_plugin", "-p", "no:hypothesispytest"]
STRICT += ["--nbval", "--nbval-cell-timeout", "30", "--ignore", "tests"]
STAGES = {
    "lint": [sys.executable, "-m", "ruff", "check", "--quiet", "helpers", "tests"],
    "format": [sys.executable, "-m", "ruff", "format", "--check", "--quiet", "helpers", "tests"],
    "spelling": [sys.executable, "-m", "codespell_lib"],
    "notebooks, strict": [*HELD, *PYTEST, *STRICT, "notebooks"],
    # one worker more than in the other stages, since some tests wait
    "tests": [
        *HELD,
        *PYTEST,
        "-n",
        str(notebooks.WORKERS + 1),
        "--dist",
        "worksteal",
        "-p",
        "no:nbval",
        "--ignore",
        "tests/browser",
        "tests",
    ],
    "browser": [*HELD, *PYTEST, "--dist", "worksteal", "tests/browser"],
}


def run() -> int:
    """Run all stages, even after one has failed; returns 0 when all passed."""
    outcomes, failed = [], []
    # what a stage would fetch is fetched before, since a stage may reach nothing
    subprocess.run([sys.executable, "-m", "tests.mock.javascript_sdk"], cwd=ROOT)
    for name, command in STAGES.items():  # what a change of a lesson breaks is told in the first minute
        print(f"\n== {name}", flush=True)
        if name == "browser" and (missing := _no_browser()):
            outcome, seconds = missing, 0.0
        else:
            outcome, seconds = _ran(command)
        outcomes.append(f"  {name:<18} {seconds:6.1f} s   {outcome}")
        if outcome == "FAILED":
            failed.append(name)
    print("\n" + "\n".join(outcomes))
    print(f"\nFailed: {', '.join(failed)}." if failed else "\nAll that was run passed.")
    return 1 if failed else 0


def update() -> int:
    """Run the notebooks and store their outputs; returns 1, and stores nothing, when one fails."""
    if not os.environ.get("NO_WAY_OUT"):  # started once more, where cells can reach nothing
        return subprocess.run(
            [*HELD, sys.executable, "-m", "helpers", "test", "--update"], cwd=ROOT, env=notebooks.plain_environment()
        ).returncode
    try:
        changed = notebooks.regenerate()
    except notebooks.CellFailed as failed:
        print(f"{failed}\nNothing was stored. Mend the cell, or tag it raises-exception if the error is the lesson.")
        return 1
    for path in changed:
        print(f"updated {path.relative_to(ROOT)}")
    print(f"{len(notebooks.paths())} notebooks run, {len(changed)} files updated.")
    return 0


def benchmark() -> int:
    """Print the figures of every benchmark under tests/benchmark."""
    for path in sorted((ROOT / "tests" / "benchmark").glob("*.py")):
        print(f"== {path.stem.replace('_', ' ')}", flush=True)
        if subprocess.run([sys.executable, str(path)], cwd=ROOT).returncode:
            return 1
    return 0


def _ran(command: list[str]) -> tuple[str, float]:
    """Whether a stage passed, and the seconds it took."""
    start = time.perf_counter()
    own = {"PYTHONPATH": str(notebooks.LOOPBACK_ONLY), "PYTHONUTF8": "1"}  # files are UTF-8, on Windows too
    ran = subprocess.run(command, cwd=ROOT, env=notebooks.plain_environment() | own)
    return "FAILED" if ran.returncode else "passed", time.perf_counter() - start


def _no_browser() -> str:
    """Why the browser stage cannot run, with the fix; "" when it can. Its packages are brought to the lock, and the decks have
    their reveal.js."""
    from helpers.course import slides  # nbconvert takes long to load

    if not any(map(shutil.which, BROWSERS)):
        return "not run: there is no Chromium. Install it (Debian: sudo apt install chromium) and run this again."
    locked = [line.split("==") for line in BROWSER_LOCK.read_text(encoding="utf-8").splitlines()]
    current = all(installed_version(name) == version for name, version in locked)
    if not current and (problem := environment.add(BROWSER_LOCK)):
        return f"not run: {problem}"
    try:
        slides.reveal()
    except environment.SetupProblem as problem:
        return f"not run: {problem}"
    return ""
