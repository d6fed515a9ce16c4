"""Short ways to speak to a fake home."""

import json
from typing import Any, Final

from tests.api.home import Bench

NO_ERROR: Final = {"energyError": "EnergyErrorNoError"}
INVALID: Final = {"energyError": "EnergyErrorInvalidParameter"}


def asked(bench: Bench, method: str, params: object) -> dict[str, Any]:
    """Return what is answered to *method* on a fresh connection, without its id."""
    session, peer = bench.client()
    bench.say(session, json.dumps({"id": 7, "method": method, "params": params}).encode())
    (line,) = peer.sent
    answer: dict[str, Any] = json.loads(line)
    assert line.endswith(b"}\n")
    assert answer.pop("id") == 7
    return answer


def success(params: object) -> dict[str, Any]:
    """Return an answer."""
    return {"status": "success", "params": params}


def refusal(text: str) -> dict[str, Any]:
    """Return a refusal."""
    return {"status": "error", "error": text}
