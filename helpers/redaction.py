"""What counts as a secret in HTTP, and how it is hidden. Everything that prints or stores HTTP goes through here.

A secret is known in three ways: by its value (a setting, or what code has made itself), by its shape (SHAPES), and by the name
that stands before it (NAMES). A name alone is no reason: in a schema, in code or before a number it hides nothing.
"""

import json
import os
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

HIDDEN = "[redacted]"
HIDDEN_IN_URL = "redacted"  # brackets have a meaning in URLs

# Settings whose values are secrets: wherever such a value turns up, it is hidden.
SECRET_SETTINGS = (
    "FOUNDRY_API_KEY", "IDENTITY_HEADER", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "AZURE_CLIENT_SECRET", "AZURE_OPENAI_API_KEY", "OPENAI_API_KEY",
    "FOUNDRY_CLIENT_SECRET", "FOUNDRY_SECOND_CLIENT_SECRET", "FOUNDRY_MOCK_CONTROL_KEY",
)  # fmt: skip
known_secrets: set[str] = set()  # values that code has made itself, such as the mock's key

# -- names -----------------------------------------------------------------------------------------------------------------
# What comes after one of these is a secret. "-" and "_" may stand between the words, or nothing. Names are compared in lower
# case, and each begins with a letter, which lets the search skip what begins with no such letter.
_STRONG = (
    r"pass(?:word|wd|phrase)|pwd(?<![a-z]pwd)|secret(?<![a-z]secret)|(?:client|app|shared|signing|webhook)[-_]?secret"
    r"|(?:api|access|account|shared|subscription|functions?|private|control|storage|master|admin"
    r"|encryption|instrumentation)[-_]?key|(?:access|refresh|id|auth|bearer|session|bot|sas)[-_]?token"
    r"|connection[-_]?string|identity[-_]?header|client[-_]?assertion|device[-_]?code"
)
# These have other meanings too, so what comes after them must look like a secret.
_WEAK = (
    r"key(?<![a-z]key)(?<!cache[-_]key)(?<!public[-_]key)(?<!partition[-_]key)|token(?<![a-z]token)"
    r"|key[12](?<![a-z]key[12])|(?:primary|secondary)[-_]?key|credentials?"
    r"|assertion(?<![a-z]assertion)|sig(?:nature)?(?<![a-z]sig)(?<![a-z]signature)"
)
NAMES = re.compile(rf"(?P<strong>{_STRONG})|(?:{_WEAK})")
STRONG = re.compile(rf"(?:{_STRONG}|authorization|cookie)s?$")
WEAK = re.compile(rf"(?:{_WEAK})$")
NAMING = ("name", "key", "keyname", "header")  # fields that say what the value beside them is
SCHEMA_WORDS = {"type", "$ref", "anyOf", "oneOf", "allOf", "enum", "const", "description", "properties", "items"}

# Values that stand for a secret that is not there.
PLACEHOLDER = re.compile(
    r"""[<\[{(].*[>\]})]|\$.*|%\w+%|\.{2,}.*|\*+|x{3,}|-+|none|null|true|false|your[-_ ].*|redacted|bearer|basic|change-?me\w*|replace[-_ ].*|[^{]*\{[^{}]*\}.*
    |(?:bearer|basic)\s+(?:[<\[{$%*].*|\.\.\.)""",
    re.I | re.X | re.S,
)
_CODE = re.compile(r"[A-Za-z_][\w.]*[\[(]|[A-Za-z_]\w*\.[A-Za-z_]|[A-Za-z_]+$")


def _placeholder(value: str) -> bool:
    return bool(PLACEHOLDER.fullmatch(value.strip()))


# Words and short numbers with something between them, a UUID, an id of the service: long, mixed, and no secret.
_WORDY = re.compile(
    r"(?:[A-Za-z]+|v?\d{1,4})(?:[-_. ](?:[A-Za-z]+|v?\d{1,4}))+|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|(?:[A-Z]?[a-z]+){1,4}\d{1,8}(?:[A-Z][a-z]+){0,3}|(?:resp|msg|call|conv|fc|rs|file|asst|thread|run|vs|chatcmpl)[-_]\w+"
)


def _looks_random(value: str, least: int = 8) -> bool:
    """Whether a value could be a secret: letters and digits, long enough, neither words nor code."""
    mixed = re.search(r"\d", value) and re.search(r"[A-Za-z]", value)
    named = _placeholder(value) or _CODE.match(value) or (least >= 12 and _WORDY.fullmatch(value))
    return len(value) >= least and bool(mixed) and not named


def _spelled(name: str) -> str:
    """The name as the patterns expect it: its words apart, so that "topicKey" ends in a key and "monkey" does not."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name[-80:]).lower()


def is_secret_name(name: str) -> bool:
    """Whether a header or a field of that name holds a secret, whatever its value."""
    return bool(STRONG.search(_spelled(name)))


# -- shapes ----------------------------------------------------------------------------------------------------------------
class Shape(NamedTuple):
    """``what`` it is, in words that do not hold it, and the pattern, whose group ``value`` is the secret. That must look
    random, or be any text but a placeholder, or anything at all (``must``). ``before`` ends where the pattern begins."""

    what: str
    pattern: re.Pattern
    must: str = "anything"
    before: re.Pattern | None = None


def _shape(what: str, pattern: str, must: str = "anything", before: str = "") -> Shape:
    return Shape(what, re.compile(pattern), must, re.compile(before + r"\Z") if before else None)


# Secrets that are known by how they look.
SHAPES = (
    # three base64url parts, the first of which starts with '{"' (RFC 7519 section 3); the last is empty in an unsigned one
    _shape("a token", r"\b(?P<value>eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)?)"),
    _shape("something like an Azure key", r"(?<![A-Za-z0-9+/=-])(?P<value>[A-Za-z0-9]{84})(?![A-Za-z0-9+/=-])"),
    _shape("something like an Azure key", r"(?<![A-Za-z0-9+/=])(?P<value>[A-Za-z0-9]{47,52}JQQJ99[A-Za-z0-9]{20,40})"),
    _shape("something like an Azure key", r"(?<![A-Za-z0-9+/=_-])(?P<value>[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{86}==)(?![A-Za-z0-9+/=])"),
    _shape("a key of 32 digits", r"(?<![0-9A-Za-z+/=%.-])(?P<value>[0-9a-f]{32}|[0-9A-F]{32})(?![0-9A-Za-z+/=-]|\.\w)"),
    _shape("something like a client secret of Entra ID", r"(?<![\w~.-])(?P<value>[\w.~-]{3,4}\dQ~[\w.~-]{31,34})(?![\w~-])"),
    _shape("a key of another service", r"\b(?P<value>sk-[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}"
           r"|glpat-[\w-]{20,}|(?:AKIA|ASIA)[0-9A-Z]{16}|xox[abprs]-[A-Za-z0-9-]{20,}|hf_[A-Za-z0-9]{30,}"
           r"|AIza[\w-]{30,}|npm_[A-Za-z0-9]{30,}|GOCSPX-[\w-]{20,}|[sr]k_live_[A-Za-z0-9]{20,}|SG\.[\w-]{16,}\.[\w-]{16,}|pypi-[\w-]{30,})(?![A-Za-z0-9])"),
    _shape("a private key", r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?P<value>[^-]{8,20000})"),
    _shape("the signature of a shared URL", r"[?&;]sig=(?P<value>[A-Za-z0-9%+/=_-]{20,})"),
    _shape("a password in a URL", r"://[^\s/:@\"'<>]{0,100}:(?P<value>[^\s/@\"'<>]{3,200})@", "text"),
    _shape("a token in a URL", r"://(?P<value>[A-Za-z0-9_-]{16,200})@", "random"),
    _shape("a secret in a header", r"\b[Bb](?:earer|asic)\s{1,5}(?P<value>[A-Za-z0-9._~+/=-]{12,4000})", "random"),
    _shape("a secret in a cookie", r"(?:[Cc]ookie:\s{0,5}|\s-b\s{1,5}['\"]|[Cc]ookie:[^\n]{0,400};\s{0,3})[\w.-]{1,80}=(?P<value>[^\s;\"']{8,4000})", "random"),
    _shape("a password on a command line", r"\s(?:-u|--user|--proxy-user)[ =]['\"]?[^\s:'\"$]{1,80}:(?P<value>[^\s'\"]{4,200})", "text"),
    _shape("a password in a call", r"\bauth\s?=\s?\(\s{0,9}['\"][^'\"\s]{1,80}['\"]\s{0,9},\s{0,9}['\"](?P<value>[^'\"\s]{4,200})['\"]", "text"),
    _shape("a key in a call", r"\b(?:\w{0,40}KeyCredential|SecretStr|SecureString)[\s(]\s{0,9}['\"](?P<value>[^'\"\s]{4,400})['\"]", "text"),
    _shape("a key in a call", r"\bClientSecretCredential\((?:[^()\"']{0,200}|[\"'][^\"']{0,100}[\"'],?\s?){1,3}[\"'](?P<value>[^'\"\s]{8,400})[\"']\s?,?\s?\)", "random"),
)  # fmt: skip
# Secrets that are known by the name before them: how the text goes on after the name, and how it may begin before it.
_QUOTE = r"\\{0,9}[\"'`]"
_TEXT = r"[^\s\"'`\\]{4,400}"
_IS = rf"(?:{_QUOTE})?\]?\s{{0,9}}(?::\s{{0,9}}\w{{1,80}}\s{{0,9}})?(?::=|=>|[:=])\s{{0,9}}(?:String::from\()?[bruBRU]?"
AFTER_A_NAME = (
    _shape("a secret that is given a name", rf"{_IS}{_QUOTE}(?P<value>{_TEXT}){_QUOTE}", "text"),
    _shape("a secret that is given a name", rf"{_IS}(?:{_QUOTE}){{0,3}}(?P<value>[^\s\"'`\\;&,<>]{{4,400}})", "random"),
    _shape("a secret that is given a name", rf"{_QUOTE}\s{{0,9}},\s{{0,9}}b?{_QUOTE}(?P<value>{_TEXT}){_QUOTE}", "random"),
    _shape("a secret that is given a name", r"\"\s{0,9}:\s{0,9}\"(?P<value>[^\"\\\n]{4,400})\"", "text", r"\"[\w-]{1,90}"),
    _shape("a secret in a sentence", r"\s(?:is|ist|est|es|=|->)\s{1,3}[\"'`(]?(?P<value>[A-Za-z0-9+/=_.~-]{16,400})", "random"),
    _shape("a secret of an environment", r"\s{1,3}(?:--body\s|--value\s)?['\"]?(?P<value>[^\s'\"]{8,400})", "random",
           r"\b(?:setx|setenv|ENV|ARG|export|set\s-g?x|secret\sset)\s{1,3}[\w-]{1,90}"),
    _shape("a secret of an environment", rf"=(?P<value>{_TEXT})", "text", r"(?:^|\n)\s{0,9}(?:export\s+|set\s+|-\s+)?[A-Z0-9_]{3,90}"),
    _shape("a password on a command line", r"[ =]['\"]?(?P<value>[^\s'\"]{4,400})", "random", r"\s--?[\w-]{1,60}"),
    _shape("a secret in XML", r"(?:\s[^<>]{0,200})?>\s{0,9}(?P<value>[^<>\s]{4,400})\s{0,9}<", "text", r"<[\w:.]{1,90}"),
    _shape("a secret in XML", r"[\"']\s{1,9}value\s?=\s?[\"'](?P<value>[^\"']{4,400})[\"']", "text", r"(?:key|name)\s?=\s?[\"'][\w:.]{1,90}"),
    _shape("a secret in YAML", r"[\"']?\s{0,9}\n\s{0,40}value:\s{0,9}[\"']?(?P<value>[^\s\"']{4,400})", "text", r"name:\s{0,9}[\"']?[\w-]{1,90}"),
    _shape("a secret in a form", r"\"[^\n]{0,200}\n(?:[^\r\n]{1,200}\r?\n){0,5}\r?\n(?P<value>[^\r\n]{4,400})", "text", r"name=\"[\w.-]{1,90}"),
)  # fmt: skip
LONGER = re.compile(r"[^\s\"'`\\;&,<>]*")  # the rest of a value that is longer than the patterns read
# Random on purpose, and no secret: pictures and sounds, and ids behind a word that says so.
AN_ID_ITSELF = re.compile(r"(?:W/)?\"?[\w.:+/=-]{1,100}\"?")
NO_SECRET = re.compile(r"data:[\w.+-]{1,40}/[\w.+-]{1,40};base64,[A-Za-z0-9+/=]+")
AN_ID = re.compile(
    r"(?:\bid|_id|Id|request|none-match|thumbprint|kid|user|appId|cid-v1|identifier|trace\w{0,20}|span\w{0,20}|hash|digest|md5|sha\d{0,3}(?:sum)?|md5sum|[Ee][Tt]ag|checksum|commit|fingerprint|organization|guid|uti"
    r"|boundary)[\"']?\s{0,3}[:=]?\s{0,3}[\"'(]?$"
)


def secrets_in(text: str, least: int = 0) -> Iterator[tuple[int, int, str]]:
    """Where in a text secrets stand, and what each looks like: begin, end, words. Some may overlap. ``least`` leaves out what
    only a name tells, unless it looks random and has so many characters: a text about secrets names many."""
    harmless = [found.span() for found in NO_SECRET.finditer(text)]
    for begin, end, what in (*_by_shape(text), *_by_name(text, least)):
        if not any(start <= begin < stop for start, stop in harmless):
            yield begin, end, what


def _by_shape(text: str) -> Iterator[tuple[int, int, str]]:
    for what, pattern, must, _ in SHAPES:
        for found in pattern.finditer(text):
            begin, end = found.span("value")
            is_id = what == "a key of 32 digits" and AN_ID.search(text[max(0, begin - 40) : begin])
            if not is_id and _is_as(must, found["value"]):
                yield begin, end, what


def _by_name(text: str, least: int) -> Iterator[tuple[int, int, str]]:
    lower = text.lower()
    if len(lower) != len(text):  # a few letters of other alphabets are longer in lower case
        lower = "".join(letter.lower() if letter.isascii() else letter for letter in text)
    for name in NAMES.finditer(lower):
        if text[name.end() : name.end() + 1] not in _GOES_ON:
            continue
        for what, pattern, must, before in AFTER_A_NAME:
            found = pattern.match(text, name.end())
            if not found or (before and not before.search(text[max(0, name.start() - 90) : name.end()])):
                continue
            least_random = least or (0 if name["strong"] else 16)
            if _is_as(must, found["value"]) and (not least_random or _looks_random(found["value"], least_random)):
                begin, end = found.span("value")
                yield begin, LONGER.match(text, end).end() if end - begin == 400 else end, what


_GOES_ON = frozenset("\"'`\\]:= \t\r\n>")  # what can stand between a name and its value


def _is_as(must: str, value: str) -> bool:
    """Whether a value looks as it must."""
    if must == "random":
        return _looks_random(value)
    return must == "anything" or not (_placeholder(value) or ("(" in value and _CODE.match(value)))


def _known(text: str) -> Iterator[tuple[int, int]]:
    """Where the values of secret settings stand."""
    for value in (*known_secrets, *(os.environ.get(name, "") for name in SECRET_SETTINGS)):
        at = text.find(value) if len(value) >= 8 else -1
        while at >= 0:
            yield at, at + len(value)
            at = text.find(value, at + len(value))


def _spans(text: str) -> list[tuple[int, int]]:
    """Where secrets stand, in order, those that touch put together."""
    merged: list[tuple[int, int]] = []
    for begin, end in sorted([*_known(text), *((begin, end) for begin, end, _ in secrets_in(text))]):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def _without(text: str, spans: list[tuple[int, int]], instead: str) -> str:
    pieces, at = [], 0
    for begin, end in spans:
        pieces += [text[at:begin], instead]
        at = end
    return "".join([*pieces, text[at:]])


# -- hiding ----------------------------------------------------------------------------------------------------------------
def redact_text(text: str, instead: str = HIDDEN) -> str:
    """The text with every secret replaced."""
    spans = _spans(text) if len(text) >= 8 else []  # shorter ones are no secrets
    return _without(text, spans, instead) if spans else text


def redact_header(name: str, value: str) -> str:
    """One header's value; the scheme of an Authorization header stays, because it is part of the lesson."""
    if AN_ID.search(name) and AN_ID_ITSELF.fullmatch(value):
        return value
    if value.startswith(("https://", "http://", "/")) and "=" in value:
        return redact_url(value)
    if not is_secret_name(name) or _placeholder(value):
        return redact_text(value)
    scheme, _, credentials = value.partition(" ")
    return f"{scheme} {HIDDEN}" if credentials and scheme.lower() in ("bearer", "basic") else HIDDEN


def redact_value(value: Any, name: str = "") -> Any:
    """A JSON value of any depth, with the values of secret fields hidden; ``name`` is the field it stands in. Numbers stay:
    they count, they open nothing. A schema's definition of a field stays too."""
    if isinstance(value, str):
        if is_secret_name(name) and value and not _placeholder(value):
            return HIDDEN
        if WEAK.search(_spelled(name)) and _looks_random(value, 12):
            return HIDDEN
        return (
            value
            if (AN_ID.search(name) and AN_ID_ITSELF.fullmatch(value)) or name == "embedding"
            else redact_text(value)
        )
    if isinstance(value, list | tuple):
        if len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], str) and is_secret_name(value[0]):
            return [
                value[0],
                HIDDEN if _looks_random(value[1]) else redact_text(value[1]),
            ]  # a pair, as some clients write headers
        return [redact_value(item, name) for item in value]
    if not isinstance(value, dict):
        return value
    inside = name if is_secret_name(name) and not SCHEMA_WORDS & value.keys() else ""
    called = next((part for field, part in value.items() if str(field).lower() in NAMING and isinstance(part, str)), "")
    if isinstance(value.get("logprob"), int | float):  # what a model writes in: its token is a word
        return {field: part if field == "token" else redact_value(part, str(field)) for field, part in value.items()}
    return {
        field: redact_value(part, called if str(field).lower() == "value" and called else inside or str(field))
        for field, part in value.items()
    }


def _redact_pairs(query: str) -> str:
    """A query or a form. ``code`` is an authorization code there, and nowhere else."""
    pairs = parse_qsl(query, keep_blank_values=True)

    def hidden(name: str, value: str) -> str:
        secret = is_secret_name(name) or WEAK.search(_spelled(name)) or name.lower() == "code"
        return HIDDEN_IN_URL if value and secret and not _placeholder(value) else redact_text(value, HIDDEN_IN_URL)

    if all(hidden(name, value) == value for name, value in pairs):
        return query  # leave the spelling alone where there is nothing to hide
    return urlencode([(name, hidden(name, value)) for name, value in pairs], safe=":/")


def redact_url(url: str) -> str:
    """The URL with passwords and secret parameters hidden."""
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError:  # not a URL at all
        return redact_text(url, HIDDEN_IN_URL)
    netloc = parts.netloc
    if password is not None and not _placeholder(password):
        netloc = f"{parts.username}:{HIDDEN_IN_URL}@{netloc.rpartition('@')[2]}"
    fragment = _redact_pairs(parts.fragment) if "=" in parts.fragment else parts.fragment
    clean = urlunsplit(parts._replace(netloc=netloc, query=_redact_pairs(parts.query), fragment=fragment))
    return redact_text(clean, HIDDEN_IN_URL)


def redact_body(body: bytes, content_type: str = "") -> bytes:
    """A body with its secrets hidden: by field name in JSON and in forms, by shape everywhere. The pieces of a stream are
    looked at together, because a secret may be spread over several."""
    try:
        data = json.loads(body)  # UTF-8, UTF-16 or UTF-32, as JSON allows
        redacted = redact_value(data)
        return body if redacted == data else json.dumps(redacted, ensure_ascii=False).encode("utf-8", "replace")
    except (ValueError, RecursionError):
        pass
    try:
        text, encoding = body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = body.decode("latin-1"), "latin-1"  # every byte is a character, and back
    if "x-www-form-urlencoded" in content_type.lower():
        text = _redact_pairs(text)
    if re.search(r"(?:\A|[\r\n])\ufeff?data:", text[:4000]) or "event-stream" in content_type.lower():
        text = _redact_stream(text)
    return redact_text(text).encode(encoding)


# -- streams ---------------------------------------------------------------------------------------------------------------
def _redact_stream(text: str) -> str:
    """Server-sent events. The pieces of one text are put together, searched, and each piece loses its share of what is hidden;
    the rest of an event is searched as any JSON."""
    lines = text.split("\n") if "\n" in text else text.replace("\r", "\n").split("\n")
    pieces: dict[tuple, list[tuple[int, list, str]]] = {}  # one text -> its pieces: line, way to it, words
    events: dict[int, Any] = {}
    for at, line in enumerate(lines):
        if not line.startswith("data:"):
            continue
        try:
            event = json.loads(line[5:])
        except (ValueError, RecursionError):
            continue
        events[at] = event
        for which, way, words in stream_pieces(event):
            pieces.setdefault(which, []).append((at, way, words))
    changed: dict[int, Any] = {}
    for parts in pieces.values():
        spans, offset = _spans("".join(words for _, _, words in parts)), 0
        for at, way, words in parts:
            mine = [
                (max(b - offset, 0), min(e - offset, len(words)))
                for b, e in spans
                if b < offset + len(words) and e > offset
            ]
            offset += len(words)
            if mine:
                changed[at] = with_piece(changed.get(at, events[at]), way, _without(words, mine, HIDDEN))
    for at, event in events.items():
        event = changed.get(at, event)
        clean = redact_value(event)
        if clean != events[at]:
            end = "\r" if lines[at].endswith("\r") else ""
            lines[at] = f"data: {json.dumps(clean, ensure_ascii=False, separators=(',', ':'))}{end}"
    return "\n".join(lines)


def stream_pieces(event: Any) -> Iterator[tuple[tuple, list, str]]:
    """The pieces of text in an event: which text they belong to, the way to them, and the words. Both APIs' events."""
    if not isinstance(event, dict):
        return
    if isinstance(event.get("delta"), str):
        yield (event.get("type"), event.get("item_id"), event.get("content_index")), ["delta"], event["delta"]
    choices = event.get("choices")
    for number, choice in enumerate(choices if isinstance(choices, list) else ()):
        delta = choice.get("delta") if isinstance(choice, dict) else None
        if not isinstance(delta, dict):
            continue
        for field in ("content", "refusal", "reasoning_content"):
            if isinstance(delta.get(field), str):
                yield (field, choice.get("index")), ["choices", number, "delta", field], delta[field]
        old = delta.get("function_call")
        for part in ("name", "arguments") if isinstance(old, dict) else ():
            if isinstance(old.get(part), str):
                yield (
                    ("function_call", part, choice.get("index")),
                    ["choices", number, "delta", "function_call", part],
                    old[part],
                )
        calls = delta.get("tool_calls")
        for count, call in enumerate(calls if isinstance(calls, list) else ()):
            function = call.get("function") if isinstance(call, dict) else None
            if isinstance(function, dict) and isinstance(function.get("arguments"), str):
                way = ["choices", number, "delta", "tool_calls", count, "function", "arguments"]
                yield ("call", choice.get("index"), call.get("index")), way, function["arguments"]


def with_piece(value: Any, way: list, words: str) -> Any:
    """The value with these words at the end of a way through it."""
    if not way:
        return words
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[way[0]] = with_piece(copy[way[0]], way[1:], words)
    return copy
