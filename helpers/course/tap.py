"""What the recorder puts into a lesson's kernel: a wiretap around all cells, and patience. Nothing here is written to a file: the
exchanges go to the recorder as a message, with the secrets that it needs to know in order to find them."""

import base64
import json
import time
from typing import Any

from helpers.exchange import Exchange, Headers

MIME = "application/x-course-exchanges+json"
LONGEST_WAIT = 90  # seconds; who is told to wait longer is told so by the failure
TRIES = 6
WAITED = "x-course-waited"  # a header for the recorder: seconds that were waited before the answer began to come
_tapped: dict[str, Any] = {}


def start(wanted: dict[str, list[int]] | None) -> None:
    """Listen from now on. ``wanted``, where given, says which failures a cell is there for, by its source; another 429 is waited for and the
    request sent again, below the wiretap, as the service asks."""
    from IPython import get_ipython

    from helpers.wire import wiretap

    cells: list[tuple[int, str]] = []
    if wanted is not None:
        _be_patient(lambda status: status in wanted.get(cells[-1][1] if cells else "", ()))
    opened = wiretap()
    wire = opened.__enter__()
    get_ipython().events.register("pre_run_cell", lambda info: cells.append((len(wire), info.raw_cell)))
    _tapped.update(opened=opened, wire=wire, cells=cells)


def hand_over() -> None:
    """Publish all exchanges so far, each with the source of its cell."""
    from IPython.display import display

    wire, cells = list(_tapped["wire"]), _tapped["cells"]
    told = []
    for at, one in enumerate(wire):
        cell = next((source for begun, source in reversed(cells) if begun <= at), "")
        told.append({"cell": cell, **_packed(one)})
    display({MIME: json.dumps(told)}, raw=True)


def _be_patient(is_wanted) -> None:
    import asyncio

    import httpx2
    import requests.adapters

    send = requests.adapters.HTTPAdapter.send
    handle, handle_async = httpx2.HTTPTransport.handle_request, httpx2.AsyncHTTPTransport.handle_async_request

    def wait(status: int, headers, tries: int) -> float | None:
        if status != 429 or tries >= TRIES or is_wanted(status):
            return None
        try:
            seconds = float(headers.get("retry-after") or 2**tries)
        except ValueError:
            seconds = 2.0**tries
        return seconds if seconds <= LONGEST_WAIT else None

    def patient_send(adapter, request, **options):
        waited = 0.0
        for tries in range(TRIES + 1):
            began = time.perf_counter()
            response = send(adapter, request, **options)
            seconds = wait(response.status_code, response.headers, tries)
            if seconds is None:
                response.raw.headers[WAITED] = str(waited)
                return response
            response.close()
            time.sleep(seconds)
            waited += time.perf_counter() - began

    def patient_handle(transport, request):
        waited = 0.0
        for tries in range(TRIES + 1):
            began = time.perf_counter()
            response = handle(transport, request)
            seconds = wait(response.status_code, response.headers, tries)
            if seconds is None:
                response.headers[WAITED] = str(waited)
                return response
            response.close()
            time.sleep(seconds)
            waited += time.perf_counter() - began

    async def patient_handle_async(transport, request):
        waited = 0.0
        for tries in range(TRIES + 1):
            began = time.perf_counter()
            response = await handle_async(transport, request)
            seconds = wait(response.status_code, response.headers, tries)
            if seconds is None:
                response.headers[WAITED] = str(waited)
                return response
            await response.aclose()
            await asyncio.sleep(seconds)
            waited += time.perf_counter() - began

    requests.adapters.HTTPAdapter.send = patient_send
    httpx2.HTTPTransport.handle_request = patient_handle
    httpx2.AsyncHTTPTransport.handle_async_request = patient_handle_async


def _packed(one: Exchange) -> dict[str, Any]:
    return {
        "method": one.method,
        "url": one.url,
        "sent": list(one.request_headers.pairs),
        "asked": base64.b64encode(one.request_body).decode(),
        "status": one.status,
        "reason": one.reason,
        "got": list(one.response_headers.pairs),
        "said": base64.b64encode(one.response_body).decode(),
        "elapsed": one.elapsed,
        "chunks": [[at, base64.b64encode(chunk).decode()] for at, chunk in one.chunks],
    }


def unpacked(told: str) -> list[tuple[str, Exchange]]:
    """What ``hand_over`` published: the source of a cell, and an exchange, its times without what was waited for before."""
    return [(one["cell"], _exchange(one)) for one in json.loads(told)]


def _exchange(one: dict[str, Any]) -> Exchange:
    got = Headers([tuple(pair) for pair in one["got"]])
    waited = float(got.get(WAITED, 0))
    return Exchange(
        one["method"],
        one["url"],
        Headers([tuple(pair) for pair in one["sent"]]),
        base64.b64decode(one["asked"]),
        one["status"],
        one["reason"],
        Headers([pair for pair in got.pairs if pair[0].lower() != WAITED]),
        base64.b64decode(one["said"]),
        None if one["elapsed"] is None else one["elapsed"] - waited,
        tuple((at - waited, base64.b64decode(chunk)) for at, chunk in one["chunks"]),
    )
