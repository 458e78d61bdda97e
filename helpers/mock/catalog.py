"""The facts of the demo resource: its names, its deployments, the api-versions it takes."""

from dataclasses import dataclass
from datetime import date

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
DEFAULT_DEPLOYMENT = "gpt-5.4-mini"  # to change it: this line, then python3 -m helpers test --update
TODAY = date(2026, 11, 23)  # the mock's calendar stands still here, tokens excepted


@dataclass(frozen=True)
class BaseModel:
    """A model as the service knows it. ``context`` is in tokens, prompt and completion together. ``efforts`` are the values
    of ``reasoning.effort`` it takes, the first of them when none is asked for; none for a model that does not reason.
    From the day it is ``deprecated`` nobody can deploy it, from the day it ``retires`` it answers nobody."""

    name: str
    version: str
    context: int
    efforts: tuple[str, ...] = ()
    deprecated: date | None = None
    retires: date | None = None
    publisher: str = "OpenAI"
    capability: str = "chat_completion"

    @property
    def longest_answer(self) -> int:
        """The most tokens it writes in one answer (the models' pages): a family has one limit."""
        for family, tokens in LONGEST_ANSWERS.items():
            if self.name.startswith(family):
                return tokens
        return self.context

    @property
    def reasons(self) -> bool:
        """Whether it can think before it answers."""
        return bool(self.efforts)

    @property
    def is_deprecated(self) -> bool:
        return self.is_retired or (self.deprecated is not None and self.deprecated <= TODAY)

    @property
    def is_retired(self) -> bool:
        return self.retires is not None and self.retires <= TODAY


LONGEST_ANSWERS = {"gpt-5": 128_000, "gpt-4.1": 32_768, "gpt-4o": 16_384, "o4": 100_000}
_SETTING = ("none", "low", "medium", "high", "xhigh")  # reasoning is a setting, off unless asked for
_ALWAYS = ("medium", "minimal", "low", "high")
_O_SERIES = ("medium", "low", "high")
# Dates: Microsoft's retirement schedule, copy of 2026-09-02; they move from copy to copy. gpt-4o-mini's first day without new
# deployments: the service's own refusal, reported in 2026-04. Context lengths: the models' pages. Efforts: the published OpenAI document.
MODELS = {
    one.name: one
    for one in (
        BaseModel("gpt-5.6-luna", "2026-07-09", 400_000, _SETTING, retires=date(2028, 1, 11)),
        BaseModel("gpt-5.5", "2026-04-24", 400_000, _SETTING, retires=date(2027, 10, 26)),
        BaseModel("gpt-5.4", "2026-03-05", 400_000, _SETTING, retires=date(2027, 9, 2)),
        BaseModel("gpt-5.4-mini", "2026-03-17", 400_000, _SETTING, retires=date(2027, 9, 21)),
        BaseModel("gpt-5.4-nano", "2026-03-17", 400_000, _SETTING, retires=date(2027, 9, 21)),
        BaseModel("gpt-5.2", "2025-12-11", 400_000, _SETTING, retires=date(2027, 6, 8)),
        BaseModel("gpt-5.1", "2025-11-13", 400_000, _SETTING[:4], retires=date(2027, 5, 15)),
        BaseModel("gpt-5", "2025-08-07", 400_000, _ALWAYS, retires=date(2027, 2, 9)),
        BaseModel("gpt-5-mini", "2025-08-07", 400_000, _ALWAYS, retires=date(2027, 2, 9)),
        BaseModel("gpt-5-nano", "2025-08-07", 400_000, _ALWAYS, retires=date(2027, 2, 9)),
        BaseModel("gpt-5-chat", "2025-08-07", 128_000, (), date(2026, 6, 29), date(2026, 6, 29)),
        BaseModel("gpt-4.1", "2025-04-14", 1_047_576, retires=date(2027, 4, 14)),
        BaseModel("gpt-4.1-mini", "2025-04-14", 1_047_576, retires=date(2027, 4, 14)),
        BaseModel("gpt-4.1-nano", "2025-04-14", 1_047_576, retires=date(2027, 4, 14)),
        BaseModel("gpt-4o", "2024-11-20", 128_000, retires=date(2027, 4, 14)),
        BaseModel("gpt-4o-mini", "2024-07-18", 128_000, (), date(2026, 3, 31), date(2027, 4, 14)),
        BaseModel("o4-mini", "2025-04-16", 200_000, _O_SERIES, None, date(2026, 10, 16)),
        BaseModel("gpt-oss-120b", "1", 131_072, _O_SERIES, publisher="OpenAI-OSS"),
        BaseModel("DeepSeek-V3", "1", 128_000, publisher="DeepSeek"),
        BaseModel("text-embedding-3-large", "1", 8_192, retires=date(2028, 2, 9), capability="embeddings"),
        BaseModel("text-embedding-3-small", "1", 8_192, retires=date(2028, 2, 9), capability="embeddings"),
        BaseModel("text-embedding-ada-002", "2", 8_192, retires=date(2028, 2, 9), capability="embeddings"),
        BaseModel("gpt-image-2", "2026-04-21", 32_000, retires=date(2027, 10, 21), capability="image_generation"),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Deployment:
    """A model made callable under a name of your choice. ``capacity`` is in thousands of tokens per minute; ``metered``
    tells whether the mock holds it to its capacity before anyone sets a quota."""

    name: str
    model_name: str
    capacity: int = 120
    sku: str = "GlobalStandard"
    metered: bool = False

    @property
    def model(self) -> BaseModel:
        return MODELS[self.model_name]


DEPLOYMENTS = {
    deployment.name: deployment
    for deployment in (
        Deployment("gpt-5.4-mini", "gpt-5.4-mini"),
        # a name that is not the model's, and a capacity that lesson 06 can use up
        Deployment("course-chat", "gpt-5.4-mini", capacity=30, metered=True),
        Deployment("gpt-4.1-mini", "gpt-4.1-mini"),  # the source lesson's
        Deployment("gpt-4o", "gpt-4o"),
        Deployment("gpt-5-mini", "gpt-5-mini"),  # one that always reasons
        Deployment("gpt-5-chat", "gpt-5-chat"),  # retired on purpose
        Deployment("text-embedding-3-large", "text-embedding-3-large", 150),
        Deployment("gpt-image-2", "gpt-image-2", 10),
    )
}

# Requests and tokens per minute of those that are held to their capacity.
QUOTAS = {one.name: (one.capacity, one.capacity * 1000) for one in DEPLOYMENTS.values() if one.metered}


def dated_name(model: BaseModel) -> str:
    """A model's name with its version, where that is a date: what a chat completion and the list of models say."""
    return f"{model.name}-{model.version}" if "-" in model.version else model.name


# What GET /openai/v1/models lists: base models with their versions. Being listed does not mean being deployed.
BASE_MODELS = tuple(dated_name(one) for one in MODELS.values() if one.publisher == "OpenAI" and not one.is_retired)

# Dated api-versions, by the paths that need one. Source: the service's api-supported-versions header on project paths;
# Microsoft's api-version lifecycle page and openai-python's samples for the others.
PROJECT_VERSIONS = {"v1", "2025-05-15-preview", "2025-11-15-preview"}
PROJECT_RESPONSES_VERSIONS = {"2025-05-15-preview", "2025-11-15-preview"}
RESPONSES_VERSIONS = {"2025-03-01-preview", "2025-04-01-preview"}
CHAT_VERSIONS = {
    "2023-05-15", "2024-02-01", "2024-06-01", "2024-10-21",
    "2024-02-15-preview", "2024-03-01-preview", "2024-04-01-preview", "2024-05-01-preview", "2024-08-01-preview", "2024-10-01-preview", "2024-12-01-preview",
    "2025-01-01-preview", "2025-02-01-preview", "2025-03-01-preview", "2025-04-01-preview",
}  # fmt: skip
