"""Mutants of the core: each is one comparison or one constant that says something else.

Left out, because they are names and not quantities: the numbers of codes (members of an `IntEnum`), of kinds and
stages (`registry`) and of versions (`version`). Annotations and docstrings hold nothing to change.
"""

import ast
import re
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

CORE: Final = "hems_actors/core"
NAMES_IN_THE_LOG: Final = ("registry.py", "version.py")
"""Modules whose `Final` numbers stand in every log."""
LARGE: Final = 100
"""From here on a constant may also be doubled."""
OTHERS: Final[dict[type[ast.cmpop], tuple[str, ...]]] = {
    ast.Lt: ("<=", ">="),
    ast.LtE: ("<", ">"),
    ast.Gt: (">=", "<="),
    ast.GtE: (">", "<"),
    ast.Eq: ("!=",),
    ast.NotEq: ("==",),
    ast.Is: ("is not",),
    ast.IsNot: ("is",),
    ast.In: ("not in",),
    ast.NotIn: ("in",),
}
"""What each comparison may become."""
_OPERATOR: Final = re.compile(rb"(?:\s|\)|\\|#[^\n]*\n)*(is\s+not\b|not\s+in\b|is\b|in\b|[<>=!]=|[<>])")


class Site(NamedTuple):
    """A place that can be changed: bytes `start` to `end` of a file, and what may stand there instead."""

    start: int
    end: int
    others: tuple[str, ...]


class Mutant(NamedTuple):
    """One change of one file, `file` relative to the project's folder."""

    file: str
    line: int
    start: int
    end: int
    before: str
    after: str

    def apply(self, source: bytes) -> bytes:
        """Return *source* with the change made."""
        return source[: self.start] + self.after.encode() + source[self.end :]

    def lines(self, source: bytes) -> tuple[str, str]:
        """Return the changed line of *source* as it was and as it is."""
        rows = (text.decode().splitlines()[self.line - 1].strip() for text in (source, self.apply(source)))
        old, new = rows
        return old, new


class _Finder(ast.NodeVisitor):
    """Collects the sites of one module."""

    def __init__(self, source: bytes, *, names_in_the_log: bool) -> None:
        self.sites: list[Site] = []
        self._source = source
        self._starts = [0, *(found.end() for found in re.finditer(rb"\n", source))]
        self._names_in_the_log = names_in_the_log

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Pass over codes."""
        if not any(isinstance(base, ast.Name) and base.id == "IntEnum" for base in node.bases):
            self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Look at the value, not at the annotation."""
        if node.value is not None and not (self._names_in_the_log and node.col_offset == 0):
            self.visit(node.value)

    def visit_arg(self, node: ast.arg) -> None:
        """Pass over annotations."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Look at decorators, defaults and the body, not at what is returned."""
        for part in (*node.decorator_list, node.args, *node.body):
            self.visit(part)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Pass over texts: before Python 3.12 nodes in them have no true place."""

    def visit_Constant(self, node: ast.Constant) -> None:
        """Note a number or a flag."""
        others = _other_values(node.value)
        if others:
            self.sites.append(Site(self._at(node.lineno, node.col_offset), self._end(node), others))

    def visit_Compare(self, node: ast.Compare) -> None:
        """Note each comparison of a chain."""
        for left, operator in zip((node.left, *node.comparators), node.ops, strict=False):
            found = _OPERATOR.match(self._source, self._end(left))
            if found is None:
                raise ValueError(f"line {left.end_lineno}: no comparison where one was parsed")
            self.sites.append(Site(*found.span(1), OTHERS[type(operator)]))
        self.generic_visit(node)

    def _at(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column

    def _end(self, node: ast.expr) -> int:
        return self._at(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)


def _other_values(value: object) -> tuple[str, ...]:
    if isinstance(value, bool):
        return (str(not value),)
    if not isinstance(value, int):
        return ()
    if value == 0:
        return ("1", "(-1)")
    return (str(value + 1), str(value - 1), *((str(value * 2),) if value >= LARGE else ()))


def find_sites(source: bytes, *, names_in_the_log: bool = False) -> list[Site]:
    """Return all places of *source* that can be changed, in order."""
    finder = _Finder(source, names_in_the_log=names_in_the_log)
    finder.visit(ast.parse(source))
    return sorted(finder.sites)


def digest(root: Path) -> str:
    """Return what tells this core from any other."""
    whole = sha256()
    for path in sorted((root / CORE).glob("*.py")):
        whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()[:12]


def draw(root: Path, count: int, seed: int) -> tuple[list[Mutant], int]:
    """Return *count* mutants of the core under *root*, each of another place, and of how many places they were drawn.

    The same tree and seed give the same mutants in the same order; a smaller *count* gives the first of them. Chance
    goes by the text of a line, not by its number: after a change elsewhere in the core most are drawn again.
    """
    found: list[tuple[str, Mutant]] = []
    for path in sorted((root / CORE).glob("*.py")):
        source, seen = path.read_bytes(), Counter[str]()
        for site in find_sites(source, names_in_the_log=path.name in NAMES_IN_THE_LOG):
            line = source.count(b"\n", 0, site.start) + 1
            text = source.splitlines()[line - 1].decode().strip()
            lot = sha256(f"{seed} {path.name} {text} {seen[text]}".encode()).hexdigest()
            seen[text] += 1
            after = site.others[int(lot[-8:], 16) % len(site.others)]
            before = source[site.start : site.end].decode()
            found.append((lot, Mutant(f"{CORE}/{path.name}", line, site.start, site.end, before, after)))
    return [mutant for _lot, mutant in sorted(found)[:count]], len(found)
