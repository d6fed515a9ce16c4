"""The state as restore events and back: what a snapshot holds.

The fold of `restored_events(state)` over an empty state equals `state`. Each row of `PARTS` is one kind in
the log (200 + its index); rows are only appended.
"""

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any, Final, NamedTuple

from hems_actors.core.errors import MalformedPartError
from hems_actors.core.facts import ChargerReported, MeterReading
from hems_actors.core.identity import Identity
from hems_actors.core.optimizer import Answer
from hems_actors.core.restored import Restored, Value
from hems_actors.core.state import (
    Battery,
    Car,
    Charger,
    ChargerConfig,
    ChargerInfo,
    Deadline,
    Draw,
    Guard,
    Ledger,
    Market,
    PhaseMap,
    Plan,
    Planning,
    Session,
    SetPoint,
    SiteConfig,
    SiteSettings,
    SiteStatus,
    State,
    note_gone,
    note_surplus,
)

Values = tuple[Value, ...]
_METER_FIELDS: Final = ("interval_ms", "signed", "changed_at_ms")
_OPTIMIZER_FIELDS: Final = ("available", "trouble", "seq")


class Part(NamedTuple):
    """One kind of restore event."""

    name: str
    fields: tuple[str, ...]
    collect: Callable[[State], Iterator[tuple[int, Values]]]
    place: Callable[[State, int, Values], None]


def restored_events(state: State) -> list[Restored]:
    """Return the restore events of *state*, in canonical order."""
    return [
        Restored(source, number, values) for number, part in enumerate(PARTS) for source, values in part.collect(state)
    ]


def restore_part(state: State, event: Restored) -> None:
    """Put one part back into *state*."""
    PARTS[event.part].place(state, event.source, event.values)


def _names(part: type[Any]) -> tuple[str, ...]:
    return tuple(item.name for item in fields(part))


def _values(part: object, names: tuple[str, ...]) -> Values:
    return tuple(getattr(part, name) for name in names)


def _put(part: object, names: tuple[str, ...], values: Values) -> None:
    """Set the fields *names*; those that an older version did not have keep what they are."""
    if len(values) > len(names):
        raise MalformedPartError(values)
    for name, value in zip(names, values, strict=False):
        setattr(part, name, value)


def _of_state(name: str, kind: type[Any], attribute: str) -> Part:
    """Return the row of a part there is one of."""
    names = _names(kind)

    def collect(state: State) -> Iterator[tuple[int, Values]]:
        yield 0, _values(getattr(state, attribute), names)

    def place(state: State, _source: int, values: Values) -> None:
        _put(getattr(state, attribute), names, values)

    return Part(name, names, collect, place)


def _of_charger(name: str, kind: type[Any], attribute: str) -> Part:
    """Return the row of a part each charger has one of."""
    names = _names(kind)

    def collect(state: State) -> Iterator[tuple[int, Values]]:
        for charger in state.chargers.values():
            yield charger.source, _values(getattr(charger, attribute), names)

    def place(state: State, source: int, values: Values) -> None:
        _put(getattr(_charger(state, source), attribute), names, values)
        note_surplus(state)

    return Part(name, names, collect, place)


def _charger(state: State, source: int) -> Charger:
    return state.chargers.setdefault(source, Charger(source))


def _collect_fact(state: State) -> Iterator[tuple[int, Values]]:
    yield 0, (state.seq, state.at_ms, state.fact_seq)


def _place_fact(state: State, _source: int, values: Values) -> None:
    _put(state, ("seq", "at_ms", "fact_seq"), values)


def _collect_guards(state: State) -> Iterator[tuple[int, Values]]:
    for phase, guard in enumerate(state.guards):
        yield phase, _values(guard, _names(Guard))


def _place_guard(state: State, source: int, values: Values) -> None:
    _put(state.guards[source], _names(Guard), values)


def _collect_meter(state: State) -> Iterator[tuple[int, Values]]:
    yield state.config.meter, _values(state.meter, _METER_FIELDS)


def _place_meter(state: State, _source: int, values: Values) -> None:
    _put(state.meter, _METER_FIELDS, values)


def _reading(name: str, which: str) -> Part:
    """Return the row of the newest reading, or the newest complete one."""
    own = (f"{which}_seq", f"{which}_at_ms")

    def collect(state: State) -> Iterator[tuple[int, Values]]:
        reading: MeterReading = getattr(state.meter, which)
        yield reading.source, _values(state.meter, own) + tuple(reading)[1:]

    def place(state: State, source: int, values: Values) -> None:
        _put(state.meter, own, values[:2])
        setattr(state.meter, which, MeterReading._make((source, *values[2:])))

    return Part(name, ("number", "read_at_ms", *MeterReading._fields[1:]), collect, place)


def _collect_samples(state: State) -> Iterator[tuple[int, Values]]:
    for sample in state.samples:
        yield 0, sample


def _place_sample(state: State, _source: int, values: Values) -> None:
    at_ms, surplus_w, sum_w_ms = _numbers(values)
    state.samples.append((at_ms, surplus_w, sum_w_ms))


def _collect_cars(state: State) -> Iterator[tuple[int, Values]]:
    for source, car in state.cars.items():
        yield source, _values(car, _names(Car))


def _place_car(state: State, source: int, values: Values) -> None:
    _put(state.cars.setdefault(source, Car()), _names(Car), values)


def _collect_reports(state: State) -> Iterator[tuple[int, Values]]:
    for charger in state.chargers.values():
        yield charger.source, (charger.report_seq, *charger.report[1:])


def _place_report(state: State, source: int, values: Values) -> None:
    charger = _charger(state, source)
    _put(charger, ("report_seq",), values[:1])
    charger.report = ChargerReported._make((source if charger.report_seq else 0, *values[1:]))


def _collect_timers(state: State) -> Iterator[tuple[int, Values]]:
    for charger in state.chargers.values():
        for timer, since_ms in enumerate(charger.timers):
            if since_ms is not None:
                yield charger.source, (timer, since_ms)


def _place_timer(state: State, source: int, values: Values) -> None:
    timer, since_ms = _numbers(values)
    _charger(state, source).timers[timer] = since_ms


def _collect_plans(state: State) -> Iterator[tuple[int, Values]]:
    for charger in state.chargers.values():
        for purpose, plan in enumerate(charger.plans):
            yield charger.source, (purpose, *_values(plan, _names(Plan)))


def _place_plan(state: State, source: int, values: Values) -> None:
    (purpose,) = _numbers(values[:1])
    _put(_charger(state, source).plans[purpose], _names(Plan), values[1:])


def _collect_optimizer(state: State) -> Iterator[tuple[int, Values]]:
    optimizer = state.optimizer
    if optimizer.seq:
        yield 0, _values(optimizer, _OPTIMIZER_FIELDS)


def _place_optimizer(state: State, _source: int, values: Values) -> None:
    _put(state.optimizer, _OPTIMIZER_FIELDS, values)


def _collect_answers(state: State) -> Iterator[tuple[int, Values]]:
    for source, answer in state.optimizer.answers.items():
        yield source, _values(answer, _names(Answer))


def _place_answer(state: State, source: int, values: Values) -> None:
    _put(state.optimizer.answers.setdefault(source, Answer()), _names(Answer), values)


def _collect_alarms(state: State) -> Iterator[tuple[int, Values]]:
    for (alarm, source), value in state.alarms.items():
        yield source, (alarm, value)


def _place_alarm(state: State, source: int, values: Values) -> None:
    alarm, value = _numbers(values)
    state.alarms[(alarm, source)] = value


def _collect_things(state: State) -> Iterator[tuple[int, Values]]:
    yield from state.things.items()


def _place_thing(state: State, source: int, values: Values) -> None:
    state.things[source] = Identity(*values)  # type: ignore[arg-type]  # as written: kind, two tuples, a flag
    note_gone(state)


def _collect_minute_signal(state: State) -> Iterator[tuple[int, Values]]:
    if state.minute_signal:
        yield 0, (True,)


def _place_minute_signal(state: State, _source: int, values: Values) -> None:
    state.minute_signal = values == (True,)


def _numbers(values: Values) -> list[int]:
    numbers = [value for value in values if isinstance(value, int)]
    if len(numbers) != len(values):
        raise MalformedPartError(values)
    return numbers


PARTS: Final[tuple[Part, ...]] = (
    Part("position_restored", ("number", "position_ms", "fact_number"), _collect_fact, _place_fact),
    _of_state("site_config_restored", SiteConfig, "config"),
    _of_state("setting_restored", SiteSettings, "settings"),
    _of_state("site_restored", SiteStatus, "site"),
    Part("guard_restored", _names(Guard), _collect_guards, _place_guard),
    Part("meter_restored", _METER_FIELDS, _collect_meter, _place_meter),
    _reading("reading_restored", "latest"),
    _reading("complete_reading_restored", "full"),
    Part("sample_restored", ("at_ms", "surplus_w", "sum_w_ms"), _collect_samples, _place_sample),
    _of_state("battery_restored", Battery, "battery"),
    Part("car_restored", _names(Car), _collect_cars, _place_car),
    _of_charger("charger_config_restored", ChargerConfig, "config"),
    _of_charger("charging_info_restored", ChargerInfo, "info"),
    Part("report_restored", ("number", *ChargerReported._fields[1:]), _collect_reports, _place_report),
    _of_charger("session_restored", Session, "session"),
    _of_charger("set_point_restored", SetPoint, "point"),
    _of_charger("action_restored", Ledger, "ledger"),
    _of_charger("phases_restored", PhaseMap, "map"),
    _of_charger("draw_restored", Draw, "draw"),
    Part("timer_restored", ("timer", "since_ms"), _collect_timers, _place_timer),
    Part("alarm_restored", ("alarm", "value"), _collect_alarms, _place_alarm),
    _of_state("planning_restored", Planning, "planning"),
    _of_state("market_restored", Market, "market"),
    _of_charger("deadline_restored", Deadline, "deadline"),
    Part("plan_restored", ("purpose", *_names(Plan)), _collect_plans, _place_plan),
    Part("thing_restored", Identity._fields, _collect_things, _place_thing),
    Part("minute_signal_restored", ("present",), _collect_minute_signal, _place_minute_signal),
    Part("optimizer_restored", _OPTIMIZER_FIELDS, _collect_optimizer, _place_optimizer),
    Part("optimizer_answer_restored", _names(Answer), _collect_answers, _place_answer),
)
