"""Lesson 14: what a number of calls cost, model by model, and what the same would cost in a month."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from helpers.display import html_table, show_widget, text_table
from helpers.exchange import Exchange

DAYS = 30  # of a month
HEADER = ("model", "calls", "input", "cached", "output", "dollars")


@dataclass
class Line:
    """The calls of one model: how many, and their tokens. ``cached`` is a part of ``sent``."""

    calls: int = 0
    sent: int = 0
    cached: int = 0
    received: int = 0


def lines_of(exchanges: Iterable[Exchange]) -> dict[str, Line]:
    """A line for each model that has answered, in order. Exchanges without usage, such as refusals, cost nothing and count
    for nothing. Both APIs are understood."""
    lines: dict[str, Line] = {}
    for exchange in exchanges:
        data = exchange.response_json
        usage = data.get("usage") if isinstance(data, dict) else None
        if not isinstance(usage, dict):
            continue
        line = lines.setdefault(str(data.get("model")), Line())
        details = usage.get("input_tokens_details") or usage.get("prompt_tokens_details") or {}
        line.calls += 1
        line.sent += usage.get("input_tokens", usage.get("prompt_tokens", 0))
        line.cached += details.get("cached_tokens") or 0
        line.received += usage.get("output_tokens", usage.get("completion_tokens", 0))
    return lines


def dollars(line: Line, price: dict[str, float]) -> float:
    """What a line costs; ``price`` is in dollars per million tokens: ``input``, ``output`` and, if it is another, ``cached``."""
    cached = price.get("cached", price["input"])
    total = (line.sent - line.cached) * price["input"] + line.cached * cached + line.received * price["output"]
    return total / 1_000_000


def _rows(lines: dict[str, Line], prices: dict[str, dict[str, float]]) -> list[tuple]:
    rows = []
    for model, line in lines.items():
        price = _price_of(model, prices)
        cost = f"{dollars(line, price):.6f}" if price else "no price given"
        rows.append((model, line.calls, line.sent, line.cached, line.received, cost))
    return rows


def _price_of(model: str, prices: dict[str, dict[str, float]]) -> dict[str, float] | None:
    """The price under the model's name, which may carry a date in the answer: the longest name that it begins with."""
    names = [name for name in prices if model == name or model.startswith(f"{name}-2")]
    return prices[max(names, key=len)] if names else None


def _month(lines: dict[str, Line], prices: dict[str, dict[str, float]], calls: int) -> str:
    known = [(line, price) for model, line in lines.items() if (price := _price_of(model, prices))]
    count = sum(line.calls for line, _ in known)
    if not count:
        return "No call here has a price."
    each = sum(dollars(line, price) for line, price in known) / count
    return f"{calls:,} calls a day like these: {each * calls * DAYS:,.2f} dollars in {DAYS} days"


def cost_ledger(exchanges: Iterable[Exchange], prices: dict[str, dict[str, Any]], calls: int = 10_000) -> None:
    """Show what the exchanges of a wiretap cost by model, and a field for the number of calls a day. ``prices`` are in dollars
    per million tokens, by model: ``{"gpt-5.4-mini": {"input": 0.75, "cached": 0.08, "output": 4.50}}``."""
    import ipywidgets as widgets

    lines = lines_of(exchanges)
    rows = _rows(lines, prices) or [("no call", 0, 0, 0, 0, "0")]
    count = widgets.BoundedIntText(calls, min=1, max=100_000_000, step=1000, description="calls a day")
    table, month = widgets.HTML(html_table(rows, HEADER)), widgets.HTML()

    def look(change=None):
        month.value = f"<p>{escape(_month(lines, prices, count.value))}</p>"

    count.observe(look, "value")
    look()
    twin = f"{text_table(rows, HEADER)}\n\n{_month(lines, prices, calls)}"
    show_widget(widgets.VBox([table, count, month]), twin)
