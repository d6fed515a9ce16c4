"""Errors of the log: each says in one line what, where and what to do."""


class LogError(Exception):
    """Base of all errors this package raises."""


class UnreadableError(LogError):
    """The file cannot be opened or read, or holds no log at all."""


class MalformedError(LogError):
    """A frame whose checksum is right holds what no writer of this format writes."""


class NewerError(LogError):
    """The log uses a format, a frame type or a kind of event newer than this version knows."""


class SchemaError(LogError):
    """A kind of event in the log contradicts this version's without having another version."""


class WriteError(LogError):
    """The log cannot be written; what was appended since the last commit may not be in it."""


class LockedError(WriteError):
    """Another process writes to this directory."""
