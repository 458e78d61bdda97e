"""The facts of the demo resource: its names, its deployments, the api-versions it takes."""

from dataclasses import dataclass

PORT = 8443  # where a mock listens unless told otherwise
RESOURCE = "demo-resource"
PROJECT = "demo-project"
REGION = "East US 2"
TENANT_ID = "72f00000-0000-4000-8000-00000000d390"  # made up, like all ids here
PRINCIPAL_ID = "0b9e0000-0000-4000-8000-0000000001d7"
CLIENT_ID = "c11e0000-0000-4000-8000-0000000000a1"
# Identities whose tokens do not open the door, for lessons: one has no role, the tokens of the other have expired.
CLIENT_ID_WITHOUT_ROLE = "c11e0000-0000-4000-8000-0000000000b2"
CLIENT_ID_EXPIRED = "c11e0000-0000-4000-8000-0000000000c3"
SUBSCRIPTION_ID = "5b5c0000-0000-4000-8000-0000000005b5"
RESOURCE_GROUP = "demo-group"
LOCATION = "eastus2"
DEFAULT_DEPLOYMENT = "gpt-4.1-mini"


@dataclass(frozen=True)
class Deployment:
    """A model made callable under a name of your choice. ``capacity`` is in thousands of tokens per minute."""

    name: str
    model: str
    version: str
    capability: str = "chat_completion"
    capacity: int = 120
    sku: str = "GlobalStandard"
    publisher: str = "OpenAI"
    context: int = 128_000  # tokens of prompt and completion together
    reasoning: bool = False  # takes max_completion_tokens and no temperature
    metered: bool = False  # whether the mock holds it to its capacity before anyone sets a quota


DEPLOYMENTS = {
    deployment.name: deployment
    for deployment in (
        Deployment("gpt-4.1-mini", "gpt-4.1-mini", "2025-04-14"),
        # a name that is not the model's, and a capacity that lesson 06 can use up
        Deployment("course-chat", "gpt-4.1-mini", "2025-04-14", capacity=30, metered=True),
        Deployment("gpt-4o", "gpt-4o", "2024-11-20"),
        Deployment("gpt-5-mini", "gpt-5-mini", "2025-08-07", reasoning=True),
        Deployment("text-embedding-3-large", "text-embedding-3-large", "1", "embeddings", 150),
    )
}

# Requests and tokens per minute of those that are held to their capacity.
QUOTAS = {one.name: (one.capacity, one.capacity * 1000) for one in DEPLOYMENTS.values() if one.metered}

# What GET /openai/v1/models lists: base models with their versions. Being listed does not mean being deployed.
BASE_MODELS = (
    "gpt-4.1-2025-04-14", "gpt-4.1-mini-2025-04-14", "gpt-4.1-nano-2025-04-14", "gpt-4o-2024-11-20",
    "gpt-4o-mini-2024-07-18", "gpt-5-2025-08-07", "gpt-5-mini-2025-08-07", "o4-mini-2025-04-16",
    "text-embedding-3-large", "text-embedding-3-small",
)  # fmt: skip

# Dated api-versions, by the paths that need one. Source: the service's api-supported-versions header on project paths;
# Microsoft's api-version lifecycle page and openai-python's samples for the others.
PROJECT_VERSIONS = {"v1", "2025-05-15-preview", "2025-11-15-preview"}
PROJECT_RESPONSES_VERSIONS = {"2025-05-15-preview", "2025-11-15-preview"}
RESPONSES_VERSIONS = {"2025-03-01-preview", "2025-04-01-preview"}
CHAT_VERSIONS = {
    "2024-02-01", "2024-06-01", "2024-10-21",
    "2024-02-15-preview", "2024-05-01-preview", "2024-08-01-preview", "2024-10-01-preview", "2024-12-01-preview",
    "2025-01-01-preview", "2025-02-01-preview", "2025-03-01-preview", "2025-04-01-preview",
}  # fmt: skip
