"""What the handlers of the APIs are given: the few things that they share."""

from dataclasses import dataclass

from helpers.mock.limits import Limits
from helpers.mock.model.model import Model
from helpers.mock.state import State
from helpers.mock.tokens import Issuer


@dataclass(frozen=True, repr=False)
class Secrets:
    """What opens this mock: made anew for each one, and never shown."""

    api_key: str
    identity_header: str
    client_secret: str

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
    """``origin`` is the mock's own address."""

    origin: str
    secrets: Secrets
    state: State
    model: Model
    limits: Limits
    issuer: Issuer
