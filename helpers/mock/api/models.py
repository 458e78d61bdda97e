"""The base models of the region. Being listed does not mean being deployed."""

from collections.abc import Iterator
from typing import Any

from helpers.exchange import Exchange
from helpers.mock import access, catalog
from helpers.mock.access import OPENAI
from helpers.mock.call import Call, Route
from helpers.mock.parts import Parts
from helpers.mock.wire import errors, ids


def routes(parts: Parts) -> Iterator[Route]:
    for base, door in (("/openai/v1", access.RESOURCE_V1), ("/openai", access.RESOURCE_CHAT)):
        yield Route("GET", base + "/models", door, models, OPENAI + "models/read", "resource")
        yield Route("GET", base + "/models/<model>", door, model, OPENAI + "models/read", "resource")


def models(call: Call) -> Exchange:
    """GET /models: the base models of the region, not the deployments"""
    return call.ok({"object": "list", "data": [_model(name) for name in catalog.BASE_MODELS]})


def model(call: Call) -> Exchange:
    """GET /models/{name}"""
    name = call.names["model"]
    if name not in catalog.BASE_MODELS:
        raise errors.model_not_found(name)
    return call.ok(_model(name))


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": ids.timestamp(name), "owned_by": "system"}
