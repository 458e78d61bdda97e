"""A second server that plays a live project: other names, other words of the models, a field more and one less, other headers,
cookies, and now and then a 429."""

import json
import re
import shutil
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from helpers.exchange import Exchange, Headers
from helpers.mock import catalog, server
from helpers.mock.model import recordings
from helpers.mock.model.recordings import FOLDER, Recordings

PROJECT, RESOURCE, DEPLOYMENT = "harbor-desk", "nordwind-ai-se", "harbor-chat-model"
TENANT, SUBSCRIPTION = "9d3c1f52-6b7e-4c18-b3a4-5e0f7a8c2d61", "b81e47d0-2c9f-4e63-9a15-7f6d3c0b8e24"
PERSON = "tove.lindqvist@nordwind-shipping.se"
# what a real project has in place of the demo resource's names
OTHER = {
    catalog.PROJECT: PROJECT, catalog.RESOURCE: RESOURCE, catalog.SUBSCRIPTION_ID: SUBSCRIPTION, catalog.RESOURCE_GROUP: "rg-nordwind-harbor",
    catalog.REGION: "Sweden Central",
}  # fmt: skip
IDENTITIES = (
    PROJECT,
    RESOURCE,
    DEPLOYMENT,
    TENANT,
    SUBSCRIPTION,
    PERSON,
    "nordwind",
    "tove.lindqvist",
    "rg-nordwind-harbor",
)


def in_other_words(folder: Path) -> None:
    """A copy of the course's recordings, in which the models say something else, unless they were asked for one word. Histories in later
    prompts say it too."""
    shutil.copytree(FOLDER, folder, ignore=lambda path, names: [name for name in names if name == recordings.FAILURES])
    paths = sorted(folder.rglob("*.json"))
    texts = {}
    for path in paths:
        said = recordings.read(path, path.stem).answer.text
        if " " in said and not said.startswith(("{", "[")):
            texts[" ".join(said.split())] = f"Harbor says: {said}"

    def changed(value):
        if isinstance(value, dict):
            return {name: changed(part) for name, part in value.items()}
        if isinstance(value, list):
            return [changed(part) for part in value]
        return texts.get(" ".join(value.split()), value) if isinstance(value, str) else value

    for path in paths:
        path.write_text(json.dumps(changed(json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")


class LiveProject:
    """The server and the settings that lead to it. ``change`` may be given another answer to make of each one; ``busy`` is after
    how many calls one is told to come back."""

    def __init__(self, folder: Path, speed: str = "instant", busy: int = 0):
        in_other_words(folder)
        before, server.Recordings = server.Recordings, lambda: Recordings(folder)
        try:
            self.server = server.MockServer(port=0, speed=speed, strict=False, other_sites=False)
        finally:
            server.Recordings = before
        self.change = lambda answer: answer
        self.busy, self.calls = busy, 0
        self._answer = self.server.foundry.answer
        self.server.foundry.answer = self.answer
        self.settings = {
            name: value for name, value in self.server.variables.items() if name.startswith(("ACTIONS_", "FOUNDRY_", "IDENTITY_", "AZURE_", "SSL", "REQUESTS", "CURL"))
        }  # fmt: skip
        del self.settings["FOUNDRY_MOCK_ENV"]
        self.settings |= {
            "FOUNDRY_PROJECT_ENDPOINT": f"{self.server.origin}/api/projects/{PROJECT}",
            "FOUNDRY_MODEL_NAME": DEPLOYMENT,
        }

    def answer(self, request: Exchange) -> Exchange:
        self.calls += 1
        path = request.url.partition("?")[0]
        if "/api/projects/" not in path and "/openai/" not in path:
            return self._answer(request)
        if self.busy and self.calls % self.busy == 0:
            body = b'{"error":{"code":"too_many_requests","message":"Try again."}}'
            return replace(
                request,
                status=429,
                reason="Too Many Requests",
                response_headers=Headers([("retry-after", "0")]),
                response_body=body,
            )
        sent = request.request_body.replace(f'"{DEPLOYMENT}"'.encode(), f'"{catalog.DEFAULT_DEPLOYMENT}"'.encode())
        url = request.url.replace(f"/projects/{PROJECT}", f"/projects/{catalog.PROJECT}").replace(
            DEPLOYMENT, catalog.DEFAULT_DEPLOYMENT
        )
        asked = replace(request, url=url, request_body=sent)
        got = self._answer(asked)
        chunks = tuple((at, self._body(chunk)) for at, chunk in got.chunks)
        body = b"".join(chunk for _, chunk in chunks) if chunks else self._body(got.response_body)
        headers = [
            (name, _other(value))
            for name, value in got.response_headers.pairs
            if name not in ("x-offline-mock", "openai-version", "azureml-served-by-cluster", "content-length")
        ]
        headers += [
            ("x-ms-edge-revision", "2026-11"),
            ("set-cookie", "ARRAffinity=7f3a9c0b1d2e4f5a6b7c8d9e0f1a2b3c; Path=/"),
            ("x-ms-client-principal-name", PERSON),
        ]
        answered = replace(
            got,
            url=request.url,
            request_body=request.request_body,
            response_headers=Headers(headers),
            response_body=body,
            chunks=chunks,
        )
        return self.change(answered)

    def _body(self, body: bytes) -> bytes:
        text = _other(body.decode("utf-8", "surrogateescape"))
        text = re.sub(r'("prompt_cache_retention":"\w+",)', "", text)
        text = re.sub(
            r'"metadata":\{\}', f'"metadata":{{}},"billing":{{"payer":"developer"}},"created_by":"{PERSON}"', text
        )
        return text.encode("utf-8", "surrogateescape")


def _other(text: str) -> str:
    for ours, theirs in OTHER.items():
        text = text.replace(ours, theirs)
    return text


@contextmanager
def live_project(folder: Path, monkeypatch, **options):
    """The project, running, with its settings in the environment."""
    project = LiveProject(folder, **options)
    project.server.start()
    for name, value in project.settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("FOUNDRY_MOCK_ENV", raising=False)
    try:
        yield project
    finally:
        project.server.stop()
