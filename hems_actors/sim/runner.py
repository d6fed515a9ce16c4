"""Plays a scenario: the real actors on the run queue, with the simulated link in place of the real one."""

from collections.abc import Callable
from typing import NamedTuple

from hems_actors.actors.battery import Battery
from hems_actors.actors.car import Car
from hems_actors.actors.charger import Charger
from hems_actors.actors.clock import Clock, TimeSource
from hems_actors.actors.coordinator import Coordinator, Opening
from hems_actors.actors.core_port import LIVE_CORE, Core
from hems_actors.actors.directory import HOME, LINK, SPOT_MARKET
from hems_actors.actors.journal import LogPort, Tap
from hems_actors.actors.meter import Meter
from hems_actors.actors.published import Published, Unread
from hems_actors.actors.runqueue import RunQueue
from hems_actors.actors.runtime import Behaviour
from hems_actors.actors.spot_market import Means, SpotMarket
from hems_actors.actors.supervisor import Home, Spec
from hems_actors.core.rates import unflat
from hems_actors.core.state import State
from hems_actors.core.version import LOGIC_VERSION, STATE_VERSION
from hems_actors.eventlog.header import HeaderFields
from hems_actors.sim.build import Stage
from hems_actors.sim.link import Begin, SimLink
from hems_actors.sim.numbers import BATTERY, METER
from hems_actors.sim.opening import later_facts, opening_facts
from hems_actors.spotmarket.memory import Memory

HOUR_MS = 3_600_000
Progress = Callable[[float], None]


class Insides(NamedTuple):
    """What actors are made with beside the scenario; each default is as the daemon has it."""

    published: Published | None = None
    core: Core = LIVE_CORE
    link: type[Behaviour] = SimLink


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
    opening = Opening(log, Clock(queue.time), state, tuple(taps))
    try:
        home.start(specs(stage, opening, queue.time), opening_facts(stage))
        for at_ms, fact in later_facts(stage):
            queue.call_later(at_ms - moments.start_ms, home.directory[HOME], fact)
        home.directory[LINK].tell(Begin())
        for at_ms in (*range(moments.start_ms, moments.end_ms, HOUR_MS), moments.end_ms):
            queue.run_until(at_ms)
            home.ending.wait(0)
            if progress is not None:
                progress((at_ms - moments.start_ms) / (moments.end_ms - moments.start_ms))
    finally:
        home.stop()


def specs(stage: Stage, opening: Opening, time: TimeSource, insides: Insides | None = None) -> list[Spec]:
    """Return the actors of *stage*'s home on a machine whose time is *time*, in the order they are started."""
    published, core, link = insides or Insides()
    found = [Spec(HOME, Coordinator, (opening, published or Unread(), core))]
    if stage.scenario.meter.kind != "none":
        found.append(Spec(METER, Meter))
    if stage.home.battery is not None:
        found.append(Spec(BATTERY, Battery))
    found += [Spec(number, Charger) for number in stage.home.chargers]
    found += [Spec(number, Car) for number in stage.home.cars]
    if stage.prices is not None:
        market = opening.state.market  # what the log knows need not be asked again
        memory = Memory(known={market.provider: unflat(market.slots)}, told=market.provider)
        means = Means(time, (stage.prices.provider(time),), memory, stage.moments.zone)
        found.append(Spec(SPOT_MARKET, SpotMarket, (means,)))
    return [*found, Spec(LINK, link, (stage,))]
