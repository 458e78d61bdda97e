"""The files that a mock writes: a private folder that goes with it, or with the next mock when it was killed; and the file of
its variables."""

import contextlib
import os
import shlex
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

PREFIX = "foundry-mock-"
CONTROL = "control.txt"  # the port, and the address of the control page, with its key
ALIVE = "alive.lock"  # locked by the process that a folder belongs to, for as long as it lives


class Folder:
    """A private folder in the system's temporary one. Making one removes those of mocks that were killed."""

    def __init__(self):
        _sweep(Path(tempfile.gettempdir()))
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        # locked before it has its name: no other mock may find it open, and take this folder for a dead one's
        begun = self.path / f"{ALIVE}.new"
        self._lock = os.open(begun, os.O_RDWR | os.O_CREAT, 0o600)
        _lock(self._lock)
        with contextlib.suppress(OSError):  # Windows renames no open file; there the lock is seen under either name
            begun.replace(self.path / ALIVE)
        self._owner = os.getpid()

    def remove(self, env_file: Path | None = None) -> None:
        """Remove what this mock has written, and only that. Does nothing in a forked child."""
        if os.getpid() != self._owner:
            return
        with contextlib.suppress(OSError):
            os.close(self._lock)
        shutil.rmtree(self.path, ignore_errors=True)
        if env_file:
            with contextlib.suppress(OSError):
                env_file.unlink(missing_ok=True)


def _sweep(temporary: Path) -> None:
    """Remove the folders of mocks that are no more."""
    for folder in temporary.glob(f"{PREFIX}*"):
        try:
            number = os.open(folder / ALIVE, os.O_RDWR)
        except OSError:  # somebody else's, or one that is being made
            continue
        try:
            dead = _lock(number)
        finally:
            os.close(number)
        if dead:
            shutil.rmtree(folder, ignore_errors=True)


def _lock(number: int) -> bool:
    """Lock an open file; False when another process holds it. The system gives it back when the process ends."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def cannot_write(error: OSError) -> str:
    """Why a mock could not write its files, and what helps, as the end of a sentence."""
    named = f": {error.filename}" if error.filename else ""
    return f"cannot write its files ({error.strerror or error}{named}): free some space, or set TMPDIR"


def write_variables(path: Path, variables: dict[str, str]) -> None:
    """``NAME=value`` lines that a shell can read, for this user's eyes only."""
    write_private(path, "".join(f"{name}={shlex.quote(value)}\n" for name, value in variables.items()))


def write_private(path: Path, text: str) -> None:
    """A file for this user's eyes only. Written beside, under a name that nobody knows before, and then moved: a reader never sees
    half of it, and no link that lies there is followed."""
    number, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="\n") as file:  # for a shell, on Windows too
            file.write(text)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


class Page(NamedTuple):
    """The control page of a mock that runs on this machine: the mock's port, the page's address, which holds the key, and the
    mock's private folder."""

    port: int
    url: str
    folder: Path


def running() -> list[Page]:
    """The control pages of this user's mocks, by port."""
    found = []
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if os.name == "posix" and folder.lstat().st_uid != os.getuid():
                continue  # somebody else's, who might lead us elsewhere
            number = os.open(folder / ALIVE, os.O_RDWR)
        except OSError:
            continue
        try:
            if not _lock(number):
                port, _, url = (folder / CONTROL).read_text(encoding="utf-8").partition(" ")
                found.append(Page(int(port), url, folder))
        except OSError:  # one that is being made
            continue
        finally:
            os.close(number)
    return sorted(found)
