"""The calls that INTERFACE.md shows, one after the other on one connection."""

import json
from typing import Any, Final

from hems_actors.api.document import Example
from tests.api.home import GARAGE_ID, NOW_S
from tests.api.serving import PATIENCE_S, Place

_CALLS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("JSONRPC.Hello", {"locale": "en_US"}),
    ("JSONRPC.Version", {}),
    ("JSONRPC.KeepAlive", {"sessionId": "wallpanel"}),
    ("JSONRPC.SetNotificationStatus", {"namespaces": ["EnergyPlugin"]}),
    ("EnergyPlugin.GetChargingInfos", {"evChargerId": GARAGE_ID}),
    (
        "EnergyPlugin.SetChargingInfo",
        {"chargingInfo": {"evChargerId": GARAGE_ID, "chargingMode": "ChargingModeEco", "maxChargingCurrent": 10}},
    ),
    ("EnergyPlugin.SetChargingInfo", {"chargingInfo": {"evChargerId": GARAGE_ID, "targetPercentage": 120}}),
    ("EnergyPlugin.SetChargingInfo", {"chargingInfo": {"evChargerId": GARAGE_ID, "targetPercentage": "80"}}),
    ("EnergyPlugin.GetChargingSchedules", {"evChargerId": GARAGE_ID}),
    ("EnergyPlugin.GetAvailableSpotMarketProviders", {}),
    ("EnergyPlugin.GetSpotMarketConfiguration", {}),
    (
        "EnergyPlugin.SetSpotMarketConfiguration",
        {"enabled": True, "providerId": "db7a04c7-386b-5c86-846d-ab4ec2069d16"},
    ),
    ("EnergyPlugin.GetSpotMarketScoreEntries", {"date": "2025-06-15"}),
    ("EnergyPlugin.GetPhasePowerLimit", {}),
    ("EnergyPlugin.SetPhasePowerLimit", {"phasePowerLimit": 16}),
    ("EnergyPlugin.GetAcquisitionTolerance", {}),
    ("EnergyPlugin.SetAcquisitionTolerance", {"acquisitionTolerance": 0.25}),
    ("EnergyPlugin.GetBatteryLevelConsideration", {}),
    ("EnergyPlugin.SetBatteryLevelConsideration", {"batteryLevelConsideration": 0.8}),
    ("EnergyPlugin.GetDecisions", {"evChargerId": GARAGE_ID, "from": NOW_S - 3_600}),
    ("EnergyPlugin.GetStatus", {}),
    ("EnergyPlugin.GetWeather", {}),
)


def lines() -> list[str]:
    """Return the calls as they are sent."""
    return [
        json.dumps({"id": number, "method": method, "params": params})
        for number, (method, params) in enumerate(_CALLS, 1)
    ]


def play(place: Place, asked: list[str]) -> list[Example]:
    """Say each line of *asked* through a real client, and return what comes back."""
    found = []
    with place.client() as client:
        for line in asked:
            client.send(line)
            answers: list[str] = []
            while not answers or '"notification"' in answers[-1]:
                answers.append(str(client.recv(PATIENCE_S)).removesuffix("\n"))
            found.append(Example(line, tuple(answers)))
    return found
