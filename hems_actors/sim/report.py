"""What a scenario came to, as an object for programs."""

from datetime import UTC, datetime
from typing import Any

from hems_actors.core.enums import Alarm, Ending, PlanCause, PriceProvider, Purpose
from hems_actors.sim.account import MS_PER_HOUR, Account, CarAccount
from hems_actors.sim.build import Stage
from hems_actors.sim.deadline_book import Entry
from hems_actors.sim.purchases import Purchases

Figures = dict[str, Any]


def summary(stage: Stage, account: Account, log: str) -> Figures:
    """Return the figures of *account*, units in their names, ready for JSON."""
    names = {0: "home", **stage.numbers.sources()}
    return {
        "home": stage.scenario.home.name,
        "seed": stage.scenario.seed,
        "from": _local(stage, stage.moments.start_ms),
        "to": _local(stage, stage.moments.end_ms),
        "log": log,
        "events": account.events,
        "tariff": None if stage.prices is None else PriceProvider(stage.prices.number).name.lower(),
        "cars": [_car(car, stage, account, number) for number, car in account.cars.items()],
        "house": {
            "consumption_wh": _wh(account.house_wms),
            "cars_wh": _wh(account.cars_wms),
            "sun_wh": _wh(account.roof_wms),
            "import_wh": _wh(account.import_wms),
            "export_wh": _wh(account.export_wms),
            "self_consumption_percent": _self_consumption(account),
            **_spent(account.house_bought, stage, account),
        },
        "total_cost_ueur": _total_ueur(stage, account),
        "deadlines": [_deadline(entry, stage, names) for entry in account.deadlines.entries()],
        "plans": [
            {
                "at": _local(stage, at_ms),
                "charger": names[plan.source],
                "purpose": Purpose(plan.purpose).name.lower(),
                "cause": PlanCause(plan.cause).name.lower(),
            }
            for at_ms, plan in account.plans
        ],
        "phases": [
            {
                "phase": name,
                "highest_ma": phase.highest_ma,
                "limit_ma": account.limit_ma,
                "longest_over_ms": phase.longest_over_ms,
            }
            for name, phase in zip("ABC", account.phases, strict=True)
        ],
        "actions": {"sent": account.sent, "retried": account.retried, "gave_up": account.gave_up},
        "alarms": [
            {"at": _local(stage, at_ms), "alarm": Alarm(alarm).name.lower(), "thing": names[source]}
            for at_ms, alarm, source, active in account.alarms
            if active
        ],
    }


def _car(car: CarAccount, stage: Stage, account: Account, number: int) -> Figures:
    truth = stage.home.cars[number]
    energy_wh = car.energy_wh()
    return {
        "name": car.name,
        "energy_wh": sum(energy_wh.values()),
        **{f"{source}_wh": wh for source, wh in energy_wh.items()},
        "charging_s": car.charging_ms // 1_000,
        "starts": car.starts,
        "stops": car.stops,
        "starts_by_day": car.starts_by_day,
        "departure_percent": [round(level, 1) for level in truth.departures_percent],
        "level_percent": round(truth.level_percent, 1),
        "plugged_in": any(charger.car is truth for charger in stage.home.chargers.values()),
        **_spent(car.bought, stage, account),
    }


def _spent(bought: Purchases, stage: Stage, account: Account) -> Figures:
    """Return what came from the grid in money; what was bought where no price is known stands apart."""
    if stage.prices is None:
        return dict.fromkeys(("cost_ueur", "average_price_ueur_kwh", "unpriced_wh"))
    return {
        "cost_ueur": bought.cost_ueur(account.rates),
        "average_price_ueur_kwh": bought.average_ueur_kwh(account.rates),
        "unpriced_wh": bought.unpriced_wh(),
    }


def _total_ueur(stage: Stage, account: Account) -> int | None:
    if stage.prices is None:
        return None
    everybody = (account.house_bought, *(car.bought for car in account.cars.values()))
    return sum(bought.cost_ueur(account.rates) for bought in everybody)


def _deadline(entry: Entry, stage: Stage, names: dict[int, str]) -> Figures:
    return {
        "charger": names[entry.charger],
        "car": None if entry.car is None else names[entry.car],
        "deadline": _local(stage, entry.deadline_s * 1_000),
        "ending": "open" if entry.ending == Ending.SET else Ending(entry.ending).name.lower(),
        "ended": None if entry.ended_at_ms is None else _local(stage, entry.ended_at_ms),
        "missed_wh": entry.missed_wh,
        "level_percent": None if entry.level_percent is None else round(entry.level_percent, 1),
    }


def _self_consumption(account: Account) -> int | None:
    if not account.roof_wms:
        return None
    return round(100 * max(0.0, 1 - account.export_wms / account.roof_wms))


def _local(stage: Stage, at_ms: int) -> str:
    instant = datetime.fromtimestamp(at_ms // 1_000, UTC).astimezone(stage.moments.zone)
    return instant.isoformat()


def _wh(energy_wms: float) -> int:
    return round(energy_wms / MS_PER_HOUR)
