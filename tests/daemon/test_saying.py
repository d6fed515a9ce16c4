"""What happens in the home as log lines: each decision once, with its reason; priorities where journald reads."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from typing import Final

import pytest

from hems_actors.core import facts
from hems_actors.core.enums import Alarm, Issuer, ThingKind
from hems_actors.core.identity import points_of, words_of
from hems_actors.core.outcomes import AlarmChanged, SetPointDecided
from hems_actors.core.registry import Event
from hems_actors.core.rules import Rule
from hems_actors.core.state import State
from hems_actors.daemon.logs import Lines
from hems_actors.daemon.saying import Saying

BOX: Final = 10
THERE: Final = facts.ThingAdded(BOX, ThingKind.CHARGER, words_of(5), points_of("Garage"))


def _point(amps: int, phases: int = 3) -> SetPointDecided:
    on = amps > 0
    return SetPointDecided(BOX, on, amps * 1_000, phases, 0, Issuer.SURPLUS_CHARGING, Rule.EXIT, (6_000, 7))


@contextmanager
def _lines(level: str = "info") -> Iterator[io.StringIO]:
    with redirect_stderr(io.StringIO()) as out:
        lines = Lines(level)
        lines.start()
        try:
            yield out
        finally:
            lines.stop()


SAID: Final = [
    pytest.param([THERE], ["<6>Garage is there"], id="a thing comes"),
    pytest.param([THERE, facts.ThingRemoved(BOX)], ["<6>Garage is there", "<6>Garage is gone"], id="and goes"),
    pytest.param(
        [_point(10), _point(10)], ["<6>thing 10: 10 A on 3 phases, as the daemon ends (safe 6 A (#7)) [1]"], id="once"
    ),
    pytest.param(
        [_point(6, 1)], ["<6>thing 10: 6 A on 1 phase, as the daemon ends (safe 6 A (#7)) [1]"], id="one phase"
    ),
    pytest.param([_point(0)], ["<6>thing 10: off, as the daemon ends (safe 6 A (#7)) [1]"], id="off"),
    pytest.param(
        [AlarmChanged(0, Alarm.METER_LOST, active=True, value=0), AlarmChanged(0, Alarm.METER_LOST, False, 0)],
        ["<4>home: meter lost", "<6>home: no more: meter lost"],
        id="an alarm and its end",
    ),
    pytest.param(
        [facts.LogLost(0)], ["<3>the event log cannot be written: nothing may add load until it can"], id="log"
    ),
    pytest.param([facts.Tick(0)], [], id="nothing to say"),
]


@pytest.mark.parametrize(("events", "said"), SAID)
def test_said(monkeypatch: pytest.MonkeyPatch, events: list[Event], said: list[str]) -> None:
    """With journald's priorities, without a time: it knows."""
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    with _lines() as out:
        saying = Saying(State())
        for seq, event in enumerate(events, 1):
            saying.see(seq, 0, event)

    assert out.getvalue().splitlines() == said


def test_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is below the level is not said; a time stands before each line where nobody else adds it."""
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    with _lines("warning") as out:
        logging.getLogger("x").info("little")
        logging.getLogger("x").warning("much\nand more")

    first, second = out.getvalue().splitlines()
    assert first[10::10][:1] == "T"
    assert first.endswith("Z warning much")
    assert second.endswith("Z warning and more")
