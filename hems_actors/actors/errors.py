"""Errors of the actors, each saying what ended and why."""


class ActorsError(Exception):
    """Base of all errors the actors raise."""


class CoreFailedError(ActorsError):
    """The core raised while it concluded a fact: the home cannot go on in this process."""

    def __init__(self, seq: int, fact: str, reason: str) -> None:
        """Name the *fact*, its number *seq*, and what the core raised."""
        super().__init__(f"the core failed at event {seq} ({fact}): {reason}")
        self.seq = seq
        self.fact = fact


class LogLostError(ActorsError):
    """A request that cannot be kept, because nothing can be written."""

    def __init__(self) -> None:
        super().__init__("the log cannot be written, so nothing can be changed: make room, or change the disk")


class VitalActorError(ActorsError):
    """An actor that cannot be restarted died of something that is not the core's."""


class StartError(ActorsError):
    """An actor did not come up."""


class StopError(ActorsError):
    """Actors did not stop in time."""


class ReentrantRunError(ActorsError):
    """Somebody waited for the run queue from inside an actor: it would wait for itself."""
