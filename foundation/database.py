"""The database: one engine, sessions to read and to write, and the column types every table shares."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, ProgrammingError
from sqlalchemy.orm import DeclarativeBase, Session

from foundation.clock import aware

# What the driver says while the database is locked, full, gone or, after a failover, open for reading only.
OUTAGES = (OperationalError, InterfaceError, InternalError)
# The same, or PostgreSQL's word for a table that is not there yet, before the first `hansho migrate`.
UNREADY = (*OUTAGES, ProgrammingError)
BUSY_SECONDS = 5
LOOK_SECONDS = 0.004  # between two tries to begin writing to SQLite
CACHE_KIB = 16 * 1024  # of pages, for the connection that writes to SQLite

_NOT_WRITTEN = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)

# SQLite gives out row numbers by itself only for a column that is exactly INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")


class Moment(TypeDecorator[datetime]):
    """A moment, kept in UTC; one without a zone is refused (NaiveMoment)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        at = aware(value)
        return at.replace(tzinfo=None) if dialect.name == "sqlite" else at

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 -- the signature is SQLAlchemy's
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What every table is declared on; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 -- the attribute is SQLAlchemy's
        int: RowId,  # numbers name rows, and PostgreSQL's plain integer ends at two billion
        datetime: Moment(),
        str: String(),
    }


class Database:
    """Hands out sessions; a write session commits when its block ends well and rolls back otherwise."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self._writing = self.engine.execution_options(writes=True)
        # SQLite has one writer. Threads of this process queue up here, which wakes them at once; SQLite itself would
        # let them sleep and look again.
        self._turn: AbstractContextManager[object] = threading.RLock() if self.is_sqlite else nullcontext()
        self._writer: Connection | None = None

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """On SQLite the write lock is taken at once (BEGIN IMMEDIATE), so that a writer waits at its start
        rather than failing in its middle."""
        with self._turn, self._pen() as pen, Session(pen, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _pen(self) -> Iterator[Engine | Connection]:
        """What a write goes through. SQLite empties the page cache of a connection when another one has written: there
        one connection writes for all threads, and a new one after a failure."""
        if not self.is_sqlite:
            yield self._writing
            return
        pen, self._writer = self._writer or self._new_pen(), None
        if pen.in_transaction():
            # Somebody kept hold of it after the session had ended: what is written now must not hang on that.
            pen.close()
            pen = self._new_pen()
        try:
            yield pen
        except BaseException:
            pen.close()
            raise
        self._keep(pen)

    def _keep(self, pen: Connection) -> None:
        if self._writer is None:
            self._writer = pen
        else:
            pen.close()

    def _new_pen(self) -> Connection:
        pen = self._writing.connect()
        cursor = pen.connection.cursor()
        cursor.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        cursor.execute(f"PRAGMA busy_timeout={round(LOOK_SECONDS * 1000)}")  # see _begin_sqlite
        return pen

    def answers(self) -> bool:
        """Whether the database can be asked at all; never raises for an outage."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except Exception:  # noqa: BLE001 -- whatever keeps it from answering, it does not answer
            return False
        return True

    def close(self) -> None:
        with self._turn:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
        self.engine.dispose()


def why(problem: Exception) -> str:
    """In one line for the log and the terminal, what the driver says. Of all but outages only the kind of error: its
    words might hold what was being written."""
    if not isinstance(problem, UNREADY):
        return type(getattr(problem, "orig", problem)).__name__
    words = " ".join(str(problem.orig).split())[:200]
    code = getattr(problem.orig, "sqlite_errorcode", 0) & 0xFF  # the rest of it says more than anybody asks
    return f"{words}; is the disk full, or may this user not write there?" if code in _NOT_WRITTEN else words


def is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def insert_into(session: Session, table: Any) -> Any:
    """An INSERT that knows ON CONFLICT, of whichever database this is."""
    return (sqlite if is_sqlite(session) else postgresql).insert(table)


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20, hide_parameters=True)
    engine = create_engine(
        url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # SQLAlchemy's own recipe: the driver must not begin transactions behind our back.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # What was acknowledged survives a power cut.
        "foreign_keys=ON",
        "wal_autocheckpoint=4000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if not connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql("BEGIN")
        return
    # SQLite itself looks ever less often whether the lock is free, ten times a second in the end: beside a busy sender
    # other processes would miss nearly every moment at which it is.
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as problem:
            if getattr(problem.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(LOOK_SECONDS)
        else:
            return
