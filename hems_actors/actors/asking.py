"""What the optimizer is asked, made of the published view; and whether its answer can be one to that."""

from typing import Final

from hems_actors.actors.optimizer_port import ChargerAsked, OptimizerError, Question, SetPoint
from hems_actors.actors.view import ChargerView, View
from hems_actors.core.enums import Mode, Trouble
from hems_actors.core.facts import OptimizerAnswered
from hems_actors.core.identity import uuid_text
from hems_actors.core.rates import forget_before, unflat
from hems_actors.core.units import CURRENT_MA_MAX, CURRENT_MA_MIN

VALID_S_MAX: Final = 86_400
"""An optimizer that wants the same for longer has misread the clock."""
PHASES: Final = (0, 1, 3)


def names_of_chargers(view: View) -> dict[str, int]:
    """Return the source numbers of the chargers that can be asked about, by UUID."""
    identities = ((source, view.things.get(source)) for source, _charger in view.chargers)
    return {uuid_text(known.uuid): source for source, known in identities if known is not None}


def question_of(view: View, number: int, at_s: int) -> Question:
    """Return question *number*: the home of *view*, at *at_s* by the wall clock."""
    chargers = dict(view.chargers)
    limits = [limit_ma for limit_ma in (view.settings.phase_limit_ma, view.settings.limit_max_ma) if limit_ma]
    return Question(
        number,
        at_s,
        min(limits, default=0),
        view.reading,
        view.battery,
        forget_before(unflat(view.market.slots), at_s),
        tuple(_asked(uuid, chargers[source]) for uuid, source in names_of_chargers(view).items()),
    )


def answers_to(
    question: Question, points: tuple[SetPoint, ...], names: dict[str, int], at_s: int
) -> list[OptimizerAnswered]:
    """Return what *points*, received at *at_s* as the answer to *question*, say of the chargers called *names*.

    A charger that went since the question is passed over.

    Raises:
        OptimizerError: one of them cannot be meant: then none is believed.
    """
    asked = {charger.uuid: charger for charger in question.chargers}
    for point in points:
        _check(point, asked.pop(point.uuid, None), at_s)
    return [
        OptimizerAnswered(names[point.uuid], point.target_ma, point.phases, point.valid_until_s - at_s)
        for point in points
        if point.uuid in names
    ]


def _asked(uuid: str, charger: ChargerView) -> ChargerAsked:
    report, info = charger.report, charger.info
    return ChargerAsked(
        uuid,
        report.connected,
        charger.plugged,
        report.charging,
        report.power_on,
        report.current_ma,
        report.draw_w,
        report.phase_count,
        max(report.min_ma, info.min_ma, CURRENT_MA_MIN),
        min(report.max_ma, info.max_ma or CURRENT_MA_MAX, CURRENT_MA_MAX),
        Mode(info.mode),
        info.target_percent,
        info.end_s or None,
        info.priority,
        charger.level_percent,
        charger.capacity_wh,
    )


def _check(point: SetPoint, asked: ChargerAsked | None, at_s: int) -> None:
    who = repr(point.uuid[:64])
    if asked is None:
        raise _nonsense(f"a set-point for {who}, which was not asked about, or twice")
    if point.target_ma != 0 and not asked.min_ma <= point.target_ma <= asked.max_ma:
        raise _nonsense(f"{who} at {point.target_ma} mA, expected 0 or {asked.min_ma} to {asked.max_ma}")
    if point.phases not in PHASES:
        raise _nonsense(f"{who} on {point.phases} phases, expected 1 or 3")
    if not at_s < point.valid_until_s <= at_s + VALID_S_MAX:
        raise _nonsense(f"{who} until {point.valid_until_s}, expected within {VALID_S_MAX} s after {at_s}")


def _nonsense(text: str) -> OptimizerError:
    return OptimizerError(Trouble.NONSENSICAL, f"optimizer: {text}")
