"""The token endpoints of Entra ID and of a managed identity.

Sources: the App Service managed-identity contract (azure-identity's app_service.py), RFC 6749 for the token endpoint, OpenID
Connect Discovery 1.0 and RFC 7517 for the documents.
"""

import hmac
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from helpers.exchange import Exchange
from helpers.mock import access, catalog
from helpers.mock.call import Call, Route, compact
from helpers.mock.federation import ASSERTION_TYPE, Federation, NoMatch
from helpers.mock.parts import Parts
from helpers.mock.tokens import AUDIENCES, CLIENTS, LIFETIME, ROLE
from helpers.mock.wire import headers, ids

FORM = 32 * 1024  # bytes of a form that are read


def routes(parts: Parts) -> Iterator[Route]:
    identity = Identity(parts)
    for method, template, handler in (
        ("GET", "/msi/token", identity.managed_identity),
        ("POST", "/<tenant>/oauth2/v2.0/token", identity.client_credentials),
        ("GET", "/<tenant>/v2.0/.well-known/openid-configuration", identity.discovery),
        ("GET", "/<tenant>/.well-known/openid-configuration", identity.discovery),
        ("GET", "/<tenant>/discovery/v2.0/keys", identity.keys),
    ):
        yield Route(method, template, access.OPEN, handler, api="identity")


class Identity:
    """The handlers of a tenant's token endpoints and of the managed identity."""

    def __init__(self, parts: Parts):
        self._issuer, self._secrets, self._state = parts.issuer, parts.secrets, parts.state
        self._federation = Federation(parts.origin, parts.issuer, parts.state.world)

    def managed_identity(self, call: Call) -> Exchange:
        """GET /msi/token, as App Service has it. The failures are inferred; the code of an unknown resource is Entra's."""
        return _answer(call, *self._managed(call.sent.get("x-identity-header", ""), call.query))

    def _managed(self, header: str, query: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if not hmac.compare_digest(header.encode(), self._secrets.identity_header.encode()):
            return 401, {"statusCode": 401, "message": "The X-IDENTITY-HEADER header is missing or wrong."}
        resource = query.get("resource", "").rstrip("/")
        if query.get("api-version") != "2019-08-01" or not resource:
            return 400, {"statusCode": 400, "message": "The query needs api-version=2019-08-01 and a resource."}
        if resource not in AUDIENCES:  # a scope, with /.default behind it, is none
            said = f"AADSTS500011: The resource principal named {resource[:80]} was not found in the tenant."
            return 400, {"statusCode": 400, "message": said}
        client_id = query.get("client_id") or catalog.CLIENT_ID
        made_here = self._state.identities.get(client_id)
        if client_id not in CLIENTS and made_here is None:
            return 400, {
                "statusCode": 400,
                "message": f"No managed identity with the client id {client_id[:60]} is assigned.",
            }
        roles = (ROLE,) if made_here is None or made_here in self._state.granted_to else ()
        token, expires_on = self._issuer.token(resource, roles=roles, client_id=client_id, world=self._state.world)
        return 200, {
            "access_token": token,
            "expires_on": str(max(expires_on, int(time.time()) + LIFETIME)),  # a client would not send an expired one
            "resource": resource,
            "token_type": "Bearer",
            "client_id": client_id,
        }

    def client_credentials(self, call: Call) -> Exchange:
        """POST /{tenant}/oauth2/v2.0/token. The codes are Entra's, the words after them inferred."""
        form = dict(parse_qsl(call.body[:FORM].decode("utf-8", "replace"), keep_blank_values=True))
        return _answer(call, *self._token(call.names["tenant"], form, call.seed))

    def _token(self, tenant: str, form: dict[str, str], seed: str) -> tuple[int, dict[str, Any]]:
        proof = ("client_assertion_type", "client_assertion") if "client_assertion" in form else ("client_secret",)
        wanted = {name: form.get(name, "") for name in ("grant_type", "client_id", *proof, "scope")}
        missing = next((name for name, value in wanted.items() if not value), None)
        resource = wanted["scope"].removesuffix("/.default").rstrip("/")
        if missing:
            message = f"The request body must contain the following parameter: '{missing}'."
            return _refused(400, "invalid_request", 900144, message, seed)
        if wanted["grant_type"] != "client_credentials":
            message = "The app requested an unsupported grant type."
            return _refused(400, "unsupported_grant_type", 70003, message, seed)
        if tenant != catalog.TENANT_ID:
            return _no_tenant(tenant, seed)
        if wanted["client_id"] not in CLIENTS:
            message = (
                f"Application with identifier '{wanted['client_id'][:60]}' was not found in the directory '{tenant}'."
            )
            return _refused(400, "unauthorized_client", 700016, message, seed)
        if "client_assertion" in form:
            if wanted["client_assertion_type"] != ASSERTION_TYPE:
                message = f"The client_assertion_type must be '{ASSERTION_TYPE}'."
                return _refused(400, "invalid_request", 50012, message, seed)
            try:
                self._federation.check(wanted["client_assertion"], wanted["client_id"])
            except NoMatch as refusal:
                return _refused(401, "invalid_client", refusal.code, str(refusal), seed)
        elif not hmac.compare_digest(wanted["client_secret"].encode(), self._secrets.client_secret.encode()):
            message = (
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
                f"not the client secret ID, for a secret added to app '{wanted['client_id']}'."
            )
            return _refused(401, "invalid_client", 7000215, message, seed)
        if not wanted["scope"].endswith("/.default"):
            message = f"The provided value for scope {wanted['scope'][:80]} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier."
            return _refused(400, "invalid_scope", 1002012, message, seed)
        if resource not in AUDIENCES:
            message = f"The resource principal named {resource[:80]} was not found in the tenant."
            return _refused(400, "invalid_resource", 500011, message, seed)
        token, _ = self._issuer.token(resource, client_id=wanted["client_id"], world=self._state.world)
        return 200, {"token_type": "Bearer", "expires_in": LIFETIME, "ext_expires_in": LIFETIME, "access_token": token}

    def discovery(self, call: Call) -> Exchange:
        """GET the discovery document"""
        tenant, authority = call.names["tenant"], self._issuer.authority
        if tenant != catalog.TENANT_ID:
            return _answer(call, *_no_tenant(tenant, call.seed))
        document = {
            "issuer": self._issuer.name,
            "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
            "token_endpoint": f"{authority}/oauth2/v2.0/token",
            "jwks_uri": f"{authority}/discovery/v2.0/keys",
            "response_types_supported": ["code", "id_token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "tenant_region_scope": None,
        }
        return _answer(call, 200, document)

    def keys(self, call: Call) -> Exchange:
        """GET the public keys, as a JSON Web Key Set"""
        return _answer(call, 200, self._issuer.key_set())


def _answer(call: Call, status: int, body: dict[str, Any]) -> Exchange:
    return call.answered(status, headers.identity(), compact(body))


def _no_tenant(tenant: str, seed: str) -> tuple[int, dict[str, Any]]:
    return _refused(400, "invalid_tenant", 90002, f"Tenant '{tenant[:60]}' not found.", seed)


def _refused(status: int, error: str, code: int, message: str, seed: str) -> tuple[int, dict[str, Any]]:
    """An Entra ID error: ``error`` by RFC 6749 section 5.2, and Entra's own fields."""
    trace, correlation = ids.request_id("trace", seed), ids.request_id("correlation", seed)
    when = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(ids.timestamp(seed)))
    return status, {
        "error": error,
        "error_description": f"AADSTS{code}: {message} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {when}",
        "error_codes": [code],
        "timestamp": when,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={code}",
    }
