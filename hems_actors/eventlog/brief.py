"""What somebody else's file says, made fit for one line: short, printable, never an error of its own."""

from typing import Final

_LENGTH_MAX: Final = 100


def brief(value: object) -> str:
    """Return *value* as text of at most 100 characters."""
    try:
        text = value if isinstance(value, str) else repr(value)
    except (RecursionError, ValueError):  # nested too deep; more digits than Python prints
        text = f"a {type(value).__name__}"
    return text if len(text) <= _LENGTH_MAX else f"{text[:_LENGTH_MAX]}..."


def printable(text: str) -> str:
    """Return *text* as one line that does nothing to a terminal but show itself."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
