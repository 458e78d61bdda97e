"""``python3 -m helpers test``: everything that must hold before a change lands, stage by stage."""

import importlib.util
import os
import shutil
import subprocess
import sys
import time

from helpers import notebooks
from helpers.environment import ROOT

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_LOCK = ROOT / "tests" / "browser" / "requirements.txt"
PYTEST = [sys.executable, "-m", "pytest", "-q", "-n", str(notebooks.WORKERS)]
# The cells of a notebook need each other. What a stage does not use and is long to load is left out.
STRICT = ["--dist", "loadfile", "-p", "tests.nbval_plugin", "-p", "no:hypothesispytest"]
STRICT += ["--nbval", "--nbval-cell-timeout", "60", "--ignore", "tests"]
STAGES = {
    "lint": [sys.executable, "-m", "ruff", "check", "--quiet"],
    "format": [sys.executable, "-m", "ruff", "format", "--check", "--quiet", "helpers", "tests"],
    "spelling": [sys.executable, "-m", "codespell_lib"],
    "tests": [*PYTEST, "--dist", "worksteal", "-p", "no:nbval", "--ignore", "tests/browser", "tests"],
    "notebooks, strict": [*PYTEST, *STRICT, "notebooks"],
    "browser": [*PYTEST, "--dist", "load", "tests/browser"],
}


def run() -> int:
    """Run all stages, even after one has failed; returns 0 when all passed."""
    outcomes, failed = [], []
    for name, command in STAGES.items():
        print(f"\n== {name}", flush=True)
        start = time.perf_counter()
        outcome = (_no_browser() if name == "browser" else "") or _outcome(command)
        outcomes.append(f"  {name:<18} {time.perf_counter() - start:6.1f} s   {outcome}")
        if outcome == "FAILED":
            failed.append(name)
    print("\n" + "\n".join(outcomes))
    print(f"\nFailed: {', '.join(failed)}." if failed else "\nAll that was run passed.")
    return 1 if failed else 0


def update() -> int:
    """Run the notebooks and store their outputs."""
    changed = notebooks.regenerate()
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


def _outcome(command: list[str]) -> str:
    outside = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    outside["PYTHONPATH"] = str(notebooks.LOOPBACK_ONLY)
    return "FAILED" if subprocess.run(command, cwd=ROOT, env=outside).returncode else "passed"


def _no_browser() -> str:
    """Why the browser stage cannot run, with the fix; "" when it can. Its packages are installed when they are missing."""
    if not any(map(shutil.which, BROWSERS)):
        return "not run: there is no Chromium. Install it (Debian: sudo apt install chromium) and run this again."
    if importlib.util.find_spec("playwright") and importlib.util.find_spec("axe_playwright_python"):
        return ""
    command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(BROWSER_LOCK)]
    if shutil.which("uv"):
        command = ["uv", "pip", "install", "-q", "--python", sys.executable, "-r", str(BROWSER_LOCK)]
    if subprocess.run(command).returncode:
        return f"not run: its packages could not be installed. Try: {' '.join(command)}"
    return ""
