"""Chat completions, embeddings and the list of base models: the part of the OpenAI surface that keeps no state."""

import base64
import json
import math
import random
import struct
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from helpers.exchange import Exchange, Headers
from helpers.mock import catalog, errors, headers, ids, parameters, prompts, shapes, streams
from helpers.mock.calls import Call, answered, compact
from helpers.mock.limits import Limits
from helpers.mock.model import Model, created_at, read_request, refuse_unsupported, seed_of
from helpers.mock.quota import within_quota
from helpers.mock.recordings import CHARACTERS_PER_TOKEN, Answer
from helpers.mock.responses import REMEMBERED

DIMENSIONS = 3072  # of text-embedding-3-large
EMBEDDING_CONTEXT = 8191  # tokens of one text
WORDS = 1000  # of one request go into the vectors, so that no request holds up the others


class Finished(NamedTuple):
    """A chat completion that has been worked out, and what goes over the wire."""

    deployment: catalog.Deployment
    tokens: int
    headers: Headers
    sent: bytes
    chunks: tuple[tuple[float, bytes], ...]


class Chat:
    """The handlers of ``/chat/completions``, ``/embeddings`` and ``/models``."""

    def __init__(self, model: Model, limits: Limits):
        self._model, self._limits = model, limits
        self._remembered = lru_cache(maxsize=256)(self._finish)

    def forget(self) -> None:
        """Work every answer out anew, because the deployments have changed."""
        self._remembered.cache_clear()

    def create(self, call: Call) -> Exchange:
        """POST /chat/completions"""
        finish = self._remembered if len(call.body) <= REMEMBERED else self._finish
        finished = finish(call.body, call.names.get("deployment"))
        room = within_quota(self._limits, finished.deployment, finished.tokens, "ChatCompletions_Create", call)
        pairs = headers.replaced(finished.headers.pairs, room) if room else finished.headers
        return answered(call.request, 200, pairs, finished.sent, chunks=finished.chunks)

    def _finish(self, request_body: bytes, named: str | None) -> Finished:
        """Work a request out to the end. Raises the ServiceError for what is wrong with it."""
        body = read_request("chat", request_body)
        deployment = self._model.deployment(named or body.get("model"), "chatCompletion")
        refuse_unsupported("chat", body, deployment)
        answer = self._model.say(prompts.from_chat(deployment.model, body), body, deployment)
        answer = _stopped(answer, body.get("stop"))
        seed = seed_of("chat", named, body)
        at = created_at(answer, seed)
        shape = shapes.chat_completion(body, deployment, answer, at, seed)
        stream, tokens = bool(body.get("stream")), shape["usage"]["total_tokens"]
        with_usage = bool((body.get("stream_options") or {}).get("include_usage"))
        chunks = streams.timed(streams.chat_events(shape, with_usage)) if stream else ()
        # a body that is not streamed ends in a line feed, as recorded
        sent = b"".join(event for _, event in chunks) if stream else compact(shape) + b"\n"
        pairs = [*headers.chat(seed, at, deployment, tokens, stream), ("x-offline-mock", answer.source)]
        return Finished(deployment, tokens, Headers(pairs), sent, chunks)

    # -- embeddings ------------------------------------------------------------------------------------------------------
    def embed(self, call: Call) -> Exchange:
        """POST /embeddings, float or base64"""
        body = parameters.parse(call.body)
        parameters.check_embeddings(body)
        deployment = self._model.deployment(call.names.get("deployment") or body.get("model"), "embeddings")
        texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
        if texts and isinstance(texts[0], int):
            texts = [texts]  # one text, given as token numbers
        size = body.get("dimensions") or DIMENSIONS
        spoken = [text if isinstance(text, str) else " ".join(map(str, text)) for text in texts]
        tokens = sum(max(1, len(text) // CHARACTERS_PER_TOKEN) for text in spoken)
        longest = max(len(text) for text in spoken) // CHARACTERS_PER_TOKEN
        if longest > EMBEDDING_CONTEXT:
            raise errors.context_too_long(EMBEDDING_CONTEXT, longest, 0)
        vectors = [embedding(text, size, max(1, WORDS // len(spoken))) for text in spoken]
        room = within_quota(self._limits, deployment, tokens, "Embeddings_Create", call)
        if body.get("encoding_format") == "base64":
            vectors = [base64.b64encode(struct.pack(f"<{size}f", *vector)).decode() for vector in vectors]
        shape = {
            "object": "list",
            "data": [{"object": "embedding", "index": at, "embedding": vector} for at, vector in enumerate(vectors)],
            "model": deployment.model,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }
        seed = seed_of("embeddings", call.names.get("deployment"), body)
        pairs = headers.chat(seed, ids.timestamp(seed), deployment, tokens, stream=False)
        pairs = headers.replaced(pairs, [*room, ("x-offline-mock", "made up from the words of the text")])
        return answered(call.request, 200, pairs, json.dumps(shape, indent=2).encode() + b"\n")  # indented, as recorded

    # -- base models -----------------------------------------------------------------------------------------------------
    def models(self, call: Call) -> Exchange:
        """GET /models: the base models of the region, not the deployments"""
        return call.ok({"object": "list", "data": [_model(name) for name in catalog.BASE_MODELS]})

    def model(self, call: Call) -> Exchange:
        """GET /models/{name}"""
        name = call.names["model"]
        if name not in catalog.BASE_MODELS:
            raise errors.model_not_found(name)
        return call.ok(_model(name))


def embedding(text: str, size: int, words: int) -> list[float]:
    """A unit vector made from the first words of a text: the more words two texts share, the nearer they are."""
    directions = [_direction(word.strip(".,;:!?\"'()"), size) for word in text.lower().split()[:words] or [""]]
    total = [sum(values) for values in zip(*directions, strict=True)]
    length = math.sqrt(sum(value * value for value in total)) or 1.0
    return [round(value / length, 8) for value in total]


@lru_cache(maxsize=128)
def _direction(word: str, size: int) -> tuple[float, ...]:
    return tuple(byte - 127.5 for byte in random.Random(word).randbytes(size))


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": ids.timestamp(name), "owned_by": "system"}


def _stopped(answer: Answer, stop: Any) -> Answer:
    """The answer up to the first of the stop texts."""
    ends = [answer.text.find(word) for word in ([stop] if isinstance(stop, str) else stop or []) if word]
    found = [end for end in ends if end >= 0]
    return replace(answer, text=answer.text[: min(found)]) if found else answer
