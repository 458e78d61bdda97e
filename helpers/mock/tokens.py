"""The tokens of this machine's Entra ID: real JSON Web Tokens, signed with RS256 by a key that lives as long as the mock.

Source: RFC 7519 for the claims.
"""

import threading
import time
from typing import Any

from helpers.mock import catalog
from helpers.mock.wire import ids

AI_AUDIENCE = "https://ai.azure.com"
COGNITIVE_AUDIENCE = "https://cognitiveservices.azure.com"
MANAGEMENT_AUDIENCES = ("https://management.azure.com", "https://management.core.windows.net")
# What Entra ID knows in every tenant; the last four open no door here.
AUDIENCES = (
    AI_AUDIENCE,
    COGNITIVE_AUDIENCE,
    *MANAGEMENT_AUDIENCES,
    "https://graph.microsoft.com",
    "https://vault.azure.net",
    "https://storage.azure.com",
    "https://search.azure.com",
)
ROLE = "Foundry User"  # Azure keeps role assignments by principal; the mock writes the role into the token to be seen
KEY_ID = "offline-mock"
CLIENTS = (catalog.CLIENT_ID, catalog.CLIENT_ID_WITHOUT_ROLE, catalog.CLIENT_ID_EXPIRED)
VERIFIED = 4096  # tokens whose signature is known to be good
LIFETIME = 75 * 60  # seconds; Entra's default is a random time of 60 to 90 minutes


class TokenRefused(Exception):
    """A token that does not open this door."""


def principal(client_id: str, world: str = "") -> str:
    """Who an application is in the tenant: the object id in its tokens. In a class each learner has one of their own."""
    if world:
        return ids.request_id("principal", f"{client_id} {world}")
    return catalog.PRINCIPAL_ID if client_id == catalog.CLIENT_ID else client_id.replace("c11e", "0b9e", 1)


class Issuer:
    """Makes tokens and verifies them. ``origin`` is the mock's own address; ``key`` an RSA key that signs, made anew without
    one."""

    def __init__(self, origin: str, key: Any = None):
        self.authority = f"{origin}/{catalog.TENANT_ID}"
        self.name = f"{self.authority}/v2.0"
        self._verified: dict[str, dict[str, Any]] = {}
        self._made: list = [key] if key else []
        # it takes a tenth of a second or more, so it is begun at once, and no request waits for all of it
        self._making = threading.Thread(target=self._make_key, name="foundry-mock-key", daemon=True)
        self._making.start()

    def _make_key(self) -> None:
        if self._made:
            return
        from cryptography.hazmat.primitives.asymmetric import rsa

        self._made.append(rsa.generate_private_key(public_exponent=65537, key_size=2048))

    @property
    def _key(self):
        self._making.join()
        return self._made[0]

    def token(
        self,
        audience: str,
        lifetime: int = LIFETIME,
        roles: tuple[str, ...] = (ROLE,),
        client_id: str = catalog.CLIENT_ID,
        world: str = "",
    ) -> tuple[str, int]:
        """A signed access token for ``audience``, for an application in a world, and the second (since 1970) at which it
        expires."""
        now = int(time.time())
        if client_id == catalog.CLIENT_ID_WITHOUT_ROLE:
            roles = ()
        issued = now - 2 * LIFETIME if client_id == catalog.CLIENT_ID_EXPIRED else now
        owner = principal(client_id, world)
        claims = {
            "aud": audience,
            "iss": self.name,
            "iat": issued,
            "nbf": issued,
            "exp": issued + lifetime,
            "appid": client_id,
            "idtyp": "app",
            "oid": owner,
            "roles": list(roles),
            "sub": owner,
            "tid": catalog.TENANT_ID,
            "ver": "1.0",
        }
        return self.sign(claims, KEY_ID), claims["exp"]

    def sign(self, claims: dict[str, Any], key_id: str) -> str:
        """A signed token that says this, under a key of that name."""
        import jwt

        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": key_id})

    def open(self, token: str) -> dict[str, Any]:
        """What a token says that is signed here, whoever it is for and however old. Raises TokenRefused for another signature."""
        import jwt

        ignored = {"verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
        try:
            return jwt.decode(token, self._key.public_key(), algorithms=["RS256"], options=ignored)
        except (jwt.InvalidTokenError, UnicodeError) as error:
            raise TokenRefused(str(error)) from error

    def verify(self, token: str, audiences: tuple[str, ...]) -> dict[str, Any]:
        """The claims of a good token. Raises TokenRefused for a bad signature, issuer, time or audience."""
        claims = self.signed(token)
        if claims["exp"] <= time.time():
            raise TokenRefused("expired")
        if str(claims["aud"]).rstrip("/") not in audiences:
            raise TokenRefused("audience")
        return claims

    def signed(self, token: str) -> dict[str, Any]:
        """The claims of a token that was signed here, whatever it is for and however old. Raises TokenRefused for any other."""
        claims = self._verified.get(token)
        if claims is None:
            claims = self.open(token)
            if claims.get("iss") != self.name or not {"exp", "iat", "nbf", "aud"} <= claims.keys():
                raise TokenRefused("issuer")
            if len(self._verified) >= VERIFIED:
                self._verified.clear()
            self._verified[token] = claims  # checking a signature costs more than the rest of a request
        return claims

    def key_set(self) -> dict[str, Any]:
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
