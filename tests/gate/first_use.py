"""What libraries work out when they are first used, worked out at import: openai's types, and a picture. The fork server loads
this, and each kernel is spared a second or two."""

import gc
import io
import json
from pathlib import Path

import httpx2
import openai
from matplotlib.figure import Figure

RECORDINGS = Path(__file__).parents[2] / "helpers" / "mock" / "recordings"  # read as files: helpers stays unloaded
SAID, CALLS, CHAT = (
    json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))["response"]["body"]
    for name in (
        "first_request/what_is_an_endpoint", "reading_the_response/weather_in_oslo", "first_request/what_is_an_ai_application_gpt_4o",
    )
)  # fmt: skip
EVENTS = [
    {"type": "response.created", "sequence_number": 0, "response": SAID},
    {"type": "response.output_text.delta", "sequence_number": 1, "item_id": "x", "output_index": 0, "content_index": 0, "delta": "x", "logprobs": []},
    {"type": "response.completed", "sequence_number": 2, "response": SAID},
]  # fmt: skip


def _answer(request: httpx2.Request) -> httpx2.Response:
    asked = json.loads(request.content)
    if asked.get("stream"):
        return httpx2.Response(
            200,
            headers={"content-type": "text/event-stream"},
            text="".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in EVENTS),
        )
    return httpx2.Response(200, json=CHAT if "messages" in asked else CALLS if asked["input"] == "call" else SAID)


with openai.OpenAI(
    base_url="https://localhost", api_key="none", http_client=httpx2.Client(transport=httpx2.MockTransport(_answer))
) as client:
    client.responses.create(model="x", input="say")
    client.responses.create(model="x", input="call")
    list(client.responses.create(model="x", input="say", stream=True))
    client.chat.completions.create(model="x", messages=[])
figure = Figure()
figure.subplots().plot([1, 3, 2], label="x")
figure.legend()
figure.savefig(io.BytesIO())
gc.collect()
gc.freeze()  # what is loaded by now is not looked through again whenever a kernel collects its garbage
