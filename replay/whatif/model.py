"""A record made a plant: house, chargers, cars and battery, and all that happens to them from outside."""

from typing import Final, NamedTuple

from hems_actors.core.facts import CarReported
from hems_actors.sim.plant.faults import Unplug
from hems_actors.sim.plant.home import Home, Parts
from replay.whatif.battery import battery_of, battery_phases
from replay.whatif.cars import fleet_of
from replay.whatif.chargers import charger_of, draws_at_once, happenings_of
from replay.whatif.house import house_of, phases_of
from replay.whatif.plugging import find_sessions
from replay.whatif.record import Record, is_measured
from replay.whatif.sessions import disbelieve, find_cars, visits_of
from replay.whatif.silence import silences_of
from replay.whatif.times import Grid, grid_of

_POLLS_S_MAX: Final = 60
_POLLS_MS: Final = 5_000
"""Of devices whose record does not tell how often they are read."""


class Model(NamedTuple):
    """The devices of a recorded home, ready to be played once, and how they are read."""

    home: Home
    polls: Grid
    """When chargers, cars and battery are read."""
    readings: Grid | None
    """When the root meter is read; None = when it was in the record."""
    cars: dict[int, CarReported]
    """What each car said first: which states it has."""
    phases: int
    assumed: tuple[str, ...]


def model_of(record: Record) -> Model:
    """Return the devices of *record* as they were when it began."""
    inferred = find_sessions(record)
    find_cars(record)
    inferred += disbelieve(record)
    phases = phases_of(record)
    on = battery_phases(record, phases)
    house = house_of(record, on)
    battery, assumed = battery_of(record, on)
    found = grid_of(record.device_ms, _POLLS_S_MAX)
    polls = found or Grid(_POLLS_MS, record.from_ms % _POLLS_MS)
    readings = grid_of([at_ms for at_ms, _reading in record.readings])
    fleet = fleet_of(record, visits_of(record), house.voltage_dv)
    chargers = []
    happenings = list(fleet.happenings)
    for source in record.chargers:
        name = record.names.get(source, f"thing {source}")
        charger, notes = charger_of(record, source, house.wirings[source], found)
        chargers.append(charger)
        happenings += happenings_of(record, source)
        if source in house.guessed:
            where = "".join("ABC"[phase] for phase in house.wirings[source])
            notes.append(f"{name} loads {where}: so the house moves least")
        if not is_measured(record, source):
            notes.append(f"{name} measures nothing: what it delivers is what the manager takes it to deliver")
        assumed += notes
    start_ms = polls.last_ms(record.from_ms)
    happenings = [item._replace(at_ms=start_ms) if item.at_ms <= record.from_ms else item for item in happenings]
    happenings.sort(key=lambda item: (item.at_ms, not isinstance(item, Unplug)))
    parts = Parts(house.steps, happenings, chargers, fleet.cars, battery, house.voltage_dv)
    home = _home(record, start_ms, polls.period_ms, parts)
    read = f"chargers, cars and battery are read every {polls.period_ms / 1_000:g} s"
    silent = [
        f"the root meter says nothing from {_clock(record, silence.from_ms)} to {_clock(record, silence.to_ms)}"
        for silence in silences_of(record)
    ]
    assumed = [read, *silent, *assumed, *inferred, *fleet.assumed]
    return Model(home, polls, readings, fleet.reported, phases, tuple(assumed))


def _home(record: Record, start_ms: int, step_ms: int, parts: Parts) -> Home:
    """Return the home as it was at *start_ms*: who drew then draws at once."""
    at_once = [charger for charger in parts.chargers if draws_at_once(charger, record.chargers[charger.number])]
    delays_ms = [charger.reaction_ms for charger in at_once]
    for charger in at_once:
        charger.reaction_ms = 0
    home = Home(start_ms, step_ms, parts)
    for charger, delay_ms in zip(at_once, delays_ms, strict=True):
        charger.reaction_ms = delay_ms
        if charger.car is not None:
            charger.car.naps = 0
    return home


def _clock(record: Record, at_ms: int) -> str:
    return record.local.text(at_ms)[:19].replace("T", " ")
