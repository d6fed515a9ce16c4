"""From a seed to a swarm's day: a random home for some hours, and what happens to its machine."""

from datetime import timedelta
from random import Random
from typing import Any, Final

from hems_actors.sim.random_home import START, Span, random_tables
from hems_actors.sim.swarm.day import FACTS, Day

LENGTHS: Final = ((0.75, 5), (1, 5), (1.5, 10), (2, 10), (3, 20), (5, 30), (8, 60))
"""Hours played, and the meter's period (s): each as long a log, whose hours are busy or quiet."""
TRUE_1970_S: Final = -START.timestamp()


def random_day(seed: int) -> Day:
    """Return the swarm's day number *seed*."""
    random = Random(f"swarm {seed}")
    hours, period_s = random.choice(LENGTHS)
    begins_h = random.choice((9, 12, 15, random.uniform(0, 24), 24 - hours / 2))  # the last one passes midnight
    span = Span(START + timedelta(seconds=int(begins_h * 3_600)), hours / 24)
    tables = random_tables(seed, random, span)
    tables["home"] |= {"duration_h": hours, "step_s": 5, "name": "swarm"}
    tables["meter"]["period_s"] = period_s
    tables["sun"]["cloud_period_s"] = max(60, 2 * period_s)
    tables["load"] |= {"jitter_period_s": max(30, period_s), "appliances_per_day": min(500, 300 / hours)}
    tables["load"]["appliances_per_day"] = int(tables["load"]["appliances_per_day"])
    happenings = [item for draw in _DRAWS for item in draw(random, hours * 3_600, tables)]
    happenings.sort(key=lambda item: item["at_s"])
    return Day.model_validate({"scenario": tables, "happenings": happenings})


def _kills(random: Random, length_s: float, _tables: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"kind": "kill", "at_s": _at(random, length_s), "lasts_s": random.choice((1, 2, 10, 45))}
        for _ in range(random.choice((0, 0, 1, 1, 2, 3)))
    ]


def _power_cuts(random: Random, length_s: float, _tables: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"kind": "power_cut", "at_s": _at(random, length_s), "lasts_s": random.choice((5, 30, 120))}
        for _ in range(random.choice((0, 0, 0, 1, 1, 2)))
    ]


def _disk(random: Random, length_s: float, _tables: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        kind = random.choice(("disk_slow", "disk_slow", "disk_full", "disk_read_only", "disk_fails"))
        item = {"kind": kind, "at_s": _at(random, length_s), "lasts_s": random.choice((1, 20, 90, 300, 900))}
        if kind == "disk_slow":
            item["delay_s"] = random.choice((0.5, 2, 10, 60))
        found.append(item)
    return found


def _clock(random: Random, length_s: float, _tables: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "kind": "wall_clock",
            "at_s": random.choice((0, _at(random, length_s))),
            "ahead_s": random.choice((10_800, -10_800, TRUE_1970_S, 0, 0, 3, -3, 0.8, -40)),
        }
        for _ in range(random.choice((0, 0, 1, 1, 2)))
    ]


def _core(random: Random, length_s: float, _tables: dict[str, Any]) -> list[dict[str, Any]]:
    if random.random() < 0.65:
        return []
    at_s = _at(random, length_s)
    if random.random() < 0.4:
        count = random.choice((1, 1, 3, 4))
        return [{"kind": "poison", "at_s": at_s + number * random.choice((2, 30))} for number in range(count)]
    return [
        {
            "kind": "core_fails",
            "at_s": at_s,
            "fact": random.choice(list(FACTS)),
            "step": random.choice(("evolve", "conclude", "look_ahead")),
            "times": random.choice((1, 1, 3)),
        }
    ]


def _crashes(random: Random, length_s: float, tables: dict[str, Any]) -> list[dict[str, Any]]:
    things = ["meter", "link", *(charger["name"] for charger in tables["chargers"])]
    if tables["battery"] is not None:
        things.append("battery")
    found = []
    for _ in range(random.choice((0, 0, 0, 1, 1, 2))):
        thing, at_s = random.choice(things), _at(random, length_s)
        found += [
            {"kind": "crash", "at_s": at_s + number * random.choice((0.5, 5)), "thing": thing}
            for number in range(random.choice((1, 1, 1, 3)))
        ]
    return found


def _at(random: Random, length_s: float) -> float:
    """Return an instant to the tenth of a second, not long before the end: what follows is to be seen."""
    return round(random.uniform(0, length_s * 0.93), 1)


_DRAWS: Final = (_kills, _power_cuts, _disk, _clock, _core, _crashes)
