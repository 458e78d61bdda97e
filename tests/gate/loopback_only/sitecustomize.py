"""Loaded by every Python that has this folder on PYTHONPATH: refuses to connect, to send, or to look a name up beyond this
machine. The tests and the notebooks' kernels run with it, so no Python process can leave by accident. What was wanted is
also noted in the file that LOOPBACK_ONLY_LOG names, because a program may pass over the refusal in silence; so is a host that
stands in the command line of another program. Files that are made are noted in the file that MADE_LOG names, if any."""

import ipaddress
import os
import re
import sys
from pathlib import Path

ADDRESSED = ("socket.connect", "socket.sendto", "socket.sendmsg")  # their second argument is an address
NAMED = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")  # their first one is a name
LOCAL = {"localhost", "0.0.0.0", "::", "", None}


def _refuse_outside(event: str, arguments: tuple) -> None:
    if event in ADDRESSED:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path is a Unix socket, which stays here
    elif event in NAMED:
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host in LOCAL or _is_loopback(host):
        return
    if str(host).endswith(
        ".invalid"
    ):  # a name that is reserved for leading nowhere (RFC 2606): a lesson shows what that is like
        raise OSError(f"{host}: name or service not known")
    if log := os.environ.get("LOOPBACK_ONLY_LOG"):
        with Path(log).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{host}\n")
    raise ConnectionRefusedError(f"this runs offline, and something wants to reach {host}")


URL = re.compile(r"\b(?:https?|ftp|ssh|git|wss?)://(?:[^\s/@'\"]*@)?\[?([\w.:-]+?)\]?(?::\d+)?(?=[/?#\s'\"]|$)")
STARTED = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn")


def _note_programs(event: str, arguments: tuple) -> None:
    """A program that is started with the address of another machine. Whether it then gets there is not for Python to say."""
    if log := os.environ.get("LOOPBACK_ONLY_LOG"):
        words = " ".join(_texts(arguments[:2]))
        if Path(words.split(" ")[0]).name.startswith("python"):
            return  # it has this file too, and its code may name hosts that it does not reach
        for host in URL.findall(words):
            if host not in LOCAL and not _is_loopback(host):
                with Path(log).open("a", encoding="utf-8", errors="backslashreplace") as file:
                    file.write(f"{host}\n")


def _texts(value):
    for one in value if isinstance(value, tuple | list) else [value]:
        if isinstance(one, tuple | list):
            yield from _texts(one)
        elif one is not None:
            yield os.fsdecode(one) if isinstance(one, bytes | os.PathLike) else str(one)


MAKE = {"os.mkdir": 0, "os.rename": 1, "os.link": 1, "os.symlink": 1}  # event -> which argument is the new path


def _note_files(event: str, arguments: tuple) -> None:
    """A file or a folder that is made: it may be left behind."""
    if event == "open":
        path, _, flags = arguments
        made = isinstance(flags, int) and flags & os.O_CREAT
    else:
        path, made = arguments[MAKE[event]], True
    if made and isinstance(path, str | bytes | os.PathLike):
        whole = os.path.abspath(os.fsdecode(path))  # noqa: PTH100  Path would be slower, and this is called for every file
        log = os.environ["MADE_LOG"]
        if (
            not os.path.lexists(whole)
            and whole not in (log, os.environ.get("LOOPBACK_ONLY_LOG"))
            and ".pyc" not in whole
            and not whole.endswith("__pycache__")
        ):
            number = os.open(log, os.O_WRONLY | os.O_APPEND)  # without O_CREAT, so that this is not noted in turn
            os.write(number, f"{whole}\n".encode("utf-8", "backslashreplace"))
            os.close(number)


def _note(event: str, arguments: tuple) -> None:
    if (event not in STARTED and event != "open" and event not in MAKE) or not os.environ.get("MADE_LOG"):
        return
    _note_programs(event, arguments) if event in STARTED else _note_files(event, arguments)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# jsonschema, which all that reads notebooks loads, would take two seconds to load this for a format that none of them has.
sys.modules["rfc3987_syntax"] = None
sys.addaudithook(_refuse_outside)
sys.addaudithook(_note)
