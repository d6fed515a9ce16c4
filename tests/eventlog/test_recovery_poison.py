"""Events that the state cannot take, and failures of the core, as a start finds them."""

from pathlib import Path

import pytest

from hems_actors.core import facts
from hems_actors.eventlog import fold
from tests.eventlog.logs import reading
from tests.eventlog.recordings import (
    NOBODY,
    POISON,
    SETTINGS,
    again,
    begin_home,
    is_state,
    recovered,
    spoil,
)


def test_poison_is_left_out(tmp_path: Path) -> None:
    """An event that the state cannot take is left out whole and named; all others count."""
    home = begin_home(tmp_path)
    home.only_record(POISON)
    home.state.seq += 1
    home.read(2)
    home.only_record(facts.ActionAnswered(NOBODY, 1, 0), facts.CoreFailed(0, 9, 0))
    home.die()
    found = recovered(tmp_path)
    home.state.seq = home.state.fact_seq = 10
    home.state.at_ms = home.at_ms

    assert is_state(found, home.state)
    assert (found.quarantined, found.loss, found.state.seq) == ((6, 9), None, 10)
    assert found.core_failures_at_ms == (home.at_ms,)


def test_poison_at_the_very_end(tmp_path: Path) -> None:
    """Its number is not given out again."""
    home = begin_home(tmp_path)
    home.only_record(POISON)
    home.die()
    found = recovered(tmp_path)

    assert (found.quarantined, found.state.seq, found.state.at_ms) == ((6,), 6, home.at_ms - 1_000)


def test_much_poison(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many events there are, few are held."""
    monkeypatch.setattr(fold, "HELD_MAX", 3)
    home = begin_home(tmp_path)
    for index in range(8):
        home.read(index % 4)
        home.only_record(POISON)
        home.state.seq += 1
    home.read(1)
    home.die()
    found = recovered(tmp_path)

    assert is_state(found, home.state)
    assert len(found.quarantined) == 8


def test_event_that_was_passed_over(tmp_path: Path) -> None:
    """What is recorded as passed over is so again, even by a state that could take it, and is no news."""
    home = begin_home(tmp_path)
    link = facts.LinkChanged(0, up=True)
    home.only_record(link, facts.Quarantined(0, 6), reading(7), facts.Quarantined(0, 3))
    home.die()
    found = recovered(tmp_path)

    assert (found.quarantined, found.state.site.link_up, found.state.meter.latest_seq) == ((), False, 8)


def test_setting_that_was_passed_over(tmp_path: Path) -> None:
    """Behind a loss too."""
    home = begin_home(tmp_path)
    home.read(1)
    home.only_record(SETTINGS, facts.Quarantined(0, 7))
    home.die()
    spoil(home.path, 6)

    assert recovered(tmp_path).state.settings.phase_limit_ma == 0


def test_failures_of_the_core(tmp_path: Path) -> None:
    """Each process that failed left a segment; those of the last 10 minutes count."""
    failed_at_ms = []
    for pause in (1, 198, 398, 1):
        home = again(tmp_path)
        home.read(pause)
        home.only_record(reading(5), facts.CoreFailed(0, home.log.next_seq, 1))
        home.die()
        failed_at_ms.append(home.at_ms)
    found = recovered(tmp_path)

    assert [failed_at_ms[-1] - at_ms for at_ms in failed_at_ms] == [603_000, 403_000, 3_000, 0]
    assert found.core_failures_at_ms == tuple(failed_at_ms[1:])
    assert len(found.segments) == 3
