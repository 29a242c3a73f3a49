"""An application on a real server, for as long as a test wants it."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

# For clients that speak in clear: by itself each one would read all authorities of the world.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def listening() -> socket.socket:
    """A socket on a free port. It listens before the server runs, so that the first request waits and does not fail."""
    return socket.create_server(("127.0.0.1", 0))


def url_of(door: socket.socket) -> str:
    host, port = door.getsockname()
    return f"http://{host}:{port}"


class _Prompt(uvicorn.Server):
    """Ends within some milliseconds: uvicorn's own looks ten times a second, and waits once more at the end. What is
    still answered at that moment gets two seconds."""

    async def main_loop(self) -> None:
        while not self.should_exit:  # noqa: ASYNC110 -- another thread sets it, as uvicorn has it
            await asyncio.sleep(0.005)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for each in sockets or []:
            each.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=2)


@contextmanager
def serving(door: socket.socket, app: ASGIApp, *, http: type[asyncio.Protocol] | str = "auto") -> Iterator[None]:
    """Behind a socket that listens already, in a thread; its log goes where the test's log goes."""
    server = _Prompt(uvicorn.Config(app, http=http, log_config=None, lifespan="off", ws="none"))
    running = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    running.start()
    try:
        yield
    finally:
        server.should_exit = True
        running.join()


@contextmanager
def served(app: FastAPI) -> Iterator[httpx.Client]:
    """A client that keeps cookies, before a server of its own."""
    with (
        listening() as door,
        serving(door, app),
        httpx.Client(base_url=url_of(door), trust_env=False, timeout=30, verify=NO_TLS) as client,
    ):
        yield client
