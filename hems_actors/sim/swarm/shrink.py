"""Shrinking a day that broke a rule: parts are left out for as long as the same rule still breaks."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from hems_actors.sim.errors import ScenarioError
from hems_actors.sim.swarm.day import Day

TRIES_MAX: Final = 80
LISTS: Final = ("happenings", "faults", "changes", "visits")
_MARGIN_S: Final = 90
"""Played on after the breach: what follows from it may belong to it."""

Tables = dict[str, Any]
Fails = Callable[[Day], float | None]
"""Plays a day; returns when (s) the rule broke, None if it did not."""


def shrink(day: Day, fails: Fails, tries_max: int = TRIES_MAX) -> Day:
    """Return the smallest day found that still *fails*, after *tries_max* tries at most."""
    best, left = day, tries_max
    progress = True
    while progress and left > 0:
        progress = False
        for smaller in _smaller(best):
            if left <= 0:
                break
            left -= 1
            if fails(smaller) is not None:
                best, progress = smaller, True
                break
    return best


def shortened(day: Day, broke_s: float) -> Day:
    """Return *day* as it ends soon after *broke_s*."""
    tables = _tables(day)
    home = tables["scenario"]["home"]
    home["duration_h"] = min(home["duration_h"], round((broke_s + _MARGIN_S) / 3_600, 3))
    return Day.model_validate(tables)


def _smaller(day: Day) -> Iterator[Day]:
    """Yield smaller days: halves of its lists left out first, then single items, chargers, and what is not needed."""
    for change in _changes(_tables(day)):
        tables = _tables(day)
        change(tables)
        try:
            smaller = Day.model_validate(tables)
        except (ValueError, ScenarioError):
            continue
        if smaller != day:
            yield smaller


def _changes(tables: Tables) -> Iterator[Callable[[Tables], None]]:
    lists = [(name, len(_list(tables, name))) for name in LISTS]
    for name, length in lists:
        if length:
            yield lambda tables, name=name: _list(tables, name).clear()  # type: ignore[misc] # bound now
    for charger in [item["name"] for item in tables["scenario"]["chargers"]]:
        yield lambda tables, charger=charger: _without_charger(tables, charger)  # type: ignore[misc] # bound now
    yield lambda tables: tables["scenario"].pop("battery", None)
    yield lambda tables: tables["scenario"].pop("sun", None)
    for name, length in lists:
        for start, stop in _parts(length):
            yield lambda tables, name=name, start=start, stop=stop: _cut(tables, name, start, stop)  # type: ignore[misc] # bound now
    yield lambda tables: tables["scenario"]["load"].update(appliances_per_day=0)
    yield lambda tables: tables["scenario"].update(settings={})


def _parts(length: int) -> Iterator[tuple[int, int]]:
    """Yield ranges to leave out: halves, quarters, down to single items; the whole was tried."""
    size = length // 2
    while size >= 1:
        for start in range(0, length, size):
            yield start, min(length, start + size)
        size //= 2


def _cut(tables: Tables, name: str, start: int, stop: int) -> None:
    del _list(tables, name)[start:stop]


def _without_charger(tables: Tables, name: str) -> None:
    """Leave out a charger, what happens at it, and cars that then go nowhere."""
    scenario = tables["scenario"]
    scenario["chargers"] = [item for item in scenario["chargers"] if item["name"] != name]
    for table in ("visits", "faults", "changes"):
        scenario[table] = [item for item in scenario.get(table, []) if item.get("charger") != name]
    tables["happenings"] = [item for item in tables.get("happenings", []) if item.get("thing") != name]
    used = {item["car"] for item in scenario["visits"]} | {
        item.get("info", {}).get("car") for item in scenario["chargers"]
    }
    scenario["cars"] = [item for item in scenario["cars"] if item["name"] in used]


def _list(tables: Tables, name: str) -> list[Any]:
    found: list[Any] = (tables if name == "happenings" else tables["scenario"]).setdefault(name, [])
    return found


def _tables(day: Day) -> Tables:
    tables = day.model_dump(by_alias=True, exclude_defaults=True, exclude_none=True)
    for name in ("chargers", "cars", "visits"):
        tables["scenario"].setdefault(name, [])
    tables["scenario"].setdefault("load", {})
    return tables
