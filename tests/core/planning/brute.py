"""A dumb planner for small cases: it tries every way to switch on and off at the ticks of a fine grid."""

from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from hems_actors.core.planning.pieces import Piece

Runs = tuple[tuple[int, int], ...]


class Case(NamedTuple):
    """What a planner is asked."""

    pieces: tuple[Piece, ...]
    need_ws: int
    run_s_min: int
    running_since_s: int | None


class Answer(NamedTuple):
    """What a plan is judged by: the least one is the best."""

    cost: int
    """By what each piece is ranked with, in its price x W x ticks."""
    starts: int
    order: tuple[int, ...]
    """Start, sign changed, and end of each run in turn, in ticks: less = later."""
    runs: Runs


class Grid:
    """A case in ticks, as many to a second or as many seconds long as it takes to hold every sensible plan."""

    def __init__(self, case: Case, ticks: int, seconds: int) -> None:
        """Cut *case* into *ticks* to every *seconds*; both its lengths and its need must come out even."""
        self.case, self._ticks, self._seconds = case, ticks, seconds
        self._first_s = case.pieces[0].start_s
        self.run_min = self._in_ticks(case.run_s_min)
        since_s = case.running_since_s
        self.lasted = None if since_s is None else self._in_ticks(self._first_s - since_s)
        self.need, odd = divmod(case.need_ws * ticks, seconds)
        assert not odd
        self.power, self.price = self._tables(ranks_of(case.pieces))
        self.energy = list(accumulate(self.power, initial=0))
        self.cost = list(accumulate(map(int.__mul__, self.power, self.price), initial=0))

    def _in_ticks(self, length_s: int) -> int:
        ticks, odd = divmod(length_s * self._ticks, self._seconds)
        assert not odd
        return ticks

    def _tables(self, ranks: list[int]) -> tuple[list[int], list[int]]:
        power: list[int] = []
        price: list[int] = []
        for piece, rank in zip(self.case.pieces, ranks, strict=True):
            ticks = self._in_ticks(piece.end_s - piece.start_s)
            power += [piece.power_w] * ticks
            price += [rank] * ticks
        return power, price

    def spans(self) -> Iterator[tuple[int, int]]:
        """Yield every stretch of time in which the charger can charge without a gap."""
        for start in range(len(self.power)):
            for end in range(start + 1, len(self.power) + 1):
                if not self.power[end - 1]:
                    break
                yield start, end

    def is_whole(self, start: int, end: int) -> bool:
        """Return whether there is a gap, or nothing at all, on both sides."""
        return not (start and self.power[start - 1]) and not (end < len(self.power) and self.power[end])

    def may_run(self, start: int, end: int, run_min: int) -> bool:
        """Return whether a run beside others is long enough, or has no more room."""
        lasted = self.lasted if self.lasted is not None and start == 0 else 0
        return end - start + lasted >= run_min or self.is_whole(start, end)

    def answer(self, runs: Runs) -> Answer:
        """Return *runs* with what they are judged by."""
        cost = sum(self.cost[end] - self.cost[start] for start, end in runs)
        going_on = self.lasted is not None and runs[0][0] == 0
        return Answer(cost, len(runs) - going_on, tuple(part for start, end in runs for part in (-start, end)), runs)

    def in_seconds(self, runs: Runs) -> Runs:
        """Return *runs* as a plan says them: in whole seconds, rounded outwards, joined where they then touch."""
        found: list[tuple[int, int]] = []
        for start, end in runs:
            start_s = self._first_s + start * self._seconds // self._ticks
            end_s = self._first_s - (-end * self._seconds // self._ticks)
            if found and found[-1][1] == start_s:
                start_s = found.pop()[0]
            found.append((start_s, end_s))
        return tuple(found)


def ranks_of(pieces: tuple[Piece, ...]) -> list[int]:
    """Return the price by which each piece is ranked: its own, or what stands for an unknown one."""
    known = [piece.price_ueur_kwh for piece in pieces if piece.price_ueur_kwh is not None]
    last = max((at for at, piece in enumerate(pieces) if piece.price_ueur_kwh is not None), default=-1)
    found = []
    for at, piece in enumerate(pieces):
        if piece.price_ueur_kwh is not None:
            found.append(piece.price_ueur_kwh)
        elif at > last:
            found.append(min(known, default=1) - 1)
        else:
            found.append(max(known) + 1)
    return found


def best_of(grid: Grid) -> Answer | None:
    """Return the best plan on *grid*; its need must be less than what the time is enough for.

    None = the minimum run would have to be halved to no whole tick: the grid cannot tell.
    """
    spans = list(grid.spans())
    energies = {span: grid.energy[span[1]] - grid.energy[span[0]] for span in spans}
    single = [grid.answer((span,)) for span in spans if energies[span] == grid.need]
    run_min = grid.run_min
    while True:
        found = single + [grid.answer(runs) for runs in _choices(grid, spans, energies, run_min)]
        if found:
            return min(found)
        if run_min % 2:
            return None
        run_min //= 2


def _choices(
    grid: Grid, spans: list[tuple[int, int]], energies: dict[tuple[int, int], int], run_min: int
) -> Iterator[Runs]:
    """Yield every choice of runs that do not touch, are long enough and take just the need."""
    allowed = [span for span in spans if grid.may_run(*span, run_min) and energies[span] <= grid.need]
    stack: list[tuple[Runs, int]] = [((), 0)]
    while stack:
        chosen, energy = stack.pop()
        for span in allowed:
            if not chosen or span[0] > chosen[-1][1]:
                used = energy + energies[span]
                if used == grid.need:
                    yield (*chosen, span)
                elif used < grid.need:
                    stack.append(((*chosen, span), used))
