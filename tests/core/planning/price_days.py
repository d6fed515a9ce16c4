"""Plans on days of real prices against the optimum: `python -m tests.core.planning.price_days [--every N]`.

The optimum is found by a table over 5 min ticks: all edges of prices, needs and the minimum run are whole ticks, so the
best plan in exact time begins and ends on them too.
"""

import argparse
import csv
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from hems_actors.core.planning.pieces import Piece
from hems_actors.core.planning.planner import plan

SHARED: Final = Path(__file__).parents[4] / "shared" / "data"
SERIES: Final = (
    ("prices_at_15min_smard/at_dayahead_15min_2025-09-30_2026-08-21.csv", "Europe/Vienna"),
    ("prices_de_lu_energinet/de_lu_dayahead_hourly_2024-01-01_2025-09-30.csv", "Europe/Berlin"),
)
TICK_S: Final = 300
POWER_W: Final = 11_040
WINDOWS_H: Final = ((18, 31), (12, 36))
"""From and to, local hours of the day: a night until 07:00, and from noon to noon."""
NEEDS_TICKS: Final = (7, 25, 62, 109)
RUNS_S_MIN: Final = (0, 1_800)
NEVER: Final = 1 << 80


class Row(NamedTuple):
    """One slot of the file."""

    start_s: int
    end_s: int
    price_ueur_kwh: int


class Window(NamedTuple):
    """The time a car is there, with its prices; edges are those of slots."""

    name: str
    rows: tuple[Row, ...]


def windows(every: int = 1) -> Iterator[Window]:
    """Yield the windows of every so many days of all series; the last day of the data has no next."""
    for name, zone in SERIES:
        rows = _rows(SHARED / name)
        first = _local(rows[0].start_s, zone)
        last = _local(rows[-1].start_s, zone)
        for number in range(0, (last - first).days, every):
            day = first + timedelta(days=number)
            for from_h, to_h in WINDOWS_H:
                from_s, to_s = _instant_s(day, from_h, zone), _instant_s(day, to_h, zone)
                there = tuple(row for row in rows[_at(rows, from_s) :][:100] if row.start_s < to_s)
                if sum(row.end_s - row.start_s for row in there) == to_s - from_s:  # the data end, and have a hole
                    yield Window(f"{name[:9]} {day} {from_h}-{to_h}", there)


def check(window: Window, need_ticks: int, run_s_min: int) -> None:
    """Assert that the plan costs what the best one costs, and gives the need before the end."""
    need_ws = need_ticks * TICK_S * POWER_W
    made = plan([Piece(*row, POWER_W) for row in window.rows], need_ws, run_s_min)
    prices = [row.price_ueur_kwh for row in window.rows for _ in range((row.end_s - row.start_s) // TICK_S)]
    best = _optimum(prices, need_ticks, run_s_min // TICK_S)

    assert made.cost == best * TICK_S * POWER_W, (window.name, need_ticks, run_s_min)
    assert made.proved
    assert sum(end_s - start_s for start_s, end_s in made.runs) == need_ticks * TICK_S
    assert made.runs[0][0] >= window.rows[0].start_s
    assert made.runs[-1][1] <= window.rows[-1].end_s
    assert all(end_s - start_s >= run_s_min for start_s, end_s in made.runs)


def _optimum(prices: list[int], need: int, run_min: int) -> int:
    """Return the least sum of *need* of *prices* in runs of at least *run_min*; *need* is no less than that."""
    if not run_min:
        return sum(sorted(prices)[:need])
    sums = [0]
    for price in prices:
        sums.append(sums[-1] + price)
    off = [[0, *[NEVER] * need]]
    on: list[list[int]] = [[NEVER] * (need + 1)]
    for at in range(1, len(prices) + 1):
        going = [NEVER, *[cost + prices[at - 1] for cost in on[at - 1][:-1]]]
        if at >= run_min:
            run_cost = sums[at] - sums[at - run_min]
            begun = [*[NEVER] * run_min, *[cost + run_cost for cost in off[at - run_min][: need + 1 - run_min]]]
            going = list(map(min, going, begun))
        on.append(going)
        off.append(list(map(min, off[at - 1], going)))
    return off[-1][need]


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Row(
                int(datetime.fromisoformat(row["start_utc"]).timestamp()),
                int(datetime.fromisoformat(row["end_utc"]).timestamp()),
                int(Decimal(row["price_eur_per_mwh"]) * 1_000),
            )
            for row in csv.DictReader(file)
        ]


def _at(rows: list[Row], at_s: int) -> int:
    low, high = 0, len(rows)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if rows[middle].start_s < at_s else (low, middle)
    return low


def _local(at_s: int, zone: str) -> date:
    return datetime.fromtimestamp(at_s, UTC).astimezone(ZoneInfo(zone)).date()


def _instant_s(day: date, hour: int, zone: str) -> int:
    date_there = day + timedelta(days=hour // 24)
    there = datetime(date_there.year, date_there.month, date_there.day, hour % 24, tzinfo=ZoneInfo(zone))
    return int(there.timestamp())


def main() -> None:
    """Check all days, or every so many, and say how many plans that were."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth day")
    arguments = parser.parse_args()
    begun_s, days, plans = time.process_time(), set(), 0
    for window in windows(arguments.every):
        days.add(window.name.rsplit(" ", 1)[0])
        for need_ticks in NEEDS_TICKS:
            for run_s_min in RUNS_S_MIN:
                check(window, need_ticks, run_s_min)
                plans += 1
    took_s = time.process_time() - begun_s
    print(f"{len(days)} days, {plans} plans: each costs the optimum and is in time ({took_s:.0f} s)")  # noqa: T201 - a command prints


if __name__ == "__main__":
    main()
