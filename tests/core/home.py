"""A scripted home: facts in at virtual instants, outcomes out with their numbers.

Amps and seconds where a story is told, mA and ms where the core is spoken to.
"""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple, TypeVar

from hems_actors.core import facts
from hems_actors.core.engine import conclude, next_due_ms
from hems_actors.core.enums import Issuer, Mode, OnExit, Result, What
from hems_actors.core.evolve import evolve
from hems_actors.core.outcomes import ActionIntended, Outcome
from hems_actors.core.rules import Rule
from hems_actors.core.state import Charger, State
from tests.core.obedient import Obedient, car_draw_ma

METER: Final = 1
START_MS: Final = 1_000_000
NO_REPORT: Final = facts.ChargerReported(
    0, True, False, 6_000, 6_000, 32_000, False, None, None, None, None, None, None, None
)

OutcomeT = TypeVar("OutcomeT", bound=Outcome)


class Noted(NamedTuple):
    """One outcome with its number and instant."""

    seq: int
    at_ms: int
    outcome: Outcome


class Home:
    """A home of one root meter and any number of chargers; nothing happens unless told or waited for."""

    def __init__(self, *, limit_a: int = 25, meter: int = METER, grid_phases: int = 3, **site: int) -> None:
        """Begin linked to all things, with *limit_a* per phase; *site* are further fields of `SiteConfigured`."""
        self.state = State()
        self.now_ms = START_MS
        self.noted: list[Noted] = []
        self.obedient: dict[int, Obedient] = {}
        self.house_ma: tuple[int, int, int] = (0, 0, 0)
        fields = {"unbalance_limit_ma": 0, "on_exit": int(OnExit.SAFE), **site}
        self.tell(
            facts.SiteConfigured(0, limit_a * 1_000, grid_phases, meter=meter, **fields),
            facts.LinkChanged(0, up=True),
        )

    def tell(self, *events: facts.Fact) -> list[Outcome]:
        """Let *events* happen now; return what was concluded from them and from sending writes to obedient chargers."""
        first = len(self.noted)
        for event in events:
            evolve(self.state, self.state.seq + 1, self.now_ms, event)
            seq = self.state.seq
            outcomes = conclude(self.state)
            self.noted += [Noted(seq + i, self.now_ms, outcome) for i, outcome in enumerate(outcomes, 1)]
            for noted in self.noted[len(self.noted) - len(outcomes) :]:
                if isinstance(noted.outcome, ActionIntended) and noted.outcome.source in self.obedient:
                    self.obedient[noted.outcome.source].take(noted.seq, noted.outcome, self.now_ms)
                    self.tell(facts.ActionSent(noted.outcome.source, noted.seq))
        return [noted.outcome for noted in self.noted[first:]]

    def store(self, event: Outcome) -> None:
        """Store an outcome as if it had been concluded, and conclude nothing from it."""
        evolve(self.state, self.state.seq + 1, self.now_ms, event)

    def wait(self, seconds: float) -> list[Outcome]:
        """Let time pass: ticks when they are due, answers of obedient chargers when they come."""
        first, end_ms = len(self.noted), self.now_ms + round(seconds * 1_000)
        while True:
            effects = [(charger.due_ms, source) for source, charger in self.obedient.items() if charger.due_ms]
            due_ms, source = min([*effects, (next_due_ms(self.state), 0)], key=lambda due: (due[0], not due[1]))
            if due_ms > end_ms:
                break
            self.now_ms = due_ms
            if source:
                self.tell(*self.obedient[source].happen(self.report_of(source)))
            else:
                self.tell(facts.Tick(0))
        self.now_ms = end_ms
        return [noted.outcome for noted in self.noted[first:]]

    def run(self, seconds: int, every_s: int = 1) -> list[Outcome]:
        """Let time pass with a complete reading of house and obedient chargers every *every_s*."""
        first = len(self.noted)
        for _ in range(seconds // every_s):
            self.wait(every_s)
            self.read()
        return [noted.outcome for noted in self.noted[first:]]

    def settings(self, limit_a: float = 0, tolerance: float = 0.5, battery_level: float = 0.9) -> list[Outcome]:
        """Change the home's settings (charging.md section 4)."""
        permille = round(tolerance * 1_000), round(battery_level * 1_000)
        return self.tell(facts.SiteSettingsChanged(0, round(limit_a * 1_000), *permille))

    def meter(self, *, complete: bool = True, **values: int | None) -> list[Outcome]:
        """Feed one reading of the root meter; *values* as in `MeterReading`, the others not reported."""
        reading: dict[str, int | None] = dict.fromkeys(facts.MeterReading._fields[3:])
        return self.tell(facts.MeterReading(METER, age_ms=0, complete=complete, **{**reading, **values}))

    def amps(self, a: float, b: float = 0, c: float = 0, *, complete: bool = True) -> list[Outcome]:
        """Feed a reading of *a*, *b*, *c* amps of import at 230 V."""
        a_w, b_w, c_w = (round(amps * 230) for amps in (a, b, c))
        return self.meter(complete=complete, power_w=a_w + b_w + c_w, a_w=a_w, b_w=b_w, c_w=c_w)

    def read(self) -> list[Outcome]:
        """Feed the reading that house (`house_ma`) and obedient chargers make together."""
        total = list(self.house_ma)
        for source, charger in self.obedient.items():
            for phase in charger.loaded(self.report_of(source)):
                total[phase] += car_draw_ma(charger, self.report_of(source))
        return self.amps(*(current_ma / 1_000 for current_ma in total))

    def charger(
        self,
        source: int,
        *,
        mode: Mode = Mode.NORMAL,
        phases: int = 3,
        rotation: int = 123,
        obeys: Obedient | None = None,
        **fields: Any,  # noqa: ANN401  of ChargerConfigured, ChargingInfoChanged or ChargerReported
    ) -> Charger:
        """Configure charger *source* (6..32 A in steps of 1 A, unplugged); *obeys* makes it follow all writes.

        `min_ma` and `max_ma` are those of the device's report; `info` sets the user's.
        """
        config: dict[str, Any] = {"safe_ma": 6_000, "step_ma": 1_000, "can_switch": False}
        config |= {name: fields.pop(name) for name in list(fields) if name in config}
        self.tell(facts.ChargerConfigured(source, phases, rotation, **config))
        info = {name: fields.pop(name) for name in list(fields) if name not in facts.ChargerReported._fields}
        self.info(source, mode=mode, **info)
        if obeys is not None:
            self.obedient[source] = obeys
        self.report(source, **fields)
        return self.state.chargers[source]

    def info(self, source: int, **fields: Any) -> list[Outcome]:  # noqa: ANN401  of ChargingInfoChanged
        """Set the charger's ChargingInfo; what is not named has its default."""
        info: dict[str, Any] = {
            "mode": Mode.NORMAL,
            "car": 0,
            "priority": 0,
            "target_percent": 80,
            "max_ma": 0,
            "min_ma": 6_000,
        }
        return self.tell(facts.ChargingInfoChanged(source, **{**info, **fields}))

    def report_of(self, source: int) -> facts.ChargerReported:
        """Return what the charger last said of itself."""
        charger = self.state.chargers[source]
        return charger.report if charger.report_seq else NO_REPORT._replace(source=source)

    def report(self, source: int, **changes: Any) -> list[Outcome]:  # noqa: ANN401  fields of ChargerReported
        """Let the charger say all of itself again, with *changes*."""
        report = self.report_of(source)._replace(**changes)
        return self.tell(self.obedient[source].showing(report) if source in self.obedient else report)

    def plug(self, source: int) -> list[Outcome]:
        """Plug a car in."""
        return self.report(source, plugged_in=True)

    def unplug(self, source: int) -> list[Outcome]:
        """Unplug the car."""
        return self.report(source, plugged_in=False)

    def car(self, source: int, **values: Any) -> list[Outcome]:  # noqa: ANN401  fields of CarReported
        """Let a car say *values* of itself, and nothing else."""
        return self.tell(facts.CarReported(source, **{**dict.fromkeys(facts.CarReported._fields[1:]), **values}))

    def sent(self, source: int) -> list[Outcome]:
        """The charger's open action was handed to the link."""
        return self.tell(facts.ActionSent(source, self.state.chargers[source].ledger.open_seq))

    def answer(self, source: int, result: Result = Result.OK) -> list[Outcome]:
        """The device answers the charger's open action."""
        return self.tell(facts.ActionAnswered(source, self.state.chargers[source].ledger.open_seq, result))

    def follow(self, source: int) -> list[Outcome]:
        """The charger shows the value of its open action."""
        ledger = self.state.chargers[source].ledger
        return self.report(source, **shown_as(ledger.open_what, ledger.open_value))

    def settle(self, source: int, draw_a: float | None = None) -> None:
        """The charger carries out all its writes at once; then its car draws *draw_a* per terminal, if given."""
        while self.state.chargers[source].ledger.open_seq:
            self.sent(source)
            self.answer(source)
            self.follow(source)
        if draw_a is not None:
            self.draw(source, draw_a)

    def draw(self, source: int, a: float, b: float | None = None, c: float | None = None) -> list[Outcome]:
        """The charger measures *a*, *b*, *c* amps on its terminals; *a* on all if no others are given."""
        b_a, c_a = (a if amps is None else amps for amps in (b, c))
        a_ma, b_ma, c_ma = (round(amps * 1_000) for amps in (a, b_a, c_a))
        return self.report(source, a_ma=a_ma, b_ma=b_ma, c_ma=c_ma)

    def all_of(self, kind: type[OutcomeT], source: int | None = None) -> list[OutcomeT]:
        """Return all outcomes of *kind* so far, of *source* if given."""
        return of_kind((noted.outcome for noted in self.noted), kind, source)

    def line(self, source: int) -> str:
        """Return where the charger stands in one line: set-point, by whom and why, and the write in flight."""
        charger = self.state.chargers[source]
        point, ledger = charger.point, charger.ledger
        stands = f"{amps_text(point.current_ma)} {point.phases}p" if point.on else "off"
        line = f"{stands} {Issuer(point.issuer).name.lower()}/{Rule(point.rule).name.lower()}"
        return f"{line}, {write_text(ledger.open_what, ledger.open_value)}" if ledger.open_seq else line


def of_kind(outcomes: Iterable[Outcome], kind: type[OutcomeT], source: int | None = None) -> list[OutcomeT]:
    """Return those of *outcomes* that are of *kind*, of *source* if given."""
    return [found for found in outcomes if isinstance(found, kind) and source in (None, found.source)]


def writes(outcomes: Iterable[Outcome], source: int | None = None) -> list[str]:
    """Return the writes among *outcomes* in words, such as `current 16 A`, `power on`, `phases 1`."""
    return [write_text(action.what, action.value) for action in of_kind(outcomes, ActionIntended, source)]


def write_text(what: int, value: int) -> str:
    """Return a write in words."""
    if what == What.POWER:
        return "power on" if value else "power off"
    return f"current {amps_text(value)}" if what == What.CURRENT else f"phases {value}"


def amps_text(current_ma: int) -> str:
    """Return a current in A without needless zeros."""
    return f"{current_ma / 1_000:g} A"


def shown_as(what: int, value: int) -> dict[str, int | bool]:
    """Return the fields of a report that show *value* of *what*."""
    if what == What.POWER:
        return {"power_on": bool(value)}
    return {"current_ma" if what == What.CURRENT else "desired_phases": value}
