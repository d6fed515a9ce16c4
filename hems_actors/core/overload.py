"""Overload: on every reading, which offers must come down so that no phase stays above its limit (charging.md 5.1-5.4).

New offer = min(offer, draw) - excess, rounded down; under the minimum = stop. Until 10 s after a cut (5 s
after its read-back) a phase is cut again only by what it exceeds the reading that caused that cut. Still
over after that: who did not obey is switched off, and the others make room.
"""

from dataclasses import dataclass, field
from typing import Final

from hems_actors.core.electric import (
    Triple,
    bounds_ma,
    draw_at_reading_ma,
    draw_ma,
    has_meter,
    is_certain,
    loaded_before_switch,
    mask_of,
    offer_ma,
    reading_currents_ma,
    site_limit_ma,
    site_mask,
    tolerated_ma,
    will_load_more_phases,
)
from hems_actors.core.enums import Alarm, Issuer
from hems_actors.core.facts import (
    ActionAnswered,
    ActionSent,
    BatteryReported,
    LinkChanged,
    SiteConfigured,
    SiteSettingsChanged,
    Tick,
)
from hems_actors.core.outcomes import PhaseCut
from hems_actors.core.state import Charger, Guard, State
from hems_actors.core.steps import patience_ms
from hems_actors.core.units import PHASES, SECOND_MS, floor_to, mask_phases

_TELLS_NOTHING: Final = (ActionSent, ActionAnswered, BatteryReported)
_LIMIT_CHANGES: Final = (SiteSettingsChanged, SiteConfigured)
_MAKE_IT_NEWS: Final = (*_LIMIT_CHANGES, LinkChanged)
HOLD_MS: Final = 10 * SECOND_MS
HOLD_AFTER_READ_BACK_MS: Final = 5 * SECOND_MS
FOLLOWS_MS_MIN: Final = SECOND_MS
"""No car follows a changed pilot faster: a rise before that is the house's."""
NOISE_MA: Final = 500
OBEYED_PERCENT: Final = 70
_RANK: Final[dict[int, int]] = {
    Issuer.UNKNOWN: 0,
    Issuer.FAILSAFE: 0,
    Issuer.SURPLUS_CHARGING: 0,
    Issuer.SPOT_MARKET_CHARGING: 1,
    Issuer.OPTIMIZER: 1,
    Issuer.MIN_CURRENT: 2,
    Issuer.NORMAL: 3,
    Issuer.TIME_REQUIREMENT: 4,
}


@dataclass(slots=True)
class Cuts:
    """What an overload takes: events per phase, new offers by charger, and the operands of each."""

    events: list[PhaseCut] = field(default_factory=list)
    offers: dict[int, int] = field(default_factory=dict)
    causes: dict[int, tuple[int, ...]] = field(default_factory=dict)


def find_cuts(state: State) -> Cuts:
    """Return what the newest reading demands; nothing if the newest fact is no reading or there is no limit."""
    cuts = Cuts()
    if state.fact_type in _TELLS_NOTHING:
        return cuts
    limit_ma = site_limit_ma(state)
    if not limit_ma or not state.meter.latest_seq:
        return cuts
    currents = reading_currents_ma(state.meter.latest, state.meter)
    order = in_cut_order(state)
    growth_ma = sum(_most_growth_ma(state, cuts, charger) for charger in order)
    if max(currents) + growth_ma <= limit_ma and all(guard.began_at_ms is None for guard in state.guards):
        return cuts
    if _is_told(state):
        for phase in mask_phases(site_mask(state)):
            _cut_phase(state, cuts, order, phase)
    if state.meter.latest.complete:
        _trim_unused(state, cuts, order, currents, limit_ma)
    return cuts


def _is_told(state: State) -> bool:
    """Return whether there is news: a reading, another limit, link or charger back, or a silence that says enough.

    A meter says nothing while its value stays: a cut that is not seen for three intervals did not come.
    """
    if state.meter.latest_seq == state.fact_seq or state.fact_type in _MAKE_IT_NEWS:
        return True
    if state.fact_type is Tick:
        return is_silent_too_long(state)
    return any(charger.session.reached_seq == state.fact_seq for charger in state.chargers.values())


def is_silent_too_long(state: State) -> bool:
    """Return whether a phase was over its limit and the meter has said nothing since for three of its intervals."""
    return any(
        silence_due_ms(state, phase) <= state.at_ms for phase in PHASES if state.guards[phase].began_at_ms is not None
    )


def silence_due_ms(state: State, phase: int) -> int:
    """Return when the newest reading of *phase*, over its limit, counts as seen again although nothing arrived."""
    since_ms = max(state.guards[phase].cut_at_ms, state.meter.latest_at_ms)
    return since_ms + patience_ms(state)


def in_cut_order(state: State) -> list[Charger]:
    """Return the chargers that offer power and can be reached, who is cut first first (charging.md 5.4)."""
    on = [charger for charger in state.chargers.values() if offer_ma(charger) and charger.report.connected]
    on.sort(key=lambda c: (c.info.priority, _RANK.get(c.point.issuer, 0), -c.session.at_ms, c.source))
    return on


def is_over(state: State, phase: int) -> bool:
    """Return whether *phase* is above its limit at the newest reading, and has been for 10 s."""
    began_at_ms = state.guards[phase].began_at_ms
    if began_at_ms is None or state.at_ms - began_at_ms < HOLD_MS:
        return False
    return _latest_ma(state)[phase] > site_limit_ma(state)


def disobeys(state: State, charger: Charger, phase: int) -> bool:
    """Return whether *charger* loads *phase*, had time to follow its set-point and did not, as far as can be seen."""
    if not charger.session.plugged or not mask_of(state, charger) >> phase & 1:
        return False
    guard, ledger, offered = state.guards[phase], charger.ledger, offer_ma(charger)
    if charger.point.lowered_at_ms == 0 or not is_over(state, phase) or not _had_time(state, charger):
        return False
    shows_more = ledger.known_on != charger.point.on or (charger.point.on and ledger.known_ma > offered)
    if has_meter(charger):
        failed = shows_more and (Alarm.NOT_OBEYING, charger.source) in state.alarms
        return draw_ma(charger) > (offered if failed else tolerated_ma(offered))
    if shows_more:
        return True
    fell_ma = guard.reading_ma - _latest_ma(state)[phase]
    return guard.cut_at_ms == charger.point.lowered_at_ms and fell_ma * 100 < guard.taken_ma * OBEYED_PERCENT


def _had_time(state: State, charger: Charger) -> bool:
    """Return whether the last reduction must show by now: 10 s after it, or 5 s after its read-back."""
    lowered_at_ms, verified_at_ms = charger.point.lowered_at_ms, charger.ledger.verified_at_ms
    if state.at_ms - lowered_at_ms >= HOLD_MS:
        return True
    return verified_at_ms >= lowered_at_ms and state.at_ms - verified_at_ms >= HOLD_AFTER_READ_BACK_MS


def _latest_ma(state: State) -> Triple:
    return reading_currents_ma(state.meter.latest, state.meter)


def _cut_phase(state: State, cuts: Cuts, order: list[Charger], phase: int) -> None:
    """Cut for one phase; note when its overload begins and ends."""
    reading_ma, limit_ma = _latest_ma(state)[phase], site_limit_ma(state)
    guard, over_ma = state.guards[phase], reading_ma - limit_ma
    if over_ma <= 0:
        if guard.began_at_ms is not None and state.meter.latest.complete:
            cuts.events.append(PhaseCut(0, phase, reading_ma, over_ma, 0))
        return
    loading = [charger for charger in order if mask_of(state, charger) >> phase & 1]
    need_ma, again = over_ma, False
    if guard.cut_at_ms and _is_held(state, guard, loading):
        need_ma = _held_need_ma(state, guard, reading_ma, over_ma)
    elif guard.began_at_ms is not None:
        again = True
    if need_ma <= 0:
        return
    operands = (reading_ma, state.fact_seq, limit_ma, state.fact_seq)
    if again:
        _switch_off_deaf(state, cuts, loading, phase)
    obeying = [charger for charger in loading if not (again and disobeys(state, charger, phase))]
    taken_ma = _shed(state, cuts, obeying, need_ma)
    for charger in loading:
        if charger.source in cuts.offers:
            drawn_ma = draw_at_reading_ma(state, charger)
            cuts.causes.setdefault(charger.source, (*operands, drawn_ma, charger.report_seq, phase, state.fact_seq))
    cuts.events.append(PhaseCut(0, phase, reading_ma, over_ma, taken_ma))


def _is_held(state: State, guard: Guard, loading: list[Charger]) -> bool:
    """Return whether the last cut still needs time to show: 10 s, or 5 s after all of it was read back."""
    if state.at_ms - guard.cut_at_ms >= HOLD_MS:
        return False
    cut = [charger for charger in loading if charger.point.lowered_at_ms == guard.cut_at_ms]
    return any(
        c.ledger.open_seq
        or c.ledger.verified_at_ms < guard.cut_at_ms
        or state.at_ms - c.ledger.verified_at_ms < HOLD_AFTER_READ_BACK_MS
        for c in cut
    )


def _held_need_ma(state: State, guard: Guard, reading_ma: int, over_ma: int) -> int:
    """Return what to take off while the last cut needs time: a further rise, or what another limit asks beyond it."""
    if state.fact_type in _LIMIT_CHANGES:
        return over_ma - (guard.taken_ma if state.meter.latest_at_ms <= guard.cut_at_ms else 0)
    rise_ma = reading_ma - guard.reading_ma
    return rise_ma if rise_ma > NOISE_MA else 0


def _switch_off_deaf(state: State, cuts: Cuts, loading: list[Charger], phase: int) -> None:
    """Switch off who did not follow; then all others on the phase go down to the minimum."""
    deaf = [charger for charger in state.chargers.values() if disobeys(state, charger, phase)]
    if not deaf:
        return
    for charger in deaf:
        if offer_ma(charger):
            cuts.offers[charger.source] = 0
    for charger in loading:
        low_ma, _high_ma = bounds_ma(state, charger)
        if charger not in deaf and low_ma < cuts.offers.get(charger.source, offer_ma(charger)):
            cuts.offers[charger.source] = low_ma


def _shed(state: State, cuts: Cuts, loading: list[Charger], need_ma: int) -> int:
    """Lower offers until *need_ma* is off the phase: all down to the minimum first, then stops, in order.

    What a charger of unknown phases or draw gives relieves only itself: the next one must give the same again.
    """
    saved = {c.source: _saving_ma(state, cuts, c) for c in loading}
    sure_ma = sum(saved[c.source] for c in loading if _is_sure(c))
    for floor_is_minimum in (True, False):
        for charger in loading:
            rest_ma = need_ma - sure_ma - (0 if _is_sure(charger) else saved[charger.source])
            offered = cuts.offers.get(charger.source, offer_ma(charger))
            if rest_ma <= 0 or offered == 0:
                continue
            low_ma, _high_ma = bounds_ma(state, charger)
            drawn_ma = min(offered, draw_at_reading_ma(state, charger))
            wanted_ma = floor_to(max(0, drawn_ma - rest_ma), charger.config.step_ma)
            new_ma = max(low_ma, wanted_ma) if floor_is_minimum else 0
            if new_ma >= offered:
                continue
            cuts.offers[charger.source] = new_ma
            before_ma, saved[charger.source] = saved[charger.source], _saving_ma(state, cuts, charger)
            if _is_sure(charger):
                sure_ma += saved[charger.source] - before_ma
    return max(sure_ma, max(saved.values(), default=0))


def _saving_ma(state: State, cuts: Cuts, charger: Charger) -> int:
    """Return what the new offer takes off the meter: nothing if the car draws less than that anyway."""
    new_ma = cuts.offers.get(charger.source, offer_ma(charger))
    return max(0, min(offer_ma(charger), draw_at_reading_ma(state, charger)) - new_ma)


def _is_sure(charger: Charger) -> bool:
    """Return whether what *charger* gives up is sure to leave the phase: its phases are known, and that it draws."""
    return is_certain(charger) and (has_meter(charger) or charger.report.charging is True)


def _trim_unused(state: State, cuts: Cuts, order: list[Charger], currents: Triple, limit_ma: int) -> None:
    """Trim offers that would exceed the limit if the car took them: amps commanded never exceed it either."""
    for phase in PHASES:
        guard = state.guards[phase]
        held = guard.cut_at_ms != 0 and guard.taken_ma != 0 and state.at_ms - guard.cut_at_ms < HOLD_MS
        if held or (currents[phase] > limit_ma and _is_told(state)):
            continue  # that is cut, not trimmed
        loading = [c for c in order if mask_of(state, c) >> phase & 1 or will_load_more_phases(c)]
        excess_ma = currents[phase] - limit_ma + sum(_growth_on_ma(state, cuts, c, phase) for c in loading)
        for floor_is_minimum in (True, False):
            for charger in loading:
                offered = cuts.offers.get(charger.source, offer_ma(charger))
                grows = min(_growth_on_ma(state, cuts, charger, phase), offered) > 0
                if excess_ma <= 0 or not grows:
                    continue
                low_ma, _high_ma = bounds_ma(state, charger)
                wanted_ma = floor_to(max(0, offered - excess_ma), charger.config.step_ma)
                new_ma = max(low_ma, wanted_ma) if floor_is_minimum else 0
                if new_ma >= offered:
                    continue
                cuts.offers[charger.source] = new_ma
                seq = state.fact_seq
                drawn_ma = draw_at_reading_ma(state, charger)
                operands = (currents[phase], seq, limit_ma, seq, drawn_ma, charger.report_seq, phase, seq)
                cuts.causes.setdefault(charger.source, operands)
                excess_ma -= offered - new_ma


def _most_growth_ma(state: State, cuts: Cuts, charger: Charger) -> int:
    """Return how far the draw may still grow on any phase, in mA."""
    return offer_ma(charger) if will_load_more_phases(charger) else max(0, _growth_ma(state, cuts, charger))


def _growth_on_ma(state: State, cuts: Cuts, charger: Charger, phase: int) -> int:
    """Return how far the draw may still grow on *phase*: by all of the offer where a switch under way will bring it."""
    mask = loaded_before_switch(state, charger) if will_load_more_phases(charger) else mask_of(state, charger)
    if mask >> phase & 1:
        return _growth_ma(state, cuts, charger)
    return cuts.offers.get(charger.source, offer_ma(charger))


def _growth_ma(state: State, cuts: Cuts, charger: Charger) -> int:
    """Return how far the draw may still grow under the offer, in mA; negative where a cut relieves."""
    standing = offer_ma(charger)
    growth_ma = cuts.offers.get(charger.source, standing) - min(standing, _drawn_ma(state, charger))
    return growth_ma if is_certain(charger) else max(0, growth_ma)


def _drawn_ma(state: State, charger: Charger) -> int:
    """Return the draw the newest reading contains; a raise just sent counts once the root meter shows it."""
    own = charger.map
    if own.step_ma <= 0:
        return draw_at_reading_ma(state, charger)
    if state.meter.latest_at_ms - own.step_at_ms < FOLLOWS_MS_MIN:
        return draw_at_reading_ma(state, charger) if has_meter(charger) else own.before_draw_ma
    before = (own.before_a_ma, own.before_b_ma, own.before_c_ma)
    now = _latest_ma(state)
    loaded = mask_phases(mask_of(state, charger))
    if all((now[phase] - before[phase]) * 100 >= own.step_ma * OBEYED_PERCENT for phase in loaded):
        return offer_ma(charger)
    return draw_at_reading_ma(state, charger) if has_meter(charger) else own.before_draw_ma
