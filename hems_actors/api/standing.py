"""What meter, battery and chargers do at the moment, in the API's words."""

from typing import Final

from hems_actors.actors.view import ChargerView, View
from hems_actors.api.models import ChargerStatus, ChargingActionIssuer, ChargingMode, PowerStatus
from hems_actors.api.shown import sentence_of, uuid_of
from hems_actors.core.facts import MeterReading
from hems_actors.core.identity import names_of
from hems_actors.core.units import VOLTAGE_DV_NOMINAL

_MA: Final = 1_000
_MODES: Final = tuple(ChargingMode)
_ISSUERS: Final = tuple(ChargingActionIssuer)


def power_status(view: View, solar_w: int | None) -> PowerStatus:
    """Return where power comes from and goes to, *solar_w* being what the inverters say."""
    reading, battery = view.reading, view.battery
    grid_w = reading.power_w if reading.source else None
    drawn_w = sum(charger.report.draw_w or 0 for _, charger in view.chargers)
    limits_ma = [each for each in (view.settings.phase_limit_ma, view.settings.limit_max_ma) if each]
    return PowerStatus(
        gridPower=grid_w,
        phaseCurrents=_phase_currents(reading),
        phasePowerLimit=min(limits_ma, default=0) // _MA,
        solarPower=solar_w,
        batteryPower=None if battery is None else battery.power_w,
        batteryLevel=None if battery is None else battery.level_percent,
        surplusPower=None if grid_w is None else drawn_w - grid_w,
    )


def charger_status(view: View, number: int, charger: ChargerView) -> ChargerStatus:
    """Return what *charger*, thing *number*, does."""
    return ChargerStatus(
        evChargerId=uuid_of(view.things, number),
        name=names_of(view.things).get(number, str(number)),
        connected=charger.report.connected,
        pluggedIn=charger.plugged,
        currentPower=charger.report.draw_w,
        chargingEnabled=charger.on,
        maxChargingCurrent=charger.current_ma / _MA,
        desiredPhaseCount=charger.phases,
        chargingMode=_MODES[charger.info.mode],
        issuer=_ISSUERS[charger.issuer],
        reason=sentence_of(charger.rule),
        level=charger.level_percent,
    )


def _phase_currents(reading: MeterReading) -> list[float] | None:
    """Return the currents of A, B and C in A; None = the meter does not tell of each phase."""
    currents_a: list[float] = []
    for power_w, current_ma, voltage_dv in (
        (reading.a_w, reading.a_ma, reading.a_dv),
        (reading.b_w, reading.b_ma, reading.b_dv),
        (reading.c_w, reading.c_ma, reading.c_dv),
    ):
        if current_ma is not None:
            exports = power_w is not None and power_w < 0
            currents_a.append(round((-abs(current_ma) if exports else current_ma) / _MA, 2))
        elif power_w is not None:
            currents_a.append(round(power_w * 10 / (voltage_dv or VOLTAGE_DV_NOMINAL), 2))
        else:
            return None
    return currents_a
