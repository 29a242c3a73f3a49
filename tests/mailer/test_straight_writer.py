"""The straight writer on real sockets: everything arrives in order, and nothing goes past a cipher or a close."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from unittest.mock import Mock

import pytest

from mailer.straight_writer import StraightWriter
from tests.support.loops import on_both_loops

Pair = tuple[socket.socket, socket.socket]


class Listener:
    """A server that begins to read when it is told to, and keeps all it reads."""

    def __init__(self, *, expects: int) -> None:
        self._expects = expects
        self.caught_up = asyncio.Event()
        self.reads = asyncio.Event()
        self.heard = bytearray()
        self.ended = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.reads.wait()
        while octets := await reader.read(65536):
            self.heard += octets
            if len(self.heard) >= self._expects:
                self.caught_up.set()
        writer.close()
        self.ended.set()


async def connected(listener: Listener) -> tuple[asyncio.Server, asyncio.Transport]:
    server = await asyncio.start_server(listener.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, host, port)
    return server, transport


@on_both_loops
async def test_what_the_socket_does_not_take_at_once_comes_in_its_turn() -> None:
    pieces = [bytes([number % 251]) * size for number, size in enumerate([10, 3_000_000, 5, 2_000_000, 7, 1])]
    listener = Listener(expects=sum(map(len, pieces)))
    server, transport = await connected(listener)
    async with server, asyncio.timeout(20):
        writer = StraightWriter(transport)
        for piece in pieces:
            writer.write(piece)
        assert transport.get_write_buffer_size() > 0
        listener.reads.set()
        await listener.caught_up.wait()
        assert transport.get_write_buffer_size() == 0
        writer.write(b"the last")
        transport.close()
        await listener.ended.wait()

    assert bytes(listener.heard) == b"".join(pieces) + b"the last"


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        yield ours, theirs


def transport_of(ours: socket.socket, **more: object) -> Mock:
    transport = Mock(spec=asyncio.Transport)
    transport.get_extra_info.side_effect = {"socket": ours, **more}.get
    transport.is_closing.return_value = False
    transport.get_write_buffer_size.return_value = 0
    return transport


def goes_by_the_transport_alone(writer: StraightWriter, transport: Mock, theirs: socket.socket) -> None:
    writer.write(b"not in the clear")

    transport.write.assert_called_once_with(b"not in the clear")
    with pytest.raises(BlockingIOError):
        theirs.recv(100)


def test_on_a_secured_connection_everything_goes_through_the_transport(pair: Pair) -> None:
    ours, theirs = pair
    transport = transport_of(ours, sslcontext=ssl.create_default_context())

    goes_by_the_transport_alone(StraightWriter(transport), transport, theirs)


def test_nothing_is_written_to_a_number_that_may_be_another_files_by_now(pair: Pair) -> None:
    ours, theirs = pair
    transport = transport_of(ours)
    writer = StraightWriter(transport)
    transport.is_closing.return_value = True

    writer.write(b"for nobody")

    transport.write.assert_not_called()
    with pytest.raises(BlockingIOError):
        theirs.recv(100)


def test_a_broken_connection_is_left_to_the_transport_to_tell(pair: Pair) -> None:
    ours, theirs = pair
    transport = transport_of(ours)
    theirs.close()

    StraightWriter(transport).write(b"nobody hears this")

    transport.write.assert_called_once_with(b"nobody hears this")
