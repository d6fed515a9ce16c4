"""Who says what electricity costs in a simulated home, and when."""

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from hems_actors.actors.clock import VirtualTime
from hems_actors.core import facts
from hems_actors.core.enums import Failure, PriceProvider
from hems_actors.core.rates import Rates, Slot, unflat
from hems_actors.core.registry import Event
from hems_actors.sim.build import Stage, build
from hems_actors.sim.demo import play_to
from hems_actors.sim.errors import ScenarioError
from hems_actors.sim.machine import Machine
from hems_actors.spotmarket.errors import ProviderError
from tests.sim.homes import scenario

HOUR_S: Final = 3_600
DAY_S: Final = 24 * HOUR_S


def at_s(*utc: int) -> int:
    """Return the instant *utc*: year, month, day, hour, minute."""
    return round(datetime(*utc, tzinfo=UTC).timestamp())  # type: ignore[arg-type,misc] # five numbers at most


MIDNIGHT_S: Final = at_s(2025, 6, 14, 22)
"""The local midnight before the quiet hour's Sunday."""


def hourly(path: Path, from_s: int, hours: int) -> str:
    """Write a file of so many hourly prices, each 1 EUR/MWh dearer than the one before, and return its path."""
    rows = ["start_utc,end_utc,price_eur_per_mwh"]
    for hour in range(hours):
        start, end = (datetime.fromtimestamp(from_s + (hour + i) * HOUR_S, UTC).isoformat() for i in (0, 1))
        rows.append(f"{start},{end},{hour}")
    path.write_text("\n".join(rows), encoding="utf-8")
    return str(path)


def stage_of(tmp_path: Path, tariff: dict[str, Any] | None = None, **tables: Any) -> Stage:  # noqa: ANN401 - as the file has them
    """Return the quiet hour with three days of hourly prices from its midnight on, told as *tariff* says."""
    whole = {"kind": "file", "file": hourly(tmp_path / "prices.csv", MIDNIGHT_S, 72), **(tariff or {})}
    return build(scenario(tariff=whole, **tables))


def asked(stage: Stage, now_s: int, from_s: int = MIDNIGHT_S, to_s: int = MIDNIGHT_S + 2 * DAY_S) -> Rates:
    """Return what is answered at *now_s*."""
    assert stage.prices is not None
    return stage.prices.provider(VirtualTime(now_s * 1_000)).fetch(from_s, to_s)


TODAY: Final = tuple(Slot(MIDNIGHT_S + i * HOUR_S, MIDNIGHT_S + (i + 1) * HOUR_S, i * 1_000) for i in range(24))

PUBLISHED = [  # published at, now (UTC), hours known
    pytest.param(None, (2025, 6, 15, 11, 59), 24, id="before 14:00"),
    pytest.param(None, (2025, 6, 15, 12, 0), 48, id="at 14:00"),
    pytest.param(time(14, 20), (2025, 6, 15, 12, 19), 24, id="before 14:20"),
    pytest.param(time(14, 20), (2025, 6, 15, 12, 20), 48, id="at 14:20"),
    pytest.param(time(0), (2025, 6, 15, 8, 0), 48, id="always"),
    pytest.param(None, (2025, 6, 14, 23, 0), 24, id="after midnight"),
]


@pytest.mark.parametrize(("published_at", "now", "hours"), PUBLISHED)
def test_next_day_is_known_from_its_publication_on(
    tmp_path: Path, published_at: time | None, now: tuple[int, ...], hours: int
) -> None:
    """Before it only today's prices are; local time."""
    stage = stage_of(tmp_path, {} if published_at is None else {"published_at": published_at})

    assert len(asked(stage, at_s(*now))) == hours


DAYS = [  # the home's start on the day before -> hours known then, and from 14:00 on
    pytest.param(datetime(2025, 3, 29, 10), (24, 24 + 23), id="a day of 23 h"),  # noqa: DTZ001 - local
    pytest.param(datetime(2025, 10, 25, 10), (24, 24 + 25), id="a day of 25 h"),  # noqa: DTZ001 - local
]


@pytest.mark.parametrize(("start", "hours"), DAYS)
def test_local_days_are_published_whole(tmp_path: Path, start: datetime, hours: tuple[int, int]) -> None:
    """However long the clocks make them."""
    midnight_s = round(start.replace(tzinfo=ZoneInfo("Europe/Vienna"), hour=0).timestamp())
    tariff = {"kind": "file", "file": hourly(tmp_path / "prices.csv", midnight_s, 80)}
    stage = build(scenario(tariff=tariff, home=at_home(5, start)))
    noon_s = midnight_s + 12 * HOUR_S
    found = [asked(stage, now_s, midnight_s, midnight_s + 4 * DAY_S) for now_s in (noon_s, noon_s + 2 * HOUR_S)]

    assert tuple(len(rates) for rates in found) == hours


def test_a_published_day_stays_known(tmp_path: Path) -> None:
    """The day before is still answered to who asks for it."""
    now_s = at_s(2025, 6, 15, 23)
    prices = asked(stage_of(tmp_path, home=at_home(25)), now_s)

    assert prices[:24] == TODAY
    assert len(prices) == 48


def at_home(duration_h: float, start: datetime | None = None, zone: str = "Europe/Vienna") -> dict[str, Any]:
    """Return a home that is played so long."""
    return {
        "start": start or scenario().home.start,
        "zone": zone,
        "duration_h": duration_h,
        "phase_limit_a_max": 25,
        "grid_phases": 3,
    }


ASKED = [  # from, to (hours after midnight) -> first and last hour of the answer
    pytest.param(0, 24, (0, 23), id="the day"),
    pytest.param(5, 7, (5, 6), id="between edges"),
    pytest.param(5.5, 6.5, (5, 6), id="slots that are touched, whole"),
]


@pytest.mark.parametrize(("from_h", "to_h", "hours"), ASKED)
def test_answer_is_what_was_asked_for(tmp_path: Path, from_h: float, to_h: float, hours: tuple[int, int]) -> None:
    """Whole slots, no others."""
    found = asked(
        stage_of(tmp_path), MIDNIGHT_S, MIDNIGHT_S + round(from_h * HOUR_S), MIDNIGHT_S + round(to_h * HOUR_S)
    )

    assert found == TODAY[hours[0] : hours[1] + 1]


def test_a_fault_makes_each_fetch_fail(tmp_path: Path) -> None:
    """From its beginning to before its end; of a contract as of a market."""
    fault = {"kind": "prices_fail", "from": time(10, 10), "to": time(10, 20)}
    begins_s = at_s(2025, 6, 15, 8, 10)
    for stage in (
        stage_of(tmp_path, faults=[fault]),
        build(scenario(tariff={"kind": "hp_hc", "windows": ["22:30-06:30"]}, faults=[fault])),
    ):
        assert asked(stage, begins_s - 1)
        for now_s in (begins_s, begins_s + 599):
            with pytest.raises(ProviderError) as caught:
                asked(stage, now_s)
            assert caught.value.failure == Failure.DOWN
        assert asked(stage, begins_s + 600)


def test_another_week_is_shown_by_its_local_time(tmp_path: Path) -> None:
    """The file's Sunday in January is shown on a Sunday in June: midnight stays midnight, an hour earlier in UTC."""
    january_s = at_s(2025, 1, 11, 23)
    tariff = {
        "kind": "file",
        "file": hourly(tmp_path / "january.csv", january_s, 48),
        "from": datetime(2025, 1, 12, 10),  # noqa: DTZ001 - local
    }

    assert asked(build(scenario(tariff=tariff)), at_s(2025, 6, 15, 8)) == TODAY


MOVED = [
    pytest.param(
        datetime(2025, 1, 12, 11),  # noqa: DTZ001 - local
        at_s(2025, 1, 11, 23),
        "the price of 2025-01-12 01:00 would begin at 00:00",
        id="another time of day",
    ),
    pytest.param(
        datetime(2025, 3, 29, 10),  # noqa: DTZ001 - local
        at_s(2025, 3, 28, 23),
        "the price of 2025-03-30 03:00 would begin at 02:00",
        id="over a change of the clocks",
    ),
]


@pytest.mark.parametrize(("shown_from", "first_s", "said"), MOVED)
def test_local_days_stay_local_days(tmp_path: Path, shown_from: datetime, first_s: int, said: str) -> None:
    """A file whose days would begin at another hour is refused."""
    tariff = {"kind": "file", "file": hourly(tmp_path / "prices.csv", first_s, 72), "from": shown_from}
    with pytest.raises(ScenarioError) as caught:
        build(scenario(tariff=tariff))

    expected = f"tariff.from: expected a time from which local days stay local days: {said}"
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("first_s", "hours"),
    [
        pytest.param(MIDNIGHT_S, 0, id="no row"),
        pytest.param(MIDNIGHT_S, 10, id="ends as the scenario begins"),
        pytest.param(MIDNIGHT_S + 11 * HOUR_S, 10, id="begins as the scenario ends"),
    ],
)
def test_a_file_without_a_price_is_refused(tmp_path: Path, first_s: int, hours: int) -> None:
    """It cannot be meant."""
    path = hourly(tmp_path / "prices.csv", first_s, hours)
    with pytest.raises(ScenarioError, match=r"prices\.csv: has no price in the scenario's time$"):
        build(scenario(tariff={"kind": "file", "file": path}))


@pytest.mark.parametrize(
    ("first_s", "hours"),
    [
        pytest.param(MIDNIGHT_S, 11, id="in the first hour only"),
        pytest.param(MIDNIGHT_S + 10 * HOUR_S, 1, id="in that hour alone"),
    ],
)
def test_holes_are_allowed(tmp_path: Path, first_s: int, hours: int) -> None:
    """One price in the scenario's time is enough."""
    stage = build(scenario(tariff={"kind": "file", "file": hourly(tmp_path / "prices.csv", first_s, hours)}))

    assert stage.prices is not None


def test_a_contract_knows_its_prices_far_ahead() -> None:
    """Whole slots, peak and off-peak in turn, exactly as configured."""
    windows = {"windows": ["22:30-06:30"], "hp_eur_kwh": 0.2065, "hc_eur_kwh": 0.1579}
    stage = build(scenario(tariff={"kind": "hp_hc", **windows}, home=at_home(1, zone="Europe/Paris")))
    found = asked(stage, MIDNIGHT_S, MIDNIGHT_S, MIDNIGHT_S + 9 * DAY_S)

    assert stage.prices is not None
    assert stage.prices.number == PriceProvider.STATIC_HC_HP
    assert [slot.price_ueur_kwh for slot in found[:4]] == [157_900, 206_500] * 2
    assert found[-1].end_s >= MIDNIGHT_S + 9 * DAY_S
    assert (found[1].start_s, found[1].end_s) == (at_s(2025, 6, 15, 4, 30), at_s(2025, 6, 15, 20, 30))


NUMBERS = [
    pytest.param({}, PriceProvider.AWATTAR_AT, id="as told by default"),
    pytest.param({"provider": "awattar_de"}, PriceProvider.AWATTAR_DE, id="Germany"),
]


class Listener:
    """Keeps what a log says of prices."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, Event]] = []

    def see(self, _seq: int, at_ms: int, event: Event) -> None:
        """Keep *event* if it is of prices."""
        if isinstance(event, (facts.SpotMarketChanged, facts.PricesKnown, facts.PricesFailed)):
            self.heard.append((at_ms, event))


def heard(stage: Stage, tmp_path: Path) -> list[Event]:
    """Return what the log says of prices."""
    listener = Listener()
    play_to(stage, tmp_path / "log.msgpack", [listener])
    return [event for _at_ms, event in listener.heard]


@pytest.mark.parametrize(("tariff", "number"), NUMBERS)
def test_prices_are_told_at_the_start(tmp_path: Path, tariff: dict[str, Any], number: PriceProvider) -> None:
    """First whose they are, then today's."""
    changed, known = heard(stage_of(tmp_path, tariff), tmp_path)

    assert changed == facts.SpotMarketChanged(0, enabled=True, provider=number)
    assert isinstance(known, facts.PricesKnown)
    assert (known.provider, unflat(known.slots)) == (number, TODAY)


def test_nobody_is_asked_until_the_market_is_enabled(tmp_path: Path) -> None:
    """A setting of the user, at the start and later."""
    changes = [{"at": time(10, 30), "spot_market_enabled": True}]
    off, on, known = heard(stage_of(tmp_path, {"enabled": False}, changes=changes), tmp_path)

    assert (off, on) == tuple(
        facts.SpotMarketChanged(0, enabled, PriceProvider.AWATTAR_AT) for enabled in (False, True)
    )
    assert isinstance(known, facts.PricesKnown)


def test_failures_are_told(tmp_path: Path) -> None:
    """One by one, and prices once there are any."""
    fault = {"kind": "prices_fail", "from": time(10), "to": time(10, 5)}
    _changed, *told = heard(stage_of(tmp_path, faults=[fault]), tmp_path)

    assert [type(event) for event in told[:-1]] == [facts.PricesFailed] * 3  # after 0, 1, 3 minutes
    assert isinstance(told[-1], facts.PricesKnown)


def test_a_process_goes_on_from_the_prices_in_its_log(tmp_path: Path) -> None:
    """After a kill and a fault that lasts: the prices known are there, and are not told anew."""
    fault = {"kind": "prices_fail", "from": time(10, 10)}
    stage = stage_of(tmp_path, faults=[fault])
    listener = Listener()
    machine = Machine(stage, tmp_path / "log")
    machine.parts = machine.parts._replace(taps=(listener,))
    machine.start()
    machine.run_until(stage.moments.start_ms + 20 * 60_000)
    machine.kill()
    listener.heard.clear()
    machine.start()
    machine.run_until(stage.moments.start_ms + 30 * 60_000)
    process = machine.process
    machine.stop()

    assert process is not None
    assert process.opened is not None
    market = process.opened.opening.state.market
    assert (market.provider, unflat(market.slots)) == (PriceProvider.AWATTAR_AT, TODAY)
    assert not any(isinstance(event, facts.SpotMarketChanged) for _at_ms, event in listener.heard)
    assert not any(isinstance(event, facts.PricesKnown) for _at_ms, event in listener.heard)
    assert any(isinstance(event, facts.PricesFailed) for _at_ms, event in listener.heard)
