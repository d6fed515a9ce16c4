"""A wall clock that is wrong, or is set, at the start, during the run or over a restart: all goes on as it was."""

from pathlib import Path
from typing import Final, NamedTuple

import pytest

from hems_actors.core import facts
from replay.report import Exit
from tests.durability.hour import hour
from tests.durability.lives import Lives, Sent

HOUR_MS: Final = 3_600_000
TO_1970_MS: Final = -hour().moments.start_ms
SET, RESTARTED, END = 14.3, 22.0, 40.0
"""Minutes: the clock is set during the overload, the daemon killed and started again later."""
DOWN_MIN: Final = 0.1


class Case(NamedTuple):
    """How far the wall clock is ahead of the true time at the start, after `SET`, and after the restart, if any."""

    offsets: int
    """How often the log says that wall clock and its own time parted: not where its own time followed, at a start."""
    at_start_ms: int = 0
    set_to_ms: int = 0
    restarted_at_ms: int | None = None


CASES = [
    pytest.param(Case(1, set_to_ms=3 * HOUR_MS), id="+3 h during the run"),
    pytest.param(Case(1, set_to_ms=-3 * HOUR_MS), id="-3 h during the run"),
    pytest.param(Case(1, set_to_ms=TO_1970_MS), id="1970 during the run"),
    pytest.param(Case(1, at_start_ms=3 * HOUR_MS), id="+3 h at the start, then set right"),
    pytest.param(Case(1, at_start_ms=-3 * HOUR_MS), id="-3 h at the start, then set right"),
    pytest.param(Case(1, at_start_ms=TO_1970_MS), id="1970 at the start, then set right"),
    pytest.param(Case(0, restarted_at_ms=3 * HOUR_MS), id="+3 h over a restart"),
    pytest.param(Case(1, restarted_at_ms=-3 * HOUR_MS), id="-3 h over a restart"),
    pytest.param(Case(1, restarted_at_ms=TO_1970_MS), id="a boot in 1970"),
    pytest.param(Case(0, TO_1970_MS, TO_1970_MS, 0), id="1970, set right over a restart"),
    pytest.param(Case(0, TO_1970_MS, TO_1970_MS, TO_1970_MS), id="1970, twice: without a battery for its clock"),
    pytest.param(Case(2, 0, -3 * HOUR_MS, 3 * HOUR_MS), id="back, and ahead over a restart"),
]


def play(folder: Path, case: Case) -> Lives:
    """Play the hour with the wall clock as *case* says."""
    lives = Lives(folder)
    lives.machine.set_wall_clock(case.at_start_ms)
    lives.machine.start()
    lives.until(SET)
    lives.machine.set_wall_clock(case.set_to_ms)
    lives.until(RESTARTED)
    if case.restarted_at_ms is not None:
        lives.machine.kill()
        lives.machine.set_wall_clock(case.restarted_at_ms)
        lives.until(RESTARTED + DOWN_MIN)
        lives.machine.start()
    lives.until(END)
    return lives


def coarse(sent: list[Sent]) -> list[tuple[int, int, int]]:
    """Return what was sent, without when."""
    return [(thing, what, value) for _, thing, what, value in sent]


@pytest.mark.parametrize("case", CASES)
def test_clock_that_is_set(tmp_path: Path, case: Case) -> None:
    """What is done and when is as with a good clock; the log's time never goes back; its offset says what was set."""
    good = play(tmp_path / "good", Case(0, restarted_at_ms=None if case.restarted_at_ms is None else 0))
    good.machine.stop()
    lives = play(tmp_path / "bad", case)
    state = lives.state
    wall_ms = lives.machine.now_ms() + lives.machine.wall_lead_ms
    lives.machine.stop()

    jumped = case.restarted_at_ms is not None and case.restarted_at_ms > case.set_to_ms
    assert coarse(lives.sent) == coarse(good.sent)
    if not jumped:
        assert lives.sent == good.sent
    assert abs(state.at_ms + state.site.clock_offset_ms - wall_ms) <= 60_000 + 1_000
    instants = [noted.at_ms for noted in lives.events()]
    assert instants == sorted(instants)
    seqs = [noted.seq for noted in lives.events()]
    assert seqs == list(range(1, len(seqs) + 1))
    assert len(lives.all_of(facts.ClockOffset)) == case.offsets
    assert [report.exit for report in lives.reports()] == [Exit.SAME] * len(lives.files())
