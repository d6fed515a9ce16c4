"""A comparison as a person reads it: the verdict in one line, the first difference, what follows from it."""

from collections.abc import Iterator
from typing import Final

from hems_actors.core.describe import field_text
from hems_actors.core.errors import FAILURES
from hems_actors.eventlog.brief import brief
from hems_actors.eventlog.localtime import LocalTime
from replay.compare.contrast import Change, Contrast, Difference, Side
from replay.compare.finding import FROM_MODEL, Effect, Finding, Pair
from replay.compare.said import SET_POINT, Rules, RuleWords, Said
from replay.text import counted

_RULES_SHOWN: Final = 5
_UNITS: Final = ("_w", "_ma", "_wh", "_percent", "_ueur_kwh")
_UEUR: Final = 1_000_000
_MINUTE_MS: Final = 60_000
_BASIS: Final = {
    FROM_MODEL: "in closed loop: a model of the recorded home, played once with each version",
}


def words_of(finding: Finding) -> Iterator[str]:
    """Yield the lines about *finding*, the first one the verdict."""
    if finding.error is not None and not finding.contrast.decided:
        return
    yield f"{finding.a} | {finding.b}: {verdict(finding)}"
    contrast = finding.contrast
    if not contrast.is_same:
        yield from _first(finding)
        yield from _consequences(finding)
    if finding.parted is not None:
        yield from _parted(finding)
    if finding.effect is not None and not contrast.is_same:
        yield from _effect(finding, finding.effect)
    for note in finding.notes:
        yield f"  note       {note}"


def verdict(finding: Finding) -> str:
    """Return in one line whether the decisions are the same, and what it comes to if they are not."""
    contrast = finding.contrast
    compared = f"{counted(contrast.decided, 'decision')} compared"
    if contrast.is_same:
        if finding.parted is None:
            return f"the same, {compared}"
        return f"not of the same facts: they part before any decision differs, {compared}"
    found = []
    if contrast.first_point is not None:
        found.append(f"{contrast.differ:,} of {counted(contrast.decided, 'decision')} differ")
        found.append(f"the first at {clock(finding.local, contrast.first_point.at_ms)}")
        found.append(finding.thing(contrast.first_point.any.source))
        if finding.effect is not None:
            found.append(_worth(finding.effect))
    else:
        found.append(f"the same set-points, {compared}; other outcomes differ")
    return ", ".join(found)


def clock(local: LocalTime, at_ms: int) -> str:
    """Return the local time at *at_ms*, to the second."""
    return local.text(at_ms)[:19].replace("T", " ")


def kwh(wh: int | None, *, sign: bool = False) -> str:
    """Return *wh* in kWh; with *sign*, a plus if there is none."""
    if wh is None:
        return "unknown"
    return f"{wh / 1_000:+.2f} kWh" if sign else f"{wh / 1_000:.2f} kWh"


def euro(ueur: int | None, *, sign: bool = False) -> str:
    """Return *ueur* in EUR; with *sign*, a plus if there is none."""
    if ueur is None:
        return "unknown"
    return f"{ueur / _UEUR:+.2f} EUR" if sign else f"{ueur / _UEUR:.2f} EUR"


def lasted(ms: int) -> str:
    """Return *ms* as hours and minutes."""
    minutes = round(ms / _MINUTE_MS)
    if minutes == 0:
        return f"{round(ms / 1_000)} s"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def set_point_text(said: Said | None, rules: Rules) -> str:
    """Return a set-point and why it is what it is."""
    if said is None:
        return "nothing decided yet"
    values = said.values
    if not values.get("on"):
        return f"off: {_why(said, rules)}"
    phases = values.get("phases")
    over = f" on {phases} {'phase' if phases == 1 else 'phases'}" if phases else ""
    return f"on, {_text('current_ma', values.get('current_ma'))}{over}: {_why(said, rules)}"


def said_text(said: Said | None, rules: Rules) -> str:
    """Return an outcome with all its fields."""
    if said is None:
        return "nothing"
    if said.kind == SET_POINT:
        return set_point_text(said, rules)
    shown = [f"{_stem(name)} {_text(name, value)}" for name, value in said.values.items()]
    return ", ".join([said.kind, *shown])


def _why(said: Said, rules: Rules) -> str:
    words = rule_words(said.values.get("rule"), rules)
    operands = said.values.get("operands") or []
    values = operands if len(operands) <= len(words.operands) else operands[::2]
    named = [f"{_stem(name)} {_text(name, value)}" for name, value in zip(words.operands, values, strict=False)]
    because = f" ({', '.join(named)})" if named else ""
    issuer = f" of {_text('issuer', said.values.get('issuer'))}" if said.values.get("on") else ""
    return f"rule {words.name}{issuer}{because}: {words.sentence}"


def rule_words(number: object, rules: Rules) -> RuleWords:
    """Return the words for the rule *number*; a rule that nobody knows has its number."""
    known = rules.get(number) if isinstance(number, int) else None
    return known or RuleWords(f"rule {brief(number)}", (), "this version does not know it")


def _text(name: str, value: object) -> str:
    plain = tuple(value) if isinstance(value, list) else value
    try:
        return field_text(name, plain)  # type: ignore[arg-type] # checked by what it raises
    except (*FAILURES, OverflowError):
        return brief(value)


def _stem(name: str) -> str:
    """Return the name of a field without the unit that its value carries."""
    return name.removesuffix(next((unit for unit in _UNITS if name.endswith(unit)), ""))


def _first(finding: Finding) -> Iterator[str]:
    contrast = finding.contrast
    first, point = contrast.first, contrast.first_point
    if point is not None:
        yield f"  first      {clock(finding.local, point.at_ms)}, {finding.thing(point.any.source)}{_numbers(point)}"
        for letter, side, rules in zip("AB", (point.a, point.b), finding.rules, strict=True):
            yield f"  {letter}          {set_point_text(side.said, rules)}"
    if first is not None and (point is None or _tells_more(first, point)):
        where = f"{clock(finding.local, first.at_ms)}, {finding.thing(first.any.source)}{_numbers(first)}"
        yield f"  {'before it ' if point is not None else 'first     '} {where}"
        for letter, side, rules in zip("AB", (first.a, first.b), finding.rules, strict=True):
            yield f"  {letter}          {said_text(side.said, rules)}"


def _tells_more(first: Difference, point: Difference) -> bool:
    """Return whether the first difference is another than that of the set-point."""
    return first.any.kind != SET_POINT or first.at_ms < point.at_ms


def _numbers(difference: Difference) -> str:
    """Return which events this is about."""
    numbers = [_number(side) for side in (difference.a, difference.b)]
    if numbers[0] == numbers[1]:
        return f" (event {numbers[0]})"
    return f" (event {numbers[0]} of A, {numbers[1]} of B)"


def _number(side: Side) -> str:
    return "none" if side.seq is None else f"{side.seq:,}"


def _consequences(finding: Finding) -> Iterator[str]:
    contrast = finding.contrast
    by_charger: dict[int, list[tuple[int, int, Change]]] = {}
    for (source, a, b), change in contrast.changes.items():
        by_charger.setdefault(source, []).append((a, b, change))
    for source in sorted(by_charger):
        changes = sorted(by_charger[source], key=lambda item: (-item[2].count, -item[2].lasted_ms, item[:2]))
        count = sum(change.count for *_, change in changes)
        lasted_ms = sum(change.lasted_ms for *_, change in changes)
        yield f"  {finding.thing(source)}: {counted(count, 'decision')} differ{_for(lasted_ms, ' in all')}"
        for a, b, change in changes[:_RULES_SHOWN]:
            yield f"    {change.count:>6,} x  {_rules(a, b, finding)}{_for(change.lasted_ms)}"
        if len(changes) > _RULES_SHOWN:
            rest = sum(change.count for *_, change in changes[_RULES_SHOWN:])
            yield f"    {rest:>6,} x  by {counted(len(changes) - _RULES_SHOWN, 'other pair')} of rules"
    also = _others(contrast)
    if also:
        yield f"  also       {also}"


def _for(ms: int, end: str = "") -> str:
    """Return for how long; nothing where each difference ended with its instant."""
    return f", for {lasted(ms)}{end}" if ms else ""


def _rules(a: int, b: int, finding: Finding) -> str:
    names = [rule_words(number, rules).name for number, rules in zip((a, b), finding.rules, strict=True)]
    return f"A {names[0]}, B {names[1]}"


def _others(contrast: Contrast) -> str:
    found = [f"{count:,} {kind}" for kind, count in sorted(contrast.others.items())]
    if contrast.reasons:
        found.insert(0, f"{counted(contrast.reasons, 'equal set-point')} for other reasons")
    return ", ".join(found)


def _parted(finding: Finding) -> Iterator[str]:
    parted = finding.parted
    if parted is None:
        return
    why = "" if finding.contrast.is_same else ": what follows from the difference is compared second by second"
    yield f"  facts part {finding.local.text(parted.at_ms)}{why}"
    yield f"  A          {parted.a}"
    yield f"  B          {parted.b}"


def _effect(finding: Finding, effect: Effect) -> Iterator[str]:
    for source, pair in sorted(effect.chargers_wh.items()):
        yield f"  energy     {finding.thing(source)}: {_pair(pair)}"
    if effect.import_wh.a is not None:
        yield f"  energy     from the grid: {_pair(effect.import_wh)}"
    cost = effect.cost_ueur
    if cost.a is not None and cost.b is not None:
        yield f"  money      A {euro(cost.a)}, B {euro(cost.b)}: {euro(cost.change, sign=True)}"
    else:
        yield "  money      unknown: no prices in the log"
    yield f"  effect     {_BASIS.get(effect.basis, 'from the readings of meter and chargers')}"


def _pair(pair: Pair) -> str:
    return f"A {kwh(pair.a)}, B {kwh(pair.b)}: {kwh(pair.change, sign=True)}"


def _worth(effect: Effect) -> str:
    worth = f"B charges {kwh(effect.energy_wh.change, sign=True)}"
    change = effect.cost_ueur.change
    return worth if change is None else f"{worth}, costs {euro(change, sign=True)}"
