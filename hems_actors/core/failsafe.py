"""Fail-safe mode: the decision code failed again and again, so nothing of it is used (design.md section 4).

Chargers that are on are held at their safe current at most, and go off where a phase is above its limit; nothing is
started or raised. Only what chargers and the meter show is looked at.
"""

from typing import Final

from hems_actors.core.electric import reading_currents_ma, site_limit_ma
from hems_actors.core.enums import Alarm, Issuer, What
from hems_actors.core.outcomes import ActionIntended, AlarmChanged, Outcome, SetPointDecided
from hems_actors.core.point import Point
from hems_actors.core.rules import Rule
from hems_actors.core.state import Charger, State
from hems_actors.core.units import CURRENT_MA_MIN, SECOND_MS, floor_to

FAIL_SAFE_MS: Final = 3_600 * SECOND_MS
"""How long one order lasts: what made the core fail may have passed by then."""
REPEAT_MS: Final = 10 * SECOND_MS


def is_fail_safe(state: State) -> bool:
    """Return whether fail-safe mode is in force."""
    return state.at_ms < state.site.fail_safe_until_ms


def leaves_fail_safe(state: State) -> bool:
    """Return whether fail-safe mode has just ended: what chargers were told in it was looked at by nobody."""
    return (Alarm.FAIL_SAFE, 0) in state.alarms and not is_fail_safe(state)


def judge_fail_safe(state: State) -> list[Outcome]:
    """Return the alarms: of the mode itself, and of a log that is lost."""
    wanted = ((Alarm.FAIL_SAFE, True), (Alarm.LOG_LOST, state.site.log_lost))
    return [AlarmChanged(0, alarm, on, 0) for alarm, on in wanted if on != ((alarm, 0) in state.alarms)]


def decide_fail_safe(state: State) -> list[Outcome]:
    """Return a set-point for each charger that is not at its safe one."""
    found: list[Outcome] = []
    for charger in _reached(state):
        point = _safe_point(state, charger)
        if point.differs(charger.point):
            found.append(SetPointDecided(charger.source, *point))
    return found


def act_fail_safe(state: State) -> list[Outcome]:
    """Return the reductions that chargers still need, each again after 10 s."""
    if not state.site.link_up:
        return []
    found: list[Outcome] = []
    for charger in _reached(state):
        what, value = _needed(charger)
        if charger.report.power_on and not _is_under_way(state, charger, what, value):
            found.append(ActionIntended(charger.source, what, value, reduces=True, attempt=1))
    return found


def fail_safe_due_ms(state: State) -> int:
    """Return when fail-safe mode looks again: reductions are repeated, and the mode ends."""
    return min(state.at_ms + REPEAT_MS, state.site.fail_safe_until_ms)


def _reached(state: State) -> list[Charger]:
    return [charger for charger in state.chargers.values() if charger.report_seq and charger.report.connected]


def _safe_point(state: State, charger: Charger) -> Point:
    """Return what *charger* may be at: no more than it shows, than is safe, and nothing while a phase is over."""
    limit_ma = site_limit_ma(state)
    safe_ma = min(charger.config.safe_ma, limit_ma) if limit_ma else charger.config.safe_ma
    current_ma = floor_to(min(charger.report.current_ma, safe_ma), max(1, charger.config.step_ma))
    over = limit_ma and max(reading_currents_ma(state.meter.latest, state.meter)) > limit_ma
    on = charger.report.power_on and current_ma >= CURRENT_MA_MIN and not over
    return Point(
        on=on,
        current_ma=current_ma if on else 0,
        phases=charger.point.phases,
        target_ma=0,
        issuer=Issuer.FAILSAFE,
        rule=Rule.CORE_FAILED,
        operands=(safe_ma, state.fact_seq),
    )


def _needed(charger: Charger) -> tuple[What, int]:
    """Return the write that brings *charger*, which is on, to its set-point; what it shows already is not sent."""
    return (What.CURRENT, charger.point.current_ma) if charger.point.on else (What.POWER, 0)


def _is_under_way(state: State, charger: Charger, what: What, value: int) -> bool:
    """Return whether *charger* shows it already, or was told so less than 10 s ago."""
    ledger = charger.ledger
    if what == What.CURRENT and charger.report.current_ma <= value:
        return True
    told = (ledger.open_what, ledger.open_value) == (what, value)
    return told and ledger.open_seq != 0 and state.at_ms - ledger.open_at_ms < REPEAT_MS
