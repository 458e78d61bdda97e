"""Validate the mock's answers against published OpenAPI documents, where a folder with them is at hand.

    python tests/mock/validate_against_specs.py [FOLDER]

The folder holds azure-openai-v1.json (Microsoft's document of Azure OpenAI v1) and openai-openapi.json (OpenAI's). They
are large and not ours, so they are not part of this project; without them the script says what it skipped. What is known
to differ between the documents and recorded answers of the service is listed below, with its reason.
"""

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from helpers.exchange import Exchange, Headers
from helpers.mock.server import MockServer

DEFAULT = Path(__file__).resolve().parents[3] / "shared" / "reference" / "specs"
PROMPT = {"model": "gpt-4.1-mini", "input": "What is an AI application?"}
CHAT = {"model": "gpt-4.1-mini", "messages": [{"role": "user", "content": "What is an AI application?"}]}

# (end of the place, what is said about it): differences of the documents from what the service was recorded to send.
KNOWN = [
    ("input_tokens_details", "'cache_write_tokens' is a required property"),  # newer than the recordings of Azure
    ("prompt_cache_retention", "None is not one of"),  # this and the next two were recorded as null
    ("response/user", "None is not of type"),
    ("response/usage", "None is not of type"),
]


class Checker:
    """One document, made into a JSON schema: nullable becomes a type, oneOf becomes anyOf (unions overlap there)."""

    def __init__(self, path: Path):
        document = json.loads(path.read_text(encoding="utf-8"))
        self._paths = document["paths"]
        self._schema = {"components": _plain({"schemas": document["components"]["schemas"]})}

    def check(self, value: Any, schema: dict[str, Any]) -> list[str]:
        """What is wrong with the value, apart from what is known."""
        validator = jsonschema.Draft202012Validator({**_plain(schema), **self._schema})
        found = []
        for error in validator.iter_errors(value):
            for leaf in _leaves(error):
                place = "/".join(map(str, leaf.absolute_path))
                if not any(place.endswith(end) and words in leaf.message for end, words in KNOWN):
                    found.append(f"{place or '(top)'}: {leaf.message[:160]}")
        return found

    def event_schema(self, kind: str) -> dict[str, Any]:
        """The schema whose type is this event's: clearer than the union of all events."""
        for name, schema in self._schema["components"]["schemas"].items():
            if not name.startswith("Realtime") and schema.get("properties", {}).get("type", {}).get("enum") == [kind]:
                return {"$ref": f"#/components/schemas/{name}"}
        return {"not": {}, "description": f"there is no event {kind}"}

    def answer_schema(self, path: str, method: str) -> dict[str, Any]:
        content = self._paths[path][method]["responses"]["200"]["content"]
        return content["application/json"]["schema"]


def _plain(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {
        name: _plain(part) for name, part in schema.items() if name not in ("nullable", "discriminator", "example")
    }
    if "oneOf" in plain:
        plain["anyOf"] = plain.pop("oneOf")
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


def _leaves(error: jsonschema.ValidationError):
    """The errors inside an anyOf that come nearest to fitting; others as they are."""
    if not error.context:
        return [error]
    branches: dict[Any, list] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).extend(_leaves(inner))
    return min(branches.values(), key=len)


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    server = MockServer(port=0, speed="instant")
    for opened in server._sockets:
        opened.close()
    headers = Headers({"api-key": server.foundry.secrets.api_key})

    def ask(method: str, path: str, body: Any = None) -> Exchange:
        sent = json.dumps(body).encode() if body is not None else b""
        return server.foundry.answer(Exchange(method, f"https://localhost/openai/v1{path}", headers, sent))

    made = ask("POST", "/responses", PROMPT).response_json
    tool = {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}, "strict": True}
    azure = [
        ("/responses", "post", ask("POST", "/responses", PROMPT)),
        ("/responses", "post", ask("POST", "/responses", {**PROMPT, "tools": [tool]})),
        ("/responses/{response_id}", "get", ask("GET", f"/responses/{made['id']}")),
        ("/responses/{response_id}/input_items", "get", ask("GET", f"/responses/{made['id']}/input_items")),
        ("/responses/{response_id}", "delete", ask("DELETE", f"/responses/{made['id']}")),
        ("/chat/completions", "post", ask("POST", "/chat/completions", CHAT)),
        ("/embeddings", "post", ask("POST", "/embeddings", {"model": "text-embedding-3-large", "input": "x"})),
        ("/models", "get", ask("GET", "/models")),
    ]
    problems, skipped = [], []
    if (folder / "azure-openai-v1.json").is_file():
        checker = Checker(folder / "azure-openai-v1.json")
        for path, method, exchange in azure:
            problems += [
                f"{method} {path}: {e}"
                for e in checker.check(exchange.response_json, checker.answer_schema(path, method))
            ]
        events = _events(ask("POST", "/chat/completions", {**CHAT, "stream": True}))
        schema = {"$ref": "#/components/schemas/AzureCreateChatCompletionStreamResponse"}
        for event in events[1:]:  # the first one, without choices, is Azure's own and not in the document
            problems += [f"chat stream: {e}" for e in checker.check(event, schema)]
        print(f"azure-openai-v1.json: {len(azure)} answers and {len(events) - 1} events checked")
    else:
        skipped.append("azure-openai-v1.json")
    if (folder / "openai-openapi.json").is_file():
        checker = Checker(folder / "openai-openapi.json")
        events = _events(ask("POST", "/responses", {**PROMPT, "stream": True}))
        for event in events:
            problems += [
                f"stream {event['type']}: {e}" for e in checker.check(event, checker.event_schema(event["type"]))
            ]
        print(f"openai-openapi.json: {len(events)} events checked")
    else:
        skipped.append("openai-openapi.json")
    for name in skipped:
        print(f"skipped: {name} is not in {folder}; pass the folder that holds it")
    for problem in dict.fromkeys(problems):
        print(problem)
    return 1 if problems else 0


def _events(exchange: Exchange) -> list[dict[str, Any]]:
    lines = exchange.response_body.decode().split("\n")
    data = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    return [json.loads(one) for one in data if one != "[DONE]"]


if __name__ == "__main__":
    sys.exit(main())
