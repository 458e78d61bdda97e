"""The local Foundry, for as long as the tests run, and a client that talks to it."""

import ssl
import subprocess
import sys
import tempfile
from pathlib import Path

import openai
import pytest
import requests
from dotenv import dotenv_values


@pytest.fixture(scope="session")
def foundry():
    """The settings of a local Foundry that these tests have for themselves."""
    command = [sys.executable, "-m", "helpers", "mock", "--speed", "instant", "--env-file"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "mock.env")
        with subprocess.Popen([*command, file], stdout=subprocess.PIPE) as mock:
            mock.stdout.readline()  # it says where it listens, and then it is ready
            yield dotenv_values(file)
            mock.terminate()


@pytest.fixture
def client(foundry):
    trusted = ssl.create_default_context(cafile=foundry["SSL_CERT_FILE"])
    with openai.OpenAI(
        base_url=f"{foundry['FOUNDRY_RESOURCE_ENDPOINT']}/openai/v1",
        api_key=foundry["FOUNDRY_API_KEY"],
        http_client=openai.DefaultHttpxClient(verify=trusted),
        max_retries=0,
    ) as made:
        yield made


@pytest.fixture
def fault(foundry):
    """A function: what goes wrong with the next request, such as "503"."""

    def ask_for(kind):
        url = f"{foundry['FOUNDRY_RESOURCE_ENDPOINT']}/_mock/faults"
        key = {"x-mock-control-key": foundry["FOUNDRY_MOCK_CONTROL_KEY"]}
        reply = requests.post(url, headers=key, json={"kind": kind}, verify=foundry["SSL_CERT_FILE"], timeout=10)
        reply.raise_for_status()

    return ask_for
