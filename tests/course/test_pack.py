"""The folder for a memory stick: what is fetched, what is said, and that an installation from it asks nobody else."""

import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest
from packaging.version import Version

from helpers.course import environment, pack
from helpers.course.environment import SetupProblem

LOCKED = "everywhere==1.0\nsome-only==2.0\nof-windows==3.0 ; os_name == 'nt'\n-e .\n"


def wheel(folder: Path, name: str, version: str, tag: str = "py3-none-any") -> Path:
    """An empty wheel."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name.replace('-', '_')}-{version}-{tag}.whl"
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def index(monkeypatch, tmp_path) -> Path:
    """A folder as the only index, for two systems and a Python; one package has no wheel for one of them."""
    folder = tmp_path / "index"
    for name, version in (
        ("everywhere", "1.0"),
        ("of-windows", "3.0"),
        ("uv", "1"),
        ("pip", "1"),
        ("flit-core", "3.12"),
    ):
        wheel(folder, name, version)
    wheel(folder, "some-only", "2.0", "cp312-cp312-win_amd64")
    (tmp_path / "lock.txt").write_text(LOCKED)
    pinned = wheel(folder, "sphinx-revealjs", "3.2.1")
    digest = pack.hashlib.sha256(pinned.read_bytes()).hexdigest()
    (tmp_path / "pinned.txt").write_text(f"sphinx-revealjs==3.2.1 --hash=sha256:{digest}\n")
    monkeypatch.setattr(pack, "LOCK", tmp_path / "lock.txt")
    monkeypatch.setattr(pack.slides, "PINNED", tmp_path / "pinned.txt")
    monkeypatch.setattr(pack.slides, "write", lambda folder: folder.mkdir(exist_ok=True))
    monkeypatch.setattr(pack, "PYTHONS", ("3.12",))
    monkeypatch.setattr(pack, "SYSTEMS", {name: pack.SYSTEMS[name] for name in ("windows-amd64", "macos-arm64")})
    monkeypatch.setattr(environment, "LOG", tmp_path / "install.log")
    for name, value in {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_CONFIG_FILE": os.devnull}.items():
        monkeypatch.setenv(name, value)
    return folder


def test_the_course_the_installers_and_each_systems_wheels_are_packed(index, tmp_path, capsys):
    stick = tmp_path / "stick"
    assert pack.run(stick) == 0
    packed = {path.name for path in (stick / "wheels").glob("*.whl")}
    assert packed == {path.name for path in index.iterdir()}
    assert json.loads((stick / environment.PACKED).read_text())["targets"] == {
        "windows-amd64-3.12": [],
        "macos-arm64-3.12": ["some-only==2.0"],
    }
    said = capsys.readouterr().out
    assert "no wheels of some-only==2.0 for macos-arm64-3.12" in said
    assert " MB" in said
    tracked = subprocess.run(["git", "ls-files"], cwd=pack.ROOT, capture_output=True, text=True).stdout.split()
    assert all((stick / name).is_file() for name in tracked)
    assert not (stick / ".git").exists()
    assert "3.12" in (stick / "START.txt").read_text()


@pytest.mark.parametrize("python", pack.PYTHONS)
def test_an_intel_mac_gets_the_last_versions_that_have_wheels_for_it(python):
    def versions(system: str) -> dict[str, str]:
        wanted = [one for some in pack.requirements(system, python).values() for one in some if "==" in one]
        return dict(one.split("==") for one in wanted)

    old, new = versions("macos-x86_64"), versions("macos-arm64")
    differing = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    assert differing == {"cryptography", "argon2-cffi-bindings"}
    assert Version(old["cryptography"]) < Version("49") < Version(new["cryptography"])
    assert Version(old["argon2-cffi-bindings"]) < Version("26") < Version(new["argon2-cffi-bindings"])


def test_it_goes_on_where_it_was_cut_short(index, monkeypatch, tmp_path):
    stick, real, asked = tmp_path / "stick", environment.download, []

    def cut(what, folder, options):
        asked.append("win_amd64" in options)
        if not asked[-1]:
            raise KeyboardInterrupt
        return real(what, folder, options)

    monkeypatch.setattr(environment, "download", cut)
    with pytest.raises(KeyboardInterrupt):
        pack.run(stick)
    assert asked == [True, False]
    monkeypatch.setattr(
        environment,
        "download",
        lambda what, folder, options: asked.append("win_amd64" in options) or real(what, folder, options),
    )
    assert pack.run(stick) == 0
    assert not any(asked[2:]), "what is there is not fetched again"


def test_without_a_network_it_says_so_and_keeps_what_it_has(index, monkeypatch, tmp_path):
    for name, value in {
        "PIP_NO_INDEX": "",
        "PIP_FIND_LINKS": "",
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "0",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SetupProblem, match=r"(?i)connect to the internet"):
        pack.run(tmp_path / "stick")
    assert json.loads((tmp_path / "stick" / environment.PACKED).read_text())["targets"] == {}


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda stick: (stick.mkdir(), (stick / "photos.txt").write_text("mine")), "holds something else"),
        (lambda stick: stick.write_text("a file"), "holds something else"),
        (lambda stick: ((stick / "wheels").mkdir(parents=True), (stick / environment.PACKED).write_text('{"course": "old", "targets": {}}')), "another state of the course"),
    ],
    ids=["photos", "file", "old"],
)  # fmt: skip
def test_what_is_somebody_elses_is_left_alone(index, tmp_path, make, what):
    make(tmp_path / "stick")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SetupProblem, match=what):
        pack.run(tmp_path / "stick")
    assert sorted(tmp_path.rglob("*")) == before


def test_the_course_is_not_packed_into_itself_and_not_without_git(index, monkeypatch, tmp_path):
    with pytest.raises(SetupProblem, match="inside each other"):
        pack.run(pack.ROOT / "stick")
    monkeypatch.setattr(pack, "ROOT", tmp_path)
    with pytest.raises(SetupProblem, match="from a clone of the course"):
        pack.run(tmp_path / "stick")


def test_the_real_lock_by_system_and_python():
    windows, mac, linux = (pack.requirements(name, "3.11") for name in ("windows-amd64", "macos-arm64", "linux-x86_64"))
    names = [{one.partition("==")[0] for one in wanted["3.11.0"]} for wanted in (windows, mac, linux)]
    assert [("colorama" in some, "appnope" in some, "ptyprocess" in some) for some in names] == [
        (True, False, False), (False, True, True), (False, False, True),
    ]  # fmt: skip
    assert all({"uv", "pip"} <= some and any(one.startswith("flit_core") for one in some) for some in names)
    # early and late releases of 3.11 get different versions of it
    assert len({one for wanted in linux.values() for one in wanted if one.startswith("soupsieve")}) == 2
    assert list(pack.requirements("linux-x86_64", "3.13")) == ["3.13.0"]


# -- installing from it --------------------------------------------------------------------------------------------------
def packed_for(folder: Path, targets: dict, monkeypatch) -> None:
    (folder / "wheels").mkdir()
    (folder / environment.PACKED).write_text(json.dumps({"course": "", "targets": targets}))
    monkeypatch.setattr(environment, "ROOT", folder)
    monkeypatch.setattr(environment, "WHEELS", folder / "wheels")


def test_a_packed_folder_installs_from_itself_alone(monkeypatch, tmp_path):
    packed_for(tmp_path, {environment.this_system(): []}, monkeypatch)
    monkeypatch.setenv("PIP_INDEX_URL", "https://pip.contoso-ai.example/simple")
    settings = environment._settings()
    assert settings["PIP_FIND_LINKS"] == settings["UV_FIND_LINKS"] == str(tmp_path / "wheels")
    assert settings["PIP_NO_INDEX"] == settings["UV_NO_INDEX"] == "1"
    assert "UV_DEFAULT_INDEX" not in settings


@pytest.mark.parametrize(
    "targets", [{}, {environment.this_system(): ["cryptography==50.0.2"]}], ids=["unknown", "incomplete"]
)
def test_a_system_that_is_not_whole_in_it_asks_the_network_and_says_so(monkeypatch, tmp_path, capsys, targets):
    packed_for(tmp_path, targets, monkeypatch)
    assert "PIP_NO_INDEX" not in environment._packed_settings()
    assert "so the network is asked" in capsys.readouterr().out


def test_a_wheel_from_the_folder_is_installed_without_an_index(monkeypatch, tmp_path):
    packed_for(tmp_path, {environment.this_system(): []}, monkeypatch)
    (tmp_path / "wanted.txt").write_text(
        f"everywhere==1.0 --hash=sha256:{pack.hashlib.sha256(wheel(tmp_path / 'wheels', 'everywhere', '1.0').read_bytes()).hexdigest()}"
    )
    monkeypatch.setattr(environment, "LOG", tmp_path / "install.log")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    environment.fetch(tmp_path / "wanted.txt", tmp_path / "target")
    assert (tmp_path / "target" / "everywhere-1.0.dist-info").is_dir()
