"""Replay: decide again what a log recorded, and name every difference."""
