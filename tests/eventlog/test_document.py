"""The table of kinds as documents show it."""

from hems_actors.eventlog.document import kinds_table


def test_kinds_table() -> None:
    """A row says number, name, stage, fields with unit and scale, and what it means."""
    rows = kinds_table().splitlines()

    assert "| 1 | tick | fact | - | The coordinator's timer fired, early or late: harmless. |" in rows
    assert any(row.startswith("| 160 | action_intended | action | what, value, reduces, attempt |") for row in rows)
    assert any(row.startswith("| 4 | clock_offset | fact | offset_ms (s/1000) |") for row in rows)
    assert any(row.startswith("| 200 | position_restored | restored | ") for row in rows)
