"""Errors of ETM's extensions: each one line that says what, where and what to do."""


class EtmError(Exception):
    """Base of all errors this package raises."""


class TariffError(EtmError):
    """A configured tariff that cannot be one."""
