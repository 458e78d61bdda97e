"""The control page in Chromium, by mouse and by keyboard; and pages from elsewhere, which get nothing."""

import contextlib
import json
import shutil
import socket
import statistics
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from helpers.course.gate import BROWSERS
from helpers.exchange import Exchange, Headers
from helpers.mock.limits import Bucket
from helpers.mock.room import INSTRUCTOR, JOINS, Refused
from helpers.mock.server import MockServer
from tests.browser.conftest import ARTIFACTS, FLAGS, violations
from tests.mock.classes import a_class, serving
from tests.mock.test_worlds import ASKED, V1, Asker


@pytest.fixture
def room():
    """A class of two, and its mock."""
    with serving(a_class(), speed="instant") as server:
        for _ in range(2):
            server.room.join(server.room.of.code(), "", "192.0.2.7")
        yield server


def learners(server) -> list[str]:
    return [name for name in server.room.learners if name != INSTRUCTOR]


def asker(server, name: str) -> Asker:
    return Asker(server.room, {"api-key": server.room.learners[name].secrets.api_key})


@pytest.fixture
def opened(browser):
    """A function: the address of a control page in, the page out; an error on its console fails the test."""
    contexts, said = [], []

    def open_page(server, **options):
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options}))
        page = contexts[-1].new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: said.append(message.text) if _counts(message) else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(server.control_url)
        expect(page.locator("#line")).to_have_text("live")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


def _counts(message) -> bool:
    """Whether the console tells of something wrong with the page. That a mock has ended or refused something is noted there too."""
    return message.type in ("error", "warning") and "Failed to load resource" not in message.text


def row(page, text: str):
    return page.locator("#log li", has_text=text).first


# -- what it shows -----------------------------------------------------------------------------------------------------
def test_the_room_is_shown_as_it_happens(room, opened):
    one, other = learners(room)
    asker(room, one)("POST", V1, ASKED)  # before anybody looks
    page = opened(room)
    expect(page.locator("h1")).to_have_text("Class tests at localhost")
    assert "#" not in page.url, "the key is not left in the address bar"
    expect(row(page, one)).to_contain_text("200")
    asker(room, other)("POST", V1, {**ASKED, "model": "gone"})
    Asker(room.room, {})("GET", "/openai/v1/models")
    expect(row(page, other)).to_contain_text("404")
    expect(row(page, "nobody")).to_contain_text("401")
    expect(page.locator("#counts")).to_have_text("2 learners, 3 requests")
    page.get_by_label("failed only").check()
    expect(page.locator("#log li")).to_have_count(2)
    page.locator("#filter").select_option(other)
    expect(page.locator("#log li")).to_have_count(1)
    page.reload()
    expect(page.locator("#line")).to_have_text("live")
    expect(page.locator("#log li")).to_have_count(3)


def test_an_exchange_is_shown_whole_and_without_secrets(room, opened):
    one, _ = learners(room)
    secrets = room.room.learners[one].secrets
    asker(room, one)("POST", V1, {**ASKED, "input": f"What is an endpoint? {secrets.api_key}"})
    page = opened(room)
    row(page, one).click()
    text = page.locator("#exchange")
    expect(text).to_contain_text('"object": "response"')
    expect(text).to_contain_text(f"POST https://localhost{V1}")
    assert secrets.api_key not in page.content()
    assert "[redacted]" in text.inner_text()
    page.keyboard.press("Escape")
    expect(page.locator("#whole")).not_to_be_visible()


def test_faults_are_fired_by_mouse(room, opened):
    one, other = learners(room)
    page = opened(room)
    page.get_by_role("button", name="503", exact=True).click()
    expect(page.locator("#up")).to_have_text("503, next 1: everyone")
    assert [asker(room, name)("POST", V1, ASKED)[0] for name in (one, other, one)] == [503, 503, 200]
    page.get_by_role("button", name="Take all faults back").click()
    expect(page.locator("#up li")).to_have_count(0)
    page.locator("#learners button", has_text=one).click()
    page.get_by_label("until taken back").check()
    page.get_by_role("button", name="429").click()
    expect(page.locator("#up")).to_have_text(f"429, until taken back: {one}")
    assert [asker(room, one)("POST", V1, ASKED)[0] for _ in range(3)] == [429] * 3
    assert asker(room, other)("POST", V1, ASKED)[0] == 200
    page.get_by_role("button", name="Take all faults back").click()
    expect(page.locator("#said")).to_have_text(f"faults of {one} taken back")
    assert asker(room, one)("POST", V1, ASKED)[0] == 200


def test_everything_is_done_by_keyboard(room, opened):
    one, _ = learners(room)
    asker(room, one)("POST", V1, ASKED)
    page = opened(room)
    expect(page.locator("#log li")).to_have_count(1)
    tabbed(page, "#target")
    page.keyboard.press(one[0])  # a select goes to what begins with this
    tabbed(page, "input[name=often]")
    page.keyboard.press("ArrowDown")
    tabbed(page, "#times")
    page.keyboard.press("Control+A")
    page.keyboard.type("2")
    tabbed(page, "#kinds button[value='500']")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("500 for")
    assert [len(room.room.world(name).state.faults) for name in room.room.learners].count(1) == 1
    tabbed(page, "#take-back")
    page.keyboard.press("Space")
    expect(page.locator("#said")).to_contain_text("taken back")
    tabbed(page, "#instant")
    page.keyboard.press("Enter")
    tabbed(page, "#realistic")
    page.keyboard.press("Enter")
    expect(page.locator("#realistic")).to_have_attribute("aria-pressed", "true")
    assert room.room.speed == "realistic"
    tabbed(page, "#reset")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("started over")
    tabbed(page, "#log")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#whole")).to_be_visible()
    page.keyboard.press("Tab")
    tabbed(page, "#close")
    page.keyboard.press("Enter")
    expect(page.locator("#whole")).not_to_be_visible()


def tabbed(page, selector: str) -> None:
    """Press Tab until this has the focus."""
    for _ in range(80):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {selector}")


def test_quotas_clock_and_a_new_start(room, opened):
    one, _ = learners(room)
    page = opened(room)
    page.get_by_label("requests", exact=True).fill("1")
    page.get_by_role("button", name="Set quota").click()
    expect(page.locator("#quotas")).to_contain_text("course-chat: 1 requests, 2000 tokens")
    asked = {**ASKED, "model": "course-chat"}
    assert [asker(room, one)("POST", V1, asked)[0] for _ in range(2)] == [200, 429]
    page.get_by_role("button", name="1 min on").click()
    expect(page.locator("#quotas")).to_contain_text("the clock is 60 s ahead")
    assert asker(room, one)("POST", V1, asked)[0] == 200
    page.get_by_role("button", name="Lift all quotas").click()
    expect(page.locator("#quotas")).to_contain_text("no quota")
    path = f"{V1}/{asker(room, one)('POST', V1, asked)[1]['id']}"
    page.get_by_role("button", name="Start over").click()
    page.get_by_role("button", name="Keep it").click()
    assert asker(room, one)("GET", path)[0] == 200
    page.get_by_role("button", name="Start over").click()
    page.get_by_role("button", name="Forget what everyone stored").click()
    expect(page.locator("#said")).to_have_text("everyone started over")
    assert asker(room, one)("GET", path)[0] == 404
    page.get_by_label("Deployment").fill("nothing")
    page.get_by_role("button", name="Set quota").click()
    expect(page.locator("#said")).to_contain_text("It did not work: ")


def test_how_many_have_done_which_exercise_and_not_who(room, opened):
    one, other = learners(room)
    page = opened(room)
    expect(page.locator("#exercises")).to_contain_text("Nobody has told")
    room.room.note_progress(one, "03.1", True)
    room.room.note_progress(other, "03.1", False)
    room.room.note_progress(one, "03.2", False)
    expect(page.locator("#exercises li")).to_have_text(["03.11 done, 2 tried", "03.20 done, 1 tried"])
    assert page.locator("#exercises progress").evaluate_all("all => all.map(one => [one.value, one.max])") == [
        [1, 2],
        [0, 2],
    ]
    assert one not in page.locator("#exercises").inner_html()
    assert page.evaluate("state.progress") == {"03.1": {"tried": 2, "done": 1}, "03.2": {"tried": 1, "done": 0}}
    assert "03.1" not in json.dumps(page.evaluate("state.learners"))


def test_learners_are_forgotten_and_a_flood_is_seen(room, opened):
    one, _ = learners(room)
    ask = asker(room, one)
    ask("POST", V1, ASKED)
    page = opened(room)
    code = room.room.of.code()
    for _ in range(5):
        room.room.join(code, "", "192.0.2.66")
    room.room._joins["192.0.2.66"] = Bucket(JOINS, 0, time.monotonic() + 60)  # nothing flows in before then
    with pytest.raises(Refused):
        room.room.join(code, "", "192.0.2.66")
    expect(page.locator("#turned-away")).to_have_text(
        "1 join was refused: too many at once from one address, last 192.0.2.66."
    )
    page.get_by_role("button", name="Forget 6 who have asked for nothing").click()
    page.get_by_role("button", name="Keep them").click()
    assert len(learners(room)) == 7
    page.get_by_role("button", name="who have asked for nothing").click()
    page.get_by_role("button", name="Forget them").click()
    expect(page.locator("#said")).to_have_text("6 forgotten")
    expect(page.locator("#counts")).to_contain_text("1 learner,")
    assert learners(room) == [one]
    expect(page.locator("#forget")).not_to_be_visible()
    page.locator("#learners button", has_text="instructor").click()
    expect(page.locator("#forget")).not_to_be_visible()
    page.locator("#learners button", has_text=one).click()
    page.get_by_role("button", name=f"Forget {one}").click()
    page.get_by_role("button", name="Forget them").click()
    expect(page.locator("#learners li")).to_have_count(1)
    assert ask("POST", V1, ASKED)[0] == 401


def test_it_works_with_the_mock_of_a_notebook(opened):
    server = MockServer(port=0, speed="instant", other_sites=False)
    server.start()
    try:
        page = opened(server)
        expect(page.locator("#learners-part")).not_to_be_visible()
        ask = Asker(server.room, {"api-key": server.foundry.secrets.api_key})
        page.get_by_role("button", name="401").click()
        expect(page.locator("#up")).to_have_text("401, next 1")
        assert [ask("POST", V1, ASKED)[0] for _ in range(2)] == [401, 200]
        expect(page.locator("#log li")).to_have_count(2)
        row(page, "401").click()
        expect(page.locator("#exchange")).to_contain_text("HTTP/1.1 401")
    finally:
        server.stop()


# -- for everyone ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_it_is_readable_for_everyone(room, opened, scheme, width):
    for name in learners(room):
        asker(room, name)("POST", V1, ASKED)
        room.room.note_progress(name, "03.1", True)
        asker(room, name)("POST", V1, {**ASKED, "model": "gone"})
    Asker(room.room, {})("GET", "/openai/v1/models")
    page = opened(room, color_scheme=scheme, viewport={"width": width, "height": 800})
    expect(page.locator("#log li")).to_have_count(5)
    page.get_by_role("button", name="500").click()
    expect(page.locator("#up li")).to_have_count(1)
    page.locator("#learners button", has_text="-").first.click()
    page.locator("#forget").click()
    expect(page.locator("#forget-sure")).to_be_visible()
    assert violations(page, ["body"]) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "nothing goes beyond the screen"
    row(page, "404").click()
    expect(page.locator("#exchange")).to_contain_text("DeploymentNotFound")
    assert violations(page, ["dialog"]) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=ARTIFACTS / f"control_{scheme}_{width}.png", full_page=True)


FRAMES = """
const real = window.requestAnimationFrame.bind(window);
window.frames_taken = [];
window.requestAnimationFrame = work => real(now => {
  const start = performance.now();
  work(now);
  window.frames_taken.push(performance.now() - start);
});
"""


def test_two_hundred_requests_a_second_are_drawn_without_a_stutter(room, browser):
    names = learners(room)
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.add_init_script(FRAMES)
        page.goto(room.control_url)
        expect(page.locator("#line")).to_have_text("live")
        total, start = 800, time.perf_counter()

        def send():
            for number in range(total):
                asker(room, names[number % 2])("GET", "/openai/v1/models")
                threading.Event().wait(max(0.0, start + number / 200 - time.perf_counter()))  # 200 a second

        sending = threading.Thread(target=send)
        sending.start()
        sending.join()
        expect(page.locator("#counts")).to_contain_text(f"{total} requests")
        took = page.evaluate("frames_taken")
        assert page.locator("#log li").count() == 300, "the list is bounded"
        assert page.evaluate("waiting.length + missed") == 0
        assert len(took) < total / 2, "requests are drawn together"
        assert statistics.median(took) < 16, "half of a frame is left"


# -- a connection that ends ----------------------------------------------------------------------------------------------
def test_it_comes_back_after_a_sleep(room, opened):
    one, _ = learners(room)
    page = opened(room)
    page.evaluate("heard = 0")  # as after a sleep: the connection is there, and nothing has come over it for long
    page.evaluate("new Promise(done => { const look = () => heard ? done() : setTimeout(look, 20); look(); })")
    asker(room, one)("POST", V1, ASKED)
    expect(row(page, one)).to_contain_text("200")
    loop = room._server._loop
    loop.call_soon_threadsafe(lambda: [each.transport.abort() for each in list(room._server.server_state.connections)])
    asker(room, one)("POST", V1, {**ASKED, "model": "gone"})
    expect(row(page, "404")).to_be_visible()
    expect(page.locator("#line")).to_have_text("live")


class Successor(BaseHTTPRequestHandler):
    """Whoever has the port of a mock that has ended, and takes what it is shown."""

    def do_GET(self):
        self.server.shown.append(self.headers.get("x-mock-control-key"))
        self.send_response(200)
        self.end_headers()
        self.server.met.set()

    def log_message(self, *arguments):
        pass


def test_a_page_that_stays_open_gives_nothing_of_worth_to_who_has_the_port_next(opened):
    of, port = a_class(), two_free_ports()
    with serving(of, port=port) as server:
        page, key = opened(server), server.control_key
    expect(page.locator("#line")).to_contain_text("does not answer")
    successor = ThreadingHTTPServer(("127.0.0.1", port + 1), Successor)
    successor.shown, successor.met = [], threading.Event()
    thread = threading.Thread(target=successor.serve_forever, daemon=True)
    thread.start()
    try:
        assert successor.met.wait(20)
    finally:
        successor.shutdown()
        thread.join(10)
        successor.server_close()
    assert successor.shown[0] == key
    with serving(of, port=port) as server:  # the same class, at the same place
        expect(page.locator("#why")).to_contain_text("it may have been started again since")
        expect(page.locator("#room")).not_to_be_visible()
        for taken in {*successor.shown}:
            request = Exchange(
                "GET", "https://localhost/_mock", Headers({"host": "localhost", "x-mock-control-key": taken})
            )
            assert server.control.answer(request, "https", "").status == 401
        page = opened(server)
        assert server.control_url.split("#")[0] == page.url


def two_free_ports() -> int:
    """The first of two ports in a row that are free: a class has its page on the second."""
    for port in range(20_000, 30_000, 7):
        with contextlib.suppress(OSError), socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", port))
            second.bind(("127.0.0.1", port + 1))
            return port
    raise AssertionError("no two ports in a row are free")


def test_two_pages_watch_one_room(room, opened):
    one, _ = learners(room)
    first, second = opened(room), opened(room, viewport={"width": 360, "height": 700})
    first.close()
    asker(room, one)("POST", V1, ASKED)
    expect(second.locator("#log li")).to_have_count(1)
    expect(second.locator("#counts")).to_have_text("2 learners, 1 request")


def test_a_wrong_key_is_asked_for_anew(room, browser):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(room.control_url.split("#")[0])
        expect(page.locator("#locked")).to_be_visible()
        expect(page.locator("#room")).not_to_be_visible()
        page.locator("#key").fill("wrong")
        page.keyboard.press("Enter")
        expect(page.locator("#why")).to_contain_text("does not take this key")
        page.locator("#key").fill(room.control_key)
        page.keyboard.press("Enter")
        expect(page.locator("#line")).to_have_text("live")


# -- pages from elsewhere ------------------------------------------------------------------------------------------------
ATTACK = """async ([base, key]) => {
  const got = {};
  const within = promise => Promise.race([promise, new Promise(done => setTimeout(() => done('nothing'), 3000))]);
  const text = async (path, options) => { try { const a = await fetch(base + path, options); return a.type === 'opaque' ? 'nothing' : a.status === 403 ? 'refused' : `${a.status} ${await a.text()}`; } catch { return 'nothing'; } };
  const headers = {'x-mock-control-key': key, 'content-type': 'application/json'};
  const fault = JSON.stringify({kind: '500', count: null});
  got.read = await within(text('/_mock', {headers}));
  got.page = await within(text('/_mock/', {}));
  got.blind = await within(text('/_mock', {mode: 'no-cors'}));
  got.fault = await within(text('/_mock/faults', {method: 'POST', headers, body: fault}));
  got.simple = await within(text('/_mock/faults', {method: 'POST', body: fault}));
  got.blind_fault = await within(text('/_mock/faults', {method: 'POST', mode: 'no-cors', body: fault}));
  got.events = await within(text('/_mock/events', {headers}));
  got.authority = await within(text('/_mock/authority', {}));
  got.join = await within(text('/_mock/join', {method: 'POST', mode: 'no-cors', body: '{}'}));
  got.image = await within(new Promise(done => { const i = new Image(); i.onload = () => done('loaded'); i.onerror = () => done('nothing'); i.src = base + '/_mock/'; }));
  got.socket = await within(new Promise(done => { const s = new WebSocket(base.replace('http', 'ws') + '/_mock/events'); s.onopen = () => done('open'); s.onerror = () => done('nothing'); }));
  got.script = await within(new Promise(done => { const s = document.createElement('script'); s.onload = () => done('ran'); s.onerror = () => done('nothing'); s.src = base + '/_mock/'; document.body.append(s); }));
  got.form = await within(new Promise(done => {
    const frame = Object.assign(document.createElement('iframe'), {name: 'target'}), form = Object.assign(document.createElement('form'), {method: 'post', action: base + '/_mock/faults', target: 'target', enctype: 'text/plain'});
    form.append(Object.assign(document.createElement('input'), {name: '{"kind": "500", "count": null, "x": "', value: '"}'}));
    document.body.append(frame, form);
    frame.onload = () => { try { const said = frame.contentDocument?.body?.innerText; done(!said ? 'nothing' : said.includes('"refused"') ? 'refused' : said); } catch { done('nothing'); } };
    form.submit();
  }));
  return got;
}"""


class Elsewhere(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Elsewhere</title><body>")

    def log_message(self, *arguments):
        pass


@pytest.fixture
def elsewhere():
    """The port of a web site that has nothing to do with the mock."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def rebinding(browser):
    """A browser for which every name under .test is this machine."""
    found = next(filter(None, map(shutil.which, BROWSERS)))
    opened = browser.browser_type.launch(
        executable_path=found, args=[*FLAGS, "--host-resolver-rules=MAP *.test 127.0.0.1"]
    )
    yield opened
    opened.close()


@pytest.mark.parametrize("secure", [False, True])
def test_a_page_from_elsewhere_can_do_nothing_even_with_the_key(room, rebinding, elsewhere, secure):
    base = room.origin if secure else room.control_url.partition("/_mock")[0]
    page = rebinding.new_page(ignore_https_errors=True)
    for site in (f"http://evil.test:{elsewhere}", f"http://127.0.0.1:{elsewhere}"):
        page.goto(site)
        got = page.evaluate(ATTACK, [base, room.control_key])
        assert set(got.values()) <= {"nothing", "refused"}, got
    nothing_happened(room)


def test_a_name_that_was_pointed_at_this_machine_gets_nothing(room, rebinding):
    port = room.control_url.split(":")[2].partition("/")[0]
    for base in (f"http://rebound.test:{port}", f"https://rebound.test:{room.port}"):
        page = rebinding.new_page(ignore_https_errors=True)
        answer = page.goto(f"{base}/_mock/")
        assert answer.status == 403
        assert "Class" not in answer.text()
        got = page.evaluate(ATTACK, [base, room.control_key])  # of the same origin, as the browser sees it
        assert set(got.values()) <= {"nothing", "refused"}, got
    nothing_happened(room)


def nothing_happened(server) -> None:
    assert [world.state.faults for world in server.room.worlds()] == [[], [], [], []]
    assert server.room.of.learners == learners(server)
    assert len(learners(server)) == 2


def test_no_page_may_frame_the_controls_and_they_load_nothing_from_elsewhere(room, browser, elsewhere):
    with browser.new_context() as context:
        page = context.new_page()
        requests = []
        page.on("request", lambda request: requests.append(request.url))
        answer = page.goto(room.control_url)
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        expect(page.locator("#line")).to_have_text("live")
        base = room.control_url.partition("/_mock")[0]
        assert all(url.startswith((base, "data:")) for url in requests)
        assert page.evaluate("localStorage.length") == 0, "the key is gone with the tab"


def test_without_tls_there_are_the_controls_and_nothing_else(room, session):
    one, _ = learners(room)
    base = room.control_url.partition("/_mock")[0]
    headers = {"api-key": room.room.learners[one].secrets.api_key}
    assert session.post(base + V1, headers=headers, json=ASKED, timeout=10).status_code == 404
    assert room.room.world(one).journal.answered == 0


def test_the_events_are_for_the_key_of_the_room(room):
    request = Exchange("GET", "https://localhost/_mock/events", Headers({"host": "localhost"}))
    assert not room.control.watches(request, "https")
    learner = room.room.learners[learners(room)[0]]
    for key, may in ((room.control_key, True), (learner.control_key, False), ("", False)):
        sent = Exchange("GET", request.url, Headers({"host": "localhost", "x-mock-control-key": key}))
        assert room.control.watches(sent, "https") is may
    assert json.loads(room.control.answer(request, "https", "").response_body)["error"]["code"] == "no_key"
