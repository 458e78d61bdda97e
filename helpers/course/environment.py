"""The course's own virtual environment, ``.venv``: made, filled and entered by the commands. Standard library only."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.txt"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "installed.sha256"
LOG = VENV / "install.log"

OFFLINE = re.compile(
    r"NewConnectionError|NameResolutionError|Temporary failure in name resolution|Network is unreachable|ProxyError"
    r"|Connection refused|ConnectTimeout|Read timed out|dns error|error sending request|tcp connect error"
    r"|Could not connect|getaddrinfo failed|nodename nor servname",
    re.IGNORECASE,
)


class SetupProblem(Exception):
    """Something is missing on this machine. The message is one line that names the fix."""


def enter(arguments: list[str]) -> None:
    """Make sure ``.venv`` holds what ``requirements.txt`` locks, and go on in it: returns when this Python is the one in
    ``.venv``, otherwise runs ``python -m helpers <arguments>`` with that one. Raises SetupProblem."""
    if not _is_current():
        _make()
        _install()
    switch(arguments)


def switch(arguments: list[str]) -> None:
    """Go on in ``.venv`` as it is: returns when this Python is the one in it, or when there is none."""
    if Path(sys.prefix).resolve() == VENV.resolve() or not PYTHON.exists():
        return
    command = [str(PYTHON), "-m", "helpers", *arguments]
    if os.name == "nt":  # there exec would return to the prompt at once
        raise SystemExit(subprocess.call(command))
    sys.stdout.flush()
    os.execv(PYTHON, command)


def _fingerprint() -> str:
    """What the environment depends on: the lock, the project's own metadata, the Python, and where the clone is."""
    inputs = [LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(inputs)).hexdigest()


def _is_current() -> bool:
    return STAMP.is_file() and STAMP.read_text().strip() == _fingerprint() and PYTHON.exists()


def _make() -> None:
    version = _python_version() if PYTHON.exists() else None
    if version and version < (3, 11):
        raise SetupProblem(
            f"{VENV} holds Python {version[0]}.{version[1]}, and the course needs 3.11 or newer. "
            "Delete that folder and run this command again."
        )
    if version:
        return
    if not os.access(ROOT, os.W_OK):
        raise SetupProblem(
            f"{ROOT} cannot be written to, and the course installs into it. Copy the course to a folder of yours."
        )
    uv = shutil.which("uv")
    if not uv:
        try:
            import ensurepip  # noqa: F401  Debian ships it apart, in python3-venv
            import venv  # noqa: F401
        except ImportError:
            raise _no_venv() from None
    print("Making a virtual environment in .venv ...", flush=True)
    python = sys.executable
    make = [uv, "venv", "--quiet", "--clear", "--python", python] if uv else [python, "-m", "venv", "--clear"]
    made = subprocess.run([*make, str(VENV)], capture_output=True, text=True)
    if made.returncode:
        if "ensurepip" in made.stdout + made.stderr:
            raise _no_venv()
        said = (made.stderr or made.stdout).strip().splitlines() or ["no reason given"]
        raise SetupProblem(f"Could not make {VENV}: {said[-1].strip()}")


def _no_venv() -> SetupProblem:
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    return SetupProblem(
        f"This Python has no venv module with pip in it. On Debian and Ubuntu: sudo apt install {package}. "
        "Elsewhere: install Python from https://www.python.org/downloads/."
    )


def _python_version() -> tuple[int, int] | None:
    """The version of the Python in ``.venv``, or None when it does not run."""
    question = "import sys; print(*sys.version_info[:2])"
    try:
        said = subprocess.run([str(PYTHON), "-c", question], capture_output=True, text=True, timeout=60)
        major, minor = said.stdout.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def _install() -> None:
    uv = shutil.which("uv")
    total = sum(1 for line in LOCK.read_text().splitlines() if "==" in line)
    print(f"Installing about {total} packages with {'uv' if uv else 'pip'}; this happens once ...", flush=True)
    if uv:
        command = [uv, "pip", "install", "--compile-bytecode", "--python", str(PYTHON), "-r", str(LOCK)]
    else:
        command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", str(LOCK)]
        if subprocess.run([str(PYTHON), "-c", "import pip"], capture_output=True).returncode:
            subprocess.run([str(PYTHON), "-m", "ensurepip"], capture_output=True)
    said: list[str] = []
    try:
        with (
            LOG.open("w", encoding="utf-8") as log,
            subprocess.Popen(
                command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
            ) as running,
        ):
            for line in running.stdout:
                log.write(line)
                said.append(line)
                _show_progress(said, total)
    except OSError as error:
        raise SetupProblem(
            f"Could not write to {VENV}: {error.strerror}. Make the folder writable, or copy the course."
        ) from None
    _end_progress()
    if running.returncode:
        _explain("".join(said))
    STAMP.write_text(_fingerprint() + "\n")
    print("Installed.", flush=True)


def _explain(said: str) -> None:
    """Turn an installer's output into one line with the fix."""
    if OFFLINE.search(said):
        raise SetupProblem(
            "Could not reach the package index to install what the course needs. Connect to the internet "
            f"(behind a proxy, set HTTPS_PROXY) and run this command again. Details: {LOG}"
        )
    if missing := re.search(r"No matching distribution found for (\S+)", said):
        raise SetupProblem(
            f"The package index did not offer {missing[1]}. Most often that means no connection: connect to the internet, "
            f"or check PIP_INDEX_URL, and run this command again. Details: {LOG}"
        )
    if "No space left" in said:
        raise SetupProblem(f"The disk is full: the course needs about 500 MB. Details: {LOG}")
    errors = [line.strip() for line in said.splitlines() if line.strip().lower().startswith("error")]
    reason = f" ({errors[-1]})" if errors else ""
    raise SetupProblem(f"Installing the packages failed{reason}. The installer's own words are in {LOG}")


def _show_progress(said: list[str], total: int) -> None:
    """On a terminal one line that changes; in a log a line for every 30 packages."""
    line = said[-1].strip()
    found = sum(entry.startswith("Collecting ") for entry in said)
    if sys.stdout.isatty():
        print(f"\r  {min(found, total)}/{total}  {line[:66]:<66}", end="", flush=True)
    elif line.startswith("Collecting ") and found % 30 == 0:
        print(f"  {found} of {total} packages found", flush=True)
    elif line.startswith("Installing collected packages"):
        print("  unpacking", flush=True)


def _end_progress() -> None:
    if sys.stdout.isatty():
        print("\r" + " " * 78 + "\r", end="", flush=True)


def installed_version(package: str) -> str | None:
    """The version of a package in this environment; None when it is not there."""
    import importlib.metadata  # slow to load, and few ask

    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
