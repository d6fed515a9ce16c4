"""What a scenario can contradict itself in, though each of its values is fine."""

from collections.abc import Iterator

from hems_actors.config.locate import Key
from hems_actors.config.tariff import CONTRACT_KEYS, contract_mistakes
from hems_actors.sim.scenario import Scenario
from hems_actors.sim.scenario_plans import FILE_KEYS, TariffTable
from hems_actors.sim.scenario_things import CHARGER_FAULTS, Change, ChargerTable, Fault, Visit

SETTINGS = ("phase_power_limit_a", "acquisition_tolerance", "battery_level_consideration")
MARKET = ("spot_market_enabled",)
Mistake = tuple[Key, str]


def mistakes(scenario: Scenario) -> Iterator[Mistake]:
    """Yield the key and what was expected for each contradiction within *scenario*."""
    chargers = [charger.name for charger in scenario.chargers]
    cars = [car.name for car in scenario.cars]
    yield from _repeated("chargers", chargers)
    yield from _repeated("cars", cars)
    yield from _of_home(scenario)
    yield from _of_market(scenario)
    for i, charger in enumerate(scenario.chargers):
        yield from _of_charger(("chargers", i), charger, cars)
    for i, visit in enumerate(scenario.visits):
        yield from _of_visit(("visits", i), visit, chargers, cars)
    for i, change in enumerate(scenario.changes):
        yield from _of_change(("changes", i), change, chargers, cars)
    for i, fault in enumerate(scenario.faults):
        yield from _of_fault(("faults", i), fault, chargers)


def _of_home(scenario: Scenario) -> Iterator[Mistake]:
    if scenario.sun.file is None and scenario.sun.sunset <= scenario.sun.sunrise:
        yield ("sun", "sunset"), "expected a time after sunrise"
    if scenario.meter.times == "load" and scenario.load.file is None:
        yield ("meter", "times"), 'expected "period": without load.file there are no recorded times'
    if scenario.load.file is not None and len(scenario.load.columns) not in (1, len(scenario.load.phases)):
        yield ("load", "columns"), "expected one column, or one for each of load.phases"


def _of_market(scenario: Scenario) -> Iterator[Mistake]:
    if scenario.tariff is not None:
        yield from _of_tariff(scenario.tariff)
        return
    for i, change in enumerate(scenario.changes):
        if change.spot_market_enabled is not None:
            yield ("changes", i, MARKET[0]), "expected a [tariff] too: without one nobody says prices"
    for i, fault in enumerate(scenario.faults):
        if fault.kind == "prices_fail":
            yield ("faults", i, "kind"), "expected a [tariff] too: without one nobody is asked for prices"


def _of_tariff(tariff: TariffTable) -> Iterator[Mistake]:
    given = {"from" if name == "shown_from" else name for name in tariff.model_fields_set}
    for key in CONTRACT_KEYS if tariff.kind == "file" else FILE_KEYS:
        if key in given:
            yield ("tariff", key), f'expected none with kind = "{tariff.kind}"'
    if tariff.kind == "hp_hc":
        yield from contract_mistakes(tariff)
    elif tariff.file is None:
        yield ("tariff", "file"), 'missing, but required with kind = "file"'


def _of_charger(key: Key, charger: ChargerTable, cars: list[str]) -> Iterator[Mistake]:
    if len(charger.wiring) not in (1, 3):
        yield (*key, "wiring"), "expected one phase or three"
    if charger.max_a < charger.min_a:
        yield (*key, "max_a"), f"expected at least min_a, {charger.min_a:g}"
    if charger.can_switch and len(charger.wiring) == 1:
        yield (*key, "can_switch"), "expected false: the charger is wired to one phase"
    if charger.info.car is not None:
        yield from _named((*key, "info", "car"), charger.info.car, cars, "car")


def _repeated(table: str, names: list[str]) -> Iterator[Mistake]:
    for i, name in enumerate(names):
        if name in names[:i]:
            yield (table, i, "name"), f"expected a name of its own: {name!r} is taken"


def _named(key: Key, name: str, names: list[str], what: str) -> Iterator[Mistake]:
    if name not in names:
        yield key, f"expected the name of a {what} ({', '.join(names) or 'there is none'}), not {name!r}"


def _of_visit(key: Key, visit: Visit, chargers: list[str], cars: list[str]) -> Iterator[Mistake]:
    yield from _named((*key, "car"), visit.car, cars, "car")
    yield from _named((*key, "charger"), visit.charger, chargers, "charger")
    if visit.daily and visit.to is None:
        yield (*key, "to"), "missing, but required for a daily visit"


def _of_change(key: Key, change: Change, chargers: list[str], cars: list[str]) -> Iterator[Mistake]:
    given = change.model_fields_set - {"at", "charger"}
    if not given:
        yield key, "expected at least one setting to change"
    if change.charger is not None:
        yield from _named((*key, "charger"), change.charger, chargers, "charger")
    if change.car is not None:
        yield from _named((*key, "car"), change.car, cars, "car")
    for name in sorted(given):
        of_home = name in (*SETTINGS, *MARKET)
        if of_home == (change.charger is not None):
            wanted = "no charger: this is a setting of the home" if of_home else "a charger for this setting"
            yield (*key, name), f"expected {wanted}"


def _of_fault(key: Key, fault: Fault, chargers: list[str]) -> Iterator[Mistake]:
    if fault.kind in CHARGER_FAULTS:
        if fault.charger is None:
            yield (*key, "charger"), f"missing, but required for {fault.kind}"
        else:
            yield from _named((*key, "charger"), fault.charger, chargers, "charger")
    elif fault.charger is not None:
        yield (*key, "charger"), f"expected none: {fault.kind} is not a charger's fault"
    needed = {"clamps": "current_a", "meter_slow": "period_s"}.get(fault.kind)
    if needed is not None and getattr(fault, needed) is None:
        yield (*key, needed), f"missing, but required for {fault.kind}"
    if fault.kind == "button" and fault.power is None and fault.current_a is None:
        yield (*key, "power"), "missing: expected power or current_a for button"
