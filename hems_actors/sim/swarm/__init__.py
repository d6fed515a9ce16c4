"""Seeded days on a machine that dies: devices, link, disk, clock and core fail, and every rule is judged."""
