"""What a comparison of two sides came to, for whoever prints it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from hems_actors.eventlog.localtime import LocalTime
from replay.compare.account import Account, wh_of
from replay.compare.contrast import Contrast
from replay.compare.said import OWN_RULES, Rules
from replay.report import Exit

FROM_READINGS: Final = "readings"
FROM_MODEL: Final = "model"


class Parting(NamedTuple):
    """Where two logs stop being of the same facts."""

    at_ms: int
    a: str
    b: str


class Pair(NamedTuple):
    """A figure of both sides; None = not known."""

    a: int | None
    b: int | None

    @property
    def change(self) -> int | None:
        """How much more it is in B."""
        return None if self.a is None or self.b is None else self.b - self.a


class Effect(NamedTuple):
    """Energy (Wh) and money (micro-euro) of both sides, and what that was worked out from."""

    basis: str
    chargers_wh: Mapping[int, Pair]
    import_wh: Pair
    cost_ueur: Pair

    @property
    def energy_wh(self) -> Pair:
        """What all chargers drew."""
        pairs = self.chargers_wh.values()
        return Pair(sum(pair.a or 0 for pair in pairs), sum(pair.b or 0 for pair in pairs))


@dataclass(slots=True)
class Finding:
    """One comparison; a part that failed before anything could be compared has an error alone."""

    a: str
    b: str
    error: str | None = None
    """Why the comparison ended before its end."""
    broken: Exit | None = None
    """The exit code that this error, or damage, stands for."""
    contrast: Contrast = field(default_factory=Contrast)
    parted: Parting | None = None
    effect: Effect | None = None
    names: Mapping[int, str] = field(default_factory=dict)
    local: LocalTime = field(default_factory=LocalTime)
    rules: tuple[Rules, Rules] = (OWN_RULES, OWN_RULES)
    notes: list[str] = field(default_factory=list)
    """What else should be known of what was compared, a line each."""
    warnings: list[str] = field(default_factory=list)

    @property
    def exit(self) -> Exit:
        """The exit code: damage or failure first; then logs that are of other facts; then whether anything differs."""
        if self.broken is not None:
            return self.broken
        if self.contrast.is_same:
            return Exit.SAME if self.parted is None else Exit.USAGE_OR_NEWER
        return Exit.DIFFERS

    def thing(self, source: int) -> str:
        """Return the name of the thing *source*."""
        return self.names.get(source, f"thing {source}") if source else "the home"


def effect_of(a: Account, b: Account, basis: str) -> Effect:
    """Return what the accounts of both sides say."""
    nothing = 0
    chargers = {
        source: Pair(
            wh_of(a.chargers[source].energy_wms) if source in a.chargers else nothing,
            wh_of(b.chargers[source].energy_wms) if source in b.chargers else nothing,
        )
        for source in dict.fromkeys([*a.chargers, *b.chargers])
    }
    return Effect(
        basis,
        chargers,
        Pair(wh_of(a.import_wms), wh_of(b.import_wms)),
        Pair(a.bought.cost_ueur, b.bought.cost_ueur),
    )
