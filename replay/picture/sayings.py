"""What to say of an event that is worth a mark."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from hems_actors.core import facts, outcomes
from hems_actors.core.enums import CarPhase, Ending, Health, PlanCause, Purpose
from hems_actors.eventlog.localtime import LocalTime
from replay.picture.words import (
    energy_text,
    phases_text,
    power_text,
    price_text,
    runs_text,
    time_text,
    value_text,
    wall_text,
)

Names = Mapping[int, str]
Lines = tuple[tuple[str, str], ...]


class Said(NamedTuple):
    """A title and labelled lines; `source` where the mark belongs to another thing than the event's."""

    kind: str
    title: str
    lines: Lines = ()
    serious: bool = False
    source: int = 0


Saying = Callable[[Any, LocalTime, Names], Said | None]


def _plan(event: outcomes.PlanMade, local: LocalTime, _names: Names) -> Said:
    purpose = "the deadline" if event.purpose == Purpose.DEADLINE else "the day"
    because = ("Because", f"{value_text('cause', event.cause)} (#{event.cause_seq})")
    if event.cause == PlanCause.NONE:
        because = ("Because", "it is the first one")
    if not event.until_s:
        return Said("plan", f"No plan for {purpose} any more", (because,))
    until = wall_text(local, event.until_s)
    lines = [
        because,
        ("Needs", f"{energy_text(event.need_wh)} until {until}"),
        ("Charges", runs_text(local, event.runs)),
        ("With", f"up to {value_text('current_ma', event.current_ma)} on {phases_text(event.phases_mask)}"),
    ]
    if event.price_ueur_kwh:
        lines.append(("Mean price", price_text(event.price_ueur_kwh)))
    if event.base_w:
        lines.append(("Besides", f"{power_text(event.base_w)} outside of these times"))
    if event.unpriced_wh:
        lines.append(("Without price", energy_text(event.unpriced_wh)))
    if event.assumed:
        lines.append(("Assumed", value_text("assumed", event.assumed).replace("+", ", ")))
    return Said("plan", f"Plan for {purpose}, {until}: {energy_text(event.need_wh)}", tuple(lines))


_ENDINGS: Final[dict[int, str]] = {
    Ending.SET: "is set: {need} needed",
    Ending.MET: "is met",
    Ending.MISSED: "is missed: {need} are still needed",
    Ending.EXPIRED: "expired: {need} were still needed",
    Ending.UNPLUGGED: "is over: the car left, {need} were needed",
    Ending.REMOVED: "was taken back",
    Ending.PAST: "was past when it was set: ignored",
}


def _deadline(event: outcomes.DeadlineJudged, local: LocalTime, _names: Names) -> Said:
    text = _ENDINGS.get(event.ending, value_text("ending", event.ending))
    title = f"Deadline {wall_text(local, event.deadline_s)} {text.format(need=energy_text(event.need_wh))}"
    return Said("plan", title, serious=event.ending in (Ending.MISSED, Ending.EXPIRED))


def _alarm(event: outcomes.AlarmChanged, _local: LocalTime, _names: Names) -> Said:
    name = value_text("alarm", event.alarm)
    lines = (("Value", str(event.value)),)
    return Said("alarm", f"Alarm: {name}" if event.active else f"Alarm over: {name}", lines, serious=event.active)


_CAR: Final = {
    CarPhase.IDLE: "Car does not draw",
    CarPhase.DRAWING: "Car draws",
    CarPhase.FINISHED: "Car is finished: it stopped drawing",
    CarPhase.NUDGED: "Car was woken: off and on again",
    CarPhase.REFUSES: "Car takes no power",
}


def _car(event: outcomes.CarJudged, _local: LocalTime, _names: Names) -> Said:
    title = next((text for phase, text in _CAR.items() if phase == event.car_phase), f"Car: {event.car_phase}")
    lines = (("Draws", value_text("draw_ma", event.draw_ma)),)
    return Said("car", title, lines, serious=event.car_phase == CarPhase.REFUSES)


def _deviation(event: outcomes.DeviationSeen, _local: LocalTime, _names: Names) -> Said:
    value = {2: value_text("value_ma", event.value), 1: "on" if event.value else "off"}.get(
        event.what, str(event.value)
    )
    why = value_text("deviation", event.deviation)
    return Said("car", f"Charger shows {value}, not ordered by this program: {why}")


def _phases(event: outcomes.PhasesJudged, _local: LocalTime, _names: Names) -> Said:
    return Said("car", f"Charges on {phases_text(event.phases_mask)}: {value_text('knowledge', event.knowledge)}")


def _capped(event: outcomes.UnderuseCapped, _local: LocalTime, _names: Names) -> Said:
    if not event.cap_ma:
        return Said("car", "Offer is no longer held down")
    return Said("car", f"Offer held at {value_text('cap_ma', event.cap_ma)}: the car takes less than it was offered")


def _timer(event: outcomes.TimerSet, local: LocalTime, _names: Names) -> Said:
    name = value_text("timer", event.timer)
    lines = (("Value", str(event.value)), ("Threshold", str(event.threshold)))
    if event.since_ms is None:
        return Said("car", f"Timer ended: {name}", lines)
    return Said("car", f"Timer runs since {time_text(local, event.since_ms)}: {name}", lines)


def _health(event: outcomes.HealthJudged, _local: LocalTime, _names: Names) -> Said:
    good = event.health in (Health.GOOD, Health.CACHED)
    return Said("home", f"Readings: {value_text('health', event.health)}", serious=not good)


def _cut(event: outcomes.PhaseCut, _local: LocalTime, _names: Names) -> Said:
    phase, reading = value_text("phase", event.phase), value_text("reading_ma", event.reading_ma)
    if event.over_ma <= 0:
        return Said("alarm", f"Phase {phase} is back under its limit: {reading}")
    lines = (
        ("Above the limit by", value_text("over_ma", event.over_ma)),
        ("Taken off", value_text("taken_ma", event.taken_ma)),
    )
    return Said("alarm", f"Phase {phase} is over its limit: {reading}", lines, serious=True)


def _info(event: facts.ChargingInfoChanged, local: LocalTime, names: Names) -> Said:
    lines = [
        ("Mode", value_text("mode", event.mode)),
        ("Car", names.get(event.car, "none")),
        ("Target", value_text("target_percent", event.target_percent)),
        ("Current", f"{value_text('min_ma', event.min_ma)} to {value_text('max_ma', event.max_ma or None)}"),
        ("Priority", str(event.priority)),
    ]
    if event.end_s:
        lines.append(("Deadline", wall_text(local, event.end_s)))
    if event.spot:
        lines.append(("Spot market", f"{event.daily_percent} % of the battery a day"))
    return Said("user", "Settings of the charger", tuple(lines))


def _settings(event: facts.SiteSettingsChanged, _local: LocalTime, _names: Names) -> Said:
    limit = value_text("phase_limit_ma", event.phase_limit_ma) if event.phase_limit_ma else "as configured"
    lines = (
        ("Limit per phase", limit),
        ("Tolerance", f"{event.tolerance_permille / 10:g} %"),
        ("Battery first up to", f"{event.battery_level_permille / 10:g} %"),
    )
    return Said("user", "Settings of the home", lines)


def _prices(event: facts.PricesKnown, local: LocalTime, _names: Names) -> Said:
    slots = event.slots
    if not slots:
        return Said("home", "Prices: none known")
    known = f"{wall_text(local, slots[0])} to {wall_text(local, slots[-2])}"
    values = slots[2::3]
    lines = (
        ("Of", value_text("provider", event.provider)),
        ("From, to", known),
        ("Lowest, highest", f"{price_text(min(values))}, {price_text(max(values))}"),
    )
    return Said("home", f"Prices known up to {wall_text(local, slots[-2])}", lines)


def _fixed(kind: str, title: str, *, serious: bool = False) -> Saying:
    """Return a saying that is always the same."""
    return lambda _event, _local, _names: Said(kind, title, serious=serious)


def _flag(field: str, kind: str, yes: str, no: str, *, serious: bool = False) -> Saying:
    """Return a saying that depends on a flag."""

    def say(event: Any, _local: LocalTime, _names: Names) -> Said:  # noqa: ANN401 - any event with that field
        flag = getattr(event, field)
        return Said(kind, yes if flag else no, serious=serious and not flag)

    return say


def _optimizer(event: facts.OptimizerAnswered, _local: LocalTime, _names: Names) -> Said:
    wanted = value_text("target_ma", event.target_ma) if event.target_ma else "off"
    return Said("home", f"Optimizer wants {wanted} for {event.valid_s} s", (("Phases", str(event.phases)),))


SAYINGS: Final[dict[type, Saying]] = {
    outcomes.PlanMade: _plan,
    outcomes.DeadlineJudged: _deadline,
    outcomes.AlarmChanged: _alarm,
    outcomes.CarJudged: _car,
    outcomes.DeviationSeen: _deviation,
    outcomes.PhasesJudged: _phases,
    outcomes.UnderuseCapped: _capped,
    outcomes.TimerSet: _timer,
    outcomes.HealthJudged: _health,
    outcomes.PhaseCut: _cut,
    facts.ChargingInfoChanged: _info,
    facts.SiteSettingsChanged: _settings,
    facts.PricesKnown: _prices,
    facts.PricesFailed: lambda event, _local, _names: Said(
        "home", f"Prices could not be fetched: {value_text('failure', event.failure)}", serious=True
    ),
    facts.SpotMarketChanged: _flag("enabled", "user", "Prices are used", "Prices are not used"),
    facts.OptimizerChanged: _flag("available", "home", "Optimizer can be asked", "Optimizer cannot be asked"),
    facts.OptimizerAnswered: _optimizer,
    facts.LinkChanged: _flag("up", "home", "Link to the devices is up", "Link to the devices is lost", serious=True),
    facts.ThingConnected: _flag("connected", "home", "Meter can be reached", "Meter cannot be reached", serious=True),
    facts.Restarted: _fixed("home", "The program started"),
    facts.ExitRequested: _fixed("home", "The program is told to end"),
    facts.CoreFailed: _fixed("alarm", "The decision code failed; the program ended", serious=True),
    facts.Quarantined: _fixed("alarm", "An event is passed over: the state cannot take it", serious=True),
    facts.RecoveredWithLoss: _fixed("alarm", "Started with events lost", serious=True),
    facts.LogLost: _fixed("alarm", "The log cannot be written: nothing may add load", serious=True),
    facts.LogResumed: _fixed("home", "The log goes on"),
    facts.FailSafeOrdered: _fixed("alarm", "Fail-safe mode: the core failed too often", serious=True),
    facts.ClockOffset: lambda event, _local, _names: Said(
        "home", f"Wall clock is {event.offset_ms / 1000:g} s ahead of the log's own"
    ),
    facts.ThingAdded: lambda event, _local, names: Said("home", f"{names.get(event.source, 'A thing')} is there"),
    facts.ThingRemoved: lambda event, _local, names: Said("home", f"{names.get(event.source, 'A thing')} is gone"),
    facts.MinuteSignalLost: _fixed("home", "The server's minute entries stay away"),
}
"""Kinds that are marks. Those not here are curves, decisions, or parts of an action's mark."""
