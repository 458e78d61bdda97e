"""The code that a learner types to join a class: it proves the room to the learner, and the learner to the room.

Sixteen letters and digits, 80 bits:

* 45 bits of the fingerprint of the room's authority, stretched by scrypt (RFC 7914) with 64 MB for each try. Somebody between
  learner and room needs another authority with the same 45 bits: some 2**44 tries of a tenth of a second of a processor each,
  tens of thousands of processor-years, for one class.
* 30 bits that only the room can know. They are asked for over a connection that the fingerprint has proved, and whoever guesses
  gets few tries (room.py).
* 5 bits by which a typing error is seen before anything is sent.

The alphabet is Crockford's: digits and letters without I, L, O and U; small letters and the look-alikes are taken too.
"""

import hashlib
import hmac
from typing import NamedTuple

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOK_ALIKES = str.maketrans("ILOU", "110V")
LENGTH, GROUP = 16, 4
PIN_BITS, WORD_BITS, CHECK_BITS = 45, 30, 5
COST = {"n": 2**16, "r": 8, "p": 1, "maxmem": 128 * 1024 * 1024}


class Code(NamedTuple):
    """``pin`` is of the authority, ``word`` what the room knows."""

    pin: int
    word: int

    def __str__(self) -> str:
        bits = self.pin << WORD_BITS | self.word
        bits = bits << CHECK_BITS | _check(bits)
        text = "".join(ALPHABET[bits >> 5 * at & 31] for at in reversed(range(LENGTH)))
        return "-".join(text[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def read(text: str) -> Code:
    """The code that somebody typed. Raises ValueError with what is wrong with it."""
    typed = "".join(one for one in text.upper() if one not in " -\u2010\u2011\u2012\u2013.").translate(LOOK_ALIKES)
    strange = sorted({one for one in typed if one not in ALPHABET})
    if strange:
        raise ValueError(f"a code has letters and digits only, and this one has {' '.join(strange)[:20]}")
    if len(typed) != LENGTH:
        raise ValueError(f"a code has {LENGTH} letters and digits, and this one has {len(typed)}")
    bits = 0
    for one in typed:
        bits = bits << 5 | ALPHABET.index(one)
    bits, check = bits >> CHECK_BITS, bits & (1 << CHECK_BITS) - 1
    if check != _check(bits):
        raise ValueError("the code has a typing error: compare it with the board, letter by letter")
    return Code(bits >> WORD_BITS, bits & (1 << WORD_BITS) - 1)


def pin(authority: bytes) -> int:
    """What a code says of an authority, whose certificate this is (DER)."""
    long = hashlib.scrypt(hashlib.sha256(authority).digest(), salt=b"foundry course class", dklen=8, **COST)
    return int.from_bytes(long, "big") >> 64 - PIN_BITS


def word(secret: bytes, name: str = "") -> int:
    """What only the room knows: for all, or for one learner."""
    return int.from_bytes(hmac.digest(secret, f"code {name}".encode(), "sha256")[:4], "big") >> 32 - WORD_BITS


def _check(bits: int) -> int:
    """A sum over the field of 32 elements: one wrong sign, or two neighbors that changed places, never go unseen."""
    total = 0
    for at in reversed(range(LENGTH - 1)):
        total = _doubled(total ^ bits >> 5 * at & 31)
    return total


def _doubled(value: int) -> int:
    return value << 1 ^ (0b100101 if value & 16 else 0)
