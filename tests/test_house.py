"""The house as CONTRIBUTING shows it: who may import whom, and which way a request goes through the mock."""

import ast
import json
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from helpers.course.environment import ROOT
from helpers.exchange import Exchange, Headers

# From the bottom up: a module may import what stands above it in this list, and its own room.
FLOORS = [
    ("redaction",),
    ("exchange",),
    ("auth",),
    ("endpoints",),
    ("display",),
    # the mock, which knows the two first only
    ("mock.catalog", "mock.answer", "mock.certificates", "mock.codes", "mock.files"),
    ("mock.wire",),
    ("mock.call",),
    ("mock.state", "mock.limits", "mock.tokens", "mock.journal"),
    ("mock.model",),
    ("mock.access", "mock.routes", "mock.parts", "mock.federation"),
    ("mock.versions",),
    ("mock.api",),
    ("mock.faults",),
    ("mock.foundry",),
    ("mock.room",),
    ("mock.control",),
    ("mock.server",),
    # what a lesson imports, and the course around it
    ("connection", "wire"),
    ("exercises", "widgets"),
    ("course",),
    ("__main__",),
]
HELPERS = ROOT / "helpers"
FOR_THE_MOCK = {"redaction", "exchange"}
# words that every file uses, and the store that a handler reads and writes
VOCABULARY = {"state.py", "call.py", "catalog.py", "answer.py", "model/prompts.py", "exchange.py", *(f"wire/{name}.py" for name in ("errors", "headers", "ids", "kinds"))}  # fmt: skip


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT / "helpers").with_suffix("").parts).removesuffix(".__init__")


MODULES = {_name(path): path for path in sorted((ROOT / "helpers").rglob("*.py")) if path.parent.name != "__pycache__"}


@cache
def _imported(name: str) -> set[str]:
    """The modules of this project that one of them imports, also inside its functions."""
    path, found = MODULES[name], set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports do not say where a thing lives"
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {one if one.removeprefix("helpers.") in MODULES else node.module for one in inside}
    ours = {name.removeprefix("helpers.") for name in found if name.startswith("helpers.")}
    return {other for other in ours if other in MODULES and other != name}


INSIDE = [name for name in MODULES if name != "__init__"]


def _floor(name: str) -> int:
    rooms = [
        at for at, floor in enumerate(FLOORS) if any(name == room or name.startswith(room + ".") for room in floor)
    ]
    return max(rooms, default=-1) if name != "mock" else FLOORS.index(("mock.server",))


def test_every_module_has_its_floor():
    assert [name for name in INSIDE if _floor(name) < 0] == []


@pytest.mark.parametrize("name", INSIDE)
def test_no_arrow_goes_upward(name):
    allowed = FOR_THE_MOCK if name.startswith("mock.") else set(MODULES)
    for imported in _imported(name):
        inside = imported.startswith("mock") if name.startswith("mock.") else False
        assert _floor(imported) <= _floor(name), f"{name} imports {imported}, which stands above it"
        assert inside or imported in allowed, (
            f"{name} imports {imported}; the mock knows {', '.join(FOR_THE_MOCK)} only"
        )


def test_there_is_no_circle():
    try:
        TopologicalSorter({name: _imported(name) for name in INSIDE}).prepare()
    except CycleError as circle:
        pytest.fail(" -> ".join(circle.args[1]))


def test_nothing_imports_the_course_but_its_own_door():
    assert [n for n in INSIDE if any(a.startswith("course") for a in _imported(n)) and not n.startswith("course")] == [
        "__main__"
    ]  # fmt: skip


def test_what_a_lesson_imports_is_nine_files():
    assert sorted(name for name in MODULES if "." not in name and name not in ("exercises", "widgets", "course", "mock")) == [
        "__init__", "__main__", "auth", "connection", "display", "endpoints", "exchange", "redaction", "wire",
    ]  # fmt: skip


# -- the way of a request ------------------------------------------------------------------------------------------------
def _visits(foundry, request: Exchange) -> list[str]:
    """The files of the mock in the order in which a function in them is called from another file; the vocabulary, and more
    than one call in a row from the same place, left out."""
    visited: list[str] = []

    def file(frame) -> str:
        path = Path(frame.f_code.co_filename) if frame else ROOT
        return (
            path.relative_to(ROOT / "helpers").as_posix().removeprefix("mock/") if path.is_relative_to(HELPERS) else ""
        )

    def note(frame, event, argument):
        here, before = file(frame), file(frame.f_back)
        if event == "call" and here and here != before and here not in VOCABULARY and visited[-1:] != [here]:
            visited.append(here)

    sys.setprofile(note)
    try:
        foundry.answer(request)
    finally:
        sys.setprofile(None)
    return visited


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/projects/demo-project/deployments?api-version=v1", None),
        ("GET", "/api/projects/demo-project/connections/demo-openai?api-version=v1", None),
        ("POST", "/api/projects/demo-project/openai/v1/conversations", {"metadata": {"topic": "x"}}),
        ("GET", "/openai/v1/models", None),
        ("POST", "/openai/v1/responses", {"model": "gpt-4.1-mini", "input": "What is an endpoint?"}),
        ("POST", "/openai/v1/chat/completions", {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}),
        ("POST", "/openai/v1/responses", {"model": "gpt-4.1-mini", "input": "Unheard of", "stream": True}),
        ("GET", "/nowhere", None),
    ],
)
def test_a_request_goes_one_way(mock, method, path, body, bearer):
    sent = Headers({**bearer(), "content-type": "application/json"})
    text = json.dumps(body).encode() if body else b""
    mock.foundry.answer(Exchange(method, f"https://localhost{path}", sent, text + b" "))  # imports what it needs
    visits = _visits(mock.foundry, Exchange(method, f"https://localhost{path}", sent, text))
    assert visits[0] == "foundry.py"
    seen = [one for one in visits if one != "foundry.py"]
    assert len(seen) == len(set(seen)), " -> ".join(visits)
