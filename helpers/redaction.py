"""What counts as a secret in HTTP, and how it is hidden. Everything that prints or stores HTTP goes through here."""

import json
import os
import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

HIDDEN = "[redacted]"
HIDDEN_IN_URL = "redacted"  # brackets have a meaning in URLs

# Names are compared without case, "-" and "_", so "api-key", "apiKey" and "API_KEY" are one name.
SECRET_NAMES = {"authorization", "cookie", "setcookie", "key", "key1", "key2", "token", "secret", "sig", "assertion"}
SECRET_ENDINGS = (
    "token", "secret", "password", "apikey", "accesskey", "accountkey", "sharedkey", "primarykey", "secondarykey",
    "subscriptionkey", "functionskey", "controlkey", "identityheader", "connectionstring", "clientassertion", "signature",
)  # fmt: skip
SECRET_QUERY = {"code"}  # an authorization code, in a query only
# Settings whose values are secrets: wherever such a value turns up, it is hidden.
SECRET_SETTINGS = (
    "FOUNDRY_API_KEY", "IDENTITY_HEADER", "AZURE_CLIENT_SECRET", "AZURE_OPENAI_API_KEY", "OPENAI_API_KEY",
    "FOUNDRY_CLIENT_SECRET", "FOUNDRY_SECOND_CLIENT_SECRET",
)  # fmt: skip
known_secrets: set[str] = set()  # values that code has made itself, such as the mock's key

# A JSON Web Token: three base64url parts, the first of which starts with '{"' (RFC 7519 section 3).
TOKEN = re.compile(r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*")
# Secrets inside text that is not parsed: a JSON field, also within a string or cut off; a pair of a form or a query; a part
# of a multipart form. The last group is the value.
_NAME = r"[\w-]*(?:token|secret|password|api[-_]?key|access[-_]?key|account[-_]?key|primary[-_]?key|secondary[-_]?key|connection[-_]?string|\bkey[12]?|\bsig)"
FIELD = re.compile(rf"""(\\*["']{_NAME}\\*["']\s*:\s*\\*["'])([^"'\\]+)""", re.IGNORECASE)
PAIR = re.compile(rf"((?:^|[?&;\s#]){_NAME}=)([^&;\s\"'<>]{{4,}})", re.IGNORECASE)
PART = re.compile(rf"""(name="{_NAME}"[^\n]*\n(?:[^\n]+\n)*\r?\n)([^\r\n]+)""", re.IGNORECASE)


def _is_secret(name: str) -> bool:
    plain = name.lower().replace("-", "").replace("_", "")
    return plain in SECRET_NAMES or plain.endswith(SECRET_ENDINGS) or "authorization" in plain


def redact_text(text: str) -> str:
    """The text with every token, every value of a secret setting, and what looks like a secret field hidden."""
    for value in (*known_secrets, *(os.environ.get(name, "") for name in SECRET_SETTINGS)):
        if len(value) >= 8:
            text = text.replace(value, HIDDEN)
    text = TOKEN.sub(HIDDEN, text)
    for shape in (FIELD, PAIR, PART):
        text = shape.sub(lambda found: found[1] + (HIDDEN_IN_URL if shape is PAIR else HIDDEN), text)  # noqa: B023
    return text


def redact_header(name: str, value: str) -> str:
    """One header's value; the scheme of an Authorization header stays, because it is part of the lesson."""
    if not _is_secret(name) or value == HIDDEN:
        return redact_text(value)
    scheme, _, credentials = value.partition(" ")
    return f"{scheme} {HIDDEN}" if credentials and scheme.lower() in ("bearer", "basic") else HIDDEN


def redact_value(value):
    """A JSON value of any depth, with the values of secret fields hidden. Numbers stay: they count, they open nothing."""
    if isinstance(value, dict):
        return {
            name: HIDDEN
            if _is_secret(str(name)) and isinstance(field, str | list | dict) and field
            else redact_value(field)
            for name, field in value.items()
        }
    if isinstance(value, list | tuple):
        return [redact_value(item) for item in value]
    return redact_text(value) if isinstance(value, str) else value


def _redact_pairs(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)

    def hidden(name: str, value: str) -> str:
        return HIDDEN_IN_URL if value and (_is_secret(name) or name.lower() in SECRET_QUERY) else redact_text(value)

    if all(hidden(name, value) == value for name, value in pairs):
        return query  # leave the spelling alone where there is nothing to hide
    return urlencode([(name, hidden(name, value)) for name, value in pairs], safe=":/")


def redact_url(url: str) -> str:
    """The URL with passwords and secret parameters hidden."""
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError:  # not a URL at all
        return redact_text(url)
    netloc = parts.netloc
    if password is not None:
        netloc = f"{parts.username}:{HIDDEN_IN_URL}@{netloc.rpartition('@')[2]}"
    fragment = _redact_pairs(parts.fragment) if "=" in parts.fragment else parts.fragment
    return redact_text(urlunsplit(parts._replace(netloc=netloc, query=_redact_pairs(parts.query), fragment=fragment)))


def redact_body(body: bytes, content_type: str = "") -> bytes:
    """A body with its secrets hidden: by field name in JSON and in forms, by shape everywhere."""
    try:
        data = json.loads(body)  # UTF-8, UTF-16 or UTF-32, as JSON allows
        redacted = redact_value(data)
        if redacted != data:
            return json.dumps(redacted, ensure_ascii=False).encode("utf-8", "replace")
    except (ValueError, RecursionError):
        pass
    try:
        text, encoding = body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = body.decode("latin-1"), "latin-1"  # every byte is a character, and back
    if "x-www-form-urlencoded" in content_type.lower():
        text = _redact_pairs(text)
    return redact_text(text).encode(encoding)
