"""Entra ID on this machine: tokens are real JSON Web Tokens, signed with RS256 by a key that lives as long as the mock.

Sources: the App Service managed-identity contract (azure-identity's app_service.py), RFC 7519 for the claims.
"""

import hmac
import time
from functools import cached_property
from typing import Any

from helpers.mock import catalog

AI_AUDIENCE = "https://ai.azure.com"
COGNITIVE_AUDIENCE = "https://cognitiveservices.azure.com"
ROLE = "Foundry User"  # Azure keeps role assignments by principal; the mock writes the role into the token to be seen
LIFETIME = 75 * 60  # seconds; Entra's default is a random time of 60 to 90 minutes


class TokenRefused(Exception):
    """A token that does not open this door."""


class Issuer:
    """Makes tokens and verifies them. ``origin`` is the mock's own address, ``identity_header`` the secret that the
    managed-identity endpoint asks for."""

    def __init__(self, origin: str, identity_header: str):
        self.name = f"{origin}/{catalog.TENANT_ID}/"
        self.identity_header = identity_header
        self._verified: dict[str, dict[str, Any]] = {}

    @cached_property
    def _key(self):
        from cryptography.hazmat.primitives.asymmetric import rsa

        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def token(self, audience: str, lifetime: int = LIFETIME, roles: tuple[str, ...] = (ROLE,)) -> tuple[str, int]:
        """A signed access token for ``audience`` and the second (since 1970) at which it expires."""
        import jwt

        now = int(time.time())
        claims = {
            "aud": audience,
            "iss": self.name,
            "iat": now,
            "nbf": now,
            "exp": now + lifetime,
            "appid": catalog.CLIENT_ID,
            "idtyp": "app",
            "oid": catalog.PRINCIPAL_ID,
            "roles": list(roles),
            "sub": catalog.PRINCIPAL_ID,
            "tid": catalog.TENANT_ID,
            "ver": "1.0",
        }
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "offline-mock"}), claims["exp"]

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
                    options={"verify_aud": False, "require": ["exp", "iat", "nbf", "aud", "iss"]},
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
        token, expires_on = self.token(resource)
        return 200, {
            "access_token": token,
            "expires_on": str(expires_on),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": catalog.CLIENT_ID,
        }
