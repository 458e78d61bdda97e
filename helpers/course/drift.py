"""``python3 -m helpers drift``: asks the live project of ``.env`` each recorded request again, and says what has changed in the
shape of its answers: status, names of headers, fields, types, the words of enumerations, the order of events. Prose, ids, numbers
and times are not compared. Nothing is written.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from helpers import auth
from helpers.course import recorder
from helpers.course.encodings import nested
from helpers.course.environment import SetupProblem
from helpers.course.scrubber import LEFT_OUT, LEVELS, Scrubber
from helpers.exchange import Exchange
from helpers.mock import catalog
from helpers.mock.model.recordings import FOLDER, timed_events

NONE, ADDITIVE, BREAKING = 0, 10, 20  # the exit codes
TRIES = 6  # where the service says that it is busy
# Fields whose values are words that a program may compare, and those that follow the request rather than the service.
ENUMERATIONS = frozenset("type status role object finish_reason severity effort code source_type reason truncation verbosity service_tier phase context".split())  # fmt: skip
OF_THE_REQUEST = frozenset("previous_response_id conversation agent agent_reference instructions metadata user safety_identifier prompt_cache_key".split())  # fmt: skip
# What a model chooses from one answer to the next: between these words, whether these fields hold something, and which of these items it makes.
CHOICES = {
    "severity": {"safe", "low", "medium", "high"},
    "finish_reason": {"stop", "length", "tool_calls", "function_call", "content_filter"},
    "status": {"completed", "incomplete", "in_progress"},
    "reason": {"max_output_tokens", "content_filter"},
}
CHOSEN = frozenset("content tool_calls function_call refusal annotations summary logprobs top_logprobs queries results sources reasoning_content".split())  # fmt: skip
ITEMS = frozenset(
    "message reasoning function_call custom_tool_call web_search_call file_search_call code_interpreter_call image_generation_call mcp_list_tools mcp_call"
    " mcp_approval_request memory_search_call openapi_call openapi_call_output output_text refusal summary_text reasoning_text url_citation file_citation"
    " file_path container_file_citation logs image".split()
)
# What a request names that is there only while a lesson runs.
OF_THE_LESSON = re.compile(
    r'"(?:vector_store_ids|file_ids|file_id|approval_request_id|memory_store_name|container_id|agent_reference)": ["\[{]|"item_reference"|"container": "'
)
# Headers that come and go from call to call.
FLEETING = re.compile(r"date|age|x-ratelimit-.*|x-request-time|x-envoy-.*|etag|cache-control|content-.*|vary|x-cache|x-offline-mock|authorization")  # fmt: skip
HARMLESS = frozenset(
    {400, 401, 403, 404, 405, 406, 409, 411, 413, 415, 422}
)  # failures that can be provoked at no cost


@dataclass(frozen=True)
class Change:
    """What is different: ``kind`` is "additive" or "breaking"; ``was`` and ``now`` are "" for what was or is not there."""

    kind: str
    route: str
    what: str
    was: str
    now: str

    def __str__(self) -> str:
        if not self.was:
            return f"{self.what}: new, {self.now}"
        return f"{self.what}: {self.was} is gone" if not self.now else f"{self.what}: was {self.was}, is {self.now}"


def run(as_json: bool = False, folder: Path = FOLDER) -> int:
    """Compare and print; returns the exit code. Raises SetupProblem for settings that are not live, or a project that does not
    answer."""
    settings = recorder.live_settings()
    baseline = {
        path.relative_to(folder).with_suffix("").as_posix(): Exchange.load(path)
        for path in sorted(folder.rglob("*.json"))
    }
    changes: dict[Change, list[str]] = {}
    skipped, asked, scrubber = [], 0, recorder.informed(settings)
    with _Project(settings) as project:
        for name, before in baseline.items():
            why = _cannot_ask(before, settings)
            now = None if why else project.ask(before)
            if now is None or now.status in (429, 503):
                skipped.append(f"{name}: {why or 'the project is too busy'}")
                continue
            asked += 1
            for change in compared(before, now, scrubber.text):
                changes.setdefault(change, []).append(name)
    report = _report(changes, skipped, asked, baseline, scrubber)
    print(json.dumps(report, indent=2, ensure_ascii=False) if as_json else _as_text(report))
    if not asked:
        raise SetupProblem("Nothing could be asked, so nothing is known.")
    kinds = {change.kind for change in changes}
    return BREAKING if "breaking" in kinds else ADDITIVE if kinds else NONE


def _cannot_ask(before: Exchange, settings: dict[str, str]) -> str:
    """Why a recording is not asked again; "" when it is."""
    source, status = before.source or {}, before.status or 0
    if source.get("kind") != "recorded":
        return f"it is {source.get('kind')}, not recorded"
    if status >= 400 and status not in HARMLESS:
        return f"a {status} is not provoked on purpose"
    if before.method not in ("GET", "POST"):
        return f"{before.method} is not sent on purpose"
    if before.method == "POST" and not recorder.is_prompt(before):
        return "if it were not refused now, it would make something"
    asked = before.request_json
    if status < 400 and ("/agents/" in before.url or OF_THE_LESSON.search(json.dumps([asked, source.get("asked")]))):
        return "it needs what the lesson had made, and took away"
    goes_on = isinstance(asked, dict) and (asked.get("conversation") or asked.get("previous_response_id"))
    if status >= 400 and goes_on and b"not_found" not in before.response_body:
        return "it depends on what was said before"
    if source.get("sign_in") in ("expired token", "token of another"):
        return (
            f"it was sent with the {source['sign_in']}"
            if "expired" in source["sign_in"]
            else "it was sent by another identity"
        )
    if source.get("sign_in") == "key" and not settings.get("FOUNDRY_API_KEY"):
        return "it needs FOUNDRY_API_KEY"
    if str(source.get("sign_in", "")).startswith("key as token") and not settings.get("FOUNDRY_API_KEY"):
        return "it needs FOUNDRY_API_KEY"
    return ""


class _Project:
    """The live project, asked one request after the other."""

    def __init__(self, settings: dict[str, str]):
        self._settings = settings
        self._tokens: dict[str, dict[str, str]] = {}

    def __enter__(self) -> "_Project":
        import os

        import requests

        self._session, self._before = requests.Session(), dict(os.environ)
        os.environ.update(
            {name: value for name, value in self._settings.items() if name.startswith(("AZURE_", "IDENTITY_"))}
        )
        return self

    def __exit__(self, *error) -> None:
        import os

        self._session.close()
        os.environ.clear()
        os.environ.update(self._before)

    def ask(self, before: Exchange) -> Exchange:
        """What the project answers now. Raises SetupProblem when it does not."""
        import time

        import requests

        from helpers.wire import wiretap

        source, url = before.source or {}, self._address(before.url)
        body = source.get("asked") or before.request_json
        if (
            isinstance(body, dict)
            and body.get("model") in ("course-chat", catalog.DEFAULT_DEPLOYMENT)
            and before.status == 200
        ):
            body = {**body, "model": self._settings["FOUNDRY_MODEL_NAME"]}
        sent = {"content-type": "application/json"} if body is not None else {}
        sent |= {
            name: value
            for name, value in before.request_headers.pairs
            if name.lower() in ("openai-beta", "foundry-features", "content-type")
        }
        sent |= self._signed(str(source.get("sign_in") or "token"))
        data = json.dumps(body).encode() if body is not None else before.request_body or None
        for tries in range(TRIES + 1):
            try:
                with wiretap() as wire:
                    reply = self._session.request(before.method, url, headers=sent, data=data, timeout=120, stream=True)
                    reply.content  # noqa: B018 the wiretap keeps what is read
            except (requests.RequestException, OSError) as error:
                host = urlsplit(url).hostname
                raise SetupProblem(
                    f"No answer from the live project ({type(error).__name__}): python3 -m helpers doctor --live tells why."
                ) from (None if host else error)
            if reply.status_code not in (429, 503) or tries == TRIES:
                return wire[0]
            wait = reply.headers.get("retry-after", "")
            time.sleep(min(60.0, float(wait) if wait.replace(".", "", 1).isdigit() else 2.0**tries))
        raise AssertionError("unreachable")

    def _address(self, url: str) -> str:
        project = self._settings["FOUNDRY_PROJECT_ENDPOINT"].rstrip("/")
        parts = urlsplit(url)
        live = urlsplit(project)
        path = parts.path.replace(f"/api/projects/{catalog.PROJECT}", live.path.rstrip("/"))
        host = (
            (urlsplit(self._settings.get("FOUNDRY_RESOURCE_ENDPOINT", "")).netloc or live.netloc)
            if "/api/projects/" not in parts.path
            else live.netloc
        )
        return f"https://{host}{path}" + (f"?{parts.query}" if parts.query else "")

    def _signed(self, how: str) -> dict[str, str]:
        key = self._settings.get("FOUNDRY_API_KEY", "")
        if how == "none":
            return {}
        if how == "key":
            return auth.key_headers(key)
        if how == "key as token":
            return auth.token_headers(key)
        if how == "wrong key":
            return {"api-key": "0" * 32}
        if how == "wrong token":
            return {"Authorization": "Bearer no-token-at-all"}
        if how == "damaged token":
            head, _, signature = self._signed("token")["Authorization"].rpartition(".")
            return {"Authorization": f"{head}.{signature[::-1]}"}
        audience = how.removeprefix("token for ") if how.startswith("token for ") else "https://ai.azure.com"
        if audience not in self._tokens:
            try:
                self._tokens[audience] = auth.token_headers(auth.token(f"{audience.rstrip('/')}/.default"))
            except Exception as error:
                why = f"No token ({type(error).__name__}): python3 -m helpers doctor --live tells why."
                raise SetupProblem(why) from None
        return self._tokens[audience]


# -- comparing -----------------------------------------------------------------------------------------------------------------
def compared(before: Exchange, now: Exchange, shown: Callable[[str], str] = str) -> Iterator[Change]:
    """The changes from one answer to the other. ``shown`` makes of what the project says now what a recording would say."""
    route = f"{before.method} {re.sub(r'/api/projects/[^/]+', '/api/projects/<project>', urlsplit(before.url).path)}"
    if before.status != now.status:
        yield Change("breaking", route, "status", str(before.status), str(now.status))
        return
    failed = (before.status or 0) >= 400
    if before.reason != now.reason and now.reason:
        yield Change("additive", route, f"reason of a {before.status}", before.reason or "none", now.reason)
    kinds = [one.response_headers.get("content-type", "").partition(";")[0].strip() for one in (before, now)]
    if kinds[0] != kinds[1]:
        yield Change("breaking", route, "content-type", kinds[0] or "none", kinds[1] or "none")
    names = [
        {n.lower() for n in one.response_headers if not FLEETING.fullmatch(n.lower()) and not LEFT_OUT.fullmatch(n)}
        for one in (before, now)
    ]
    yield from (
        Change("additive", route, f"header of a {now.status}", "", name) for name in sorted(names[1] - names[0])
    )
    yield from (
        Change("breaking", route, f"header of a {now.status}", name, "") for name in sorted(names[0] - names[1])
    )
    if before.chunks or now.chunks:
        yield from _streams(route, *(_frames(one.response_body) for one in (before, now)))
        return
    where = f"body of a {before.status}" if failed else "body"
    bodies = before.response_json, now.response_json
    if None in bodies and bodies[0] != bodies[1]:
        yield Change("breaking", route, where, *("JSON" if body is not None else "no JSON" for body in bodies))
        return
    if nested(bodies[1], LEVELS):
        yield Change("breaking", route, where, "JSON", f"JSON that is nested deeper than {LEVELS} levels")
        return
    forms = [Form(failed).with_(body) for body in bodies]
    yield from (replace(change, route=route) for change in _forms(*forms, where))
    if failed:
        words = _wording(bodies[0]), _wording(bodies[1], shown)
        if words[0] != words[1]:
            was, now_ = (text[:160] or "none" for text in words)
            yield Change("additive", route, f"wording of a {before.status}", was, now_)


@dataclass
class Form:
    """What the values at one place have in common. ``failed``: they are from the body of an error, where a program looks at more."""

    failed: bool = False
    count: int = 0
    types: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    fields: dict[str, "Form"] = field(default_factory=dict)
    elements: dict[str, "Form"] = field(default_factory=dict)  # of lists, by kind
    lengths: set[int] = field(default_factory=set)  # of lists
    orders: set[tuple[str, str]] = field(default_factory=set)  # of two kinds in a list: which comes before which

    def with_(self, value: Any) -> "Form":
        """The form, with one more value."""
        self.count += 1
        self.types.add(_type(value))
        if isinstance(value, str):
            self.words.add(value)
        elif isinstance(value, dict):
            for name, part in value.items():
                self.fields.setdefault(name, Form(self.failed)).with_(part)
        elif isinstance(value, list):
            kinds = [_element(part) for part in value]
            self.lengths.add(len(value))
            for kind, part in zip(kinds, value, strict=True):
                self.elements.setdefault(kind, Form(self.failed)).with_(part)
            once = list(dict.fromkeys(kinds))
            self.orders |= {(one, other) for at, one in enumerate(once) for other in once[at + 1 :]}
        return self


def _forms(before: Form, now: Form, here: str, name: str = "") -> Iterator[Change]:
    """How two forms differ; the routes are left to the caller."""
    yield from _types(before, now, here, name)
    if name in ENUMERATIONS or (before.failed and name == "param"):
        chosen = CHOICES.get(name, set())
        fresh, lost = sorted(now.words - before.words - chosen), sorted(before.words - now.words - chosen)
        if (fresh or lost) and before.words and now.words:
            yield Change(
                "breaking",
                "",
                f"value of {here}",
                ", ".join(lost or sorted(before.words)),
                ", ".join(fresh or sorted(now.words)),
            )
    yield from _fields(before, now, here)
    yield from _elements(before, now, here, name)


def _types(before: Form, now: Form, here: str, name: str) -> Iterator[Change]:
    if name in OF_THE_REQUEST and "null" in before.types | now.types:
        return
    was, are = (one - {"null"} if name in CHOSEN else one for one in (before.types, now.types))
    if "number" in was:
        are = are - {"integer"} | {"number"} if "integer" in are else are  # 1 is how some write 1.0
    if was == are or not was or not are:
        return
    # where nothing was, something may come, but not where a program looks for nothing
    additive = "null" in was and was < are and not (before.failed and name in ("code", "param", "type"))
    if was == {"null"} and not before.failed:
        additive = True
    yield Change(
        "additive" if additive else "breaking", "", f"type of {here}", *(" or ".join(sorted(one)) for one in (was, are))
    )


def _fields(before: Form, now: Form, here: str) -> Iterator[Change]:
    if not before.fields and not ("object" in before.types and "object" in now.types):
        return
    if "object" not in now.types:
        return
    for key in sorted(now.fields.keys() - before.fields.keys() - OF_THE_REQUEST - CHOSEN):
        yield Change("additive", "", f"field in {here}", "", f"{key} ({_types_of(now.fields[key])})")
    for key in sorted(before.fields.keys() - OF_THE_REQUEST - CHOSEN):
        always = before.fields[key].count == before.count
        if key not in now.fields:
            yield Change("breaking", "", f"field in {here}", f"{key} ({_types_of(before.fields[key])})", "")
        elif always and now.fields[key].count < now.count:
            yield Change(
                "breaking", "", f"field in {here}", f"{key} in each", f"{key} in {now.fields[key].count} of {now.count}"
            )
    for key in before.fields:
        if key in now.fields:
            yield from _forms(before.fields[key], now.fields[key], f"{here}.{key}", key)


def _elements(before: Form, now: Form, here: str, name: str) -> Iterator[Change]:
    if "array" not in before.types or "array" not in now.types:
        return
    fresh, lost = now.elements.keys() - before.elements.keys(), before.elements.keys() - now.elements.keys()
    if (
        before.elements and now.elements
    ):  # which items there are is for the model to say, unless one has a name that is new
        fresh -= ITEMS
        lost = lost if fresh else lost - ITEMS
    if name in CHOSEN - {"content"} and not (before.elements and now.elements):
        fresh = lost = set()
    mixed = before.elements and any(kind in SCALARS for kind in {*before.elements, *fresh})
    for kind in sorted(fresh):
        yield Change(
            "breaking" if mixed else "additive",
            "",
            f"element of {here}",
            *(("only others", kind) if mixed else ("", kind)),
        )
    for kind in sorted(lost):
        yield Change("breaking", "", f"element of {here}", kind, "")
    turned = {(one, other) for other, one in now.orders - before.orders if (one, other) in before.orders - now.orders}
    for one, other in sorted(turned):
        yield Change("breaking", "", f"order in {here}", f"{one} before {other}", f"{other} before {one}")
    if name == "choices" and before.lengths != now.lengths:
        yield Change(
            "breaking", "", f"length of {here}", *("or ".join(map(str, sorted(one.lengths))) for one in (before, now))
        )
    for kind in before.elements.keys() & now.elements.keys():
        yield from _forms(
            before.elements[kind], now.elements[kind], f"{here}[{'' if kind in ('object', *SCALARS) else kind}]"
        )


SCALARS = ("string", "integer", "number", "boolean", "null")


def _type(value: Any) -> str:
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}
    return kinds.get(type(value), "null")


def _types_of(form: Form) -> str:
    return " or ".join(sorted(form.types))


def _element(value: Any) -> str:
    """What kind of element a list has: what an object says it is, or its type."""
    told = (value.get("type") or value.get("object")) if isinstance(value, dict) else None
    return told if isinstance(told, str) else _type(value)


# -- streams -----------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Frame:
    """One server-sent event: the names of its lines, what ``event:`` says, and its data: JSON, or the text."""

    lines: tuple[str, ...]
    event: str
    data: Any


def _frames(body: bytes) -> list[Frame]:
    frames = []
    for _, text in timed_events([(0.0, body)]):
        lines = [line.partition(":")[::2] for line in text.splitlines() if line.partition(":")[0]]
        data = "\n".join(value.removeprefix(" ") for name, value in lines if name == "data")
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            value = data
        frames.append(Frame(tuple(name for name, _ in lines), dict(lines).get("event", "").strip(), value))
    return frames


def _streams(route: str, before: list[Frame], now: list[Frame]) -> Iterator[Change]:
    changes = [*_framing(before, now), *_orders(before, now)]
    kinds = [{}, {}]
    for found, frames in zip(kinds, (before, now), strict=True):
        for one in frames:
            if isinstance(one.data, dict) and not nested(one.data, LEVELS):
                found.setdefault(_told(one.data), Form()).with_(one.data)
    for kind, form in kinds[0].items():
        if kind in kinds[1]:
            changes += _forms(form, kinds[1][kind], kind)
    yield from (replace(change, route=route) for change in dict.fromkeys(changes))


def _framing(before: list[Frame], now: list[Frame]) -> Iterator[Change]:
    """What is not JSON in a stream: the lines of an event, and the mark at the end."""
    for name in sorted({line for one in (*before, *now) for line in one.lines}):
        had, has = ([name in one.lines for one in frames if one.data != "[DONE]"] for frames in (before, now))
        if all(had) and not all(has):
            yield Change(
                "breaking", "", "lines of the events", f"{name}: in each", f"{name}: in {sum(has)} of {len(has)}"
            )
        elif not any(had) and any(has):
            yield Change("additive", "", "lines of the events", "", f"{name}:")
    ends = ["[DONE]" if any(one.data == "[DONE]" for one in frames) else "" for frames in (before, now)]
    if ends[0] != ends[1]:
        yield Change("breaking", "", "end of the stream", ends[0] or "no mark", ends[1])
    for what, is_so in (
        ("event: and type", lambda one: isinstance(one.data, dict) and one.event not in ("", one.data.get("type"))),
        ("data of the events", lambda one: not isinstance(one.data, dict) and one.data not in ("[DONE]", "")),
    ):
        if any(map(is_so, now)) and not any(map(is_so, before)):
            yield Change("breaking", "", what, "as documented", "different" if "type" in what else "no JSON")


def _orders(before: list[Frame], now: list[Frame]) -> Iterator[Change]:
    """How the order of the events differs, part by part: which parts there are is for the model to say."""
    parts = [_parts(frames) for frames in (before, now)]
    for part in parts[0].keys() & parts[1].keys():
        if parts[1][part] <= parts[0][part]:
            continue
        was = max(parts[0][part], key=len)
        for is_ in sorted(parts[1][part] - parts[0][part]):
            lost, added = ([e for e in dict.fromkeys(a) if e not in b] for a, b in ((was, is_), (is_, was)))
            rest = iter(is_)
            if is_.count(ITS_ITEMS) == was.count(ITS_ITEMS) and all(event in rest for event in was):
                again = sorted({event for event in is_ if is_.count(event) > was.count(event)} - set(added))
                if added:
                    yield Change("additive", "", "events of the stream", "", ", ".join(added))
                if again:
                    yield Change("breaking", "", "events of the stream", "once", f"more than once: {', '.join(again)}")
            elif lost:
                yield Change("breaking", "", "events of the stream", ", ".join(lost), ", ".join(added))
            elif sorted(set(was)) == sorted(set(is_)) and any(
                was.count(event) > is_.count(event) for event in was if event != ITS_ITEMS
            ):
                gone = sorted({event for event in was if was.count(event) > is_.count(event)})
                yield Change(
                    "breaking", "", "events of the stream", f"again and again: {', '.join(gone)}", "less often"
                )
            else:
                yield Change("breaking", "", "order of the events", *(" ".join(order)[:300] for order in (was, is_)))


ITS_ITEMS, A_PIECE = "its items", "a piece"  # steps of a stream that come again


def _parts(frames: list[Frame]) -> dict[str, set[tuple[str, ...]]]:
    """The orders of the events in a stream, by what they belong to: the stream itself, where all items are one step, and each
    kind of item. Pieces of one text are one step."""
    events = [one.data for one in frames if isinstance(one.data, dict)]
    items = {
        event.get("output_index"): _element(event["item"])
        for event in events
        if _kind(event) == "response.output_item.added" and isinstance(event.get("item"), dict)
    }
    steps: dict[tuple, list[str]] = {}
    for event in events:
        kind, item = _kind(event), event.get("output_index")
        if "choices" in event:
            ways = [((), step) for step in _chat_steps(event)]
        else:
            ways = [((), ITS_ITEMS), ((item, items.get(item, "")), kind)] if item is not None else [((), kind)]
        for which, step in ways:
            if step.endswith("annotation.added"):
                continue  # as many as the model gives
            order = steps.setdefault(which, [])
            if order[-1:] != [step] or not (step.endswith(".delta") or step in (ITS_ITEMS, A_PIECE)):
                order.append(step)
    parts: dict[str, set[tuple[str, ...]]] = {}
    for which, order in steps.items():
        parts.setdefault(which[1] if which else "", set()).add(tuple(order))
    return parts


def _chat_steps(chunk: dict) -> list[str]:
    """What a chunk of a chat completion brings."""
    steps = [name for name in ("prompt_filter_results", "usage") if chunk.get(name)]
    for choice in chunk["choices"] if isinstance(chunk["choices"], list) else ():
        delta = (choice.get("delta") or {}) if isinstance(choice, dict) else {}
        steps += ["role"] * bool(delta.get("role"))
        steps += [A_PIECE] * bool(delta.get("content") or delta.get("tool_calls") or delta.get("refusal"))
        steps += ["finish_reason"] * bool(isinstance(choice, dict) and choice.get("finish_reason"))
    return steps


def _told(event: dict) -> str:
    """The kind of an event, and that of the item or the part of a text which it tells of."""
    inside = event.get("item") or event.get("part")
    return f"{_kind(event)}[{_element(inside)}]" if isinstance(inside, dict) else _kind(event)


def _kind(event: dict) -> str:
    return str(event.get("type") or event.get("object") or "chunk")


def _wording(body: Any, shown: Callable[[str], str] = str) -> str:
    """What a failure says, without what differs from call to call."""
    error = body.get("error", body) if isinstance(body, dict) else {}
    text = shown(str((error.get("message") if isinstance(error, dict) else error) or ""))
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27,}|0ff11e\w*|\b\w*\d\w*\b|'[^']*'|\"[^\"]*\"|https?://\S+", "...", text)


# -- telling -------------------------------------------------------------------------------------------------------------------
def _report(
    changes: dict[Change, list[str]], skipped: list[str], asked: int, baseline: dict, scrubber: Scrubber
) -> dict[str, Any]:
    told = []
    for change, names in sorted(
        changes.items(), key=lambda one: (one[0].kind != "breaking", one[0].route, one[0].what)
    ):
        clean = {name: scrubber.text(value) for name, value in asdict(change).items()}
        told.append({**clean, "recordings": names})
    kinds = {change.kind for change in changes}
    verdict = "breaking" if "breaking" in kinds else "additive" if kinds else "none"
    return {"drift": verdict, "asked": asked, "recordings": len(baseline), "changes": told, "not_asked": skipped}


def _as_text(report: dict[str, Any]) -> str:
    lines = [f"{report['asked']} of {report['recordings']} recordings asked again."]
    for kind, title in (
        ("breaking", "Breaking: programs that read this must change"),
        ("additive", "Additive: programs that read the old go on working"),
    ):
        found = [one for one in report["changes"] if one["kind"] == kind]
        if not found:
            continue
        lines += ["", title]
        route = ""
        for one in found:
            if one["route"] != route:
                route = one["route"]
                lines.append(f"  {route}")
            change = Change(*(one[name] for name in ("kind", "route", "what", "was", "now")))
            count = len(one["recordings"])
            lines.append(f"    {change}" + (f"  ({count} recordings)" if count > 1 else ""))
    if report["not_asked"]:
        lines += ["", "Not asked:", *(f"  {one}" for one in report["not_asked"])]
    return "\n".join(
        [
            *lines,
            "",
            {
                "none": "Nothing has changed.",
                "additive": "There is more than before, and nothing is missing.",
                "breaking": "Something is missing or different.",
            }[report["drift"]],
        ]
    )
