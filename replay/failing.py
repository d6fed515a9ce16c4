"""Where the core failed, or passed an event over, when a log was recorded: what this code does with that event."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

from hems_actors.core.enums import CoreStep
from hems_actors.core.errors import FAILURES
from hems_actors.core.facts import CoreFailed, Quarantined
from hems_actors.core.outcomes import Outcome
from hems_actors.core.registry import Event
from hems_actors.core.state import State
from hems_actors.eventlog.codec import kind_number
from hems_actors.eventlog.frame import Frame
from hems_actors.eventlog.schema import current_schema
from replay.core import Core
from replay.divergence import CORE_FAILED, Divergence

Replayed = str | list[str] | None


class Taken(NamedTuple):
    """What became of events."""

    state: State
    """To go on with."""
    events: int
    """How many were taken; 0 = the first one is like any other."""
    failed: CoreFailed | None = None
    """What says that the core failed."""
    divergences: Sequence[Divergence] = ()


class _Tried(NamedTuple):
    """What became of an event that the core failed on."""

    state: State
    """As the fold of the log has it: without the event if it cannot be applied, without anything concluded."""
    step: CoreStep | None
    """Where this code raised; None = nowhere."""
    replayed: Replayed
    """What it raised, or else concluded."""


def take_failing(core: Core, state: State, frame: Frame, events: Sequence[Any], index: int) -> Taken:
    """Take the event at *index* if it was passed over, or the core failed on it, or it says that the core failed.

    One that was passed over is so again. One on which the core failed is tried by *core*: if that fails at the same
    step all is as recorded. Either way nothing that is concluded of it counts.
    """
    seq, at_ms = frame.first_seq + index, frame.t0_ms + frame.body[index][2]
    event, following = events[index], events[index + 1] if index + 1 < len(events) else None
    names_it = isinstance(following, (CoreFailed, Quarantined)) and following.failed_seq == seq
    if names_it and isinstance(following, Quarantined):
        return Taken(state, 1)
    if names_it and isinstance(following, CoreFailed) and following.step != CoreStep.LOOK_AHEAD:
        tried = _try_event(core, state, seq, at_ms, event)
        return _noted(core, following, frame, index + 1, tried)._replace(events=2)
    if not isinstance(event, CoreFailed):
        return Taken(state, 0)
    if event.step == CoreStep.LOOK_AHEAD:
        return _noted(core, event, frame, index, _try_look_ahead(core, state))
    core.evolve(state, seq, at_ms, event)  # what it failed on is not recorded right before it: nothing to try
    return Taken(state, 1, event)


def step_name(step: int) -> str:
    """Return what a step is called."""
    return CoreStep(step).name.lower() if step in CoreStep.__members__.values() else str(step)


def _noted(core: Core, failed: CoreFailed, frame: Frame, index: int, tried: _Tried) -> Taken:
    """Return what *failed*, at *index*, comes to: a difference unless this code failed at the same step."""
    at_ms = frame.t0_ms + frame.body[index][2]
    core.evolve(tried.state, frame.first_seq + index, at_ms, failed)
    if tried.step == failed.step:
        return Taken(tried.state, 1, failed)
    step = step_name(failed.step)
    difference = Divergence(failed.failed_seq, at_ms, 0, CORE_FAILED, None, step, tried.replayed)
    return Taken(tried.state, 1, failed, [difference])


def _try_event(core: Core, state: State, seq: int, at_ms: int, event: Event) -> _Tried:
    """Return what *core* does with *event*; *state* may be changed by it half way."""
    before = deepcopy(state)
    try:
        core.evolve(state, seq, at_ms, event)
    except FAILURES as error:
        return _Tried(before, CoreStep.EVOLVE, _text(error))
    try:
        concluded = [_name(outcome) for outcome in _conclusions(core, deepcopy(state))]
    except FAILURES as error:
        return _Tried(state, CoreStep.CONCLUDE, _text(error))
    return _Tried(state, None, concluded or None)


def _try_look_ahead(core: Core, state: State) -> _Tried:
    """Return whether *core* can say what is due next."""
    try:
        core.next_due_ms(deepcopy(state))
    except FAILURES as error:
        return _Tried(state, CoreStep.LOOK_AHEAD, _text(error))
    return _Tried(state, None, None)


def _conclusions(core: Core, state: State) -> Iterator[Outcome]:
    for stage in core.stages:
        for outcome in stage(state):
            core.evolve(state, state.seq + 1, state.at_ms, outcome)
            yield outcome


def _name(outcome: Outcome) -> str:
    return f"{current_schema()[kind_number(outcome)].name} {outcome.source}"


def _text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
