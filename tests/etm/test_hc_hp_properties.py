"""HP/HC prices of any contract in any year: nothing missing, nothing twice, the same whoever asks for which part."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from etm.tariff.static_hc_hp_provider import StaticHcHpProvider, is_summer
from etm.tariff.windows import Window, parts_of, total_min
from hems_actors.core.localtime import day_of, day_start_s, second_of_day
from hems_actors.core.rates import Rates, flat, merged, unflat
from tests.core.zones import FIRST_S, LAST_S
from tests.etm.contracts import DAY_S, EPOCH, HC, HP, PARIS, contract, day, provider

instants = st.integers(FIRST_S + 30 * DAY_S, LAST_S - 30 * DAY_S)
ranges_s = st.integers(1, 20 * DAY_S)


@st.composite
def window_lists(draw: st.DrawFn) -> list[str]:
    """Draw off-peak windows of one day: between two of an even number of times, from any of them on."""
    times = sorted(draw(st.lists(st.integers(0, 1439), min_size=2, max_size=8, unique=True)))
    if len(times) % 2:
        times.pop()
    turn = draw(st.integers(0, 1))
    times = times[turn:] + times[:turn]
    return [str(Window(*pair)) for pair in zip(times[::2], times[1::2], strict=True)]


@st.composite
def providers(draw: st.DrawFn) -> StaticHcHpProvider:
    """Draw a contract in Paris."""
    return provider(draw(window_lists()), draw(st.none() | window_lists()))


def off_peak_s(rates: Rates, from_s: int, to_s: int) -> int:
    """Return how much of *from_s* to *to_s* is off-peak."""
    found = (slot for slot in rates if slot.price_ueur_kwh == HC)
    return sum(max(0, min(slot.end_s, to_s) - max(slot.start_s, from_s)) for slot in found)


@given(providers(), instants, ranges_s)
def test_without_hole_in_turn_and_covering(told: StaticHcHpProvider, from_s: int, range_s: int) -> None:
    """Slots follow each other, change price each time, cover what was asked for, and none lies outside of it."""
    to_s = from_s + range_s
    rates = told.rates(from_s, to_s)

    assert all(slot.start_s < slot.end_s for slot in rates)
    assert all(slot.end_s == later.start_s for slot, later in pairwise(rates))
    assert all(slot.price_ueur_kwh != later.price_ueur_kwh for slot, later in pairwise(rates))
    assert all(slot.price_ueur_kwh in (HP, HC) for slot in rates)
    assert rates[0].start_s <= from_s < rates[0].end_s
    assert rates[-1].start_s < to_s <= rates[-1].end_s


@given(providers(), instants, ranges_s, ranges_s)
def test_a_range_is_its_parts_joined(told: StaticHcHpProvider, from_s: int, range_s: int, more_s: int) -> None:
    """Wherever a range is divided, the slots are the same; told again, nothing changes."""
    middle_s, to_s = from_s + range_s, from_s + range_s + more_s
    whole, first, last = told.rates(from_s, to_s), told.rates(from_s, middle_s), told.rates(middle_s, to_s)

    assert tuple(sorted({*first, *last})) == whole
    assert merged(first, last) == whole
    assert merged(whole, last) == whole
    assert unflat(flat(whole)) == whole


@given(providers(), instants)
def test_told_from_another_hour_or_day(told: StaticHcHpProvider, from_s: int) -> None:
    """What is known of two days, asked for at any hour or a day later, is made of the same slots."""
    today, later = told.rates(from_s, from_s + 2 * DAY_S), told.rates(from_s + 3_600, from_s + 3 * DAY_S)

    assert merged(today, later) == told.rates(from_s, from_s + 3 * DAY_S)
    assert [slot for slot in today if slot in later] == list(later[: len(today) - today.index(later[0])])


@given(window_lists(), window_lists(), st.integers(day("2011-01-01"), day("2029-12-31")))
def test_off_peak_hours_of_a_date(winter: list[str], summer: list[str], date: int) -> None:
    """Each date, those on which seasons change included, has its season's total; less or more where clocks change."""
    start_s, end_s = day_start_s(PARIS, date), day_start_s(PARIS, date + 1)
    told = off_peak_s(provider(winter, summer).rates(start_s, end_s), start_s, end_s)
    change_s = end_s - start_s - DAY_S
    total_s = total_min(contract(summer if is_summer(date) else winter).windows) * 60

    assert min(total_s, total_s + change_s) <= told <= max(total_s, total_s + change_s)


@given(window_lists(), st.sampled_from([2019, 2024, 2025, 2026]), st.sampled_from([(3, 31), (10, 31)]))
def test_off_peak_hours_around_a_change_of_clocks(windows: list[str], year: int, month_day: tuple[int, int]) -> None:
    """On the last Sundays of March and October a window over the change is an hour shorter or longer."""
    last = date(year, *month_day)
    number = (last - timedelta(days=last.isoweekday() % 7) - EPOCH).days
    start_s, end_s = day_start_s(PARIS, number), day_start_s(PARIS, number + 1)
    parts = parts_of(contract(windows).windows)
    held = any(start <= 120 and end >= 180 for start, end in parts)
    assume(held or all(end <= 120 or start >= 180 for start, end in parts))
    told = off_peak_s(provider(windows).rates(start_s, end_s), start_s, end_s)

    assert abs(end_s - start_s - DAY_S) == 3_600
    assert told - total_min(contract(windows).windows) * 60 == (end_s - start_s - DAY_S if held else 0)


@given(window_lists(), window_lists(), instants)
def test_price_is_that_of_the_clock(winter: list[str], summer: list[str], at_s: int) -> None:
    """Away from the hours that clocks repeat, the price follows from the time they show and the date's season."""
    assume(all(abs(change_s - at_s) > 7_200 for change_s in PARIS[2::2]))
    (slot,) = provider(winter, summer).rates(at_s, at_s + 1)
    windows = contract(summer if is_summer(day_of(PARIS, at_s)) else winter).windows
    minute = second_of_day(PARIS, at_s) // 60
    inside = any(start_min <= minute < end_min for start_min, end_min in parts_of(windows))

    assert slot.price_ueur_kwh == (HC if inside else HP)
