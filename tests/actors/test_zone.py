"""The home's UTC offsets: what is told, and when it is told again."""

from zoneinfo import ZoneInfo

import pytest

from hems_actors.actors.zone import DAY_MS, WALL_MS_MAX, ZoneOffsets, transitions_s

VIENNA = ZoneInfo("Europe/Vienna")
JANUARY_MS = 1_735_689_600_000  # 1 January 2025, midnight UTC


def test_transitions_of_a_zone() -> None:
    """The offset in force at the start, then each change to the second."""
    pairs = transitions_s(ZoneInfo("Europe/Vienna"), 1_735_689_600_000, 1_767_225_600_000)

    assert pairs == (1_735_689_600, 3_600, 1_743_296_400, 7_200, 1_761_440_400, 3_600)


@pytest.mark.parametrize(
    ("wall_ms", "told"),
    [
        pytest.param(JANUARY_MS + 179 * DAY_MS, False, id="half a year later"),
        pytest.param(JANUARY_MS + 180 * DAY_MS, True, id="more than that"),
        pytest.param(JANUARY_MS - 180 * DAY_MS, True, id="the clock was set back by as much"),
        pytest.param(0, True, id="1970"),
        pytest.param(-DAY_MS, True, id="before 1970"),
        pytest.param(2 * WALL_MS_MAX, True, id="beyond all calendars"),
    ],
)
def test_told_again(wall_ms: int, told: bool) -> None:
    """Told once, and again when the wall clock is elsewhere; never an error, whatever the clock shows."""
    offsets = ZoneOffsets(VIENNA)
    assert offsets.news(JANUARY_MS) is not None
    assert offsets.news(JANUARY_MS + 1) is None

    assert (offsets.news(wall_ms) is not None) == told


def test_covers_two_years() -> None:
    """From just before now, with four changes of the clock."""
    told = ZoneOffsets(VIENNA).news(JANUARY_MS)
    assert told is not None
    assert told[:2] == (JANUARY_MS // 1_000 - 1, 3_600)
    assert told[3::2] == (7_200, 3_600, 7_200, 3_600)
