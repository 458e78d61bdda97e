"""The smaller helpers: names, tokens, display, prompts, recordings, the lock."""

import json
import re
import subprocess
import sys
import tomllib

import pytest
from azure.core.credentials import AccessToken
from packaging.requirements import Requirement

import helpers
from helpers import auth
from helpers.course.environment import ROOT
from helpers.display import show_exchange, show_json
from helpers.exchange import Exchange
from helpers.mock.model import prompts
from helpers.mock.model.recordings import FAILURES, FOLDER, Recordings, whole
from tests.mock.test_routes import PROMPT, V1


def test_every_public_name_is_there():
    for name in helpers.__all__:
        assert getattr(helpers, name).__doc__, name
    assert dir(helpers) == helpers.__all__
    with pytest.raises(AttributeError, match="it has: "):
        helpers.nothing  # noqa: B018


def test_importing_helpers_imports_nothing_else():
    code = "import sys; before = set(sys.modules); import helpers; print(sorted(set(sys.modules) - before))"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True).stdout
    assert said.strip() == "['helpers']"


# -- tokens ------------------------------------------------------------------------------------------------------------
def test_a_token_has_the_claims_of_a_real_one(mock):
    decoded = auth.decode_token(auth.token())
    assert decoded["header"]["alg"] == "RS256"
    claims = decoded["claims"]
    assert set(claims) >= {"aud", "iss", "tid", "oid", "appid", "exp", "nbf", "iat", "roles"}
    assert claims["aud"] == "https://ai.azure.com"
    assert 60 * 60 <= claims["exp"] - claims["iat"] <= 90 * 60
    assert auth.decode_token("Bearer " + auth.token())["claims"]["oid"] == claims["oid"]


@pytest.mark.parametrize("text", ["", "hello", "a.b", "a.b.c", "a.b.c.d", "é.é.é"])
def test_what_is_not_a_token_is_told(text):
    with pytest.raises(ValueError, match="not a JSON Web Token"):
        auth.decode_token(text)


def test_a_token_still_in_its_object_is_told_with_the_fix():
    with pytest.raises(ValueError, match=r"a text: give its \.token$"):
        auth.decode_token(AccessToken("a.b.c", 0))
    with pytest.raises(ValueError, match=r"it is a int, not a text$"):
        auth.decode_token(5)


# -- display -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def shown(monkeypatch):
    """What was displayed: (bundle, metadata) of each call."""
    seen = []
    monkeypatch.setattr("IPython.display.display", lambda data, metadata=None, raw=False: seen.append((data, metadata)))
    return seen


@pytest.mark.parametrize("data", [{"a": [1, None]}, '{"a": [1, null]}', b'{"a": [1, null]}'])
def test_show_json_is_a_tree_and_text(shown, data):
    show_json(data, root="body", expanded=True)
    bundle, metadata = shown[0]
    assert bundle["application/json"] == {"a": [1, None]}
    assert json.loads(bundle["text/plain"]) == {"a": [1, None]}
    assert metadata["application/json"] == {"root": "body", "expanded": True}


def test_show_json_hides_secrets_and_takes_responses_exchanges_and_sdk_objects(shown, session, project, bearer):
    import openai

    response = session.post(project + V1, headers=bearer(), json=PROMPT)
    show_json(response)
    show_json(Exchange.from_requests(response))
    show_json(openai.types.responses.Response.model_construct(**response.json()))
    assert shown[0][0]["application/json"]["id"] == shown[1][0]["application/json"]["id"] == response.json()["id"]
    show_json({"access_token": "something", "usage": {"total_tokens": 3}})
    assert shown[3][0]["application/json"] == {"access_token": "[redacted]", "usage": {"total_tokens": 3}}
    show_json("plain words")
    assert shown[4][0] == {"text/plain": '"plain words"'}
    with pytest.raises(TypeError, match="show_json shows"):
        show_json(object())


def test_show_exchange_has_a_short_plain_twin(shown, session, project, bearer):
    show_exchange(session.post(project + V1, headers=bearer(), json=PROMPT))
    bundle, _ = shown[0]
    assert len(bundle["text/plain"].splitlines()) <= 40
    assert bundle["text/plain"].startswith(f"POST {project}{V1}\n")
    assert "Authorization: Bearer [redacted]" in bundle["text/plain"]
    assert "HTTP/1.1 200 OK" in bundle["text/plain"]
    assert "<details" in bundle["text/html"]
    assert "style" not in bundle["text/html"]
    assert "color" not in bundle["text/html"]


def test_nothing_in_an_exchange_becomes_markup():
    hostile = Exchange("GET", "https://x/<script>", response_body=b"<script>", status=200, reason="<b>")
    html = hostile._repr_mimebundle_()["text/html"]
    assert "<script>" not in html
    assert "<b>" not in html


@pytest.mark.parametrize("depth", [90, 900, 3000])
def test_what_is_nested_deeply_is_shown_and_kept_or_refused_in_a_sentence(shown, tmp_path, depth):
    body = b'{"a":[' * (depth // 2) + b"]}" * (depth // 2)
    deep = Exchange("POST", "https://x/", request_body=body, status=200, response_body=body)
    show_exchange(deep)
    assert deep.as_curl() and deep.as_python() and deep.as_http()
    deep.save(tmp_path / "deep.json")
    assert Exchange.load(tmp_path / "deep.json").request_body == body
    value = "text"
    for _ in range(depth):
        value = [value]
    if depth < 100:
        return show_json(value)
    with pytest.raises(TypeError, match="nested too deeply") as refused:
        show_json(value)
    assert len(str(refused.value)) < 100


def test_what_is_passed_by_mistake_is_not_repeated():
    key = "a1B2" * 21
    foundry = helpers.Foundry("https://x/api/projects/p", "https://x", "m", key)
    with pytest.raises(ValueError, match="what was passed") as one:
        foundry.headers(key)
    with pytest.raises(TypeError, match="got a dict") as two:
        show_exchange({"api-key": key})
    with pytest.raises(TypeError, match="not set") as three:
        show_json({key})
    assert not [error for error in (one, two, three) if key[:8] in str(error.value)]


def test_the_secrets_of_a_mock_are_in_no_repr(mock):
    secrets = mock.foundry.secrets
    shown = repr(secrets) + repr(mock) + repr(mock.foundry) + repr(mock.foundry.issuer)
    assert not [one for one in (secrets.api_key, secrets.identity_header, secrets.client_secret) if one in shown]


# -- prompts and recordings ----------------------------------------------------------------------------------------------
def _responses(**body) -> str:
    return prompts.from_responses(body).key


def _chat(*messages, **body) -> str:
    return prompts.from_chat({"messages": list(messages), **body}).key


def test_the_same_question_is_the_same_prompt_however_it_is_put():
    plain = _responses(input="Hello  there\n")
    assert plain == _responses(input="Hello there")
    assert plain == _responses(input=[{"role": "user", "content": "Hello there"}])
    assert plain == _responses(input=[{"type": "message", "id": "msg_1", "role": "user", "content": "Hello there"}])
    assert plain == _responses(input=[{"role": "user", "content": [{"type": "input_text", "text": "Hello there"}]}])
    assert plain == _responses(input="Hello there", stream=True, metadata={"a": "b"}, store=False, tools=[], text={})
    assert plain == _responses(input="Hello there", text={"format": {"type": "text"}})
    assert plain == _chat({"role": "user", "content": "Hello there"})
    assert plain == _chat({"role": "user", "content": [{"type": "text", "text": "Hello there"}]}, n=2)


def test_another_question_is_another_prompt():
    different = [
        _responses(input="Hello"),
        _responses(input="hello"),
        _responses(input="Hello", instructions="Be brief."),
        _responses(input="Hello", tools=[{"type": "function", "name": "f", "parameters": {}}]),
        _responses(input="Hello", text={"format": {"type": "json_object"}}),
        _responses(input=[{"role": "user", "content": "Hello"}, {"role": "user", "content": "Hello"}]),
        _responses(input="Hello", tools=[{"type": "web_search"}]),
    ]
    assert len(set(different)) == len(different)


def test_what_is_said_to_people_does_not_change_a_prompt():
    """Descriptions, titles, order, optionality: an answer of this course depends on none of them."""
    told = {
        "type": "object",
        "description": "A place.",
        "title": "Place",
        "properties": {
            "name": {"type": "string", "description": "What it is called", "title": "Name"},
            "people": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
        },
        "required": ["name"],
    }
    plain = {
        "type": "object",
        "properties": {"people": {"type": "integer"}, "name": {"type": "string"}},
        "required": ["people", "name"],
        "additionalProperties": False,
    }
    other = {"type": "object", "properties": {"name": {"type": "string"}, "people": {"type": "string"}}}
    formats = [
        {"type": "json_schema", "name": name, "schema": schema}
        for name, schema in (("A", told), ("B", plain), ("B", other))
    ]
    keys = [_responses(input="Oslo", text={"format": one}) for one in formats]
    assert keys[0] == keys[1] != keys[2]
    tools = [
        {"type": "function", "name": "f", "description": text, "parameters": schema}
        for text, schema in (("x", told), ("y", plain))
    ]
    assert len({_responses(input="Oslo", tools=[tool]) for tool in tools}) == 1


def test_instructions_tools_calls_and_formats_match_across_the_apis():
    parameters = {"type": "object", "properties": {"city": {"type": "string"}}}
    schema = {"type": "object", "properties": {}}
    assert _responses(
        instructions="Be brief.",
        input=[
            {"role": "user", "content": "Weather?"},
            {"type": "function_call", "call_id": "1", "name": "weather", "arguments": '{"city": "Oslo"}'},
            {"type": "function_call_output", "call_id": "1", "output": "rain"},
        ],
        tools=[{"type": "function", "name": "weather", "parameters": parameters, "strict": True}],
        text={"format": {"type": "json_schema", "name": "x", "schema": schema}},
    ) == _chat(
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "2", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Oslo"}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "2", "content": "rain"},
        tools=[{"type": "function", "function": {"name": "weather", "parameters": parameters}}],
        response_format={"type": "json_schema", "json_schema": {"name": "y", "schema": schema}},
    )


def test_every_recording_is_whole_scrubbed_and_says_where_it_comes_from():
    paths = [path for path in sorted(FOLDER.rglob("*.json")) if path.parent.name != FAILURES]
    assert len(Recordings()) == len(paths) > 0
    for path in paths:
        exchange = Exchange.load(path)
        assert exchange.source["kind"] in ("recorded", "documented", "authored"), path
        assert exchange.source["from"], path
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", exchange.source["date"]), path
        assert exchange.redacted() == exchange, path
        assert exchange.status == 200, path
        assert whole(exchange), path
        body = exchange.response_body.decode()
        assert '"content_filters"' in body or '"prompt_filter_results"' in body, path


def test_two_recordings_of_one_prompt_and_broken_ones_are_refused(tmp_path):
    original = next(FOLDER.rglob("what_is_an_endpoint.json"))
    (tmp_path / "a.json").write_text(original.read_text())
    (tmp_path / "b.json").write_text(original.read_text())
    with pytest.raises(ValueError, match=r"b\.json: recording a already answers"):
        Recordings(tmp_path)
    (tmp_path / "b.json").write_text('{"request": {"method": "GET", "url": "x"}, "response": {"status": 200}}')
    with pytest.raises(ValueError, match=r"b\.json cannot serve"):
        Recordings(tmp_path)


# -- the lock ----------------------------------------------------------------------------------------------------------
def test_the_lock_satisfies_every_range_and_ends_in_the_project_itself():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    assert lines[-1] == "-e ."
    locked = [Requirement(line) for line in lines[:-1]]
    assert all(len(requirement.specifier) == 1 and "==" in str(requirement) for requirement in locked)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [Requirement(line) for line in project["dependencies"]]
    for system, machine in (("linux", "x86_64"), ("win32", "AMD64"), ("darwin", "arm64"), ("darwin", "x86_64")):
        here = {"sys_platform": system, "platform_machine": machine}
        exact = {one.name.lower(): one.specifier for one in locked if one.marker is None or one.marker.evaluate(here)}
        for one in wanted:
            if one.marker is None or one.marker.evaluate(here):
                (version,) = exact[one.name.lower()]
                assert one.specifier.contains(version.version), (one, system, machine)
    text = (ROOT / "requirements.txt").read_text()
    assert "win32" in text
    assert "darwin" in text
