"""A relay far away: a TCP proxy that holds back each direction for some milliseconds: `python -m bench.proxy PORT MS`.

It prints its own port and ends with its standard input. What comes in is passed on in order, each piece after its
time: a delay, not a limit to how much is on its way.
"""

import argparse
import asyncio
import selectors
import sys
from collections import deque
from typing import cast


class Way:
    """One direction of a connection."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._under_way: deque[tuple[float, bytes | None]] = deque()
        self._to: asyncio.Transport | None = None

    def lead_to(self, transport: asyncio.Transport) -> None:
        """Pieces that came before the other side was connected wait for it."""
        self._to = transport
        self._plan(transport)

    def put(self, piece: bytes | None) -> None:
        """None is the end of the stream."""
        self._under_way.append((self._loop.time() + self._seconds, piece))
        if len(self._under_way) == 1 and self._to is not None:
            self._plan(self._to)

    def _plan(self, to: asyncio.Transport) -> None:
        if self._under_way:
            self._loop.call_at(self._under_way[0][0], self._pass_on, to)

    def _pass_on(self, to: asyncio.Transport) -> None:
        now = self._loop.time()
        while self._under_way and self._under_way[0][0] <= now:
            _, piece = self._under_way.popleft()
            if piece is None:
                to.close()
            elif not to.is_closing():
                to.write(piece)
        self._plan(to)


class Side(asyncio.Protocol):
    """One end of a connection: puts what it hears on its way to the other end."""

    def __init__(self, out: Way, back: Way) -> None:
        self._out = out
        self._back = back

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._back.lead_to(cast(asyncio.Transport, transport))

    def data_received(self, data: bytes) -> None:
        self._out.put(data)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 -- the signature is asyncio's
        self._out.put(None)


class Entrance(Side):
    """The end that the client sees; the other one is connected when it comes."""

    def __init__(self, port: int, seconds: float) -> None:
        self._to_server, self._to_client = Way(seconds), Way(seconds)
        super().__init__(self._to_server, self._to_client)
        self._port = port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._exit = asyncio.ensure_future(
            asyncio.get_running_loop().create_connection(
                lambda: Side(self._to_client, self._to_server), "127.0.0.1", self._port
            )
        )


async def serve(port: int, seconds: float) -> None:
    """Until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Entrance(port, seconds), "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    over = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(over), sys.stdin)
    await over.read()


def precise_loop() -> asyncio.AbstractEventLoop:
    """By select(), whose timeouts are microseconds; those of epoll are whole milliseconds, rounded up."""
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("port", type=int)
    options.add_argument("milliseconds", type=float)
    given = options.parse_args()
    with asyncio.Runner(loop_factory=precise_loop) as runner:
        runner.run(serve(given.port, given.milliseconds / 1000))
