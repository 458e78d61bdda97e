"""Faults on demand: the stage in which a call meets the failure that was asked for."""

import re

from helpers.mock import catalog
from helpers.mock.call import Call
from helpers.mock.state import Fault, State
from helpers.mock.wire import errors, headers, ids
from helpers.mock.wire.errors import ServiceError

# Failures by status, then those that only some resources or moments have, then the two that are not answers.
KINDS = (
    "401", "403", "429", "500", "503",
    "role_pending", "firewall", "no_subdomain", "model_not_supported",
    "slow", "cut",
)  # fmt: skip


class Faults:
    """The faults of one world. ``meet`` is the stage."""

    def __init__(self, state: State):
        self._state = state

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
