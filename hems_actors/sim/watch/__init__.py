"""Judges of a simulated home: what must hold at every instant, seen from outside the core."""
