"""The two ways to sign a request: an API key, or a token from Microsoft Entra ID."""

import base64
import json
import os
from functools import lru_cache

# What a token must be for, by endpoint: the project endpoint takes only the first (azure-ai-projects asks for it by
# itself); the older one still works on the resource endpoint.
PROJECT_SCOPE = "https://ai.azure.com/.default"
RESOURCE_SCOPE = "https://cognitiveservices.azure.com/.default"


def key_headers(api_key: str) -> dict[str, str]:
    """``{"api-key": <key>}``, the header Azure reads a key from."""
    return {"api-key": api_key}


def token_headers(access_token: str) -> dict[str, str]:
    """``{"Authorization": "Bearer <token>"}`` (RFC 6750 section 2.1)."""
    return {"Authorization": f"Bearer {access_token}"}


def token(scope: str = PROJECT_SCOPE) -> str:
    """An access token for ``scope``, from whatever ``DefaultAzureCredential`` finds on this machine.

    Raises azure.core.exceptions.ClientAuthenticationError, which lists each sign-in it tried, when none works.
    """
    signed_in = sorted((n, v) for n, v in os.environ.items() if n.startswith(("AZURE_", "IDENTITY_")))
    return _credential(tuple(signed_in)).get_token(scope).token


@lru_cache(maxsize=1)  # the credential keeps a token until shortly before it expires, so keep the credential
def _credential(signed_in):
    from azure.identity import DefaultAzureCredential

    return DefaultAzureCredential()


def decode_token(access_token: str) -> dict[str, dict]:
    """``{"header": {...}, "claims": {...}}``: what a JSON Web Token says, read without verifying the signature.

    Times (exp, nbf, iat) are seconds since 1970-01-01 UTC. Raises ValueError when the text is not such a token.
    """
    if not isinstance(access_token, str):
        fix = ": give its .token" if hasattr(access_token, "token") else ""
        raise ValueError(f"not a JSON Web Token: it is a {type(access_token).__name__}, not a text{fix}")
    parts = access_token.removeprefix("Bearer ").strip().split(".")
    if len(parts) != 3:
        raise ValueError(
            f"not a JSON Web Token: it has {len(parts)} part(s) between dots, a token has three (header.claims.signature)"
        )
    try:
        header, claims = (json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts[:2])
    except ValueError as error:
        raise ValueError("not a JSON Web Token: its first two parts are not base64url-encoded JSON") from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise ValueError("not a JSON Web Token: its first two parts are not JSON objects")
    return {"header": header, "claims": claims}
