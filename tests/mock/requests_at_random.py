"""Random and mutated requests, the same for the same seed. As a program it sends many and prints what came of them:

python -m tests.mock.requests_at_random 100000
"""

import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from helpers.exchange import Exchange, Headers
from helpers.mock import catalog, tokens
from helpers.mock.server import MockServer

HOME = f"/api/projects/{catalog.PROJECT}"
GROUP = f"/subscriptions/{catalog.SUBSCRIPTION_ID}/resourceGroups/{catalog.RESOURCE_GROUP}/providers/Microsoft.CognitiveServices"
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}, "next": {"$ref": "#"}}, "required": ["city"]}
TOOL = {"type": "function", "name": "look", "description": "x", "parameters": SCHEMA}
MESSAGE = {"role": "user", "content": "What is an endpoint?"}
# method, path, and a body that is right: what is sent is this, or this with something changed
RIGHT = [
    ("POST", "/openai/v1/responses", {"model": "gpt-4.1-mini", "input": "What is an endpoint?", "metadata": {"a": "b"}}),
    ("POST", "/openai/v1/responses", {"model": "gpt-4o", "input": [MESSAGE], "tools": [TOOL], "tool_choice": "required"}),
    ("POST", "/openai/v1/responses", {"model": "gpt-5-mini", "input": "x", "text": {"format": {"type": "json_schema", "name": "a", "schema": SCHEMA}}}),
    ("POST", "/openai/v1/responses", {"model": "gpt-4.1-mini", "input": "x", "stream": True, "background": True, "max_output_tokens": 20}),
    ("POST", HOME + "/openai/v1/responses", {"model": "gpt-4.1-mini", "input": "x", "store": True}),
    ("POST", HOME + "/openai/responses?api-version=2025-11-15-preview", {"model": "gpt-4.1-mini", "input": "x"}),
    ("GET", "/openai/v1/responses/resp_x/input_items?limit=3&order=asc", None),
    ("POST", "/openai/v1/chat/completions", {"model": "gpt-4o", "messages": [MESSAGE], "n": 2, "stop": ["a"], "temperature": 1}),
    ("POST", "/openai/v1/chat/completions", {"model": "gpt-4o", "messages": [MESSAGE, {"role": "assistant", "tool_calls": [{"id": "a", "type": "function", "function": {"name": "look", "arguments": "{}"}}]}, {"role": "tool", "tool_call_id": "a", "content": "{}"}]}),
    ("POST", "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21", {"messages": [MESSAGE], "stream": True}),
    ("POST", "/openai/v1/embeddings", {"model": "text-embedding-3-large", "input": ["a", "b"], "dimensions": 8}),
    ("GET", "/openai/v1/models", None),
    ("GET", "/openai/models?api-version=2024-10-21", None),
    ("POST", HOME + "/openai/v1/conversations", {"items": [MESSAGE], "metadata": {"a": "b"}}),
    ("GET", HOME + "/openai/v1/files", None),
    ("GET", HOME + "/deployments?api-version=v1&top=2", None),
    ("GET", HOME + "/connections?api-version=v1", None),
    ("POST", HOME + "/agents/planner/versions?api-version=v1", {"definition": {"kind": "prompt", "model": "gpt-4o", "tools": [TOOL]}}),
    ("GET", HOME + "/agents?api-version=v1&limit=2", None),
    ("PATCH", HOME + "/agents/planner?api-version=v1", {"agent_endpoint": {"version_selector": {"version_selection_rules": [{"type": "FixedRatio", "agent_version": "1", "traffic_percentage": 100}]}}}),
    ("POST", HOME + "/openai/v1/responses", {"input": "x {{city}}", "agent_reference": {"type": "agent_reference", "name": "planner"}, "structured_inputs": {"city": "Oslo"}}),
    ("POST", HOME + "/openai/v1/responses", {"model": "gpt-4o", "input": "x", "tools": [{"type": "web_search"}, {"type": "code_interpreter", "container": {"type": "auto"}}], "stream": True}),
    ("POST", HOME + "/openai/v1/responses", {"model": "gpt-4o", "input": [{"type": "mcp_approval_response", "approve": True, "approval_request_id": "mcpr_x"}], "tools": [{"type": "mcp", "server_label": "a", "server_url": "https://example.com", "require_approval": {"never": {"tool_names": ["a"]}}}]}),
    ("POST", HOME + "/openai/v1/responses", {"model": "gpt-4o", "input": "x", "tools": [{"type": "openapi", "openapi": {"name": "a", "spec": {"paths": {"/": {"get": {"operationId": "b", "parameters": [{"name": "c", "schema": {"type": "string"}}]}}}}}}]}),
    ("POST", HOME + "/openai/v1/responses/compact", {"model": "gpt-4o", "input": [MESSAGE]}),
    ("POST", HOME + "/openai/v1/responses/input_tokens", {"model": "gpt-4o", "input": [MESSAGE], "tools": [TOOL]}),
    ("POST", HOME + "/openai/v1/vector_stores", {"name": "a", "file_ids": [], "expires_after": {"anchor": "last_active_at", "days": 1}}),
    ("POST", HOME + "/openai/v1/vector_stores/vs_x/search", {"query": "a", "max_num_results": 3}),
    ("POST", HOME + "/openai/v1/containers", {"name": "a", "expires_after": {"minutes": 5}}),
    ("POST", HOME + "/memory_stores?api-version=v1", {"name": "a", "definition": {"kind": "default", "chat_model": "a", "embedding_model": "b"}}),
    ("POST", HOME + "/memory_stores/a:update_memories?api-version=v1", {"scope": "a", "items": [MESSAGE]}),
    ("POST", HOME + "/memory_stores/a:search_memories?api-version=v1", {"scope": "a", "items": [MESSAGE], "options": {"max_memories": 2}}),
    ("POST", HOME + "/toolboxes/a/versions?api-version=v1", {"description": "x", "tools": [{"type": "mcp", "server_label": "a"}]}),
    ("PATCH", HOME + "/toolboxes/a?api-version=v1", {"default_version": "1"}),
    ("GET", GROUP.partition("/resourceGroups")[0] + "/providers/Microsoft.CognitiveServices/deletedAccounts?api-version=2025-06-01", None),
    ("POST", HOME + "/agents/planner/endpoint/protocols/openai/responses?api-version=v1", {"input": "x"}),
    ("PUT", GROUP + "/accounts/one?api-version=2025-06-01", {"location": "eastus2", "kind": "AIServices", "properties": {}}),
    ("PUT", GROUP + f"/accounts/{catalog.RESOURCE}/deployments/two?api-version=2025-06-01", {"sku": {"name": "Standard", "capacity": 1}, "properties": {"model": {"format": "OpenAI", "name": "gpt-4o"}}}),
    ("GET", GROUP + "/accounts?api-version=2025-06-01", None),
    ("GET", "/msi/token?api-version=2019-08-01&resource=https://ai.azure.com", None),
    ("GET", f"/{catalog.TENANT_ID}/v2.0/.well-known/openid-configuration", None),
]  # fmt: skip
VALUES = [
    None, True, False, 0, -1, 1, 2**63, 1e300, 0.5, "", "x", "x" * 1000, "\u0000", "é\U0001f600", [], {}, [[]], [{}], [None], {"": ""},
    {"type": "message"}, MESSAGE, [MESSAGE], TOOL, [TOOL], SCHEMA, {"type": "json_schema"}, {"id": "conv_x"}, "gpt-4.1-mini", "auto",
    {"type": "string", "pattern": "(a|a)*b^"}, {"$ref": "#/x"}, {"type": ["null", "string"]}, {"enum": []}, {"minItems": 10**9, "type": "array"},
]  # fmt: skip


def _mutated(value, source: random.Random):
    """The value with one thing in it changed: replaced, taken out, doubled, or moved to another name."""
    if isinstance(value, dict) and value and source.random() < 0.8:
        name = source.choice(list(value))
        if source.random() < 0.2:
            return {one: part for one, part in value.items() if one != name}
        if source.random() < 0.1:
            return {**value, source.choice(["x", "model", "input", "type", name.upper()]): source.choice(VALUES)}
        return {**value, name: _mutated(value[name], source)}
    if isinstance(value, list) and value and source.random() < 0.7:
        at = source.randrange(len(value))
        return [*value[:at], _mutated(value[at], source), *value[at + source.randrange(2) :]]
    return source.choice(VALUES)


def requests_at_random(count: int, seed: int, server: MockServer) -> Iterator[Exchange]:
    """``count`` requests; about half of them are right but for one or two changes in the body."""
    source = random.Random(seed)
    issuer, key = server.foundry.issuer, server.foundry.secrets.api_key
    bearers = {audience: issuer.token(audience)[0] for audience in tokens.AUDIENCES}
    for _ in range(count):
        method, path, body = source.choice(RIGHT)
        audience = tokens.MANAGEMENT_AUDIENCES[0] if path.startswith("/sub") else tokens.AI_AUDIENCE
        headers = {"Authorization": f"Bearer {bearers[audience]}", "Content-Type": "application/json"}
        headers["X-IDENTITY-HEADER"] = server.foundry.secrets.identity_header
        headers["Foundry-Features"] = "MemoryStores=V1Preview,WorkflowAgents=V1Preview"
        for _ in range(source.choice([0, 1, 1, 1, 2])):
            body = _mutated(body, source)
        text = b"" if body is None else json.dumps(body).encode()
        kind = source.random()
        if kind < 0.1:
            headers = source.choice([{}, {"api-key": key}, {"Authorization": "Bearer a.b.c"}, {"api-key": "x" * 84}])
        elif kind < 0.15:
            method = source.choice(["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "X"])
        elif kind < 0.2:
            path = source.choice(
                [
                    "",
                    "/",
                    "//",
                    "/%00",
                    "/openai",
                    path + "/",
                    path + "/x",
                    path[1:],
                    path.replace("/", "//"),
                    path[:-3],
                ]
            )
        elif kind < 0.25:
            text = text[: source.randrange(len(text) + 1)] + source.randbytes(3)
        elif kind < 0.28:
            path += ("&" if "?" in path else "?") + source.choice(
                ["api-version=x", "limit=-1", "after=x", "top=0", "skip=9", "a=%ff"]
            )
        yield Exchange(method, f"https://localhost{path}", Headers(headers), text)


class Sent(NamedTuple):
    """What came of them: how many reached a handler, how often each status, the slowest (seconds of CPU, method, URL), and the
    answers that were a 5xx."""

    reached: int
    statuses: Counter
    slowest: list[tuple[float, str, str]]
    failed: list[Exchange]


def send(count: int, seed: int) -> Sent:
    """Straight into the core, where all decisions are; the sockets have tests of their own."""
    server = MockServer(port=0)
    foundry, handled = server.foundry, Counter()  # counted and not kept: Python would look through them again and again
    foundry._stages = (*foundry._stages, lambda call: handled.update("x"))  # the last stage before the handler
    statuses, slowest, failed = Counter(), [], []
    for request in requests_at_random(count, seed, server):
        start = time.thread_time()
        answer = foundry.answer(request)
        took = time.thread_time() - start
        if len(slowest) < 3 or took > slowest[-1][0]:
            slowest = sorted([(took, request.method, request.url), *slowest], reverse=True)[:3]
        statuses[answer.status] += 1
        failed += [answer] if answer.status >= 500 else []
    server.stop()
    return Sent(handled.total(), statuses, slowest, failed)


def main(count: int) -> None:
    sent = send(count, 1)
    print(
        f"{count:,} requests, {sent.reached / count:.0%} reached a handler, statuses {dict(sorted(sent.statuses.items()))}"
    )
    for seconds, method, url in sent.slowest:
        print(f"  {seconds * 1000:6.1f} ms of CPU  {method} {url}")
    for answer in sent.failed[:5]:
        print(f"  FAILED {answer.method} {answer.url} {answer.request_body!r:.300} {answer.response_body!r:.300}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
