"""The exchange of GitHub's token for one of Entra ID, by hand and by azure-identity."""

from urllib.parse import urlencode

import jwt
import pytest
from azure.ai.projects import AIProjectClient
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import WorkloadIdentityCredential

from helpers.exchange import Exchange, Headers
from helpers.mock import catalog
from helpers.mock.federation import ASSERTION_TYPE, AUDIENCE, SUBJECT
from tests.mock.classes import a_class, serving

SCOPE = "https://ai.azure.com/.default"


@pytest.fixture
def run(mock, session):
    """A function: audience in, the answer of GitHub to a run of a workflow out."""

    def asked(audience: str = AUDIENCE, shown: str | None = None):
        v = mock.variables
        bearer = {"Authorization": f"bearer {v['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] if shown is None else shown}"}
        return session.get(f"{v['ACTIONS_ID_TOKEN_REQUEST_URL']}&audience={audience}", headers=bearer)

    return asked


@pytest.fixture
def exchanged(mock, session):
    """A function: an assertion, and what else to send; Entra's answer."""

    def sent(assertion: str, **changes):
        v = mock.variables
        form = {
            "grant_type": "client_credentials",
            "client_id": v["FOUNDRY_CLIENT_ID"],
            "scope": SCOPE,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        }
        return session.post(
            f"{v['FOUNDRY_AUTHORITY']}/{v['FOUNDRY_TENANT_ID']}/oauth2/v2.0/token", data={**form, **changes}
        )

    return sent


def test_the_token_of_a_run_says_what_runs(run):
    claims = jwt.decode(run().json()["value"], options={"verify_signature": False})
    assert claims["sub"] == SUBJECT == "repo:contoso@1001/mail-sorter@2002:ref:refs/heads/main"
    assert claims["aud"] == AUDIENCE and claims["exp"] - claims["iat"] == 300


@pytest.mark.parametrize("shown", ["", "wrong", "é"])
def test_only_the_run_gets_its_token(run, shown):
    assert run(shown=shown.encode().decode("latin-1")).status_code == 401


def test_it_is_exchanged_for_one_that_opens_the_project(run, exchanged, session, project):
    answer = exchanged(run().json()["value"])
    assert answer.status_code == 200 and answer.json()["token_type"] == "Bearer"
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert session.get(f"{project}/deployments?api-version=v1", headers=bearer).status_code == 200


def test_azure_identity_makes_the_same_exchange(run, mock, project, tmp_path):
    v, file = mock.variables, tmp_path / "token"

    def credential():
        return WorkloadIdentityCredential(
            tenant_id=v["FOUNDRY_TENANT_ID"], client_id=v["FOUNDRY_CLIENT_ID"], token_file_path=str(file),
            authority=v["FOUNDRY_AUTHORITY"], disable_instance_discovery=True,
        )  # fmt: skip

    file.write_text(run().json()["value"])
    with credential() as good, AIProjectClient(project, good) as projects:
        assert list(projects.deployments.list())
    file.write_text(run("api://something-else").json()["value"])
    with (
        credential() as bad,
        pytest.raises(ClientAuthenticationError, match=r"AADSTS700212.*audience 'api://something-else'"),
    ):
        bad.get_token(SCOPE)


def _changed(token: str, mock, **claims) -> str:
    told = jwt.decode(token, options={"verify_signature": False})
    return mock.foundry.issuer.sign({**told, **claims}, "github")


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"sub": "repo:contoso@1001/mail-sorter@2002:pull_request"}, 700213),
        ({"sub": "repo:contoso/mail-sorter:ref:refs/heads/main"}, 700213),
        ({"sub": "repo:Contoso@1001/mail-sorter@2002:ref:refs/heads/main"}, 7002138),  # case counts since August 2024
        ({"iss": "https://token.actions.example"}, 700211),
        ({"aud": "https://github.com/contoso"}, 700212),
        ({"exp": 1}, 700024),
    ],
)
def test_what_does_not_match_is_named(run, exchanged, mock, claims, code):
    refused = exchanged(_changed(run().json()["value"], mock, **claims))
    assert refused.status_code == 401 and refused.json()["error"] == "invalid_client"
    assert refused.json()["error_codes"] == [code]


def test_a_token_that_was_tampered_with_is_refused(run, exchanged):
    head, body, signature = run().json()["value"].split(".")
    for wrong in ("", "x", f"{head}.{body}", f"{head}.{body}.{signature[::-1]}", f"{head}..{signature}"):
        refused = exchanged(wrong)
        assert refused.status_code in (400, 401), wrong
        assert refused.json()["error_codes"][0] in (900144, 50027)


def test_it_is_entered_for_one_application(run, exchanged):
    value = run().json()["value"]
    refused = exchanged(value, client_id=catalog.CLIENT_ID_WITHOUT_ROLE)
    assert (refused.status_code, refused.json()["error_codes"]) == (401, [70025])
    assert exchanged(value).status_code == 200


def test_the_kind_of_the_assertion_has_to_be_said(run, exchanged):
    value = run().json()["value"]
    assert exchanged(value, client_assertion_type="jwt").json()["error_codes"] == [50012]
    assert exchanged(value, client_assertion_type="").json()["error_codes"] == [900144]


def test_in_a_class_each_learner_has_a_run_of_their_own():
    def answer(server, method: str, path: str, headers: dict[str, str], body: bytes = b""):
        return server.room.answer(Exchange(method, f"https://localhost{path}", Headers(headers), body)).response_json

    with serving(a_class()) as server:
        code, principals = server.room.of.code(), []
        for _ in range(2):
            learner = server.room.join(code, "", "127.0.0.1")
            shown = {"authorization": f"Bearer {learner.secrets.workflow_token}"}
            value = answer(server, "GET", f"/github/token?audience={AUDIENCE}", shown)["value"]
            form = {"grant_type": "client_credentials", "client_id": catalog.CLIENT_ID, "scope": SCOPE}
            form |= {"client_assertion_type": ASSERTION_TYPE, "client_assertion": value}
            told = answer(server, "POST", f"/{catalog.TENANT_ID}/oauth2/v2.0/token", {}, urlencode(form).encode())
            claims = jwt.decode(told["access_token"], options={"verify_signature": False})
            assert server.room._world_of(
                Exchange("GET", "https://localhost/x", Headers({"authorization": f"Bearer {told['access_token']}"}))
            ) is server.room.made(learner.name)
            principals.append(claims["oid"])
    assert len(set(principals)) == 2
