"""What aWATTar answers becomes prices, or is refused whole with its first mistake named."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.core.enums import Failure
from hems_actors.core.rates import Rates, Slot
from hems_actors.spotmarket.answer import EUR_MWH_MAX, ROWS_MAX, rates_of
from hems_actors.spotmarket.errors import ProviderError
from tests.spotmarket.answers import DAY_S, HOUR_S, MIDNIGHT_S, answer, answer_of, row

TO_S = MIDNIGHT_S + 2 * DAY_S
AFTER = MIDNIGHT_S + HOUR_S
M, R = Failure.MALFORMED, Failure.REFUSED


def _price(text: str) -> int:
    (slot,) = rates_of(answer(row(price=text)), MIDNIGHT_S, TO_S)
    return slot.price_ueur_kwh


def _outcome(body: bytes) -> Rates | str:
    """Return the prices, or the refusal's text."""
    try:
        return rates_of(body, MIDNIGHT_S, TO_S)
    except ProviderError as error:
        return str(error)


@pytest.mark.parametrize(
    ("text", "price_ueur_kwh"),
    [
        pytest.param("100", 100_000, id="whole"),
        pytest.param("46.22", 46_220, id="cents"),
        pytest.param("-498.65", -498_650, id="negative"),
        pytest.param("0", 0, id="nothing"),
        pytest.param("-0.0", 0, id="minus nothing"),
        pytest.param("0.001", 1, id="one micro-euro"),
        pytest.param("0.0005", 0, id="half to even, down"),
        pytest.param("0.0015", 2, id="half to even, up"),
        pytest.param("-0.0005", 0, id="half to even, negative"),
        pytest.param("-0.0015", -2, id="half to even, negative, away"),
        pytest.param("0.00050000000000000000000000000000000000000001", 1, id="a hair above half, in 44 digits"),
        pytest.param("0.00049999999999999999999999999999999999999999", 0, id="a hair below half, in 44 digits"),
        pytest.param("2.6755", 2_676, id="half, that binary fractions would round down"),
        pytest.param("1.005e2", 100_500, id="exponent"),
        pytest.param("1e-999999", 0, id="exponent far below"),
        pytest.param(str(EUR_MWH_MAX), EUR_MWH_MAX * 1_000, id="highest taken"),
        pytest.param(str(-EUR_MWH_MAX), -EUR_MWH_MAX * 1_000, id="lowest taken"),
    ],
)
def test_price_is_exact(text: str, price_ueur_kwh: int) -> None:
    """From the text as written: times 1000, rounded half to even."""
    assert _price(text) == price_ueur_kwh


@given(st.decimals(-EUR_MWH_MAX, EUR_MWH_MAX, allow_nan=False))
def test_price_is_the_nearest_integer(price: Decimal) -> None:
    """As exact fractions say."""
    assert _price(str(price)) == round(Fraction(price) * 1_000)


def test_unsorted_rows_are_sorted_and_equal_ones_count_once() -> None:
    """Order and repetition say nothing."""
    late, early = row(AFTER, price="2"), row(price="1")

    assert rates_of(answer(late, early, late), MIDNIGHT_S, TO_S) == (
        Slot(MIDNIGHT_S, AFTER, 1_000),
        Slot(AFTER, AFTER + HOUR_S, 2_000),
    )


def test_equal_prices_written_differently_are_equal() -> None:
    """1 and 1.000 are one price."""
    assert len(rates_of(answer(row(price="1"), row(price="1.000")), MIDNIGHT_S, TO_S)) == 1


def test_lengths_may_differ() -> None:
    """Hours and quarter hours, as around 1 October 2025."""
    rates = rates_of(answer(row(), row(AFTER, 900), row(AFTER + 900, 900)), MIDNIGHT_S, TO_S)

    assert [slot.end_s - slot.start_s for slot in rates] == [3_600, 900, 900]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(answer(), id="no rows"),
        pytest.param(b'{"data": []}', id="nothing else"),
        pytest.param(b' \n {"data": [], "more": {"a": 1.5}}', id="more keys"),
    ],
)
def test_nothing_is_no_error(body: bytes) -> None:
    """Tomorrow is not published yet."""
    assert rates_of(body, MIDNIGHT_S, TO_S) == ()


@pytest.mark.parametrize(
    "taken",
    [
        pytest.param(row(unit='"EUR / MWh"'), id="unit as others write it"),
        pytest.param(row(MIDNIGHT_S, DAY_S), id="a day long"),
        pytest.param(row(MIDNIGHT_S - 7 * DAY_S), id="a week before"),
        pytest.param(row(TO_S + 7 * DAY_S - HOUR_S), id="a week after"),
        pytest.param(row()[:-1] + ',"new":null}', id="one more key"),
    ],
)
def test_is_taken(taken: str) -> None:
    """Both sides of each boundary: this is the good one."""
    assert len(rates_of(answer(taken), MIDNIGHT_S, TO_S)) == 1


@pytest.mark.parametrize(
    ("body", "failure", "said"),
    [
        pytest.param(b"", M, "no JSON", id="empty"),
        pytest.param(b"<html>", M, "no JSON", id="a page"),
        pytest.param(answer(row())[:-5], M, "no JSON", id="cut off"),
        pytest.param(b'{"data": []} x', M, "no JSON", id="more behind"),
        pytest.param(b"\xff{}", M, "no JSON", id="not UTF-8"),
        pytest.param(b"[" * 100_000, M, "no JSON", id="100,000 levels"),
        pytest.param(answer(row(price="9" * 5_000)), M, "no JSON", id="5,000 digits"),
        pytest.param(answer(row(price="1e99999999999999999999")), M, "no JSON", id="exponent beyond all"),
        pytest.param(answer(row(price="NaN")), M, "NaN in the answer is no number", id="NaN"),
        pytest.param(answer(row(price="-Infinity")), M, "-Infinity in the answer", id="infinity"),
        pytest.param(b'{"data": [], "data": []}', M, "a key twice: ['data', 'data']", id="key twice"),
        pytest.param(b"[]", M, "the answer: Input should be", id="a list"),
        pytest.param(b"{}", M, "data: Field required", id="no data"),
        pytest.param(b'{"data": {}}', M, "data: Input should be a valid list", id="data no list"),
        pytest.param(b'{"data": [1]}', M, "data[0]: Input should be", id="row no object"),
        pytest.param(answer(row(), "{}"), M, "data[1].start_timestamp: Field required", id="row empty"),
        pytest.param(answer(row(price='"1"')), M, "data[0].marketprice: ", id="price as text"),
        pytest.param(answer(row(price="null")), M, "data[0].marketprice: ", id="price null"),
        pytest.param(answer(row(price="true")), M, "data[0].marketprice: ", id="price true"),
        pytest.param(answer(row(unit="1")), M, "data[0].unit: ", id="unit a number"),
        pytest.param(
            answer(row().replace("000,", "000.0,", 1)), M, "data[0].start_timestamp: ", id="time with a point"
        ),
        pytest.param(
            answer(row().replace("000,", 'x",', 1).replace(":1", ':"1', 1)), M, "start_timestamp", id="time text"
        ),
        pytest.param(answer(row(unit='"Eur/kWh"')), R, "data[0].unit: expected Eur/MWh, not 'Eur/kWh'", id="unit"),
        pytest.param(answer(row(unit='"EUR\\u001b/MWh\\n"')), R, r"not 'EUR\x1b/MWh\n'", id="unit of controls"),
        pytest.param(answer(row(), row(AFTER, 0)), R, "data[1].end_timestamp: ", id="no length"),
        pytest.param(answer(row(AFTER, -60)), R, "is not after the start", id="ends before it starts"),
        pytest.param(answer(row(MIDNIGHT_S, DAY_S + 1)), R, "data[0]: is longer than a day", id="a day and a second"),
        pytest.param(answer(row().replace("000,", "001,", 1)), R, "within a second", id="starts within a second"),
        pytest.param(
            answer(row(MIDNIGHT_S - 7 * DAY_S - 1)), R, "data[0].start_timestamp: ", id="a week and a second before"
        ),
        pytest.param(answer(row(TO_S + 7 * DAY_S - HOUR_S + 1)), R, "more than a week", id="a week and a second after"),
        pytest.param(answer(row(MIDNIGHT_S // 1_000)), R, "more than a week", id="seconds for milliseconds"),
        pytest.param(answer(row(MIDNIGHT_S * 1_000)), R, "more than a week", id="microseconds"),
        pytest.param(
            answer(row(price="100000.001")), R, "data[0].marketprice: 100000.001 Eur/MWh", id="a price too high"
        ),
        pytest.param(answer(row(price="-1e999999")), R, "beyond any market", id="a price far too low"),
        pytest.param(
            answer(row(price="1"), row(price="2")), R, f"the slot from {MIDNIGHT_S} s has two prices", id="two prices"
        ),
        pytest.param(
            answer(row(), row(MIDNIGHT_S + 900)), R, f"overlaps the one from {MIDNIGHT_S + 900}", id="overlap"
        ),
        pytest.param(
            answer(row(), row(MIDNIGHT_S, 900)), R, f"overlaps the one from {MIDNIGHT_S}", id="one in another"
        ),
        pytest.param(answer(*[row()] * (ROWS_MAX + 1)), R, "data: 1001 rows, 1000 at most", id="too many rows"),
    ],
)
def test_is_refused_whole(body: bytes, failure: Failure, said: str) -> None:
    """One short line that says what and where."""
    with pytest.raises(ProviderError) as raised:
        rates_of(body, MIDNIGHT_S, TO_S)

    assert raised.value.failure == failure
    assert said in str(raised.value)
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 250


def test_most_rows_are_taken() -> None:
    """The limit itself is allowed."""
    assert len(rates_of(answer(*[row()] * ROWS_MAX), MIDNIGHT_S, TO_S)) == 1


_LEAVES = st.none() | st.integers() | st.floats() | st.text(max_size=5)


@given(st.binary() | st.recursive(_LEAVES, st.lists, max_leaves=5).map(json.dumps).map(str.encode))
def test_whatever_comes_is_prices_or_one_error(body: bytes) -> None:
    """No bytes of a server raise anything else."""
    found = _outcome(body)

    assert isinstance(found, tuple) or found.isprintable()


_VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("Eur/MWh")
_ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "start_timestamp": st.integers(0, 3).map(lambda n: (MIDNIGHT_S + n * 900) * 1_000) | _VALUES,
            "end_timestamp": st.integers(0, 5).map(lambda n: (MIDNIGHT_S + n * 900) * 1_000) | _VALUES,
            "marketprice": st.floats(-500, 4_000) | _VALUES,
            "unit": st.just("Eur/MWh") | _VALUES,
        },
    ),
    max_size=4,
)


@given(_ROWS)
def test_whatever_is_taken_is_an_ascending_series(rows: list[dict[str, object]]) -> None:
    """Rows of every kind: prices that do not overlap, or one error."""
    found = _outcome(json.dumps({"data": rows}).encode())
    if isinstance(found, str):
        assert found.isprintable()
        return
    edges = [edge for slot in found for edge in slot[:2]]
    assert edges == sorted(edges)
    assert all(slot.end_s > slot.start_s for slot in found)


@given(st.lists(st.tuples(st.integers(0, 7_200), st.integers(1, 7_200), st.integers(-500_000, 4_000_000)), max_size=30))
def test_what_was_written_is_read(steps: list[tuple[int, int, int]]) -> None:
    """Slots of any length, with holes or without, come back as they were."""
    rates, at_s = [], MIDNIGHT_S
    for hole_s, length_s, price_ueur_kwh in steps:
        rates.append(Slot(at_s + hole_s, at_s + hole_s + length_s, price_ueur_kwh))
        at_s = rates[-1].end_s

    assert rates_of(answer_of(reversed(rates)).encode(), MIDNIGHT_S, TO_S) == tuple(rates)
