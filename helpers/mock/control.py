"""The instructor's hand on the mock: faults on demand, quotas, speed, the journal. All of it lives under ``/_mock``, a
path that the real service does not have.

    GET    /_mock            what is set, and how many requests were answered
    GET    /_mock/journal    the last requests and answers, secrets hidden   (?last=N)
    DELETE /_mock/journal
    POST   /_mock/faults     {"kind": "429", "count": 1, "retry_after": 2, "path": "/responses"}; count null: until cleared
    DELETE /_mock/faults
    POST   /_mock/limits     {"deployment": "gpt-4o" or null for all, "requests_per_minute": 6, "tokens_per_minute": 1000}
    DELETE /_mock/limits
    POST   /_mock/clock      {"forward": 2}: for the quotas, so many seconds go by at once
    POST   /_mock/speed      {"speed": "realistic" or "instant"}
    POST   /_mock/versions   {"tolerated": ["v1", "preview"]}: api-versions that /v1 paths put up with; none at first, since
                             reports of 2026 say that the service refuses them, and its published document that it does not
"""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from helpers.exchange import Exchange
from helpers.mock import catalog, errors, headers, ids, parameters
from helpers.mock.calls import Call, answered, seed_of, target
from helpers.mock.errors import ServiceError
from helpers.mock.limits import Limits
from helpers.mock.state import State

PATH = "/_mock"
# Failures by status, then those that only some resources or moments have, then the two that are not answers.
KINDS = (
    "401", "403", "429", "500", "503",
    "role_pending", "firewall", "no_subdomain", "model_not_supported",
    "slow", "cut",
)  # fmt: skip
SPEEDS = ("realistic", "instant")


@dataclass
class Fault:
    """What goes wrong next: ``left`` times, or None until cleared, for paths that contain ``path``; an empty one stands for
    all of them but those of identity."""

    kind: str
    left: int | None = 1
    retry_after: float = 1.0  # seconds, for 429 and 503
    delay: float = 5.0  # seconds, for slow
    path: str = ""


class Control:
    """The handlers under ``/_mock``, and the fault that the next request meets."""

    def __init__(self, state: State, limits: Limits, speed: str):
        self._state, self._limits, self.speed = state, limits, speed
        self._faults: list[Fault] = []
        self.tolerated: frozenset[str] = frozenset()
        self.answered = 0

    def next_fault(self, request: Exchange) -> Fault | None:
        """The fault for this request, used up by one; None when all is well."""
        if not self._faults:
            return None
        path, _ = target(request)
        for fault in self._faults:
            # without a path a fault meets what was asked for, not the token that a client fetches on the way
            if fault.path in path if fault.path else path.startswith(("/openai/", "/api/", "/subscriptions/")):
                if fault.left is not None:
                    fault.left -= 1
                    if fault.left <= 0:
                        self._faults.remove(fault)
                return fault
        return None

    def answer(self, call: Call) -> Exchange:
        """A request under ``/_mock``. Raises ServiceError, as every handler."""
        path, method = target(call.request)[0].removeprefix(PATH).strip("/"), call.request.method
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
        return answered(call.request, 200, [("content-type", "application/json")], text.encode())

    def _overview(self, call: Call | None = None) -> dict[str, Any]:
        return {
            "answered": self.answered,
            "journal": len(self._state.journal),
            "faults": [vars(fault) for fault in self._faults],
            "limits": self._limits.settings(),
            "speed": self.speed,
            "tolerated": sorted(self.tolerated),
        }

    def _journal(self, call: Call) -> dict[str, Any]:
        entries = list(self._state.journal)[-(parameters.natural(call.query.get("last", "")) or 0) :]
        return {"exchanges": [one.as_fields() for one in entries]}

    def _clear_journal(self, call: Call) -> dict[str, Any]:
        self._state.journal.clear()
        return self._overview()

    def _add_fault(self, call: Call) -> dict[str, Any]:
        body = parameters.parse(call.body)
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
        self._faults.append(Fault(kind, count, path=str(body.get("path", "")), **numbers))
        return self._overview()

    def _clear_faults(self, call: Call) -> dict[str, Any]:
        self._faults.clear()
        return self._overview()

    def _set_limit(self, call: Call) -> dict[str, Any]:
        body = parameters.parse(call.body)
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
        seconds = parameters.parse(call.body).get("forward")
        if not isinstance(seconds, int | float) or not 0 <= seconds <= 3600:
            raise errors.parameter_value("forward", "expected seconds from 0 to 3600.")
        self._limits.forward(seconds)
        return self._overview()

    def _tolerate(self, call: Call) -> dict[str, Any]:
        versions = parameters.parse(call.body).get("tolerated")
        if not isinstance(versions, list) or not set(map(str, versions)) <= {"v1", "preview"}:
            raise errors.parameter_value("tolerated", 'expected a list of "v1" and "preview".')
        self.tolerated = frozenset(versions)
        return self._overview()

    def _set_speed(self, call: Call) -> dict[str, Any]:
        speed = parameters.parse(call.body).get("speed")
        if speed not in SPEEDS:
            raise errors.parameter_value("speed", f"expected one of {', '.join(SPEEDS)}.")
        self.speed = speed
        return self._overview()


def error_of(fault: Fault, request: Exchange) -> ServiceError | None:
    """What the service answers when this goes wrong; None for the faults that are not answers."""
    if fault.kind == "429":
        seconds = max(1, round(fault.retry_after))
        operation, deployment, version = _asked_for(request)
        return errors.too_many(
            "token", operation, version, deployment, seconds, catalog.REGION, headers.wait(fault.retry_after)
        )
    if fault.kind == "500":
        return errors.server_error(ids.request_id("request", seed_of(request)))
    if fault.kind == "503":
        return errors.unavailable(headers.wait(fault.retry_after))
    simple = {
        "401": errors.bad_key,
        "403": errors.keys_disabled,
        "role_pending": errors.role_pending,
        "firewall": errors.network_refused,
        "no_subdomain": errors.no_subdomain,
        "model_not_supported": errors.model_not_supported,
    }
    return simple[fault.kind]() if fault.kind in simple else None


def _asked_for(request: Exchange) -> tuple[str, str, str]:
    """Operation, deployment and api-version of a request, as a 429 names them."""
    path, query = target(request)
    kinds = {"/chat/completions": "ChatCompletions_Create", "/embeddings": "Embeddings_Create"}
    operation = next((name for end, name in kinds.items() if path.endswith(end)), "Responses")
    named = re.search(r"/deployments/([^/]+)/", path)
    body = request.request_json
    model = body.get("model") if isinstance(body, dict) else None
    deployment = named[1] if named else model if isinstance(model, str) else catalog.DEFAULT_DEPLOYMENT
    return operation, deployment[:64], dict(parse_qsl(query)).get("api-version", "v1")[:40]
