"""Copying a database: all that one holds goes into another that is empty, from SQLite to PostgreSQL or back."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Column, Connection, Table, func, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from foundation import ledger
from foundation.database import BUSY_SECONDS, Database, is_sqlite
from foundation.ledger import Deed
from service.schema import METADATA, is_newest

CHUNK = 2000
LOOK_SECONDS = 0.1
Tell = Callable[[str, int], object]  # a table's name, and how many rows of it were copied


class CopyRefused(Exception):
    """The databases are not as they have to be, or the copy is not like its source; nothing was kept."""


def copy(source: Database, target: Database, *, at: datetime, actor: str, tell: Tell) -> None:
    """All or nothing, in one transaction of the target, and in memory no more than a chunk. Raises CopyRefused."""
    _refuse_unfit(source, target)
    try:
        with _alone(source) as old, target.write() as new:
            _refuse_full(new)
            for table in METADATA.sorted_tables:
                tell(table.name, _copy_table(old, new, table))
            _refuse_unlike(old, new)
            ledger.write(new, Deed(actor, "database.copied", "service"), at=at)
    except (DataError, IntegrityError) as problem:
        raise CopyRefused(f"the target does not take a row: {type(problem.orig).__name__}") from problem


def _refuse_unfit(source: Database, target: Database) -> None:
    if source.engine.url == target.engine.url:
        raise CopyRefused("source and target are the same database")
    if source.is_sqlite and not Path(make_url(source.url).database or "").exists():
        raise CopyRefused("there is no file at the source's path")  # to ask SQLite would make it
    for name, database in (("source", source), ("target", target)):
        if not is_newest(database):
            raise CopyRefused(f"the {name} is not at the newest migration: run hansho migrate on it")


@contextmanager
def _alone(source: Database) -> Iterator[Connection]:
    """A connection beside which nobody writes until it ends. Raises CopyRefused while a service has the source open."""
    with source.engine.connect() as connection:
        if source.is_sqlite:
            _lock_file(connection)
        else:
            _wait_for_quiet(connection)
        yield connection


def _lock_file(connection: Connection) -> None:
    """In this mode the next transaction wants the file for itself; each connection of a running service is in its
    way, also one that rests."""
    ask = connection.connection.cursor().execute
    ask("PRAGMA locking_mode=EXCLUSIVE")
    ask(f"PRAGMA busy_timeout={round(BUSY_SECONDS * 1000)}")
    try:
        connection.execution_options(writes=True).execute(text("SELECT 1"))
    except OperationalError:
        raise CopyRefused("the source is in use: stop the service first") from None


def _wait_for_quiet(connection: Connection) -> None:
    """PostgreSQL needs a moment to end a connection that was closed."""
    connection = connection.execution_options(isolation_level="REPEATABLE READ")
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    end = time.monotonic() + BUSY_SECONDS
    while connection.scalar(others):
        connection.rollback()  # in one transaction the answer stays the same
        if time.monotonic() > end:
            raise CopyRefused("the source is in use: stop the service first, and close every other connection to it")
        time.sleep(LOOK_SECONDS)
    names = ", ".join(table.name for table in METADATA.sorted_tables)
    connection.execute(text(f"LOCK TABLE {names} IN SHARE MODE"))


def _refuse_full(new: Session) -> None:
    full = [table.name for table in METADATA.sorted_tables if new.execute(select(table).limit(1)).first() is not None]
    if full:
        raise CopyRefused(f"the target is not empty: there are rows in {', '.join(full)}")


def _copy_table(old: Connection, new: Session, table: Table) -> int:
    """In the order of the keys, so that a row comes after the one of the same table that it names."""
    rows = old.execution_options(yield_per=CHUNK).execute(select(table).order_by(*table.primary_key.columns))
    copied = 0
    for chunk in rows.mappings().partitions():
        new.execute(insert(table), [dict(row) for row in chunk])
        copied += len(chunk)
    number = table.autoincrement_column
    if number is not None:
        set_last_number(new, number, max(last_number(old, number), _greatest(new, number)))
    return copied


def _greatest(new: Session, number: Column[int]) -> int:
    return int(new.scalar(select(func.max(number))) or 0)


def last_number(old: Connection, number: Column[int]) -> int:
    """The last one given out, also where its row was erased: return paths and the ledger still name it."""
    table = number.table.name
    if old.dialect.name == "sqlite":
        if not never_again(number):
            return 0
        found = old.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": table})
        return int(found or 0)
    sequence = old.scalar(text("SELECT pg_get_serial_sequence(:table, :number)"), _named(number))
    last, given_out = old.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608 -- the name is PostgreSQL's own
    return int(last) if given_out else 0


def set_last_number(new: Session, number: Column[int], last: int) -> None:
    if not last:
        return
    if not is_sqlite(new):
        new.execute(
            text("SELECT setval(pg_get_serial_sequence(:table, :number), :last)"), {**_named(number), "last": last}
        )
    elif never_again(number):
        named = {"table": number.table.name, "last": last}
        new.execute(text("DELETE FROM sqlite_sequence WHERE name = :table"), named)
        new.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)"), named)


def never_again(number: Column[int]) -> bool:
    return bool(number.table.dialect_options["sqlite"]["autoincrement"])


def _named(number: Column[int]) -> dict[str, str]:
    return {"table": number.table.name, "number": number.name}


def _refuse_unlike(old: Connection, new: Session) -> None:
    for table in METADATA.sorted_tables:
        counting = select(func.count()).select_from(table)
        before, after = old.scalar(counting), new.scalar(counting)
        if before != after:
            raise CopyRefused(f"{table.name} has {before} rows in the source and {after} in the target")
    with Session(old) as session:
        before = ledger.first_broken(session)
    after = ledger.first_broken(new)
    if before != after:
        raise CopyRefused(f"the ledger's chain breaks at line {after or before}, and not in both databases")
