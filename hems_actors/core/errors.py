"""Errors of the core: each is a bug or a poisoned event, never a user's mistake."""

from typing import Final


class CoreError(Exception):
    """Base of all errors the core raises."""


class UnknownEventError(CoreError):
    """An event whose class the core does not know."""

    def __init__(self, name: str) -> None:
        """Name the unknown event class."""
        super().__init__(f"unknown event: {name}")


class UnknownThingError(CoreError):
    """An event about a thing that was never configured."""

    def __init__(self, source: int) -> None:
        """Name the thing by its source number."""
        super().__init__(f"event of a thing that was never configured: source {source}")


class MalformedPartError(CoreError):
    """A restore event whose values are not what its part holds."""

    def __init__(self, values: tuple[object, ...]) -> None:
        """Show the values."""
        super().__init__(f"not the values of a part of the state: {values}")


FAILURES: Final = (CoreError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What code raises on an event it was not made for."""
