"""``python3 -m helpers record``: the lessons' cells against the live project of ``.env``, and what it answered in place of the
authored recordings.

Each lesson is run twice. First offline, against the mock: that tells how many calls and tokens to expect, which failures a cell is
there for, and which recording a prompt has now. Then live. Of the exchanges one is kept for each prompt, as the model would see it.
All of them are scrubbed before anything is written, and the set is replaced as a whole or not at all.
"""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from helpers import connection
from helpers.auth import decode_token
from helpers.course import notebooks, tap
from helpers.course.encodings import nested
from helpers.course.environment import ROOT, SetupProblem
from helpers.course.scrubber import LEVELS, Scrubber, audit
from helpers.exchange import Exchange
from helpers.mock import catalog
from helpers.mock.model import prompts, recordings, turns
from helpers.mock.model.prompts import Prompt
from helpers.mock.model.recordings import FAILURES, FOLDER, Recordings, whole

MINUTES = 30  # that one cell may take, waiting for quotas included
GUESSED = 250  # tokens for a prompt of which the rehearsal knows nothing
AZURE = r"\.(?:services\.ai|openai|cognitiveservices)\.azure\.com"


@dataclass
class Run:
    """What a lesson sent: its exchanges in order, each with the source of its cell, what went wrong, and the ids of cells by source."""

    path: Path
    sent: list[tuple[str, Exchange]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """Where the recordings of this lesson are."""
        return self.path.stem.partition("_")[2] or self.path.stem


@dataclass(frozen=True)
class Asked:
    """A prompt that was answered: the request as the model got it, history and agent filled in, and the whole answer."""

    run: Run
    cell: str
    exchange: Exchange
    body: dict[str, Any]
    prompt: Prompt
    answer: dict[str, Any]

    @property
    def reasons(self) -> bool:
        """Whether the model thought first, as a recording tells it."""
        if self.answer.get("object") == "response":
            return any(item.get("type") == "reasoning" for item in self.answer["output"])
        return bool((self.answer["usage"].get("completion_tokens_details") or {}).get("reasoning_tokens"))

    @property
    def rank(self) -> int:
        """Which of several answers to a prompt is kept, the lowest first: a stream of the Responses API holds all that the
        others hold, and the time of each piece."""
        responses = self.answer.get("object") == "response"
        return (0 if self.exchange.chunks else 1) if responses else (3 if self.exchange.chunks else 2)


@dataclass
class Report:
    """What a recording changes, by name of the file, and what it leaves out."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    files: dict[str, Exchange] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = []
        for title, names in (
            ("new", self.new),
            ("changed", self.changed),
            ("gone: no lesson asks for it now; take it away if nothing else does", self.gone),
            ("not recorded", self.refused),
        ):
            lines += [f"{title} ({len(names)})", *(f"  {name}" for name in names)] if names else []
        return "\n".join(lines) or "Nothing was asked, so there is nothing to record."


# -- the command -------------------------------------------------------------------------------------------------------------
def run(lessons: list[str], dry: bool = False, yes: bool = False, folder: Path = FOLDER) -> int:
    """Record; returns the exit code. Raises SetupProblem for settings that are not live, and for lessons that are not there."""
    if not os.access(folder, os.W_OK) or not os.access(folder.parent, os.W_OK):
        raise SetupProblem(
            f"{folder} cannot be written to, so nothing is sent: make the folder and its parent writable."
        )
    recordings.settle(folder)
    settings = live_settings()
    paths = chosen(lessons)
    with _stopped_once():
        return _recorded(paths, settings, dry, yes, folder, every=not lessons)


@contextmanager
def _stopped_once() -> Iterator[None]:
    """Ctrl-C is heard once: another one would break into what the first has begun to put in order, so it is not heard until this
    process ends."""

    def stop(*signal_and_frame) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        yield  # somebody else sees to it
        return
    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is stop:
            signal.signal(signal.SIGINT, before)


def _recorded(paths: list[Path], settings: dict[str, str], dry: bool, yes: bool, folder: Path, every: bool) -> int:
    print(
        f"Rehearsing {len(paths)} lesson{'s' * (len(paths) > 1)} on the offline mock, to know what will be sent.",
        flush=True,
    )
    try:
        rehearsed = []
        for path in paths:
            rehearsed.append(rehearse(path))
            print(f"  {path.stem:<32} {estimate([rehearsed[-1]])}", flush=True)
    except KeyboardInterrupt:
        print("\nStopped. Nothing was sent.")
        return 130
    print(f"In all {estimate(rehearsed)}. It may cost money.", flush=True)
    if dry:
        print("Nothing was sent: this was a dry run.")
        return 0
    if not yes and not _agreed():
        print("Nothing was sent.")
        return 1
    scrubber = informed(settings)
    try:
        live = []
        for number, (path, before) in enumerate(zip(paths, rehearsed, strict=True), 1):
            print(f"Recording {number} of {len(paths)}: {path.stem}", flush=True)
            live.append(played(path, _live_environment(), wanted_in(before)))
            _learn(live[-1], scrubber, settings)
            for problem in live[-1].broken:
                print(f"  {scrubber.text(problem)}", flush=True)
    except KeyboardInterrupt:
        print("\nStopped. Nothing was written.")
        return 130
    spoiled = [problem for before, one in zip(rehearsed, live, strict=True) for problem in spoilt(before, one)]
    if spoiled:
        print("\nNothing was written: the project has refused what the lessons ask.")
        print("\n".join(f"  {problem}" for problem in spoiled))
        return 1
    report, findings = compiled(live, rehearsed, scrubber, settings, folder, every)
    print(report)
    if findings:
        print(
            "\nNothing was written: this looks like a secret or an identity, and has no rule in helpers/course/scrubber.py."
        )
        print("\n".join(f"  {finding}" for finding in findings))
        return 1
    if not report.files:
        return 1
    try:
        problems = write(report, scrubber, folder)
    except (OSError, shutil.Error) as error:
        reason = getattr(error, "strerror", None) or "a file could not be copied"
        print(f"\nNothing was written, and the old recordings are whole: {reason}. Is the disk full?")
        return 1
    except KeyboardInterrupt:
        print("\nStopped while it wrote: all recordings are the old ones, or all the new.")
        return 130
    if problems:
        print("\nNothing was written: a second look at the files found more.")
        print("\n".join(f"  {problem}" for problem in problems))
        return 1
    print(
        f"\n{len(report.files)} recordings written. Now: python3 -m helpers test --update, then python3 -m helpers test"
    )
    return 0


def spoilt(before: Run, live: Run) -> list[str]:
    """Why a live run cannot be kept, compared with the rehearsal: a sign-in or a role that ended on the way, a quota that let
    most prompts down."""
    found = []
    refused = _refused(live) - _refused(before)
    if refused:
        cells = ", ".join(sorted(live.ids.get(cell, cell) for cell in refused))
        found.append(
            f"{live.path.stem}: 401 or 403 where the offline mock agrees (cells {cells}); sign in anew, look at the role"
        )
    (busy, asked), (meant, rehearsed) = _busy(live), _busy(before)
    if busy * 2 > asked and meant * 2 <= rehearsed:
        found.append(f"{live.path.stem}: {busy} of {asked} prompts got a 429; use a deployment of larger capacity")
    return found


def _busy(run: Run) -> tuple[int, int]:
    """How many prompts got a 429, and how many there were."""
    statuses = [one.status for _, one in run.sent if is_service(one) and is_prompt(one)]
    return statuses.count(429), len(statuses)


def _refused(run: Run) -> Counter[str]:
    """How often the service has refused the sign-in, by cell."""
    return Counter(cell for cell, one in run.sent if is_service(one) and one.status in (401, 403))


def chosen(lessons: list[str]) -> list[Path]:
    """The notebooks of these lessons, by number or by name; all of them for none. Raises SetupProblem."""
    paths = [path for path in notebooks.paths() if path.stem != "template"]
    found = [
        path
        for path in paths
        if not lessons or any(path.stem == one or path.stem.split("_")[0] == one for one in lessons)
    ]
    for one in lessons:
        if not any(path.stem == one or path.stem.split("_")[0] == one for path in paths):
            raise SetupProblem(
                f"There is no lesson {one}. Write its number, such as {paths[0].stem[:2]}, or the name of its notebook."
            )
    return found


def estimate(runs: list[Run]) -> str:
    """How much a rehearsal sent, in words."""
    calls = [one for run in runs for _, one in run.sent if is_service(one)]
    asked = [one for one in calls if is_prompt(one)]
    tokens = 0
    for one in asked:
        usage = (whole(one) or {}).get("usage") if one.status == 200 else {}
        tokens += (usage or {}).get("total_tokens", 0) if usage is not None else GUESSED
    return f"{len(calls)} calls, {len(asked)} of them prompts, about {tokens:,} tokens"


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise SetupProblem(
            "Nobody can be asked here: add --yes to send without a question, or --dry-run to send nothing."
        )
    return input("Send them to the live project? [y/N] ").strip().lower() in ("y", "yes")


def live_settings() -> dict[str, str]:
    try:
        settings, written = connection.read_settings()
        if not settings["FOUNDRY_PROJECT_ENDPOINT"]:
            raise SetupProblem(
                "FOUNDRY_PROJECT_ENDPOINT is empty, so there is nothing live to record: see .env.example."
            )
        connection.check_project_endpoint(settings["FOUNDRY_PROJECT_ENDPOINT"])
        connection.check_model_name(settings["FOUNDRY_MODEL_NAME"])
    except connection.SettingsError as error:
        raise SetupProblem(str(error)) from None
    given = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("ACTIONS_", "AZURE_", "IDENTITY_", "FOUNDRY_"))
    }
    return {**given, **written, **{name: value for name, value in settings.items() if value}}


def _live_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "FOUNDRY_MOCK_ENV"}


def informed(settings: dict[str, str]) -> Scrubber:
    """A scrubber that knows the settings, this machine, and what the course publishes anyway."""
    # What is written in the cells; not what they have put out, which may come from a live project.
    published = [cell.source for path in notebooks.paths() for cell in nbformat.read(path, 4).cells]
    scrubber = Scrubber("\n".join(published))
    scrubber.learn_settings(settings)
    scrubber.learn_deployment(settings.get("FOUNDRY_MODEL_NAME", ""))
    scrubber.learn_machine()
    for name, instead in (
        (("user.name", "A Learner"), ("user.email", "learner@example.com")) if shutil.which("git") else ()
    ):
        said = subprocess.run(["git", "config", name], cwd=ROOT, capture_output=True, text=True).stdout.strip()
        scrubber.learn_someone(said)
        scrubber.learn(said, instead, word=True)
    return scrubber


# -- playing a lesson ----------------------------------------------------------------------------------------------------------
def rehearse(path: Path) -> Run:
    """The lesson with its solutions on a mock of its own."""
    with notebooks.offline(strict=False) as environment:
        return played(path, environment, None)


def played(path: Path, environment: dict[str, str], wanted: dict[str, list[int]] | None) -> Run:
    """The lesson with its solutions in a kernel that is listened to. Where ``wanted`` says which failures its cells are there for, others of
    a busy service are waited for. What goes wrong in a cell is noted, and the next is run."""
    notebook = nbformat.read(path, 4)
    notebooks.with_solutions(notebook)
    own = [cell for cell in notebook.cells if cell.cell_type == "code"]
    start = nbformat.v4.new_code_cell(f"from helpers.course import tap as _tap\n_tap.start({wanted!r})")
    end = nbformat.v4.new_code_cell("_tap.hand_over()")
    notebook.cells = [start, *own, end]
    client = NotebookClient(
        notebook, timeout=60 * MINUTES, kernel_name="python3", allow_errors=True, record_timing=False, store_widget_state=False,
        shutdown_kernel="immediate", extra_arguments=notebooks.FOR_A_LOG, resources={"metadata": {"path": str(path.parent)}},
    )  # fmt: skip
    played = Run(path, ids={cell.source: cell.get("id", "?") for cell in own})
    try:
        _execute(client, environment)
    except (CellTimeoutError, DeadKernelError) as error:
        played.broken.append(f"{path.stem} ended early: {type(error).__name__}")
    for cell in own:
        for output in cell.get("outputs", ()):
            if output.output_type == "error" and "raises-exception" not in cell.metadata.get("tags", []):
                played.broken.append(
                    f"cell {cell.get('id', '?')} failed: {output.ename}: {output.evalue.splitlines()[0][:200] if output.evalue else ''}"
                )
    for output in end.get("outputs", ()):
        if tap.MIME in output.get("data", {}):
            for cell, one in tap.unpacked(output.data[tap.MIME]):
                if _is_deep(one):
                    played.broken.append(
                        f"{one.method} {_route(one)}: JSON that is nested deeper than {LEVELS} levels is left out"
                    )
                else:
                    played.sent.append((cell, one))
    return played


def _is_deep(one: Exchange) -> bool:
    """Whether JSON in an exchange is nested deeper than anybody could read it."""
    told = recordings.events(one.response_body) if one.chunks else [one.response_json]
    return any(nested(value, LEVELS) for value in (one.request_json, *told))


def _execute(client: NotebookClient, environment: dict[str, str]) -> None:
    """Run the notebook, in a thread: in the main one nbclient takes Ctrl-C for itself, and ends in an error of any kind. The
    kernel ends with this process."""
    raised: list[BaseException] = []

    def work() -> None:
        try:
            asyncio.run(client.async_execute(env=environment, stderr=subprocess.DEVNULL))
        except BaseException as error:
            raised.append(error)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    while worker.is_alive():
        worker.join(0.2)  # one without an end would not hear Ctrl-C on Windows
    if raised:
        raise raised[0]


def wanted_in(rehearsed: Run) -> dict[str, list[int]]:
    """The failures that each cell met on the mock: those it is there for."""
    wanted: dict[str, set[int]] = {}
    for cell, one in rehearsed.sent:
        if is_service(one) and (one.status or 0) >= 400:
            wanted.setdefault(cell, set()).add(one.status)
    return {cell: sorted(statuses) for cell, statuses in wanted.items()}


def is_service(one: Exchange) -> bool:
    """Whether a call went to a Foundry, and not to a sign-in or to the controls of the mock."""
    return bool(re.search(r"/openai/|/api/projects/", urlsplit(one.url).path))


def is_prompt(one: Exchange) -> bool:
    """Whether a call put a question to a model."""
    return (
        one.method == "POST"
        and bool(re.search(r"/(?:responses|chat/completions)$", urlsplit(one.url).path))
        and is_service(one)
    )


# -- what the model saw --------------------------------------------------------------------------------------------------------
class Story:
    """What was said so far in a project: stored responses, conversations, and the words that stand for those of an answer which
    was not kept."""

    def __init__(self):
        self.items: dict[str, list[dict]] = {}  # by id of a response or a conversation
        self.by_id: dict[str, dict] = {}
        self.swaps: dict[str, str] = {}

    def hear(self, one: Exchange) -> None:
        """Note what a conversation begins with or is given."""
        sent, got = one.request_json, one.response_json
        found = re.search(r"/conversations(?:/([^/?]+)/items)?$", urlsplit(one.url).path)
        if found and one.method == "POST" and one.status == 200 and isinstance(got, dict):
            items = (sent or {}).get("items") or []
            name = found[1] or got.get("id", "")
            self.items.setdefault(name, []).extend(items)

    def asked(self, one: Exchange, answer: dict[str, Any]) -> dict[str, Any]:
        """The request as the model got it."""
        body = one.request_json
        if "messages" in body:
            return {**body, "messages": [self._swapped(message) for message in body["messages"]]}
        referred = ("previous_response_id", "conversation", "agent", "agent_reference")
        conversation = body.get("conversation")
        name = body.get("previous_response_id") or (
            conversation.get("id") if isinstance(conversation, dict) else conversation
        )
        before = self.items.get(name or "", [])
        given = [
            self.by_id.get(item.get("id", ""), item) if item.get("type") == "item_reference" else item
            for item in prompts.input_items(body)
        ]
        full = {key: value for key, value in body.items() if key not in referred}
        if any(body.get(key) for key in referred[2:]) or "/agents/" in urlsplit(one.url).path:
            full |= {key: answer[key] for key in ("instructions", "tools", "text") if answer.get(key)}
        if before or not isinstance(body.get("input"), str):
            full["input"] = [self._swapped(item) for item in (*before, *given)]
        return full

    def keep(self, one: Exchange, body: dict[str, Any], answer: dict[str, Any], kept: dict[str, Any]) -> None:
        """Remember what was said, as far as it can be gone on from; ``kept`` is the answer that stands for this one."""
        for own, other in zip(_words(answer), _words(kept), strict=False):
            if own != other:
                self.swaps[own] = other
        output = [*(kept.get("output") or ())]
        for item, twin in zip(answer.get("output") or (), output, strict=False):
            self.by_id[item.get("id", "")] = twin
        if answer.get("id"):
            self.items[answer["id"]] = [*prompts.input_items(body), *output]
        conversation = (one.request_json or {}).get("conversation")
        name = conversation.get("id") if isinstance(conversation, dict) else conversation
        if name:
            self.items[name] = [*prompts.input_items(body), *output]

    def _swapped(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._swapped(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self._swapped(part) for part in value]
        return self.swaps.get(value, value) if isinstance(value, str) else value


def _words(answer: dict[str, Any]) -> list[str]:
    """The texts and arguments of an answer, in order."""
    if "output" in answer:
        parts = [
            part for item in answer["output"] if item.get("type") == "message" for part in item.get("content") or ()
        ]
        texts = ["".join(part.get("text", "") for part in parts)] if parts else []
        return texts + [item["arguments"] for item in answer["output"] if item.get("type") == "function_call"]
    message = answer["choices"][0]["message"]
    return [message.get("content") or "", *(call["function"]["arguments"] for call in message.get("tool_calls") or ())]


def prompts_of(runs: list[Run], kept: dict[int, Asked] | None = None) -> list[Asked]:
    """All answered prompts in order. ``kept`` says which stands for which, by number."""
    found: list[Asked] = []
    for run in runs:
        story = Story()
        later = {
            (one.response_json or {}).get("id"): one
            for _, one in run.sent
            if one.method == "GET" and isinstance(one.response_json, dict)
        }
        for cell, one in run.sent:
            story.hear(one)
            if not is_prompt(one) or one.status != 200 or not isinstance(one.request_json, dict):
                continue
            answer = whole(one)
            if (
                isinstance(answer, dict)
                and answer.get("status") in ("queued", "in_progress")
                and answer.get("id") in later
            ):
                one = replace(one, response_body=later[answer["id"]].response_body)
                answer = one.response_json
            if (
                not isinstance(answer, dict)
                or not answer.get("usage")
                or not (answer.get("output") or answer.get("choices"))
            ):
                continue
            if not _is_complete(answer):  # cut by a limit or a filter: the mock cuts by itself
                continue
            body = story.asked(one, answer)
            prompt = prompts.from_chat(body) if "messages" in body else prompts.from_responses(body)
            asked = Asked(run, cell, one, body, prompt, answer)
            stands = (
                kept[len(found)].answer
                if kept
                else next((earlier.answer for earlier in found if earlier.prompt.key == prompt.key), answer)
            )
            story.keep(one, body, answer, stands)
            found.append(asked)
    return found


def _is_complete(answer: dict[str, Any]) -> bool:
    """Whether the model said all that it wanted to."""
    if "output" in answer:
        return answer.get("status") == "completed"
    first = answer["choices"][0]
    return isinstance(first.get("message"), dict) and first.get("finish_reason") in (
        "stop",
        "tool_calls",
        "function_call",
        None,
    )


def selected(runs: list[Run]) -> list[Asked]:
    """One answer for each prompt, model and way to think; the histories in later prompts are those of the answers that are kept."""
    first = prompts_of(runs)
    groups: dict[tuple, list[int]] = {}
    for number, one in enumerate(first):
        groups.setdefault((one.prompt.key, _model(one), one.reasons), []).append(number)
    best = {group: min(numbers, key=lambda number: (first[number].rank, number)) for group, numbers in groups.items()}
    by_key: dict[str, int] = {}
    for (key, *_), number in best.items():
        by_key.setdefault(key, number)
    second = prompts_of(runs, {number: first[by_key[one.prompt.key]] for number, one in enumerate(first)})
    return [second[number] for number in best.values()]  # in the order in which they were first met


# -- from exchanges to files ---------------------------------------------------------------------------------------------------
def compiled(
    live: list[Run], rehearsed: list[Run], scrubber: Scrubber, settings: dict[str, str], folder: Path, every: bool
):
    """The report with the files to write, scrubbed, and the findings that stop it."""
    report = Report()
    for run in live:
        _learn(run, scrubber, settings)
        run.sent = [(cell, one) for cell, one in run.sent if _of_project(one, settings)]
    now = {Path(name).with_suffix("").as_posix() for name in _files(folder)}
    names, me = _Names(rehearsed, now, scrubber.text), _identity(live)
    first_model: dict[str, str] = {}  # by prompt: its answer serves all models, those of others only theirs
    raw: dict[str, Exchange] = {}
    searched = Counter[str]()
    for one in selected(live):
        if turns.searches(turns.chosen(one.body, one.prompt)):
            searched[one.run.path.stem] += 1
            continue
        model = _model(one)
        source = source_of(one, model, settings, me)
        if model != first_model.setdefault(one.prompt.key, model):
            source["models"] = [model]
        if one.body != one.exchange.request_json:
            source["asked"] = one.body
        name = names.of(one, bool(source.get("models")))
        if name in now and (Exchange.load(folder / f"{name}.json").source or {}).get("alone"):
            source["alone"] = True  # what the twin says about when it may answer holds for this one too
        raw[name] = _rounded(replace(one.exchange, source=source))
    raw |= dict(_wanted_failures(live, rehearsed, settings, me, scrubber.text))
    report.refused += sorted(_left_out(live, rehearsed, scrubber))
    report.refused += [
        f"{lesson}: what was found in stored files or memories, as the mock searches there itself ({count} prompts)"
        for lesson, count in searched.items()
    ]
    for one in raw.values():  # once to learn what is met on the way, then to scrub
        scrubber.scrub(one)
    scrubber.findings.clear()
    for name, one in sorted(raw.items()):
        clean = scrubber.scrub(one, name)
        report.files[name] = clean
        (report.changed if name in now else report.new).append(name)
    if every:
        report.gone = sorted(
            name for name in now if name not in raw and not names.used(name) and f"/{FAILURES}/" not in f"/{name}"
        )
    return report, scrubber.findings


def _of_project(one: Exchange, settings: dict[str, str]) -> bool:
    """Whether a call went to the live project or its resource, under any of their host names."""
    host = urlsplit(one.url).netloc.lower()
    for name in ("FOUNDRY_PROJECT_ENDPOINT", "FOUNDRY_RESOURCE_ENDPOINT"):
        ours = urlsplit(settings.get(name, "")).netloc.lower()
        if ours and (
            host == ours or (re.fullmatch(re.escape(ours.partition(".")[0]) + AZURE, host) and re.search(AZURE, ours))
        ):
            return True
    return False


def _learn(run: Run, scrubber: Scrubber, settings: dict[str, str]) -> None:
    """Tell the scrubber what a lesson has met in the project."""
    for _, one in run.sent:
        if _of_project(one, settings):
            scrubber.learn_exchange(one)
            _learn_deployments(one, scrubber)


def _learn_deployments(one: Exchange, scrubber: Scrubber) -> None:
    listed = one.response_json
    for each in (
        (listed.get("value") or ()) if isinstance(listed, dict) and isinstance(listed.get("value"), list) else ()
    ):
        if isinstance(each, dict) and each.get("modelName") and each.get("name"):
            scrubber.learn_deployment(each["name"], each["modelName"])


def _model(one: Asked) -> str:
    return re.sub(r"-\d{4}-\d\d-\d\d$", "", str(one.answer.get("model") or ""))


def source_of(one: Asked, model: str, settings: dict[str, str], me: str) -> dict[str, Any]:
    """Where a recording comes from."""
    headers, api = one.exchange.response_headers, urlsplit(one.exchange.url).path
    version = re.search(r"\d{4}-\d\d-\d\d$", str(one.answer.get("model") or ""))
    source = {"kind": "recorded", "from": "a live project of Microsoft Foundry", "date": date.today().isoformat()}
    more = {
        "region": headers.get("x-ms-region", ""),
        "model": model,
        "version": version[0] if version else "",
        "api": api[api.find("/openai") :] if "/openai" in api else api,
        "sign_in": signed_in(one.exchange, settings, me),
    }
    return {**source, **{key: value for key, value in more.items() if value}}


def signed_in(one: Exchange, settings: dict[str, str], me: str) -> str:
    """How a request signed in, without what it signed in with: "none", "key", "token", "token for ...", and what is
    refused: "wrong key", "wrong token", "damaged token", "expired token", "token of another". ``me`` is the identity of the others."""
    key, authorization = one.request_headers.get("api-key"), one.request_headers.get("authorization", "")
    token = authorization.partition(" ")[2]
    real = settings.get("FOUNDRY_API_KEY")
    if key is not None:
        return "key" if real and key == real else "wrong key"
    if not authorization:
        return "none"
    if real and token == real:
        return "key as token"
    claims = _claims(one)
    if claims is None:
        return "wrong token"
    if one.status == 401 and float(claims.get("exp") or 0) < time.time():
        return "expired token"
    if me and claims.get("oid") != me:
        return "token of another"
    audience = str(claims.get("aud"))
    if one.status == 401 and audience.rstrip("/") == "https://ai.azure.com":
        return "damaged token"  # the right audience and identity, in time, and refused
    return "token" if audience.rstrip("/") == "https://ai.azure.com" else f"token for {audience}"


def _claims(one: Exchange) -> dict[str, Any] | None:
    try:
        return decode_token(one.request_headers.get("authorization", "").partition(" ")[2])["claims"]
    except ValueError:
        return None


def _identity(runs: list[Run]) -> str:
    """Who signed in most often and was let in."""
    tokens = (_claims(one) for run in runs for _, one in run.sent if one.status == 200)
    return next(iter(dict(Counter(claims.get("oid", "") for claims in tokens if claims).most_common(1))), "")


def _wanted_failures(
    live: list[Run], rehearsed: list[Run], settings: dict[str, str], me: str, shown: Callable[[str], str]
) -> Iterator[tuple[str, Exchange]]:
    """The failures that the lessons are there for, one of each kind."""
    seen, names = set(), set()
    for run, before in zip(live, rehearsed, strict=True):
        wanted = wanted_in(before)
        for cell, one in run.sent:
            status = one.status or 0
            if status < 400 or status not in wanted.get(cell, ()) or not is_service(one):
                continue
            if not one.response_body and "content-type" in one.response_headers:
                continue  # the lesson looked at the status only, and left the body unread
            sign_in = signed_in(one, settings, me)
            kind = (one.method, re.sub(r"[^/]*\d[^/]*", "x", urlsplit(one.url).path), status, sign_in, _code(one))
            if kind in seen:
                continue
            seen.add(kind)
            last = re.sub(r"[^/]*\d{3}[^/]*", "id", urlsplit(one.url).path.rpartition("/")[2])
            words = f"{status} {_code(one) or one.reason} {last} {sign_in}"
            source = {
                "kind": "recorded",
                "from": "a live project of Microsoft Foundry",
                "date": date.today().isoformat(),
                "sign_in": sign_in,
            }
            name = f"{run.folder}/{FAILURES}/{_slug(shown(words))}"
            count, unique = 1, name
            while unique in names:
                count += 1
                unique = f"{name}_{count}"
            names.add(unique)
            yield unique, _rounded(replace(one, source=source))


def _rounded(one: Exchange) -> Exchange:
    """Times to the millisecond: no clock of a network is better."""
    elapsed = None if one.elapsed is None else round(one.elapsed, 3)
    return replace(one, elapsed=elapsed, chunks=tuple((round(at, 3), chunk) for at, chunk in one.chunks))


def _code(one: Exchange) -> str:
    body = one.response_json
    error = body.get("error", body) if isinstance(body, dict) else {}
    return str(error.get("code") or "") if isinstance(error, dict) else ""


def _left_out(live: list[Run], rehearsed: list[Run], scrubber: Scrubber) -> Iterator[str]:
    """What was sent and is not kept, with the reason."""
    for run, before in zip(live, rehearsed, strict=True):
        wanted = wanted_in(before)
        failed = Counter()
        for cell, one in run.sent:
            status = one.status or 0
            if status >= 400 and status not in wanted.get(cell, ()) and is_service(one):
                failed[
                    f"{run.path.stem}: {one.method} {_route(one)} failed with {status} {scrubber.text(_code(one))}, which the lesson does not want".replace(
                        " ,", ","
                    )
                ] += 1
            elif is_prompt(one) and status == 0:
                failed[f"{run.path.stem}: {one.method} {_route(one)} got no answer"] += 1
            elif is_prompt(one) and status == 200 and one.chunks and whole(one) is None:
                failed[f"{run.path.stem}: a stream of {_route(one)} that was cut, or has no token counts"] += 1
        yield from (what if count == 1 else f"{what} ({count} times)" for what, count in failed.items())
        yield from (f"{run.path.stem}, {scrubber.text(problem)}" for problem in run.broken)


def _route(one: Exchange) -> str:
    path = urlsplit(one.url).path
    return re.sub(r"/api/projects/[^/]+", "/api/projects/...", path)


def _slug(words: str) -> str:
    return re.sub(r"_+", "_", re.sub(r"[^a-z0-9]+", "_", words.lower()))[:48].strip("_") or "prompt"


class _Names:
    """Names for files: that of the authored twin, which the rehearsal met in the same cell, or a new one after the question."""

    def __init__(self, rehearsed: list[Run], now: set[str], shown: Callable[[str], str]):
        self._now, self._shown, self._taken, self._met = now, shown, set(), set()
        self._twins: dict[tuple, list[str]] = {}
        for one in prompts_of(rehearsed):
            said = one.exchange.response_headers.get("x-offline-mock", "")
            name = said.partition("; ")[2]
            if name in now:
                self._met.add(name)
                told = self._twins.setdefault(self._where(one), [])
                if name not in told:
                    told.append(name)

    @staticmethod
    def _where(one: Asked) -> tuple:
        spoken = [message for message in one.prompt.messages if message.get("role") != "system"]
        return one.run.path.stem, one.cell, one.prompt.last_words, len(spoken), one.reasons

    def of(self, one: Asked, of_model: bool) -> str:
        for name in self._twins.get(self._where(one), ()):
            if name not in self._taken:
                self._taken.add(name)
                return name
        words = _slug(self._shown(f"{one.prompt.last_words[:44]} {_model(one) if of_model else ''}"))
        name, count = f"{one.run.folder}/{words}", 1
        while name in self._taken or name in self._met or name in self._now:
            count += 1
            name = f"{one.run.folder}/{words}_{count}"
        self._taken.add(name)
        return name

    def used(self, name: str) -> bool:
        return name in self._met


def _files(folder: Path) -> Iterator[str]:
    return (path.relative_to(folder).as_posix() for path in folder.rglob("*.json"))


def write(report: Report, scrubber: Scrubber, folder: Path = FOLDER) -> list[str]:
    """Put the files into the set, all or none; returns what stands in the way. A new set is made beside the old one, read as a
    stranger would, tried as the mock reads it, and put in its place by renaming."""
    new, old = recordings.beside(folder)
    shutil.rmtree(new, ignore_errors=True)
    try:
        shutil.copytree(folder, new)
        paths = []
        for name, exchange in report.files.items():
            path = new / f"{name}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            exchange.save(path)
            paths.append(path)
        problems = [str(finding) for finding in audit(paths, scrubber)]
        problems += _superseded(new, report.files)
        if problems:
            return problems
        shutil.rmtree(old, ignore_errors=True)
        folder.rename(old)
        new.rename(folder)  # between these two settle() would put the old set back
    finally:
        recordings.settle(folder)
        shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    return []


def _superseded(folder: Path, fresh: Iterable[str]) -> list[str]:
    """Take away authored files that answer a prompt which was recorded under another name; what else is wrong with the set."""
    fresh = set(fresh)
    for _ in range(1000):
        try:
            Recordings(folder)
            return []
        except ValueError as error:
            found = re.search(r"recording (\S+) already answers", str(error))
            second = Path(str(error).partition(": recording ")[0]) if found else None
            if not found or second is None:
                return [str(error).replace(str(folder), folder.name)]
            names = [found[1], second.relative_to(folder).with_suffix("").as_posix()]
            stale = next((name for name in names if name not in fresh), None)
            if stale is None:
                return [f"{names[0]} and {names[1]} answer the same prompt"]
            (folder / f"{stale}.json").unlink()
    return ["too many recordings answer the same prompt"]


def deployments_needed() -> set[str]:
    """The deployments of the demo resource that the lessons' code names, beside that of FOUNDRY_MODEL_NAME."""
    needed = set()
    for path in notebooks.paths():
        notebook = nbformat.read(path, 4)
        code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
        code += "\n".join(notebooks.solutions_of(notebook).values())
        needed |= {name for name in catalog.DEPLOYMENTS if re.search(rf"[\"']{re.escape(name)}[\"']", code)}
    return needed
