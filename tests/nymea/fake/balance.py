"""The energy experience's sums over all things."""

from collections.abc import Iterable
from typing import Final

from tests.nymea.fake.things import Thing

CURRENT: Final = (
    *("currentPowerAcquisition", "currentPowerConsumption"),
    *("currentPowerProduction", "currentPowerStorage"),
)
TOTAL: Final = ("totalAcquisition", "totalConsumption", "totalProduction", "totalReturn")
ZERO: Final = dict.fromkeys(CURRENT, 0.0)


def counts(thing: Thing, state: str) -> bool:
    """Whether a change of *state* of *thing* makes a new balance."""
    kinds = ("energymeter", "smartmeterproducer", "energystorage")
    return state == "currentPower" and any(thing.has(kind) for kind in kinds)


def balance(things: Iterable[Thing], root: Thing | None) -> dict[str, float]:
    """Return the four current values, in W: production <= 0, acquisition > 0 import, storage > 0 charging."""
    things = list(things)
    acquisition = 0.0 if root is None else float(root.values["currentPower"])
    production = sum(float(thing.values["currentPower"]) for thing in things if thing.has("smartmeterproducer"))
    storage = sum(float(thing.values["currentPower"]) for thing in things if thing.has("energystorage"))
    consumption = acquisition - min(0.0, production) - storage
    return dict(zip(CURRENT, (acquisition, consumption, production, storage), strict=True))
