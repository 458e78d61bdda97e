"""``python3 -m helpers pack DIR``: one folder for a memory stick, from which a room without a network installs and teaches: the
course as git has it, the decks, and wheels for the systems that people bring. What is there already is not fetched again.
"""

import hashlib
import json
import shutil
import subprocess
import time
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

from helpers.course import environment, slides
from helpers.course.environment import LOCK, PACKED, ROOT, WHEELS, SetupProblem

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
MANYLINUX = [f"manylinux_2_{minor}" for minor in range(28, 4, -1)] + ["manylinux2014", "manylinux2010", "manylinux1"]
# A name as environment.this_system() gives it: the tags of its wheels (glibc 2.28, macOS 13 and newer), and how markers see it.
SYSTEMS = {
    "linux-x86_64": ([f"{tag}_x86_64" for tag in MANYLINUX], ("posix", "linux", "Linux", "x86_64")),
    "linux-aarch64": ([f"{tag}_aarch64" for tag in MANYLINUX], ("posix", "linux", "Linux", "aarch64")),
    "macos-arm64": (["macosx_13_0_arm64"], ("posix", "darwin", "Darwin", "arm64")),
    "macos-x86_64": (["macosx_13_0_x86_64"], ("posix", "darwin", "Darwin", "x86_64")),
    "windows-amd64": (["win_amd64"], ("nt", "win32", "Windows", "AMD64")),
}
START = """\
Microsoft Foundry endpoints, hands on: everything that is needed, with no network.

1. Copy this folder to your own disk. (On most sticks no Python environment can be made.)
2. Open a terminal in the copy and run:  python3 -m helpers lab   (on Windows:  py -m helpers lab)

It needs Python {first} to {last}, which is not in this folder. The slides are in slides/index.html.
"""


def run(folder: Path) -> int:
    """Make or finish the folder, and say what could not be had; returns 0. Raises SetupProblem."""
    began, folder = time.monotonic(), folder.expanduser().absolute()
    tracked = _tracked()
    course = _fingerprint(tracked)
    state = _state(folder, course)
    try:
        _keep(folder, state)
        print(f"The course: {len(tracked)} files ...", flush=True)
        for name in tracked:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
        (folder / "START.txt").write_text(START.format(first=PYTHONS[0], last=PYTHONS[-1]), encoding="utf-8")
        print("The decks ...", flush=True)
        slides.write(folder / slides.FOLDER.name)
        for system, python in ((system, python) for system in SYSTEMS for python in PYTHONS):
            target = f"{system}-{python}"
            if target not in state["targets"]:
                print(f"Wheels for {system}, Python {python} ...", flush=True)
                state["targets"][target] = _fetch(folder / WHEELS.name, system, python)
                _keep(folder, state)
        if not list((folder / WHEELS.name).glob("sphinx_revealjs-*.whl")):  # to make the decks again from the stick
            environment.download(["-r", str(slides.PINNED)], folder / WHEELS.name, ["--require-hashes"])
    except OSError as error:
        raise SetupProblem(
            f"{folder} cannot be written: {error.strerror}. Make room or make it writable, and run this command again: it goes on."
        ) from None
    _report(folder, state["targets"], time.monotonic() - began)
    return 0


def _report(folder: Path, targets: dict[str, list[str]], seconds: float) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    wheels = [path for path in files if path.suffix == ".whl"]
    everything, of_wheels = (sum(path.stat().st_size for path in some) / 1e6 for some in (files, wheels))
    print(
        f"\n{folder}: {everything:.0f} MB, of which {len(wheels)} wheels are {of_wheels:.0f} MB, in {seconds:.0f} s.\n"
        "Copy it to a stick. Python itself is not in it; START.txt says what a learner does."
    )
    lacking: dict[tuple[str, ...], list[str]] = {}
    for target, missing in targets.items():
        lacking.setdefault(tuple(missing), []).append(target)
    for missing, some in lacking.items():
        if missing:
            print(
                f"The index has no wheels of {', '.join(missing)} for {', '.join(some)}: there lab needs a network, and builds them."
            )


# -- the course ----------------------------------------------------------------------------------------------------------
def _tracked() -> list[str]:
    """The files that git has, as they are now."""
    try:
        said = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        raise SetupProblem(
            "A stick is packed from a clone of the course, with git installed, and this is none."
        ) from None
    return [name for name in said.split("\0") if name and (ROOT / name).is_file()]


def _fingerprint(tracked: list[str]) -> str:
    content = hashlib.sha256()
    for name in tracked:
        content.update(name.encode() + b"\0" + (ROOT / name).read_bytes())
    return content.hexdigest()


def _state(folder: Path, course: str) -> dict:
    """What is in the folder already. Raises SetupProblem when that is something else."""
    if folder.is_relative_to(ROOT) or ROOT.is_relative_to(folder):
        raise SetupProblem(f"{folder} and the course would be inside each other. Name a folder outside of it.")
    try:
        state = json.loads((folder / PACKED).read_text(encoding="utf-8"))
        if state["course"] == course:
            return state
        what = "another state of the course"
    except (OSError, ValueError, KeyError, TypeError):
        if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
            return {"course": course, "targets": {}}
        what = "something else"
    raise SetupProblem(f"{folder} holds {what}. Delete it, or name a new folder.")


def _keep(folder: Path, state: dict) -> None:
    (folder / PACKED).parent.mkdir(parents=True, exist_ok=True)
    part = (folder / PACKED).with_suffix(".part")
    part.write_text(json.dumps(state, indent=1), encoding="utf-8")
    part.replace(folder / PACKED)


# -- the wheels ----------------------------------------------------------------------------------------------------------
def requirements(system: str, python: str) -> dict[str, list[str]]:
    """What a system installs, by the release of Python to ask for: what the lock has for it, and what installs that. There are
    two where the lock tells early releases of a Python from late ones."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        installers = ["uv", "pip", *tomllib.load(file)["build-system"]["requires"]]
    name, platform, system_name, machine = SYSTEMS[system][1]
    lines = [line.strip() for line in LOCK.read_text(encoding="utf-8").splitlines()]
    locked = [Requirement(line) for line in lines if line and not line.startswith(("-", "#"))]
    releases: dict[str, list[str]] = {}
    for release in (f"{python}.0", f"{python}.99"):
        seen_by_markers = {
            "os_name": name, "sys_platform": platform, "platform_system": system_name, "platform_machine": machine,
            "implementation_name": "cpython", "platform_python_implementation": "CPython",
            "python_version": python, "python_full_version": release, "implementation_version": release,
        }  # fmt: skip
        applying = [one for one in locked if not one.marker or one.marker.evaluate(seen_by_markers)]
        wanted = [*installers, *(f"{one.name}{one.specifier}" for one in applying)]
        before = releases.get(f"{python}.0", [])
        releases[release] = [one for one in wanted if one not in before]
    return {release: wanted for release, wanted in releases.items() if wanted}


def _fetch(folder: Path, system: str, python: str) -> list[str]:
    """Fetch the wheels of one system and Python; returns what the index has none of. Raises SetupProblem."""
    tags = [part for tag in SYSTEMS[system][0] for part in ("--platform", tag)]
    missing = []
    for release, wanted in requirements(system, python).items():
        options = ["--implementation", "cp", "--python-version", release, *tags]
        while wanted and (unknown := environment.download(wanted, folder, options)):
            missing.append(unknown)
            wanted = [one for one in wanted if one != unknown]
    return missing
