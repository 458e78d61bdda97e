"""What holds for every file of the project: no secret, no path of a machine, actions pinned, links that can be checked."""

import json
import re

import pytest

from helpers.course.environment import ROOT
from tests.lessons import texts

TEXT = [path for path in texts.files() if path.suffix not in (".png", ".lock")]
NAMES = [path.relative_to(ROOT).as_posix() for path in TEXT]
# tests name hosts and paths that somebody could type, to see what becomes of them
PUBLIC = [(path, name) for path, name in zip(TEXT, NAMES, strict=True) if not name.startswith("tests/")]


def test_the_files_are_known():
    assert len(TEXT) > 100, "the files are listed by git: run the tests in a clone"


@pytest.mark.parametrize(("path", "name"), list(zip(TEXT, NAMES, strict=True)), ids=NAMES)
def test_a_file_holds_no_secret(path, name):
    found = [
        f"{name}, line {number}: {what}; take it out, and have the secret changed"
        for number, line in enumerate(texts.text_of(path).splitlines(), 1)
        for what in texts.secrets_in(line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("path", "name"), PUBLIC, ids=[name for _, name in PUBLIC])
def test_a_file_names_no_real_resource_and_no_path_of_a_machine(path, name):
    found = [
        f"{name}, line {number}: {what}; use contoso-ai, or a relative path"
        for number, line in enumerate(texts.text_of(path).splitlines(), 1)
        for what in (*texts.hosts_in(line), *texts.MACHINE.findall(line))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", [path for path in TEXT if path.suffix == ".md"], ids=lambda path: path.name)
def test_the_links_and_pictures_of_a_document_lead_somewhere(path):
    markdown = path.read_text(encoding="utf-8")
    found = [wrong for target in texts.links_in(markdown) if (wrong := texts.bad_link(target, path))]
    found += [wrong for image in texts.rendered(markdown).find_all("img") if (wrong := texts.bad_image(image, path))]
    assert not found, "\n".join(f"{path.name}: {wrong}" for wrong in found)


def test_actions_are_pinned_by_hash_and_may_only_read():
    for path in (ROOT / ".github" / "workflows").glob("*.y*ml"):
        text = path.read_text(encoding="utf-8")
        uses = re.findall(r"uses: (\S+)", text)
        assert uses
        assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one) for one in uses), uses
        assert re.findall(r"^permissions:\n(?: +.*\n)+", text, re.MULTILINE) == ["permissions:\n  contents: read\n"]
        more = set(re.findall(r"^ {4,}([\w-]+: write)$", text, re.MULTILINE))  # of one job
        assert more <= ({"id-token: write", "issues: write"} if path.name == "drift.yml" else set()), more
        assert "secrets." not in text
        assert "pull_request_target" not in text


def test_codespaces_and_binder_install_the_lock_on_a_python_that_is_new_enough():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert container["postCreateCommand"].startswith(
        "python3 -m helpers lab -- --version"
    )  # installs, and opens nothing
    assert container["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"].endswith(
        "/.venv/bin/python"
    )
    assert re.search(r":3\.1[1-9]$", container["image"])
    assert re.fullmatch(r"python-3\.1[1-9]\n", (ROOT / ".binder" / "runtime.txt").read_text(encoding="utf-8"))
    assert "-r ../requirements.txt" in (ROOT / ".binder" / "requirements.txt").read_text(encoding="utf-8")


def test_links_beyond_the_project_are_https():
    """They are listed by: pytest tests/test_tree.py -k beyond -s. Whether they answer is for a job that has a network."""
    for path in TEXT:
        if path.suffix in (".md", ".ipynb"):
            for link in re.findall(r"\bhttps?:[^\s)\"'<>`]+", _prose(path)):
                print(f"{path.relative_to(ROOT)}: {link}")
                assert link.startswith("https:"), f"{path.name}: the link {link} is not https; mend it"


def _prose(path) -> str:
    """The Markdown of a file, without its code."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)


def test_drift_is_off_until_it_is_set_up_stores_no_secret_and_opens_no_issue_unasked():
    text = (ROOT / ".github" / "workflows" / "drift.yml").read_text(encoding="utf-8")
    compare, tell = re.split(r"\n  tell:\n", text)
    for name in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "FOUNDRY_PROJECT_ENDPOINT", "FOUNDRY_MODEL_NAME"):
        assert f"vars.{name} != ''" in compare
    assert "issues: write" not in compare
    assert "id-token" not in tell
    assert "if: vars.DRIFT_ISSUE == 'true'" in tell
    assert "pull_request" not in text
