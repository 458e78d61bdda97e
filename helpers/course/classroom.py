"""``python -m helpers class``: one mock for a room.

What must outlive the mock, so that a restart throws nobody out, is in a private folder of this user, one per class: the
authority's key, the secret that all keys and codes derive from, the names given out. Whoever has that folder can play the class.
"""

import json
import os
import re
import secrets
import socket
import sys
import threading
from ipaddress import ip_address
from pathlib import Path

from helpers.course import controls
from helpers.course.environment import SetupProblem
from helpers.mock.certificates import LOCAL_NAMES, PRIVATE_NETWORKS, Authority, limited_to
from helpers.mock.files import Page, cannot_write, write_private
from helpers.mock.room import MOST, Class
from helpers.mock.server import LOOPBACK, MockServer, PortTaken

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}", re.IGNORECASE)
HOST_NAME = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*", re.IGNORECASE
)
DAYS = 30  # an authority with less than so many days left is made anew


def run(name: str, host: str | None, port: int, cards: int | None, speed: str, browser: bool = True) -> int:
    """Run the mock of a class until Ctrl-C. Raises SetupProblem."""
    if not NAME.fullmatch(name):
        raise SetupProblem(f"A class is named with letters, digits and dashes, such as monday: {name!r} has others.")
    if cards is not None and not 1 <= cards <= MOST:
        raise SetupProblem(f"--learners takes a number from 1 to {MOST}.")
    folder = folder_of(name)
    try:
        before = _kept(folder)
        address = _address(host, before.get("address"))
        of, news = _opened(name, folder, before, address, cards)
        try:
            ip_address(address)
            listen_on = address
        except ValueError:
            listen_on = (
                "localhost" if address == "localhost" else ""
            )  # a name may stand for any address of this machine
        server = MockServer(listen_on, port, speed=speed, of=of)
        server.serve(lambda: _announce(server, news, browser))
    except PortTaken as problem:
        reason = str(problem).partition(". Choose")[0]
        raise SetupProblem(
            f"{reason}. A class keeps its port, which learners have noted: stop what runs there, or choose another with --port."
        ) from None
    except ValueError as problem:
        raise SetupProblem(str(problem)) from None
    except OSError as problem:
        raise SetupProblem(f"The class {cannot_write(problem)}.") from None
    return 0


def folder_of(name: str) -> Path:
    """Where a class is kept: the place for a program's own data on this system."""
    if os.name == "nt":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return base / "foundry-endpoints-course" / "classes" / name.lower()


# -- what is kept ----------------------------------------------------------------------------------------------------------
def _kept(folder: Path) -> dict:
    """What a class has kept; empty for a new one. Raises SetupProblem for a file that cannot be read."""
    file = folder / "class.json"
    if not file.is_file():
        return {}
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        if set(kept) >= {"address", "authority", "secret", "token_key", "learners", "cards"}:
            return kept
    except ValueError:
        pass
    raise SetupProblem(
        f"{file} cannot be read. Delete it, or start a class of another name: --name. Everyone then joins again."
    )


def _opened(name: str, folder: Path, before: dict, address: str, cards: int | None) -> tuple[Class, list[str]]:
    """The class as it goes on, or begins, and what there is to tell about that."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    news = []
    authority = Authority.read(before["authority"].encode()) if before else None
    if before and before["address"] != address:
        news.append(f"The address has changed; it was {before['address']}.")
    fits = bool(authority) and authority.permits(address) and limited_to(authority.der(), address)
    if authority and not (fits and authority.lasts(DAYS)):
        why = "was made for another address" if authority.lasts(DAYS) else "is about to expire"
        news.append(f"The certificate authority of this class {why}, so there is a new one, and a new code.")
        authority = None
    if before and news:
        news.append("Everyone who has joined joins again with the line above; they keep their names.")
    elif before and before["learners"]:
        count = len(before["learners"])
        news.append(f"{count} {'has' if count == 1 else 'have'} joined before and need{'s' * (count == 1)} do nothing.")
    if before:
        token_key = serialization.load_pem_private_key(before["token_key"].encode(), None)
    else:
        token_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    of = Class(
        name,
        address,
        authority or Authority.made(dict.fromkeys([*PRIVATE_NETWORKS, *LOCAL_NAMES, address])),
        bytes.fromhex(before["secret"]) if before else secrets.token_bytes(32),
        token_key,
        *(list(before.get(names, [])) for names in ("learners", "cards", "gone")),
    )
    while cards and len(of.cards) < cards:
        of.cards.append(of.new_name())
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    pem = token_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )

    def keep() -> None:
        kept = {
            "address": of.address, "authority": of.authority.pem().decode(), "secret": of.secret.hex(),
            "token_key": pem.decode(), "learners": of.learners, "cards": of.cards, "gone": of.gone,
        }  # fmt: skip
        write_private(folder / "class.json", json.dumps(kept, indent=1))

    of.keep = keep
    keep()
    return of, news


# -- where it is ------------------------------------------------------------------------------------------------------------
def _address(host: str | None, last: str | None) -> str:
    """The address that learners type: the one asked for, else the last one while it is of this machine, else the one by which
    this machine reaches others. Raises SetupProblem."""
    if host is None:
        return last if last and (_is_name(last) or _here(last)) else _outward()
    host = host.strip().strip("[]").lower()
    try:
        given = ip_address(host)
    except ValueError:
        if HOST_NAME.fullmatch(host) and not host.replace(".", "").isdigit():
            return host
        raise SetupProblem(f"--host {host}: write an address or a host name alone, such as 192.168.1.5") from None
    if given.is_unspecified:
        raise SetupProblem(f"--host {host} is no address that a laptop can go to. This machine has {_outward()}.")
    if "%" in host:
        raise SetupProblem(
            f"--host {host}: an address with a zone is another one on each machine. Use the IPv4 address."
        )
    if not _here(host):
        raise SetupProblem(
            f"{host} is not an address of this machine, which has {_outward()}. Leave --host out to use that."
        )
    return "localhost" if host in LOOPBACK else str(given)


def _is_name(address: str) -> bool:
    try:
        ip_address(address)
    except ValueError:
        return True
    return False


def _here(address: str) -> bool:
    """Whether an address is one of this machine."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


def _outward() -> str:
    """The address by which this machine reaches others; "localhost" without a network. Nothing is sent."""
    for family, elsewhere in (
        (socket.AF_INET, "192.0.2.1"),
        (socket.AF_INET6, "2001:db8::1"),
    ):  # reserved for documents
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((elsewhere, 9))
                return probe.getsockname()[0]
        except OSError:
            continue
    return "localhost"


# -- what is told -----------------------------------------------------------------------------------------------------------
def _announce(server: MockServer, news: list[str], browser: bool) -> None:
    of = server.room.of
    place = server.origin.removeprefix("https://")
    print(f"The class {of.name} is at {place}. Ctrl-C stops it; keys and codes stay the same.\n")
    if of.cards:
        print("A card for each learner:\n")
        for name in of.cards:
            print(f"  {name}\n  python3 -m helpers join {place} {of.code(name)}\n  {'- ' * 35}")
    else:
        print(f"For the board (on Windows py instead of python3):\n\n  python3 -m helpers join {place} {of.code()}")
    for line in news:
        print(f"\n{line}", end="")
    if of.address == "localhost":
        print("\nThis address is for this machine only. For a room, name another: --host ADDRESS", end="")
    print(
        "\n\nIt holds no real data, but use it on a network that you trust. If nobody can reach it, let Python through the"
    )
    print("firewall of this machine; some Wi-Fi keeps its guests apart.")
    print("Controls: python3 -m helpers control", flush=True)
    if browser:  # in a thread, since some browsers hold up who starts them
        page = Page(server.port, server.control_url, server.folder)
        threading.Thread(target=controls.show, args=(page,), daemon=True).start()
