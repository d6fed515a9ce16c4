"""What a person reads: a line per log, and the first difference with all that is needed to act on it."""

from collections.abc import Iterator

from hems_actors.core.outcomes import SetPointDecided
from hems_actors.core.rules import RULES
from hems_actors.eventlog.brief import brief
from hems_actors.eventlog.damage import Damage
from hems_actors.eventlog.localtime import LocalTime
from replay.core import Core
from replay.divergence import CORE_FAILED, STATE_DIFFERS, Divergence
from replay.report import Report
from replay.values import scaled, value_text

_SHORT_HASH = 12


def describe(report: Report, core: Core) -> Iterator[str]:
    """Yield the lines about *report*, the first one a summary."""
    if report.header is None:
        return
    yield f"{report.log}: {_summary(report)}"
    for damage in report.damage:
        yield f"  damage     {damage_text(damage, report.local)}"
    if report.divergences:
        yield from _first_difference(report, core)


def describe_briefly(report: Report) -> str:
    """Return one line about *report*, whose header could be read: the summary and the first thing that is wrong."""
    found = [f"{report.log}: {_summary(report)}"]
    if report.damage:
        found.append(damage_text(report.damage[0], report.local))
    elif report.divergences:
        first = report.divergences[0]
        where = f"event {first.seq}, {report.local.text(first.at_ms)}, {report.thing(first.source) or 'the home'}"
        found.append(f"first at {where}, {_difference(first, report).partition(' ')[2].strip()}")
    return ": ".join(found)


def _summary(report: Report) -> str:
    found = [f"{report.events:,} events, {report.decisions:,} decisions compared"]
    if report.open:
        found.append("not closed")
    if report.divergences:
        found.append(f"{counted(len(report.divergences), 'difference')}")
    elif not report.damage and report.error is None:
        found.append("the same")
    if report.gaps:
        found.append(f"{counted(len(report.gaps), 'recorded gap')}")
    if report.damage:
        found.append(f"damaged in {counted(len(report.damage), 'place')}")
    return ", ".join(found)


def counted(number: int, noun: str) -> str:
    """Return *number* of what *noun* names."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def damage_text(damage: Damage, local: LocalTime) -> str:
    """Return which bytes, events and time *damage* covers."""
    where = f"bytes {damage.byte_from} to {damage.byte_to}"
    if damage.byte_from == damage.byte_to:
        where = f"missing before byte {damage.byte_from}" if damage.byte_to else "missing before this file"
    return f"{where}; {lost_text(damage, local)}"


def lost_text(damage: Damage, local: LocalTime) -> str:
    """Return which events and time *damage* covers."""
    lost = "no event lost" if damage.seq_from is None else f"events {damage.seq_from} to {damage.seq_to or 'the end'}"
    between = [local.text(at_ms) for at_ms in (damage.at_ms_from, damage.at_ms_to) if at_ms is not None]
    return f"{lost}; {' to '.join(between)}"


def _first_difference(report: Report, core: Core) -> Iterator[str]:
    first = report.divergences[0]
    thing = report.thing(first.source)
    yield f"  first      event {first.seq}, {report.local.text(first.at_ms)}, {thing or 'the home'}"
    for divergence in report.divergences:
        if divergence.seq == first.seq:
            yield f"  {_difference(divergence, report)}"
    yield from _rules(first)
    yield from _versions(report, core)


def _difference(divergence: Divergence, report: Report) -> str:
    recorded, replayed = divergence.recorded, divergence.replayed
    if divergence.field == STATE_DIFFERS:
        return f"state      recorded {recorded[:_SHORT_HASH]}, replayed {replayed[:_SHORT_HASH]}"
    if divergence.field == CORE_FAILED and recorded is not None:
        return f"failed     the core failed here when this was recorded ({recorded}); this code: {_instead(replayed)}"
    if divergence.field == CORE_FAILED:
        return f"failed     this code cannot go on from this event: {replayed}"
    sides = zip((recorded, replayed), divergence.events, strict=True)
    texts = [value_text(divergence.field, value, event, report.local) for value, event in sides]
    return f"differs    {divergence.field}: recorded {texts[0]}, replayed {texts[1]}"


def _instead(replayed: str | list[str] | None) -> str:
    """Return what this code did where the one that recorded failed."""
    if isinstance(replayed, list):
        return f"goes on with {', '.join(replayed)}"
    return replayed or "goes on, nothing concluded"


def _rules(first: Divergence) -> Iterator[str]:
    """Yield the rules that the two decisions name, with their operands."""
    for side, event in zip(("recorded", "replayed"), first.events, strict=True):
        if isinstance(event, SetPointDecided):
            yield f"  rule       {side}: {_rule(event)}"


def _rule(decided: SetPointDecided) -> str:
    number: object = decided.rule
    operands: object = decided.operands
    rule = RULES.get(number) if isinstance(number, int) else None
    if rule is None:
        return f"rule {brief(number)}, which this version does not know, operands {brief(operands)}"
    if not isinstance(operands, tuple):  # whatever was recorded
        return f"{rule.name}, operands {brief(operands)}"
    pairs = zip(rule.operands, operands[::2], operands[1::2], strict=False)
    named = [f"{name} {scaled(name, value)} (event {seq})" for name, value, seq in pairs]
    return ", ".join([rule.name, *named])


def _versions(report: Report, core: Core) -> Iterator[str]:
    """Yield the versions in which the log and what runs here differ."""
    from hems_actors.eventlog.versions import running_versions  # noqa: PLC0415 - looking up packages takes a while

    head = report.header
    if head is None:
        return
    recorded = {"logic": str(head.logic_version), "state": str(head.state_version), **head.versions}
    here = {"logic": str(core.logic_version), "state": str(core.state_version), **running_versions()}
    other = [
        f"{name} recorded {recorded[name]}, here {here.get(name, 'none')}"
        for name in recorded
        if recorded[name] != here.get(name)
    ]
    yield f"  versions   {'; '.join(other) or 'all as recorded'}"
