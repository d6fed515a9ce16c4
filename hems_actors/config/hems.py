"""`hems.toml`: what the daemon is told by its installer; hems.example.toml explains each key."""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from hems_actors.config.errors import ConfigError
from hems_actors.config.locate import Key
from hems_actors.config.table import (
    Ampere,
    FuseAmpere,
    HomeName,
    Name,
    Phases,
    PlanningTable,
    Settings,
    Table,
    Zone,
)
from hems_actors.config.tariff import CONTRACT_KEYS, contract_mistakes
from hems_actors.config.toml_file import TomlFile, read_toml
from hems_actors.nymea.address import address_of, fingerprint_of
from hems_actors.nymea.errors import AddressError

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _nymea_url(url: str) -> str:
    try:
        address_of(url)
    except AddressError as error:
        raise PydanticCustomError("nymea_url", "expected a nymead's address such as ws://127.0.0.1:4444") from error
    return url


def _fingerprint(text: str) -> str:
    try:
        return fingerprint_of(text)
    except AddressError as error:
        raise PydanticCustomError("fingerprint", "expected the SHA-256 of a certificate, 64 hex digits") from error


def _uuid(text: str) -> str:
    plain = text.strip("{}").lower()
    if not _UUID.fullmatch(plain):
        raise PydanticCustomError("uuid", "expected the UUID of a thing")
    return plain


def _listen_url(url: str) -> str:
    """Take `ws://`, `wss://`, `nymea://` and `nymeas://` with an IP address or localhost, and a port."""
    expected = PydanticCustomError("listen", "expected an address such as ws://127.0.0.1:4455 or nymeas://0.0.0.0:2255")
    try:
        parts = urlsplit(url)
        port = parts.port
        if parts.hostname != "localhost":
            ip_address(parts.hostname or "")
    except ValueError as error:
        raise expected from error
    if port is None or parts.scheme not in ("ws", "wss", "nymea", "nymeas") or parts.path not in ("", "/"):
        raise expected
    return url


Days = Annotated[int, Field(ge=1, le=36_500)]
Mebibytes = Annotated[int, Field(ge=10, le=1_000_000)]


class HomeTable(Table):
    """`[home]`: what no request over the API exceeds or changes."""

    name: HomeName = "home"
    time_zone: Zone
    phase_limit_a: FuseAmpere
    """The main fuse, per phase; 0 = no limit."""
    grid_phases: Literal[0, 1, 3] = 0
    """0 = not known."""
    unbalance_limit_a: Ampere = 0
    on_exit: Literal["keep", "safe", "stop"] = "safe"


class NymeaTable(Table):
    """`[nymea]`: where `nymead` is."""

    url: Annotated[str, AfterValidator(_nymea_url)] = "ws://127.0.0.1:4444"
    fingerprint: Annotated[str, AfterValidator(_fingerprint)] | None = None
    token_file: str | None = None


class LogTable(Table):
    """`[log]`: the event log."""

    directory: str = ""
    """Empty = the service's state directory."""
    keep_days: Days | None = 400
    keep_mb: Mebibytes | None = 2_000


class ApiTable(Table):
    """`[api]`: who may ask, and where."""

    listen: list[Annotated[str, AfterValidator(_listen_url)]] = Field(
        default_factory=lambda: ["ws://127.0.0.1:4455", "nymea://127.0.0.1:2255"], max_length=8
    )
    certificate: str | None = None
    key: str | None = None
    tokens_required: bool = False


class TariffTable(Table):
    """`[tariff]`: who says what electricity costs."""

    kind: Literal["awattar_at", "awattar_de", "hp_hc"]
    enabled: bool = True
    """At the first start; later the API decides."""
    windows: Any = None
    """This and what follows are an HP/HC contract's, who validates them."""
    summer_windows: Any = None
    hp_eur_kwh: Any = None
    hc_eur_kwh: Any = None


class BatteryTable(Table):
    """`[battery]`: the home battery."""

    phases: Phases


class ChargerTable(Table):
    """`[[chargers]]`: what only the installer knows of a charger."""

    name: Name | None = None
    uuid: Annotated[str, AfterValidator(_uuid)] | None = None
    wiring: Phases | None = None
    """Grid phase of each terminal, in their order; nothing = not known."""
    phases: Literal[1, 3] = 3
    safe_a: Ampere = 6


class OptimizerTable(Table):
    """`[optimizer]`: an optimizer on this machine."""

    socket: str = "/run/powersync/optimizer.sock"


class Config(Table):
    """The whole file."""

    home: HomeTable
    nymea: NymeaTable = NymeaTable()
    log: LogTable = LogTable()
    api: ApiTable = ApiTable()
    tariff: TariffTable | None = None
    planning: PlanningTable = PlanningTable()
    settings: Settings = Settings()
    battery: BatteryTable | None = None
    chargers: list[ChargerTable] = Field(default_factory=list, max_length=50)
    optimizer: OptimizerTable | None = None


def read_config(path: Path) -> tuple[Config, TomlFile]:
    """Read and validate the configuration at *path*; the files that it names are not opened.

    Raises:
        ConfigError: unreadable, not TOML, unknown keys, wrong values, or values that contradict each other.
    """
    config, file = read_toml(path, Config, "a configuration")
    found = [file.text(key, expected) for key, expected in _contradictions(config)]
    if found:
        raise ConfigError(*found)
    return config, file


def _contradictions(config: Config) -> list[tuple[Key, str]]:
    found: list[tuple[Key, str]] = []
    tls = config.nymea.url.startswith(("wss", "nymeas"))
    if config.nymea.fingerprint is not None and not tls:
        found.append((("nymea", "fingerprint"), "expected none, or a url with wss:// or nymeas://"))
    if config.nymea.token_file is not None and not tls and not is_local(config.nymea.url):
        found.append((("nymea", "token_file"), "expected a url with wss:// or nymeas://: the token would be readable"))
    found += _api_contradictions(config.api)
    seen: set[str] = set()
    for i, charger in enumerate(config.chargers):
        key: Key = ("chargers", i)
        if (charger.name is None) == (charger.uuid is None):
            found.append((key, "expected either name or uuid"))
        named = charger.uuid or charger.name or ""
        if named in seen:
            found.append(((*key, "name" if charger.name else "uuid"), f"expected each charger once: {named!r}"))
        seen.add(named)
        if charger.wiring is not None and len(charger.wiring) != charger.phases:
            found.append(((*key, "wiring"), f"expected {charger.phases} of A, B and C, as phases says"))
    tariff = config.tariff
    if tariff is not None and tariff.kind != "hp_hc":
        given = tariff.model_fields_set.intersection(CONTRACT_KEYS)
        found += [(("tariff", name), f'expected none with kind = "{tariff.kind}"') for name in sorted(given)]
    elif tariff is not None:
        found += contract_mistakes(tariff)
    return found


def _api_contradictions(api: ApiTable) -> list[tuple[Key, str]]:
    found: list[tuple[Key, str]] = []
    if (api.certificate is None) != (api.key is None):
        found.append((("api",), "expected both certificate and key, or neither"))
    for i, url in enumerate(api.listen):
        key: Key = ("api", "listen", i)
        tls = url.startswith(("wss", "nymeas"))
        if tls and api.certificate is None:
            found.append((key, f"expected api.certificate and api.key too: {url} is encrypted"))
        if not is_local(url) and not (tls and api.tokens_required):
            found.append((key, f"expected wss:// or nymeas:// and tokens_required = true: {url} is open to others"))
    return found


def is_local(url: str) -> bool:
    """Return whether nobody on another machine reaches *url*."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
