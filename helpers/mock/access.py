"""Who may come in where: for each kind of path, the sign-ins it takes, the audience it names, and its api-version rule."""

import hmac
from dataclasses import dataclass

from helpers.mock import catalog, errors
from helpers.mock.calls import Call
from helpers.mock.identity import AI_AUDIENCE, COGNITIVE_AUDIENCE, MANAGEMENT_AUDIENCES, ROLE, Issuer, TokenRefused


@dataclass(frozen=True)
class Door:
    """How a path is entered.

    ``audiences`` a token may be for, and the one that a refusal names; whether the API key opens it, also as a bearer
    token; whether coming with nothing counts as a bad key. ``versions`` None means that api-version is refused;
    otherwise it must be one of them, and ``routed`` tells whether the gateway routes by it (a missing one is a 404).
    """

    audiences: tuple[str, ...]
    expected: str
    key: bool = True
    key_as_bearer: bool = False
    nothing_is_bad_key: bool = False
    versions: frozenset[str] | None = None
    routed: bool = False


BOTH = (AI_AUDIENCE, COGNITIVE_AUDIENCE)
# The project's OpenAI routes: the API key or a token for https://ai.azure.com.
PROJECT_V1 = Door((AI_AUDIENCE,), AI_AUDIENCE)
PROJECT_DATED = Door((AI_AUDIENCE,), AI_AUDIENCE, versions=frozenset(catalog.PROJECT_RESPONSES_VERSIONS))
# The project's own routes: a token only. That a key gets the token's refusal is inferred.
PROJECT = Door((AI_AUDIENCE,), AI_AUDIENCE, key=False, versions=frozenset(catalog.PROJECT_VERSIONS))
# /openai/v1 on the resource: the key in either header, or a token for either audience.
RESOURCE_V1 = Door(BOTH, COGNITIVE_AUDIENCE, key_as_bearer=True)
# Dated paths on the resource. Nothing at all counts as a bad key there.
RESOURCE_CHAT = Door(
    BOTH, COGNITIVE_AUDIENCE, nothing_is_bad_key=True, versions=frozenset(catalog.CHAT_VERSIONS), routed=True
)
RESOURCE_RESPONSES = Door(
    BOTH, COGNITIVE_AUDIENCE, nothing_is_bad_key=True, versions=frozenset(catalog.RESPONSES_VERSIONS), routed=True
)
MANAGEMENT = Door(MANAGEMENT_AUDIENCES, MANAGEMENT_AUDIENCES[0], key=False)
OPEN = None  # identity: its callers have no token yet


def sign_in(door: Door, call: Call, issuer: Issuer, keys: tuple[str, ...]) -> None:
    """Raises the ServiceError that the service would answer when the request may not come in."""
    sent = call.request.request_headers
    key, authorization = sent.get("api-key"), sent.get("authorization", "")
    if door.nothing_is_bad_key and key is None and not authorization:
        raise errors.bad_key()
    if key is not None and door.key:
        return _check_key(key, keys)
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise errors.bad_token(door.expected) if door is not MANAGEMENT else errors.management_no_token()
    if door.key_as_bearer and token.count(".") != 2:  # not a token, so a key: the openai SDK sends it this way
        return _check_key(token, keys)
    try:
        claims = issuer.verify(token, door.audiences)
    except TokenRefused as refused:
        raise (
            errors.bad_token(door.expected) if door is not MANAGEMENT else errors.management_bad_token(str(refused))
        ) from None
    if ROLE not in claims.get("roles", ()):
        if door is MANAGEMENT:
            raise errors.management_forbidden(claims["oid"], call.operation)
        raise errors.no_data_action(claims["oid"], call.action, call.operation)
    return None


def check_version(door: Door, call: Call, tolerated: frozenset[str]) -> None:
    """Raises the ServiceError for an api-version that is missing, unknown, or not wanted; ``tolerated`` ones pass where
    none is wanted."""
    version = call.query.get("api-version")
    if door.versions is None:
        if version is not None and version not in tolerated and door is not MANAGEMENT:
            raise errors.version_not_allowed()
    elif not version and not door.routed:
        raise errors.version_required()
    elif version not in door.versions:
        raise errors.not_found()


def used_key(door: Door, call: Call) -> bool:
    """Whether a request that came in did so with a key."""
    sent = call.request.request_headers
    return (door.key and "api-key" in sent) or sent.get("authorization", "").count(".") != 2


def _check_key(sent: str, keys: tuple[str, ...]) -> None:
    given = sent.encode()
    if not any(hmac.compare_digest(given, key.encode()) for key in keys):
        raise errors.bad_key()
