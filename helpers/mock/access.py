"""Who may come in where: the doors of the service, and the stage in which a call shows its key or its token."""

import hmac

from helpers.mock import catalog
from helpers.mock.call import Call, Door
from helpers.mock.state import State
from helpers.mock.tokens import (
    AI_AUDIENCE,
    CLIENTS,
    COGNITIVE_AUDIENCE,
    MANAGEMENT_AUDIENCES,
    ROLE,
    Issuer,
    TokenRefused,
    principal,
)
from helpers.mock.wire import errors

# The data actions that the service names when a role is missing.
OPENAI = "Microsoft.CognitiveServices/accounts/OpenAI/"
SERVICES = "Microsoft.CognitiveServices/accounts/AIServices/"
AGENTS_WRITE, AGENTS_READ, ASSETS_READ = (
    f"{SERVICES}{what}" for what in ("agents/write", "agents/read", "assets/read")
)


BOTH = (AI_AUDIENCE, COGNITIVE_AUDIENCE)
# The project's OpenAI routes: the API key or a token for https://ai.azure.com.
PROJECT_V1 = Door((AI_AUDIENCE,), AI_AUDIENCE)
PROJECT_DATED = Door((AI_AUDIENCE,), AI_AUDIENCE, versions=frozenset(catalog.PROJECT_RESPONSES_VERSIONS))
# The project's own routes: a token only. That a key gets the token's refusal is inferred.
PROJECT = Door((AI_AUDIENCE,), AI_AUDIENCE, key=False, versions=frozenset(catalog.PROJECT_VERSIONS))
# Agents take the key too (recorded 2026-03-17), though the documentation says no.
AGENTS = Door((AI_AUDIENCE,), AI_AUDIENCE, versions=frozenset(catalog.PROJECT_VERSIONS))
# The endpoint of one agent does not, as documented.
AGENT = Door((AI_AUDIENCE,), AI_AUDIENCE, key=False, versions=frozenset(catalog.PROJECT_VERSIONS))
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


class Access:
    """The stage of the sign-in."""

    def __init__(self, issuer: Issuer, keys: tuple[str, ...], state: State):
        self._issuer, self._keys, self._state = issuer, tuple(key.encode() for key in keys), state
        self._principals = {principal(client_id, state.world) for client_id in CLIENTS}

    def sign_in(self, call: Call) -> None:
        """The key or the token, and the role behind it. Raises the ServiceError for one that does not open the door."""
        door = call.route.door
        if door is OPEN:
            return
        key, authorization = call.sent.get("api-key"), call.sent.get("authorization", "")
        if door.nothing_is_bad_key and key is None and not authorization:
            raise errors.bad_key()
        if key is not None and door.key:
            return self._check_key(key)
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise errors.bad_token(door.expected) if door is not MANAGEMENT else errors.management_no_token()
        if door.key_as_bearer and token.count(".") != 2:  # not a token, so a key: the openai SDK sends it this way
            return self._check_key(token)
        try:
            claims = self._issuer.verify(token, door.audiences)
            if claims["oid"] not in self._principals and claims["oid"] not in self._state.identities.values():
                raise TokenRefused("another learner's")
        except TokenRefused as refused:
            raise (
                errors.bad_token(door.expected) if door is not MANAGEMENT else errors.management_bad_token(str(refused))
            ) from None
        if ROLE not in claims.get("roles", ()):
            if door is MANAGEMENT:
                raise errors.management_forbidden(claims["oid"], call.route.operation)
            raise errors.no_data_action(claims["oid"], call.route.action, call.route.operation)
        return None

    def _check_key(self, sent: str) -> None:
        given = sent.encode()
        if True not in [hmac.compare_digest(given, key) for key in self._keys]:
            raise errors.bad_key()
        if self._state.keys_disabled:
            raise errors.keys_disabled()
