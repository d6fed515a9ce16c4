"""Errors of ETM's extensions: each one line that says what, where and what to do."""


class EtmError(Exception):
    """Base of all errors this package raises."""


class TariffError(EtmError):
    """A configured tariff that cannot be one."""


class PowerSyncError(EtmError):
    """The optimizer said nothing that can be used; each kind of reason is a class of its own."""


class AbsentError(PowerSyncError):
    """No socket is where it should be."""


class RefusedError(PowerSyncError):
    """Nobody listens at the socket, this process may not speak there, or the optimizer says that it is not healthy."""


class SlowError(PowerSyncError):
    """There was no whole answer in time."""


class StatusError(PowerSyncError):
    """The answer's status is neither 200 nor 503; a redirect is such an answer too."""


class TooLargeError(PowerSyncError):
    """The answer is larger than any answer may be."""


class MalformedError(PowerSyncError):
    """The answer is not what is specified, or not whole: no HTTP, no JSON, keys or types other than specified."""


class NonsenseError(PowerSyncError):
    """The answer can be read but not be believed."""
