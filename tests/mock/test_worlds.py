"""Who sees what: what is kept belongs to its project, and in a class to its learner."""

import gc
import json
import time
import tracemalloc
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.exchange import Exchange, Headers
from helpers.mock import catalog, codes
from helpers.mock.certificates import Authority
from helpers.mock.room import INSTRUCTOR, JOINS, Learner, Progress, Refused, Room, fingerprint
from helpers.mock.server import MockServer
from helpers.mock.state import Fault
from helpers.mock.tokens import AI_AUDIENCE, MANAGEMENT_AUDIENCES
from tests.mock.classes import a_class

PREVIEW = {"foundry-features": "MemoryStores=V1Preview"}
PROMPT_AGENT = {"definition": {"kind": "prompt", "model": "gpt-4o", "instructions": "Be brief."}}
MEMORY = {"name": "notes", "definition": {"kind": "default", "chat_model": "gpt-4o", "embedding_model": "x"}}


class Asker:
    """Requests to a foundry, without a socket: method, path and JSON in, status and JSON out."""

    def __init__(self, foundry, headers: dict[str, str]):
        self.foundry, self.headers = foundry, headers

    def __call__(self, method: str, path: str, body=None, **more: str):
        sent = Headers({**self.headers, **{name.replace("_", "-"): value for name, value in more.items()}})
        text = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        answer = self.foundry.answer(Exchange(method, f"https://localhost{path}", sent, text))
        return answer.status, answer.response_json


def upload(ask: Asker, base: str) -> dict:
    form = (
        b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nassistants\r\n--b\r\n'
        b'Content-Disposition: form-data; name="file"; filename="notes.txt"\r\n\r\nThe tide turns at noon.\r\n--b--\r\n'
    )
    return ask("POST", base + "/openai/v1/files", form, content_type="multipart/form-data; boundary=b")[1]


def everything(ask: Asker, project: str) -> dict[str, str]:
    """One thing of each kind, made in a project: the path of each."""
    base, made = f"/api/projects/{project}", {}
    assert ask("POST", f"{base}/agents/tutor/versions?api-version=v1", PROMPT_AGENT)[0] == 200
    made["agent"] = f"{base}/agents/tutor?api-version=v1"
    file = upload(ask, base)
    made["file"] = f"{base}/openai/v1/files/{file['id']}"
    store = ask("POST", f"{base}/openai/v1/vector_stores", {"name": "notes", "file_ids": [file["id"]]})[1]
    made["vector store"] = f"{base}/openai/v1/vector_stores/{store['id']}"
    container = ask("POST", f"{base}/openai/v1/containers", {"name": "box"})[1]
    made["container"] = f"{base}/openai/v1/containers/{container['id']}"
    assert ask("POST", f"{base}/memory_stores?api-version=v1", MEMORY)[0] == 200
    made["memory store"] = f"{base}/memory_stores/notes?api-version=v1"
    assert ask("POST", f"{base}/toolboxes/box/versions?api-version=v1", {"tools": [{"type": "web_search"}]})[0] == 200
    made["toolbox"] = f"{base}/toolboxes/box?api-version=v1"
    asked = {"model": "gpt-4o", "input": "What is an endpoint?"}
    made["response"] = f"{base}/openai/v1/responses/{ask('POST', f'{base}/openai/v1/responses', asked)[1]['id']}"
    conversation = ask("POST", f"{base}/openai/v1/conversations", {})[1]
    made["conversation"] = f"{base}/openai/v1/conversations/{conversation['id']}"
    return made


@pytest.fixture
def foundry():
    server = MockServer(port=0, speed="instant", other_sites=False)
    yield server.foundry
    server.stop()


@pytest.fixture
def ask(foundry):
    token, _ = foundry.issuer.token(AI_AUDIENCE)
    return Asker(foundry, {"authorization": f"Bearer {token}", **PREVIEW})


def test_what_one_project_keeps_no_other_project_of_the_resource_sees(foundry, ask):
    foundry.state.projects.add("second")
    made = everything(ask, "demo-project")
    for kind, path in made.items():
        assert ask("GET", path)[0] == 200, kind
        assert ask("GET", path.replace("demo-project", "second"))[0] == 404, kind
    for listing in ("agents?api-version=v1", "openai/v1/files", "openai/v1/vector_stores", "openai/v1/containers",
                    "memory_stores?api-version=v1", "toolboxes?api-version=v1"):  # fmt: skip
        assert len(ask("GET", f"/api/projects/demo-project/{listing}")[1]["data"]) == 1, listing
        assert ask("GET", f"/api/projects/second/{listing}")[1]["data"] == [], listing
    everything(ask, "second")  # the same names are free there
    assert ask("GET", "/api/projects/second/agents/tutor/versions?api-version=v1")[1]["data"][0]["version"] == "1"


def test_a_request_uses_the_files_stores_and_agents_of_its_own_project(foundry, ask):
    foundry.state.projects.add("second")
    made = everything(ask, "demo-project")
    store, container = (made[kind].rpartition("/")[2] for kind in ("vector store", "container"))
    for tools, says in (
        ([{"type": "file_search", "vector_store_ids": [store]}], store.lower()),
        ([{"type": "code_interpreter", "container": container}], "container"),
        ([{"type": "memory_search_preview", "memory_store_name": "notes", "scope": "me"}], "notes"),
    ):
        asked = {"model": "gpt-4o", "input": "When does the tide turn?", "tools": tools}
        assert ask("POST", "/api/projects/demo-project/openai/v1/responses", asked)[0] == 200
        status, refused = ask("POST", "/api/projects/second/openai/v1/responses", asked)
        assert status in (400, 404)
        assert says in refused["error"]["message"].lower()
    asked = {"input": "Hello", "agent_reference": {"type": "agent_reference", "name": "tutor"}}
    assert ask("POST", "/api/projects/demo-project/openai/v1/responses", asked)[0] == 200
    assert ask("POST", "/api/projects/second/openai/v1/responses", asked)[0] == 404


def test_what_a_project_kept_goes_with_it(foundry, ask):
    token, _ = foundry.issuer.token(MANAGEMENT_AUDIENCES[0])
    arm = Asker(foundry, {"authorization": f"Bearer {token}"})
    path = (
        "/subscriptions/5b5c0000-0000-4000-8000-0000000005b5/resourceGroups/demo-group/providers/"
        "Microsoft.CognitiveServices/accounts/demo-resource/projects/second?api-version=2025-06-01"
    )
    assert arm("PUT", path, {"location": "eastus2"})[0] == 201
    made = everything(ask, "second")
    foundry.limits.forward(5)  # seconds: the operation is over
    assert arm("DELETE", path)[0] == 202
    foundry.limits.forward(5)
    assert arm("PUT", path, {"location": "eastus2"})[0] == 201
    assert {kind: ask("GET", path)[0] for kind, path in made.items()} == dict.fromkeys(made, 404)


# -- a class -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def room():
    """The room of a class, in which two have joined."""
    of = a_class()
    server = MockServer(port=0, speed="instant", other_sites=False, of=of)
    for _ in range(2):
        server.room.join(of.code(), "", "192.0.2.7")
    yield server.room
    server.stop()


def learners(room: Room) -> list[Learner]:
    return [one for one in room.learners.values() if one.name != INSTRUCTOR]


def with_key(room: Room, learner: Learner) -> Asker:
    return Asker(room, {"api-key": learner.secrets.api_key, **PREVIEW})


def token_of(room: Room, learner: Learner, audience: str = AI_AUDIENCE) -> str:
    """A token as the learner's machine gets it: with its identity header."""
    anyone = Asker(room, {"x-identity-header": learner.secrets.identity_header})
    return anyone("GET", f"/msi/token?api-version=2019-08-01&resource={audience}")[1]["access_token"]


def with_token(room: Room, learner: Learner, audience: str = AI_AUDIENCE) -> Asker:
    return Asker(room, {"authorization": f"Bearer {token_of(room, learner, audience)}", **PREVIEW})


ASKED = {"model": "gpt-4.1-mini", "input": "What is an endpoint?"}
V1 = "/openai/v1/responses"


def test_what_another_learner_made_is_not_there(room):
    one, other = learners(room)
    made = everything(with_token(room, one), "demo-project")
    for kind, path in made.items():
        assert with_token(room, one)("GET", path)[0] == 200, kind
        assert with_token(room, other)("GET", path)[0] == 404, kind
    theirs = everything(with_token(room, other), "demo-project")
    for kind in ("file", "vector store", "container", "response", "conversation"):
        assert made[kind] != theirs[kind], "no id is made twice"
        assert with_token(room, one)("GET", theirs[kind])[0] == 404, kind


def test_key_token_and_application_of_a_learner_lead_to_one_world(room):
    one, other = learners(room)
    _, response = with_key(room, one)("POST", V1, ASKED)
    path = f"{V1}/{response['id']}"
    form = (
        f"grant_type=client_credentials&client_id={catalog.CLIENT_ID}&client_secret={one.secrets.client_secret}"
        f"&scope={AI_AUDIENCE}/.default"
    )
    token = Asker(room, {})("POST", f"/{catalog.TENANT_ID}/oauth2/v2.0/token", form.encode())[1]["access_token"]
    for ask in (
        with_key(room, one), with_token(room, one), Asker(room, {"authorization": f"Bearer {token}"}),
        Asker(room, {"authorization": f"Bearer {one.secrets.api_key}"}), Asker(room, {"api-key": one.secrets.api_keys[1]}),
    ):  # fmt: skip
        assert ask("GET", path)[0] == 200
    for ask in (with_key(room, other), with_token(room, other)):
        assert ask("GET", path)[0] == 404
    claims = room.own.issuer.signed(token)
    assert claims["oid"] == room.own.issuer.signed(token_of(room, one))["oid"]
    assert claims["oid"] != room.own.issuer.signed(token_of(room, other))["oid"]


def test_a_token_opens_no_other_world_whatever_comes_with_it(room):
    one, other = learners(room)
    mixed = Asker(room, {"api-key": one.secrets.api_key, "authorization": f"Bearer {token_of(room, other)}", **PREVIEW})
    # the deployments of a project take a token only, and this one is for another world than the key
    assert mixed("GET", "/api/projects/demo-project/deployments?api-version=v1")[0] == 401


def test_whoever_shows_nothing_of_the_class_gets_nothing_and_uses_nothing_up(room):
    one, _ = learners(room)
    room.world(one.name).state.faults.append(Fault("500"))
    for headers in ({}, {"api-key": "wrong"}, {"authorization": "Bearer wrong"}, {"x-identity-header": "wrong"}):
        assert Asker(room, headers)("POST", V1, ASKED)[0] == 401
    assert with_key(room, one)("POST", V1, ASKED)[0] == 500
    # what somebody knows of another from a token is no key
    oid = room.own.issuer.signed(token_of(room, one))["oid"]
    assert Asker(room, {"api-key": oid})("POST", V1, ASKED)[0] == 401


def test_quotas_and_faults_are_of_one_learner(room):
    one, other = learners(room)
    asked = {**ASKED, "model": "course-chat"}
    statuses = [with_key(room, one)("POST", V1, asked)[0] for _ in range(32)]
    assert statuses[:30] == [200] * 30
    assert 429 in statuses[30:]
    assert with_key(room, other)("POST", V1, asked)[0] == 200
    room.world(other.name).state.faults.append(Fault("503"))
    assert with_key(room, one)("POST", V1, ASKED)[0] == 200
    assert [with_key(room, other)("POST", V1, ASKED)[0] for _ in range(2)] == [503, 200]


def test_what_one_learner_deploys_changes_no_answer_of_another(room):
    one, other = learners(room)
    account = (
        f"/subscriptions/{catalog.SUBSCRIPTION_ID}/resourceGroups/{catalog.RESOURCE_GROUP}/providers/"
        f"Microsoft.CognitiveServices/accounts/{catalog.RESOURCE}"
    )
    path = f"{account}/deployments/mine?api-version=2025-06-01"
    body = {
        "sku": {"name": "GlobalStandard", "capacity": 10},
        "properties": {"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-11-20"}},
    }
    assert with_token(room, one, MANAGEMENT_AUDIENCES[0])("PUT", path, body)[0] == 201
    asked = {**ASKED, "model": "mine"}
    assert with_key(room, one)("POST", V1, asked)[0] == 200
    assert with_key(room, other)("POST", V1, asked)[0] == 404
    assert with_key(room, one)("POST", V1, asked)[0] == 200


def test_the_same_request_of_two_learners_is_worked_out_once_and_shares_no_id(room):
    one, other = learners(room)
    (_, first), (_, second) = (with_key(room, each)("POST", V1, ASKED) for each in (one, other))
    assert first["output"][0]["content"] == second["output"][0]["content"]
    assert first["id"] != second["id"]
    assert first["output"][0]["id"] != second["output"][0]["id"]
    assert len([key for key in room.own.remembered._things if key[0] == "responses"]) == 1


def test_the_journal_knows_whose_a_request_was(room):
    one, other = learners(room)
    seen: deque = deque()
    room.watch(seen)
    with_key(room, one)("POST", V1, ASKED)
    with_key(room, other)("GET", "/openai/v1/models")
    Asker(room, {})("GET", "/openai/v1/models")
    assert [(note.learner, note.exchange.method, note.number) for note in seen] == [
        (one.name, "POST", 1), (other.name, "GET", 1), ("", "GET", 1),
    ]  # fmt: skip
    assert room.world(one.name).journal.numbered(1).request_body == json.dumps(ASKED).encode()
    assert room.world(one.name).journal.numbered(2) is None


def test_who_stops_watching_leaves_the_others_watching(room):
    first, second = deque(), deque()
    room.watch(first)
    room.watch(second)
    room.leave(second)
    with_key(room, learners(room)[0])("GET", "/openai/v1/models")
    assert [len(first), len(second)] == [1, 0]


def test_a_flood_of_one_learner_leaves_the_others_what_they_have(room):
    one, other = learners(room)
    _, kept = with_key(room, other)("POST", V1, ASKED)
    for number in range(1100):
        with_key(room, one)("POST", V1, {**ASKED, "metadata": {"number": str(number)}})
    assert with_key(room, other)("GET", f"{V1}/{kept['id']}")[0] == 200
    assert len(room.world(other.name).journal.entries) == 2
    assert len(room.world(one.name).journal.entries) == 50


def test_memory_stays_flat_however_much_learners_store(room, monkeypatch):
    monkeypatch.setattr(room.own.remembered, "_entries", 1)  # what all worlds share has a bound of its own

    def held_after(time_of: int) -> int:
        """Four hundred more from everybody; the bytes that Python holds then."""
        for number in range(200):
            asked = {**ASKED, "metadata": {"number": f"{time_of} {number}"}}
            for one in learners(room):
                with_key(room, one)("POST", V1, asked)
                with_key(room, one)("POST", V1, {**asked, "stream": True})
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        _, full, later = map(held_after, range(3))
    finally:
        tracemalloc.stop()
    assert later < 1.05 * full
    assert later < 2 * 3_000_000, "for each of the two"


def test_a_world_can_start_over_and_keeps_its_keys(room):
    one, other = learners(room)
    paths = [(each, f"{V1}/{with_key(room, each)('POST', V1, ASKED)[1]['id']}") for each in (one, other)]
    room.note_progress(one.name, "03.1", True)
    room.start_over(one.name)
    assert [with_key(room, each)("GET", path)[0] for each, path in paths] == [404, 200]
    room.start_over()
    assert [with_key(room, each)("GET", path)[0] for each, path in paths] == [404, 404]
    assert room.progress.counts() == {"03.1": {"tried": 1, "done": 1}}


def test_who_comes_later_gets_the_settings_of_the_room(room):
    for world in room.worlds():
        world.limits.set("course-chat", 1, 1000)
        world.state.faults += [Fault("429", None), Fault("500", 1)]
    late = room.join(room.of.code(), "", "192.0.2.8")
    world = room.world(late.name)
    assert [fault.kind for fault in world.state.faults] == ["429"], "what stays up, not what was for the next call"
    world.state.faults.clear()
    asked = {**ASKED, "model": "course-chat"}
    assert [with_key(room, late)("POST", V1, asked)[0] for _ in range(2)] == [200, 429]
    assert room.own.state.faults[0].left is None


# -- joining -----------------------------------------------------------------------------------------------------------
def test_a_learner_who_comes_again_is_who_they_were(room):
    one, other = learners(room)
    assert room.join(room.of.code(), fingerprint(one.secrets.api_key), "192.0.2.7") == one
    assert room.join(room.of.code(), "not a key", "192.0.2.7").name not in (one.name, other.name)


def test_a_restart_throws_nobody_out():
    of, kept = a_class(), []
    of.keep = lambda: kept.append([*of.learners])
    first = MockServer(port=0, speed="instant", other_sites=False, of=of)
    joined = first.room.join(of.code(), "", "192.0.2.7")
    assert kept == [[joined.name]]
    token = token_of(first.room, joined)
    first.stop()
    again = MockServer(port=first.port, speed="instant", other_sites=False, of=a_class(learners=kept[-1]))
    try:
        assert with_key(again.room, joined)("POST", V1, ASKED)[0] == 200
        assert Asker(again.room, {"authorization": f"Bearer {token}"})("POST", V1, ASKED)[0] == 200
        assert again.room.learner_of(joined.control_key) == joined.name
    finally:
        again.stop()


def test_with_cards_each_code_is_one_learner_and_there_is_none_for_all():
    of = a_class(cards=["quiet-otter", "bold-hare"])
    server = MockServer(port=0, other_sites=False, of=of)
    try:
        for name in of.cards:
            assert {server.room.join(of.code(name), "", "192.0.2.7").name for _ in range(2)} == {name}
        assert server.room.idle == [], "nobody loses a card for taking their time"
        with pytest.raises(Refused, match="not one of this class"):
            server.room.join(of.code(), "", "192.0.2.7")
    finally:
        server.stop()


def test_wrong_codes_are_refused_and_then_not_even_looked_at(room):
    wrong = str(codes.Code(codes.read(room.of.code()).pin, codes.word(room.of.secret) ^ 1))
    for _ in range(10):
        with pytest.raises(Refused, match="compare it with the board"):
            room.join(wrong, "", "192.0.2.9")
    with pytest.raises(Refused, match="too many wrong codes"):
        room.join(room.of.code(), "", "192.0.2.9")
    assert room.join(room.of.code(), "", "192.0.2.10"), "another address is another matter"


def test_a_script_that_joins_again_and_again_shuts_nobody_out(room, monkeypatch):
    code, clock = room.of.code(), [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    laptops = [room.join(code, "", "192.0.2.9") for _ in range(60)]
    assert len({one.name for one in laptops}) == 60, "a room of laptops behind one address gets in at once"
    script = [room.join(code, "", "192.0.2.66") for _ in range(JOINS)]
    for _ in range(3):
        with pytest.raises(Refused, match=r"100 have joined from your address just now.*Wait a minute and join again"):
            room.join(code, "", "192.0.2.66")
    assert room.turned_away == (3, "192.0.2.66")
    known = fingerprint(script[0].secrets.api_key)
    assert room.join(code, known, "192.0.2.66") == script[0], "who comes again is no new learner"
    assert room.join(code, "", "192.0.2.9"), "another address is another matter"
    clock[0] += 2
    assert room.join(code, "", "192.0.2.66"), "and after the script others of its address get in soon"


def test_the_addresses_that_a_machine_may_take_as_it_likes_count_as_one(room, monkeypatch):
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0)
    for number in range(JOINS):
        room.join(room.of.code(), "", f"2001:db8::{number:x}")
    with pytest.raises(Refused, match="just now"):
        room.join(room.of.code(), "", "2001:db8::ffff")
    assert room.join(room.of.code(), "", "2001:db8:0:1::1")


def test_in_a_full_class_who_has_asked_for_nothing_makes_room(room, monkeypatch):
    code, (one, other) = room.of.code(), learners(room)
    monkeypatch.setattr("helpers.mock.room.MOST", 4)
    with_key(room, one)("POST", V1, ASKED)
    room.learner_of(other.control_key)  # as connect() does
    script = [room.join(code, "", "192.0.2.66") for _ in range(2)]
    room.worlds()  # what is done to everybody is no sign of life of theirs
    late = room.join(code, "", "192.0.2.9")
    assert script[0].name not in room.learners
    assert {one.name, other.name, script[1].name, late.name} == {each.name for each in learners(room)}
    assert with_key(room, script[0])("POST", V1, ASKED)[0] == 401
    for each in learners(room):
        with_key(room, each)("POST", V1, ASKED)
    with pytest.raises(Refused, match="has 4 learners, and takes no more: the instructor can forget some"):
        room.join(code, "", "192.0.2.9")


def test_a_learner_who_is_forgotten_is_nobody_any_more(room):
    one, other = learners(room)
    kept = []
    room.of.keep = lambda: kept.append(([*room.of.learners], [*room.of.gone]))
    token = token_of(room, one)
    path = f"{V1}/{with_key(room, one)('POST', V1, ASKED)[1]['id']}"
    room.forget([one.name])
    assert kept == [([other.name], [one.name])]
    for headers in ({"api-key": one.secrets.api_key}, {"authorization": f"Bearer {token}"}):
        assert Asker(room, headers)("GET", path)[0] == 401
    assert room.learner_of(one.control_key) is None
    again = room.join(room.of.code(), fingerprint(one.secrets.api_key), "192.0.2.7")
    assert again.name not in (one.name, other.name)
    assert with_key(room, again)("GET", path)[0] == 404
    assert with_key(room, other)("POST", V1, ASKED)[0] == 200


def test_no_name_is_given_twice(monkeypatch):
    monkeypatch.setattr("helpers.mock.room.ANIMALS", ("otter", "hare"))
    monkeypatch.setattr("helpers.mock.room.ADJECTIVES", ("quiet",))
    of = a_class(learners=["quiet-otter"], gone=["quiet-hare"])
    assert of.new_name() in ("quiet-otter-2", "quiet-hare-2")


def test_a_card_of_somebody_who_is_forgotten_is_worth_nothing():
    of = a_class(cards=["quiet-otter", "bold-hare"])
    server = MockServer(port=0, other_sites=False, of=of)
    code = of.code("bold-hare")
    try:
        server.room.join(code, "", "192.0.2.7")
        server.room.forget(["bold-hare"])
        with pytest.raises(Refused, match="not one of this class"):
            server.room.join(code, "", "192.0.2.7")
    finally:
        server.stop()


# -- progress ----------------------------------------------------------------------------------------------------------
def test_progress_is_counted_once_for_each_and_does_not_know_for_whom(room):
    one, other = learners(room)
    for name, exercise, done in (
        (one.name, "03.1", False), (one.name, "03.1", True), (one.name, "03.1", True), (one.name, "03.1", False),
        (other.name, "03.1", False), (other.name, "02.1", True),
    ):  # fmt: skip
        room.note_progress(name, exercise, done)
    assert room.progress.counts() == {"02.1": {"tried": 1, "done": 1}, "03.1": {"tried": 2, "done": 1}}
    kept = repr(vars(room.progress))
    for learner in (one, other):
        assert not any(shown in kept for shown in (learner.name, learner.control_key, learner.secrets.api_key))
    again = Progress()
    again.note(one.control_key, "03.1", True)
    assert not again._done["03.1"] & room.progress._done["03.1"], "no two mocks count under the same digest"


# -- codes -------------------------------------------------------------------------------------------------------------
def test_a_code_is_read_as_people_write_it():
    code = codes.Code(0x123456789AB, 0x12345678)
    text = str(code)
    assert codes.read(f" {text.lower()} ") == codes.read(text.replace("-", " ")) == code
    assert codes.read(text.replace("0", "O").replace("1", "l")) == code
    assert set(text) <= {*codes.ALPHABET, "-"}


@given(st.integers(0, 2**45 - 1), st.integers(0, 2**30 - 1), st.integers(0, 15), st.sampled_from(codes.ALPHABET))
def test_one_wrong_letter_or_two_that_changed_places_are_noticed(pin, word, at, other):
    text = str(codes.Code(pin, word)).replace("-", "")
    assert codes.read(text) == (pin, word)
    wrong = {text[:at] + other + text[at + 1 :], text[:at] + text[at : at + 2][::-1] + text[at + 2 :]} - {text}
    for one in wrong:
        with pytest.raises(ValueError, match="typing error"):
            codes.read(one)


@pytest.mark.parametrize(
    ("text", "says"),
    [("ABCD", "and this one has 4"), ("ÄBCD-EFGH-JKMN-PQRS", "letters and digits only"), ("", "has 0")],
)
def test_what_is_no_code_is_told(text, says):
    with pytest.raises(ValueError, match=says):
        codes.read(text)


def test_a_code_belongs_to_one_authority():
    one, other = (Authority.made(["localhost"]).der() for _ in range(2))
    assert codes.pin(one) == codes.pin(one) != codes.pin(other)
    assert codes.pin(one) < 2**45


def test_an_authority_vouches_for_what_it_was_made_for():
    authority = Authority.made(["room.example", "10.0.0.0/8", "192.0.2.7", "fd00::/8"])
    for name in ("room.example", "a.room.example", "10.1.2.3", "192.0.2.7", "fd00::1"):
        assert authority.permits(name), name
    for name in ("example", "badroom.example", "11.1.2.3", "192.0.2.8", "fe80::1", "::ffff:10.1.2.3"):
        assert not authority.permits(name), name
    again = Authority.read(authority.pem())
    assert again.der() == authority.der()
    assert again.lasts(300)
    assert not again.lasts(400)
