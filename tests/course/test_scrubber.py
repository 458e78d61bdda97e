"""What a recording may not hold. Secrets and identities of a made-up customer are planted everywhere; none may be in a written
file, and none in what is said about it. The course's own recordings set off no alarm."""

import base64
import contextlib
import copy
import hashlib
import io
import json
import time
import traceback
from dataclasses import replace
from functools import cache

import pytest

from helpers.course import recorder
from helpers.course import scrubber as scrubbing
from helpers.course.scrubber import Scrubber, audit
from helpers.exchange import Exchange
from helpers.mock.model.recordings import FOLDER, whole
from tests import redaction_table
from tests.course import attacks, planted
from tests.course.planted import ENCODINGS, KNOWN, PLACES, SETTINGS, UNKNOWN, answer, streamed

LIST = {"value": [{"name": "search", "target": f"https://{planted.SEARCH}.search.windows.net"}]}


def informed() -> Scrubber:
    """A scrubber that has met the customer; each is its own."""
    return copy.deepcopy(_informed())


@cache
def _informed() -> Scrubber:
    scrubber = Scrubber()
    scrubber.learn_settings(SETTINGS)
    scrubber.learn_deployment(SETTINGS["FOUNDRY_MODEL_NAME"])
    scrubber.learn_exchange(answer(more=LIST))
    scrubber.scrub(answer())  # prepares its search
    return scrubber


def written(scrubber: Scrubber, exchange: Exchange, path) -> str:
    """What the file would hold, or "" where nothing would be written."""
    scrubber.scrub(exchange)  # what it meets in one place, it knows in all
    scrubber.findings.clear()
    clean = scrubber.scrub(exchange)
    if scrubber.findings:
        return ""
    clean.save(path)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("what", KNOWN)
def test_what_the_run_knows_is_replaced_everywhere(what, place, tmp_path):
    encoding = list(ENCODINGS)[(list(KNOWN).index(what) + list(PLACES).index(place)) % len(ENCODINGS)]
    scrubber = informed()
    text = written(scrubber, PLACES[place](ENCODINGS[encoding](KNOWN[what])), tmp_path / "x.json")
    assert text, f"{encoding}: it has a rule, and is refused: {scrubber.findings}"
    assert not planted.left(KNOWN[what], text), f"{encoding}: it is in the file"
    assert not audit([tmp_path / "x.json"], scrubber), encoding


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("what", UNKNOWN)
def test_what_nobody_told_the_run_is_replaced_or_stops_the_write(what, place, tmp_path):
    encodings = ("plain", "base64 of JSON", "percent", "a sentence", "JSON in a string", "base64")
    encoding = encodings[(list(PLACES).index(place) + list(UNKNOWN).index(what)) % len(encodings)]
    scrubber = informed()
    text = written(scrubber, PLACES[place](ENCODINGS[encoding](UNKNOWN[what])), tmp_path / "x.json")
    said = f"{scrubber.findings}{[str(one) for one in scrubber.findings]}"
    assert UNKNOWN[what] not in said
    if text:
        assert not planted.left(UNKNOWN[what], text), f"{encoding}: it is in the file"


def test_so_many_are_planted():
    assert len(PLACES) * (len(KNOWN) + len(UNKNOWN)) > 400
    assert len({*KNOWN.values(), *UNKNOWN.values()}) == len(KNOWN) + len(UNKNOWN)


@pytest.mark.parametrize("row", range(len(redaction_table.SECRETS)), ids=str)
def test_no_secret_of_the_redaction_table_is_written(row, tmp_path):
    where, text, secret = redaction_table.SECRETS[row]
    if where == "header":
        name, _, value = text.partition(": ")
        exchange = answer(headers=((name, value.encode("ascii", "replace").decode()),))
    else:
        exchange = answer(text) if where != "url" else answer(more={"next": text})
    assert secret not in written(informed(), exchange, tmp_path / "x.json")


def test_the_course_s_own_recordings_set_off_no_alarm_and_keep_their_words(tmp_path):
    paths = sorted(FOLDER.rglob("*.json"))
    assert paths
    knows_the_lessons = recorder.informed(SETTINGS)
    for path in paths:
        scrubber, exchange = copy.deepcopy(knows_the_lessons), Exchange.load(path)
        clean = scrubber.scrub(exchange)
        assert not scrubber.findings, f"{path.name}: {scrubber.findings}"
        clean.save(tmp_path / path.name)
        assert not audit([tmp_path / path.name], scrubber), path.name
        assert clean.request_json == exchange.request_json or "previous_response_id" in exchange.request_json
        texts = [
            part["text"]
            for one in (clean, exchange)
            for item in (whole(one) or {}).get("output", ())
            for part in item.get("content", ())
        ]
        assert texts[: len(texts) // 2] == texts[len(texts) // 2 :]
        assert list(clean.response_headers) == list(exchange.response_headers)


def test_the_same_value_has_the_same_twin_everywhere_and_different_ones_differ():
    scrubber = informed()
    first, second = (
        scrubber.scrub(answer(f"see {name}")).response_json
        for name in (UNKNOWN["id of a response"], UNKNOWN["id of a response"])
    )
    assert first == second
    ids = [
        scrubber.scrub(answer(f"see resp_{digit * 48}")).response_json["output"][0]["content"][0]["text"]
        for digit in "1234"
    ]
    assert len(set(ids)) == 4
    whole = scrubber.scrub(answer(more={"previous_response_id": "resp_" + "ab12" * 12 + "cd"})).response_json
    assert whole["previous_response_id"] == whole["id"]


def test_names_become_those_of_the_demo_resource():
    clean = informed().scrub(answer(f"{planted.RESOURCE} holds {planted.PROJECT} in {planted.GROUP}"))
    assert clean.url == "https://demo-resource.services.ai.azure.com/api/projects/demo-project/openai/v1/responses"
    assert clean.response_json["output"][0]["content"][0]["text"] == "demo-resource holds demo-project in demo-group"
    assert dict(clean.request_headers) == {"Content-Type": "application/json", "Authorization": "Bearer [redacted]"}


def test_a_stream_keeps_its_timing_and_its_events():
    exchange = planted.streamed(f"Here is {planted.KEY} for you", 5)
    clean = informed().scrub(exchange)
    seconds = [second for second, _ in clean.chunks]
    assert seconds == sorted(seconds)
    assert seconds[-1] == exchange.chunks[-1][0]
    before, after = (
        [line for line in body.decode().splitlines() if line.startswith("event:")]
        for body in (exchange.response_body, clean.response_body)
    )
    assert before == after
    said = "".join(
        json.loads(line[5:]).get("delta", "")
        for line in clean.response_body.decode().splitlines()
        if line.startswith("data:")
    )
    assert said == "Here is [redacted] for you"


def test_a_finding_names_the_place_and_not_the_value(tmp_path):
    scrubber = informed()
    assert not written(scrubber, answer(more={"metadata": {"note": UNKNOWN["random text"]}}), tmp_path / "x.json")
    assert [str(one) for one in scrubber.findings] == [
        "response body, metadata.note: a text of 44 characters that looks random"
    ]


def test_nothing_is_said_about_a_value_when_the_scrubber_fails(monkeypatch):
    monkeypatch.setattr(scrubbing, "redact_text", lambda text: 1 / 0)
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            informed().scrub(answer(planted.KEY))
        except ZeroDivisionError:
            out.write(traceback.format_exc())
    assert planted.KEY not in out.getvalue()


@pytest.mark.parametrize(("text", "what"), [(f"see {UNKNOWN['id of a tenant']}", "32 digits"), ("mail marta@fabrikam-legal.co.uk", "e-mail"), ("at 51.140.12.77", "IP"), ("key: " + planted.KEY, "knows"), (ENCODINGS["base64"](planted.RESOURCE), "knows"), (UNKNOWN["id of a response"], "id of the service")], ids=["tenant", "e-mail", "address", "key", "base64", "response"])  # fmt: skip
def test_the_second_pass_finds_what_the_first_would_have_left(text, what, tmp_path):
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"response": {"body": {"note": text}}}))
    found = audit([path], informed())
    assert any(what in one.what for one in found), found
    assert all(one.place == "x.json" for one in found)


# -- what an attacker has found ------------------------------------------------------------------------------------------
MADE_UP = hashlib.sha256(b"nobody has this one").hexdigest()[:40]


def _scrubber() -> Scrubber:
    made = Scrubber("travel_rules.md https://learn.microsoft.com/api/mcp assistant")
    made.learn(MADE_UP)
    made.learn_address("https://fabrikam-hr.services.ai.azure.com/api/projects/payroll-prod")
    return made


def _body(**fields) -> Exchange:
    return Exchange("POST", "https://fabrikam-hr.services.ai.azure.com/x", request_body=json.dumps(fields).encode())


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        (MADE_UP.encode().hex(" "), MADE_UP.encode().hex(" ")[:20]),
        (base64.b32encode(MADE_UP.encode()).decode(), base64.b32encode(MADE_UP.encode()).decode()[:20]),
        (base64.b85encode(MADE_UP.encode()).decode(), base64.b85encode(MADE_UP.encode()).decode()[:20]),
        ("see tailspin-hr.services.ai.azure.us", "tailspin"),
        ("see tailspin.vault.azure.cn", "tailspin"),
        ("tailspin.postgres.database.azure.com", "tailspin"),
    ],
)
def test_other_spellings_and_other_clouds_are_replaced(text, gone):
    scrubber = _scrubber()
    assert gone not in scrubber.scrub(_body(note=text)).request_body.decode()


@pytest.mark.parametrize("hidden", ["fabri\u00adkam-hr", "fabrikam\u200b-hr", "\uff46\uff41\uff42\uff52ikam-hr"])
def test_a_known_name_in_letters_that_look_otherwise_stops_the_write(hidden):
    scrubber = _scrubber()
    scrubber.scrub(_body(note=f"the resource {hidden} is yours"))
    assert any("letters that look otherwise" in str(one) for one in scrubber.findings)


def test_names_of_files_servers_and_people_in_several_fields_are_replaced():
    scrubber = _scrubber()
    clean = json.loads(
        scrubber.scrub(
            _body(
                created_by={"name": "Ingrid Solberg", "id": "ingrid"},
                filename="salaries-ingrid.xlsx",
                server_url="https://mcp.tailspin.local/x",
                kept="travel_rules.md",
            )
        ).request_body
    )
    assert "ngrid" not in json.dumps(clean) and "tailspin" not in json.dumps(clean)
    assert clean["filename"].endswith(".xlsx") and clean["kept"] == "travel_rules.md"


def test_a_project_that_is_named_like_a_word_of_the_protocol_stops_the_write():
    scrubber = Scrubber('{"role": "assistant"}')
    scrubber.learn_address("https://fabrikam-hr.services.ai.azure.com/api/projects/assistant")
    assert any("record from a project with a name of its own" in str(one) for one in scrubber.findings)


# -- where nobody would look, and what only looks like it -------------------------------------------------------------------
@pytest.mark.parametrize("what", attacks.SECRETS)
def test_what_stands_where_nobody_would_list_it_is_replaced_or_stops_the_write(what, tmp_path):
    where, secrets = attacks.SECRETS[what]
    scrubber = informed()
    text = written(scrubber, answer(where) if isinstance(where, str) else where, tmp_path / "x.json")
    said = f"{scrubber.findings}{[str(one) for one in scrubber.findings]}".lower()
    assert secrets
    assert not [one for one in secrets if one.lower() in text.lower() or one.lower() in said]
    assert not text or not audit([tmp_path / "x.json"], scrubber)


@pytest.mark.parametrize("row", range(len(attacks.HARMLESS)), ids=lambda row: attacks.HARMLESS[row][:24])
def test_what_only_looks_like_a_secret_or_an_identity_stays(row, tmp_path):
    scrubber = informed()
    clean = scrubber.scrub(answer(attacks.HARMLESS[row]))
    assert not scrubber.findings
    assert clean.response_json["output"][0]["content"][0]["text"] == attacks.HARMLESS[row]
    clean.save(tmp_path / "x.json")
    assert not audit([tmp_path / "x.json"], scrubber)


def test_there_are_so_many_and_none_twice():
    assert len(attacks.SECRETS) >= 80 and len(set(attacks.HARMLESS)) == len(attacks.HARMLESS) >= 100


# -- hostile texts -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("unit", attacks.HOSTILE, ids=ascii)
def test_a_long_text_of_the_same_letters_is_read_in_its_own_time(unit, tmp_path):
    def took(size: int) -> float:
        text, path = (unit * (size // len(unit) + 1))[:size], tmp_path / "x.json"
        scrubber = _scrubber()
        path.write_text(json.dumps(text), encoding="utf-8")
        start = time.thread_time()  # of this thread alone, whatever else the machine does
        scrubber.text(text)
        audit([path], scrubber)
        return time.thread_time() - start

    long = took(24_000)
    assert long < 2, f"24 kB took {long:.1f} s"
    assert long < 0.5 or long / took(3_000) < 24, "eight times the text takes far more than eight times as long"


def test_half_a_character_and_json_that_is_nested_deep_end_in_no_traceback(tmp_path):
    scrubber = informed()
    half = answer(json.loads('"x \\ud800 y"'), more={json.loads('"\\udfff"'): json.loads('"\\ud800"')})
    assert "x ? y" in written(scrubber, half, tmp_path / "x.json")
    deep: list = []
    for _ in range(900):
        deep = [deep]
    for exchange in (answer(more={"x": deep}), answer(json.dumps(deep)), replace(streamed("Hi", 2), chunks=((0.0, b"data: " + json.dumps(deep).encode() + b"\n\n"),))):  # fmt: skip
        scrubber = informed()
        assert not written(scrubber, exchange, tmp_path / "x.json")
        assert any("nested deeper" in str(one) for one in scrubber.findings)


def test_a_name_that_a_list_of_the_project_holds_is_replaced_in_prose():
    scrubber = informed()
    listed = {"object": "list", "data": [{"object": "agent", "id": "x", "name": "lohnbuero"}, {"object": "file", "filename": "Lohn 2026.csv"}]}  # fmt: skip
    scrubber.learn_exchange(answer(more=listed))
    assert scrubber.text("ask lohnbuero about Lohn 2026.csv") == "ask demo-agent about file.csv"
    connections = answer(
        more={"value": [{"name": "kb-lohn-2", "type": "CognitiveSearch", "target": "https://kb.tailspin.de/"}]}
    )
    scrubber.learn_exchange(
        replace(connections, url=f"{SETTINGS['FOUNDRY_PROJECT_ENDPOINT']}/connections?api-version=v1")
    )
    assert scrubber.text("kb-lohn-2 at kb.tailspin.de") == "demo-connection at server.example.com"
    assert scrubber.text("a lohnbuerokraft") == "a lohnbuerokraft"


@pytest.mark.parametrize("unit", ["a ", "a. ", "A1b2", "&a=", "my-", "sites/", "a@b."])
def test_a_long_field_of_the_same_letters_is_read_in_its_own_time(unit):
    text = unit * (12_000 // len(unit))
    fields = ("id", "created_by", "filename", "user", "server_url", "encrypted_content", "x")
    exchange = answer("x", more={**dict.fromkeys(fields, text), "agent": {"name": text}}, headers=(("link", text), ("x-ms-request-id", text)))  # fmt: skip
    scrubber = informed()
    start = time.thread_time()
    scrubber.learn_exchange(exchange)
    scrubber.scrub(replace(exchange, request_body=text.encode()))
    assert time.thread_time() - start < 4
