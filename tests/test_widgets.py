"""The widgets and what they know: used the way a reader does, with a plain-text twin, and never with a secret on show."""

import asyncio
import base64
import io
import json
import re
from html import escape, unescape

import httpx2
import ipywidgets
import openai
import pytest
import requests
import urllib3
from azure.ai.projects import AIProjectClient
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.transport import RequestsTransport
from hypothesis import given, settings
from hypothesis import strategies as st
from ipywidgets.widgets.widget import _instances

from helpers import auth, widgets
from helpers.display import html_table, show_figure, show_widget, text_table
from helpers.endpoints import SHAPES, take_apart
from helpers.exchange import Exchange
from helpers.widgets.chooser import KEY, TOKEN, WISHES, choose
from helpers.widgets.failures import FAILURES, LAYERS
from helpers.widgets.json_path import expression, steps_of, walk
from helpers.widgets.stream import data_of, delta_of, events_of, kind_of
from helpers.widgets.token import MEANINGS, claims_of, time_left
from tests.mock.test_routes import PROMPT, V1

SAME = settings(derandomize=True, deadline=None, max_examples=200)
VIEW = "application/vnd.jupyter.widget-view+json"
URL = "https://my-resource.services.ai.azure.com/api/projects/my-project"
CHAT = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"
SECRET = "c0ffee-c0ffee-c0ffee"


# -- using a widget ----------------------------------------------------------------------------------------------------
class Opened:
    """A widget on the screen: its controls by description, and the text of its panes."""

    def __init__(self, bundle: dict):
        self.bundle, self.twin = bundle, bundle["text/plain"]
        self.all = list(self._tree(_instances[bundle[VIEW]["model_id"]]))

    def _tree(self, widget):
        yield widget
        for child in getattr(widget, "children", ()):
            yield from self._tree(child)

    def __getitem__(self, description: str):
        return next(one for one in self.all if getattr(one, "description", "") == description)

    @property
    def said(self) -> str:
        panes = (one for one in self.all if isinstance(one, ipywidgets.HTML | ipywidgets.Label))
        return unescape("\n".join(re.sub(r"</?(strong|pre|div)[^>]*>", "\n", one.value).strip() for one in panes))

    def pane(self, title: str) -> str:
        """The text under a pane's title."""
        found = (
            re.fullmatch(f"<strong>{title}</strong>.*<pre[^>]*>(.*)</pre></div>", one.value, re.S)
            for one in self.all
            if isinstance(one, ipywidgets.HTML)
        )
        return unescape(next(match[1] for match in found if match))

    def enter(self, **values) -> str:
        for description, value in values.items():
            self[description.replace("_", " ")].value = value
        return self.said

    def click(self, description: str) -> str:
        assert not self[description].disabled
        self[description].click()
        return self.said


@pytest.fixture
def shown(monkeypatch):
    """What was displayed: (bundle, metadata) of each call."""
    seen = []
    monkeypatch.setattr("IPython.display.display", lambda data, metadata=None, raw=False: seen.append((data, metadata)))
    return seen


@pytest.fixture
def opened(shown, caplog):
    """A function: widget and its arguments in, Opened out. An error in a click, which ipywidgets only logs, fails."""

    def show(widget, *args) -> Opened:
        widget(*args)
        return Opened(shown[-1][0])

    yield show
    ipywidgets.Widget.close_all()
    assert [record.getMessage() for record in caplog.get_records("call")] == []


def _token(claims) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in ({"alg": "x"}, claims))
    return ".".join((*parts, "c2lnbmF0dXJl"))


def _sse(*data) -> str:
    return "".join(f"data: {json.dumps(one)}\n\n" for one in data) + "data: [DONE]\n\n"


def _delta(content) -> dict:
    return {"choices": [{"delta": {"content": content}}]}


CLAIMS = {"aud": "https://ai.azure.com", "iat": 1_700_000_000, "exp": 1_700_003_600, "roles": ["a", "b"], "xyz": 1}
DATA = {"output": [{"content": [{"text": "Hello"}]}, {"type": "x"}], "usage": {"total_tokens": 3}, "a b/c": None}
STREAM = _sse(_delta("Hel"), _delta("lo"))
CITED = {
    "output": [
        {"type": "file_search_call", "id": "fs_1", "status": "completed", "queries": ["hotel in Oslo"]},
        {
            "type": "message",
            "status": "completed",
            "content": [
                {
                    "type": "output_text",
                    "text": "1900 kroner.",
                    "annotations": [
                        {"type": "file_citation", "index": 12, "file_id": "assistant-1", "filename": "rules.md"},
                        {"type": "url_citation", "url": "https://example.com", "title": "Page", "start_index": 0, "end_index": 4},
                    ],
                }
            ],
        },
    ]
}  # fmt: skip

EXAMPLES = {
    "endpoint_explorer": (URL,),
    "json_explorer": (DATA,),
    "token_viewer": (_token(CLAIMS),),
    "endpoint_chooser": (),
    "failure_laboratory": (),
    "stream_player": (STREAM,),
    "response_viewer": (CITED,),
    "cost_ledger": ([], {}),
}


# -- all of them -------------------------------------------------------------------------------------------------------
def test_every_widget_is_there_and_documented():
    assert sorted(widgets.__all__) == sorted(EXAMPLES)
    assert all(getattr(widgets, name).__doc__ for name in widgets.__all__)
    with pytest.raises(AttributeError, match="it has endpoint_explorer, "):
        widgets.nothing  # noqa: B018


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_twin_is_short_text_and_the_html_is_the_same_text(opened, name):
    panel = opened(getattr(widgets, name), *EXAMPLES[name])
    assert 0 < len(panel.twin.splitlines()) <= 40
    assert panel.bundle["text/html"] == f"<pre>{escape(panel.twin)}</pre>"


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_widget_sets_a_color(opened, name):
    panel = opened(getattr(widgets, name), *EXAMPLES[name])
    assert "color" not in panel.said
    assert not any(getattr(getattr(one, "style", None), "text_color", None) for one in panel.all)


@pytest.mark.parametrize(
    ("widget", "args"),
    [
        (widgets.json_explorer, ({str(number): number for number in range(100)},)),
        (widgets.json_explorer, (list(range(100)),)),
        (widgets.stream_player, (_sse(*[_delta("line\n")] * 100),)),
        (widgets.stream_player, (_sse(*[{"type": "a"}, {"type": "b"}] * 50),)),
    ],
)
def test_the_twin_of_much_stays_short(opened, widget, args):
    assert len(opened(widget, *args).twin.splitlines()) <= 40


@pytest.mark.parametrize(
    ("widget", "args"),
    [
        (widgets.endpoint_explorer, (f"{URL}{V1}?api-key={SECRET}",)),
        (widgets.json_explorer, ({"access_token": SECRET}, "access_token")),
        (widgets.json_explorer, ({"key1": SECRET},)),
        (widgets.json_explorer, ({"said": _token({"jti": SECRET})}, "said")),
    ],
)
def test_neither_twin_nor_panes_show_a_secret(opened, widget, args):
    panel = opened(widget, *args)
    for text in (panel.twin, panel.said):
        assert SECRET not in text
        assert _token({"jti": SECRET}) not in text


# -- the endpoint explorer ---------------------------------------------------------------------------------------------
def test_the_endpoint_explorer_follows_its_field(opened):
    panel = opened(widgets.endpoint_explorer, URL)
    assert "Kind: project endpoint" in panel.twin
    assert "my-project" in panel.said
    assert "No Foundry resource has such a host name" in panel.enter(URL="https://example.com")
    assert "my-project</td>" not in panel.said
    assert "A base URL for an SDK." in panel.enter(URL=URL + "/openai/v1")


@pytest.mark.parametrize("text", ["", " ", "hello", "https://[", "https://r:x", "<b>", "\ud800", "https://x/<script>"])
def test_the_endpoint_explorer_says_what_is_wrong(opened, text):
    problems = " ".join(take_apart(text).problems)
    assert problems in opened(widgets.endpoint_explorer, text).twin
    panel = opened(widgets.endpoint_explorer, URL)
    assert problems in panel.enter(URL=text)
    assert "<script>" not in "".join(one.value for one in panel.all if isinstance(one, ipywidgets.HTML))


def test_the_endpoint_explorer_builds_and_takes_apart_what_it_built(opened):
    panel = opened(widgets.endpoint_explorer, URL)
    assert "https://my-resource.services.ai.azure.com/openai/deployments/gpt-4.1-mini/chat" in panel.said
    panel.enter(kind="resource, v1 responses", host="openai.azure.com", resource="other")
    assert "Kind: resource, v1 responses" in panel.click("Take it apart")
    assert panel["URL"].value == "https://other.openai.azure.com/openai/v1/responses"
    for kind in SHAPES:
        panel.enter(host="services.ai.azure.com", kind=kind)
        assert f"Kind: {kind} (" in panel.click("Take it apart")


def test_the_endpoint_explorer_builds_nothing_from_bad_names(opened):
    panel = opened(widgets.endpoint_explorer, "")
    assert "Not yet: 'a b' cannot be the name of a deployment." in panel.enter(deployment="a b")
    assert panel["Take it apart"].disabled
    assert "Not yet: a URL of this kind needs the name of the resource." in panel.enter(resource="", deployment="ok")
    panel.enter(resource="ok")
    assert not panel["Take it apart"].disabled
    panel.enter(kind="project endpoint")
    assert "Not yet: a project lives under" in panel.enter(host="openai.azure.com")


# -- the JSON explorer -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path", ["output[0].content", "output/0/content", '["output"][0]["content"]', ".output.0.content/"]
)
def test_a_path_may_be_written_in_several_ways(path):
    assert steps_of(path) == ("output", 0, "content")
    assert walk(DATA, steps_of(path)) == [{"text": "Hello"}]


STEPS = st.lists(st.integers(0, 10**6) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)).map(tuple)


@SAME
@given(STEPS)
def test_an_expression_is_the_python_that_walks_there(steps):
    data = "the end"
    for step in reversed(steps):
        data = {step: data}
    assert eval(expression(steps), {"data": data}) == "the end"


@SAME
@given(STEPS)
def test_an_expression_is_a_path(steps):
    assert steps_of(expression(steps, "")) == steps


@SAME
@given(st.text() | st.text("[]0123456789-²\"'./a"))
def test_any_path_leads_somewhere_or_says_where_it_ends(path):
    try:
        walk(DATA, steps_of(path))
    except LookupError as error:
        assert error.args[0]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("nope", "the top has no key 'nope'; it has 'output', 'usage', 'a b/c'"),
        ("output.first", "[\"output\"] is a list: the next step is a number, not 'first'"),
        ("output[2]", '["output"] is a list of 2 items: there is no [2]'),
        ("output[0].content[1]", "is a list of 1 item: there is no [1]"),
        ("output[-1]", "the next step is a number"),
        ("usage.total_tokens.x", '["usage"]["total_tokens"] is a number: the way ends there'),
        ("['a b/c'].x", "is null: the way ends there"),
    ],
)
def test_a_path_that_leads_nowhere_is_told(opened, path, says):
    with pytest.raises(LookupError, match=re.escape(says)):
        walk(DATA, steps_of(path))
    panel = opened(widgets.json_explorer, DATA)
    assert says in panel.enter(path=path)
    assert panel["inside"].options == ()
    assert panel["Down"].disabled


def test_up_leads_back_from_a_path_that_leads_nowhere(opened):
    panel = opened(widgets.json_explorer, DATA)
    panel.enter(path="output.nope")
    panel.click("Up")
    assert panel["path"].value == '["output"]'


def test_the_json_explorer_goes_down_and_up(opened):
    panel = opened(widgets.json_explorer, DATA, "", "body")
    assert panel.twin.splitlines()[:2] == ["body is an object with 3 keys:", "  output: a list of 2"]
    assert panel["Up"].disabled
    for step in ("output", 0, "content", 0, "text"):
        panel["inside"].value = step
        panel.click("Down")
    assert 'body["output"][0]["content"][0]["text"]' in panel.said
    assert panel.said.endswith('"Hello"')
    assert panel["Down"].disabled
    for _ in range(5):
        panel.click("Up")
    assert panel["path"].value == ""
    assert panel["Up"].disabled


@pytest.mark.parametrize("key", ["a b/c", "a.b", "0", "é", 'a"b', "a'b", "a\\b", "", "x]", "a\nb"])
def test_the_json_explorer_goes_into_every_key(opened, key):
    panel = opened(widgets.json_explorer, {key: "found"})
    panel["inside"].value = key
    assert panel.click("Down").endswith('\n"found"')


def test_down_with_nothing_chosen_never_leads_astray(opened):
    panel = opened(widgets.json_explorer, {"first": 1, "second": 2})
    if not panel["Down"].disabled:
        panel.click("Down")
    assert panel["path"].value in ("", '["first"]')


@pytest.mark.parametrize("path", ["²", "[", "]", "[[", "''", "\ud800", "9" * 5000, "output[²]", "..", "[0"])
def test_the_json_explorer_takes_any_path(opened, path):
    opened(widgets.json_explorer, DATA).enter(path=path)


@pytest.mark.parametrize("data", [None, 1, "x", [], {}, True, "x" * 5000])
def test_the_json_explorer_takes_any_data(opened, data):
    panel = opened(widgets.json_explorer, data)
    assert panel["Down"].disabled
    assert len(panel.said) < 1000


def test_the_json_explorer_opens_with_a_sentence_when_its_first_path_leads_nowhere(opened):
    assert "has no key 'nope'" in opened(widgets.json_explorer, DATA, "nope").twin


# -- the token viewer --------------------------------------------------------------------------------------------------
def test_claims_are_explained_and_times_are_written_out():
    rows = {name: (value, meaning) for name, value, meaning in claims_of(_token(CLAIMS))}
    assert rows["aud"] == (CLAIMS["aud"], MEANINGS["aud"])
    assert rows["exp"][0] == "2023-11-14 23:13:20 UTC"
    assert rows["roles"][0] == "a, b"
    assert rows["xyz"] == ("1", "not explained here")


def test_every_claim_of_the_local_foundry_is_explained(mock):
    assert [name for name, _, meaning in claims_of(auth.token()) if meaning not in MEANINGS.values()] == []


@pytest.mark.parametrize(
    ("exp", "now", "says"),
    [
        (1000, 100, "It expires in 15 min 0 s."),
        (1000, 999.6, "It expires in 0 min 0 s."),
        (1000, 1000, "It expired 0 min 0 s ago."),
        (1000, 1090, "It expired 1 min 30 s ago."),
        (None, 0, "It does not say when it expires."),
        ("soon", 0, "It does not say when it expires."),
    ],
)
def test_the_time_left_is_a_sentence(exp, now, says):
    assert time_left(_token({"exp": exp}), now) == says


def test_the_token_viewer_explains_the_chosen_claim(opened):
    panel = opened(widgets.token_viewer, _token(CLAIMS))
    assert panel.twin.endswith("It lives for 60 minutes.")
    assert panel["claim"].options == tuple(CLAIMS)
    assert MEANINGS["aud"] in panel.enter(claim="aud")
    assert "2023-11-14 23:13:20 UTC" in panel.enter(claim="exp")


def test_the_token_viewer_tells_the_time_when_asked(opened, monkeypatch):
    monkeypatch.setattr("time.time", lambda: CLAIMS["exp"] - 90)
    panel = opened(widgets.token_viewer, _token(CLAIMS))
    assert "It expires in 1 min 30 s." in panel.said
    monkeypatch.setattr("time.time", lambda: CLAIMS["exp"] + 1)
    assert "It expired 0 min 1 s ago." in panel.click("Time left")


def test_the_token_viewer_takes_another_token_and_goes_back(opened):
    panel = opened(widgets.token_viewer, _token(CLAIMS))
    panel.enter(claim="aud")
    assert "another door" in panel.enter(token="Bearer " + _token({"oid": "me", "aud": "another door"}), claim="aud")
    assert panel["claim"].options == ("oid", "aud")
    panel.enter(token="")
    assert panel["claim"].options == tuple(CLAIMS)
    assert CLAIMS["aud"] in panel.enter(claim="aud")


@pytest.mark.parametrize(
    "text", ["hello", "a.b", "a.b.c", "é.é.é", ".." * 9, *map(_token, ([1], "x", None))], ids=lambda text: text[:9]
)
def test_what_is_no_token_is_told_and_the_first_token_stays(opened, text):
    panel = opened(widgets.token_viewer, _token(CLAIMS))
    assert "That is not a JSON Web Token" in panel.enter(token=text)
    assert panel["claim"].options == tuple(CLAIMS)
    assert CLAIMS["aud"] in panel.enter(claim="aud")
    with pytest.raises(ValueError, match="not a JSON Web Token"):
        opened(widgets.token_viewer, text)


def test_after_what_is_no_token_the_claims_listed_are_those_of_the_first_token(opened):
    panel = opened(widgets.token_viewer, _token(CLAIMS))
    panel.enter(token=_token({"oid": "me"}))
    panel.enter(token="hello")
    assert panel["claim"].options == tuple(CLAIMS)


@pytest.mark.parametrize("exp", [1e20, -1e18, float("inf"), float("nan")])
def test_a_time_beyond_the_calendar_is_shown_as_it_is(opened, exp):
    panel = opened(widgets.token_viewer, _token(CLAIMS))
    panel.enter(token=_token({"exp": exp, "iat": 0}))
    assert str(exp) in panel.enter(claim="exp")
    assert opened(widgets.token_viewer, _token({"exp": exp, "iat": 0})).twin


def test_a_lifetime_that_is_no_number_is_left_out(opened):
    assert "It lives" not in opened(widgets.token_viewer, _token({"exp": "soon", "iat": 0})).twin


def test_the_text_of_a_token_is_in_the_password_field_and_nowhere_else(opened, capsys):
    first, second = _token({**CLAIMS, "jti": "1"}), _token({**CLAIMS, "jti": "2"})
    broken = second.rpartition(".")[0] + "?."
    panel = opened(widgets.token_viewer, first)
    for pasted in (first, second, broken, "Bearer " + second, ""):
        panel.enter(token=pasted)
        panel.click("Time left")
        panel["claim"].index = 0
        states = [one.get_state() for one in _instances.values() if not isinstance(one, ipywidgets.Password)]
        everything = f"{states}{panel.bundle}{capsys.readouterr()}"
        assert not [
            part for one in (first, second, broken) for part in one.split(".")[1:] if part and part in everything
        ]
    assert isinstance(panel["token"], ipywidgets.Password)
    assert first not in str(panel["token"].get_state())


# -- the endpoint chooser ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("sign_in", [KEY, TOKEN])
@pytest.mark.parametrize("wish", WISHES)
def test_a_choice_is_a_url_that_is_right(opened, wish, sign_in):
    rows, shape = dict(choose(wish, sign_in)), SHAPES[WISHES[wish]]
    version = rows.get("api-version", "").partition("required: ")[2]
    url = re.sub(r"<(\w+)>", r"my-\1", rows["endpoint"]) + version
    if sign_in == TOKEN or shape.key:
        assert (take_apart(url).kind, take_apart(url).problems) == (shape.name, ())
        assert rows["header"] == ("api-key: <key>" if sign_in == KEY else "Authorization: Bearer <token>")
        assert rows.get("scope", "") == (shape.scope if sign_in == TOKEN else "")
    else:
        assert rows["sign-in"] == "no key opens this route: sign in with a token"
    panel = opened(widgets.endpoint_chooser)
    said = panel.enter(I_want_to=wish, I_sign_in_with=sign_in)
    assert said == unescape(html_table(choose(wish, sign_in)))
    assert wish in panel.twin


def test_the_chooser_opens_with_a_token(opened):
    panel = opened(widgets.endpoint_chooser)
    assert "Authorization: Bearer <token>" in panel.said
    assert "api-key" in panel.enter(I_sign_in_with=KEY)


# -- the failure laboratory --------------------------------------------------------------------------------------------
class Canned(requests.adapters.BaseAdapter):
    """Answers every request with one failure."""

    def __init__(self, exchange):
        super().__init__()
        self.exchange = exchange

    def send(self, request, **options):
        response = requests.Response()
        response.status_code, response.reason = self.exchange.status, self.exchange.reason
        response.headers.update(self.exchange.response_headers.pairs)
        response.raw = urllib3.HTTPResponse(io.BytesIO(self.exchange.response_body), preload_content=False)
        response.url, response.request = request.url, request
        return response

    def close(self):
        pass


class Credential:
    def get_token(self, *scopes, **options):
        return AccessToken("x", 2**40)


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_openai_raises_what_the_laboratory_says(failure):
    exchange, seen = failure.exchange(), []

    def answer(request):
        seen.append(request)
        headers = [(n, v) for n, v in exchange.response_headers.pairs if not n.lower().startswith("retry-after")]
        return httpx2.Response(
            exchange.status, headers=[*headers, ("retry-after-ms", "1")], content=exchange.response_body
        )

    with httpx2.Client(transport=httpx2.MockTransport(answer)) as http:
        client = openai.OpenAI(api_key="x", base_url=URL + "/openai/v1", http_client=http, max_retries=1)
        with pytest.raises(openai.APIStatusError) as caught:
            client.responses.create(**PROMPT)
    told = dict(failure.explained())
    assert type(caught.value).__name__ == told["openai raises"]
    assert (len(seen) == 2) == told["send it again?"].startswith("yes")


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_azure_core_raises_what_the_laboratory_says(failure):
    session = requests.Session()
    session.mount("https://", Canned(failure.exchange()))
    transport = RequestsTransport(session=session, session_owner=False)
    with (
        session,
        AIProjectClient(URL, Credential(), transport=transport, retry_total=0) as client,
        pytest.raises(HttpResponseError) as caught,
    ):
        client.deployments.get("x")
    assert type(caught.value).__name__ == dict(failure.explained())["azure-core raises"]


WRONG_URLS = {"404 no such route", "400 api-version refused", "400 api-version missing"}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_the_url_of_a_failure_is_wrong_only_where_that_is_the_failure(failure):
    assert bool(take_apart(failure.exchange().url).problems) == (failure.name in WRONG_URLS)


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_failure_is_shown_whole_and_without_a_secret(opened, failure):
    panel = opened(widgets.failure_laboratory)
    said = panel.enter(failure=failure.name)
    for _, text in failure.explained():
        assert text in said
    assert f"HTTP/1.1 {failure.error.status} " in said
    assert failure.exchange().url in said
    assert "[redacted]" in said
    assert failure.exchange().redacted() == failure.exchange()
    assert failure.name.startswith(str(failure.error.status))
    assert LAYERS[failure.error.layer] in panel.twin
    assert failure.fix in panel.twin


def test_a_failure_is_the_same_every_time():
    assert all(one.exchange() == one.exchange() for one in FAILURES.values())


# -- the stream player -------------------------------------------------------------------------------------------------
def test_events_are_the_pieces_between_empty_lines():
    assert events_of("event: a\r\ndata: 1\r\n\r\ndata: 2\n\n\n\n") == ["event: a\ndata: 1", "data: 2"]
    assert events_of("") == events_of("\n\n \n\n") == []
    assert data_of('event: a\ndata: {"x":\ndata: 1}') == {"x": 1}
    assert data_of("data: [DONE]") is data_of(": comment") is None


@pytest.mark.parametrize(
    ("data", "kind", "delta"),
    [
        ({"type": "response.output_text.delta", "delta": "Hi"}, "response.output_text.delta", "Hi"),
        ({"type": "response.created", "response": {}}, "response.created", ""),
        (_delta("Hi"), "delta", "Hi"),
        ({"choices": [{"delta": {"role": "assistant", "content": None}}]}, "delta", ""),
        ({"choices": [{"delta": {}, "finish_reason": "stop"}]}, "finish: stop", ""),
        ({"choices": [], "usage": {"total_tokens": 3}}, "usage", ""),
        ({"choices": [], "prompt_filter_results": []}, "prompt filter results", ""),
    ],
)
def test_each_kind_of_event_has_a_name_and_brings_its_text(data, kind, delta):
    event = f"data: {json.dumps(data)}"
    assert (kind_of(event), delta_of(event)) == (kind, delta)


def test_only_the_closing_event_is_called_done():
    assert kind_of("data: [DONE]") == "[DONE]"
    assert kind_of(": keep-alive") != "[DONE]"
    assert kind_of("data: {cut o") != "[DONE]"


@pytest.mark.parametrize(
    "data",
    [
        {"type": "response.output_text.delta"},
        {"type": "response.output_text.delta", "delta": None},
        {"choices": [{"delta": None}]},
        {"choices": [None]},
        {"choices": "x"},
        {"choices": 1},
        {"type": 5},
        [],
        "x",
        None,
    ],
    ids=json.dumps,
)
def test_an_event_of_no_known_form_brings_no_text(opened, data):
    assert "Hello" in opened(widgets.stream_player, _sse(data) + STREAM).twin


def test_the_stream_player_follows_the_number(opened):
    panel = opened(widgets.stream_player, STREAM)
    assert panel.twin.splitlines() == ["event   count", "delta   2", "[DONE]  1", "", "The text they build: Hello"]
    assert (panel.pane("the text so far"), panel.pane("on the wire")) == ("Hel", events_of(STREAM)[0])
    assert "of 3: delta" in panel.enter(event=2)
    assert panel.pane("the text so far") == "Hello"
    assert "of 3: [DONE]" in panel.enter(event=3)
    assert panel.pane("the text so far") == "Hello"
    panel.enter(event=1)
    assert panel.pane("the text so far") == "Hel"
    panel.enter(event=99)
    assert panel["event"].value == 3


def test_the_play_button_goes_through_the_events_and_starts_over_from_the_end(opened, monkeypatch):
    monkeypatch.setattr("helpers.widgets.stream.PACE", 0)
    panel = opened(widgets.stream_player, STREAM)
    numbers = []
    panel["event"].observe(lambda change: numbers.append(change.new), "value")

    button = panel["Play"]

    async def play_to_the_end():
        button.click()
        while button.description == "Pause":
            await asyncio.sleep(0)

    async def play_and_pause():
        button.click()
        button.click()
        while button.description == "Pause":
            await asyncio.sleep(0)

    asyncio.run(play_to_the_end())
    assert numbers == [2, 3]
    asyncio.run(play_to_the_end())
    assert numbers == [2, 3, 1, 2, 3]
    asyncio.run(play_and_pause())
    assert numbers == [2, 3, 1, 2, 3, 1]


def test_a_long_event_is_cut(opened):
    panel = opened(widgets.stream_player, _sse(_delta("x" * 5000)))
    assert len(panel.pane("on the wire")) == 700
    assert len(panel.pane("the text so far")) == 5000


@pytest.mark.parametrize("text", ["", "\n\n", "hello", '{"error": {"code": "404"}}', "<html></html>"])
def test_what_is_no_stream_is_told(opened, text):
    with pytest.raises(ValueError, match="no server-sent events"):
        opened(widgets.stream_player, text)


def test_the_streams_of_the_local_foundry_build_the_whole_answer(opened, session, project, resource, bearer, key):
    asked = {"messages": [{"role": "user", "content": PROMPT["input"]}]}
    calls = [(project + V1, bearer(), PROMPT), (resource.rstrip("/") + CHAT, key, asked)]
    for url, headers, body in calls:
        whole = session.post(url, headers=headers, json=body).json()
        text = whole["choices"][0]["message"] if "choices" in whole else whole["output"][-1]["content"][0]
        answer = session.post(url, headers=headers, json={**body, "stream": True})
        answer.encoding = "utf-8"
        panel = opened(widgets.stream_player, answer.text)
        panel["event"].value = panel["event"].max
        assert panel.pane("the text so far") == text.get("content", text.get("text"))
        assert len(panel.twin.splitlines()) <= 40


# -- figures and tables ------------------------------------------------------------------------------------------------
@pytest.fixture
def pyplot():
    from matplotlib import pyplot

    before = pyplot.get_backend()
    pyplot.switch_backend("agg")
    yield pyplot
    pyplot.close("all")
    pyplot.switch_backend(before)


def test_a_figure_has_a_description_is_closed_and_is_the_same_bytes_twice(shown, pyplot):
    for _ in range(2):
        figure, axes = pyplot.subplots()
        axes.plot([1, 3, 2])
        show_figure(figure, "A line that rises and falls.")
        assert pyplot.get_fignums() == []
    (bundle, metadata), again = shown
    assert bundle["text/plain"] == "A line that rises and falls."
    start, _, picture = bundle["text/html"].partition("base64,")
    assert start == '<img alt="A line that rises and falls." src="data:image/png;'
    assert base64.b64decode(picture.removesuffix('">')).startswith(b"\x89PNG\r\n")
    assert (bundle, metadata) == again


def test_nothing_in_a_table_or_a_twin_becomes_markup(shown):
    hostile = "<script>&\"'"
    html = html_table([(hostile, hostile)], (hostile, hostile))
    assert html.count(escape(hostile)) == 4
    assert hostile not in html
    show_widget(ipywidgets.Label(), hostile)
    assert shown[0][0]["text/html"] == f"<pre>{escape(hostile)}</pre>"
    assert shown[0][0]["text/plain"] == hostile
    assert VIEW in shown[0][0]


def test_a_table_has_headings_for_columns_and_rows():
    html = html_table([("a", 1), ("b", None)], ("name", "value"))
    assert re.findall(r'<th scope="(\w+)"[^>]*>(\w+)<', html) == [
        ("col", "name"),
        ("col", "value"),
        ("row", "a"),
        ("row", "b"),
    ]
    assert "<thead>" not in html_table([("a", 1)])
    assert html_table([]) == "<table></table>"


def test_a_text_table_is_aligned_and_ends_without_spaces():
    assert text_table([("a", 1), ("long", "")], ("x", "y")) == "x     y\na     1\nlong"
    assert text_table([("<b>", "&")]) == "<b>  &"
    assert text_table([]) == ""
    assert text_table([], ("x", "y")) == "x  y"


# -- the response viewer -------------------------------------------------------------------------------------------------


def test_the_response_viewer_shows_the_chosen_item_and_its_sources(opened):
    panel = opened(widgets.response_viewer, CITED)
    assert [name for name, _ in panel["item"].options] == ["1. file_search_call, completed", "2. message, completed"]
    assert "hotel in Oslo" in panel.said and "1900" not in panel.said
    panel["item"].value = 1
    assert "[1] file_citation: rules.md, behind character 12" in panel.said
    assert "[2] url_citation: Page https://example.com, characters 0 to 4" in panel.said
    assert '"file_id": "assistant-1"' in panel.said
    assert "2. message, completed" in panel.twin and "   [1] file_citation: rules.md" in panel.twin


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (
            {"type": "code_interpreter_call", "code": "print(1)", "outputs": [{"type": "logs", "logs": "1\n"}]},
            "printed: 1",
        ),
        ({"type": "code_interpreter_call", "code": "print(1)", "outputs": None}, "code: print(1)"),
        ({"type": "mcp_list_tools", "server_label": "learn", "tools": [{"name": "search"}]}, "offers: search"),
        ({"type": "mcp_approval_request", "name": "search", "arguments": '{"q": 1}'}, 'arguments: {"q": 1}'),
        ({"type": "web_search_call", "action": {"type": "search", "query": "fjord"}}, "query: fjord"),
        ({"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}, "No."),
        ({"type": "reasoning", "summary": []}, "It says nothing in words."),
        ({}, "an item without a type"),
    ],
)
def test_the_response_viewer_has_words_for_each_kind_of_item(opened, item, said):
    panel = opened(widgets.response_viewer, {"output": [item]})
    assert said in panel.twin and len(panel.twin.splitlines()) <= 40


def test_the_response_viewer_takes_what_a_learner_has(opened, session, project, bearer):
    reply = session.post(f"{project}/openai/v1/responses", headers=bearer(), json=PROMPT)
    assert "1. message, completed" in opened(widgets.response_viewer, reply).twin
    assert opened(widgets.response_viewer, {"output": []}).twin == "This response has no items."
    with pytest.raises(ValueError, match="pass a response"):
        widgets.response_viewer({"choices": []})


# -- the ledger ----------------------------------------------------------------------------------------------------------
def _called(model: str, usage: dict | None, status: int = 200) -> Exchange:
    body = json.dumps({"model": model, "usage": usage} if usage else {"error": {}}).encode()
    return Exchange(method="POST", url=f"{URL}{V1}", request_body=b"{}", status=status, response_body=body)


PRICES = {"gpt-5.4-mini": {"input": 1.0, "cached": 0.1, "output": 10.0}, "gpt-4o": {"input": 2.0, "output": 4.0}}
CALLS = [
    _called(
        "gpt-5.4-mini", {"input_tokens": 1000, "input_tokens_details": {"cached_tokens": 400}, "output_tokens": 10}
    ),
    _called("gpt-5.4-mini", {"input_tokens": 1000, "input_tokens_details": None, "output_tokens": 10}),
    _called("gpt-4o-2024-11-20", {"prompt_tokens": 50, "completion_tokens": 5}),
    _called("nobody-knows", {"input_tokens": 7, "output_tokens": 1}),
    _called("x", None, 429),
]


def test_the_ledger_counts_tokens_and_dollars_by_model(opened):
    panel = opened(widgets.cost_ledger, CALLS, PRICES)
    assert panel.twin.splitlines()[:4] == [
        "model              calls  input  cached  output  dollars",
        "gpt-5.4-mini       2      2000   400     20      0.001840",  # 1600 x 1 + 400 x 0.1 + 20 x 10
        "gpt-4o-2024-11-20  1      50     0       5       0.000120",  # 50 x 2 + 5 x 4
        "nobody-knows       1      7      0       1       no price given",
    ]
    assert "10,000 calls a day like these: 196.00 dollars in 30 days" in panel.twin  # 0.00196 / 3 x 10,000 x 30
    panel["calls a day"].value = 30_000
    assert "30,000 calls a day like these: 588.00 dollars in 30 days" in panel.said


def test_the_ledger_of_nothing_says_so(opened):
    assert "No call here has a price." in opened(widgets.cost_ledger, [], PRICES).twin
    assert "No call here has a price." in opened(widgets.cost_ledger, CALLS[:1], {}).twin
