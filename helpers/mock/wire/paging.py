"""Lists in pages, in the two ways of the service."""

from typing import Any

from helpers.mock.wire import errors


def by_id(entries: list[dict[str, Any]], query: dict[str, str], key: str = "id", order: str = "desc") -> dict[str, Any]:
    """``{"object": "list", "data": [...], "first_id", "last_id", "has_more"}``, with limit (1 to 100, default 20),
    order, after and before. ``entries`` come oldest first. Source: the service's pattern for agents and responses."""
    limit = natural(query.get("limit", "20")) or 0
    if not 1 <= limit <= 100:
        raise errors.parameter_value("limit", f"expected a value from 1 to 100, but got {query['limit'][:20]!r}.")
    wanted = query.get("order", order)
    if wanted not in ("asc", "desc"):
        raise errors.parameter_value("order", f"expected asc or desc, but got {wanted[:20]!r}.")
    ordered = entries if wanted == "asc" else entries[::-1]
    names = [entry[key] for entry in ordered]
    for cursor in ("after", "before"):
        if query.get(cursor) and query[cursor] not in names:
            raise errors.parameter_value(cursor, f"there is no {query[cursor][:60]!r} in this list.")
    start = names.index(query["after"]) + 1 if query.get("after") else 0
    end = names.index(query["before"]) if query.get("before") else len(names)
    ordered = ordered[start:end]
    backwards = bool(query.get("before")) and not query.get("after")
    page = ordered[-limit:] if backwards else ordered[:limit]
    if not page:
        return {"data": [], "has_more": False, "object": "list"}  # without ids (recorded)
    more = len(ordered) > limit
    return {"data": page, "first_id": page[0][key], "last_id": page[-1][key], "has_more": more, "object": "list"}


def by_link(entries: list[dict[str, Any]], query: dict[str, str], url: str) -> dict[str, Any]:
    """``{"value": [...], "nextLink": ...}``; top and skip cut the pages. A last page has no nextLink. ``url`` is the
    request's own."""
    skip, top = (natural(query.get(name, "")) for name in ("skip", "top"))
    rest = entries[skip or 0 :]
    if top is None or len(rest) <= top or top == 0:
        return {"value": rest}
    base, _, old = url.partition("?")
    kept = "&".join(pair for pair in old.split("&") if not pair.startswith("skip="))
    return {"value": rest[:top], "nextLink": f"{base}?{kept}&skip={(skip or 0) + top}"}


def natural(text: str, limit: int = 1_000_000) -> int | None:
    """A number from a query, 0 to ``limit``; None for anything else."""
    return min(int(text), limit) if text.isascii() and text.isdecimal() and len(text) < 10 else None
