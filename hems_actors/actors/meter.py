"""The root meter's actor: one reading per burst, and at once when a phase is above the limit."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from hems_actors.actors.messages import (
    BurstEnded,
    LimitChanged,
    Mark,
    Marked,
    StandingWanted,
    StatesChanged,
    StateValue,
)
from hems_actors.actors.runtime import Behaviour, Place, TimerHandle
from hems_actors.core.electric import reading_currents_ma
from hems_actors.core.facts import MeterReading, ThingConnected
from hems_actors.core.state import Meter as MeterState

QUIET_MS: Final = 300
"""A burst without an end of its own is over after this long without a state (facts/charging.md)."""

_PHASES: Final = tuple((f"{phase}_w", f"{phase}_ma", f"{phase}_dv") for phase in "abc")
_CURRENTS: Final = ("a_ma", "b_ma", "c_ma")
_FIELDS: Final = ("power_w", *(name for unit in ("w", "ma", "dv") for name in (f"a_{unit}", f"b_{unit}", f"c_{unit}")))


class Quiet(NamedTuple):
    """Meter actor to itself: look whether the burst is over."""


class Meter(Behaviour):
    """Tells `MeterReading` once per burst, and `ThingConnected` when the meter says so."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._values: dict[str, StateValue] = dict.fromkeys(_FIELDS)
        self._connected: StateValue = None
        self._known = MeterState()
        self._limit_ma = 0
        self._changed_at_ms: int | None = None
        """When the newest state of an open burst was received; None between bursts."""
        self._quiet: TimerHandle | None = None

    def on_start(self) -> None:
        """Ask for the limit."""
        self.coordinator.tell(StandingWanted(self.place.source))

    def on_receive(self, message: StatesChanged | BurstEnded | LimitChanged | Mark | Quiet) -> None:
        """Merge states and tell a reading when they are complete, or dangerous."""
        if isinstance(message, StatesChanged):
            self._merge(message)
        elif isinstance(message, BurstEnded):
            self._burst_ended(message.received_at_ms)
        elif isinstance(message, LimitChanged):
            self._limit_ma = message.limit_ma
        elif isinstance(message, Mark):
            message.reply_to.tell(Marked(message.number, self.place.source))
        else:
            self._look()

    def _merge(self, message: StatesChanged) -> None:
        values = dict(message.values)
        connected = values.pop("connected", self._connected)
        if connected is not None and (connected != self._connected or message.read_back):
            self._connected = connected
            self.coordinator.tell(ThingConnected(self.place.source, bool(connected)))
        if not values:
            return
        self._values.update(values)
        self._known.signed = self._known.signed or any((values.get(name) or 0) < 0 for name in _CURRENTS)
        self._changed_at_ms = message.received_at_ms
        if message.read_back:
            self._complete(message.received_at_ms)
        else:
            if self._limit_ma:
                self._tell_if_above(values.keys(), message.received_at_ms)
            self._wait(QUIET_MS)

    def _tell_if_above(self, changed: Iterable[str], received_at_ms: int) -> None:
        """Tell what is known so far if a phase that just changed is above the limit."""
        reading = self._reading(received_at_ms, complete=False)
        names = frozenset(changed)
        single = reading.a_w is None and reading.a_ma is None and "power_w" in names
        for phase, current_ma in zip(_PHASES, reading_currents_ma(reading, self._known), strict=True):
            if current_ma > self._limit_ma and (single or not names.isdisjoint(phase)):
                self.coordinator.tell(reading)
                return

    def _burst_ended(self, received_at_ms: int) -> None:
        """Tell the burst's reading; a burst of others says nothing about a meter without its device."""
        if self._connected or self._connected is None or self._changed_at_ms is not None:
            self._complete(received_at_ms)

    def _complete(self, received_at_ms: int) -> None:
        """Tell a complete reading; nothing is told before the meter said anything."""
        self._changed_at_ms = None
        if self._quiet is not None:
            self._quiet.cancel()
            self._quiet = None
        if any(value is not None for value in self._values.values()):
            self.coordinator.tell(self._reading(received_at_ms, complete=True))

    def _reading(self, received_at_ms: int, *, complete: bool) -> MeterReading:
        age_ms = max(0, self.place.runtime.now_ms() - received_at_ms)
        return MeterReading(self.place.source, age_ms, complete, *self._values.values())

    def _wait(self, delay_ms: int) -> None:
        """Hold one timer per burst, however many states it has."""
        if self._quiet is None:
            self._quiet = self.place.runtime.call_later(delay_ms, self.place.me, Quiet())

    def _look(self) -> None:
        """End the burst if nothing came for long enough, else look again when that may be."""
        if self._changed_at_ms is None:
            return
        self._quiet = None
        quiet_ms = self.place.runtime.now_ms() - self._changed_at_ms
        if quiet_ms >= QUIET_MS:
            self._complete(self._changed_at_ms)
        else:
            self._wait(QUIET_MS - quiet_ms)
