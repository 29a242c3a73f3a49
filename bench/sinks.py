"""Where the letters of a benchmark go: Postfix's smtp-sink, or the counting sink of our own."""

import json
import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.findings import NotMeasured
from bench.processes import Child, module

UNPRIVILEGED = "nobody"  # as root, smtp-sink must be told whom to become


@dataclass(frozen=True)
class Accepted:
    """What the counting sink took since it was last told to forget; moments are monotonic seconds."""

    accepted: int
    first: float
    last: float
    octets: int


@dataclass(frozen=True)
class Sink:
    """A server that listens on loopback."""

    port: int
    child: Child
    record: Path | None = None

    def seen(self, *, forget: bool = False) -> Accepted:
        """Of the counting sink only; what it counted also lies in its record."""
        return Accepted(**json.loads(self.child.ask("forget" if forget else "tell")))


@contextmanager
def counting_sink(
    *, delay: float = 0.0, jitter: float = 0.0, pipelining: bool = True, record: Path | None = None
) -> Iterator[Sink]:
    """Our own: knows each letter's recipient, Message-ID and moment, and may take its time for each."""
    options: list[object] = ["--delay", delay, "--jitter", jitter]
    options += [] if pipelining else ["--no-pipelining"]
    options += [] if record is None else ["--record", record]
    with Child(module("bench.sink", *options)) as child:
        yield Sink(int(child.answer()), child, record)


@contextmanager
def fast_sink(folder: Path, *, pipelining: bool = True) -> Iterator[Sink]:
    """smtp-sink where it is installed, else our own."""
    program = postfix_program("smtp-sink")
    if program is None:
        with counting_sink(pipelining=pipelining) as sink:
            yield sink
        return
    port = free_port()
    options = ["-4", *(["-u", UNPRIVILEGED] if os.geteuid() == 0 else []), *([] if pipelining else ["-p"])]
    with Child([program, *options, f"127.0.0.1:{port}", "256"], log=folder / "smtp-sink.log") as child:
        until_open(port)
        yield Sink(port, child)


def postfix_program(name: str) -> str | None:
    """Its path; None where Postfix is not installed."""
    return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")


def free_port() -> int:
    """One that nobody listened on a moment ago."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def until_open(port: int, *, seconds: float = 15) -> None:
    """Raises NotMeasured when nobody answers there in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise NotMeasured(f"nobody listens on port {port}")
