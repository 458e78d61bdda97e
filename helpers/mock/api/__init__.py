"""The APIs of the service, one file each: its handlers and, beside them, the routes that lead to them. A file in here with a
function ``routes`` is an API; nothing else needs to know of it."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from helpers.mock.call import Route
from helpers.mock.parts import Parts

# Listed once: a world that is made while no file can be opened would have no routes.
NAMES = tuple(module.name for module in iter_modules(__path__))


def routes(parts: Parts) -> Iterator[Route]:
    """The routes of all APIs."""
    for name in NAMES:
        yield from import_module(f"{__name__}.{name}").routes(parts)
