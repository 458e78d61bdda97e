"""What the local Foundry remembers, in memory and within bounds: the oldest entry goes when a store is full."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from helpers.mock import catalog
from helpers.mock.wire import errors

FOUNDRY_USER = "53ca6127-db72-4b80-b1b0-d745d6d5456d"  # the role's id, which the renaming of 2026 has left as it was
Name = str | tuple[str, str]  # of a thing: its id, or project and id


class Store:
    """Things by id, at most ``entries`` of them, ``size`` bytes in all and a quarter of that for one."""

    def __init__(self, kind: str, entries: int = 1000, size: int = 32 * 1024 * 1024):
        self.kind, self.world, self._entries, self._limit = kind, "", entries, size
        self._things: OrderedDict[Name, tuple[Any, int]] = OrderedDict()
        self._size = self._made = 0

    def put(self, name: Name, thing: Any, size: int) -> None:
        """Keep a thing under a name, in place of what was there; ``size`` is its size in bytes, roughly. Raises the
        ServiceError for one that is too large, and keeps what was there then."""
        if size > self._limit // 4:
            raise errors.too_much_to_keep(self.kind, self._limit // 4)
        self.remove(name)
        self._things[name] = (thing, size)
        self._size += size
        while len(self._things) > self._entries or (self._size > self._limit and len(self._things) > 1):
            _, (_, gone) = self._things.popitem(last=False)
            self._size -= gone

    def get(self, name: Name) -> Any:
        """The thing, or None."""
        return self._things.get(name, (None, 0))[0]

    def size_of(self, name: Name) -> int:
        """The size that a thing was kept with; 0 when it is not there."""
        return self._things.get(name, (None, 0))[1]

    def fits(self, name: Name, size: int) -> bool:
        """Whether a thing of this size can be kept under this name without pushing another one out."""
        entries = len(self._things) + (name not in self._things)
        return entries <= self._entries and self._size - self.size_of(name) + size <= self._limit

    def remove(self, name: Name) -> bool:
        """Forget a thing; returns whether there was one."""
        thing, size = self._things.pop(name, (None, 0))
        self._size -= size
        return thing is not None

    def all(self) -> list[Any]:
        """Everything, oldest first."""
        return [thing for thing, _ in self._things.values()]

    def names(self) -> list[Name]:
        """The names of all things, oldest first."""
        return [*self._things]

    def seed(self, request_body: bytes) -> str:
        """What the id of a new thing derives from: whose it is, what was asked, and how many were made before."""
        self._made += 1
        return f"{self.world}{self.kind} {self._made} {request_body.decode('utf-8', 'replace')}"

    def shrink(self, by: int) -> None:
        """Take up a part of the room from now on, and hold as small a part of the things."""
        self._limit //= by
        self._entries //= by

    def __len__(self) -> int:
        return len(self._things)


class Part:
    """What one project has in a store."""

    def __init__(self, store: Store, project: str):
        self._store, self._project = store, project

    def put(self, name: str, thing: Any, size: int) -> None:
        self._store.put((self._project, name), thing, size)

    def get(self, name: str) -> Any:
        return self._store.get((self._project, name))

    def size_of(self, name: str) -> int:
        return self._store.size_of((self._project, name))

    def remove(self, name: str) -> bool:
        return self._store.remove((self._project, name))

    def all(self) -> list[Any]:
        return [self._store.get(name) for name in self._store.names() if name[0] == self._project]

    def clear(self) -> None:
        for name in self._store.names():
            if name[0] == self._project:
                self._store.remove(name)

    def seed(self, request_body: bytes) -> str:
        return self._store.seed(request_body)


class Within(NamedTuple):
    """What is kept in one project, which no other project of the resource sees, or on the resource itself.

    Sources: for agents, memory stores and toolboxes their paths; for files, vector stores and containers Microsoft's page on the
    standard agent setup, which keeps what a project stores apart from the next one's.
    """

    agents: Part
    agent_versions: Part
    files: Part
    vector_stores: Part
    containers: Part
    memory_stores: Part
    toolboxes: Part


class Times:
    """How often each request was made, since the mock began. At most ``entries`` are told apart; then it begins anew, with
    numbers that were not given yet."""

    def __init__(self, entries: int = 50_000):
        self._entries, self._start = entries, 0
        self._counts: dict[int, int] = {}

    def count(self, request: str) -> int:
        """The number of this time."""
        if len(self._counts) >= self._entries:
            self._start = max(self._counts.values())
            self._counts.clear()
        key = hash(request)  # of a text: two requests that share one would only skip a number
        number = self._counts[key] = self._counts.get(key, self._start) + 1
        return number

    def shrink(self, by: int) -> None:
        """Tell fewer apart from now on."""
        self._entries //= by


@dataclass
class Fault:
    """What goes wrong next: ``left`` times, or None until cleared, for paths that contain ``path``; an empty one stands for
    all of them but those of identity."""

    kind: str
    left: int | None = 1
    retry_after: float = 1.0  # seconds, for 429 and 503
    delay: float = 5.0  # seconds, for slow
    path: str = ""


@dataclass
class State:
    """Everything that a request can change. ``world`` is whose it is, where there are several learners: no id that is made in
    one world is ever made in another."""

    world: str = ""
    speed: str = "realistic"  # of streams, or "instant"
    times: Times = field(default_factory=Times)
    faults: list[Fault] = field(default_factory=list)
    tolerated: frozenset[str] = frozenset()  # api-versions that /v1 paths put up with
    responses: Store = field(default_factory=lambda: Store("response", entries=4000, size=128 * 1024 * 1024))
    conversations: Store = field(default_factory=lambda: Store("conversation"))
    agents: Store = field(default_factory=lambda: Store("agent", size=16 * 1024 * 1024))
    files: Store = field(default_factory=lambda: Store("file", entries=100, size=64 * 1024 * 1024))
    vector_stores: Store = field(default_factory=lambda: Store("vector store", size=4 * 1024 * 1024))
    containers: Store = field(default_factory=lambda: Store("container", size=4 * 1024 * 1024))
    memory_stores: Store = field(default_factory=lambda: Store("memory store", size=4 * 1024 * 1024))
    toolboxes: Store = field(default_factory=lambda: Store("toolbox", size=4 * 1024 * 1024))
    resources: Store = field(
        default_factory=lambda: Store("resource", size=8 * 1024 * 1024)
    )  # ARM: accounts, projects, deployments by id
    operations: Store = field(default_factory=lambda: Store("operation"))  # ARM: long-running operations
    deleted: Store = field(default_factory=lambda: Store("deleted account"))  # ARM: accounts that can still be had back
    groups: set[tuple[str, str]] = field(
        default_factory=lambda: {(catalog.SUBSCRIPTION_ID, catalog.RESOURCE_GROUP)}
    )  # ARM: subscription and resource group, in small letters
    granted: Store = field(
        default_factory=lambda: Store("identity or role")
    )  # ARM: identities and role assignments by path
    identities: dict[str, str] = field(default_factory=dict)  # client id -> principal, of those that were made here
    granted_to: set[str] = field(default_factory=set)  # principals with the role that opens the data plane
    projects: set[str] = field(default_factory=lambda: {catalog.PROJECT, "_project"})
    deployments: dict[str, catalog.Deployment] = field(default_factory=lambda: dict(catalog.DEPLOYMENTS))
    owners: dict[tuple[str, str], str] = field(default_factory=dict)  # (kind, name served) -> the ARM id that made it
    keys_disabled: bool = False  # disableLocalAuth on an account
    agent_versions: Store = field(default_factory=lambda: Store("agent version"))  # the highest number ever, by agent
    deployments_changed: int = 0  # how often: an answer that was worked out before may be another one now

    def __post_init__(self):
        for store in self._stores():
            store.world = self.world

    @property
    def as_deployed(self) -> tuple[str, int]:
        """What an answer depends on besides its request: the deployments, which are the same everywhere until they change."""
        return (self.world, self.deployments_changed) if self.deployments_changed else ("", 0)

    def within(self, project: str) -> Within:
        """What is kept in a project; without a name, on the resource."""
        return Within(*(Part(getattr(self, kind), project) for kind in Within._fields))

    def forget(self, project: str) -> None:
        """Forget what a project holds that is no more."""
        for part in self.within(project):
            part.clear()
        for store, belongs in (
            (self.responses, lambda one: one.project),
            (self.conversations, lambda one: one["project"]),
        ):
            for name in store.names():
                if belongs(store.get(name)) == project:
                    store.remove(name)

    def shrink(self, by: int) -> None:
        """Hold only a part of what one mock alone would: there are others beside it."""
        for one in (*self._stores(), self.times):
            one.shrink(by)

    def _stores(self) -> list[Store]:
        return [one for one in vars(self).values() if isinstance(one, Store)]


class Remembered:
    """What was worked out before, by what it depends on: the last ``entries`` of at most ``size`` bytes each."""

    def __init__(self, entries: int = 512, size: int = 128 * 1024):
        self._entries, self._size = entries, size
        self._things: OrderedDict[Any, Any] = OrderedDict()

    def get(self, key: Any) -> Any:
        """The thing, or None."""
        thing = self._things.get(key)
        if thing is not None:
            self._things.move_to_end(key)
        return thing

    def put(self, key: Any, thing: Any, size: int) -> None:
        if size <= self._size:
            self._things[key] = thing
            if len(self._things) > self._entries:
                self._things.popitem(last=False)


def weight(text: bytes) -> int:
    """The bytes that a JSON text takes once it is read, roughly: many small values take more than their text."""
    return len(text) + 64 * (text.count(b",") + text.count(b"[") + text.count(b"{"))
