"""How a reading of the root meter is stored in the state, and its surplus sampled; called by `evolve` only.

The hot path of a replay: eight of ten events are readings.
"""

from typing import Final

from hems_actors.core.electric import active_phases, draw_ma, reading_power_w
from hems_actors.core.facts import MeterReading
from hems_actors.core.state import Charger, State
from hems_actors.core.units import SECOND_MS, power_w_of

SAMPLE_WINDOW_MS: Final = 30 * SECOND_MS  # charging.md section 7
_VALUES: Final = 3  # where a reading's values begin: after source, age and completeness


def meter_reading(state: State, event: MeterReading) -> None:
    """Keep the reading; a complete one also joins the surplus samples."""
    if event.source != state.config.meter:
        return
    meter, at_ms = state.meter, state.at_ms
    before = meter.full
    meter.latest = event
    meter.latest_seq = seq = state.seq
    meter.latest_at_ms = at_ms
    if not meter.signed and event.a_ma is not None:
        meter.signed = _any_negative(event)
    if not event.complete:
        return
    if event.a_w != before.a_w or event[_VALUES:] != before[_VALUES:]:
        meter.changed_at_ms = at_ms
        if state.site.meter_connected:
            state.site.meter_lost_at_ms = None
    if meter.full_seq:
        meter.interval_ms = at_ms - meter.full_at_ms
    meter.full = event
    meter.full_seq = seq
    meter.full_at_ms = at_ms
    _keep_sample(state, event, at_ms)


def _keep_sample(state: State, event: MeterReading, at_ms: int) -> None:
    """Keep the surplus of a complete reading, with what surplus chargers draw credited back."""
    power_w, battery, samples = event.power_w, state.battery, state.samples
    surplus_w = -(reading_power_w(event, state.meter) if power_w is None else power_w)
    for charger in state.on_surplus:
        surplus_w += draw_w(state, charger)
    if battery.above or battery.power_w < 0:
        surplus_w += battery.power_w
    if not samples:
        samples.append((at_ms, surplus_w, 0))
        return
    last_ms, last_w, sum_w_ms = samples[-1]
    samples.append((at_ms, surplus_w, sum_w_ms + last_w * (at_ms - last_ms)))
    begin_ms = at_ms - SAMPLE_WINDOW_MS
    while samples[1][0] <= begin_ms:
        del samples[0]


def draw_w(state: State, charger: Charger) -> int:
    """Return what *charger* draws in all, in W."""
    power_w = charger.report.draw_w
    if power_w is not None:
        return max(0, power_w)
    return power_w_of(draw_ma(charger), active_phases(state, charger))


def _any_negative(event: MeterReading) -> bool:
    return (event.a_ma or 0) < 0 or (event.b_ma or 0) < 0 or (event.c_ma or 0) < 0
