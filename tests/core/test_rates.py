"""Prices over time: what replaces what, what is forgotten, and how events carry them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.core.rates import Rates, Slot, flat, forget_before, merged, priced_s, unflat

A, B, C = 100_000, -5_000, 0


@st.composite
def series(draw: st.DrawFn) -> Rates:
    """Return slots with and without holes, of any length."""
    found, at_s = [], draw(st.integers(0, 10))
    for _ in range(draw(st.integers(0, 6))):
        start_s = at_s + draw(st.integers(0, 3))
        at_s = start_s + draw(st.integers(1, 6))
        found.append(Slot(start_s, at_s, draw(st.integers(-3, 3))))
    return tuple(found)


def _price(rates: Rates, at_s: int) -> int | None:
    return next((slot.price_ueur_kwh for slot in rates if slot.start_s <= at_s < slot.end_s), None)


MERGED = [
    # known, news, merged
    pytest.param((), (), (), id="nothing"),
    pytest.param((), ((0, 9, A),), ((0, 9, A),), id="the first"),
    pytest.param(((0, 9, A),), (), ((0, 9, A),), id="no news"),
    pytest.param(((0, 9, A),), ((9, 18, A),), ((0, 9, A), (9, 18, A)), id="equal neighbours stay separate"),
    pytest.param(((9, 18, A),), ((0, 9, B),), ((0, 9, B), (9, 18, A)), id="before"),
    pytest.param(((0, 9, A), (20, 30, C)), ((10, 15, B),), ((0, 9, A), (10, 15, B), (20, 30, C)), id="into a hole"),
    pytest.param(((0, 9, A),), ((0, 9, B),), ((0, 9, B),), id="the same slot"),
    pytest.param(((0, 9, A),), ((0, 3, B),), ((0, 3, B), (3, 9, A)), id="cut at its start"),
    pytest.param(((0, 9, A),), ((6, 9, B),), ((0, 6, A), (6, 9, B)), id="cut at its end"),
    pytest.param(((0, 9, A),), ((3, 6, B),), ((0, 3, A), (3, 6, B), (6, 9, A)), id="cut in the middle"),
    pytest.param(
        ((0, 9, A),),
        ((1, 2, B), (3, 4, C)),
        ((0, 1, A), (1, 2, B), (2, 3, A), (3, 4, C), (4, 9, A)),
        id="cut twice",
    ),
    pytest.param(
        ((0, 9, A), (9, 18, C), (18, 27, A)),
        ((4, 20, B),),
        ((0, 4, A), (4, 20, B), (20, 27, A)),
        id="over several",
    ),
]


@pytest.mark.parametrize(("known", "news", "expected"), MERGED)
def test_merged(known: Rates, news: Rates, expected: Rates) -> None:
    """News replace exactly what they overlap."""
    assert merged(unflat(flat(known)), unflat(flat(news))) == expected


@given(series(), series())
def test_merged_price_at_each_second(known: Rates, news: Rates) -> None:
    """At each second the price is the new one, else the known one; the series stays one."""
    both = merged(known, news)

    assert unflat(flat(both)) == both
    for at_s in range(70):
        new = _price(news, at_s)
        assert _price(both, at_s) == (_price(known, at_s) if new is None else new)


@pytest.mark.parametrize(("at_s", "left"), [(8, 2), (9, 1), (10, 1), (17, 1), (18, 0)])
def test_forget_before(at_s: int, left: int) -> None:
    """A slot is forgotten when it is over, not earlier."""
    known = (Slot(0, 9, A), Slot(9, 18, B))

    assert forget_before(known, at_s) == known[2 - left :]


@given(series())
def test_flat_and_back(rates: Rates) -> None:
    """What an event carries is what was said."""
    assert unflat(flat(rates)) == rates


REFUSED = [
    pytest.param((0,), "1 numbers, but a slot has 3", id="no whole slot"),
    pytest.param((0, 9, A, 9), "4 numbers, but a slot has 3", id="one and a bit"),
    pytest.param((9, 9, A), "slot 0 ends at 9, not after its start 9", id="no length"),
    pytest.param((9, 8, A), "slot 0 ends at 8, not after its start 9", id="backwards"),
    pytest.param((0, 9, A, 8, 12, B), "slot 1 starts at 8, before slot 0 ends, 9", id="overlap"),
]


@pytest.mark.parametrize(("numbers", "text"), REFUSED)
def test_unflat_refuses(numbers: tuple[int, ...], text: str) -> None:
    """Numbers that are no ascending series are refused, saying which slot and why."""
    with pytest.raises(ValueError, match=text):
        unflat(numbers)


@pytest.mark.parametrize(
    ("from_s", "to_s", "expected"),
    [
        pytest.param(0, 100, 30, id="all of both"),
        pytest.param(15, 35, 10, id="a part of each"),
        pytest.param(20, 30, 0, id="the hole"),
        pytest.param(100, 200, 0, id="after them"),
    ],
)
def test_how_long_prices_are_known(from_s: int, to_s: int, expected: int) -> None:
    """Two slots of 10 and 20 s, a hole of 10 s between them."""
    assert priced_s((Slot(10, 20, 1), Slot(30, 50, 2)), from_s, to_s) == expected
