"""A mail server that takes every letter, counts them, and can write down whom each was for: `python -m bench.sink`.

On standard output comes its port. A line on standard input is answered with what was accepted since the last time
`forget` was said: `{"accepted", "first", "last", "octets"}`, moments by the monotonic clock that all processes share.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import uvloop

WRITE_AT = 2000  # records


@dataclass
class Book:
    """What was accepted, for all connections."""

    path: Path | None = None
    accepted: int = 0
    first: float = 0.0
    last: float = 0.0
    octets: int = 0
    _lines: list[str] = field(default_factory=list)

    def take(self, recipient: bytes, content: bytes) -> None:
        """One letter, at the moment when 250 is said."""
        at = time.monotonic()
        self.first = self.first or at
        self.last = at
        self.accepted += 1
        self.octets += len(content)
        if self.path is not None:
            number = content.partition(b"\nMessage-ID: ")[2].partition(b"\r\n")[0]
            self._lines.append(f"{at:.6f} {recipient.decode()} {number.decode()}\n")
            if len(self._lines) >= WRITE_AT:
                self.write()

    def write(self) -> None:
        """What is not in the file yet."""
        if self.path is not None and self._lines:
            with self.path.open("a") as file:
                file.writelines(self._lines)
            self._lines.clear()

    def answer(self, asked: str) -> str:
        """The counts so far; the file holds everything counted."""
        self.write()
        told = {"accepted": self.accepted, "first": self.first, "last": self.last, "octets": self.octets}
        if asked == "forget":
            self.accepted = self.octets = 0
            self.first = self.last = 0.0
        return json.dumps(told)


@dataclass(frozen=True)
class Manners:
    """How the server behaves; seconds from the final dot to its answer."""

    pipelining: bool = True
    delay: float = 0.0
    jitter: float = 0.0

    def wait(self) -> float:
        """For the next letter."""
        return self.delay + (random.random() * self.jitter if self.jitter else 0.0)

    @property
    def greeting(self) -> bytes:
        """The answer to EHLO."""
        return b"250-sink.example.net\r\n" + (b"250-PIPELINING\r\n" if self.pipelining else b"") + b"250 8BITMIME\r\n"


class Guest(asyncio.Protocol):
    """One connection. What comes while an answer is held back waits behind it."""

    def __init__(self, book: Book, manners: Manners) -> None:
        self._book = book
        self._manners = manners
        self._slow = manners.delay > 0 or manners.jitter > 0
        self._input = b""
        self._recipient = b""
        self._in_data = False
        self._held = False
        self._answers: deque[bytes] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._line = cast(asyncio.Transport, transport)  # uvloop's is not derived from it
        self._line.write(b"220 sink.example.net ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._input = self._input + data if self._input else data
        if not self._held:
            self._work()

    def _work(self) -> None:
        """Everything whole that has come; the answers go out in one piece."""
        at = 0
        text = self._input
        while not self._held:
            mark = b"\r\n.\r\n" if self._in_data else b"\r\n"
            end = text.find(mark, at)
            if end < 0:
                break
            if self._in_data:
                self._letter(text[at:end])
            else:
                self._command(text[at:end])
            at = end + len(mark)
        self._input = text[at:] if at else text
        self._say()

    def _letter(self, content: bytes) -> None:
        self._in_data = False
        if not self._slow:
            self._accept(content)
            return
        self._held = True
        asyncio.get_running_loop().call_later(self._manners.wait(), self._release, content)

    def _release(self, content: bytes) -> None:
        self._held = False
        if self._line.is_closing():
            return
        self._accept(content)
        self._work()

    def _accept(self, content: bytes) -> None:
        self._book.take(self._recipient, content)
        self._answers.append(b"250 2.0.0 stored\r\n")

    def _command(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"RCPT":
            self._recipient = line.partition(b"<")[2].partition(b">")[0]
            self._answers.append(b"250 2.1.5 OK\r\n")
        elif verb == b"DATA":
            self._in_data = True
            self._answers.append(b"354 go on\r\n")
        elif verb == b"EHLO":
            self._answers.append(self._manners.greeting)
        elif verb == b"QUIT":
            self._answers.append(b"221 bye\r\n")
            self._say()
            self._line.close()
        else:
            self._answers.append(b"250 2.0.0 OK\r\n")

    def _say(self) -> None:
        if self._answers and not self._line.is_closing():
            self._line.write(b"".join(self._answers))
        self._answers.clear()


async def serve(book: Book, manners: Manners) -> None:
    """Until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Guest(book, manners), "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    asked = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    async for line in asked:
        print(book.answer(line.decode().strip()), flush=True)
    book.write()


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--delay", type=float, default=0.0)
    options.add_argument("--jitter", type=float, default=0.0)
    options.add_argument("--no-pipelining", action="store_true")
    options.add_argument("--record", type=Path)
    given = options.parse_args()
    uvloop.run(
        serve(Book(given.record), Manners(pipelining=not given.no_pipelining, delay=given.delay, jitter=given.jitter))
    )
