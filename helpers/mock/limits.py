"""Quota: a token bucket per deployment, for requests and for tokens. Only the small deployment of the catalog has one until
a flag or an instructor sets more.

A bucket holds one minute's worth and refills evenly. ``now`` is a clock in seconds, so that tests need not wait.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from helpers.mock import catalog
from helpers.mock.call import Call
from helpers.mock.catalog import Deployment
from helpers.mock.wire import errors, headers

PERIOD = 60  # seconds


@dataclass
class Bucket:
    """``level`` units are left at time ``at``; it never holds more than ``size``."""

    size: float
    level: float
    at: float

    def refill(self, now: float) -> None:
        self.level = min(self.size, self.level + (now - self.at) * self.size / PERIOD)
        self.at = now

    def wait_for(self, amount: float) -> float:
        """0 when ``amount`` (or a full bucket, if that is less) is there; otherwise the seconds in which that much flows
        in: a little more than is missing, and so the same number on every run."""
        wanted = min(amount, self.size)
        return 0.0 if self.level >= wanted else wanted * PERIOD / self.size


@dataclass(frozen=True)
class Room:
    """What is left after a request, for the x-ratelimit headers; ``wait`` is in seconds and 0 when it may pass."""

    limit_requests: int
    limit_tokens: int
    remaining_requests: int
    remaining_tokens: int
    wait: float = 0.0
    exceeded: str = ""  # "call" or "token"

    def as_headers(self) -> headers.Pairs:
        """What is left when a quota is in force."""
        return [
            ("x-ratelimit-limit-requests", str(self.limit_requests)),
            ("x-ratelimit-limit-tokens", str(self.limit_tokens)),
            ("x-ratelimit-remaining-requests", str(self.remaining_requests)),
            ("x-ratelimit-remaining-tokens", str(self.remaining_tokens)),
        ]


class Limits:
    """The buckets of all deployments. ``default`` (requests, tokens per minute) holds for those without their ``own``."""

    def __init__(
        self,
        default: tuple[int, int] | None = None,
        own: Mapping[str, tuple[int, int]] | None = None,
        now: Callable[[], float] = time.monotonic,
    ):
        self.default, self._clock, self.ahead = default, now, 0.0
        self._own = dict(own or {})
        self._buckets: dict[str, tuple[Bucket, Bucket]] = {}
        self._closed: dict[str, tuple[float, str]] = {}  # until when a deployment that ran dry refuses, and for what

    def set(self, deployment: str | None, requests: int, tokens: int) -> None:
        """Limit one deployment, or with None all of them, from now on."""
        if deployment is None:
            self.default = (requests, tokens)
            self._own.clear()
            self._start_over()
        else:
            self._own[deployment] = (requests, tokens)
            self._start_over()

    def clear(self) -> None:
        """No limits."""
        self.default = None
        self._own.clear()
        self._start_over()

    def _start_over(self) -> None:
        self._buckets.clear()
        self._closed.clear()

    def forward(self, seconds: float) -> None:
        """Let so many seconds go by for the quotas and the operations, without anybody waiting."""
        self.ahead += seconds

    def settings(self) -> dict:
        """What is set, for the control surface."""
        return {"default": self.default, "deployments": dict(self._own)}

    def take(self, deployment: str, tokens: int) -> Room | None:
        """Charge a request of this many tokens; None where nothing is limited. A refused request charges nothing. Once one
        is refused, so are the next until the wait it was told is over: coming back early does not help."""
        limit = self._own.get(deployment, self.default)
        if limit is None:
            return None
        now = self._clock() + self.ahead
        if deployment not in self._buckets:
            self._buckets[deployment] = (Bucket(limit[0], limit[0], now), Bucket(limit[1], limit[1], now))
        calls, words = self._buckets[deployment]
        calls.refill(now)
        words.refill(now)
        until, exceeded = self._closed.get(deployment, (now, ""))
        wait = until - now
        if wait <= 0:
            wait, exceeded = max((calls.wait_for(1), "call"), (words.wait_for(tokens), "token"))
            self._closed[deployment] = (now + wait, exceeded)
        if wait <= 0:
            calls.level -= 1
            words.level -= min(tokens, words.size)
        left = (math.floor(max(0, calls.level)), math.floor(max(0, words.level)))
        return Room(limit[0], limit[1], *left, wait=wait, exceeded=exceeded if wait > 0 else "")

    def charge(self, deployment: Deployment, tokens: int, operation: str, call: Call) -> headers.Pairs:
        """The headers that say what is left; none where no quota is set. Raises the 429 when it is used up."""
        room = self.take(deployment.name, tokens)
        if room is None:
            return []
        if room.wait > 0:
            seconds = max(1, math.ceil(room.wait))
            more = [*headers.wait(room.wait), *room.as_headers(), ("x-ratelimit-reset-requests", str(seconds))]
            if deployment.model.publisher != "OpenAI":
                raise errors.too_many_elsewhere(room.limit_tokens, seconds, more)
            version = call.query.get("api-version", "v1")
            raise errors.too_many(room.exceeded, operation, version, deployment.name, seconds, catalog.REGION, more)
        return room.as_headers()
