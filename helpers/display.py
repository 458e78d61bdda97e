"""Looking at HTTP and JSON: rich in JupyterLab, plain text everywhere else. Secrets are hidden by default, and no colors
are set, so that light and dark themes both work."""

import base64
import io
import json
from html import escape
from typing import Any

from helpers.exchange import Exchange
from helpers.redaction import redact_text, redact_value


def show_json(data: Any, root: str = "response", expanded: bool = False) -> None:
    """Show JSON as a tree in JupyterLab and as indented text elsewhere.

    ``data`` is a dict or list, a ``requests.Response``, an SDK object, or JSON text. ``root`` names the tree;
    ``expanded`` opens all of it. Raises TypeError, with what to pass, for anything that is not JSON.
    """
    from IPython.display import display

    try:
        value = redact_value(json_value(data))
        bundle = {"text/plain": json.dumps(value, indent=2, ensure_ascii=False)}
    except RecursionError:
        raise TypeError("show_json shows what a person can read, and this is nested too deeply for that") from None
    if isinstance(value, dict | list):  # JupyterLab's tree draws nothing else
        bundle["application/json"] = value
    display(bundle, metadata={"application/json": {"root": root, "expanded": expanded}}, raw=True)


def show_exchange(exchange: Any) -> None:
    """Show a request and its response: start lines, headers, bodies.

    ``exchange`` is an Exchange or a ``requests.Response``. Raises TypeError, with what to pass, for anything else.
    """
    from IPython.display import display

    shown = exchange if isinstance(exchange, Exchange) else Exchange.from_requests(exchange)
    display(shown._repr_mimebundle_(), raw=True)


def show_widget(widget: Any, static: str) -> None:
    """Show an ipywidget where there is a kernel, and ``static`` where there is none: on GitHub, on paper, in a stored
    notebook. ``static`` is plain text that says what the widget shows when it opens."""
    from IPython.display import display

    view = widget._repr_mimebundle_()
    view = view[0] if isinstance(view, tuple) else view
    display({**view, "text/plain": static, "text/html": f"<pre>{escape(static)}</pre>"}, raw=True)


def show_figure(figure: Any, description: str) -> None:
    """Show a matplotlib figure as a picture with a description, which screen readers and text-only readers get. It is sent
    as HTML, because JupyterLab gives no description to a picture that is sent as one."""
    from IPython.display import display
    from matplotlib import pyplot
    from PIL import Image  # matplotlib brings it

    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=110, bbox_inches="tight")
    pyplot.close(figure)  # otherwise the inline backend shows it once more
    Image.open(drawn).convert("RGB").quantize(32).save(small, "PNG", optimize=True)  # a third of the size in a notebook
    picture = base64.b64encode(small.getvalue()).decode()
    html = f'<img alt="{escape(description)}" src="data:image/png;base64,{picture}">'
    display({"text/html": html, "text/plain": description}, raw=True)


def html_table(rows: list[tuple], header: tuple = ()) -> str:
    """Rows as an HTML table: in each the first cell is its heading. Cells are plain text."""
    left = "text-align:left;padding:0.2em 1.5em 0.2em 0;overflow-wrap:anywhere"
    head = "".join(f'<th scope="col" style="{left}">{escape(str(name))}</th>' for name in header)
    lines = [f"<thead><tr>{head}</tr></thead>"] if header else []
    for first, *rest in rows:
        cells = "".join(f'<td style="{left}">{escape(str(one))}</td>' for one in rest)
        heading = f'<th scope="row" style="{left};white-space:nowrap">{escape(str(first))}</th>'
        lines.append(f"<tr>{heading}{cells}</tr>")
    return f"<table>{''.join(lines)}</table>"


def html_pane(title: str, text: str) -> str:
    """A title and, below it, preformatted text that wraps, for a widget's pane of constant height."""
    wrapped = "margin:0;white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.4"
    return (
        f'<strong>{escape(title)}</strong><div style="height:13em;overflow:auto" tabindex="0">'
        f'<pre style="{wrapped}">{escape(text)}</pre></div>'
    )


def text_table(rows: list[tuple], header: tuple = ()) -> str:
    """The same rows as aligned plain text."""
    lines = [tuple(str(cell) for cell in row) for row in ([header] if header else []) + rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))] if lines else []
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def json_value(data: Any) -> Any:
    """JSON of what can be looked at: a dict or list, a response, an Exchange, an SDK object, or text, which stays text when it
    is no JSON. Raises TypeError for anything else."""
    if isinstance(data, Exchange):
        data = data.response_body
    elif hasattr(data, "model_dump"):  # pydantic: the objects of the openai SDK
        return data.model_dump(mode="json")
    elif hasattr(data, "as_dict"):  # the objects of the azure SDKs
        return data.as_dict()
    elif hasattr(data, "content") and hasattr(data, "status_code"):
        data = data.content
    if not isinstance(data, str | bytes):
        try:
            return json.loads(json.dumps(data))
        except TypeError as error:
            kind = type(data).__name__  # not the value: it may be, or hold, a key
            raise TypeError(f"show_json shows dicts, lists, responses and SDK objects, not {kind}") from error
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
        return redact_text(text)
