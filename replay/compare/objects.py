"""A comparison as an object for programs."""

from collections.abc import Mapping
from typing import Any

from replay.compare.contrast import Difference, Side
from replay.compare.finding import Effect, Finding, Pair
from replay.compare.said import Rules
from replay.compare.words import rule_words, verdict


def object_of(finding: Finding) -> Mapping[str, Any]:
    """Return *finding* as `--json` prints it."""
    contrast, parted = finding.contrast, finding.parted
    return {
        "a": finding.a,
        "b": finding.b,
        "exit": int(finding.exit),
        "error": finding.error,
        "verdict": None if finding.error is not None and not contrast.decided else verdict(finding),
        "decisions": contrast.decided,
        "differ": contrast.differ,
        "other_reasons": contrast.reasons,
        "others": dict(sorted(contrast.others.items())),
        "first": _difference(contrast.first_point, finding),
        "first_outcome": _difference(contrast.first, finding),
        "changes": [
            {
                "charger": finding.thing(source),
                "rule_a": rule_words(a, finding.rules[0]).name,
                "rule_b": rule_words(b, finding.rules[1]).name,
                "decisions": change.count,
                "lasted_ms": change.lasted_ms,
            }
            for (source, a, b), change in sorted(contrast.changes.items())
        ],
        "facts_part": parted and {"at_ms": parted.at_ms, "a": parted.a, "b": parted.b},
        "effect": finding.effect and _effect(finding.effect, finding),
        "notes": finding.notes,
    }


def _difference(difference: Difference | None, finding: Finding) -> Mapping[str, Any] | None:
    if difference is None:
        return None
    return {
        "at_ms": difference.at_ms,
        "at": finding.local.text(difference.at_ms),
        "charger": finding.thing(difference.any.source) if difference.any.source else None,
        "kind": difference.any.kind,
        "a": _side(difference.a, finding.rules[0]),
        "b": _side(difference.b, finding.rules[1]),
    }


def _side(side: Side, rules: Rules) -> Mapping[str, Any] | None:
    if side.said is None:
        return None
    values = dict(side.said.values)
    if "rule" in values:
        values["rule"] = rule_words(values["rule"], rules).name
    return {"seq": side.seq, **values}


def _effect(effect: Effect, finding: Finding) -> Mapping[str, Any]:
    return {
        "from": effect.basis,
        "chargers": [
            {"charger": finding.thing(source), **_pair(pair, "wh")}
            for source, pair in sorted(effect.chargers_wh.items())
        ],
        "import": _pair(effect.import_wh, "wh"),
        "cost": _pair(effect.cost_ueur, "ueur"),
    }


def _pair(pair: Pair, unit: str) -> Mapping[str, int | None]:
    return {f"a_{unit}": pair.a, f"b_{unit}": pair.b, f"change_{unit}": pair.change}
