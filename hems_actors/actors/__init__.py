"""Actors: thin shells around the core; two runtimes, the same classes."""
