"""Plans for many chargers over a week of quarter-hourly prices."""

from functools import partial
from random import Random
from typing import Final

from benchmarks.figures import Figure, cpu_s, lines_of
from hems_actors.core.planning.several import Request, Site, plan_all
from hems_actors.core.rates import Rates, Slot

ROUNDS: Final = 25
CHARGERS: Final = 20
_START_S: Final = 1_767_268_800
_SLOT_S: Final = 900
_SLOTS: Final = 672
_SLOTS_A_DAY: Final = 96
_WH_WS: Final = 3_600
_HOUR_PRICES_EUR_MWH: Final = (
    *(86, 82, 79, 78, 81, 92, 118, 139, 131, 104, 78, 58),
    *(44, 38, 41, 59, 88, 124, 151, 158, 142, 121, 106, 95),
)
"""A day with sun at noon, hour by hour."""


def planning_figures() -> list[Figure]:
    """Return how long all plans of a home take: time to itself, and time that others share."""
    rates = week()
    wide, narrow = Site(limit_ma=0), Site(limit_ma=80_000)
    everyone = chargers()
    one_s, free_s, shared_s = [], [], []
    for _ in range(ROUNDS):
        one_s.append(cpu_s(partial(_one_by_one, everyone, rates, wide)))
        free_s.append(cpu_s(partial(plan_all, everyone, rates, _START_S + 400, wide)))
        shared_s.append(cpu_s(partial(plan_all, everyone, rates, _START_S + 400, narrow)))
    return [
        Figure("plan of one charger, week of 15 min slots, mean", min(one_s) * 1_000 / CHARGERS, "ms", 2.5),
        Figure(f"plans of {CHARGERS} chargers, no limit", min(free_s) * 1_000, "ms", 50),
        Figure(f"plans of {CHARGERS} chargers, each on what is left of 80 A", min(shared_s) * 1_000, "ms", 50),
    ]


def week(seed: int = 11) -> Rates:
    """Return the prices of a week: the shape of a day, some days dearer, and what each quarter-hour adds."""
    chance = Random(seed)  # noqa: S311 - prices, not a secret
    found = []
    level_percent = 100
    for slot in range(_SLOTS):
        if slot % _SLOTS_A_DAY == 0:
            level_percent = chance.randrange(60, 150)
        hour = slot % _SLOTS_A_DAY * _SLOT_S // 3_600
        price = _HOUR_PRICES_EUR_MWH[hour] * level_percent * 10 + chance.randrange(-12_000, 12_001)
        found.append(Slot(_START_S + slot * _SLOT_S, _START_S + (slot + 1) * _SLOT_S, price))
    return tuple(found)


def chargers(seed: int = 5) -> tuple[Request, ...]:
    """Return what a row of chargers wants by the end of the week: 5 to 60 kWh at 1.4 to 22 kW."""
    chance = Random(seed)  # noqa: S311 - needs, not a secret
    return tuple(
        Request(
            source,
            priority=0,
            need_ws=chance.randrange(5_000, 60_000) * _WH_WS,
            until_s=_START_S + _SLOTS * _SLOT_S - chance.randrange(4) * _SLOT_S,
            phases_mask=0b111 if phases == 3 else 1 << chance.randrange(3),  # noqa: PLR2004 - a number of phases
            phases=phases,
            min_ma=6_000,
            max_ma=chance.choice((10_000, 16_000, 16_000, 32_000)),
            step_ma=1_000,
        )
        for source in range(1, CHARGERS + 1)
        for phases in (chance.choice((1, 3, 3)),)
    )


def _one_by_one(requests: tuple[Request, ...], rates: Rates, site: Site) -> None:
    for request in requests:
        plan_all((request,), rates, _START_S + 400, site)


if __name__ == "__main__":
    print("\n".join(lines_of(planning_figures())))
