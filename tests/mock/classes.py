"""A class for tests: what outlives its mock, made once, and a mock that serves it."""

import dataclasses
from contextlib import contextmanager
from functools import cache

from helpers.mock.certificates import Authority
from helpers.mock.room import Class
from helpers.mock.server import MockServer


@cache
def _kept() -> Class:
    from cryptography.hazmat.primitives.asymmetric import rsa

    token_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return Class("tests", "localhost", Authority.made(["localhost", "127.0.0.0/8", "::1"]), b"0" * 32, token_key)


def a_class(**changes) -> Class:
    """A class of its own, with the same keys each time."""
    made = dataclasses.replace(_kept(), **{"learners": [], "cards": [], "gone": [], **changes})
    if made.authority is _kept().authority:
        made._pin = _kept()._pin  # long to work out, and the same
    return made


@contextmanager
def serving(of: Class, **options):
    """Its mock, in a thread."""
    server = MockServer(of.address, options.pop("port", 0), other_sites=False, of=of, **options)
    server.start()
    try:
        yield server
    finally:
        server.stop()
