"""Loaded by every Python that has this folder on PYTHONPATH: refuses to connect, or to look a name up, beyond this
machine. The tests and the notebooks' kernels run with it, so nothing can leave by accident."""

import sys

LOCAL = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "", None}


def _refuse_outside(event: str, arguments: tuple) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path is a Unix socket, which stays here
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host not in LOCAL and not str(host).startswith("127."):
        raise ConnectionRefusedError(f"this test runs offline, and something wants to reach {host}")


sys.addaudithook(_refuse_outside)
