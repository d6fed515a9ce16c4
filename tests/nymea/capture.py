"""What a real nymead was seen to send; measured data, not part of the project: without it these tests skip."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

FOLDER: Final = Path(__file__).parents[3] / "shared" / "nymea-capture"
needs_capture = pytest.mark.skipif(not FOLDER.is_dir(), reason="the captured traffic is not there")


def rows(name: str) -> list[dict[str, Any]]:
    """Return the rows of the file *name*; none without the capture."""
    if not FOLDER.is_dir():
        return []
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


def framing_rows() -> list[Any]:
    """Return the rows of the framing capture as test parameters, each named as it was labelled."""
    return [pytest.param(row, id=row["label"]) for row in rows("framing.jsonl")]
