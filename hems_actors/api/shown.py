"""The view in the API's words."""

from collections.abc import Mapping
from typing import Final

from hems_actors.actors.view import ChargerView, View
from hems_actors.api.calls import SpotMarketConfiguration
from hems_actors.api.models import (
    ChargingAction,
    ChargingActionIssuer,
    ChargingInfo,
    ChargingMode,
    ChargingSchedule,
    ChargingState,
    Decision,
    ScoreEntry,
)
from hems_actors.api.port import Made
from hems_actors.core.describe import operands_text
from hems_actors.core.enums import Issuer, Purpose
from hems_actors.core.identity import Identity, uuid_text, words_of
from hems_actors.core.localtime import day_of
from hems_actors.core.rates import unflat
from hems_actors.core.rules import RULES
from hems_actors.core.units import VOLTAGE_DV_NOMINAL, current_ma_of
from hems_actors.spotmarket.provider import About
from hems_actors.spotmarket.scores import scores_of

_MA: Final = 1_000
_GRID_MA: Final = 10
_UEUR: Final = 1_000_000
_RUN: Final = 3
_MODES: Final = tuple(ChargingMode)
_STATES: Final = tuple(ChargingState)
_ISSUERS: Final = tuple(ChargingActionIssuer)
_PLANNERS: Final = {Purpose.DEADLINE: Issuer.TIME_REQUIREMENT, Purpose.DAY: Issuer.SPOT_MARKET_CHARGING}


def uuid_of(things: Mapping[int, Identity], number: int) -> str:
    """Return the UUID of thing *number*; of one that was never named, the number as a UUID."""
    identity = things.get(number)
    return uuid_text(words_of(number) if identity is None else identity.uuid)


def charging_info(view: View, number: int, charger: ChargerView) -> ChargingInfo:
    """Return the ChargingInfo of *charger*, thing *number*."""
    info = charger.info
    car = view.things.get(info.car)
    has_car = info.car != 0 and (car is None or not car.gone)
    return ChargingInfo(
        evChargerId=uuid_of(view.things, number),
        assignedCarId=uuid_of(view.things, info.car) if has_car else None,
        chargingMode=_MODES[info.mode],
        targetPercentage=info.target_percent,
        endDateTime=info.end_s,
        repeatDays=[day for day in range(1, 8) if info.repeat_mask >> (day - 1) & 1],
        spotMarketChargingEnabled=info.spot,
        dailySpotMarketPercentage=info.daily_percent,
        maxChargingCurrent=info.max_ma / _MA,
        minChargingCurrent=info.min_ma / _MA,
        priority=info.priority,
        chargingState=_STATES[charger.charging_state],
        issuer=_ISSUERS[charger.issuer],
        reason=_sentence(charger.rule),
    )


def schedules(view: View, number: int, charger: ChargerView, now_s: int) -> list[ChargingSchedule]:
    """Return what is planned for *charger* and not over at *now_s*, in time order."""
    found = [
        ChargingSchedule(
            evChargerId=uuid_of(view.things, number),
            startDateTime=start_s,
            endDateTime=end_s,
            action=ChargingAction(
                issuer=_ISSUERS[_PLANNERS[Purpose(purpose)]],
                chargingEnabled=True,
                maxChargingCurrent=_ampere(power_w, plan.phases),
                desiredPhaseCount=plan.phases,
            ),
        )
        for purpose, plan in enumerate(charger.plans)
        for start_s, end_s, power_w in _steps(plan.runs)
        if end_s > now_s
    ]
    return sorted(found, key=lambda one: (one.startDateTime, one.endDateTime))


def all_schedules(view: View, now_s: int) -> list[ChargingSchedule]:
    """Return what is planned for all chargers."""
    return [one for number, charger in view.chargers for one in schedules(view, number, charger, now_s)]


def configuration(view: View, providers: Mapping[int, About], now_s: int) -> SpotMarketConfiguration:
    """Return whether prices are used, whose, and whether one is known at *now_s*."""
    about = providers.get(view.market.provider)
    return SpotMarketConfiguration(
        enabled=view.market.enabled,
        available=any(start_s <= now_s < end_s for start_s, end_s, _price in _steps(view.market.slots)),
        providerId=None if about is None else about.provider_id,
    )


def score_entries(view: View, day: int | None = None) -> list[ScoreEntry]:
    """Return the prices of the local date *day*, or of all days, each scored within its own."""
    rates = unflat(view.market.slots)
    days = sorted({day_of(view.transitions_s, slot.start_s) for slot in rates}) if day is None else [day]
    return [
        ScoreEntry(
            startDateTime=score.start_s,
            endDateTime=score.end_s,
            value=score.price_ueur_kwh / _UEUR,
            weighting=score.weighting,
        )
        for each in days
        for score in scores_of(rates, view.transitions_s, each)
    ]


def decision(things: Mapping[int, Identity], made: Made) -> Decision:
    """Return *made* in words."""
    event = made.event
    known = RULES.get(event.rule)
    return Decision(
        number=made.seq,
        timestamp=max(0, made.at_s),
        evChargerId=uuid_of(things, event.source),
        chargingEnabled=event.on,
        maxChargingCurrent=event.current_ma / _MA,
        desiredPhaseCount=event.phases,
        issuer=_ISSUERS[event.issuer],
        rule=str(event.rule) if known is None else known.name,
        reason=_sentence(event.rule),
        because=operands_text(event.rule, event.operands),
    )


def _sentence(rule: int) -> str:
    return RULES[rule].sentence if rule in RULES else str(rule)


def _ampere(power_w: int, phases: int) -> float:
    """Return the current per phase of a planned power, in A."""
    current_ma = current_ma_of(power_w, VOLTAGE_DV_NOMINAL * max(1, phases))
    return (current_ma + _GRID_MA // 2) // _GRID_MA * _GRID_MA / _MA


def _steps(numbers: tuple[int, ...]) -> list[tuple[int, ...]]:
    return [numbers[at : at + _RUN] for at in range(0, len(numbers), _RUN)]
