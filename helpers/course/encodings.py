"""What is encoded in a text: base64, hexadecimal, percent signs, HTML, backslashes. Each is opened, and can be closed again."""

import base64
import binascii
import gzip
import html
import json
import re
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import quote, unquote

DEEPEST = 6  # encodings inside encodings that are opened
LARGEST = 4_000_000  # bytes that something packed may unpack to
# One class of characters each, so that no text is read twice.
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_WRAPPED = re.compile(
    r"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{60,76}(?:\r?\n|\\n)[ \t]{0,8}){1,9999}[A-Za-z0-9+/]{2,76}={0,2}"
)
_HEX = re.compile(r"[0-9A-Fa-f]{16,}")
_HEX_PAIRS = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}[ :-]){7,}[0-9A-Fa-f]{2}(?![0-9A-Fa-f])")
_PERCENT = re.compile(r"[\w.~+*!()%-]{3,}")
_ESCAPE = re.compile(r"\\{1,8}(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")


class Opened(NamedTuple):
    """What is encoded from ``begin`` to ``end`` of a text, as ``plain`` text, and the way back. Where it is no text, ``plain`` has
    a letter for each byte and there is no way back."""

    begin: int
    end: int
    plain: str
    close: Callable[[str], str] | None


def openers() -> tuple[Callable[[str], Iterator[Opened]], ...]:
    """One function for each encoding; what it finds in a text does not overlap."""
    return _in_lines, _in_base64, _in_hexadecimal, _in_percent_signs, _in_html, _in_escapes


def without_encoded(text: str) -> str:
    """The text without what is encoded in it and can be looked at decoded."""
    for opener in (_in_lines, _in_base64, _in_hexadecimal, _in_percent_signs):
        pieces, at = [], 0
        for one in opener(text):
            if one.close and one.begin >= at:
                pieces += [text[at : one.begin], " "]
                at = one.end
        text = "".join([*pieces, text[at:]])
    return text


def nested(value, most: int) -> bool:
    """Whether JSON is nested deeper than so many levels."""
    level = [value]
    for _ in range(most + 1):
        level = [
            part
            for one in level
            for part in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
            if isinstance(part, dict | list)
        ]
        if not level:
            return False
    return True


def whole_characters(text: str) -> str:
    """The text without halves of characters, which JSON can hold and no file."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


# -- the encodings -----------------------------------------------------------------------------------------------------------
def _in_lines(text: str) -> Iterator[Opened]:
    """Base64 that is broken into lines, as e-mail has it."""
    for found in _WRAPPED.finditer(text) if "\n" in text or "\\n" in text else ():
        joined = re.sub(r"\\n|\s", "", found[0])
        if one := _base64(joined):
            yield Opened(*found.span(), *one)


def _in_base64(text: str) -> Iterator[Opened]:
    for found in _BASE64.finditer(text):
        whole = _base64(found[0])
        if whole and whole[1]:
            yield Opened(*found.span(), *whole)
            continue
        opened = []
        for mark in (r"[^/]{16,}", r"[^/_-]{16,}"):  # what joins the words of a path or a name may belong to it, or not
            for piece in re.finditer(mark, found[0]) if not opened else ():
                one = _base64(piece[0])
                if one and one[1]:
                    opened.append(Opened(found.start() + piece.start(), found.start() + piece.end(), *one))
        if opened:
            yield from opened
        elif whole:
            yield Opened(*found.span(), *whole)


def _base64(word: str) -> tuple[str, Callable[[str], str] | None] | None:
    bare = word.rstrip("=")
    if ("+" in bare or "/" in bare) and ("-" in bare or "_" in bare):
        return None
    url = "-" in bare or "_" in bare
    if len(bare) % 4 == 1:  # cut off: the last letter says nothing
        bare = bare[:-1]
    try:
        raw = (base64.urlsafe_b64decode if url else base64.b64decode)(bare + "=" * (-len(bare) % 4))
    except (ValueError, binascii.Error):
        return None
    plain, pack = readable(raw)
    if plain is None:
        return raw.decode("latin-1"), None

    def close(text: str) -> str:
        coded = (base64.urlsafe_b64encode if url else base64.b64encode)(pack(text)).decode()
        return coded if word.endswith("=") or len(word) % 4 == 0 else coded.rstrip("=")

    return plain, close


def _in_hexadecimal(text: str) -> Iterator[Opened]:
    for found in _HEX.finditer(text):
        plain, pack = readable(bytes.fromhex(found[0][: len(found[0]) // 2 * 2]))
        if plain is not None:
            yield Opened(*found.span(), plain, lambda clean, pack=pack: pack(clean).hex())
    for found in _HEX_PAIRS.finditer(text):
        plain, pack = readable(bytes.fromhex(re.sub(r"[ :-]", "", found[0])))
        if plain is not None:
            yield Opened(*found.span(), plain, lambda clean, pack=pack, mark=found[0][2]: pack(clean).hex(mark))


def _in_percent_signs(text: str) -> Iterator[Opened]:
    for found in _PERCENT.finditer(text) if "%" in text else ():
        if "%" in found[0] and (plain := unquote(found[0])) != found[0]:
            yield Opened(*found.span(), plain, lambda clean: quote(clean, safe=""))


def _in_html(text: str) -> Iterator[Opened]:
    if "&" in text and (plain := html.unescape(text)) != text:
        yield Opened(0, len(text), plain, lambda clean: html.escape(clean, quote=False))


def _in_escapes(text: str) -> Iterator[Opened]:
    """Letters behind a backslash, as JSON and programs have them. What was closed stays open: a letter says the same."""
    if "\\" not in text:
        return
    plain = _ESCAPE.sub(lambda code: chr(int(code[1] or code[2], 16)), text)
    plain = whole_characters(re.sub(r"\\(?=[/\"'])", "", plain))
    if plain != text:
        yield Opened(0, len(text), plain, lambda clean: clean)


def readable(raw: bytes) -> tuple[str | None, Callable[[str], bytes]]:
    """Bytes as text and the way back, or None where they are no text. What is packed is unpacked."""
    packed = {b"\x1f\x8b": (31, gzip.compress), b"\x78\x9c": (15, zlib.compress), b"\x78\xda": (15, zlib.compress), b"\x78\x01": (15, zlib.compress)}  # fmt: skip
    if raw[:2] in packed:
        bits, pack = packed[raw[:2]]
        try:
            inside = zlib.decompressobj(bits).decompress(raw, LARGEST)
            return inside.decode("utf-8"), lambda text: pack(text.encode())
        except (zlib.error, UnicodeDecodeError):
            pass
    for encoding in _encodings(raw):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            if encoding != "utf-8" or error.start < max(8, len(raw) - 3):
                continue
            text = raw[: error.start].decode("utf-8")  # cut in the middle of a letter
        if text and not _CONTROL.search(text):
            return text, lambda text, encoding=encoding: text.encode(encoding)
    return None, str.encode


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufff0-\uffff]")


def _encodings(raw: bytes) -> Iterator[str]:
    half = len(raw) // 2
    if len(raw) % 2 == 0 and half:
        if raw[1::2].count(0) * 2 >= half:
            yield "utf-16-le"
        if raw[0::2].count(0) * 2 >= half:
            yield "utf-16-be"
    yield "utf-8"


def _once(pairs: list[tuple]) -> dict:
    """An object whose fields each come once: of two the first would be lost to who looks at the value only."""
    if len(dict(pairs)) != len(pairs):
        raise ValueError
    return dict(pairs)


def json_in(text: str):
    """The JSON value that a text is, or None where it is none, holds a field twice, or is only a number or a word."""
    if text.lstrip()[:1] not in ("{", "[", '"'):
        return None
    try:
        value = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list | str) else None
