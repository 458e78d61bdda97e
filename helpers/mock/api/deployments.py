"""The deployments of a project: what was deployed under which name."""

from collections.abc import Iterator

from helpers.exchange import Exchange
from helpers.mock import access
from helpers.mock.access import ASSETS_READ
from helpers.mock.call import Call, Route
from helpers.mock.parts import Parts
from helpers.mock.routes import HOME
from helpers.mock.wire import errors, paging, shapes


def routes(parts: Parts) -> Iterator[Route]:
    deployments = Deployments(parts)
    yield Route("GET", HOME + "/deployments", access.PROJECT, deployments.all, ASSETS_READ)
    yield Route("GET", HOME + "/deployments/<deployment>", access.PROJECT, deployments.one, ASSETS_READ)


class Deployments:
    """The handlers of ``/deployments``."""

    def __init__(self, parts: Parts):
        self._state = parts.state

    def all(self, call: Call) -> Exchange:
        """GET /deployments, filtered by modelName, modelPublisher and deploymentType"""
        model, publisher = call.query.get("modelName"), call.query.get("modelPublisher")
        found = [
            shapes.deployment(one)
            for one in self._state.deployments.values()
            if model in (None, one.model.name)
            and publisher in (None, one.model.publisher)
            and call.query.get("deploymentType") in (None, "ModelDeployment")
        ]
        return call.ok(paging.by_link(found, call.query, call.request.url))

    def one(self, call: Call) -> Exchange:
        """GET /deployments/{name}"""
        found = self._state.deployments.get(call.names["deployment"])
        if found is None:
            raise errors.project_thing_not_found("Deployment", call.names["deployment"])
        return call.ok(shapes.deployment(found))
