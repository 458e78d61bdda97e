"""The openai SDK for JavaScript against the mock. Runs where Node and npm are; where one is missing, or the package cannot
be fetched, the test says so in the summary."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from helpers.course import notebooks
from tests.conftest import beginning
from tests.mock.javascript_sdk import installed

SOURCE = notebooks.FOLDER / "javascript"


@pytest.fixture(scope="module")
def folder() -> Path:
    found = installed()
    return pytest.skip(found) if isinstance(found, str) else found


def _run(script: str, folder: Path, variables: dict[str, str]) -> str:
    environment = {**os.environ, **variables}
    said = subprocess.run(
        ["node", script], cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=60
    )
    assert said.returncode == 0, said.stderr
    return said.stdout


def test_the_script_of_lesson_09_sends_what_is_stored_for_readers_without_node(mock, folder):
    sent, said = (SOURCE / "first_request.txt").read_text("utf-8"), beginning(length=100_000)
    assert _run("first_request.mjs", folder, mock.variables) == f"{sent}{said}\n"


def test_the_javascript_sdk_works_unmodified(mock, folder):
    result = json.loads(_run("ask.mjs", folder, mock.variables))
    assert len(set(result["texts"])) == 1
    assert result["texts"][0].startswith(beginning())
    assert result["missing"] == {"status": 404, "code": "DeploymentNotFound"}
