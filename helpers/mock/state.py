"""What the local Foundry remembers, in memory and within bounds: the oldest entry goes when a store is full."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any

from helpers.exchange import Exchange
from helpers.mock import catalog, ids

JOURNAL_LENGTH = 200
JOURNAL_BODY = 64 * 1024  # bytes of a body that the journal keeps


class Store:
    """Things by id, at most ``entries`` of them and ``size`` bytes in all."""

    def __init__(self, kind: str, entries: int = 1000, size: int = 32 * 1024 * 1024):
        self.kind, self._entries, self._limit = kind, entries, size
        self._things: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        self._size = self._made = 0

    def put(self, name: str, thing: Any, size: int) -> None:
        """Keep a thing under a name, in place of what was there; ``size`` is its size in bytes, roughly."""
        self.remove(name)
        self._things[name] = (thing, size)
        self._size += size
        while len(self._things) > self._entries or (self._size > self._limit and len(self._things) > 1):
            _, (_, gone) = self._things.popitem(last=False)
            self._size -= gone

    def get(self, name: str) -> Any:
        """The thing, or None."""
        return self._things.get(name, (None, 0))[0]

    def remove(self, name: str) -> bool:
        """Forget a thing; returns whether there was one."""
        thing, size = self._things.pop(name, (None, 0))
        self._size -= size
        return thing is not None

    def all(self) -> list[Any]:
        """Everything, oldest first."""
        return [thing for thing, _ in self._things.values()]

    def seed(self, request_body: bytes) -> str:
        """What the id of a new thing derives from: what was asked, and how many were made before."""
        self._made += 1
        return f"{self.kind} {self._made} {request_body.decode('utf-8', 'replace')}"

    def __len__(self) -> int:
        return len(self._things)


@dataclass
class State:
    """Everything that a request can change."""

    responses: Store = field(default_factory=lambda: Store("response"))
    conversations: Store = field(default_factory=lambda: Store("conversation"))
    agents: Store = field(default_factory=lambda: Store("agent"))
    files: Store = field(default_factory=lambda: Store("file", entries=100))
    resources: Store = field(default_factory=lambda: Store("resource"))  # ARM: accounts, projects, deployments by id
    operations: Store = field(default_factory=lambda: Store("operation"))  # ARM: long-running operations
    projects: set[str] = field(default_factory=lambda: {catalog.PROJECT, "_project"})
    deployments: dict[str, catalog.Deployment] = field(default_factory=lambda: dict(catalog.DEPLOYMENTS))
    owners: dict[tuple[str, str], str] = field(default_factory=dict)  # (kind, name served) -> the ARM id that made it
    keys_disabled: bool = False  # disableLocalAuth on an account
    agent_versions: Store = field(default_factory=lambda: Store("agent version"))  # the highest number ever, by agent
    journal: deque[Exchange] = field(default_factory=lambda: deque(maxlen=JOURNAL_LENGTH))


def new_id(prefix: str, seed: str) -> str:
    """An id in the service's form: the prefix, 18 hexadecimal digits, 32 letters and digits."""
    letters = "".join(ids.ALPHABET[byte % 62] for byte in ids.digest(prefix, seed))
    return ids.hex_id(prefix, seed, 18) + letters
