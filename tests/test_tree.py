"""What holds for every file of the project: no secret, no path of a machine, actions pinned, links that can be checked."""

import json
import re
import subprocess

import pytest

from helpers.course import picture
from helpers.course.environment import ROOT
from tests.lessons import guards, texts

TEXT = [path for path in texts.files() if path.suffix != ".png"]
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


@pytest.mark.parametrize("path", [path for path in TEXT if path.suffix == ".md"], ids=lambda path: path.name)
def test_the_markdown_of_a_document_is_shown_as_it_is_meant(path):
    found = list(guards.badly_written(path.read_text(encoding="utf-8")))
    assert not found, "\n".join(f"{path.name}: {wrong}" for wrong in found)


# -- which files there are -----------------------------------------------------------------------------------------------
LARGEST = 300_000  # bytes; whoever clones the course takes all of it
RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)  # names that Windows keeps for itself
LEFT_OVER = re.compile(r".*(?:~|\.(?:bak|orig|rej|tmp|swp|pyc|lock))")
OF_PYTEST = {"tests/conftest.py", "tests/browser/conftest.py", "tests/mock/conftest.py"}
OF_THE_LESSON = {"notebooks/production/conftest.py", "notebooks/production/pytest.ini"}  # lesson 16 runs its own tests
SETTINGS = {"conftest.py", "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg", "ruff.toml", ".ruff.toml", ".codespellrc", "sitecustomize.py"}  # fmt: skip


def misplaced(names: list[str]) -> list[str]:
    """What is wrong with the names of the project's files."""
    found, lower = [], {}
    for name in names:
        last = name.rpartition("/")[2]
        if (other := lower.setdefault(name.lower(), name)) != name:
            found.append(f"{name}: on Windows and macOS it is the same file as {other}")
        if any(RESERVED.fullmatch(part) for part in name.split("/")):
            found.append(f"{name}: Windows keeps this name for itself")
        if LEFT_OVER.fullmatch(last):
            found.append(f"{name}: an editor or a program left it behind; take it away")
        known = OF_PYTEST | OF_THE_LESSON | {"tests/gate/loopback_only/sitecustomize.py"}
        if last in SETTINGS and name not in known:
            found.append(f"{name}: it goes before pyproject.toml, or changes what tests do; write it there")
        if (name.endswith(".py") and name.count("/") < 2 and name.startswith("notebooks/")) or (
            name.endswith(".py") and "/" not in name
        ):
            found.append(f"{name}: a cell imports it in place of the package of this name; move it")
    return found


def test_the_files_have_names_that_every_system_knows_and_none_changes_the_tests():
    found = misplaced([path.relative_to(ROOT).as_posix() for path in texts.files()])
    assert not found, "\n".join(found)
    for name in OF_PYTEST:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(
            r"collect_ignore|pytest_(?:collection|ignore|itemcollected|deselected)|pytest_collect_file", text
        ), name


@pytest.mark.parametrize("name", ["README.MD", "notebooks/aux.txt", "notes.lock", "a.ipynb.bak", "pytest.ini", "ruff.toml", ".codespellrc",
                                  "notebooks/conftest.py", "notebooks/requests.py", "requests.py", "tests/gate/conftest.py"])  # fmt: skip
def test_a_name_that_breaks_something_is_told(name):
    assert misplaced(["README.md", name])[0].startswith(f"{name}: ")


def test_each_file_is_a_small_one_and_a_picture_is_a_picture():
    for path in texts.files():
        assert not path.is_symlink(), f"{path.name} is a link, which Windows does not have"
        assert path.stat().st_size <= LARGEST, f"{path.name} has {path.stat().st_size:,} bytes, at most {LARGEST:,}"
        if path.suffix == ".png":
            assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n", f"{path.name} is no picture"


def test_every_picture_is_shown_somewhere():
    shown = "".join(path.read_text(encoding="utf-8") for path in TEXT if path.suffix in (".md", ".ipynb", ".py"))
    drawn = {path.name for path in map(picture.path_of, picture.lessons())}
    for path in texts.files():
        if path.suffix in (".png", ".svg"):
            assert path.name in shown or path.name in drawn, f"{path.name} is shown nowhere; take it away"


def test_git_keeps_nothing_that_it_should_pass_over():
    """Such as a .env: whoever cloned it would be live without knowing."""
    kept = subprocess.run(
        ["git", "ls-files", "-ci", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    assert not kept, f"take these away from git: {kept.split()}"


def test_no_file_is_half_merged():
    mark = re.compile(r"^(?:<{7}|>{7}|\|{7}) ", re.MULTILINE)
    assert not [path.name for path in TEXT if mark.search(texts.text_of(path))]


def test_what_a_lesson_starts_speaks_to_nobody_else():
    """The programs beside the notebooks: a curl command, a script for Node, the program of lesson 16."""
    own = re.compile(
        r"https?://(?:localhost|127\.0\.0\.1|example\.com|demo-resource\.services\.ai\.azure\.com|ai\.azure\.com)\b"
    )
    for path in TEXT:
        if path.is_relative_to(ROOT / "notebooks") and path.suffix in (".sh", ".mjs", ".py"):
            strange = [url for url in re.findall(r"https?://[^\s\"'`)]+", texts.text_of(path)) if not own.match(url)]
            assert not [url for url in strange if "$" not in url[:10]], f"{path.name}: {strange}"


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
