"""Who sees what: what is kept belongs to its project, and in a class to its learner."""

import json

import pytest

from helpers.exchange import Exchange, Headers
from helpers.mock.server import MockServer
from helpers.mock.tokens import AI_AUDIENCE, MANAGEMENT_AUDIENCES

PREVIEW = {"foundry-features": "MemoryStores=V1Preview"}
PROMPT_AGENT = {"definition": {"kind": "prompt", "model": "gpt-4o", "instructions": "Be brief."}}
MEMORY = {"name": "notes", "definition": {"kind": "default", "chat_model": "gpt-4o", "embedding_model": "x"}}


class Asker:
    """Requests to a foundry, without a socket: method, path and JSON in, status and JSON out."""

    def __init__(self, foundry, headers: dict[str, str]):
        self.foundry, self.headers = foundry, headers

    def __call__(self, method: str, path: str, body=None, **more: str):
        sent = Headers({**self.headers, **{name.replace("_", "-"): value for name, value in more.items()}})
        text = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        answer = self.foundry.answer(Exchange(method, f"https://localhost{path}", sent, text))
        return answer.status, answer.response_json


def upload(ask: Asker, base: str) -> dict:
    form = (
        b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nassistants\r\n--b\r\n'
        b'Content-Disposition: form-data; name="file"; filename="notes.txt"\r\n\r\nThe tide turns at noon.\r\n--b--\r\n'
    )
    return ask("POST", base + "/openai/v1/files", form, content_type="multipart/form-data; boundary=b")[1]


def everything(ask: Asker, project: str) -> dict[str, str]:
    """One thing of each kind, made in a project: the path of each."""
    base, made = f"/api/projects/{project}", {}
    assert ask("POST", f"{base}/agents/tutor/versions?api-version=v1", PROMPT_AGENT)[0] == 200
    made["agent"] = f"{base}/agents/tutor?api-version=v1"
    file = upload(ask, base)
    made["file"] = f"{base}/openai/v1/files/{file['id']}"
    store = ask("POST", f"{base}/openai/v1/vector_stores", {"name": "notes", "file_ids": [file["id"]]})[1]
    made["vector store"] = f"{base}/openai/v1/vector_stores/{store['id']}"
    container = ask("POST", f"{base}/openai/v1/containers", {"name": "box"})[1]
    made["container"] = f"{base}/openai/v1/containers/{container['id']}"
    assert ask("POST", f"{base}/memory_stores?api-version=v1", MEMORY)[0] == 200
    made["memory store"] = f"{base}/memory_stores/notes?api-version=v1"
    assert ask("POST", f"{base}/toolboxes/box/versions?api-version=v1", {"tools": [{"type": "web_search"}]})[0] == 200
    made["toolbox"] = f"{base}/toolboxes/box?api-version=v1"
    asked = {"model": "gpt-4o", "input": "What is an endpoint?"}
    made["response"] = f"{base}/openai/v1/responses/{ask('POST', f'{base}/openai/v1/responses', asked)[1]['id']}"
    conversation = ask("POST", f"{base}/openai/v1/conversations", {})[1]
    made["conversation"] = f"{base}/openai/v1/conversations/{conversation['id']}"
    return made


@pytest.fixture
def foundry():
    server = MockServer(port=0, speed="instant", other_sites=False)
    yield server.foundry
    server.stop()


@pytest.fixture
def ask(foundry):
    token, _ = foundry.issuer.token(AI_AUDIENCE)
    return Asker(foundry, {"authorization": f"Bearer {token}", **PREVIEW})


def test_what_one_project_keeps_no_other_project_of_the_resource_sees(foundry, ask):
    foundry.state.projects.add("second")
    made = everything(ask, "demo-project")
    for kind, path in made.items():
        assert ask("GET", path)[0] == 200, kind
        assert ask("GET", path.replace("demo-project", "second"))[0] == 404, kind
    for listing in ("agents?api-version=v1", "openai/v1/files", "openai/v1/vector_stores", "openai/v1/containers",
                    "memory_stores?api-version=v1", "toolboxes?api-version=v1"):  # fmt: skip
        assert len(ask("GET", f"/api/projects/demo-project/{listing}")[1]["data"]) == 1, listing
        assert ask("GET", f"/api/projects/second/{listing}")[1]["data"] == [], listing
    everything(ask, "second")  # the same names are free there
    assert ask("GET", "/api/projects/second/agents/tutor/versions?api-version=v1")[1]["data"][0]["version"] == "1"


def test_a_request_uses_the_files_stores_and_agents_of_its_own_project(foundry, ask):
    foundry.state.projects.add("second")
    made = everything(ask, "demo-project")
    store, container = (made[kind].rpartition("/")[2] for kind in ("vector store", "container"))
    for tools, says in (
        ([{"type": "file_search", "vector_store_ids": [store]}], store),
        ([{"type": "code_interpreter", "container": container}], "ontainer"),
        ([{"type": "memory_search_preview", "memory_store_name": "notes", "scope": "me"}], "notes"),
    ):
        asked = {"model": "gpt-4o", "input": "When does the tide turn?", "tools": tools}
        assert ask("POST", "/api/projects/demo-project/openai/v1/responses", asked)[0] == 200
        status, refused = ask("POST", "/api/projects/second/openai/v1/responses", asked)
        assert status in (400, 404)
        assert says in refused["error"]["message"]
    asked = {"input": "Hello", "agent_reference": {"type": "agent_reference", "name": "tutor"}}
    assert ask("POST", "/api/projects/demo-project/openai/v1/responses", asked)[0] == 200
    assert ask("POST", "/api/projects/second/openai/v1/responses", asked)[0] == 404


def test_what_a_project_kept_goes_with_it(foundry, ask):
    token, _ = foundry.issuer.token(MANAGEMENT_AUDIENCES[0])
    arm = Asker(foundry, {"authorization": f"Bearer {token}"})
    path = (
        "/subscriptions/5b5c0000-0000-4000-8000-0000000005b5/resourceGroups/demo-group/providers/"
        "Microsoft.CognitiveServices/accounts/demo-resource/projects/second?api-version=2025-06-01"
    )
    assert arm("PUT", path, {"location": "eastus2"})[0] == 201
    made = everything(ask, "second")
    assert arm("DELETE", path)[0] == 202
    assert arm("PUT", path, {"location": "eastus2"})[0] == 201
    assert {kind: ask("GET", path)[0] for kind, path in made.items()} == dict.fromkeys(made, 404)
