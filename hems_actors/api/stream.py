"""Messages in what a client sends: as they are (TCP), or in WebSocket frames; without any socket."""

import logging
import re
from typing import Final, Protocol

from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from hems_actors.api.handler import MESSAGE_BYTES_MAX

_ORIGINS: Final = (None, re.compile(r"https?://(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?"))
_SILENT: Final = logging.getLogger(__name__)
"""What strangers send is no news."""
_SILENT.setLevel(logging.CRITICAL + 1)


class Stream(Protocol):
    """What lies between segments and the socket."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more can come."""

    def segments(self, data: bytes) -> list[bytes]:
        """Return what *data* completes."""

    def packed(self, message: bytes) -> bytes:
        """Return *message* as it goes over the wire."""

    def own(self) -> bytes:
        """Return what is to be sent of its own accord, if anything."""

    def is_patient(self, *, is_half: bool) -> bool:
        """Nothing was completed for a while; return whether to wait on. *is_half*: a message was begun."""

    def goodbye(self) -> bytes:
        """Return what is to be sent at the end, if anything."""


class PlainStream:
    """TCP: nothing lies between."""

    is_over: Final = False

    def segments(self, data: bytes) -> list[bytes]:
        """Return *data* as it is."""
        return [data]

    def packed(self, message: bytes) -> bytes:
        """Return *message* as it is."""
        return message

    def own(self) -> bytes:
        """Return nothing."""
        return b""

    def is_patient(self, *, is_half: bool) -> bool:
        """Wait for ever, but not for the rest of a message."""
        return not is_half

    def goodbye(self) -> bytes:
        """Return nothing."""
        return b""


class WebSocketStream:
    """The server's end of a WebSocket: text frames only, no compression; pings when it is quiet.

    A page in a browser may connect only if it comes from this machine, unless calls need a token.
    """

    def __init__(self, *, needs_token: bool) -> None:
        origins = None if needs_token else _ORIGINS
        self._protocol = ServerProtocol(max_size=MESSAGE_BYTES_MAX, origins=origins, logger=_SILENT)
        self._begun: bytearray | None = None
        self._pinged = False

    @property
    def is_over(self) -> bool:
        """Whether it was closed, or never opened."""
        protocol = self._protocol
        return protocol.handshake_exc is not None or protocol.state in (State.CLOSING, State.CLOSED)

    def segments(self, data: bytes) -> list[bytes]:
        """Return the texts that are complete with *data*; other frames are left out."""
        self._protocol.receive_data(data)
        found: list[bytes] = []
        for event in self._protocol.events_received():
            self._pinged = False
            if isinstance(event, Request):
                self._protocol.send_response(self._protocol.accept(event))
            elif isinstance(event, Frame):
                found += self._text(event)
        return found

    def packed(self, message: bytes) -> bytes:
        """Return *message* in a frame; nothing if it cannot be sent any more."""
        if self._protocol.state is not State.OPEN:
            return b""
        self._protocol.send_text(message)
        return self.own()

    def own(self) -> bytes:
        """Return the answer to the handshake, pings, pongs and goodbyes not sent yet."""
        return b"".join(self._protocol.data_to_send())

    def is_patient(self, *, is_half: bool) -> bool:  # noqa: ARG002 - who is in the midst of a frame cannot pong
        """Ping; a second time without anything in between, the client is dead."""
        if self._pinged or self._protocol.state is not State.OPEN:
            return False
        self._pinged = True
        self._protocol.send_ping(b"")
        return True

    def goodbye(self) -> bytes:
        """Return what is to be sent at the end, if anything."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(CloseCode.NORMAL_CLOSURE)
        return self.own()

    def _text(self, frame: Frame) -> list[bytes]:
        if frame.opcode is Opcode.TEXT:
            self._begun = bytearray()
        if frame.opcode not in (Opcode.TEXT, Opcode.CONT) or self._begun is None:
            return []
        self._begun += frame.data
        if not frame.fin:
            return []
        text, self._begun = bytes(self._begun), None
        return [text]
