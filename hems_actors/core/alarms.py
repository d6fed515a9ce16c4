"""Alarms of the limit: an overload that persists, a charger that does not obey (charging.md 5.3)."""

from hems_actors.core.electric import reading_currents_ma, site_limit_ma
from hems_actors.core.enums import Alarm
from hems_actors.core.facts import MeterReading, Tick
from hems_actors.core.outcomes import AlarmChanged, Judgement
from hems_actors.core.overload import disobeys, is_over, is_silent_too_long
from hems_actors.core.state import Charger, State
from hems_actors.core.units import PHASES


def judge_alarms(state: State) -> list[Judgement]:
    """Return the alarms a reading raises or ends."""
    if state.fact_type is not MeterReading and not (state.fact_type is Tick and is_silent_too_long(state)):
        return []
    if not state.alarms and all(guard.began_at_ms is None for guard in state.guards):
        return []
    found: list[Judgement] = []
    over = [phase for phase in PHASES if is_over(state, phase)]
    excess_ma = max(reading_currents_ma(state.meter.latest, state.meter)) - site_limit_ma(state)
    if bool(over) != ((Alarm.OVERLOAD_PERSISTS, 0) in state.alarms):
        found.append(AlarmChanged(0, Alarm.OVERLOAD_PERSISTS, active=bool(over), value=excess_ma if over else 0))
    for charger in state.chargers.values():
        deaf = any(disobeys(state, charger, phase) for phase in over)
        if deaf != ((Alarm.NOT_OBEYING, charger.source) in state.alarms) and _is_plain(charger, deaf=deaf, over=over):
            found.append(AlarmChanged(charger.source, Alarm.NOT_OBEYING, active=deaf, value=0))
    return found


def _is_plain(charger: Charger, *, deaf: bool, over: list[int]) -> bool:
    """Return whether it is plain that *charger* does not obey, or does again: nothing is over, and no write failed."""
    return deaf or (not over and charger.ledger.failures == 0)
