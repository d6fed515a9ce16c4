"""aWATTar over HTTP: what is asked, what real answers come to, what fails."""

import json
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from hems_actors.core.enums import Failure, PriceProvider
from hems_actors.core.rates import Slot
from hems_actors.spotmarket.awattar import AT, DE, Awattar, awattar_at, awattar_de
from hems_actors.spotmarket.errors import AddressError, ProviderError
from hems_actors.spotmarket.provider import Provider
from tests.spotmarket.answers import DAY_S, HOUR_S, MIDNIGHT_S, answer_of, hourly
from tests.spotmarket.server import document, serving

DATA: Final = Path(__file__).parents[3] / "shared/data"
AUSTRIA: Final = DATA / "prices_at_15min_smard"
GERMANY: Final = DATA / "prices_de_lu_energinet"


def _fetch(body: str, start_s: int = MIDNIGHT_S) -> tuple[Slot, ...]:
    with serving(document(body)) as server:
        return awattar_at(f"http://{server.authority}").fetch(start_s, start_s + 2 * DAY_S)


def test_what_is_asked() -> None:
    """Start and end in ms."""
    rates = hourly(MIDNIGHT_S, MIDNIGHT_S + DAY_S)
    with serving(document(answer_of(rates))) as server:
        found = awattar_at(f"http://{server.authority}").fetch(MIDNIGHT_S, MIDNIGHT_S + 2 * DAY_S)

    assert found == rates
    assert server.gets[0][0] == "/v1/marketdata?start=1767222000000&end=1767394800000"


@pytest.mark.parametrize(
    ("provider", "number", "country"),
    [
        pytest.param(awattar_at(), PriceProvider.AWATTAR_AT, "AT", id="Austria"),
        pytest.param(awattar_de(), PriceProvider.AWATTAR_DE, "DE", id="Germany"),
    ],
)
def test_what_users_see(provider: Provider, number: int, country: str) -> None:
    """Each feed is a provider with a name of its own for life."""
    assert (provider.number, provider.about.country, provider.days) == (number, country, 2)
    assert AT.provider_id != DE.provider_id


def test_bad_answer_names_the_feed() -> None:
    """What and where, in one line."""
    with pytest.raises(ProviderError, match="aWATTar Austria: the answer is no JSON") as raised:
        _fetch("<html>")
    assert raised.value.failure == Failure.MALFORMED


def test_address_is_looked_at_first() -> None:
    """A mistake of the configuration shows before the first fetch."""
    with pytest.raises(AddressError):
        Awattar(1, AT, "awattar")


@pytest.mark.skipif(not AUSTRIA.exists(), reason="measured data is not here")
@pytest.mark.parametrize(
    ("day", "last_local_hour"),
    [pytest.param("2025-03-30", 0, id="23 hours"), pytest.param("2025-10-26", 22, id="25 hours")],
)
def test_recorded_answer_has_24_rows_whatever_the_day(day: str, last_local_hour: int) -> None:
    """Taken as it is: 24 hours after local midnight, on a day of 23 an hour of the next, of 25 all but the last."""
    vienna = ZoneInfo("Europe/Vienna")
    start_s = int(datetime.fromisoformat(day).replace(tzinfo=vienna).timestamp())
    text = (AUSTRIA / f"awattar_api_original_samples/awattar_at_{day}.json").read_text(encoding="utf-8")
    rates = _fetch(text, start_s)

    assert [slot.start_s for slot in rates] == list(range(start_s, start_s + DAY_S, HOUR_S))
    assert [slot.price_ueur_kwh for slot in rates] == [
        round(r["marketprice"] * 1_000) for r in json.loads(text)["data"]
    ]
    assert datetime.fromtimestamp(rates[-1].start_s, vienna).hour == last_local_hour


@pytest.mark.skipif(not AUSTRIA.exists(), reason="measured data is not here")
@pytest.mark.parametrize(
    ("path", "rows", "length_s", "lowest_ueur_kwh"),
    [
        pytest.param(AUSTRIA / "awattar_json/at_2025-10-01.json", 96, 900, None, id="15 min"),
        pytest.param(AUSTRIA / "awattar_json/at_2025-10-26.json", 100, 900, None, id="15 min, 25 hours"),
        pytest.param(AUSTRIA / "awattar_json/at_2026-05-01.json", 96, 900, -498_650, id="15 min, far below nothing"),
        pytest.param(GERMANY / "awattar_json/de_2024-03-31_60min.json", 23, 3_600, None, id="hourly, 23 hours"),
        pytest.param(GERMANY / "awattar_json/de_2024-10-27_60min.json", 25, 3_600, None, id="hourly, 25 hours"),
    ],
)
def test_recorded_day(path: Path, rows: int, length_s: int, lowest_ueur_kwh: int | None) -> None:
    """A real day without a hole."""
    text = path.read_text(encoding="utf-8")
    rates = _fetch(text, json.loads(text)["data"][0]["start_timestamp"] // 1_000)

    assert len(rates) == rows
    assert {slot.end_s - slot.start_s for slot in rates} == {length_s}
    assert rates[-1].end_s - rates[0].start_s == rows * length_s
    assert lowest_ueur_kwh is None or min(slot.price_ueur_kwh for slot in rates) == lowest_ueur_kwh
