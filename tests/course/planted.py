"""Secrets and identities of a made-up customer, the places of an exchange they can stand in, and the encodings they can be in.
Everything is made at import time from a seed: no secret stands in this file."""

import base64
import gzip
import html
import json
import random
import string
from urllib.parse import quote

import jwt

from helpers.exchange import Exchange, Headers

_random = random.Random("planted")


def _some(alphabet: str, length: int) -> str:
    return "".join(_random.choice(alphabet) for _ in range(length))


def _uuid() -> str:
    digits = _some("0123456789abcdef", 32)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-b{digits[17:20]}-{digits[20:]}"


MIXED = string.ascii_letters + string.digits
TENANT, PRINCIPAL, APPLICATION, SUBSCRIPTION = (_uuid() for _ in range(4))
RESOURCE, PROJECT, GROUP = "fabrikam-prod-eus", "hrbot-payroll", "rg-fabrikam-payroll"
CLAIMS = {
    "aud": "https://ai.azure.com", "iss": f"https://sts.windows.net/{TENANT}/", "tid": TENANT, "oid": PRINCIPAL, "appid": APPLICATION,
    "name": "Ingrid Østergård", "upn": "ingrid.ostergard@fabrikam-payroll.com", "ipaddr": "20.84.117.9", "family_name": "Østergård",
    "xms_mirid": f"/subscriptions/{SUBSCRIPTION}/resourcegroups/{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-payroll-runner",
}  # fmt: skip
TOKEN = jwt.encode(CLAIMS, _some(MIXED, 48), algorithm="HS256")
KEY = _some(MIXED, 52) + "JQQJ99" + _some(MIXED, 26)
SETTINGS = {
    "FOUNDRY_PROJECT_ENDPOINT": f"https://{RESOURCE}.services.ai.azure.com/api/projects/{PROJECT}",
    "FOUNDRY_MODEL_NAME": "payroll-chat-model",
    "FOUNDRY_API_KEY": KEY,
    "FOUNDRY_CLIENT_SECRET": _some(MIXED, 3) + "8Q~" + _some(MIXED, 34),
    "FOUNDRY_TENANT_ID": TENANT,
}
COOKIE = _some(MIXED, 40)
SEARCH = "fabrikam-search-eus"
# what a run knows, by what it is
KNOWN = {
    "key": KEY, "client secret": SETTINGS["FOUNDRY_CLIENT_SECRET"], "token": TOKEN, "tenant": TENANT, "principal": PRINCIPAL,
    "application": APPLICATION, "subscription": SUBSCRIPTION, "resource": RESOURCE, "project": PROJECT, "group": GROUP,
    "person": CLAIMS["name"], "e-mail": CLAIMS["upn"], "domain": "fabrikam-payroll.com", "address": CLAIMS["ipaddr"],
    "identity": "id-payroll-runner", "target": SEARCH, "deployment": "payroll-chat-model", "cookie": COOKIE,
}  # fmt: skip
# what no run knows: found by structure, by shape, or because nothing explains it
UNKNOWN = {
    "JWT of somebody else": jwt.encode({"sub": "x", "tid": _uuid()}, _some(MIXED, 40), algorithm="HS256"),
    "account key": base64.b64encode(_random.randbytes(64)).decode(),
    "SAS": f"https://fabrikamdata.blob.core.windows.net/in/a.pdf?sv=2025-01-05&sig={quote(base64.b64encode(_random.randbytes(32)), safe='')}",
    "connection string": f"DefaultEndpointsProtocol=https;AccountName=fabrikamdata;AccountKey={base64.b64encode(_random.randbytes(64)).decode()}",
    "instrumentation": f"InstrumentationKey={_uuid()};IngestionEndpoint=https://fabrikam.applicationinsights.azure.com/",
    "GitHub token": "ghp_" + _some(MIXED, 36),
    "key of 32 digits": _some("0123456789abcdef", 32),
    "id of a tenant": _uuid(),
    "e-mail of a colleague": "marta.kovacs@fabrikam-legal.co.uk",
    "IPv4": "51.140.12.77",
    "IPv6": "2603:1020:5:1::4f",
    "another resource": "https://tailspin-hr.openai.azure.com/openai/v1/",
    "vault": "https://kv-tailspin-7.vault.azure.net/secrets/x",
    "id of a response": "resp_" + _some("0123456789abcdef", 50),
    "id of a file": "assistant-" + _some(MIXED, 21) + "7",
    "random text": _some(MIXED, 11) + "7aB" + _some(MIXED, 30),
    "home folder": "/home/marta.k/thesis",
    "network card": "00:0d:3a:" + ":".join(_some("0123456789abcdef", 2) for _ in range(3)),
}

ENCODINGS = {
    "plain": lambda text: text,
    "upper case": str.upper,
    "percent": lambda text: quote(text, safe=""),
    "percent of percent": lambda text: quote(quote(text, safe=""), safe=""),
    "JSON in a string": lambda text: json.dumps({"inner": text}),
    "JSON in a string of JSON": lambda text: json.dumps(json.dumps([text])),
    "base64": lambda text: base64.b64encode(f"x {text} y".encode()).decode(),
    "base64 of JSON": lambda text: base64.urlsafe_b64encode(json.dumps({"a": [text]}).encode()).decode(),
    "base64 of base64": lambda text: base64.b64encode(base64.b64encode(text.encode())).decode(),
    "base64 of UTF-16": lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    "base64 of gzip": lambda text: base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "HTML": lambda text: html.escape(f'<a href="{text}">'),
    "a path": lambda text: f"/x/{text}/y",
    "a sentence": lambda text: f"It belongs to {text}, as you can see.",
}


def answer(
    text: str = "Fine.",
    more: dict | None = None,
    headers: tuple = (),
    question: str = "What is an endpoint?",
    url: str = "",
) -> Exchange:
    """An exchange with the customer's project; its parts are what a test asks for."""
    body = {
        "id": "resp_" + "ab12" * 12 + "cd", "object": "response", "created_at": 1795468427, "status": "completed", "model": "gpt-5.4-mini",
        "output": [{"type": "message", "id": "msg_" + "12ab" * 12 + "cd", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": text, "annotations": []}]}],
        "usage": {"input_tokens": 12, "output_tokens": 5, "total_tokens": 17}, **(more or {}),
    }  # fmt: skip
    return Exchange(
        "POST",
        f"{SETTINGS['FOUNDRY_PROJECT_ENDPOINT']}/openai/v1/responses{url}",
        Headers(
            [("Content-Type", "application/json"), ("Authorization", f"Bearer {TOKEN}"), ("Cookie", f"s={COOKIE}")]
        ),
        json.dumps({"model": SETTINGS["FOUNDRY_MODEL_NAME"], "input": question}).encode(),
        200,
        "OK",
        Headers([("content-type", "application/json"), ("apim-request-id", APPLICATION), *headers]),
        json.dumps(body).encode(),
    )


def streamed(text: str, size: int) -> Exchange:
    """The same as a stream, whose deltas are so many characters long, and whose chunks end anywhere."""
    deltas = [text[at : at + size] for at in range(0, len(text), size)]
    where = {"item_id": "msg_" + "12ab" * 12 + "cd", "output_index": 0, "content_index": 0}
    events = [{"type": "response.output_text.delta", "delta": delta, **where} for delta in deltas]
    final = answer(text)
    events.append({"type": "response.completed", "response": final.response_json})
    raw = b"".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode() for one in events)
    step = 37
    chunks = tuple((0.01 * at, raw[at * step : (at + 1) * step]) for at in range(-(-len(raw) // step)))
    from dataclasses import replace

    return replace(
        final, response_headers=Headers([("content-type", "text/event-stream")]), response_body=raw, chunks=chunks
    )


PLACES = {
    "text of the answer": lambda text: answer(f"As you know, {text} is it."),
    "text alone": lambda text: answer(text),
    "prompt": lambda text: answer(question=f"Tell me about {text} please"),
    "field": lambda text: answer(more={"metadata": {"note": text}}),
    "name of a field": lambda text: answer(more={"metadata": {text: "x"}}),
    "list": lambda text: answer(more={"more": [["a", [text]]]}),
    "header": lambda text: answer(headers=(("x-ms-note", text.encode("ascii", "xmlcharrefreplace").decode()),)),
    "header of a request id": lambda text: answer(headers=(("x-ms-correlation-request-id", text.encode("ascii", "xmlcharrefreplace").decode()),)),
    "query": lambda text: answer(url=f"?api-version=v1&note={quote(text, safe='')}"),
    "error": lambda text: answer(more={"error": {"message": f"Access to {text} was denied.", "innererror": {"detail": text}}}),
    "arguments": lambda text: answer(more={"extra": {"type": "function_call", "arguments": json.dumps({"of": text})}}),
    "stream": lambda text: streamed(f"Here is {text} for you", 400),
    "stream, spread over deltas": lambda text: streamed(f"Here is {text} for you", 5),
    "stream, letter by letter": lambda text: streamed(f"{text}", 1),
}  # fmt: skip


def left(value: str, written: str) -> bool:
    """Whether a value can be found in what was written, in any of the encodings here."""
    haystack = written.lower()
    said = "".join(event.get("delta", "") for event in _events(written)).lower()
    for encode in ENCODINGS.values():
        for spelled in {value, value.lower(), value.upper()}:
            coded = encode(spelled)
            for needle in (coded, json.dumps(coded)[1:-1], json.dumps(json.dumps(coded))[1:-1]):
                core = needle.strip('={}[]"\\ ').lower()
                if len(core) >= 6 and (core in haystack or core in said):
                    return True
    return any(value.lower() in inner.lower() for inner in _inside(written))


def _events(written: str) -> list[dict]:
    found = []
    try:
        chunks = json.loads(written)["response"].get("chunks", ())
    except (ValueError, KeyError, AttributeError):
        return found
    for line in "".join(text for _, text in chunks).splitlines():
        if line.startswith("data:"):
            found.append(json.loads(line[5:]))
    return found


def _inside(written: str) -> list[str]:
    """What base64 holds, in the file: decoded here without any code of the product."""
    found, word = [], ""
    for letter in written + " ":
        if letter.isalnum() or letter in "+/_-=":
            word += letter
            continue
        if len(word) >= 16:
            try:
                raw = base64.urlsafe_b64decode(
                    word.rstrip("=").replace("+", "-").replace("/", "_") + "=" * (-len(word.rstrip("=")) % 4)
                )
            except ValueError:
                raw = b""
            if raw[:2] == b"\x1f\x8b":
                raw = gzip.decompress(raw)
            for encoding in ("utf-8", "utf-16-le"):
                found.append(raw.decode(encoding, "ignore"))
        word = ""
    return found
