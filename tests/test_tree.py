"""What holds for every file of the project: no secret, no path of a machine, actions pinned, links that can be checked."""

import json
import re
import subprocess

import pytest

from helpers.environment import ROOT
from tests import guards

# what git keeps, and what it would be given next; a copy without git, such as a download, cannot say
LIST = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
FILES = subprocess.run(LIST, cwd=ROOT, capture_output=True, text=True).stdout.split("\0")[:-1]
TEXT = [path for path in map(ROOT.joinpath, FILES) if path.is_file() and path.suffix not in (".png", ".lock")]
# Tests plant what looks like a secret, to see it hidden or refused.
PLANTED = {"tests/" + name for name in (
    "guards.py",
    "test_mock_control.py",
    "test_mock_sdk_surface.py",
    "test_canary.py", "test_connection.py", "test_doctor.py", "test_exchange.py", "test_helpers.py", "test_wire.py",
    "test_widgets.py", "test_properties.py", "test_exercise_answers_sdk.py", "test_exercise_answers.py",
)}  # fmt: skip


def _text(path) -> str:
    return path.read_text(encoding="utf-8")


def test_the_files_are_known():
    assert len(TEXT) > 100, "the files are listed by git: run the tests in a clone"


@pytest.mark.parametrize("path", TEXT, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_holds_no_secret(path):
    if path.relative_to(ROOT).as_posix() not in PLANTED and path.suffix != ".ipynb":  # notebooks: see guards
        assert list(guards.secrets_in(_text(path))) == []


def test_actions_are_pinned_by_hash_and_may_only_read():
    for path in (ROOT / ".github" / "workflows").glob("*.y*ml"):
        text = _text(path)
        uses = re.findall(r"uses: (\S+)", text)
        assert uses
        assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one) for one in uses), uses
        assert re.findall(r"permissions:\n +.*", text) == ["permissions:\n  contents: read"]
        assert "secrets." not in text
        assert "pull_request_target" not in text


def test_codespaces_and_binder_install_the_lock_on_a_python_that_is_new_enough():
    container = json.loads(_text(ROOT / ".devcontainer" / "devcontainer.json"))
    assert "requirements.txt" in container["postCreateCommand"]
    assert re.search(r":3\.1[1-9]$", container["image"])
    assert re.fullmatch(r"python-3\.1[1-9]\n", _text(ROOT / ".binder" / "runtime.txt"))
    assert "-r ../requirements.txt" in _text(ROOT / ".binder" / "requirements.txt")


def test_links_beyond_the_project_are_https():
    """They are listed by: pytest tests/test_tree.py -k links -s. Whether they answer is for a job that has a network."""
    for path in TEXT:
        if path.suffix in (".md", ".ipynb"):
            for link in re.findall(r"\]\((https?://[^)]+)\)", _text(path)):
                print(f"{path.relative_to(ROOT)}: {link}")
                assert link.startswith("https://"), path
