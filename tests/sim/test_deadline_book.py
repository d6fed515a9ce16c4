"""How deadlines ended: kept from what the log says, printed for the people of the house."""

from datetime import UTC, datetime, time
from typing import Any, Final

import pytest

from hems_actors.core.enums import Ending
from hems_actors.core.outcomes import DeadlineJudged
from hems_actors.sim.build import build
from hems_actors.sim.deadline_book import DeadlineBook, Entry
from hems_actors.sim.table import table
from tests.sim.homes import scenario

WALLBOX: Final = 10
CAR: Final = 60
DEADLINE_S: Final = round(datetime(2025, 6, 15, 8, 30, tzinfo=UTC).timestamp())
"""Half an hour after the quiet hour begins."""


def judged(ending: Ending, need_wh: int = 0, deadline_s: int = DEADLINE_S) -> DeadlineJudged:
    """Return what the log says of the wallbox's deadline."""
    return DeadlineJudged(WALLBOX, deadline_s, ending, need_wh)


def book_of(*events: tuple[int, DeadlineJudged], leaves: bool = False) -> list[Entry]:
    """Return the entries after *events*, each at so many minutes after the start; *leaves*: the car does, at 10:40."""
    visit = {"car": "car", "charger": "wallbox", "from": time(10), "level_percent": 50, "drives_kwh": 6}
    stage = build(scenario(visits=[visit | ({"to": time(10, 40)} if leaves else {})]))
    book = DeadlineBook(stage.home)
    for minutes, event in events:
        at_ms = stage.moments.start_ms + minutes * 60_000
        stage.home.advance(at_ms)
        book.see(at_ms, event)
    return book.entries()


SET, MISSED = (0, judged(Ending.SET, 20_000)), (30, judged(Ending.MISSED, 12_000))
ENDINGS = [  # events -> ending, minutes until then, missed by, level
    pytest.param([SET], (Ending.SET, None, None, None), id="still to come"),
    pytest.param([SET, (30, judged(Ending.MET))], (Ending.MET, 30, None, 50), id="met"),
    pytest.param([SET, MISSED], (Ending.MISSED, None, 12_000, 50), id="missed, going on"),
    pytest.param([SET, MISSED, (45, judged(Ending.MET))], (Ending.MET, 45, 12_000, 50), id="reached late"),
    pytest.param([SET, MISSED, (50, judged(Ending.EXPIRED))], (Ending.EXPIRED, 50, 12_000, 50), id="over"),
    pytest.param([SET, (10, judged(Ending.REMOVED))], (Ending.REMOVED, 10, None, 50), id="taken back"),
    pytest.param([(0, judged(Ending.PAST, 5_000))], (Ending.PAST, 0, None, 50), id="past when set"),
    pytest.param(
        [SET, (5, judged(Ending.REMOVED)), (6, judged(Ending.SET))], (Ending.SET, None, None, None), id="anew"
    ),
]


@pytest.mark.parametrize(("events", "entry"), ENDINGS)
def test_deadline_has_one_entry(
    events: list[tuple[int, DeadlineJudged]], entry: tuple[Ending, int | None, int | None, int | None]
) -> None:
    """Its last ending, and what was missed before that."""
    start_ms = (DEADLINE_S - 1_800) * 1_000
    (found,) = book_of(*events)
    minutes = None if found.ended_at_ms is None else (found.ended_at_ms - start_ms) // 60_000

    assert (found.charger, found.car, found.deadline_s) == (WALLBOX, CAR, DEADLINE_S)
    assert (found.ending, minutes, found.missed_wh, found.level_percent) == entry


def test_level_of_a_car_that_left_is_that_at_departure() -> None:
    """Before it drove."""
    (found,) = book_of(SET, (41, judged(Ending.UNPLUGGED)), leaves=True)

    assert (found.ending, found.car, found.level_percent) == (Ending.UNPLUGGED, CAR, 50)


def test_deadlines_are_told_in_their_order() -> None:
    """By deadline, whatever order they were set in."""
    later = judged(Ending.SET, deadline_s=DEADLINE_S + 600)

    assert [entry.deadline_s for entry in book_of((0, later), SET)] == [DEADLINE_S, DEADLINE_S + 600]


WORDS = [  # ending, ended, missed by, level -> words
    pytest.param(("met", "2025-06-16T07:00:00+02:00", None, 80.2), "met at 80 %", id="met"),
    pytest.param(("unplugged", "2025-06-16T06:10:00+02:00", None, 71), "left before it at 71 %", id="left"),
    pytest.param(("removed", "2025-06-15T22:00:00+02:00", None, 60), "taken back", id="taken back"),
    pytest.param(("past", "2025-06-16T09:00:00+02:00", None, None), "ignored: it was past", id="past"),
    pytest.param(("missed", None, 2_340, 76), "missed by 2.3 kWh at 76 %, still charging", id="missed"),
    pytest.param(
        ("met", "2025-06-16T07:41:00+02:00", 2_340, 76), "missed by 2.3 kWh at 76 %, reached at 07:41", id="late"
    ),
    pytest.param(
        ("expired", "2025-06-16T11:00:00+02:00", 9_000, 60), "missed by 9.0 kWh at 60 %, over at 11:00", id="over"
    ),
    pytest.param(
        ("unplugged", "2025-06-16T07:10:00+02:00", 900, 78), "missed by 0.9 kWh at 78 %, left at 07:10", id="left late"
    ),
    pytest.param(
        ("removed", "2025-06-16T07:20:00+02:00", 900, None), "missed by 0.9 kWh, taken back at 07:20", id="taken late"
    ),
    pytest.param(("open", None, None, None), None, id="still to come: not said"),
]


@pytest.mark.parametrize(("deadline", "words"), WORDS)
def test_table_says_how_it_ended(deadline: tuple[str, str | None, int | None, float | None], words: str | None) -> None:
    """One line each."""
    ending, ended, missed_wh, level_percent = deadline
    text = table(
        figures()
        | {
            "deadlines": [
                {
                    "charger": "wallbox",
                    "car": "car",
                    "deadline": "2025-06-16T07:00:00+02:00",
                    "ending": ending,
                    "ended": ended,
                    "missed_wh": missed_wh,
                    "level_percent": level_percent,
                }
            ]
        }
    )

    if words is None:
        assert "deadline" not in text
    else:
        assert f"2025-06-16 07:00  car  {words}\n" in text


def figures() -> dict[str, Any]:
    """Return the figures of a home in which nothing happened."""
    return {
        "home": "home",
        "from": "2025-06-15T10:00:00+02:00",
        "to": "2025-06-16T10:00:00+02:00",
        "log": "log.msgpack",
        "events": 0,
        "tariff": None,
        "cars": [],
        "house": {
            "self_consumption_percent": None,
            **{f"{what}_wh": 0 for what in ("consumption", "cars", "sun", "import", "export")},
        },
        "total_cost_ueur": None,
        "deadlines": [],
        "plans": [],
        "phases": [],
        "actions": {"sent": 0, "retried": 0, "gave_up": 0},
        "alarms": [],
    }


def test_table_says_what_it_cost() -> None:
    """Two decimals of a euro; below zero too; what had no price apart."""
    spent = {"grid_wh": 12_345, "cost_ueur": -1_234_567, "average_price_ueur_kwh": -100_005, "unpriced_wh": 0}
    car = {
        "name": "car",
        **{f"{source}_wh": 0 for source in ("energy", "sun", "battery")},
        "charging_s": 0,
        "starts": 3,
        "stops": 3,
        "starts_by_day": {"2025-06-15": 1, "2025-06-16": 2},
        "departure_percent": [],
        "plugged_in": False,
        **spent,
    }
    house = figures()["house"] | {
        "import_wh": 20_000,
        "cost_ueur": 2_000_000,
        "average_price_ueur_kwh": None,
        "unpriced_wh": 7_655,
    }
    text = table(
        figures() | {"tariff": "awattar_at", "cars": [car], "house": house, "total_cost_ueur": 765_433}
    ).splitlines()

    assert "car                 12.3 kWh  -1.23 EUR  -10.00 ct/kWh            -  at most 2" in text
    assert "house without cars   7.7 kWh   2.00 EUR              -      7.7 kWh" in text
    assert "together            20.0 kWh   0.77 EUR" in text
