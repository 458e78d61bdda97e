"""The instructor's hand on the mock: faults on demand, quotas, speed, the journal. All of it lives under ``/_mock``, a
path that the real service does not have.

    GET    /_mock            what is set, and how many requests were answered
    GET    /_mock/journal    the last requests and answers, secrets hidden   (?last=N)
    DELETE /_mock/journal
    POST   /_mock/faults     {"kind": "429", "count": 1, "retry_after": 2, "path": "/responses"}; count null: until cleared
    DELETE /_mock/faults
    POST   /_mock/limits     {"deployment": "gpt-4o" or null for all, "requests_per_minute": 6, "tokens_per_minute": 1000}
    DELETE /_mock/limits
    POST   /_mock/clock      {"forward": 2}: so many seconds go by at once, for quotas and operations
    POST   /_mock/speed      {"speed": "realistic" or "instant"}
    POST   /_mock/versions   {"tolerated": ["v1", "preview"]}: api-versions that /v1 paths put up with; none at first, since
                             reports of 2026 say that the service refuses them, and its published document that it does not
"""

import json
import re
from typing import Any

from helpers.exchange import Exchange
from helpers.mock import catalog
from helpers.mock.call import Call
from helpers.mock.journal import Journal
from helpers.mock.limits import Limits
from helpers.mock.state import Fault, State
from helpers.mock.wire import errors, headers, ids, paging
from helpers.mock.wire.body import parse
from helpers.mock.wire.errors import ServiceError

PATH = "/_mock"
# Failures by status, then those that only some resources or moments have, then the two that are not answers.
KINDS = (
    "401", "403", "429", "500", "503",
    "role_pending", "firewall", "no_subdomain", "model_not_supported",
    "slow", "cut",
)  # fmt: skip
SPEEDS = ("realistic", "instant")


class Control:
    """The handlers under ``/_mock``, and the stage in which a call meets the fault that was asked for."""

    def __init__(self, state: State, limits: Limits, journal: Journal):
        self._state, self._limits, self._kept = state, limits, journal

    def meet(self, call: Call) -> None:
        """The fault for this call, used up by one: raises the failure that it is, or has the answer spoiled."""
        faults = self._state.faults
        for fault in faults:
            # without a path a fault meets what was asked for, not the token that a client fetches on the way
            if (
                fault.path in call.path
                if fault.path
                else call.path.startswith(("/openai/", "/api/", "/subscriptions/"))
            ):
                if fault.left is not None:
                    fault.left -= 1
                    if fault.left <= 0:
                        faults.remove(fault)
                if fault.kind == "cut":
                    call.cut = True
                elif fault.kind == "slow":
                    call.late = fault.delay
                else:
                    raise _failure(fault, call)
                return

    def answer(self, call: Call) -> Exchange:
        """A request under ``/_mock``. Raises ServiceError, as every handler."""
        path, method = call.path.removeprefix(PATH).strip("/"), call.request.method
        handler = {
            ("GET", ""): self._overview,
            ("GET", "journal"): self._journal,
            ("DELETE", "journal"): self._clear_journal,
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): self._clear_faults,
            ("POST", "limits"): self._set_limit,
            ("DELETE", "limits"): self._clear_limits,
            ("POST", "clock"): self._forward,
            ("POST", "speed"): self._set_speed,
            ("POST", "versions"): self._tolerate,
        }.get((method, path))
        if handler is None:
            raise errors.parameter_value("path", f"{method} {PATH}/{path[:60]} is not a control of the mock.")
        body = handler(call)
        text = json.dumps(body)  # escapes whatever is not ASCII, halves of characters too
        return call.answered(200, [("content-type", "application/json")], text.encode())

    def _overview(self, call: Call | None = None) -> dict[str, Any]:
        return {
            "answered": self._kept.answered,
            "journal": len(self._kept.entries),
            "faults": [vars(fault) for fault in self._state.faults],
            "limits": self._limits.settings(),
            "speed": self._state.speed,
            "tolerated": sorted(self._state.tolerated),
        }

    def _journal(self, call: Call) -> dict[str, Any]:
        entries = list(self._kept.entries)[-(paging.natural(call.query.get("last", "")) or 0) :]
        return {"exchanges": [one.as_fields() for one in entries]}

    def _clear_journal(self, call: Call) -> dict[str, Any]:
        self._kept.entries.clear()
        return self._overview()

    def _add_fault(self, call: Call) -> dict[str, Any]:
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
        self._state.faults.append(Fault(kind, count, path=str(body.get("path", "")), **numbers))
        return self._overview()

    def _clear_faults(self, call: Call) -> dict[str, Any]:
        self._state.faults.clear()
        return self._overview()

    def _set_limit(self, call: Call) -> dict[str, Any]:
        body = parse(call.body)
        numbers = [body.get("requests_per_minute", 1_000_000), body.get("tokens_per_minute", 1_000_000_000)]
        if not all(isinstance(number, int) and 0 < number <= 1_000_000_000 for number in numbers):
            raise errors.parameter_value(
                "requests_per_minute", "both limits are whole numbers above 0, up to a billion."
            )
        deployment = body.get("deployment")
        if deployment is not None and (not isinstance(deployment, str) or deployment not in self._state.deployments):
            raise errors.parameter_value("deployment", "there is no deployment of that name.")
        self._limits.set(deployment, *numbers)
        return self._overview()

    def _clear_limits(self, call: Call) -> dict[str, Any]:
        self._limits.clear()
        return self._overview()

    def _forward(self, call: Call) -> dict[str, Any]:
        seconds = parse(call.body).get("forward")
        if not isinstance(seconds, int | float) or not 0 <= seconds <= 200_000:
            raise errors.parameter_value("forward", "expected seconds from 0 to 200,000.")
        self._limits.forward(seconds)
        return self._overview()

    def _tolerate(self, call: Call) -> dict[str, Any]:
        versions = parse(call.body).get("tolerated")
        if not isinstance(versions, list) or not set(map(str, versions)) <= {"v1", "preview"}:
            raise errors.parameter_value("tolerated", 'expected a list of "v1" and "preview".')
        self._state.tolerated = frozenset(versions)
        return self._overview()

    def _set_speed(self, call: Call) -> dict[str, Any]:
        speed = parse(call.body).get("speed")
        if speed not in SPEEDS:
            raise errors.parameter_value("speed", f"expected one of {', '.join(SPEEDS)}.")
        self._state.speed = speed
        return self._overview()


def _failure(fault: Fault, call: Call) -> ServiceError:
    """What the service answers when this goes wrong."""
    if fault.kind == "429":
        seconds, wait = max(1, round(fault.retry_after)), headers.wait(fault.retry_after)
        operation, deployment, version = _asked_for(call)
        return errors.too_many("token", operation, version, deployment, seconds, catalog.REGION, wait)
    if fault.kind == "500":
        return errors.server_error(ids.request_id("request", call.mark))
    if fault.kind == "503":
        return errors.unavailable(headers.wait(fault.retry_after))
    return {
        "401": errors.bad_key,
        "403": errors.keys_disabled,
        "role_pending": errors.role_pending,
        "firewall": errors.network_refused,
        "no_subdomain": errors.no_subdomain,
        "model_not_supported": errors.model_not_supported,
    }[fault.kind]()


def _asked_for(call: Call) -> tuple[str, str, str]:
    """Operation, deployment and api-version of a call, as a 429 names them."""
    kinds = {"/chat/completions": "ChatCompletions_Create", "/embeddings": "Embeddings_Create"}
    operation = next((name for end, name in kinds.items() if call.path.endswith(end)), "Responses")
    named = re.search(r"/deployments/([^/]+)/", call.path)
    body = call.request.request_json
    model = body.get("model") if isinstance(body, dict) else None
    deployment = named[1] if named else model if isinstance(model, str) else catalog.DEFAULT_DEPLOYMENT
    return operation, deployment[:64], call.query.get("api-version", "v1")[:40]
