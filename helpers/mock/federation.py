"""Workload identity federation: a run of a workflow shows the token that GitHub gave it, and Entra ID takes it in place of a
secret, if issuer, subject and audience are those that somebody has entered for the application.

Sources: GitHub's page on OpenID Connect for the claims and its changelog of 2026-04-23 for the numbers in the subject, Microsoft's on workload identity federation for what is compared, and
the refusals reported in public issues (azure/login 379, 515, 617, and AADSTS70025 in many; 2023 to 2026-08). The code for a token that cannot be read is inferred.
"""

import time
import uuid

from helpers.mock import catalog
from helpers.mock.tokens import Issuer, TokenRefused

AUDIENCE = "api://AzureADTokenExchange"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
REPOSITORY, REF = "contoso/mail-sorter", "refs/heads/main"  # made up, as are the numbers
# With the numbers of owner and repository, as GitHub writes it for repositories made since the summer of 2026.
SUBJECT = f"repo:contoso@1001/mail-sorter@2002:ref:{REF}"
LIFETIME = 5 * 60  # seconds


class NoMatch(Exception):
    """A token that Entra ID does not take, with the number of its refusal."""

    def __init__(self, code: int, message: str):
        super().__init__(message)
        self.code = code


class Federation:
    """GitHub's side, which makes the token, and Entra's, which checks it. ``origin`` is the mock's own address, ``world`` the
    learner whose it is, where there are several."""

    def __init__(self, origin: str, issuer: Issuer, world: str):
        self.name, self._issuer, self._actor = f"{origin}/github", issuer, world or "somebody"

    def token(self, audience: str) -> str:
        """The token of a run on the main branch of the one repository there is, for whoever it shall be shown to."""
        now = int(time.time())
        claims = {
            "iss": self.name,
            "aud": audience,
            "sub": SUBJECT,
            "repository": REPOSITORY,
            "repository_owner": REPOSITORY.partition("/")[0],
            "ref": REF,
            "actor": self._actor,
            "ref_type": "branch",
            "event_name": "push",
            "workflow": "test",
            "runner_environment": "github-hosted",
            "jti": str(uuid.uuid4()),
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME,
        }
        return self._issuer.sign(claims, "github")

    def check(self, assertion: str, client_id: str) -> None:
        """Raises NoMatch for a token that is none of ours, too old, or for somebody else, and for another application than the one
        for which it has been entered."""
        if client_id != catalog.CLIENT_ID:
            raise NoMatch(70025, f"The client '{client_id}' has no configured federated identity credentials.")
        try:
            claims = self._issuer.open(assertion)
        except TokenRefused:
            raise NoMatch(50027, "JWT token is invalid or malformed.") from None
        if claims.get("exp", 0) <= time.time():
            raise NoMatch(700024, "Client assertion is not within its valid time range.")
        expected = (
            ("issuer", "iss", self.name, 700211),
            ("subject", "sub", SUBJECT, 700213),
            ("audience", "aud", AUDIENCE, 700212),
        )
        for what, claim, wanted, code in expected:
            if claims.get(claim) != wanted:
                shown = str(claims.get(claim))[:100]
                same = what == "subject" and shown.lower() == wanted.lower()
                message = f"No matching federated identity record found for presented assertion {what} '{shown}'."
                if same:
                    code = 7002138
                    message += (
                        " The subject matches with case-insensitive comparison, but not with case-sensitive comparison."
                    )
                advice = "Check your federated identity credential Subject, Audience and Issuer against the presented assertion."
                raise NoMatch(code, f"{message} {advice}")
