"""Entra ID on this machine: tokens are real JSON Web Tokens, signed with RS256 by a key that lives as long as the mock.

Sources: the App Service managed-identity contract (azure-identity's app_service.py), RFC 7519 for the claims.
"""

import hmac
import time
from functools import cached_property
from typing import Any

from helpers.mock import catalog, ids

AI_AUDIENCE = "https://ai.azure.com"
COGNITIVE_AUDIENCE = "https://cognitiveservices.azure.com"
MANAGEMENT_AUDIENCES = ("https://management.azure.com", "https://management.core.windows.net")
AUDIENCES = (AI_AUDIENCE, COGNITIVE_AUDIENCE, *MANAGEMENT_AUDIENCES)
ROLE = "Foundry User"  # Azure keeps role assignments by principal; the mock writes the role into the token to be seen
KEY_ID = "offline-mock"
CLIENTS = (catalog.CLIENT_ID, catalog.CLIENT_ID_WITHOUT_ROLE, catalog.CLIENT_ID_EXPIRED)
LIFETIME = 75 * 60  # seconds; Entra's default is a random time of 60 to 90 minutes


class TokenRefused(Exception):
    """A token that does not open this door."""


class Issuer:
    """Makes tokens and verifies them. ``origin`` is the mock's own address; the two secrets are what the managed-identity
    endpoint and the token endpoint ask for."""

    def __init__(self, origin: str, identity_header: str, client_secret: str):
        self.authority = f"{origin}/{catalog.TENANT_ID}"
        self.name = f"{self.authority}/v2.0"
        self.identity_header, self.client_secret = identity_header, client_secret
        self._verified: dict[str, dict[str, Any]] = {}

    @cached_property
    def _key(self):
        from cryptography.hazmat.primitives.asymmetric import rsa

        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def token(
        self,
        audience: str,
        lifetime: int = LIFETIME,
        roles: tuple[str, ...] = (ROLE,),
        client_id: str = catalog.CLIENT_ID,
    ) -> tuple[str, int]:
        """A signed access token for ``audience`` and the second (since 1970) at which it expires."""
        import jwt

        now = int(time.time())
        if client_id == catalog.CLIENT_ID_WITHOUT_ROLE:
            roles = ()
        issued = now - 2 * LIFETIME if client_id == catalog.CLIENT_ID_EXPIRED else now
        principal = catalog.PRINCIPAL_ID if client_id == catalog.CLIENT_ID else client_id.replace("c11e", "0b9e", 1)
        claims = {
            "aud": audience,
            "iss": self.name,
            "iat": issued,
            "nbf": issued,
            "exp": issued + lifetime,
            "appid": client_id,
            "idtyp": "app",
            "oid": principal,
            "roles": list(roles),
            "sub": principal,
            "tid": catalog.TENANT_ID,
            "ver": "1.0",
        }
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": KEY_ID}), claims["exp"]

    def verify(self, token: str, audiences: tuple[str, ...]) -> dict[str, Any]:
        """The claims of a good token. Raises TokenRefused for a bad signature, issuer, time or audience."""
        import jwt

        claims = self._verified.get(token)
        if claims is None:
            try:
                claims = jwt.decode(
                    token,
                    self._key.public_key(),
                    algorithms=["RS256"],
                    issuer=self.name,
                    options={"verify_aud": False, "verify_exp": False, "require": ["exp", "iat", "nbf", "aud", "iss"]},
                )
            except (jwt.InvalidTokenError, UnicodeError) as error:
                raise TokenRefused(str(error)) from error
            if len(self._verified) >= 256:
                self._verified.clear()
            self._verified[token] = claims  # checking a signature costs more than the rest of a request
        if claims["exp"] <= time.time():
            raise TokenRefused("expired")
        if str(claims["aud"]).rstrip("/") not in audiences:
            raise TokenRefused("audience")
        return claims

    def managed_identity(self, header: str, query: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and body of the App Service managed-identity endpoint. The two failures are inferred."""
        if not hmac.compare_digest(header.encode(), self.identity_header.encode()):
            return 401, {"statusCode": 401, "message": "The X-IDENTITY-HEADER header is missing or wrong."}
        resource = query.get("resource", "").removesuffix("/.default").rstrip("/")
        if query.get("api-version") != "2019-08-01" or not resource:
            return 400, {"statusCode": 400, "message": "The query needs api-version=2019-08-01 and a resource."}
        client_id = query.get("client_id") or catalog.CLIENT_ID
        if client_id not in CLIENTS:
            return 400, {
                "statusCode": 400,
                "message": f"No managed identity with the client id {client_id[:60]} is assigned.",
            }
        token, expires_on = self.token(resource, client_id=client_id)
        return 200, {
            "access_token": token,
            "expires_on": str(max(expires_on, int(time.time()) + LIFETIME)),  # a client would not send an expired one
            "resource": resource,
            "token_type": "Bearer",
            "client_id": client_id,
        }

    def client_credentials(self, tenant: str, form: dict[str, str], seed: str) -> tuple[int, dict[str, Any]]:
        """Status and body of ``POST /{tenant}/oauth2/v2.0/token``. The codes are Entra's, the words after them inferred."""
        wanted = {name: form.get(name, "") for name in ("grant_type", "client_id", "client_secret", "scope")}
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
        if not hmac.compare_digest(wanted["client_secret"].encode(), self.client_secret.encode()):
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
        token, _ = self.token(resource, client_id=wanted["client_id"])
        return 200, {"token_type": "Bearer", "expires_in": LIFETIME, "ext_expires_in": LIFETIME, "access_token": token}

    def discovery(self, tenant: str, seed: str) -> tuple[int, dict[str, Any]]:
        """Status and body of the discovery document (OpenID Connect Discovery 1.0, section 3)."""
        if tenant != catalog.TENANT_ID:
            return _no_tenant(tenant, seed)
        return 200, {
            "issuer": self.name,
            "authorization_endpoint": f"{self.authority}/oauth2/v2.0/authorize",
            "token_endpoint": f"{self.authority}/oauth2/v2.0/token",
            "jwks_uri": f"{self.authority}/discovery/v2.0/keys",
            "response_types_supported": ["code", "id_token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "tenant_region_scope": None,
        }

    def keys(self) -> dict[str, Any]:
        """The public key, as a JSON Web Key Set (RFC 7517)."""
        from jwt.algorithms import RSAAlgorithm

        key = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {
            "keys": [
                {
                    **{n: key[n] for n in ("kty", "n", "e")},
                    "use": "sig",
                    "kid": KEY_ID,
                    "alg": "RS256",
                    "issuer": self.name,
                }
            ]
        }


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
