"""The optimizer's client against a real server on a real socket: what arrives, and every way in which nothing does."""

import gzip
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from etm.errors import (
    MalformedError,
    NonsenseError,
    PowerSyncError,
    RefusedError,
    SlowError,
    StatusError,
    TooLargeError,
)
from etm.powersync_client import PowerSyncClient
from etm.powersync_models import ChargerState, HomeBattery, Meter, PriceSlot, SiteState
from etm.powersync_transport import Limits
from tests.etm.optimizer_server import Answer, Conversation, Request, document, raw, serving

CALM: Final = Limits(connect_s=10, read_s=10, total_s=20, answer_bytes=1_000)
HASTY: Final = CALM._replace(connect_s=0.3, read_s=0.3)
HURRIED: Final = CALM._replace(total_s=0.6)
HEAD: Final = "HTTP/1.1 200 OK\r\n"
UUID: Final = "6f1d9fc4-86f1-4c0e-a65c-2f3f1ea2f9a1"
SITE: Final = SiteState(
    id=17,
    at_s=1_767_225_600,
    phase_limit_ma=25_000,
    meter=Meter(power_w=-1_200, phase_power_w=(-400, -400, None), phase_current_ma=(None, -1_740, 0)),
    battery=HomeBattery(power_w=500, level_percent=80),
    prices=(PriceSlot(start_s=1_767_225_600, end_s=1_767_229_200, price_ueur_kwh=-12_340),),
    chargers=(
        ChargerState(
            charger=UUID,
            connected=True,
            plugged_in=True,
            charging=None,
            power_on=False,
            current_ma=6_000,
            draw_w=None,
            phases=3,
            min_ma=6_000,
            max_ma=16_000,
            mode="ecoWithTargetTime",
            target_percent=80,
            end_s=None,
            priority=0,
            level_percent=40,
            capacity_wh=None,
        ),
    ),
)
POINT: Final = {"charger": UUID, "targetMa": 10_000, "phases": 3, "validUntilS": 1_767_226_200}
SLOT: Final = {"startS": 10, "endS": 20}
Calls = Callable[[PowerSyncClient], object]
HEALTH: Final[Calls] = PowerSyncClient.check_health
WEATHER: Final[Calls] = PowerSyncClient.get_weather_forecast
TARIFF: Final[Calls] = PowerSyncClient.get_dynamic_tariff


def _optimize(client: PowerSyncClient) -> object:
    return client.request_optimization(SITE)


def _fails(path: Path, call: Calls = HEALTH, limits: Limits = CALM) -> PowerSyncError:
    with pytest.raises(PowerSyncError) as raised:
        call(PowerSyncClient(str(path), limits))
    assert "\n" not in str(raised.value)
    assert str(path) in str(raised.value)
    return raised.value


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the socket is, or not."""
    return tmp_path / "optimizer.sock"


def test_question_and_answer(path: Path) -> None:
    """The site state goes out with its numbers as they are, in names of the wire; the set-points come back."""
    with serving(path, document({"id": 17, "setPoints": [POINT]})) as server:
        answer = PowerSyncClient(str(path)).request_optimization(SITE)

    (asked,) = server.requests
    assert (asked.method, asked.path, asked.headers["content-type"]) == ("POST", "/optimize", "application/json")
    assert json.loads(asked.body) == {
        "id": 17,
        "atS": 1_767_225_600,
        "phaseLimitMa": 25_000,
        "meter": {"powerW": -1_200, "phasePowerW": [-400, -400, None], "phaseCurrentMa": [None, -1_740, 0]},
        "battery": {"powerW": 500, "levelPercent": 80},
        "prices": [{"startS": 1_767_225_600, "endS": 1_767_229_200, "priceUeurKwh": -12_340}],
        "chargers": [
            {
                "charger": UUID,
                "connected": True,
                "pluggedIn": True,
                "charging": None,
                "powerOn": False,
                "currentMa": 6_000,
                "drawW": None,
                "phases": 3,
                "minMa": 6_000,
                "maxMa": 16_000,
                "mode": "ecoWithTargetTime",
                "targetPercent": 80,
                "endS": None,
                "levelPercent": 40,
                "capacityWh": None,
                "priority": 0,
            }
        ],
    }
    (point,) = answer.set_points
    assert (point.charger, point.target_ma, point.phases, point.valid_until_s) == (UUID, 10_000, 3, 1_767_226_200)


def test_forecast_and_tariff_are_handed_on(path: Path) -> None:
    """What is not said is None."""
    client = PowerSyncClient(str(path))
    weather = {"issuedS": 5, "slots": [{**SLOT, "temperatureMilliC": -3_500, "irradianceWM2": 120}]}
    with serving(path, document(weather)) as server:
        (forecast,) = client.get_weather_forecast().slots
        server.answer = document({"slots": [{**SLOT, "importUeurKwh": 250_000}]})
        (price,) = client.get_dynamic_tariff().slots

    assert [request.path for request in server.requests] == ["/weather", "/tariff"]
    assert (forecast.temperature_milli_c, forecast.irradiance_w_m2, forecast.cloud_permille) == (-3_500, 120, None)
    assert (price.start_s, price.end_s, price.import_ueur_kwh, price.export_ueur_kwh) == (10, 20, 250_000, None)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(document({"status": "ok"}), True, id="healthy"),
        pytest.param(document({"status": "unhealthy"}), False, id="unhealthy"),
        pytest.param(document("", "503 Service Unavailable"), False, id="503"),
        pytest.param(document("{}"), False, id="says nothing"),
    ],
)
def test_availability(path: Path, answer: Answer, *, expected: bool) -> None:
    """Only its own word makes it healthy."""
    with serving(path, answer):
        assert PowerSyncClient(str(path)).is_available() is expected


def test_chunked_answer_is_taken(path: Path) -> None:
    """HTTP/1.1 servers may send so."""
    with serving(path, raw(f'{HEAD}Transfer-Encoding: chunked\r\n\r\n8\r\n{{"status\r\n7\r\n":"ok"}}\r\n0\r\n\r\n')):
        PowerSyncClient(str(path)).check_health()


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        pytest.param(document("", "503 Busy"), RefusedError, "answered 503 Busy", id="503"),
        pytest.param(document({"status": "unhealthy"}), RefusedError, "not healthy", id="unhealthy"),
        pytest.param(document("", "500 Oh"), StatusError, "answered 500 Oh", id="500"),
        pytest.param(document("", "404 a\x1b[2J"), StatusError, r"404 a\x1b[2J", id="reason made of controls"),
        pytest.param(document("", "302 F", Location="/health"), StatusError, "answered 302", id="redirect"),
        pytest.param(document("", "503 Busy", Retry_After="0"), RefusedError, "answered 503", id="told to retry"),
        pytest.param(document("x" * 1_001), TooLargeError, "more than 1000 bytes", id="a byte too large"),
        pytest.param(
            raw(f"{HEAD}Content-Length: 99999999999999\r\n\r\n", "stall"),
            TooLargeError,
            "more than 1000 bytes",
            id="too large by its own word, not waited for",
        ),
        pytest.param(
            raw(f"{HEAD}Content-Length: {'9' * 5_000}\r\n\r\n"),
            TooLargeError,
            "1000 bytes",
            id="length of 5,000 digits",
        ),
        pytest.param(raw(f"{HEAD}\r\n", "x" * 400), TooLargeError, "more than 1000 bytes", id="endless"),
        pytest.param(
            raw(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n", f"190\r\n{'x' * 400}\r\n"),
            TooLargeError,
            "more than 1000 bytes",
            id="endless chunks",
        ),
        pytest.param(
            raw(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n", f"1;{'x' * 9_000}\r\n \r\n"),
            TooLargeError,
            "more than 1000 bytes",
            id="little body, much around it",
        ),
        pytest.param(raw(HEAD, f"X: {'y' * 9_000}\r\n"), TooLargeError, "1000 bytes", id="endless headers"),
        pytest.param(raw("", "HTTP/1.1 100 Continue\r\n\r\n" * 99), TooLargeError, "1000 bytes", id="goes on and on"),
        pytest.param(raw("", "stall"), SlowError, "silent for 0.3 s", id="says nothing"),
        pytest.param(raw(HEAD, "stall"), SlowError, "silent for 0.3 s", id="status, then stalls"),
        pytest.param(raw(f"{HEAD}Content-Length: 9\r\n\r\n12", "stall"), SlowError, "silent for 0.3 s", id="half-way"),
        pytest.param(raw("", "H" * 4_000), TooLargeError, "1000 bytes", id="endless first line"),
        pytest.param(raw("", "H"), SlowError, "no whole answer within 0.6 s", id="first line drips"),
        pytest.param(raw(HEAD, "X: y\r\n"), SlowError, "no whole answer within 0.6 s", id="headers drip"),
        pytest.param(
            raw(f"{HEAD}Content-Length: 999\r\n\r\n", " "), SlowError, "no whole answer within 0.6 s", id="body drips"
        ),
        pytest.param(raw(f"{HEAD}Content-Length: 9\r\n\r\n12"), MalformedError, "broke off", id="closed half-way"),
        pytest.param(
            raw(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n9\r\n12"), MalformedError, "broke off", id="chunk cut off"
        ),
        pytest.param(raw(""), MalformedError, "broke off", id="hangs up"),
        pytest.param(raw("220 mail here\r\n"), MalformedError, "no HTTP", id="another protocol"),
        pytest.param(
            raw(f"{HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\n12"), MalformedError, "no HTTP", id="two lengths"
        ),
        pytest.param(document("{}", Content_Encoding="gzip"), MalformedError, "packed as gzip", id="packed"),
        pytest.param(document("<html>"), MalformedError, "JSON", id="no JSON"),
        pytest.param(document("[" * 900), MalformedError, "JSON", id="deep"),
        pytest.param(document(""), MalformedError, "JSON", id="empty"),
        pytest.param(document([]), MalformedError, "GET /health", id="a list"),
        pytest.param(document({}), MalformedError, "status: Field required", id="a key missing"),
        pytest.param(document({"status": "ok", "load": 1}), MalformedError, "load: Extra inputs", id="unknown key"),
        pytest.param(document({"status": 1}), MalformedError, "status", id="wrong type"),
        pytest.param(document({"status": "ok", "a\nb": 1}), MalformedError, r"a\nb", id="key with a line end"),
    ],
)
def test_bad_answer_is_told_apart(path: Path, answer: Answer, kind: type[PowerSyncError], said: str) -> None:
    """Each is one line that names the socket, and is found without waiting longer than must be."""
    limits = HASTY if "0.3 s" in said else HURRIED if "0.6 s" in said else CALM
    with serving(path, answer):
        begun_s = time.monotonic()
        error = _fails(path, limits=limits)
        took_s = time.monotonic() - begun_s

    assert type(error) is kind, str(error)
    assert said in str(error)
    assert took_s < 5


def test_packed_bomb_is_not_unpacked(path: Path) -> None:
    """Ten megabytes in a few: refused by its header."""
    data = gzip.compress(b" " * 10_000_000)

    def answer(conversation: Conversation, _request: Request) -> None:
        conversation.send(f"{HEAD}Content-Encoding: gzip\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data)

    with serving(path, answer):
        assert isinstance(_fails(path), MalformedError)


def _point(**changes: Any) -> dict[str, Any]:  # noqa: ANN401  whatever a server may say
    return {"id": 17, "setPoints": [POINT | changes]}


@pytest.mark.parametrize(
    ("call", "body", "kind", "said"),
    [
        pytest.param(_optimize, {"id": 16, "setPoints": []}, NonsenseError, "expected 17, not 16", id="older question"),
        pytest.param(_optimize, _point(targetMa=-1), NonsenseError, "setPoints.0.targetMa", id="negative current"),
        pytest.param(_optimize, _point(targetMa=80_001), NonsenseError, "targetMa", id="current above any"),
        pytest.param(_optimize, _point(targetMa=6_000.5), MalformedError, "targetMa", id="a broken number"),
        pytest.param(_optimize, _point(targetMa="6000"), MalformedError, "targetMa", id="a number as text"),
        pytest.param(_optimize, _point(targetMa=True), MalformedError, "targetMa", id="a flag as a number"),
        pytest.param(_optimize, _point(targetMa=10**40), NonsenseError, "targetMa", id="a huge number"),
        pytest.param(_optimize, _point(phases=2), MalformedError, "phases", id="two phases"),
        pytest.param(_optimize, _point(validUntilS=10**15), NonsenseError, "validUntilS", id="after the year 9999"),
        pytest.param(_optimize, _point(valid_until_s=5), MalformedError, "valid_until_s", id="a name not of the wire"),
        pytest.param(
            _optimize, {"id": 17, "setPoints": [POINT, POINT]}, NonsenseError, "each charger once", id="twice"
        ),
        pytest.param(_optimize, {"id": 17}, MalformedError, "setPoints", id="no set-points"),
        pytest.param(
            TARIFF,
            {"slots": [{**SLOT, "importUeurKwh": 1}] * 2},
            NonsenseError,
            "in time order",
            id="prices that overlap",
        ),
        pytest.param(
            TARIFF, {"slots": [{"startS": 9, "endS": 9, "importUeurKwh": 1}]}, NonsenseError, "order", id="empty slot"
        ),
        pytest.param(
            TARIFF, {"slots": [{**SLOT, "importUeurKwh": 10**9}]}, NonsenseError, "importUeurKwh", id="absurd price"
        ),
        pytest.param(
            WEATHER, {"issuedS": 1, "slots": [SLOT, SLOT]}, NonsenseError, "in time order", id="weather that overlaps"
        ),
        pytest.param(
            WEATHER,
            {"issuedS": 1, "slots": [{**SLOT, "cloudPermille": 1_001}]},
            NonsenseError,
            "cloudPermille",
            id="more than overcast",
        ),
        pytest.param(WEATHER, {"slots": []}, MalformedError, "issuedS", id="weather of no time"),
    ],
)
def test_wrong_content_is_told_apart(
    path: Path, call: Calls, body: object, kind: type[PowerSyncError], said: str
) -> None:
    """What is no such answer, and what is one that cannot be true."""
    with serving(path, document(body)):
        error = _fails(path, call)

    assert type(error) is kind, str(error)
    assert said in str(error)
