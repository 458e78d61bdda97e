"""check(): answers an exercise's answer. It never raises, and says one of three things: not done yet, what is wrong, or
well done. The same state always gets the same words.

The checks of lesson NN are in lesson_NN.py. Where they can, they look at the request that was sent, not at the model's
prose, so they hold for the offline mock and for a live project alike.
"""

import contextlib
import json
import os
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any

TODO, WRONG, DONE = "✏️", "❌", "✅"
TODO_TEXT = "{} is not done yet: replace the `...` in the cell above, run it, then run this cell."

# id -> the function that returns None when the answer is right, a sentence that says what is wrong, or ... while the answer
# is a function that is not written yet
_checks: dict[str, Callable[..., Any]] = {}


class Verdict:
    """One line: a mark, the exercise, and what there is to say. Rich and plain alike."""

    def __init__(self, mark: str, text: str):
        self.mark, self.text = mark, text

    def __repr__(self) -> str:
        return f"{self.mark} {self.text}"

    def _repr_markdown_(self) -> str:
        return repr(self)


class Unreadable(Exception):
    """An answer of another kind than the exercise asks for. The message says what to store instead."""


def exercise(number: str):
    """Decorator: this function checks exercise ``number``, such as "02.1"."""

    def register(check_answer: Callable[..., Any]):
        _checks[number] = check_answer
        return check_answer

    return register


def exercises_of(lesson: str) -> list[str]:
    """The numbers of a lesson's exercises, in order; empty for a lesson without any."""
    try:
        import_module(f"helpers.exercises.lesson_{lesson}")
    except ModuleNotFoundError:
        return []
    return sorted(number for number in _checks if number.startswith(f"{lesson}."))


def check(number: str, *answer: Any) -> Verdict:
    """Say how exercise ``number`` stands with this answer. Never raises. Whoever has joined a class also tells it the number and
    whether it is done, once they have tried, and unless they have joined in private."""
    verdict = _verdict(number, answer)
    tried = verdict.mark != TODO and isinstance(number, str) and number in _checks
    if tried and os.environ.get("FOUNDRY_CLASS_PROGRESS") == "yes":
        told = threading.Thread(target=_tell, args=(number, verdict.mark == DONE), daemon=True)
        with contextlib.suppress(RuntimeError):  # no thread to be had
            told.start()  # nobody waits for it
    return verdict


def _tell(number: str, done: bool) -> None:
    """Tell the class how an exercise stands. Not by requests, where a lesson's wiretap() would see it; a class that does not
    answer is no news here."""
    import ssl
    from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

    body = json.dumps({"exercise": number, "done": done}).encode()
    headers = {"x-mock-control-key": os.environ.get("FOUNDRY_MOCK_CONTROL_KEY", ""), "content-type": "application/json"}
    with contextlib.suppress(Exception):
        url = f"{os.environ['FOUNDRY_RESOURCE_ENDPOINT']}/_mock/progress"
        context = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
        opener = build_opener(ProxyHandler({}), HTTPSHandler(context=context))
        opener.open(Request(url, body, headers), timeout=5).close()


def _verdict(number: str, answer: tuple) -> Verdict:
    try:
        known = exercises_of(str(number).partition(".")[0])
        if number not in known:
            listed = f"this lesson has {', '.join(known)}" if known else "there is no such lesson"
            return Verdict(WRONG, f"{number} is not an exercise: {listed}.")
        if not answer or any(_unfinished(value) for value in answer):
            return Verdict(TODO, TODO_TEXT.format(number))
        problem = _checks[number](*answer)
        if problem is ...:
            return Verdict(TODO, TODO_TEXT.format(number))
    except Unreadable as error:
        problem = str(error)
    except (Exception, SystemExit) as error:
        problem = f"this answer cannot be read ({_described(error)})."
    return Verdict(WRONG, f"{number}: {problem}") if problem else Verdict(DONE, f"{number}: well done.")


def _described(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {str(error)[:120]}"
    except Exception:  # an error of the learner's own making, which cannot even be printed
        return type(error).__name__


def _unfinished(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_unfinished(part) for part in [*value.keys(), *value.values()])
    if isinstance(value, list | tuple | set):
        return any(_unfinished(part) for part in value)
    return value is ...
