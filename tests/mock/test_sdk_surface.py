"""Every route of the mock, used the way the SDKs use it. What the SDKs' own types do not know is listed by name."""

import base64
import io
import json
import os
import re
import struct
import subprocess
import sys

import jsonschema
import openai
import pydantic
import pytest
from azure.ai.projects import AIProjectClient
from azure.ai.projects.models import PromptAgentDefinition
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.identity import ClientSecretCredential, ManagedIdentityCredential

from helpers.mock import catalog
from tests.conftest import beginning
from tests.mock.test_clients import AZURE_ONLY, MODEL, QUESTION, _unnamed

TOOL = {
    "type": "function",
    "name": "get_weather",
    "description": "Current weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}},
        "required": ["city", "unit"],
        "additionalProperties": False,
    },
    "strict": True,
}
CHAT_TOOL = {"type": "function", "function": {name: TOOL[name] for name in ("name", "description", "parameters")}}


@pytest.fixture
def resource_client(mock, resource):
    base = f"{resource}/openai/v1/"
    with openai.OpenAI(base_url=base, api_key=mock.foundry.secrets.api_key, max_retries=0) as opened:
        yield opened


# -- responses: what is kept -------------------------------------------------------------------------------------------
def test_a_response_is_kept_listed_and_deleted(client):
    made = client.responses.create(model=MODEL, input=QUESTION, metadata={"lesson": "10"})
    again = client.responses.retrieve(made.id)
    assert again.to_dict() == made.to_dict()
    items = list(client.responses.input_items.list(made.id))
    assert [(item.type, item.role, item.content[0].text) for item in items] == [("message", "user", QUESTION)]
    client.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError, match=made.id):
        client.responses.retrieve(made.id)


def test_store_false_keeps_nothing(client):
    made = client.responses.create(model=MODEL, input="kept nowhere", store=False)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)


def test_input_items_come_in_pages(client):
    said = [{"role": "user", "content": f"message {number}"} for number in range(5)]
    made = client.responses.create(model=MODEL, input=said)
    page = client.responses.input_items.list(made.id, limit=2, order="asc")
    assert [item.content[0].text for item in page.data] == ["message 0", "message 1"]
    assert page.has_more
    assert len(list(client.responses.input_items.list(made.id, limit=2))) == 5
    with pytest.raises(openai.BadRequestError, match="limit"):
        client.responses.input_items.list(made.id, limit=1000)


def test_background_responses_are_polled_and_canceled(client):
    made = client.responses.create(model=MODEL, input=QUESTION, background=True)
    assert made.status == "queued"
    assert [client.responses.retrieve(made.id).status for _ in range(3)] == ["in_progress", "completed", "completed"]
    assert client.responses.retrieve(made.id).output_text.startswith(beginning())
    other = client.responses.create(model=MODEL, input="something slow", background=True)
    assert client.responses.cancel(other.id).status == "cancelled"
    assert client.responses.retrieve(other.id).status == "cancelled"
    plain = client.responses.create(model=MODEL, input=QUESTION)
    with pytest.raises(openai.BadRequestError, match="synchronous"):
        client.responses.cancel(plain.id)


def test_previous_response_id_goes_on_with_the_whole_conversation(client):
    first = client.responses.create(model=MODEL, input=QUESTION)
    second = client.responses.create(model=MODEL, input="And an agent?", previous_response_id=first.id)
    assert second.previous_response_id == first.id
    assert second.usage.input_tokens > client.responses.create(model=MODEL, input="And an agent?").usage.input_tokens
    third = client.responses.create(model=MODEL, input="And an agent?", previous_response_id=second.id)
    assert third.id != second.id
    assert third.usage.input_tokens > second.usage.input_tokens
    with pytest.raises(openai.BadRequestError) as unknown:
        client.responses.create(model=MODEL, input="x", previous_response_id="resp_nothing")
    assert unknown.value.code == "previous_response_not_found"


@pytest.mark.parametrize(
    ("content", "same"),
    [
        ([{"role": "user", "content": QUESTION}], True),
        ([{"role": "user", "content": [{"type": "input_text", "text": QUESTION}]}], True),
        ([{"role": "user", "content": [{"type": "input_image", "image_url": "data:image/png;base64,AAAA"}]}], False),
    ],
)
def test_input_in_every_form(client, content, same):
    said = client.responses.create(model=MODEL, input=content).output_text
    assert said.startswith(beginning() if same else "This is the offline mock")


# -- conversations -----------------------------------------------------------------------------------------------------
def test_what_was_added_to_a_conversation_says_first_that_it_is_a_list(client):
    made, items = client.conversations.create(), client.conversations.items.with_raw_response
    added = items.create(made.id, items=[{"role": "user", "content": "Hello"}])
    assert added.content.startswith(b'{"object":')
    assert [*json.loads(items.list(made.id).content)][-1] == "object", "a page says so last (recorded 2025-11)"


def test_a_conversation_from_birth_to_death(client):
    made = client.conversations.create(metadata={"a": "b"}, items=[{"role": "user", "content": "Hello"}])
    assert made.id.startswith("conv_")
    assert len(made.id) == len("conv_d862287fb8a9a95700uLeSaMge1bfx99pvUMmqnfxN7tD5dmGy")
    assert client.conversations.retrieve(made.id).metadata == {"a": "b"}
    assert client.conversations.update(made.id, metadata={"c": "d"}).metadata == {"c": "d"}
    added = client.conversations.items.create(made.id, items=[{"role": "user", "content": "Are you there?"}])
    assert (
        client.conversations.items.retrieve(added.data[0].id, conversation_id=made.id).content[0].text
        == "Are you there?"
    )

    answer = client.responses.create(model=MODEL, input=QUESTION, conversation=made.id)
    assert answer.conversation.id == made.id
    items = list(client.conversations.items.list(made.id, order="asc"))
    assert [item.role for item in items] == ["user", "user", "user", "assistant"]
    again = client.responses.create(model=MODEL, input=QUESTION, conversation={"id": made.id})
    assert again.id != answer.id
    assert again.usage.input_tokens > answer.usage.input_tokens

    client.conversations.items.delete(items[0].id, conversation_id=made.id)
    assert len(list(client.conversations.items.list(made.id))) == 5
    assert client.conversations.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.conversations.retrieve(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.create(model=MODEL, input=QUESTION, conversation=made.id)


def test_two_conversations_are_two(client):
    assert client.conversations.create().id != client.conversations.create().id


def test_ids_are_new_after_something_was_deleted(client):
    made = client.conversations.create()
    ids = [
        client.conversations.items.create(made.id, items=[{"role": "user", "content": "x"}]).data[0].id
        for _ in range(2)
    ]
    client.conversations.items.delete(ids[0], conversation_id=made.id)
    ids.append(client.conversations.items.create(made.id, items=[{"role": "user", "content": "x"}]).data[0].id)
    assert len(set(ids)) == 3


def test_the_background_and_conversations_and_streams_go_together(client):
    conversation = client.conversations.create()
    made = client.responses.create(model=MODEL, input=QUESTION, background=True, conversation=conversation.id)
    while client.responses.retrieve(made.id).status != "completed":
        pass
    client.responses.retrieve(made.id)
    roles = [item.role for item in client.conversations.items.list(conversation.id, order="asc")]
    assert roles == ["user", "assistant"]
    events = list(client.responses.create(model=MODEL, input="bg", background=True, stream=True))
    assert events[-1].response.status == "completed"
    assert events[-1].response.output_text


def test_pages_backwards_and_unknown_cursors(client):
    made = client.responses.create(model=MODEL, input=[{"role": "user", "content": str(n)} for n in range(6)])
    items = client.responses.input_items.list(made.id, order="asc").data
    page = client.responses.input_items.list(made.id, order="asc", limit=2, extra_query={"before": items[5].id})
    assert [item.content[0].text for item in page.data] == ["3", "4"]
    assert page.has_more
    with pytest.raises(openai.BadRequestError, match="there is no"):
        client.responses.input_items.list(made.id, after="nothing")


@pytest.mark.parametrize("metadata", [{str(n): "x" for n in range(17)}, {"x" * 65: "y"}, {"x": "y" * 513}, {"x": 5}])
def test_metadata_has_its_limits_everywhere(client, projects, metadata):
    with pytest.raises(openai.BadRequestError, match="metadata"):
        client.responses.create(model=MODEL, input="x", metadata=metadata)
    with pytest.raises(openai.BadRequestError, match="metadata"):
        client.conversations.create(metadata=metadata)
    definition = PromptAgentDefinition(model="course-chat")
    with pytest.raises(HttpResponseError, match="metadata"):
        projects.agents.create_version("limits", definition=definition, metadata=metadata)


@pytest.mark.parametrize(
    ("choice", "called"),
    [
        ("auto", "a"), ("required", "a"), ({"type": "function", "name": "b"}, "b"),
        ({"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "b"}]}, "b"),
        ("bogus", None), ({"type": "function", "name": "nope"}, None),
    ],
)  # fmt: skip
def test_tool_choice(client, choice, called):
    tools = [{**TOOL, "name": name} for name in ("a", "b")]
    if called is None:
        with pytest.raises(openai.BadRequestError) as refused:
            client.responses.create(model=MODEL, input="x", tools=tools, tool_choice=choice)
        assert refused.value.param == "tool_choice"
    else:
        answer = client.responses.create(model=MODEL, input="x", tools=tools, tool_choice=choice)
        assert answer.output[0].name == called
    with pytest.raises(openai.BadRequestError, match="must be specified with 'tools'"):
        client.responses.create(model=MODEL, input="x", tool_choice="required")


def _unmarked(thing):
    """The same with the ids of the call taken out."""
    return json.loads(re.sub(r'"(resp|msg)_[0-9a-f]+"', '""', json.dumps(thing)))


# -- streams -----------------------------------------------------------------------------------------------------------
def test_a_stream_of_responses_has_the_recorded_events_in_order(client):
    events = list(client.responses.create(model=MODEL, input=QUESTION, stream=True))
    kinds = [event.type for event in events]
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert kinds == [
        "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
        *["response.output_text.delta"] * len(deltas),
        "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed",
    ]  # fmt: skip
    assert [event.sequence_number for event in events] == list(range(len(events)))
    final = events[-1].response
    assert "".join(deltas) == final.output_text == events[-4].text
    plain = client.responses.create(model=MODEL, input=QUESTION)
    streamed, whole = _unmarked(final.to_dict()), _unmarked(plain.to_dict())
    assert {name: streamed[name] for name in whole} == whole  # a stream repeats also what the request did not set
    assert events[0].response.status == "in_progress"
    for event in events:
        assert _unnamed(event) <= {"obfuscation", *AZURE_ONLY}, event.type
        if event.type == "response.output_text.delta":
            assert len(event.delta + event.obfuscation) % 16 == 0


def test_the_raw_stream_looks_as_recorded(session, project, bearer):
    body = {"model": MODEL, "input": QUESTION, "stream": True}
    answer = session.post(project + "/openai/v1/responses", headers=bearer(), json=body)
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert "content-length" not in answer.headers
    blocks = answer.content.decode().split("\n\n")
    assert blocks[-1] == ""
    assert "[DONE]" not in answer.text
    for block in blocks[:-1]:
        first, second = block.split("\n")
        data = json.loads(second.removeprefix("data: "))
        assert first == f"event: {data['type']}"
        assert (next(iter(data)), list(data)[-1]) == ("type", "sequence_number")


def test_the_stream_helper_of_the_sdk(client):
    with client.responses.stream(model=MODEL, input=QUESTION) as stream:
        for _ in stream:
            pass
        assert stream.get_final_response().output_text.startswith(beginning())


@pytest.mark.parametrize("with_usage", [False, True])
def test_a_stream_of_chat_completions_as_recorded(resource_client, with_usage):
    options = {"stream_options": {"include_usage": True}} if with_usage else {}
    messages = [{"role": "user", "content": QUESTION}]
    chunks = list(resource_client.chat.completions.create(model=MODEL, messages=messages, stream=True, **options))
    assert chunks[0].choices == []  # breaks a naive chunk.choices[0]
    assert chunks[0].model_extra["prompt_filter_results"]
    assert chunks[1].choices[0].delta.role == "assistant"
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == resource_client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content
    last = chunks[-2] if with_usage else chunks[-1]
    assert last.choices[0].finish_reason == "stop"
    assert (chunks[-1].usage is not None) == with_usage


def test_the_raw_chat_stream_ends_in_done(session, resource, key):
    body = {"model": MODEL, "messages": [{"role": "user", "content": QUESTION}], "stream": True}
    answer = session.post(resource + "/openai/v1/chat/completions", headers=key, json=body)
    lines = [line for line in answer.content.decode().split("\n") if line]
    assert all(line.startswith("data: ") for line in lines)
    assert lines[-1] == "data: [DONE]"
    second = json.loads(lines[1].removeprefix("data: "))
    assert list(second) == ["choices", "created", "id", "model", "obfuscation", "object", "system_fingerprint"]


# -- functions and structured output, without a recording ----------------------------------------------------------------
def test_a_tool_is_called_with_arguments_valid_for_its_schema(client):
    asked = [{"role": "user", "content": "Is it raining in Oslo?"}]
    answer = client.responses.create(model=MODEL, input=asked, tools=[TOOL])
    (call,) = answer.output
    assert (call.type, call.name) == ("function_call", "get_weather")
    jsonschema.validate(json.loads(call.arguments), TOOL["parameters"])
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "rain"}
    done = client.responses.create(model=MODEL, input=[result], previous_response_id=answer.id, tools=[TOOL])
    assert done.output_text.startswith("This is the offline mock")
    assert client.responses.create(model=MODEL, input="x", tools=[TOOL], tool_choice="none").output_text

    events = list(client.responses.create(model=MODEL, input=asked, tools=[TOOL], stream=True))
    deltas = "".join(e.delta for e in events if e.type == "response.function_call_arguments.delta")
    assert deltas == call.arguments


def test_a_chat_tool_is_called_too(resource_client):
    messages = [{"role": "user", "content": "Is it raining in Oslo?"}]
    answer = resource_client.chat.completions.create(model=MODEL, messages=messages, tools=[CHAT_TOOL])
    assert answer.choices[0].finish_reason == "tool_calls"
    (call,) = answer.choices[0].message.tool_calls
    jsonschema.validate(json.loads(call.function.arguments), TOOL["parameters"])
    chunks = resource_client.chat.completions.create(model=MODEL, messages=messages, tools=[CHAT_TOOL], stream=True)
    parts = [c.choices[0].delta.tool_calls for c in chunks if c.choices and c.choices[0].delta.tool_calls]
    assert parts[0][0].id != call.id, "each call is a call of its own"
    assert "".join(part[0].function.arguments for part in parts) == call.function.arguments
    messages += [answer.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "rain"}]
    done = resource_client.chat.completions.create(model=MODEL, messages=messages, tools=[CHAT_TOOL])
    assert done.choices[0].finish_reason == "stop"
    chosen = {"type": "function", "function": {"name": "get_weather"}}
    forced = resource_client.chat.completions.create(
        model=MODEL, messages=messages, tools=[CHAT_TOOL], tool_choice=chosen
    )
    assert forced.choices[0].message.tool_calls[0].function.name == "get_weather"


class City(pydantic.BaseModel):
    name: str
    inhabitants: int
    districts: list[str]
    mayor: str | None


def test_a_schema_gets_a_valid_instance_of_itself(client, resource_client):
    parsed = client.responses.parse(model=MODEL, input="Tell me about Oslo", text_format=City)
    assert isinstance(parsed.output_parsed, City)
    assert "offline mock" in parsed.output_parsed.name
    messages = [{"role": "user", "content": "Tell me about Oslo"}]
    chat = resource_client.chat.completions.parse(model=MODEL, messages=messages, response_format=City)
    assert chat.choices[0].message.parsed == parsed.output_parsed


# -- chat parameters ---------------------------------------------------------------------------------------------------
def test_n_stop_and_limits(resource_client):
    messages = [{"role": "user", "content": QUESTION}]
    three = resource_client.chat.completions.create(model=MODEL, messages=messages, n=3)
    assert [choice.index for choice in three.choices] == [0, 1, 2]
    stopped = resource_client.chat.completions.create(model=MODEL, messages=messages, stop=[" program", "zzz"])
    assert beginning(length=400).startswith(stopped.choices[0].message.content)
    for model, name in (("gpt-4.1-mini", "max_tokens"), (MODEL, "max_completion_tokens")):
        cut = resource_client.chat.completions.create(model=model, messages=messages, **{name: 10})
        assert cut.choices[0].finish_reason == "length"
        assert cut.usage.completion_tokens == 10


def test_max_output_tokens_makes_a_response_incomplete(client):
    cut = client.responses.create(model=MODEL, input=QUESTION, max_output_tokens=16)
    assert cut.status == "incomplete"
    assert cut.incomplete_details.reason == "max_output_tokens"
    assert 0 < len(cut.output_text) < 150
    events = list(client.responses.create(model=MODEL, input=QUESTION, max_output_tokens=16, stream=True))
    assert events[-1].type == "response.incomplete"


def test_a_reasoning_model_refuses_what_it_does_not_take(resource_client):
    messages = [{"role": "user", "content": "x"}]
    with pytest.raises(openai.BadRequestError) as refused:
        resource_client.chat.completions.create(model="gpt-5-mini", messages=messages, max_tokens=5)
    assert refused.value.body == {
        "message": "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        "type": "invalid_request_error",
        "param": "max_tokens",
        "code": "unsupported_parameter",
    }
    with pytest.raises(openai.BadRequestError, match="temperature"):
        resource_client.chat.completions.create(model="gpt-5-mini", messages=messages, temperature=0.2)
    resource_client.chat.completions.create(
        model="gpt-5-mini", messages=messages, max_completion_tokens=50, temperature=1
    )


# -- content filter ----------------------------------------------------------------------------------------------------
def test_the_content_filter_blocks_a_prompt(client, resource_client):
    blocked = "Please trigger the content filter."
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(model=MODEL, input=blocked)
    assert refused.value.code == "content_filter"
    assert refused.value.body["innererror"]["content_filter_result"]["violence"] == {
        "filtered": True,
        "severity": "medium",
    }
    assert refused.value.response.headers["ms-azureml-model-error-reason"] == "model_error"
    with pytest.raises(openai.BadRequestError):
        resource_client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": blocked}])


def test_the_content_filter_cuts_an_answer(client, resource_client):
    cut = "Please filter the answer."
    answer = resource_client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": cut}])
    assert answer.choices[0].finish_reason == "content_filter"
    assert answer.choices[0].message is None
    assert answer.choices[0].model_extra["content_filter_results"]["violence"]["filtered"]
    response = client.responses.create(model=MODEL, input=cut)
    assert (response.status, response.incomplete_details.reason) == ("incomplete", "content_filter")


# -- embeddings and models -----------------------------------------------------------------------------------------------
def test_embeddings_in_both_encodings(resource_client, session, resource, key):
    model = "text-embedding-3-large"
    texts = ["an endpoint is a URL", "an endpoint is an address", "bananas"]
    vectors = [entry.embedding for entry in resource_client.embeddings.create(model=model, input=texts).data]
    assert [len(vector) for vector in vectors] == [3072] * 3
    near, far = (sum(a * b for a, b in zip(vectors[0], vectors[at], strict=True)) for at in (1, 2))
    assert near > 0.4 > far
    plain = resource_client.embeddings.create(model=model, input=texts[0], encoding_format="float", dimensions=8)
    assert len(plain.data[0].embedding) == 8
    body = {"model": model, "input": texts[0], "encoding_format": "base64", "dimensions": 8}
    raw = session.post(resource + "/openai/v1/embeddings", headers=key, json=body)
    packed = struct.unpack("<8f", base64.b64decode(raw.json()["data"][0]["embedding"]))
    assert packed == pytest.approx(plain.data[0].embedding, abs=1e-6)
    assert raw.text.startswith('{\n  "object": "list"')  # indented, as recorded
    dated = f"{resource}/openai/deployments/{model}/embeddings?api-version=2024-10-21"
    assert session.post(dated, headers=key, json={"input": "x"}).status_code == 200


def test_embeddings_are_not_routed_on_the_project(client, session, project, bearer):
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model="text-embedding-3-large", input="x")


def test_models_are_base_models_not_deployments(resource_client):
    names = [model.id for model in resource_client.models.list()]
    assert "gpt-4.1-mini-2025-04-14" in names
    assert "course-chat" not in names
    assert resource_client.models.retrieve(names[0]).owned_by
    with pytest.raises(openai.NotFoundError):
        resource_client.models.retrieve("course-chat")


# -- the project ---------------------------------------------------------------------------------------------------------
def test_connections(projects):
    listed = list(projects.connections.list())
    assert {one.type for one in listed} == {"AzureOpenAI", "AppInsights", "AzureStorageAccount", "CustomKeys"}
    assert "made-up" not in str([one.as_dict() for one in listed])
    assert [one.name for one in projects.connections.list(connection_type="CustomKeys")] == ["demo-custom"]
    assert projects.connections.get("demo-openai").target.startswith("https://demo-resource.openai")
    secret = projects.connections.get("demo-openai", include_credentials=True)
    assert secret.credentials.api_key.startswith("made-up")
    with pytest.raises(ResourceNotFoundError):
        projects.connections.get("nothing")


def test_an_agent_from_birth_to_death(projects, client):
    definition = PromptAgentDefinition(model="course-chat", instructions="Answer in one word.")
    first = projects.agents.create_version("tester", definition=definition)
    second = projects.agents.create_version("tester", definition=definition, description="again")
    assert (first.version, second.version, second.id) == ("1", "2", "tester:2")
    assert projects.agents.get("tester").versions.latest.version == "2"
    assert "tester" in [agent.name for agent in projects.agents.list()]
    assert [version.version for version in projects.agents.list_versions("tester")] == ["2", "1"]
    third = projects.agents.create_version("tester", definition=definition)
    projects.agents.delete_version("tester", third.version)
    assert projects.agents.create_version("tester", definition=definition).version == "4", "a number is used once"
    projects.agents.delete_version("tester", "4")
    assert projects.agents.get_version("tester", "1").definition.instructions == "Answer in one word."

    answer = client.responses.create(
        input=QUESTION, extra_body={"agent_reference": {"name": "tester", "type": "agent_reference"}}
    )
    assert answer.model == "gpt-5.4-mini"
    assert answer.instructions == "Answer in one word."
    assert answer.model_extra["agent_reference"] == {"type": "agent_reference", "name": "tester", "version": "2"}
    with projects.get_openai_client(agent_name="tester") as own:
        assert own.responses.create(input=QUESTION).instructions == "Answer in one word."

    projects.agents.delete_version("tester", "2")
    assert projects.agents.get("tester").versions.latest.version == "1"
    projects.agents.delete("tester")
    with pytest.raises(ResourceNotFoundError):
        projects.agents.get("tester")
    with pytest.raises(openai.NotFoundError):
        client.responses.create(input="x", extra_body={"agent_reference": {"name": "tester"}})
    with pytest.raises(HttpResponseError):
        projects.agents.create_version("tester", definition={"kind": "prompt"})


def test_files(client):
    made = client.files.create(file=("lines.jsonl", io.BytesIO(b'{"a": 1}\n')), purpose="fine-tune")
    assert (made.status, made.bytes, made.filename) == ("pending", 9, "lines.jsonl")
    assert [client.files.retrieve(made.id).status for _ in range(3)] == ["running", "processed", "processed"]
    assert client.files.content(made.id).content == b'{"a": 1}\n'
    assert made.id in [file.id for file in client.files.list()]
    assert client.files.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(made.id)
    with pytest.raises(openai.BadRequestError, match="Supported values are"):
        client.files.create(file=b"x", purpose="fun")


def test_no_route_sends_a_field_that_the_openai_sdk_has_no_name_for(client, resource_client):
    conversation = client.conversations.create(items=[{"role": "user", "content": "Hello"}])
    response = client.responses.create(model=MODEL, input=QUESTION)
    file = client.files.create(file=("a.jsonl", b"{}"), purpose="fine-tune")
    seen = {
        "conversation": conversation,
        "items": client.conversations.items.list(conversation.id),
        "item deleted": client.conversations.items.delete(
            client.conversations.items.list(conversation.id).data[0].id, conversation_id=conversation.id
        ),
        "conversation deleted": client.conversations.delete(conversation.id),
        "input items": client.responses.input_items.list(response.id),
        "file": file,
        "files": client.files.list(),
        "file deleted": client.files.delete(file.id),
        "embeddings": resource_client.embeddings.create(model="text-embedding-3-large", input="x", dimensions=4),
        "models": resource_client.models.list(),
    }
    # "first_id" and "last_id" come with the service's lists; the SDK's page type needs only some of them.
    pages = {"items", "input items", "files"}
    for name, thing in seen.items():
        assert _unnamed(thing) <= ({"object", "first_id", "last_id"} if name in pages else set()), name


def _unnamed_by_azure(model) -> set[str]:
    """The names of fields at any depth that azure-ai-projects' types do not know."""
    known = {field._rest_name: field for field in type(model)._attr_to_rest_field.values()}
    found = set(model) - set(known)
    for name in type(model)._attr_to_rest_field:
        value = getattr(model, name)
        for part in value if isinstance(value, list) else [value]:
            if hasattr(part, "_attr_to_rest_field"):
                found |= _unnamed_by_azure(part)
    return found


def test_no_route_sends_a_field_that_the_project_sdk_has_no_name_for(projects):
    definition = PromptAgentDefinition(model="course-chat", instructions="Be brief.")
    version = projects.agents.create_version("named", definition=definition)
    things = [
        *projects.deployments.list(),
        *projects.connections.list(),
        version,
        projects.agents.get("named"),
        projects.agents.get_version("named", "1"),
    ]
    projects.agents.delete("named")
    for thing in things:
        # recorded 2026-07, and not in the SDK's types
        assert _unnamed_by_azure(thing) <= {"protocols", "isolation_key_source"}, thing


def test_lists_come_in_pages_that_link(session, project, bearer):
    url, names = project + "/deployments?api-version=v1&top=2", []
    while url:
        page = session.get(url, headers=bearer()).json()
        assert len(page["value"]) <= 2
        names += [one["name"] for one in page["value"]]
        url = page.get("nextLink")
    assert names == list(catalog.DEPLOYMENTS)


ASYNC = """
import asyncio, os
from azure.ai.projects.aio import AIProjectClient
from azure.identity.aio import DefaultAzureCredential

async def work():
    async with (
        DefaultAzureCredential() as credential,
        AIProjectClient(os.environ["FOUNDRY_PROJECT_ENDPOINT"], credential) as projects,
        projects.get_openai_client() as client,
    ):
        print([one.name async for one in projects.deployments.list()])
        stream = await client.responses.create(model=os.environ["FOUNDRY_MODEL_NAME"], input="What is an endpoint?", stream=True)
        print([event.type async for event in stream][-1])

asyncio.run(work())
"""


def test_async_clients(mock):
    """In a Python of its own: aiohttp reads SSL_CERT_FILE when it is imported."""
    environment = {**os.environ, **mock.variables}
    said = subprocess.run([sys.executable, "-c", ASYNC], env=environment, capture_output=True, text=True, timeout=60)
    assert said.stdout.splitlines() == [str(list(catalog.DEPLOYMENTS)), "response.completed"], said.stderr


# -- identity ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def secret(mock):
    """A function: what to change, and the credential."""

    def credential(**changes):
        v = mock.variables
        given = {
            "tenant_id": v["FOUNDRY_TENANT_ID"],
            "client_id": v["FOUNDRY_CLIENT_ID"],
            "client_secret": v["FOUNDRY_CLIENT_SECRET"],
        }
        return ClientSecretCredential(**given | changes, authority=mock.origin, disable_instance_discovery=True)

    return credential


def test_client_credentials_through_azure_identity(secret, project):
    with secret() as credential, AIProjectClient(project, credential) as projects:
        assert list(projects.deployments.list())


@pytest.mark.parametrize(
    ("changes", "scope", "code"),
    [
        ({"client_secret": "wrong"}, "https://ai.azure.com/.default", "AADSTS7000215"),
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, "https://ai.azure.com/.default", "AADSTS700016"),
        ({"tenant_id": "00000000-0000-0000-0000-000000000000"}, "https://ai.azure.com/.default", "AADSTS90002"),
        ({}, "https://ai.azure.com/read", "AADSTS1002012"),
        ({}, "https://nothing.example/.default", "AADSTS500011"),
    ],
)
def test_entra_says_what_is_wrong(secret, changes, scope, code):
    # azure-identity asks msal for the tenant first, and msal says in words of its own that there is none
    with secret(**changes) as credential, pytest.raises((ClientAuthenticationError, ValueError)) as refused:
        credential.get_token(scope)
    assert code in str(refused.value) or "tenant_id" in changes


@pytest.mark.parametrize(
    ("client_id", "says"),
    [
        (catalog.CLIENT_ID_EXPIRED, "Access token is missing, invalid"),
        (catalog.CLIENT_ID_WITHOUT_ROLE, "lacks the required data action"),
    ],
)
def test_identities_whose_tokens_do_not_open_the_door(mock, project, secret, client_id, says):
    for credential in (ManagedIdentityCredential(client_id=client_id), secret(client_id=client_id)):
        with credential, AIProjectClient(project, credential) as projects:
            with pytest.raises(HttpResponseError, match=says) as refused:
                list(projects.deployments.list())
            assert refused.value.status_code == 401


def test_the_keys_verify_a_token(session, mock):
    import jwt

    discovery = session.get(f"{mock.foundry.issuer.authority}/v2.0/.well-known/openid-configuration").json()
    keys = session.get(discovery["jwks_uri"]).json()
    token = mock.foundry.issuer.token("https://ai.azure.com")[0]
    key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["RS256"], audience="https://ai.azure.com", issuer=discovery["issuer"])
    assert claims["tid"] == catalog.TENANT_ID
