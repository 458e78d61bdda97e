"""The local Foundry as a plain function: an Exchange with a request goes in, the same Exchange with its answer comes out.

A request passes the stages in the order in which the service's layers see it: a fault that was asked for, the route, the
sign-in, project and api-version, the handler. Each takes the call and hands it on, or raises the ServiceError that the service would
answer. No route is named here: each API declares its own (api/).
"""

from helpers.exchange import Exchange
from helpers.mock import api, catalog
from helpers.mock.access import Access
from helpers.mock.call import Call
from helpers.mock.faults import Faults
from helpers.mock.journal import Journal
from helpers.mock.limits import Limits
from helpers.mock.model.model import Model
from helpers.mock.model.recordings import Recordings
from helpers.mock.parts import Parts, Secrets
from helpers.mock.routes import Routes
from helpers.mock.state import Remembered, State
from helpers.mock.tokens import Issuer
from helpers.mock.versions import Versions
from helpers.mock.wire import errors
from helpers.mock.wire.errors import ServiceError


class LocalFoundry:
    """One demo resource with one project: a world of its own. ``origin`` is the address it answers at, as in
    ``https://localhost:8443``. Of several worlds at one address each has a name, and they share the issuer of tokens and what was
    ``remembered``."""

    def __init__(
        self,
        origin: str,
        secrets: Secrets,
        recordings: Recordings,
        strict: bool = False,
        limits: Limits | None = None,
        speed: str = "realistic",
        issuer: Issuer | None = None,
        remembered: Remembered | None = None,
        name: str = "",
    ):
        self.secrets, self.recordings, self.state = secrets, recordings, State(name, speed)
        self.limits = limits or Limits(own=catalog.QUOTAS)
        self.issuer, self.remembered = issuer or Issuer(origin), remembered or Remembered()
        model = Model(recordings, self.state, strict)
        parts = Parts(origin, secrets, self.state, model, self.limits, self.issuer, self.remembered)
        self.journal = Journal()
        routes, access = Routes(api.routes(parts)), Access(self.issuer, secrets.api_keys, self.state)
        self._stages = (Faults(self.state).meet, routes.find, access.sign_in, Versions(self.state).check)

    def answer(self, request: Exchange) -> Exchange:
        """The request with its answer, noted in the journal. Never raises: a defect in here becomes a 500 that says so."""
        call = Call.of(request)
        call.world = self.state.world
        call.number = self.state.times.count(call.seed)
        try:
            for stage in self._stages:
                stage(call)
            answer = call.route.handler(call)
        except Exception as error:
            answer = refusal(call, error)
        answer = call.spoiled(answer)
        self.journal.note(answer)
        return answer

    def refuse(self, request: Exchange, error: ServiceError) -> Exchange:
        """The request with a failure for an answer, for what never reaches the stages."""
        return Call.of(request).refused(error)


def refusal(call: Call, error: Exception) -> Exchange:
    """The answer to what a stage raised."""
    if isinstance(error, ServiceError):
        return call.refused(error)
    if isinstance(error, RecursionError):
        return call.refused(errors.bad_json("nested too deeply"))
    if isinstance(error, UnicodeEncodeError):  # half a character, written as an escape: "\\ud800"
        return call.refused(errors.bad_encoding())
    what = f"{type(error).__name__} on {call.request.method} {call.request.url[:200]!r}"
    return call.refused(errors.broken(what))
