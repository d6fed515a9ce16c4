"""A simulated home whose devices a fake nymead has: it tells what the plant does, the plant does what it is told."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from hems_actors.actors.runtime import Runtime
from hems_actors.core.enums import ThingKind, What
from hems_actors.core.identity import Identity, points_of, words_of
from hems_actors.nymea.protocol import Request
from hems_actors.sim.build import Stage
from hems_actors.sim.meter_feed import MeterFeed
from hems_actors.sim.numbers import BATTERY, METER
from hems_actors.sim.plant.meters import Shown, battery_shows, car_shows, charger_shows
from tests.nymea.fake.memory import through
from tests.nymea.fake.nymead import FakeNymead, Options
from tests.nymea.fake.session import Session
from tests.nymea.fake.things import Thing

_WRITES: Final = {"power": What.POWER, "maxChargingCurrent": What.CURRENT, "desiredPhaseCount": What.PHASES}
_NAMES: Final[Mapping[str, tuple[str, float]]] = {
    "power_on": ("power", 1),
    "current_ma": ("maxChargingCurrent", 1_000),
    "plugged_in": ("pluggedIn", 1),
    "charging": ("charging", 1),
    "phase_count": ("phaseCount", 1),
    "desired_phases": ("desiredPhaseCount", 1),
    "draw_w": ("currentPower", 1),
    "power_w": ("currentPower", 1),
    "level_percent": ("batteryLevel", 1),
    **{f"{phase.lower()}_w": (f"currentPowerPhase{phase}", 1) for phase in "ABC"},
    **{f"{phase.lower()}_ma": (f"currentPhase{phase}", 1_000) for phase in "ABC"},
    **{f"{phase.lower()}_dv": (f"voltagePhase{phase}", 10) for phase in "ABC"},
    "connected": ("connected", 1),
}
"""A field of what the plant shows, to the state's name and by what to divide."""


class HouseNymead(FakeNymead):
    """A fake nymead in front of *stage*'s plant; remembers which commands it failed."""

    def __init__(self, stage: Stage, runtime: Runtime, options: Options | None = None) -> None:
        super().__init__(through(runtime), runtime.now_ms, options)
        self.failed: list[tuple[int, int]] = []
        """When a command failed for no reason, and of which charger."""
        self.on_failed: Callable[[int, int], object] = lambda _at_ms, _number: None
        """Called with each of them."""
        self.numbers: dict[str, int] = {}
        """Number of each thing, by id."""
        self._home = stage.home
        self._runtime = runtime
        self._feed = MeterFeed(stage)
        self._meter = self._put(METER, self.add("smartMeter", "meter"))
        self._battery = None
        if stage.home.battery is not None:
            capacity_kwh = stage.home.battery.capacity_wh / 1_000
            self._battery = self._put(BATTERY, self.add("battery", "battery", capacity=capacity_kwh))
        self._chargers = {number: self._charger(name, number) for name, number in stage.numbers.chargers.items()}
        self._cars = {number: self._car(name, number) for name, number in stage.numbers.cars.items()}
        self._sun = self.add("solarInverter", "roof")
        self._step()
        self._read()
        self.begin_minutes()

    def identities(self) -> dict[int, Identity]:
        """Return each thing as events speak of it, by its number in the scenario."""
        return {
            number: Identity(_kind_of(thing), words_of(UUID(uuid).int), points_of(thing.name))
            for uuid, number in self.numbers.items()
            for thing in (self.things[uuid],)
        }

    def _fail(self, session: Session, request: Request) -> None:
        if request.method == "Integrations.ExecuteAction":
            failed = (self._runtime.now_ms(), self.numbers[request.params["thingId"]])
            self.failed.append(failed)
            self.on_failed(*failed)
        super()._fail(session, request)

    def _put(self, number: int, thing: Thing) -> Thing:
        self.numbers[thing.id] = number
        return thing

    def _charger(self, name: str, number: int) -> Thing:
        charger = self._home.chargers[number]
        thing = self._put(number, self.add("wallbox" if charger.shows.power else "wallboxNoMeter", name))
        self.set_limits(thing, "maxChargingCurrent", low=charger.min_ma / 1_000, high=charger.max_ma / 1_000)
        if not charger.can_switch:
            thing.possible["desiredPhaseCount"] = [3]

        def device(state: str, value: Any) -> None:  # noqa: ANN401 - any JSON value
            self._home.advance(self._runtime.now_ms())
            milli = 1_000 if state == "maxChargingCurrent" else 1
            self._home.write(number, _WRITES[state], round(value * milli))
            self._show(thing, charger_shows(self._home, charger))

        thing.device = device
        return thing

    def _car(self, name: str, number: int) -> Thing:
        car = self._home.cars[number]
        limits = {"minChargingCurrent": car.min_ma / 1_000, "phaseCount": car.phases}
        return self._put(number, self.add("genericCar", name, capacity=car.capacity_wh / 1_000, **limits))

    def _step(self) -> None:
        """Let the plant's things say what they show, every step of it."""
        home = self._home
        home.advance(self._runtime.now_ms())
        for number, charger in home.chargers.items():
            self._show(self._chargers[number], charger_shows(home, charger))
        plugged = {charger.car.number for charger in home.chargers.values() if charger.car is not None}
        for number, thing in self._cars.items():
            shows = car_shows(home.cars[number], plugged_in=number in plugged)
            self._show(thing, {name: shows[name] for name in ("level_percent", "plugged_in")})
        if self._battery is not None and home.battery is not None:
            self._show(self._battery, battery_shows(home.battery))
        self.later(home.step_ms, self._step)

    def _read(self) -> None:
        now_ms = self._runtime.now_ms()
        self._home.advance(now_ms)
        with self.burst():
            self._show(self._sun, {"power_w": -round(self._home.house.pv_w)})
            self._show(self._meter, self._feed.read(now_ms))
        self.later(self._feed.next_ms - now_ms, self._read)

    def _show(self, thing: Thing, shows: Shown) -> None:
        if thing.id not in self.things:
            return
        for name, value in shows.items():
            if name in _NAMES and value is not None:
                state, per_unit = _NAMES[name]
                if state in thing.values:
                    self.set_state(thing, state, value if isinstance(value, bool) else value / per_unit)


def _kind_of(thing: Thing) -> ThingKind:
    kinds = {
        "evcharger": ThingKind.CHARGER,
        "energymeter": ThingKind.METER,
        "energystorage": ThingKind.BATTERY,
        "electricvehicle": ThingKind.CAR,
    }
    return next(kind for interface, kind in kinds.items() if thing.has(interface))
