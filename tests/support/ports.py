"""Ports to listen on, for whatever a test starts."""

import itertools
import os
import random
import socket
from collections.abc import Iterator
from contextlib import suppress


def _ports() -> Iterator[int]:
    """One after the other and round again, from anywhere among the thousand of this process of the test run. They lie
    below those that the system gives to connections on their way out, of which one might take it meanwhile."""
    first = 20_000 + 1_000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for number in itertools.count(random.randrange(1_000)):
        yield first + number % 1_000


_ALL_PORTS = _ports()


def free_port() -> int:
    """One that nobody listens on and that nobody in this process was given just now: it may be taken up later."""
    for port in _ALL_PORTS:
        with socket.socket() as door, suppress(OSError):
            door.bind(("127.0.0.1", port))
            return port
    raise AssertionError("the ports have no end")
