"""What makes code depend on more than its arguments, or differ between machines, as seen in its syntax."""

import ast
from collections.abc import Iterator
from typing import Final

IMPORTS_ALLOWED: Final = ("bisect", "collections.abc", "dataclasses", "enum", "functools", "itertools", "typing")
NAMES_FORBIDDEN: Final = (
    *("float", "complex", "set", "frozenset", "hash", "id"),
    *("open", "print", "input", "eval", "exec", "globals", "vars", "__import__"),
)


def impurities(source: str, *packages: str) -> list[str]:
    """Return `line: what` for each impurity of *source*, foreign imports included."""
    found = [f"{line}: {what}" for node in ast.walk(ast.parse(source)) for line, what in _of_node(node)]
    return found + foreign_imports(source, *packages)


def foreign_imports(source: str, *packages: str) -> list[str]:
    """Return `line: what` for each import in *source* of neither *packages* nor the harmless part of the library."""
    return [
        f"{line}: import {module}"
        for node in ast.walk(ast.parse(source))
        for line, module in _imports(node)
        if module not in IMPORTS_ALLOWED and not any(f"{module}.".startswith(f"{package}.") for package in packages)
    ]


def _imports(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Import(names=names):
            yield from ((node.lineno, name.name) for name in names)
        case ast.ImportFrom(module=module):
            yield node.lineno, module or "."


def _of_node(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Constant(value=float() | complex()):
            yield node.lineno, "float"
        case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
            yield node.lineno, "true division"
        case ast.Set() | ast.SetComp():
            yield node.lineno, "set"
        case ast.Global():
            yield node.lineno, "global"
        case ast.Name(id=name) if name in NAMES_FORBIDDEN:
            yield node.lineno, name
