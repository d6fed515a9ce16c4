"""Names of things as events hold them: UUIDs and texts as integers."""

from collections.abc import Mapping
from typing import Final, NamedTuple

NAME_CHARS_MAX: Final = 64
_WORD_BITS: Final = 32
_WORD_MAX: Final = (1 << _WORD_BITS) - 1
_SHIFTS: Final = (96, 64, 32, 0)
_UNICODE_MAX: Final = 0x10FFFF

Words = tuple[int, ...]
"""A UUID as four numbers of 32 bits, the first ones first."""


class Identity(NamedTuple):
    """What a number stands for (`ThingAdded`)."""

    kind: int
    uuid: Words
    name: tuple[int, ...]
    """Code points."""
    gone: bool = False


def words_of(number: int) -> Words:
    """Return the UUID that is *number* of 128 bits, as events hold it."""
    return tuple(number >> shift & _WORD_MAX for shift in _SHIFTS)


def uuid_text(words: Words) -> str:
    """Return the UUID of *words* in lower case with hyphens, without braces."""
    digits = "".join(f"{word & _WORD_MAX:08x}" for word in words)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def points_of(name: str) -> tuple[int, ...]:
    """Return the code points of *name*, cut to 64 characters."""
    return tuple(ord(character) for character in name[:NAME_CHARS_MAX])


def name_of(points: tuple[int, ...]) -> str:
    """Return the text of *points*; what cannot be printed shows as U+FFFD."""
    return "".join(_character(point) for point in points)


def names_of(things: Mapping[int, Identity]) -> dict[int, str]:
    """Return the names of *things* by number, those that are gone too."""
    return {number: name_of(identity.name) for number, identity in things.items()}


def _character(point: int) -> str:
    known = 0 <= point <= _UNICODE_MAX and chr(point).isprintable()
    return chr(point) if known else "\ufffd"
