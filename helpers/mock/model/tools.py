"""What a model does before it answers: the function it would have called, and the hosted tools, which the service runs itself.

The items are the service's, in its order. What they hold is not: apart from a file search, which looks through the uploaded text,
the mock runs, reads and asks nothing, and says so in the answer. Sources: recorded exchanges of 2025-12 to 2026-07.
"""

import base64
import json
import struct
import zlib
from typing import Any

from helpers.mock.answer import CHARACTERS_PER_TOKEN, Answer, FunctionCall
from helpers.mock.model import inventions, prompts, search
from helpers.mock.model.turns import Turn
from helpers.mock.state import Part
from helpers.mock.wire import errors, ids, tools

MOCK = "This is the offline mock"
SEARCHED = ("web_search", "web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11")
BLUE, PNG = bytes((0, 120, 212)), bytes((137, 80, 78, 71, 13, 10, 26, 10))
PLACE = "https://example.com/offline-mock"  # reserved for examples (RFC 2606)
CONTAINER_FILE = "offline-mock.txt"


class Tools:
    """The hosted tools of one mock."""

    def use(self, turn: Turn, chosen: dict[str, Any] | None) -> Answer | None:
        """The answer of a model that uses the chosen tool, or hears what a person says to a call; None when it does neither."""
        answered = [item for item in turn.given if item.get("type") == "mcp_approval_response"]
        if answered:
            return self._approved(answered[-1], turn)
        if chosen is None:
            return None
        kind = chosen.get("type")
        if kind == "function":
            return _function(chosen)
        if kind == "custom":
            custom = chosen.get("custom", chosen)
            call = FunctionCall(
                str(custom.get("name") or "custom"), "A text that the offline mock made up.", custom=True
            )
            return Answer("", 0, 0, 12, "no recording for this prompt", calls=(call,))
        if kind in SEARCHED:
            return _web_search(turn)
        maker = getattr(self, f"_{kind.removesuffix('_preview')}", None)
        if maker is None:
            return _said(
                f"{MOCK}: it runs no {kind.removesuffix('_preview').replace('_', ' ')}, so nothing was looked up or done."
            )
        return maker(chosen, turn)

    # -- one tool each -----------------------------------------------------------------------------------------------------
    def _file_search(self, tool: dict[str, Any], turn: Turn) -> Answer:
        query = turn.prompt.last_words
        files = {}
        for name in tool["vector_store_ids"]:
            files |= turn.kept.vector_stores.get(name)["texts"]
        texts = {name: text for name, (_, text) in files.items()}
        found = search.search(query, texts, tool.get("max_num_results") or 20)
        results = [
            {
                "file_id": one.name,
                "filename": files[one.name][0],
                "score": one.score,
                "text": one.passage,
                "attributes": {},
            }
            for one in found
        ]
        item = {"type": "file_search_call", "status": "completed", "queries": [query], "results": results}
        if not found:
            return _said(
                f"{MOCK}. It searched your files and found no passage with a word of the question.", (item,), found=True
            )
        best = found[0]
        text = f"{MOCK}, which has no model to read your files. The passage that fits best is: {' '.join(best.passage.split())}"
        note = {"type": "file_citation", "index": len(text), "file_id": best.name, "filename": files[best.name][0]}
        return _said(text, (item,), (note,), found=True, read=sum(len(one.passage) for one in found))

    def _code_interpreter(self, tool: dict[str, Any], turn: Turn) -> Answer:
        name = tool.get("container")
        if not isinstance(name, str):
            name = f"cntr_{ids.hexadecimal('container', turn.mark, 48)}"
            keep_container(turn.kept.containers, name, "auto", ids.timestamp(turn.mark))
        file_id = f"cfile_{ids.hexadecimal('file', turn.mark)}"
        content = b"The offline mock runs no code, so there is nothing in this file but this line.\n"
        keep_container_file(
            turn.kept.containers, name, file_id, CONTAINER_FILE, content, "assistant", ids.timestamp(turn.mark)
        )
        item = {
            "type": "code_interpreter_call",
            "status": "completed",
            "container_id": name,
            "code": "# The offline mock runs no code.\n",
            "outputs": [],
        }
        link = f"[{CONTAINER_FILE}](sandbox:/mnt/data/{CONTAINER_FILE})"
        text = f"{MOCK}: it ran no code. A file that says so is at {link}"
        note = {
            "type": "container_file_citation",
            "container_id": name,
            "file_id": file_id,
            "start_index": len(text) - len(link),
            "end_index": len(text),
            "filename": CONTAINER_FILE,
        }
        return _said(text, (item,), (note,))

    def _mcp(self, tool: dict[str, Any], turn: Turn) -> Answer:
        label = tool["server_label"]
        listed = [
            item for item in turn.items if item.get("type") == "mcp_list_tools" and item.get("server_label") == label
        ]
        items = [] if listed else [{"type": "mcp_list_tools", "server_label": label, "tools": _mcp_tools(tool)}]
        name = ((listed or items)[0].get("tools") or _mcp_tools(tool))[0]["name"]
        arguments = prompts.compact({"query": turn.prompt.last_words[:200]})
        if _needs_approval(tool, name):
            request = {"type": "mcp_approval_request", "server_label": label, "name": name, "arguments": arguments}
            return _said("", (*items, request), waiting=True)
        return _said(_mcp_text(label), (*items, _mcp_call(label, name, arguments, None)))

    def _approved(self, response: dict[str, Any], turn: Turn) -> Answer:
        """What follows a yes or a no to a call of an MCP server."""
        request = next(
            item
            for item in turn.items
            if item.get("type") == "mcp_approval_request" and item.get("id") == response["approval_request_id"]
        )
        if not response["approve"]:
            return _said(f"{MOCK}. The call of {request['name']} was not approved, so nothing was asked.")
        call = _mcp_call(request["server_label"], request["name"], request["arguments"], request["id"])
        return _said(_mcp_text(request["server_label"]), (call,))

    def _openapi(self, tool: dict[str, Any], turn: Turn) -> Answer:
        described = tool["openapi"]
        operation, parameters = _first_operation(described.get("spec"))
        name = f"{described.get('name') or 'openapi'}_{operation}"
        call = {
            "type": "openapi_call",
            "call_id": "openapi",
            "name": name,
            "arguments": prompts.compact(parameters),
            "status": "completed",
        }
        output = json.dumps({"response": "The offline mock asked no server."}, indent=1)
        result = {
            "type": "openapi_call_output",
            "call_id": "openapi",
            "name": name,
            "output": output,
            "status": "completed",
        }
        return _said(f"{MOCK}: it would have called {name}, and asked no server.", (call, result))

    def _image_generation(self, tool: dict[str, Any], turn: Turn) -> Answer:
        picture = base64.b64encode(_png(64, 64)).decode()
        item = {"type": "image_generation_call", "status": "completed", "result": picture}
        return _said(f"{MOCK}: the picture is a plain square, drawn by no model.", (item,))

    def _memory_search(self, tool: dict[str, Any], turn: Turn) -> Answer:
        kept = turn.kept.memory_stores.get(tool["memory_store_name"])["memories"]
        ours = [memory for memory in kept.values() if memory["scope"] == tool["scope"]]
        texts = {memory["memory_id"]: memory["content"] for memory in ours}
        by_id = {memory["memory_id"]: memory for memory in ours}
        found = [by_id[one.name] for one in search.search(turn.prompt.last_words, texts, 5)] or ours[:5]
        read = len(turn.prompt.last_words) // CHARACTERS_PER_TOKEN
        uncounted = {"cached_tokens": None, "reasoning_tokens": None}
        item = {  # recorded 2026-02, with the memories flat
            "type": "memory_search_call",
            "error": None,
            "memories": found,
            "search_id": ids.hexadecimal("memory search", turn.mark),
            "superseded_by": None,
            "update_id": ids.request_id("memory update", turn.mark),
            "usage": {
                "embedding_tokens": read,
                "input_tokens": 0,
                "input_tokens_details": uncounted,
                "output_tokens": 0,
                "output_tokens_details": uncounted,
                "total_tokens": read,
            },
            "status": "in_progress",
        }
        remembered = " ".join(memory["content"] for memory in found)
        text = f"{MOCK}. It remembers: {remembered}" if found else f"{MOCK}. It remembers nothing about this yet."
        return _said(text, (item,), found=True)


def keep_container(containers: Part, name: str, label: str, at: int, minutes: int = 20) -> dict[str, Any]:
    """A new container of the code interpreter, kept."""
    container = {
        "id": name,
        "object": "container",
        "created_at": at,
        "status": "running",
        "expires_after": {"anchor": "last_active_at", "minutes": minutes},
        "last_active_at": at,
        "name": label,
    }
    containers.put(name, {"container": container, "files": {}}, 600)
    return container


def keep_container_file(
    containers: Part, container: str, name: str, filename: str, content: bytes, source: str, at: int
) -> dict[str, Any]:
    """A new file in a container, kept; ``source`` is who put it there, "user" or "assistant"."""
    shape = {
        "id": name,
        "object": "container.file",
        "created_at": at,
        "bytes": len(content),
        "container_id": container,
        "path": f"/mnt/data/{filename}",
        "source": source,
    }
    thing = containers.get(container)
    containers.put(container, thing, containers.size_of(container) + len(content) + 400)
    thing["files"][name] = (shape, content)
    return shape


def _said(
    text: str,
    items: tuple[dict[str, Any], ...] = (),
    notes: tuple[dict[str, Any], ...] = (),
    waiting: bool = False,
    found: bool = False,
    read: int = 0,
) -> Answer:
    """What a hosted tool led to. ``found``: worked out from what the user has stored, and so not made up. ``read``: how many
    characters the tool gave the model to read, which count as input."""
    size = max(1, len(text) // CHARACTERS_PER_TOKEN)
    source = "found in what was stored here" if found else "made up: the offline mock runs no hosted tools"
    given = read // CHARACTERS_PER_TOKEN
    return Answer(text, 0, given, size, source, items=items, annotations=notes, waiting=waiting)


def _function(tool: dict[str, Any]) -> Answer:
    function = tool.get("function", tool)
    arguments = prompts.compact(instance(function.get("parameters"), "tools"))
    call = FunctionCall(tools.name_of(tool) or "function", arguments)
    size = len(arguments.split()) + 8
    return Answer("", 0, 0, size, "no recording for this prompt", calls=(call,))


def instance(schema: Any, name: str) -> Any:
    """A value for a schema. Raises the ServiceError for what is no schema."""
    try:
        return inventions.instance(schema or {"type": "object"})
    except Exception:  # a schema is a small program of the client's: whatever it trips over is wrong with it
        raise errors.schema_invalid(name) from None


def _web_search(turn: Turn) -> Answer:
    query = turn.prompt.last_words
    item = {
        "type": "web_search_call",
        "status": "completed",
        "action": {"type": "search", "queries": [query], "query": query},
    }
    link = f"([example.com]({PLACE}))"
    text = f"{MOCK}: it searched no web. A source would stand here. {link}"
    note = {
        "type": "url_citation",
        "url": PLACE,
        "start_index": len(text) - len(link),
        "end_index": len(text),
        "title": "Offline mock",
    }
    return _said(text, (item,), (note,))


def _mcp_tools(tool: dict[str, Any]) -> list[dict[str, Any]]:
    """What the server offers, made up: the tools that the request names, or one of our own."""
    rule = tool.get("require_approval")
    named = _names(tool.get("allowed_tools"))
    if not named and isinstance(rule, dict):
        named = [*_names(rule.get("never")), *_names(rule.get("always"))]
    described = "Made up by the offline mock, which asks no server."
    schema = {
        "type": "object",
        "properties": {"query": {"type": "string"}},
        "required": ["query"],
        "additionalProperties": False,
    }
    return [
        {"name": str(name)[:64], "description": described, "input_schema": schema, "annotations": {}}
        for name in (named or ["search"])[:20]
    ]


def _names(tools: Any) -> list[str]:
    """The names in a list of tools, or in a filter such as ``{"tool_names": [...]}``."""
    found = tools.get("tool_names") if isinstance(tools, dict) else tools
    return found if isinstance(found, list) else []


def _needs_approval(tool: dict[str, Any], name: str) -> bool:
    rule = tool.get("require_approval") or "always"
    if isinstance(rule, dict):
        return name not in _names(rule.get("never"))
    return rule == "always"


def _mcp_call(label: str, name: str, arguments: str, approval: str | None) -> dict[str, Any]:
    return {
        "type": "mcp_call",
        "status": "completed",
        "approval_request_id": approval,
        "server_label": label,
        "name": name,
        "arguments": arguments,
        "output": "The offline mock asked no server.",
        "error": None,
    }


def _mcp_text(label: str) -> str:
    return f"{MOCK}: the call was made as far as it goes here, and the server {label[:60]} was not asked."


def _first_operation(spec: Any) -> tuple[str, dict[str, Any]]:
    """The name of the first operation of an OpenAPI document, and values for its parameters."""
    paths = spec.get("paths") if isinstance(spec, dict) else None
    for methods in paths.values() if isinstance(paths, dict) else ():
        for operation in methods.values() if isinstance(methods, dict) else ():
            if isinstance(operation, dict) and operation.get("operationId"):
                listed = operation.get("parameters")
                given = (
                    [one for one in listed if isinstance(one, dict) and isinstance(one.get("name"), str)]
                    if isinstance(listed, list)
                    else []
                )
                return str(operation["operationId"]), {
                    one["name"]: instance(one.get("schema"), "tools") for one in given[:20]
                }
    return "operation", {}


def _png(width: int, height: int) -> bytes:
    """A picture of one color (PNG specification, 2nd edition)."""
    rows = b"".join(bytes(1) + BLUE * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return PNG + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
