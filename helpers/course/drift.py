"""``python3 -m helpers drift``: asks the live project of ``.env`` each recorded request again, and says what has changed in the
shape of its answers: status, names of headers, fields, types, the words of enumerations, the order of events. Prose, ids, numbers
and times are not compared. Nothing is written.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from helpers import auth
from helpers.course import recorder
from helpers.course.environment import SetupProblem
from helpers.course.scrubber import LEFT_OUT, Scrubber
from helpers.exchange import Exchange
from helpers.mock import catalog
from helpers.mock.model.recordings import FOLDER, events

NONE, ADDITIVE, BREAKING = 0, 10, 20  # the exit codes
TRIES = 6  # where the service says that it is busy
# Fields whose values are words that a program may compare, and those that follow the request rather than the service.
ENUMERATIONS = frozenset("type status role object finish_reason severity effort code source_type reason truncation verbosity service_tier phase context".split())  # fmt: skip
OF_THE_REQUEST = frozenset("previous_response_id conversation agent agent_reference instructions metadata user safety_identifier prompt_cache_key".split())  # fmt: skip
# Headers that come and go from call to call.
FLEETING = re.compile(r"date|age|retry-after(-ms)?|x-ratelimit-.*|x-request-time|x-envoy-.*|etag|cache-control|content-.*|vary|x-cache|x-offline-mock|authorization")  # fmt: skip
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
    skipped, asked = [], 0
    with _Project(settings) as project:
        for name, before in baseline.items():
            why = _cannot_ask(before, settings)
            now = None if why else project.ask(before)
            if now is None or now.status in (429, 503):
                skipped.append(f"{name}: {why or 'the project is too busy'}")
                continue
            asked += 1
            for change in compared(before, now):
                changes.setdefault(change, []).append(name)
    report = _report(changes, skipped, asked, baseline, recorder.informed(settings))
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
def compared(before: Exchange, now: Exchange) -> Iterator[Change]:
    """The changes from one answer to the other."""
    route = f"{before.method} {re.sub(r'/api/projects/[^/]+', '/api/projects/<project>', urlsplit(before.url).path)}"
    if before.status != now.status:
        yield Change("breaking", route, "status", str(before.status), str(now.status))
        return
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
    where = "body" if (before.status or 0) < 400 else f"body of a {before.status}"
    if before.chunks or now.chunks:
        yield from _streams(route, *(list(events(one.response_body)) for one in (before, now)))
        return
    bodies = before.response_json, now.response_json
    if None in bodies and bodies[0] != bodies[1]:
        yield Change("breaking", route, where, *("JSON" if body is not None else "no JSON" for body in bodies))
        return
    yield from _values(route, where, *bodies)
    if (before.status or 0) >= 400:
        words = [_wording(body) for body in bodies]
        if words[0] != words[1]:
            yield Change(
                "additive", route, f"wording of a {before.status}", words[0][:160] or "none", words[1][:160] or "none"
            )


def _streams(route: str, before: list[dict], now: list[dict]) -> Iterator[Change]:
    orders = [_order(events) for events in (before, now)]
    if orders[0] != orders[1]:
        rest = iter(orders[1])
        whole = all(event in rest for event in orders[0])
        lost, added = ([e for e in dict.fromkeys(orders[a]) if e not in orders[b]] for a, b in ((0, 1), (1, 0)))
        if whole:
            yield Change("additive", route, "events of the stream", "", ", ".join(added) or "some come again")
        elif lost:
            yield Change("breaking", route, "events of the stream", ", ".join(lost), ", ".join(added))
        else:
            yield Change("breaking", route, "order of the events", *(" ".join(order)[:300] for order in orders))
    for kind in dict.fromkeys(_kind(event) for event in before):
        same = [[event for event in events if _kind(event) == kind] for events in (before, now)]
        if all(same):
            yield from _values(route, kind, *({"events": events} for events in same), at=kind)


def _kind(event: dict) -> str:
    return str(event.get("type") or event.get("object") or "chunk")


def _order(events: list[dict]) -> list[str]:
    """The kinds of the events in order; one that comes several times in a row, or alternates with its own details, once."""
    order: list[str] = []
    for kind in map(_kind, events):
        if order[-1:] != [kind]:
            order.append(kind)
    return order


def _values(route: str, what: str, before: Any, now: Any, at: str = "", name: str = "") -> Iterator[Change]:
    """How two JSON values differ in shape. Of a list the elements are compared by their type, whatever their number."""
    here = at or what
    if name in OF_THE_REQUEST and (before is None or now is None):
        return
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted(now.keys() - before.keys() - OF_THE_REQUEST):
            yield Change("additive", route, f"field in {here}", "", f"{key} ({_type(now[key])})")
        for key in sorted(before.keys() - now.keys() - OF_THE_REQUEST):
            yield Change("breaking", route, f"field in {here}", f"{key} ({_type(before[key])})", "")
        for key in before:
            if key in now:
                yield from _values(route, what, before[key], now[key], f"{here}.{key}", key)
        return
    if isinstance(before, list) and isinstance(now, list):
        yield from _lists(route, what, before, now, here)
        return
    kinds = _type(before), _type(now)
    if kinds[0] != kinds[1]:
        yield Change("additive" if before is None else "breaking", route, f"type of {here}", *kinds)
    elif name in ENUMERATIONS and before != now and isinstance(before, str):
        yield Change("breaking", route, f"value of {here}", before, now)


def _lists(route: str, what: str, before: list, now: list, here: str) -> Iterator[Change]:
    if not before or not now:
        return
    groups = [{}, {}]
    for group, values in zip(groups, (before, now), strict=True):
        for value in values:
            kind = str(value.get("type") or value.get("object") or "") if isinstance(value, dict) else _type(value)
            group.setdefault(kind, []).append(value)
    for kind in groups[1].keys() - groups[0].keys():
        yield Change("additive", route, f"element of {here}", "", kind or "one without a type")
    for kind in groups[0].keys() - groups[1].keys():
        yield Change("breaking", route, f"element of {here}", kind or "one without a type", "")
    for kind in groups[0].keys() & groups[1].keys():
        inside = f"{here}[{kind}]" if kind else f"{here}[]"
        yield from _values(route, what, *(_merged(group[kind]) for group in groups), at=inside)


def _merged(values: list) -> Any:
    """One value with all that several hold, so that a field which only some have counts as there."""
    if not all(isinstance(value, dict) for value in values):
        return values[0]
    merged: dict[str, Any] = {}
    for value in values:
        for name, part in value.items():
            old = merged.get(name)
            if old is None or (isinstance(old, list) and not old):
                merged[name] = part
            elif isinstance(old, dict) and isinstance(part, dict):
                merged[name] = _merged([old, part])
            elif isinstance(old, list) and isinstance(part, list):
                merged[name] = old + part
    return merged


def _type(value: Any) -> str:
    return {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}.get(
        type(value), "null"
    )


def _wording(body: Any) -> str:
    """What a failure says, without what differs from call to call."""
    error = body.get("error", body) if isinstance(body, dict) else {}
    text = str((error.get("message") if isinstance(error, dict) else error) or "")
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
