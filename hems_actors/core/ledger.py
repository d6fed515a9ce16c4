"""The action ledger: is the open action verified, failed, to be retried or given up? Who else changed the charger?

One action in flight per charger (design.md section 4; charging.md section 11). Verified is what the charger
shows, not what it answered.
"""

from collections.abc import Mapping
from typing import Final

from hems_actors.core.enums import Alarm, Closing, Deviation, Result, What
from hems_actors.core.facts import ChargerReported
from hems_actors.core.failsafe import leaves_fail_safe
from hems_actors.core.outcomes import ActionClosed, AlarmChanged, DeviationSeen, Judgement
from hems_actors.core.state import Charger, Ledger, State
from hems_actors.core.units import MINUTE_MS, SECOND_MS

_GAVE_UP: Final = Alarm.GAVE_UP  # a plain name costs a tenth of the look-up in its class
_VERIFIED: Final = Closing.VERIFIED
_POWER: Final = What.POWER
_CURRENT: Final = What.CURRENT
_PHASES: Final = What.PHASES
VERIFY_MS: Final = 20 * SECOND_MS  # charging.md section 11
TRIES: Final = 6  # design.md section 4
GAVE_UP_MS: Final = 10 * MINUTE_MS  # charging.md section 11

_CLOSING: Final = {
    Result.TIMEOUT: Closing.TIMED_OUT,
    Result.INVALID: Closing.REFUSED,
    Result.HARDWARE: Closing.FAILED,
    Result.PERMANENT: Closing.FAILED,
}


def judge_ledger(state: State) -> list[Judgement]:
    """Return what became of open actions, and what chargers show that nobody here commanded."""
    found: list[Judgement] = []
    for charger in state.chargers.values():
        if charger.report_seq == 0:
            continue
        closing = _closing(state, charger)
        if closing is not None:
            found.extend(_close(charger, closing, state.alarms))
        if charger.report_seq == state.fact_seq or leaves_fail_safe(state):
            found.extend(_deviations(state, charger, verified=closing == _VERIFIED))
        alarmed = (_GAVE_UP, charger.source) in state.alarms
        if alarmed and not has_given_up(state, charger):
            found.append(AlarmChanged(charger.source, Alarm.GAVE_UP, active=False, value=0))
    return found


def has_given_up(state: State, charger: Charger) -> bool:
    """Return whether writes to *charger* rest, but for reductions: 10 min at most."""
    gave_up_at_ms = charger.ledger.gave_up_at_ms
    return gave_up_at_ms is not None and state.at_ms - gave_up_at_ms < GAVE_UP_MS


def is_open(state: State, source: int, action_seq: int) -> bool:
    """Return whether action *action_seq* is what charger *source* still needs: nothing newer overtook it."""
    return state.chargers[source].ledger.open_seq == action_seq


def shown(report: ChargerReported, what: int) -> int | None:
    """Return what *report* shows of *what*: 0/1, mA, or phases; None = not reported."""
    if what == _POWER:
        return int(report.power_on)
    if what == _CURRENT:
        return report.current_ma
    return report.desired_phases


def _closing(state: State, charger: Charger) -> Closing | None:
    """Return how *charger*'s open action ended just now, or None while it is open."""
    ledger = charger.ledger
    if ledger.open_seq == 0:
        return None
    if not state.site.link_up:
        return Closing.UNVERIFIED
    if ledger.sent and shown(charger.report, ledger.open_what) == ledger.open_value:
        if charger.report_seq == state.fact_seq or ledger.result == Result.OK or leaves_fail_safe(state):
            return Closing.VERIFIED
    elif ledger.result is not None and ledger.result != Result.OK:
        return _CLOSING[Result(ledger.result)]
    return Closing.UNVERIFIED if state.at_ms - ledger.open_at_ms >= VERIFY_MS else None


def _close(charger: Charger, closing: Closing, alarms: Mapping[tuple[int, int], int]) -> list[Judgement]:
    """Close the open action; the sixth failure in a row, a second refusal or a permanent error gives up.

    A reduction is never given up, but that it failed is an alarm.
    """
    ledger, source = charger.ledger, charger.source
    found: list[Judgement] = [ActionClosed(source, ledger.open_seq, closing)]
    if closing == Closing.VERIFIED:
        return found
    if ledger.open_reduces:
        if (Alarm.NOT_OBEYING, source) not in alarms:
            found.append(AlarmChanged(source, Alarm.NOT_OBEYING, active=True, value=ledger.failures + 1))
        return found
    failures = ledger.failures + 1
    refused_again = closing == Closing.REFUSED and ledger.refused_what == ledger.open_what
    if failures >= TRIES or refused_again or ledger.result == Result.PERMANENT:
        found.append(ActionClosed(source, ledger.open_seq, Closing.GAVE_UP))
        found.append(AlarmChanged(source, Alarm.GAVE_UP, active=True, value=failures))
    return found


def _deviations(state: State, charger: Charger, *, verified: bool) -> list[Judgement]:
    """Return each value the fresh report shows that no own action explains (charging.md section 11)."""
    ledger, report = charger.ledger, charger.report
    known = (
        (_CURRENT, ledger.known_ma, report.current_ma),
        (_PHASES, ledger.known_phases, report.desired_phases),
        (_POWER, int(ledger.known_on), int(report.power_on)),
    )
    found: list[Judgement] = []
    for what, expected, value in known:
        if value is None or value == expected:
            continue
        if verified and what == ledger.open_what:
            continue
        found.append(DeviationSeen(charger.source, what, value, _cause(state, charger, what, value)))
    return found


def _cause(state: State, charger: Charger, what: What, value: int) -> Deviation:
    ledger, report = charger.ledger, charger.report
    if not state.site.link_up or leaves_fail_safe(state):
        return Deviation.ADOPTED
    if _may_act_late(ledger, what, value, state.at_ms):
        return Deviation.LATE_EFFECT
    if what == What.PHASES:
        return Deviation.ADOPTED
    if what == What.POWER:
        return Deviation.USER_RAISED if value else Deviation.USER_LOWERED
    if value == report.max_ma and value < ledger.known_ma:
        return Deviation.CLAMPED
    return Deviation.USER_RAISED if value > ledger.known_ma else Deviation.USER_LOWERED


def _may_act_late(ledger: Ledger, what: int, value: int, at_ms: int) -> bool:
    recent = ledger.recent
    if ledger.open_seq and ledger.open_what == what and ledger.open_value == value:
        return True
    return any(
        recent[i] == what and recent[i + 1] == value and at_ms <= recent[i + 2] for i in range(0, len(recent), 3)
    )


def ledger_due_ms(state: State, charger: Charger) -> int | None:
    """Return when *charger*'s ledger changes by time alone: verification, retry, end of giving up."""
    ledger = charger.ledger
    if ledger.open_seq:
        return ledger.open_at_ms + VERIFY_MS
    if has_given_up(state, charger) and ledger.gave_up_at_ms is not None:
        return ledger.gave_up_at_ms + GAVE_UP_MS
    if ledger.failures:
        return ledger.retry_at_ms
    return None
