"""A toy core on the real state: one alarm, one set-point a tick, one action, as rules a test can change."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from hems_actors.core import facts
from hems_actors.core.enums import Alarm, Issuer, What
from hems_actors.core.outcomes import ActionIntended, AlarmChanged, Outcome, SetPointDecided
from hems_actors.core.registry import Event
from hems_actors.core.rules import Rule
from hems_actors.core.state import State
from hems_actors.eventlog.place import Place, SingleFile
from hems_actors.eventlog.syncing import NoSync
from hems_actors.eventlog.writer import LogWriter
from replay.core import Core
from tests.eventlog.logs import HEAD, START_MS, reading

GARAGE: Final = 2
ALARM_W: Final = 5000


def judge(state: State, alarm_w: int) -> Sequence[Outcome]:
    """Raise an alarm on a reading above *alarm_w*."""
    if state.meter.latest_seq != state.fact_seq or (state.meter.latest.power_w or 0) <= alarm_w:
        return []
    return [AlarmChanged(0, Alarm.OVERLOAD_PERSISTS, active=True, value=state.meter.latest.power_w or 0)]


def decide(state: State, current_ma: int) -> Sequence[Outcome]:
    """Set the garage to *current_ma* after each reading of more than 100 W."""
    if state.meter.latest_seq != state.fact_seq or (state.meter.latest.power_w or 0) <= 100:
        return []
    operands = (current_ma, state.fact_seq)
    return [SetPointDecided(GARAGE, True, current_ma, 1, current_ma, Issuer.NORMAL, Rule.NORMAL, operands)]


def act(state: State) -> Sequence[Outcome]:
    """Write the set-point just decided."""
    point = state.chargers[GARAGE].point if GARAGE in state.chargers else None
    if point is None or point.seq <= state.fact_seq:
        return []
    return [ActionIntended(GARAGE, What.CURRENT, point.current_ma, False, 1)]


def toy(*, alarm_w: int = ALARM_W, current_ma: int = 16_000) -> Core:
    """Return a core with these rules; picklable, so that other processes may have it."""
    return Core(stages=(partial(judge, alarm_w=alarm_w), partial(decide, current_ma=current_ma), act))


OPENING: Final[tuple[Event, ...]] = (
    facts.ZoneKnown(0, (0, 3600)),
    facts.SiteConfigured(0, 25_000, 3, 0, 0, 1),
    facts.ChargerConfigured(GARAGE, 1, 0, 6000, 1000, can_switch=False),
)


def record(
    place: Path | Place,
    core: Core | None = None,
    *,
    powers_w: Sequence[int] = (50, 200, 300),
    state: State | None = None,
    step_ms: int = 1000,
) -> State:
    """Write a log of a reading every *step_ms* to *place*, decided by *core*, and return the state at its end."""
    core = core or toy()
    head = replace(HEAD, logic_version=core.logic_version, state_version=core.state_version)
    log = LogWriter(SingleFile(place) if isinstance(place, Path) else place, head, sync=NoSync())
    opening = OPENING if state is None else (facts.Restarted(0),)
    state = state or State()
    at_ms = max(START_MS, state.at_ms)
    log.start(state, at_ms)
    for index, event in enumerate([*opening, *map(reading, powers_w)]):
        live(core, state, log, at_ms + step_ms * index, event)
    log.close(state, state.at_ms)
    return state


def live(core: Core, state: State, log: LogWriter, at_ms: int, event: Event) -> None:
    """Take one fact as the coordinator does, and commit its frame."""
    core.evolve(state, log.next_seq, at_ms, event)
    log.append(at_ms, event)
    for stage in core.stages:
        for outcome in stage(state):
            core.evolve(state, log.next_seq, at_ms, outcome)
            log.append(at_ms, outcome)
    log.commit()
    log.upkeep(state)
