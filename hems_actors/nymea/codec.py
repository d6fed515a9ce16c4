"""Messages in a stream of bytes: as they are (TCP), or in WebSocket frames; without any input or output."""

from typing import Final, Protocol

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidURI
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from hems_actors.nymea.address import Address
from hems_actors.nymea.errors import AddressError

MESSAGE_BYTES_MAX: Final = 4 << 20
ENDED: Final = "the server closed the connection"
_DATA: Final = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)


class Codec(Protocol):
    """What lies between payloads and the socket."""

    @property
    def is_open(self) -> bool:
        """Whether payloads may be sent."""

    @property
    def over(self) -> str | None:
        """Why nothing more will come, in one line; None = more may."""

    def payloads(self, data: bytes) -> list[bytes]:
        """Return what is complete with *data*; empty *data* is the stream's end."""

    def packed(self, payload: bytes) -> bytes:
        """Return *payload* as it goes over the wire."""

    def own(self) -> bytes:
        """Return what is to be sent of the codec's own accord, if anything."""

    def quiet(self) -> None:
        """Nothing arrived for a while."""

    def goodbye(self) -> bytes:
        """Return what is to be sent at the end, if anything."""


class PlainCodec:
    """TCP: nothing lies between; TCP itself finds dead peers."""

    is_open: Final = True

    def __init__(self) -> None:
        self.over: str | None = None

    def payloads(self, data: bytes) -> list[bytes]:
        """Return *data* as it is; empty *data* is the stream's end."""
        if not data:
            self.over = ENDED
        return [data] if data else []

    def packed(self, payload: bytes) -> bytes:
        """Return *payload* as it is."""
        return payload

    def own(self) -> bytes:
        """Return nothing."""
        return b""

    def quiet(self) -> None:
        """Do nothing."""

    def goodbye(self) -> bytes:
        """Return nothing."""
        return b""


class WebSocketCodec:
    """A WebSocket client: one text frame per payload, no compression; pings when it is quiet."""

    def __init__(self, url: str) -> None:
        """Ask for *url*, `ws://...` or `wss://...`."""
        self._protocol = ClientProtocol(parse_uri(url), max_size=MESSAGE_BYTES_MAX)
        self._protocol.send_request(self._protocol.connect())
        self._begun = bytearray()
        self._pinged = False
        self._silent = False

    @property
    def is_open(self) -> bool:
        """Whether the server accepted."""
        return self._protocol.state is State.OPEN

    @property
    def over(self) -> str | None:
        """Why nothing more will come, in one line; None = more may."""
        protocol = self._protocol
        if self._silent:
            return "the server does not answer pings"
        if protocol.handshake_exc is not None:
            return _line(f"the server refused the WebSocket: {protocol.handshake_exc}")
        if protocol.state is State.CONNECTING or protocol.state is State.OPEN:
            return None
        if protocol.close_rcvd is not None:
            return _line(f"the server closed the WebSocket: {protocol.close_rcvd}")
        return _line(f"bad WebSocket data: {protocol.close_sent}") if protocol.close_sent is not None else ENDED

    def payloads(self, data: bytes) -> list[bytes]:
        """Return the messages complete with *data*, each ending in a newline; empty *data* is the stream's end."""
        self._pinged = False
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        frames = [event for event in self._protocol.events_received() if isinstance(event, Frame)]
        return [payload for frame in frames if frame.opcode in _DATA for payload in self._payload(frame)]

    def packed(self, payload: bytes) -> bytes:
        """Return *payload* in a frame."""
        self._protocol.send_text(payload)
        return self.own()

    def own(self) -> bytes:
        """Return the request for the connection, pings, pongs and goodbyes not sent yet."""
        return b"".join(self._protocol.data_to_send())

    def quiet(self) -> None:
        """Ping; a second time without anything in between, the line is dead."""
        self._silent = self._pinged
        self._pinged = True
        self._protocol.send_ping(b"")

    def goodbye(self) -> bytes:
        """Return what is to be sent at the end, if anything."""
        if self.is_open:
            self._protocol.send_close(CloseCode.NORMAL_CLOSURE)
        return self.own()

    def _payload(self, frame: Frame) -> list[bytes]:
        self._begun += frame.data
        if not frame.fin:
            return []
        payload = bytes(self._begun)
        self._begun.clear()
        return [payload if payload.endswith(b"\n") else payload + b"\n"]


def codec_of(address: Address) -> Codec:
    """Return a fresh codec for *address*.

    Raises:
        AddressError: it is no address after all.
    """
    if not address.websocket:
        return PlainCodec()
    try:
        return WebSocketCodec(address.url)
    except (InvalidURI, UnicodeError) as error:
        raise AddressError(f"{address.url!r} is no address: {error}") from error


def _line(text: str) -> str:
    return " ".join(text.split())[:200]
