"""The answer to a question as an object for programs."""

from collections.abc import Mapping
from typing import Any

from replay.whatif.play import Answer
from replay.whatif.table import rows_of
from replay.whatif.words import verdict


def object_of(answer: Answer) -> Mapping[str, Any]:
    """Return *answer* as `--json` prints it: figures with their unit in the key."""
    record = answer.record
    return {
        "log": str(record.path),
        "asked": list(answer.asked),
        "from": record.local.text(record.from_ms),
        "to": record.local.text(record.to_ms),
        "reproduced": answer.is_reproduced,
        "verdict": verdict(answer),
        "errors_percent": {
            record.names.get(source, f"thing {source}"): answer.error_percent(source) for source in record.chargers
        },
        "figures": [
            {"of": row.group, "name": row.name, "unit": row.unit}
            | {"recorded": row.recorded, "unchanged": row.unchanged, "changed": row.changed, "change": row.change}
            for row in rows_of(answer)
        ],
        "notes": list(answer.notes),
        "assumed": list(answer.assumed),
    }
