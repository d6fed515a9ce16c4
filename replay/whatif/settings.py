"""`--what-if key=value`: what is asked to be otherwise, checked against the home of the log."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from hems_actors.core import facts
from hems_actors.core.facts import Fact
from hems_actors.core.rates import Rates, flat
from hems_actors.core.state import Charger, State
from hems_actors.eventlog.brief import brief
from replay.whatif.errors import WhatIfError
from replay.whatif.record import Record
from replay.whatif.tariff import PROVIDER, read_tariff
from replay.whatif.values import Parse, flag, instant_s, mode, number_between, weekdays, zero_or

TARIFF: Final = "tariff"
_SHARE: Final = number_between(0, 1, scale=1_000)
_FUSE: Final = number_between(0, 250, scale=1_000, unit="A")
_AMPERE: Final = number_between(0, 80, scale=1_000, unit="A")
_LEAST: Final = number_between(6, 80, scale=1_000, unit="A")


class Key(NamedTuple):
    """A setting: the kind of fact, and its field, that it stands in."""

    kind: type[Fact]
    field: str
    parse: Parse | None = None
    """None = it depends on the home: a car's name, a time."""


HOME_KEYS: Final[Mapping[str, Key]] = {
    "phase_limit_a": Key(facts.SiteSettingsChanged, "phase_limit_ma", _FUSE),
    "acquisition_tolerance": Key(facts.SiteSettingsChanged, "tolerance_permille", _SHARE),
    "battery_level_consideration": Key(facts.SiteSettingsChanged, "battery_level_permille", _SHARE),
    "phase_limit_a_max": Key(facts.SiteConfigured, "phase_limit_max_ma", _FUSE),
    "unbalance_limit_a": Key(facts.SiteConfigured, "unbalance_limit_ma", _AMPERE),
    "spot_market_enabled": Key(facts.SpotMarketChanged, "enabled", flag),
}
CHARGER_KEYS: Final[Mapping[str, Key]] = {
    "mode": Key(facts.ChargingInfoChanged, "mode", mode),
    "car": Key(facts.ChargingInfoChanged, "car"),
    "priority": Key(facts.ChargingInfoChanged, "priority", number_between(-100, 100)),
    "target_percent": Key(facts.ChargingInfoChanged, "target_percent", number_between(1, 100, unit="%")),
    "max_charging_current_a": Key(facts.ChargingInfoChanged, "max_ma", zero_or(_LEAST)),
    "min_charging_current_a": Key(facts.ChargingInfoChanged, "min_ma", _LEAST),
    "end": Key(facts.ChargingInfoChanged, "end_s"),
    "repeat_days": Key(facts.ChargingInfoChanged, "repeat_mask", weekdays),
    "spot_market_charging": Key(facts.ChargingInfoChanged, "spot", flag),
    "daily_spot_market_percent": Key(facts.ChargingInfoChanged, "daily_percent", number_between(0, 100, unit="%")),
    "safe_a": Key(facts.ChargerConfigured, "safe_ma", _AMPERE),
}


class Changes(NamedTuple):
    """What is to be otherwise: fields by kind of fact and thing, and prices."""

    fields: Mapping[tuple[type[Fact], int], Mapping[str, int]]
    rates: Rates | None = None


NO_CHANGES: Final = Changes({})


def changes_of(asked: Iterable[str], record: Record) -> Changes:
    """Return what *asked*, texts like `garage.mode=Eco`, want otherwise in the home of *record*.

    Raises:
        WhatIfError: no setting, no such charger, a value that cannot be, or the same setting twice.
    """
    fields: dict[tuple[type[Fact], int], dict[str, int]] = {}
    rates: Rates | None = None
    seen: set[str] = set()
    for text in asked:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not value:
            raise WhatIfError(f"--what-if {brief(text)}: expected key=value, such as phase_limit_a=20")
        if name in seen:
            raise WhatIfError(f"--what-if {name}: asked twice")
        seen.add(name)
        try:
            if name == TARIFF:
                rates = read_tariff(value, record.local, record.from_ms, record.to_ms)
            else:
                source, key = _key(name, record)
                number = _value(key, value, record)
                fields.setdefault((key.kind, source), {})[key.field] = number
        except ValueError as error:
            raise WhatIfError(f"--what-if {name}: {error}, not {brief(value)}") from error
    _check(fields, record)
    return Changes(fields, rates)


def told_with(changes: Changes, record: Record, state: State) -> list[tuple[int, Fact]]:
    """Return what *record* was told, with *changes*; *state* is what it begins with."""
    told = [(at_ms, _changed(fact, changes)) for at_ms, fact in record.told if not _is_replaced(fact, changes)]
    said = {(type(fact), fact.source) for _, fact in told}
    first: list[tuple[int, Fact]] = []
    for (kind, source), values in changes.fields.items():
        if kind is facts.SpotMarketChanged and changes.rates is not None:
            continue
        fact = _fact(kind, source, state, values)
        if record.restored and (not source or source in state.chargers):
            first.append((record.from_ms, fact))  # it was told before the log begins
        elif (kind, source) not in said:
            _insert(told, fact)
    prices = list(_prices(changes))
    if record.restored:
        return [*first, *((record.from_ms, fact) for fact in prices), *told]
    for fact in reversed(prices):
        _insert(told, fact)
    return told


def _key(name: str, record: Record) -> tuple[int, Key]:
    charger, dot, own = name.rpartition(".")
    if not dot:
        if name in HOME_KEYS:
            return 0, HOME_KEYS[name]
        hint = " (of a charger: NAME." + name + ")" if name in CHARGER_KEYS else ""
        raise WhatIfError(f"--what-if {brief(name)}: no such setting{hint}: {', '.join([*HOME_KEYS, TARIFF])}")
    source = _named(charger, record.chargers, record)
    if source is None:
        known = ", ".join(record.names.get(number, f"thing {number}") for number in record.chargers)
        raise WhatIfError(f"--what-if {brief(name)}: no charger {brief(charger)!r} in {record.path}: {known}")
    if own not in CHARGER_KEYS:
        raise WhatIfError(f"--what-if {brief(name)}: no such setting of a charger: {', '.join(CHARGER_KEYS)}")
    return source, CHARGER_KEYS[own]


def _named(name: str, numbers: Iterable[int], record: Record) -> int | None:
    found = [number for number in numbers if record.names.get(number, f"thing {number}") == name]
    if not found:
        found = [number for number in numbers if record.names.get(number, "").lower() == name.lower()]
    return found[0] if len(found) == 1 else None


def _value(key: Key, text: str, record: Record) -> int:
    if key.parse is not None:
        return key.parse(text)
    if key.field == "end_s":
        return instant_s(text, record.local, record.from_ms)
    if text in ("0", "none"):
        return 0
    source = _named(text, record.cars, record)
    if source is None:
        known = ", ".join(record.names.get(number, f"thing {number}") for number in record.cars)
        raise ValueError(f"expected none or one of {known}" if known else "expected none: no car says anything")
    return source


def _check(fields: Mapping[tuple[type[Fact], int], Mapping[str, int]], record: Record) -> None:
    """Refuse a limit that has no effect: the configured ceiling is lower."""
    asked_ma = fields.get((facts.SiteSettingsChanged, 0), {}).get("phase_limit_ma", 0)
    configured_ma = record.state.config.phase_limit_max_ma
    ceiling_ma = fields.get((facts.SiteConfigured, 0), {}).get("phase_limit_max_ma", configured_ma)
    if ceiling_ma and asked_ma > ceiling_ma:
        raise WhatIfError(
            f"--what-if phase_limit_a: {asked_ma / 1_000:g} A is above the fuse, {ceiling_ma / 1_000:g} A: "
            "ask for phase_limit_a_max too"
        )


def _changed(fact: Fact, changes: Changes) -> Fact:
    values: Mapping[str, Any] | None = changes.fields.get((type(fact), fact.source))
    return fact if values is None else fact._replace(**values)


def _is_replaced(fact: Fact, changes: Changes) -> bool:
    kinds = (facts.SpotMarketChanged, facts.PricesKnown, facts.PricesFailed)
    return changes.rates is not None and isinstance(fact, kinds)


def _prices(changes: Changes) -> Iterator[Fact]:
    if changes.rates is not None:
        asked = changes.fields.get((facts.SpotMarketChanged, 0), {})
        yield facts.SpotMarketChanged(0, bool(asked.get("enabled", True)), PROVIDER)
        yield facts.PricesKnown(0, PROVIDER, flat(changes.rates))


def _insert(told: list[tuple[int, Fact]], fact: Fact) -> None:
    """Insert *fact* as soon as what it is about is known."""
    after = facts.ChargerConfigured if fact.source else facts.SiteConfigured
    known = (at for at, (_, said) in enumerate(told) if isinstance(said, after) and said.source == fact.source)
    at = next(known, -1)
    told.insert(at + 1, (told[max(at, 0)][0], fact))


def _fact(kind: type[Fact], source: int, state: State, values: Mapping[str, Any]) -> Fact:
    """Return a fact of *kind* as *state* has it, with *values*: its fields are called the same there."""
    charger = state.chargers.get(source) or Charger(source)
    kept: Mapping[type[Fact], object] = {
        facts.SiteSettingsChanged: state.settings,
        facts.SiteConfigured: state.config,
        facts.SpotMarketChanged: state.market,
        facts.ChargingInfoChanged: charger.info,
        facts.ChargerConfigured: charger.config,
    }
    fields = {name: getattr(kept[kind], name) for name in kind._fields[1:]}
    return kind(source, **(fields | dict(values)))
