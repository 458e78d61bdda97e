"""Lesson 04: what a token says, claim by claim. The token itself is never shown.

Sources: Microsoft's page on access-token claims, RFC 7519 section 4.1.
"""

import time

from helpers.auth import decode_token
from helpers.display import show_widget, text_table

MEANINGS = {
    "aud": "audience: who this token is for. A service that is not named here answers 401.",
    "iss": "issuer: who made the token, with the tenant in the address.",
    "iat": "issued at: when it was made.",
    "nbf": "not before: it counts from this time on.",
    "exp": "expires: from this time on every door answers 401.",
    "appid": "application: which program asked for it.",
    "azp": "authorized party: which program asked for it (tokens of version 2.0).",
    "idtyp": "kind of identity: app for a program, user for a person.",
    "oid": "object id: the person or program itself, the principal that roles are given to.",
    "sub": "subject: whom the token speaks for, seen from this audience.",
    "tid": "tenant: the Entra directory that the identity lives in.",
    "roles": "roles that the token carries. For Foundry, Azure looks the role assignments up by oid instead.",
    "scp": "scopes: what a person has allowed the program to do.",
    "upn": "user principal name: the person's sign-in name.",
    "ver": "version of the token's format.",
}
TIMES = ("iat", "nbf", "exp")


def claims_of(token: str) -> list[tuple[str, str, str]]:
    """(claim, value, meaning) for each claim. Times are written as UTC. Raises ValueError when the text is no token."""
    claims = decode_token(token)["claims"]
    return [(name, _text(name, value), MEANINGS.get(name, "not explained here")) for name, value in claims.items()]


def time_left(token: str, now: float) -> str:
    """How long a token still counts at ``now``, in seconds since 1970, as a sentence."""
    expires = decode_token(token)["claims"].get("exp")
    if not isinstance(expires, int | float) or not abs(expires) < 1e12:
        return "It does not say when it expires."
    minutes, seconds = divmod(abs(round(expires - now)), 60)
    return f"{'It expires in' if expires > now else 'It expired'} {minutes} min {seconds} s{'' if expires > now else ' ago'}."


def _text(name: str, value) -> str:
    if name in TIMES and isinstance(value, int | float):
        try:
            return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(value))
        except (OverflowError, OSError, ValueError):  # no calendar reaches that far
            return str(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def token_viewer(token: str) -> None:
    """Show the claims of a token one by one, and the time left. Another token can be pasted; it stays hidden."""
    import ipywidgets as widgets

    decode_token(token)  # a text that is no token is told now, in one sentence
    field = widgets.Password(placeholder="paste another token", description="token", layout={"width": "95%"})
    chosen = widgets.Select(options=[], rows=10, description="claim", layout={"width": "16em"})
    value, meaning, left = widgets.Label(), widgets.Label(), widgets.Label()
    again = widgets.Button(description="Time left")
    shown = {"token": token}

    def tick(button=None):
        left.value = time_left(shown["token"], time.time())

    def explain(change=None):
        row = next((row for row in claims_of(shown["token"]) if row[0] == chosen.value), None)
        value.value, meaning.value = row[1:] if row else ("", "")

    def look(change=None):
        shown["token"] = field.value.strip() or token
        problem = ""
        try:
            names = [row[0] for row in claims_of(shown["token"])]
        except ValueError as error:
            shown["token"], problem = token, f"That is {error}."
            names = [row[0] for row in claims_of(token)]
        chosen.options = names
        chosen.index = 0 if names else None
        explain()
        tick()
        left.value = problem or left.value

    chosen.observe(explain, "value")
    field.observe(look, "value")
    again.on_click(tick)
    look()
    claims = decode_token(token)["claims"]
    names = [(name, MEANINGS.get(name, "not explained here")) for name in claims]
    times = [claims.get(name) for name in ("iat", "exp")]
    known = all(isinstance(one, int | float) and abs(one) < 1e12 for one in times)
    lifetime = f"It lives for {round((times[1] - times[0]) / 60)} minutes." if known else ""
    show_widget(
        widgets.VBox([field, widgets.HBox([chosen, widgets.VBox([value, meaning])]), widgets.HBox([again, left])]),
        f"{text_table(names, ('claim', 'meaning'))}\n\n{lifetime}".strip(),
    )
