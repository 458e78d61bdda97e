"""Values that a run knows, found in any spelling: in another case, with other accents or none, in an encoding."""

import base64
import contextlib
import html
import json
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote
from uuid import UUID

from helpers.redaction import HIDDEN

SHORT = 4  # letters: a shorter name is found only where it is written with a capital
# Letters that Unicode does not take apart, and those of other alphabets that look like Latin ones.
_LETTERS = dict(zip("øæœđðþłıаеорсухіјѕԁԛԝмтвнκοαρν", [*"o", "ae", "oe", *"ddtliaeopcyxijsdqwmtbhkoapv"], strict=True))
# How a letter is written where a keyboard has it not.
TRANSLITERATED = {ord(one): two for one, two in zip("äöüåøæœþð", ("ae", "oe", "ue", "aa", "oe", "ae", "oe", "th", "dh"), strict=True)}  # fmt: skip


class Span(NamedTuple):
    """Where a known value stands, and what is to stand there; ``disguised`` tells that it is in letters that look like others."""

    begin: int
    end: int
    instead: str
    disguised: bool


class Known:
    """The values, and what stands in place of each. A ``word`` is found where it stands alone, or in the
    genitive, any other value everywhere."""

    def __init__(self):
        self._instead: dict[str, str] = {}
        self._bare: set[str] = set()  # ids and secrets, letters and digits only
        # a spelling -> what stands instead, and whether it must stand alone
        self._spelled: dict[str, tuple[str, bool]] = {}

    def __contains__(self, value: str) -> bool:
        return folded(value)[0] in self._instead

    def add(self, value: str, instead: str, word: bool = False) -> None:
        """Find this value from now on; what was added first stays."""
        self._instead.setdefault(folded(value)[0], instead)
        bare = _bare(value)
        if len(bare) >= 16 and sum(map(str.isdigit, bare)) >= 4:
            self._bare.add(bare)
        for plain in dict.fromkeys(
            (value, unicodedata.normalize("NFD", value), value.lower().translate(TRANSLITERATED))
        ):
            self._spelled.setdefault(folded(plain)[0], (instead, word))
            for spelled, other in _spellings(plain, instead):
                self._spelled.setdefault(folded(spelled)[0], (other, False))

    def instead_of(self, value: str) -> str | None:
        """What stands in place of exactly this value; None where it is not known."""
        return self._instead.get(folded(value)[0])

    def spans(self, text: str) -> Iterator[Span]:
        """Where known values stand, from the left, the longest of several first."""
        plain, places = folded(text)
        present = sorted((one for one in self._spelled if one in plain), key=len, reverse=True)
        if not present:
            return
        search = "|".join(
            rf"(?<![a-z0-9]){re.escape(one)}(?=s?(?![a-z0-9]))" if self._spelled[one][1] else re.escape(one)
            for one in present
        )
        for found in re.finditer(search, plain):
            begin, end = found.span()
            if places:
                begin, end = places[begin], places[end - 1] + 1
                while end < len(text) and not _fold(
                    text[end]
                ):  # accents and invisible letters go with the letter before
                    end += 1
            here = text[begin:end]
            if len(found[0]) < SHORT and not here[:1].isupper():
                continue
            yield Span(begin, end, self._spelled[found[0]][0], not here.isascii() and any(map(_is_disguised, here)))

    def is_broken_up_in(self, text: str) -> bool:
        """Whether an id or a secret stands in a text in several pieces, such as lines."""
        bare = _bare(text)
        return any(one in bare for one in self._bare)

    def replaced(self, text: str) -> tuple[str, bool]:
        """The text with all that is known replaced, and whether some of it was disguised."""
        pieces, at, disguised = [], 0, False
        for span in self.spans(text):
            pieces += [text[at : span.begin], span.instead]
            at, disguised = span.end, disguised or span.disguised
        return ("".join([*pieces, text[at:]]), disguised) if pieces else (text, False)


def folded(text: str) -> tuple[str, list[int] | None]:
    """A text as it is compared: in lower case, without accents and invisible letters. And the place that each letter has in the
    text, or None where all have stayed where they were."""
    if text.isascii():
        return text.lower(), None
    letters, places = [], []
    for at, letter in enumerate(text):
        plain = _fold(letter)
        letters.append(plain)
        places += [at] * len(plain)
    return "".join(letters), places


@lru_cache(8192)
def _fold(letter: str) -> str:
    plain = unicodedata.normalize("NFKD", letter.casefold()).lower()
    return "".join(_LETTERS.get(one, one) for one in plain if unicodedata.category(one) not in ("Mn", "Cf"))


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", re.sub(r"\\[nrt]", "", folded(text)[0]))


def visible(text: str) -> str:
    """The text without letters that nobody sees, and with the usual form of each."""
    return "".join(one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) != "Cf")


def _is_disguised(letter: str) -> bool:
    """Whether a letter is one that nobody sees, or looks like a Latin one and is none."""
    return not letter.isspace() and (
        unicodedata.category(letter) == "Cf"
        or unicodedata.normalize("NFKC", letter) != unicodedata.normalize("NFC", letter)
        or unicodedata.name(letter, "").startswith(("CYRILLIC", "GREEK"))
    )


def _spellings(value: str, instead: str) -> Iterator[tuple[str, str]]:
    """A value in the encodings that it can have in a text, each with its replacement."""
    once = quote(value, safe="")
    if once != value:
        yield once, quote(instead, safe="")
        yield quote(once, safe=""), quote(instead, safe="")
        yield quote(value), quote(instead)
        yield value.replace(" ", "+"), instead.replace(" ", "+")
        yield html.escape(value), instead
    spelled = json.dumps(value)[1:-1]
    if spelled != value:
        yield spelled, instead
        yield json.dumps(spelled)[1:-1], instead
    if re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value):
        yield value.replace("-", ""), instead.replace("-", "")
        for raw in (UUID(value).bytes, UUID(value).bytes_le):
            yield raw.hex(), HIDDEN
            yield base64.b64encode(raw).decode().rstrip("="), HIDDEN
            yield base64.urlsafe_b64encode(raw).decode().rstrip("="), HIDDEN
    if "." in value and not value.isascii():
        with contextlib.suppress(UnicodeError):
            yield value.encode("idna").decode(), instead
    if len(value) < 6:
        return
    if instead == HIDDEN and len(value) >= 40:  # a secret that was cut off; how a token begins is no secret
        yield value[-20:], HIDDEN
        if not value.startswith("eyJ"):
            yield value[:20], HIDDEN
    raw = value.encode("utf-8", "replace")
    yield raw.hex(), HIDDEN
    yield raw.hex(" "), HIDDEN
    yield base64.b32encode(raw).decode().rstrip("="), HIDDEN
    yield base64.b85encode(raw).decode(), HIDDEN
    for coded in dict.fromkeys(
        (raw, value.encode("utf-16-le", "replace"), value.lower().encode(), value.upper().encode())
    ):
        for shift in range(3):  # where in a longer text it stands: three ways to fall into groups of three bytes
            whole = base64.b64encode(b"\0" * shift + coded).decode().rstrip("=")
            inner = whole[(shift * 8 + 5) // 6 : len(whole) - (1 if (shift + len(coded)) % 3 else 0)]
            if len(inner) >= 8:
                yield inner, HIDDEN
                yield inner.replace("+", "-").replace("/", "_"), HIDDEN
