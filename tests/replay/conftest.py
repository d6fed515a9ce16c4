"""The logs that the tests of the event log damage too."""

from tests.eventlog.conftest import other, simulated

__all__ = ["other", "simulated"]
