"""The course's own virtual environment, ``.venv``: made, filled and entered by the commands. Standard library only.

uv does the installing, because it needs seconds where pip needs a minute. Where there is none, pip puts it into ``.venv``
first; where it cannot work, pip does all. Nothing is installed outside of ``.venv``.
"""

import ast
import contextlib
import hashlib
import importlib
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.txt"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "installed.sha256"
# There while the environment is being made ("new") or brought to another lock ("update"), and so after a command that was killed.
UNFINISHED = VENV / "unfinished"
CONFIG = VENV / "pyvenv.cfg"  # what makes a Python one of an environment
OWN_UV = VENV / "uv"
LOG = VENV / "install.log"
# In a folder that was packed for a room without a network: the packages, and which systems have all of theirs among them.
WHEELS = ROOT / "wheels"
PACKED = "wheels/packed.json"

OFFLINE = re.compile(
    r"NewConnectionError|NameResolutionError|Temporary failure in name resolution|Network is unreachable|ProxyError"
    r"|Connection refused|ConnectTimeout|Read timed out|dns error|error sending request|tcp connect error"
    r"|Could not connect|getaddrinfo failed|nodename nor servname|ConnectionResetError|operation timed out"
    r"|tunnel error|failed to fetch",
    re.IGNORECASE,
)
UNTRUSTED = re.compile(r"invalid peer certificate|UnknownIssuer|CERTIFICATE_VERIFY_FAILED", re.IGNORECASE)
DAMAGED = re.compile(
    r"hash mismatch|do not match the hashes|failed to extract|failed to unzip|BadZipFile|is invalid|unexpected end of file"
    r"|IncompleteRead|connection closed before message completed|corrupt",
    re.IGNORECASE,
)


class SetupProblem(Exception):
    """Something is missing on this machine. The message is one line that names the fix."""


def enter(arguments: list[str]) -> None:
    """Make sure ``.venv`` holds what ``requirements.txt`` locks, and go on in it: returns when this Python is the one in
    ``.venv``, otherwise runs ``python -m helpers <arguments>`` with that one. Raises SetupProblem."""
    if not _is_current():
        with _alone() as lock:
            if not _is_current():  # another command may have done it meanwhile
                _make(lock)
                _install(lock)
    switch(arguments)


def switch(arguments: list[str]) -> None:
    """Go on in ``.venv`` as it is: returns when this Python is the one in it, or when there is none."""
    if Path(sys.prefix).resolve() == VENV.resolve() or not PYTHON.exists():
        return
    if Path(sys.executable) == PYTHON:  # it has been entered, and is none: to go on would be to go round in circles
        raise SetupProblem(f"{VENV} is damaged. Delete that folder and run this command again.")
    command = [str(PYTHON), "-m", "helpers", *arguments]
    if os.name == "nt":  # there exec would return to the prompt at once
        raise SystemExit(subprocess.call(command))
    sys.stdout.flush()
    os.execv(PYTHON, command)


def add(requirements: Path) -> str:
    """Install one more requirements file into ``.venv``; returns what went wrong, or "". Never raises."""
    with _alone() as lock:
        try:
            _run_installers(["-r", str(requirements)], 0, lock)
        except SetupProblem as problem:
            return str(problem)
    return ""


def fetch(requirements: Path, folder: Path) -> None:
    """Put what a requirements file names by version and hash, and nothing that it would need to run, into a folder of its
    own. Raises SetupProblem."""
    with _alone() as lock:
        _run_installers(["--no-deps", "--require-hashes", "--target", str(folder), "-r", str(requirements)], 0, lock)


def download(what: list[str], folder: Path, options: list[str]) -> str:
    """Fetch the wheels of these requirements, and nothing that they would need, into a folder; returns the first that the
    index has none of, or "". What is there already is not fetched again. Raises SetupProblem when the index is not reached."""
    options = ["--no-deps", "--only-binary", ":all:", "--dest", str(folder), *options]
    command = [str(PYTHON), "-m", "pip", "download", *_PIP, *options]
    with _alone() as lock:
        LOG.write_text("", encoding="utf-8")
        failed, said = _run([*command, *what], _settings(), len(what), lock)
        if not failed:
            return ""
        missing = re.search(r"No matching distribution found for (\S+)", said)
        # pip says the same of an index that it cannot reach, and every index has pip
        if missing and missing[1] in what and not _run([*command, "pip"], _settings(), 0, lock)[0]:
            return missing[1]
    _explain(said)


def this_system() -> str:
    """This machine in a word, such as "linux-x86_64-3.12": the name of its wheels in a packed folder."""
    system = {"win32": "windows", "darwin": "macos"}.get(sys.platform, sys.platform)
    return f"{system}-{platform.machine().lower()}-{sys.version_info[0]}.{sys.version_info[1]}"


def installed_version(package: str) -> str | None:
    """The version of a package in this environment; None when it is not there."""
    import importlib.metadata  # slow to load, and few ask

    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


NOT_YET = "is not there yet"


def state() -> str:
    """What ``.venv`` needs before it can be entered, in words; "" when it needs nothing."""
    if not VENV.exists():
        return NOT_YET
    if _unfinished():
        return "is unfinished: the last command that installed was cut short"
    if not PYTHON.exists() or not CONFIG.is_file():
        return "has lost its Python"
    return "" if _is_current() else "is not what requirements.txt asks for"


# -- what state it is in ---------------------------------------------------------------------------------------------------
def _fingerprint() -> str:
    """What the environment depends on: the lock, the project's own metadata, the Python, and where the clone is."""
    inputs = [LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(inputs)).hexdigest()


def _is_current() -> bool:
    finished = all(path.is_file() for path in (STAMP, PYTHON, CONFIG)) and not UNFINISHED.exists()
    return finished and STAMP.read_text().strip() == _fingerprint()


@contextlib.contextmanager
def _alone() -> Iterator[int]:
    """One command at a time makes or changes this environment; gives the number of the open file that says so. The system
    gives the lock back when the process that holds it ends, however it ends."""
    owner = f"{ROOT}\0{getattr(os, 'getuid', lambda: os.environ.get('USERNAME'))()}"
    name = hashlib.sha256(owner.encode()).hexdigest()[:16]
    path = Path(tempfile.gettempdir()) / f"foundry-course-{name}.lock"
    try:
        number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:  # nowhere to write, which the next step explains better
        yield -1
        return
    try:
        if not _locked(number, wait=False):
            print("Another command is still installing; waiting for it ...", flush=True)
            _locked(number, wait=True)
        yield number
    finally:
        os.close(number)


def _locked(number: int, wait: bool) -> bool:
    if os.name == "nt":
        import msvcrt

        while True:
            try:
                msvcrt.locking(number, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
                return True
            except OSError:  # LK_LOCK gives up after ten tries, one a second
                if not wait:
                    return False
    import fcntl

    try:
        fcntl.flock(number, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        return True
    except OSError:
        return wait  # a file system without locks


def _holding(lock: int) -> dict:
    """For a child process: it holds the lock too, so that the next command waits for a child whose parent was killed."""
    return {"pass_fds": (lock,)} if os.name == "posix" and lock >= 0 else {}


# -- making it -------------------------------------------------------------------------------------------------------------
def _make(lock: int) -> None:
    """An environment without packages. One that an interrupted command left is made anew."""
    interrupted = _unfinished() == "new"
    whole = PYTHON.exists() and CONFIG.is_file() and not interrupted
    version = _python_version() if whole else None
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
    if not _has("venv") or not (shutil.which("uv") or _has("pip") or _has("ensurepip")):
        raise _no_venv()
    print(
        f"Making a virtual environment in .venv{' anew, since the last time was cut short' * interrupted} ...",
        flush=True,
    )
    try:
        if VENV.is_symlink() or VENV.is_file():
            VENV.unlink()
        elif VENV.exists():
            shutil.rmtree(VENV)
        VENV.mkdir()
        UNFINISHED.write_text("new")
    except OSError as error:
        raise SetupProblem(
            f"Could not make {VENV}: {error.strerror}. Make it writable, or close what uses it and delete it, and run this command again."
        ) from None
    command = [sys.executable, "-m", "venv", "--without-pip", str(VENV)]
    made = subprocess.run(command, capture_output=True, text=True, errors="replace", **_holding(lock))
    if made.returncode:
        said = (made.stderr or made.stdout).strip().splitlines() or ["no reason given"]
        raise SetupProblem(f"Could not make {VENV}: {said[-1].strip()}")


def _has(module: str) -> bool:
    """Whether this Python can import a module. Debian ships venv's and pip's parts apart."""
    try:
        return importlib.util.find_spec(module) is not None and bool(importlib.import_module(module))
    except Exception:
        return False


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


# -- filling it ------------------------------------------------------------------------------------------------------------
def _install(lock: int) -> None:
    total = sum(1 for line in LOCK.read_text(encoding="utf-8").splitlines() if "==" in line)
    try:
        # what an update that was cut short left half done is done again; the environment stays, and what else is in it
        again = _unfinished() == "update"
        if not UNFINISHED.exists():
            UNFINISHED.write_text("update")
        # pip too, for whoever writes %pip install in a notebook
        _run_installers(["-r", str(LOCK), "pip"], total, lock, again)
        STAMP.write_text(_fingerprint() + "\n")
        UNFINISHED.unlink()
    except OSError as error:
        raise SetupProblem(
            f"Could not write to {VENV}: {error.strerror}. Make the folder writable, or copy the course."
        ) from None
    print("Installed.", flush=True)


def _unfinished() -> str:
    """What a command that was killed was doing: "new", "update", or "" when none was."""
    return (UNFINISHED.read_text() or "new") if UNFINISHED.is_file() else ""


def _run_installers(what: list[str], total: int, lock: int, again: bool = False) -> None:
    """Install with uv, or with pip where uv cannot; ``again`` what is there already. Raises SetupProblem with what stands in
    the way."""
    LOG.write_text("", encoding="utf-8")
    settings = _settings()
    for uv in _uvs(settings, lock):
        print(f"Installing{f' about {total}' if total else ''} packages with uv ...", flush=True)
        command = [uv, "pip", "install", "--python", str(PYTHON), *(["--reinstall"] if again else []), *what]
        if settings.get("UV_NO_INDEX", "0").lower() not in ("0", "false", "no", "off"):
            command.append("--no-index")  # uv has an option for it, and no variable
        failed, said = _run(command, settings, total, lock)
        if failed and UNTRUSTED.search(said):  # a company's own authority, which the system knows and uv does not
            failed, said = _run(command, settings | {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}, total, lock)
        if failed and "cache" in said:  # a home that cannot be written
            failed, said = _run(command, settings | {"UV_CACHE_DIR": str(VENV / "cache")}, total, lock)
            shutil.rmtree(VENV / "cache", ignore_errors=True)
        if not failed:
            return
        if settings.get("UV_OFFLINE"):
            raise SetupProblem(
                "UV_OFFLINE is set, and uv has not everything in its cache: unset it and run this command again."
            )
        if OFFLINE.search(said) or "No space left" in said:
            _explain(said)
        print(f"uv could not do it ({_reason(said)}).", flush=True)
    print("Installing with pip, which takes a minute or two ...", flush=True)
    if subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True).returncode:
        subprocess.run([str(PYTHON), "-m", "ensurepip", "--default-pip"], capture_output=True, **_holding(lock))
    failed, said = _run(
        [str(PYTHON), "-m", "pip", "install", *_PIP, *(["--force-reinstall"] if again else []), *what],
        settings,
        total,
        lock,
    )
    if failed:
        _explain(said)


_PIP = ["--disable-pip-version-check", "--no-input"]


def _uvs(settings: dict[str, str], lock: int) -> Iterator[str]:
    """The uv of this machine, and then, or where there is none, one in ``.venv``."""
    if found := shutil.which("uv"):
        yield found
    if own := _own_uv(settings, lock):
        yield own


def _own_uv(settings: dict[str, str], lock: int) -> str | None:
    """The uv in ``.venv``, fetched with pip if it is not there yet; None when it cannot be had. Raises SetupProblem when
    there is no network."""
    if found := _uv_in(OWN_UV):
        return found
    print("Fetching uv, which installs the rest ...", flush=True)
    python = sys.executable if _has("pip") else str(PYTHON)
    if python != sys.executable:
        subprocess.run([python, "-m", "ensurepip", "--default-pip"], capture_output=True, **_holding(lock))
    beside = OWN_UV.with_name("uv.part")  # a download that is cut short is never taken for the whole
    shutil.rmtree(beside, ignore_errors=True)
    once = {"PIP_RETRIES": settings.get("PIP_RETRIES", "2")}
    command = [
        python,
        "-m",
        "pip",
        "install",
        *_PIP,
        "--no-deps",
        "--only-binary",
        ":all:",
        "--target",
        str(beside),
        "uv",
    ]
    failed, said = _run(command, settings | once, 0, lock)
    if failed and OFFLINE.search(said):
        _explain(said)
    if failed or not _uv_in(beside):
        print(f"uv could not be had ({_reason(said)}).", flush=True)
        return None
    beside.replace(OWN_UV)
    return _uv_in(OWN_UV)


def _uv_in(folder: Path) -> str | None:
    """The program in a folder that pip installed uv into, if it runs."""
    for name in ("bin/uv", "bin/uv.exe", "Scripts/uv.exe"):
        if (folder / name).is_file():
            with contextlib.suppress(OSError):
                if subprocess.run([str(folder / name), "--version"], capture_output=True).returncode == 0:
                    return str(folder / name)
    return None


def _run(command: list[str], settings: dict[str, str], total: int, lock: int) -> tuple[bool, str]:
    """Run an installer, with its words in the log and its progress on the screen; whether it failed, and what it said."""
    said: list[str] = []
    with (
        LOG.open("a", encoding="utf-8") as log,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            **_holding(lock),
        ) as running,
    ):
        for line in running.stdout:
            log.write(line)
            said.append(line)
            _show_progress(said, total)
    _end_progress()
    return running.returncode != 0, "".join(said)


def _explain(said: str) -> None:
    """Turn an installer's output into one line with the fix."""
    if "No space left" in said:
        raise SetupProblem(f"The disk is full: the course needs about 500 MB. Details: {LOG}")
    if UNTRUSTED.search(said):
        raise SetupProblem(
            "The package index shows a certificate that this machine does not trust. Behind a company proxy, set "
            f"SSL_CERT_FILE and PIP_CERT to the file with its certificates and run this command again. Details: {LOG}"
        )
    if DAMAGED.search(said):
        raise SetupProblem(f"A package arrived damaged. Run this command again. Details: {LOG}")
    if OFFLINE.search(said):
        raise SetupProblem(
            "Could not reach the package index to install what the course needs. Connect to the internet "
            f"(behind a proxy, set HTTPS_PROXY) and run this command again. Details: {LOG}"
        )
    if missing := re.search(r"No matching distribution found for (\S+)|Because (\S+) was not found", said):
        raise SetupProblem(
            f"The package index did not offer {missing[1] or missing[2]}. Most often that means no connection: connect to "
            f"the internet, or check PIP_INDEX_URL and PIP_NO_INDEX, and run this command again. Details: {LOG}"
        )
    raise SetupProblem(f"Installing the packages failed ({_reason(said)}). The installer's own words are in {LOG}")


def _reason(said: str) -> str:
    """The line of an installer's output that names the error, or its last one."""
    lines = [line.strip(" ×╰─▶│├") for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return (errors or lines or ["no reason given"])[-1][:160]


def _show_progress(said: list[str], total: int) -> None:
    """On a terminal one line that changes; in a log a line for every 30 packages that pip finds."""
    line = said[-1].strip()
    found = sum(entry.startswith("Collecting ") for entry in said)
    if sys.stdout.isatty():
        count = f"{min(found, total)}/{total}  " if found and total else ""
        print(f"\r  {count}{line[:66]:<66}", end="", flush=True)
    elif line.startswith("Collecting ") and found % 30 == 0:
        print(f"  {found} of {total} packages found", flush=True)
    elif total and line.startswith(("Installing collected packages", "Prepared ")):
        print("  unpacking", flush=True)


def _end_progress() -> None:
    if sys.stdout.isatty():
        print("\r" + " " * 78 + "\r", end="", flush=True)


# -- where packages come from ------------------------------------------------------------------------------------------------
# pip's option -> the variables by which uv is told the same. uv does not read pip's configuration.
FOR_UV = {
    "index-url": ("UV_DEFAULT_INDEX",), "extra-index-url": ("UV_INDEX",), "find-links": ("UV_FIND_LINKS",),
    "trusted-host": ("UV_INSECURE_HOST",), "no-index": ("UV_NO_INDEX",), "cert": ("SSL_CERT_FILE",),
    "client-cert": ("SSL_CLIENT_CERT",), "proxy": ("HTTPS_PROXY", "HTTP_PROXY"),
}  # fmt: skip
FILES_OF_UV = ("/etc/uv/uv.toml",)
UVS_INDEX = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX")


# Options of pip by which it would install somewhere else, or nothing.
ELSEWHERE = {
    "target",
    "prefix",
    "root",
    "home",
    "user",
    "dry-run",
    "require-virtualenv",
    "python",
    "editable",
    "install-option",
}


def _settings() -> dict[str, str]:
    """The environment for an installer: this one, told where packages come from, and with nothing that leads it elsewhere."""
    options = _pips_options()
    settings = {
        name: value
        for name, value in os.environ.items()
        if not (name.startswith("PIP_") and _option(name) in ELSEWHERE)
    }
    if (
        ELSEWHERE & options.keys()
    ):  # also in a file, then: it is left out, and what it says about the index is passed on
        settings |= {
            f"PIP_{name.upper().replace('-', '_')}": value for name, value in options.items() if name in FOR_UV
        }
        settings["PIP_CONFIG_FILE"] = os.devnull
    return settings | (_packed_settings() or _index_settings())


def _packed_settings() -> dict[str, str]:
    """Where packages come from in a folder that was packed for this system: from that folder, and nowhere else."""
    try:
        targets = json.loads((ROOT / PACKED).read_text(encoding="utf-8"))["targets"]
    except (OSError, ValueError, KeyError):
        return {}
    if targets.get(this_system()) != []:
        print(
            f"The packages in {WHEELS.name}/ are not all that {this_system()} needs, so the network is asked.",
            flush=True,
        )
        return {}
    nowhere = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "UV_NO_INDEX": "1", "UV_NO_CONFIG": "1"}
    return nowhere | {"PIP_FIND_LINKS": str(WHEELS), "UV_FIND_LINKS": str(WHEELS)}


def _option(variable: str) -> str:
    return variable.removeprefix("PIP_").lower().replace("_", "-")


def _index_settings() -> dict[str, str]:
    """What the configuration of one installer says about where packages come from, as variables for the other."""
    of_uv, of_pip = _uvs_index(), _pips_options()
    if of_uv:  # uv knows it by itself
        return {} if "index-url" in of_pip else {"PIP_INDEX_URL": of_uv}
    told = {}
    for option, names in FOR_UV.items():
        if option in of_pip and not any(name in os.environ for name in names):
            separator = "," if option == "find-links" else " "
            told |= dict.fromkeys(names, separator.join(of_pip[option].split()))
    if "UV_INDEX" in told:  # pip takes the best version that any index has; uv would stop at the first index
        told["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return told


def _uvs_index() -> str:
    """The index that uv is configured to use, or ""."""
    for name in UVS_INDEX:
        if os.environ.get(name):
            return os.environ[name].split()[0].rpartition("=")[2] if name == "UV_INDEX" else os.environ[name]
    home = Path(os.environ.get("APPDATA") or os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    for path in (os.environ.get("UV_CONFIG_FILE"), home / "uv" / "uv.toml", *FILES_OF_UV):
        try:
            config = tomllib.loads(Path(path).read_text(encoding="utf-8")) if path else {}
        except (OSError, ValueError):
            continue
        named = [one.get("url", "") for one in config.get("index", []) if isinstance(one, dict)]
        for url in (config.get("index-url"), config.get("pip", {}).get("index-url"), *named):
            if url:
                return str(url)
    return ""


def _pips_options() -> dict[str, str]:
    """pip's configuration: its files and its variables, the variables first."""
    said = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, errors="replace"
    ).stdout
    options: dict[str, dict[str, str]] = {"global": {}, "install": {}}
    for line in said.splitlines():
        if found := re.match(r"(global|install)\.([\w-]+)=('.*'|\".*\")$", line):
            with contextlib.suppress(ValueError, SyntaxError):
                options[found[1]][found[2]] = str(ast.literal_eval(found[3]))
    named = {_option(name): value for name, value in os.environ.items() if name.startswith("PIP_")}
    return {**options["global"], **options["install"], **{name: value for name, value in named.items() if value}}
