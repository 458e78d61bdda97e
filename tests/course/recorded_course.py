"""The course on recordings of another project: all lessons are recorded against the second server, then the whole gate runs on what
was written. It takes some twelve minutes, so it is no part of the gate: .venv/bin/python -m tests.course.recorded_course
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from helpers.course import drift, recorder
from helpers.course.environment import ROOT
from helpers.mock.model.recordings import FOLDER
from tests.course.live_project import IDENTITIES, live_project


def recorded() -> int:
    """Record every lesson of this tree, look for what is the customer's, and compare at once; returns the exit code."""
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as monkeypatch,
        live_project(Path(folder) / "live", monkeypatch, speed="realistic"),
    ):
        code = recorder.run([], yes=True) or drift.run()
    for path in FOLDER.rglob("*.json"):
        text = path.read_text(encoding="utf-8").lower()
        for one in IDENTITIES:
            if one.lower() in text:
                print(f"{path}: {one}")
                code = 1
    return code


def main() -> int:
    """The same in a clone, and the gate there; returns the exit code."""
    with tempfile.TemporaryDirectory(prefix="recorded-course-") as folder:
        clone = Path(folder) / "course"
        subprocess.run([shutil.which("git") or "git", "clone", "-q", str(ROOT), str(clone)], check=True)
        steps = (
            [sys.executable, "-m", "helpers", "lab", "--", "--version"],  # installs
            [str(clone / Path(sys.executable).relative_to(ROOT)), "-m", "tests.course.recorded_course", "--here"],
            ["git", "add", "--all"],
            [sys.executable, "-m", "helpers", "test", "--update"],
            [sys.executable, "-m", "helpers", "test"],
        )
        for step in steps:
            print("\n$", *step, flush=True)
            if code := subprocess.run(step, cwd=clone).returncode:
                return code
    return 0


if __name__ == "__main__":
    sys.exit(recorded() if "--here" in sys.argv else main())
