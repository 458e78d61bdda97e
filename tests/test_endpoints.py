"""Endpoint URLs: what is built can be taken apart, and each typical mistake gets its own sentence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.endpoints import CHAT_VERSION, FOUNDRY_HOST, HOSTS, SHAPES, Endpoint, build, take_apart

SAME = settings(derandomize=True, deadline=None, max_examples=200)
NAMES = {"resource": "my-resource", "project": "my-project", "deployment": "gpt-4.1-mini"}
RESOURCE = "https://my-resource.services.ai.azure.com"
PROJECT = RESOURCE + "/api/projects/my-project"
V1 = "/openai/v1/responses"


def _problem(url: str) -> str:
    (sentence,) = take_apart(url).problems
    return sentence


# -- build, then take apart --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("host", HOSTS)
def test_what_is_built_can_be_taken_apart(shape, host):
    if "{project}" in shape.path and host != FOUNDRY_HOST:
        return
    endpoint = take_apart(build(shape.name, **NAMES, host=host))
    assert (endpoint.kind, endpoint.problems) == (shape.name, ())
    assert (endpoint.scheme, endpoint.host, endpoint.resource) == ("https", f"my-resource.{host}", "my-resource")
    assert endpoint.project == ("my-project" if "{project}" in shape.path else "")
    assert endpoint.deployment == ("gpt-4.1-mini" if "{deployment}" in shape.path else "")
    assert endpoint.api_version == shape.version


@SAME
@given(
    st.sampled_from(list(SHAPES)), *[st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{1,12}", fullmatch=True)] * 3
)  # fmt: skip
def test_a_name_that_build_accepts_makes_a_url_without_problems(kind, resource, project, deployment):
    try:
        url = build(kind, resource, project, deployment)
    except ValueError:
        return
    assert (take_apart(url).kind, take_apart(url).problems) == (kind, ())


@pytest.mark.parametrize("name", ["openai", "openai-demo", "v1"])
def test_a_project_or_deployment_may_be_called_like_a_part_of_the_route(name):
    for kind in ("project, OpenAI route", "model endpoint"):
        assert take_apart(build(kind, "my-resource", name, name)).problems == ()


@pytest.mark.parametrize(
    ("kind", "given", "says"),
    [
        ("nothing", {}, "no kind 'nothing': choose one of project endpoint, "),
        ("resource endpoint", {"resource": " "}, "needs the name of the resource"),
        ("project endpoint", {"project": ""}, "needs the name of the project"),
        ("model endpoint", {"deployment": ""}, "needs the name of the deployment"),
        ("resource endpoint", {"resource": "a/b"}, "'a/b' cannot be the name of a resource"),
        ("resource endpoint", {"resource": "a.b"}, "'a.b' cannot be the name of a resource"),
        ("resource endpoint", {"resource": "a_b"}, "'a_b' cannot be the name of a resource"),
        ("resource endpoint", {"resource": "aé"}, "'aé' cannot be the name of a resource"),
        ("project endpoint", {"project": "my project"}, "'my project' cannot be the name of a project"),
        ("model endpoint", {"deployment": "<name>"}, "'<name>' cannot be the name of a deployment"),
        ("project endpoint", {"host": "openai.azure.com"}, r"services\.ai\.azure\.com"),
    ],
)
def test_build_says_which_part_is_missing_or_wrong(kind, given, says):
    with pytest.raises(ValueError, match=says):
        build(kind, **{**NAMES, **given})


def test_build_needs_only_the_names_of_its_kind_and_ignores_spaces_around_them():
    assert build("resource endpoint", " my-resource ") == RESOURCE
    assert build("project endpoint", "my-resource", " my-project ") == PROJECT
    assert build("resource, v1 responses", "my-resource", project="a b", deployment="?") == RESOURCE + V1


# -- taking apart ------------------------------------------------------------------------------------------------------
def test_the_parts_of_a_url_are_named_and_explained():
    endpoint = take_apart(f"  {RESOURCE}/openai/deployments/gpt-4o/chat/completions?api-version={CHAT_VERSION}  ")
    assert [row[:2] for row in endpoint.parts()] == [
        ("scheme", "https"),
        ("host", "my-resource.services.ai.azure.com"),
        ("resource", "my-resource"),
        ("path", "/openai/deployments/gpt-4o/chat/completions"),
        ("deployment", "gpt-4o"),
        ("operation", "chat/completions"),
        ("api-version", CHAT_VERSION),
    ]
    assert all(meaning for *_, meaning in endpoint.parts())
    assert "in the open" in take_apart("http://localhost").parts()[0][2]


@pytest.mark.parametrize("path", ["", "/", "/openai", "/openai/v1", "/openai/v1/", V1 + "/", V1 + "/resp_1/cancel"])
def test_base_urls_and_ends_with_a_slash_have_no_problem(path):
    assert take_apart(RESOURCE + path).problems == ()
    assert take_apart(PROJECT + path).problems == ()


def test_a_local_machine_is_a_host_and_no_resource():
    for host in ("localhost:8443", "127.0.0.1:8443"):
        endpoint = take_apart(f"https://{host}{V1}")
        assert (endpoint.host, endpoint.resource, endpoint.problems) == (host, "", ())


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("  ", "There is nothing here yet"),
        (f'"{RESOURCE}"', "quotes around it"),
        (f"{RESOURCE}/openai/v1/my file", "a space in it"),
        ("https://[my-resource", "cannot be read as a URL"),
        ("https://my-resource:port/", "cannot be read as a URL"),
        ("my-resource.services.ai.azure.com/openai/v1", "does not start with https://"),
        ("ftp://my-resource.services.ai.azure.com", "does not start with https://"),
        (RESOURCE.replace("https", "http") + V1, "starts with http://"),
        ("https://ai.azure.com/", "address of the portal"),
        ("https://westus.api.cognitive.microsoft.com/openai/v1/responses", "regional endpoint"),
        ("https://api.openai.com/openai/v1/responses", "expected one of *.services.ai.azure.com, *.openai.azure.com"),
        ("https://services.ai.azure.com", "No Foundry resource has such a host name"),
        ("https://.services.ai.azure.com", "No Foundry resource has such a host name"),
        ("https://r.openai.azure.com/api/projects/p", "another host name: use r.services.ai.azure.com."),
        (f"{PROJECT}/openai/v1{V1}", "/openai/v1 is in it twice"),
        (f"{RESOURCE}{V1}/v1/responses", "/v1 is in it twice"),
        (f"{RESOURCE}/models/chat/completions", "retired on 2026-08-26"),
        (f"{RESOURCE}/chat/completions", "put /openai/v1 before the operation"),
        (f"{RESOURCE}/responses", "put /openai/v1 before the operation"),
        (f"{RESOURCE}/v1/responses", "put /openai/v1 before the operation"),
        (f"{RESOURCE}/api/projects", "names no project"),
        (f"{RESOURCE}/api/projects/", "names no project"),
        (f"{RESOURCE}/something", "No route of a Foundry resource starts like this"),
        (f"{RESOURCE}/openai/v2/responses", "No route of a Foundry resource starts like this"),
        (f"{RESOURCE}{V1}?api-version=2024-10-21", "takes no api-version"),
        (f"{PROJECT}{V1}?api-version=", "takes no api-version"),
        (f"{RESOURCE}/openai/v1/?api-version=preview", "takes no api-version"),
        (f"{PROJECT}/deployments", "add ?api-version=v1."),
        (f"{RESOURCE}/openai/deployments/gpt-4o/chat/completions", f"add ?api-version={CHAT_VERSION}."),
        (f"{RESOURCE}/openai/responses?api-version=", "needs an api-version"),
        (f"{RESOURCE}/openai/deployments/d/chat/completions?api-version=v1", "takes a date as its api-version"),
        (f"{RESOURCE}/openai/deployments/d/chat/completions?api-version=banana", "takes a date as its api-version"),
        (f"{RESOURCE}/api/projects/p/deployments?api-version=2024-10-21", "takes api-version=v1, not 2024-10-21"),
        (f"{RESOURCE}/api/projects/<project>", "still holds a placeholder"),
        ("https://your-resource.openai.azure.com/", "still holds a placeholder"),
        ("https://YOUR-RESOURCE.services.ai.azure.com/", "still holds a placeholder"),
    ],
)
def test_each_typical_mistake_gets_its_own_sentence(url, says):
    assert says in _problem(url)
    assert _problem(url).endswith(".")


def test_several_mistakes_are_all_told():
    url = "'http://<resource>.example.com/chat/completions now'"
    said = " ".join(take_apart(url).problems)
    for words in ("quotes", "space", "http://", "host name", "/openai/v1", "placeholder"):
        assert words in said


PIECES = ["https://", "http:", "//", "/", "[", "]", ":", "@", "?", "#", "&", "api-version=", "my-resource", "openai", "/v1/",
          "/api/projects/", ".services.ai.azure.com", "deployments", '"', " ", "%", "é", "\u2100", "\ud800", "99999"]  # fmt: skip


@SAME
@given(st.text() | st.lists(st.sampled_from(PIECES)).map("".join) | st.text().map(RESOURCE.__add__))
def test_any_text_is_taken_apart(text):
    endpoint = take_apart(text)
    assert isinstance(endpoint, Endpoint)
    assert all(isinstance(cell, str) for row in endpoint.parts() for cell in row)
    assert endpoint.kind in ("", *SHAPES)
    assert endpoint.host or endpoint.problems
