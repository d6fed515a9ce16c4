"""Plays a scenario behind a fake nymead: the real link and all actors on the run queue, a day in seconds."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from hems_actors.actors.clock import Clock
from hems_actors.actors.coordinator import Coordinator, Opening
from hems_actors.actors.directory import HOME, LINK, SPOT_MARKET
from hems_actors.actors.journal import Tap
from hems_actors.actors.runqueue import RunQueue
from hems_actors.actors.spot_market import Means, SpotMarket
from hems_actors.actors.supervisor import Home, Spec
from hems_actors.actors.view import Published
from hems_actors.core import facts
from hems_actors.core.facts import ThingAdded
from hems_actors.core.state import State
from hems_actors.eventlog.place import SingleFile
from hems_actors.eventlog.syncing import NoSync
from hems_actors.eventlog.writer import LogWriter
from hems_actors.nymea.link import Begin, Link, LinkMeans
from hems_actors.nymea.status import LinkReport
from hems_actors.nymea.things import ChargerSettings, Memory, Settings
from hems_actors.sim.build import Stage
from hems_actors.sim.opening import later_facts, opening_facts
from hems_actors.sim.runner import header_of
from hems_actors.spotmarket.memory import Memory as PriceMemory
from tests.nymea.fake.memory import MemoryDialer
from tests.nymea.house import HouseNymead

HOUR_MS = 3_600_000


class Played(NamedTuple):
    """What a day behind a nymead left."""

    fake: HouseNymead
    dialer: MemoryDialer
    report: LinkReport
    published: Published
    timers: int
    """Those still set at the end."""


class Told(NamedTuple):
    """What a scenario says of itself, for the link and for the coordinator."""

    settings: Settings
    facts: list[facts.Fact]


def told_of(stage: Stage, fake: HouseNymead) -> Told:
    """Return the link's settings, and the facts of a start; what the link finds out by itself is left to it."""
    first: list[facts.Fact] = []
    site, mask, chargers = None, 0, {}
    names = {number: name for name, number in stage.numbers.chargers.items()}
    for fact in opening_facts(stage):
        match fact:
            case facts.SiteConfigured():
                site = fact
            case facts.BatteryConfigured():
                mask = fact.phases_mask
            case facts.ChargerConfigured():
                chargers[names[fact.source]] = ChargerSettings(fact.phases, fact.rotation, fact.safe_ma)
                first.append(fact)
            case _:
                first.append(fact)
    assert site is not None
    identities = [
        ThingAdded(number, identity.kind, identity.uuid, identity.name)
        for number, identity in fake.identities().items()
    ]
    return Told(Settings(site, chargers, mask), [first[0], *identities, *first[1:]])


def play(stage: Stage, path: Path, taps: list[Tap], trouble: Callable[[HouseNymead, RunQueue], object]) -> Played:
    """Play *stage* into the new log *path*, *trouble* being what is planned to happen to the server."""
    moments, state = stage.moments, State()
    queue = RunQueue(moments.start_ms)
    home = Home(queue)
    fake = HouseNymead(stage, queue)
    dialer, report, published = MemoryDialer(fake, queue), LinkReport(), Published()
    log = LogWriter(SingleFile(path), header_of(stage), sync=NoSync())
    log.start(state, moments.start_ms)
    told = told_of(stage, fake)
    opening = Opening(log, Clock(queue.time), state, tuple(taps))
    specs = [Spec(HOME, Coordinator, (opening, published))]
    if stage.prices is not None:
        prices = Means(queue.time, (stage.prices.provider(queue.time),), PriceMemory(), moments.zone)
        specs.append(Spec(SPOT_MARKET, SpotMarket, (prices,)))
    means = LinkMeans(dialer, Memory(told.settings, fake.identities()), report)
    trouble(fake, queue)
    try:
        home.start([*specs, Spec(LINK, Link, (means,))], told.facts)
        for at_ms, fact in later_facts(stage):
            queue.call_later(at_ms - moments.start_ms, home.directory[HOME], fact)
        home.directory[LINK].tell(Begin())
        for at_ms in (*range(moments.start_ms, moments.end_ms, HOUR_MS), moments.end_ms):
            queue.run_until(at_ms)
            home.ending.wait(0)
    finally:
        home.stop()
    return Played(fake, dialer, report, published, 0)
