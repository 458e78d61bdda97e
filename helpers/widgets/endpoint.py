"""Lesson 01: take an endpoint URL apart, and build one from its parts."""

from html import escape, unescape

from helpers.display import html_table, show_widget, text_table
from helpers.endpoints import HOSTS, SHAPES, Endpoint, build, take_apart
from helpers.redaction import redact_text, redact_url

HEADER = ("part", "text", "meaning")
WIDE = {"width": "95%"}


def _verdict(endpoint: Endpoint) -> str:
    if endpoint.problems:
        return " ".join(endpoint.problems)
    return f"Kind: {endpoint.kind} ({SHAPES[endpoint.kind].note})." if endpoint.kind else "A base URL for an SDK."


def endpoint_explorer(url: str) -> None:
    """Show a field that takes any endpoint URL apart and says what is wrong with it, and a form that builds one."""
    import ipywidgets as widgets

    style = {"description_width": "6em"}
    field = widgets.Text(url, description="URL", style=style, layout=WIDE)
    parts, verdict = widgets.HTML(), widgets.HTML()

    def look(change=None):
        endpoint = take_apart(field.value)
        parts.value = html_table(endpoint.parts(), HEADER) if endpoint.parts() else ""
        verdict.value = escape(_verdict(endpoint))  # HTML wraps, where a Label is cut

    field.observe(look, "value")
    look()

    first = take_apart(url)
    kind = widgets.Dropdown(options=list(SHAPES), description="kind", style=style)
    host = widgets.Dropdown(options=list(HOSTS), description="host", style=style)
    names = {
        "resource": first.resource or "my-resource",
        "project": first.project or "my-project",
        "deployment": first.deployment or "gpt-4.1-mini",
    }
    inputs = {name: widgets.Text(text, description=name, style=style) for name, text in names.items()}
    built = widgets.HTML(layout={"flex": "1"})
    use = widgets.Button(description="Take it apart", disabled=True)

    def put_together(change=None):
        try:
            new = build(kind.value, host=host.value, **{name: one.value for name, one in inputs.items()})
            use.disabled = False
        except ValueError as error:
            new = f"Not yet: {error}."
            use.disabled = True
        built.value = escape(new)

    def copy(button):
        field.value = unescape(built.value)

    for one in (kind, host, *inputs.values()):
        one.observe(put_together, "value")
    use.on_click(copy)
    kind.value = "model endpoint"
    put_together()
    show_widget(
        widgets.VBox(
            [
                widgets.HTML("<b>Take one apart</b>"),
                field,
                verdict,
                parts,
                widgets.HTML("<b>Build one</b>"),
                widgets.HBox([kind, host]),
                widgets.HBox(list(inputs.values())),
                widgets.HBox([use, built]),
            ]
        ),
        redact_text(f"{redact_url(url)}\n\n{text_table(first.parts(), HEADER)}\n\n{_verdict(first)}"),
    )
