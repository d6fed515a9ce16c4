"""What the rest of the process may know of the home: an immutable view, published after each frame."""

from typing import NamedTuple

from hems_actors.core.facts import BatteryReported, ChargerReported, MeterReading
from hems_actors.core.state import Charger, State


class ChargerView(NamedTuple):
    """One charger: what it last said of itself, and what was decided for it."""

    report: ChargerReported
    on: bool
    current_ma: int
    phases: int
    issuer: int
    rule: int
    phases_mask: int
    """Grid phases it is known to load; 0 = unknown."""
    car_phase: int


class View(NamedTuple):
    """The home after event `seq`."""

    seq: int
    at_ms: int
    clock_offset_ms: int
    health: int
    reading: MeterReading
    battery: BatteryReported | None
    chargers: tuple[tuple[int, ChargerView], ...]
    """Source number and view, in the order chargers were configured."""
    alarms: tuple[tuple[int, int, int], ...]
    """Alarm, source and value of each active alarm, oldest first."""


class Published:
    """Holds the newest view; read from any thread, written by the coordinator only."""

    def __init__(self) -> None:
        self.view = view_of(State())


def view_of(state: State) -> View:
    """Return the view of *state*; it shares nothing that changes."""
    battery = state.battery
    return View(
        state.seq,
        state.at_ms,
        state.site.clock_offset_ms,
        state.site.health,
        state.meter.full,
        BatteryReported(battery.source, battery.power_w, battery.level_percent) if battery.source else None,
        tuple((source, _charger_view(charger)) for source, charger in state.chargers.items()),
        tuple((alarm, source, value) for (alarm, source), value in state.alarms.items()),
    )


def _charger_view(charger: Charger) -> ChargerView:
    point = charger.point
    return ChargerView(
        charger.report,
        point.on,
        point.current_ma,
        point.phases,
        point.issuer,
        point.rule,
        charger.map.phases_mask,
        charger.session.car_phase,
    )
