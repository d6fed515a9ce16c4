"""Comparing recorded outcomes with replayed ones: canonical bytes first, then field by field.

Strategy: equal bytes are equal outcomes. Otherwise outcomes are paired by kind, source and what they are about, in
the order they come; a pair differs in fields, an outcome without partner differs as a whole, and equal pairs in
another order differ in their order.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgpack

from hems_actors.core import outcomes
from hems_actors.core.rules import RULES
from hems_actors.eventlog.schema import current_schema
from replay.divergence import Concluded, Divergence

UNITS_RAW: Final = {
    "ma": "mA",
    "w": "W",
    "dv": "dV",
    "wh": "Wh",
    "ms": "ms",
    "s": "s",
    "percent": "%",
    "permille": "\N{PER MILLE SIGN}",
}
"""Last word of a field's name to the unit of the integer."""
_ABOUT: Final = {outcomes.TimerSet: "timer", outcomes.AlarmChanged: "alarm", outcomes.ActionClosed: "action_seq"}
"""The field that says which of several outcomes of one kind and source this is."""
_Key = tuple[int, int, Any]


def canonical(concluded: Sequence[Concluded]) -> bytes:
    """Return the bytes by which outcomes are compared: instant, kind and every field, without their numbers."""
    packed: bytes = msgpack.packb([(at_ms, kind, event) for _, at_ms, kind, event in concluded])
    return packed


def differences(recorded: Sequence[Concluded], replayed: Sequence[Concluded]) -> list[Divergence]:
    """Return what differs, in the order of the event numbers; empty if the canonical bytes are equal.

    Args:
        recorded: the outcomes of one stage that the log holds.
        replayed: those of this code, numbered by the fact they follow.
    """
    if canonical(recorded) == canonical(replayed):
        return []
    theirs, ours = _by_key(recorded), _by_key(replayed)
    found: list[Divergence] = []
    for key in dict.fromkeys([*theirs, *ours]):
        one, other = theirs.get(key, []), ours.get(key, [])
        paired = min(len(one), len(other))
        for left, right in zip(one, other, strict=False):
            events = (left.event, right.event)
            found += [difference._replace(events=events) for difference in _fields(left, right)]
        found += [_whole(item, recorded=True) for item in one[paired:]]
        found += [_whole(item, recorded=False) for item in other[paired:]]
    if not found:
        found = [_order(recorded, replayed)]
    return sorted(found, key=lambda divergence: divergence.seq)


def unit_of(field: str) -> str | None:
    """Return the unit of the integers in *field*, None if it has none."""
    return UNITS_RAW.get(field.rpartition("_")[2])


def _by_key(concluded: Sequence[Concluded]) -> dict[_Key, list[Concluded]]:
    grouped: dict[_Key, list[Concluded]] = defaultdict(list)
    for item in concluded:
        about = _ABOUT.get(type(item.event))
        grouped[item.kind, item.event.source, about and getattr(item.event, about)].append(item)
    return grouped


def _fields(recorded: Concluded, replayed: Concluded) -> Iterator[Divergence]:
    """Yield the fields in which two outcomes of one kind differ."""
    kind = current_schema()[recorded.kind].name
    if recorded.at_ms != replayed.at_ms:
        yield _divergence(recorded, f"{kind}.at_ms", recorded.at_ms, replayed.at_ms)
    for name, left, right in zip(recorded.event._fields, recorded.event, replayed.event, strict=True):
        if msgpack.packb(left) == msgpack.packb(right):
            continue
        if name == "operands":
            yield from _operands(recorded, replayed, f"{kind}.operands")
        else:
            yield _divergence(recorded, f"{kind}.{name}", left, right)


def _operands(recorded: Concluded, replayed: Concluded, field: str) -> Iterator[Divergence]:
    """Yield the operands that differ, by name where both decisions name the same rule."""
    left: tuple[int, ...] = getattr(recorded.event, "operands", ())
    right: tuple[int, ...] = getattr(replayed.event, "operands", ())
    number = getattr(recorded.event, "rule", None)
    rule = RULES.get(number) if number is not None and number == getattr(replayed.event, "rule", None) else None
    if rule is None or not len(left) == len(right) == 2 * len(rule.operands):
        yield _divergence(recorded, field, list(left), list(right))
        return
    for index, name in enumerate(rule.operands):
        for part, suffix in ((2 * index, ""), (2 * index + 1, ".event")):
            if left[part] != right[part]:
                yield _divergence(recorded, f"{field}.{name}{suffix}", left[part], right[part])


def _divergence(place: Concluded, field: str, recorded: object, replayed: object) -> Divergence:
    seq, at_ms, _, event = place
    return Divergence(seq, at_ms, event.source, field, unit_of(field), recorded, replayed)


def _whole(item: Concluded, *, recorded: bool) -> Divergence:
    """Return the divergence of an outcome that the other side does not have."""
    field = current_schema()[item.kind].name
    values = dict(zip(item.event._fields[1:], item.event[1:], strict=True))
    if recorded:
        return _divergence(item, field, values, None)._replace(events=(item.event, None))
    return _divergence(item, field, None, values)._replace(events=(None, item.event))


def _order(recorded: Sequence[Concluded], replayed: Sequence[Concluded]) -> Divergence:
    schema = current_schema()
    names = [[f"{schema[item.kind].name} {item.event.source}" for item in side] for side in (recorded, replayed)]
    return _divergence(recorded[0], "order", *names)
