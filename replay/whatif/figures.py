"""What the recorded home does in closed loop with this version's core, in plain figures."""

from pathlib import Path
from typing import Any

from replay.compare.account import wh_of
from replay.whatif.play import play
from replay.whatif.record import read_record
from replay.whatif.settings import NO_CHANGES


def figures_of(path: Path) -> dict[str, Any]:
    """Return energy by charger and from the grid (Wh), and its cost (micro-euro; None = unknown).

    Raises:
        LogError: the log cannot be read.
        WhatIfError: it holds no home that could be played.
    """
    account = play(read_record(path), NO_CHANGES).account
    return {
        "chargers_wh": {str(source): wh_of(own.energy_wms) for source, own in account.chargers.items()},
        "import_wh": wh_of(account.import_wms),
        "cost_ueur": account.bought.cost_ueur,
    }
