"""The local Foundry as a plain function: an Exchange with a request goes in, the same Exchange with its answer comes out.

Requests pass the checks in the order in which the service's layers see them: route, sign-in, project, api-version, body,
deployment. Whatever fails raises the ServiceError that the service would answer.
"""

import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote

from helpers.exchange import Exchange, Headers
from helpers.mock import catalog, errors, headers, ids, parameters, prompts, shapes
from helpers.mock.errors import ServiceError
from helpers.mock.identity import AI_AUDIENCE, COGNITIVE_AUDIENCE, ROLE, Issuer, TokenRefused
from helpers.mock.prompts import Prompt
from helpers.mock.recordings import Answer, Recordings

REMEMBERED_LIMIT = 64 * 1024  # bytes of a request whose answer is kept for the next time
# The data actions that the service names when a role is missing.
RESPONSES_ACTION = "Microsoft.CognitiveServices/accounts/OpenAI/responses/write"
CHAT_ACTION = "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action"
ASSETS_ACTION = "Microsoft.CognitiveServices/accounts/AIServices/assets/read"


@dataclass(frozen=True)
class Call:
    """A request that found its route: names from the path, the query, and the request itself."""

    request: Exchange
    names: dict[str, str]
    query: dict[str, str]


class LocalFoundry:
    """One demo resource with one project. ``origin`` is the address it answers at, as in ``https://localhost:8443``."""

    def __init__(self, origin: str, api_key: str, identity_header: str, recordings: Recordings, strict: bool = False):
        self.api_key, self.recordings, self.strict = api_key, recordings, strict
        self.issuer = Issuer(origin, identity_header)
        project = r"/api/projects/(?P<project>[^/]+)"
        self._routes: list[tuple[str, re.Pattern, Callable[[Call], Exchange]]] = [
            (method, re.compile(pattern + "$"), handler)
            for method, pattern, handler in (
                ("POST", project + "/openai/v1/responses", self._project_responses),
                ("POST", project + "/openai/responses", self._project_responses_dated),
                ("POST", project + "/openai/v1/chat/completions", self._project_chat),
                ("GET", project + "/deployments", self._deployments),
                ("GET", project + "/deployments/(?P<deployment>[^/]+)", self._deployment),
                ("POST", "/openai/v1/responses", self._resource_responses),
                ("POST", "/openai/responses", self._resource_responses_dated),
                ("POST", "/openai/v1/chat/completions", self._chat),
                ("POST", "/openai/deployments/(?P<deployment>[^/]+)/chat/completions", self._chat_dated),
                ("GET", "/msi/token", self._managed_identity),
            )
        ]
        self._remembered = lru_cache(maxsize=256)(self._complete)

    def answer(self, request: Exchange) -> Exchange:
        """The request with its answer. Never raises: a defect in here becomes a 500 that says so."""
        try:
            path, query = _target(request)
            for method, pattern, handler in self._routes:
                match = pattern.match(path)
                if match and method == request.method:
                    names = {name: unquote(value) for name, value in match.groupdict().items()}
                    return handler(Call(request, names, dict(parse_qsl(query, keep_blank_values=True))))
            raise errors.not_found()
        except ServiceError as error:
            return self.refuse(request, error)
        except RecursionError:
            return self.refuse(request, errors.bad_json("nested too deeply"))
        except UnicodeEncodeError:  # half a character, written as an escape: "\\ud800"
            return self.refuse(request, errors.bad_encoding())
        except Exception as error:
            return self.refuse(
                request, errors.broken(f"{type(error).__name__} on {request.method} {request.url[:200]!r}")
            )

    # -- Responses -------------------------------------------------------------------------------------------------------
    def _project_responses(self, call: Call) -> Exchange:
        self._enter_project(call, RESPONSES_ACTION, "/openai/v1/responses")
        _refuse_version(call)
        return self._responses(call, on_project=True)

    def _project_responses_dated(self, call: Call) -> Exchange:
        self._enter_project(call, RESPONSES_ACTION, "/openai/responses")
        _require_version(call, catalog.PROJECT_RESPONSES_VERSIONS)
        return self._responses(call, on_project=True)

    def _resource_responses(self, call: Call) -> Exchange:
        self._sign_in_on_v1(call, RESPONSES_ACTION, "POST /openai/v1/responses")
        _refuse_version(call)
        return self._responses(call, on_project=False)

    def _resource_responses_dated(self, call: Call) -> Exchange:
        self._sign_in_on_dated(call, RESPONSES_ACTION, "POST /openai/responses")
        _require_resource_version(call, catalog.RESPONSES_VERSIONS)
        return self._responses(call, on_project=False)

    def _responses(self, call: Call, on_project: bool) -> Exchange:
        status, pairs, body = self._completed("responses", on_project, None, call.request.request_body)
        return _answered(call.request, status, pairs, body)

    # -- chat completions ------------------------------------------------------------------------------------------------
    def _project_chat(self, call: Call) -> Exchange:
        self._enter_project(call, CHAT_ACTION, "/openai/v1/chat/completions")
        _refuse_version(call)
        return self._chat_answer(call)

    def _chat(self, call: Call) -> Exchange:
        self._sign_in_on_v1(call, CHAT_ACTION, "POST /openai/v1/chat/completions")
        _refuse_version(call)
        return self._chat_answer(call)

    def _chat_dated(self, call: Call) -> Exchange:
        self._sign_in_on_dated(call, CHAT_ACTION, "POST /openai/deployments/{deployment-id}/chat/completions")
        _require_resource_version(call, catalog.CHAT_VERSIONS)
        return self._chat_answer(call)

    def _chat_answer(self, call: Call) -> Exchange:
        named = call.names.get("deployment")
        status, pairs, body = self._completed("chat", False, named, call.request.request_body)
        return _answered(call.request, status, pairs, body)

    def _completed(self, api: str, on_project: bool, named: str | None, request_body: bytes):
        complete = self._remembered if len(request_body) <= REMEMBERED_LIMIT else self._complete
        return complete(api, on_project, named, request_body)

    def _complete(self, api: str, on_project: bool, named: str | None, request_body: bytes):
        """Status, headers and body of a model's answer: a function of the request alone, so that it can be kept."""
        body = parameters.parse(request_body)
        check = parameters.check_responses if api == "responses" else parameters.check_chat
        check(body)
        if body.get("stream"):
            raise errors.parameter_value("stream", "the offline mock does not stream yet.")
        deployment = _find_deployment(named or body.get("model"))
        if deployment.capability != "chat_completion":
            raise errors.operation_not_supported(
                "responses" if api == "responses" else "chatCompletion", deployment.name
            )
        if api == "responses":
            prompt = prompts.from_responses(deployment.model, body)
            answer = self._say(prompt)
            seed = f"responses {prompt.key}"
            shape = shapes.response(body, deployment, answer, len(prompt.last_words), seed)
            pairs = headers.responses(seed, answer.created_at, on_project)
        else:
            prompt = prompts.from_chat(deployment.model, body)
            answer = self._say(prompt)
            seed = f"chat {prompt.key}"
            shape = shapes.chat_completion(body, deployment, answer, seed)
            pairs = headers.chat(seed, answer.created_at, deployment, shape["usage"]["total_tokens"])
        end = "" if api == "responses" else "\n"  # a chat completion ends in a line feed, as recorded
        return 200, [*pairs, ("x-offline-mock", answer.source)], _json(shape) + end.encode()

    def _say(self, prompt: Prompt) -> Answer:
        recording = self.recordings.find(prompt)
        if recording:
            return recording.answer
        if self.strict:
            raise errors.no_recording(self.recordings.miss(prompt))
        return self.recordings.invented(prompt)

    # -- the project -----------------------------------------------------------------------------------------------------
    def _deployments(self, call: Call) -> Exchange:
        self._enter_project(call, ASSETS_ACTION, "/deployments", keys=False)
        _require_version(call, catalog.PROJECT_VERSIONS)
        wanted = {
            "model": call.query.get("modelName"),
            "publisher": call.query.get("modelPublisher"),
        }
        found = [
            shapes.deployment(one)
            for one in catalog.DEPLOYMENTS.values()
            if all(value in (None, getattr(one, name)) for name, value in wanted.items())
            and call.query.get("deploymentType") in (None, "ModelDeployment")
        ]
        return _project_answer(call, {"value": found})

    def _deployment(self, call: Call) -> Exchange:
        self._enter_project(call, ASSETS_ACTION, "/deployments/{name}", keys=False)
        _require_version(call, catalog.PROJECT_VERSIONS)
        return _project_answer(call, shapes.deployment(_find_deployment(call.names["deployment"])))

    # -- identity --------------------------------------------------------------------------------------------------------
    def _managed_identity(self, call: Call) -> Exchange:
        header = call.request.request_headers.get("x-identity-header", "")
        status, body = self.issuer.managed_identity(header, call.query)
        return _answered(call.request, status, headers.identity(), _json(body))

    # -- sign-in: who may come in where ----------------------------------------------------------------------------------
    def _enter_project(self, call: Call, action: str, path: str, keys: bool = True) -> None:
        """The project endpoint takes a token for https://ai.azure.com; its OpenAI routes take the key too."""
        operation = f"{call.request.method} /api/projects/{{projectName}}{path}"
        self._sign_in(call, (AI_AUDIENCE,), AI_AUDIENCE, action, operation, keys=keys)
        if call.names["project"] not in (catalog.PROJECT, "_project"):
            raise errors.project_not_found(call.names["project"])

    def _sign_in_on_v1(self, call: Call, action: str, operation: str) -> None:
        """/openai/v1 on the resource: key in either header, or a token for either audience."""
        audiences = (AI_AUDIENCE, COGNITIVE_AUDIENCE)
        self._sign_in(call, audiences, COGNITIVE_AUDIENCE, action, operation, key_as_bearer=True)

    def _sign_in_on_dated(self, call: Call, action: str, operation: str) -> None:
        """Dated resource paths: key in api-key, or a token for either audience. Nothing at all counts as a bad key."""
        if not call.request.request_headers.get("authorization") and "api-key" not in call.request.request_headers:
            raise errors.bad_key()
        self._sign_in(call, (AI_AUDIENCE, COGNITIVE_AUDIENCE), COGNITIVE_AUDIENCE, action, operation)

    def _sign_in(
        self,
        call: Call,
        audiences: tuple[str, ...],
        expected: str,
        action: str,
        operation: str,
        keys: bool = True,
        key_as_bearer: bool = False,
    ) -> None:
        sent = call.request.request_headers
        key = sent.get("api-key")
        if key is not None and keys:
            if not self._is_key(key):
                raise errors.bad_key()
            return
        scheme, _, token = sent.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise errors.bad_token(expected)
        token = token.strip()
        if key_as_bearer and token.count(".") != 2:  # not a token, so a key: the openai SDK sends it this way
            if not self._is_key(token):
                raise errors.bad_key()
            return
        try:
            claims = self.issuer.verify(token, audiences)
        except TokenRefused:
            raise errors.bad_token(expected) from None
        if ROLE not in claims.get("roles", ()):
            raise errors.no_data_action(claims["oid"], action, operation)

    def _is_key(self, key: str) -> bool:
        return hmac.compare_digest(key.encode(), self.api_key.encode())

    def refuse(self, request: Exchange, error: ServiceError) -> Exchange:
        """The request with a failure for an answer."""
        seed = _seed(request)
        pairs = headers.failure(seed, ids.timestamp(seed), error.layer, error.content_type)
        return _answered(request, error.status, pairs, error.body.encode(), error.reason)


# -- api-version -------------------------------------------------------------------------------------------------------
def _refuse_version(call: Call) -> None:
    if "api-version" in call.query:
        raise errors.version_not_allowed()


def _require_version(call: Call, known: set[str]) -> None:
    version = call.query.get("api-version")
    if not version:
        raise errors.version_required()
    if version not in known:
        raise errors.not_found()


def _require_resource_version(call: Call, known: set[str]) -> None:
    """On the resource the gateway routes by version, so none or a wrong one is a path that does not exist."""
    if call.query.get("api-version") not in known:
        raise errors.not_found()


def _find_deployment(name: str | None) -> catalog.Deployment:
    if not name:
        raise errors.model_missing()
    if name not in catalog.DEPLOYMENTS:
        raise errors.deployment_not_found()
    return catalog.DEPLOYMENTS[name]


# -- answers -----------------------------------------------------------------------------------------------------------
def _project_answer(call: Call, body: Any) -> Exchange:
    seed = _seed(call.request)
    return _answered(call.request, 200, headers.project(seed, ids.timestamp(seed)), _json(body))


def _target(request: Exchange) -> tuple[str, str]:
    """Path and query of the URL. The host is whatever the client wrote, so it is passed over, not parsed."""
    path, _, query = request.url.removeprefix("https://").partition("/")[2].partition("?")
    return "/" + path, query


def _seed(request: Exchange) -> str:
    """What ids and times derive from where there is no prompt."""
    path, query = _target(request)
    return f"{request.method} {path}?{query}\n{request.request_body.decode('utf-8', 'replace')}"


def _answered(request: Exchange, status: int, pairs: headers.Pairs, body: bytes, reason: str = "") -> Exchange:
    return replace(
        request,
        status=status,
        reason=reason or HTTPStatus(status).phrase,
        response_headers=Headers(pairs),
        response_body=body,
    )


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
