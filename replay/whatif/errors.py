"""Errors of what-if: each one line for whoever asked."""


class WhatIfError(Exception):
    """The question cannot be asked of this log, or is none."""
