"""Open connections: nobody who dawdles keeps others from an answer, and who is only slow has the time that it takes."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from foundation.setting_values import HostPort
from foundation.settings import load
from service.home import Home
from service.open_connections import LEAST_OCTETS, MOST_OWING, Owing, protocol
from service.web import _server, residents_app
from tests.support.clock import HandClock
from tests.support.house import eventually
from tests.support.served import NO_TLS, listening, serving, url_of

SHORT = 0.1  # of patience, in seconds
LONG = 60.0
MUCH = 1 << 28
REFUSED = "/refused"
HALF_A_FORM = b"POST /form HTTP/1.1\r\nHost: town\r\nContent-Length: 1000\r\n\r\na"
# What a stranger may begin and never end.
BEGUN = {
    "nothing": b"",
    "half a head": b"GET / HTTP/1.1\r\nHost: town\r\nX-Slow: ",
    "half a form": HALF_A_FORM,
    "an announced upload": f"POST {REFUSED} HTTP/1.1\r\nHost: town\r\nContent-Length: {MUCH}\r\n\r\n".encode(),
    "chunks without an end": b"POST /form HTTP/1.1\r\nHost: town\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n",
    "a second request": b"GET / HTTP/1.1\r\nHost: town\r\n\r\nGET /",
    "an answer that is not read": b"GET /large HTTP/1.1\r\nHost: town\r\n\r\n",
}


@dataclass
class Town:
    """What the pages do, as far as connections are concerned; one of them answers only when it is told to."""

    go: threading.Event = field(default_factory=threading.Event)
    came: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.url.path == "/slow":
            await asyncio.to_thread(self.go.wait, LONG)
        if request.url.path != REFUSED:
            try:
                async for piece in request.stream():
                    self.came += len(piece)
            except ClientDisconnect:
                return
        octets = [b"x" * LEAST_OCTETS] * 400 if request.url.path == "/large" else [b"x"]
        answer = StreamingResponse(_each(octets))
        await answer(scope, receive, send)


async def _each(pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


@contextmanager
def town(owing: Owing) -> Iterator[tuple[Town, socket.socket]]:
    app = Town()
    with listening() as door, serving(door, app, http=protocol(owing)):
        try:
            yield app, door
        finally:
            app.go.set()


@contextmanager
def caller(door: socket.socket, begun: bytes) -> Iterator[socket.socket]:
    with socket.create_connection(door.getsockname(), timeout=LONG) as connection:
        connection.sendall(begun)
        yield connection


def is_closed(connection: socket.socket) -> bool:
    """One more octet tells."""
    try:
        connection.sendall(b"x")
    except OSError:
        return True
    return False


def ask(door: socket.socket, path: str = "/") -> int:
    return httpx.get(url_of(door) + path, trust_env=False, verify=NO_TLS, timeout=LONG).status_code


@pytest.mark.parametrize("begun", BEGUN.values(), ids=BEGUN)
def test_whoever_never_ends_what_was_begun_is_waited_for_only_so_long(begun: bytes) -> None:
    with town(Owing(patience=SHORT)) as (_, door), caller(door, begun) as stranger:
        assert eventually(lambda: is_closed(stranger))


@pytest.mark.parametrize("begun", BEGUN.values(), ids=BEGUN)
def test_whoever_has_dawdled_longest_makes_room_for_others(begun: bytes) -> None:
    with town(Owing(patience=LONG, most=3)) as (_, door), ExitStack() as strangers:
        first, *_ = [strangers.enter_context(caller(door, begun)) for _ in range(4)]

        assert eventually(lambda: is_closed(first))
        assert ask(door) == 200


def test_nobody_is_dropped_while_we_owe_the_answer() -> None:
    whole = b"GET /slow HTTP/1.1\r\nHost: town\r\nConnection: close\r\n\r\n"
    with town(Owing(patience=SHORT, most=1)) as (app, door), caller(door, whole) as resident:
        with caller(door, b"") as stranger:
            assert eventually(lambda: is_closed(stranger))
        assert ask(door) == 200
        app.go.set()

        assert resident.recv(100).startswith(b"HTTP/1.1 200")


def test_an_upload_that_comes_along_makes_no_room_for_others() -> None:
    head = f"POST /form HTTP/1.1\r\nHost: town\r\nContent-Length: {2 * LEAST_OCTETS}\r\n\r\n".encode()
    with town(Owing(patience=LONG, most=2)) as (app, door), caller(door, head) as manager, ExitStack() as strangers:
        stranger = strangers.enter_context(caller(door, HALF_A_FORM))
        eventually(lambda: app.came == 1)
        manager.sendall(b"x" * LEAST_OCTETS)
        eventually(lambda: app.came == 1 + LEAST_OCTETS)
        strangers.enter_context(caller(door, b""))

        assert eventually(lambda: is_closed(stranger))
        manager.sendall(b"x" * LEAST_OCTETS)
        assert manager.recv(100).startswith(b"HTTP/1.1 200")


def test_an_upload_that_was_turned_away_gains_no_time_by_going_on() -> None:
    head = f"POST {REFUSED} HTTP/1.1\r\nHost: town\r\nContent-Length: {MUCH}\r\n\r\n".encode()
    with town(Owing(patience=LONG, most=2)) as (app, door), caller(door, head) as stranger, ExitStack() as others:
        stranger.recv(1)
        others.enter_context(caller(door, HALF_A_FORM))
        eventually(lambda: app.came == 1)
        stranger.sendall(b"x" * (2 * LEAST_OCTETS))
        others.enter_context(caller(door, b""))

        assert eventually(lambda: is_closed(stranger))


def test_the_service_itself_answers_beside_more_strangers_than_it_waits_for(tmp_path: Path, clock: HandClock) -> None:
    home = Home(load({"HANSHO_DATA": str(tmp_path)}), clock)
    http = _server(residents_app(home), HostPort("127.0.0.1", 0)).config.http
    home.database.close()
    with listening() as door, serving(door, Town(), http=http), ExitStack() as strangers:
        first, *_ = [strangers.enter_context(caller(door, b"POST /")) for _ in range(MOST_OWING + 1)]

        assert first.recv(1) == b""
        assert ask(door) == 200
