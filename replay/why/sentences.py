"""Each rule as a sentence about one case: why the set-point is what it is."""

from collections.abc import Callable
from typing import Final

from hems_actors.core.cars import NUDGES_MAX, RESUME_PERCENT
from hems_actors.core.deadlines import PURSUED_S
from hems_actors.core.electric import bounds_ma, site_limit_ma
from hems_actors.core.enums import Health, Timer
from hems_actors.core.headroom import RESTART_MS
from hems_actors.core.rules import RULES, Rule
from hems_actors.core.state import Charger, State
from hems_actors.core.surplus import START_MS, STOP_MS
from replay.text import counted
from replay.why.case import Case
from replay.why.words import current, duration, power

_PHASES: Final = "ABC"
_HEALTH: Final[dict[int, str]] = {
    Health.CACHED: "they may be old ones until one of them changes, or 90 s have passed since the link came up",
    Health.HOLD: "the meter is lost, or shows what cannot be; for 90 s everything is held as it is",
    Health.NO_METER: "there is no usable meter",
    Health.NO_CONTROL: "the link to the devices is down",
    Health.LOG_LOST: "the log cannot be written",
}


def why(case: Case) -> str:
    """Return why the decision is what it is, in one or two sentences with full stops."""
    sentence = SENTENCES.get(case.event.rule)
    if sentence is None:
        rule = RULES.get(case.event.rule)
        return f"{rule.sentence if rule else f'rule {case.event.rule}, which this version does not know'}."
    return sentence(case)


def bound_by(state: State, charger: Charger) -> str:
    """Return whose maximum is the lowest of those that bound what *charger* may draw."""
    report, info, wish_ma = charger.report, charger.info, charger.session.wish_ma
    car = state.cars.get(info.car)
    maxima: list[tuple[int | None, str]] = [
        (wish_ma, "what somebody set at the charger by hand"),
        (info.max_ma or None, "the maximum in its settings"),
        (None if car is None else car.max_ma, "the car's maximum"),
        (site_limit_ma(state) or None, "the limit per phase"),
        (report.max_ma, "the charger's own maximum"),
    ]
    known = [(value, name) for value, name in maxima if value is not None]
    return min(known, key=lambda item: item[0])[1]


def _value(case: Case, name: str) -> int | None:
    found = case.operands.get(name)
    return None if found is None else found[0]


def _watts(case: Case) -> tuple[str, str, int] | None:
    """Return available power, threshold, and by how much (W) the first is above the second; None = no sample."""
    available_w, threshold_w = _value(case, "available_w"), _value(case, "threshold_w")
    if available_w is None or threshold_w is None:
        return None
    return power(available_w), power(threshold_w), available_w - threshold_w


def _no_sample(case: Case) -> str:
    age_ms = case.decided.at_ms - case.state.meter.full_at_ms
    if not case.state.meter.full_seq:
        return "No surplus is known: the meter has not told anything yet."
    return f"No surplus is known: the meter's last complete reading is {duration(age_ms)} old, more than 90 s."


def _normal(case: Case) -> str:
    text = f"In mode Normal it charges at once, with the most that is allowed: {current(case.event.target_ma)}"
    return f"{text}, {bound_by(case.state, case.charger)}.{_on_its_way(case)}"


def _on_its_way(case: Case) -> str:
    """Return why the offer is not yet what was asked for."""
    event = case.event
    if not event.on or event.current_ma >= event.target_ma:
        return ""
    return f" It comes nearer to {current(event.target_ma)} by at most 5 A every 10 s, as far as the limit leaves room."


def _surplus_start(case: Case) -> str:
    watts = _watts(case)
    if watts is None:
        return _no_sample(case)
    available, threshold, _ = watts
    if case.charger.point.on:
        return f"The surplus of {available} is enough (it takes {threshold}) to go on with what was begun otherwise."
    if case.charger.session.seq == case.state.fact_seq:
        return f"A car was plugged in, and the surplus of {available} is more than the {threshold} it takes to start."
    return (
        f"The surplus had been above the start threshold of {threshold} for {duration(START_MS)}; it was {available}."
    )


def _surplus_charging(case: Case) -> str:
    watts = _watts(case)
    if watts is None:
        return f"It charges on surplus and goes on for now. {_no_sample(case)}"
    available, threshold, above_w = watts
    text = f"It charges on surplus: {available} can be counted on, {power(abs(above_w))}"
    text += f" {'more' if above_w >= 0 else 'less'} than the {threshold} below which it stops"
    since_ms = case.charger.timers[Timer.SURPLUS_STOP]
    if above_w < 0 and since_ms is not None:
        text += f" once that lasts {duration(STOP_MS)} (so far {duration(case.decided.at_ms - since_ms)})"
    return f"{text}.{_on_its_way(case)}"


def _surplus_stop(case: Case) -> str:
    watts = _watts(case)
    if watts is None:
        return _no_sample(case)
    return f"The surplus had stayed under the stop threshold of {watts[1]} for {duration(STOP_MS)}; it was {watts[0]}."


def _surplus_missing(case: Case) -> str:
    watts = _watts(case)
    if watts is None:
        return _no_sample(case)
    available, threshold, above_w = watts
    if case.charger.point.on:
        return f"It may go on only on surplus, and that is {available}, less than the {threshold} it takes."
    if above_w < 0:
        return f"The surplus was {available}, {power(-above_w)} less than the {threshold} it takes to start."
    since_ms = case.charger.timers[Timer.SURPLUS_START]
    held = "" if since_ms is None else f", so far for {duration(case.decided.at_ms - since_ms)}"
    return (
        f"The surplus of {available} is above the start threshold of {threshold}{held}; "
        f"it starts once that has lasted {duration(START_MS)}."
    )


def _displaced(case: Case) -> str:
    watts = _watts(case)
    left = "" if watts is None else f": what is left, {watts[0]}, is less than the {watts[1]} it takes to go on"
    return f"A charger of higher priority takes the surplus{left}."


def _overload(case: Case) -> str:
    reading_ma, limit_ma = _value(case, "reading_ma"), _value(case, "limit_ma")
    drawn_ma, phase = _value(case, "draw_ma"), _value(case, "phase")
    if reading_ma is None or limit_ma is None or drawn_ma is None or phase is None:
        return "A phase would have been above its limit."
    letter, over_ma = _PHASES[phase], reading_ma - limit_ma
    if over_ma <= 0:
        return (
            f"Phase {letter} carried {current(reading_ma)} of at most {current(limit_ma)}; had the car taken all that "
            "was offered, it would have been too much, so the offer was trimmed."
        )
    text = f"Phase {letter} carried {current(reading_ma)}, {current(over_ma)} above its limit of {current(limit_ma)}"
    text += f"; this charger drew {current(drawn_ma)} there and had to give way."
    if case.event.rule == Rule.OVERLOAD_STOP:
        low_ma, _high_ma = bounds_ma(case.state, case.charger)
        text += f" What was left for it, {current(max(0, drawn_ma - over_ma))}, is less than its minimum of "
        text += f"{current(low_ma)}, so it was stopped."
    return text


def _restart_waits(case: Case) -> str:
    headroom_ma, wanted_ma = _value(case, "headroom_ma") or 0, _value(case, "wanted_ma") or 0
    text = f"An overload stopped it. It starts again once {current(wanted_ma)} have been free on all its phases for "
    text += f"{duration(RESTART_MS)}; free are {current(max(0, headroom_ma))}"
    since_ms = case.charger.timers[Timer.RESTART]
    if since_ms is not None:
        text += f", enough for {duration(case.decided.at_ms - since_ms)} so far"
    return f"{text}."


def _no_headroom(case: Case) -> str:
    headroom_ma, minimum_ma = _value(case, "headroom_ma") or 0, _value(case, "minimum_ma") or 0
    return f"The limit leaves it {current(max(0, headroom_ma))}, less than its minimum of {current(minimum_ma)}."


def _bounds_cross(case: Case) -> str:
    minimum_ma, maximum_ma = _value(case, "minimum_ma") or 0, _value(case, "maximum_ma") or 0
    return (
        f"Its minimum, {current(minimum_ma)}, is above its maximum, {current(maximum_ma)} "
        f"({bound_by(case.state, case.charger)}): so it cannot charge at all."
    )


def _finished(case: Case) -> str:
    text = "The car stopped drawing power 5 min ago or more: it counts as finished"
    return f"{text}, and keeps an offer of {current(case.event.current_ma)}." if case.event.on else f"{text}."


def _target_reached(case: Case) -> str:
    level, target = _value(case, "level_percent") or 0, _value(case, "target_percent") or 0
    return f"The car is at {level} %, its target is {target} %; it resumes at {target - RESUME_PERCENT} %."


def _user_wish(_case: Case) -> str:
    return (
        "Somebody switched it off by hand, at the charger or in its app. That holds until the car leaves, the settings "
        "of the charger change, or somebody switches it on again."
    )


def _nudge(case: Case) -> str:
    return (
        f"The car draws nothing although it may: off and on again to wake it, {_value(case, 'nudges')} of {NUDGES_MAX}."
    )


def _phase_switch(case: Case) -> str:
    return f"It goes to {counted(case.event.phases, 'phase')}: off, the phases, then on again at the minimum."


def _failsafe(case: Case) -> str:
    safe_ma = _value(case, "safe_ma") or 0
    return f"Without a usable meter it may have the safe current of {current(safe_ma)} at most; what is off stays off."


def _not_fresh(case: Case) -> str:
    reason = _HEALTH.get(case.state.site.health, "they are not proved to be fresh")
    return f"The meter's readings cannot be relied on: {reason}. Until then nothing is started, raised or stopped."


def _unbalance(case: Case) -> str:
    spread_ma, limit_ma = _value(case, "spread_ma") or 0, _value(case, "limit_ma") or 0
    return (
        f"Chargers may load one phase by {current(limit_ma)} more than another; that leaves {current(spread_ma)} for "
        "it, less than its minimum."
    )


def _bought_slot(case: Case) -> str:
    end_s = _value(case, "slot_end_s") or 0
    return (
        "It charges in a cheap slot that was bought for the day, with the most that is allowed; the slot ends at "
        f"{case.teller.wall(case.state, end_s)}.{_on_its_way(case)}"
    )


def _planned_slot(case: Case) -> str:
    end_s, at_s = _value(case, "slot_end_s") or 0, case.charger.deadline.at_s
    return (
        f"It charges as planned, to be ready by {case.teller.wall(case.state, at_s)}; this run lasts until "
        f"{case.teller.wall(case.state, end_s)}.{_on_its_way(case)}"
    )


def _deadline_missed(case: Case) -> str:
    at_s = _value(case, "deadline_s") or 0
    return (
        f"Its deadline was {case.teller.wall(case.state, at_s)}, and the target was not reached. So it charges at once "
        f"until it is, the car leaves, or it is {case.teller.wall(case.state, at_s + PURSUED_S)}.{_on_its_way(case)}"
    )


def _min_current(case: Case) -> str:
    return (
        "Its mode gives no less than the minimum, "
        f"{current(_value(case, 'minimum_ma') or 0)}, while a car is plugged in; nothing else asked for more."
    )


def _optimized(case: Case) -> str:
    return f"The optimizer asked for {current(_value(case, 'asked_ma') or 0)}.{_on_its_way(case)}"


def _optimizer_pauses(case: Case) -> str:
    asked_ma, minimum_ma = _value(case, "asked_ma") or 0, _value(case, "minimum_ma") or 0
    if not asked_ma:
        return "The optimizer wants it off."
    return f"The optimizer asked for {current(asked_ma)}, less than the minimum of {current(minimum_ma)}: so it is off."


def _plain(text: str) -> Callable[[Case], str]:
    return lambda _case: text


SENTENCES: Final[dict[int, Callable[[Case], str]]] = {
    Rule.NORMAL: _normal,
    Rule.SURPLUS_START: _surplus_start,
    Rule.SURPLUS_CHARGING: _surplus_charging,
    Rule.SURPLUS_STOP: _surplus_stop,
    Rule.SURPLUS_MISSING: _surplus_missing,
    Rule.DISPLACED: _displaced,
    Rule.OVERLOAD_CUT: _overload,
    Rule.OVERLOAD_STOP: _overload,
    Rule.RESTART_WAITS: _restart_waits,
    Rule.NO_HEADROOM: _no_headroom,
    Rule.BOUNDS_CROSS: _bounds_cross,
    Rule.UNPLUGGED: _plain("No car is plugged in."),
    Rule.FINISHED: _finished,
    Rule.TARGET_REACHED: _target_reached,
    Rule.USER_WISH: _user_wish,
    Rule.NUDGE: _nudge,
    Rule.PHASE_SWITCH: _phase_switch,
    Rule.FAILSAFE: _failsafe,
    Rule.READINGS_NOT_FRESH: _not_fresh,
    Rule.WAITS_FOR_EVIDENCE: _plain(
        "Which phases another charger loads is being found out; until its step has shown at the meter, no other may be "
        "started or raised."
    ),
    Rule.EXIT: _plain("The daemon was ending: chargers are left as its configuration says (on_exit)."),
    Rule.ADOPTED: _plain("Somebody changed it by hand; what it does is kept until the next cycle."),
    Rule.UNBALANCE: _unbalance,
    Rule.START_WAITS: _plain(
        "Another charger has just started on the same surplus: the next waits for a reading that shows what is left."
    ),
    Rule.DISCONNECTED: _plain("The charger could not be reached, so nothing is decided anew: what stood stands."),
    Rule.LOG_LOST: _plain("The log cannot be written, so nothing may add load: no start, no raise."),
    Rule.CORE_FAILED: _plain("The decision code had failed repeatedly: in fail-safe mode at most the safe current."),
    Rule.BOUGHT_SLOT: _bought_slot,
    Rule.PLANNED_SLOT: _planned_slot,
    Rule.DEADLINE_MISSED: _deadline_missed,
    Rule.MIN_CURRENT: _min_current,
    Rule.OPTIMIZED: _optimized,
    Rule.OPTIMIZER_PAUSES: _optimizer_pauses,
    Rule.OPTIMIZER_ENDED: _plain(
        "The optimizer's answer is over; it goes on until the meter shows whether there is surplus for it."
    ),
}
