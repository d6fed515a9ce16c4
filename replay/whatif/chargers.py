"""The chargers of a record as the plant has them: what they show, how they react, what was done to them by hand."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from hems_actors.core.enums import Closing, Result, What
from hems_actors.sim.plant.chargers import Charger, Shows
from hems_actors.sim.plant.faults import Clamp, FaultWindow, Happening, Press, Reach, WriteFault
from replay.whatif.record import ChargerRecord, Record, Wrote, is_measured
from replay.whatif.times import Grid

REACTION_MS: Final = 5_000
STOP_MS: Final = 3_000
ANSWER_MS: Final = 20
"""Of devices whose record does not tell otherwise."""
_LATE_MS: Final = 2_000
"""An answer that takes longer is a fault."""
_FAULTS: Final = {
    WriteFault.NO_ANSWER: "does not answer, nor act",
    WriteFault.LATE_ANSWER: "answers late",
    WriteFault.ACTS_LATE: "acts without answering, and late",
    WriteFault.REFUSES: "refuses all writes",
    WriteFault.INVALID: "takes no value",
    WriteFault.IGNORES: "answers and does nothing",
}
_SLOW: Final = (WriteFault.NO_ANSWER, WriteFault.ACTS_LATE)
_RUN_MS: Final = 1_200_000
_LATEST_MS: Final = 30_000
_FEW: Final = 3


def charger_of(record: Record, source: int, wiring: tuple[int, ...], polls: Grid | None) -> tuple[Charger, list[str]]:
    """Return the charger *source* as it was at the start of *record*, and what was assumed of it."""
    own = record.chargers[source]
    config = record.state.chargers[source].config
    first = own.reports[0][1]
    reports = [report for _, report in own.reports]
    name = record.names.get(source, f"thing {source}")
    reaction_ms, stop_ms = (_delay_ms(record, source, polls, rises=rises) for rises in (True, False))
    answers_ms = sorted(wrote.answer_ms for wrote in record.wrote if _is_prompt(wrote) and wrote.answer_ms is not None)
    answer_ms = answers_ms[len(answers_ms) // 2] if answers_ms else ANSWER_MS
    faults = faults_of([wrote for wrote in record.wrote if wrote.source == source], record.to_ms)
    most_ma = max(report.max_ma for report in reports)
    charger = Charger(
        number=source,
        wiring=wiring,
        step_ma=config.step_ma,
        min_ma=first.min_ma,
        own_max_ma=most_ma,
        max_ma=first.max_ma,
        can_switch=config.can_switch and any(report.desired_phases is not None for report in reports),
        shows=Shows(
            power=any(report.draw_w is not None for report in reports),
            currents=any(report.a_ma is not None for report in reports),
            phase_count=any(report.phase_count is not None for report in reports),
            plugged_in=any(report.plugged_in is not None for report in reports),
            charging=any(report.charging is not None for report in reports),
        ),
        reaction_ms=reaction_ms,
        stop_ms=stop_ms,
        answer_ms=answer_ms,
        faults=faults,
        connected=first.connected,
        power_on=first.power_on,
        current_ma=first.current_ma,
        desired_phases=first.desired_phases or 3,
    )
    said = [f"{name} follows a write within {reaction_ms / 1_000:g} s, and stops within {stop_ms / 1_000:g} s"]
    for fault in faults:
        since = record.local.text(fault.from_ms)[:19].replace("T", " ")
        said.append(f"{name} {_FAULTS[fault.fault]} from {since} for {(fault.to_ms - fault.from_ms) // 1_000} s")
    return charger, said


def _is_prompt(wrote: Wrote) -> bool:
    return wrote.answer_ms is not None and wrote.answer_ms < _LATE_MS


def faults_of(wrote: list[Wrote], end_ms: int) -> list[FaultWindow]:
    """Return when the writes *wrote* to one charger failed, and how: from the first one to the next that worked."""
    windows: list[FaultWindow] = []
    open_from: tuple[WriteFault, int, int] | None = None
    for write in wrote:
        found = _fault(write)
        proves_nothing = open_from is not None and open_from[0] == WriteFault.INVALID and write.what == What.POWER
        if found is None and (proves_nothing or write.closing != Closing.VERIFIED):
            continue
        if open_from is not None and (found is None or found[0] != open_from[0]):
            fault, from_ms, delay_ms = open_from
            windows.append(FaultWindow(fault, from_ms, write.at_ms, delay_ms))
            open_from = None
        if found is not None and open_from is None:
            open_from = (found[0], write.at_ms, found[1])
    if open_from is not None:
        fault, from_ms, delay_ms = open_from
        windows.append(FaultWindow(fault, from_ms, end_ms, delay_ms))
    return _joined(windows)


def _joined(windows: list[FaultWindow]) -> list[FaultWindow]:
    """Return *windows* with those joined that are one fault: a write that acts late often is overtaken by the next."""
    runs: list[list[FaultWindow]] = []
    for window in windows:
        slow = window.fault in _SLOW
        if runs and slow and runs[-1][-1].fault in _SLOW and window.from_ms - runs[-1][-1].to_ms <= _RUN_MS:
            runs[-1].append(window)
        else:
            runs.append([window])
    joined = []
    for run in runs:
        delays_ms = sorted(window.delay_ms for window in run if window.fault == WriteFault.ACTS_LATE)
        if len(run) > 1 and delays_ms:
            delay_ms = delays_ms[len(delays_ms) // 2]
            joined.append(FaultWindow(WriteFault.ACTS_LATE, run[0].from_ms, run[-1].to_ms, delay_ms))
        else:
            joined += run
    return joined


def _fault(write: Wrote) -> tuple[WriteFault, int] | None:
    """Return what was wrong with *write*, and how late it was; None if nothing was."""
    if write.late_ms is not None:
        return WriteFault.ACTS_LATE, write.late_ms
    if write.result == Result.INVALID:
        return WriteFault.INVALID, 0
    if write.result in (Result.HARDWARE, Result.PERMANENT):
        return WriteFault.REFUSES, 0
    if write.result == Result.TIMEOUT and write.closing != Closing.VERIFIED:
        return WriteFault.NO_ANSWER, 0
    if write.closing == Closing.UNVERIFIED:
        return WriteFault.IGNORES, 0
    late = write.answer_ms is not None and not _is_prompt(write) and write.result == Result.OK
    return (WriteFault.LATE_ANSWER, write.answer_ms or 0) if late else None


def draws_at_once(charger: Charger, own: ChargerRecord) -> bool:
    """Return whether a car drew from *charger* when the record began: it is not to wait before it does."""
    return bool(own.drawn) and own.drawn[0].power_w > 0 and charger.power_on


def happenings_of(record: Record, source: int) -> Iterator[Happening]:
    """Yield what else happened to the charger *source*: it was clamped, out of reach, or set by hand."""
    reports = record.chargers[source].reports
    most_ma = max(report.max_ma for _, report in reports)
    before = reports[0][1]
    for at_ms, report in reports[1:]:
        if report.max_ma != before.max_ma:
            yield Clamp(at_ms, source, None if report.max_ma == most_ma else report.max_ma)
        if report.connected != before.connected:
            yield Reach(at_ms, source, report.connected)
        before = report
    for pressed in record.pressed:
        if pressed.source == source and pressed.what == What.POWER:
            yield Press(pressed.at_ms, source, bool(pressed.value), None)
        elif pressed.source == source and pressed.what == What.CURRENT:
            yield Press(pressed.at_ms, source, None, pressed.value)


def _delay_ms(record: Record, source: int, polls: Grid | None, *, rises: bool) -> int:
    """Return how long the car takes to follow a write, by when its draw showed; the usual time where that may be it.

    A draw shows at the next poll: the true delay lies between what was seen and one period less.
    """
    usual_ms = REACTION_MS if rises else STOP_MS
    slack_ms = polls.period_ms if polls is not None else 1_000
    seen = sorted(_seen_ms(record, source, rises=rises))
    if len(seen) < _FEW or not is_measured(record, source):
        return usual_ms
    typical_ms = seen[len(seen) // 2]
    return usual_ms if typical_ms - slack_ms <= usual_ms <= typical_ms else max(0, typical_ms - slack_ms // 2)


def _seen_ms(record: Record, source: int, *, rises: bool) -> Iterator[int]:
    """Yield how long after a write of on, off or a current the draw changed as it should."""
    wrote = [item for item in record.wrote if item.source == source and item.what != What.PHASES]
    drawn = record.chargers[source].drawn
    index = 0
    for before, change in pairwise(drawn):
        if (change.power_w > before.power_w) != rises or (not rises and change.power_w > 0):
            continue
        while index + 1 < len(wrote) and wrote[index + 1].at_ms < change.to_ms:
            index += 1
        if wrote and 0 < change.to_ms - wrote[index].at_ms <= _LATEST_MS:
            yield change.to_ms - wrote[index].at_ms
