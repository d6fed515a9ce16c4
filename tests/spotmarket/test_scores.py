"""How cheap each slot is within its local day."""

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.actors.zone import transitions_s
from hems_actors.core.rates import Slot
from hems_actors.spotmarket.scores import scores_of
from tests.spotmarket.answers import HOUR_S

VIENNA: Final = transitions_s(ZoneInfo("Europe/Vienna"), 1_735_689_600_000, 1_767_225_600_000)
"""Of 2025."""
JUNE_2: Final = (date(2025, 6, 2) - date(1970, 1, 1)).days
MIDNIGHT_S: Final = int(datetime(2025, 6, 1, 22, tzinfo=UTC).timestamp())
"""In Vienna, of 2 June."""


def slots(*prices: int, start_s: int = MIDNIGHT_S, length_s: int = HOUR_S) -> tuple[Slot, ...]:
    """Return slots with *prices* in a row."""
    return tuple(Slot(start_s + at * length_s, start_s + (at + 1) * length_s, price) for at, price in enumerate(prices))


WEIGHTINGS: Final = [
    pytest.param((10, 20, 30), [1.0, 0.5, 0.0], id="cheapest, middle, dearest"),
    pytest.param((-30, 0, 60), [1.0, 0.6667, 0.0], id="negative prices"),
    pytest.param((7, 7, 7), [1.0, 1.0, 1.0], id="one price: none is dear"),
    pytest.param((7,), [1.0], id="one slot"),
    pytest.param((), [], id="nothing known"),
    pytest.param((5, 9, 5, 9), [1.0, 0.0, 1.0, 0.0], id="equal ones are equal"),
]


@pytest.mark.parametrize(("prices", "expected"), WEIGHTINGS)
def test_weighting(prices: tuple[int, ...], expected: list[float]) -> None:
    """1 = the cheapest of the day, 0 = the dearest."""
    assert [score.weighting for score in scores_of(slots(*prices), VIENNA, JUNE_2)] == expected


def test_only_slots_of_the_local_day() -> None:
    """From local midnight to local midnight; neighbours do not count, however cheap."""
    known = slots(0, *[50] * 23, 100, 0, start_s=MIDNIGHT_S - HOUR_S)
    scores = scores_of(known, VIENNA, JUNE_2)

    assert (scores[0].start_s, scores[-1].end_s, len(scores)) == (MIDNIGHT_S, MIDNIGHT_S + 24 * HOUR_S, 24)
    assert [scores[0].weighting, scores[-1].weighting] == [1.0, 0.0]


@pytest.mark.parametrize(
    ("day", "first", "count"),
    [
        pytest.param(date(2025, 3, 30), "2025-03-29T23:00Z", 23, id="spring"),
        pytest.param(date(2025, 10, 26), "2025-10-25T22:00Z", 25, id="autumn"),
    ],
)
def test_days_on_which_clocks_change(day: date, first: str, count: int) -> None:
    """23 and 25 hourly slots, four times as many quarter-hours."""
    start_s = int(datetime.fromisoformat(first).timestamp())
    number = (day - date(1970, 1, 1)).days
    hourly = slots(*range(48), start_s=start_s)
    quarterly = slots(*range(192), start_s=start_s, length_s=HOUR_S // 4)

    assert len(scores_of(hourly, VIENNA, number)) == count
    assert len(scores_of(quarterly, VIENNA, number)) == 4 * count
    assert scores_of(hourly, VIENNA, number)[-1].weighting == 0


@given(st.lists(st.integers(-10_000_000, 10_000_000), min_size=1, max_size=25))
def test_cheaper_is_never_less(prices: list[int]) -> None:
    """In 0..1, in the order of prices, and the cheapest has 1."""
    scores = scores_of(slots(*prices), (), (MIDNIGHT_S - HOUR_S) // 86_400)
    ordered = sorted(scores, key=lambda score: score.price_ueur_kwh)

    assert all(0 <= score.weighting <= 1 for score in scores)
    assert [score.weighting for score in ordered] == sorted([score.weighting for score in scores], reverse=True)
    if scores:
        assert ordered[0].weighting == 1
