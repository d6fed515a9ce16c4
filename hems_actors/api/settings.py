"""From what a client sets to the fact that says so: whole, with what it left out as it is."""

from typing import Final

from hems_actors.actors.view import ChargerView, View
from hems_actors.api.calls import (
    AcquisitionTolerance,
    BatteryLevelConsideration,
    PhasePowerLimit,
    SetChargingInfo,
    SetSpotMarketConfiguration,
)
from hems_actors.api.fields import NO_UUID, Wire
from hems_actors.api.models import ChargingInfo, ChargingMode, EnergyError
from hems_actors.api.port import HomePort
from hems_actors.api.shown import uuid_of
from hems_actors.core.enums import ThingKind
from hems_actors.core.facts import ChargingInfoChanged, Fact, SiteSettingsChanged, SpotMarketChanged
from hems_actors.core.recurrence import is_past

_MA: Final = 1_000
_PERMILLE: Final = 1_000
_HOME: Final = 0
_MODES: Final = tuple(ChargingMode)


class UnacceptableError(Exception):
    """What a client wants to set cannot be; nothing is changed."""

    def __init__(self, error: EnergyError = EnergyError.INVALID_PARAMETER) -> None:
        super().__init__(error.value)
        self.error = error


def fact_of(port: HomePort, asked: Wire) -> Fact:
    """Return the fact that makes what *asked* wants, on top of what stands now.

    Raises:
        UnacceptableError: it cannot be.
    """
    view = port.view()
    match asked:
        case SetChargingInfo(chargingInfo=info):
            return _charging_info(view, port.now_s(), info)
        case SetSpotMarketConfiguration():
            return _market(view, port, asked)
        case _:
            return _site(view, asked)


def find_charger(view: View, uuid: str) -> tuple[int, ChargerView] | None:
    """Return number and view of the charger called *uuid*, None if there is none."""
    return next((each for each in view.chargers if uuid_of(view.things, each[0]) == uuid), None)


def _site(view: View, asked: Wire) -> SiteSettingsChanged:
    now, limit_max_ma = view.settings, view.settings.limit_max_ma
    limit_ma, tolerance, level = now.phase_limit_ma, now.tolerance_permille, now.battery_level_permille
    match asked:
        case PhasePowerLimit(phasePowerLimit=limit_a):
            limit_ma = limit_a * _MA
            if limit_max_ma and limit_ma > limit_max_ma:
                raise UnacceptableError
        case AcquisitionTolerance(acquisitionTolerance=share):
            tolerance = round(share * _PERMILLE)
        case BatteryLevelConsideration(batteryLevelConsideration=share):
            level = round(share * _PERMILLE)
        case _:
            raise TypeError(f"nothing is set by {type(asked).__name__}")
    return SiteSettingsChanged(_HOME, limit_ma, tolerance, level)


def _market(view: View, port: HomePort, asked: SetSpotMarketConfiguration) -> SpotMarketChanged:
    number = view.market.provider
    if asked.providerId is not None:
        known = {about.provider_id: number for number, about in port.providers().items()}
        if asked.providerId not in known:
            raise UnacceptableError
        number = known[asked.providerId]
    if asked.enabled and not number:
        raise UnacceptableError(EnergyError.MISSING_PARAMETER)
    return SpotMarketChanged(_HOME, asked.enabled, number)


def _charging_info(view: View, now_s: int, asked: ChargingInfo) -> ChargingInfoChanged:
    found = find_charger(view, asked.evChargerId)
    if found is None:
        raise UnacceptableError
    number, charger = found
    now = charger.info
    mode, car = now.mode, now.car
    if asked.chargingMode is not None:
        mode = _MODES.index(asked.chargingMode)
    if asked.assignedCarId is not None:
        car = _car(view, asked.assignedCarId)
    fact = ChargingInfoChanged(
        number,
        mode,
        car,
        _or(asked.priority, now.priority),
        _or(asked.targetPercentage, now.target_percent),
        now.max_ma if asked.maxChargingCurrent is None else round(asked.maxChargingCurrent * _MA),
        now.min_ma if asked.minChargingCurrent is None else round(asked.minChargingCurrent * _MA),
        _or(asked.endDateTime, now.end_s),
        now.repeat_mask if asked.repeatDays is None else sum(1 << (day - 1) for day in asked.repeatDays),
        now.spot if asked.spotMarketChargingEnabled is None else asked.spotMarketChargingEnabled,
        _or(asked.dailySpotMarketPercentage, now.daily_percent),
    )
    is_new = (fact.end_s, fact.repeat_mask) != (now.end_s, now.repeat_mask)
    if (is_new and is_past(fact.end_s, fact.repeat_mask, now_s)) or 0 < fact.max_ma < fact.min_ma:
        raise UnacceptableError
    return fact


def _or(asked: int | None, now: int) -> int:
    return now if asked is None else asked


def _car(view: View, uuid: str) -> int:
    """Return the number of the car called *uuid*; 0 = it means none."""
    if uuid == NO_UUID:
        return 0
    for number, identity in view.things.items():
        if identity.kind == ThingKind.CAR and not identity.gone and uuid_of(view.things, number) == uuid:
            return number
    raise UnacceptableError
