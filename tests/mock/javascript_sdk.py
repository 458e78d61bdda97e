"""The openai SDK for JavaScript, installed once per lock and kept in the virtual environment. As a program it does that, which
the gate wants done before its stages, which have no network:

    python -m tests.mock.javascript_sdk
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from helpers.course.environment import ROOT

SOURCE = ROOT / "notebooks" / "javascript"
TESTS = Path(__file__).parent / "javascript"


def installed() -> Path | str:
    """The folder with the scripts and their package; or, where it cannot be had, why."""
    if not (shutil.which("node") and shutil.which("npm")):
        return "Node is not installed here, so the JavaScript SDK was not tried: https://nodejs.org"
    lock = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()[:16]
    kept = Path(sys.prefix) / "javascript" / lock
    if not (kept / "node_modules" / "openai").is_dir():
        # two processes may be at it: each makes its own, the first one stays
        making = kept.with_name(f"{lock}.{os.getpid()}")
        shutil.copytree(SOURCE, making)
        shutil.copy(TESTS / "ask.mjs", making)
        command = [shutil.which("npm"), "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        npm = subprocess.run(command, cwd=making, capture_output=True, text=True, timeout=120)
        if npm.returncode:
            shutil.rmtree(making, ignore_errors=True)
            return f"npm could not fetch the openai package, so the JavaScript SDK was not tried: {npm.stderr[-200:]}"
        try:
            making.rename(kept)
        except OSError:
            shutil.rmtree(making, ignore_errors=True)
    for script in (TESTS / "ask.mjs", SOURCE / "first_request.mjs"):
        if (kept / script.name).read_bytes() != script.read_bytes():  # edited since
            fresh = shutil.copy(script, kept / f"{script.name}.{os.getpid()}")
            Path(fresh).replace(kept / script.name)
    return kept


if __name__ == "__main__":
    if isinstance(installed(), str):
        print(installed())
