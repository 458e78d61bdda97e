"""The local Foundry as a plain function: an Exchange with a request goes in, the same Exchange with its answer comes out.

Requests pass the checks in the order in which the service's layers see them: route, sign-in, project, api-version, then
the handler. Whatever fails raises the ServiceError that the service would answer.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from helpers.exchange import Exchange
from helpers.mock import access, catalog, errors, headers, ids
from helpers.mock.access import Door
from helpers.mock.calls import Call, answered, compact, seed_of, target
from helpers.mock.chat import Chat
from helpers.mock.control import Control, error_of
from helpers.mock.errors import ServiceError
from helpers.mock.identity import Issuer
from helpers.mock.limits import Limits
from helpers.mock.management import Management
from helpers.mock.model import Model
from helpers.mock.project import Project
from helpers.mock.recordings import Recordings
from helpers.mock.responses import Responses
from helpers.mock.state import JOURNAL_BODY, State

Handler = Callable[[Call], Exchange]
# The data actions that the service names when a role is missing.
OPENAI = "Microsoft.CognitiveServices/accounts/OpenAI/"
SERVICES = "Microsoft.CognitiveServices/accounts/AIServices/"


class Route(NamedTuple):
    """One method on one path, who may come in, and who answers."""

    method: str
    path: re.Pattern
    template: str
    operation: str  # as the service's messages write it
    door: Door | None
    action: str
    api: str
    handler: Handler


@dataclass(frozen=True)
class Secrets:
    """What opens this mock: made anew for each one."""

    api_key: str
    identity_header: str
    client_secret: str


class LocalFoundry:
    """One demo resource with one project. ``origin`` is the address it answers at, as in ``https://localhost:8443``."""

    def __init__(
        self,
        origin: str,
        secrets: Secrets,
        recordings: Recordings,
        strict: bool = False,
        limits: Limits | None = None,
        speed: str = "realistic",
    ):
        self.secrets = secrets
        self._api_keys = (secrets.api_key, f"{secrets.api_key}-2")  # a resource has two, so that one can be changed
        self.issuer = Issuer(origin, secrets.identity_header, secrets.client_secret)
        self.state = State()
        self.limits = limits or Limits(own=catalog.QUOTAS)
        self.control = Control(self.state, self.limits, speed)
        model = Model(recordings, self.state, strict)
        self._responses = Responses(model, self.state, self.limits)
        self._chat = Chat(model, self.limits)
        self._project = Project(self.state)
        self._management = Management(
            self.state, origin, self._api_keys, self._deployments_changed, lambda: self.control.speed == "instant"
        )
        # Static paths are found in one step, the rest by their patterns.
        routes = [_route(*row) for row in self._table()]
        self._static = {(r.method, r.template): r for r in routes if r.path.groups == 0}
        self._patterns = [r for r in routes if r.path.groups]

    def answer(self, request: Exchange) -> Exchange:
        """The request with its answer, noted in the journal. Never raises: a defect in here becomes a 500 that says so."""
        answer = self._guarded(request)
        self.control.answered += 1
        self.state.journal.append(_for_journal(answer))
        return answer

    def refuse(self, request: Exchange, error: ServiceError) -> Exchange:
        """The request with a failure for an answer."""
        seed = seed_of(request)
        pairs = headers.failure(seed, ids.timestamp(seed), error.layer, error.content_type, error.headers)
        return answered(request, error.status, pairs, error.body.encode(), error.reason)

    def controlled(self, request: Exchange) -> Exchange:
        """A request to the control surface, which only the server decides to admit."""
        try:
            return self.control.answer(_call(request, {}, None))
        except ServiceError as error:
            return self.refuse(request, error)
        except Exception as error:
            return self._defect(request, error)

    def _defect(self, request: Exchange, error: Exception) -> Exchange:
        what = f"{type(error).__name__} on {request.method} {request.url[:200]!r}"
        return self.refuse(request, errors.broken(what))

    def _guarded(self, request: Exchange) -> Exchange:
        fault = self.control.next_fault(request)
        if fault is None:
            return self._checked(request)
        failure = error_of(fault, request)
        if failure:
            return self.refuse(request, failure)
        answer = self._checked(request)
        return _cut(answer) if fault.kind == "cut" else replace(answer, elapsed=fault.delay)

    def _checked(self, request: Exchange) -> Exchange:
        try:
            return self._routed(request)
        except ServiceError as error:
            return self.refuse(request, error)
        except RecursionError:
            return self.refuse(request, errors.bad_json("nested too deeply"))
        except UnicodeEncodeError:  # half a character, written as an escape: "\\ud800"
            return self.refuse(request, errors.bad_encoding())
        except Exception as error:
            return self._defect(request, error)

    def _routed(self, request: Exchange) -> Exchange:
        path, _ = target(request)
        route, names = self._static.get((request.method, path)), {}
        if route is None:
            for candidate in self._patterns:
                match = candidate.path.fullmatch(path) if candidate.method == request.method else None
                if match:
                    route, names = candidate, match.groupdict()
                    break
            else:
                raise _no_route(request)
        names = {name: unquote(value) for name, value in names.items()}
        if any("/" in value for value in names.values()):
            raise errors.not_found()
        call = _call(request, names, route)
        if route.door is not None:
            access.sign_in(route.door, call, self.issuer, self._api_keys)
            if self.state.keys_disabled and access.used_key(route.door, call):
                raise errors.keys_disabled()
            if (
                "project" in names
                and route.api in ("project", "agent")
                and call.names["project"] not in self.state.projects
            ):
                raise errors.project_thing_not_found("Project", call.names["project"])
            access.check_version(route.door, call, self.control.tolerated)
        return route.handler(call)

    def _table(self):
        """Method, path, door, data action, api, handler. ``<name>`` is one step of a path."""
        responses, chat, project, management = self._responses, self._chat, self._project, self._management
        write, read = OPENAI + "responses/write", OPENAI + "responses/read"
        talk, embed, models = (
            OPENAI + "deployments/chat/completions/action",
            OPENAI + "deployments/embeddings/action",
            OPENAI + "models/read",
        )
        agents, agents_read, assets = SERVICES + "agents/write", SERVICES + "agents/read", SERVICES + "assets/read"
        home = "/api/projects/<project>"
        for base, door, api in (
            (home + "/openai/v1", access.PROJECT_V1, "project"),
            (home + "/openai", access.PROJECT_DATED, "project"),
            (home + "/agents/<agent>/endpoint/protocols/openai", access.PROJECT, "agent"),
            ("/openai/v1", access.RESOURCE_V1, "resource"),
            ("/openai", access.RESOURCE_RESPONSES, "resource"),
        ):
            yield "POST", base + "/responses", door, write, api, responses.create
            yield "GET", base + "/responses/<response>", door, read, api, responses.get
            yield "DELETE", base + "/responses/<response>", door, write, api, responses.delete
            yield "POST", base + "/responses/<response>/cancel", door, write, api, responses.cancel
            yield "GET", base + "/responses/<response>/input_items", door, read, api, responses.input_items
        for base, door in (
            (home + "/openai/v1", access.PROJECT_V1),
            (home + "/openai", access.PROJECT_DATED),
            (home + "/agents/<agent>/endpoint/protocols/openai", access.PROJECT),
        ):
            one = base + "/conversations/<conversation>"
            yield "POST", base + "/conversations", door, agents, "project", responses.create_conversation
            yield "GET", one, door, agents_read, "project", responses.get_conversation
            yield "POST", one, door, agents, "project", responses.update_conversation
            yield "DELETE", one, door, agents, "project", responses.delete_conversation
            yield "GET", one + "/items", door, agents_read, "project", responses.conversation_items
            yield "POST", one + "/items", door, agents, "project", responses.add_items
            yield "GET", one + "/items/<item>", door, agents_read, "project", responses.get_item
            yield "DELETE", one + "/items/<item>", door, agents, "project", responses.delete_item
        for base, door in ((home + "/openai/v1", access.PROJECT_V1), (home + "/openai", access.PROJECT_DATED)):
            yield "POST", base + "/files", door, agents, "project", project.upload
            yield "GET", base + "/files", door, assets, "project", project.files
            yield "GET", base + "/files/<file>", door, assets, "project", project.file
            yield "GET", base + "/files/<file>/content", door, assets, "project", project.file_content
            yield "DELETE", base + "/files/<file>", door, agents, "project", project.delete_file
        yield "POST", home + "/openai/v1/chat/completions", access.PROJECT_V1, talk, "project", chat.create
        yield "POST", "/openai/v1/chat/completions", access.RESOURCE_V1, talk, "resource", chat.create
        yield "POST", "/openai/v1/embeddings", access.RESOURCE_V1, embed, "resource", chat.embed
        yield "GET", "/openai/v1/models", access.RESOURCE_V1, models, "resource", chat.models
        yield "GET", "/openai/v1/models/<model>", access.RESOURCE_V1, models, "resource", chat.model
        yield "GET", "/openai/models", access.RESOURCE_CHAT, models, "resource", chat.models
        yield "GET", "/openai/models/<model>", access.RESOURCE_CHAT, models, "resource", chat.model
        deployed = "/openai/deployments/<deployment>"
        yield "POST", deployed + "/chat/completions", access.RESOURCE_CHAT, talk, "resource", chat.create
        yield "POST", deployed + "/embeddings", access.RESOURCE_CHAT, embed, "resource", chat.embed

        yield "GET", home + "/deployments", access.PROJECT, assets, "project", project.deployments
        yield "GET", home + "/deployments/<deployment>", access.PROJECT, assets, "project", project.deployment
        yield "GET", home + "/connections", access.PROJECT, assets, "project", project.connections
        one = home + "/connections/<connection>"
        yield "GET", one, access.PROJECT, assets, "project", project.connection
        yield (
            "POST",
            one + "/getConnectionWithCredentials",
            access.PROJECT,
            assets,
            "project",
            project.connection_with_credentials,
        )
        yield "GET", home + "/agents", access.PROJECT, agents_read, "project", project.agents
        one = home + "/agents/<agent>"
        yield "GET", one, access.PROJECT, agents_read, "project", project.agent
        yield "DELETE", one, access.PROJECT, agents, "project", project.delete_agent
        yield "POST", one + "/versions", access.PROJECT, agents, "project", project.create_version
        yield "GET", one + "/versions", access.PROJECT, agents_read, "project", project.versions
        yield "GET", one + "/versions/<version>", access.PROJECT, agents_read, "project", project.version
        yield "DELETE", one + "/versions/<version>", access.PROJECT, agents, "project", project.delete_version

        yield "GET", "/msi/token", access.OPEN, "", "identity", self._managed_identity
        yield "POST", "/<tenant>/oauth2/v2.0/token", access.OPEN, "", "identity", self._client_credentials
        for discovery in (
            "/<tenant>/v2.0/.well-known/openid-configuration",
            "/<tenant>/.well-known/openid-configuration",
        ):
            yield "GET", discovery, access.OPEN, "", "identity", self._discovery
        yield "GET", "/<tenant>/discovery/v2.0/keys", access.OPEN, "", "identity", self._keys

        group = "/subscriptions/<subscription>/resourceGroups/<group>/providers/Microsoft.CognitiveServices/accounts"
        account = group + "/<account>"
        for path in (account, account + "/projects/<project>", account + "/deployments/<deployment>"):
            for method, handler in (("PUT", management.put), ("GET", management.get), ("DELETE", management.delete)):
                yield method, path, access.MANAGEMENT, "", "management", handler
        for path in (group, account + "/projects", account + "/deployments"):
            yield "GET", path, access.MANAGEMENT, "", "management", management.list
        yield "POST", account + "/listKeys", access.MANAGEMENT, "", "management", management.list_keys
        locations = "/subscriptions/<subscription>/providers/Microsoft.CognitiveServices/locations/<location>"
        for path, handler in (("operationStatuses", management.operation), ("operationResults", management.result)):
            yield "GET", f"{locations}/{path}/<operation>", access.MANAGEMENT, "", "management", handler

    def _deployments_changed(self) -> None:
        self._responses.forget()
        self._chat.forget()

    # -- identity --------------------------------------------------------------------------------------------------------
    def _managed_identity(self, call: Call) -> Exchange:
        header = call.request.request_headers.get("x-identity-header", "")
        return _identity_answer(call, *self.issuer.managed_identity(header, call.query))

    def _client_credentials(self, call: Call) -> Exchange:
        form = dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
        return _identity_answer(
            call, *self.issuer.client_credentials(call.names["tenant"], form, seed_of(call.request))
        )

    def _discovery(self, call: Call) -> Exchange:
        return _identity_answer(call, *self.issuer.discovery(call.names["tenant"], seed_of(call.request)))

    def _keys(self, call: Call) -> Exchange:
        return _identity_answer(call, 200, self.issuer.keys())


def _route(method: str, template: str, door: Door | None, action: str, api: str, handler: Handler) -> Route:
    pattern = re.sub(r"<(\w+)>", r"(?P<\1>[^/]+)", template.replace(".", r"\."))
    named = re.sub(r"<(\w+)>", lambda step: f"{{{PUBLIC_NAMES.get(step[1], step[1])}}}", template)
    return Route(method, re.compile(pattern), template, f"{method} {named}", door, action, api, handler)


def _call(request: Exchange, names: dict[str, str], route: Route | None) -> Call:
    _, query = target(request)
    asked = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
    return (
        Call(request, names, asked, route.operation, route.action, route.api) if route else Call(request, names, asked)
    )


def _no_route(request: Exchange) -> ServiceError:
    """Nothing at this path. An api-version in the wrong place is told before that, as the service does."""
    path, query = target(request)
    versioned = "api-version=" in query
    if versioned and re.match(r"(/api/projects/[^/]+)?/openai/v1/", path):
        return errors.version_not_allowed()  # AzureOpenAI pointed at /openai/v1 comes here
    if not versioned and re.match(r"/api/projects/[^/]+/(?!openai/v1/)", path):
        return errors.version_required()  # the bare project endpoint as base_url comes here
    return errors.not_found()


PUBLIC_NAMES = {"project": "projectName", "deployment": "deployment-id"}  # as the service's messages write them


def _identity_answer(call: Call, status: int, body: dict) -> Exchange:
    return answered(call.request, status, headers.identity(), compact(body))


def _cut(answer: Exchange) -> Exchange:
    """The first half of the answer. What is sent is then shorter than the body, and the server drops the connection."""
    chunks = answer.chunks or tuple((0.0, answer.response_body[at : at + 1]) for at in range(len(answer.response_body)))
    return replace(answer, chunks=chunks[: len(chunks) // 2])


def _for_journal(answer: Exchange) -> Exchange:
    if len(answer.request_body) <= JOURNAL_BODY and len(answer.response_body) <= JOURNAL_BODY:
        return answer
    return replace(
        answer,
        request_body=answer.request_body[:JOURNAL_BODY],
        response_body=answer.response_body[:JOURNAL_BODY],
        chunks=(),
    )
