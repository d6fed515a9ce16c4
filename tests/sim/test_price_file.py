"""Price files: taken whole and exactly, or refused with the line at fault."""

import csv
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hems_actors.core.rates import Rates, Slot
from hems_actors.sim.errors import ScenarioError
from hems_actors.sim.price_file import read_prices
from tests.spotmarket.answers import answer, row

HEADER: Final = "start_utc,end_utc,price_eur_per_mwh\n"
START_S: Final = 1_767_222_000
"""1 January 2026, midnight in Vienna: 2025-12-31T23:00:00Z."""
HOUR_S: Final = 3_600
DATA: Final = Path(__file__).parents[3] / "shared" / "data"
REAL: Final = sorted([*DATA.glob("prices_*/*.csv"), *DATA.glob("prices_*/*/*.json")])


def lines(*rows: str) -> str:
    """Return a CSV of *rows*."""
    return HEADER + "".join(f"{row}\n" for row in rows)


def read(path: Path, content: str | bytes) -> Rates:
    """Return the prices in *content*, written to *path*."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_prices(path)


def refusal(path: Path, content: str | bytes) -> str:
    """Return what is said of *content*, without the file's name."""
    with pytest.raises(ScenarioError) as caught:
        read(path, content)
    assert str(caught.value).isprintable()
    return str(caught.value).removeprefix(str(path))


FIRST: Final = "2025-12-31T23:00:00Z,2026-01-01T00:00:00Z,100"
SECOND: Final = "2026-01-01T00:00:00Z,2026-01-01T00:15:00Z,-3.55"

TAKEN = [
    pytest.param(lines(), (), id="no row"),
    pytest.param(
        lines(FIRST, SECOND),
        (Slot(START_S, START_S + HOUR_S, 100_000), Slot(START_S + HOUR_S, START_S + HOUR_S + 900, -3_550)),
        id="an hour, then a quarter",
    ),
    pytest.param(
        lines(FIRST, "", SECOND).replace("\n", "\r\n"),
        (Slot(START_S, START_S + HOUR_S, 100_000), Slot(START_S + HOUR_S, START_S + HOUR_S + 900, -3_550)),
        id="empty lines, line ends of Windows",
    ),
    pytest.param(
        lines("2026-01-01T00:00:00+01:00,2026-01-01T01:00:00+01:00,1"),
        (Slot(START_S, START_S + HOUR_S, 1_000),),
        id="with an offset",
    ),
    pytest.param(
        lines("2025-12-31 23:00,2026-01-01 00:00, 1 "), (Slot(START_S, START_S + HOUR_S, 1_000),), id="bare is UTC"
    ),
    pytest.param(f"more,{HEADER}x,{FIRST}\n", (Slot(START_S, START_S + HOUR_S, 100_000),), id="a further column"),
    pytest.param(
        "price_eur_per_mwh,end_utc,start_utc\n1,2026-01-01T00:00:00Z,2025-12-31T23:00:00Z\n",
        (Slot(START_S, START_S + HOUR_S, 1_000),),
        id="columns in another order",
    ),
    pytest.param(
        lines(FIRST, "2026-01-01T02:00:00Z,2026-01-01T03:00:00Z,0"),
        (Slot(START_S, START_S + HOUR_S, 100_000), Slot(START_S + 3 * HOUR_S, START_S + 4 * HOUR_S, 0)),
        id="a hole",
    ),
    pytest.param(
        lines("2025-12-31T23:00:00Z,2026-01-01T23:00:00Z,100000"),
        (Slot(START_S, START_S + 24 * HOUR_S, 100_000_000),),
        id="a day at the highest price",
    ),
]


@pytest.mark.parametrize(("text", "rates"), TAKEN)
def test_csv_is_taken(tmp_path: Path, text: str, rates: Rates) -> None:
    """Instants in seconds, prices in micro-euro."""
    assert read(tmp_path / "prices.csv", text) == rates


PRICES = [  # as written, EUR/MWh -> micro-euro per kWh
    pytest.param("2.6755", 2_676, id="half, that binary fractions would round down"),
    pytest.param("0.0005", 0, id="half to even, down"),
    pytest.param("-0.0015", -2, id="half to even, negative"),
    pytest.param("1.005e2", 100_500, id="exponent"),
    pytest.param("+7.", 7_000, id="plus and a bare point"),
    pytest.param(".5", 500, id="no leading digit"),
    pytest.param("-100000", -100_000_000, id="lowest"),
]


@pytest.mark.parametrize(("text", "price_ueur_kwh"), PRICES)
def test_price_is_exact(tmp_path: Path, text: str, price_ueur_kwh: int) -> None:
    """From the decimal digits, in both kinds of file."""
    (of_csv,) = read(tmp_path / "prices.csv", lines(FIRST.replace("100", text)))
    assert of_csv.price_ueur_kwh == price_ueur_kwh

    if text[0] not in "+." and text[-1] != ".":
        (of_json,) = read(tmp_path / "prices.json", answer(row(price=text)))
        assert of_json == of_csv


CSV_MISTAKES = [
    pytest.param("", ":1: no column 'start_utc', only an empty file", id="empty file"),
    pytest.param("a,b\n", ":1: no column 'start_utc', only a, b", id="other columns"),
    pytest.param("start_utc,end_utc\n", ":1: no column 'price_eur_per_mwh', only start_utc, end_utc", id="no price"),
    pytest.param(lines("2025-12-31T23:00:00Z"), ":2: expected 3 columns, found 1", id="short row"),
    pytest.param(lines(FIRST, "soon,later,1"), ":3: start_utc: expected a time such as 2025-01-06", id="no time"),
    pytest.param(
        lines("2025-12-31T23:00:00.5Z,2026-01-01T00:00:00Z,1"), ":2: start_utc: expected whole seconds", id="half a s"
    ),
    pytest.param(
        lines("2025-12-31T23:00:00Z,2025-12-31T23:00:00Z,1"), ":2: end_utc: expected a time after the start", id="none"
    ),
    pytest.param(
        lines("2025-12-31T23:00:00Z,2025-12-31T22:00:00Z,1"), ":2: end_utc: expected a time after the start", id="back"
    ),
    pytest.param(
        lines("2025-12-31T23:00:00Z,2026-01-01T23:00:01Z,1"), ":2: end_utc: expected at most a day", id="a day and 1 s"
    ),
    *(
        pytest.param(
            lines(FIRST.replace("100", text)), ":2: price_eur_per_mwh: expected a number, not ", id=text or "-"
        )
        for text in ("nan", "inf", "-Infinity", "ten", "", "1 0", "1_000", "0x10", "1e1e1", "\u0661")
    ),
    pytest.param(lines(FIRST.replace("100", "1,5")), ":2: expected 3 columns, found 4", id="a decimal comma"),
    pytest.param(
        lines(FIRST.replace("100", "100000.001")), ":2: price_eur_per_mwh: 100000.001 Eur/MWh is beyond", id="too high"
    ),
    pytest.param(lines(FIRST.replace("100", "-1e999999")), ":2: price_eur_per_mwh: -1E+999999 Eur/MWh is", id="low"),
    pytest.param(lines(SECOND, FIRST), ":3: the time of this price begins before that of line 2", id="out of order"),
    pytest.param(lines(FIRST, SECOND, SECOND), ":4: the time of this price is the same as that of line 3", id="twice"),
    pytest.param(
        lines(FIRST, FIRST.replace("100", "5")), ":3: the time of this price is the same as that", id="two prices"
    ),
    pytest.param(
        lines(FIRST, "2025-12-31T23:59:59Z,2026-01-01T01:00:00Z,1"),
        ":3: the time of this price overlaps that of line 2",
        id="overlap of a second",
    ),
    pytest.param(HEADER.encode() + b"\xff", ": cannot be read as prices: it is not UTF-8 text", id="not UTF-8"),
    pytest.param(HEADER + '"' + "x" * 200_000, ":2: cannot be read as CSV: field larger than", id="a huge field"),
]


@pytest.mark.parametrize(("content", "message"), CSV_MISTAKES)
def test_csv_is_refused_by_line(tmp_path: Path, content: str | bytes, message: str) -> None:
    """One line: where, and what was expected."""
    assert refusal(tmp_path / "prices.csv", content).startswith(message)


def spread(*rows: str) -> str:
    """Return an answer of *rows* with each on a line of its own, the first on line 3."""
    return '{"object": "list",\n "data": [\n' + ",\n".join(rows) + "\n]}\n"


JSON_MISTAKES = [
    pytest.param("", ":1: the answer is no JSON", id="empty"),
    pytest.param("[]", ":1: the answer: Input should be", id="a list"),
    pytest.param('{"data": {}}', ":1: data: Input should be a valid list", id="data no list"),
    pytest.param(spread(row(price="NaN")), ":1: NaN in the answer is no number", id="NaN"),
    pytest.param(spread(row(), row(START_S + HOUR_S, price='"1"')), ":4: data[1].marketprice: ", id="price as text"),
    pytest.param(spread(row(), row(START_S + HOUR_S, 0)), ":4: data[1].end_timestamp: ", id="no length"),
    pytest.param(spread(row(price="1e6")), ":3: data[0].marketprice: 1E+6 Eur/MWh is beyond", id="absurd"),
    pytest.param(spread(row(unit='"Eur/kWh"')), ":3: data[0].unit: expected Eur/MWh", id="unit"),
    pytest.param(spread(row(), "{}"), ":4: data[1].start_timestamp: Field required", id="row empty"),
    pytest.param(
        spread(row(START_S + HOUR_S), row()), ":4: the time of this price begins before that of line 3", id="order"
    ),
    pytest.param(spread(row(), row()), ":4: the time of this price is the same as that of line 3", id="twice"),
    pytest.param(spread(row(), row(START_S + 900)), ":4: the time of this price overlaps that of line 3", id="overlap"),
    pytest.param(
        '{"more": {"data": [1]},\n"data": [\n' + row() + "," + row() + "]}",
        ":1: the time of this price is the same as that of line 1",
        id="what looks like data before it: the place is not known, the mistake is",
    ),
]


@pytest.mark.parametrize(("text", "message"), JSON_MISTAKES)
def test_json_is_refused_by_line(tmp_path: Path, text: str, message: str) -> None:
    """As the answers of a server are, with the line that the row begins in."""
    assert refusal(tmp_path / "prices.json", text).startswith(message)


def test_file_that_is_not_there(tmp_path: Path) -> None:
    """Said in one line."""
    with pytest.raises(ScenarioError, match=r"none\.csv: cannot be read as prices: No such file"):
        read_prices(tmp_path / "none.csv")


@given(st.lists(st.tuples(st.integers(0, 7_200), st.integers(1, 7_200), st.integers(-500_000, 4_000_000)), max_size=30))
def test_both_kinds_of_file_agree(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, int]]) -> None:
    """The same prices written as CSV and as JSON are read as they were."""
    rates, at_s = [], START_S
    for hole_s, length_s, price_ueur_kwh in steps:
        rates.append(Slot(at_s + hole_s, at_s + hole_s + length_s, price_ueur_kwh))
        at_s = rates[-1].end_s
    prices = [str(Decimal(slot.price_ueur_kwh).scaleb(-3)) for slot in rates]
    folder = tmp_path_factory.mktemp("both")

    table = lines(
        *(f"{utc(slot.start_s)},{utc(slot.end_s)},{price}" for slot, price in zip(rates, prices, strict=True))
    )
    assert read(folder / "prices.csv", table) == tuple(rates)
    rows = [row(slot.start_s, slot.end_s - slot.start_s, price) for slot, price in zip(rates, prices, strict=True)]
    assert read(folder / "prices.json", answer(*rows)) == tuple(rates)


@given(st.text(max_size=60) | st.text("0123456789,.:-TZ\n\"'eEn", max_size=60).map(HEADER.__add__))
def test_whatever_stands_in_it_is_prices_or_one_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """No text raises anything else."""
    path = tmp_path_factory.mktemp("any") / "prices.csv"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        read_prices(path)
    except ScenarioError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either way is fine


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in REAL])
def test_real_files_are_read(path: Path) -> None:
    """Published prices: in order, with the rows and the extremes that another reader finds."""
    rates = read_prices(path)
    if path.suffix == ".json":
        data = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)["data"]
        prices = [Decimal(one["marketprice"]) for one in data]
        starts_s = [one["start_timestamp"] // 1_000 for one in data]
    else:
        with path.open(encoding="utf-8") as file:
            table = list(csv.DictReader(file))
        prices = [Decimal(one["price_eur_per_mwh"]) for one in table]
        starts_s = [round(datetime.fromisoformat(one["start_utc"]).timestamp()) for one in table]

    assert [slot.start_s for slot in rates] == starts_s
    assert [slot.price_ueur_kwh for slot in rates] == [round(price * 1_000) for price in prices]


def test_the_same_real_day_is_the_same_in_both_files() -> None:
    """The CSV's rows of 26 October 2025 are those of the JSON: 100 quarter hours."""
    folder = DATA / "prices_at_15min_smard"
    table, day = (
        folder / name for name in ("at_dayahead_15min_2025-09-30_2026-08-21.csv", "awattar_json/at_2025-10-26.json")
    )
    if not (table.exists() and day.exists()):
        pytest.skip(f"no such file: {day}")
    rates = read_prices(day)

    assert len(rates) == 100
    assert tuple(slot for slot in read_prices(table) if rates[0].start_s <= slot.start_s < rates[-1].end_s) == rates


def utc(at_s: int) -> str:
    """Return the instant *at_s* as the file writes it."""
    return datetime.fromtimestamp(at_s, UTC).isoformat().replace("+00:00", "Z")
