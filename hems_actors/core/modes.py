"""What each charging mode lets set a charger's current: one table (charging.md sections 3 and 5).

A charger's set-point is the highest of what these want at a moment; in all modes but Normal an answer of the optimizer
that counts now goes before all of them (charging.md section 12):

| mode | Normal | SurplusCharging | SpotMarketCharging | TimeRequirement | MinCurrent |
|---|---|---|---|---|---|
| Normal | always | | | | |
| Eco | | on surplus | in bought slots | | |
| EcoWithTargetTime | | on surplus | in bought slots | in planned slots, and when late | |
| EcoWithMinCurrent | | on surplus | in bought slots | | always |
| EcoMinWithTargetTime | | on surplus | in bought slots | in planned slots, and when late | always |
"""

from typing import Final

from hems_actors.core.enums import ChargingState, Issuer, Mode
from hems_actors.core.state import SetPoint

_ECO: Final = (Issuer.SURPLUS_CHARGING, Issuer.SPOT_MARKET_CHARGING)

ISSUERS: Final[dict[int, tuple[Issuer, ...]]] = {
    Mode.NORMAL: (Issuer.NORMAL,),
    Mode.ECO: _ECO,
    Mode.ECO_WITH_TARGET_TIME: (*_ECO, Issuer.TIME_REQUIREMENT),
    Mode.ECO_WITH_MIN_CURRENT: (*_ECO, Issuer.MIN_CURRENT),
    Mode.ECO_MIN_WITH_TARGET_TIME: (*_ECO, Issuer.TIME_REQUIREMENT, Issuer.MIN_CURRENT),
}
"""Mode to issuers; of equal wishes the first one's stands: what the sun gives is not bought."""


_STATES: Final[dict[int, ChargingState]] = {
    Issuer.SURPLUS_CHARGING: ChargingState.SURPLUS_CHARGING,
    Issuer.SPOT_MARKET_CHARGING: ChargingState.SPOT_MARKET_CHARGING,
    Issuer.TIME_REQUIREMENT: ChargingState.TIME_REQUIREMENT,
}


def charging_state(point: SetPoint) -> ChargingState:
    """Return the state that users see: who sets the current, if that is one of nymea's three; else idle."""
    return _STATES.get(point.issuer, ChargingState.IDLE) if point.on else ChargingState.IDLE


def is_eco(mode: int) -> bool:
    """Return whether *mode* is one of the Eco modes: surplus, and what else it names."""
    return mode != Mode.NORMAL


def has_target_time(mode: int) -> bool:
    """Return whether *mode* pursues a deadline."""
    return Issuer.TIME_REQUIREMENT in ISSUERS[mode]


def has_minimum(mode: int) -> bool:
    """Return whether *mode* keeps the minimum current while a car is plugged in."""
    return Issuer.MIN_CURRENT in ISSUERS[mode]
