"""How each deadline ended, as the log says it, and the level that the car had in truth."""

from dataclasses import dataclass

from hems_actors.core.enums import Ending
from hems_actors.core.outcomes import DeadlineJudged
from hems_actors.sim.plant.cars import Car
from hems_actors.sim.plant.home import Home


@dataclass(slots=True)
class Entry:
    """One deadline of one charger."""

    charger: int
    car: int | None
    deadline_s: int
    ending: int = Ending.SET
    """`SET` = it was still pursued when the scenario ended."""
    ended_at_ms: int | None = None
    missed_wh: int | None = None
    """What was still needed at the deadline, if it was missed."""
    level_percent: float | None = None
    """When it was missed, else when it ended."""


class DeadlineBook:
    """Keeps an entry for each deadline that was ever set."""

    def __init__(self, home: Home) -> None:
        """Look at cars in *home*."""
        self._home = home
        self._entries: dict[tuple[int, int], Entry] = {}

    def entries(self) -> list[Entry]:
        """Return them by deadline, then by charger."""
        return sorted(self._entries.values(), key=lambda entry: (entry.deadline_s, entry.charger))

    def see(self, at_ms: int, event: DeadlineJudged) -> None:
        """Note what *event* says."""
        key = (event.source, event.deadline_s)
        car = self._home.chargers[event.source].car
        entry = self._entries.get(key)
        if entry is None or event.ending == Ending.SET:
            entry = self._entries[key] = Entry(event.source, None if car is None else car.number, event.deadline_s)
        entry.ending = event.ending
        if event.ending == Ending.SET:
            return
        if event.ending == Ending.MISSED:
            entry.missed_wh = event.need_wh
        else:
            entry.ended_at_ms = at_ms
        if entry.level_percent is None:
            entry.level_percent = self._level_percent(entry, car)

    def _level_percent(self, entry: Entry, plugged: Car | None) -> float | None:
        """Return the level of *entry*'s car: now, or when it left, if it is gone."""
        if entry.car is None:
            return None
        car = self._home.cars[entry.car]
        return car.level_percent if car is plugged or not car.departures_percent else car.departures_percent[-1]
