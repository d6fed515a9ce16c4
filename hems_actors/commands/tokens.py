"""`hemsd token`: who may use the API from other machines."""

from pathlib import Path

from hems_actors.api.tokens import add_token, remove_token, token_names
from hems_actors.config.hems import read_config
from hems_actors.daemon.places import places_of


def token(path: Path, what: str, name: str | None) -> str:
    """Do *what* (`add`, `remove`, `list`) with the token called *name*, and return what to print.

    Raises:
        ConfigError: the configuration at *path* cannot be read.
        TokenError: it cannot be done.
    """
    config, _ = read_config(path)
    tokens = places_of(config, path.absolute().parent).tokens
    if what == "list":
        return "".join(f"{each}\n" for each in token_names(tokens))
    if what == "remove":
        remove_token(tokens, name or "")
        return ""
    return f"{add_token(tokens, name or '')}\n"
