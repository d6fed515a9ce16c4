"""How much work a plan is worth: no home may stand still for one."""

from typing import Final

LABELS_MAX: Final = 20_000
"""A week of quarter-hourly prices takes 500, seldom 5,000."""
PAIRS_A_LABEL: Final = 4
"""To look at so many pairs of labels takes as long as to make one."""
WIDEST: Final = 12


class EffortError(Exception):
    """The proof that a plan is the best one would take too long."""


class Effort:
    """What may still be spent on one plan."""

    def __init__(self, left: int, widest: int | None = None) -> None:
        """Spend *left* at most; of each set of ways only the *widest* best are followed, if that is given."""
        self._left = left
        self._widest = widest

    def spend(self, work: int) -> None:
        """Spend *work*.

        Raises:
            EffortError: there is less left.
        """
        self._left -= work
        if self._left < 0:
            raise EffortError("plan: too many ways")

    def kept(self, labels: dict[int, tuple[int, int]]) -> dict[int, tuple[int, int]]:
        """Return those of *labels* that are followed: all, or the best.

        Raises:
            EffortError: there are too many.
        """
        if self._widest is not None and len(labels) > self._widest:
            best = sorted(labels, key=labels.__getitem__)[: self._widest]
            labels = {used: labels[used] for used in best}
        self.spend(len(labels))
        return labels
