"""Deadlines: set, met, missed and over (charging.md section 8).

A deadline is set at plug-in and whenever the charger's settings change. Missed, charging goes on at once until the
target is reached, the car leaves, or 4 h are over; only then the next occurrence counts.
"""

from typing import Final, NamedTuple

from hems_actors.core.enums import Ending
from hems_actors.core.modes import has_target_time
from hems_actors.core.need import Need
from hems_actors.core.outcomes import DeadlineJudged
from hems_actors.core.recurrence import next_occurrence_s
from hems_actors.core.state import Charger, State
from hems_actors.core.wall import now_s

PURSUED_S: Final = 4 * 3_600
"""A missed deadline is pursued so long."""
MET_WS: Final = 100 * 3_600
"""A rest smaller than this is what rounding and a late report leave: the target counts as reached."""
_WS_PER_WH: Final = 3_600


class Pursuit(NamedTuple):
    """The deadline that counts after a fact, and what is to be recorded of it."""

    at_s: int
    missed: bool
    judged: tuple[DeadlineJudged, ...] = ()


def judge_deadline(state: State, charger: Charger, need: Need) -> Pursuit:
    """Return which deadline of *charger* counts now, and what changed about it."""
    deadline = charger.deadline
    if not charger.session.plugged or not has_target_time(charger.info.mode):
        ending = Ending.UNPLUGGED if not charger.session.plugged else Ending.REMOVED
        return Pursuit(0, missed=False, judged=_end(charger, ending, need) if deadline.at_s else ())
    if deadline.judged_seq < max(charger.info.seq, charger.session.seq):
        return _set(state, charger, need, now_s(state), ())
    if not deadline.at_s:
        return Pursuit(0, missed=False)
    return _pursue(state, charger, need)


def deadline_due_s(charger: Charger) -> int | None:
    """Return when *charger*'s deadline is reached, or is over, on the wall clock; None = it pursues none."""
    deadline = charger.deadline
    if not deadline.at_s:
        return None
    return deadline.at_s + PURSUED_S if deadline.missed else deadline.at_s


def _pursue(state: State, charger: Charger, need: Need) -> Pursuit:
    """Go on with the deadline that is set: it is reached in time, or late, or over."""
    deadline, at_s = charger.deadline, now_s(state)
    if at_s < deadline.at_s:
        return Pursuit(deadline.at_s, missed=False)
    if need.energy_ws < MET_WS:
        return _set(state, charger, need, max(at_s, deadline.at_s), _end(charger, Ending.MET, need))
    if at_s >= deadline.at_s + PURSUED_S:
        return _set(state, charger, need, at_s, _end(charger, Ending.EXPIRED, need))
    if deadline.missed:
        return Pursuit(deadline.at_s, missed=True)
    missed = DeadlineJudged(charger.source, deadline.at_s, Ending.MISSED, need.energy_ws // _WS_PER_WH)
    return Pursuit(deadline.at_s, missed=True, judged=(missed,))


def _set(state: State, charger: Charger, need: Need, after_s: int, ended: tuple[DeadlineJudged, ...]) -> Pursuit:
    """Set the first deadline after *after_s*; one that is past for good is ignored, and that is said."""
    info, deadline = charger.info, charger.deadline
    over = bool(ended) and not info.repeat_mask
    next_s = None if over else _next_s(state, charger, after_s)
    need_wh = need.energy_ws // _WS_PER_WH
    if next_s is not None:
        judged = (*ended, DeadlineJudged(charger.source, next_s, Ending.SET, need_wh))
        return Pursuit(next_s, missed=False, judged=judged)
    if over or not (info.end_s or deadline.at_s):
        return Pursuit(0, missed=False, judged=ended)
    ending = Ending.PAST if info.end_s else Ending.REMOVED
    past = DeadlineJudged(charger.source, info.end_s or deadline.at_s, ending, need_wh)
    return Pursuit(0, missed=False, judged=(*ended, past))


def _next_s(state: State, charger: Charger, after_s: int) -> int | None:
    """Return the first deadline after *after_s*; one that repeats goes by the time of day noted when it was set."""
    info = charger.info
    if info.end_s and info.repeat_mask:
        return next_occurrence_s(info.end_second, info.repeat_mask, state.site.transitions_s, after_s)
    return info.end_s if info.end_s > after_s else None


def _end(charger: Charger, ending: Ending, need: Need) -> tuple[DeadlineJudged, ...]:
    return (DeadlineJudged(charger.source, charger.deadline.at_s, ending, need.energy_ws // _WS_PER_WH),)
