"""A quota in force: the headers of a call that passes, the 429 of one that does not."""

import math

from helpers.mock import catalog, errors, headers
from helpers.mock.calls import Call
from helpers.mock.catalog import Deployment
from helpers.mock.limits import Limits


def within_quota(limits: Limits, deployment: Deployment, tokens: int, operation: str, call: Call) -> headers.Pairs:
    """The headers that say what is left; none where no quota is set. Raises the 429 when it is used up."""
    room = limits.take(deployment.name, tokens)
    if room is None:
        return []
    if room.wait > 0:
        seconds = max(1, math.ceil(room.wait))
        more = [*headers.wait(room.wait), *headers.quota(room), ("x-ratelimit-reset-requests", str(seconds))]
        if deployment.publisher != "OpenAI":
            raise errors.too_many_elsewhere(room.limit_tokens, seconds, more)
        version = call.query.get("api-version", "v1")
        raise errors.too_many(room.exceeded, operation, version, deployment.name, seconds, catalog.REGION, more)
    return headers.quota(room)
