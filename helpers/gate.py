"""``python3 -m helpers test``: everything that must hold before a change lands, stage by stage."""

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from helpers import notebooks
from helpers.environment import ROOT

WORKERS = ["-n", str(notebooks.WORKERS)]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_LOCK = ROOT / "tests" / "browser" / "requirements.txt"
NBVAL = ["-p", "tests.nbval_plugin", "--nbval", "--nbval-cell-timeout", "60", "--ignore", "tests"]


def run() -> int:
    """Run all stages, even after one has failed; returns 0 when all passed."""
    pytest = [sys.executable, "-m", "pytest", "-q", *WORKERS]
    in_one = ["--dist", "loadfile"]  # the cells of a notebook need each other
    stages = [
        ("lint", [sys.executable, "-m", "ruff", "check", "--quiet"]),
        ("format", [sys.executable, "-m", "ruff", "format", "--check", "--quiet", "helpers", "tests"]),
        ("spelling", [sys.executable, "-m", "codespell_lib"]),
        ("tests", [*pytest, "--dist", "load", "--ignore", "tests/browser", "tests"]),
        ("notebooks, strict", [*pytest, *in_one, *NBVAL, "notebooks"]),
        ("notebooks, regenerated", None),
        ("browser", [*pytest, "tests/browser"]),
    ]
    rows, failed, not_run = [], [], ""
    if not_run := _no_browser():
        stages = [stage for stage in stages if stage[0] != "browser"]
    for name, command in stages:
        print(f"\n== {name}", flush=True)
        start = time.perf_counter()
        passed = _stage(command) if command else _regenerated()
        rows.append(f"  {name:<24} {time.perf_counter() - start:6.1f} s   {'passed' if passed else 'FAILED'}")
        if not passed:
            failed.append(name)
    if not_run:
        rows.append(f"  {'browser':<24} not run: {not_run}")
    print("\n" + "\n".join(rows))
    print(f"\nFailed: {', '.join(failed)}." if failed else "\nAll passed.")
    return 1 if failed else 0


def update() -> int:
    """Run the notebooks and store their outputs."""
    changed = notebooks.regenerate(check=False)
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


def _stage(command: list[str]) -> bool:
    outside = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    outside["PYTHONPATH"] = str(notebooks.LOOPBACK_ONLY)
    return subprocess.run(command, cwd=ROOT, env=outside).returncode == 0


def _no_browser() -> str:
    """Why the browser stage cannot run, with the fix; "" when it can. Its packages are installed when they are missing."""
    if not any(map(shutil.which, BROWSERS)):
        return "there is no Chromium; install it (Debian, Ubuntu: sudo apt install chromium) and run this again"
    if importlib.util.find_spec("playwright") and importlib.util.find_spec("axe_playwright_python"):
        return ""
    command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(BROWSER_LOCK)]
    if shutil.which("uv"):
        command = ["uv", "pip", "install", "-q", "--python", sys.executable, "-r", str(BROWSER_LOCK)]
    if subprocess.run(command).returncode:
        return f"its packages could not be installed; try: {' '.join(command)}"
    return ""


def _regenerated() -> bool:
    changed = notebooks.regenerate(check=True)
    for path in changed:
        name = Path(path).relative_to(ROOT)
        print(f"{name}: a run gives other bytes than the ones stored. Run: python3 -m helpers test --update")
    if not changed:
        print(f"{len(notebooks.paths())} notebooks and their pictures give the same bytes as stored.")
    return not changed
