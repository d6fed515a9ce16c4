"""Where a key stands in a TOML file, for messages: the standard library's parser keeps no line numbers."""

import re

Key = tuple[str | int, ...]
_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\- ]+?)\s*\]\]?\s*(#.*)?$")
_ASSIGNMENT = re.compile(r"^\s*([A-Za-z0-9_.\-]+)\s*=")


def key_lines(text: str) -> dict[Key, int]:
    """Return the line, from 1, of each table and key in *text*, which is valid TOML with bare keys."""
    lines: dict[Key, int] = {}
    counts: dict[Key, int] = {}
    table: Key = ()
    depth = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if depth == 0 and (header := _HEADER.match(line)):
            table = _table(header[2].split("."), counts, repeated=header[1] == "[[")
            lines[table] = number
        elif depth == 0 and (assignment := _ASSIGNMENT.match(line)):
            lines[table + tuple(assignment[1].split("."))] = number
        depth += _opened(line)
    return lines


def line_of(key: Key, lines: dict[Key, int]) -> int:
    """Return the line of *key*, or of the nearest thing around it; 1 if there is none."""
    while key and key not in lines:
        key = key[:-1]
    return lines.get(key, 1)


def key_text(key: Key) -> str:
    """Return *key* as a person writes it; lists are counted from 1."""
    text = ""
    for part in key:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _table(names: list[str], counts: dict[Key, int], *, repeated: bool) -> Key:
    key: Key = ()
    for position, name in enumerate(names):
        key += (name.strip(),)
        if repeated and position == len(names) - 1:
            counts[key] = counts.get(key, -1) + 1
        if key in counts:
            key += (counts[key],)
    return key


def _opened(line: str) -> int:
    bare = re.sub(r"\"[^\"]*\"|'[^']*'|#.*", "", line)
    if _HEADER.match(line):
        return 0
    return bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
