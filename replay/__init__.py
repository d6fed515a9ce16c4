"""Replay: decide again what a log recorded, and name every difference; `open_log` gives its events to Python."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from replay.api import DamagedError, Log, LoggedEvent, open_log

__all__ = ["DamagedError", "Log", "LoggedEvent", "open_log"]


def __getattr__(name: str) -> object:
    """Return what `replay.api` calls *name*, imported when it is first asked for: the commands start faster so."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from replay import api  # noqa: PLC0415

    return getattr(api, name)
