"""A line to PostgreSQL that breaks at COMMIT when it is told to."""

import asyncio
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import unquote

_HOST = re.compile(r"host=([^&]+)")
_SOCKET = ".s.PGSQL.5432"
_DONE = b"COMMIT\0"  # the server's word that it has committed


class Cut(Enum):
    NONE = 0
    BEFORE = 1  # the server never hears of the COMMIT
    AFTER = 2  # it commits, and nobody hears its answer


class CutLine:
    """Between a client and the server's socket; `url` is where the client should go. Each COMMIT takes the next of
    `cuts`, and none once they are used up."""

    def __init__(self, url: str, cuts: Iterator[Cut]) -> None:
        [host] = _HOST.findall(url)
        self._theirs = Path(unquote(host)) / _SOCKET
        self._folder = Path(tempfile.mkdtemp(prefix="hansho-cut-"))
        self.url = _HOST.sub(f"host={self._folder}", url)
        self._cuts = cuts
        self.made: list[Cut] = []
        self._lines: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._guest, self._folder / _SOCKET)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)
        shutil.rmtree(self._folder)

    async def _guest(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        theirs, to_them = await asyncio.open_unix_connection(self._theirs)
        deaf = asyncio.Event()  # to the answer that comes next
        pumps = [
            asyncio.create_task(self._there(reader, to_them, deaf)),
            asyncio.create_task(_back(theirs, writer, deaf)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            for end in (writer, to_them):
                end.transport.abort()
            self._lines.discard(task)

    async def _there(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, deaf: asyncio.Event) -> None:
        while data := await reader.read(65536):
            cut = next(self._cuts, Cut.NONE) if _DONE in data else Cut.NONE
            self.made += [cut] if cut is not Cut.NONE else []
            if cut is Cut.BEFORE:
                return
            if cut is Cut.AFTER:
                deaf.set()
            writer.write(data)


async def _back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, deaf: asyncio.Event) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            if deaf.is_set() and _DONE in data:
                return
            writer.write(data)
