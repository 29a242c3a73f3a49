"""The straight writer: puts octets on a connection's socket while other threads go on.

The loop's own transport keeps the interpreter to itself during the call, though the kernel carries a letter over to a
relay on the same host within it.
"""

import asyncio
import os

_NONE = -1


class StraightWriter:
    """Writes in order with the transport, and through it whatever the socket does not take at once."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        socket = transport.get_extra_info("socket")
        secured = transport.get_extra_info("sslcontext") is not None or transport.get_extra_info("ssl_object")
        self._file = _NONE if secured or socket is None else socket.fileno()

    def write(self, octets: bytes) -> None:
        """Never raises for what the other side does: a broken connection is told as the transport tells it."""
        transport = self._transport
        if transport.is_closing():
            # Its number may be another file's by now, and uvloop's transport raises.
            return
        if self._file == _NONE or transport.get_write_buffer_size():
            transport.write(octets)
            return
        try:
            taken = os.write(self._file, octets)
        except OSError:
            taken = 0
        if taken < len(octets):
            transport.write(octets[taken:])
