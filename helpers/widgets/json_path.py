"""Lesson 03: walk through JSON by clicking or typing, and read the Python that does it."""

import json
import re
from typing import Any

from helpers.display import html_pane, show_widget
from helpers.redaction import redact_value

Steps = tuple[str | int, ...]
STEP = re.compile(r"""\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|\['(.*?)'\]|([^.\[\]/"']+)""", re.ASCII)
SHOWN = 600  # characters of a value
TWIN_LINES = 30


def steps_of(path: str) -> Steps:
    """The steps of a path such as ``output[0].content`` or ``output/0/content`` or ``["output"][0]``."""
    steps: list[str | int] = []
    for found in STEP.finditer(path):
        number, quoted, single, plain = found.groups()
        if quoted is not None:
            steps.append(_unquoted(quoted))
        elif single is not None:
            steps.append(single)
        else:
            text = number or plain.strip()
            steps.append(int(text) if re.fullmatch(r"[0-9]{1,9}", text) else text)
    return tuple(steps)


def _unquoted(text: str) -> str:
    try:
        return json.loads(text)
    except ValueError:  # typed by hand, with an escape that JSON does not have
        return text[1:-1]


def expression(steps: Steps, name: str = "data") -> str:
    """The Python expression that walks these steps."""
    return name + "".join(f"[{json.dumps(step, ensure_ascii=False)}]" for step in steps)


def walk(data: Any, steps: Steps) -> Any:
    """The value at the end of the steps. Raises LookupError that says where the way ends and what there is instead."""
    for at, step in enumerate(steps):
        here = expression(steps[:at]).removeprefix("data") or "the top"
        if isinstance(data, dict):
            if step not in data:
                raise LookupError(f"{here} has no key {step!r}; it has {', '.join(map(repr, data)) or 'none at all'}")
        elif isinstance(data, list):
            if not isinstance(step, int):
                raise LookupError(f"{here} is a list: the next step is a number, not {step!r}")
            if step >= len(data):
                count = f"{len(data)} item" + ("" if len(data) == 1 else "s")
                raise LookupError(f"{here} is a list of {count}: there is no [{step}]")
        else:
            raise LookupError(f"{here} is {_kind(data)}: the way ends there")
        data = data[step]
    return data


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return f"an object with {len(value)} key{'' if len(value) == 1 else 's'}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return {str: "a text", bool: "true or false", int: "a number", float: "a number"}.get(type(value), "null")


def _shown(value: Any) -> str:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."


def _children(value: Any) -> list[tuple[str, str | int]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(f"{step}: {_kind(child)}", step) for step, child in pairs]


def json_explorer(data: Any, path: str = "", name: str = "data") -> None:
    """Show a field for a path into ``data``, buttons to go up and down, and the Python expression that does the same."""
    import ipywidgets as widgets

    data = redact_value(data)
    field = widgets.Text(path, description="path", layout={"width": "95%"})
    code, value = widgets.Label(), widgets.HTML(layout={"width": "58%"})
    inside = widgets.Select(options=[], rows=10, layout={"width": "38%"}, description="inside", value=None)
    up = widgets.Button(description="Up", tooltip="one step back")
    down = widgets.Button(description="Down", tooltip="into the chosen entry")

    def look(change=None):
        steps = steps_of(field.value)
        try:
            found = walk(data, steps)
        except LookupError as error:
            code.value, value.value, inside.options = f"{error.args[0]}.", "", ()
            up.disabled, down.disabled = not steps, True
            return
        code.value, value.value = expression(steps, name), html_pane(_kind(found), _shown(found))
        inside.options = _children(found)
        inside.index = 0 if inside.options else None
        up.disabled, down.disabled = not steps, not inside.options

    def go(button):
        steps = steps_of(field.value)
        steps = steps[:-1] if button is up else (*steps, inside.value)
        field.value = expression(steps, "")

    field.observe(look, "value")
    up.on_click(go)
    down.on_click(go)
    look()
    try:
        found = walk(data, steps_of(path))
        static = [f"{expression(steps_of(path), name)} is {_kind(found)}:"]
        static += [f"  {label}" for label, _ in _children(found)] or [
            f"  {line}" for line in _shown(found).splitlines()
        ]
    except LookupError as error:
        static = [f"{error.args[0]}."]
    if len(static) > TWIN_LINES:
        static = [*static[:TWIN_LINES], f"  (and {len(static) - TWIN_LINES} more)"]
    show_widget(widgets.VBox([field, code, widgets.HBox([up, down]), widgets.HBox([inside, value])]), "\n".join(static))
