"""How events of older versions become today's: pure functions, applied where a row is decoded."""

from collections.abc import Callable
from typing import Any, Final

Values = tuple[Any, ...]
Upcast = Callable[[Values], Values]

UPCASTS: Final[dict[tuple[int, int], Upcast]] = {}
"""(kind, version) to what turns `(source, fields...)` of that version into those of the next one."""
