"""What the handlers of the APIs are given: the few things that they share."""

import hmac
from dataclasses import dataclass

from helpers.mock.limits import Limits
from helpers.mock.model.model import Model
from helpers.mock.state import Remembered, State
from helpers.mock.tokens import Issuer

PREFIX = "offline-mock-key-"
KINDS = ("api key", "identity header", "client secret")


@dataclass(frozen=True, repr=False)
class Secrets:
    """What opens a world: made anew for each mock, or from the secret of a class, and never shown."""

    api_key: str
    identity_header: str
    client_secret: str

    @classmethod
    def derived(cls, secret: bytes, name: str) -> "Secrets":
        """Those of a learner: the same each time."""
        key, header, client = (hmac.digest(secret, f"{what} {name}".encode(), "sha256").hex()[:32] for what in KINDS)
        return cls(f"{PREFIX}{key}", header, client)

    @property
    def workflow_token(self) -> str:
        """What a run of a workflow shows GitHub to get a token of its own."""
        return f"workflow-{self.client_secret}"

    @property
    def api_keys(self) -> tuple[str, str]:
        """A resource has two keys, so that one can be changed while the other is in use."""
        return self.api_key, f"{self.api_key}-2"


@dataclass(frozen=True, repr=False)
class Parts:
    """``origin`` is the mock's own address; ``remembered`` the answers that were worked out, for all worlds."""

    origin: str
    secrets: Secrets
    state: State
    model: Model
    limits: Limits
    issuer: Issuer
    remembered: Remembered
