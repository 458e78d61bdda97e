"""The exercises of lessons 01 and 03 to 07 as learners answer them: right in more than one way, and wrong in the usual ways."""

import dataclasses
import json
import os
import sys
from urllib.parse import urlsplit

import httpx2
import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from helpers import check
from helpers.exchange import Exchange
from helpers.exercises import DONE, WRONG, exercises_of
from helpers.mock import tokens
from tests.lessons import test_exercises
from tests.lessons.test_exercises import LESSONS, Hostile, Leaving
from tests.mock.test_routes import PROMPT, V1

foundry, send = test_exercises.foundry, test_exercises.send  # fixtures

MESSAGES = [{"role": "user", "content": "What is an AI application?"}]
CHAT = {"model": "gpt-4.1-mini", "messages": MESSAGES}
CHAT_V1 = "{resource}/openai/v1/chat/completions"
RESPONSES = "{project}" + V1
UNSIGNED, NOT_A_RESPONSE, UNFINISHED = "carries no sign-in", "the whole response, not a dict", "not done yet"


def right(number, *answer):
    verdict = check(number, *answer)
    assert verdict.mark == DONE, verdict


def wrong(says, number, *answer):
    verdict = check(number, *answer)
    assert verdict.mark != DONE, verdict
    assert says in verdict.text


def _without(body, *names):
    return {name: value for name, value in body.items() if name not in names}


# -- 01 ----------------------------------------------------------------------------------------------------------------
def test_01_1_takes_the_two_names():
    right("01.1", {"resource": "contoso-ai", "deployment": "support-bot"})
    right("01.1", {"deployment": "support-bot", "resource": "contoso-ai", "operation": "embeddings"})


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ({"resource": "support-bot", "deployment": "contoso-ai"}, "swapped"),
        ({"resource": "contoso-ai.openai.azure.com", "deployment": "support-bot"}, "without the domain"),
        ({"resource": "https://contoso-ai", "deployment": "support-bot"}, "first word of the host"),
        ({"resource": "contoso-ai", "deployment": "embeddings"}, "behind deployments"),
        ({"resource": "contoso-ai", "deployment": "support-bot/embeddings"}, "behind deployments"),
        ({"resource": "contoso-ai"}, "there is no 'deployment'"),
        ({"resource": "contoso-ai", "deployment": ...}, UNFINISHED),
        (("contoso-ai", "support-bot"), "keep the dictionary"),
        ("contoso-ai, support-bot", "keep the dictionary"),
    ],
)
def test_01_1_tells_which_name_is_wrong(named, says):
    wrong(says, "01.1", named)


SALES = "contoso-ai.services.ai.azure.com/api/projects/sales/openai/v1/responses"


def test_01_2_takes_the_mended_url():
    right("01.2", f"https://{SALES}")


def test_01_2_takes_a_host_name_in_any_case():
    right("01.2", f"https://{SALES.replace('contoso-ai', 'Contoso-AI')}")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (f"http://{SALES}", "http://"),
        (SALES, "https://"),
        (f"https:/{SALES}", "https://"),
        (f"https://{SALES.replace('services.ai', 'openai')}", "another host name"),
        (f"https://{SALES.replace('services.ai', 'cognitiveservices')}", "another host name"),
        (f"https://{SALES}?api-version=2024-10-21", "takes no api-version"),
        (f"https://{SALES}?api-version=", "take the query away"),
        (f"https://{SALES}?api_version=2024-10-21", "query"),
        ("https://contoso-ai.services.ai.azure.com/openai/v1/responses", "leave the path"),
        (f"https://{SALES.replace('sales', 'demo')}", "leave the path"),
        (f"https://{SALES.replace('/v1', '')}", "leave the path"),
        (f"https://{SALES.replace('contoso-ai', 'sales')}", "keep the resource"),
        (f"https://{SALES.replace('contoso-ai', '<resource>')}", "placeholder"),
        ([f"https://{SALES}"], "URL in quotes"),
        (None, "URL in quotes"),
        (..., UNFINISHED),
    ],
)
def test_01_2_tells_what_is_still_wrong(url, says):
    wrong(says, "01.2", url)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (f"https://{SALES} ", "at one of its ends"),
        (f"https://{SALES}\n", "at one of its ends"),
        (f" https://{SALES}", "at one of its ends"),
        (f"https://{SALES.replace('azure.com', 'azure.com:8443')}", "without a name or a port"),
        (f"https://me@{SALES}", "without a name or a port"),
        (urlsplit(f"https://{SALES}"), ".geturl() makes it one again"),
    ],
)
def test_01_2_tells_what_would_be_sent_beside_the_url(url, says):
    wrong(says, "01.2", url)


def test_01_2_takes_the_port_that_https_has_anyway():
    right("01.2", f"https://{SALES.replace('azure.com', 'azure.com:443')}")


CONNECTIONS = "GET {project}/connections?api-version=v1"


def test_01_3_takes_the_list(send, session, foundry):
    right("01.3", send(CONNECTIONS, "token", None))
    url, query = f"{foundry.project_endpoint}/connections", {"api-version": "v1"}
    right("01.3", session.get(url, params=query, headers=foundry.headers()))


@pytest.mark.parametrize(
    ("url", "sign_in", "says"),
    [
        (CONNECTIONS, "none", UNSIGNED),
        (CONNECTIONS, "key", "401 Unauthorized"),
        ("GET {project}/connections", "token", "the api-version is missing: this route takes api-version=v1"),
        ("GET {project}/connections?api-version=2024-10-21", "token", "takes api-version=v1"),
        ("GET {resource}/connections?api-version=v1", "token", "belong to a project"),
        ("GET {project}/deployments?api-version=v1", "token", "should end in /connections"),
        ("POST {project}/connections?api-version=v1", "token", "use requests.get"),
    ],
)
def test_01_3_tells_what_is_wrong_with_the_request(send, url, sign_in, says):
    wrong(says, "01.3", send(url, sign_in, None))


def test_01_3_asks_for_headers_by_name_and_for_the_response(send, session, foundry):
    wrong("by name", "01.3", session.get(send(CONNECTIONS, "token", None).url, params=foundry.headers()))
    wrong(NOT_A_RESPONSE, "01.3", send(CONNECTIONS, "token", None).json())
    wrong("not a int", "01.3", send(CONNECTIONS, "token", None).status_code)


# -- 03 ----------------------------------------------------------------------------------------------------------------
ASKED = {**PROMPT, "input": "What is an endpoint?"}
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {"type": "function", "name": "get_weather", "description": "Current weather in a city", "parameters": CITY}
ASKS = {**PROMPT, "input": "What is the weather in Oslo?", "tools": [TOOL]}


def text_of(response):
    message = next(item for item in response.json()["output"] if item["type"] == "message")
    return message["content"][0]["text"]


@pytest.mark.parametrize(
    ("url", "sign_in", "body"),
    [
        (RESPONSES, "token", ASKED),
        ("{resource}" + V1, "key", ASKED),
        (RESPONSES, "token", {**ASKED, "model": "gpt-5-mini"}),
    ],
)
def test_03_1_takes_the_text_of_the_response(send, url, sign_in, body):
    response = send(url, sign_in, body)
    right("03.1", response, text_of(response))


@pytest.mark.parametrize(
    ("sign_in", "body", "says"),
    [
        ("token", PROMPT, "it should be"),
        ("token", {"model": "gpt-4.1-mini", "question": "What is an endpoint?"}, "400"),
        ("token", {"input": "What is an endpoint?"}, "400"),
        ("none", ASKED, UNSIGNED),
        ("wrong key", ASKED, "401"),
    ],
)
def test_03_1_tells_what_is_wrong_with_the_request(send, sign_in, body, says):
    wrong(says, "03.1", send(RESPONSES, sign_in, body), "some text")


def test_03_1_tells_what_is_wrong_with_the_text(send):
    response = send(RESPONSES, "token", ASKED)
    wrong("text_of(second.json())", "03.1", response, text_of(send(RESPONSES, "token", PROMPT)))
    wrong("text_of(second.json())", "03.1", response, response.text)
    wrong("text is a dict", "03.1", response, response.json())
    wrong("text is a Response", "03.1", response, response)
    wrong("text is a function", "03.1", response, text_of)
    wrong(NOT_A_RESPONSE, "03.1", response.json(), text_of(response))
    wrong("not a str", "03.1", text_of(response), response)
    wrong(UNFINISHED, "03.1", response, ...)


def test_03_2_takes_the_city_of_the_call(send):
    response = send(RESPONSES, "token", ASKS)
    right("03.2", response, json.loads(response.json()["output"][0]["arguments"])["city"])
    right("03.2", send("{resource}" + V1, "key", ASKS), "Oslo")


def test_03_2_takes_the_city_in_the_words_of_the_model(send):
    response = send(RESPONSES, "token", ASKS)
    live = Exchange.from_requests(response)  # a live model may well name the country too
    live = dataclasses.replace(live, response_body=live.response_body.replace(b"Oslo", b"Oslo, Norway"))
    right("03.2", live, "Oslo, Norway")


def test_03_2_tells_what_is_wrong_with_the_city(send):
    response = send(RESPONSES, "token", ASKS)
    arguments = response.json()["output"][0]["arguments"]
    wrong("json.loads", "03.2", response, arguments)
    wrong("take the city out", "03.2", response, json.loads(arguments))
    wrong("the city is not 'get_weather'", "03.2", response, "get_weather")
    wrong("the city is not ['Oslo']", "03.2", response, ["Oslo"])
    wrong("the city is not None", "03.2", response, None)
    wrong(UNFINISHED, "03.2", response, ...)


def test_03_2_wants_the_city_of_this_call(send):
    another = send(RESPONSES, "token", {**ASKS, "input": "What is the weather in Rome?"})
    assert "Oslo" not in another.json()["output"][0]["arguments"]
    wrong("Oslo", "03.2", another, "Oslo")


def test_03_2_tells_what_is_wrong_with_the_response(send):
    response = send(RESPONSES, "token", ASKS)
    wrong(NOT_A_RESPONSE, "03.2", response.json(), "Oslo")
    wrong("the whole response, not a list", "03.2", response.json()["output"], "Oslo")
    wrong("no tools in it", "03.2", send(RESPONSES, "token", PROMPT), "Oslo")
    wrong("no tools in it", "03.2", send(RESPONSES, "token", {**ASKS, "tools": []}), "Oslo")
    wrong(
        "called no function",
        "03.2",
        send(RESPONSES, "token", {**PROMPT, "tools": [TOOL], "tool_choice": "none"}),
        "Oslo",
    )
    wrong(UNSIGNED, "03.2", send(RESPONSES, "none", ASKS), "Oslo")


# -- 04 ----------------------------------------------------------------------------------------------------------------
MODEL_ENDPOINT = "{resource}/openai/deployments/gpt-4.1-mini/chat/completions?api-version=2024-10-21"


@pytest.fixture
def signed(session, foundry, mock):
    """A function: URL, body and Authorization header in, response out; {ai}, {cognitive}, {management} and {key} are filled in."""
    token = mock.foundry.issuer.token
    values = {
        "ai": token(tokens.AI_AUDIENCE)[0],
        "cognitive": token(tokens.COGNITIVE_AUDIENCE)[0],
        "management": token(tokens.MANAGEMENT_AUDIENCES[0])[0],
        "key": foundry.api_key,
    }

    def post(url: str, body, sign_in: str, **more) -> requests.Response:
        url = url.format(project=foundry.project_endpoint, resource=foundry.resource_endpoint)
        return session.post(url, headers={"Authorization": sign_in.format(**values), **more}, json=body)

    return post


@pytest.mark.parametrize("word", ["Bearer", "bearer"])  # a scheme's name is read without case (RFC 9110 section 11.1)
def test_04_1_takes_a_token_for_the_other_door(signed, word):
    right("04.1", signed(MODEL_ENDPOINT, {"messages": MESSAGES}, word + " {cognitive}"))


@pytest.mark.parametrize(
    ("sign_in", "says"),
    [
        ("{cognitive}", "the word Bearer is missing"),
        ("Bearer{cognitive}", "space"),
        ("Bearer {management}", "the token is for https://management.azure.com"),
        ("Bearer {key}", "no token"),
        ("Bearer AccessToken(token='{cognitive}', expires_on=1)", "take .token"),
        ("Bearer other_door", "no token"),
        ("Bearer ", "no token"),
        ("Bearer {cognitive}x", "401"),
    ],
)
def test_04_1_tells_what_is_wrong_with_the_header(signed, sign_in, says):
    wrong(says, "04.1", signed(MODEL_ENDPOINT, {"messages": MESSAGES}, sign_in))


def test_04_1_tells_what_else_is_wrong(send, signed, session, foundry):
    chat, cognitive = {"messages": MESSAGES}, "Bearer {cognitive}"
    wrong("carries a key", "04.1", send(MODEL_ENDPOINT, "key", chat))
    wrong("carries a key", "04.1", signed(MODEL_ENDPOINT, chat, cognitive, **foundry.headers("key")))
    wrong("carries no token", "04.1", send(MODEL_ENDPOINT, "none", chat))
    wrong("carries no token", "04.1", session.post(send(MODEL_ENDPOINT, "none", chat).url, foundry.headers()))
    wrong("call chat_url", "04.1", signed(RESPONSES, PROMPT, cognitive))
    wrong("send chat_body", "04.1", signed(MODEL_ENDPOINT, PROMPT, cognitive))
    wrong("404", "04.1", signed(MODEL_ENDPOINT.partition("?")[0], chat, cognitive))
    wrong(NOT_A_RESPONSE, "04.1", signed(MODEL_ENDPOINT, chat, cognitive).json())
    wrong("a Response of httpx2, which the check cannot read: send it with requests", "04.1", httpx2.Response(200))
    wrong("not a str", "04.1", "a token")
    wrong(UNFINISHED, "04.1", ...)


@pytest.mark.parametrize("word", ["Bearer", "bearer"])
def test_04_2_takes_a_token_for_the_project(signed, word):
    right("04.2", signed(RESPONSES, PROMPT, word + " {ai}"))


@pytest.mark.parametrize(
    ("sign_in", "says"),
    [
        ("Bearer {key}", "what stands behind Bearer is no token"),
        ("{key}", "the word Bearer is missing"),
        ("{ai}", "the word Bearer is missing"),
        ("Bearer{ai}", "space"),
        ("Bearer {cognitive}", "the project wants one for https://ai.azure.com"),
        ("Bearer AccessToken(token='{ai}', expires_on=1)", "take .token"),
        ("Bearer {ai}x", "401"),
    ],
)
def test_04_2_tells_what_is_wrong_with_the_header(signed, sign_in, says):
    wrong(says, "04.2", signed(RESPONSES, PROMPT, sign_in))


def test_04_2_tells_what_else_is_wrong(send, signed):
    wrong("asks for a token", "04.2", send(RESPONSES, "key", PROMPT))
    wrong("with the token alone", "04.2", send(RESPONSES, "both", PROMPT))
    wrong(UNSIGNED, "04.2", send(RESPONSES, "none", PROMPT))
    wrong("keep url", "04.2", signed(MODEL_ENDPOINT, {"messages": MESSAGES}, "Bearer {ai}"))
    wrong("400", "04.2", signed(RESPONSES, None, "Bearer {ai}"))
    wrong(NOT_A_RESPONSE, "04.2", {"Authorization": "Bearer x.y.z"})
    wrong(UNFINISHED, "04.2", ...)


# -- 05 ----------------------------------------------------------------------------------------------------------------
RULES = {
    "/api/projects/p/openai/v1/responses": "refused",
    "/api/projects/p/deployments": "required",
    "/openai/v1/embeddings": "refused",
    "/openai/deployments/gpt-4o/chat/completions": "required",
}
FIRST, LIST, *_ = RULES


def test_05_1_takes_the_rules_in_any_order():
    right("05.1", RULES)
    right("05.1", dict(reversed(RULES.items())))


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        *[({**RULES, one: "refused" if word == "required" else "required"}, one) for one, word in RULES.items()],
        (dict.fromkeys(RULES, "required"), "refuses a date"),
        ({**RULES, LIST: "refuses"}, '"required" or "refused", not \'refuses\''),
        ({**RULES, LIST: True}, "not True"),
        ({**RULES, LIST: ["required"]}, '"required" or "refused"'),
        ({**RULES, LIST: ...}, UNFINISHED),
        ({one: RULES[one] for one in [FIRST, LIST]}, "there are 2 now"),
        ({**RULES, "/openai/responses": "required"}, "there are 5 now"),
        ({one.upper(): word for one, word in RULES.items()}, "none of the paths of the task"),
        ({**_without(RULES, FIRST), "/openai/v1/responses": "refused"}, "none of the paths of the task"),
        (list(RULES.values()), "keep the dictionary"),
    ],
)
def test_05_1_tells_which_path_to_look_at(answer, says):
    wrong(says, "05.1", answer)


COURSE_CHAT = "{resource}/openai/deployments/course-chat/chat/completions?api-version=2024-10-21"


@pytest.mark.parametrize(
    ("url", "sign_in", "body"),
    [
        (COURSE_CHAT, "token", CHAT),
        (COURSE_CHAT.replace("2024-10-21", "2024-05-01-preview"), "key", {"messages": MESSAGES}),
    ],
)
def test_05_2_takes_any_sign_in_and_version(send, url, sign_in, body):
    right("05.2", send(url, sign_in, body))


@pytest.mark.parametrize(
    ("url", "sign_in", "body", "says"),
    [
        (MODEL_ENDPOINT, "token", {**CHAT, "model": "course-chat"}, "name the deployment course-chat"),
        (CHAT_V1, "token", {**CHAT, "model": "course-chat"}, "a model endpoint has /openai/deployments/"),
        (COURSE_CHAT.replace("/openai/", "/openai/v1/"), "token", CHAT, "a model endpoint has /openai/deployments/"),
        (COURSE_CHAT.replace("resource", "project"), "token", CHAT, "starts at the resource endpoint"),
        (COURSE_CHAT.partition("?")[0], "token", CHAT, "no api-version"),
        (COURSE_CHAT.replace("api-version", "api_version"), "token", CHAT, "no api-version"),
        (COURSE_CHAT.replace("2024-10-21", "v1"), "token", CHAT, "is no api-version of this door"),
        (COURSE_CHAT, "token", {**PROMPT, "model": "course-chat"}, "no messages"),
        (COURSE_CHAT, "token", None, "no messages"),
        (COURSE_CHAT, "none", CHAT, UNSIGNED),
        (COURSE_CHAT.replace("/chat/", "/"), "token", CHAT, "comes the operation"),
    ],
)
def test_05_2_tells_what_is_wrong_with_the_request(send, url, sign_in, body, says):
    wrong(says, "05.2", send(url, sign_in, body))


EMBEDDINGS = "{resource}/openai/v1/embeddings"
EMBEDDING = {"model": "text-embedding-3-large", "input": "endpoint"}
BY_DEPLOYMENT = "{resource}/openai/deployments/text-embedding-3-large/embeddings?api-version=2024-10-21"


@pytest.mark.parametrize(
    ("url", "sign_in", "body"),
    [
        (EMBEDDINGS, "token", EMBEDDING),
        (EMBEDDINGS, "key", {**EMBEDDING, "input": ["endpoint"]}),
        (BY_DEPLOYMENT, "token", {"input": "endpoint"}),
    ],
)
def test_05_3_takes_a_text_or_a_list_on_either_route(send, url, sign_in, body):
    right("05.3", send(url, sign_in, body))


@pytest.mark.parametrize(
    ("url", "sign_in", "body", "says"),
    [
        ("{project}/openai/v1/embeddings", "token", EMBEDDING, "start at the resource endpoint"),
        ("{resource}" + V1, "token", EMBEDDING, "a route of their own"),
        (EMBEDDINGS, "token", {**EMBEDDING, "input": "a door"}, "the input that was sent is 'a door'"),
        (EMBEDDINGS, "token", {**EMBEDDING, "model": "gpt-4.1-mini"}, "does not work with the specified model"),
        (EMBEDDINGS, "token", {**EMBEDDING, "model": "text-embedding-3-small"}, "does not exist"),
        (EMBEDDINGS, "token", {"input": "endpoint"}, "400"),
        (EMBEDDINGS, "token", {**EMBEDDING, "model": ["text-embedding-3-large"]}, "400"),
        (EMBEDDINGS + "?api-version=2024-10-21", "token", EMBEDDING, "not allowed when using /v1 path"),
        (BY_DEPLOYMENT.partition("?")[0], "token", EMBEDDING, "no route is found"),
        (EMBEDDINGS, "none", EMBEDDING, UNSIGNED),
    ],
)
def test_05_3_tells_what_is_wrong_with_the_request(send, url, sign_in, body, says):
    wrong(says, "05.3", send(url, sign_in, body))


def test_05_2_and_05_3_want_the_response(send):
    wrong(NOT_A_RESPONSE, "05.2", send(COURSE_CHAT, "token", CHAT).json())
    wrong(NOT_A_RESPONSE, "05.3", send(EMBEDDINGS, "token", EMBEDDING).json())
    wrong("not a list", "05.3", [0.1, 0.2])
    wrong(UNFINISHED, "05.2", ...)
    wrong(UNFINISHED, "05.3", ...)


# -- 06 ----------------------------------------------------------------------------------------------------------------
LIMITED = {"model": "gpt-5-mini", "messages": MESSAGES, "max_completion_tokens": 1000}
REASONING = MODEL_ENDPOINT.replace("gpt-4.1-mini", "gpt-5-mini")


@pytest.mark.parametrize(
    ("url", "sign_in", "body"),
    [
        (CHAT_V1, "token", LIMITED),
        (CHAT_V1, "key", LIMITED),
        (REASONING, "token", LIMITED),
        (REASONING, "token", _without(LIMITED, "model")),  # there the path names the deployment
    ],
)
def test_06_1_takes_the_deployment_from_body_or_path(send, url, sign_in, body):
    right("06.1", send(url, sign_in, body))


@pytest.mark.parametrize(
    ("url", "sign_in", "body", "says"),
    [
        (CHAT_V1, "token", {**_without(LIMITED, "max_completion_tokens"), "max_tokens": 100}, "still has max_tokens"),
        (CHAT_V1, "token", {**LIMITED, "max_tokens": 100}, "still has max_tokens"),
        (CHAT_V1, "token", _without(LIMITED, "max_completion_tokens"), "has no max_completion_tokens"),
        (CHAT_V1, "token", {**LIMITED, "max_completion_tokens": 100}, "max_completion_tokens is 100;"),
        (CHAT_V1, "token", {**LIMITED, "max_completion_tokens": "100"}, "max_completion_tokens is '100'"),
        (CHAT_V1, "token", {**LIMITED, "model": "gpt-4.1-mini"}, "keep gpt-5-mini"),
        (CHAT_V1, "token", _without(LIMITED, "model"), "keep gpt-5-mini"),
        (MODEL_ENDPOINT, "token", LIMITED, "keep gpt-5-mini"),  # the path decides, and it names another one
        (RESPONSES, "token", {**_without(LIMITED, "messages"), "input": "Hello"}, "has moved to"),
        (CHAT_V1, "none", LIMITED, UNSIGNED),
    ],
)
def test_06_1_tells_what_is_wrong_with_the_request(send, url, sign_in, body, says):
    wrong(says, "06.1", send(url, sign_in, body))


def test_06_1_wants_the_response(send):
    wrong(NOT_A_RESPONSE, "06.1", send(CHAT_V1, "token", LIMITED).json())
    wrong(NOT_A_RESPONSE, "06.1", LIMITED)
    wrong(UNFINISHED, "06.1", ...)


FIVE = {
    "read": False,
    "total": 5,
    "status_forcelist": [429, 500, 503],
    "allowed_methods": ["POST"],
    "backoff_factor": 0.001,
}


@pytest.fixture
def nightly(mock, foundry):
    """A function: where to mount a Retry and what it is told; a session out, with ask() that posts ``chat``."""
    opened = []

    class Nightly(requests.Session):
        def ask(self) -> requests.Response:
            return self.post(
                CHAT_V1.format(resource=foundry.resource_endpoint),
                headers=foundry.headers(),
                json={**CHAT, "model": foundry.model},
            )

    def make(prefix: str | None = "https://", **options) -> Nightly:
        opened.append(Nightly())
        opened[-1].verify = mock.variables["REQUESTS_CA_BUNDLE"]
        if prefix:
            opened[-1].mount(prefix, HTTPAdapter(max_retries=Retry(**options)))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.mark.parametrize(
    "options",
    [
        FIVE,
        {**FIVE, "allowed_methods": None},  # any method
        {**FIVE, "read": 0},
        {**FIVE, "allowed_methods": {"GET", "POST"}, "backoff_factor": 1},
        {**FIVE, "status_forcelist": {429, *range(500, 600)}},
    ],
)
def test_06_4_takes_a_session_that_retries(nightly, options):
    session = nightly(**options)
    right("06.4", session.ask(), session)


def test_06_4_takes_a_session_mounted_for_this_resource_alone(nightly, foundry):
    session = nightly(foundry.resource_endpoint, **FIVE)
    right("06.4", session.ask(), session)


def test_06_4_takes_an_answer_that_needed_the_retries(nightly, session, foundry):
    fault = {"kind": "503", "count": 2, "retry_after": 0, "path": "/openai/v1/chat/completions"}
    headers = {"x-mock-control-key": os.environ["FOUNDRY_MOCK_CONTROL_KEY"]}
    assert session.post(foundry.resource_endpoint + "/_mock/faults", headers=headers, json=fault).ok
    patient = nightly(**FIVE)
    answer = patient.ask()
    assert [attempt.status for attempt in answer.raw.retries.history] == [503, 503]
    right("06.4", answer, patient)


@pytest.mark.parametrize(
    ("prefix", "options", "says"),
    [
        (None, {}, "no Retry is mounted"),
        ("http://", FIVE, "no Retry is mounted"),
        ("https://", {**FIVE, "total": 0}, "no Retry is mounted"),
        ("https://", _without(FIVE, "allowed_methods"), "repeats no POST"),
        ("https://", {**FIVE, "allowed_methods": ["post"]}, "repeats no POST"),
        ("https://", _without(FIVE, "status_forcelist"), "429 is not in status_forcelist"),
        ("https://", {**FIVE, "status_forcelist": [429]}, "503 is not in status_forcelist"),
        ("https://", {**FIVE, "status_forcelist": ["429", "503"]}, "429 is not in status_forcelist"),
        ("https://", _without(FIVE, "read"), "a server that says nothing"),
        ("https://", {**FIVE, "read": 5}, "a server that says nothing"),
        ("https://", _without(FIVE, "backoff_factor"), "give it a backoff_factor"),
        ("https://", {**_without(FIVE, "backoff_factor"), "backoff_jitter": 1}, "give it a backoff_factor"),
        ("https://", {**FIVE, "total": 2}, "gives up after 2"),
        ("https://", {**FIVE, "total": 50}, "gives up after 50"),
    ],
)
def test_06_4_tells_what_is_wrong_with_the_session(nightly, prefix, options, says):
    session = nightly(prefix, **options)
    wrong(says, "06.4", session.ask(), session)


@pytest.mark.parametrize("other", [None, {**FIVE, "total": 4}, {**FIVE, "total": 6}], ids=["plain", "4", "6"])
def test_06_4_wants_an_answer_that_came_through_this_session(nightly, other):
    """Not through requests.post, and not through the lesson's own session."""
    answer = (nightly(**other) if other else nightly(None)).ask()
    wrong("did not come through the session", "06.4", answer, nightly(**FIVE))


def test_06_4_wants_the_adapter_mounted_before_the_answer(nightly):
    late = nightly(None)
    answer = late.ask()
    wrong("did not come through the session", "06.4", answer, _mounted(late, HTTPAdapter(max_retries=Retry(**FIVE))))


def test_06_4_wants_an_answer_to_chat(nightly, foundry):
    five = nightly(**FIVE)
    models = five.get(foundry.resource_endpoint + "/openai/v1/models", headers=foundry.headers())
    wrong("chat", "06.4", models, five)


def test_06_4_tells_what_else_is_wrong(nightly):
    five = nightly(**FIVE)
    wrong("the session, nightly", "06.4", five.ask(), HTTPAdapter(max_retries=Retry(**FIVE)))
    wrong("the session, nightly", "06.4", five, five.ask())
    wrong("repeats no POST", "06.4", five.ask(), _mounted(nightly(None), HTTPAdapter(max_retries=5)))
    wrong(NOT_A_RESPONSE, "06.4", five.ask().json(), five)
    wrong(UNFINISHED, "06.4", ..., five)


def _mounted(session, adapter):
    session.mount("https://", adapter)
    return session


# -- 07 ----------------------------------------------------------------------------------------------------------------
STREAMED = {**PROMPT, "input": "Explain streaming in three sentences.", "stream": True}


@pytest.fixture
def stream(session, foundry):
    """A function: a body in; the response, not read yet, out. ``stream`` is the argument of requests, not the body's."""

    def post(body, sign_in=None, stream=True) -> requests.Response:
        headers = foundry.headers() if sign_in is None else sign_in
        return session.post(foundry.project_endpoint + V1, headers=headers, json=body, stream=stream)

    return post


def events(response):
    return [json.loads(line[len(b"data: ") :]) for line in response.iter_lines() if line.startswith(b"data: {")]


def joined(received, between=""):
    return between.join(event["delta"] for event in received if event["type"] == "response.output_text.delta")


def test_07_1_takes_the_joined_deltas_of_an_answer_that_was_not_waited_for(stream):
    response = stream(STREAMED)
    received = events(response)
    right("07.1", response, received, joined(received))
    waited = stream(STREAMED, stream=False)
    received = events(waited)
    wrong("requests has waited", "07.1", waited, received, joined(received))


@pytest.mark.parametrize(
    ("body", "sign_in", "says"),
    [
        (_without(STREAMED, "stream"), None, 'no "stream": True'),
        ({**STREAMED, "stream": False}, None, 'no "stream": True'),
        ({**STREAMED, "stream": "true"}, None, "400 Bad Request"),
        ({**STREAMED, "input": PROMPT["input"]}, None, "the input that was sent is"),
        ({**STREAMED, "model": "gpt-99"}, None, "404"),
        (STREAMED, {}, UNSIGNED),
        (STREAMED, {"api-key": "0123"}, "401"),
    ],
)
@pytest.mark.parametrize("read", [True, False])
def test_07_1_tells_what_is_wrong_with_the_request(stream, body, sign_in, says, read):
    response = stream(body, sign_in)
    received = events(response) if read else []
    wrong(says, "07.1", response, received, joined(received) or "A text of some words.")


def test_07_1_tells_what_is_wrong_with_the_events_and_the_text(stream):
    response = stream(STREAMED)
    received = events(response)
    pieces = [event["delta"] for event in received if event["type"] == "response.output_text.delta"]
    other = joined(events(stream({**STREAMED, "input": PROMPT["input"]})))
    for says, text in (
        ("text is a list", pieces),
        ("text is a generator", (piece for piece in pieces)),
        ("text is empty", ""),
        ("add each delta to those before", pieces[-1]),
        ("with nothing in between", " ".join(pieces)),
        ("with nothing in between", joined(received) * 2),
        ("with nothing in between", joined(received[:-9])),
        ("the deltas of received make", other),
        ("lines of the stream", stream(STREAMED).text),
        ("text is a NoneType", None),
        (UNFINISHED, ...),
    ):
        wrong(says, "07.1", response, received, text)
    for says, kept in (
        ("received is empty", []),
        ("received stops at response.output_text.delta", received[:20]),
        ("keep the events as they come", pieces),
        ("keep the events as they come", received[0]),
        ("keep the events as they come", (event for event in received)),
        (UNFINISHED, ...),
    ):
        wrong(says, "07.1", response, kept, joined(received))
    wrong("the whole response, not a str", "07.1", joined(received), received, response)


ENDS = ("response.completed", "response.incomplete", "response.failed", "error")


def _finished(event):
    return any(choice.get("finish_reason") for choice in event.get("choices", []))


def by_any(received):
    return any(event.get("type") in ENDS or _finished(event) for event in received)


def by_count(received):
    return len([event for event in received if event.get("type") in ENDS or _finished(event)])


def test_07_2_takes_any_function_that_tells_them_apart():
    right("07.2", by_any)
    right("07.2", lambda received: by_any(list(received)))
    right("07.2", by_count)  # 0 and 1 will do


def half_finished(received): ...


def without_a_last_return(received):
    if by_any(received):
        return True


def stops_at_the_first(received):
    for event in received:
        return event.get("type") in ENDS or _finished(event)
    return False


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (half_finished, "it returns nothing"),
        (lambda received: ..., UNFINISHED),
        (without_a_last_return, "return True or False"),
        (stops_at_the_first, "for a whole Responses stream it should say True"),
        (lambda received: received[-1]["type"] in ENDS, "for a whole chat stream it raises KeyError: 'type'"),
        (lambda received: received[-1].get("type") in ENDS, "for a whole chat stream it should say True"),
        (
            lambda received: bool(received) and received[-1].get("type") != "response.output_text.delta",
            "output_text.done",
        ),
        (lambda received: by_any(received[-1:]), "with usage at the end"),
        (lambda received: by_any(received) or not received, "an empty list"),
        (lambda received: by_any(received) or received[-1] is None, "an empty list it raises IndexError"),
        (lambda received: "response.completed" in received[-1].values() or by_any(received[:-1]), "incomplete"),
        (lambda received: any(e.get("type") in ENDS[:2] or _finished(e) for e in received), "response.failed"),
        (lambda received: any(e.get("type") in ENDS or e["choices"][0]["finish_reason"] for e in received), "KeyError"),
        (lambda received: True, "without a closing event it should say False"),
        (lambda: True, "raises TypeError"),
        (by_any([]), "is_whole is False; give the function itself"),
        ("is_whole", "give the function itself"),
        (..., UNFINISHED),
    ],
)
def test_07_2_tells_for_which_stream_it_is_wrong(answer, says):
    wrong(says, "07.2", answer)


# -- whatever is passed ------------------------------------------------------------------------------------------------
def _prepared():
    response = requests.Response()
    response.request = requests.PreparedRequest()
    return response


def _circular():
    circular = []
    circular.append(circular)
    return circular


class HostileDict(dict):
    def get(self, *_):
        raise RuntimeError("no")


HOSTILE = {
    "None": None,
    "number": 1,
    "nan": float("nan"),
    "text": "x",
    "bytes": b"",
    "list": [],
    "circular": _circular(),
    "dict": {},
    "hostile dict": HostileDict(a=1),
    "odd dict": {None: [], (1,): Hostile()},
    "object": object(),
    "hostile": Hostile(),
    "leaving": Leaving(),
    "class": Hostile,
    "exit": sys.exit,
    "error": SystemExit(1),
    "session": requests.Session(),
    "empty response": requests.Response(),
    "unsent response": _prepared(),
    "empty exchange": Exchange("", ""),
    "odd exchange": Exchange("GET", "https://[", request_body=b"[1", status=200, response_body=b"\xff"),
    "list exchange": Exchange("POST", "/connections", request_body=b"[1]", status=200, response_body=b"[1]"),
}
NUMBERS = [number for path in LESSONS for number in exercises_of(path.stem[:2])]


@pytest.mark.parametrize("number", NUMBERS)
def test_check_never_raises_whatever_the_lesson(number):
    for name, value in HOSTILE.items():
        for count in (1, 2, 3):
            verdict = check(number, *[value] * count)
            assert verdict.mark == WRONG, (name, count)
            assert verdict.text, (name, count)
