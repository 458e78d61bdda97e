"""What a project is connected to."""

from collections.abc import Iterator
from typing import Any

from helpers.exchange import Exchange
from helpers.mock import access, catalog
from helpers.mock.access import ASSETS_READ
from helpers.mock.call import Call, Route
from helpers.mock.parts import Parts
from helpers.mock.routes import HOME
from helpers.mock.wire import errors, headers, ids, paging

CONNECTIONS = (
    ("demo-openai", "AzureOpenAI", "https://demo-resource.openai.azure.com/", True, "ApiKey"),
    ("demo-insights", "AppInsights", "demo-insights", True, "ApiKey"),
    ("demo-storage", "AzureStorageAccount", "https://demostorage.blob.core.windows.net/", False, "AAD"),
    ("demo-custom", "CustomKeys", "_", False, "CustomKeys"),
)


def routes(parts: Parts) -> Iterator[Route]:
    base = HOME + "/connections"
    yield Route("GET", base, access.PROJECT, connected, ASSETS_READ)
    yield Route("GET", base + "/<connection>", access.PROJECT, one, ASSETS_READ)
    secret = base + "/<connection>/getConnectionWithCredentials"
    yield Route("POST", secret, access.PROJECT, with_credentials, ASSETS_READ)


def connected(call: Call) -> Exchange:
    """GET /connections, filtered by connectionType and defaultConnection"""
    kind, default = call.query.get("connectionType"), call.query.get("defaultConnection")
    found = [
        _connection(call, one)
        for one in CONNECTIONS
        if kind in (None, one[1]) and (default is None or (default.lower() == "true") == one[3])
    ]
    return call.ok(paging.by_link(found, call.query, call.request.url), more=headers.connections())


def one(call: Call) -> Exchange:
    """GET /connections/{name}, without secrets"""
    return call.ok(_connection(call, _named_connection(call)), more=headers.connections())


def with_credentials(call: Call) -> Exchange:
    """POST /connections/{name}/getConnectionWithCredentials"""
    one = _named_connection(call)
    shape = _connection(call, one)
    if one[1] == "AppInsights":  # the key is a connection string
        made_up = ids.request_id("insights", one[0])
        shape["credentials"]["key"] = f"InstrumentationKey={made_up};IngestionEndpoint=https://insights.example.com/"
    elif one[4] == "ApiKey":
        shape["credentials"]["key"] = "made-up-key-of-the-offline-mock"
    elif one[4] == "CustomKeys":
        shape["credentials"]["demo-key"] = "made-up-value-of-the-offline-mock"
    return call.ok(shape, more=headers.connections())


def _named_connection(call: Call) -> tuple:
    for one in CONNECTIONS:
        if one[0] == call.names["connection"]:
            return one
    raise errors.project_thing_not_found("Connection", call.names["connection"])


def _connection(call: Call, one: tuple) -> dict[str, Any]:
    name, kind, target, default, sign_in = one
    account = (
        f"/subscriptions/{catalog.SUBSCRIPTION_ID}/resourceGroups/{catalog.RESOURCE_GROUP}/providers/"
        f"Microsoft.CognitiveServices/accounts/{catalog.RESOURCE}"
    )
    return {
        "name": name,
        "id": f"{account}/projects/{call.names['project']}/connections/{name}",
        "type": kind,
        "target": target,
        "isDefault": default,
        "credentials": {"type": sign_in},
        "metadata": {"ApiType": "Azure", "ResourceId": account},
    }
