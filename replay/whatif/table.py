"""The figures of a question side by side: recorded, as the model has it unchanged, and with what was asked."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from hems_actors.core.enums import Ending
from replay.compare.account import Account, ChargerAccount, wh_of
from replay.compare.words import euro, kwh, lasted
from replay.whatif.play import Answer, Course

Figure = int | None
Show = Callable[[Figure], str]
_NOTHING: Final = ChargerAccount()
_OVER: Final = (Ending.MET, Ending.MISSED, Ending.EXPIRED)


class Row(NamedTuple):
    """One figure of each course; None = not known."""

    group: str
    """A charger's name, or `the home`."""
    name: str
    unit: str
    """`wh`, `ueur`, `ms`, `ma` or empty: a number."""
    recorded: Figure
    unchanged: Figure
    changed: Figure

    @property
    def change(self) -> Figure:
        """What the question changes, as the model has it."""
        return None if self.changed is None or self.unchanged is None else self.changed - self.unchanged


def rows_of(answer: Answer) -> Iterator[Row]:
    """Yield all figures, chargers first."""
    for source in answer.record.chargers:
        group = answer.record.names.get(source, f"thing {source}")
        for name, unit, figure in _of_charger(source):
            yield _row(answer, group, name, unit, figure)
    for name, unit, figure in _OF_HOME:
        yield _row(answer, "the home", name, unit, figure)
    if answer.recorded.newly_priced is not None:
        yield _row(answer, "the home", "cost, new prices", "ueur", _newly)
    yield from _limits(answer)


def shown(figure: Figure, unit: str, *, sign: bool = False) -> str:
    """Return *figure* with its unit, for people."""
    if figure is None:
        return "-"
    if unit == "wh":
        return kwh(figure, sign=sign)
    if unit == "ueur":
        return euro(figure, sign=sign)
    if unit == "ms":
        return ("-" if figure < 0 else "+" if sign else "") + lasted(abs(figure))
    text = f"{figure / 1_000:{'+' if sign else ''}.1f} A" if unit == "ma" else f"{figure:{'+' if sign else ''}d}"
    return "0" if figure == 0 and sign else text


_Of = Callable[[Course], Figure]


def _row(answer: Answer, group: str, name: str, unit: str, figure: _Of) -> Row:
    changed = None if answer.changed is None else figure(answer.changed)
    return Row(group, name, unit, figure(answer.recorded), figure(answer.unchanged), changed)


def _of_charger(source: int) -> Iterator[tuple[str, str, _Of]]:
    def own(course: Course) -> ChargerAccount:
        return course.account.chargers.get(source, _NOTHING)

    yield "energy", "wh", lambda course: wh_of(own(course).energy_wms)
    yield "from the sun", "wh", lambda course: round(own(course).sun_wms / 3_600_000)
    yield "from the battery", "wh", lambda course: round(own(course).battery_wms / 3_600_000)
    yield "from the grid", "wh", lambda course: round(own(course).grid_wms / 3_600_000)
    yield "cost", "ueur", lambda course: own(course).bought.cost_ueur
    yield "starts", "", lambda course: own(course).starts
    yield "deadlines met", "", lambda course: _deadlines(course.account, source)[0]
    yield "deadlines missed", "", lambda course: _deadlines(course.account, source)[1]


def _deadlines(account: Account, source: int) -> tuple[int, int]:
    """Return how many deadlines were met, and how many missed."""
    own = [entry for (thing, _), entry in account.deadlines.items() if thing == source]
    missed = sum(entry.missed_wh is not None or entry.ending == Ending.EXPIRED for entry in own)
    return sum(entry.ending == Ending.MET and entry.missed_wh is None for entry in own), missed


_OF_HOME: Final[tuple[tuple[str, str, _Of], ...]] = (
    ("bought", "wh", lambda course: wh_of(course.account.import_wms)),
    ("sold", "wh", lambda course: wh_of(course.account.export_wms)),
    ("battery charged", "wh", lambda course: wh_of(course.account.charge_wms)),
    ("battery gave", "wh", lambda course: wh_of(course.account.discharge_wms)),
    ("cost", "ueur", lambda course: course.account.bought.cost_ueur),
)


def _newly(course: Course) -> Figure:
    return None if course.newly_priced is None else course.newly_priced.bought.cost_ueur


def _limits(answer: Answer) -> Iterator[Row]:
    for phase, letter in enumerate("ABC"[: answer.phases]):

        def highest(course: Course, phase: int = phase) -> Figure:
            return course.account.phases[phase].highest_ma

        def over(course: Course, phase: int = phase) -> Figure:
            return course.account.phases[phase].over_ms

        yield _row(answer, f"phase {letter}", "highest current", "ma", highest)
        yield _row(answer, f"phase {letter}", "time above its limit", "ms", over)
