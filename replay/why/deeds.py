"""What was done for a decision: each write with its tries, its answer and its read-back."""

from collections.abc import Iterator
from typing import Final

from hems_actors.core.enums import Alarm, Closing, Result
from hems_actors.core.outcomes import AlarmChanged
from replay.query_actions import OPEN, OVERTAKEN, Action, write_text
from replay.text import counted
from replay.why.case import Case, Note
from replay.why.story import Decided
from replay.why.words import duration, offer

_SHOWN_MAX: Final = 7
_AT_ONCE_MS: Final = 1_000
"""What took less needs no number."""
_ANSWERS: Final[dict[int, str]] = {
    Result.OK: "acknowledged",
    Result.TIMEOUT: "not answered in time",
    Result.INVALID: "refused as invalid",
    Result.HARDWARE: "answered with a hardware failure",
    Result.PERMANENT: "refused for good",
}
_ENDINGS: Final[dict[str, str]] = {
    Closing.VERIFIED.name.lower(): "the charger showed it {after}",
    Closing.UNVERIFIED.name.lower(): "the charger did not show it within {lasted}",
    Closing.TIMED_OUT.name.lower(): "timed out after {lasted}",
    Closing.REFUSED.name.lower(): "refused {after}",
    Closing.FAILED.name.lower(): "failed {after}",
    Closing.SUPERSEDED.name.lower(): "no longer wanted {after}",
    Closing.GAVE_UP.name.lower(): "the charger did not show it, and it was given up {after}",
    OVERTAKEN: "overtaken by a newer command {after}",
    OPEN: "still open at the end of the log",
}
ALARMS: Final[dict[int, str]] = {
    Alarm.OVERLOAD_PERSISTS: "the overload persists",
    Alarm.GAVE_UP: "the charger does not do what it is told: given up for 10 min",
    Alarm.METER_LOST: "the meter is lost",
    Alarm.NO_CONTROL: "nothing can be commanded",
    Alarm.CAR_TAKES_NO_POWER: "the car takes no power",
    Alarm.PHASES_CONTRADICT: "the configured phases are wrong",
    Alarm.NOT_OBEYING: "the charger does not follow a reduction",
    Alarm.METER_SUSPECT: "the meter does not show what it should",
    Alarm.LOG_LOST: "the log cannot be written",
    Alarm.FAIL_SAFE: "fail-safe mode",
}


def deeds(case: Case) -> Iterator[Note]:
    """Yield what was done to bring the charger to its set-point, and what it showed."""
    story, actions = case.story, case.story.actions
    began = story.began or case.decided
    if not actions:
        yield _nothing(case, began)
    elif began.seq != case.decided.seq:
        yield Note(f"This set-point stands since {case.teller.time(began.at_ms)}", began.seq)
    head, tail = actions[: _SHOWN_MAX - 2], actions[-2:]
    shown = actions if len(actions) <= _SHOWN_MAX else head
    for action in shown:
        yield _deed(case, action)
    if shown is head:
        left_out = len(actions) - _SHOWN_MAX + story.more_actions
        yield Note(f"... {counted(left_out, 'more write')} like these")
        for action in tail:
            yield _deed(case, action)
    for told in story.alarms:
        event = told.event
        if isinstance(event, AlarmChanged):
            what = ALARMS.get(event.alarm, f"alarm {event.alarm}")
            yield Note(f"Alarm {'raised' if event.active else 'ended'}: {what}", told.seq)


def _nothing(case: Case, began: Decided) -> Note:
    report, point = case.charger.report, case.event
    if not report.connected:
        return Note("Nothing could be sent")
    is_so = report.power_on == point.on and (not point.on or report.current_ma == point.current_ma)
    if not is_so:
        return Note("Nothing was sent yet, although the charger showed something else")
    shows = offer(report.current_ma, point.phases or 1) if report.power_on else "off"
    if began.seq == case.decided.seq and not case.story.first_known:
        return Note(f"Nothing had to be sent: the charger showed {shows} already", case.charger.report_seq)
    since = "before this log" if case.story.first_known else case.teller.time(began.at_ms)
    text = f"Nothing had to be sent: decided so since {since}, and the charger showed {shows}"
    return Note(text, case.charger.report_seq)


def _deed(case: Case, action: Action) -> Note:
    """Return one write with what became of it."""
    record = action.record
    tried = f", try {record.attempt}" if record.attempt > 1 else ""
    text = f'{case.teller.time(action.intended.at_ms)} "{write_text(record.what, record.value)}"{tried}: '
    if action.sent_ms is None:
        text += "not sent"
    else:
        text += "sent" if action.sent_ms < _AT_ONCE_MS else f"sent after {duration(action.sent_ms)}"
    if action.answered_ms is not None and action.result is not None:
        text += f", {_ANSWERS.get(action.result, 'answered')}"
    lasted = action.ended_ms or 0
    after = "at once" if lasted < _AT_ONCE_MS else f"after {duration(lasted)}"
    ending = _ENDINGS.get(action.ending, action.ending).format(after=after, lasted=duration(lasted))
    end = "" if action.ended_seq is None else f" (event {action.ended_seq})"
    return Note(f"{text}; {ending}{end}", action.seq)
