"""Small random cases that both planners can be asked: times and needs are whole ticks of the brute one's grid."""

from random import Random
from typing import Final

from hems_actors.core.planning.pieces import Piece
from tests.core.planning.brute import Case, Grid, best_of

UNIT_S: Final = 300
UNIT_W: Final = 1_200
NOW_S: Final = 1_700_000_100
PRICES: Final = (None, -3, 0, 1, 2, 2, 5, 9, 100)
ALIKE: Final = (2, 2, 3)


def random_grid(chance: Random) -> Grid:
    """Return a random case on the grid that holds its best plan."""
    while True:
        ticks = chance.choice((1, 1, 2))
        grid = _grid(chance, ticks)
        if grid is not None and best_of(grid) is not None:
            return grid


def _grid(chance: Random, ticks: int) -> Grid | None:
    """Return a case of one power, or of two where half a tick lets a run take what is left; None = too little time."""
    units_left = chance.randrange(2, 13 if ticks == 1 else 7)
    powers_w = (0, UNIT_W, UNIT_W, UNIT_W, UNIT_W) if ticks == 1 else (0, *(UNIT_W, 2 * UNIT_W) * 3)
    prices = ALIKE if chance.random() < 0.3 else PRICES
    pieces: list[Piece] = []
    at_s = NOW_S
    while units_left:
        units = min(units_left, chance.randrange(1, 4))
        units_left -= units
        end_s = at_s + units * UNIT_S
        pieces.append(Piece(at_s, end_s, chance.choice(prices), chance.choice(powers_w)))
        at_s = end_s
    total = sum((piece.end_s - piece.start_s) * piece.power_w for piece in pieces) // (UNIT_W * UNIT_S)
    if total < 2:
        return None
    need_ws = chance.randrange(1, total) * UNIT_W * UNIT_S
    run_s_min = chance.choice((0, 1, 2, 3, 4, 5, 8)) * UNIT_S
    since_s = NOW_S - chance.randrange(5) * UNIT_S if chance.random() < 0.4 else None
    return Grid(Case(tuple(pieces), need_ws, run_s_min, since_s), ticks, UNIT_S)
