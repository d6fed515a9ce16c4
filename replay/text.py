"""What a person reads: a line per log, and the first difference with all that is needed to act on it."""

from collections.abc import Iterator

from hems_actors.core.outcomes import SetPointDecided
from hems_actors.core.rules import RULES
from hems_actors.eventlog.damage import Damage
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
        yield f"  damage     {_damage(damage, report)}"
    if report.divergences:
        yield from _first_difference(report, core)


def _summary(report: Report) -> str:
    found = [f"{report.events:,} events, {report.decisions:,} decisions compared"]
    if report.open:
        found.append("not closed")
    if report.divergences:
        found.append(f"{_count(len(report.divergences), 'difference')}")
    elif not report.damage and report.error is None:
        found.append("the same")
    if report.damage:
        found.append(f"damaged in {_count(len(report.damage), 'place')}")
    return ", ".join(found)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _damage(damage: Damage, report: Report) -> str:
    where = f"bytes {damage.byte_from} to {damage.byte_to}"
    if damage.byte_from == damage.byte_to:
        where = f"missing before byte {damage.byte_from}" if damage.byte_to else "missing before this file"
    lost = "no event lost" if damage.seq_from is None else f"events {damage.seq_from} to {damage.seq_to or 'the end'}"
    between = [report.local.text(at_ms) for at_ms in (damage.at_ms_from, damage.at_ms_to) if at_ms is not None]
    return f"{where}; {lost}; {' to '.join(between)}"


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
    if divergence.field == CORE_FAILED:
        return f"failed     this code cannot go on from this event: {replayed}"
    sides = zip((recorded, replayed), divergence.events, strict=True)
    texts = [value_text(divergence.field, value, event, report.local) for value, event in sides]
    return f"differs    {divergence.field}: recorded {texts[0]}, replayed {texts[1]}"


def _rules(first: Divergence) -> Iterator[str]:
    """Yield the rules that the two decisions name, with their operands."""
    for side, event in zip(("recorded", "replayed"), first.events, strict=True):
        if isinstance(event, SetPointDecided):
            yield f"  rule       {side}: {_rule(event)}"


def _rule(decided: SetPointDecided) -> str:
    rule = RULES.get(decided.rule)
    if rule is None:
        return f"rule {decided.rule}, which this version does not know, operands {list(decided.operands)}"
    pairs = zip(rule.operands, decided.operands[::2], decided.operands[1::2], strict=False)
    operands = [f"{name} {scaled(name, value)} (event {seq})" for name, value, seq in pairs]
    return ", ".join([rule.name, *operands])


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
