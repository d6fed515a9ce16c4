"""What a user can get wrong with a configuration: lines that say what, where and what was expected."""


class ConfigError(Exception):
    """A configuration, or a file that it names, cannot be used; each of `lines` is one mistake."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
