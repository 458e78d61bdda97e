"""Loaded by every Python that has this folder on PYTHONPATH: refuses to connect, to send, or to look a name up beyond this
machine. The tests and the notebooks' kernels run with it, so nothing can leave by accident. What was wanted is also noted
in the file that LOOPBACK_ONLY_LOG names, because a program may pass over the refusal in silence."""

import os
import sys
from pathlib import Path

LOCAL = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "", None}


def _refuse_outside(event: str, arguments: tuple) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path is a Unix socket, which stays here
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host in LOCAL or str(host).startswith("127."):
        return
    if log := os.environ.get("LOOPBACK_ONLY_LOG"):
        with Path(log).open("a") as file:
            file.write(f"{host}\n")
    raise ConnectionRefusedError(f"this runs offline, and something wants to reach {host}")


sys.addaudithook(_refuse_outside)
