"""The bell: whoever waits for work is woken when a transaction that made some is committed, in whatever process.

It only wakes. A ring may come for nothing and, after an outage, in place of many; the work itself stands in the tables.
"""

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from foundation.database import Database

log = logging.getLogger(__name__)

CHANNEL = "hansho"
LOOK_SECONDS = 0.05
FIRST_GAP_SECONDS = 0.2
LONGEST_GAP_SECONDS = 10.0

# A line that a firewall forgot is known to be dead within a minute, and listened to anew.
_STEADY = {
    "application_name": "hansho bell",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}


def ring(session: Session, name: str) -> None:
    """Rings once the caller's transaction is committed, and once for one name, however often it was called in it.
    Nothing on SQLite, where every commit is noticed; `name` is for people who listen with psql."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_notify(CHANNEL, name)))


class Bell:
    """Heard while `listen` runs; used from one event loop."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._hear = self._hear_sqlite if database.is_sqlite else self._hear_postgres
        self._waiting: set[asyncio.Future[None]] = set()
        self._gap = FIRST_GAP_SECONDS
        self.strokes = 0

    async def listen(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. An outage is survived; it rings when listening begins, and begins anew, since
        something may have been missed before; and once at the end, so that who waits can leave."""
        async with asyncio.TaskGroup() as group:
            hearing = group.create_task(self._keep_hearing())
            await stop.wait()
            hearing.cancel()
            self.strike()

    async def wait(self, seconds: float, *, since: int | None = None) -> bool:
        """True as soon as it rings, False when the time is over first. With `since`, the number of `strokes` before
        one looked for work, what rang between that look and this call counts too."""
        if since is not None and since != self.strokes:
            return True
        rung: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(rung)
        try:
            await asyncio.wait([rung], timeout=seconds)
            return rung.done()
        finally:
            self._waiting.discard(rung)

    def strike(self) -> None:
        """Wakes all who wait in this process, at once."""
        self.strokes += 1
        for rung in self._waiting:
            if not rung.done():
                rung.set_result(None)

    async def _keep_hearing(self) -> None:
        while True:
            try:
                await self._hear()
            except (psycopg.Error, sqlite3.Error) as problem:
                if self._gap == FIRST_GAP_SECONDS:
                    log.warning("the database's bell is not heard (%s); trying again", type(problem).__name__)
            await asyncio.sleep(self._gap)
            self._gap = min(self._gap * 2, LONGEST_GAP_SECONDS)

    def _begin(self) -> None:
        self._gap = FIRST_GAP_SECONDS
        self.strike()

    async def _hear_postgres(self) -> None:
        connection = await psycopg.AsyncConnection.connect(**_arguments(self._engine), autocommit=True)
        try:
            await connection.execute(f"LISTEN {CHANNEL}")
            self._begin()
            async for _ in connection.notifies():
                self.strike()
        finally:
            await connection.close()

    async def _hear_sqlite(self) -> None:
        with closing(_onlooker(self._engine)) as connection:
            seen = _version(connection)
            self._begin()
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                version = _version(connection)
                if version != seen:
                    seen = version
                    self.strike()


def _onlooker(engine: Engine) -> sqlite3.Connection:
    """A connection that commits nothing, since it would not see that; it makes no file and waits for no lock."""
    file = Path(str(engine.url.database)).absolute().as_uri()
    return sqlite3.connect(f"{file}?mode=rw", uri=True, timeout=0, isolation_level=None)


def _version(connection: sqlite3.Connection) -> int:
    """Another number after each commit by another connection; 4 µs."""
    [(version,)] = connection.execute("PRAGMA data_version").fetchall()
    return int(version)


def _arguments(engine: Engine) -> dict[str, Any]:
    """What the engine's own connections are opened with; its URL may say otherwise than we do."""
    _, arguments = engine.dialect.create_connect_args(engine.url)
    return _STEADY | dict(arguments)
