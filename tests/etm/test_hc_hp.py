"""HP/HC contracts: what is accepted, what is warned of, and what is refused in one line that names it."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from etm.errors import EtmError, TariffError
from etm.tariff.hc_hp import BASE_EUR_KWH, HcHpContract
from etm.tariff.windows import Window, length_text, parts_of, total_min

PLACE = "hems.toml: hc_hp"
TABLE = Path(__file__).parents[3] / "shared" / "data" / "tariffs_fr_hphc" / "tarif_bleu.csv"


def contract(*windows: str, **keys: Any) -> HcHpContract:  # noqa: ANN401 - whatever a file may hold
    """Return the contract with *windows*."""
    return HcHpContract.read({"windows": list(windows), **keys}, PLACE)


ACCEPTED = [
    # windows, what they cover between midnights (minutes)
    pytest.param(["22:30-06:30"], [(0, 390), (1350, 1440)], id="old: one night"),
    pytest.param(["23:30-07:30"], [(0, 450), (1410, 1440)], id="old: a later night"),
    pytest.param(["12:30-14:30", "00:30-06:30"], [(30, 390), (750, 870)], id="old: noon and night"),
    pytest.param(["02:00-07:00", "14:00-17:00"], [(120, 420), (840, 1020)], id="new: 5 h at night, 3 h at noon"),
    pytest.param(["23:00-04:00", "11:00-14:00"], [(0, 240), (660, 840), (1380, 1440)], id="new: over midnight"),
    pytest.param(["23:00-07:00"], [(0, 420), (1380, 1440)], id="new: all at night"),
    pytest.param(["01:28-07:28", "13:02-15:02"], [(88, 448), (782, 902)], id="to the minute"),
    pytest.param(["16:00-24:00"], [(960, 1440)], id="up to midnight"),
    pytest.param(["16:00-00:00"], [(960, 1440)], id="midnight written as 00:00"),
    pytest.param(["00:00-08:00"], [(0, 480)], id="from midnight"),
    pytest.param(["20:00-24:00", "00:00-04:00"], [(0, 240), (1200, 1440)], id="two that touch at midnight"),
    pytest.param(["04:00-08:00", "08:00-12:00"], [(240, 480), (480, 720)], id="two that touch"),
]


@pytest.mark.parametrize(("windows", "parts"), ACCEPTED)
def test_accepted(windows: list[str], parts: list[tuple[int, int]]) -> None:
    """Old and new schemes, to the minute, in any order and over midnight; 8 h need no warning."""
    found = contract(*windows)

    assert list(parts_of(found.windows)) == parts
    assert found.warnings == ()


def test_most_windows() -> None:
    """Ten windows in a day are accepted."""
    windows = [f"{hour:02d}:00-{hour:02d}:48" for hour in range(10)]

    assert contract(*windows).warnings == ()
    assert len(contract(*windows).windows) == 10


WARNED = [
    pytest.param({"windows": ["22:30-06:31"]}, ["windows: 8 h 1 min"], id="a minute too much"),
    pytest.param({"windows": ["22:30-06:29"]}, ["windows: 7 h 59 min"], id="a minute too little"),
    pytest.param({"windows": ["22:30-05:30"]}, ["windows: 7 h"], id="an hour too little"),
    pytest.param({"windows": ["00:00-23:59"]}, ["windows: 23 h 59 min"], id="a minute of peak"),
    pytest.param(
        {"windows": ["22:30-06:30"], "summer_windows": ["02:00-07:00"]}, ["summer_windows: 5 h"], id="half of the new"
    ),
    pytest.param(
        {"windows": ["22:30-07:30"], "summer_windows": ["02:00-07:00"]},
        ["windows: 9 h", "summer_windows: 5 h"],
        id="both seasons",
    ),
]


@pytest.mark.parametrize(("table", "warnings"), WARNED)
def test_warned(table: dict[str, object], warnings: list[str]) -> None:
    """Other than 8 h off-peak a day is allowed, and said."""
    found = HcHpContract.read(table, PLACE).warnings

    assert [line.partition(" off-peak")[0] for line in found] == warnings


REFUSED = [
    # table, what the line says after the place
    pytest.param({}, ".windows: missing, expected", id="nothing configured"),
    pytest.param([], ": expected a table", id="no table"),
    pytest.param({"windows": "22:30-06:30"}, ".windows: expected a list of windows", id="no list"),
    pytest.param({"windows": None}, ".windows: expected a list of windows", id="null"),
    pytest.param({"windows": []}, '.windows: expected 1 to 10 windows such as "22:30-06:30", not 0', id="empty"),
    pytest.param({"windows": ["01:00-02:00"] * 11}, ".windows: expected 1 to 10 windows", id="too many"),
    pytest.param({"window": ["22:30-06:30"]}, ".window: unknown key, expected one of windows, ", id="misspelt key"),
    pytest.param({"windows": ["22:30-06:30"], "a\nb": 1}, ".'a\\nb': unknown key", id="a key of two lines"),
    pytest.param({"windows": ["22:30-06:30"], "summer_windows": []}, ".summer_windows: expected 1 to", id="no summer"),
    pytest.param(
        {"windows": ["22:30-06:30"], "summer_windows": ["6-7"]}, ".summer_windows: expected a window", id="in summer"
    ),
    pytest.param(
        {"windows": ["22:00-02:00", "01:59-05:00"]},
        ".windows: expected windows apart from each other, but 22:00-02:00 and 01:59-05:00 overlap",
        id="overlap after midnight",
    ),
    pytest.param(
        {"windows": ["01:00-05:00", "12:00-14:00", "13:59-15:00"]},
        ".windows: expected windows apart from each other, but 12:00-14:00 and 13:59-15:00 overlap",
        id="overlap at noon",
    ),
    pytest.param({"windows": ["22:00-06:00", "23:00-05:00"]}, "22:00-06:00 and 23:00-05:00 overlap", id="one in other"),
    pytest.param({"windows": ["22:00-06:00"] * 2}, "22:00-06:00 and 22:00-06:00 overlap", id="twice"),
    pytest.param({"windows": ["00:00-13:00", "12:00-23:01"]}, "the windows add up to 24 h 1 min", id="over 24 h"),
    pytest.param({"windows": ["00:00-24:00"]}, "expected peak hours to be left, but the windows add", id="a whole day"),
    pytest.param({"windows": ["00:00-12:00", "12:00-24:00"]}, "the windows add up to 24 h", id="all day in two"),
    pytest.param(
        {"windows": ["06:30-06:30"]}, "ends at another time than it starts, not '06:30-06:30'", id="no length"
    ),
    pytest.param({"windows": ["22:30-24:01"]}, "from 00:00 to 24:00, not '22:30-24:01'", id="24:01"),
    pytest.param({"windows": ["24:00-06:30"]}, "from 00:00 to 24:00, not '24:00-06:30'", id="starts at 24:00"),
    pytest.param({"windows": ["25:00-06:30"]}, "not '25:00-06:30'", id="25 o'clock"),
    pytest.param({"windows": ["22:60-06:30"]}, "not '22:60-06:30'", id="minute 60"),
    pytest.param({"windows": ["22:30-6:30"]}, "not '22:30-6:30'", id="one digit"),
    pytest.param({"windows": ["22h30-06h30"]}, "not '22h30-06h30'", id="as on a French bill"),
    pytest.param({"windows": ["22:30:00-06:30:00"]}, "not '22:30:00-06:30:00'", id="seconds"),
    pytest.param({"windows": ["22:30"]}, "not '22:30'", id="no end"),
    pytest.param({"windows": ["22:30 - 06:30"]}, "not '22:30 - 06:30'", id="blanks"),
    pytest.param({"windows": ["22:30-06:30\n"]}, "not '22:30-06:30\\n'", id="a line's end"),
    pytest.param({"windows": ["٢٢:30-06:30"]}, "not '٢٢:30-06:30'", id="other digits"),
    pytest.param({"windows": [""]}, "not ''", id="empty text"),
    pytest.param({"windows": [2230]}, "not 2230", id="a number"),
    pytest.param({"windows": ["x" * 38]}, f"not '{'x' * 38}'", id="text just short enough"),
    pytest.param({"windows": ["x" * 1000]}, f"not '{'x' * 39}...", id="long text"),
]


@pytest.mark.parametrize(("table", "says"), REFUSED)
def test_refused(table: object, says: str) -> None:
    """One line: place, key, what was expected, what stands there."""
    with pytest.raises(TariffError) as raised:
        HcHpContract.read(table, PLACE)

    line = str(raised.value)
    assert line.startswith(f"{PLACE}{says}" if says.startswith((".", ":")) else f"{PLACE}.windows: ")
    assert says in line
    assert "\n" not in line
    assert isinstance(raised.value, EtmError)


PRICES = [
    # price as configured, micro-euro per kWh
    pytest.param(0.2065, 206_500, id="as TOML reads it"),
    pytest.param(Decimal("0.2065"), 206_500, id="decimal"),
    pytest.param(0.206513, 206_513, id="six decimals"),
    pytest.param(0.29, 290_000, id="a float just under its decimal"),
    pytest.param(1, 1_000_000, id="whole euro"),
    pytest.param(2.0, 2_000_000, id="the most"),
    pytest.param(Decimal("0.2065000000"), 206_500, id="zeros behind"),
    pytest.param(1e-6, 1, id="the least above nothing"),
]


@pytest.mark.parametrize(("price", "price_ueur_kwh"), PRICES)
def test_price_is_exact(price: object, price_ueur_kwh: int) -> None:
    """A decimal price becomes the very same number of micro-euro."""
    assert contract("22:30-06:30", hp_eur_kwh=price, hc_eur_kwh=0).hp_ueur_kwh == price_ueur_kwh
    assert contract("22:30-06:30", hp_eur_kwh=price, hc_eur_kwh=0).hc_ueur_kwh == 0


PRICES_REFUSED = [
    pytest.param(float("nan"), "from 0 to 2, not nan", id="NaN"),
    pytest.param(float("inf"), "from 0 to 2, not inf", id="infinite"),
    pytest.param(Decimal("sNaN"), "from 0 to 2, not sNaN", id="signalling NaN"),
    pytest.param(-0.0001, "from 0 to 2, not -0.0001", id="negative"),
    pytest.param(2.000001, "from 0 to 2, not 2.000001", id="just too much"),
    pytest.param(20.65, "from 0 to 2, not 20.65", id="in cents"),
    pytest.param(206.5, "from 0 to 2, not 206.5", id="per MWh"),
    pytest.param(10**5000, "from 0 to 2, not a value of type int", id="more digits than are printed"),
    pytest.param(Decimal("1e999999"), "from 0 to 2, not 1E+999999", id="huge"),
    pytest.param(0.2065001, "at most 6 decimals, not 0.2065001", id="seven decimals"),
    pytest.param(Decimal("1e-999999"), "at most 6 decimals, not 1E-999999", id="tiny"),
    pytest.param("0.2065", "expected a number in EUR/kWh, not '0.2065'", id="text"),
    pytest.param(True, "expected a number in EUR/kWh, not True", id="a flag"),
    pytest.param(None, "expected a number in EUR/kWh, not None", id="null"),
]


@pytest.mark.parametrize("key", ["hp_eur_kwh", "hc_eur_kwh"])
@pytest.mark.parametrize(("price", "says"), PRICES_REFUSED)
def test_price_refused(key: str, price: object, says: str) -> None:
    """No number, no price, or more exact than can be kept: one line that names the key."""
    with pytest.raises(TariffError) as raised:
        contract("22:30-06:30", **{key: price})

    assert str(raised.value).startswith(f"{PLACE}.{key}: ")
    assert says in str(raised.value)


SWAPPED = [
    pytest.param({"hp_eur_kwh": 0.1579, "hc_eur_kwh": 0.2065}, id="swapped"),
    pytest.param({"hp_eur_kwh": 0.2, "hc_eur_kwh": 0.2}, id="equal"),
    pytest.param({"hp_eur_kwh": 0.1578}, id="below the default off-peak price"),
    pytest.param({"hc_eur_kwh": 0.2066}, id="above the default peak price"),
]


@pytest.mark.parametrize("prices", SWAPPED)
def test_off_peak_is_cheaper(prices: dict[str, object]) -> None:
    """Prices the wrong way round would make every car charge in the peak."""
    with pytest.raises(TariffError, match=r"hems\.toml: hc_hp\.hc_eur_kwh: expected less than hp_eur_kwh = "):
        contract("22:30-06:30", **prices)


def test_off_peak_just_cheaper() -> None:
    """A micro-euro less is less."""
    assert contract("22:30-06:30", hp_eur_kwh=0.2, hc_eur_kwh=0.199999).hc_ueur_kwh == 199_999


def test_defaults() -> None:
    """Regulated prices since 2026-02-01, incl. tax; windows are each home's own."""
    found = contract("22:30-06:30")

    assert (found.hp_ueur_kwh, found.hc_ueur_kwh) == (206_500, 157_900)
    assert Decimal("0.1940") == BASE_EUR_KWH
    assert found.summer_windows is None


def test_contract_never_changes() -> None:
    """Whoever holds a contract may rely on it."""
    with pytest.raises(ValidationError, match="frozen"):
        contract("22:30-06:30").hp_eur_kwh = Decimal(1)  # type: ignore[misc]


@pytest.mark.skipif(not TABLE.exists(), reason="the published table of prices is not here")
def test_defaults_are_the_published_prices() -> None:
    """The newest regulated table has these prices: HP and HC whatever power is subscribed, Base up to 6 kVA."""
    with TABLE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    newest = [row for row in rows if row["valid_from_local"] == max(row["valid_from_local"] for row in rows)]
    hc_hp = [row for row in newest if row["option"] == "hphc"]
    found = contract("22:30-06:30")

    assert {row["valid_from_local"] for row in newest} == {"2026-02-01"}
    assert {Decimal(row["hp_eur_per_kwh"]) for row in hc_hp} == {found.hp_eur_kwh}
    assert {Decimal(row["hc_eur_per_kwh"]) for row in hc_hp} == {found.hc_eur_kwh}
    assert {
        Decimal(row["base_eur_per_kwh"])
        for row in newest
        if row["option"] == "base" and int(row["subscribed_kva"]) <= 6
    } == {BASE_EUR_KWH}


@pytest.mark.skipif(not TABLE.exists(), reason="the published table of prices is not here")
def test_every_published_price_is_exact() -> None:
    """Each pair of the regulated tables is accepted and kept to the last digit."""
    with TABLE.open(encoding="utf-8") as file:
        pairs = [
            (row["hp_eur_per_kwh"], row["hc_eur_per_kwh"]) for row in csv.DictReader(file) if row["option"] == "hphc"
        ]

    assert len(pairs) > 3
    for hp, hc in pairs:
        found = contract("22:30-06:30", hp_eur_kwh=float(hp), hc_eur_kwh=float(hc))
        assert found.hp_ueur_kwh == Decimal(hp) * 1_000_000
        assert found.hc_ueur_kwh == Decimal(hc) * 1_000_000


LENGTHS = [
    pytest.param(480, "8 h", id="whole hours"),
    pytest.param(481, "8 h 1 min", id="and a minute"),
    pytest.param(59, "0 h 59 min", id="under an hour"),
]


@pytest.mark.parametrize(("minutes", "text"), LENGTHS)
def test_length_text(minutes: int, text: str) -> None:
    """Lengths as people say them."""
    assert length_text(minutes) == text


@given(st.integers(0, 1439), st.integers(1, 1439))
def test_window_is_read_as_written(start_min: int, length_min: int) -> None:
    """Each window of one minute to a minute less than a day: same text, same length, midnight as 00:00 or 24:00."""
    end_min = (start_min + length_min) % 1440
    text = str(Window(start_min, end_min))
    (found,) = contract(text).windows

    assert found == (start_min, end_min)
    assert str(found) == text
    assert total_min([found]) == length_min
    if end_min == 0:
        (late,) = contract(text.replace("-00:00", "-24:00")).windows
        assert parts_of([late]) == parts_of([found])


@given(st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 1439)), min_size=1, max_size=5))
def test_refused_exactly_when_a_minute_is_covered_twice(windows: list[tuple[int, int]]) -> None:
    """By counting minutes: accepted when none is in two windows and one is in none."""
    covered = [(start + minute) % 1440 for start, length in windows for minute in range(length)]
    texts = [str(Window(start, (start + length) % 1440)) for start, length in windows]
    fits = len(covered) == len(set(covered)) < 1440
    try:
        found = contract(*texts)
    except TariffError:
        assert not fits
    else:
        assert fits
        assert sum(end - start for start, end in parts_of(found.windows)) == len(covered)
