"""`hemsd status` as text."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from hems_actors.commands.status_text import status_text

ZONE: Final = ZoneInfo("Europe/Vienna")
NOON_S: Final = 1_749_988_800
GARAGE: Final = "6f2a1b4c-0000-4000-8000-00000000000a"
CARPORT: Final = "6f2a1b4c-0000-4000-8000-00000000000b"
SUNNY: Final[dict[str, Any]] = {
    "degraded": [],
    "link": "connected to nymea 1.15.2",
    "log": "writing home-1-20250615T000000000Z.msgpack",
    "power": {
        "gridPower": -1_480,
        "phaseCurrents": [-4.0, 1.25, -0.5],
        "phasePowerLimit": 25,
        "solarPower": -9_000,
        "batteryPower": 400,
        "batteryLevel": 71,
        "surplusPower": 8_380,
    },
    "chargers": [
        {
            "evChargerId": GARAGE,
            "name": "Garage",
            "connected": True,
            "pluggedIn": True,
            "currentPower": 6_900,
            "chargingEnabled": True,
            "maxChargingCurrent": 10.5,
            "desiredPhaseCount": 3,
            "chargingMode": "ChargingModeEco",
            "reason": "charges on surplus",
            "level": 55,
        },
        {
            "evChargerId": CARPORT,
            "name": "Carport",
            "connected": False,
            "pluggedIn": False,
            "chargingEnabled": False,
            "maxChargingCurrent": 0,
            "desiredPhaseCount": 1,
            "chargingMode": "ChargingModeNormal",
            "reason": "no car is plugged in",
        },
    ],
}
SUNNY_TEXT: Final = """all is well
nymea: connected to nymea 1.15.2
log: writing home-1-20250615T000000000Z.msgpack

grid -1.48 kW   solar -9.00 kW   battery 400 W   surplus for cars 8.38 kW   battery at 71 %
phases A -4.0 A  B +1.2 A  C -0.5 A  (limit 25 A per phase)

Garage (Eco): 10.5 A on 3 phases, draws 6.90 kW, car plugged in, car at 55 %
  because charges on surplus
  plan Sun 15:00 - Sun 16:00: 16 A, SpotMarketCharging
  Sun 13:59 off: not enough surplus to start (available 800 W (#7)) [8]
  Sun 14:00 10.5 A: charges on surplus [9]

Carport (Normal): off, no car, NOT CONNECTED
  because no car is plugged in
"""


def _schedule(hours: int) -> dict[str, Any]:
    action = {"maxChargingCurrent": 16, "issuer": "ChargingActionIssuerSpotMarketCharging"}
    start_s = NOON_S + hours * 3_600
    return {"evChargerId": GARAGE, "startDateTime": start_s, "endDateTime": start_s + 3_600, "action": action}


def _decision(number: int, at_s: int, amps: float, reason: str, because: str = "") -> dict[str, Any]:
    return {
        "evChargerId": GARAGE,
        "number": number,
        "timestamp": at_s,
        "chargingEnabled": amps > 0,
        "maxChargingCurrent": amps,
        "reason": reason,
        "because": because,
    }


def test_a_sunny_noon() -> None:
    """Power, phases, and of each charger what it does, why, its plan and what was decided last, in local time."""
    decisions = [
        _decision(8, NOON_S - 60, 0, "not enough surplus to start", "available 800 W (#7)"),
        _decision(9, NOON_S, 10.5, "charges on surplus"),
    ]

    assert status_text(SUNNY, [_schedule(1)], decisions, ZONE) == SUNNY_TEXT


def test_what_is_wrong_comes_first() -> None:
    """One line each; what nobody says is not shown."""
    status = SUNNY | {"degraded": ["nymea: gone", "a, b"], "power": {"phasePowerLimit": 0}, "chargers": []}

    assert status_text(status, [], [], ZONE).splitlines() == [
        "degraded: 2 reasons",
        "nymea: connected to nymea 1.15.2",
        "log: writing home-1-20250615T000000000Z.msgpack",
        "  ! nymea: gone",
        "  ! a, b",
        "",
        "no reading of the root meter",
        "no limit per phase",
        "",
        "no charger",
    ]


def test_long_lists_are_cut() -> None:
    """Four stretches of a plan, three decisions."""
    decisions = [_decision(number, NOON_S, 6, "because") for number in range(9)]
    text = status_text(SUNNY, [_schedule(hours) for hours in range(6)], decisions, ZONE)

    assert text.count("  plan ") == 4
    assert "  and 2 more\n" in text
    assert [line[-3:] for line in text.splitlines() if line.endswith("]")] == ["[6]", "[7]", "[8]"]
