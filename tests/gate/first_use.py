"""What libraries work out when they are first used, worked out at import: openai's types, and a picture. The fork server loads
this, and each kernel is spared a second or two."""

import gc
import io
import json

import httpx2
import openai
from matplotlib.figure import Figure

RESPONSE = {
    "id": "resp_x", "object": "response", "created_at": 0, "status": "completed", "model": "x", "parallel_tool_calls": True,
    "tool_choice": "auto", "tools": [],
    "usage": {"input_tokens": 1, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 1, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 2},
}  # fmt: skip
TEXT = {"type": "output_text", "text": "x", "annotations": [], "logprobs": []}
SAID = RESPONSE | {
    "output": [{"type": "message", "id": "msg_x", "status": "completed", "role": "assistant", "content": [TEXT]}]
}
CALLS = RESPONSE | {"output": [{"type": "function_call", "id": "fc_x", "call_id": "x", "name": "x", "arguments": "{}"}]}
CHAT = {
    "id": "chatcmpl-x", "object": "chat.completion", "created": 0, "model": "x",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "x"}}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}  # fmt: skip
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
