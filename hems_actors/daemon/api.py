"""The API's server of a daemon: where it is, who may ask, and what it listens to."""

from pathlib import Path
from typing import NamedTuple

from hems_actors.actors.published import Published
from hems_actors.api.decisions import Recent
from hems_actors.api.errors import ListenError, TokenError
from hems_actors.api.handler import Server
from hems_actors.api.listen import Certificate
from hems_actors.api.port import HomePort
from hems_actors.api.server import Access, ApiServer
from hems_actors.api.tokens import FileKeys, token_names
from hems_actors.config.hems import ApiTable
from hems_actors.daemon.about import home_uuid, package_version
from hems_actors.daemon.errors import CannotRunError


class ApiPlace(NamedTuple):
    """Where the API is, and whose it is."""

    table: ApiTable
    root: Path
    """What the table's paths are relative to."""
    tokens: Path
    home: str


def serve(port: HomePort, place: ApiPlace, recent: Recent, published: Published) -> ApiServer:
    """Return a server of *port* that runs, and tells its clients what *recent* and *published* hear of.

    Raises:
        CannotRunError: it cannot be served there.
    """
    server = Server(place.home, str(home_uuid(place.home)), package_version())
    try:
        api = ApiServer(port, server, _access(place))
        api.start()
    except (ListenError, TokenError) as error:
        raise CannotRunError(str(error)) from error
    recent.listen(api.looked)
    published.listen(api.looked)
    return api


def _access(place: ApiPlace) -> Access:
    table = place.table
    certificate = None
    if table.certificate is not None and table.key is not None:
        certificate = Certificate(place.root / table.certificate, place.root / table.key)
    keys = FileKeys(place.tokens) if certificate is not None and token_names(place.tokens) else None
    return Access(table.listen, certificate, keys)
