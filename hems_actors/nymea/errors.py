"""What goes wrong on the way to `nymead`."""


class AddressError(Exception):
    """The server's address, or its fingerprint, is none."""


class LineError(Exception):
    """A connection failed or ended; the text is the reason, in one line."""
