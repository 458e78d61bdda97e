"""Lesson 07: a stream, event by event, beside the text that it builds."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from helpers.display import html_pane, show_widget, text_table

SHOWN = 700  # characters of an event
PACE = 0.12  # seconds from event to event
TWIN_LINES = 30


def events_of(body: str) -> list[str]:
    """The events of a stream, in order: the pieces between empty lines, in text that was read as server-sent events."""
    return [event for event in body.replace("\r\n", "\n").split("\n\n") if event.strip()]


def data_of(event: str) -> Any:
    """The JSON of an event's data line; None for the closing ``[DONE]`` and for anything else that is not JSON."""
    lines = [line.removeprefix("data:").strip() for line in event.splitlines() if line.startswith("data:")]
    try:
        return json.loads("\n".join(lines))
    except ValueError:
        return None


def delta_of(event: str) -> str:
    """The piece of text that an event brings, in either of the two formats; "" for the others."""
    data = data_of(event)
    if not isinstance(data, dict):
        return ""
    if data.get("type") == "response.output_text.delta":
        piece = data.get("delta")
        return piece if isinstance(piece, str) else ""
    deltas = [choice.get("delta") for choice in _choices(data)]
    pieces = [delta.get("content") for delta in deltas if isinstance(delta, dict)]
    return "".join(piece for piece in pieces if isinstance(piece, str))


def _choices(data: dict) -> list[dict]:
    choices = data.get("choices")
    return [choice for choice in choices if isinstance(choice, dict)] if isinstance(choices, list) else []


def kind_of(event: str) -> str:
    """What an event is called: its type, or for chat completions what it carries."""
    data = data_of(event)
    if not isinstance(data, dict):
        if event.startswith(":"):
            return "comment"
        return "[DONE]" if event.strip() == "data: [DONE]" else "cut off"
    if "type" in data:
        return str(data["type"])
    choices = _choices(data)
    if not choices:
        return "usage" if data.get("usage") else "prompt filter results"
    return f"finish: {choices[0]['finish_reason']}" if choices[0].get("finish_reason") else "delta"


def _counted(kinds: Iterable[str]) -> list[tuple[str, str]]:
    rows: list[list] = []
    for kind in kinds:
        if rows and rows[-1][0] == kind:
            rows[-1][1] += 1
        else:
            rows.append([kind, 1])
    return [(kind, str(count)) for kind, count in rows]


def stream_player(body: str) -> None:
    """Show the events of a stream one by one, with a Play button and the number of the event, beside the text they have
    built so far. ``body`` is the whole stream as text."""
    import ipywidgets as widgets

    events = events_of(body)
    if not any(line.startswith(("data:", ":")) for event in events for line in event.splitlines()):
        raise ValueError("this text holds no server-sent events: pass the whole body of a stream")
    texts = [""]
    for event in events:
        texts.append(texts[-1] + delta_of(event))
    # a button and a field, not ipywidgets' Play and IntSlider: those have no names that a screen reader could say
    play = widgets.Button(description="Play", layout={"width": "6em"})
    number = widgets.BoundedIntText(1, min=1, max=len(events), description="event", layout={"width": "11em"})
    kind = widgets.Label()
    wire, text = (widgets.HTML(layout={"width": "49%"}) for _ in range(2))
    playing: asyncio.Future | None = None

    def look(change=None):
        event = events[number.value - 1]
        kind.value = f"of {len(events)}: {kind_of(event)}"
        wire.value = html_pane("on the wire", event if len(event) <= SHOWN else event[: SHOWN - 3] + "...")
        text.value = html_pane("the text so far", texts[number.value])

    async def advance():
        while number.value < len(events):
            await asyncio.sleep(PACE)
            number.value += 1

    def ended(task):
        play.description = "Play"

    def play_or_pause(button):
        nonlocal playing
        if playing and not playing.done():
            playing.cancel()
            return
        if number.value == len(events):
            number.value = 1
        play.description = "Pause"
        playing = asyncio.ensure_future(advance())
        playing.add_done_callback(ended)

    number.observe(look, "value")
    play.on_click(play_or_pause)
    look()
    rows = _counted(map(kind_of, events))
    if len(rows) > TWIN_LINES:
        rows = [*rows[:TWIN_LINES], ("(and more)", str(sum(int(count) for _, count in rows[TWIN_LINES:])))]
    built = " ".join(texts[-1].split())
    show_widget(
        widgets.VBox([widgets.HBox([play, number, kind]), widgets.HBox([wire, text])]),
        f"{text_table(rows, ('event', 'count'))}\n\nThe text they build: {built[:SHOWN]}",
    )
