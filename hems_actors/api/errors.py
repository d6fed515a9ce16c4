"""What goes wrong at the API; each text is one line for a reader."""


class ListenError(Exception):
    """The API cannot be served as configured."""


class TokenError(Exception):
    """The file of tokens, or what was asked of it, is no good."""
