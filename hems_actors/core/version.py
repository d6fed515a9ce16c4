"""Versions of the decision logic and of the state, recorded in every log."""

from typing import Final

LOGIC_VERSION: Final = 5
"""Rises whenever a decision for the same facts changes on purpose."""
STATE_VERSION: Final = 3
"""Rises whenever the parts of the state, and so its hash, change."""
