"""Why the daemon does not run, in one line for whoever started it."""


class CannotRunError(Exception):
    """Something around the daemon is not as it must be: a lock is held, a port is taken, a folder cannot be made."""
