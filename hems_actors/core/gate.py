"""The gate every set-point passes: reasons why a charger may not charge now, whoever asks (charging.md section 5)."""

from typing import Final

from hems_actors.core.cars import RESUME_PERCENT, is_nudging
from hems_actors.core.electric import bounds_ma
from hems_actors.core.modes import is_eco
from hems_actors.core.rules import Rule
from hems_actors.core.state import Charger, State

Verdict = tuple[Rule, tuple[int, ...]]
_LOCKED: Final = (Rule.USER_WISH, Rule.BOUNDS_CROSS, Rule.TARGET_REACHED)


def barred(state: State, charger: Charger) -> Verdict | None:
    """Return the rule that bars *charger* from charging at all, with its operands, or None."""
    session, report_seq = charger.session, charger.report_seq
    if not session.plugged:
        return Rule.UNPLUGGED, ()
    if session.wish_ma == 0:
        return Rule.USER_WISH, (0, report_seq)
    if is_eco(charger.info.mode):
        reached = target_reached(state, charger)
        if reached is not None:
            return reached
    low_ma, high_ma = bounds_ma(state, charger)
    if low_ma > high_ma:
        return Rule.BOUNDS_CROSS, (low_ma, report_seq, high_ma, report_seq)
    if is_nudging(state, charger):
        return Rule.NUDGE, (session.nudges, report_seq)
    return None


def is_barred(state: State, charger: Charger) -> bool:
    """Return whether *charger* may not charge for a reason that outlasts a nudge."""
    verdict = barred(state, charger)
    return verdict is not None and verdict[0] in _LOCKED


def target_reached(state: State, charger: Charger) -> Verdict | None:
    """Return that *charger*'s car has its target, or None.

    A known level at the target stops; three points below it resumes (charging.md section 8).
    """
    car = state.cars.get(charger.info.car)
    if car is None or car.level_percent is None or car.plugged_in is False:
        return None
    target = charger.info.target_percent
    bound = target - RESUME_PERCENT + 1 if charger.session.full else target
    if car.level_percent < bound:
        return None
    return Rule.TARGET_REACHED, (car.level_percent, car.seq, target, charger.info.seq)
