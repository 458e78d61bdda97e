"""Files: uploaded as a form, looked at until they are processed."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any

from helpers.exchange import Exchange
from helpers.mock import access, catalog
from helpers.mock.access import AGENTS_WRITE, ASSETS_READ
from helpers.mock.call import Call, Route
from helpers.mock.parts import Parts
from helpers.mock.routes import HOME
from helpers.mock.state import new_id
from helpers.mock.wire import errors, headers, ids, paging

PURPOSES = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")


def routes(parts: Parts) -> Iterator[Route]:
    files = Files(parts)
    for base, door in ((HOME + "/openai/v1", access.PROJECT_V1), (HOME + "/openai", access.PROJECT_DATED)):
        one = base + "/files/<file>"
        yield Route("POST", base + "/files", door, files.upload, AGENTS_WRITE)
        yield Route("GET", base + "/files", door, files.all, ASSETS_READ)
        yield Route("GET", one, door, files.one, ASSETS_READ)
        yield Route("GET", one + "/content", door, files.content, ASSETS_READ)
        yield Route("DELETE", one, door, files.delete, AGENTS_WRITE)


class Files:
    """The handlers of ``/files``."""

    def __init__(self, parts: Parts):
        self._state = parts.state

    def upload(self, call: Call) -> Exchange:
        """POST /files: a form with a purpose and a file"""
        form = _form(call)
        purpose, file = form.get("purpose"), form.get("file")
        if not isinstance(file, tuple):
            raise errors.parameter_missing("file")
        filename, content = file
        if not isinstance(purpose, str):
            raise errors.parameter_missing("purpose")
        if purpose not in PURPOSES:
            raise errors.parameter_value("purpose", f"expected one of {', '.join(PURPOSES)}.")
        seed = self._state.files.seed(content[:1000])
        file = {
            "status": "pending",
            "bytes": len(content),
            "purpose": purpose,
            "filename": filename,
            "id": new_id("file-", seed)[:37],
            "created_at": ids.timestamp(seed),
            "object": "file",
        }
        self._state.files.put(file["id"], (file, content), len(content) + 500)
        return call.ok(file, 201, headers.dated(catalog.PROJECT_RESPONSES_VERSIONS))

    def all(self, call: Call) -> Exchange:
        """GET /files"""
        found = [file for file, _ in self._state.files.all() if call.query.get("purpose") in (None, file["purpose"])]
        return call.ok(paging.by_id(found, call.query))

    def one(self, call: Call) -> Exchange:
        """GET /files/{id}: each look finds it a step further, pending, running, processed"""
        file, content = self._file(call)
        steps = {"pending": "running", "running": "processed"}
        following = {**file, "status": steps.get(file["status"], "processed")}
        self._state.files.put(file["id"], (following, content), len(content) + 500)
        return call.ok(following)

    def content(self, call: Call) -> Exchange:
        """GET /files/{id}/content"""
        _, content = self._file(call)
        seed = f"content {call.names['file']}"
        pairs = headers.replaced(
            headers.project(seed, ids.timestamp(seed)), [("content-type", "application/octet-stream")]
        )
        return call.answered(200, pairs, content)

    def delete(self, call: Call) -> Exchange:
        """DELETE /files/{id}"""
        self._file(call)
        self._state.files.remove(call.names["file"])
        return call.ok({"id": call.names["file"], "object": "file", "deleted": True})

    def _file(self, call: Call) -> tuple[dict[str, Any], bytes]:
        found = self._state.files.get(call.names["file"])
        if found is None:
            raise errors.thing_not_found("File", call.names["file"])
        return found


def _form(call: Call) -> dict[str, Any]:
    """A multipart form: texts as they are, files as (name, content)."""
    kind = call.request.request_headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        raise errors.parameter_value("Content-Type", "expected multipart/form-data.")
    message = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode("latin-1") + call.body, policy=policy.HTTP)
    form: dict[str, Any] = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True) or b""
        filename = part.get_filename()
        form[str(name)] = content.decode("utf-8", "replace") if filename is None else (filename, content)
    return form
