"""Headroom: how far chargers may be raised on each phase, from the newest complete reading (charging.md 5.6)."""

from typing import Final

from hems_actors.core.electric import (
    Triple,
    bounds_ma,
    draw_floor_ma,
    is_certain,
    loaded_before_switch,
    mask_for,
    mask_of,
    offer_ma,
    reading_currents_ma,
    site_limit_ma,
    site_mask,
    will_load_more_phases,
)
from hems_actors.core.enums import Timer
from hems_actors.core.outcomes import Judgement
from hems_actors.core.state import Charger, State
from hems_actors.core.timers import has_elapsed, run_timer
from hems_actors.core.units import CURRENT_MA_MAX, PHASES, SECOND_MS, mask_phases

_RESTART: Final = Timer.RESTART  # a plain name costs a tenth of the look-up in its class
RESTART_MS: Final = 120 * SECOND_MS  # charging.md 5.5
RESTART_MARGIN_MA: Final = 1_000
UNLIMITED_MA: Final = 1_000_000


def spare_ma(state: State) -> list[int]:
    """Return by how much the offers may grow on each phase, in mA; negative = too much is offered already.

    limit - (meter + what each offer may still grow beyond the draw the meter is sure to contain). A charger
    whose phases are unknown counts on all phases it may load, and is credited on none but by its own draw.
    """
    limit_ma = site_limit_ma(state)
    if not limit_ma:
        return [UNLIMITED_MA] * len(PHASES)
    spare = [limit_ma - current_ma for current_ma in _newest_ma(state)]
    for charger in state.chargers.values():
        growth_ma = max(0, offer_ma(charger) - draw_floor_ma(state, charger))
        if will_load_more_phases(charger):
            _hold_for_switch(state, charger, spare, growth_ma)
        elif growth_ma:
            for phase in mask_phases(mask_of(state, charger)):
                spare[phase] -= growth_ma
    return spare


def _hold_for_switch(state: State, charger: Charger, spare: list[int], growth_ma: int) -> None:
    """Take out of *spare* what *charger* will take: all of its offer where the reading surely contains none of it."""
    own_mask = loaded_before_switch(state, charger)
    for phase in mask_phases(site_mask(state)):
        spare[phase] -= growth_ma if own_mask >> phase & 1 else offer_ma(charger)


def _newest_ma(state: State) -> Triple:
    """Return the currents of the newest complete reading, or a newer single value where that is higher."""
    meter = state.meter
    full = reading_currents_ma(meter.full, meter)
    if meter.latest_seq == meter.full_seq:
        return full
    a_ma, b_ma, c_ma = map(max, full, reading_currents_ma(meter.latest, meter))
    return a_ma, b_ma, c_ma


def headroom_ma(state: State, charger: Charger, spare: list[int], phases: int = 0) -> int:
    """Return the most *charger* may be offered, in mA: its offer plus the least spare of its phases.

    Args:
        state: the home.
        charger: whose headroom.
        spare: as `spare_ma` returns it.
        phases: of the offer in question; 0 = as offered now.
    """
    mask = mask_for(state, charger, phases) if phases else mask_of(state, charger)
    return offer_ma(charger) + min(spare[phase] for phase in mask_phases(mask))


def claim(state: State, charger: Charger, spare: list[int], raised_ma: int, phases: int = 0) -> None:
    """Take *raised_ma* out of *spare* on the phases of *charger*, as for `headroom_ma`."""
    mask = mask_for(state, charger, phases) if phases else mask_of(state, charger)
    for phase in mask_phases(mask):
        spare[phase] -= raised_ma


def judge_restart(state: State) -> list[Judgement]:
    """After an overload stop: headroom >= minimum + 1 A on all phases must hold for 120 s, in every mode."""
    stopped = [c for c in state.chargers.values() if c.point.stopped_by_overload or c.timers[_RESTART] is not None]
    if not stopped or state.meter.full_seq != state.fact_seq:
        return []
    spare = spare_ma(state)
    found: list[Judgement] = []
    for charger in stopped:
        low_ma, _high_ma = bounds_ma(state, charger)
        wanted_ma, room_ma = low_ma + RESTART_MARGIN_MA, headroom_ma(state, charger, spare)
        holds = charger.point.stopped_by_overload and room_ma >= wanted_ma
        found.extend(run_timer(state, charger, _RESTART, holds=holds, value=room_ma, threshold=wanted_ma))
    return found


def may_restart(state: State, charger: Charger) -> bool:
    """Return whether no overload stop holds *charger* back."""
    return not charger.point.stopped_by_overload or has_elapsed(state, charger, _RESTART, RESTART_MS)


def balanced_ma(state: State, charger: Charger, offers: dict[int, int]) -> int:
    """Return the most *charger* may be offered beside *offers* (mA by source) so that phases stay balanced.

    Charger current on a phase minus that on the least loaded one <= `unbalance_limit_ma` (charging.md section 1).
    """
    limit_ma = state.config.unbalance_limit_ma
    own_mask = mask_of(state, charger)
    outside = [phase for phase in PHASES if not own_mask >> phase & 1]
    if not limit_ma or (not outside and is_certain(charger)):
        return CURRENT_MA_MAX
    loads = [0, 0, 0]
    for other in state.chargers.values():
        if other is not charger:
            for phase in mask_phases(mask_of(state, other)):
                loads[phase] += offers.get(other.source, 0)
    least_ma = min(loads[phase] for phase in (outside or PHASES))
    most_ma = max(loads[phase] for phase in mask_phases(own_mask))
    return max(0, limit_ma + least_ma - most_ma)
