"""Lesson 12: the items of a response one by one, in words and as JSON, and what its text cites."""

import json
from typing import Any

from helpers.display import html_pane, json_value, show_widget
from helpers.redaction import redact_value

SHOWN = 1500  # characters of an item
TWIN_LINES = 38


def items_of(response: Any) -> list[dict[str, Any]]:
    """The output items of a Responses answer: a dict, a ``requests.Response``, an Exchange or an SDK object. Raises ValueError
    for anything that has none."""
    data = json_value(response)
    output = data.get("output") if isinstance(data, dict) else None
    if not isinstance(output, list):
        raise ValueError("this has no output items: pass a response of the Responses API")
    return [item for item in redact_value(output) if isinstance(item, dict)]


def title_of(item: dict[str, Any]) -> str:
    """The type of an item, and its status where it has one."""
    status = f", {item['status']}" if item.get("status") else ""
    return f"{item.get('type', 'an item without a type')}{status}"


def citations_of(item: dict[str, Any]) -> list[str]:
    """The sources that the text of a message names, in order: what kind, which file or page, and where in the text."""
    found = []
    for part in item.get("content") or ():
        for note in part.get("annotations") or () if isinstance(part, dict) else ():
            source = " ".join(str(note[name]) for name in ("filename", "title", "url") if note.get(name))
            if "end_index" in note:
                place = f"characters {note.get('start_index')} to {note['end_index']}"
            else:
                place = f"behind character {note.get('index')}"
            found.append(f"{note.get('type')}: {source}, {place}")
    return found


def words_of(item: dict[str, Any]) -> str:
    """What an item says to a person: the text of a message and its sources, or what a tool was given and gave back."""
    if item.get("type") == "message":
        texts = [
            str(part.get("text") or part.get("refusal") or "")
            for part in item.get("content") or ()
            if isinstance(part, dict)
        ]
        sources = [f"[{number}] {one}" for number, one in enumerate(citations_of(item), 1)]
        return "\n".join([*texts, "", *(sources or ["It cites nothing."])])
    action = item.get("action") or {}
    lines = [
        f"{name}: {_short(action[name])}" for name in ("query", "url") if isinstance(action, dict) and action.get(name)
    ]
    for name in ("queries", "server_label", "name", "arguments", "code", "output", "error"):
        if item.get(name):
            lines.append(f"{name}: {_short(item[name])}")
    lines += [f"offers: {tool.get('name')}" for tool in item.get("tools") or () if isinstance(tool, dict)]
    lines += [f"printed: {one['logs']}".rstrip() for one in item.get("outputs") or () if one.get("logs")]
    lines += [f"found: {one.get('filename')}: {_short(one.get('text'))}" for one in item.get("results") or ()]
    return "\n".join(lines) or "It says nothing in words."


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."


def response_viewer(response: Any) -> None:
    """Show the items of a response to choose from, and beside them what the chosen one says, in words and on the wire."""
    import ipywidgets as widgets

    items = items_of(response)
    names = [f"{number}. {title_of(item)}" for number, item in enumerate(items, 1)]
    choice = widgets.Select(
        options=[(name, at) for at, name in enumerate(names)], rows=max(3, min(8, len(items))), description="item",
        layout={"width": "70%"},
    )  # fmt: skip
    words, wire = (widgets.HTML(layout={"width": "49%"}) for _ in range(2))

    def look(change=None):
        item = items[choice.value] if choice.value is not None else {}
        words.value = html_pane("in words", words_of(item))
        wire.value = html_pane("on the wire", _short(json.dumps(item, indent=1, ensure_ascii=False)))

    choice.observe(look, "value")
    look()
    twin = [
        line
        for name, item in zip(names, items, strict=True)
        for line in (name, *(f"   {line}" for line in words_of(item).splitlines() if line))
    ] or ["This response has no items."]
    if len(twin) > TWIN_LINES:
        twin = [*twin[:TWIN_LINES], f"(and {len(twin) - TWIN_LINES} lines more)"]
    show_widget(widgets.VBox([choice, widgets.HBox([words, wire])]), "\n".join(twin))
