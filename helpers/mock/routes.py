"""Finding the route of a path. Each API declares its own routes (api/); here they become a tree, one level for each step."""

import re
from collections.abc import Iterable
from urllib.parse import unquote

from helpers.mock.call import Call, Route
from helpers.mock.wire import errors
from helpers.mock.wire.errors import ServiceError

HOME = "/api/projects/<project>"  # where a project's routes begin
ANY = "<>"  # the branch for a step of any name
END = ""  # the leaf: method -> route, and which steps of the path have which names


class Routes:
    """All routes, found in as many steps as the path has."""

    def __init__(self, routes: Iterable[Route]):
        self._tree: dict = {}
        self._plain: dict[tuple[str, str], Route] = {}  # those without a name in them
        self._depth = 0
        for route in routes:
            node = self._tree
            steps = route.template.split("/")[1:]
            for step in _spelled(steps):
                node = node.setdefault(ANY if step.startswith("<") else step, {})
            leaf = node.setdefault(END, {})
            if route.method in leaf:
                raise ValueError(f"{route.method} {route.template} is declared twice")
            if "<" not in route.template:
                self._plain[route.method, route.template] = route
            leaf[route.method] = route, [(at, step[1:-1]) for at, step in enumerate(steps) if step.startswith("<")]
            self._depth = max(self._depth, len(steps))

    def find(self, call: Call) -> None:
        """Give the call its route and the names in its path. Raises the ServiceError for a path that nothing serves."""
        call.route = self._plain.get((call.request.method, call.path))
        if call.route:
            return
        steps = call.path.split("/", self._depth + 1)[1:]
        found = _walk(self._tree, _spelled(steps), 0, call.request.method)
        if found is None:
            raise _no_route(call)
        call.route, names = found
        for at, name in names:
            step = unquote(steps[at])
            if "/" in step:
                raise errors.not_found()
            call.names[name] = step


def _spelled(steps: list[str]) -> list[str]:
    """The steps as the tree holds them: those of Azure Resource Manager count in any case."""
    return [step.lower() for step in steps] if steps[0].lower() == "subscriptions" else steps


def _walk(node: dict, steps: list[str], start: int, method: str) -> tuple[Route, list[tuple[int, str]]] | None:
    """What the leaf below this node has; a step that is spelled out goes before one of any name."""
    for at in range(start, len(steps)):
        if not steps[at]:
            return None
        spelled, other = node.get(steps[at]), node.get(ANY)
        if spelled and other and (found := _walk(spelled, steps, at + 1, method)):
            return found
        node = other or spelled
        if not node:
            return None
    return node.get(END, {}).get(method)


def _no_route(call: Call) -> ServiceError:
    """Nothing at this path. An api-version in the wrong place is told before that, as the service does."""
    versioned = "api-version" in call.query
    if versioned and re.match(r"(/api/projects/[^/]+)?/openai/v1/", call.path):
        return errors.version_not_allowed()  # AzureOpenAI pointed at /openai/v1 comes here
    if not versioned and re.match(r"/api/projects/[^/]+/(?!openai/v1/)", call.path):
        return errors.version_required()  # the bare project endpoint as base_url comes here
    return errors.not_found()
