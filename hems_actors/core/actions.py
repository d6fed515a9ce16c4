"""The third stage: the next write each charger needs to come from what it shows to its set-point.

One action in flight per charger; a reduction goes at once, even over an open one (charging.md 5.3). Order of
writes: on = current, verified, then power; off = power first; phase switch = off, 0 A, phases, current, on
(charging.md section 11).
"""

from typing import Final, NamedTuple

from hems_actors.core.electric import DRAWING_MA, bounds_ma, draw_ma, has_meter, mask_of
from hems_actors.core.enums import Health, What
from hems_actors.core.facts import MeterReading
from hems_actors.core.failsafe import act_fail_safe, is_fail_safe
from hems_actors.core.ledger import has_given_up
from hems_actors.core.modes import is_eco
from hems_actors.core.outcomes import ActionIntended, Outcome
from hems_actors.core.overload import is_over
from hems_actors.core.state import Charger, State
from hems_actors.core.units import CURRENT_MA_MIN, SECOND_MS, mask_phases

_NO_CONTROL: Final = Health.NO_CONTROL  # a plain name costs a tenth of the look-up in its class
_POWER: Final = What.POWER
_CURRENT: Final = What.CURRENT
REPEAT_MS: Final = 10 * SECOND_MS
SILENT_AFTER_OFF_MS: Final = 10 * SECOND_MS  # charging.md section 7


class Write(NamedTuple):
    """A write the charger needs next."""

    what: What
    value: int
    reduces: bool


def act(state: State) -> list[Outcome]:
    """Return the actions that leave now, reductions first."""
    if is_fail_safe(state):
        return act_fail_safe(state)
    if state.passed_seq == state.fact_seq or state.site.health == _NO_CONTROL or has_nothing_to_do(state):
        return []
    found = [action for charger in state.chargers.values() if (action := _action(state, charger)) is not None]
    found.sort(key=lambda action: not action.reduces)
    return list(found)


def has_nothing_to_do(state: State) -> bool:
    """Return whether the newest fact is a reading after which nothing was judged or decided, and no phase is over."""
    if state.fact_type is not MeterReading or state.seq != state.fact_seq:
        return False
    return all(guard.began_at_ms is None for guard in state.guards)


def _action(state: State, charger: Charger) -> ActionIntended | None:
    ledger = charger.ledger
    if charger.report_seq == 0 or not charger.report.connected:
        return None
    write = _next_write(state, charger)
    if write is None or not (write.reduces or may_add_load(state)):
        return None
    if ledger.open_seq:
        same = (write.what, write.value) == (ledger.open_what, ledger.open_value)
        if not write.reduces or (same and not _is_due_again(state, charger)):
            return None
    elif ledger.failures and state.at_ms < ledger.retry_at_ms and not _is_new_reduction(charger, write):
        return None
    if has_given_up(state, charger) and not write.reduces:
        return None
    return ActionIntended(charger.source, write.what, write.value, write.reduces, ledger.failures + 1)


def may_add_load(state: State) -> bool:
    """Return whether starts, raises and switches may leave: what was decided on readings now lost must wait."""
    if state.site.log_lost:
        return False
    without_meter = state.site.health == Health.NO_METER and state.config.meter == 0
    return state.site.health == Health.GOOD or without_meter


def _is_due_again(state: State, charger: Charger) -> bool:
    """While a phase it loads stays over its limit, a reduction is repeated every 10 s (charging.md 5.3)."""
    ledger = charger.ledger
    last_ms = max(ledger.sent_at_ms, ledger.open_at_ms)
    if state.at_ms - last_ms < REPEAT_MS:
        return False
    return any(is_over(state, phase) for phase in mask_phases(mask_of(state, charger)))


def _is_new_reduction(charger: Charger, write: Write) -> bool:
    """A reduction other than those that failed lately does not wait for their back-off."""
    recent = charger.ledger.recent
    tried = [(recent[index], recent[index + 1]) for index in range(0, len(recent), 3)]
    return write.reduces and (write.what, write.value) not in tried


def _next_write(state: State, charger: Charger) -> Write | None:
    """Return the first difference between what is known of the charger and what it should be."""
    ledger, point = charger.ledger, charger.point
    if not charger.session.plugged:
        return _park(state, charger)
    if not point.on:
        still_on = may_be_on(charger)
        deaf = draw_ma(charger) >= DRAWING_MA and _is_due_again(state, charger)
        return Write(_POWER, 0, reduces=True) if still_on or deaf else None
    if charger.config.can_switch and point.phases != ledger.known_phases and charger.report.desired_phases is not None:
        return _switch_phases(state, charger)
    most_ma = most_it_may_be_at_ma(charger)
    if point.current_ma not in (ledger.known_ma, most_ma) or point.current_ma < most_ma:
        reduces = may_be_on(charger) and point.current_ma < most_ma
        if reduces and (ledger.refused_what, ledger.refused_value) == (_CURRENT, point.current_ma):
            return Write(_POWER, 0, reduces=True)
        return Write(_CURRENT, _under_both_ma(charger) if reduces else point.current_ma, reduces=reduces)
    if not ledger.known_on:
        return Write(_POWER, 1, reduces=False)
    return None


def _under_both_ma(charger: Charger) -> int:
    """Return the set-point, or what the charger is known to be at if that is less while a raise is in flight.

    A reduction leaves before it would survive a power cut, so it may not raise, whether that raise was sent or not.
    """
    point_ma, known_ma = charger.point.current_ma, charger.ledger.known_ma
    return known_ma if max(CURRENT_MA_MIN, charger.report.min_ma) <= known_ma < point_ma else point_ma


def may_be_on(charger: Charger) -> bool:
    """Return whether the charger is on, or a write in flight may have switched it on."""
    ledger = charger.ledger
    in_flight = ledger.open_seq != 0 and ledger.open_what == _POWER and ledger.open_value == 1
    return ledger.known_on or charger.report.power_on or in_flight


def most_it_may_be_at_ma(charger: Charger) -> int:
    """Return the highest current the charger may be set to: the known one, or a higher one in flight."""
    ledger = charger.ledger
    in_flight = ledger.open_seq != 0 and ledger.open_what == _CURRENT
    return max(ledger.known_ma, ledger.open_value) if in_flight else ledger.known_ma


def _switch_phases(state: State, charger: Charger) -> Write | None:
    """Off first, then wait for 0 A, then the phases; current and on follow by themselves."""
    if may_be_on(charger):
        return Write(_POWER, 0, reduces=True)
    return Write(What.PHASES, charger.point.phases, reduces=False) if _is_silent(state, charger) else None


def _is_silent(state: State, charger: Charger) -> bool:
    """Return whether the charger carries no current: measured 0 A, else `charging` false, else 10 s after off."""
    if has_meter(charger):
        return draw_ma(charger) < DRAWING_MA // 10
    if charger.report.charging is not None:
        return not charger.report.charging
    off_at_ms = charger.ledger.off_at_ms
    return off_at_ms is not None and state.at_ms - off_at_ms >= SILENT_AFTER_OFF_MS


def _park(state: State, charger: Charger) -> Write | None:
    """Unplugged: Eco modes off, every mode at the minimum current; the only commands while unplugged."""
    if is_eco(charger.info.mode) and may_be_on(charger):
        return Write(_POWER, 0, reduces=True)
    low_ma, _high_ma = bounds_ma(state, charger)
    if low_ma <= charger.report.max_ma and most_it_may_be_at_ma(charger) > low_ma:
        return Write(_CURRENT, low_ma, reduces=True)
    return None
