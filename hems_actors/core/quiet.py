"""The bounds within which a reading leads to nothing: a few comparisons each (`calm` works them out)."""

from typing import Final, NamedTuple

from hems_actors.core.facts import MeterReading

ENDLESS: Final = 1 << 62


class Quiet(NamedTuple):
    """Readings within these bounds, and no shorter draw than these, lead to nothing."""

    a_w: int
    b_w: int
    c_w: int
    a_ma: int
    b_ma: int
    c_ma: int
    single: bool
    """The meter shows phase A alone."""
    draws_ma: dict[int, int]
    """The least each charger may be seen to draw, by source."""
    surplus_from_w: int
    surplus_below_w: int
    until_ms: int
    """From this instant on a timer of surplus charging is over."""

    def holds(self, reading: MeterReading) -> bool:
        """Return whether *reading* is complete, has its phases' power, and is within the bounds at any voltage."""
        _, _, complete, _, a_w, b_w, c_w, a_ma, b_ma, c_ma, _, _, _ = reading
        if not complete or a_w is None or a_w > self.a_w or (a_ma is not None and not -self.a_ma <= a_ma <= self.a_ma):
            return False
        if self.single or b_w is None or c_w is None:
            return self.single and b_w is c_w is b_ma is c_ma is None
        return (
            b_w <= self.b_w
            and c_w <= self.c_w
            and (b_ma is None or -self.b_ma <= b_ma <= self.b_ma)
            and (c_ma is None or -self.c_ma <= c_ma <= self.c_ma)
        )


_LOW: Final = -ENDLESS
NEVER: Final = Quiet(_LOW, _LOW, _LOW, _LOW, _LOW, _LOW, False, {}, 0, 0, 0)
