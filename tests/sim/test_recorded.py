"""Recorded profiles: read as they are, refused with file and line where they cannot be used."""

from pathlib import Path
from random import Random

import pytest

from hems_actors.sim.errors import ScenarioError
from hems_actors.sim.plant.house import LoadStep
from hems_actors.sim.recorded import Columns, Poll, load_between, lost_windows, read_polls

START_MS = 1_736_132_400_000  # 2025-01-06T03:00:00Z
HEAD = "time_utc,a,b,c,bad"
COLUMNS = Columns("time_utc", ("a", "b", "c"), "bad")


def rows(*lines: str) -> str:
    """Return a CSV file of *lines* under the header."""
    return "\n".join((HEAD, *lines, ""))


def read(path: Path, text: str, columns: Columns = COLUMNS) -> list[Poll]:
    """Write *text* to *path* and read it as a recorded hour."""
    path.write_text(text, encoding="utf-8")
    return read_polls(path, columns, 0, START_MS, START_MS + 3_600_000)


def test_reads_irregular_rows_and_failed_polls(tmp_path: Path) -> None:
    """The last row not after the start counts, rows after the end do not, a failed poll has no values."""
    polls = read(
        tmp_path / "house.csv",
        rows(
            "2025-01-06T02:00:00Z,0,0,0,0",
            "2025-01-06T02:59:50Z,1,2,3,0",
            "2025-01-06T03:00:33.5Z,-4,5.5,6,0",
            "2025-01-06T03:01:06Z,,,,1",
            "2025-01-06T03:01:39Z,7,8,9,0",
            "2025-01-06T04:00:00Z,1,1,1,0",
        ),
    )

    assert polls == [
        (START_MS - 10_000, (1, 2, 3)),
        (START_MS + 33_500, (-4, 5.5, 6)),
        (START_MS + 66_000, None),
        (START_MS + 99_000, (7, 8, 9)),
    ]
    assert lost_windows(polls, START_MS + 3_600_000) == [(START_MS + 66_000, START_MS + 99_000)]


MISTAKES = [
    pytest.param("", "1: no column 'bad', only an empty file", id="empty"),
    pytest.param("time_utc,a,b,bad\n", "1: no column 'c', only time_utc, a, b, bad", id="column missing"),
    pytest.param(rows("2025-01-06T03:00:00Z,1,2,nan,0"), "2: c: expected a power in W, not 'nan'", id="NaN"),
    pytest.param(rows("2025-01-06T03:00:00Z,1,2,x,0"), "2: c: expected a number, not 'x'", id="no number"),
    pytest.param(rows("2025-01-06T03:00:00Z,1,,3,0"), "2: b: expected a number, not ''", id="a hole"),
    pytest.param(rows("2025-01-06T03:00:00Z,1"), "2: expected at least 5 columns, found 2", id="short row"),
    pytest.param(rows("soon,1,2,3,0"), "2: expected a time such as 2025-01-06T03:12:07Z, not 'soon'", id="no time"),
    pytest.param(
        rows("2025-01-06T03:00:05Z,1,2,3,0", "2025-01-06T03:00:00Z,1,2,3,0"),
        "3: time_utc: time goes backwards or stands still",
        id="time goes backwards",
    ),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_mistake_is_named_by_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    """One line: where, and what was expected."""
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path / "house.csv", text)

    assert str(caught.value) == f"{tmp_path}/house.csv:{message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(rows(), "has no value in the scenario's time", id="no row"),
        pytest.param(rows("2025-01-06T03:00:00Z,,,,1"), "has no value in the scenario's time", id="only failed polls"),
        pytest.param(rows("2025-01-06T05:00:00Z,1,2,3,0"), "has no value in the scenario's time", id="all later"),
    ],
)
def test_nothing_to_play_is_a_mistake(tmp_path: Path, text: str, message: str) -> None:
    """A file without any value in the scenario's time cannot be meant."""
    with pytest.raises(ScenarioError, match=message):
        read(tmp_path / "house.csv", text)


def test_house_steps_fall_between_polls() -> None:
    """Each change happened after the poll before and not after the poll that shows it, and the same for a seed."""
    polls = [Poll(START_MS + i * 33_000, (float(i), 0.0, 0.0)) for i in range(50)]
    steps = load_between(polls, (0, 1, 2), START_MS, Random(1))

    assert steps[0] == LoadStep(START_MS, 0, 0, 0)
    assert all(poll.at_ms - 33_000 < step.at_ms <= poll.at_ms for poll, step in zip(polls[1:], steps[1:], strict=True))
    assert len({poll.at_ms - step.at_ms for poll, step in zip(polls, steps, strict=True)}) > 40
    assert steps == load_between(polls, (0, 1, 2), START_MS, Random(1))
