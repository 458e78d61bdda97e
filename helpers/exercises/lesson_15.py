"""Checks of 15_create_your_own_resource."""

import re

from helpers.exercises import exercise
from helpers.exercises.requests_sent import field, path, sent


def _refused(exchange) -> str | None:
    if exchange.status in (200, 201, 202):
        return None
    body = exchange.response_json or {}
    return f"Azure Resource Manager answered {exchange.status}: {body.get('error', {}).get('message', '')}".rstrip(": ")


@exercise("15.1")
def second_resource(response, manage):
    """A resource of another name, made with PUT and waited for."""
    if response is None:
        return (
            "there is nothing in it: wait_for gives nothing back, so store what manage returns, and then wait for it."
        )
    exchange = sent(response)
    if exchange.method != "PUT":
        return f"the method is {exchange.method}; things are made with PUT."
    name = path(exchange).rpartition("/accounts/")[2]
    if "/" in name or not name:
        return f"the path is {path(exchange)}; a resource ends in /accounts/<name>."
    if name == "my-foundry":
        return "that is the first resource's name; choose another one."
    properties = field(exchange, "properties") or {}
    if refused := _refused(exchange):
        given = properties.get("customSubDomainName") if isinstance(properties, dict) else None
        return f"{refused} (customSubDomainName was {given!r:.60}.)" if exchange.status == 409 else refused
    if properties.get("customSubDomainName") != name:
        said = f"customSubDomainName is {properties.get('customSubDomainName')!r:.60}; it should be as the name in the path."
        return f"{said} Once given it cannot be changed: take one name more, and write it in both places."
    if properties.get("allowProjectManagement") is not True:
        return "allowProjectManagement is not True, so it could hold no project."
    if field(exchange, "kind") != "AIServices":
        return f"the kind is {field(exchange, 'kind')!r:.40}; a Foundry resource is of the kind AIServices."
    state = manage("GET", path(exchange)).json().get("properties", {}).get("provisioningState")
    if state is None:
        return "it is gone again: leave it there until it is checked."
    return None if state == "Succeeded" else f"it is {state}: wait_for(second) waits until it is made."


@exercise("15.2")
def small_deployment(response, second):
    """A deployment called small, with a capacity of 5, in the resource that the second request has made."""
    exchange, resource = sent(response), path(sent(second))
    if exchange.method != "PUT":
        return f"the method is {exchange.method}; things are made with PUT."
    if "/projects/" in path(exchange):
        return f"the path is {path(exchange)}; a deployment belongs to the account, not to a project."
    if not path(exchange).endswith("/deployments/small"):
        return f"the path is {path(exchange)}; it should end in /accounts/<name>/deployments/small."
    if refused := _refused(exchange):
        return refused
    if "/accounts/my-foundry/" in path(exchange):
        return "that is in the first resource; put it into the second."
    if path(exchange).lower() != f"{resource}/deployments/small".lower():
        return f"that is not in the resource of 15.1: its path is {resource.rpartition('/providers/')[2]}."
    sku = field(exchange, "sku") or {}
    capacity = sku.get("capacity")
    if capacity != 5:
        return f"the capacity is {capacity!r:.40}; it counts thousands of tokens per minute, so 5,000 is 5."
    if not str(sku.get("name")).endswith("Standard"):
        return f"the sku is {sku.get('name')!r:.40}, whose capacity counts something else; tokens per minute are those of a Standard kind."
    model = ((field(exchange, "properties") or {}).get("model") or {}).get("name", "")
    if "embedding" in str(model) or "image" in str(model):
        return f"the model is {model}, which does not chat; take that of deployment."
    return None


@exercise("15.3")
def team(endpoint, shown):
    """The endpoint of the project team in the second resource; ``shown`` is how Resource Manager answers a GET of it."""
    if not isinstance(endpoint, str):
        return f"the endpoint is a text, a URL, not {type(endpoint).__name__}: take it out of properties.endpoints."
    found = re.fullmatch(r"https://([^./]+)\.services\.ai\.azure\.com/api/projects/([^/?#]+)/?", endpoint.strip())
    if not found:
        return f"{endpoint!r:.80} is no project endpoint: read 'AI Foundry API' of the project, not of the account."
    if found[2] != "team":
        return f"that is the project {found[2]!r:.40}; the task asks for team."
    if found[1] == "my-foundry":
        return "that is in the first resource; put the project into the second."
    if shown.status_code != 200:
        return f"Resource Manager says {shown.status_code} to a GET of the project team: PUT it into your second resource, and wait."
    properties = shown.json()["properties"]
    if properties["provisioningState"] != "Succeeded":
        return f"the project is still {properties['provisioningState']}: wait_for what the PUT returned."
    said = properties["endpoints"]["AI Foundry API"]
    return (
        None
        if endpoint.strip().rstrip("/") == said.rstrip("/")
        else f"Resource Manager shows {said!r:.90}; read it from there."
    )
