"""One source file, one purpose: nothing grows past what a reader takes in at once."""

import ast
from typing import Final

import pytest

from tests.tidy.sources import FOLDERS, python_files, read

MODULE_LINES_MAX: Final = 400
ACTOR_LINES_MAX: Final = 200  # an actor is a shell around the core
FUNCTION_LINES_MAX: Final = 60


@pytest.mark.parametrize("name", python_files(*FOLDERS))
def test_module_is_short(name: str) -> None:
    """A module that needs more lines has more than one purpose."""
    limit = ACTOR_LINES_MAX if name.startswith("hems_actors/actors/") else MODULE_LINES_MAX

    assert len(read(name).splitlines()) <= limit


@pytest.mark.parametrize("name", python_files(*FOLDERS))
def test_functions_are_short(name: str) -> None:
    """A function fits on one screen."""
    functions = [node for node in ast.walk(ast.parse(read(name))) if isinstance(node, ast.FunctionDef)]
    long = [
        function.name
        for function in functions
        if (function.end_lineno or function.lineno) - function.lineno >= FUNCTION_LINES_MAX
    ]

    assert long == []
