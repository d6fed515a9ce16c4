"""Errors of what-if: each one line for whoever asked."""

from replay.report import Exit


class WhatIfError(Exception):
    """The question is none, or cannot be asked of this log.

    Args:
        text: the line.
        exit_code: what the command ends with.
    """

    def __init__(self, text: str, exit_code: Exit = Exit.USAGE_OR_NEWER) -> None:
        super().__init__(text)
        self.exit = exit_code
