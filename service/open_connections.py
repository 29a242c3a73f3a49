"""Open connections: whoever owes us the rest of a request, or the reading of an answer, is waited for only so long, and
makes room for others.

A process has a thousand connections or so, and a stranger may open as many without ever asking for anything. uvicorn
closes a connection that is idle after an answer; one on which an octet comes now and then it keeps without end.
"""

import asyncio
from functools import partial
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE_SECONDS = 30.0
LEAST_OCTETS = 64 * 1024  # of a longer request within that time: the slowest telephone does better
MOST_OWING = 400


class Owing:
    """Of one server, who has owed for the longest time first."""

    def __init__(self, *, patience: float = PATIENCE_SECONDS, most: int = MOST_OWING) -> None:
        self._patience = patience
        self._most = most
        self._ends: dict[Connection, asyncio.TimerHandle] = {}

    def __contains__(self, connection: "Connection") -> bool:
        return connection in self._ends

    def wait_for(self, connection: "Connection") -> None:
        """From now on, however long it was waited for before."""
        self.done(connection)
        self._ends[connection] = connection.loop.call_later(self._patience, self._give_up, connection)
        if len(self._ends) > self._most:
            self._give_up(next(iter(self._ends)))

    def done(self, connection: "Connection") -> None:
        end = self._ends.pop(connection, None)
        if end is not None:
            end.cancel()

    def _give_up(self, connection: "Connection") -> None:
        self.done(connection)
        connection.transport.abort()


class Connection(H11Protocol):
    """As uvicorn has it; `owing` is shared by all of a server."""

    def __init__(self, *arguments: Any, owing: Owing, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._owing = owing
        self._came = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own narrowing
        super().connection_made(transport)
        self._look()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._came += len(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look(anew=True)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._look()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._look(anew=True)

    def connection_lost(self, exc: Exception | None) -> None:
        self._owing.done(self)
        super().connection_lost(exc)

    def _look(self, *, anew: bool = False) -> None:
        """Time begins anew with each answer, and while a request that is still wanted comes fast enough."""
        if not self._is_owing():
            self._owing.done(self)
        elif anew or self not in self._owing or (self._came >= LEAST_OCTETS and not self._is_answered()):
            self._came = 0
            self._owing.wait_for(self)

    def _is_owing(self) -> bool:
        return self._is_answered() or self.flow.write_paused or self.conn.their_state is h11.SEND_BODY

    def _is_answered(self) -> bool:
        """What still comes belongs to the next request, or to one that was turned away before it was read."""
        return self.cycle is None or self.cycle.response_complete


def protocol(owing: Owing) -> type[asyncio.Protocol]:
    """For uvicorn, which calls it for each connection."""
    return cast(type[asyncio.Protocol], partial(Connection, owing=owing))
