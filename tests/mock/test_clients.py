"""Unmodified clients against the mock, with no other setting than the variables it hands out."""

import asyncio
import json
import os
import shutil
import subprocess

import openai
import pydantic
import pytest
from azure.ai.projects import AIProjectClient
from azure.core.exceptions import ClientAuthenticationError, ResourceNotFoundError
from azure.identity import DefaultAzureCredential, ManagedIdentityCredential

from helpers import auth
from helpers.mock import catalog
from tests.conftest import beginning

QUESTION = "What is an AI application?"
MODEL = catalog.DEFAULT_DEPLOYMENT


@pytest.fixture
def client(mock, resource):
    with openai.OpenAI(
        base_url=f"{resource}/openai/v1/", api_key=mock.foundry.secrets.api_key, max_retries=0
    ) as opened:
        yield opened


@pytest.fixture
def project_client(mock, project):
    with DefaultAzureCredential() as credential, AIProjectClient(project, credential) as opened:
        yield opened


# Fields that Azure sends and the openai SDK has no name for.
AZURE_ONLY = {"content_filters", "store", "agent_reference", "response_id", "frequency_penalty", "presence_penalty"}


def _unnamed(model) -> set[str]:
    """The names of fields at any depth that the SDK's types do not know."""
    found = set(model.model_extra or ())
    for name in type(model).model_fields:
        value = getattr(model, name)
        for part in value if isinstance(value, list) else [value]:
            if hasattr(part, "model_extra"):
                found |= _unnamed(part)
    return found


def test_openai_responses_are_typed_with_nothing_left_over(client):
    answer = client.responses.create(model=MODEL, input=QUESTION)
    assert answer.output_text.startswith(beginning())
    assert _unnamed(answer) <= AZURE_ONLY
    with pytest.raises(pydantic.ValidationError) as complaints:
        type(answer).model_validate_json(answer.model_dump_json(exclude_unset=True), strict=True)
    # openai 3.54 demands one field that the real exchange of 2025-11-15 does not have either
    assert [e["loc"] for e in complaints.value.errors()] == [("usage", "input_tokens_details", "cache_write_tokens")]


def test_openai_chat_completions_are_typed(client):
    answer = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": QUESTION}])
    assert answer.choices[0].message.content.startswith(beginning())
    assert _unnamed(answer) == {"prompt_filter_results", "content_filter_results"}


async def _ask_async(resource: str, key: str) -> str:
    async with openai.AsyncOpenAI(base_url=f"{resource}/openai/v1/", api_key=key) as opened:
        return (await opened.responses.create(model=MODEL, input=QUESTION)).output_text


def test_openai_async(mock, resource):
    assert asyncio.run(_ask_async(resource, mock.foundry.secrets.api_key)).startswith(beginning())


@pytest.mark.parametrize("sign_in", ["key", "token"])
def test_azure_openai(mock, resource, sign_in):
    how = (
        {"api_key": mock.foundry.secrets.api_key}
        if sign_in == "key"
        else {"azure_ad_token_provider": lambda: auth.token(auth.RESOURCE_SCOPE)}
    )
    with openai.AzureOpenAI(azure_endpoint=resource, api_version="2025-04-01-preview", **how) as opened:
        chat = opened.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": QUESTION}])
        assert chat.choices[0].message.content.startswith(beginning())
        assert opened.responses.create(model=MODEL, input=QUESTION).output_text.startswith(beginning())


def test_the_project_client_lists_deployments(project_client):
    deployments = list(project_client.deployments.list())
    assert deployments[0].as_dict()["modelName"] == MODEL
    assert [d.name for d in project_client.deployments.list(model_name="gpt-4o")] == ["gpt-4o"]
    assert project_client.deployments.get("course-chat").model_version == "2026-03-17"
    with pytest.raises(ResourceNotFoundError):
        project_client.deployments.get("nothing")


def test_the_project_clients_openai_client(project_client):
    with project_client.get_openai_client() as opened:
        answer = opened.responses.create(model=MODEL, input=QUESTION)
    assert answer.output_text.startswith(beginning())
    assert _unnamed(answer) <= AZURE_ONLY


def test_the_sdks_raise_what_they_raise_for_azure(client, mock, resource, project):
    with pytest.raises(openai.NotFoundError) as missing:
        client.responses.create(model="gpt-99", input=QUESTION)
    assert missing.value.code == "DeploymentNotFound"
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(base_url=f"{resource}/openai/v1/", api_key="wrong", max_retries=0).responses.create(
            model=MODEL, input=QUESTION
        )
    with (
        DefaultAzureCredential() as credential,
        AIProjectClient(project, credential, credential_scopes=[auth.RESOURCE_SCOPE]) as wrong_scope,
        pytest.raises(ClientAuthenticationError, match=r"https://ai\.azure\.com"),
    ):
        list(wrong_scope.deployments.list())


def test_azure_identity_gets_a_token_for_the_scope_it_asks_for(mock):
    with ManagedIdentityCredential() as credential:
        token = credential.get_token("https://management.azure.com/.default").token
    assert auth.decode_token(token)["claims"]["aud"] == "https://management.azure.com"


# -- the curl command of the source lesson, with host, project and token replaced and nothing else -----------------------
LESSON = """\
curl -X POST {project}/openai/responses?api-version=2025-11-15-preview \\
  -H "Content-Type: application/json" \\
  -H "Authorization: Bearer $AUTH_TOKEN" \\
-d '{{
        "model": "gpt-4.1-mini",
        "input": "What is an AI application?"
}}'
"""
needs_curl = pytest.mark.skipif(
    not (shutil.which("sh") and shutil.which("curl")), reason="there is no sh and curl here"
)


def _curl(project: str, variables: dict[str, str], token: str) -> dict:
    command = LESSON.format(project=project)
    environment = {**os.environ, **variables, "AUTH_TOKEN": token}
    said = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True, timeout=30)
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)


@needs_curl
def test_the_lessons_curl_command_works(mock, project):
    body = _curl(project, mock.variables, auth.token())
    assert body["output"][0]["content"][0]["text"].startswith(beginning())


@needs_curl
def test_the_lessons_curl_command_with_the_other_audience(mock, project):
    body = _curl(project, mock.variables, auth.token(auth.RESOURCE_SCOPE))
    assert body["statusCode"] == 401
    assert "(https://ai.azure.com)" in body["message"]
