"""The openai SDK for JavaScript against the mock. Runs where Node and npm are; where one is missing, or the package cannot
be fetched, the test says so in the summary."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.course import notebooks

SOURCE = notebooks.FOLDER / "javascript"
TESTS = Path(__file__).parent / "javascript"


@pytest.fixture(scope="module")
def folder() -> Path:
    """A folder with the script and its package, installed once per lock and kept in the virtual environment."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("Node is not installed here, so the JavaScript SDK was not tried: https://nodejs.org")
    lock = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()[:16]
    kept = Path(sys.prefix) / "javascript" / lock
    if not (kept / "node_modules" / "openai").is_dir():
        making = kept.with_name(
            f"{lock}.{os.getpid()}"
        )  # two workers may be at it: each makes its own, the first one stays
        shutil.copytree(SOURCE, making)
        shutil.copy(TESTS / "ask.mjs", making)
        command = [shutil.which("npm"), "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        npm = subprocess.run(command, cwd=making, capture_output=True, text=True, timeout=120)
        if npm.returncode:
            shutil.rmtree(making, ignore_errors=True)
            pytest.skip(
                f"npm could not fetch the openai package, so the JavaScript SDK was not tried: {npm.stderr[-200:]}"
            )
        try:
            making.rename(kept)
        except OSError:
            shutil.rmtree(making, ignore_errors=True)
    for script in (TESTS / "ask.mjs", SOURCE / "first_request.mjs"):
        if (kept / script.name).read_bytes() != script.read_bytes():  # edited since
            fresh = shutil.copy(script, kept / f"{script.name}.{os.getpid()}")
            Path(fresh).replace(kept / script.name)
    return kept


def _run(script: str, folder: Path, variables: dict[str, str]) -> str:
    environment = {**os.environ, **variables}
    said = subprocess.run(
        ["node", script], cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=60
    )
    assert said.returncode == 0, said.stderr
    return said.stdout


def test_the_script_of_lesson_09_says_what_is_stored_for_readers_without_node(mock, folder):
    assert _run("first_request.mjs", folder, mock.variables) == (SOURCE / "first_request.txt").read_text("utf-8")


def test_the_javascript_sdk_works_unmodified(mock, folder):
    result = json.loads(_run("ask.mjs", folder, mock.variables))
    assert len(set(result["texts"])) == 1
    assert result["texts"][0].startswith("An AI application is")
    assert result["missing"] == {"status": 404, "code": "DeploymentNotFound"}
