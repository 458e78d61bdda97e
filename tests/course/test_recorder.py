"""record and drift against a second server that plays a live project. No account, no cost, nothing outside this machine."""

import contextlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
import requests

from helpers import auth
from helpers.course import drift, recorder, tap
from helpers.course.environment import ROOT, SetupProblem
from helpers.course.recorder import Run
from helpers.exchange import Exchange, Headers
from helpers.mock import catalog
from helpers.mock.call import Chunks
from helpers.mock.foundry import LocalFoundry
from helpers.mock.model import recordings
from helpers.mock.model.recordings import FAILURES, FOLDER, Recordings, whole
from helpers.mock.parts import Secrets
from helpers.redaction import stream_pieces
from helpers.wire import wiretap
from tests.conftest import needs_posix
from tests.course.live_project import DEPLOYMENT, IDENTITIES, live_project

QUESTION = "What is an endpoint?"
MESSAGES = [{"role": "user", "content": QUESTION}]


@pytest.fixture
def copy(tmp_path) -> Path:
    """A copy of the course's recordings, to be written to."""
    return Path(shutil.copytree(FOLDER, tmp_path / "recordings"))


@pytest.fixture
def live(tmp_path, monkeypatch):
    with live_project(tmp_path / "live", monkeypatch) as project:
        yield project


def sent(project) -> Run:
    """What a small lesson would send: both APIs, streamed and not, a history, and failures."""
    base, resource = project.settings["FOUNDRY_PROJECT_ENDPOINT"], project.settings["FOUNDRY_RESOURCE_ENDPOINT"]
    token, key = auth.token_headers(auth.token()), auth.key_headers(project.settings["FOUNDRY_API_KEY"])
    url, chat = f"{base}/openai/v1/responses", f"{resource}/openai/v1/chat/completions"

    def post(address: str, headers: dict, body: dict) -> None:
        requests.post(address, headers=headers, json={"model": DEPLOYMENT, **body}, timeout=20).content  # noqa: B018

    with wiretap() as wire:
        post(url, token, {"input": QUESTION})
        post(url, token, {"input": "Explain streaming in three sentences.", "stream": True})
        post(chat, key, {"messages": [{"role": "user", "content": "What is an AI application?"}]})
        post(
            chat,
            key,
            {
                "messages": [{"role": "user", "content": "What is a deployment?"}],
                "stream": True,
                "stream_options": {"include_usage": True},
            },
        )
        first = requests.post(
            url, headers=token, json={"model": DEPLOYMENT, "input": "Name one city in Norway."}, timeout=20
        ).json()
        post(url, token, {"input": "How many people live there?", "previous_response_id": first["id"]})
        post(url, {}, {"input": QUESTION})
        post(url, token, {"model": "gpt-99", "input": QUESTION})
        post(chat, {"api-key": "x" * 32}, {"messages": MESSAGES})
        signed, _, signature = token["Authorization"].rpartition(".")
        post(f"{base}/openai/v1/responses", {"Authorization": f"{signed}.{signature[::-1]}"}, {"input": QUESTION})
    return Run(Path("02_small.ipynb"), [("cell", one) for one in wire])


def recorded(project, folder: Path) -> recorder.Report:
    run = sent(project)
    settings = recorder.live_settings()
    scrubber = recorder.informed(settings)
    rehearsed = Run(run.path, [(cell, one) for cell, one in run.sent if one.status >= 400])
    report, findings = recorder.compiled([run], [rehearsed], scrubber, settings, folder, every=False)
    assert not findings, list(map(str, findings))
    assert not recorder.write(report, scrubber, folder)
    return report


# -- recording ---------------------------------------------------------------------------------------------------------------
def test_a_lesson_is_recorded_with_the_command_and_nothing_of_the_customer_is_in_any_file(
    tmp_path, copy, monkeypatch, capsys
):
    lesson = recorder.chosen([])[2].stem.partition("_")[0]
    with live_project(tmp_path / "live", monkeypatch, busy=7) as project:
        assert recorder.run([lesson], yes=True, folder=copy) == 0
        secrets = [project.settings[name] for name in ("FOUNDRY_API_KEY", "FOUNDRY_CLIENT_SECRET", "IDENTITY_HEADER")]
        assert project.calls > project.busy, "the project was never busy"
    fresh = [path for path in copy.rglob("*.json") if Exchange.load(path).source["kind"] == "recorded"]
    said = capsys.readouterr().out
    assert "calls" in said
    assert "changed" in said
    assert any(path.parent.name == FAILURES for path in fresh)
    assert len(fresh) > 5
    for text in (said, *(path.read_text(encoding="utf-8") for path in fresh)):
        assert not [one for one in (*IDENTITIES, *secrets) if one.lower() in text.lower()]
        assert "ARRAffinity" not in text
    assert len(Recordings(copy)) >= len(Recordings())


def test_a_recording_replaces_its_twin_and_says_so(live, copy):
    recorded(live, copy)
    found = {one.question: one for one in Recordings(copy)}
    assert found[QUESTION].answer.source.startswith("recorded ")
    assert found[QUESTION].answer.text.startswith("Harbor says: ")
    exchange = Exchange.load(
        next(
            path
            for path in copy.rglob("*.json")
            if "Explain streaming" in path.read_text(encoding="utf-8")
            and "recorded" in path.read_text(encoding="utf-8")
        )
    )
    assert exchange.source["region"] == "Sweden Central"
    assert exchange.source["sign_in"] == "token"
    assert exchange.source["api"] == "/openai/v1/responses"
    assert [
        path
        for path in copy.rglob("*.json")
        if QUESTION in (Exchange.load(path).request_json or {}).get("input", ())
        and path.parent.name != FAILURES
        and not (Exchange.load(path).source.get("asked"))
    ] != []


def test_a_recording_answers_where_its_twin_did_and_nowhere_else(live, copy, monkeypatch):
    path = copy / "first_request" / "what_is_an_endpoint.json"
    twin = Exchange.load(path)
    replace(twin, source={**twin.source, "alone": True}).save(path)
    run, settings = sent(live), recorder.live_settings()
    monkeypatch.setattr(
        recorder._Names,
        "of",
        lambda self, one, of_model: (
            "first_request/what_is_an_endpoint" if one.prompt.last_words == QUESTION else f"x/{id(one)}"
        ),
    )
    report, _ = recorder.compiled([run], [Run(run.path)], recorder.informed(settings), settings, copy, every=False)
    alone = [name for name, one in report.files.items() if one.source.get("alone")]
    assert alone == ["first_request/what_is_an_endpoint"]


def test_history_is_written_out_so_that_the_mock_can_go_on(live, copy):
    written = recorded(live, copy).files
    (name,) = (name for name, one in written.items() if "How many people live there?" in str(one.source.get("asked")))
    messages = recordings.read(copy / f"{name}.json", name).prompt.messages
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]
    assert messages[1]["text"].startswith("Harbor says: ")


def test_streams_keep_their_pieces_and_are_read_in_both_apis(live, copy):
    report = recorded(live, copy)
    streams = [one for one in report.files.values() if one.chunks]
    assert len(streams) == 2
    for one in streams:
        assert whole(one)["usage"]
        assert [at for at, _ in one.chunks] == sorted(at for at, _ in one.chunks)
        assert len(one.chunks) > 5


def test_a_stream_keeps_the_time_of_each_of_its_pieces(tmp_path, copy, monkeypatch):
    with live_project(tmp_path / "live", monkeypatch, speed="realistic") as project:
        report = recorded(project, copy)
    ((name, one),) = (found for found in report.files.items() if found[1].chunks and "/responses" in found[1].url)
    seconds = [at for at, _ in one.chunks]
    assert seconds[-1] - seconds[0] > 0.5, "all came at once"
    assert len(set(seconds)) > 10
    assert Exchange.load(copy / f"{name}.json").chunks == one.chunks


@pytest.mark.parametrize("api", ["/responses", "/chat/completions"])
def test_a_recorded_stream_is_played_at_its_own_pace(api, tmp_path):
    """The mock cuts the text into pieces of its own; each leaves when the recorded stream had said as much."""
    words, seconds = ["Wait", " for it", " ... here", " it is, all", " at once."], (1.5, 1.75, 4.0, 4.0, 4.25)
    item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": "".join(words), "annotations": []}]}  # fmt: skip
    final = {"id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "model": "m", "output": [item], "usage": {"input_tokens": 3, "output_tokens": 9}}  # fmt: skip
    told = [(0.5, {"type": "response.created"})]
    told += [(second, {"type": "response.output_text.delta", "item_id": "msg_1", "delta": one}) for second, one in zip(seconds, words, strict=True)]  # fmt: skip
    told.append((5.0, {"type": "response.completed", "response": final}))
    source = {"kind": "recorded", "from": "a live project", "date": "2026-11-27"}
    chunks = tuple((second, f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode()) for second, one in told)
    asked = json.dumps({"model": DEPLOYMENT, "input": QUESTION, "stream": True}).encode()
    folder = tmp_path / "recordings" / "x"
    folder.mkdir(parents=True)
    url = "https://demo-resource.services.ai.azure.com/openai/v1"
    Exchange("POST", f"{url}/responses", request_body=asked, status=200, chunks=chunks, source=source).save(folder / "x.json")  # fmt: skip

    origin, secrets = "https://localhost:8443", Secrets.derived(b"a test", "")
    foundry = LocalFoundry(origin, secrets, Recordings(folder.parent), strict=True)
    body = {"messages": MESSAGES} if "chat" in api else {"input": QUESTION}
    body = {"model": catalog.DEFAULT_DEPLOYMENT, "stream": True, **body}
    key = [("api-key", secrets.api_key), ("content-type", "application/json")]
    answer = foundry.answer(Exchange("POST", f"{origin}/openai/v1{api}", Headers(key), json.dumps(body).encode()))
    said, begun = "", {}
    for second, event in answer.chunks:
        for _, _, piece in (one for event in recordings.events(event) for one in stream_pieces(event)):
            begun.setdefault(len(said), second)
            said += piece
    assert said == "".join(words)
    assert answer.chunks[0][0] == 0.5 and answer.chunks[-1][0] == 5.0
    assert [second for second, _ in answer.chunks] == sorted(second for second, _ in answer.chunks)
    early = [second for at, second in begun.items() if at < len("Wait for it")]
    late = [second for at, second in begun.items() if at >= len("Wait for it ...")]
    assert early and late and max(early) < 4.0 <= min(late)


def test_what_was_waited_for_is_no_part_of_a_recorded_stream(monkeypatch):
    import httpx2
    import requests.adapters
    from urllib3 import HTTPHeaderDict
    from urllib3.response import HTTPResponse

    answers = [(429, {"retry-after": "0.4"}), (200, {"content-type": "text/event-stream"})]

    def send(adapter, request, **options):
        response = requests.Response()
        status, headers = answers.pop(0)
        response.status_code, response.headers, response.request = status, headers, request
        response.raw = HTTPResponse(io.BytesIO(b"data: {}\n\n"), HTTPHeaderDict(headers), status, preload_content=False)
        return response

    for owner, name, function in (
        (requests.adapters.HTTPAdapter, "send", send),
        (httpx2.HTTPTransport, "handle_request", None),
        (httpx2.AsyncHTTPTransport, "handle_async_request", None),
    ):
        monkeypatch.setattr(owner, name, function)  # and back to what it is, after the test
    tap._be_patient(lambda status: False)
    with wiretap() as wire:
        requests.post("http://localhost/x").content  # noqa: B018
    ((_, one),) = tap.unpacked(json.dumps([{"cell": "", **tap._packed(wire[0])}]))
    assert wire[0].chunks[0][0] > 0.4 > one.chunks[0][0] >= 0
    assert 0.4 > one.elapsed >= 0
    assert tap.WAITED not in one.response_headers


def test_one_of_several_answers_is_kept_and_later_histories_have_its_words():
    def said(text: str, number: int, asked: dict) -> Exchange:
        body = {"id": f"resp_{number}", "object": "response", "created_at": 1, "status": "completed", "model": "m", "usage": {"input_tokens": 1, "output_tokens": 1},
                "output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}]}  # fmt: skip
        return Exchange(
            "POST",
            "https://x/openai/v1/responses",
            Headers(),
            json.dumps(asked).encode(),
            200,
            "OK",
            Headers(),
            json.dumps(body).encode(),
        )

    run = Run(Path("02_x.ipynb"))
    run.sent = [
        ("a", said("First.", 1, {"input": "Q"})),
        ("b", said("Second.", 2, {"input": "Q"})),
        ("c", said("Next.", 3, {"input": "R", "previous_response_id": "resp_2"})),
    ]
    run.sent.append(
        (
            "d",
            said(
                "Last.",
                4,
                {
                    "input": [
                        {"role": "user", "content": "Q"},
                        {"role": "assistant", "content": "Second."},
                        {"role": "user", "content": "S"},
                    ]
                },
            ),
        )
    )
    kept = recorder.selected([run])
    assert [recorder._words(one.answer)[0] for one in kept] == ["First.", "Next.", "Last."]
    assert [one.prompt.messages[1]["text"] for one in kept[1:]] == ["First.", "First."]


def test_what_a_search_in_stored_files_finds_is_left_to_the_mock(live, copy):
    base, token = f"{live.settings['FOUNDRY_PROJECT_ENDPOINT']}/openai/v1", auth.token_headers(auth.token())
    upload = {"files": {"file": ("rules.md", b"Harbor fees are due on Friday.")}, "data": {"purpose": "assistants"}}
    with wiretap() as wire:
        file = requests.post(f"{base}/files", headers=token, **upload, timeout=20).json()
        store = requests.post(
            f"{base}/vector_stores", headers=token, json={"file_ids": [file["id"]]}, timeout=20
        ).json()
        tools = [{"type": "file_search", "vector_store_ids": [store["id"]]}]
        asked = {"model": DEPLOYMENT, "input": "When are fees due?", "tools": tools}
        assert "Friday" in requests.post(f"{base}/responses", headers=token, json=asked, timeout=20).text
    run, settings = Run(Path("12_small.ipynb"), [("cell", one) for one in wire]), recorder.live_settings()
    report, _ = recorder.compiled([run], [Run(run.path)], recorder.informed(settings), settings, copy, every=False)
    assert report.files == {}
    assert "12_small: what was found in stored files or memories" in str(report)


def test_a_failure_is_recorded_only_where_the_lesson_wants_it(live, copy):
    run, settings = sent(live), recorder.live_settings()
    scrubber = recorder.informed(settings)
    none = Run(run.path, [])
    report, _ = recorder.compiled([run], [none], scrubber, settings, copy, every=False)
    assert not [name for name in report.files if FAILURES in name]
    assert [re.search(r"failed with (\d+)", line)[1] for line in report.refused] == ["401", "404", "401"]
    assert "(2 times)" in report.refused[0]
    assert len([name for name in recorded(live, copy).files if FAILURES in name]) == 4


def test_a_cut_stream_is_not_recorded(live, copy):
    run, settings = sent(live), recorder.live_settings()
    at, (cell, one) = next((at, pair) for at, pair in enumerate(run.sent) if pair[1].chunks)
    half = one.chunks[0][1][: len(one.chunks[0][1]) // 2]
    run.sent[at] = cell, replace(one, chunks=((0.1, half),), response_body=half)
    report, _ = recorder.compiled([run], [Run(run.path)], recorder.informed(settings), settings, copy, every=False)
    assert any("cut" in line for line in report.refused)
    assert not any("streaming" in name for name in report.files)


def test_nothing_is_written_when_something_has_no_rule(live, copy, monkeypatch):
    before = {path: path.read_bytes() for path in copy.rglob("*.json")}
    marked = "Zx8" + "q7RtW2mK9" * 4
    live.change = body(lambda b: b.update(metadata={"note": marked}))
    run, settings = sent(live), recorder.live_settings()
    scrubber = recorder.informed(settings)
    report, findings = recorder.compiled([run], [Run(run.path)], scrubber, settings, copy, every=False)
    assert findings
    assert all("metadata.note" in str(one) and marked not in str(one) for one in findings)
    assert {path: path.read_bytes() for path in copy.rglob("*.json")} == before
    assert recorder.write(report, scrubber, copy), "the second look finds it too"
    assert {path: path.read_bytes() for path in copy.rglob("*.json")} == before


def test_half_a_character_in_an_answer_is_written_as_one_that_a_file_can_hold(live, copy):
    half = json.loads('"Half \\ud83d is here."')
    live.change = body(lambda b: b["output"][-1]["content"][0].update(text=half) if b.get("output") else None)
    recorded(live, copy)
    assert any("Half ? is here." in path.read_text(encoding="utf-8") for path in copy.rglob("*.json"))


def test_json_that_is_nested_deep_is_known_before_anything_is_done_with_it():
    deep: list = []
    for _ in range(900):
        deep = [deep]
    asked, said = b'{"input": "x"}', json.dumps({"x": deep}).encode()
    one = Exchange("POST", "https://x/openai/v1/responses", request_body=asked, status=200, response_body=said)
    assert recorder._is_deep(one)
    assert recorder._is_deep(replace(one, request_body=said, response_body=asked))
    assert recorder._is_deep(replace(one, chunks=((0.1, b"data: " + said),), response_body=b"data: " + said))
    assert not recorder._is_deep(replace(one, response_body=asked))


def test_a_dry_run_sends_nothing_and_tells_what_it_would(live, copy, capsys):
    lesson = recorder.chosen([])[2].stem.partition("_")[0]
    assert recorder.run([lesson], dry=True, folder=copy) == 0
    assert live.calls == 0
    assert re.search(r"In all \d+ calls, \d+ of them prompts, about [\d,]+ tokens", capsys.readouterr().out)


def test_without_a_terminal_it_does_not_ask_and_sends_nothing(live, copy, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    lesson = recorder.chosen([])[2].stem.partition("_")[0]
    with pytest.raises(SetupProblem, match="--yes"):
        recorder.run([lesson], folder=copy)
    assert live.calls == 0


def test_settings_that_are_not_live_and_lessons_that_are_not_there_are_told(monkeypatch, copy):
    monkeypatch.setenv("FOUNDRY_PROJECT_ENDPOINT", "")
    with pytest.raises(SetupProblem, match="nothing live to record"):
        recorder.run([], folder=copy)
    with pytest.raises(SetupProblem, match="There is no lesson 99"):
        recorder.chosen(["99"])


# -- interrupted -------------------------------------------------------------------------------------------------------------
def _set_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.json")}


@pytest.mark.parametrize("step", range(1, 40))
def test_a_recording_that_stops_at_any_step_leaves_a_whole_set(step, copy, monkeypatch):
    """Every function that changes the disk counts as a step; after so many the power goes."""
    before, count = _set_of(copy), 0
    exchange = Exchange.load(next(copy.rglob("what_is_an_endpoint.json")))
    report = recorder.Report(
        files={"first_request/what_is_an_endpoint": replace(exchange, source={**exchange.source, "kind": "recorded"})}
    )

    class PowerCut(BaseException):
        pass

    def counted(function):
        def step_by_step(*args, **options):
            nonlocal count
            count += 1
            if count >= step:
                raise PowerCut
            return function(*args, **options)

        return step_by_step

    with monkeypatch.context() as patched:
        for owner, name in (
            (shutil, "rmtree"),
            (shutil, "copy2"),
            (Path, "rename"),
            (Path, "mkdir"),
            (Exchange, "save"),
            (os, "mkdir"),
        ):
            patched.setattr(owner, name, counted(getattr(owner, name)))
        with contextlib.suppress(PowerCut):
            recorder.write(
                report,
                recorder.Scrubber(
                    exchange.source["from"] + (FOLDER / "first_request/what_is_an_endpoint.json").read_text()
                ),
                copy,
            )
    Recordings(copy)  # as the next mock does, which puts back what was moved
    after = _set_of(copy)
    assert after in (
        before,
        {**before, "first_request/what_is_an_endpoint.json": after["first_request/what_is_an_endpoint.json"]},
    )
    assert after.keys() == before.keys()


@needs_posix
@pytest.mark.parametrize("times", [1, 5])
def test_ctrl_c_while_it_records_leaves_the_old_set_and_no_file_behind(times, tmp_path, copy, monkeypatch):
    with live_project(tmp_path / "live", monkeypatch) as project:
        before = _set_of(copy)
        lesson = recorder.chosen([])[2].stem.partition("_")[0]
        # a shell may have started the tests in the background, and there Ctrl-C is ignored by what it starts
        heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
        code = f"{heard}; from pathlib import Path; from helpers.course import recorder; raise SystemExit(recorder.run([{lesson!r}], yes=True, folder=Path({str(copy)!r})))"
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        said = ""
        for line in process.stdout:
            said += line
            if line.startswith("Recording 1"):
                for _ in range(times):
                    process.send_signal(signal.SIGINT)
                break
        for line in process.stdout:  # and by somebody who is impatient, also while the process ends
            said += line
            for _ in range(times - 1):
                process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    assert "Nothing was written" in said, said
    assert "Traceback" not in said + rest and "Exception" not in said + rest, said
    assert process.returncode == 130
    assert _set_of(copy) == before
    assert [path.name for path in copy.parent.iterdir() if path.name.startswith(".recordings")] == []
    assert project.settings["FOUNDRY_API_KEY"] not in said + rest


# -- drift ---------------------------------------------------------------------------------------------------------------------
def _json(answer: Exchange, change) -> Exchange:
    body = answer.response_json
    if not isinstance(body, dict):
        return answer
    change(body)
    return replace(answer, response_body=json.dumps(body).encode())


def on(status: int, change, path: str = "/responses", stream: bool = False):
    """Make a change to answers of this status on this path."""

    def changed(answer: Exchange) -> Exchange:
        hit = answer.status == status and path in answer.url and bool(answer.chunks) == stream
        return change(answer) if hit else answer

    return changed


def body(change, status: int = 200, path: str = "/responses"):
    return on(status, lambda answer: _json(answer, change), path)


def header(change, status: int = 200):
    return on(
        status, lambda answer: replace(answer, response_headers=Headers(change(list(answer.response_headers.pairs))))
    )


def stream(change, path: str = "/responses"):
    def changed(answer: Exchange) -> Exchange:
        text = change(answer.response_body.decode())
        return replace(answer, chunks=Chunks.of([(0.0, text.encode())]), response_body=text.encode())

    return on(200, changed, path, stream=True)


def _moved(text: str) -> str:
    events = text.split("\n\n")
    done = next(at for at, event in enumerate(events) if "content_part.added" in event)
    return "\n\n".join([*events[: done - 1], events[done], events[done - 1], *events[done + 1 :]])


def _into(place: dict, **new) -> None:
    place.update(new)


PLANTED = {
    # what, how: is it additive, and a word that must be in what is told
    "a field more": (body(lambda b: _into(b, moderated=True)), "additive", "moderated"),
    "a field more inside": (body(lambda b: _into(b["usage"], audio_tokens=0)), "additive", "audio_tokens"),
    "a header more": (header(lambda pairs: [*pairs, ("x-ms-novelty", "1")]), "additive", "x-ms-novelty"),
    "an item more": (body(lambda b: b["output"].insert(0, {"type": "thought_summary", "id": "x"})), "additive", "thought_summary"),
    "an event more": (stream(lambda text: text.replace("event: response.completed", 'event: response.rated\ndata: {"type":"response.rated"}\n\nevent: response.completed')), "additive", "response.rated"),
    "a field more in an event": (stream(lambda text: text.replace('"content_index":0', '"content_index":0,"confidence":1')), "additive", "confidence"),
    "a field more in a chunk": (stream(lambda text: text.replace('"logprobs":null', '"logprobs":null,"stance":"calm"'), "/chat/"), "additive", "stance"),
    "an error in other words": (body(lambda b: _into(b, message="You are not signed in."), 401), "additive", "not signed in"),
    "an error with a field more": (body(lambda b: _into(b["error"], target="model"), 404), "additive", "target"),
    "null where something comes": (body(lambda b: _into(b, service_tier=b["service_tier"], error=None, incomplete_details={"reason": "x"})), "additive", "incomplete_details"),
    "a field less": (body(lambda b: b.pop("parallel_tool_calls")), "breaking", "parallel_tool_calls"),
    "a field less inside": (body(lambda b: b["usage"].pop("total_tokens")), "breaking", "total_tokens"),
    "a field renamed": (body(lambda b: _into(b, created=b.pop("created_at"))), "breaking", "created_at"),
    "another type": (body(lambda b: _into(b, created_at=str(b["created_at"]))), "breaking", "string"),
    "null for a value": (body(lambda b: _into(b, usage=None)), "breaking", "null"),
    "another word of an enumeration": (body(lambda b: _into(b, status="done")), "breaking", "done"),
    "another kind of content": (body(lambda b: _into(b["output"][-1]["content"][0], type="text")), "breaking", "output_text"),
    "another finish reason": (body(lambda b: _into(b["choices"][0], finish_reason="end")), "breaking", "end"),
    "a header less": (header(lambda pairs: [pair for pair in pairs if pair[0] != "apim-request-id"]), "breaking", "apim-request-id"),
    "another content type": (header(lambda pairs: [(n, "text/json" if n == "content-type" else v) for n, v in pairs]), "breaking", "text/json"),
    "another status": (on(404, lambda answer: replace(answer, status=400)), "breaking", "400"),
    "another code of an error": (body(lambda b: _into(b["error"], code="NoSuchDeployment"), 404), "breaking", "NoSuchDeployment"),
    "an error that is no JSON": (on(404, lambda answer: replace(answer, response_body=b"<html>not found</html>")), "breaking", "no JSON"),
    "an event renamed": (stream(lambda text: text.replace("response.output_text.delta", "response.text.delta")), "breaking", "response.output_text.delta"),
    "events in another order": (stream(_moved), "breaking", "order"),
    "an event twice": (stream(lambda text: text.replace("event: response.in_progress", text[: text.index("event: response.in_progress")] + "event: response.in_progress", 1)), "breaking", "more than once: response.created"),
    "an event without its line": (stream(lambda text: text.replace("event: response.completed\n", "")), "breaking", "event: in each"),
    "no mark at the end": (stream(lambda text: text.replace("data: [DONE]\n\n", ""), "/chat/"), "breaking", "[DONE]"),
    "one of several pieces otherwise": (stream(lambda text: text.replace('"logprobs":[]', '"logprobs":[],"odd":1', 1)), "additive", "odd"),
    "an integer with a point": (body(lambda b: _into(b, created_at=b["created_at"] + 0.5)), "breaking", "number"),
    "a list that is empty": (body(lambda b: _into(b, output=[])), "breaking", "element of body.output"),
    "another type of an error": (body(lambda b: _into(b["error"], type="bad_request"), 404), "breaking", "bad_request"),
    "a code where null was": (body(lambda b: _into(b, error={"code": "x"})), "additive", "body.error"),
    "a field less in an event": (stream(lambda text: text.replace('"content_index":0,', "")), "breaking", "content_index"),
}  # fmt: skip
PLANTED["another finish reason"] = (
    body(lambda b: _into(b["choices"][0], finish_reason="end"), path="/chat/"),
    "breaking",
    "end",
)


@pytest.fixture(scope="module")
def baseline(tmp_path_factory):
    """A project and what was recorded of it."""
    place = tmp_path_factory.mktemp("baseline")
    folder = place / "recordings"
    folder.mkdir()
    patch = pytest.MonkeyPatch()
    with live_project(place / "live", patch) as project:
        recorded(project, folder)
        yield project, folder
    patch.undo()


def test_against_the_same_project_nothing_has_changed(baseline, capsys):
    project, folder = baseline
    project.change = lambda answer: answer
    before = _set_of(folder)
    assert drift.run(folder=folder) == drift.NONE, capsys.readouterr().out
    said = capsys.readouterr().out
    assert "10 of 10 recordings asked again." in said
    assert "Nothing has changed." in said
    assert _set_of(folder) == before


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_change_is_found_and_called_what_it_is(what, baseline, capsys):
    project, folder = baseline
    project.change, kind, word = PLANTED[what]
    try:
        code = drift.run(as_json=True, folder=folder)
    finally:
        project.change = lambda answer: answer
    report = json.loads(capsys.readouterr().out)
    assert report["drift"] == kind, report["changes"]
    assert code == {"additive": drift.ADDITIVE, "breaking": drift.BREAKING}[kind]
    assert word in json.dumps(report["changes"])
    assert all(change["route"].startswith("POST /") for change in report["changes"])
    assert not [one for one in IDENTITIES if one in json.dumps(report)]


def test_twenty_changes_at_once_are_all_told(baseline, capsys):
    project, folder = baseline
    together = [
        what
        for what in PLANTED
        if what
        not in (
            "another status",
            "an error that is no JSON",
            "a field renamed",
            "an integer with a point",
            "a list that is empty",
            "another content type",
            "null for a value",
            "a field less inside",
            "a field more inside",
            "an event renamed",
        )
    ]

    def all_of_them(answer: Exchange) -> Exchange:
        for what in together:
            answer = PLANTED[what][0](answer)
        return answer

    project.change = all_of_them
    try:
        assert drift.run(folder=folder) == drift.BREAKING
    finally:
        project.change = lambda answer: answer
    said = capsys.readouterr().out
    missing = [what for what in together if PLANTED[what][2] not in said and what != "events in another order"]
    assert not missing, said


def test_what_was_not_recorded_is_not_asked(baseline, copy, capsys):
    for path in copy.rglob("*.json"):  # they may have been recorded since
        one = Exchange.load(path)
        replace(one, source={**one.source, "kind": "authored"}).save(path)
    with pytest.raises(SetupProblem, match="Nothing could be asked"):
        drift.run(folder=copy)
    assert "it is authored, not recorded" in capsys.readouterr().out


def test_the_names_of_the_replaced_set_are_hidden_ones():
    new, old = recordings.beside(FOLDER)
    assert new.name.startswith(".")
    assert old.name.startswith(".")


# -- a run that cannot be kept -------------------------------------------------------------------------------------------
def _run(*statuses: int) -> recorder.Run:
    """A run of lesson 02, one prompt with each of these statuses, each from a cell of its own."""
    url = "https://my-foundry.services.ai.azure.com/api/projects/mine/openai/v1/responses"
    body = b'{"model": "m", "input": "What is an endpoint?"}'
    sent = [(f"cell-{at}", Exchange("POST", url, request_body=body, status=one)) for at, one in enumerate(statuses)]
    return recorder.Run(Path("02_first_request.ipynb"), sent)


def test_a_sign_in_that_ends_on_the_way_spoils_a_recording():
    assert recorder.spoilt(_run(200, 401, 200), _run(200, 401, 200)) == []
    told = recorder.spoilt(_run(200, 401, 200), _run(200, 401, 401))
    assert len(told) == 1 and "02_first_request: 401 or 403" in told[0] and "cell-2" in told[0]


def test_a_cell_is_named_by_its_id_and_not_by_its_source():
    live = _run(200, 401)
    live.ids = {"cell-1": "sign-in"}
    assert "(cells sign-in)" in recorder.spoilt(_run(200, 200), live)[0]


def test_a_quota_that_lets_most_prompts_down_spoils_a_recording():
    assert recorder.spoilt(_run(200, 200, 200), _run(200, 429, 200)) == []
    assert recorder.spoilt(_run(200, 429, 429), _run(200, 429, 429)) == []
    assert "2 of 3 prompts got a 429" in recorder.spoilt(_run(200, 200, 200), _run(200, 429, 429))[0]


def test_what_a_cell_has_put_out_is_nothing_that_everybody_may_read(copy, monkeypatch):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print('hello')")])
    notebook.cells[0].outputs = [nbformat.v4.new_output("stream", name="stdout", text="tailspin-hr\n")]
    path = copy / "09_live.ipynb"
    nbformat.write(notebook, path)
    monkeypatch.setattr(recorder.notebooks, "paths", lambda: [path])
    assert "hello" in recorder.informed({})._published
    assert "tailspin" not in recorder.informed({})._published


@needs_posix
def test_a_folder_that_cannot_be_written_is_told_before_anything_is_sent(live, copy, monkeypatch):
    monkeypatch.setattr(recorder.os, "access", lambda path, mode: False)
    with pytest.raises(SetupProblem, match="nothing is sent: make the folder"):
        recorder.run(["02"], yes=True, folder=copy)


def test_a_full_disk_ends_in_a_sentence_and_leaves_the_old_set(live, copy, monkeypatch, capsys):
    before = {path.name: path.read_bytes() for path in copy.rglob("*.json")}

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recorder, "write", full)
    assert recorder.run(["10"], yes=True, folder=copy) == 1
    assert "the old recordings are whole: No space left on device" in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in copy.rglob("*.json")} == before
