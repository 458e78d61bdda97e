"""Files: uploaded as a form, looked at until they are processed."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from typing import Any
from urllib.parse import quote

from helpers.exchange import Exchange
from helpers.mock import access, catalog
from helpers.mock.access import AGENTS_WRITE, ASSETS_READ
from helpers.mock.call import Call, Route, compact
from helpers.mock.parts import Parts
from helpers.mock.routes import HOME
from helpers.mock.state import Within
from helpers.mock.wire import errors, headers, ids, paging

CONTENT_TYPE = 300  # characters of the header that are read
FIELDS = 20  # of a form; the rest is passed over
PURPOSES = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")


def routes(parts: Parts) -> Iterator[Route]:
    files = Files(parts)
    for base, door in (
        (HOME + "/openai/v1", access.PROJECT_V1),
        (HOME + "/openai", access.PROJECT_DATED),
        ("/openai/v1", access.RESOURCE_V1),
    ):
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
        given = form(call)
        purpose, file = given.get("purpose"), given.get("file")
        if not isinstance(file, tuple):
            raise errors.parameter_missing("file")
        filename, content = file
        if not isinstance(purpose, str):
            raise errors.parameter_missing("purpose")
        if purpose not in PURPOSES:
            raise errors.value_not_supported("purpose", purpose, PURPOSES)
        seed = self._kept(call).files.seed(content[:1000])
        at, size = ids.timestamp(seed), len(content)
        if purpose == "assistants":  # another backend takes these, and they are ready at once (recorded 2026-02)
            name = f"assistant-{ids.letters(f'file {seed}', 22)}"
            file = {
                "object": "file", "id": name, "purpose": purpose, "filename": filename, "bytes": size, "created_at": at,
                "expires_at": None, "status": "processed", "status_details": None,
            }  # fmt: skip
            self._kept(call).files.put(name, (file, content), size + 500)
            return call.answered(200, headers.stored(call.mark, at), compact(file))
        name = f"file-{ids.hexadecimal('file', seed)}"
        file = {
            "status": "pending", "bytes": size, "purpose": purpose, "filename": filename, "id": name, "created_at": at,
            "object": "file",
        }  # fmt: skip
        self._kept(call).files.put(name, (file, content), size + 500)
        return call.ok(file, 201, headers.dated(catalog.PROJECT_RESPONSES_VERSIONS))

    def all(self, call: Call) -> Exchange:
        """GET /files"""
        found = [
            file for file, _ in self._kept(call).files.all() if call.query.get("purpose") in (None, file["purpose"])
        ]
        return call.ok(paging.by_id(found, call.query))

    def one(self, call: Call) -> Exchange:
        """GET /files/{id}: each look finds it a step further, pending, running, processed"""
        file, content = self._file(call)
        steps = {"pending": "running", "running": "processed"}
        following = {**file, "status": steps.get(file["status"], "processed")}
        self._kept(call).files.put(file["id"], (following, content), len(content) + 500)
        return call.ok(following)

    def content(self, call: Call) -> Exchange:
        """GET /files/{id}/content"""
        file, content = self._file(call)
        return call.answered(200, download(call, file["filename"]), content)

    def delete(self, call: Call) -> Exchange:
        """DELETE /files/{id}"""
        self._file(call)
        self._kept(call).files.remove(call.names["file"])
        return call.ok({"id": call.names["file"], "object": "file", "deleted": True})

    def _kept(self, call: Call) -> Within:
        return self._state.within(call.project)

    def _file(self, call: Call) -> tuple[dict[str, Any], bytes]:
        found = self._kept(call).files.get(call.names["file"])
        if found is None:
            raise errors.thing_not_found("File", call.names["file"])
        return found


def download(call: Call, filename: str) -> headers.Pairs:
    """The headers of a file that is handed out: no Content-Type (recorded 2026-02), and its name in two ways (RFC 6266)."""
    pairs = [pair for pair in headers.stored(call.mark, ids.timestamp(call.mark)) if pair[0] != "content-type"]
    plain = re.sub(r"[^\w.-]", "_", filename, flags=re.ASCII)
    return [*pairs, ("content-disposition", f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename)}")]


def form(call: Call) -> dict[str, Any]:
    """A multipart form (RFC 7578): texts as they are, files as (name, content)."""
    kind = Message()
    kind["content-type"] = call.sent.get("content-type", "")[:CONTENT_TYPE]
    boundary = kind.get_param("boundary")
    if kind.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise errors.parameter_value("Content-Type", "expected multipart/form-data.")
    fields: dict[str, Any] = {}
    parts = (b"\r\n" + call.body).split(b"\r\n--" + boundary.encode("latin-1"), FIELDS + 2)[1 : FIELDS + 1]
    for part in parts:
        head, _, content = part.partition(b"\r\n\r\n")
        described = message_from_bytes(head.strip()[:4096])
        try:
            name, filename = described.get_param("name", header="content-disposition"), described.get_filename()
            f"{name}{filename}".encode()
        except (LookupError, ValueError):  # a name in an encoding that there is not, or that does not fit
            raise errors.parameter_value("filename", "expected a name in UTF-8.") from None
        if name:
            fields[str(name)] = content.decode("utf-8", "replace") if filename is None else (filename, content)
    return fields
