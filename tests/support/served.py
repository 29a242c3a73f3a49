"""An application on a real server, for as long as a test wants it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from fastapi import FastAPI


def listening() -> socket.socket:
    """A socket on a free port. It listens before the server runs, so that the first request waits and does not fail."""
    return socket.create_server(("127.0.0.1", 0))


def url_of(door: socket.socket) -> str:
    host, port = door.getsockname()
    return f"http://{host}:{port}"


@contextmanager
def serving(door: socket.socket, app: FastAPI) -> Iterator[None]:
    """Behind a socket that listens already, in a thread; its log goes where the test's log goes."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
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
    with listening() as door, serving(door, app), httpx.Client(base_url=url_of(door), trust_env=False) as client:
        yield client
