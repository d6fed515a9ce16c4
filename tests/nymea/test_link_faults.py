"""Chargers that do not answer, answer late, lie, or act after a time-out: what they are told then, what is logged."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from hems_actors.core.enums import Alarm, Closing, Deviation, Health, Mode, Result
from hems_actors.core.facts import ActionAnswered, MeterReading, MinuteSignal, MinuteSignalLost
from hems_actors.core.outcomes import ActionClosed, AlarmChanged, DeviationSeen, HealthJudged, SetPointDecided
from hems_actors.nymea.protocol import Failure, Request
from tests.nymea.fake.nymead import Options
from tests.nymea.fake.session import Session
from tests.nymea.fake.things import Fault
from tests.nymea.linked import MINUTE_MS, SECOND_MS, SURPLUS_A, LinkedHome, Meant, linked

FAULTY_MS: Final = 90 * SECOND_MS
UP: Final = "connected to nymea-lab 1.15.2"


def _alarms(home: LinkedHome, since_ms: int) -> list[tuple[int, bool]]:
    return [(event.alarm, event.active) for event in home.events(AlarmChanged, since_ms=since_ms)]


def _closings(home: LinkedHome, since_ms: int) -> list[int]:
    return [event.closing for event in home.events(ActionClosed, since_ms=since_ms)]


def _deviations(home: LinkedHome, since_ms: int) -> list[tuple[int, int]]:
    return [(event.value, event.deviation) for event in home.events(DeviationSeen, since_ms=since_ms)]


@pytest.mark.parametrize(
    ("fault", "tried_s", "closings"),
    [
        pytest.param(Fault.NONE, [0], [Closing.VERIFIED], id="does as told"),
        pytest.param(
            Fault.NEVER_ANSWERS,
            [0, 16, 33, 52, 75.1, 100.1],
            [*[Closing.TIMED_OUT] * 5, Closing.VERIFIED],
            id="never answers: 15 s each, and 1, 2, 4, 8, 10 s between",
        ),
        pytest.param(Fault.ACTS_LATE, [0], [Closing.VERIFIED], id="acknowledges, acts 3.5 s later: once"),
        pytest.param(
            Fault.HARDWARE_FAILURE,
            [0, 1, 3, 7, *(15.1 + 10 * turn for turn in range(9))],
            [*[Closing.FAILED] * 12, Closing.VERIFIED],
            id="hardware failure: a reduction is never given up",
        ),
        pytest.param(
            Fault.LIES,
            [0, 21, 43, 67, 95.1],
            [*[Closing.UNVERIFIED] * 4, Closing.VERIFIED],
            id="lies: no effect within 20 s counts as none",
        ),
        pytest.param(
            Fault.ACTS_AFTER_TIMEOUT,
            [0, 16],
            [Closing.TIMED_OUT, Closing.VERIFIED],
            id="acts after the time-out: the late effect verifies the second try",
        ),
    ],
)
def test_a_reduction_on_a_faulty_charger(
    tmp_path: Path, fault: Fault, tried_s: list[float], closings: list[Closing]
) -> None:
    """The same value is written again until it is shown, and only then counts; an alarm says so meanwhile."""
    with linked(tmp_path) as home:
        home.charge()
        since_ms = home.now_ms
        home.wallbox.fault = fault
        home.set_info(max_ma=8_000)
        home.wait(FAULTY_MS)
        home.wallbox.fault = Fault.NONE
        home.wait(5 * MINUTE_MS)

        assert home.written_at(since_ms) == [(at_s, 8) for at_s in tried_s]
        assert _closings(home, since_ms) == closings
        assert _deviations(home, since_ms) == []
        told = [] if len(tried_s) == 1 else [(Alarm.NOT_OBEYING, True), (Alarm.NOT_OBEYING, False)]
        assert _alarms(home, since_ms) == told
        assert home.wallbox.values["maxChargingCurrent"] == 8
        assert home.report.status.text == UP


def test_a_late_effect_is_recognised_and_corrected(tmp_path: Path) -> None:
    """A raise acts 5 s after its time-out, when it is not wanted any more: that is no user's wish, it is taken back."""
    with linked(tmp_path) as home:
        home.charge()
        home.set_info(max_ma=8_000)
        home.wait(30 * SECOND_MS)
        home.wallbox.fault = Fault.ACTS_AFTER_TIMEOUT
        home.set_info(max_ma=0)
        home.wait_until(lambda: home.written()[-1] == ("maxChargingCurrent", SURPLUS_A))
        since_ms = home.now_ms
        home.wallbox.fault = Fault.NONE
        home.wait(15_200)  # the time-out was told, the second try not yet made
        home.set_info(max_ma=8_000)
        home.wait(MINUTE_MS)

        assert home.written_at(since_ms) == [(0, SURPLUS_A), (20, 8)]
        assert _closings(home, since_ms) == [Closing.TIMED_OUT, Closing.VERIFIED]
        assert _deviations(home, since_ms) == [(SURPLUS_A * 1_000, Deviation.LATE_EFFECT)]
        assert home.wallbox.values["maxChargingCurrent"] == 8


def test_a_raise_is_given_up(tmp_path: Path) -> None:
    """Six tries, then an alarm and silence, until the charger says that something was set at it."""
    with linked(tmp_path) as home:
        home.wait(2 * SECOND_MS)
        home.wallbox.fault = Fault.HARDWARE_FAILURE
        home.wait(5 * MINUTE_MS)
        tried = home.written()
        home.wallbox.fault = Fault.NONE
        home.wait(MINUTE_MS)

        assert tried == [("power", True)] * 6
        assert home.written() == tried
        assert _alarms(home, 0) == [(Alarm.GAVE_UP, True)]

        home.fake.set_limits(home.wallbox, "maxChargingCurrent", high=20)
        home.wait(2 * MINUTE_MS)
        assert home.written()[6] == ("power", True)
        assert home.written()[-1] == ("maxChargingCurrent", SURPLUS_A)
        assert _alarms(home, 0) == [(Alarm.GAVE_UP, True), (Alarm.GAVE_UP, False)]


@pytest.mark.parametrize(
    ("happens", "deviations"),
    [
        pytest.param(lambda home: home.clamp(10), [(10_000, Deviation.CLAMPED)], id="limit lowered: the new most"),
        pytest.param(
            lambda home: home.wallbox.device("maxChargingCurrent", 10),
            [(10_000, Deviation.USER_LOWERED)],
            id="turned down by hand: the user's wish",
        ),
    ],
)
def test_a_value_nobody_commanded(
    tmp_path: Path, happens: Callable[[LinkedHome], object], deviations: list[tuple[int, Deviation]]
) -> None:
    """It is one event, it stands, and nothing is written against it."""
    with linked(tmp_path) as home:
        home.charge()
        since_ms = home.now_ms
        happens(home)
        home.wait(5 * MINUTE_MS)

        assert _deviations(home, since_ms) == deviations
        assert home.written(since_ms) == []
        assert home.wallbox.values["maxChargingCurrent"] == 10


def test_a_stuck_state_is_read(tmp_path: Path) -> None:
    """A charger that acts but never says so: its state is read, and that verifies the write."""
    with linked(tmp_path) as home:
        home.charge()
        since_ms = home.now_ms
        wallbox = home.wallbox

        def silently(state: str, value: object) -> None:
            wallbox.values[state] = value

        wallbox.device = silently
        home.fake.is_dumb = True
        home.set_info(max_ma=8_000)
        home.wait(30 * SECOND_MS)

        assert home.written_at(since_ms) == [(0, 8)]
        assert _closings(home, since_ms) == [Closing.VERIFIED]
        assert home.methods()[-1] == "Integrations.GetThings"


@pytest.mark.parametrize("method", ["Integrations.ExecuteAction", "Integrations.GetThings"])
def test_command_timed_out(tmp_path: Path, method: str) -> None:
    """What nymead says after 45 s: an action counts as timed out, a question is asked again."""
    with linked(tmp_path) as home:
        home.charge()
        since_ms = home.now_ms
        failed: list[Request] = []

        def meddle(session: Session, request: Request) -> bool:
            if request.method != method or len(failed) == 2:
                return False
            failed.append(request)
            session.answer(Failure(request.id, "Command timed out"))
            return True

        home.fake.meddler = meddle
        home.set_info(max_ma=8_000)
        home.wait(MINUTE_MS)

        assert len(failed) == 2
        answers = [event.result for event in home.events(ActionAnswered, since_ms=since_ms)]
        timed_out = method == "Integrations.ExecuteAction"
        assert answers == ([Result.TIMEOUT, Result.TIMEOUT, Result.OK] if timed_out else [Result.OK])
        assert home.written_at(since_ms) == [(3 if timed_out else 0, 8)]
        assert home.report.status.up


def test_cached_readings_move_nothing(tmp_path: Path) -> None:
    """After a connect the meter shows what was: nothing starts until it changed once, or 90 s passed."""
    with linked(tmp_path, Meant(mode=Mode.NORMAL, jitter_w=0)) as home:
        home.wait(89 * SECOND_MS)
        assert [event.health for event in home.events(HealthJudged)] == [Health.CACHED]
        assert home.written() == []

        home.wait(2 * SECOND_MS)
        assert [event.health for event in home.events(HealthJudged)] == [Health.CACHED, Health.GOOD]
        assert home.written()[0] == ("power", True)


def test_what_a_restarted_server_remembers_is_no_overload(tmp_path: Path) -> None:
    """It tells of the past: what the charger does is adopted, nobody acts on the old 26 A of the meter."""
    with linked(tmp_path) as home:
        home.charge()
        home.fake.restart()
        home.wait(SECOND_MS)
        for phase in "ABC":
            home.meter.values[f"currentPowerPhase{phase}"] = 230 * 20
            home.meter.values[f"currentPhase{phase}"] = 20
        since_ms = home.now_ms
        home.wait_until(lambda: home.report.status.up)

        assert home.written(since_ms) == []
        assert home.events(HealthJudged)[-1].health == Health.CACHED


def test_minute_signal_that_stays_away(tmp_path: Path) -> None:
    """One event says so, the own timer keeps the cycle; when it comes again, the cycle is the server's again."""
    with linked(tmp_path) as home:
        home.charge()
        home.fake.stop_minutes()
        since_ms = home.now_ms
        home.wait(10 * MINUTE_MS)

        assert len(home.events(MinuteSignalLost)) == 1
        assert home.events(MinuteSignal, since_ms=since_ms) == []
        cycles_ms = [kept.at_ms for kept in home.kept if isinstance(kept.event, SetPointDecided)]
        gaps_ms = [after - before for before, after in pairwise(cycles_ms)]
        assert max(gaps_ms[-8:]) <= MINUTE_MS
        assert len([at_ms for at_ms in cycles_ms if at_ms > since_ms]) in range(9, 12)

        home.fake.begin_minutes()
        since_ms = home.now_ms
        home.wait(5 * MINUTE_MS)
        assert len(home.events(MinuteSignal, since_ms=since_ms)) == 5
        assert len(home.events(SetPointDecided, since_ms=since_ms)) in range(5, 8)
        assert len(home.events(MinuteSignalLost)) == 1


def test_without_energy_experience_the_own_timer_keeps_the_cycle(tmp_path: Path) -> None:
    """No minute ever comes: that is told once, and no surplus is known."""
    with linked(tmp_path, Meant(Options(energy=False))) as home:
        home.wait(10 * MINUTE_MS)

        assert len(home.events(MinuteSignalLost)) == 1
        assert home.events(MeterReading) == []
        assert home.written() == []
        assert home.report.status.text == f"{UP}; no Energy experience: it has no root meter and no minute signal"
        assert len(home.events(SetPointDecided)) in range(8, 12)
