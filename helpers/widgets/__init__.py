"""Things to touch: one ipywidget per lesson, each with a plain-text twin for readers without a kernel.

A widget looks at things; it sends nothing. Each file holds one: what it knows, as plain functions, and below them the
widget. Only ipywidgets' own controls are used, so keyboard and screen reader work, and no colors are set.
"""

from importlib import import_module

_HOMES = {
    "endpoint_explorer": "endpoint",
    "json_explorer": "json_path",
    "token_viewer": "token",
    "endpoint_chooser": "chooser",
    "failure_laboratory": "failures",
    "stream_player": "stream",
    "response_viewer": "response",
    "cost_ledger": "ledger",
}
__all__ = list(_HOMES)


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(_HOMES)}")
    return getattr(import_module(f"helpers.widgets.{_HOMES[name]}"), name)
