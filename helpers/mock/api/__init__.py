"""The APIs of the service, one file each: its handlers and, beside them, the routes that lead to them. A file in here with a
function ``routes`` is an API; nothing else needs to know of it."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from helpers.mock.call import Route
from helpers.mock.parts import Parts


def routes(parts: Parts) -> Iterator[Route]:
    """The routes of all APIs."""
    for module in iter_modules(__path__):
        yield from import_module(f"{__name__}.{module.name}").routes(parts)
