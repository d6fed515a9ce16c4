"""Errors of price providers: each one line that says what, where and, where somebody can, what to do."""

from hems_actors.core.enums import Failure


class SpotMarketError(Exception):
    """Base of all errors this package raises."""


class AddressError(SpotMarketError):
    """A configured address that nothing can be fetched from."""


class ProviderError(SpotMarketError):
    """A provider brought no prices; nothing known before is lost."""

    def __init__(self, failure: Failure, text: str) -> None:
        """Say why by *failure*, for the log, and in one line of *text*, for a person."""
        super().__init__(text)
        self.failure = failure
