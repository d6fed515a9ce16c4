"""What the Get methods answer."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from hems_actors.api import calls
from hems_actors.api.conditions import status
from hems_actors.api.fields import INSTANT_MAX, Wire
from hems_actors.api.models import EnergyError, SpotMarketProviderInfo
from hems_actors.api.port import Asked, HomePort
from hems_actors.api.settings import find_charger
from hems_actors.api.shown import all_schedules, charging_info, configuration, decision, schedules, score_entries
from hems_actors.core.localtime import day_of

DECISIONS_MAX: Final = 500
_DAY_0: Final = date(1970, 1, 1).toordinal()
_PERMILLE: Final = 1_000
_MA: Final = 1_000
_INVALID: Final = EnergyError.INVALID_PARAMETER
Get = Callable[[HomePort, Any], Wire]


def charging_infos(port: HomePort, asked: calls.OneCharger) -> calls.ChargingInfos:
    """Answer GetChargingInfos."""
    view = port.view()
    if asked.evChargerId is None:
        return calls.ChargingInfos(chargingInfos=[charging_info(view, *each) for each in view.chargers])
    found = find_charger(view, asked.evChargerId)
    if found is None:
        return calls.ChargingInfos(energyError=_INVALID, chargingInfos=[])
    return calls.ChargingInfos(chargingInfos=[charging_info(view, *found)])


def charging_schedules(port: HomePort, asked: calls.OneCharger) -> calls.ChargingSchedules:
    """Answer GetChargingSchedules."""
    view, now_s = port.view(), port.now_s()
    if asked.evChargerId is None:
        return calls.ChargingSchedules(chargingSchedules=all_schedules(view, now_s))
    found = find_charger(view, asked.evChargerId)
    if found is None:
        return calls.ChargingSchedules(energyError=_INVALID, chargingSchedules=[])
    return calls.ChargingSchedules(chargingSchedules=schedules(view, *found, now_s))


def providers(port: HomePort, _asked: calls.Nothing) -> calls.Providers:
    """Answer GetAvailableSpotMarketProviders."""
    return calls.Providers(
        providers=[
            SpotMarketProviderInfo(
                providerId=about.provider_id, name=about.name, country=about.country, website=about.website
            )
            for about in port.providers().values()
        ]
    )


def spot_market(port: HomePort, _asked: calls.Nothing) -> calls.SpotMarketConfiguration:
    """Answer GetSpotMarketConfiguration."""
    return configuration(port.view(), port.providers(), port.now_s())


def scores(port: HomePort, asked: calls.OneDay) -> calls.ScoreEntries:
    """Answer GetSpotMarketScoreEntries."""
    view, day = port.view(), None
    if isinstance(asked.date, date):
        day = asked.date.toordinal() - _DAY_0
    elif asked.date is not None:
        day = day_of(view.transitions_s, asked.date)
    return calls.ScoreEntries(spotMarketScoreEntries=score_entries(view, day))


def phase_power_limit(port: HomePort, _asked: calls.Nothing) -> calls.PhasePowerLimit:
    """Answer GetPhasePowerLimit."""
    return calls.PhasePowerLimit(phasePowerLimit=port.view().settings.phase_limit_ma // _MA)


def acquisition_tolerance(port: HomePort, _asked: calls.Nothing) -> calls.AcquisitionTolerance:
    """Answer GetAcquisitionTolerance."""
    return calls.AcquisitionTolerance(acquisitionTolerance=port.view().settings.tolerance_permille / _PERMILLE)


def battery_level(port: HomePort, _asked: calls.Nothing) -> calls.BatteryLevelConsideration:
    """Answer GetBatteryLevelConsideration."""
    level = port.view().settings.battery_level_permille / _PERMILLE
    return calls.BatteryLevelConsideration(batteryLevelConsideration=level)


def decisions(port: HomePort, asked: calls.DecisionsAsked) -> calls.Decisions:
    """Answer GetDecisions; may take a while."""
    view = port.view()
    found = find_charger(view, asked.evChargerId)
    if found is None:
        return calls.Decisions(energyError=_INVALID, decisions=[])
    from_s = 0 if asked.from_ is None else asked.from_
    to_s = INSTANT_MAX if asked.to is None else asked.to
    made = port.decisions(Asked(found[0], from_s, to_s, DECISIONS_MAX))
    return calls.Decisions(decisions=[decision(view.things, each) for each in made])


def home_status(port: HomePort, _asked: calls.Nothing) -> calls.Status:
    """Answer GetStatus."""
    return status(port.view(), port.condition())


GETS: Final[dict[str, Get]] = {
    "EnergyPlugin.GetChargingInfos": charging_infos,
    "EnergyPlugin.GetChargingSchedules": charging_schedules,
    "EnergyPlugin.GetAvailableSpotMarketProviders": providers,
    "EnergyPlugin.GetSpotMarketConfiguration": spot_market,
    "EnergyPlugin.GetSpotMarketScoreEntries": scores,
    "EnergyPlugin.GetPhasePowerLimit": phase_power_limit,
    "EnergyPlugin.GetAcquisitionTolerance": acquisition_tolerance,
    "EnergyPlugin.GetBatteryLevelConsideration": battery_level,
    "EnergyPlugin.GetStatus": home_status,
}
LOOK_UPS: Final[dict[str, Get]] = {"EnergyPlugin.GetDecisions": decisions}
"""Those that may take a while."""
EMPTY: Final[dict[str, Wire]] = {
    "EnergyPlugin.GetSpotMarketScoreEntries": calls.ScoreEntries(energyError=_INVALID, spotMarketScoreEntries=[]),
    "EnergyPlugin.GetDecisions": calls.Decisions(energyError=_INVALID, decisions=[]),
}
"""What those answer to a value out of range; Set methods answer `Done`."""
