"""What counts as a secret in HTTP, and how it is hidden. Everything that prints or stores HTTP goes through here."""

import json
import os
import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

HIDDEN = "[redacted]"
HIDDEN_IN_URL = "redacted"  # brackets have a meaning in URLs

# Names are compared without case, "-" and "_", so "api-key", "apiKey" and "API_KEY" are one name.
SECRET_HEADERS = {
    "authorization", "proxyauthorization", "apikey", "xapikey", "ocpapimsubscriptionkey", "cookie", "setcookie",
    "xidentityheader", "xfunctionskey", "xmockcontrolkey",
}  # fmt: skip
SECRET_FIELDS = {
    "apikey", "accesstoken", "refreshtoken", "idtoken", "clientsecret", "clientassertion", "assertion", "password",
    "key1", "key2", "primarykey", "secondarykey", "connectionstring", "subscriptionkey", "authorization", "sig",
}  # fmt: skip
# Settings whose values are secrets: wherever such a value turns up, it is hidden.
SECRET_SETTINGS = (
    "FOUNDRY_API_KEY",
    "IDENTITY_HEADER",
    "AZURE_CLIENT_SECRET",
    "AZURE_OPENAI_API_KEY",
    "OPENAI_API_KEY",
)
# A JSON Web Token: three base64url parts, the first of which starts with '{"' (RFC 7519 section 3).
TOKEN = re.compile(r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*")


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def redact_text(text: str) -> str:
    """The text with every token and every value of a secret setting replaced by ``[redacted]``."""
    for name in SECRET_SETTINGS:
        value = os.environ.get(name, "")
        if len(value) >= 8:
            text = text.replace(value, HIDDEN)
    return TOKEN.sub(HIDDEN, text)


def redact_header(name: str, value: str) -> str:
    """One header's value; the scheme of an Authorization header stays, because it is part of the lesson."""
    if _plain(name) not in SECRET_HEADERS or value == HIDDEN:
        return redact_text(value)
    scheme, _, credentials = value.partition(" ")
    return f"{scheme} {HIDDEN}" if credentials and scheme.lower() in ("bearer", "basic") else HIDDEN


def redact_value(value):
    """A JSON value of any depth, with the values of secret fields hidden."""
    if isinstance(value, dict):
        return {
            name: HIDDEN if _plain(str(name)) in SECRET_FIELDS and isinstance(field, str) else redact_value(field)
            for name, field in value.items()
        }
    if isinstance(value, list | tuple):
        return [redact_value(item) for item in value]
    return redact_text(value) if isinstance(value, str) else value


def _redact_pairs(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    if not any(_plain(name) in SECRET_FIELDS or redact_text(value) != value for name, value in pairs):
        return query  # leave the spelling alone where there is nothing to hide
    return urlencode(
        [(n, HIDDEN_IN_URL if _plain(n) in SECRET_FIELDS else redact_text(v)) for n, v in pairs], safe=":/"
    )


def redact_url(url: str) -> str:
    """The URL with passwords and secret query parameters hidden."""
    try:
        parts = urlsplit(url)
    except ValueError:  # not a URL at all
        return redact_text(url)
    netloc = parts.netloc
    if parts.password is not None:
        netloc = f"{parts.username}:{HIDDEN_IN_URL}@{netloc.rpartition('@')[2]}"
    return redact_text(urlunsplit(parts._replace(netloc=netloc, query=_redact_pairs(parts.query))))


def redact_body(body: bytes, content_type: str = "") -> bytes:
    """A body with its secrets hidden: by field name in JSON and in forms, by shape everywhere. Bytes that are not
    UTF-8 text are returned as they are."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return body
    if "x-www-form-urlencoded" in content_type:
        return _redact_pairs(text).encode()
    try:
        data = json.loads(text)
    except ValueError:
        return redact_text(text).encode()
    redacted = redact_value(data)
    return body if redacted == data else json.dumps(redacted, ensure_ascii=False).encode()
