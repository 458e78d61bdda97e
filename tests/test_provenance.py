"""Recorded means recorded: what the banner, the header of an answer, the README and the lessons say about where answers come from is
what is true of the recordings."""

import json
import re
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from helpers import connection
from helpers.connection import Foundry
from helpers.course import notebooks
from helpers.course.environment import ROOT
from helpers.exchange import Exchange
from helpers.mock.model import recordings
from helpers.mock.model.recordings import FAILURES, FOLDER, Recordings

# What a sentence claims about all answers, and the kind that must be the only one for that. A sentence that names both claims neither.
CLAIMS = (
    (re.compile(r"\b(?:answers?|texts?|recordings?|responses?)\b[^.\n]{0,80}\b(?:recorded from|real (?:traffic|answers|exchanges)|captured from|from a (?:real|live) (?:project|model|service))", re.I), "recorded"),
    (re.compile(r"\b(?:real|genuine|captured) (?:recordings?|traffic|answers of (?:a|the) model)\b", re.I), "recorded"),
    (re.compile(r"\b(?:answers?|texts?|recordings?|responses?)\b[^.\n]{0,60}\b(?:written for this course|authored|made up by hand)", re.I), "authored"),
)  # fmt: skip
BOTH = re.compile(
    r"recorded.*(?:written|authored)|(?:written|authored).*recorded|`(?:recorded|documented|authored)`|x-offline-mock|\bif\b|\bwhere\b|record\b",
    re.I | re.S,
)


def false_claims(text: str, kinds: frozenset[str]) -> list[str]:
    """The sentences of a text that say of all answers what is not true of all."""
    sentences = re.split(r"(?<=[.!?])\s+", " ".join(text.split()))
    return [
        sentence
        for sentence in sentences
        for pattern, kind in CLAIMS
        if pattern.search(sentence) and not BOTH.search(sentence) and kinds != {kind}
    ]


def prose() -> list[tuple[str, str]]:
    """What people read: documents, and Markdown and printed banners of the lessons."""
    texts = [(path.name, path.read_text(encoding="utf-8")) for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md")]
    for path in notebooks.paths():
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "markdown":
                texts.append((f"{path.name}, cell {cell.id}", cell.source))
            texts += [
                (f"{path.name}, cell {cell.id}, banner", output.text.splitlines()[0])
                for output in cell.get("outputs", ())
                if output.output_type == "stream" and output.text.startswith("OFFLINE MOCK")
            ]
    return texts


def test_no_text_claims_another_origin_than_the_answers_have():
    kinds = recordings.kinds()
    assert kinds
    found = [f"{where}: {sentence}" for where, text in prose() for sentence in false_claims(text, kinds)]
    assert not found, "say what is true of every answer, or name both kinds:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The answers are recorded from a live project.", "recorded"),
        ("These responses are real traffic.", "recorded"),
        ("You read real recordings here.", "recorded"),
        ("OFFLINE MOCK: no account, nothing leaves this machine, answers recorded from a live project", "recorded"),
        ("It answers the lessons' prompts with texts that were written for this course.", "authored"),
        ("All recordings are authored.", "authored"),
    ],
)
def test_a_claim_is_refused_where_it_is_not_true(text, kind):
    other = {"recorded": "authored", "authored": "recorded"}[kind]
    assert not false_claims(text, frozenset({kind}))
    assert false_claims(text, frozenset({other}))
    assert false_claims(text, frozenset({kind, other}))


def test_the_banner_says_what_is_true(monkeypatch):
    banner = Foundry("https://x/api/projects/y", "https://x", "m").banner
    for kinds, says in (({"authored"}, "answers written for this course"), ({"recorded"}, "answers recorded from a live project"), ({"recorded", "authored"}, "recorded from a live project or written")):  # fmt: skip
        monkeypatch.setattr(recordings, "kinds", lambda kinds=kinds: frozenset(kinds))
        first = banner().splitlines()[0]
        assert says in first
        assert not false_claims(first, frozenset(kinds))
    assert connection.Foundry is Foundry


def test_the_header_of_an_answer_names_the_kind_of_its_own_recording(tmp_path):
    name = "first_request/what_is_an_endpoint"
    exchange = Exchange.load(FOLDER / f"{name}.json")
    for kind in ("authored", "recorded", "documented"):
        folder = tmp_path / kind
        (folder / "first_request").mkdir(parents=True)
        replace(exchange, source={"kind": kind, "from": "x", "date": "2026-01-02"}).save(folder / f"{name}.json")
        (only,) = Recordings(folder)
        assert only.answer.source == f"{kind} 2026-01-02; {name}"
        assert recordings.kinds(folder) == {kind}


def test_what_is_recorded_says_where_and_when_and_nothing_else_claims_it():
    for path in FOLDER.rglob("*.json"):
        source = json.loads(path.read_text(encoding="utf-8"))["source"]
        assert source["kind"] in ("recorded", "documented", "authored"), path
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", source["date"]), path
        if source["kind"] == "recorded":
            assert source["sign_in"], path
            assert path.parent.name == FAILURES or source["model"], path
        else:
            assert not {"region", "sign_in", "api"} & source.keys(), path
            assert Path(path).parent.name != FAILURES, f"{path}: a failure is recorded, or is not there"
