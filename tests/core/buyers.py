"""Homes that know prices, for tests of plans: instants are hours after the home's first, when it is 10:00 UTC."""

from typing import Any, Final

from hems_actors.core import facts
from hems_actors.core.enums import Mode, PlanCause
from hems_actors.core.outcomes import PlanMade
from hems_actors.core.rates import Slot, flat
from tests.core.home import START_MS, Home
from tests.core.obedient import Obedient

HOUR_S: Final = 3_600
START_S: Final = START_MS // 1_000
CLOCK_MS: Final = 10 * HOUR_S * 1_000 - START_MS
"""What the wall clock is ahead of the home's own: 10:00 on 1 January 1970, a Thursday."""
NOW_S: Final = 10 * HOUR_S
AWATTAR: Final = 1
CAR: Final = 5
GARAGE: Final = 2
YARD: Final = 3
CHEAP, MEAN, DEAR = 50_000, 100_000, 200_000
"""Micro-euro per kWh."""


def prices(*hourly: int | None, from_h: int = 0) -> facts.PricesKnown:
    """Return the fact that *hourly* prices are known, from *from_h* on; None = a hole."""
    slots = [
        Slot(at_s(from_h + hour), at_s(from_h + hour + 1), price)
        for hour, price in enumerate(hourly)
        if price is not None
    ]
    return facts.PricesKnown(0, AWATTAR, flat(tuple(slots)))


def at_s(hours: float) -> int:
    """Return the instant *hours* after the first, UTC in seconds."""
    return NOW_S + round(hours * HOUR_S)


def buyer(*hourly: int | None, house_a: float = 2, enabled: bool = True, run_s_min: int = 1_800, **site: int) -> Home:
    """Return a home that knows *hourly* prices; its house draws *house_a* per phase."""
    home = Home(**site)
    home.tell(
        facts.ClockOffset(0, CLOCK_MS),
        facts.PlanningConfigured(0, house_ma=5_000, run_s_min=run_s_min, capacity_wh=50_000, level_percent=20),
        facts.SpotMarketChanged(0, enabled=enabled, provider=AWATTAR),
    )
    if hourly:
        home.tell(prices(*hourly))
    home.house_ma = (round(house_a * 1_000),) * 3
    home.read()
    return home


def park(
    home: Home,
    source: int = GARAGE,
    *,
    level: int | None = 50,
    takes_a: int = 16,
    end_h: float = 0,
    **fields: Any,  # noqa: ANN401  of `Home.charger`
) -> None:
    """Plug a car of 45 kWh with *level* % in: 80 % is 30 % of 45 / 0.9 = 15 kWh away from 50 %.

    *fields* are those of `Home.charger`; on three phases 16 A are 11,040 W.
    """
    car = CAR + source - GARAGE
    fields = {"mode": Mode.ECO_WITH_TARGET_TIME, "max_ma": 16_000, "car": car} | fields
    home.charger(source, obeys=Obedient(takes_ma=takes_a * 1_000), end_s=at_s(end_h) if end_h else 0, **fields)
    if level is not None:
        home.car(car, level_percent=level, capacity_wh=45_000)
    home.plug(source)


def plans(home: Home, source: int = GARAGE) -> list[tuple[str, tuple[tuple[float, float], ...]]]:
    """Return the cause of each plan of *source*, and its runs in hours."""
    return [(PlanCause(made.cause).name, hours(made)) for made in home.all_of(PlanMade, source)]


def hours(made: PlanMade) -> tuple[tuple[float, float], ...]:
    """Return the runs of a plan in hours after the first instant, to the second."""
    edges = [round((edge_s - NOW_S) / HOUR_S, 4) for edge_s in made.runs]
    return tuple((edges[at], edges[at + 1]) for at in range(0, len(edges), 3))


def last_plan(home: Home, source: int = GARAGE) -> PlanMade:
    """Return the newest plan of *source*."""
    return home.all_of(PlanMade, source)[-1]
