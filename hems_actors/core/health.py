"""What the readings can be trusted with: what happens when the meter or the link is lost (charging.md section 10)."""

from typing import Final

from hems_actors.core.electric import shows_three_phases, site_limit_ma
from hems_actors.core.enums import Alarm, Health
from hems_actors.core.outcomes import AlarmChanged, HealthJudged, Judgement
from hems_actors.core.state import State
from hems_actors.core.units import CACHED_MS, SECOND_MS

HOLD_MS: Final = 90 * SECOND_MS
_GOOD: Final = Health.GOOD  # a plain name costs a tenth of the look-up in its class
_CACHED: Final = Health.CACHED
_HOLD: Final = Health.HOLD
_NO_METER: Final = Health.NO_METER
_NO_CONTROL: Final = Health.NO_CONTROL
_METER_SUSPECT: Final = Alarm.METER_SUSPECT
_METER_LOST: Final = Alarm.METER_LOST
_LOG_LOST: Final = Health.LOG_LOST
_NO_CONTROL_ALARM: Final = Alarm.NO_CONTROL
_LOG_LOST_ALARM: Final = Alarm.LOG_LOST
_FAIL_SAFE: Final = Alarm.FAIL_SAFE
_THREE: Final = 3


def judge_health(state: State) -> list[Judgement]:
    """Return the change of health and its alarms, if any."""
    found: list[Judgement] = []
    health = _health(state)
    if health == _GOOD and state.site.log_lost:
        health = _LOG_LOST
    if health != state.site.health:
        found.append(HealthJudged(0, health))
    lost = health == _NO_METER and state.config.meter != 0
    unlinked = health == _NO_CONTROL and state.site.linked_at_ms != 0
    wanted = ((_METER_LOST, lost), (_NO_CONTROL_ALARM, unlinked), (_LOG_LOST_ALARM, state.site.log_lost))
    for alarm, active in (*wanted, (_FAIL_SAFE, False)):  # whoever judges health is not in fail-safe mode
        if active != ((alarm, 0) in state.alarms):
            found.append(AlarmChanged(0, alarm, active, 0))
    return found


def _health(state: State) -> Health:
    site, meter = state.site, state.meter
    if not site.link_up:
        return _NO_CONTROL
    if state.config.meter == 0:
        return _NO_METER if site_limit_ma(state) else _GOOD
    lost = not site.meter_connected or (_METER_SUSPECT, 0) in state.alarms
    if site.meter_lost_at_ms is not None and state.at_ms - site.meter_lost_at_ms >= HOLD_MS:
        return _NO_METER  # also while it comes and goes without one new value
    if lost:
        return _HOLD
    if meter.changed_at_ms is None and state.at_ms - site.linked_at_ms < CACHED_MS:
        return _CACHED
    if meter.full_seq == 0:
        return _NO_METER
    if state.config.grid_phases == _THREE and not shows_three_phases(meter.full):
        return _NO_METER
    return _GOOD


def health_due_ms(state: State) -> int | None:
    """Return when health changes by time alone."""
    site = state.site
    if site.meter_lost_at_ms is not None and site.meter_lost_at_ms + HOLD_MS > site.tick_at_ms:
        return site.meter_lost_at_ms + HOLD_MS
    if site.health == _CACHED:
        return site.linked_at_ms + CACHED_MS
    return None
