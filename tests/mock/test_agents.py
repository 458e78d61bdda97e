"""Agents as the project keeps them, and hosted tools as items on the wire: with the SDKs, and raw where they hide it."""

import base64
import io
import json
import re

import jsonschema
import openai
import pytest
from azure.ai.projects.models import PromptAgentDefinition
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from helpers.mock import catalog
from helpers.mock.model.recordings import Recordings
from tests.conftest import beginning

MODEL = catalog.DEFAULT_DEPLOYMENT
QUESTION = "What is an endpoint?"
# The fields of a real version and a real agent (recorded 2026-07-01), with those that azure-ai-projects 2.10.0 adds.
VERSION_FIELDS = set(
    "metadata object id name version description created_at definition status instance_identity blueprint "
    "blueprint_reference agent_guid".split()
)
AGENT_FIELDS = set(
    "object id name state configuration_state versions agent_endpoint instance_identity blueprint blueprint_reference".split()
)
AGENT_HEADERS = set(
    "access-control-expose-headers api-supported-versions apim-request-id azureml-served-by-cluster content-type "
    "request-context strict-transport-security vary x-content-type-options x-ms-region x-ms-response-type x-request-id".split()
)


@pytest.fixture
def agent(projects):
    """A function: a definition in, the agent's name out. It is gone after the test."""
    made = []

    def make(name: str = "my-agent", **definition) -> str:
        projects.agents.create_version(name, definition=PromptAgentDefinition(model=MODEL, **definition))
        made.append(name)
        return name

    yield make
    for name in set(made):
        projects.agents.delete(name)


def reference(name: str, **more) -> dict:
    return {"agent_reference": {"type": "agent_reference", "name": name, **more}}


# -- agents --------------------------------------------------------------------------------------------------------------
def test_an_agent_has_every_field_of_a_real_one(session, project, bearer, agent):
    agent("whole", instructions="Be brief.")
    one = session.get(project + "/agents/whole?api-version=v1", headers=bearer())
    assert set(one.json()) == AGENT_FIELDS
    assert set(one.json()["versions"]["latest"]) == VERSION_FIELDS
    assert set(one.json()["agent_endpoint"]) == {
        "version_selector", "protocols", "protocol_configuration", "authorization_schemes",
    }  # fmt: skip
    assert {name.lower() for name in one.headers} >= AGENT_HEADERS
    assert re.fullmatch(r"[0-9a-f]{32}", one.headers["x-request-id"])
    empty = session.get(project + "/agents?api-version=v1&kind=hosted", headers=bearer()).json()
    assert empty == {"data": [], "has_more": False, "object": "list"}


def test_agents_take_the_key_as_recorded_and_their_endpoint_does_not(session, project, key, agent):
    body = {"definition": {"kind": "prompt", "model": MODEL}}
    made = session.post(project + "/agents/keyed/versions?api-version=v1", headers=key, json=body)
    assert made.status_code == 200
    own = project + "/agents/keyed/endpoint/protocols/openai/responses?api-version=v1"
    assert session.post(own, headers=key, json={"input": QUESTION}).status_code == 401
    assert session.delete(project + "/agents/keyed?api-version=v1", headers=key).status_code == 200


def test_traffic_goes_to_the_version_that_was_chosen(projects, agent, session, project, bearer):
    for words in ("One.", "Two."):
        agent("chosen", instructions=words)
    rule = {"type": "FixedRatio", "agent_version": "1", "traffic_percentage": 100}
    patch = {"agent_endpoint": {"version_selector": {"version_selection_rules": [rule]}}}
    url = project + "/agents/chosen?api-version=v1"
    patched = session.patch(url, headers={**bearer(), "Content-Type": "application/merge-patch+json"}, json=patch)
    assert patched.status_code == 200
    assert session.get(url, headers=bearer()).json() == patched.json()
    with projects.get_openai_client(agent_name="chosen") as own:
        assert own.responses.create(input=QUESTION).instructions == "One."
    for wrong in ([], [{**rule, "agent_version": "9"}], [{**rule, "traffic_percentage": 50}]):
        patch["agent_endpoint"]["version_selector"]["version_selection_rules"] = wrong
        assert session.patch(url, headers=bearer(), json=patch).json()["error"]["code"] == "invalid_payload"


def test_a_disabled_agent_answers_nobody_until_it_is_enabled(session, project, bearer, client, agent):
    agent("off", instructions="x")
    for what, state in (("disable", "disabled"), ("enable", "enabled")):
        for _ in range(2):  # once more changes nothing
            switched = session.post(f"{project}/agents/off:{what}?api-version=v1", headers=bearer())
            assert (switched.status_code, switched.content) == (204, b"")
        shown = session.get(project + "/agents/off?api-version=v1", headers=bearer()).json()
        assert (shown["state"], shown["configuration_state"]) == (state, state)
        if state == "disabled":
            with pytest.raises(openai.PermissionDeniedError, match="disabled"):
                client.responses.create(input=QUESTION, extra_body=reference("off"))
    assert client.responses.create(input=QUESTION, extra_body=reference("off")).output
    assert session.post(project + "/agents/nobody:enable?api-version=v1", headers=bearer()).status_code == 404


@pytest.mark.parametrize("name", ["my_agent", "my agent", "-a", "a-", "a" * 64, "é"])
def test_a_name_that_no_agent_can_have(session, project, bearer, name):
    body = {"definition": {"kind": "prompt", "model": MODEL}}
    answer = session.post(f"{project}/agents/{name}/versions?api-version=v1", headers=bearer(), json=body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["type"]) == ("invalid_parameters", "invalid_request_error")
    assert error["message"].startswith("Must start and end with alphanumeric characters")
    assert error["additionalInfo"]["request_id"] == answer.headers["x-request-id"]


def test_names_that_agents_can_have(agent):
    for name in ("a", "My-Agent-2", "a" * 63):
        agent(name)


def test_what_an_agent_answers_that_is_not_there(session, project, bearer):
    answer = session.get(project + "/agents/nobody?api-version=v1", headers=bearer())
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert set(answer.json()["error"]) == {"code", "message", "type", "details", "additionalInfo"}


def test_the_old_property_and_what_an_agent_says_itself_are_refused(session, project, bearer, agent):
    agent("plain", instructions="x")
    url = project + "/openai/v1/responses"
    old = {"input": QUESTION, "agent": {"type": "agent_reference", "name": "plain"}}
    error = session.post(url, headers=bearer(), json=old).json()["error"]
    assert (error["code"], error["message"]) == (
        "invalid_payload",
        "The 'agent' property is deprecated. Use 'agent_reference' instead.",
    )
    dated = session.post(project + "/openai/responses?api-version=2025-11-15-preview", headers=bearer(), json=old)
    named = {"type": "agent_id", "name": "plain", "version": "1"}
    assert dated.json()["agent"] == named
    item = dated.json()["output"][-1]
    assert (list(item)[:3], item["created_by"]) == (["type", "id", "created_by"], {"agent": named})
    assert not {"agent_reference", "response_id"} & set(item)
    for more in ({"tools": [{"type": "web_search"}]}, {"text": {"format": {"type": "text"}}}):
        error = session.post(url, headers=bearer(), json={"input": QUESTION, **reference("plain"), **more}).json()[
            "error"
        ]
        assert (error["code"], error["message"]) == ("invalid_payload", "Not allowed when agent is specified.")
    assert session.post(url, headers=bearer(), json={"input": QUESTION, **reference("plain")}).status_code == 200


@pytest.mark.parametrize(
    ("definition", "status", "code"),
    [
        ({"kind": "workflow", "workflow": "x"}, 403, "preview_feature_required"),
        ({"kind": "prompt"}, 400, "invalid_payload"),
        ({"kind": "robot"}, 400, "invalid_payload"),
        ({"kind": "prompt", "model": MODEL, "tools": [{"type": "telepathy"}]}, 400, "invalid_payload"),
        ({"kind": "prompt", "model": MODEL, "tools": [{"type": "web_search"}] * 129}, 400, "tool_limit_exceeded"),
        ({"kind": "prompt", "model": MODEL, "tools": [{"type": "mcp", "server_label": "{{a}}", "server_url": "{{b}}"}]}, 400, "invalid_payload"),
    ],
)  # fmt: skip
def test_a_definition_that_cannot_be(session, project, bearer, definition, status, code):
    url = project + "/agents/odd/versions?api-version=v1"
    answer = session.post(url, headers=bearer(), json={"definition": definition})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ({"temperature": 2.1}, {"temperature": 2}),
        ({"top_p": -0.1}, {"top_p": 0}),
        ({"reasoning": {"effort": "ultra"}}, {"reasoning": {"effort": "low"}}),
        ({"tool_choice": "perhaps"}, {"tool_choice": "auto"}),
    ],
)
def test_what_a_definition_may_hold(session, project, bearer, wrong, right):
    url = project + "/agents/bounds/versions?api-version=v1"
    for change, status in ((wrong, 400), (right, 200)):
        definition = {"kind": "prompt", "model": MODEL, **change}
        answer = session.post(url, headers=bearer(), json={"definition": definition})
        assert answer.status_code == status, answer.text
    session.delete(project + "/agents/bounds?api-version=v1", headers=bearer())


def test_each_place_in_a_tool_has_its_structured_input(session, project, bearer):
    """Recorded 2026-03-31: two places, one of them known. A refusal of the body has no request id among its headers, others do."""
    url = project + "/agents/filler/versions?api-version=v1"
    mcp = {"type": "mcp", "server_label": "{{label}}", "server_url": "{{ServerUrl}}", "require_approval": "always"}
    definition = {"kind": "prompt", "model": MODEL, "tools": [mcp]}
    rule = {"description": "x", "required": True, "schema": {"type": "string"}}
    refused, made = (
        session.post(url, headers=bearer(), json={"definition": {**definition, "structured_inputs": inputs}})
        for inputs in ({"label": rule}, {"label": rule, "ServerUrl": rule})
    )
    assert (refused.status_code, refused.json()["error"]["message"]) == (400, "The supplied value is invalid.")
    assert made.status_code == 200
    behind = {"azureml-served-by-cluster", "request-context", "vary", "x-ms-response-type"}
    assert behind <= set(refused.headers)
    assert not {"api-supported-versions", "x-request-id"} & set(refused.headers)
    preview = session.post(url, headers=bearer(), json={"definition": {"kind": "workflow", "workflow": "x"}})
    assert preview.status_code == 403
    assert {*behind, "api-supported-versions"} <= set(preview.headers)
    assert preview.headers["x-request-id"] == preview.json()["error"]["additionalInfo"]["request_id"]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ({str(at): "x" for at in range(17)}, {str(at): "x" for at in range(16)}),
        ({"k": "x" * 513}, {"k": "x" * 512}),
        ({"k" * 65: "x"}, {"k" * 64: "x"}),
    ],
)
def test_what_metadata_may_hold_is_told_by_the_project_service(session, project, bearer, wrong, right):
    url, body = project + "/agents/marked/versions?api-version=v1", {"definition": {"kind": "prompt", "model": MODEL}}
    refused = session.post(url, headers=bearer(), json={**body, "metadata": wrong})
    assert refused.status_code == 400
    assert set(refused.json()["error"]) == {"code", "message", "param", "type", "details", "additionalInfo"}
    assert session.post(url, headers=bearer(), json={**body, "metadata": right}).status_code == 200


def test_workflows_are_kept_and_not_run(session, project, bearer):
    url, headers = (
        project + "/agents/flow/versions?api-version=v1",
        {**bearer(), "Foundry-Features": "WorkflowAgents=V1Preview"},
    )
    made = session.post(url, headers=headers, json={"definition": {"kind": "workflow", "workflow": "kind: workflow"}})
    assert made.status_code == 200
    answer = session.post(project + "/openai/v1/responses", headers=bearer(), json={"input": "x", **reference("flow")})
    assert "does not run workflows" in answer.json()["error"]["message"]
    session.delete(project + "/agents/flow?api-version=v1", headers=bearer())


def test_the_quickstart_makes_an_agent_by_post(session, project, bearer):
    body = {"name": "quick", "definition": {"kind": "prompt", "model": MODEL}}
    assert session.post(project + "/agents?api-version=v1", headers=bearer(), json=body).status_code == 404
    made = session.post(project + "/agents?api-version=2025-11-15-preview", headers=bearer(), json=body)
    assert (made.status_code, made.json()["versions"]["latest"]["version"]) == (200, "1")
    session.delete(project + "/agents/quick?api-version=v1", headers=bearer())


def test_an_agent_shapes_the_answer(client, agent):
    wanted = {"type": "json_schema", "name": "City", "schema": {
        "type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"], "additionalProperties": False,
    }}  # fmt: skip
    agent("shaper", instructions="Answer about {{city}}.", text={"format": wanted}, reasoning={"effort": "low"},
          structured_inputs={"city": {"description": "Which", "required": True, "schema": {"type": "string"}}})  # fmt: skip
    with pytest.raises(openai.BadRequestError, match="structured_inputs"):
        client.responses.create(input="Tell me", extra_body=reference("shaper"))
    answer = client.responses.create(
        input="Tell me", extra_body={**reference("shaper"), "structured_inputs": {"city": 'O"slo'}}
    )
    assert answer.instructions == 'Answer about O"slo.'
    assert answer.text.format.strict is True, "added by the service"
    jsonschema.validate(json.loads(answer.output_text), wanted["schema"])
    assert [item.type for item in answer.output] == ["reasoning", "message"]
    for item in answer.output:
        assert item.model_extra["agent_reference"] == {"type": "agent_reference", "name": "shaper", "version": "1"}
        assert item.model_extra["response_id"] == answer.id


def test_a_stream_begins_before_anything_is_settled(session, project, bearer):
    """Recorded 2026-03-31: what the request leaves to the service is null in the first event."""
    url, body = project + "/openai/v1/responses", {"model": MODEL, "input": QUESTION, "stream": True}
    tool = {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}}
    for more, reasoning, choice in (
        ({}, {"effort": None, "summary": None}, None),
        ({"reasoning": {"effort": "low"}}, {"effort": "low", "context": "current_turn"}, None),
        ({"tools": [tool], "tool_choice": "required"}, {"effort": None, "summary": None}, "required"),
    ):
        events = session.post(url, headers=bearer(), json={**body, **more}).text.split("\n\n")
        first, last = (json.loads(event.partition("data: ")[2])["response"] for event in (events[0], events[-2]))
        assert (first["reasoning"], first["tool_choice"]) == (reasoning, choice)
        assert (first["frequency_penalty"], first["presence_penalty"]) == (0.0, 0.0)
        assert (last["reasoning"]["effort"], last["tool_choice"]) == (reasoning["effort"] or "none", choice or "auto")


def test_a_conversation_is_answered_without_an_input(client, agent):
    agent("talker", instructions="x")
    items = [{"type": "message", "role": "user", "content": QUESTION}]
    conversation = client.conversations.create(items=items)
    first = client.responses.create(conversation=conversation.id, extra_body=reference("talker"))
    assert first.id[5:21] == conversation.id[5:21], "ids in one conversation share their first digits"
    kinds = [(item.type, item.role) for item in client.conversations.items.list(conversation.id, order="asc")]
    assert kinds == [("message", "user"), ("message", "assistant")]
    with pytest.raises(openai.BadRequestError, match="input"):  # the assistant spoke last: there is nothing to answer
        client.responses.create(conversation=conversation.id, extra_body=reference("talker"))
    client.conversations.items.create(conversation.id, items=items)
    second = client.responses.create(conversation=conversation.id, model=MODEL)
    assert second.usage.input_tokens > first.usage.input_tokens


# -- hosted tools --------------------------------------------------------------------------------------------------------
def ask(client, tools: list, question: str = "Look it up", **more):
    return client.responses.create(model=MODEL, input=question, tools=tools, **more)


def stream(client, tools: list, question: str = "Look it up", **more) -> list:
    return list(client.responses.create(model=MODEL, input=question, tools=tools, stream=True, **more))


def kinds(events: list) -> list[str]:
    """The types of the events, each run of equal ones once, without the text."""
    found = [event.type.removeprefix("response.") for event in events]
    return [kind for at, kind in enumerate(found) if at == 0 or kind != found[at - 1]]


TEXT = ["output_item.added", "content_part.added", "output_text.delta"]
END = ["output_text.done", "content_part.done", "output_item.done", "completed"]


def test_a_web_search_with_its_source(client):
    answer = ask(client, [{"type": "web_search"}])
    search, message = answer.output
    assert search.id.startswith("ws_")
    assert search.action.query == "Look it up"
    (note,) = message.content[0].annotations
    cited = message.content[0].text[note.start_index : note.end_index]
    assert (note.type, note.url in cited, cited[0], cited[-1]) == ("url_citation", True, "(", ")")
    events = stream(client, [{"type": "web_search"}])
    assert kinds(events) == [
        "created", "in_progress", "output_item.added", "web_search_call.in_progress", "web_search_call.searching",
        "web_search_call.completed", "output_item.done", *TEXT, "output_text.annotation.added", *END,
    ]  # fmt: skip
    assert answer.tools[0].search_context_size == "medium"
    assert not ask(client, [{"type": "web_search"}], tool_choice="none").output[0].type.startswith("web")


FJORD = "# Oslo\nOslo lies at the end of a fjord.\n\n# Bergen\nIn Bergen it rains on most days.\n"


@pytest.fixture
def store(client):
    """A function: a text in, the id of a vector store with it out."""

    def fill(text: str) -> str:
        made = client.vector_stores.create(name="notes")
        assert (made.status, made.file_counts.total) == ("completed", 0)
        file = client.vector_stores.files.upload_and_poll(
            vector_store_id=made.id, file=("notes.md", io.BytesIO(text.encode()))
        )
        assert file.status == "completed"
        return made.id

    return fill


def test_a_file_search_finds_what_was_uploaded_and_an_edited_file_changes_the_answer(client, store):
    tools = [{"type": "file_search", "vector_store_ids": [store(FJORD)]}]
    answer = ask(client, tools, "Where does it rain?", include=["file_search_call.results"])
    search, message = answer.output
    assert search.queries == ["Where does it rain?"]
    assert "rains on most days" in search.results[0].text
    assert "rains on most days" in answer.output_text
    assert "fjord" not in answer.output_text
    (note,) = message.content[0].annotations
    assert (note.type, note.filename) == ("file_citation", "notes.md")
    edited = [{"type": "file_search", "vector_store_ids": [store(FJORD.replace("Bergen", "Vardø"))]}]
    assert "Vardø" in ask(client, edited, "Where does it rain?").output_text
    assert "no passage" in ask(client, tools, "quantum chromodynamics").output_text
    assert ask(client, tools, "Where does it rain?").output[0].results is None
    assert kinds(stream(client, tools, "Where does it rain?"))[2:7] == [
        "output_item.added", "file_search_call.in_progress", "file_search_call.searching", "file_search_call.completed",
        "output_item.done",
    ]  # fmt: skip


def test_no_recording_stands_in_for_a_search_in_a_file_that_may_have_changed(client, store, monkeypatch):
    monkeypatch.setattr(Recordings, "find", lambda self, *prompt: next(iter(self)))
    tools = [{"type": "file_search", "vector_store_ids": [store(FJORD)]}]
    searched, recorded = (ask(client, tools, "Where does it rain?", tool_choice=one) for one in ("auto", "none"))
    assert "rains on most days" in searched.output_text
    assert "rains" not in recorded.output_text
    with pytest.raises(openai.NotFoundError, match="vs_nothing"):  # and a recording hides no store that is missing
        ask(client, [{"type": "file_search", "vector_store_ids": ["vs_nothing"]}], "Hello", tool_choice="none")


def test_vector_stores_from_birth_to_death(client, session, project, bearer, control_forward):
    file = client.files.create(file=("notes.md", FJORD.encode()), purpose="assistants")
    assert (file.status, file.id[:10]) == ("processed", "assistant-")
    made = client.vector_stores.create(
        name="a", file_ids=[file.id], expires_after={"anchor": "last_active_at", "days": 1}
    )
    assert (made.status, made.file_counts.in_progress) == ("in_progress", 1)
    assert [client.vector_stores.retrieve(made.id).status for _ in range(2)] == ["in_progress", "completed"]
    found = client.vector_stores.search(made.id, query="fjord").data
    assert [one.file_id for one in found] == [file.id]
    assert "fjord" in found[0].content[0].text
    batch = client.vector_stores.file_batches.create_and_poll(made.id, file_ids=[file.id])
    assert (batch.status, batch.file_counts.completed) == ("completed", 1)
    assert [one.id for one in client.vector_stores.files.list(made.id)] == [file.id]
    changed = client.vector_stores.files.update(file.id, vector_store_id=made.id, attributes={"year": 2026})
    assert (
        client.vector_stores.search(made.id, query="fjord").data[0].attributes == changed.attributes == {"year": 2026}
    )
    with pytest.raises(openai.BadRequestError, match="attributes"):
        client.vector_stores.files.update(file.id, vector_store_id=made.id, attributes=None)
    assert client.vector_stores.files.delete(file.id, vector_store_id=made.id).deleted
    assert client.vector_stores.search(made.id, query="fjord").data == []
    binary = client.files.create(file=("a.bin", b"\xff\x00"), purpose="assistants")
    failed = client.vector_stores.files.create_and_poll(binary.id, vector_store_id=made.id)
    assert (failed.status, failed.last_error.code) == ("failed", "unsupported_file")
    control_forward(100_000)
    assert client.vector_stores.retrieve(made.id).status == "expired"
    assert made.id in [one.id for one in client.vector_stores.list()]
    assert client.vector_stores.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.vector_stores.retrieve(made.id)
    downloaded = session.get(f"{project}/openai/v1/files/{file.id}/content", headers=bearer())
    assert downloaded.content == FJORD.encode()
    assert "content-type" not in downloaded.headers
    assert downloaded.headers["content-disposition"] == "attachment; filename=\"notes.md\"; filename*=UTF-8''notes.md"


@pytest.fixture
def control_forward(mock):
    yield mock.foundry.limits.forward
    mock.foundry.limits.ahead = 0.0


def test_code_is_not_run_and_says_so(client):
    tools = [{"type": "code_interpreter", "container": {"type": "auto"}}]
    answer = ask(client, tools, "Draw a chart")
    call, message = answer.output
    assert (call.type, call.outputs, call.container_id[:5]) == ("code_interpreter_call", None, "cntr_")
    (note,) = message.content[0].annotations
    assert (note.type, note.container_id) == ("container_file_citation", call.container_id)
    content = client.containers.files.content.retrieve(note.file_id, container_id=note.container_id).content
    assert b"runs no code" in content
    include = ["code_interpreter_call.outputs"]
    assert ask(client, tools, "Draw", include=include).output[0].outputs == []
    recorded = "What is the sum of the first 100 prime numbers? Use Python."
    assert ask(client, tools, recorded, include=include).output[0].outputs[0].logs.strip() == "24133"
    assert ask(client, tools, recorded).output[0].outputs is None  # a recording tells no more than was asked for
    own = client.containers.create(name="mine")
    client.containers.files.create(own.id, file=("a.txt", b"hello"))
    assert [one.path for one in client.containers.files.list(own.id)] == ["/mnt/data/a.txt"]
    assert ask(client, [{"type": "code_interpreter", "container": own.id}], "Draw").output[0].container_id == own.id
    client.containers.delete(own.id)
    with pytest.raises(openai.NotFoundError, match="Container not found"):
        client.containers.retrieve(own.id)
    assert kinds(stream(client, tools, "Draw"))[2:9] == [
        "output_item.added", "code_interpreter_call.in_progress", "code_interpreter_call_code.delta",
        "code_interpreter_call_code.done", "code_interpreter_call.interpreting", "code_interpreter_call.completed",
        "output_item.done",
    ]  # fmt: skip


MCP = {"type": "mcp", "server_label": "docs", "server_url": "https://example.com/mcp", "require_approval": "always"}


@pytest.mark.parametrize("approve", [True, False])
def test_an_mcp_server_is_asked_only_with_approval(client, approve):
    first = ask(client, [MCP])
    listed, asked = first.output
    assert (listed.type, asked.type, first.output_text) == ("mcp_list_tools", "mcp_approval_request", "")
    yes = {"type": "mcp_approval_response", "approve": approve, "approval_request_id": asked.id}
    second = client.responses.create(model=MODEL, input=[yes], previous_response_id=first.id, tools=[MCP])
    assert [item.type for item in second.output] == (["mcp_call", "message"] if approve else ["message"])
    if approve:
        assert second.output[0].approval_request_id == asked.id
    with pytest.raises(openai.BadRequestError, match="No approval request found with id 'mcpr_123'"):
        unasked = {**yes, "approval_request_id": "mcpr_123"}
        client.responses.create(model=MODEL, input=[unasked], previous_response_id=first.id, tools=[MCP])
    named = ask(client, [{**MCP, "require_approval": {"never": {"tool_names": ["look_up"]}}}])
    assert [item.type for item in named.output] == ["mcp_list_tools", "mcp_call", "message"]
    assert named.output[1].name == "look_up"
    never = ask(client, [{**MCP, "require_approval": "never"}])
    assert [item.type for item in never.output] == ["mcp_list_tools", "mcp_call", "message"]
    assert kinds(stream(client, [{**MCP, "require_approval": "never"}]))[2:] == [
        "output_item.added", "mcp_list_tools.in_progress", "mcp_list_tools.completed", "output_item.done",
        "output_item.added", "mcp_call.in_progress", "mcp_call_arguments.delta", "mcp_call_arguments.done", "mcp_call.completed",
        "output_item.done", *TEXT, *END,
    ]  # fmt: skip


def test_openapi_images_and_memories(client, projects):
    spec = {
        "paths": {
            "/{place}": {
                "get": {"operationId": "Weather", "parameters": [{"name": "place", "schema": {"type": "string"}}]}
            }
        }
    }
    raw = client.responses.with_raw_response.create(
        model=MODEL, input="Weather?", tools=[{"type": "openapi", "openapi": {"name": "get", "spec": spec}}]
    )
    call, result, _ = json.loads(raw.content)["output"]
    assert (call["type"], call["name"], call["call_id"]) == ("openapi_call", "get_Weather", result["call_id"])
    assert json.loads(call["arguments"]) == {"place": "offline mock"}
    picture = ask(client, [{"type": "image_generation"}], "A cat").output[0]
    assert base64.b64decode(picture.result).startswith(b"\x89PNG")


def test_a_memory_store_remembers_for_one_scope(projects, session, project, bearer):
    from azure.ai.projects.models import MemoryStoreDefaultDefinition

    definition = MemoryStoreDefaultDefinition(chat_model=MODEL, embedding_model="text-embedding-3-large")
    stores = projects.beta.memory_stores
    made = stores.create(name="memories", definition=definition, description="x")
    assert stores.get("memories").id == made.id
    stores.begin_update_memories(
        name="memories", scope="ann", items="I like dark roast coffee", update_delay=0
    ).result()
    found = stores.search_memories(name="memories", scope="ann", items="Which coffee do I like?").memories
    assert ["dark roast" in one.memory_item.content for one in found] == [True]
    assert stores.search_memories(name="memories", scope="bob", items="Which coffee?").memories == []
    tool = {"type": "memory_search_preview", "memory_store_name": "memories", "scope": "ann"}
    message, search = session.post(
        project + "/openai/v1/responses",
        headers=bearer(),
        json={"model": MODEL, "input": "Which coffee?", "tools": [tool]},
    ).json()["output"]  # in this order, and flat (recorded 2026-02)
    assert (message["type"], search["type"], search["status"]) == ("message", "memory_search_call", "in_progress")
    assert search["id"].startswith("memupdateo_")
    assert set(search["memories"][0]) == {"content", "kind", "memory_id", "scope", "updated_at"}
    assert {"error", "search_id", "superseded_by", "update_id", "usage"} <= set(search)
    stores.delete_scope(name="memories", scope="ann")
    assert stores.search_memories(name="memories", scope="ann", items="Which coffee?").memories == []
    stores.delete("memories")
    with pytest.raises(ResourceNotFoundError, match="MemoryStore 'memories' not found"):
        stores.get("memories")


def test_memory_stores_are_in_preview(session, project, bearer):
    answer = session.get(project + "/memory_stores?api-version=v1", headers=bearer())
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "preview_feature_required")


def test_toolboxes_have_versions(projects):
    with pytest.raises(HttpResponseError):
        projects.toolboxes.get("box")
    tools = [{"type": "mcp", "server_label": "docs", "server_url": "https://example.com"}]
    for number in ("1", "2"):
        assert projects.toolboxes.create_version("box", tools=tools).version == number
    assert projects.toolboxes.get("box").default_version == "1"
    assert projects.toolboxes.update("box", default_version="2").default_version == "2"
    assert [box.name for box in projects.toolboxes.list()] == ["box"]
    projects.toolboxes.delete("box")
    assert list(projects.toolboxes.list()) == []


# -- later, less, and again ------------------------------------------------------------------------------------------------
def test_a_background_stream_can_be_taken_up_again(client, session, project, bearer):
    asked = {"model": MODEL, "input": QUESTION, "background": True, "stream": True}
    whole = list(client.responses.create(**asked))
    name, url = whole[0].response.id, project + "/openai/v1/responses/"
    rest = session.get(f"{url}{whole[0].response.id}?stream=true&starting_after=5", headers=bearer())
    assert rest.headers["content-type"].startswith("text/event-stream")
    numbers = [json.loads(line[6:])["sequence_number"] for line in rest.text.splitlines() if line.startswith("data: ")]
    assert numbers == list(range(6, len(whole)))
    again = list(client.responses.retrieve(name, stream=True, starting_after=5))
    assert again[-1].type == "response.completed"
    plain = client.responses.create(model=MODEL, input=QUESTION)
    assert session.get(f"{url}{plain.id}?stream=true", headers=bearer()).status_code == 400


def test_a_background_stream_can_be_had_again_for_five_minutes(client, session, project, bearer, control_forward):
    name = next(iter(client.responses.create(model=MODEL, input=QUESTION, background=True, stream=True))).response.id
    url = f"{project}/openai/v1/responses/{name}"
    control_forward(240)
    assert session.get(url + "?stream=true", headers=bearer()).status_code == 200
    control_forward(61)
    refused = session.get(url + "?stream=true", headers=bearer())
    assert (refused.status_code, refused.json()["error"]["message"]) == (
        400,
        "This response can no longer be streamed because it is more than 5 minutes old",
    )
    assert client.responses.retrieve(name).status == "completed"


def test_tokens_are_counted_and_conversations_compacted(client):
    count = client.responses.input_tokens.count(model=MODEL, input=QUESTION)
    assert count.input_tokens == client.responses.create(model=MODEL, input=QUESTION).usage.input_tokens
    turns = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "A URL."}]
    raw = client.responses.with_raw_response.compact(model=MODEL, input=turns)
    less = json.loads(raw.content)["output"]
    assert [item["type"] for item in less] == ["message", "compaction"]
    on = client.responses.create(model=MODEL, input=[*less, {"role": "user", "content": "And?"}])
    assert on.output_text


def test_a_long_beginning_that_comes_again_is_cached(client):
    long = "You are the guide of this course. " * 200

    def cached(end: str, **more) -> int:
        answer = client.responses.create(model=MODEL, instructions=long, input=end, **more)
        return answer.usage.input_tokens_details.cached_tokens

    assert cached("One?") == 0
    assert cached("Two?") >= 1024
    assert cached("Two?") % 128 == 0
    assert cached("Two?", prompt_cache_key="other") == 0
    assert cached("Three?", prompt_cache_key="other") >= 1024
    short = client.responses.create(model=MODEL, instructions="Brief.", input="One?")
    assert [
        client.responses.create(
            model=MODEL, instructions="Brief.", input="One?"
        ).usage.input_tokens_details.cached_tokens,
        short.usage.input_tokens_details.cached_tokens,
    ] == [0, 0]


# -- thinking --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("question", ["What is an AI application?", "Something without a recording"])
@pytest.mark.parametrize(("model", "effort", "thinks"), [
    (MODEL, None, False), (MODEL, "none", False), (MODEL, "low", True), ("gpt-5-mini", None, True), ("gpt-4.1-mini", None, False),
])  # fmt: skip
def test_reasoning_is_a_setting_and_shows_as_an_item(client, question, model, effort, thinks):
    more = {"reasoning": {"effort": effort}} if effort else {}
    answer = client.responses.create(model=model, input=question, **more)
    assert [item.type for item in answer.output] == (["reasoning", "message"] if thinks else ["message"])
    assert (answer.usage.output_tokens_details.reasoning_tokens > 0) == thinks
    streamed = list(client.responses.create(model=model, input=question, stream=True, **more))
    assert [event.item.type for event in streamed if event.type == "response.output_item.done"] == [
        i.type for i in answer.output
    ]


def test_a_summary_of_the_thoughts_is_streamed_when_it_was_asked_for(client):
    events = stream(client, [], "Think", reasoning={"effort": "low", "summary": "auto"})
    assert kinds(events)[2:8] == [
        "output_item.added", "reasoning_summary_part.added", "reasoning_summary_text.delta", "reasoning_summary_text.done",
        "reasoning_summary_part.done", "output_item.done",
    ]  # fmt: skip


def test_one_call_at_a_time_where_that_is_asked_for(client):
    weather = {
        "type": "function",
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    }
    asked = {"model": MODEL, "input": "What is the weather in Oslo and in Bergen?", "tools": [weather]}
    for parallel, calls in ((True, 2), (False, 1)):
        answer = client.responses.create(**asked, parallel_tool_calls=parallel)
        assert [item.type for item in answer.output] == ["function_call"] * calls


# -- honest answers --------------------------------------------------------------------------------------------------------
def said(client, **asked) -> str:
    return client.responses.create(model=MODEL, **asked).output_text


def test_a_question_that_is_known_in_another_context_says_what_differs(client):
    assert "It knows the question “What is an endpoint?”, but only without instructions." in said(
        client, input=QUESTION, instructions="Rhyme."
    )
    before = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "x"}]
    people = [*before, {"role": "user", "content": "How many people live there?"}]
    assert "but only at the beginning of a conversation or after other messages." in said(client, input=people)
    tool = {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}}
    assert "but only without tools" in said(client, input=QUESTION, tools=[tool], tool_choice="none")
    weather = {
        "type": "function",
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    }
    asks = client.responses.create(model=MODEL, input="What is the weather in Oslo?", tools=[weather])
    result = {"type": "function_call_output", "call_id": asks.output[-1].call_id, "output": '{"celsius": 25}'}
    answer = said(client, previous_response_id=asks.id, input=[result], tools=[weather])
    assert "“What is the weather in Oslo?”, but only with another result of its tool." in answer
    answer = said(
        client, previous_response_id=asks.id, input=[{**result, "output": '{"error": "no such city"}'}], tools=[weather]
    )
    assert "no city of that name" in answer
    for text in (said(client, input="Good morning"), said(client, input=QUESTION, instructions="Rhyme.")):
        assert len(text) < 400
        assert "request was right" not in text


def test_the_last_turns_of_a_longer_chat_are_enough(client):
    turn = [
        {"role": "user", "content": "Name one city in Norway."},
        {"role": "assistant", "content": beginning("conversations/name_one_city", 4000)},
    ]
    last = {"role": "user", "content": "How many people live there?"}
    short = client.responses.create(model=MODEL, input=[*turn, last])
    before = [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hello. What would you like to know?"},
    ]
    long = client.responses.create(model=MODEL, input=[*before, *turn, last])
    assert long.output_text == short.output_text
    assert long.usage.input_tokens > short.usage.input_tokens
    alone = said(client, input="How many people live there?")
    assert said(client, input=[*before, last]) != alone, "there was something before, to which “there” may refer"
