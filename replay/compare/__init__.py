"""Comparing decisions: with those recorded, of two logs, of two versions of this package."""

from replay.compare.outcomes import UNITS_RAW, canonical, differences, unit_of

__all__ = ["UNITS_RAW", "canonical", "differences", "unit_of"]
