"""Loaded by every Python that has this folder on PYTHONPATH: refuses to connect, to send, or to look a name up beyond this
machine. The tests and the notebooks' kernels run with it, so no Python process can leave by accident. What was wanted is
also noted in the file that LOOPBACK_ONLY_LOG names, because a program may pass over the refusal in silence."""

import ipaddress
import os
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
    if log := os.environ.get("LOOPBACK_ONLY_LOG"):
        with Path(log).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{host}\n")
    raise ConnectionRefusedError(f"this runs offline, and something wants to reach {host}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


sys.addaudithook(_refuse_outside)
