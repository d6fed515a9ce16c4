"""Charges electric cars at home and can prove every decision: core, event log, actors, simulation."""
