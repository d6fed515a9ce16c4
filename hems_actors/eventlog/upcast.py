"""How events of older versions become today's: pure functions, applied where a row is decoded."""

from collections.abc import Callable
from typing import Any, Final

Values = tuple[Any, ...]
Upcast = Callable[[Values], Values]


def _charging_info_1(values: Values) -> Values:
    """Version 1 knew neither deadlines nor prices."""
    return (*values, 0, 0, False, 0)


UPCASTS: Final[dict[tuple[int, int], Upcast]] = {(13, 1): _charging_info_1}
"""(kind, version) to what turns `(source, fields...)` of that version into those of the next one."""
