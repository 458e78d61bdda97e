"""The exercises of lessons 08 to 12 as learners answer them: right in more than one way, and wrong in the usual ways."""

import asyncio
import contextlib
import dataclasses
import functools
import json
import os

import openai
import pytest
import requests
from azure.ai.projects import AIProjectClient
from azure.ai.projects.models import PromptAgentDefinition
from azure.core.exceptions import ResourceNotFoundError
from azure.identity import DefaultAzureCredential
from pydantic import BaseModel, Field

from helpers import check, wiretap
from helpers.exchange import Exchange
from helpers.exercises import DONE, TODO
from tests.lessons.test_exercise_answers import MESSAGES, right, wrong
from tests.mock.test_routes import PROMPT

MODEL = "gpt-4.1-mini"
OSLO, KNOWN = "Describe Oslo.", "And what is it known for?"
STORE = "store one exchange of the wire, wire[-1], not"


@pytest.fixture(scope="module")
def foundry_project(mock, project):
    with DefaultAzureCredential() as credential, AIProjectClient(project, credential) as client:
        credential.get_token("https://ai.azure.com/.default")  # so that no test sees it on its wire
        yield client


@pytest.fixture(scope="module")
def client(foundry_project):
    """The OpenAI client of the project."""
    with foundry_project.get_openai_client() as made:
        yield made


@pytest.fixture(scope="module")
def with_key(mock, resource):
    """The OpenAI client of lesson 08, for the resource and with the key."""
    with openai.OpenAI(base_url=f"{resource}/openai/v1", api_key=mock.foundry.secrets.api_key, max_retries=0) as made:
        yield made


def tap(call, *arguments, **named) -> Exchange:
    """The last exchange of a call, whatever comes of it."""
    with wiretap() as wire, contextlib.suppress(openai.APIError):
        call(*arguments, **named)
    return wire[-1]


def changed(exchange: Exchange, **fields) -> Exchange:
    """The exchange, with fields of its JSON body changed; None takes one out."""
    body = {name: value for name, value in {**exchange.request_json, **fields}.items() if value is not None}
    return dataclasses.replace(exchange, request_body=json.dumps(body).encode())


def raised(call, *arguments, **named) -> Exception:
    with pytest.raises(Exception) as caught:
        call(*arguments, **named)
    return caught.value


@pytest.mark.parametrize("number", ["08.1", "09.1", "10.1", "11.1", "08.3"])
def test_what_is_not_an_exchange_is_told_what_to_store(number, client):
    with wiretap() as wire:
        response = client.responses.create(**PROMPT)
    more = ("text",) if number == "08.3" else ()
    for what, stored in (("Wire", wire), ("list", wire[:]), ("Response", response), ("str", "x"), ("NoneType", None)):
        wrong(f"{STORE} {what}", number, stored, *more)
    assert check(number, ...).mark == TODO


# -- 08 ----------------------------------------------------------------------------------------------------------------
def test_08_1_takes_a_chat_completion_with_the_key(with_key, mock, resource):
    model = os.environ["FOUNDRY_MODEL_NAME"]
    right("08.1", tap(with_key.chat.completions.create, model=model, messages=MESSAGES))
    right("08.1", tap(with_key.chat.completions.with_raw_response.create, model=model, messages=MESSAGES))
    wrong(
        "the task asks foundry.model", "08.1", tap(with_key.chat.completions.create, model="gpt-4o", messages=MESSAGES)
    )
    slashed = with_key.with_options(base_url=f"{resource}/openai/v1/")
    right("08.1", tap(lambda: list(slashed.chat.completions.create(model=model, messages=MESSAGES, stream=True))))

    async def ask():
        async with openai.AsyncOpenAI(base_url=with_key.base_url, api_key=with_key.api_key) as answering:
            await answering.chat.completions.create(model=model, messages=MESSAGES)

    right("08.1", tap(lambda: asyncio.run(ask())))


def test_08_1_tells_what_is_wrong_with_the_request(with_key, client, session, resource, key, bearer):
    chat = {"model": MODEL, "messages": MESSAGES}
    ask = with_key.chat.completions.create
    by_project = client.chat.completions.create
    token = bearer()["Authorization"].removeprefix("Bearer ")
    url = f"{resource}/openai/v1/chat/completions"
    wrong("not sent by the openai package", "08.1", tap(session.post, url, headers=key, json=chat))
    wrong("it should be /openai/v1/chat/completions", "08.1", tap(with_key.responses.create, **PROMPT))
    wrong("on the resource endpoint", "08.1", tap(by_project, **chat))
    wrong("api_key=foundry.api_key", "08.1", tap(with_key.with_options(api_key=token).chat.completions.create, **chat))
    wrong("401", "08.1", tap(with_key.with_options(api_key="wrong").chat.completions.create, **chat))
    wrong("404 Not Found: The API deployment", "08.1", tap(ask, **{**chat, "model": "gpt-99"}))
    wrong("400", "08.1", tap(ask, **{**chat, "messages": []}))


def test_08_1_tells_azure_openai_from_openai(mock, resource):
    options = {"api_key": mock.foundry.secrets.api_key, "api_version": "2024-10-21"}
    with openai.AzureOpenAI(azure_endpoint=resource, **options) as dated:
        one = tap(dated.chat.completions.create, model=MODEL, messages=MESSAGES)
    wrong("the path is /openai/deployments/gpt-4.1-mini/chat/completions", "08.1", one)
    with openai.AzureOpenAI(base_url=f"{resource}/openai/v1", **options) as dated:
        one = tap(dated.chat.completions.create, model=MODEL, messages=MESSAGES)
    wrong("the path is /openai/v1/deployments/gpt-4.1-mini", "08.1", one)


def test_08_2_takes_the_exception_of_any_call(client, with_key):
    right("08.2", raised(client.responses.create, model="gpt-99", input="Hello"))
    right("08.2", raised(with_key.responses.create, model="gpt-99", input="Hello"))
    right("08.2", raised(client.chat.completions.create, model="gpt-99", messages=MESSAGES))
    right("08.2", raised(client.responses.with_raw_response.create, model="gpt-99", input="Hello"))


def test_08_2_tells_what_is_not_that_exception(client, with_key, resource):
    error = raised(client.responses.create, model="gpt-99", input="Hello")
    ask = with_key.responses.create
    no_path = with_key.with_options(base_url=f"{resource}/openai/v2").responses.create
    wrong("that is the class", "08.2", openai.NotFoundError)
    wrong("store the exception, not 'Error code: 404", "08.2", str(error))
    wrong("store the exception, not 404", "08.2", error.status_code)
    wrong("store the exception, not {", "08.2", error.body)
    wrong("store the exception, not <Response [404", "08.2", error.response)
    wrong("its code is '404'", "08.2", raised(no_path, **PROMPT))
    wrong(
        "AuthenticationError (401)",
        "08.2",
        raised(with_key.with_options(api_key="x").responses.create, **PROMPT),
    )
    wrong("BadRequestError (400)", "08.2", raised(ask, model=MODEL))
    assert check("08.2", ...).mark == TODO


def test_08_2_knows_an_exception_of_another_family_for_one(client, foundry_project):
    """These are exceptions, so "store the exception" would not help."""
    unreachable = client.with_options(base_url="http://127.0.0.1:9/v1", max_retries=0).responses.create
    azure = raised(foundry_project.deployments.get, "gpt-99")
    assert isinstance(azure, ResourceNotFoundError)
    for error in (raised(unreachable, **PROMPT), azure, KeyError("gpt-99")):
        verdict = check("08.2", error)
        assert verdict.mark != DONE
        assert type(error).__name__ in verdict.text
        assert "store the exception, not" not in verdict.text


# -- 09 ----------------------------------------------------------------------------------------------------------------
ENDPOINT = {"model": "course-chat", "input": "What is an endpoint?"}


@pytest.fixture(scope="module")
def asked(client):
    """09.1, answered as in the solution; sent once, because course-chat has a small quota."""
    return tap(client.responses.create, **ENDPOINT)


def test_09_1_takes_the_question(asked, client):
    right("09.1", asked)
    with wiretap() as wire, client.responses.stream(**ENDPOINT) as stream:
        stream.until_done()
    right("09.1", wire[-1])


def test_09_1_takes_the_question_as_a_list_of_one_message(asked):
    right("09.1", changed(asked, input=[{"role": "user", "content": ENDPOINT["input"]}]))


def test_09_1_tells_what_is_wrong_with_the_request(asked, client, with_key, foundry_project):
    wrong("the deployment is 'gpt-4.1-mini'", "09.1", tap(client.responses.create, **PROMPT))
    wrong("the deployment is None", "09.1", changed(asked, model=None))
    wrong("asks another question", "09.1", changed(asked, input="What is an AI application?"))
    right("09.1", changed(asked, input="what is an endpoint"))
    wrong("project.get_openai_client()", "09.1", tap(with_key.responses.create, **ENDPOINT))
    wrong("created at /openai/v1/responses", "09.1", tap(lambda: list(foundry_project.deployments.list())))
    chat = tap(client.chat.completions.create, model=MODEL, messages=MESSAGES)
    wrong("the path is /api/projects/demo-project/openai/v1/chat/completions", "09.1", chat)
    wrong("the service answered 429", "09.1", dataclasses.replace(asked, status=429, response_body=b""))


@pytest.fixture
def agents(foundry_project):
    """The agents of the project; those of the test are gone afterwards."""
    yield foundry_project.agents
    for one in list(foundry_project.agents.list()):
        foundry_project.agents.delete(one.name)


SHORT = PromptAgentDefinition(model=MODEL, instructions="Answer in three words.")


def test_09_2_takes_an_agent_that_is_gone(agents, foundry_project):
    brief = agents.create_version("brief-guide", definition=SHORT)
    agents.delete("brief-guide")
    right("09.2", brief, foundry_project)
    spelled = agents.create_version(agent_name="brief-guide", definition=SHORT, description="brief")
    agents.delete(agent_name=spelled.name)
    agents.create_version("another-guide", definition=SHORT)
    right("09.2", spelled, foundry_project)
    raw = agents.create_version(
        "brief-guide", {"definition": {"kind": "prompt", "model": MODEL, "instructions": "Be brief."}}
    )
    agents.delete("brief-guide")
    right("09.2", raw, foundry_project)


def test_09_2_tells_what_is_wrong_with_the_agent(agents, foundry_project):
    brief = agents.create_version("brief-guide", definition=SHORT)
    wrong("delete it with project.agents.delete", "09.2", brief, foundry_project)
    wrong("returns, not AgentDetails", "09.2", agents.get("brief-guide"), foundry_project)
    gone = agents.delete("brief-guide")
    wrong("store what project.agents.create_version(...) returns", "09.2", gone, foundry_project)
    wrong("not PromptAgentDefinition", "09.2", SHORT, foundry_project)
    wrong("not str", "09.2", "brief-guide", foundry_project)
    wrong("not NoneType", "09.2", None, foundry_project)
    other = agents.create_version("course-guide", definition=SHORT)
    wrong("called 'course-guide'; the task asks for brief-guide", "09.2", other, foundry_project)
    bare = agents.create_version("brief-guide", definition=PromptAgentDefinition(model=MODEL))
    wrong("no instructions", "09.2", bare, foundry_project)
    assert check("09.2", ..., foundry_project).mark == TODO


def test_09_2_wants_it_gone_in_all_versions(agents, foundry_project):
    agents.create_version("brief-guide", definition=SHORT)
    second = agents.create_version("brief-guide", definition=PromptAgentDefinition(model=MODEL, instructions="Two."))
    agents.delete_version("brief-guide", second.version)
    wrong("still there", "09.2", second, foundry_project)


# -- 10 ----------------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def turns(client):
    """Both exchanges of 10.1, answered as in the solution."""
    with wiretap() as wire:
        one = client.responses.create(model=MODEL, input=OSLO)
        client.responses.create(model=MODEL, input=KNOWN, previous_response_id=one.id)
    return wire[:]


def test_10_1_takes_the_second_turn(turns, with_key):
    right("10.1", turns[1])
    one = with_key.responses.create(model="gpt-4o", input=OSLO)
    with wiretap() as wire, with_key.responses.stream(model=MODEL, input=KNOWN, previous_response_id=one.id) as stream:
        stream.until_done()
    right("10.1", wire[-1])


def test_10_1_takes_the_question_as_a_list_of_one_message(turns):
    right("10.1", changed(turns[1], input=[{"role": "user", "content": KNOWN}]))


def test_10_1_tells_what_is_wrong_with_the_request(turns, client):
    first, second = turns
    said = [("user", OSLO), ("assistant", "Oslo is a city."), ("user", KNOWN)]
    history = [{"role": role, "content": content} for role, content in said]
    wrong("store that of the second", "10.1", first)
    wrong("names no previous response", "10.1", changed(second, previous_response_id=None))
    wrong("names no previous response", "10.1", changed(second, previous_response_id=None, input=history))
    wrong("send the second question alone", "10.1", changed(second, input=history))
    wrong("send the second question alone", "10.1", changed(second, input=f"{OSLO} {KNOWN}"))
    wrong("send the second question alone", "10.1", changed(second, input=OSLO))
    lost = tap(client.responses.create, model=MODEL, input=KNOWN, previous_response_id="resp_1")
    wrong("400 Bad Request: Previous response with id 'resp_1' not found", "10.1", lost)


class Place(BaseModel):
    name: str
    population: int


class City(Place):
    country: str


@pytest.fixture(scope="module")
def parsed(client):
    """A function: how and with what the question is asked; the response and its exchange out."""

    def ask(kind, send=client.responses.parse, **more):
        with wiretap() as wire:
            response = send(model=MODEL, **({"input": OSLO, "text_format": kind} | more))
        return response, wire[-1]

    return ask


def test_11_3_takes_the_parsed_object(parsed, client):
    response, exchange = parsed(Place)
    right("11.3", response.output_parsed, exchange)
    response, exchange = parsed(Place, input=[{"role": "user", "content": OSLO}])
    right("11.3", response.output_parsed, exchange)
    schema = {
        "type": "json_schema",
        "name": "Place",
        "schema": {**Place.model_json_schema(), "additionalProperties": False},
    }
    with wiretap() as wire:
        answer = client.responses.create(model=MODEL, input=OSLO, text={"format": schema})
    right("11.3", Place.model_validate_json(answer.output_text), wire[-1])


def test_11_3_tells_what_is_wrong_with_the_object(parsed):
    class Spelled(BaseModel):
        name: str
        inhabitants: int

    class Reversed(BaseModel):
        population: int
        name: str

    class Described(BaseModel):
        """A place on a map."""

        name: str = Field(description="What it is called")
        population: int | None = Field(description="How many live there")

    class More(Place):
        country: str

    response, exchange = parsed(Place)
    wrong("take .output_parsed", "11.3", response, exchange)
    wrong("that is the class", "11.3", Place, exchange)
    wrong("a dict is no object of a class that derives", "11.3", response.output_parsed.model_dump(), exchange)
    wrong("a str is no object of a class that derives", "11.3", response.output_text, exchange)
    wrong("Look at the status", "11.3", None, exchange)
    wrong("the class has no field population", "11.3", Spelled(name="Oslo", inhabitants=1), exchange)
    wrong("store both of one call", "11.3", Place(name="Oslo", population=1), exchange)
    wrong("store one exchange", "11.3", response.output_parsed, response)
    city, exchange = parsed(City)
    wrong("City is the class of the lesson", "11.3", city.output_parsed, exchange)
    for kind in (Reversed, Described, More):  # another order, a docstring, descriptions, more fields
        response, exchange = parsed(kind)
        right("11.3", response.output_parsed, exchange)
    assert check("11.3", ..., ...).mark == TODO


def get_weather(city):
    return {"city": city, "celsius": 4, "sky": "light rain"}


CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {"type": "function", "name": "get_weather", "description": "Current weather in a city", "parameters": CITY}
TOOLS = {"model": MODEL, "tools": [TOOL]}
BERGEN = "What is the weather in Bergen?"


def result_of(call, **more) -> dict:
    output = json.dumps(get_weather(**json.loads(call.arguments)))
    return {"type": "function_call_output", "call_id": call.call_id, "output": output, **more}


@pytest.fixture(scope="module")
def weather(client):
    """A function: a question in; the response that asks for a call, the call, and both exchanges of 10.3 out."""

    @functools.cache
    def answered(question=BERGEN):
        with wiretap() as wire:
            first = client.responses.create(input=question, **TOOLS)
            call = next(item for item in first.output if item.type == "function_call")
            client.responses.create(input=[result_of(call)], previous_response_id=first.id, **TOOLS)
        return first, call, wire[:]

    return answered


def test_11_1_takes_the_result_of_the_call(weather, session, project, bearer):
    first, call, (_, last) = weather()
    right("11.1", last)
    by_hand = {"url": f"{project}/openai/v1/responses", "headers": bearer()}
    items = [{"role": "user", "content": BERGEN}, *first.to_dict()["output"], result_of(call)]
    right("11.1", tap(session.post, **by_hand, json={**TOOLS, "input": items}))
    prose = result_of(call, output="Bergen: 4 degrees, light rain")
    right("11.1", tap(session.post, **by_hand, json={**TOOLS, "input": [prose], "previous_response_id": first.id}))


def test_11_1_tells_what_is_wrong_with_the_result(weather):
    _, call, (asked, last) = weather()
    wrong("carries no function_call_output", "11.1", asked)
    wrong("carries no function_call_output", "11.1", changed(last, input=json.dumps(get_weather("Bergen"))))
    wrong("carries no function_call_output", "11.1", changed(last, input=[{"role": "user", "content": "Bergen: 4"}]))
    wrong("run get_weather with the arguments", "11.1", changed(last, input=[result_of(call, output="light rain")]))
    wrong("run get_weather with the arguments", "11.1", weather("What is the weather in Oslo?")[2][1])


def test_11_1_wants_the_call_that_was_asked_for(weather, client):
    """The service refuses a result whose call_id belongs to no call that it knows of."""
    first, call, _ = weather()
    lost = [result_of(call, call_id=call.id)]
    wrong("400", "11.1", tap(client.responses.create, input=lost, previous_response_id=first.id, **TOOLS))
    wrong("400", "11.1", tap(client.responses.create, input=[result_of(call)], **TOOLS))


def test_11_1_wants_the_function_to_be_run(weather):
    """The arguments sent back as they came hold the city, and no weather."""
    _, call, (_, last) = weather()
    for output in (call.arguments, "Bergen"):
        assert check("11.1", changed(last, input=[result_of(call, output=output)])).mark != DONE


# -- 15 ----------------------------------------------------------------------------------------------------------------
SUBSCRIPTION = "/subscriptions/5b5c0000-0000-4000-8000-0000000005b5"
GROUP = f"{SUBSCRIPTION}/resourceGroups/my-foundry-rg"
GONE = f"{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations/eastus2/resourceGroups/my-foundry-rg/deletedAccounts"
ACCOUNTS = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts"
DEPLOYMENT = {
    "sku": {"name": "GlobalStandard", "capacity": 5},
    "properties": {"model": {"format": "OpenAI", "name": "gpt-4.1-mini", "version": "2025-04-14"}},
}
NOT_A_RESPONSE = "the whole response, not a"


def account(name: str, **properties) -> dict:
    properties = {"allowProjectManagement": True, "customSubDomainName": name, **properties}
    made = {"location": "eastus2", "kind": "AIServices", "sku": {"name": "S0"}, "identity": {"type": "SystemAssigned"}}
    return {**made, "properties": properties}


@pytest.fixture
def manage(mock, session, bearer):
    """The function of lesson 15. What it makes is gone afterwards."""
    made = set()
    header = bearer("https://management.azure.com")

    def call(method: str, path: str, body=None, headers=header) -> requests.Response:
        version = "2021-04-01" if path == GROUP else "2025-06-01"
        url = path if path.startswith("https://") else f"{mock.origin}{path}?api-version={version}"
        if method == "PUT":
            made.add(path.partition("/accounts/")[2].partition("/")[0])
        return session.request(method, url, headers=headers, json=body, timeout=60)

    call("PUT", GROUP, {"location": "eastus2"})
    yield call
    call("DELETE", GROUP)
    for name in made:
        call("DELETE", f"{GONE}/{name}")


@pytest.fixture
def done(manage):
    """A function like manage, which comes back when nothing runs any more: at speed "instant" a second goes by with each call."""

    def call(method: str, path: str, body=None) -> requests.Response:
        answer = manage(method, path, body)
        for _ in range(3):
            manage("GET", GROUP)
        return answer

    return call


@pytest.fixture
def wait_for(manage):
    def wait(reply: requests.Response) -> str:
        while (status := manage("GET", reply.headers["azure-asyncoperation"]).json()["status"]) == "InProgress":
            pass
        return status

    return wait


def test_15_1_takes_a_second_resource(manage, wait_for):
    second = manage("PUT", f"{ACCOUNTS}/my-second", account("my-second"))
    wait_for(second)
    right("15.1", second, manage)
    again = manage("PUT", f"{ACCOUNTS}/my-second", account("my-second", publicNetworkAccess="Enabled"))
    assert (again.status_code, wait_for(again)) == (200, "Succeeded")
    right("15.1", again, manage)
    with wiretap() as wire:
        third = manage("PUT", f"{ACCOUNTS}/somebody-else", account("somebody-else"))
    wait_for(third)
    right("15.1", wire[0], manage)


def test_15_1_tells_what_is_wrong_with_the_request(manage, wait_for):
    path = f"{ACCOUNTS}/my-second"
    wrong("the method is GET", "15.1", manage("GET", path), manage)
    wrong("the method is POST", "15.1", manage("POST", path, account("my-second")), manage)
    wrong("that is the first resource's name", "15.1", manage("PUT", f"{ACCOUNTS}/my-foundry", account("x")), manage)
    wrong(
        "customSubDomainName is 'my-foundry'; it should be as the name in the path",
        "15.1",
        manage("PUT", path, account("my-foundry")),
        manage,
    )
    wrong("customSubDomainName is None", "15.1", manage("PUT", path, account("x", customSubDomainName=None)), manage)
    flat = {**account("my-second"), "properties": {}, "customSubDomainName": "my-second"}
    wrong("customSubDomainName is None", "15.1", manage("PUT", path, flat), manage)
    for allows in ({"allowProjectManagement": False}, {"allowProjectManagement": None}):
        wrong("it could hold no project", "15.1", manage("PUT", path, account("my-second", **allows)), manage)
    wrong("a resource ends in /accounts/<name>", "15.1", manage("PUT", f"{path}/deployments/small", DEPLOYMENT), manage)


def test_15_1_tells_what_resource_manager_said(manage, bearer):
    path = f"{ACCOUNTS}/my-third"
    nowhere = {**account("my-third"), "location": None}
    wrong("answered 400: The location property is required", "15.1", manage("PUT", path, nowhere), manage)
    nobody = {**account("my-third"), "identity": None}
    wrong("answered 400: An account with allowProjectManagement needs", "15.1", manage("PUT", path, nobody), manage)
    wrong("answered 401", "15.1", manage("PUT", path, account("my-third"), headers={}), manage)
    wrong("answered 401", "15.1", manage("PUT", path, account("my-third"), headers=bearer()), manage)


def test_15_1_waits_for_the_end(manage, wait_for):
    second = manage("PUT", f"{ACCOUNTS}/my-fourth", account("my-fourth"))
    wrong("it is Creating: wait_for(second)", "15.1", second, manage)
    wrong(f"{NOT_A_RESPONSE} str", "15.1", wait_for(second), manage)
    wrong(f"{NOT_A_RESPONSE} dict", "15.1", second.json(), manage)
    wrong("the method is GET", "15.1", manage("GET", second.headers["azure-asyncoperation"]), manage)
    assert check("15.1", ..., manage).mark == TODO


def test_15_1_tells_that_the_resource_is_gone(manage, wait_for):
    """Waiting does not help a learner who has cleaned up already."""
    second = manage("PUT", f"{ACCOUNTS}/my-fifth", account("my-fifth"))
    wait_for(second)
    manage("DELETE", f"{ACCOUNTS}/my-fifth")
    verdict = check("15.1", second, manage)
    assert verdict.mark != DONE
    assert "still None" not in verdict.text


def test_15_2_takes_a_deployment_of_five_thousand(done):
    second = done("PUT", f"{ACCOUNTS}/my-sixth", account("my-sixth"))
    path = f"{ACCOUNTS}/my-sixth/deployments/small"
    small = done("PUT", path, DEPLOYMENT)
    right("15.2", small, second)
    other = {**DEPLOYMENT, "sku": {"name": "Standard", "capacity": 5}}
    again = done("PUT", path, other)
    assert again.status_code == 200
    right("15.2", again, second)


def test_15_2_tells_what_is_wrong_with_the_deployment(done):
    second = done("PUT", f"{ACCOUNTS}/my-seventh", account("my-seventh"))
    path = f"{ACCOUNTS}/my-seventh/deployments/small"

    def sized(**sku):
        return done("PUT", path, {**DEPLOYMENT, "sku": {"name": "GlobalStandard", **sku}})

    wrong("the capacity is 5000; it counts thousands", "15.2", sized(capacity=5000), second)
    wrong("the capacity is 10", "15.2", sized(capacity=10), second)
    wrong("the capacity is None", "15.2", sized(), second)
    missing = "answered 400: The sku of model deployment is not provided"
    wrong(missing, "15.2", done("PUT", path, {**DEPLOYMENT, "sku": None, "capacity": 5}), second)
    wrong(missing, "15.2", done("PUT", path, {**DEPLOYMENT, "sku": {"capacity": 5}}), second)
    wrong("answered 400: The capacity of the sku must be a whole number", "15.2", sized(capacity="5"), second)
    wrong(
        "end in /accounts/<name>/deployments/small",
        "15.2",
        done("PUT", path.replace("small", "my-model"), DEPLOYMENT),
        second,
    )
    wrong(
        "end in /accounts/<name>/deployments/small",
        "15.2",
        done("PUT", path.replace("small", "Small"), DEPLOYMENT),
        second,
    )
    wrong("the method is GET", "15.2", done("GET", path), second)
    larger = {"model": {"format": "OpenAI", "name": "gpt-5-mini"}}
    right("15.2", done("PUT", path, {**DEPLOYMENT, "properties": larger}), second)  # the task names no model
    done("PUT", f"{ACCOUNTS}/my-foundry", account("my-foundry"))
    first = done("PUT", f"{ACCOUNTS}/my-foundry/deployments/small", DEPLOYMENT)
    wrong("put it into the second", "15.2", first, second)
    gone = done("PUT", f"{ACCOUNTS}/my-eighth/deployments/small", DEPLOYMENT)
    wrong("answered 404: The Resource", "15.2", gone, second)
    unknown = {**DEPLOYMENT, "properties": {"model": {"name": "gpt-99"}}}
    wrong("answered 400: The model 'Format:OpenAI,Name:gpt-99,Version:", "15.2", done("PUT", path, unknown), second)
    wrong(f"{NOT_A_RESPONSE} str", "15.2", "Succeeded", second)
    other = done("PUT", f"{ACCOUNTS}/my-ninth", account("my-ninth"))
    elsewhere = done("PUT", f"{ACCOUNTS}/my-ninth/deployments/small", DEPLOYMENT)
    right("15.2", elsewhere, other)
    wrong(
        "in the resource of 15.1: its path is Microsoft.CognitiveServices/accounts/my-seventh",
        "15.2",
        elsewhere,
        second,
    )
    assert check("15.2", ..., second).mark == TODO
