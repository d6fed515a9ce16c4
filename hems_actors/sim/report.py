"""What a scenario came to: an object for programs, a table for the people of the house."""

from datetime import UTC, datetime
from typing import Any

from hems_actors.core.enums import Alarm
from hems_actors.sim.account import MS_PER_HOUR, Account, CarAccount
from hems_actors.sim.build import Stage
from hems_actors.sim.plant.home import Home

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
        "cars": [_car(car, stage.home, number) for number, car in account.cars.items()],
        "house": {
            "consumption_wh": _wh(account.house_wms),
            "cars_wh": _wh(account.cars_wms),
            "sun_wh": _wh(account.roof_wms),
            "import_wh": _wh(account.import_wms),
            "export_wh": _wh(account.export_wms),
            "self_consumption_percent": _self_consumption(account),
        },
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


def table(figures: Figures) -> str:
    """Return the figures of `summary` as plain text for a person."""
    parts = [
        [f"{figures['home']}, {_when(figures['from'])} to {_when(figures['to'])}"],
        _cars_table(figures["cars"]),
        _house_table(figures["house"]),
        _phases_table(figures["phases"]),
        _actions_table(figures),
    ]
    return "\n\n".join("\n".join(part) for part in parts)


def _car(car: CarAccount, home: Home, number: int) -> Figures:
    truth = home.cars[number]
    energy_wh = car.energy_wh()
    return {
        "name": car.name,
        "energy_wh": sum(energy_wh.values()),
        **{f"{source}_wh": wh for source, wh in energy_wh.items()},
        "charging_s": car.charging_ms // 1_000,
        "starts": car.starts,
        "stops": car.stops,
        "departure_percent": [round(level, 1) for level in truth.departures_percent],
        "level_percent": round(truth.level_percent, 1),
        "plugged_in": any(charger.car is truth for charger in home.chargers.values()),
    }


def _cars_table(cars: list[Figures]) -> list[str]:
    rows = [["", "charged", "from sun", "battery", "grid", "charging", "starts", "stops", "level at departure"]]
    for car in cars:
        levels = [f"{level:.0f} %" for level in car["departure_percent"]]
        levels += [f"still here, {car['level_percent']:.0f} %"] if car["plugged_in"] else []
        energies = [_kwh(car[f"{source}_wh"]) for source in ("energy", "sun", "battery", "grid")]
        minutes = f"{car['charging_s'] // 60} min"
        rows.append([car["name"], *energies, minutes, str(car["starts"]), str(car["stops"]), ", ".join(levels) or "-"])
    return _aligned(rows)


def _house_table(house: Figures) -> list[str]:
    own = house["self_consumption_percent"]
    return _aligned(
        [
            ["the house", "used", "the cars", "sun gave", "bought", "sold", "of the sun used here"],
            [
                "",
                *(_kwh(house[f"{what}_wh"]) for what in ("consumption", "cars", "sun", "import", "export")),
                "-" if own is None else f"{own} %",
            ],
        ]
    )


def _phases_table(phases: list[Figures]) -> list[str]:
    rows = [["phase", "highest", "limit", "longest over"]]
    for phase in phases:
        limit = f"{phase['limit_ma'] / 1_000:.1f} A" if phase["limit_ma"] else "none"
        over = f"{phase['longest_over_ms'] / 1_000:.0f} s" if phase["longest_over_ms"] else "never"
        rows.append([phase["phase"], f"{phase['highest_ma'] / 1_000:.1f} A", limit, over])
    return _aligned(rows)


def _actions_table(figures: Figures) -> list[str]:
    actions = figures["actions"]
    lines = [f"commands to chargers: {actions['sent']} sent, {actions['retried']} again, {actions['gave_up']} given up"]
    alarms = [(_when(alarm["at"]), alarm["thing"], alarm["alarm"].replace("_", " ")) for alarm in figures["alarms"]]
    lines += [f"alarm {when} {thing}: {what}" for when, thing, what in alarms]
    return [*lines, f"log: {figures['log']} ({figures['events']} events)"]


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if i in (0, len(row) - 1) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _self_consumption(account: Account) -> int | None:
    if not account.roof_wms:
        return None
    return round(100 * max(0.0, 1 - account.export_wms / account.roof_wms))


def _local(stage: Stage, at_ms: int) -> str:
    instant = datetime.fromtimestamp(at_ms // 1_000, UTC).astimezone(stage.moments.zone)
    return instant.isoformat()


def _when(text: str) -> str:
    return text[:16].replace("T", " ")


def _wh(energy_wms: float) -> int:
    return round(energy_wms / MS_PER_HOUR)


def _kwh(energy_wh: int) -> str:
    return f"{energy_wh / 1_000:.1f} kWh"
