"""What GitHub gives a run of a workflow: a token that says which repository, branch and event it runs for.

Source: GitHub's page on OpenID Connect in Actions. The words of the two refusals are inferred.
"""

import hmac
from collections.abc import Iterator

from helpers.exchange import Exchange
from helpers.mock import access
from helpers.mock.call import Call, Route, compact
from helpers.mock.federation import Federation
from helpers.mock.parts import Parts
from helpers.mock.wire import headers


def routes(parts: Parts) -> Iterator[Route]:
    yield Route("GET", "/github/token", access.OPEN, GitHub(parts).token, api="identity")


class GitHub:
    """The handler of the token endpoint of Actions."""

    def __init__(self, parts: Parts):
        self._federation, self._secrets = Federation(parts.origin, parts.issuer, parts.state.world), parts.secrets

    def token(self, call: Call) -> Exchange:
        """GET /github/token?audience=...: for who shows the request token of the run"""
        scheme, _, shown = call.sent.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(shown.encode(), self._secrets.workflow_token.encode()):
            return call.answered(
                401, headers.identity(), compact({"message": "The request token is missing or wrong."})
            )
        audience = call.query.get("audience") or "https://github.com/contoso"
        return call.answered(200, headers.identity(), compact({"value": self._federation.token(audience[:200])}))
