"""A day behind a nymead of which one call in twenty fails: limits, deadlines, writes and replay, as on a good day."""

import threading
from pathlib import Path
from random import Random
from typing import Final

import pytest

from hems_actors.actors.runqueue import RunQueue
from hems_actors.core.enums import Ending
from hems_actors.core.facts import LinkChanged, ThingAdded, ThingRemoved
from hems_actors.core.registry import Event
from hems_actors.sim.account import Account
from hems_actors.sim.build import build
from hems_actors.sim.scenario import read_scenario
from hems_actors.sim.watch.home import Watch
from replay.report import Exit
from replay.verify import Options, verify
from tests.nymea.day import play
from tests.nymea.fake.memory import through
from tests.nymea.house import HouseNymead

SCENARIO: Final = Path(__file__).parents[1] / "scenarios" / "behind_nymead.toml"
HOUR_MS: Final = 3_600_000
FILES: Final = Path("/proc/self/fd")
MINUTE_MS: Final = 60_000
LOST_MS: Final = 90_000
"""A link that is lost is back by then, most times: 4 s, 8 s, 16 s, and what reading takes."""


class Kept:
    """A tap that keeps what a test asks about, and excuses what no manager could do."""

    def __init__(self, watch: Watch) -> None:
        self.links: list[bool] = []
        self.things: list[Event] = []
        self._watch = watch
        self._lost_ms: int | None = None

    def see(self, _seq: int, at_ms: int, event: Event) -> None:
        """Note *event*."""
        if isinstance(event, LinkChanged):
            self.links.append(event.up)
            if not event.up:
                self._lost_ms = at_ms
            elif self._lost_ms is not None:
                self._watch.limit.excuse_all(self._lost_ms, at_ms)
        if isinstance(event, (ThingAdded, ThingRemoved)):
            self.things.append(event)


@pytest.mark.parametrize("seed", range(3))
def test_a_day_with_failing_calls(tmp_path: Path, seed: int) -> None:
    """Nothing breaks a rule, both cars are ready, and the log replays exactly."""
    stage = build(*read_scenario(SCENARIO))
    path = tmp_path / "day.msgpack"
    threads, files = threading.active_count(), len(list(FILES.iterdir()))
    watch, account = Watch(stage), Account(stage)
    kept = Kept(watch)

    def trouble(fake: HouseNymead, queue: RunQueue) -> None:
        random = Random(f"trouble {seed}")
        later = through(queue)
        fake.failing = 0.05
        fake.on_failed = lambda at_ms, number: watch.limit.excuse(number, at_ms, at_ms)
        for hour in range(1, 24):
            what = random.choice((fake.restart, fake.drop_all, lambda: None))
            later(hour * HOUR_MS + random.randrange(HOUR_MS), what)

    played = play(stage, path, [watch, account, kept], trouble)
    account.finish()

    assert [str(finding) for finding in watch.finish().broken] == []
    assert [entry.ending for entry in account.deadlines.entries()] == [Ending.MET, Ending.MET]
    assert played.fake.failed
    assert verify(path, Options()).exit == Exit.SAME
    assert kept.links[-1]
    assert threading.active_count() == threads
    assert len(list(FILES.iterdir())) == files
