"""What a recording may not hold, and what stands there instead. An exchange with a live project goes in; it comes out with the
demo resource's names, made-up ids and no secret, or not at all.

Three things are looked for: values that the run knows (``known``: settings, tokens and their claims, names that the project lists,
this machine's user), in every encoding; what the structure tells (fields, headers and paths that hold a name or a person); and what
looks like a secret (``redaction``) or an identity (``identities``). The same value gets the same replacement everywhere, so recordings stay
joined. What looks like a secret and has no rule is a Finding, which names the place and never the value, and nothing is written then.
"""

import contextlib
import getpass
import json
import re
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from helpers.auth import decode_token
from helpers.course import identities
from helpers.course.encodings import DEEPEST, json_in, nested, openers, whole_characters, without_encoded
from helpers.course.identities import OURS, PUBLIC_IDS, UUID
from helpers.course.known import Known, visible
from helpers.exchange import Exchange, Headers
from helpers.mock import catalog
from helpers.mock.model.recordings import timed_events
from helpers.redaction import (
    AN_ID,
    HIDDEN,
    SECRET_SETTINGS,
    is_secret_name,
    redact_header,
    redact_text,
    redact_url,
    redact_value,
    secrets_in,
    stream_pieces,
    with_piece,
)

LEVELS = 100  # of JSON that are looked through: nothing of the service is nested so deep
# Fields that hold a name which somebody has given, and what stands there instead.
A_NAME = {
    "server_url": "https://example.com/mcp", "server_label": "server", "filename": "file", "file_name": "file", "project_connection_id": "connection",
    "connection_id": "connection", "connection_name": "connection", "index_name": "index", "agent_name": "demo-agent", "vector_store_name": "demo-store",
    "memory_store_name": "demo-memory", "toolbox_name": "demo-toolbox", "container_name": "demo-container", "deployment_name": "demo-deployment",
    "prompt_cache_key": "cache", "metadata": "value", "conversation_name": "demo-conversation",
}  # fmt: skip
# Objects of the service whose ``name`` somebody has given; what is named in a list of them is known from then on.
NAMED = {
    "vector_store": "demo-store", "file": "file", "agent": "demo-agent", "agent_reference": "demo-agent", "agent.version": "demo-agent", "assistant": "demo-agent",
    "memory_store": "demo-memory", "toolbox": "demo-toolbox", "container": "demo-container", "index": "demo-index", "dataset": "demo-dataset",
    "connection": "demo-connection", "evaluation": "demo-evaluation", "eval": "demo-evaluation", "project": catalog.PROJECT, "account": catalog.RESOURCE,
}  # fmt: skip
# Fields and headers that hold a person, and those of them whose value is a person's name wherever it stands.
A_PERSON = re.compile(r"(?:user|safety_identifier|end_?user(?:_?id)?|e?mail|upn|user_?principal_?name|preferred_username|unique_name|login_hint|username|given_?name|family_?name|display_?name|created_?by|last_?modified_?by|owner|author|principal_?name|x-ms-client-principal-name)", re.I)  # fmt: skip
SAYS_WHO = re.compile(r"(?:upn|user_?principal_?name|preferred_username|unique_name|given_?name|family_?name|created_?by|last_?modified_?by|principal_?name|login_hint)", re.I)  # fmt: skip
# What is only about the way to the service.
LEFT_OUT = re.compile(
    r"set-cookie2?|cookie|host|content-length|content-encoding|transfer-encoding|connection|keep-alive|alt-svc|via|forwarded|x-forwarded-.*|x-real-ip|x-original-.*|x-host"
    r"|x-client-ip|client-ip|true-client-ip|x-azure-(?:clientip|socketip|fdid|ref.*)|x-msedge-ref|x-ms-client-principal.*|x-ms-token-.*|x-ms-original-url|cf-.*|fastly-.*|akamai-.*"
    r"|nel|report-to|reporting-endpoints|server-timing|tracestate|baggage|correlation-context|p3p|content-security-policy.*|x-powered-by|x-aspnet.*",
    re.I,
)  # fmt: skip
SENT = re.compile(r"content-type|accept|authorization|(?:api|ocp-apim-subscription)-key|openai-beta|foundry-features|x-ms-enable-preview", re.I)  # fmt: skip
SIGN_IN = ("authorization", "api-key", "ocp-apim-subscription-key", "x-identity-header", "secret")
SAID_ABOUT_ME = {
    "tid": catalog.TENANT_ID, "oid": catalog.PRINCIPAL_ID, "sub": catalog.PRINCIPAL_ID, "appid": catalog.CLIENT_ID, "azp": catalog.CLIENT_ID,
    "puid": OURS, "deviceid": "", "sid": "", "uti": "", "aio": "", "rh": "", "xms_idrel": "", "onprem_sid": "", "home_oid": catalog.PRINCIPAL_ID, "altsecid": "",
}  # fmt: skip
NAMES_ME = (
    "name",
    "given_name",
    "family_name",
    "upn",
    "unique_name",
    "preferred_username",
    "email",
    "app_displayname",
    "verified_primary_email",
    "nickname",
)
# Words of a path behind which a name stands, and what stands there instead.
IN_PATHS = {
    "subscriptions": catalog.SUBSCRIPTION_ID, "resourcegroups": catalog.RESOURCE_GROUP, "accounts": catalog.RESOURCE, "projects": catalog.PROJECT,
    "connections": "demo-connection", "vaults": "demo-vault", "workspaces": "demo-workspace", "components": "demo-component", "userassignedidentities": "demo-identity",
    "agents": "demo-agent", "indexes": "demo-index", "datasets": "demo-dataset", "toolboxes": "demo-toolbox", "memory_stores": "demo-memory", "evaluations": "demo-evaluation",
    "dev.azure.com": "demo-organization", "sites": "demo-site", "teams": "demo-site", "personal": "demo-site",
}  # fmt: skip
_A_PATH = re.compile(r"[^\s\"'<>\\,;(){}\[\]]{8,}")
_ABOUT_AZURE = re.compile(
    r"(?:^|/)(?:subscriptions|resourcegroups|providers/microsoft\.\w+|api/projects)/|(?:dev\.azure|\.sharepoint)\.com/",
    re.I,
)
_NO_KIND = re.compile(r"locations|operation\w*|\w*versions|skus|usages|models", re.I)
_NO_NAME = re.compile(r"[<{\[$].*|me|v1|openai|providers|locations|runs|versions", re.I)


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
        self._known = Known()
        self._made: dict[tuple[str, str], str] = {}  # kind and value -> its made-up twin
        self._place: list[str] = []
        self._harmless: set[str] = set()  # texts that were looked through and hold nothing
        self._alarms = 0
        self.findings: list[Finding] = []

    # -- what a run knows ------------------------------------------------------------------------------------------------
    def learn(self, value: str | None, instead: str = HIDDEN, word: bool = False) -> None:
        """Replace this value everywhere, however it is spelled. A ``word`` is replaced only where it stands alone, and not at all
        where the course itself uses it."""
        value = whole_characters((value or "").strip())
        lower = value.lower()
        if len(value) < 3 or lower == instead.lower() or lower in WORDS or value in self._known:
            return
        if word and lower in self._words:
            return
        self._known.add(value, instead, word)
        self._harmless.clear()

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
            elif is_secret_name(name) or name in SECRET_SETTINGS:
                self.learn(value)

    def learn_address(self, url: str) -> None:
        """The resource and the project that an address names."""
        parts = urlsplit(url if "//" in url else f"https://{url}")
        host = parts.hostname or ""
        resource = (identities.RESOURCE.fullmatch(host) or [""] * 2)[1].rstrip(".")
        project = unquote((re.search(r"/projects/([^/?]+)", parts.path) or [""] * 2)[1])
        if resource:
            self.learn(resource, catalog.RESOURCE, word=len(resource) < 6)
        elif host:
            self.learn(parts.netloc.rpartition("@")[2], f"{catalog.RESOURCE}.services.ai.azure.com")
            if host not in ("localhost", "127.0.0.1"):
                self.learn(host, f"{catalog.RESOURCE}.services.ai.azure.com")
        for what, found in (("resource", resource), ("project", project)):
            if found.lower() in self._words - WORDS and re.fullmatch(r"[A-Za-z0-9]+", found):
                self._found(
                    f"the name of the {what} is a word of the course: record from a {what} with a name of its own"
                )
        self.learn(project, catalog.PROJECT, word=len(project) < 8)

    def learn_deployment(self, name: str, model: str = "") -> None:
        """A deployment's own name; one that is a model's says nothing about anybody."""
        if name not in (*catalog.DEPLOYMENTS, *catalog.MODELS, model) and not name.startswith(tuple(catalog.MODELS)):
            self.learn(name, self._twin("deployment", name, "course-chat"), word=len(name) < 8)

    def learn_machine(self) -> None:
        """Who sits here: the user and the machine."""
        for value, instead in (
            (getpass.getuser(), "learner"),
            (socket.gethostname(), "laptop"),
            (socket.gethostname().partition(".")[0], "laptop"),
            (str(Path.home()), "~"),
        ):  # fmt: skip
            if len(value) >= 4:
                self.learn(value, instead, word=True)

    def learn_person(self, value: str) -> None:
        """Somebody's name or address, and its parts, in the orders in which they are written."""
        if "@" in value:
            local, _, domain = value.partition("@")
            if identities.is_example_email(value):
                return
            self.learn(value, self._twin("email", value, "person") + "@example.com")
            self.learn(local, "learner", word=True)
            self._learn_parts(re.split(r"[._+-]", local), "learner")
            if domain.removesuffix(".onmicrosoft.com") != domain or not identities.is_public(domain):
                self.learn(domain, "example.com", word=True)
                self.learn(domain.partition(".")[0], "example", word=True)
            self._learn_orders(
                [part for part in re.split(r"[._+-]", local) if len(part) > 1], self._twin("person", local, "A Learner")
            )
            return
        parts = [part.strip(",.;()") for part in value.split()]
        if len(parts) > 1:
            self.learn(value, self._twin("person", value, "A Learner"))
        self._learn_orders(parts, self._twin("person", value, "A Learner"))
        self._learn_parts(parts, "Learner")

    def _learn_orders(self, parts: list[str], instead: str) -> None:
        if len(parts) < 2:
            return
        first, last = parts[0], parts[-1]
        for one, other in ((first, last), (last, first)):
            for between in (" ", ", ", ",", ".", "_", "-", ""):
                if len(one + other) > 5:
                    self.learn(f"{one}{between}{other}", instead if between[-1:] == " " else "learner", word=True)
        for between in ("", ".", ". ") if len(last) > 3 else ():
            self.learn(f"{first[0]}{between}{last}", instead if between[-1:] == " " else "learner", word=True)

    def _learn_parts(self, parts: list[str], instead: str) -> None:
        for part in parts:
            if part.isalpha():
                self.learn(part, instead, word=True)
                for two in ("ae", "oe", "ue", "aa"):  # as somebody may write it who has the letter
                    if two in part.lower() and len(part) > 5:
                        self.learn(part.lower().replace(two, two[0]), instead, word=True)

    def learn_exchange(self, exchange: Exchange) -> None:
        """What one exchange tells: its sign-in and the claims of its token, its cookies, the names that a list holds."""
        for name, value in (*exchange.request_headers.pairs, *exchange.response_headers.pairs):
            secret = value.partition(" ")[2] if value.lower().startswith(("bearer ", "basic ")) else value
            if name.lower() in SIGN_IN:
                if len(secret) >= 12 and secret not in self._published:  # a wrong key that the lesson shows is none
                    self.learn(secret)
                    self._learn_token(secret)
            elif name.lower() in ("cookie", "set-cookie"):
                for pair in secret.split(";")[: 1 if name.lower() == "set-cookie" else None]:
                    _, _, cookie = pair.partition("=")
                    if len(cookie) >= 8:
                        self.learn(cookie)
            elif SAYS_WHO.search(name):
                self._learn_someone(value)
        listed = urlsplit(exchange.url).path.rpartition("/")[2]
        for body in (exchange.request_json, exchange.response_json):
            if not nested(body, LEVELS):
                self._learn_listed(body, "index" if listed == "indexes" else listed.removesuffix("s"))

    def _learn_token(self, token: str) -> None:
        try:
            claims = decode_token(token)["claims"]
        except ValueError:
            return
        for name, value in claims.items():
            if not isinstance(value, str) or len(value) < 2:
                continue
            if name in SAID_ABOUT_ME and len(value) >= 4:
                self.learn(value, SAID_ABOUT_ME[name] or HIDDEN)
            elif name in NAMES_ME:
                self.learn_person(value)
            elif name in ("xms_mirid", "xms_az_rid", "xms_rid"):
                self._quiet(value)
            elif name == "ipaddr":
                self.learn(value, self._twin("ip", value, "203.0.113.7"))

    def _learn_someone(self, value: str) -> None:
        """A person in a field that says who somebody is; not a word such as "system"."""
        if (
            len(value) < 100
            and not self._is_published(value)
            and (re.fullmatch(r"[^\W\d_][\w.'-]*,? (?:[^\W\d_][\w.'-]*,? ?){1,4}", value) or identities.is_email(value))
        ):
            self.learn_person(value)

    def _learn_listed(self, value: Any, kind: str = "") -> None:
        """Addresses, people, and names that somebody has given, in what the project tells."""
        if isinstance(value, list):
            for part in value:
                self._learn_listed(part, kind)
        if not isinstance(value, dict):
            return
        own = _named(value, kind)
        for name, part in value.items():
            if not isinstance(part, str):
                self._learn_listed(part, kind if name in ("data", "value") else name.removesuffix("s"))
            elif name in ("target", "endpoint", "serviceEndpoint", "AZURE_OPENAI_ENDPOINT", "server_url"):
                self._learn_target(part)
            elif name.lower() in ("resourceid", "id", "xms_mirid"):
                self._quiet(part)  # names in a path of a resource are learned where they are met
            elif SAYS_WHO.fullmatch(name):
                self._learn_someone(part)
            elif own and name in ("name", "displayName"):
                self._given(own, part)
            elif name in ("filename", "file_name"):
                self._given("file", part)

    def _learn_target(self, url: str) -> None:
        for found in identities.RESOURCE.finditer(url):
            labels = found[1].rstrip(".")
            if not identities.is_nobodys(labels):
                self.learn(labels, self._twin("host", labels.lower(), "demo-target"), word=len(labels) < 6)
        host = (urlsplit(url).hostname or "") if "//" in url else ""
        if host and host in [
            url[begin:end].lower() for begin, end in identities.TABLE["the host name of somebody's server"](url)
        ]:
            self._server(host)

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
            if not LEFT_OUT.fullmatch(key) and not self.knows(key)
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

    def knows(self, text: str) -> bool:
        """Whether something that the run knows stands in a text."""
        return next(self._known.spans(text), None) is not None

    def _at(self, place: str, rule: Callable, *values) -> Any:
        self._place.append(place)
        try:
            return rule(*values)
        finally:
            self._place.pop()

    def _found(self, what: str) -> None:
        self._alarms += 1
        place = "".join(part if part.startswith("[") or at == 0 else f", {part}" if at == 1 else f".{part}" for at, part in enumerate(self._place))  # fmt: skip
        finding = Finding(place or "text", what)
        if finding not in self.findings:
            self.findings.append(finding)

    def _is_published(self, value: str) -> bool:
        """Whether a value stands in what everybody may read, as a whole."""
        at = self._published.find(value)
        while at >= 0:
            around = self._published[max(0, at - 1) : at], self._published[at + len(value) : at + len(value) + 1]
            if not any(one.isalnum() for one in around):
                return True
            at = self._published.find(value, at + 1)
        return False

    def _url(self, url: str) -> str:
        before, mark, query = url.partition("?")
        pairs = [
            (self._text(name), self._at(self._text(name), self._field, value, name, 0))
            for name, value in parse_qsl(query, keep_blank_values=True)
        ]
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
        if (AN_ID.search(lower) or lower in ("traceparent", "x-ms-ests-server")) and self._is_opaque(value):
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
            if nested(value, LEVELS):
                self._found(f"JSON that is nested deeper than {LEVELS} levels, which cannot be looked through")
                return b""
            return json.dumps(self._value(value), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            self._found("a body that is not text, which cannot be looked through")
            return b""
        if A_FORM.fullmatch(text):
            pairs = [
                (self._text(name), self._at(self._text(name), self._field, value, name, 0))
                for name, value in parse_qsl(text, keep_blank_values=True)
            ]
            text = urlencode(pairs, safe=":[],/", quote_via=quote)
        return self._text(text).encode("utf-8", "replace")

    def _value(self, value: Any, name: str = "", deep: int = 0) -> Any:
        """A JSON value, field by field."""
        if isinstance(value, str):
            return self._field(value, name, deep)
        if isinstance(value, list):
            if value and all(isinstance(one, dict) and "logprob" in one and "token" in one for one in value):
                said = "".join(str(one["token"]) for one in value)
                return value if self._quiet(said) == said else []  # pieces of what is hidden elsewhere
            return [self._at(f"[{at}]", self._value, one, name, deep) for at, one in enumerate(value)]
        if isinstance(value, int | float) and not isinstance(value, bool) and A_PERSON.fullmatch(name.lower()):
            return 1 + self._number("person", str(value))
        if not isinstance(value, dict):
            return value
        if A_PERSON.fullmatch(name.lower()):  # whoever it is, told in several fields
            return {
                field: self._value(part, name if isinstance(part, str) else field, deep)
                for field, part in value.items()
            }
        hidden = redact_value(value) if deep == 0 and not name else value  # secrets by the names of their fields, once
        own, clean = _named(value, name.removesuffix("s")), {}
        if "name" in value and value.get("role") in ("user", "assistant", "system", "developer"):
            own = "user"  # who of several takes part in a chat
        for field, part in hidden.items():
            key = self._text(field) if field not in self._published else field
            what = own if own and field == "name" else str(field)
            alarms = self._alarms
            clean[key] = self._at(str(key), self._value, part, what, deep)
            if (
                name == "metadata" and isinstance(part, str) and alarms == self._alarms
            ):  # anything at all; the course's own is published
                clean[key] = self._given("metadata", clean[key])
        return clean

    def _field(self, value: str, name: str, deep: int) -> str:
        if not value or value == HIDDEN:
            return value
        value, lower = whole_characters(value), name.lower()
        if lower in ("encrypted_content", "reasoning_encrypted_content"):
            return f"encrypted-{self._made_id('encrypted', value, 48)}"
        if lower == "obfuscation":
            return value
        if A_PERSON.fullmatch(lower):
            return self._person(value)
        if name in NAMED or lower in A_NAME:
            return self._given(name if name in NAMED else lower, value)
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
        text = whole_characters(text)
        if len(text) < 3 or text in self._harmless:
            return text
        before, alarms = text, self._alarms
        if deep < DEEPEST:
            inside = json_in(text)
            if inside is not None:
                return self._json(text, inside, deep)
            if "\n" in text and _JSON_LINE.search(text):
                text = "\n".join(self._line(line, deep) for line in text.split("\n"))
            for opener in openers():
                text = self._opened(text, opener, deep)
        if not text.isascii() and (plain := visible(text)) != text:
            for what, places in identities.TABLE.items():
                if len(list(places(plain))) > len(list(places(text))):
                    self._found(f"{what}, in letters that look otherwise")
        for path in _A_PATH.finditer(text):  # its names are known from now on
            self._path(path[0])
        text, disguised = self._known.replaced(text)
        if disguised:
            self._found("something of the project or the sign-in, in letters that look otherwise")
        elif self._known.is_broken_up_in(text):
            self._found("something of the project or the sign-in, in several pieces")
        text = _A_PATH.sub(lambda found: self._path(found[0]), text)
        for what, places in identities.TABLE.items():
            text = _with(text, [(begin, end, self._twin_of(what, text[begin:end])) for begin, end in places(text)])
        text = redact_text(text)
        for what in _random(text, self._is_published, deep):
            self._found(what)
        if text == before and alarms == self._alarms and len(text) < 4000 and deep < 2:
            self._harmless.add(text)
        return text

    def _json(self, text: str, inside: Any, deep: int) -> str:
        if nested(inside, LEVELS):
            self._found(f"JSON that is nested deeper than {LEVELS} levels, which cannot be looked through")
            return HIDDEN
        clean = self._value(redact_value(inside), "", deep + 1)
        return text if clean == inside else json.dumps(clean, ensure_ascii="\\u" in text)

    def _line(self, line: str, deep: int) -> str:
        """A line of an event stream or of JSON lines."""
        start, data = ("data: ", line[5:].strip()) if line.startswith("data:") else ("", line)
        inside = json_in(data)
        if inside is None:
            return line
        clean = self._json(data, inside, deep)
        return line if clean == data else start + clean

    def _opened(self, text: str, opener: Callable, deep: int) -> str:
        """The text, with what is encoded in it looked through."""
        changes, end = [], 0
        for one in sorted(opener(text), key=lambda one: one.begin):
            if one.begin < end:
                continue
            if one.close is None:
                clean = HIDDEN if self.knows(one.plain) or self.knows(one.plain.replace("\0", "")) else None
            else:
                plain = self._text(one.plain, deep + 1)
                clean = one.close(plain) if plain != one.plain else None
            if clean is not None:
                changes.append((one.begin, one.end, clean))
                end = one.end
        return _with(text, changes)

    def _path(self, path: str) -> str:
        """A path of Azure or of a project, with the names in it replaced and learned."""
        if "/" not in path or not _ABOUT_AZURE.search(path):
            return path
        parts, provider = path.split("/"), 0
        for at, (kind, part) in enumerate(pairwise(parts), 1):
            name, mark, query = re.match(r"([^?#&:]*)([?#&:]?)(.*)", part).groups()
            plain, kind = unquote(name).rstrip("."), kind.lower().rpartition("@")[2]
            provider = at if kind == "providers" else provider
            if kind in IN_PATHS:
                twin = IN_PATHS[kind]
            elif provider and at > provider and (at - provider) % 2 == 0 and not _NO_KIND.fullmatch(kind):
                twin = f"demo-{kind.rstrip('s')}"  # a provider is followed by pairs of kind and name
            else:
                continue
            if (
                len(plain) < 2
                or _NO_NAME.fullmatch(plain)
                or identities.PLACEHOLDER.fullmatch(plain)
                or plain in (twin, HIDDEN, *self._made.values())
            ):
                continue
            if kind != "subscriptions" and (
                self._is_published(plain) or plain in catalog.DEPLOYMENTS or plain in catalog.MODELS
            ):
                continue
            if kind not in ("subscriptions", "resourcegroups", "accounts", "projects"):
                twin = self._twin(kind, plain, twin)
            if len(plain) > 3:
                self.learn(plain, twin, word=len(plain) < 8)
            parts[at] = twin + name[len(name.rstrip(".")) :] + mark + query
        return "/".join(parts)

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

    def _twin_of(self, what: str, value: str) -> str:
        """What stands in place of an identity from the table."""
        if self._is_published(value):
            return value
        if what == "the host name of somebody's resource":
            labels, suffix = identities.RESOURCE.fullmatch(value).groups()
            return f"{self._known.instead_of(labels.rstrip('.')) or self._twin('host', labels.rstrip('.'), 'demo-other')}.{suffix}"
        if what == "the host name of somebody's server":
            return self._server(value)
        if what == "an e-mail address":
            return self._twin("email", value, "person") + "@example.com"
        if what == "an IP address":
            return self._twin("ip", value, "203.0.113.7")
        if what == "an id of 32 digits":
            return self._uuid(value)
        if what == "an id of the service":
            return self._opaque(value)
        if what == "an address of a network card":
            return f"00-00-5E-00-53-{1 + self._number('card', value) % 250:02X}"
        if what == "a telephone number":
            return f"+1 555 01{self._number('phone', value) % 100:02}"
        return "laptop" if what == "the name of somebody's machine" else "learner"

    def _number(self, kind: str, value: str) -> int:
        """The number of a value among those of its kind, from 0."""
        made = self._made.setdefault((kind, value.lower()), str(sum(one == kind for one, _ in self._made)))
        return int(made)

    def _server(self, host: str) -> str:
        twin = self._twin("server", host, "server") + ".example.com"
        self.learn(host, twin, word=True)
        return twin

    def _given(self, kind: str, value: str) -> str:
        """A name that somebody has given, or its twin; one that the course gives stays."""
        first = NAMED.get(kind) or A_NAME[kind]
        if (
            self._is_published(value)
            or re.fullmatch(rf"{re.escape(first)}(?:-\d+)?(?:\.\w{{1,5}})?", value)
            or identities.PLACEHOLDER.fullmatch(value)
            or value in catalog.DEPLOYMENTS
        ):
            return value
        ending = Path(value).suffix if first == "file" else ""
        twin = self._twin(first, value, first) + (ending if re.fullmatch(r"\.\w{1,5}", ending) else "")
        if len(value) > 3:
            self.learn(value, twin, word=True)
        return twin

    def _made_id(self, kind: str, value: str, length: int) -> str:
        """So many hexadecimal digits, 12 to 50, which begin as all of ours do."""
        key = (kind, value)
        if key not in self._made:
            self._made[key] = f"{OURS}{len(self._made) + 1:0{min(max(length, 12), 50) - len(OURS)}x}"
        return self._made[key]

    def _uuid(self, value: str) -> str:
        lower = value.lower()
        if not next(identities.TABLE["an id of 32 digits"](lower), None) or self._is_published(value):
            return value
        return f"{OURS}00-0000-4000-8000-{self._made_id('uuid', lower, 12 + len(OURS))[len(OURS) :]}"

    def _is_opaque(self, value: str) -> bool:
        """Whether a value is an id that a machine made."""
        if self._is_published(value) or not re.search(r"\d", value) or value.startswith("fp_"):
            return False
        words = re.fullmatch(r"(?:[A-Za-z]+|v?\d{1,4})(?:[-_. :](?:[A-Za-z]+|v?\d{1,4}))*", value)
        return bool(len(value) >= 8 and not words and re.fullmatch(r"[\w.:+/=-]+", value))

    def _opaque(self, value: str) -> str:
        if UUID.fullmatch(value):
            return self._uuid(value)
        if self._is_published(value) or OURS in value:
            return value
        found = identities.SERVICE_ID.fullmatch(value)
        if found:
            prefix, mark, rest = found.groups()
            return f"{prefix}{mark}{self._made_id(prefix, rest, len(rest))}" if identities.is_made(rest) else value
        prefix = re.match(r"(?:[a-z]{1,12}[_-])?", value)[0]
        return prefix + self._made_id("opaque", value, len(value) - len(prefix))

    def _person(self, value: str) -> str:
        if self._is_published(value) or _A_TWIN.fullmatch(value):
            return value
        if identities.is_email(value):
            return (
                value if identities.is_example_email(value) else self._twin("email", value, "person") + "@example.com"
            )
        if UUID.fullmatch(value):
            return self._uuid(value)
        return self._twin("person in a field", value, "learner")

    # -- streams ---------------------------------------------------------------------------------------------------------
    def _stream(self, chunks: tuple[tuple[float, bytes], ...]) -> tuple[tuple[float, bytes], ...]:
        """The stream event by event, each at the second in which its last byte came. The pieces of one text are looked at
        together, because what is hidden may be spread over several."""
        try:
            events = list(timed_events(chunks))
        except UnicodeDecodeError:
            self._found("a stream that is not text")
            return ()
        values: dict[int, Any] = {}
        for at, (_, event) in enumerate(events):
            data = "\n".join(line[5:].lstrip(" ") for line in event.splitlines() if line.startswith("data:"))
            with contextlib.suppress(ValueError, RecursionError):
                values[at] = json.loads(data)
            if nested(values.get(at), LEVELS):
                self._found(f"JSON that is nested deeper than {LEVELS} levels, which cannot be looked through")
                return ()
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
        spread: dict[tuple, str] = {}
        for value in values.values():
            for way, words in _leaves(value):
                spread[way] = spread.get(way, "") + words
        if any(map(self.knows, spread.values())):
            self._found("something of the project or the sign-in, spread over several events")
        clean = []
        for at, (second, event) in enumerate(events):
            if at not in values:
                clean.append((second, self._text(event)))
                continue
            value = _without_logprobs(values[at]) if changed else values[at]
            others = [self._text(line) for line in event.splitlines() if line and not line.startswith("data:")]
            data = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            clean.append((second, "\n".join([*others, f"data: {data}"]) + "\n\n"))
        return tuple((second, event.encode("utf-8", "replace")) for second, event in clean)


_A_TWIN = re.compile(rf"(?:learner|Learner|A Learner|person)(?:-\d+)?(?:@example\.com)?|{OURS}\w*")
A_FORM = re.compile(r"[\w.-]{1,80}=[^&\s]*(?:&[\w.-]{1,80}=[^&\s]*)*")
_JSON_LINE = re.compile(r"(?:^|\n)(?:data:\s?)?[{\[]")

# Names of the demo resource, which stand for themselves.
WORDS = frozenset(
    word.lower()
    for word in (catalog.RESOURCE, catalog.PROJECT, catalog.RESOURCE_GROUP, catalog.LOCATION, *catalog.DEPLOYMENTS, *catalog.MODELS, *PUBLIC_IDS, "user", "root", "admin", "localhost", "test", "learner", HIDDEN)
)  # fmt: skip


def _named(value: dict, kind: str) -> str:
    """What kind of thing an object is that somebody has given a name, or "". ``kind`` is the field that it stands in."""
    for one in (value.get("object"), value.get("type"), kind):
        if isinstance(one, str) and one in NAMED:
            return one
    return ""


def _with(text: str, changes: list[tuple[int, int, str]]) -> str:
    """The text with other words from one place to another; of two that overlap the first counts."""
    if not changes:
        return text
    pieces, at = [], 0
    for begin, end, words in sorted(changes):
        if begin >= at:
            pieces += [text[at:begin], words]
            at = end
    return "".join([*pieces, text[at:]])


def _spread(clean: str, pieces: list[str], said: str) -> list[str]:
    """A text that was changed, in as many pieces as before: what is the same at the beginning and the end stays where it was."""
    if clean == said:
        return pieces
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


def _leaves(value: Any, way: tuple = ()) -> Iterator[tuple[tuple, str]]:
    """The short texts in a JSON value, each with the fields that lead to it."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _leaves(part, (*way, name))
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part, way)
    elif isinstance(value, str) and len(value) < 40:
        yield way, value


def _without_logprobs(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: ([] if isinstance(part, list) else None) if name == "logprobs" else _without_logprobs(part) for name, part in value.items()}  # fmt: skip
    return [_without_logprobs(part) for part in value] if isinstance(value, list) else value


def _random(text: str, is_published: Callable[[str], bool], deep: int) -> Iterator[str]:
    """What looks as if a machine had made it and has no rule, in words without it. What is encoded too deep to be opened is such, too."""
    for word in identities.random_words(without_encoded(text) if deep < DEEPEST else text):
        if not is_published(word):
            yield f"a text of {len(word)} characters that looks random"


# -- as a stranger reads it --------------------------------------------------------------------------------------------------
def audit(paths: Iterable[Path], scrubber: Scrubber | None = None) -> list[Finding]:
    """What somebody could find who has only the files: each read as bytes and opened encoding by encoding, without any of the
    rules by structure that wrote it. With a scrubber, also whatever that one knows."""
    findings: list[Finding] = []
    for path in paths:
        text = path.read_text(encoding="utf-8")
        everything = f"{path.stem}\n{text}"
        with contextlib.suppress(ValueError):
            everything = "\n".join([everything, *_strings(json.loads(text))])
        for view, deep in _views(everything):
            for what in _seen(view, scrubber, deep):
                if (finding := Finding(path.name, what)) not in findings:
                    findings.append(finding)
    return findings


def _seen(text: str, scrubber: Scrubber | None, deep: int) -> Iterator[str]:
    is_published = scrubber._is_published if scrubber else lambda value: False
    if scrubber and scrubber.knows(text):
        yield "a value that the run knows"
    for what, places in identities.TABLE.items():
        if any(not is_published(text[begin:end]) for begin, end in places(text)):
            yield what
    yield from (what for *_, what in secrets_in(text, least=16))
    yield from _random(text, is_published, deep)


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


def _views(text: str, deep: int = 0) -> Iterator[tuple[str, int]]:
    yield text, deep
    if deep < DEEPEST:
        for opener in openers():
            for one in opener(text):
                if one.close:
                    yield from _views(one.plain, deep + 1)
