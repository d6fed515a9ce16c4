"""When a charge should be finished, so that a small delay does not make it late (charging.md section 8)."""

from typing import Final

from hems_actors.core.planning.pieces import Outlook

MARGIN_PARTS: Final = 10  # 10 % of the need
MARGIN_S_MAX: Final = 1_800


def margin_s(duration_s: int) -> int:
    """Return how long before the deadline a charge of *duration_s* should be finished, rounded down to seconds."""
    return min(duration_s // MARGIN_PARTS, MARGIN_S_MAX)


def finish_s(outlook: Outlook, need_ws: int) -> int:
    """Return when the charge should be finished: the margin before the deadline, later if time does not allow that.

    Args:
        outlook: time from now to the deadline, at least one piece.
        need_ws: energy; how long it takes is reckoned with the greatest power there is.
    """
    edges_s, _price, power_w = outlook
    most_w = max(power_w)
    if most_w == 0:
        return edges_s[-1]
    left_ws, soonest_s = need_ws, edges_s[-1]
    for at, power in enumerate(power_w):
        energy_ws = power * (edges_s[at + 1] - edges_s[at])
        if power and left_ws <= energy_ws:
            soonest_s = edges_s[at] + seconds_of(left_ws, power)
            break
        left_ws -= energy_ws
    return max(soonest_s, edges_s[-1] - margin_s(seconds_of(need_ws, most_w)))


def seconds_of(need_ws: int, power_w: int) -> int:
    """Return how long *need_ws* takes at *power_w*, rounded up."""
    return -(-need_ws // power_w)
