"""The room: one mock, and in a class a world for each learner. Whose key, token or identity header a request shows, in that world
it is answered; what is in another one does not exist there. Without a class there is one world.

A class's own settings (quotas, speed, faults that stay up) are those of ``own``, the world of whoever shows no key of the class;
a learner who comes later gets them too.
"""

import hashlib
import hmac
import os
import random
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from ipaddress import ip_address, ip_network
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from helpers.exchange import Exchange
from helpers.mock import catalog, codes
from helpers.mock.certificates import Authority
from helpers.mock.foundry import LocalFoundry
from helpers.mock.journal import LENGTH, Journal
from helpers.mock.limits import Bucket, Limits
from helpers.mock.model.recordings import Recordings
from helpers.mock.parts import Secrets
from helpers.mock.tokens import CLIENTS, Issuer, TokenRefused, principal
from helpers.redaction import known_secrets

INSTRUCTOR = "instructor"
MOST = 500  # learners of one class
FORM = 32 * 1024  # bytes of a form that are read
TRIES, PERIOD = 10, 60  # wrong codes that one address may send in so many seconds
JOINS = 100  # new learners that one address may bring at once; so many more a minute. Behind one address may be a room of laptops
ADDRESSES = 10_000  # of which something is remembered
SHARE = 4  # a learner's world holds this part of what the world of a mock without a class may hold
ADJECTIVES = (
    "amber ancient bold brave breezy bright calm careful clever cosy crisp curious daring eager early fair gentle golden grand happy "
    "honest jolly keen kind lively lucky mellow merry mighty misty modest nimble noble patient polite proud quick quiet ready "
    "royal sandy silver sleepy smart snowy steady sunny swift tidy warm wise witty young"
).split()
ANIMALS = (
    "badger beaver bison camel cat crane deer dolphin donkey dove duck eagle egret falcon ferret finch fox gecko goose hare hawk "
    "hedgehog heron horse ibis jackal jay koala lark lemur lion lizard llama lynx magpie marten mole moose newt ocelot octopus otter owl "
    "panda parrot pelican penguin pony puffin rabbit raven robin seal sparrow squirrel stork swan tapir tiger toad trout turtle "
    "walrus weasel whale wolf wren yak zebra"
).split()


class Refused(Exception):
    """Nobody gets in with this. The message says what to check."""


@dataclass(repr=False)
class Class:
    """What outlives the mock of a class. ``address`` is the host name or address that learners reach it at; all keys derive from
    ``secret``, ``token_key`` signs tokens; ``learners`` are the names given out, ``cards`` those that have codes of their own: with
    cards there is no code for all. ``gone`` are the names of learners who were forgotten: nobody gets one again, since its keys are
    known. ``keep`` is called when any of these names have changed."""

    name: str
    address: str
    authority: Authority
    secret: bytes
    token_key: Any
    learners: list[str] = field(default_factory=list)
    cards: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    keep: Callable[[], None] = lambda: None

    def code(self, learner: str = "") -> str:
        """The code of a card, or the one for all."""
        return str(codes.Code(self._pin, codes.word(self.secret, learner)))

    @cached_property
    def _pin(self) -> int:
        return codes.pin(self.authority.der())  # long to work out, on purpose

    def new_name(self) -> str:
        """A name that nobody has or had."""
        taken = {*self.learners, *self.cards, *self.gone}
        for number in count(1):
            end = f"-{number}" if number > 1 else ""
            free = [name for one in ADJECTIVES for animal in ANIMALS if (name := f"{one}-{animal}{end}") not in taken]
            if free:
                return random.choice(free)


class Learner(NamedTuple):
    """Somebody in the class: a made-up name, and what opens their world. ``control_key`` opens the controls of that world."""

    name: str
    secrets: Secrets
    control_key: str


class Note(NamedTuple):
    """One request, for those who watch: the number that it has in a learner's world, and when it was answered."""

    learner: str
    number: int
    at: float
    exchange: Exchange
    count: int = 0  # of all requests that were watched


class Progress:
    """How many of a room have tried and done each exercise, and not who. That each counts once is known by digests of learner and
    exercise, with a salt that is made anew each time and kept nowhere else."""

    def __init__(self):
        self._salt = os.urandom(32)
        self._tried: dict[str, set[bytes]] = {}
        self._done: dict[str, set[bytes]] = {}

    def note(self, secret: str, exercise: str, done: bool) -> None:
        """Count an exercise of the learner with this secret. What was done once stays done."""
        digest = hmac.digest(self._salt, f"{secret} {exercise}".encode(), "sha256")
        self._tried.setdefault(exercise, set()).add(digest)
        if done:
            self._done.setdefault(exercise, set()).add(digest)

    def counts(self) -> dict[str, dict[str, int]]:
        """For each exercise, by number, how many have tried it, and how many of these have done it."""
        return {
            exercise: {"tried": len(tried), "done": len(self._done.get(exercise, ()))}
            for exercise, tried in sorted(self._tried.items())
        }


class Room:
    """The worlds of a mock. ``own`` is the only one without a class; ``progress`` is how the exercises of a class stand, and is
    kept nowhere else; ``turned_away`` says how often somebody was kept from joining because too many came from their address, and
    which address that was last; ``watchers`` get a Note of each request."""

    def __init__(
        self,
        origin: str,
        secrets: Secrets,
        recordings: Recordings,
        strict: bool = False,
        limits: tuple[int, int] | None = None,
        speed: str = "realistic",
        of: Class | None = None,
    ):
        self._origin, self._recordings, self._strict, self.of = origin, recordings, strict, of
        self._quota = limits
        self.own = self._owned(secrets, speed, Issuer(origin, of.token_key if of else None))
        self.learners: dict[str, Learner] = {}
        self.progress = Progress()
        self.turned_away: tuple[int, str] = (0, "")
        self.watchers: list[deque[Note]] = []
        self._watched = 0
        self.changed = 0  # counts what the controls change, for those who watch
        self._worlds: dict[str, LocalFoundry] = {}
        # what a request may show -> the learner whose it is
        self._secrets: dict[str, str] = {}
        self._principals: dict[str, str] = {}
        self._control_keys: dict[str, str] = {}  # by fingerprint: looking one up tells nothing of its beginning
        self._known: dict[str, str] = {}  # keys, by fingerprint
        self._making, self._joining = (
            threading.Lock(),
            threading.Lock(),
        )  # the controls run in other threads than the requests
        self._tries: OrderedDict[str, list[float]] = OrderedDict()
        self._joins: OrderedDict[str, Bucket] = OrderedDict()
        self._idle: dict[
            str, None
        ] = {}  # who joined with the code for all, and has asked for nothing yet; oldest first
        if of:
            for name in dict.fromkeys([INSTRUCTOR, *of.learners]):
                self._admit(name)

    # -- worlds ----------------------------------------------------------------------------------------------------------
    @property
    def speed(self) -> str:
        """Of streams, for everyone."""
        return self.own.state.speed

    def answer(self, request: Exchange) -> Exchange:
        """The request with its answer, from the world that it belongs to. Never raises."""
        world = self.own if not self.learners else self._world_of(request)
        answer = world.answer(request)
        if self.watchers:
            self._watched += 1
            note = Note(world.state.world, world.journal.answered, time.time(), answer, self._watched)
            for watcher in self.watchers:
                watcher.append(note)
        return answer

    def watch(self, watcher: deque[Note]) -> int:
        """Give each request to a watcher from now on; returns how many were watched before."""
        self.watchers.append(watcher)
        return self._watched

    def leave(self, watcher: deque[Note]) -> None:
        """Give this watcher nothing more; another one that holds the same is not meant."""
        self.watchers = [one for one in self.watchers if one is not watcher]

    def world(self, name: str) -> LocalFoundry:
        """The world of a learner, made when it is first asked for; without a name ``own``. Raises KeyError."""
        if not name:
            return self.own
        found = self._worlds.get(name)
        if found is None:
            learner = self.learners[name]
            with self._making:
                found = self._worlds.get(name) or self._make(learner)
                self._worlds[name] = found
        return found

    def worlds(self, name: str | None = None) -> list[LocalFoundry]:
        """The world of one learner; without a name those of all, ``own`` first."""
        return [self.world(one) for one in ("", *self.learners)] if name is None else [self.world(name)]

    def made(self, name: str) -> LocalFoundry | None:
        """The world of a learner who has asked for something; None for one who has not."""
        return self._worlds.get(name)

    def made_worlds(self) -> list[LocalFoundry]:
        """The worlds in which something was asked for, ``own`` first."""
        return [self.own, *self._worlds.values()]

    def start_over(self, name: str | None = None) -> None:
        """Forget what a learner, or everyone, has stored, together with their faults, quotas and journal. Keys stay, and so
        does what was done."""
        if name is None:
            self._worlds.clear()
            self.own = self._owned(self.own.secrets, self.speed, self.own.issuer)
        else:
            self._worlds.pop(name, None)

    def _owned(self, secrets: Secrets, speed: str, issuer: Issuer) -> LocalFoundry:
        limits = Limits(self._quota, None if self._quota else catalog.QUOTAS)
        return LocalFoundry(self._origin, secrets, self._recordings, self._strict, limits, speed, issuer)

    def _make(self, learner: Learner) -> LocalFoundry:
        """A new world, with the settings of the room."""
        own = self.own
        limits = Limits(own.limits.default, own.limits.settings()["deployments"])
        limits.ahead = own.limits.ahead
        made = LocalFoundry(
            self._origin, learner.secrets, self._recordings, self._strict, limits, self.speed, own.issuer, own.remembered,
            learner.name,
        )  # fmt: skip
        made.state.shrink(SHARE)
        made.state.responses.shrink(SHARE)  # what everyone makes many of
        made.journal = Journal(LENGTH // SHARE)
        made.state.tolerated = own.state.tolerated
        made.state.faults = [replace(fault) for fault in own.state.faults if fault.left is None]
        return made

    def _world_of(self, request: Exchange) -> LocalFoundry:
        """The world whose key, token, identity header or client secret the request shows; ``own`` for all others."""
        sent = request.request_headers
        key, authorization = sent.get("api-key"), sent.get("authorization")
        name = self._secrets.get(key) if key else None
        if name is None and authorization:
            token = authorization.partition(" ")[2].strip()
            name = self._secrets.get(token) if token.count(".") != 2 else self._of_principal(self._owner(token))
        if name is None and (header := sent.get("x-identity-header")):
            name = self._secrets.get(header)
        if name is None and request.request_body and "/oauth2/v2.0/token" in request.url:
            form = dict(parse_qsl(request.request_body[:FORM].decode("utf-8", "replace")))
            name = self._secrets.get(form.get("client_secret", "")) or self._actor(form.get("client_assertion", ""))
        if not name:
            return self.own
        self._idle.pop(name, None)
        try:
            return self.world(name)
        except KeyError:  # forgotten this very moment
            return self.own

    def _actor(self, assertion: str) -> str | None:
        """Whose run of a workflow a token of GitHub is for; None when it is nobody's here."""
        try:
            actor = self.own.issuer.open(assertion).get("actor")
        except TokenRefused:
            return None
        return actor if actor in self.learners else None

    def _of_principal(self, owner: str) -> str | None:
        """The learner whose application, or whose managed identity, this is."""
        made = self._principals.get(owner)
        return made or next(
            (name for name, one in [*self._worlds.items()] if owner in one.state.identities.values()), None
        )

    def _owner(self, token: str) -> str:
        """Who a token was made for; "" when it was not made here."""
        try:
            return str(self.own.issuer.signed(token)["oid"])
        except TokenRefused:
            return ""

    # -- learners --------------------------------------------------------------------------------------------------------
    def join(self, typed: str, known: str, address: str) -> Learner:
        """Let somebody in who comes with a code: as who they were when they show the fingerprint of a key that they were
        given before. Raises Refused."""
        with self._joining:
            return self._joined(typed, known, address)

    def _joined(self, typed: str, known: str, address: str) -> Learner:
        if self.of is None:
            raise Refused("this mock is no class: start one with python3 -m helpers class")
        self._check_tries(address)
        try:
            word = codes.read(typed).word
        except ValueError as error:
            raise Refused(str(error)) from None
        card = next((name for name in self.of.cards if _same(word, codes.word(self.of.secret, name))), None)
        if card is None and (self.of.cards or not _same(word, codes.word(self.of.secret))):
            self._tries.setdefault(address, []).append(time.monotonic())
            raise Refused("the code is not one of this class: compare it with the board, or ask for a new one")
        name = card or self._known.get(known)
        if name in self.learners:
            return self.learners[name]
        self._make_room(address)
        name = name or self.of.new_name()
        learner = self._admit(name)
        self.of.learners.append(name)
        self.of.keep()
        if not card:  # a card lets one learner in, so whoever has it may take their time
            self._idle[name] = None
        self.changed += 1
        return learner

    def _make_room(self, address: str) -> None:
        """Let one more in, or raise Refused. In a full class whoever has waited longest without asking for anything makes room: a
        script that joins again and again pushes out itself."""
        network, now = _network(address), time.monotonic()
        bucket = self._joins.setdefault(network, Bucket(JOINS, JOINS, now))
        bucket.refill(now)
        if bucket.wait_for(1):
            self.turned_away = self.turned_away[0] + 1, address
            self.changed += 1
            raise Refused(
                f"{JOINS} have joined from your address just now, which is more than a room. Wait a minute and join again, or ask your instructor"
            )
        if len(self.of.learners) >= MOST:
            if not (idle := self.idle):
                raise Refused(
                    f"this class has {MOST} learners, and takes no more: the instructor can forget some on the control page, or start another class with --name"
                )
            self._forget(idle[:1])
        bucket.level -= 1
        while len(self._joins) > ADDRESSES:
            self._joins.popitem(last=False)

    @property
    def idle(self) -> list[str]:
        """Who has joined with the code for all since this mock began, and asked for nothing yet; oldest first."""
        return [*self._idle]

    def forget(self, names: Iterable[str]) -> None:
        """Take learners out of the class, with all that they have stored: their keys, and codes of their own, open nothing any
        more. They can join anew, as somebody else."""
        with self._joining:
            self._forget(names)

    def _forget(self, names: Iterable[str]) -> None:
        gone = dict.fromkeys(name for name in names if name in self.learners)
        for index in (self._secrets, self._principals, self._control_keys, self._known):
            for shown in [shown for shown, owner in [*index.items()] if owner in gone]:
                del index[shown]
        for name in gone:
            known_secrets.difference_update(_shown(self.learners.pop(name)))
            self._idle.pop(name, None)
            self._worlds.pop(name, None)
        of = self.of
        of.learners[:], of.cards[:] = ([name for name in some if name not in gone] for some in (of.learners, of.cards))
        of.gone += gone
        of.keep()
        self.changed += 1

    def learner_of(self, control_key: str) -> str | None:
        """Whose controls a key opens; None for nobody's."""
        name = self._control_keys.get(fingerprint(control_key))
        self._idle.pop(name, None)
        return name

    def note_progress(self, name: str, exercise: str, done: bool) -> None:
        """Count how an exercise of a learner stands."""
        self.progress.note(self.learners[name].control_key, exercise, done)
        self.changed += 1

    def _admit(self, name: str) -> Learner:
        secrets = Secrets.derived(self.of.secret, name)
        control_key = hmac.digest(self.of.secret, f"control key {name}".encode(), "sha256").hex()[:32]
        learner = self.learners[name] = Learner(name, secrets, control_key)
        known_secrets.update(_shown(learner))
        self._secrets.update(dict.fromkeys(_shown(learner)[:-1], name))
        self._principals.update((principal(client_id, name), name) for client_id in CLIENTS)
        self._control_keys[fingerprint(control_key)] = name
        self._known[fingerprint(secrets.api_key)] = name
        return learner

    def _check_tries(self, address: str) -> None:
        """Raises Refused for an address from which too many wrong codes came."""
        now, tries = time.monotonic(), self._tries.get(address, [])
        tries[:] = [at for at in tries if now - at < PERIOD]
        if len(tries) >= TRIES:
            raise Refused(f"too many wrong codes came from this address: wait {PERIOD} seconds")
        while len(self._tries) > ADDRESSES:
            self._tries.popitem(last=False)


def fingerprint(secret: str) -> str:
    """What tells a secret without being it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _shown(learner: Learner) -> tuple[str, ...]:
    """All that a learner's requests may show, the key of the controls last."""
    secrets = learner.secrets
    return (
        *secrets.api_keys, secrets.identity_header, secrets.client_secret, secrets.workflow_token, learner.control_key,
    )  # fmt: skip


def _network(address: str) -> str:
    """What stands for one machine, or for the rooms behind one: the address, of IPv6 the network, in which a machine takes as many
    addresses as it likes."""
    try:
        given = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((given, 64), strict=False)) if given.version == 6 else address


def _same(one: int, other: int) -> bool:
    """Whether two words are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.to_bytes(4, "big"), other.to_bytes(4, "big"))
