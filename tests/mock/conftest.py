"""The clients of azure-ai-projects and openai, opened for the mock."""

import pytest
from azure.ai.projects import AIProjectClient
from azure.identity import DefaultAzureCredential


@pytest.fixture
def projects(mock, project):
    with DefaultAzureCredential() as credential, AIProjectClient(project, credential, allow_preview=True) as opened:
        yield opened


@pytest.fixture
def client(projects):
    """The openai client of the project."""
    with projects.get_openai_client() as opened:
        yield opened
