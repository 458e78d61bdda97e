"""Lesson 05: what do you want to do, and how do you sign in? Then this is the URL, the api-version and the header."""

from helpers.display import html_table, show_widget, text_table
from helpers.endpoints import SHAPES

KEY, TOKEN = "an API key", "an Entra ID token"
WISHES = {
    "send a prompt, inside a project": "project, OpenAI route",
    "send a prompt, new code without a project": "resource, v1 responses",
    "send messages, as older code does": "resource, v1 chat completions",
    "keep code that names the deployment in the URL": "model endpoint",
    "turn text into vectors (embeddings)": "resource, v1 embeddings",
    "list deployments and connections, or work with agents": "project, management route",
}


def choose(wish: str, sign_in: str) -> list[tuple[str, str]]:
    """What to call for one of WISHES, signed in with KEY or TOKEN: rows of (what, text)."""
    shape = SHAPES[WISHES[wish]]
    url = f"https://<resource>.services.ai.azure.com{shape.path}".replace("{", "<").replace("}", ">")
    if sign_in == KEY and not shape.key:
        return [("endpoint", url), ("sign-in", "no key opens this route: sign in with a token")]
    header = "api-key: <key>" if sign_in == KEY else "Authorization: Bearer <token>"
    rows = [
        ("endpoint", url),
        ("api-version", f"required: ?api-version={shape.version}" if shape.version else "none: one is refused"),
        ("header", header),
    ]
    if sign_in == TOKEN:
        rows.append(("scope", shape.scope))
    return [*rows, ("good to know", shape.note)]


def endpoint_chooser() -> None:
    """Show two questions and what to call for the answers."""
    import ipywidgets as widgets

    style = {"description_width": "8em"}
    wish = widgets.Dropdown(options=list(WISHES), description="I want to", style=style, layout={"width": "36em"})
    sign_in = widgets.RadioButtons(options=[TOKEN, KEY], description="I sign in with", style=style)
    pane = widgets.HTML()

    def look(change=None):
        pane.value = html_table(choose(wish.value, sign_in.value))

    wish.observe(look, "value")
    sign_in.observe(look, "value")
    look()
    rows = []
    for name in WISHES:
        shape = SHAPES[WISHES[name]]
        rows.append((name, shape.path, shape.version or "none", "yes" if shape.key else "no"))
    show_widget(widgets.VBox([wish, sign_in, pane]), text_table(rows, ("I want to", "path", "api-version", "key?")))
