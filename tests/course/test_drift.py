"""What the drift check tells of two answers: a table of changes, of what they are, and of what is for the model to choose."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from helpers.course import drift
from helpers.course.drift import compared
from helpers.exchange import Exchange, Headers
from helpers.mock.model.recordings import FOLDER

URL = "https://demo-resource.services.ai.azure.com/api/projects/demo-project/openai/v1/responses"
MESSAGE = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": "Hi", "annotations": []}]}  # fmt: skip
REASONING = {"type": "reasoning", "id": "rs_1", "summary": []}
CALL = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "call_1",
    "name": "f",
    "arguments": "{}",
    "status": "completed",
}
FILTERS = [{"source_type": "prompt", "content_filter_results": {"hate": {"filtered": False, "severity": "safe"}}}]
ANSWER = {
    "id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "temperature": 1.0, "tools": [], "tags": ["a", "b"], "error": None,
    "output": [REASONING, MESSAGE], "usage": {"input_tokens": 1, "output_tokens": 2}, "content_filters": FILTERS,
}  # fmt: skip
REFUSED = {"error": {"code": None, "message": "No.", "param": "input", "type": "invalid_request_error"}}


def answer(body: dict | None = None, status: int = 200, headers: tuple = (), stream: str = "") -> Exchange:
    raw = stream.encode() if stream else json.dumps(body).encode()
    kind = "text/event-stream" if stream else "application/json"
    return Exchange(
        "POST", URL, status=status, response_headers=Headers([("content-type", kind), *headers]), response_body=raw,
        chunks=((0.0, raw),) if stream else (),
    )  # fmt: skip


def told(before: Exchange, now: Exchange) -> tuple[set[str], str]:
    changes = list(compared(before, now))
    return {one.kind for one in changes}, "\n".join(map(str, changes))


def with_(**more) -> Callable[[dict], dict]:
    return lambda body: {**body, **more}


def _called(body: dict) -> dict:
    return {**body, "output": [CALL]}


CHANGED = {
    # what: the change, is it additive, and a word of what is told
    "a list that is empty now": (with_(output=[]), "breaking", "element of body.output"),
    "content that is empty now": (with_(output=[{**MESSAGE, "content": []}, REASONING][:1]), "breaking", "output_text"),
    "a list that was empty": (with_(tools=[{"type": "tool_search"}]), "additive", "tool_search"),
    "one element of several": (with_(tags=["a", 1]), "breaking", "integer"),
    "objects among strings": (with_(tags=["a", {"name": "b"}]), "breaking", "object"),
    "items in another order": (with_(output=[MESSAGE, REASONING]), "breaking", "message before reasoning"),
    "an integer with a point": (with_(created_at=1.5), "breaking", "number"),
    "a field that one element lacks": (with_(output=[MESSAGE, {k: v for k, v in MESSAGE.items() if k != "role"}]), "breaking", "role in 1 of 2"),
    "a severity that nobody knows": (with_(content_filters=[{"source_type": "prompt", "content_filter_results": {"hate": {"filtered": False, "severity": "dire"}}}]), "breaking", "dire"),
    "an item that nobody knows": (with_(output=[REASONING, {"type": "thought", "id": "x"}, MESSAGE]), "additive", "thought"),
    "an item under another name": (with_(output=[REASONING, {**MESSAGE, "type": "reply"}]), "breaking", "reply"),
    "an object for null": (with_(error={"code": "x"}), "additive", "body.error"),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGED)
def test_a_change_is_found_and_called_what_it_is(what):
    change, kind, word = CHANGED[what]
    kinds, said = told(answer(ANSWER), answer(change(copy.deepcopy(ANSWER))))
    assert ("breaking" if "breaking" in kinds else "additive" if kinds else "none") == kind, said
    assert word in said


@pytest.mark.parametrize(
    "change",
    [
        with_(content_filters=[{"source_type": "prompt", "content_filter_results": {"hate": {"filtered": False, "severity": "low"}}}]),
        with_(output=[REASONING, CALL]),
        with_(output=[MESSAGE]),
        with_(output=[REASONING, CALL, CALL]),
        with_(output=[REASONING, {**MESSAGE, "content": [{"type": "output_text", "text": "Hi", "annotations": [{"type": "url_citation", "url": "x"}]}]}]),
        with_(output=[{**REASONING, "summary": [{"type": "summary_text", "text": "x"}]}, MESSAGE]),
        with_(temperature=1),
        with_(usage={"input_tokens": 9, "output_tokens": 7}, id="resp_2", created_at=2),
    ],
    ids=["severity", "function call", "no reasoning", "two calls", "citations", "summary", "1 for 1.0", "numbers"],
)  # fmt: skip
def test_what_a_model_chooses_is_no_change(change):
    assert told(answer(ANSWER), answer(change(copy.deepcopy(ANSWER))))[1] == ""


def test_a_call_instead_of_a_text_is_no_change_in_a_chat_completion():
    head = {"id": "x", "object": "chat.completion", "created": 1, "model": "m"}
    said = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi"}}
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    called = {
        "index": 0,
        "finish_reason": "tool_calls",
        "message": {"role": "assistant", "content": None, "tool_calls": [call]},
    }
    assert told(answer({**head, "choices": [said]}), answer({**head, "choices": [called]}))[1] == ""
    assert "length" in told(answer({**head, "choices": [said]}), answer({**head, "choices": [said, said]}))[1]


@pytest.mark.parametrize(
    ("url", "body"),
    [
        (URL, {"input": "x", "tools": [{"type": "file_search", "vector_store_ids": ["vs_1"]}]}),
        (URL, {"input": "x", "agent_reference": {"type": "agent_reference", "name": "travel-desk"}}),
        (URL, {"input": [{"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True}]}),
        (URL, {"input": [{"type": "item_reference", "id": "msg_1"}]}),
        (URL, {"input": "x", "tools": [{"type": "code_interpreter", "container": "cntr_1"}]}),
        (URL.replace("/openai/v1/", "/agents/mail-sorter/endpoint/protocols/openai/"), {"input": "x"}),
    ],
)
def test_what_the_lesson_had_made_is_not_asked_for_again(url, body):
    recorded = replace(answer(ANSWER), url=url, request_body=json.dumps(body).encode(), source={"kind": "recorded"})
    assert "had made" in drift._cannot_ask(recorded, {})
    plain = replace(
        recorded, url=URL, request_body=b'{"input": "x", "tools": [{"type": "mcp"}], "agent_reference": null}'
    )
    assert drift._cannot_ask(plain, {}) == ""


# -- errors ------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "kind", "word"),
    [
        ({"code": "invalid_value"}, "breaking", "null, is string"),
        ({"param": "model"}, "breaking", "input, is model"),
        ({"param": None}, "breaking", "null"),
        ({"type": "bad_request"}, "breaking", "bad_request"),
        ({"details": []}, "additive", "details"),
        ({"message": "No, sorry."}, "additive", "No, sorry."),
    ],
)
def test_a_change_of_an_error_is_called_what_it_is(change, kind, word):
    kinds, said = told(answer(REFUSED, 400), answer({"error": {**REFUSED["error"], **change}}, 400))
    assert kinds == {kind} and word in said


@pytest.mark.parametrize(
    "name", ["www-authenticate", "retry-after", "retry-after-ms", "apim-request-id", "x-ms-region"]
)
def test_a_header_that_is_gone_is_told(name):
    assert told(answer(REFUSED, 401, ((name, "x"),)), answer(REFUSED, 401)) == (
        {"breaking"},
        f"header of a 401: {name} is gone",
    )


# -- streams -----------------------------------------------------------------------------------------------------------------
def _stream(*events: dict, done: bool = False) -> str:
    text = "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in events)
    return text + "data: [DONE]\n\n" * done


AT = {"output_index": 0, "item_id": "msg_1"}
EVENTS = (
    {"type": "response.created", "response": {"status": "in_progress"}},
    {"type": "response.output_item.added", "item": MESSAGE, "output_index": 0},
    {"type": "response.output_text.delta", "delta": "H", "logprobs": [], **AT},
    {"type": "response.output_text.delta", "delta": "i", "logprobs": [], **AT},
    {"type": "response.output_text.done", "text": "Hi", **AT},
    {"type": "response.output_item.done", "item": MESSAGE, "output_index": 0},
    {"type": "response.completed", "response": {"status": "completed"}},
)
STREAM = _stream(*EVENTS, done=True)
CALLED = (
    EVENTS[0],
    {"type": "response.output_item.added", "item": CALL, "output_index": 0},
    {"type": "response.function_call_arguments.delta", "delta": "{}", "output_index": 0, "item_id": "fc_1"},
    {"type": "response.function_call_arguments.done", "arguments": "{}", "output_index": 0, "item_id": "fc_1"},
    {"type": "response.output_item.done", "item": CALL, "output_index": 0},
    EVENTS[-1],
)


@pytest.mark.parametrize(
    ("now", "kind", "word"),
    [
        (_stream(*EVENTS), "breaking", "[DONE] is gone"),
        (STREAM.replace("event: response.output_text.done\n", ""), "breaking", "event: in 6 of 7"),
        (STREAM.replace("event: response.output_text.done\n", "event: done\n"), "breaking", "event: and type"),
        (_stream(EVENTS[0], *EVENTS, done=True), "breaking", "more than once: response.created"),
        (_stream(*EVENTS[:5], *EVENTS[4:], done=True), "breaking", "more than once: response.output_text.done"),
        (_stream(*EVENTS[:2], *EVENTS[1:], done=True), "breaking", "more than once: response.output_item.added"),
        (_stream(*EVENTS[:-2], EVENTS[-1], EVENTS[-2], done=True), "breaking", "order of the events"),
        (_stream(*EVENTS[:5], *EVENTS[6:], done=True), "breaking", "response.output_item.done is gone"),
        (_stream(EVENTS[0], {"type": "response.rated"}, *EVENTS[1:], done=True), "additive", "response.rated"),
        (STREAM.replace('"delta": "i", "logprobs": []', '"delta": "i"'), "none", ""),
        (STREAM.replace('"delta": "i", ', '"delta": 5, '), "breaking", "integer or string"),
        (STREAM.replace("event: response.created\n", "id: 7\nevent: response.created\n"), "additive", "id:"),
        (STREAM.replace('data: {"type": "response.completed"', 'data: {{"type": "response.completed"'), "breaking", "no JSON"),
        (_stream(*CALLED, done=True), "none", ""),
        (_stream(*EVENTS[:3], *EVENTS[4:], done=True), "none", ""),
    ],
)  # fmt: skip
def test_a_change_of_a_stream_is_called_what_it_is(now, kind, word):
    kinds, said = told(answer(stream=STREAM), answer(stream=now))
    assert ("breaking" if "breaking" in kinds else "additive" if kinds else "none") == kind, said
    assert word in said


def test_a_chunk_that_comes_twice_and_a_mark_that_is_missing_are_told_of_chat_completions():
    head = {"id": "x", "object": "chat.completion.chunk"}
    pieces = [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}] + [{"index": 0, "delta": {"content": word}, "finish_reason": None} for word in "Hi"]  # fmt: skip
    end = {"index": 0, "delta": {}, "finish_reason": "stop"}

    def chat(*choices, done=True) -> Exchange:
        text = "".join(f"data: {json.dumps({**head, 'choices': [one]})}\n\n" for one in choices)
        return answer(stream=text + "data: [DONE]\n\n" * done)

    before = chat(*pieces, end)
    assert told(before, chat(*pieces, pieces[1], end))[1] == ""
    assert "more than once: finish_reason" in told(before, chat(*pieces, end, end))[1]
    assert "[DONE] is gone" in told(before, chat(*pieces, end, done=False))[1]


def test_json_that_is_nested_deep_is_told_and_not_looked_through():
    deep: list = []
    for _ in range(900):
        deep = [deep]
    assert "nested deeper" in told(answer(ANSWER), answer({"x": deep}))[1]


def test_every_recording_is_the_same_as_itself():
    for path in FOLDER.rglob("*.json"):
        exchange = Exchange.load(path)
        assert told(exchange, exchange)[1] == "", path.name
