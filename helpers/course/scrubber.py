"""What a recording may not hold, and what stands there instead. An exchange with a live project goes in; it comes out with the
demo resource's names, made-up ids and no secret, or not at all.

Three things are looked for: values that the run knows (settings, tokens and their claims, host names, this machine's user),
in every encoding; places that hold an identity by their structure (paths of resources, ids, addresses); and secrets by shape and
by name, as ``redaction`` has them. The same value gets the same replacement everywhere, so recordings stay joined. What looks
like a secret or an identity and has no rule is a Finding, which names the place and never the value, and nothing is written then.
"""

import base64
import contextlib
import getpass
import gzip
import html
import json
import re
import socket
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from helpers.auth import decode_token
from helpers.exchange import Exchange, Headers
from helpers.mock import catalog
from helpers.redaction import (
    AN_ID,
    HIDDEN,
    is_secret_name,
    redact_header,
    redact_text,
    redact_url,
    redact_value,
    secrets_in,
    stream_pieces,
    with_piece,
)

OURS = "0ff11e"  # made-up ids begin so, which tells them from real ones, also to who reads the files later
DEEPEST = 6  # encodings inside encodings that are opened
UUID = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9A-Za-z])", re.I)
OUR_UUID = re.compile(
    rf"{OURS}00-0000-4000-8000-[0-9a-f]{{12}}|[0-9a-f]{{4}}0{{4}}-0000-4000-8000-0{{8}}[0-9a-f]{{4}}|0{{8}}-.*"
)
# ids of the service: a word, a mark, and digits, as in resp_0a1b..., chatcmpl-..., call_...
AN_OPAQUE_ID = re.compile(
    r"(?<![A-Za-z0-9])(resp|msg|rs|fc|fco|conv|call|chatcmpl|ws|fs|ci|mcp|mcpl|mcpr|cntr|cfile|file|assistant|asst|thread|run|step|vs|vsfb|batch|item"
    r"|cmp|ig|mem|memupdateo|update|req|proj|org|agent|tool|st|session|ctx|trace|oai)([_-])(?=[A-Za-z0-9_]*\d)([A-Za-z0-9_]{14,})(?![A-Za-z0-9])"
)
EMAIL = re.compile(r"(?<![\w.+-])[\w.+'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}(?![\w-])")
IPV4 = re.compile(r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w]|\.\d)")
IPV6 = re.compile(r"(?<![\w:.])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6}|fe80::[0-9a-f:]+)(?![\w:])", re.I)  # fmt: skip
HARMLESS_IP = re.compile(r"127\..*|0\.0\.0\.0|255\..*|192\.0\.2\..*|198\.51\.100\..*|203\.0\.113\..*|2001:db8:.*|::1?|8\.8\.8\.8", re.I)  # fmt: skip
HARMLESS_DOMAIN = re.compile(r"(?:.*[@.])?example\.(?:com|org|net)", re.I)
# <name>.<one of these> is somebody's resource
_SUFFIXES = (
    r"services\.ai\.azure\.com|openai\.azure\.(?:com|us)|cognitiveservices\.azure\.(?:com|us)|models\.ai\.azure\.com|search\.windows\.net"
    r"|(?:blob|file|queue|table|dfs)\.core\.windows\.net|database\.windows\.net|vault\.azure\.net|azurewebsites\.net|azurecontainerapps\.io"
    r"|inference\.ml\.azure\.com|azurecr\.io|azure-api\.net|documents\.azure\.com|servicebus\.windows\.net|redis\.cache\.windows\.net"
    r"|azure\.(?:us|cn)|usgovcloudapi\.net|chinacloudapi\.cn|postgres\.database\.azure\.com|trafficmanager\.net|kusto\.windows\.net|b2clogin\.com"
    r"|azurefd\.net|cloudapp\.azure\.com|onmicrosoft\.com|sharepoint\.com|applicationinsights\.azure\.com"
)
HOST = re.compile(rf"(?<![\w.-])((?:[\w-]{{1,63}}\.){{1,6}})({_SUFFIXES})(?![\w-])", re.I)
OUR_HOST = re.compile(r"(?:[a-z0-9]+\.)*(?:demo-?[a-z0-9-]+|offline-mock|contoso-ai)\.", re.I)
RESOURCE_PATH = re.compile(r"(/(subscriptions|resourcegroups|providers/[\w.]+/\w+|accounts|projects|connections|vaults|workspaces|components|userAssignedIdentities)/)([^/\s\"'?&#,;<>\\]+)", re.I)  # fmt: skip
A_HOME = re.compile(r"(?:/home/|/Users/|\b[A-Za-z]:\\{1,2}Users\\{1,2})[\w.-]+")
BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/]{16,}|[A-Za-z0-9_-]{16,})={0,2}(?![A-Za-z0-9+/_=-])")
PERCENT = re.compile(r"[\w.~+*!()-]*(?:%[0-9A-Fa-f]{2}[\w.~+*!()-]*)+")
HEX = re.compile(r"(?<![A-Za-z0-9])(?:[0-9a-f]{2}){8,}(?![A-Za-z0-9])", re.I)
ESCAPED = re.compile(r"\\{1,8}u([0-9a-fA-F]{4})")
RANDOM = re.compile(r"(?<![A-Za-z0-9+_-])[A-Za-z0-9+_-][A-Za-z0-9+/_-]{18,}[A-Za-z0-9+_-]={0,2}(?![A-Za-z0-9+/_=-])")
# Fields and headers that hold a person, and what is only about the way to the service.
A_NAME = {"server_url": "https://example.com/mcp", "filename": "file", "project_connection_id": "connection", "connection_id": "connection", "index_name": "index"}  # fmt: skip
A_PERSON = re.compile(r"(?:user|safety_identifier|end_?user(?:_?id)?|e?mail|upn|user_?principal_?name|preferred_username|unique_name|given_?name|family_?name|display_?name|created_?by|last_?modified_?by|owner|author|principal_?name|x-ms-client-principal-name)", re.I)  # fmt: skip
LEFT_OUT = re.compile(
    r"set-cookie2?|cookie|host|content-length|content-encoding|transfer-encoding|connection|keep-alive|alt-svc|via|forwarded|x-forwarded-.*|x-real-ip"
    r"|x-client-ip|true-client-ip|x-azure-(?:clientip|socketip|fdid|ref.*)|x-ms-client-principal.*|x-ms-token-.*|cf-.*|nel|report-to|server-timing", re.I,
)  # fmt: skip
SENT = re.compile(r"content-type|accept|authorization|(?:api|ocp-apim-subscription)-key|openai-beta|foundry-features|x-ms-enable-preview", re.I)  # fmt: skip
SAID_ABOUT_ME = {
    "tid": catalog.TENANT_ID, "oid": catalog.PRINCIPAL_ID, "sub": catalog.PRINCIPAL_ID, "appid": catalog.CLIENT_ID, "azp": catalog.CLIENT_ID,
    "puid": OURS, "deviceid": "", "sid": "", "uti": "", "aio": "", "rh": "", "xms_idrel": "",
}  # fmt: skip
NAMES_ME = ("name", "given_name", "family_name", "upn", "unique_name", "preferred_username", "email", "app_displayname")


@dataclass(frozen=True)
class Finding:
    """Something without a rule: where it stands, and what it looks like. The value is not in here."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


class Scrubber:
    """Learns what a run knows, then scrubs. ``published`` is text that everybody may read: what stands in it is no secret.
    ``findings`` grows with each exchange that is scrubbed."""

    def __init__(self, published: str = ""):
        self._published, self._words = published, frozenset(re.findall(r"[a-z0-9]+", published.lower()))
        self._known: dict[str, str] = {}  # in lower case -> what stands there instead
        self._spelled: dict[str, str] = {}  # the same, as it was learned
        self._names: set[str] = set()  # those of the known that may be words, and are replaced where they stand alone
        self._made: dict[tuple[str, str], str] = {}  # kind and value -> its made-up twin
        self._pattern: re.Pattern | None = None
        self._place: list[str] = []
        self.findings: list[Finding] = []

    # -- what a run knows ------------------------------------------------------------------------------------------------
    def learn(self, value: str | None, instead: str = HIDDEN, word: bool = False) -> None:
        """Replace this value everywhere, however it is encoded. A ``word`` is replaced only where it stands alone, and not at all
        where the course itself uses it."""
        value = (value or "").strip()
        lower = value.lower()
        if len(value) < 3 or lower in self._known or lower == instead.lower() or lower in catalog_words():
            return
        if word and (len(value) < 4 or lower in self._words):
            return
        if word:
            self._names.add(lower)
        self._known[lower], self._spelled[lower], self._pattern = instead, value, None

    def learn_settings(self, settings: dict[str, str]) -> None:
        """What ``.env`` and the environment say about the project and the sign-in."""
        for name, value in settings.items():
            if not value:
                continue
            if name in ("FOUNDRY_PROJECT_ENDPOINT", "FOUNDRY_RESOURCE_ENDPOINT"):
                self.learn_address(value)
            elif name.endswith("TENANT_ID"):
                self.learn(value, catalog.TENANT_ID)
            elif name.endswith("SUBSCRIPTION_ID"):
                self.learn(value, catalog.SUBSCRIPTION_ID)
            elif name.endswith("SECOND_CLIENT_ID"):
                self.learn(value, catalog.CLIENT_ID_WITHOUT_ROLE)
            elif name.endswith("CLIENT_ID"):
                self.learn(value, catalog.CLIENT_ID)
            elif is_secret_name(name):
                self.learn(value)

    def learn_address(self, url: str) -> None:
        """The resource and the project that an address names."""
        parts = urlsplit(url if "//" in url else f"https://{url}")
        host, resource = parts.hostname or "", HOST.fullmatch(parts.hostname or "")
        if resource:
            self.learn(resource[1].rstrip("."), catalog.RESOURCE)
        elif host:
            self.learn(parts.netloc.rpartition("@")[2], f"{catalog.RESOURCE}.services.ai.azure.com")
            if host not in ("localhost", "127.0.0.1"):
                self.learn(host, f"{catalog.RESOURCE}.services.ai.azure.com")
        for what, found in (
            ("resource", resource and resource[1].rstrip(".")),
            ("project", parts.path.rpartition("/")[2]),
        ):
            if found and found.lower() in self._words - catalog_words() and re.fullmatch(r"[A-Za-z0-9]+", found):
                self._found(
                    f"the name of the {what} is a word of the course: record from a {what} with a name of its own"
                )
        if project := re.search(r"/projects/([^/?]+)", parts.path):
            self.learn(unquote(project[1]), catalog.PROJECT, word=len(project[1]) < 8)

    def learn_deployment(self, name: str, model: str = "") -> None:
        """A deployment's own name; one that is a model's says nothing about anybody."""
        if name not in (*catalog.DEPLOYMENTS, *catalog.MODELS, model) and not name.startswith(tuple(catalog.MODELS)):
            self.learn(name, self._twin("deployment", name, "course-chat"), word=len(name) < 8)

    def learn_machine(self) -> None:
        """Who sits here: the user and the machine."""
        for value, instead in (
            (getpass.getuser(), "learner"),
            (socket.gethostname(), "laptop"),
            (str(Path.home()), "~"),
        ):
            self.learn(value, instead, word=True)  # fmt: skip

    def learn_exchange(self, exchange: Exchange) -> None:
        """What one exchange tells: its sign-in and the claims of its token, its cookies, the resources that a list names."""
        for name, value in (*exchange.request_headers.pairs, *exchange.response_headers.pairs):
            secret = value.partition(" ")[2] if value.lower().startswith(("bearer ", "basic ")) else value
            if name.lower() in ("authorization", "api-key", "ocp-apim-subscription-key", "x-identity-header", "secret"):
                if len(secret) >= 12 and secret not in self._published:  # a wrong key that the lesson shows is none
                    self.learn(secret)
                    self._learn_token(secret)
            elif name.lower() in ("cookie", "set-cookie"):
                for pair in secret.split(";")[: 1 if name.lower() == "set-cookie" else None]:
                    _, _, cookie = pair.partition("=")
                    if len(cookie) >= 8:
                        self.learn(cookie)
        for body in (exchange.request_json, exchange.response_json):
            self._learn_listed(body)

    def _learn_token(self, token: str) -> None:
        try:
            claims = decode_token(token)["claims"]
        except ValueError:
            return
        for name, value in claims.items():
            if not isinstance(value, str) or len(value) < 4:
                continue
            if name in SAID_ABOUT_ME:
                self.learn(value, SAID_ABOUT_ME[name] or HIDDEN)
            elif name in NAMES_ME:
                self._learn_person(value)
            elif name == "xms_mirid":
                self._quiet(value)
            elif name == "ipaddr":
                self.learn(value, self._twin("ip", value, "203.0.113.7"))

    def _learn_person(self, value: str) -> None:
        if "@" in value:
            self.learn(value, self._email(value))
            local, _, domain = value.partition("@")
            if not HARMLESS_DOMAIN.fullmatch(domain):
                self.learn(domain, "example.com", word=True)
                self.learn(domain.partition(".")[0], "example", word=True)
            self.learn(local, "learner", word=True)
            for part in re.split(r"[._+-]", local):
                self.learn(part, "learner", word=True)
            return
        self.learn(value, self._twin("person", value, "A Learner"))
        for part in value.split():
            self.learn(part.strip(",."), "Learner", word=True)
        if len(parts := value.split()) == 2:
            self.learn(f"{parts[1]}, {parts[0]}", "Learner, A")

    def _learn_listed(self, value: Any) -> None:
        """Addresses, and names of resources, in a list of connections or deployments."""
        if isinstance(value, dict):
            for name, part in value.items():
                if isinstance(part, str):
                    if name in ("target", "endpoint", "serviceEndpoint", "AZURE_OPENAI_ENDPOINT"):
                        for found in HOST.finditer(part):
                            self.learn(
                                found[1].rstrip("."), self._twin("host", found[1].rstrip(".").lower(), "demo-target")
                            )
                    if name.lower() in ("resourceid", "id", "xms_mirid"):
                        self._quiet(part)  # names in a path of a resource are learned where they are met
                else:
                    self._learn_listed(part)
        elif isinstance(value, list):
            for part in value:
                self._learn_listed(part)

    # -- scrubbing -------------------------------------------------------------------------------------------------------
    def scrub(self, exchange: Exchange, name: str = "") -> Exchange:
        """The exchange as it may be written; what it has no rule for is added to ``findings``. ``name`` is that of the file."""
        at = f"{name}, " if name else ""
        url = self._at(f"{at}URL", self._url, exchange.url)
        sent = [
            (key, self._at(f"{at}request header {key}", self._header, key, value))
            for key, value in exchange.request_headers.pairs
            if SENT.fullmatch(key)
        ]
        got = [
            (key, self._at(f"{at}response header {key}", self._header, key, value))
            for key, value in exchange.response_headers.pairs
            if not LEFT_OUT.fullmatch(key)
        ]
        request = self._at(f"{at}request body", self._body, exchange.request_body)
        if exchange.chunks:
            chunks = self._at(f"{at}response stream", self._stream, exchange.chunks)
            response = b"".join(chunk for _, chunk in chunks)
        else:
            chunks, response = (), self._at(f"{at}response body", self._body, exchange.response_body)
        source = exchange.source and self._at(f"{at}source", self._value, dict(exchange.source))
        return replace(
            exchange,
            url=url,
            request_headers=Headers(sent),
            request_body=request,
            response_headers=Headers(got),
            response_body=response,
            chunks=chunks,
            reason=self._at(f"{at}reason", self._text, exchange.reason),
            source=source,
        )

    def text(self, text: str) -> str:
        """A text as it may be shown, such as what a failed call said."""
        kept = self.findings
        self.findings = []
        try:
            shown = self._text(text)
            return HIDDEN if self.findings else shown
        finally:
            self.findings = kept

    def _at(self, place: str, rule: Callable, *values) -> Any:
        self._place.append(place)
        try:
            return rule(*values)
        finally:
            self._place.pop()

    def _found(self, what: str) -> None:
        place = "".join(part if part.startswith("[") or at == 0 else f", {part}" if at == 1 else f".{part}" for at, part in enumerate(self._place))  # fmt: skip
        finding = Finding(place or "text", what)
        if finding not in self.findings:
            self.findings.append(finding)

    def _url(self, url: str) -> str:
        before, mark, query = url.partition("?")
        pairs = [(name, self._at(name, self._text, value)) for name, value in parse_qsl(query, keep_blank_values=True)]
        return redact_url(
            self._text(before) + mark + urlencode(pairs, safe=":[],", quote_via=quote) if query else self._text(before)
        )

    def _header(self, name: str, value: str) -> str:
        lower = name.lower()
        if lower in ("authorization", "api-key", "ocp-apim-subscription-key"):
            scheme = value.partition(" ")[0] if value.lower().startswith(("bearer ", "basic ")) else ""
            return f"{scheme} {HIDDEN}".strip() if value else value
        if A_PERSON.fullmatch(lower):
            return self._person(value)
        if lower in ("openai-organization", "openai-project", "openai-client-partition-id"):
            return ",".join(self._opaque(part) for part in value.split(","))
        if AN_ID.search(lower) and self._is_opaque(value):
            return self._opaque(value)
        return self._text(redact_header(name, value))

    def _body(self, body: bytes) -> bytes:
        if not body:
            return body
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            pass
        else:
            clean = self._value(value)
            return json.dumps(clean, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            self._found("a body that is not text, which cannot be looked through")
            return b""
        return self._text(text).encode()

    def _value(self, value: Any, name: str = "", deep: int = 0) -> Any:
        """A JSON value, field by field."""
        if isinstance(value, str):
            return self._field(value, name, deep)
        if isinstance(value, list):
            if value and all(isinstance(one, dict) and "logprob" in one and "token" in one for one in value):
                said = "".join(str(one["token"]) for one in value)
                return value if self._quiet(said) == said else []  # pieces of what is hidden elsewhere
            return [self._at(f"[{at}]", self._value, one, name, deep) for at, one in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if A_PERSON.fullmatch(name.lower()):  # whoever it is, told in several fields
            return {
                field: self._value(part, name if isinstance(part, str) else field, deep)
                for field, part in value.items()
            }
        hidden = redact_value(value) if deep == 0 and not name else value  # secrets by the names of their fields, once
        clean = {}
        for field, part in hidden.items():
            key = self._text(field) if field not in self._published else field
            clean[key] = self._at(str(key), self._value, part, str(field), deep)
        return clean

    def _field(self, value: str, name: str, deep: int) -> str:
        if not value or value == HIDDEN:
            return value
        lower = name.lower()
        if lower in ("encrypted_content", "reasoning_encrypted_content"):
            return f"encrypted-{self._made_id('encrypted', value, 48)}"
        if lower == "obfuscation":
            return value
        if A_PERSON.fullmatch(lower):
            return self._person(value)
        if lower in A_NAME and value not in self._published and not value.startswith(A_NAME[lower]):
            ending = Path(value).suffix if lower == "filename" else ""
            return self._twin(lower, value, A_NAME[lower]) + (ending if re.fullmatch(r"\.\w{1,5}", ending) else "")
        if (AN_ID.search(name) or lower == "id") and self._is_opaque(value):
            return self._opaque(value)
        return self._text(value, deep)

    # -- texts -----------------------------------------------------------------------------------------------------------
    def _quiet(self, text: str) -> str:
        kept = list(self.findings)
        try:
            return self._text(text)
        finally:
            self.findings = kept

    def _text(self, text: str, deep: int = 0) -> str:
        """A text, and what is encoded in it."""
        if len(text) < 3:
            return text
        if deep < DEEPEST:
            if text.lstrip()[:1] in ("{", "[", '"'):
                try:
                    inside = json.loads(text)
                except (ValueError, RecursionError):
                    inside = None
                if isinstance(inside, dict | list | str):
                    clean = self._value(redact_value(inside), "", deep + 1)
                    return text if clean == inside else json.dumps(clean, ensure_ascii="\\u" in text)
            text = BASE64.sub(lambda found: self._base64(found[0], deep), text)
            text = HEX.sub(lambda found: self._hex(found[0], deep), text)
            text = PERCENT.sub(lambda found: self._percent(found[0], deep), text)
            if "&" in text and (plain := html.unescape(text)) != text:
                clean = self._text(plain, deep + 1)
                text = text if clean == plain else html.escape(clean, quote=False)
            if "\\u" in text or "\\/" in text:
                plain = ESCAPED.sub(lambda code: chr(int(code[1], 16)), text).replace("\\/", "/")
                if (clean := self._text(plain, deep + 1)) != plain:
                    text = clean
        for found in RESOURCE_PATH.finditer(text):  # its names are known from now on
            self._resource(found)
        text = self._known_in(text)
        text = RESOURCE_PATH.sub(self._resource, text)
        text = HOST.sub(self._host, text)
        text = EMAIL.sub(lambda found: self._email(found[0]), text)
        for pattern in (IPV4, IPV6):
            text = pattern.sub(lambda found: self._ip(found[0]), text)
        text = UUID.sub(lambda found: self._uuid(found[0]), text)
        text = AN_OPAQUE_ID.sub(lambda found: self._service_id(*found.groups()), text)
        text = redact_text(text)
        self._look(text)
        return text

    def _known_in(self, text: str) -> str:
        if not self._known:
            return text
        if self._pattern is None:
            variants: dict[str, str] = {}
            for lower, value in self._spelled.items():
                for spelled, instead in _spellings(value, self._known[lower]):
                    variants.setdefault(spelled.lower(), instead)
            self._variants = variants
            words = sorted(variants, key=len, reverse=True)
            alone = [
                rf"(?<![A-Za-z0-9]){re.escape(w)}(?![A-Za-z0-9])" if w in self._names else re.escape(w) for w in words
            ]
            self._pattern = re.compile("|".join(alone), re.I)
        text = self._pattern.sub(lambda found: self._variants[found[0].lower()], text)
        plain = _plain(text)
        if plain != text and self._pattern.search(plain):
            self._found("something of the project or the sign-in, in letters that look otherwise")
        return text

    def _base64(self, text: str, deep: int) -> str:
        for decode, encode in (
            (base64.b64decode, base64.b64encode),
            (base64.urlsafe_b64decode, base64.urlsafe_b64encode),
        ):
            if (decode is base64.b64decode and re.search(r"[_-]", text)) or (
                decode is not base64.b64decode and "/" in text
            ):
                continue
            try:
                raw = decode(text + "=" * (-len(text) % 4))
            except ValueError:
                continue
            plain, again = _readable(raw)
            if plain is None:
                return HIDDEN if self._known_bytes(raw) else text
            clean = self._text(plain, deep + 1)
            if clean != plain:
                coded = encode(again(clean)).decode()
                return coded if text.endswith("=") or len(text) % 4 == 0 else coded.rstrip("=")
            return text
        return text

    def _hex(self, text: str, deep: int) -> str:
        plain, again = _readable(bytes.fromhex(text))
        if plain is None:
            return text
        clean = self._text(plain, deep + 1)
        return text if clean == plain else again(clean).hex()

    def _percent(self, text: str, deep: int) -> str:
        plain = unquote(text)
        if plain == text:
            return text
        clean = self._text(plain, deep + 1)
        return text if clean == plain else quote(clean, safe="")

    def _known_bytes(self, raw: bytes) -> bool:
        return self._known_in(raw.decode("latin-1")) != raw.decode("latin-1") or self._known_in(raw.decode("utf-16-le", "replace")) != raw.decode("utf-16-le", "replace")  # fmt: skip

    def _look(self, text: str) -> None:
        """What is left and has no rule."""
        if A_HOME.search(text):
            self._found("a path in somebody's home folder")
        if re.search(r"(?<![0-9A-Fa-f:-])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:-])", text):
            self._found("an address of a network card")
        for what in unplaced(text, self._published):
            self._found(what)

    # -- twins: what stands there instead ----------------------------------------------------------------------------------
    def _twin(self, kind: str, value: str, first: str) -> str:
        """``first``, or ``first`` with a number for further values of the same kind."""
        key = (kind, value.lower())
        if key not in self._made:
            count = sum(one == kind for one, _ in self._made) + 1
            numbered = first if count == 1 else f"{first}-{count}"
            if kind == "ip":
                numbered = f"203.0.113.{6 + count % 240}"
            self._made[key] = numbered
        return self._made[key]

    def _made_id(self, kind: str, value: str, length: int) -> str:
        """So many hexadecimal digits, 12 to 50, which begin as all of ours do."""
        key = (kind, value)
        if key not in self._made:
            self._made[key] = f"{OURS}{len(self._made) + 1:0{min(max(length, 12), 50) - len(OURS)}x}"
        return self._made[key]

    def _uuid(self, value: str) -> str:
        lower = value.lower()
        if lower in PUBLIC_IDS or OUR_UUID.fullmatch(lower) or value in self._published:
            return value
        return f"{OURS}00-0000-4000-8000-{self._made_id('uuid', lower, 12 + len(OURS))[len(OURS) :]}"

    def _service_id(self, prefix: str, mark: str, rest: str) -> str:
        value = f"{prefix}{mark}{rest}"
        if rest.startswith(OURS) or value in self._published or not re.search(r"\d", rest) or "__" in rest:
            return value
        return f"{prefix}{mark}{self._made_id(prefix, rest, len(rest))}"

    def _is_opaque(self, value: str) -> bool:
        """Whether a value is an id that a machine made."""
        if value in self._published or not re.search(r"\d", value):
            return False
        words = re.fullmatch(r"(?:[A-Za-z]+|v?\d{1,4})(?:[-_. :](?:[A-Za-z]+|v?\d{1,4}))*", value)
        return bool(len(value) >= 8 and not words and re.fullmatch(r"[\w.:+/=-]+", value)) and not value.startswith(
            "fp_"
        )

    def _opaque(self, value: str) -> str:
        if UUID.fullmatch(value):
            return self._uuid(value)
        found = AN_OPAQUE_ID.fullmatch(value)
        if found:
            return self._service_id(*found.groups())
        if value in self._published or OURS in value:
            return value
        prefix = re.match(r"(?:[a-z]{1,12}[_-])?", value)[0]
        return prefix + self._made_id("opaque", value, len(value) - len(prefix))

    def _person(self, value: str) -> str:
        if (
            value in self._published
            or value.lower() in self._known.values()
            or value.startswith(("learner", "person-", OURS))
        ):
            return value
        if "@" in value:
            return self._email(value)
        if UUID.fullmatch(value):
            return self._uuid(value)
        return self._twin("person in a field", value, "learner")

    def _email(self, value: str) -> str:
        domain = value.rpartition("@")[2]
        if (
            HARMLESS_DOMAIN.fullmatch(domain)
            or value in self._published
            or re.match(r".*\.(?:png|jpg|svg|js|py)$", value)
        ):
            return value
        return self._twin("email", value, "person") + "@example.com"

    def _ip(self, value: str) -> str:
        if HARMLESS_IP.fullmatch(value) or value in self._published:
            return value
        return self._twin("ip", value, "203.0.113.7")

    def _host(self, found: re.Match) -> str:
        labels, suffix = found.groups()
        if (
            OUR_HOST.fullmatch(labels)
            or found[0] in self._published
            or re.fullmatch(r"(?:www|eastus2|region)\.", labels)
        ):
            return found[0]
        twin = self._known.get(labels.rstrip(".").lower())
        if twin is None:
            self._found("the host name of somebody's resource")
        return f"{twin or 'demo-unknown'}.{suffix}"

    def _resource(self, found: re.Match) -> str:
        before, kind, name = found.groups()
        kind = kind.lower().rpartition("/")[2]
        plain = unquote(name)
        if (
            plain.lower() == "providers"
            or re.fullmatch(r"[<{\[$].*|demo-.*", plain)
            or (plain in self._published and kind != "subscriptions")
        ):
            return found[0]
        if kind == "subscriptions":
            twin = catalog.SUBSCRIPTION_ID
        elif kind == "resourcegroups":
            twin = catalog.RESOURCE_GROUP
        elif kind == "accounts":
            twin = catalog.RESOURCE
        elif kind == "projects":
            twin = catalog.PROJECT
        else:
            twin = self._twin(kind, plain, f"demo-{kind.rstrip('s')}")
        if plain.lower() not in (twin.lower(), "me", "v1") and len(plain) > 3:
            self.learn(plain, twin, word=len(plain) < 8)
        return before + twin

    # -- streams ---------------------------------------------------------------------------------------------------------
    def _stream(self, chunks: tuple[tuple[float, bytes], ...]) -> tuple[tuple[float, bytes], ...]:
        """The stream event by event, each at the second in which its last byte came. The pieces of one text are looked at
        together, because what is hidden may be spread over several."""
        try:
            events = list(_events(chunks))
        except UnicodeDecodeError:
            self._found("a stream that is not text")
            return ()
        values: dict[int, Any] = {}
        for at, (_, event) in enumerate(events):
            data = "\n".join(line[5:].lstrip(" ") for line in event.splitlines() if line.startswith("data:"))
            with contextlib.suppress(ValueError, RecursionError):
                values[at] = json.loads(data)
        texts: dict[tuple, list[tuple[int, list, str]]] = {}
        for at, value in values.items():
            for which, way, words in stream_pieces(value):
                texts.setdefault(which, []).append((at, way, words))
        changed, put_back = False, []
        for pieces in texts.values():
            said = "".join(words for *_, words in pieces)
            clean = self._text(said)
            changed = changed or clean != said
            for (at, way, _), part in zip(pieces, _spread(clean, [words for *_, words in pieces], said), strict=True):
                values[at] = with_piece(values[at], way, "")
                put_back.append((at, way, part))
        values = {at: self._at(f"event {at}", self._value, value) for at, value in values.items()}
        for at, way, part in put_back:
            values[at] = with_piece(values[at], way, part)
        clean = []
        for at, (second, event) in enumerate(events):
            if at not in values:
                clean.append((second, self._text(event)))
                continue
            value = _without_logprobs(values[at]) if changed else values[at]
            others = [self._text(line) for line in event.splitlines() if line and not line.startswith("data:")]
            data = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            clean.append((second, "\n".join([*others, f"data: {data}"]) + "\n\n"))
        return tuple((second, event.encode()) for second, event in clean)


# Constants of the service that everybody knows: ids of roles and first-party applications.
PUBLIC_IDS = frozenset(
    {
        catalog.TENANT_ID, catalog.PRINCIPAL_ID, catalog.CLIENT_ID, catalog.CLIENT_ID_WITHOUT_ROLE, catalog.CLIENT_ID_EXPIRED,
        catalog.SUBSCRIPTION_ID, "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "53ca6127-db72-4b80-b1b0-d745d6d5456d",
    }
)  # fmt: skip


def catalog_words() -> frozenset[str]:
    """Names of the demo resource, which stand for themselves."""
    return _WORDS


_WORDS = frozenset(
    word.lower()
    for word in (catalog.RESOURCE, catalog.PROJECT, catalog.RESOURCE_GROUP, catalog.LOCATION, *catalog.DEPLOYMENTS, *catalog.MODELS, *PUBLIC_IDS, "user", "root", "admin", "localhost", "test", "learner", HIDDEN)
)  # fmt: skip


def _plain(text: str) -> str:
    """The text without letters that nobody sees, and with the usual form of each (Unicode's NFKC)."""
    if text.isascii():
        return text
    return "".join(one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) != "Cf")


def _spellings(value: str, instead: str) -> Iterator[tuple[str, str]]:
    """A value in the ways in which it can stand in a text, each with its replacement."""
    yield value, instead
    once = quote(value, safe="")
    yield once, quote(instead, safe="")
    yield quote(once, safe=""), quote(instead, safe="")
    yield quote(value), quote(instead)
    yield html.escape(value), instead
    spelled = json.dumps(value)[1:-1]
    yield spelled, instead
    yield json.dumps(spelled)[1:-1], instead
    if UUID.fullmatch(value):
        yield value.replace("-", ""), instead.replace("-", "")
    if len(value) < 6:
        return
    raw = value.encode()
    yield raw.hex(), HIDDEN
    yield raw.hex(" "), HIDDEN
    yield base64.b32encode(raw).decode().rstrip("="), HIDDEN
    yield base64.b85encode(raw).decode(), HIDDEN
    for coded in {raw, value.encode("utf-16-le"), value.lower().encode(), value.upper().encode()}:
        for shift in range(3):  # where in a longer text it stands: three ways to fall into groups of three bytes
            whole = base64.b64encode(b"\0" * shift + coded).decode().rstrip("=")
            inner = whole[(shift * 8 + 5) // 6 : len(whole) - (1 if (shift + len(coded)) % 3 else 0)]
            if len(inner) >= 8:
                yield inner, HIDDEN
                yield inner.replace("+", "-").replace("/", "_"), HIDDEN


def _readable(raw: bytes) -> tuple[str | None, Callable[[str], bytes]]:
    """Bytes as text and the way back, or None where they are no text. What is packed is unpacked."""
    for unpack, pack in ((gzip.decompress, gzip.compress), (zlib.decompress, zlib.compress)):
        if raw[:2] in (b"\x1f\x8b", b"\x78\x9c", b"\x78\xda", b"\x78\x01"):
            try:
                return unpack(raw).decode("utf-8"), lambda text, pack=pack: pack(text.encode())
            except (OSError, EOFError, zlib.error, UnicodeDecodeError):
                pass
    for encoding in ("utf-16-le", "utf-8"):
        if encoding == "utf-16-le" and (len(raw) % 2 or raw[1::2].count(0) < len(raw) // 4):
            continue
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(letter.isprintable() or letter in "\r\n\t" for letter in text):
            return text, lambda text, encoding=encoding: text.encode(encoding)
    return None, str.encode


def _events(chunks: Iterable[tuple[float, bytes]]) -> Iterator[tuple[float, str]]:
    """Server-sent events, each with the second in which it was whole."""
    waiting, second = b"", 0.0
    for second, chunk in chunks:
        waiting += chunk
        while found := re.search(rb"\r?\n\r?\n", waiting):
            event, waiting = waiting[: found.start()], waiting[found.end() :]
            yield second, event.decode("utf-8") + "\n\n"
    if waiting.strip():
        yield second, waiting.decode("utf-8")


def _spread(clean: str, pieces: list[str], said: str) -> list[str]:
    """A text that was changed, in as many pieces as before: what is the same at the beginning and the end stays where it was."""
    same = next((at for at, (a, b) in enumerate(zip(said, clean, strict=False)) if a != b), min(len(said), len(clean)))
    most = min(len(said), len(clean)) - same
    tail = next((at for at in range(most) if said[-1 - at] != clean[-1 - at]), most)
    while same and not said[same - 1].isspace():  # whole words only: half of one would be somebody's still
        same -= 1
    while tail and not said[len(said) - tail].isspace():
        tail -= 1
    bounds, at = [], 0
    for piece in pieces:
        bounds.append((at, at + len(piece)))
        at += len(piece)
    middle, end = clean[same : len(clean) - tail], len(said) - tail
    out, placed = [], False
    for begin, stop in bounds:
        part = said[begin : min(stop, same)] if begin < same else ""
        if (not placed and stop > same) or (not placed and stop == len(said)):
            part, placed = part + middle, True
        out.append(part + (said[max(begin, end) : stop] if stop > end else ""))
    return out


def _without_logprobs(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: ([] if isinstance(part, list) else None) if name == "logprobs" else _without_logprobs(part) for name, part in value.items()}  # fmt: skip
    return [_without_logprobs(part) for part in value] if isinstance(value, list) else value


def unplaced(text: str, published: str = "") -> Iterator[str]:
    """What looks like a secret or an identity in a text that was scrubbed, in words without it."""
    for _, _, what in secrets_in(text, least=16):
        yield what
    for found in RANDOM.finditer(PERCENT.sub(" ", text)):  # what is percent-encoded is looked at decoded
        word = found[0]
        if (
            word not in published
            and not _opened(word)
            and any(
                map(
                    _is_random,
                    {word.replace("/", ""), *word.split("/")} if "+" in word or "=" in word else word.split("/"),
                )
            )
        ):
            yield f"a text of {len(word)} characters that looks random"


WORDY = re.compile(r"(?:[A-Za-z]+|\d{1,8}|[a-z]{1,6}\d{1,4})(?:[-_+](?:[A-Za-z]+|\d{1,8}|[a-z]{1,6}\d{1,4}))+=?")


def _is_random(word: str) -> bool:
    """Whether a word is long and mixed, and neither words, nor an id of ours."""
    kinds = sum(bool(re.search(kind, word)) for kind in (r"\d", r"[A-Z]", r"[a-z]"))
    return (
        len(word) >= 20
        and kinds >= 2
        and len(set(word)) >= 9
        and bool(re.search(r"\d", word))
        and OURS not in word
        and not UUID.fullmatch(word)
        and not WORDY.fullmatch(word)
    )


def _opened(word: str) -> bool:
    """Whether a word is text in an encoding, which was looked through as such."""
    if HEX.fullmatch(word):
        return _readable(bytes.fromhex(word))[0] is not None
    for decode in (base64.b64decode, base64.urlsafe_b64decode):
        try:
            if _readable(decode(word.rstrip("=") + "=" * (-len(word.rstrip("=")) % 4)))[0] is not None:
                return True
        except ValueError:
            pass
    return False


# -- as a stranger reads it --------------------------------------------------------------------------------------------------
def audit(paths: Iterable[Path], scrubber: Scrubber | None = None) -> list[Finding]:
    """What somebody could find who has only the files: each read as bytes and opened encoding by encoding, without any of the
    rules that wrote it. With a scrubber, also whatever that one knows."""
    findings: list[Finding] = []
    for path in paths:
        text = path.read_text(encoding="utf-8")
        try:
            everything = "\n".join([text, *_strings(json.loads(text))])
        except ValueError:
            everything = text
        for view in _views(everything):
            for what in _seen(view, scrubber):
                if (finding := Finding(path.name, what)) not in findings:
                    findings.append(finding)
    return findings


def _seen(text: str, scrubber: Scrubber | None) -> Iterator[str]:
    published = scrubber._published if scrubber else ""
    if scrubber and scrubber._known_in(text) != text:
        yield "a value that the run knows"
    for pattern, ours, what in (
        (UUID, OUR_UUID, "an id of 32 digits"),
        (EMAIL, HARMLESS_DOMAIN, "an e-mail address"),
        (IPV4, HARMLESS_IP, "an IP address"),
        (IPV6, HARMLESS_IP, "an IP address"),
    ):
        for found in pattern.finditer(text):
            if not ours.fullmatch(found[0]) and found[0].lower() not in PUBLIC_IDS and found[0] not in published:
                yield what
    for found in AN_OPAQUE_ID.finditer(text):
        if not found[3].startswith(OURS) and found[0] not in published:
            yield "an id of the service"
    for found in HOST.finditer(text):
        if not OUR_HOST.fullmatch(found[1]) and found[0] not in published:
            yield "the host name of somebody's resource"
    if A_HOME.search(text):
        yield "a path in somebody's home folder"
    yield from unplaced(text, published)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from _strings(part)
    elif isinstance(value, list):
        texts = [part[1] for part in value if isinstance(part, list) and len(part) == 2 and isinstance(part[1], str)]
        if texts:  # a stream: what is spread over its events, too
            said: dict[tuple, str] = {}
            for line in "".join(texts).splitlines():
                try:
                    event = json.loads(line.removeprefix("data:"))
                except ValueError:
                    continue
                yield from _strings(event)
                for which, _, words in stream_pieces(event):
                    said[which] = said.get(which, "") + words
            yield from said.values()
        for part in value:
            yield from _strings(part)
    elif isinstance(value, str):
        yield value


def _views(text: str, deep: int = 0) -> Iterator[str]:
    yield text
    if deep >= DEEPEST:
        return
    inside: list[str] = []
    for found in BASE64.finditer(text):
        for decode in (base64.b64decode, base64.urlsafe_b64decode):
            try:
                plain, _ = _readable(decode(found[0] + "=" * (-len(found[0]) % 4)))
            except ValueError:
                continue
            if plain:
                inside.append(plain)
    for found in HEX.finditer(text):
        plain, _ = _readable(bytes.fromhex(found[0]))
        if plain:
            inside.append(plain)
    inside += [unquote(found[0]) for found in PERCENT.finditer(text) if unquote(found[0]) != found[0]]
    if "&" in text and html.unescape(text) != text:
        inside.append(html.unescape(text))
    if "\\" in text:
        plain = ESCAPED.sub(lambda code: chr(int(code[1], 16)), text)
        plain = re.sub(r"\\(.)", r"\1", plain)
        if plain != text:
            inside.append(plain)
    for one in inside:
        yield from _views(one, deep + 1)
