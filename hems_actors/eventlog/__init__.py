"""The event log: bytes <-> events; knows no energy rule (design section 5, INTERFACE.md "Event log")."""
