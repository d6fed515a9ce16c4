"""The answer to a question as a person reads it: the verdict on the model first, then the figures side by side."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from replay.whatif.play import ERROR_PERCENT_MAX, Answer
from replay.whatif.table import Row, rows_of, shown

_NAME_WIDTH: Final = 24
_WIDTH: Final = 14


def words_of(answer: Answer) -> Iterator[str]:
    """Yield the lines of *answer*."""
    record = answer.record
    asked = ", ".join(answer.asked) or "nothing is changed"
    times = (record.local.text(at_ms)[:16].replace("T", " ") for at_ms in (record.from_ms, record.to_ms))
    yield f"{record.path}: what if {asked}: {' to '.join(times)}"
    yield f"  model      {verdict(answer)}"
    for note in answer.notes:
        yield f"  note       {note}"
    yield ""
    heads = ["recorded", "unchanged"] + (["what if", "change"] if answer.changed is not None else [])
    yield f"  {'':{_NAME_WIDTH}}" + "".join(f"{head:>{_WIDTH}}" for head in heads)
    for group, rows in groupby(rows_of(answer), lambda row: row.group):
        told = [row for row in rows if _tells(row)]
        if told:
            yield f"  {group}"
        for row in told:
            yield _line(row, changed=answer.changed is not None)
    yield ""
    yield "  unchanged and what if are the model's: it knows the devices only by what they showed"
    for assumed in answer.assumed:
        yield f"  assumed    {assumed}"


def verdict(answer: Answer) -> str:
    """Return whether the model, with unchanged settings, does what was recorded, and how far it is off."""
    names = answer.record.names
    errors = [(names.get(source, f"thing {source}"), answer.error_percent(source)) for source in answer.record.chargers]
    told = ", ".join(f"{name} {_percent(error)}" for name, error in errors)
    if answer.is_reproduced:
        return f"reproduces the record with unchanged settings: energy {told}"
    return f"does NOT reproduce the record within {ERROR_PERCENT_MAX:g} %, take what follows with care: energy {told}"


def _percent(error: float | None) -> str:
    return "drawn, where none was recorded" if error is None else f"{error + 0.0:+.2f} %"


def _tells(row: Row) -> bool:
    """Return whether anything in *row* is known and not 0; the energy of a charger always is shown."""
    return row.name == "energy" or any((row.recorded, row.unchanged, row.changed))


def _line(row: Row, *, changed: bool) -> str:
    cells = [shown(row.recorded, row.unit), shown(row.unchanged, row.unit)]
    if changed:
        cells += [shown(row.changed, row.unit), shown(row.change, row.unit, sign=True)]
    return f"    {row.name:{_NAME_WIDTH - 2}}" + "".join(f"{cell:>{_WIDTH}}" for cell in cells)
