"""Calm: readings that can change nothing are passed over for the price of a few comparisons (design.md section 7).

Worked out once after a reading that led to nothing, and dropped by any event but a reading. That a reading
passed over would have led to nothing is a property test's business (tests/core/test_calm.py).
"""

from typing import Final, NamedTuple

from hems_actors.core.electric import has_meter, is_certain, mask_of, offer_ma, reading_currents_ma, site_limit_ma
from hems_actors.core.enums import Health, Issuer, Mode, Timer
from hems_actors.core.facts import MeterReading
from hems_actors.core.state import Charger, Meter, State
from hems_actors.core.steps import SETTLE_MS
from hems_actors.core.surplus import (
    DELAYS_MS,
    available_w,
    is_holder,
    start_threshold_w,
    stop_threshold_w,
    surplus_w,
)
from hems_actors.core.timing import has_rival
from hems_actors.core.units import PHASES, VOLTAGE_DV_PLAUSIBLE_MIN, mask_phases

_ENDLESS_MA: Final = 1_000_000
_GOOD: Final = Health.GOOD  # a plain name costs a tenth of the look-up in its class
_RESTART: Final = Timer.RESTART
_SURPLUS_START: Final = Timer.SURPLUS_START
_SURPLUS_STOP: Final = Timer.SURPLUS_STOP
_ECO: Final = Mode.ECO
_SURPLUS_CHARGING: Final = Issuer.SURPLUS_CHARGING
_NORMAL: Final = Issuer.NORMAL
_ENDLESS: Final = 1 << 62


class Calm(NamedTuple):
    """Readings within these bounds lead to nothing."""

    a_w: int
    b_w: int
    c_w: int
    a_ma: int
    b_ma: int
    c_ma: int
    single: bool
    """The meter shows phase A alone."""
    surplus_from_w: int
    surplus_below_w: int
    until_ms: int
    """From this instant on a timer of surplus charging is over."""

    def holds(self, reading: MeterReading) -> bool:
        """Return whether *reading* is complete, has its phases' power, and is within the bounds at any voltage."""
        a_w, b_w, c_w = reading.a_w, reading.b_w, reading.c_w
        a_ma, b_ma, c_ma = reading.a_ma, reading.b_ma, reading.c_ma
        return (
            reading.complete
            and a_w is not None
            and a_w <= self.a_w
            and (self.single if b_w is None else b_w <= self.b_w and not self.single)
            and (self.single if c_w is None else c_w <= self.c_w and not self.single)
            and (a_ma is None or (a_ma <= self.a_ma and -a_ma <= self.a_ma))
            and (b_ma is None or (b_ma <= self.b_ma and -b_ma <= self.b_ma and b_w is not None))
            and (c_ma is None or (c_ma <= self.c_ma and -c_ma <= self.c_ma and c_w is not None))
        )

    def holds_exactly(self, reading: MeterReading, meter: Meter) -> bool:
        """Return whether *reading*, of all three phases, is within the bounds at its own voltage."""
        if self.single or not reading.complete or None in (reading.a_w, reading.b_w, reading.c_w):
            return False
        a_ma, b_ma, c_ma = reading_currents_ma(reading, meter)
        return a_ma <= self.a_ma and b_ma <= self.b_ma and c_ma <= self.c_ma

    def holds_timers(self, state: State) -> bool:
        """Return whether all timers of surplus charging stay as they are."""
        if self.until_ms == _ENDLESS:
            return True
        available_w = surplus_w(state)
        return (
            state.at_ms < self.until_ms
            and available_w is not None
            and self.surplus_from_w <= available_w < self.surplus_below_w
        )


_LOW: Final = -_ENDLESS_MA
NEVER: Final = Calm(_LOW, _LOW, _LOW, _LOW, _LOW, _LOW, single=False, surplus_from_w=0, surplus_below_w=0, until_ms=0)


def is_calm(state: State) -> bool:
    """Return whether the newest reading can be passed over, and remember it for the stages that follow."""
    calm, reading = state.calm, state.meter.latest
    if calm is None:
        state.calm = _work_out(state) if state.meter.full_seq == state.seq else None
        return False
    if (
        isinstance(calm, Calm)
        and calm.until_ms
        and (calm.holds(reading) or calm.holds_exactly(reading, state.meter))
        and calm.holds_timers(state)
    ):
        state.passed_seq = state.fact_seq
        return True
    return False


def was_passed_over(state: State) -> bool:
    """Return whether the newest fact is a reading that was passed over."""
    return state.passed_seq == state.fact_seq != 0


def _work_out(state: State) -> Calm:
    """Return the bounds for the readings after this one, as long as nothing else happens."""
    site, meter = state.site, state.meter
    if (
        site.health != _GOOD
        or meter.changed_at_ms is None
        or state.alarms
        or state.config.meter == 0
        or state.config.unbalance_limit_ma
    ):
        return NEVER
    if any(guard.began_at_ms is not None for guard in state.guards):
        return NEVER
    if not all(_is_settled(state, charger) for charger in state.chargers.values()):
        return NEVER
    limit_ma = site_limit_ma(state) or _ENDLESS_MA
    room = [limit_ma] * len(PHASES)
    for charger in state.chargers.values():
        growth_ma = offer_ma(charger) - charger.draw.seen_ma
        if growth_ma > 0 or not is_certain(charger):
            for phase in mask_phases(mask_of(state, charger)):
                room[phase] -= max(growth_ma, 0)
    a_w, b_w, c_w = (room_ma * VOLTAGE_DV_PLAUSIBLE_MIN // 10_000 for room_ma in room)
    a_ma, b_ma, c_ma = room
    return Calm(a_w, b_w, c_w, a_ma, b_ma, c_ma, meter.full.b_w is None, *_timer_bounds(state))


def _timer_bounds(state: State) -> tuple[int, int, int]:
    """Return from and below which surplus, and before which instant, surplus charging's timers stay as they are.

    Goes by their being right for the newest reading: if they are not, what they lead to drops the bounds. Without a
    charger that may have surplus, nothing ends.
    """
    from_w, below_w, until_ms = -_ENDLESS, _ENDLESS, _ENDLESS
    total_w, available = surplus_w(state) or 0, available_w(state) or {}
    for source, own_w in available.items():
        charger = state.chargers[source]
        holding = is_holder(charger)
        timer = _SURPLUS_STOP if holding else _SURPLUS_START
        threshold_w = (stop_threshold_w if holding else start_threshold_w)(state, charger) + total_w - own_w
        if holding == (charger.timers[timer] is None):
            from_w = max(from_w, threshold_w)
        else:
            below_w = min(below_w, threshold_w)
        ends = [since_ms + delay_ms for each, delay_ms in DELAYS_MS if (since_ms := charger.timers[each]) is not None]
        until_ms = min(until_ms, _ENDLESS - 1, *ends)
    return from_w, below_w, until_ms


def _is_settled(state: State, charger: Charger) -> bool:
    """Return whether no reading alone, within the limit, can lead to anything for *charger*."""
    point = charger.point
    if charger.map.step_ma or point.stopped_by_overload or charger.timers[_RESTART] is not None:
        return False
    if not charger.session.plugged:
        return not point.on
    if charger.config.can_switch or not has_meter(charger):
        return False
    last_ms = max(point.changed_at_ms, charger.ledger.sent_at_ms)
    if state.at_ms - last_ms < SETTLE_MS or (point.on and point.current_ma < point.target_ma):
        return False
    if charger.info.mode == _ECO:
        return not point.on or (point.issuer == _SURPLUS_CHARGING and not has_rival(state, charger))
    return point.on and point.issuer == _NORMAL
