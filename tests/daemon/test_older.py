"""Decisions from the log's files: the newest that differ, over damaged days and restarts."""

from pathlib import Path
from typing import Final

import pytest

from hems_actors.api.port import Asked
from hems_actors.core import facts
from hems_actors.core.enums import Issuer
from hems_actors.core.outcomes import SetPointDecided
from hems_actors.core.rules import Rule
from hems_actors.daemon.older import SEGMENTS_MAX, Older
from hems_actors.eventlog.errors import LogError
from hems_actors.eventlog.naming import segments
from hems_actors.eventlog.syncing import InlineSync
from hems_actors.eventlog.writer import LogWriter
from tests.eventlog.logs import HEAD, START_MS, begin

BOX: Final = 10
DAY_S: Final = 86_400
START_S: Final = START_MS // 1_000
ALL: Final = Asked(BOX, 0, 1 << 32, 500)


def _point(amps: int, source: int = BOX) -> SetPointDecided:
    return SetPointDecided(source, True, amps * 1_000, 3, amps * 1_000, Issuer.NORMAL, Rule.NORMAL, ())


def _days(folder: Path, days: int) -> Older:
    """Write *days* files; on each 6 A twice, another charger's, then 10 A and as many A as the day's number."""
    writing = begin(LogWriter(folder, HEAD, sync=InlineSync()))
    for day in range(days):
        start_ms = START_MS + day * DAY_S * 1_000
        if day:
            writing.log.rotate(writing.state, start_ms)
        for second, event in enumerate((_point(6), _point(6), _point(7, 11), _point(10), _point(11 + day))):
            writing.put(start_ms + second * 1_000, event)
    writing.log.close(writing.state, START_MS + days * DAY_S * 1_000)
    return Older(folder, "home")


def _amps(older: Older, asked: Asked) -> list[int]:
    return [made.event.current_ma // 1_000 for made in older(asked)]


@pytest.mark.parametrize(
    ("asked", "amps"),
    [
        pytest.param(ALL, [6, 10, 11, 6, 10, 12], id="all"),
        pytest.param(ALL._replace(count_max=2), [10, 12], id="newest two"),
        pytest.param(ALL._replace(count_max=4), [11, 6, 10, 12], id="over a border"),
        pytest.param(ALL._replace(count_max=0), [], id="none"),
        pytest.param(ALL._replace(charger=11), [7, 7], id="another charger"),
        pytest.param(ALL._replace(charger=12), [], id="no charger"),
        pytest.param(ALL._replace(from_s=START_S + DAY_S), [6, 10, 12], id="from a day on"),
        pytest.param(ALL._replace(from_s=START_S + 4, to_s=START_S + DAY_S), [11, 6], id="between"),
        pytest.param(ALL._replace(to_s=START_S - 1), [], id="before all"),
        pytest.param(ALL._replace(from_s=START_S + 1, to_s=START_S + 2), [], id="the same again is no decision"),
    ],
)
def test_found(tmp_path: Path, asked: Asked, amps: list[int]) -> None:
    """In time order, those that differ from the one before."""
    assert _amps(_days(tmp_path, 2), asked) == amps


def test_numbers_and_times_are_the_logs(tmp_path: Path) -> None:
    """The wall clock, which a ClockOffset moves."""
    writing = begin(LogWriter(tmp_path, HEAD, sync=InlineSync()))
    writing.put(START_MS + 1_000, _point(6))
    writing.put(START_MS + 2_000, facts.ClockOffset(0, 3_600_000))
    writing.put(START_MS + 3_000, _point(7))
    writing.log.close(writing.state, START_MS + 4_000)

    first, second = Older(tmp_path, "home")(ALL)
    assert (second.seq - first.seq, second.at_s - first.at_s) == (2, 3_602)


def test_a_damaged_day_hides_no_other(tmp_path: Path) -> None:
    """What is before the damage counts, and what is in other files."""
    older = _days(tmp_path, 2)
    first, second = segments(tmp_path, "home")
    data = bytearray(first.read_bytes())
    data[len(data) // 2] ^= 0xFF
    first.write_bytes(data)
    second.write_bytes(b"")

    assert set(_amps(older, ALL)) <= {6, 10, 11}


def test_no_more_than_a_month_is_read(tmp_path: Path) -> None:
    """However long the log is."""
    older = _days(tmp_path, SEGMENTS_MAX + 2)

    assert len(_amps(older, ALL)) == 3 * SEGMENTS_MAX


def test_no_folder(tmp_path: Path) -> None:
    """Says what cannot be listed."""
    with pytest.raises(LogError, match="nowhere: No such file"):
        Older(tmp_path / "nowhere", "home")(ALL)
