"""Is the car finished, asleep, gone, or taking less than offered (charging.md sections 7 and 11)?"""

from typing import Final

from hems_actors.core.electric import DRAWING_MA, bounds_ma, draw_ma, has_meter, is_drawing, offer_ma
from hems_actors.core.enums import Alarm, CarPhase, Timer
from hems_actors.core.outcomes import AlarmChanged, CarJudged, Judgement, UnderuseCapped
from hems_actors.core.state import Charger, State
from hems_actors.core.steps import SETTLE_MS
from hems_actors.core.timers import has_elapsed, run_timer
from hems_actors.core.units import MINUTE_MS, SECOND_MS, floor_to

_CAR_TAKES_NO_POWER: Final = Alarm.CAR_TAKES_NO_POWER  # a plain name costs a tenth of the look-up in its class
_DRAWING: Final = CarPhase.DRAWING
_FINISHED: Final = CarPhase.FINISHED
_NUDGED: Final = CarPhase.NUDGED
_REFUSES: Final = CarPhase.REFUSES
_ASLEEP: Final = Timer.ASLEEP
_RESUMED: Final = Timer.RESUMED
_UNDERUSED: Final = Timer.UNDERUSED
_UNPLUGGED: Final = Timer.UNPLUGGED
_UNTIL_DRAWING: Final = (Timer.FINISHED, _ASLEEP)
FINISHED_MS: Final = 5 * MINUTE_MS
RESUMED_MS: Final = 60 * SECOND_MS
ASLEEP_MS: Final = 120 * SECOND_MS
UNPLUGGED_MS: Final = 10 * MINUTE_MS
UNDERUSED_MS: Final = 60 * SECOND_MS
UNDERUSED_MA: Final = 2_000
NUDGE_MS: Final = 10 * SECOND_MS
NUDGES_MAX: Final = 2
RESUME_PERCENT: Final = 3

DELAYS_MS: Final = (
    (Timer.FINISHED, FINISHED_MS),
    (_RESUMED, RESUMED_MS),
    (_ASLEEP, ASLEEP_MS),
    (_UNPLUGGED, UNPLUGGED_MS),
    (_UNDERUSED, UNDERUSED_MS),
)


def judge_cars(state: State) -> list[Judgement]:
    """Return what changed about the cars."""
    found: list[Judgement] = []
    if not state.site.link_up:
        return found  # timers pause (charging.md section 10)
    for charger in state.chargers.values():
        alarmed = (_CAR_TAKES_NO_POWER, charger.source) in state.alarms
        if alarmed and charger.session.car_phase != _REFUSES:
            found.append(AlarmChanged(charger.source, _CAR_TAKES_NO_POWER, active=False, value=0))
        if charger.session.plugged and charger.report_seq:
            found.extend(_judge_car(state, charger))
    return found


def is_enabled(charger: Charger) -> bool:
    """Return whether the charger offers power: decided, commanded and shown."""
    return charger.point.on and charger.report.power_on and charger.ledger.known_on


def is_nudging(state: State, charger: Charger) -> bool:
    """Return whether the off of an off-on is under way."""
    session = charger.session
    return (
        session.car_phase == _NUDGED
        and session.nudged_at_ms is not None
        and state.at_ms - session.nudged_at_ms < NUDGE_MS
    )


def _judge_car(state: State, charger: Charger) -> list[Judgement]:
    drawing = is_drawing(charger)
    if drawing is None:
        return []
    enabled = is_enabled(charger)
    draw = draw_ma(charger)
    idle = enabled and not drawing
    if charger.report.plugged_in is None and idle and has_elapsed(state, charger, _UNPLUGGED, UNPLUGGED_MS):
        return [CarJudged(charger.source, CarPhase.IDLE, draw)]
    found = _judge_progress(state, charger, drawing=drawing, idle=idle, draw=draw)
    if charger.report.plugged_in is None:
        found += run_timer(state, charger, _UNPLUGGED, holds=idle, value=draw, threshold=DRAWING_MA)
    return found + _judge_underuse(state, charger, enabled=enabled and drawing, draw=draw)


def _judge_progress(state: State, charger: Charger, *, drawing: bool, idle: bool, draw: int) -> list[Judgement]:
    """Drawing, finished and resumed, or never drawn."""
    session = charger.session
    found: list[Judgement] = []
    if session.car_phase == _FINISHED:
        found += run_timer(state, charger, _RESUMED, holds=drawing, value=draw, threshold=DRAWING_MA)
        if has_elapsed(state, charger, _RESUMED, RESUMED_MS) or _level_fell(state, charger):
            found.append(CarJudged(charger.source, _DRAWING, draw))
    elif drawing:
        for timer in _UNTIL_DRAWING:
            found += run_timer(state, charger, timer, holds=False, value=draw, threshold=DRAWING_MA)
        if session.car_phase != _DRAWING:
            found.append(CarJudged(charger.source, _DRAWING, draw))
    elif session.drew:
        found += run_timer(state, charger, Timer.FINISHED, holds=idle, value=draw, threshold=DRAWING_MA)
        if idle and has_elapsed(state, charger, Timer.FINISHED, FINISHED_MS):
            found.append(CarJudged(charger.source, _FINISHED, draw))
    elif session.car_phase != _REFUSES and charger.report.plugged_in is not None:
        found += _judge_sleeper(state, charger, idle=idle, draw=draw)
    return found


def _judge_sleeper(state: State, charger: Charger, *, idle: bool, draw: int) -> list[Judgement]:
    """A car that never drew: off and on again, twice at most, then it refuses."""
    found: list[Judgement] = list(run_timer(state, charger, _ASLEEP, holds=idle, value=draw, threshold=DRAWING_MA))
    if idle and has_elapsed(state, charger, _ASLEEP, ASLEEP_MS):
        if charger.session.nudges < NUDGES_MAX:
            found.append(CarJudged(charger.source, _NUDGED, draw))
        else:
            found.append(CarJudged(charger.source, _REFUSES, draw))
            found.append(AlarmChanged(charger.source, _CAR_TAKES_NO_POWER, active=True, value=NUDGES_MAX))
    return found


def _level_fell(state: State, charger: Charger) -> bool:
    car = state.cars.get(charger.info.car)
    finished = charger.session.finished_percent
    if car is None or car.level_percent is None or finished is None:
        return False
    return car.level_percent <= finished - RESUME_PERCENT


def _judge_underuse(state: State, charger: Charger, *, enabled: bool, draw: int) -> list[Judgement]:
    """An offer more than 2 A above the draw for 60 s is lowered to draw + 1 step, not below the minimum."""
    if not has_meter(charger):
        return []
    cap_ma, step_ma = charger.session.cap_ma, charger.config.step_ma
    if cap_ma and enabled and draw >= cap_ma - step_ma // 2:
        return [UnderuseCapped(charger.source, 0)]
    offered = offer_ma(charger)
    settled = state.at_ms - charger.point.changed_at_ms >= SETTLE_MS
    wasted = enabled and settled and offered - draw > UNDERUSED_MA and offered > bounds_ma(state, charger)[0]
    found: list[Judgement] = list(
        run_timer(state, charger, _UNDERUSED, holds=wasted, value=draw, threshold=offered - UNDERUSED_MA)
    )
    if wasted and has_elapsed(state, charger, _UNDERUSED, UNDERUSED_MS):
        low_ma, _high_ma = bounds_ma(state, charger)
        found.append(UnderuseCapped(charger.source, max(low_ma, -floor_to(-draw, step_ma) + step_ma)))
    return found


def cars_due_ms(charger: Charger) -> list[int]:
    """Return the instants at which a judgement about *charger*'s car may fall due by its timers."""
    return [since_ms + delay_ms for timer, delay_ms in DELAYS_MS if (since_ms := charger.timers[timer]) is not None]


def nudge_due_ms(state: State, charger: Charger) -> list[int]:
    """Return the instant at which the off of an off-on ends, if it is under way."""
    nudged_at_ms = charger.session.nudged_at_ms
    return [nudged_at_ms + NUDGE_MS] if nudged_at_ms is not None and is_nudging(state, charger) else []
