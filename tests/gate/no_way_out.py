"""``python -m tests.gate.no_way_out COMMAND ...``: runs a command, and whatever it starts, where there is no network but this
machine's loopback: in a network namespace of its own, on a Linux that allows one. Elsewhere it says so and runs it all the
same; Python programs are held back by loopback_only/ everywhere.

Sources: unshare(2), network_namespaces(7), user_namespaces(7), netdevice(7).
"""

import ctypes
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

NEW_USER, NEW_NET = 0x10000000, 0x40000000
SET_FLAGS, UP_AND_RUNNING = 0x8914, 0x1 | 0x40


def _leave_the_network() -> bool:
    """Whether this process is now in a namespace that has a loopback interface and no other."""
    if not sys.platform.startswith("linux"):
        return False
    user, group, libc = os.geteuid(), os.getegid(), ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEW_NET if user == 0 else NEW_USER | NEW_NET):
        return False
    try:
        if user:  # the same user inside as outside; without this the process would be nobody
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        import fcntl  # Windows has none

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            fcntl.ioctl(control, SET_FLAGS, struct.pack("16sh22x", b"lo", UP_AND_RUNNING))
    except OSError:
        return False
    return True


if __name__ == "__main__":
    if not _leave_the_network():
        print("Programs other than Python are not held back: this system gives out no network namespace.", flush=True)
    os.environ["NO_WAY_OUT"] = "tried"
    if os.name == "nt":  # there exec would return to the caller at once
        sys.exit(subprocess.call(sys.argv[1:]))
    os.execvp(sys.argv[1], sys.argv[1:])
