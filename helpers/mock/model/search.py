"""Searching texts by their words: what a vector store of the mock does in place of embeddings."""

import math
import re
from typing import NamedTuple

PASSAGE = 1200  # characters
PASSAGES = 2000  # of all texts together, so that no search takes long
COMMON = frozenset(
    "a about all an and any are as at be by can do does for from has have how i in is it its me of on or please tell that the "
    "their there this to was what when where which who why with you your".split()
)


class Found(NamedTuple):
    """A passage of a text, and how well it fits: 0 to 1."""

    name: str
    passage: str
    score: float


def words(text: str) -> list[str]:
    """The words that tell something, in small letters and without the endings of plurals."""
    return [word.removesuffix("s") for word in re.findall(r"\w+", text.lower()) if word not in COMMON]


def passages(text: str) -> list[str]:
    """The text in paragraphs; short ones are put together, a heading with what follows it."""
    found: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        paragraph = paragraph.strip()
        for at in range(0, len(paragraph), PASSAGE):
            piece = paragraph[at : at + PASSAGE]
            short = bool(found) and (len(found[-1]) < 60 or found[-1].splitlines()[-1].startswith("#"))
            if short and not piece.startswith("#"):
                found[-1] = f"{found[-1]}\n{piece}"
            else:
                found.append(piece)
    return found


def search(query: str, texts: dict[str, str], most: int) -> list[Found]:
    """The passages of the named texts that share words with the query, best first. A word that few passages have counts for
    more, and one that is there twice hardly more than one that is there once."""
    pieces = [(name, piece, words(piece)) for name, text in texts.items() for piece in passages(text)][:PASSAGES]
    wanted = set(words(query)[:100])
    having = {word: sum(word in there for _, _, there in pieces) for word in wanted}
    weights = {word: math.log(1 + len(pieces) / count) for word, count in having.items() if count}
    whole = sum(weights.values()) + sum(math.log(1 + len(pieces)) for word in wanted if not having[word])
    found = []
    for name, piece, there in pieces:
        score = sum(weight * (1 - 0.5 ** there.count(word)) * 1.5 for word, weight in weights.items() if word in there)
        if score:
            found.append(Found(name, piece, round(min(1.0, score / whole), 4)))
    return sorted(found, key=lambda one: -one.score)[:most]
