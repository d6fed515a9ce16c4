"""A question answered: what was recorded, what the model makes of it unchanged, and what it makes of the changes."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from hems_actors.core import facts
from hems_actors.core.modes import is_eco
from hems_actors.core.state import State
from hems_actors.eventlog.fold import state_from
from replay.compare.account import Account, ChargerAccount, wh_of
from replay.whatif.loop import Loop
from replay.whatif.model import model_of
from replay.whatif.record import Record, read_record
from replay.whatif.senses import Senses
from replay.whatif.settings import NO_CHANGES, Changes, changes_of, told_with

ERROR_PERCENT_MAX: Final = 1.0
"""A model whose chargers' energy is off by no more reproduces the record."""
_NOTHING: Final = ChargerAccount()


class Course(NamedTuple):
    """How a day went."""

    account: Account
    newly_priced: Account | None = None
    """The same, by the prices that were asked for."""


class Answer(NamedTuple):
    """What came of the question."""

    asked: tuple[str, ...]
    record: Record
    assumed: tuple[str, ...]
    recorded: Course
    unchanged: Course
    changed: Course | None
    """None = nothing was asked to be otherwise: the model is checked alone."""
    phases: int
    """That the home has."""
    notes: tuple[str, ...] = ()

    def error_percent(self, source: int) -> float | None:
        """Return by how much of what was recorded the model's energy of a charger is off; None = of nothing."""
        was, now = (
            wh_of(course.account.chargers.get(source, _NOTHING).energy_wms)
            for course in (self.recorded, self.unchanged)
        )
        if not was:
            return None if now else 0.0
        return (now - was) * 100 / was

    @property
    def is_reproduced(self) -> bool:
        """Whether the model reproduces the record, each charger within 1 % of its energy."""
        errors = [self.error_percent(source) for source in self.record.chargers]
        return all(error is not None and abs(error) <= ERROR_PERCENT_MAX for error in errors)


def ask(path: Path, asked: Iterable[str]) -> Answer:
    """Return what would have been in the home of the log at *path* with the settings *asked*, texts `key=value`.

    Raises:
        LogError: the log cannot be read.
        WhatIfError: the question is none, or cannot be asked of this log.
    """
    asked = tuple(asked)
    own = Account()
    record = read_record(path, own)
    changes = changes_of(asked, record)
    recorded = Course(own)
    if changes.rates is not None:
        recorded = Course(own, Account(changes.rates))
        read_record(path, *(account for account in recorded if account is not None and account is not own))
    model = model_of(record)
    unchanged = play(record, NO_CHANGES, changes)
    changed = play(record, changes, changes) if asked else None
    notes = tuple(_notes(record, changes))
    return Answer(asked, record, model.assumed, recorded, unchanged, changed, model.phases, notes)


def play(record: Record, changes: Changes, priced_by: Changes = NO_CHANGES) -> Course:
    """Return how the home of *record* goes with *changes*, also by the prices of *priced_by*."""
    model = model_of(record)
    state = state_from(record.restored, *record.restored_at)
    newly = None if priced_by.rates is None else Account(priced_by.rates)
    course = Course(Account(), newly)
    told = told_with(changes, record, state)
    Loop(state, model, Senses(record, model), [account for account in course if account is not None]).play(
        told, record.from_ms, record.to_ms
    )
    return course


def _notes(record: Record, changes: Changes) -> Iterable[str]:
    if changes.rates is not None:
        yield "the new prices are known from the start to the end"
        if not any(_by_price(record.state, source, changes) for source in record.chargers):
            yield "no charger looks at prices: that takes an Eco mode, and a deadline or a daily share to buy"


def _by_price(state: State, source: int, changes: Changes) -> bool:
    """Return whether prices matter to the charger *source* in the end: it buys a daily share, or has a deadline."""
    asked = changes.fields.get((facts.ChargingInfoChanged, source), {})
    info = state.chargers[source].info
    share = asked.get("spot", info.spot) and asked.get("daily_percent", info.daily_percent)
    return is_eco(asked.get("mode", info.mode)) and bool(share or asked.get("end_s", info.end_s))
