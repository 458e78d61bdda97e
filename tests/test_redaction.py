"""What is hidden and what stays: a table of secrets that must go, and one of harmless texts of the field that must stay."""

import json
import time

import pytest

from helpers import redaction
from helpers.exchange import Exchange, Headers
from tests import redaction_table
from tests.lessons import texts
from tests.redaction_table import HARMLESS, SECRETS, secret_pieces

PIECE = 8  # characters: a shorter piece of a secret that is spread over a stream tells nothing


def hidden(where: str, text: str) -> str:
    """The text as it would be shown, where it stands."""
    if where == "header":
        name, _, value = text.partition(": ")
        return f"{name}: {redaction.redact_header(name, value)}"
    if where == "url":
        return redaction.redact_url(text)
    if where in ("text", "curl", "python", "env", "yaml", "xml"):
        return redaction.redact_text(text)
    kind = {"json": "application/json", "form": "application/x-www-form-urlencoded"}.get(where, "")
    return redaction.redact_body(text.encode(), kind).decode()


@pytest.mark.parametrize("row", range(len(SECRETS)), ids=lambda row: f"{SECRETS[row][0]}-{row}")
def test_a_secret_goes(row):
    where, text, secret = SECRETS[row]
    pieces = [piece for piece in secret_pieces(text, secret) if len(piece) >= PIECE] if where == "sse" else [secret]
    shown = hidden(where, text)
    assert not [piece for piece in pieces if piece in shown]


@pytest.mark.parametrize("row", range(len(HARMLESS)), ids=lambda row: f"{HARMLESS[row][0]}-{row}")
def test_a_harmless_text_stays_as_it_is(row):
    where, text = HARMLESS[row]
    assert hidden(where, text) == text


def test_the_tables_are_long_and_hold_no_row_twice():
    assert len({text for _, text, _ in SECRETS}) >= 120
    assert len({text for _, text in HARMLESS}) >= 120
    assert redaction_table.check() in (None, [], 0)


def test_the_gate_finds_what_the_product_hides():
    """One table of shapes serves both: what a lesson's output may not show is what show_exchange() would hide."""
    for where, text, secret in SECRETS:
        if where in ("text", "curl", "python", "env") and len(secret) >= 16:
            assert list(texts.secrets_in(text)), text[:40]


@pytest.mark.parametrize(
    "unit", ["a", "key=", "sig=", "://a:", "password: 'a", "eyJ.", "Bearer ", '"', "<password>", "{", "\r\n", "A_KEY="]
)
def test_the_search_takes_no_more_than_its_share_of_a_longer_text(unit):
    def took(size: int) -> float:
        text = (unit * (size // len(unit) + 1))[:size]
        start = time.thread_time()  # of this thread alone, whatever else the machine does
        redaction.redact_text(text)
        redaction.redact_body(b"data: " + text.encode())
        return time.thread_time() - start

    took(3_000)
    short = min(took(4_000) for _ in range(3))
    longer = (took(32_000) / short for _ in range(3))  # the first that is quick enough is proof
    assert any(ratio < 40 for ratio in longer), (
        "eight times the text takes more than 40 times as long, so it is looked at again and again"
    )


# -- where names are no secrets, as a lesson shows it ------------------------------------------------------------------------
def test_a_schema_with_a_field_named_key_keeps_its_definition():
    schema = {"type": "object", "properties": {"key": {"type": "string"}, "token": {"type": "string", "enum": ["a"]}}}
    body = json.dumps({"tools": [{"type": "function", "name": "look_up", "parameters": schema}]}).encode()
    shown = Exchange("POST", "https://x/", Headers({"Content-Type": "application/json"}), body)
    assert json.loads(shown.redacted().request_body) == json.loads(body)
    assert '"key"' in shown.as_curl()


def test_the_arguments_of_a_call_and_the_tokens_of_logprobs_stay():
    call = {"type": "function_call", "name": "sort", "arguments": json.dumps({"key": "population", "token": "Oslo"})}
    logprobs = {"token": "Hello", "logprob": -0.1, "bytes": [72]}
    assert redaction.redact_value([call, logprobs]) == [call, logprobs]
    assert redaction.redact_text("print(sorted(words, key=len))") == "print(sorted(words, key=len))"


def test_a_field_named_like_a_secret_hides_what_stands_in_it_at_any_depth():
    value = {"passwords": {"primary": "short-1", "more": ["two-words here"]}, "apiKey": {"value": "tiny"}}
    shown = json.dumps(redaction.redact_value(value))
    assert not [word for word in ("short-1", "two-words", "tiny") if word in shown]
