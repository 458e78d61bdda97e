"""The instructor's hand on the mock: faults on demand, quotas, speed, the journal, and the page that shows them. All of it lives
under ``/_mock``, a path that the real service does not have, and needs the control key in the header x-mock-control-key
(admission.py). In a class each learner has a control key too, for their own world.

    GET    /_mock/           the page, without a key; it takes the key from the fragment of its address
    GET    /_mock            what is set, who is there, and how many requests were answered
    GET    /_mock/events     the same as server-sent events, and each request as it is answered
    GET    /_mock/journal    the last requests and answers, secrets hidden   (?last=N, ?number=N for one)
    DELETE /_mock/journal
    POST   /_mock/faults     {"kind": "429", "count": 1, "retry_after": 2, "path": "/responses"}; count null: until cleared
    DELETE /_mock/faults
    POST   /_mock/limits     {"deployment": "gpt-4o" or null for all, "requests_per_minute": 6, "tokens_per_minute": 1000}
    DELETE /_mock/limits
    POST   /_mock/clock      {"forward": 2}: so many seconds go by at once, for quotas and operations
    POST   /_mock/reset      what is stored, faults, quotas and journal are as at the start
    POST   /_mock/speed      {"speed": "realistic" or "instant"}
    POST   /_mock/versions   {"tolerated": ["v1", "preview"]}: api-versions that /v1 paths put up with; none at first, since
                             reports of 2026 say that the service refuses them, and its published document that it does not
    POST   /_mock/progress   {"exercise": "03.1", "done": true}, with a learner's key: it is counted, and not whose it is
    DELETE /_mock/learners   forget the learner that is named; without a name those who joined and have asked for nothing
    GET    /_mock/authority  the certificate of the mock's authority, without a key: a code says whether it is the right one
    POST   /_mock/join       {"code": ..., "known": a key from before}: into the class, without a key

In a class ``learner`` in the body (or in the query of GET and DELETE) names one learner; without it everyone is meant.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from helpers.exchange import Exchange
from helpers.mock import foundry
from helpers.mock.call import Call
from helpers.mock.control import page
from helpers.mock.control.admission import EVERYTHING, HEADER, Admission
from helpers.mock.faults import KINDS
from helpers.mock.foundry import LocalFoundry
from helpers.mock.room import INSTRUCTOR, Note, Refused, Room
from helpers.mock.state import Fault
from helpers.mock.wire import errors, paging
from helpers.mock.wire.body import parse
from helpers.redaction import redact_url

PATH = "/_mock"
SPEEDS = ("realistic", "instant")
EXERCISE = re.compile(r"\d\d\.\d{1,2}")
NO_KEY = (
    f"The controls of the mock need its key in the header {HEADER}. It is FOUNDRY_MOCK_CONTROL_KEY in the mock's variables, and "
    "python3 -m helpers control opens the page that has it."
)
PAIRS = [
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
]


class Control:
    """The handlers under ``/_mock``. ``variables_of`` gives the settings that lead a learner here."""

    def __init__(self, room: Room, admission: Admission, variables_of: Callable[[str], dict[str, str]]):
        self._room, self._admission, self._variables_of = room, admission, variables_of
        self._anyones = {
            ("GET", ""): self._overview,
            ("GET", "journal"): self._journal,
            ("DELETE", "journal"): self._clear_journal,
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): self._clear_faults,
            ("POST", "limits"): self._set_limit,
            ("DELETE", "limits"): self._clear_limits,
            ("POST", "clock"): self._forward,
            ("POST", "reset"): self._start_over,
            ("POST", "progress"): self._note_progress,
        }
        # for the whole room, so a learner's key does not open them
        self._owners = {
            ("POST", "speed"): self._set_speed,
            ("POST", "versions"): self._tolerate,
            ("DELETE", "learners"): self._forget,
        }

    def watches(self, request: Exchange, scheme: str) -> bool:
        """Whether a request is for the events, and may have them."""
        return (
            request.method == "GET"
            and Call.of(request).path == f"{PATH}/events"
            and not self._admission.objection(request, scheme)
            and self._admission.opens(request) == EVERYTHING
        )

    def answer(self, request: Exchange, scheme: str, address: str) -> Exchange:
        """A request under ``/_mock`` with its answer; ``address`` is where it comes from. Never raises."""
        call = Call.of(request)
        if problem := self._admission.objection(request, scheme):
            return _answered(call, {"error": {"code": "refused", "message": problem}}, 403)
        if call.path == f"{PATH}/" and request.method == "GET":
            return call.answered(200, [*PAIRS, *page.HEADERS], page.TEXT)
        try:
            return self._controlled(call, address)
        except Refused as refused:
            return _answered(call, {"error": {"code": "refused", "message": str(refused)}}, 403)
        except Exception as error:
            return foundry.refusal(call, error)

    def _controlled(self, call: Call, address: str) -> Exchange:
        what = call.request.method, call.path.removeprefix(PATH).strip("/")
        if what == ("GET", "authority"):
            return call.answered(200, [*PAIRS, ("content-type", "application/x-pem-file")], self._authority())
        if what == ("POST", "join"):
            return _answered(call, self._join(parse(call.body), address))
        key = self._admission.opens(call.request)
        if key is None:
            return _answered(call, {"error": {"code": "no_key", "message": NO_KEY}}, 401)
        handler = self._anyones.get(what) or (self._owners.get(what) if key == EVERYTHING else None)
        if handler is None and what in self._owners:
            return _answered(call, {"error": {"code": "refused", "message": "This is for the whole room."}}, 403)
        if handler is None:
            raise errors.parameter_value("path", f"{what[0]} {PATH}/{what[1][:60]} is not a control of the mock.")
        return _answered(call, handler(call, self._meant(call, key)))

    def _meant(self, call: Call, key: str) -> str | None:
        """The learner that a control is for, or None for everyone. A learner's key is for that learner alone."""
        named = call.query.get("learner") if call.request.method in ("GET", "DELETE") else _body(call).get("learner")
        if key != EVERYTHING:
            return key
        if named in (None, ""):
            return None
        if named not in self._room.learners:
            raise errors.parameter_value("learner", "there is no learner of that name.")
        return named

    # -- looking ---------------------------------------------------------------------------------------------------------
    def overview(self, learner: str | None = None) -> dict[str, Any]:
        """What is set for one world, or for the room and each of its learners."""
        room, world = self._room, self._room.world(learner or "")
        own = {
            "answered": world.journal.answered,
            "journal": len(world.journal.entries),
            "faults": [vars(fault) for fault in world.state.faults],
            "limits": world.limits.settings(),
            "ahead": world.limits.ahead,
            "speed": room.speed,
            "tolerated": sorted(world.state.tolerated),
        }
        if room.of is None:
            return own
        if learner is not None:
            return {**own, "learner": learner, "class": room.of.name}
        refused, address = room.turned_away
        return {
            **own, "class": room.of.name, "address": room.of.address, "progress": room.progress.counts(),
            "learners": {name: self._learner(name) for name in [*room.learners]}, "idle": room.idle,
            "turned_away": {"joins": refused, "address": address},
        }  # fmt: skip

    def _learner(self, name: str) -> dict[str, Any]:
        world = self._room.made(name)
        faults = [vars(fault) for fault in world.state.faults] if world else []
        answered = world.journal.answered if world else 0
        limits = world.limits.settings() if world else None
        return {
            "answered": answered, "faults": faults, "limits": limits, "instructor": name == INSTRUCTOR,
        }  # fmt: skip

    def recent(self) -> list[Note]:
        """The last requests of all worlds, oldest first."""
        notes = []
        for world in self._room.made_worlds():
            entries, times = list(world.journal.entries), list(world.journal.times)
            first = world.journal.answered - len(entries) + 1
            notes += [
                Note(world.state.world, first + at, *one) for at, one in enumerate(zip(times, entries, strict=False))
            ]
        return sorted(notes, key=lambda note: note.at)

    def _overview(self, call: Call, learner: str | None) -> dict[str, Any]:
        return self.overview(learner)

    def _journal(self, call: Call, learner: str | None) -> dict[str, Any]:
        number = paging.natural(call.query.get("number", ""))
        if number is not None:
            found = self._room.world(learner or "").journal.numbered(number)
            if found is None:
                raise errors.parameter_value("number", "that exchange is not kept any more.")
            return {"exchanges": [{**found.as_fields(), "curl": found.as_curl()}]}
        if learner is None and self._room.of:
            entries = [note.exchange for note in self.recent()]
        else:
            entries = list(self._room.world(learner or "").journal.entries)
        return {"exchanges": [one.as_fields() for one in entries[-(paging.natural(call.query.get("last", "")) or 0) :]]}

    def _authority(self) -> bytes:
        if self._room.of is None:
            raise Refused("this mock is no class: start one with python3 -m helpers class")
        return self._room.of.authority.public_pem()

    # -- setting ---------------------------------------------------------------------------------------------------------
    def _join(self, body: dict[str, Any], address: str) -> dict[str, Any]:
        given = {name: value if isinstance(value := body.get(name), str) else "" for name in ("code", "known")}
        learner = self._room.join(given["code"], given["known"], address)
        return {
            "learner": learner.name,
            "class": self._room.of.name,
            "variables": {**self._variables_of(learner.name), "FOUNDRY_MOCK_CONTROL_KEY": learner.control_key},
        }

    def _clear_journal(self, call: Call, learner: str | None) -> dict[str, Any]:
        return self._changed(learner, lambda world: world.journal.clear())

    def _add_fault(self, call: Call, learner: str | None) -> dict[str, Any]:
        body = parse(call.body)
        kind = str(body.get("kind", ""))
        if kind not in KINDS:
            raise errors.parameter_value("kind", f"expected one of {', '.join(KINDS)}.")
        count = body.get("count", 1)
        if count is not None and not (isinstance(count, int) and count > 0):
            raise errors.parameter_value("count", "expected a number of requests, or null for all until cleared.")
        numbers = {name: body.get(name, default) for name, default in (("retry_after", 1.0), ("delay", 5.0))}
        for name, value in numbers.items():
            if not isinstance(value, int | float) or not 0 <= value <= 600:
                raise errors.parameter_value(name, "expected seconds from 0 to 600.")
        path = str(body.get("path", ""))
        # a fault of its own for each world: what one learner uses up is there for the next one
        return self._changed(learner, lambda world: world.state.faults.append(Fault(kind, count, path=path, **numbers)))

    def _clear_faults(self, call: Call, learner: str | None) -> dict[str, Any]:
        return self._changed(learner, lambda world: world.state.faults.clear())

    def _set_limit(self, call: Call, learner: str | None) -> dict[str, Any]:
        body = parse(call.body)
        numbers = [body.get("requests_per_minute", 1_000_000), body.get("tokens_per_minute", 1_000_000_000)]
        if not all(isinstance(number, int) and 0 < number <= 1_000_000_000 for number in numbers):
            raise errors.parameter_value(
                "requests_per_minute", "both limits are whole numbers above 0, up to a billion."
            )
        deployment, known = body.get("deployment"), self._room.world(learner or "").state.deployments
        if deployment is not None and (not isinstance(deployment, str) or deployment not in known):
            raise errors.parameter_value("deployment", "there is no deployment of that name.")
        return self._changed(learner, lambda world: world.limits.set(deployment, *numbers))

    def _clear_limits(self, call: Call, learner: str | None) -> dict[str, Any]:
        return self._changed(learner, lambda world: world.limits.clear())

    def _forward(self, call: Call, learner: str | None) -> dict[str, Any]:
        seconds = parse(call.body).get("forward")
        if not isinstance(seconds, int | float) or not 0 <= seconds <= 200_000:
            raise errors.parameter_value("forward", "expected seconds from 0 to 200,000.")
        return self._changed(learner, lambda world: world.limits.forward(seconds))

    def _start_over(self, call: Call, learner: str | None) -> dict[str, Any]:
        self._room.start_over(learner)
        return self._changed(learner, lambda world: None)

    def _note_progress(self, call: Call, learner: str | None) -> dict[str, Any]:
        body = parse(call.body)
        exercise, done = body.get("exercise"), body.get("done")
        if not isinstance(exercise, str) or not EXERCISE.fullmatch(exercise):
            raise errors.parameter_value("exercise", "expected the number of an exercise, such as 03.1.")
        if not isinstance(done, bool):
            raise errors.parameter_value("done", "expected true or false.")
        if learner is None:
            raise errors.parameter_value("exercise", "it is learners who tell of exercises, each with their own key.")
        self._room.note_progress(learner, exercise, done)
        return {}

    def _forget(self, call: Call, learner: str | None) -> dict[str, Any]:
        if learner == INSTRUCTOR or self._room.of is None:
            raise errors.parameter_value("learner", "only learners of a class can be forgotten.")
        self._room.forget([learner] if learner else self._room.idle)
        return self.overview()

    def _tolerate(self, call: Call, learner: str | None) -> dict[str, Any]:
        versions = parse(call.body).get("tolerated")
        if not isinstance(versions, list) or not set(map(str, versions)) <= {"v1", "preview"}:
            raise errors.parameter_value("tolerated", 'expected a list of "v1" and "preview".')
        return self._changed(None, lambda world: setattr(world.state, "tolerated", frozenset(versions)))

    def _set_speed(self, call: Call, learner: str | None) -> dict[str, Any]:
        speed = parse(call.body).get("speed")
        if speed not in SPEEDS:
            raise errors.parameter_value("speed", f"expected one of {', '.join(SPEEDS)}.")
        return self._changed(None, lambda world: setattr(world.state, "speed", speed))

    def _changed(self, learner: str | None, change: Callable[[LocalFoundry], Any]) -> dict[str, Any]:
        """Change one world, or all of them; returns what is set then."""
        for world in self._room.worlds(learner):
            change(world)
        self._room.changed += 1
        return self.overview(learner)


def told(note: Note) -> dict[str, Any]:
    """A request in a line, for those who watch: no secret, no body."""
    exchange = note.exchange
    path = redact_url(exchange.url).removeprefix("https://").partition("/")[2]
    return {
        "learner": note.learner, "number": note.number, "at": round(note.at, 3), "method": exchange.method[:16],
        "path": f"/{path}"[:300], "status": exchange.status, "stream": bool(exchange.chunks),
    }  # fmt: skip


def _body(call: Call) -> dict[str, Any]:
    return parse(call.body) if call.body else {}


def _answered(call: Call, body: Any, status: int = 200) -> Exchange:
    text = json.dumps(body)  # escapes whatever is not ASCII, halves of characters too
    return call.answered(status, [*PAIRS, ("content-type", "application/json")], text.encode())
