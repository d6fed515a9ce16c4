"""Plays a scenario: the real actors on the run queue, with the simulated link in place of the real one."""

from collections.abc import Callable
from typing import Protocol

from hems_actors.actors.battery import Battery
from hems_actors.actors.car import Car
from hems_actors.actors.charger import Charger
from hems_actors.actors.clock import Clock
from hems_actors.actors.coordinator import Coordinator, Opening
from hems_actors.actors.directory import HOME, LINK
from hems_actors.actors.journal import LogPort
from hems_actors.actors.meter import Meter
from hems_actors.actors.runqueue import RunQueue
from hems_actors.actors.supervisor import Home, Spec
from hems_actors.actors.view import Published
from hems_actors.core.registry import Event
from hems_actors.core.state import State
from hems_actors.core.version import LOGIC_VERSION, STATE_VERSION
from hems_actors.eventlog.header import HeaderFields
from hems_actors.sim.build import Stage
from hems_actors.sim.link import Begin, SimLink
from hems_actors.sim.numbers import BATTERY, METER
from hems_actors.sim.opening import later_facts, opening_facts

HOUR_MS = 3_600_000
Progress = Callable[[float], None]


class Tap(Protocol):
    """Whoever listens to the events as they are recorded."""

    def see(self, seq: int, at_ms: int, event: Event) -> None:
        """Notice event number *seq*."""


class TappedLog:
    """A log that lets others listen."""

    def __init__(self, log: LogPort, taps: list[Tap], first_seq: int = 1) -> None:
        """Pass everything to *log*, and each event to each of *taps*."""
        self._log = log
        self._taps = taps
        self._seq = first_seq - 1
        self.commit = log.commit
        self.upkeep = log.upkeep
        self.close = log.close

    def append(self, at_ms: int, event: Event) -> None:
        """Pass on *event*, and tell who listens."""
        self._seq += 1
        self._log.append(at_ms, event)
        for tap in self._taps:
            tap.see(self._seq, at_ms, event)


def header_of(stage: Stage) -> HeaderFields:
    """Return what the log's header says: all from the scenario, so that equal scenarios give equal files."""
    scenario = stage.scenario
    return HeaderFields(
        home=scenario.home.name,
        writer=f"simulation-{scenario.seed}",
        zone=scenario.home.zone,
        logic_version=LOGIC_VERSION,
        state_version=STATE_VERSION,
        config=scenario.model_dump(mode="json", by_alias=True),
        sources=stage.numbers.sources(),
    )


def play(stage: Stage, log: LogPort, state: State, taps: list[Tap], progress: Progress | None = None) -> None:
    """Play *stage* to its end, from *state*, recording into *log*, which is started; *progress* gets 0..1.

    Raises:
        ActorsError: the home could not go on; what was recorded until then is in the log.
        LogError: the log could not be written.
    """
    moments = stage.moments
    queue = RunQueue(moments.start_ms)
    home = Home(queue)
    opening = Opening(TappedLog(log, taps), Clock(queue.time), state)
    try:
        home.start(_specs(stage, opening))
        coordinator = home.directory[HOME]
        for fact in opening_facts(stage):
            coordinator.tell(fact)
        for at_ms, fact in later_facts(stage):
            queue.call_later(at_ms - moments.start_ms, coordinator, fact)
        home.directory[LINK].tell(Begin())
        for at_ms in (*range(moments.start_ms, moments.end_ms, HOUR_MS), moments.end_ms):
            queue.run_until(at_ms)
            home.ending.wait(0)
            if progress is not None:
                progress((at_ms - moments.start_ms) / (moments.end_ms - moments.start_ms))
    finally:
        home.stop()


def _specs(stage: Stage, opening: Opening) -> list[Spec]:
    specs = [Spec(HOME, Coordinator, (opening, Published()))]
    if stage.scenario.meter.kind != "none":
        specs.append(Spec(METER, Meter))
    if stage.home.battery is not None:
        specs.append(Spec(BATTERY, Battery))
    specs += [Spec(number, Charger) for number in stage.home.chargers]
    specs += [Spec(number, Car) for number in stage.home.cars]
    return [*specs, Spec(LINK, SimLink, (stage,))]
