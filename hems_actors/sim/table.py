"""What a scenario came to, as plain text for the people of the house."""

from hems_actors.sim.report import Figures


def table(figures: Figures) -> str:
    """Return the figures of `summary` as plain text for a person."""
    parts = [
        [f"{figures['home']}, {_when(figures['from'])} to {_when(figures['to'])}"],
        _cars_table(figures["cars"]),
        _costs_table(figures) if figures["tariff"] is not None else [],
        _deadlines_table(figures["deadlines"]),
        _house_table(figures["house"]),
        _phases_table(figures["phases"]),
        _actions_table(figures),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _cars_table(cars: list[Figures]) -> list[str]:
    rows = [["", "charged", "from sun", "battery", "grid", "charging", "starts", "stops", "level at departure"]]
    for car in cars:
        levels = [f"{level:.0f} %" for level in car["departure_percent"]]
        levels += [f"still here, {car['level_percent']:.0f} %"] if car["plugged_in"] else []
        energies = [_kwh(car[f"{source}_wh"]) for source in ("energy", "sun", "battery", "grid")]
        minutes = f"{car['charging_s'] // 60} min"
        rows.append([car["name"], *energies, minutes, str(car["starts"]), str(car["stops"]), ", ".join(levels) or "-"])
    return _aligned(rows)


def _costs_table(figures: Figures) -> list[str]:
    """What was bought from the grid, at the price of the moment; sun and battery cost nothing here."""
    cars, house = figures["cars"], figures["house"]
    rows = [["", "bought", "cost", "average", "at no price", "starts a day"]]
    for car in cars:
        most = max(car["starts_by_day"].values(), default=0)
        rows.append([car["name"], *_spent(car["grid_wh"], car), f"at most {most}"])
    rest_wh = house["import_wh"] - sum(car["grid_wh"] for car in cars)
    rows += [
        ["house without cars", *_spent(rest_wh, house), ""],
        ["together", _kwh(house["import_wh"]), _eur(figures["total_cost_ueur"]), "", "", ""],
    ]
    return _aligned(rows)


def _spent(bought_wh: int, spent: Figures) -> tuple[str, str, str, str]:
    average_ueur_kwh = spent["average_price_ueur_kwh"]
    return (
        _kwh(bought_wh),
        _eur(spent["cost_ueur"]),
        "-" if average_ueur_kwh is None else f"{average_ueur_kwh / 10_000:.2f} ct/kWh",
        _kwh(spent["unpriced_wh"]) if spent["unpriced_wh"] else "-",
    )


def _deadlines_table(deadlines: list[Figures]) -> list[str]:
    ended = [deadline for deadline in deadlines if deadline["ending"] != "open"]
    if not ended:
        return []
    rows = [["deadline", "car", "how it ended"]]
    rows += [[_when(one["deadline"]), one["car"] or one["charger"], _ended(one)] for one in ended]
    return _aligned(rows)


def _ended(deadline: Figures) -> str:
    level = "" if deadline["level_percent"] is None else f" at {deadline['level_percent']:.0f} %"
    clock = "" if deadline["ended"] is None else deadline["ended"][11:16]
    if deadline["missed_wh"] is None:
        return {
            "met": f"met{level}",
            "unplugged": f"left before it{level}",
            "removed": "taken back",
            "past": "ignored: it was past",
        }[deadline["ending"]]
    missed = f"missed by {_kwh(deadline['missed_wh'])}{level}"
    then = {
        "missed": "still charging",
        "met": f"reached at {clock}",
        "expired": f"over at {clock}",
        "unplugged": f"left at {clock}",
        "removed": f"taken back at {clock}",
    }[deadline["ending"]]
    return f"{missed}, {then}"


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


def _when(text: str) -> str:
    return text[:16].replace("T", " ")


def _eur(cost_ueur: int) -> str:
    return f"{cost_ueur / 1_000_000:.2f} EUR"


def _kwh(energy_wh: int) -> str:
    return f"{energy_wh / 1_000:.1f} kWh"
