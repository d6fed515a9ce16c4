"""`hemsd status` as text: chargers, phases, surplus, plans, the last decisions with their reasons."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final

Answer = Mapping[str, Any]
LAST: Final = 3
"""So many decisions of each charger."""
_PLANS_MAX: Final = 4
_KILO: Final = 1_000


def status_text(status: Answer, schedules: Sequence[Answer], decisions: Sequence[Answer], zone: tzinfo) -> str:
    """Return what the API says of a home, for a terminal of 100 columns.

    Args:
        status: what GetStatus answers.
        schedules: of GetChargingSchedules.
        decisions: of GetDecisions, of all chargers.
        zone: the home's.
    """
    lines = [_state_line(status), f"nymea: {status['link']}", f"log: {status['log']}"]
    lines += [f"  ! {text}" for text in status["degraded"]]
    lines += ["", *_power_lines(status["power"])]
    for charger in status["chargers"]:
        lines += ["", *_charger_lines(charger)]
        lines += _plan_lines([one for one in schedules if one["evChargerId"] == charger["evChargerId"]], zone)
        made = [one for one in decisions if one["evChargerId"] == charger["evChargerId"]]
        lines += [_decision_line(one, zone) for one in made[-LAST:]]
    if not status["chargers"]:
        lines += ["", "no charger"]
    return "\n".join(lines) + "\n"


def _state_line(status: Answer) -> str:
    return "all is well" if not status["degraded"] else f"degraded: {len(status['degraded'])} reasons"


def _power_lines(power: Answer) -> list[str]:
    parts = [
        f"{name} {_kw(power[key])}"
        for name, key in (
            ("grid", "gridPower"),
            ("solar", "solarPower"),
            ("battery", "batteryPower"),
            ("surplus for cars", "surplusPower"),
        )
        if key in power
    ]
    if "batteryLevel" in power:
        parts.append(f"battery at {power['batteryLevel']} %")
    lines = ["   ".join(parts) or "no reading of the root meter"]
    limit = f"limit {power['phasePowerLimit']} A" if power["phasePowerLimit"] else "no limit"
    if "phaseCurrents" in power:
        shown = "  ".join(
            f"{name} {ampere:+.1f} A" for name, ampere in zip("ABC", power["phaseCurrents"], strict=False)
        )
        lines.append(f"phases {shown}  ({limit} per phase)")
    else:
        lines.append(f"{limit} per phase")
    return lines


def _charger_lines(charger: Answer) -> list[str]:
    phases = charger["desiredPhaseCount"]
    what = f"{charger['maxChargingCurrent']:g} A" + (f" on {phases} phase{'s' * (phases > 1)}" if phases else "")
    parts = [what if charger["chargingEnabled"] else "off"]
    if "currentPower" in charger:
        parts.append(f"draws {_kw(charger['currentPower'])}")
    parts.append("car plugged in" if charger["pluggedIn"] else "no car")
    if "level" in charger:
        parts.append(f"car at {charger['level']} %")
    if not charger["connected"]:
        parts.append("NOT CONNECTED")
    mode = charger["chargingMode"].removeprefix("ChargingMode")
    return [f"{charger['name']} ({mode}): {', '.join(parts)}", f"  because {charger['reason']}"]


def _plan_lines(schedules: Sequence[Answer], zone: tzinfo) -> list[str]:
    lines = [
        f"  plan {_time(one['startDateTime'], zone)} - {_time(one['endDateTime'], zone)}: "
        f"{one['action']['maxChargingCurrent']:g} A, "
        f"{one['action']['issuer'].removeprefix('ChargingActionIssuer')}"
        for one in schedules[:_PLANS_MAX]
    ]
    if len(schedules) > _PLANS_MAX:
        lines.append(f"  and {len(schedules) - _PLANS_MAX} more")
    return lines


def _decision_line(decision: Answer, zone: tzinfo) -> str:
    what = f"{decision['maxChargingCurrent']:g} A" if decision["chargingEnabled"] else "off"
    because = f" ({decision['because']})" if decision["because"] else ""
    return f"  {_time(decision['timestamp'], zone)} {what}: {decision['reason']}{because} [{decision['number']}]"


def _kw(power_w: int) -> str:
    return f"{power_w / _KILO:.2f} kW" if abs(power_w) >= _KILO else f"{power_w} W"


def _time(at_s: int, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(at_s, zone):%a %H:%M}"
