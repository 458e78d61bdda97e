"""A class from both ends: python -m helpers class, join and leave, over real sockets."""

import dataclasses
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import certifi
import pytest
from dotenv import dotenv_values

from helpers import connection, exercises
from helpers.course import classroom, doctor, joining
from helpers.course.environment import ROOT, SetupProblem
from helpers.mock import codes
from helpers.mock.certificates import PRIVATE_NETWORKS, Authority, Certificates, limited_to
from helpers.mock.files import running
from helpers.mock.limits import Bucket
from helpers.mock.room import JOINS
from tests.conftest import needs_posix
from tests.course.test_doctor import free_port
from tests.mock.classes import a_class, serving
from tests.test_connection import _python

ASK = """
foundry = connection.connect()
import requests
for sign_in in ("key", "token"):
    sent = {"model": foundry.model, "input": "What is an endpoint?"}
    answer = requests.post(foundry.project_endpoint + "/openai/v1/responses", headers=foundry.headers(sign_in), json=sent, timeout=20)
    print(answer.status_code, answer.json()["id"][:5])
"""


@pytest.fixture
def laptop(monkeypatch, tmp_path):
    """The folder of a learner's course, and no class, mock or project that was there before."""
    for name in [name for name in os.environ if name.startswith(("FOUNDRY_", "IDENTITY_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(connection, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def room():
    """A class with its mock, and the address on the board."""
    with serving(a_class()) as server:
        yield server


def board(server, learner: str = "") -> tuple[str, str]:
    return f"localhost:{server.port}", server.room.of.code(learner)


def settings(laptop) -> dict:
    return dotenv_values(laptop / ".env.class")


# -- in and out --------------------------------------------------------------------------------------------------------
def test_who_joins_is_answered_with_their_own_key_and_token(room, laptop, tmp_path, capsys):
    assert joining.join(*board(room), private=False) == 0
    learner = settings(laptop)["FOUNDRY_CLASS_LEARNER"]
    said = capsys.readouterr().out
    assert f"You are {learner} in the class tests" in said
    assert "check() tells the class that an exercise was tried or done. The room's are counted: no name" in said
    ran = _python(ASK, "", tmp_path)
    assert ran.stderr == ""
    assert ran.stdout.startswith(f"CLASS MOCK: localhost:{room.port}, you are {learner}\n")
    assert ran.stdout.endswith("200 resp_\n200 resp_\n")
    assert room.room.world(learner).journal.answered == 3  # two requests and a token
    if os.name == "posix":
        assert (laptop / ".env.class").stat().st_mode & 0o777 == 0o600
    assert joining.leave() == 0
    assert not list(laptop.glob(".env.class*"))
    assert "OFFLINE MOCK" in _python("connection.connect()", "", tmp_path).stdout


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "https://localhost"])
def test_each_way_to_write_the_address_leads_there(room, laptop, host):
    addresses = {opened.getsockname()[0] for opened in room._sockets}
    if host == "[::1]" and "::1" not in addresses:
        host = "127.0.0.1"  # this machine has no IPv6
    assert joining.join(f"{host}:{room.port}", room.room.of.code().lower().replace("-", " "), private=False) == 0
    assert settings(laptop)["FOUNDRY_CLASS_LEARNER"] in room.room.learners


def own_name() -> str:
    """The name that this machine has for itself; "localhost" where it leads nowhere."""
    try:
        found = socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM)[0][4][0]
    except OSError:
        return "localhost"
    return socket.gethostname().lower() if classroom._here(found) else "localhost"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", own_name(), classroom._outward()])
def test_a_class_at_an_address_of_each_kind_and_at_a_name(laptop, tmp_path, address):
    if not classroom._is_name(address) and not classroom._here(address):
        address = "127.0.0.1"  # this machine has no IPv6
    authority = Authority.made(dict.fromkeys(["localhost", *PRIVATE_NETWORKS, address]))
    with serving(a_class(address=address, authority=authority)) as server:
        place = f"{f'[{address}]' if ':' in address else address}:{server.port}"
        joining.join(place, server.room.of.code(), private=False)
        ran = _python(ASK, "", tmp_path)
    assert ran.stdout.startswith(f"CLASS MOCK: {place}, you are")
    assert ran.stdout.endswith("200 resp_\n200 resp_\n"), ran.stderr


def test_who_joins_again_keeps_name_and_keys(room, laptop):
    joining.join(*board(room), private=False)
    first = settings(laptop)
    joining.join(*board(room), private=True)
    assert settings(laptop) == {**first, "FOUNDRY_CLASS_PROGRESS": "no"}
    joining.leave()
    joining.join(*board(room), private=False)
    assert settings(laptop)["FOUNDRY_CLASS_LEARNER"] != first["FOUNDRY_CLASS_LEARNER"]


def test_a_program_started_from_a_notebook_is_in_the_class_too(room, laptop, tmp_path):
    joining.join(*board(room), private=False)
    code = """
import subprocess, sys
connection.connect()
child = f"import pathlib; from helpers import connection; connection.ROOT = pathlib.Path({str(connection.ROOT)!r}); connection.connect()"
print(subprocess.run([sys.executable, "-c", child], capture_output=True, text=True).stdout.startswith("CLASS MOCK"))
"""
    assert _python(code, "", tmp_path).stdout.endswith("True\n")


def test_a_live_project_and_an_announced_mock_go_before_the_class(room, laptop, tmp_path, mock, capsys, monkeypatch):
    joining.join(*board(room), private=False)
    live = "FOUNDRY_PROJECT_ENDPOINT=https://my-foundry.services.ai.azure.com/api/projects/p\nFOUNDRY_MODEL_NAME=m\n"
    code = "import os; connection.connect(); print(os.environ.get('FOUNDRY_CLASS'), os.environ.get('SSL_CERT_FILE'))"
    ran = _python(code, live, tmp_path, SSL_CERT_FILE="")
    place = f"the class at localhost:{room.port}, which you have joined"
    live_first = (
        f"a live project goes before {place}: for the class empty FOUNDRY_PROJECT_ENDPOINT in .env; to leave it: python"
    )
    assert ran.stdout.startswith("LIVE")
    assert f"  note               {live_first}" in ran.stdout
    assert ran.stdout.endswith("None \n")
    ran = _python("connection.connect()", "", tmp_path, FOUNDRY_MOCK_ENV=str(mock.env_file))
    assert ran.stdout.startswith("OFFLINE MOCK")
    assert (
        f"the mock that FOUNDRY_MOCK_ENV names goes before {place}: for the class unset FOUNDRY_MOCK_ENV" in ran.stdout
    )
    with monkeypatch.context() as patch:
        patch.setenv("FOUNDRY_MOCK_ENV", str(mock.env_file))
        (finding,) = doctor._class()
    assert (finding.state, "unset FOUNDRY_MOCK_ENV" in finding.fix) == ("note", True)
    (laptop / ".env").write_text(live)
    (finding,) = doctor._class()
    assert (finding.state, finding.text) == ("note", f"a live project goes before {place}")
    assert "empty FOUNDRY_PROJECT_ENDPOINT" in finding.fix
    capsys.readouterr()
    joining.join(*board(room), private=False)
    assert live_first in capsys.readouterr().out


def test_cards_give_each_learner_their_name(laptop):
    with serving(a_class(cards=["quiet-otter", "bold-hare"])) as server:
        joining.join(*board(server, "bold-hare"), private=False)
        assert settings(laptop)["FOUNDRY_CLASS_LEARNER"] == "bold-hare"
        with pytest.raises(SetupProblem, match="compare it with the board"):
            joining.join(*board(server), private=False)


# -- who is refused ----------------------------------------------------------------------------------------------------
def test_too_many_from_one_address_are_told_what_helps(room, laptop):
    room.room._joins["127.0.0.1"] = Bucket(JOINS, 0, time.monotonic() + 60)  # nothing flows in before then
    says = r"did not let you in: 100 have joined from your address just now, .*Wait a minute and join again, or ask"
    with pytest.raises(SetupProblem, match=says):
        joining.join(*board(room), private=False)
    assert not list(laptop.iterdir())


def test_another_authority_is_refused_and_told_nothing(room, laptop):
    with serving(a_class(authority=Authority.made(["localhost", "127.0.0.0/8", "::1"]))) as impostor:
        with pytest.raises(SetupProblem, match=r"Refused: what answers at localhost:.* is not the class of this code"):
            joining.join(f"localhost:{impostor.port}", room.room.of.code(), private=False)
        assert impostor.room.of.learners == []
        assert impostor.room._tries == {}, "no code was sent"
    assert not list(laptop.iterdir())


class Between(BaseHTTPRequestHandler):
    """Somebody between learner and room, who hands on the room's true authority, and has no key that it vouches for."""

    def do_GET(self):
        self.answer(self.server.authority)

    def do_POST(self):
        self.server.posted.append(self.path)
        self.answer(b"{}")

    def answer(self, body: bytes):
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def between(room):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Between)
    server.authority, server.posted = room.room.of.authority.public_pem(), []
    server.socket = Certificates("localhost", "127.0.0.1").server_context().wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *arguments: None  # a client that hangs up
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join(10)
    server.server_close()


def test_a_man_in_the_middle_with_the_true_authority_is_refused_too(room, between, laptop):
    with pytest.raises(SetupProblem, match="something stands between you and the room"):
        joining.join(f"localhost:{between.server_address[1]}", room.room.of.code(), private=False)
    assert between.posted == []
    assert not list(laptop.iterdir())


def test_what_answers_later_in_place_of_the_room_gets_no_request(room, between, laptop, tmp_path):
    joining.join(*board(room), private=False)
    text = (laptop / ".env.class").read_text().replace(str(room.port), str(between.server_address[1]))
    (laptop / ".env.class").write_text(text)
    ran = _python("connection.connect()", "", tmp_path)
    assert "is not the class that you joined, so nothing was sent: join again" in ran.stderr


def test_an_authority_that_could_vouch_for_other_sites_is_refused(laptop):
    everywhere = a_class(authority=Authority.made(["localhost", "127.0.0.0/8", "::1", "0.0.0.0/1"]))
    with serving(everywhere) as server, pytest.raises(SetupProblem, match="could vouch for other sites"):
        joining.join(*board(server), private=False)
    assert limited_to(Authority.made(["localhost", "10.0.0.0/8"]).der(), "localhost")
    assert limited_to(Authority.made(["room.example", "10.0.0.0/8"]).der(), "room.example")
    assert not limited_to(Authority.made(["room.example", "10.0.0.0/8"]).der(), "localhost")
    assert not limited_to(Authority.made(["localhost"]).der(), "localhost"), "addresses are not limited"
    assert not limited_to(b"", "localhost")


def test_a_wrong_code_is_refused_with_what_to_check(room, laptop):
    code = codes.read(room.room.of.code())
    place, _ = board(room)
    for typed, says in (
        (str(code._replace(word=code.word ^ 1)), "did not let you in: the code is not one of this class: compare"),
        (str(code)[:-1] + ("0" if str(code)[-1] != "0" else "1"), "The code has a typing error"),
        ("1234", "A code has 16 letters and digits, and this one has 4"),
    ):
        with pytest.raises(SetupProblem, match=says):
            joining.join(place, typed, private=False)
    assert not list(laptop.iterdir())


@pytest.mark.parametrize("address", ["", "room:port", "http://localhost", "localhost/x", "me@localhost", "localhost:0"])
def test_what_is_no_address_is_told(address, laptop):
    with pytest.raises(SetupProblem, match=r"type the one on the board|No class answers"):
        joining.join(address, str(codes.Code(1, 2)), private=False)


def test_where_nothing_or_something_else_answers_is_told(laptop, mock):
    with pytest.raises(SetupProblem, match="Check that you are on the room's network"):
        joining.join(f"127.0.0.1:{free_port()}", str(codes.Code(1, 2)), private=False)
    with pytest.raises(SetupProblem, match="is not the class of this code"):  # a mock that is none
        joining.join(f"localhost:{mock.port}", str(codes.Code(1, 2)), private=False)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"FOUNDRY_API_KEY": "x\nLD_PRELOAD=y"}, "another version"),
        ({"FOUNDRY_API_KEY": ""}, "another version"),
        ({"FOUNDRY_RESOURCE_ENDPOINT": "http://localhost"}, "lead elsewhere"),
        ({"IDENTITY_ENDPOINT": "https://elsewhere.example/msi/token"}, "lead elsewhere"),
    ],
)
def test_a_room_sets_nothing_else_on_a_laptop(room, laptop, wrong, says):
    given = {**room._variables_of("instructor"), "FOUNDRY_MOCK_CONTROL_KEY": "x" * 32, "PATH": "/x"}
    assert "PATH" not in joining._checked(given, "here")
    with pytest.raises(SetupProblem, match=says):
        joining._checked({**given, **wrong}, "here")


# -- a class that has changed ------------------------------------------------------------------------------------------
def test_a_class_that_does_not_answer_or_does_not_know_one_is_told(room, laptop, tmp_path, monkeypatch):
    joining.join(*board(room), private=False)
    found = [one for one in doctor._class() if one.state == "ok"]
    assert settings(laptop)["FOUNDRY_CLASS_LEARNER"] in found[0].text
    text = (laptop / ".env.class").read_text()
    key = settings(laptop)["FOUNDRY_MOCK_CONTROL_KEY"]
    (laptop / ".env.class").write_text(text.replace(key, "0" * 32))
    assert "does not know you: join again" in _python("connection.connect()", "", tmp_path).stderr
    (laptop / ".env.class").write_text(text.replace(str(room.port), str(free_port())))
    ran = _python("connection.connect()", "", tmp_path)
    assert "does not answer: check that you are on the room's network" in ran.stderr
    assert "helpers leave" in ran.stderr
    monkeypatch.setattr(doctor, "ROOT", laptop)
    (finding,) = doctor._class()
    assert (finding.state, finding.subject) == ("problem", "class")
    assert "helpers leave" in finding.fix
    (laptop / ".env.class.pem").unlink()
    assert "gone or damaged" in _python("connection.connect()", "", tmp_path).stderr


@pytest.mark.parametrize("damage", ["cut", "cut at a line", "a line less", "empty", "no text"])
def test_a_damaged_class_is_told_and_never_taken_for_none(room, laptop, tmp_path, monkeypatch, damage):
    joining.join(*board(room), private=False)
    before, file = settings(laptop), laptop / ".env.class"
    lines = file.read_bytes().splitlines(keepends=True)
    spoiled = {
        "cut": b"".join(lines)[:-3], "cut at a line": b"".join(lines[:-1]), "empty": b"", "no text": b"\xff" * 100,
        "a line less": b"".join(one for one in lines if b"IDENTITY_HEADER" not in one),
    }  # fmt: skip
    file.write_bytes(spoiled[damage])
    ran = _python("connection.connect()", "", tmp_path)
    assert "OFFLINE" not in ran.stdout
    assert ".env.class, which leads to the class that you have joined, is damaged: join again" in ran.stderr
    assert "helpers leave" in ran.stderr
    (finding,) = doctor._class()
    assert (finding.state, "is damaged" in finding.text, "helpers leave" in finding.fix) == ("problem", True, True)
    joining.join(*board(room), private=False)  # the fix
    if damage not in ("empty", "no text"):
        assert settings(laptop) == before, "they are who they were"
    assert "CLASS MOCK" in _python("connection.connect()", "", tmp_path).stdout


def test_a_join_that_is_cut_short_leaves_what_was_there(room, laptop, monkeypatch):
    joining.join(*board(room), private=False)
    before = (laptop / ".env.class").read_bytes()

    def full(self, target):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.replace", full)
        with pytest.raises(SetupProblem, match="No space left"):
            joining.join(*board(room), private=True)
    assert (laptop / ".env.class").read_bytes() == before
    assert sorted(one.name for one in laptop.iterdir()) == [".env.class", ".env.class.pem"]


def test_a_class_that_has_moved_is_told_and_found_again_by_joining(laptop, tmp_path):
    of = a_class(address="127.0.0.1")
    with serving(of) as server:
        joining.join(f"127.0.0.1:{server.port}", of.code(), private=False)
        before, gone = settings(laptop), server.port
    ran = _python("connection.connect()", "", tmp_path)
    assert f"the class at 127.0.0.1:{gone} does not answer" in ran.stderr
    assert "If its address has changed, join again with the line on the board" in ran.stderr
    with serving(dataclasses.replace(of, address="localhost")) as server:
        joining.join(*board(server), private=False)
        assert settings(laptop)["FOUNDRY_CLASS_LEARNER"] == before["FOUNDRY_CLASS_LEARNER"], "they are who they were"
        assert settings(laptop)["FOUNDRY_API_KEY"] == before["FOUNDRY_API_KEY"]
        assert _python(ASK, "", tmp_path).stdout.endswith("200 resp_\n200 resp_\n")


def started(folder, port: int, *options: str) -> tuple[subprocess.Popen, str]:
    """python -m helpers class, and what it says once it answers."""
    command = [sys.executable, "-m", "helpers", "class", "--no-browser", "--port", str(port), *options]
    own = {"XDG_STATE_HOME": str(folder), "LOCALAPPDATA": str(folder), "HOME": str(folder)}
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | own, stdout=subprocess.PIPE, text=True)
    said = ""
    for line in process.stdout:
        said += line
        if line.startswith("Controls:"):
            return process, said
    raise AssertionError(f"it did not start: {said}")


@needs_posix
def test_a_class_that_is_started_again_is_the_same(laptop, tmp_path, monkeypatch, session):
    state, port = tmp_path / "state", free_port()
    process, said = started(state, port, "--host", "localhost")
    line = next(line.split() for line in said.splitlines() if " join " in line)
    assert line[-2] == f"localhost:{port}"
    joining.join(*line[-2:], private=False)
    before = settings(laptop)
    (kept,) = state.rglob("class.json")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    assert [page.port for page in running()].count(port) == 1
    with monkeypatch.context() as patch:
        for name, value in before.items():
            patch.setenv(name, value)
        exercises._tell("03.1", True)
    (page,) = (page for page in running() if page.port == port)
    base, _, key = page.url.partition("/_mock/#")
    asked = session.get(f"{base}/_mock", headers={"x-mock-control-key": key}, timeout=10)
    assert asked.json()["progress"] == {"03.1": {"tried": 1, "done": 1}}
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)

    assert "03.1" not in kept.read_text(), "how exercises stand is kept nowhere"

    process, said = started(state, port)  # the address is remembered
    try:
        assert " ".join(line) in said
        assert "1 has joined before and needs do nothing" in said
        (page,) = (page for page in running() if page.port == port)
        assert page.url.startswith(base)
        headers = {"x-mock-control-key": key}
        assert session.get(f"{base}/_mock", headers=headers, timeout=10).status_code == 401, "a key for each start"
        assert _python(ASK, "", tmp_path).stdout.endswith("200 resp_\n200 resp_\n")
        joining.join(*line[-2:], private=False)
        assert settings(laptop) == before
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


def test_a_port_that_is_taken_is_told(laptop, monkeypatch, tmp_path, mock):
    monkeypatch.setattr(classroom, "folder_of", lambda name: tmp_path / name)
    with pytest.raises(
        SetupProblem, match=r"port \d+: .* A class keeps its port, which learners have noted: stop what"
    ):
        classroom.run("x", "localhost", mock.port, None, "instant", False)


def test_cards_are_printed_with_a_code_each(tmp_path, capsys):
    of, _ = classroom._opened("x", tmp_path, {}, "localhost", 3)
    with serving(of) as server:
        classroom._announce(server, [], browser=False)
        said = capsys.readouterr().out
        for name in of.cards:
            code = said.partition(name)[2].split()[5]
            assert server.room.join(code, "", "192.0.2.7").name == name


def test_a_changed_address_is_told_and_a_new_authority_made_only_where_it_must_be(tmp_path):
    def opened(address, before, cards=None):
        return classroom._opened("x", tmp_path, before, address, cards)

    first, news = opened("192.168.1.5", {})
    assert news == []
    first.learners.append("quiet-otter")
    first.keep()
    moved, news = opened("10.0.0.7", classroom._kept(tmp_path))
    assert "The address has changed; it was 192.168.1.5." in news
    assert "they keep their names" in news[-1]
    assert moved.code() == first.code()
    assert moved.learners == ["quiet-otter"]
    outside, news = opened("203.0.113.9", classroom._kept(tmp_path))
    assert any("so there is a new one, and a new code" in line for line in news)
    assert limited_to(moved.authority.der(), "10.0.0.7"), "or nobody could join at the new address"
    back, news = opened("10.0.0.7", {**classroom._kept(tmp_path), "authority": outside.authority.pem().decode()})
    assert limited_to(back.authority.der(), "10.0.0.7") and back.code() != outside.code()
    assert outside.code() != first.code()
    assert outside.secret == first.secret, "so that keys stay"
    cards, _ = opened("203.0.113.9", classroom._kept(tmp_path), 3)
    again, _ = opened("203.0.113.9", classroom._kept(tmp_path))
    assert len(set(cards.cards)) == 3
    assert again.cards == cards.cards
    (tmp_path / "class.json").write_text("{")
    with pytest.raises(SetupProblem, match="Delete it"):
        classroom._kept(tmp_path)


@pytest.mark.parametrize(
    ("host", "says"),
    [
        ("0.0.0.0", "no address that a laptop can go to"),
        ("192.0.2.200", "not an address of this machine"),
        ("https://room", "write an address or a host name alone"),
        ("fe80::1%eth0", "alone|zone"),
        ("1.2.3", "alone"),
    ],
)
def test_an_address_that_cannot_work_is_told(host, says, monkeypatch):
    monkeypatch.setattr(classroom, "_outward", lambda: "192.168.1.5")
    with pytest.raises(SetupProblem, match=says):
        classroom._address(host, None)


def test_the_address_is_found_where_none_is_given(monkeypatch):
    monkeypatch.setattr(classroom, "_outward", lambda: "192.168.1.5")
    assert classroom._address("Room.Local", None) == "room.local"
    assert classroom._address("127.0.0.1", None) == classroom._address("::1", None) == "localhost"
    assert classroom._address(None, "room.local") == "room.local"
    assert classroom._address(None, "192.0.2.200") == "192.168.1.5"


@pytest.mark.parametrize(("name", "cards"), [("../x", None), ("", None), ("x", 0), ("x", 100_000)])
def test_a_class_that_cannot_be_is_told(name, cards):
    with pytest.raises(SetupProblem):
        classroom.run(name, "localhost", 0, cards, "instant", False)


# -- progress ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("private", [False, True])
def test_check_tells_the_class_number_and_state_unless_in_private(room, laptop, monkeypatch, private):
    told = []
    monkeypatch.setattr(exercises, "_tell", lambda number, done: told.append((number, done)))
    assert exercises.check("01.1", "wrong") is not None
    assert told == [], "who has joined no class tells nobody"
    joining.join(*board(room), private=private)
    monkeypatch.setattr(connection, "_exported", {})
    monkeypatch.setattr(threading, "Thread", Now)
    with monkeypatch.context() as patch:
        for name, value in connection.class_settings().items():
            patch.setenv(name, value)
        verdict = exercises.check("01.1", "wrong")
        exercises.check("01.2", ...)  # not tried yet
        exercises.check("01.99", "no exercise")
        exercises.check(["01.1"], "no number")
    assert verdict.mark == exercises.WRONG
    assert told == ([] if private else [("01.1", False)])


class Now:
    """A thread that is done at once."""

    def __init__(self, target, args, daemon):
        self.start = lambda: target(*args)


def test_progress_arrives_and_is_counted_for_the_room_alone(room, laptop, monkeypatch):
    joining.join(*board(room), private=False)
    for name, value in connection.class_settings().items():
        monkeypatch.setenv(name, value)
    for number, done in (("01.1", False), ("01.2", True), ("01.1", True), ("01.1", False)):
        exercises._tell(number, done)
    learner = settings(laptop)["FOUNDRY_CLASS_LEARNER"]
    once = {"tried": 1, "done": 1}
    assert room.room.progress.counts() == {"01.1": once, "01.2": once}, "what was done once stays done"
    assert room.room.world(learner).journal.answered == 0
    monkeypatch.setenv("FOUNDRY_RESOURCE_ENDPOINT", f"https://localhost:{free_port()}")
    assert exercises._tell("01.1", True) is None, "a class that is gone is no news"


def test_the_learners_key_opens_their_own_controls_alone(room, laptop, session):
    joining.join(*board(room), private=False)
    own = settings(laptop)
    one, other = own["FOUNDRY_CLASS_LEARNER"], room.room.join(room.room.of.code(), "", "192.0.2.1").name
    url, key = f"{room.origin}/_mock", {"x-mock-control-key": own["FOUNDRY_MOCK_CONTROL_KEY"]}

    def send(method, path, body=None):
        return session.request(method, url + path, headers=key, json=body, verify=own["SSL_CERT_FILE"], timeout=10)

    assert send("POST", "/faults", {"kind": "500", "learner": other}).json()["learner"] == one
    assert len(room.room.world(one).state.faults) == 1
    assert room.room.world(other).state.faults == []
    assert send("GET", "").json()["learner"] == one
    assert "learners" not in send("GET", "").json()
    for path, body in (("/speed", {"speed": "instant"}), ("/versions", {"tolerated": []})):
        assert send("POST", path, body).status_code == 403
    assert send("DELETE", f"/learners?learner={other}").status_code == 403
    assert send("DELETE", "/learners").status_code == 403
    assert other in room.room.learners
    key["x-mock-control-key"] = room.control_key
    for path, status in (("?learner=nobody", 400), ("?learner=instructor", 400), (f"?learner={other}", 200)):
        assert send("DELETE", f"/learners{path}").status_code == status
    assert send("POST", "/progress", {"exercise": "01.1", "done": True}).status_code == 400, "that is for learners"
    assert other not in room.room.learners
    key["x-mock-control-key"] = own["FOUNDRY_MOCK_CONTROL_KEY"]
    assert send("GET", "/events").status_code == 400
    assert send("DELETE", "/faults").json()["faults"] == []
    assert json.dumps(send("GET", "/journal").json()).count("x-mock-control-key") == 0


def test_other_sites_are_trusted_as_before(room, laptop, monkeypatch):
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    joining.join(*board(room), private=False)
    context = ssl.create_default_context(cafile=settings(laptop)["SSL_CERT_FILE"])
    usual = ssl.create_default_context(cafile=certifi.where())
    assert len(context.get_ca_certs()) == len(usual.get_ca_certs()) + 1
