"""Changes are made one after the other, each on top of the one before."""

from functools import partial
from typing import Any

from hems_actors.api.calls import AcquisitionTolerance, PhasePowerLimit
from hems_actors.api.changes import BURST, TIMED_OUT
from hems_actors.api.models import EnergyError
from hems_actors.core.facts import SiteSettingsChanged
from tests.api.home import Bench

LIMIT = PhasePowerLimit(phasePowerLimit=16)
TOLERANCE = AcquisitionTolerance(acquisitionTolerance=1.0)


def test_two_clients_do_not_undo_each_other(bench: Bench) -> None:
    """The second fact, though asked for while the first was open, contains the first."""
    told: list[Any] = []
    bench.home.holds = True
    for asked in (LIMIT, TOLERANCE):
        bench.changes.put(asked, partial(lambda what, outcome: told.append((what, outcome)), asked))
    assert bench.home.submitted == [SiteSettingsChanged(0, 16_000, 500, 900)]

    bench.home.release()
    bench.home.release()
    assert bench.home.submitted[1:] == [SiteSettingsChanged(0, 16_000, 1_000, 900)]
    assert told == [(LIMIT, EnergyError.NO_ERROR), (TOLERANCE, EnergyError.NO_ERROR)]


def test_an_answer_waits_until_it_shows(bench: Bench) -> None:
    """Whoever reads after it was answered reads what was set, though the disk was faster than the view."""
    told: list[object] = []
    view = bench.home.published
    bench.home.holds = True
    bench.changes.put(LIMIT, told.append)
    newer, bench.home.published = bench.home.published, view
    bench.home.release()
    assert told == []

    bench.home.published = newer
    bench.changes.looked()
    assert told == [EnergyError.NO_ERROR]


def test_silence_ends_with_a_time_out(bench: Bench) -> None:
    """The next one then has its turn; an answer that comes too late is nobody's."""
    told: list[object] = []
    bench.home.holds = True
    bench.changes.put(LIMIT, told.append)
    bench.changes.put(TOLERANCE, told.append)
    late, bench.home.held = bench.home.held, []
    bench.clockwork.fire()
    assert told == [TIMED_OUT]

    for answered, outcome in late:
        answered(outcome)
    assert told == [TIMED_OUT]
    bench.home.release()
    assert told == [TIMED_OUT, EnergyError.NO_ERROR]


def test_many_changes_wait(bench: Bench) -> None:
    """A burst is taken at once, then one each half second, however many are asked for."""
    told: list[object] = []
    for _ in range(BURST + 5):
        bench.changes.put(LIMIT, told.append)
    assert len(told) == BURST + 1

    bench.clockwork.now += 0.5
    bench.clockwork.fire()
    assert len(told) == BURST + 2
    bench.clockwork.now += 3_600
    bench.clockwork.fire()
    assert len(told) == BURST + 5
