"""A set-point on its way to being decided."""

from typing import NamedTuple

from hems_actors.core.rules import Rule
from hems_actors.core.state import Charger, SetPoint


class Point(NamedTuple):
    """The fields of `SetPointDecided` after the source."""

    on: bool
    current_ma: int
    phases: int
    target_ma: int
    issuer: int
    rule: int
    operands: tuple[int, ...]

    def differs(self, point: SetPoint) -> bool:
        """Return whether the set-point, its issuer or its target is another than *point*."""
        return (self.on, self.current_ma, self.phases, self.target_ma, self.issuer) != (
            point.on,
            point.current_ma,
            point.phases,
            point.target_ma,
            point.issuer,
        )


def held(charger: Charger, rule: Rule, operands: tuple[int, ...]) -> Point:
    """Return *charger*'s set-point as it is, kept by *rule*."""
    point = charger.point
    return Point(point.on, point.current_ma, point.phases, point.target_ma, point.issuer, rule, operands)


def off(charger: Charger, issuer: int, rule: Rule, operands: tuple[int, ...]) -> Point:
    """Return the set-point "off" by *rule*."""
    return Point(
        on=False, current_ma=0, phases=charger.point.phases, target_ma=0, issuer=issuer, rule=rule, operands=operands
    )
