"""Embeddings: a text as a vector, made up from its words."""

import base64
import json
import math
import random
import struct
from collections.abc import Iterator
from functools import lru_cache

from helpers.exchange import Exchange
from helpers.mock import access
from helpers.mock.access import OPENAI
from helpers.mock.answer import CHARACTERS_PER_TOKEN
from helpers.mock.call import Call, Route
from helpers.mock.parts import Parts
from helpers.mock.wire import errors, headers, ids, parameters

DIMENSIONS = {"text-embedding-3-large": 3072, "text-embedding-3-small": 1536, "text-embedding-ada-002": 1536}
WORDS = 1000  # of one request go into the vectors, so that no request holds up the others


def routes(parts: Parts) -> Iterator[Route]:
    embeddings, action = Embeddings(parts), OPENAI + "deployments/embeddings/action"
    for base, door in (
        ("/openai/v1", access.RESOURCE_V1),
        ("/openai/deployments/<deployment>", access.RESOURCE_CHAT),
    ):
        yield Route("POST", base + "/embeddings", door, embeddings.create, action, "resource")


class Embeddings:
    """The handler of ``/embeddings``, wherever it is mounted."""

    def __init__(self, parts: Parts):
        self._model, self._limits = parts.model, parts.limits

    def create(self, call: Call) -> Exchange:
        """POST /embeddings, float or base64"""
        body = parameters.embeddings(call.body)
        deployment = self._model.deployment(call.names.get("deployment") or body.get("model"), "embeddings")
        texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
        if texts and isinstance(texts[0], int):
            texts = [texts]  # one text, given as token numbers
        most = DIMENSIONS[deployment.model.name]
        size = body.get("dimensions") or most
        if size > most:
            raise errors.number_outside("dimensions", size, most, above=True)
        if body.get("dimensions") and deployment.model.name.endswith("ada-002"):
            raise errors.dimensions_fixed()
        spoken = [text if isinstance(text, str) else " ".join(map(str, text)) for text in texts]
        counts = [len(text) if isinstance(text, list) else max(1, len(text) // CHARACTERS_PER_TOKEN) for text in texts]
        tokens, longest = sum(counts), max(counts)
        if longest > deployment.model.context:
            raise errors.context_too_long("embeddings", deployment.model.context, longest, 0)
        vectors = [embedding(text, size, max(1, WORDS // len(spoken))) for text in spoken]
        room = self._limits.charge(deployment, tokens, "Embeddings_Create", call)
        if body.get("encoding_format") == "base64":
            vectors = [base64.b64encode(struct.pack(f"<{size}f", *vector)).decode() for vector in vectors]
        shape = {
            "object": "list",
            "data": [{"object": "embedding", "index": at, "embedding": vector} for at, vector in enumerate(vectors)],
            "model": deployment.model.name,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }
        pairs = headers.chat(call.mark, ids.timestamp(call.seed), deployment, tokens, stream=False)
        pairs = headers.replaced(pairs, [*room, ("x-offline-mock", "made up from the words of the text")])
        return call.answered(200, pairs, json.dumps(shape, indent=2).encode() + b"\n")  # indented, as recorded


def embedding(text: str, size: int, words: int) -> list[float]:
    """A unit vector made from the first words of a text: the more words two texts share, the nearer they are."""
    directions = [_direction(word.strip(".,;:!?\"'()"), size) for word in text.lower().split()[:words] or [""]]
    total = [sum(values) for values in zip(*directions, strict=True)]
    length = math.sqrt(sum(value * value for value in total)) or 1.0
    return [round(value / length, 8) for value in total]


@lru_cache(maxsize=128)
def _direction(word: str, size: int) -> tuple[float, ...]:
    return tuple(byte - 127.5 for byte in random.Random(word).randbytes(size))
