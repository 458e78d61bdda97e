"""Lesson 06: a laboratory of failures. Each is shown as request and response, with the layer that answered, the exception
the SDKs raise, and the fix. Nothing is sent: the answers are the offline mock's, in the service's words as far as they are
known (see mock/errors.py)."""

import json
from dataclasses import dataclass
from http import HTTPStatus

from helpers.display import html_table, show_widget, text_table
from helpers.exchange import Exchange, Headers
from helpers.mock import catalog
from helpers.mock.wire import errors, headers, ids
from helpers.mock.wire.errors import ServiceError

LAYERS = {
    errors.GATEWAY: "the gateway, in front of everything",
    errors.PROJECT: "the Foundry service behind the gateway",
    errors.MODEL: "the model's front end",
}
# openai 3.54.0 _make_status_error, azure-core 1.41.0 map_error and the error maps of azure-ai-projects 2.10.0.
OPENAI = {
    400: "BadRequestError", 401: "AuthenticationError", 403: "PermissionDeniedError", 404: "NotFoundError",
    429: "RateLimitError",
}  # fmt: skip
AZURE = {401: "ClientAuthenticationError", 404: "ResourceNotFoundError"}

ORIGIN = "https://my-resource.services.ai.azure.com"
V1 = "/openai/v1/responses"
PROJECT_V1 = "/api/projects/my-project" + V1
PROMPT = {"model": catalog.DEFAULT_DEPLOYMENT, "input": "What is an AI application?"}
KEY, TOKEN = {"api-key": "[redacted]"}, {"Authorization": "Bearer [redacted]"}


@dataclass(frozen=True)
class Failure:
    """One way to fail: what was sent, what came back, why, and what to do."""

    name: str
    path: str
    sign_in: dict[str, str]
    body: dict
    error: ServiceError
    why: str
    fix: str

    def exchange(self) -> Exchange:
        """Request and response."""
        seed = self.name
        pairs = headers.failure(
            seed, ids.timestamp(seed), self.error.layer, self.error.content_type, self.error.headers
        )
        return Exchange(
            "POST",
            ORIGIN + self.path,
            Headers({"Content-Type": "application/json", **self.sign_in}),
            json.dumps(self.body).encode(),
            self.error.status,
            self.error.reason or HTTPStatus(self.error.status).phrase,
            Headers(pairs),
            self.error.body.encode(),
        )

    def explained(self) -> list[tuple[str, str]]:
        """Rows of (question, answer)."""
        status = self.error.status
        return [
            ("who answered", LAYERS[self.error.layer]),
            ("why", self.why),
            ("openai raises", OPENAI.get(status, "InternalServerError")),
            ("azure-core raises", AZURE.get(status, "HttpResponseError")),
            ("send it again?", "yes, after a wait" if status in (429, 500, 503) else "no: mend it first"),
            ("the fix", self.fix),
        ]


FAILURES = {
    failure.name: failure
    for failure in (
        Failure(
            "401 wrong key", V1, KEY, PROMPT, errors.bad_key(),
            "The key is missing, mistyped, changed since, or of another resource.",
            "Copy the key of this very resource again.",
        ),
        Failure(
            "401 wrong audience, or expired", PROJECT_V1, TOKEN, PROMPT, errors.bad_token("https://ai.azure.com"),
            "The token is for another audience, too old, or no token. The parentheses name the audience that would do.",
            "Ask for a token with the scope https://ai.azure.com/.default.",
        ),
        Failure(
            "401 missing role", PROJECT_V1, TOKEN, PROMPT,
            errors.no_data_action(catalog.PRINCIPAL_ID, "Microsoft.CognitiveServices/accounts/OpenAI/responses/write", "POST " + V1),
            "The token is good, and the principal has no role with this data action. Owner is not enough.",
            "Have the role Foundry User assigned, and wait some minutes.",
        ),
        Failure(
            "403 keys turned off", V1, KEY, PROMPT, errors.keys_disabled(),
            "The owner has turned keys off for this resource.",
            "Sign in with an Entra ID token.",
        ),
        Failure(
            "403 outside the network", PROJECT_V1, TOKEN, PROMPT, errors.network_refused(),
            "The resource admits some networks only, and yours is none of them.",
            "Call from a network that is admitted, or have yours added.",
        ),
        Failure(
            "404 no such deployment", V1, KEY, {**PROMPT, "model": "gpt-99"}, errors.deployment_not_found(),
            "model is not the name of a deployment here. A model's own name counts only if a deployment has it.",
            "List the deployments and use a name from there.",
        ),
        Failure(
            "404 no such route", "/openai/v2/responses", KEY, PROMPT, errors.not_found(),
            "The path is wrong, doubled or cut, or the method or the api-version is none that it knows.",
            "Compare the URL with one that works, step by step.",
        ),
        Failure(
            "400 api-version refused", V1 + "?api-version=2024-10-21", KEY, PROMPT, errors.version_not_allowed(),
            "A path with /v1 in it takes no api-version. Often the class AzureOpenAI is used where OpenAI belongs.",
            "Take the query away.",
        ),
        Failure(
            "400 api-version missing", "/api/projects/my-project/responses", TOKEN, PROMPT, errors.version_required(),
            "The bare project endpoint was used as a base URL.",
            "Add /openai/v1 to the base URL, or api-version=v1 on the project's own routes.",
        ),
        Failure(
            "400 parameter not supported", "/openai/v1/chat/completions", KEY,
            {"model": "gpt-5-mini", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 100},
            errors.parameter_unsupported("max_tokens", "max_completion_tokens"),
            "Reasoning models take max_completion_tokens, and no temperature.",
            "Use the parameter that the message names.",
        ),
        Failure(
            "400 prompt blocked", V1, KEY, {**PROMPT, "input": "please trigger the content filter"}, errors.prompt_blocked(),
            "The content filter stopped the prompt. innererror says which kind of content.",
            "Change the prompt. When the answer is stopped instead, the status is 200: look at finish_reason.",
        ),
        Failure(
            "429 too many requests", V1, KEY, PROMPT,
            errors.too_many("token", "Responses", "v1", catalog.DEFAULT_DEPLOYMENT, 6, catalog.REGION, headers.wait(6)),
            "The deployment's quota for this minute is used up.",
            "Wait for Retry-After seconds. If it happens often, raise the capacity or spread the calls.",
        ),
        Failure(
            "500 server error", V1, KEY, PROMPT, errors.server_error(ids.request_id("request", "failure laboratory")),
            "The service failed.",
            "Send it again after a wait. If it stays, quote apim-request-id to support, and the id in the message.",
        ),
    )
}  # fmt: skip


def failure_laboratory() -> None:
    """Show a list of failures; each with request, response, the layer that answered, and the fix."""
    import ipywidgets as widgets

    pick = widgets.Select(options=list(FAILURES), rows=len(FAILURES), description="failure", layout={"width": "24em"})
    facts, exchange = widgets.HTML(), widgets.HTML()

    def look(change=None):
        facts.value = html_table(FAILURES[pick.value].explained())
        exchange.value = FAILURES[pick.value].exchange()._repr_mimebundle_()["text/html"]

    pick.observe(look, "value")
    look()
    rows = [(one.name, LAYERS[one.error.layer], one.fix) for one in FAILURES.values()]
    show_widget(
        widgets.VBox([widgets.HBox([pick, facts]), exchange]), text_table(rows, ("failure", "who answered", "the fix"))
    )
