"""Seeded random homes: 1-3 chargers, cars and faults of every kind, one day."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from hems_actors.sim.random_plans import add_plans
from hems_actors.sim.scenario import Scenario
from hems_actors.sim.scenario_things import WRITE_FAULTS

START = datetime(2025, 4, 14, tzinfo=UTC)
_FAULTS = (*WRITE_FAULTS, "clamps", "button", "disconnects", "meter_lost", "meter_slow", "meter_frozen", "link_lost")
_TIGHT_FAULTS = ("no_answer", "acts_after_timeout", "refuses", "invalid", "ignores", "disconnects")


class Span(NamedTuple):
    """What the 24 hours that things are drawn over become."""

    start: datetime = START
    scale: float = 1

    def at(self, hour: float) -> datetime:
        """Return the instant *hour* hours into the day, as drawn."""
        return self.start + timedelta(seconds=int(hour * 3_600 * self.scale))


def random_scenario(seed: int) -> Scenario:
    """Return the random day number *seed*; a day in two has a tight fuse and a charger that will not obey."""
    return Scenario.model_validate(random_tables(seed, Random(f"random home {seed}"), Span()))


def random_tables(seed: int, random: Random, span: Span) -> dict[str, Any]:
    """Return the tables of a scenario drawn from *random*; what happens in it is spread over *span*."""
    tight = random.random() < 0.75
    chargers = [_charger(i, random) for i in range(random.randint(1, 3))]
    cars = [_car(i, random) for i in range(len(chargers))]
    tables: dict[str, Any] = {
        "seed": seed,
        "home": {
            "start": span.start,
            "phase_limit_a_max": random.choice((16, 20, 25) if tight else (20, 25, 32, 40)),
            "grid_phases": 3,
        },
        "settings": {
            "acquisition_tolerance": random.choice((0, 0.25, 0.5, 1)),
            "battery_level_consideration": random.choice((0, 0.5, 0.9, 1)),
        },
        "meter": {
            "kind": random.choice(("full", "full", "full", "power", "current", "unsigned")),
            "period_s": random.choice((5, 5, 5, 10, 15, 30)),
        },
        "sun": {"peak_w": random.choice((0, 4_000, 8_000, 12_000)), "clouds": random.choice((0, 0.3, 0.8))},
        "load": {
            "base_w": [random.randint(50, 1_500 if tight else 600) for _ in range(3)],
            "appliances_per_day": random.randint(100, 220) if tight else random.randint(10, 60),
            "appliance_w_max": random.choice((2_000, 3_500)),
        },
        "battery": _battery(random),
        "chargers": chargers,
        "cars": cars,
        "visits": [visit for i in range(len(chargers)) for visit in _visits(i, random, span)],
        "changes": [_change(random, len(chargers), span) for _ in range(random.randint(0, 4))],
        "faults": [_fault(random, len(chargers), span, tight=tight) for _ in range(random.randint(1, 6))],
    }
    add_plans(tables, Random(f"plans {seed}"), span)
    return tables


def _charger(i: int, random: Random) -> dict[str, Any]:
    wiring = random.choice(("ABC", "BCA", "CAB", "ABC", "A", "B", "C"))
    max_a = random.choice((16, 16, 16, 20, 32))
    return {
        "name": f"charger {i}",
        "wiring": wiring,
        "wiring_configured": random.random() < 0.6,
        "step_a": random.choice((1, 1, 0.1, 0.01)),
        "max_a": max_a,
        "can_switch": len(wiring) == 3 and random.random() < 0.4,
        "meter": random.choice(("currents", "power", "none")),
        "reports_phase_count": random.random() < 0.6,
        "reports_plugged_in": random.random() < 0.8,
        "reports_charging": random.random() < 0.8,
        "reaction_s": random.choice((5, 5, 4, 2)),
        "power_on": random.random() < 0.3,
        "current_a": random.choice((6, 10, 16)),
        "info": {
            "mode": random.choice(("Normal", "Normal", "Normal", "Eco")),
            "car": f"car {i}" if random.random() < 0.7 else None,
            "priority": random.randint(0, 2),
            "target_percent": random.choice((80, 100)),
            "max_charging_current_a": random.choice((0, 0, 10, 16)),
            "min_charging_current_a": random.choice((6, 6, 8)),
        },
    }


def _car(i: int, random: Random) -> dict[str, Any]:
    return {
        "name": f"car {i}",
        "phases": random.choice((1, 2, 3, 3)),
        "capacity_kwh": random.choice((17, 60, 77, 100)),
        "level_percent": random.randint(5, 80),
        "max_a": random.choice((16, 16, 32, 10)),
        "min_a": random.choice((6, 6, 8)),
        "taper_from_percent": random.choice((80, 95)),
        "sleeps": random.choice((0, 0, 0, 0, 1, 5)),
        "reports": random.random() < 0.6,
        "reports_limits": random.random() < 0.5,
    }


def _battery(random: Random) -> dict[str, Any] | None:
    if random.random() < 0.4:
        return None
    return {
        "capacity_kwh": random.choice((5, 10, 20)),
        "level_percent": random.randint(5, 100),
        "charge_w_max": random.choice((2_500, 5_000)),
        "discharge_w_max": random.choice((2_500, 5_000)),
        "phases": random.choice(("ABC", "ABC", "A", "B")),
        "phases_configured": random.random() < 0.7,
        "reports_level": random.random() < 0.9,
    }


def _visits(i: int, random: Random, span: Span) -> list[dict[str, Any]]:
    visits = []
    hour = random.random() * 6
    while hour < 22:
        lasts = 1 + random.random() * 10
        visit = {"car": f"car {i}", "charger": f"charger {i}", "from": span.at(hour), "to": span.at(hour + lasts)}
        if random.random() < 0.5:
            visit["level_percent"] = random.randint(5, 80)
        visits.append({**visit, "drives_kwh": random.randint(0, 15)})
        hour += lasts + 0.2 + random.random() * 4
    return visits


def _change(random: Random, chargers: int, span: Span) -> dict[str, Any]:
    at = span.at(random.random() * 24)
    match random.randrange(4):
        case 0:
            return {"at": at, "phase_power_limit_a": random.choice((0, 10, 14, 20))}
        case 1:
            return {"at": at, "acquisition_tolerance": random.choice((0, 0.5, 1))}
        case 2:
            charger = f"charger {random.randrange(chargers)}"
            return {"at": at, "charger": charger, "mode": random.choice(("Normal", "Eco"))}
        case _:
            return {
                "at": at,
                "charger": f"charger {random.randrange(chargers)}",
                "max_charging_current_a": random.choice((0, 8, 12, 16)),
                "priority": random.randint(0, 2),
            }


def _fault(random: Random, chargers: int, span: Span, *, tight: bool) -> dict[str, Any]:
    deaf = tight and random.random() < 0.7
    kind = random.choice(_TIGHT_FAULTS if deaf else _FAULTS)
    begins = random.random() * 20
    lasts = random.choice((1, 3, 5) if deaf else (0.02, 0.1, 0.5))
    fault: dict[str, Any] = {"kind": kind, "from": span.at(begins), "to": span.at(begins + lasts)}
    if not kind.startswith("meter") and kind != "link_lost":
        fault["charger"] = f"charger {random.randrange(chargers)}"
    match kind:
        case "clamps":
            fault["current_a"] = random.choice((6, 8, 10))
        case "button":
            fault |= random.choice(({"power": False}, {"power": True}, {"current_a": 7}, {"current_a": 16}))
        case "meter_slow":
            fault["period_s"] = random.choice((30, 60, 120))
    return fault
