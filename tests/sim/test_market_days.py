"""Whole scenarios with prices and deadlines: ready in time, for each plan a reason, few starts, and an exact replay."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import Ending, Issuer, PlanCause
from hems_actors.core.outcomes import DeadlineJudged, PlanMade, SetPointDecided
from hems_actors.core.registry import Event
from hems_actors.sim.build import Stage, build
from hems_actors.sim.demo import WEEK, play_to
from hems_actors.sim.report import Figures
from hems_actors.sim.scenario import read_scenario
from hems_actors.sim.watch.findings import Findings
from hems_actors.sim.watch.home import Watch
from replay.report import Exit
from replay.verify import Options, verify
from tests.sim.transcript import SCENARIOS

PATHS = {
    path.stem: path
    for path in (
        WEEK,
        *(SCENARIOS / f"{name}.toml" for name in ("week_quarter_hours", "week_hp_hc")),
        *(SCENARIOS / f"{name}.toml" for name in ("prices_late", "prices_end", "prices_down")),
    )
}


class Listener:
    """Keeps what is said of prices, plans and deadlines, with its instants."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, Event]] = []

    def see(self, _seq: int, at_ms: int, event: Event) -> None:
        """Keep *event* if it is of interest."""
        kept = (PlanMade, DeadlineJudged, SetPointDecided, facts.PricesKnown, facts.PricesFailed)
        if isinstance(event, kept):
            self.heard.append((at_ms, event))


class Played(NamedTuple):
    """A scenario as it was played."""

    stage: Stage
    figures: Figures
    heard: list[tuple[int, Event]]
    found: Findings
    log: Path


Play = Callable[[str], Played]


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Play:
    """Return what plays a scenario, each once."""
    return cache(lambda name: _played(name, tmp_path_factory.mktemp("played")))


@pytest.fixture(params=PATHS)
def played(request: pytest.FixtureRequest, play: Play) -> Played:
    """Each scenario, as it was played."""
    name: str = request.param
    return play(name)


def _played(name: str, folder: Path) -> Played:
    stage = build(*read_scenario(PATHS[name]))
    listener, watch = Listener(), Watch(stage)
    log = folder / "log.msgpack"
    figures = play_to(stage, log, [listener, watch])
    return Played(stage, figures, listener.heard, watch.finish(), log)


def test_each_deadline_is_met(played: Played) -> None:
    """Reached in time, unless the car left before it, or somebody took it back."""
    endings = {deadline["ending"] for deadline in played.figures["deadlines"]}

    assert "met" in endings
    assert endings <= {"met", "unplugged", "removed", "open"}
    assert all(deadline["missed_wh"] is None for deadline in played.figures["deadlines"])
    assert all(one["level_percent"] >= 79 for one in played.figures["deadlines"] if one["ending"] == "met")


def test_each_plan_has_a_reason(played: Played) -> None:
    """No plan is made anew without a fact that asked for it."""
    plans = [event for _at_ms, event in played.heard if isinstance(event, PlanMade)]

    assert plans
    assert [plan for plan in plans if plan.cause == PlanCause.NONE] == []
    assert len(plans) == len(played.figures["plans"])


def test_log_replays_exactly(played: Played) -> None:
    """The same outcomes from the same facts."""
    assert verify(played.log, Options()).exit == Exit.SAME


def test_no_rule_is_broken(played: Played) -> None:
    """Limit, set-points and writes, plans or not."""
    assert played.found.broken == []


STARTS = [  # scenario, car -> starts on its busiest day
    pytest.param("week_quarter_hours", "big car", 3, id="three-phase, quarter hours"),
    pytest.param("week_quarter_hours", "small car", 8, id="surplus in the afternoon too, quarter hours"),
    pytest.param("week_hp_hc", "big car", 3, id="three-phase, windows"),
    pytest.param("week_hp_hc", "small car", 8, id="surplus in the afternoon too, windows"),
    pytest.param("prices_late", "car", 3, id="prices late"),
    pytest.param("prices_end", "car", 2, id="prices end"),
    pytest.param("prices_down", "car", 2, id="no prices"),
]


@pytest.mark.parametrize(("name", "car", "most"), STARTS)
def test_starts_a_day_are_few(name: str, car: str, most: int, play: Play) -> None:
    """Each start wears a contactor."""
    (found,) = (one for one in play(name).figures["cars"] if one["name"] == car)

    assert 1 <= max(found["starts_by_day"].values()) <= most
    assert sum(found["starts_by_day"].values()) == found["starts"]


def test_cheap_quarter_hours_are_bought(play: Play) -> None:
    """The car pays less for a kWh than the house, which cannot choose."""
    figures = play("week_quarter_hours").figures
    big, _small = figures["cars"]

    assert big["average_price_ueur_kwh"] < 0.85 * figures["house"]["average_price_ueur_kwh"]


def test_off_peak_hours_are_bought(play: Play) -> None:
    """All that the three-phase car buys is off-peak, but for surplus that is not quite enough."""
    big, _small = play("week_hp_hc").figures["cars"]

    assert 157_900 <= big["average_price_ueur_kwh"] < 159_000


def test_late_prices_are_used_once_they_are_there(play: Play) -> None:
    """Told at 14:20; nothing is bought before it, and the plan then follows the prices."""
    played = play("prices_late")
    start_ms = played.stage.moments.start_ms
    told_ms = [at_ms - start_ms for at_ms, event in played.heard if isinstance(event, facts.PricesKnown)]
    plans = [(at_ms - start_ms, event) for at_ms, event in played.heard if isinstance(event, PlanMade) and event.runs]
    on_ms = [
        at_ms - start_ms for at_ms, event in played.heard if isinstance(event, SetPointDecided) and event.current_ma
    ]

    assert told_ms[-1] == 140 * 60_000
    assert any(at_ms == told_ms[-1] and plan.cause == PlanCause.PRICES for at_ms, plan in plans)
    assert min(on_ms) >= told_ms[-1]


def test_energy_without_a_price_is_said_apart(play: Play) -> None:
    """After the end of the file: bought, but at no price."""
    played = play("prices_end")
    (car,) = played.figures["cars"]

    assert car["unpriced_wh"] > 20_000
    assert car["grid_wh"] - car["unpriced_wh"] > 5_000
    assert car["cost_ueur"] == pytest.approx(
        (car["grid_wh"] - car["unpriced_wh"]) * car["average_price_ueur_kwh"] / 1_000, rel=0.001
    )


def test_without_prices_each_night_ends_in_time(play: Play) -> None:
    """Two days of failures, told one by one and ever less often; one charge a night, as late as possible."""
    played = play("prices_down")
    failed = [event for _at_ms, event in played.heard if isinstance(event, facts.PricesFailed)]
    met = [event for _at_ms, event in played.heard if isinstance(event, DeadlineJudged) and event.ending == Ending.MET]
    issuers = {
        event.issuer for _at_ms, event in played.heard if isinstance(event, SetPointDecided) and event.current_ma
    }

    assert 45 <= len(failed) <= 60
    assert len(met) == 3
    assert issuers == {Issuer.TIME_REQUIREMENT}
