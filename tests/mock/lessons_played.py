"""What lessons 02, 06, 10 and 12 send, and the most of 14 and 16, as a learner's cells send it one after the other: for a test with a
whole class. Each step is a request and what must come back."""

import http.client
import json
import ssl
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

from helpers.mock import catalog
from helpers.mock.room import Learner

PROJECT, V1 = "/api/projects/demo-project", "/openai/v1"
PREVIEW = "?api-version=2025-11-15-preview"
QUESTION = {"model": "gpt-5.4-mini", "input": "What is an AI application?"}
CITIES = ("Name one city in Norway.", "How many people live there?", "And what is it known for?")
CHAT = {"model": "gpt-5.4-mini", "messages": [{"role": "user", "content": "What is an AI application?"}]}
BURST = 40  # of lesson 06; the deployment lets 30 through


class Reply(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    text: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.text)


class Client:
    """A learner's client: one connection, and a token fetched as azure-identity does."""

    def __init__(self, host: str, port: int, learner: Learner, context: ssl.SSLContext):
        self.learner = learner
        self._opened = http.client.HTTPSConnection(host, port, timeout=60, context=context)
        self.key = {"api-key": learner.secrets.api_key}
        identity = {"x-identity-header": learner.secrets.identity_header}
        answer = self.ask("GET", "/msi/token?api-version=2019-08-01&resource=https://ai.azure.com", sign_in=identity)
        self.token = {"authorization": f"Bearer {answer.body['access_token']}"}

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        sign_in: dict[str, str] | None = None,
        kind: str = "application/json",
    ) -> Reply:
        """``body`` is sent as JSON, text as it is."""
        headers = {**(self.token if sign_in is None else sign_in), "content-type": kind}
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        self._opened.request(method, path, text, headers)
        answer = self._opened.getresponse()
        return Reply(answer.status, answer.headers, answer.read())

    def close(self) -> None:
        self._opened.close()


def lesson_02(ask: Callable[..., Reply]) -> Iterator[tuple[str, bool]]:
    """A first request, and the mistakes that everybody makes. Yields what was tried, and whether it came out as it must."""
    dated = f"{PROJECT}/openai/responses"
    first = ask("POST", dated + PREVIEW, QUESTION)
    yield (
        "first request",
        first.status == 200 and first.body["output_text" if "output_text" in first.body else "output"] != [],
    )
    yield "current route", ask("POST", f"{PROJECT}{V1}/responses", QUESTION).status == 200
    yield "version refused", ask("POST", f"{PROJECT}{V1}/responses{PREVIEW}", QUESTION).status == 400
    yield "no sign-in", ask("POST", dated + PREVIEW, QUESTION, {}).status == 401
    yield "no model", ask("POST", dated + PREVIEW, {"input": "Hello"}).status == 400
    yield "not deployed", ask("POST", dated + PREVIEW, {**QUESTION, "model": "gpt-99"}).status == 404
    yield "no version", ask("POST", dated, QUESTION).status == 400


def lesson_06(ask: Callable[..., Reply], key: dict[str, str]) -> Iterator[tuple[str, bool]]:
    """Failures, and a quota that is used up."""
    chat, small = f"{V1}/chat/completions", {**CHAT, "model": "course-chat"}
    yield "a wrong key", ask("POST", chat, CHAT, {"api-key": "wrong"}).status == 401
    yield "a retired model", ask("POST", chat, {**CHAT, "model": "gpt-5-chat"}).status == 404
    burst = [ask("POST", chat, small, key) for _ in range(BURST)]
    yield "a burst", [one.status for one in burst] == [200] * 30 + [429] * (BURST - 30)
    yield "how long to wait", burst[-1].headers["retry-after"] == "2"
    yield "another deployment", ask("POST", chat, CHAT, key).status == 200
    blocked = {**CHAT, "messages": [{"role": "user", "content": "Please trigger the content filter."}]}
    yield "content filter", ask("POST", chat, blocked, key).status == 400


def lesson_10(ask: Callable[..., Reply], mine: list[str]) -> Iterator[tuple[str, bool]]:
    """A conversation in three ways. ``mine`` gets the paths of what was kept."""
    responses, conversations = f"{PROJECT}{V1}/responses", f"{PROJECT}{V1}/conversations"
    previous = None
    for question in CITIES:
        answer = ask("POST", responses, {**QUESTION, "input": question, "previous_response_id": previous})
        yield question, answer.status == 200 and answer.body.get("previous_response_id") == previous
        previous = answer.body["id"]
        mine.append(f"{responses}/{previous}")
    kept = ask("POST", conversations, {}).body["id"]
    mine.append(f"{conversations}/{kept}")
    for question in CITIES[:2]:
        said = ask("POST", responses, {**QUESTION, "input": question, "conversation": kept})
        yield f"conversation: {question}", said.status == 200
    listed = ask("GET", f"{conversations}/{kept}/items?order=asc").body["data"]
    yield "its items", [item["role"] for item in listed] == ["user", "assistant"] * 2
    gone = ask("POST", conversations, {}).body["id"]
    yield "deleted", ask("DELETE", f"{conversations}/{gone}").status == 200
    yield "and gone", ask("GET", f"{conversations}/{gone}").status == 404
    nowhere = ask("POST", responses, {**QUESTION, "store": False}).body["id"]
    lost = ask("POST", responses, {**QUESTION, "previous_response_id": nowhere})
    yield "not stored", (lost.status, lost.body["error"]["code"]) == (400, "previous_response_not_found")


def lesson_12(
    ask: Callable[..., Reply], key: dict[str, str], name: str, price: int, mine: list[str]
) -> Iterator[tuple[str, bool]]:
    """Agents of the same names for everyone, hosted tools over files of their own, a server that asks for consent. ``price`` is
    what stands in this learner's file alone."""
    version, responses = "?api-version=v1", f"{PROJECT}{V1}/responses"
    desk = f"{PROJECT}/agents/travel-desk"
    duties = f"You are the travel desk of Contoso and of {name}. Answer in one sentence."
    definition = {"kind": "prompt", "model": "gpt-5.4-mini", "instructions": duties}
    reference = {"type": "agent_reference", "name": "travel-desk"}

    for number, more in (("1", {}), ("2", {}), ("3", {"instructions": f"{duties} Recommend the train."})):
        made = ask("POST", f"{desk}/versions{version}", {"definition": {**definition, **more}})
        yield f"version {number}", (made.status, made.body["version"]) == (200, number)
    question = {"input": "How do I get from Oslo to Bergen?"}
    for named, number, told in (
        (reference, "3", f"{duties} Recommend the train."), ({**reference, "version": "1"}, "1", duties),
    ):  # fmt: skip
        said = ask("POST", responses, {**question, "agent_reference": named}).body
        yield (
            f"answer of version {number}",
            (said["agent_reference"]["version"], said["instructions"]) == (number, told),
        )
        mine.append(f"{responses}/{said['id']}")
    own = f"{desk}/endpoint/protocols/openai/responses{version}"
    yield "its own endpoint", ask("POST", own, question).body["agent_reference"]["version"] == "3"
    yield "which takes no key", ask("POST", own, question, key).status == 401

    inputs = {"city": {"description": "Where the office is", "required": True, "schema": {"type": "string"}}}
    front = {
        **definition,
        "instructions": "You are the front desk of the office in {{city}}.",
        "structured_inputs": inputs,
    }
    made = ask("POST", f"{PROJECT}/agents/front-desk/versions{version}", {"definition": front})
    filled = {
        "input": "Where do I get my badge?", "structured_inputs": {"city": name},
        "agent_reference": {"type": "agent_reference", "name": "front-desk", "version": made.body["version"]},
    }  # fmt: skip
    yield "structured inputs", ask("POST", responses, filled).body["instructions"].endswith(f"office in {name}.")
    listed = ask("GET", f"{PROJECT}/agents{version}").body["data"]
    yield "two agents in the list", {one["name"] for one in listed} == {"travel-desk", "front-desk"}

    tool = {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}}
    for path, body, status in (
        (responses, {**question, "agent": reference}, 400),
        (responses, {**question, "agent_reference": reference, "tools": [tool]}, 400),
        (f"{PROJECT}/agents/travel_desk/versions{version}", {"definition": definition}, 400),
        (f"{V1}/responses", {**question, "agent_reference": reference}, 400),
        (f"{PROJECT}/assistants{version}", {"model": "gpt-5.4-mini"}, 404),
    ):
        yield f"refused at {path}", ask("POST", path, body).status == status

    form = (
        '--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nassistants\r\n--b\r\n'
        'Content-Disposition: form-data; name="file"; filename="travel_rules.md"\r\n\r\n# Travel rules of Contoso\n\n'
        f"A hotel room in Oslo may cost up to {price} kroner a night.\r\n--b--\r\n"
    )
    file = ask("POST", f"{PROJECT}{V1}/files", form, kind="multipart/form-data; boundary=b").body["id"]
    store = ask("POST", f"{PROJECT}{V1}/vector_stores", {"name": "travel-rules"}).body["id"]
    kept = f"{PROJECT}{V1}/vector_stores/{store}"
    ask("POST", f"{kept}/files", {"file_id": file})
    yield "a file in a store", ask("GET", f"{kept}/files/{file}").body["status"] == "completed"
    tools = [{"type": "file_search", "vector_store_ids": [store]}]
    expert = ask("POST", f"{desk}/versions{version}", {"definition": {**definition, "tools": tools}}).body
    searched = {
        "input": "How much may a hotel room in Oslo cost?", "agent_reference": {**reference, "version": expert["version"]},
    }  # fmt: skip
    found = ask("POST", responses, searched).body
    mine.append(f"{responses}/{found['id']}")
    yield "its own file is searched", f"up to {price} kroner" in json.dumps(found["output"])
    events = ask("POST", responses, {**searched, "stream": True}).text
    yield "and in a stream", b"response.file_search_call.completed" in events and b"response.completed" in events
    for tool, said in (
        ({"type": "web_search"}, "Which fjord is near Bergen? Cite a source."),
        (
            {"type": "code_interpreter", "container": {"type": "auto"}},
            "What is the sum of the first 100 prime numbers? Use Python.",
        ),
    ):
        used = ask("POST", responses, {"model": "gpt-5.4-mini", "input": said, "tools": [tool]}).body["output"]
        yield tool["type"], [item["type"] for item in used] == [f"{tool['type']}_call", "message"]

    learn = {"type": "mcp", "server_label": "learn", "server_url": "https://learn.microsoft.com/api/mcp", "require_approval": "always"}  # fmt: skip
    lookup = {"model": "gpt-5.4-mini", "tools": [learn]}
    waiting = ask("POST", responses, {**lookup, "input": "What is a Foundry project? Look it up."}).body
    asks = waiting["output"][-1]
    yield "it asks for consent", asks["type"] == "mcp_approval_request"
    consent = {"type": "mcp_approval_response", "approval_request_id": asks["id"], "approve": True}
    went_on = ask("POST", responses, {**lookup, "previous_response_id": waiting["id"], "input": [consent]}).body
    yield "and goes on", [item["type"] for item in went_on["output"]] == ["mcp_call", "message"]
    mine += [f"{responses}/{waiting['id']}", f"{responses}/{went_on['id']}"]

    for agent in ("travel-desk", "front-desk"):
        yield f"{agent} is deleted", ask("DELETE", f"{PROJECT}/agents/{agent}{version}").status == 200
        yield "and gone", ask("GET", f"{PROJECT}/agents/{agent}{version}").status == 404
    for path in (kept, f"{PROJECT}{V1}/files/{file}"):
        yield "so is what it read", (ask("DELETE", path).status, ask("GET", path).status) == (200, 404)


def lesson_14(ask: Callable[..., Reply], mine: list[str]) -> Iterator[tuple[str, bool]]:
    """Jobs in the background, one that is cancelled, a stream that is taken up again, a prompt that was sent before."""
    responses = f"{PROJECT}{V1}/responses"
    job = {"model": "gpt-5.4-mini", "input": "Explain streaming in three sentences.", "background": True}
    begun = ask("POST", responses, job).body
    path = f"{responses}/{begun['id']}"
    mine.append(path)
    yield "queued", begun["status"] == "queued"
    yield "and done", [ask("GET", path).body["status"] for _ in range(3)] == ["in_progress", "completed", "completed"]
    path = f"{responses}/{ask('POST', responses, job).body['id']}"
    yield "cancelled", ask("POST", f"{path}/cancel").body["status"] == "cancelled"
    events = ask("POST", responses, {**job, "stream": True}).text
    created = json.loads(events.partition(b"data: ")[2].partition(b"\n")[0])
    path = f"{responses}/{created['response']['id']}"
    rest = ask("GET", f"{path}?stream=true&starting_after=11").text
    yield "taken up again", len(rest) > 1000 and events.endswith(rest)
    rules = "\n".join(f"Rule {n}: a mail about product {n} goes to desk {n % 7}." for n in range(1, 121))
    mails = ("My order of product 30 never came.", "My order of product 61 came broken.")
    cached = [
        ask("POST", responses, {"model": "gpt-5.4-mini", "instructions": rules, "input": mail}).body["usage"]
        for mail in mails
    ]
    yield (
        "cached from one's own prompts alone",
        [one["input_tokens_details"]["cached_tokens"] > 0 for one in cached] == [False, True],
    )


def lesson_16(ask: Callable[..., Reply], learner: Learner) -> Iterator[tuple[str, bool]]:
    """A run of a workflow that signs in without a secret, and a change of versions under traffic."""
    run = {"authorization": f"Bearer {learner.secrets.workflow_token}"}
    for audience, status in (("api://AzureADTokenExchange", 200), ("api://somebody-else", 401)):
        proof = ask("GET", f"/github/token?api-version=2.0&audience={audience}", None, run).body["value"]
        form = urlencode({
            "grant_type": "client_credentials", "client_id": catalog.CLIENT_ID, "scope": "https://ai.azure.com/.default",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion": proof,
        })  # fmt: skip
        exchanged = ask(
            "POST", f"/{catalog.TENANT_ID}/oauth2/v2.0/token", form, {}, "application/x-www-form-urlencoded"
        )
        yield f"a token for {audience}", exchanged.status == status
        if status == 200:
            bearer = {"authorization": f"Bearer {exchanged.body['access_token']}"}
            yield (
                "which opens the door",
                ask("GET", f"{PROJECT}/deployments?api-version=v1", None, bearer).status == 200,
            )
    sorter, version = f"{PROJECT}/agents/mail-sorter", "?api-version=v1"
    for duties in ("Sort the mail.", f"Sort the mail of {learner.name}."):
        definition = {"kind": "prompt", "model": "gpt-5.4-mini", "instructions": duties}
        ask("POST", f"{sorter}/versions{version}", {"definition": definition})
    for number in ("1", "2"):
        rule = {"type": "FixedRatio", "agent_version": number, "traffic_percentage": 100}
        patch = {"agent_endpoint": {"version_selector": {"version_selection_rules": [rule]}}}
        ask("PATCH", sorter + version, patch, None, "application/merge-patch+json")
        said = ask("POST", f"{sorter}/endpoint/protocols/openai/responses{version}", {"input": "I was charged twice."})
        yield f"traffic for version {number}", said.body["agent_reference"]["version"] == number
    yield "its sorter is deleted", ask("DELETE", sorter + version).status == 200


def play(client: Client, number: int) -> tuple[list[str], list[str]]:
    """All of it, as the learner of this number; returns what came out wrong, and the paths of what is kept."""
    mine: list[str] = []
    steps = (
        *lesson_02(client.ask), *lesson_06(client.ask, client.key), *lesson_10(client.ask, mine),
        *lesson_12(client.ask, client.key, client.learner.name, 1900 + number, mine),
        *lesson_14(client.ask, mine), *lesson_16(client.ask, client.learner),
    )  # fmt: skip
    return [what for what, right in steps if not right], mine
