"""Every exercise: the starter is "not done yet", typical wrong answers are told why. That the published solutions are right is
shown by tests/lessons/test_live.py, which runs them."""

from pathlib import Path

import nbformat
import pytest
import requests

from helpers import check
from helpers.connection import Foundry
from helpers.course import notebooks
from helpers.course.notebooks import exercises_in
from helpers.exercises import DONE, TODO, WRONG, exercises_of
from tests.mock.test_routes import PROMPT, V1

LESSONS = [path for path in notebooks.paths() if path.stem != "template"]


def marks(notebook) -> dict[str, str]:
    """What each check says: its mark, by the id of its cell."""
    return {
        cell.id: output.data["text/plain"][:2].strip()
        for cell in notebook.cells
        if "check" in cell.metadata.get("tags", [])
        for output in cell.outputs
    }


@pytest.mark.parametrize("path", notebooks.paths(), ids=lambda path: path.stem)
def test_the_published_starter_is_not_done_yet(path):
    notebook = nbformat.read(path, 4)
    for cell, mark in marks(notebook).items():
        assert mark == TODO, (
            f"{path.name}, cell {cell}: its starter is taken for done; the check must answer {TODO} to ..."
        )
    for cell in exercises_in(notebook):
        assert "..." in cell.source, f"{path.name}, cell {cell.id}: a starter has ... where the learner writes"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_each_exercise_has_wrong_answers_that_are_tried(path):
    tests = "".join(one.read_text(encoding="utf-8") for one in Path(__file__).parent.glob("test_exercise*.py"))
    for number in exercises_of(path.stem[:2]):
        name = f"test_{number.replace('.', '_')}"
        assert name in tests or f'"{number}"' in tests, f"exercise {number}: add the wrong answers that learners give"


# -- check() itself ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("answer", [(), (...,), ({"Authorization": ...},), ([1, {"a": (...,)}],), (..., "x")])
def test_three_dots_anywhere_mean_not_done_yet(answer):
    assert check("00.1", *answer).mark == TODO


class Hostile:
    def __eq__(self, other):
        raise RuntimeError("no")

    def __getattr__(self, name):
        raise RuntimeError("no")

    def __repr__(self):
        raise RuntimeError("no")

    __hash__ = None


@pytest.mark.parametrize("number", ["00.1", "00.2", "02.1", "02.2", "02.3"])
@pytest.mark.parametrize("make", [None, 1, "x", b"", [], {}, object, Hostile, requests.Response, int], ids=str)
def test_check_never_raises(number, make):
    answer = make() if isinstance(make, type) else make
    for answers in ((answer,), (answer, answer), (answer, answer, answer)):
        assert check(number, *answers).mark == WRONG


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("no")


class Leaving:
    def __getattr__(self, name):
        raise Unprintable if name == "request" else SystemExit


def test_check_never_raises_even_for_errors_that_cannot_be_printed():
    for number in ("00.2", "02.1", "02.2", "02.3"):
        assert check(number, Leaving()).mark == WRONG
    assert check("00.1", Leaving(), Leaving()).mark == WRONG


@pytest.mark.parametrize("number", ["99.1", "00.9", "", "x", None, 2.1])
def test_an_unknown_exercise_is_told(number):
    verdict = check(number, "x")
    assert verdict.mark == WRONG
    assert "not an exercise" in verdict.text


def test_the_same_state_gets_the_same_words():
    assert repr(check("00.1", "x", "y")) == repr(check("00.1", "x", "y"))
    assert check("00.1", ...)._repr_markdown_() == repr(check("00.1", ...))


# -- typical wrong answers ---------------------------------------------------------------------------------------------
@pytest.fixture
def foundry(mock) -> Foundry:
    v = mock.variables
    return Foundry(
        v["FOUNDRY_PROJECT_ENDPOINT"], v["FOUNDRY_RESOURCE_ENDPOINT"], v["FOUNDRY_MODEL_NAME"], v["FOUNDRY_API_KEY"]
    )


ENDPOINT = {**PROMPT, "input": "What is an endpoint?"}
DATED = "/openai/responses?api-version=2025-11-15-preview"
CHAT = "/openai/deployments/gpt-4o/chat/completions"
ASKED = {"messages": [{"role": "user", "content": "What is an AI application?"}]}


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("live", "first line"),
        ("LIVE ", "first line"),
        (True, "word in quotes"),
        ("OFFLINE MOCK", '"offline" or "live"'),
    ],
)
def test_00_1(foundry, answer, says):
    assert says in check("00.1", answer, foundry).text
    assert check("00.1", "Offline", foundry).mark == DONE
    assert "connect()" in check("00.1", "offline", "foundry").text


@pytest.mark.parametrize(
    ("url", "sign_in", "body", "says"),
    [
        ("{project}" + V1, "token", PROMPT, "still asks the first question"),
        ("{project}" + V1, "none", ENDPOINT, "carries no sign-in"),
        ("{project}" + V1, "token", {**ENDPOINT, "model": "gpt-4o"}, "keep the model"),
        ("{resource}/openai/v1/chat/completions", "key", ASKED, "keep the URL"),
        ("{project}" + V1, "token", {"model": "gpt-5.4-mini", "imput": "x"}, "Did you mean 'input'?"),
    ],
)
def test_00_2(send, url, sign_in, body, says):
    assert says in check("00.2", send(url, sign_in, body)).text


@pytest.mark.parametrize(
    ("url", "sign_in", "body", "says"),
    [
        ("{project}" + DATED, "token", PROMPT, "What is an AI application?"),
        ("{project}" + DATED, "none", ENDPOINT, "carries no sign-in"),
        ("{project}" + DATED, "token", {**ENDPOINT, "input": "what is a deployment"}, "it should be"),
        ("{project}/openai/responses", "token", ENDPOINT, "400 Bad Request: Missing required query parameter"),
        ("GET {project}/deployments?api-version=v1", "token", None, "the method is GET"),
    ],
)
def test_02_1(send, url, sign_in, body, says):
    assert says in check("02.1", send(url, sign_in, body)).text
    assert check("02.1", send("{project}" + DATED, "token", ENDPOINT)).mark == DONE


@pytest.mark.parametrize(
    ("url", "sign_in", "says"),
    [
        ("{project}" + V1, "token", "Authorization header"),
        ("{project}" + V1, "both", "Authorization header"),
        ("{project}" + V1, "none", "no api-key header"),
        ("{project}" + V1, "wrong key", "401 PermissionDenied: Access denied"),
        ("{project}" + DATED, "key", "the current route ends in"),
        ("{project}" + V1 + "?api-version=2025-11-15-preview", "key", "takes none"),
    ],
)
def test_02_2(send, url, sign_in, says):
    assert says in check("02.2", send(url, sign_in, PROMPT)).text
    assert check("02.2", send("{project}" + V1, "key", PROMPT)).mark == DONE


@pytest.mark.parametrize(
    ("url", "body", "says"),
    [
        ("{resource}" + CHAT, ASKED, "api-version=2024-05-01-preview"),
        ("{resource}" + CHAT + "?api-version=2024-05-01-preview", PROMPT, "Unknown parameter: 'input'"),
        ("{project}" + V1, PROMPT, "starts at the resource endpoint"),
        ("{project}" + CHAT + "?api-version=2024-05-01-preview", ASKED, "foundry.resource_endpoint"),
        (
            "{resource}" + CHAT + "?api-version=2024-05-01-preview",
            {"messages": [{"role": "user", "content": "hi"}]},
            "compare them",
        ),
    ],
)
def test_02_3(send, url, body, says):
    assert says in check("02.3", send(url, "key", body)).text
    assert check("02.3", send("{resource}" + CHAT + "?api-version=2024-05-01-preview", "key", ASKED)).mark == DONE


def test_02_2_and_02_3_ask_for_the_key_and_the_prompt(send):
    with_token = send("{resource}" + CHAT + "?api-version=2024-05-01-preview", "token", ASKED)
    assert "header api-key" in check("02.3", with_token).text
    assert "not that of body" in check("02.2", send("{project}" + V1, "key", ENDPOINT)).text


@pytest.mark.parametrize("number", ["00.2", "02.1", "02.2", "02.3"])
def test_what_is_not_a_response_is_told_what_to_store(number):
    assert "store what the request returns" in check(number, {"output": []}).text


@pytest.fixture
def send(session, foundry):
    """A function: what a learner would send, and the response they would pass to check()."""
    signs = {
        "token": lambda: foundry.headers("token"),
        "key": lambda: foundry.headers("key"),
        "both": lambda: foundry.headers("token") | foundry.headers("key"),
        "wrong key": lambda: {"api-key": "wrong"},
        "none": dict,
    }

    def post(url: str, sign_in: str, body) -> requests.Response:
        method, _, url = url.rpartition(" ")
        url = url.format(project=foundry.project_endpoint, resource=foundry.resource_endpoint)
        return session.request(method or "POST", url, headers=signs[sign_in](), json=body)

    return post


def test_every_lesson_with_checks_is_a_notebook():
    modules = {path.stem[-2:] for path in Path(check.__globals__["__file__"]).parent.glob("lesson_*.py")}
    assert modules <= {path.stem[:2] for path in LESSONS}
