"""A charger's own steps under observation at the root meter: the evidence of which phases it loads."""

from typing import Final

from hems_actors.core.electric import has_meter, reading_currents_ma
from hems_actors.core.enums import What
from hems_actors.core.state import Charger, State
from hems_actors.core.units import SECOND_MS

SUSPECT_MS_MIN: Final = 30 * SECOND_MS  # charging.md section 10
SUSPECT_MS_MAX: Final = 120 * SECOND_MS
EVIDENCE_MA: Final = 5_000  # charging.md section 6
SETTLE_MS: Final = 10 * SECOND_MS  # charging.md section 6: the first complete reading >= 10 s after


def patience_ms(state: State) -> int:
    """Return how long the root meter may take to show a step: three of its intervals, 30 s to 120 s."""
    return min(SUSPECT_MS_MAX, max(SUSPECT_MS_MIN, 3 * state.meter.interval_ms))


def begin_step(state: State, charger: Charger) -> None:
    """Begin to observe the step of *charger*'s open action, just sent; it spoils all steps still open."""
    step_ma = _step_ma(charger)
    if step_ma == 0 or state.meter.full_seq == 0:
        return
    window_ms = state.meter.interval_ms + SETTLE_MS
    others_quiet = True
    for other in state.chargers.values():
        if other is charger:
            continue
        if other.map.step_ma:
            other.map.spoiled = True
        if other.ledger.sent_at_ms and state.at_ms - other.ledger.sent_at_ms < window_ms:
            others_quiet = False
    own = charger.map
    own.spoiled = (own.spoiled and own.step_ma != 0) or not others_quiet
    own.step_ma = step_ma
    own.step_at_ms = state.at_ms
    if abs(step_ma) >= EVIDENCE_MA:
        own.evidence_at_ms = state.at_ms
    own.before_seq = state.meter.full_seq
    own.before_a_ma, own.before_b_ma, own.before_c_ma = reading_currents_ma(state.meter.full, state.meter)
    own.before_battery_w = state.battery.power_w
    own.before_draw_ma = _draw_before_ma(charger)
    own.before_draw_w = charger.report.draw_w


def _draw_before_ma(charger: Charger) -> int:
    """Return the draw per phase before the step: measured, else as last seen under what the charger was set to."""
    if has_meter(charger):
        return charger.draw.seen_ma
    estimate, ledger = charger.draw.estimate_ma, charger.ledger
    if not ledger.known_on:
        return 0
    return ledger.known_ma if estimate is None else min(estimate, ledger.known_ma)


def _step_ma(charger: Charger) -> int:
    """Return the change of draw per phase that the open action should bring, in mA."""
    ledger = charger.ledger
    if ledger.open_what == What.POWER:
        return ledger.known_ma if ledger.open_value else -_draw_before_ma(charger)
    if not ledger.known_on:
        return 0
    if ledger.open_value < ledger.known_ma and has_meter(charger):
        return min(0, ledger.open_value - charger.draw.seen_ma)
    return ledger.open_value - ledger.known_ma
