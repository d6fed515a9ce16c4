# The part of msgpack used here; the library ships no types.

from typing import Any

def packb(o: object, /, *, use_bin_type: bool = ..., strict_types: bool = ...) -> bytes: ...
def unpackb(
    packed: bytes | bytearray | memoryview,
    /,
    *,
    raw: bool = ...,
    use_list: bool = ...,
    strict_map_key: bool = ...,
) -> Any: ...  # noqa: ANN401 - whatever was packed
