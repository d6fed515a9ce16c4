"""The simulated link: stands where the nymea link stands, with a plant behind it instead of devices."""

from typing import NamedTuple

from hems_actors.actors.directory import HOME
from hems_actors.actors.messages import Answered, BurstEnded, Call, ReadBack, Recipient, StatesChanged
from hems_actors.actors.runtime import Behaviour, Place
from hems_actors.core.facts import LinkChanged
from hems_actors.sim.build import Stage
from hems_actors.sim.happenings import within
from hems_actors.sim.meter_feed import MeterFeed, windows_of
from hems_actors.sim.numbers import BATTERY, METER
from hems_actors.sim.plant.meters import Shown, battery_shows, car_shows, charger_shows


class Begin(NamedTuple):
    """Runner to link: connect and begin to read."""


class Step(NamedTuple):
    """Link to itself: time to read something."""


class AllRead(NamedTuple):
    """Link to itself: every thing was read; what the readings led to is queued before this."""


class Reply(NamedTuple):
    """Link to itself: the device answers now."""

    token: int
    result: int
    to: Recipient


class SimLink(Behaviour):
    """Reads the plant at its times, passes writes to it, and loses the connection when the scenario says so."""

    def __init__(self, place: Place, stage: Stage) -> None:
        super().__init__(place)
        self._me = place.me
        self._home = stage.home
        self._meter = MeterFeed(stage)
        self._lost = windows_of(stage, "link_lost")
        self._edges_ms = sorted(edge_ms for window in self._lost for edge_ms in window)
        self._cars = [car for car in stage.home.cars.values() if car.reports]
        self._shown: dict[int, Shown] = {}
        self._version = -1
        self._levels: dict[int, int] = {}
        self._up = False
        self._things_ms = stage.moments.start_ms

    def on_receive(self, message: Begin | Step | Call | Reply | ReadBack | AllRead) -> None:
        """Advance the plant to now, then do what the message asks."""
        now_ms = self.place.runtime.now_ms()
        self._home.advance(now_ms)
        if isinstance(message, (Step, Begin)):
            self._step(now_ms)
        elif isinstance(message, Call):
            self._call(message, now_ms)
        elif isinstance(message, Reply):
            if self._up:
                message.to.tell(Answered(message.token, message.result))
        elif isinstance(message, ReadBack):
            if self._up:
                self._read_all(message.thing, message.reply_to, now_ms)
        else:
            self.coordinator.tell(LinkChanged(HOME, up=True))

    def _step(self, now_ms: int) -> None:
        up = not within(now_ms, self._lost)
        if up and not self._up:
            self._connect(now_ms)
        elif self._up and not up:
            self._up = False
            self.coordinator.tell(LinkChanged(HOME, up=False))
        elif up:
            self._read(now_ms)
        if now_ms >= self._things_ms:
            self._things_ms = now_ms + self._home.step_ms
        if now_ms >= self._meter.next_ms:
            self._meter.read(now_ms)
        while self._edges_ms and self._edges_ms[0] <= now_ms:
            del self._edges_ms[0]
        next_ms = min(self._things_ms, self._meter.next_ms, *self._edges_ms[:1])
        self.place.runtime.call_later(next_ms - now_ms, self._me, Step())

    def _read(self, now_ms: int) -> None:
        if now_ms >= self._things_ms:
            home, tell = self._home, self._tell_changed
            if home.battery is not None:
                tell(BATTERY, battery_shows(home.battery), now_ms)
            changed = home.version != self._version
            if changed:
                self._version = home.version
                for number, charger in home.chargers.items():
                    tell(number, charger_shows(home, charger), now_ms)
            for car in self._cars:
                level_percent = int(car.level_percent)
                if changed or level_percent != self._levels.get(car.number):
                    self._levels[car.number] = level_percent
                    tell(car.number, self._car_shows(car.number), now_ms)
        if now_ms >= self._meter.next_ms:
            states = self._meter.read(now_ms)
            if states:
                meter = self.place.directory[METER]
                meter.tell(StatesChanged(states, now_ms))
                meter.tell(BurstEnded(now_ms))

    def _tell_changed(self, number: int, shows: Shown, now_ms: int) -> None:
        if self._shown.get(number) != shows:
            self._shown[number] = shows
            self.place.directory[number].tell(StatesChanged(shows, now_ms))

    def _connect(self, now_ms: int) -> None:
        self._up = True
        home = self._home
        things = [*home.chargers, *(car.number for car in self._cars)]
        things += [BATTERY] if home.battery is not None else []
        things += [METER] if self._meter.present else []
        for number in things:
            self._read_all(number, self.place.directory[number], now_ms)
        self.place.me.tell(AllRead())

    def _read_all(self, number: int, reply_to: Recipient, now_ms: int) -> None:
        home = self._home
        if number == METER:
            shows = self._meter.read_all(now_ms)
        elif number == BATTERY and home.battery is not None:
            shows = self._shown[number] = battery_shows(home.battery)
        elif number in home.chargers:
            shows = self._shown[number] = charger_shows(home, home.chargers[number])
        else:
            shows = self._shown[number] = self._car_shows(number)
        reply_to.tell(StatesChanged(shows, now_ms, read_back=True))

    def _call(self, call: Call, now_ms: int) -> None:
        if not self._up:
            return
        treatment = self._home.write(call.thing, call.what, call.value)
        self._tell_changed(call.thing, charger_shows(self._home, self._home.chargers[call.thing]), now_ms)
        delay_ms = treatment.answer_at_ms - now_ms
        reply = Reply(call.token, treatment.result, call.reply_to)
        self.place.runtime.call_later(delay_ms, self.place.me, reply)

    def _car_shows(self, number: int) -> Shown:
        car = self._home.cars[number]
        plugged_in = any(charger.car is car for charger in self._home.chargers.values())
        return car_shows(car, plugged_in=plugged_in)
