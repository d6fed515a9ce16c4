# The part of msgpack used here; the library ships no types.

from typing import Any

class ExtType:
    def __init__(self, code: int, data: bytes) -> None: ...

def packb(o: object, /, *, use_bin_type: bool = ..., strict_types: bool = ...) -> bytes: ...
def unpackb(
    packed: bytes | bytearray | memoryview,
    /,
    *,
    raw: bool = ...,
    use_list: bool = ...,
    strict_map_key: bool = ...,
    max_str_len: int = ...,
    max_bin_len: int = ...,
    max_map_len: int = ...,
    max_ext_len: int = ...,
) -> Any: ...  # noqa: ANN401 - whatever was packed
