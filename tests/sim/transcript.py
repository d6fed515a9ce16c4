"""A scenario's actions in words, one line each; `python -m tests.sim.transcript --rewrite` renews the checked-in ones.

Each `tests/scenarios/NAME.txt` says what `NAME.toml` leads to. Read the diff before you commit it.
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from hems_actors.core import facts, outcomes
from hems_actors.core.enums import Alarm, Closing, Deviation, Ending, Failure, PlanCause, Purpose, Result, What
from hems_actors.core.registry import Event
from hems_actors.sim.build import Stage, build
from hems_actors.sim.demo import play_to
from hems_actors.sim.scenario import read_scenario
from hems_actors.sim.watch.findings import Findings
from hems_actors.sim.watch.home import Watch

DAY_H: Final = 24
SCENARIOS: Final = Path(__file__).parents[1] / "scenarios"


class Transcript:
    """Listens to the log of *stage*, and writes down what was done, answered, concluded and alarmed."""

    def __init__(self, stage: Stage) -> None:
        self.lines: list[str] = []
        self._zone = stage.moments.zone
        self._clock = "%H:%M:%S" if stage.scenario.home.duration_h <= DAY_H else "%d. %H:%M:%S"
        self._names = {0: "home", **stage.numbers.sources()}
        self._writes: dict[int, str] = {}

    def see(self, seq: int, at_ms: int, event: Event) -> None:
        """Write down *event* if it is of interest."""
        line = self._line(seq, event)
        if line is not None:
            clock = self._local(at_ms // 1_000).strftime(self._clock)
            self.lines.append(f"{clock} {self._names[event.source]}: {line}")

    def _line(self, seq: int, event: Event) -> str | None:
        match event:
            case outcomes.ActionIntended():
                self._writes[seq] = _write(event)
                again = f" (try {event.attempt})" if event.attempt > 1 else ""
                return f"{self._writes[seq]}{again}"
            case facts.ActionAnswered() if event.result != Result.OK:
                return f"{self._writes[event.action_seq]} answered {Result(event.result).name}"
            case outcomes.ActionClosed() if event.closing != Closing.VERIFIED:
                return f"{self._writes[event.action_seq]} {Closing(event.closing).name}"
            case outcomes.DeviationSeen():
                return f"shows {What(event.what).name} {event.value}: {Deviation(event.deviation).name}"
            case outcomes.AlarmChanged():
                return f"alarm {Alarm(event.alarm).name} {'on' if event.active else 'off'}"
            case facts.LinkChanged():
                return f"link {'up' if event.up else 'lost'}"
            case facts.ThingConnected():
                return "reached" if event.connected else "not reached"
        return self._line_of_plans(event)

    def _line_of_plans(self, event: Event) -> str | None:
        match event:
            case facts.PricesKnown():
                return (
                    f"prices from {self._local(event.slots[0]):%d. %H:%M} to {self._local(event.slots[-2]):%d. %H:%M}"
                )
            case facts.PricesFailed():
                return f"no prices: {Failure(event.failure).name}"
            case outcomes.DeadlineJudged():
                return f"deadline {self._local(event.deadline_s):%d. %H:%M} {Ending(event.ending).name}"
            case outcomes.PlanMade():
                edges = [f"{self._local(edge_s):%d. %H:%M}" for i, edge_s in enumerate(event.runs) if i % 3 < 2]
                runs = ", ".join(f"{edges[i]} to {edges[i + 1]}" for i in range(0, len(edges), 2))
                return f"plan for {Purpose(event.purpose).name}, {PlanCause(event.cause).name}: {runs or 'nothing'}"
        return None

    def _local(self, at_s: int) -> datetime:
        return datetime.fromtimestamp(at_s, UTC).astimezone(self._zone)


def transcript_of(scenario: Path) -> tuple[str, Findings]:
    """Play *scenario*; return its transcript, with the chargers' true state at the end, and what broke a rule."""
    stage = build(*read_scenario(scenario))
    transcript, watch = Transcript(stage), Watch(stage)
    with tempfile.TemporaryDirectory() as folder:
        play_to(stage, Path(folder) / "log.msgpack", [transcript, watch])
    ends = [
        f"end {name}: {'on' if charger.power_on else 'off'}, {charger.current_ma / 1_000:g} A, "
        f"draws {charger.draw_ma / 1_000:g} A on {len(charger.active)} phases, "
        f"starts {charger.starts}, stops {charger.stops}"
        for name, charger in zip(stage.numbers.chargers, stage.home.chargers.values(), strict=True)
    ]
    return "\n".join([*transcript.lines, *ends, ""]), watch.finish()


def _write(action: outcomes.ActionIntended) -> str:
    match action.what:
        case What.POWER:
            return "on" if action.value else "off"
        case What.CURRENT:
            return f"{action.value / 1_000:g} A"
    return f"{action.value} phases"


def main() -> int:
    """Renew all transcripts, if that is what was asked for."""
    if sys.argv[1:] != ["--rewrite"]:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    for path in sorted(SCENARIOS.glob("*.txt")):
        text, _ = transcript_of(path.with_suffix(".toml"))
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
