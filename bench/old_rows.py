"""Old rows by the million: the letters of one finished bulletin, copied inside the database under other names."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing

import psycopg

from bench.residents import psycopg_url, sqlite_path
from bench.telling import say

STEP = 250_000
FIRST_OLD_BULLETIN = 1_000_000
RENAMED = ("batch", "once_key")

# What carries out a statement for the copies from one number up to, but not including, another.
CopySome = Callable[[int, int], object]


def multiply(database_url: str, number: int, rows: int) -> None:
    """Copies the rows of that bulletin until so many are there."""
    if database_url.startswith("sqlite"):
        _multiply_sqlite(sqlite_path(database_url), f"bulletin:{number:d}", rows)
    else:
        _multiply_postgres(psycopg_url(database_url), f"bulletin:{number:d}", rows)


def _multiply_sqlite(path: str, batch: str, rows: int) -> None:
    """The indexes are built anew afterwards, which takes a tenth of keeping them up to date."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("synchronous=OFF", "cache_size=-400000"):
            connection.execute(f"PRAGMA {pragma}")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'outbox' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"')
        statement = _statement(
            [str(row[1]) for row in connection.execute("PRAGMA table_info(outbox)")],
            numbers="WITH RECURSIVE copies(n) AS (SELECT :begin UNION ALL SELECT n + 1 FROM copies WHERE n + 1 < :end)",
            source="copies",
            batch=":batch",
        )
        _copy(
            lambda begin, end: connection.execute(statement, {"begin": begin, "end": end, "batch": batch}),
            of_one=connection.execute("SELECT count(*) FROM outbox WHERE batch = ?", (batch,)).fetchone()[0],
            rows=rows,
        )
        for name, definition in indexes:
            say(f"index {name}")
            connection.execute(definition)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _multiply_postgres(url: str, batch: str, rows: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # the letter they name is there: checked once
        connection.execute("SET synchronous_commit = off")
        columns = connection.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = 'outbox' AND table_schema = current_schema() ORDER BY ordinal_position"
        ).fetchall()
        statement = _statement(
            [str(name) for (name,) in columns],
            numbers="",
            source="generate_series(%(begin)s::bigint, %(end)s::bigint - 1) AS copies(n)",
            batch="%(batch)s",
        )
        counted = connection.execute("SELECT count(*) FROM outbox WHERE batch = %s", (batch,)).fetchone()
        _copy(
            lambda begin, end: connection.execute(statement.encode(), {"begin": begin, "end": end, "batch": batch}),
            of_one=int(counted[0]) if counted else 0,
            rows=rows,
        )
        connection.execute("VACUUM ANALYZE outbox")


def _statement(columns: Sequence[str], *, numbers: str, source: str, batch: str) -> str:
    """In the order of the unique index, so that it only grows at its end."""
    kept = [name for name in columns if name != "id"]
    old = f"'bulletin:' || ({FIRST_OLD_BULLETIN} + copies.n)"  # nobody's number, in the form that all have
    values = [old if name in RENAMED else f'o."{name}"' for name in kept]
    names = ", ".join(f'"{name}"' for name in kept)
    return (
        f"{numbers} INSERT INTO outbox ({names}) SELECT {', '.join(values)} FROM {source} CROSS JOIN outbox o "  # noqa: S608 -- the names of columns
        f"WHERE o.batch = {batch} ORDER BY copies.n, o.address"
    )


def _copy(copy_some: CopySome, *, of_one: int, rows: int) -> None:
    if not of_one:
        raise ValueError("there is nothing to copy")
    copies, at_once = -(-rows // of_one), max(1, STEP // of_one)
    for begin in range(0, copies, at_once):
        end = min(begin + at_once, copies)
        copy_some(begin, end)
        say(f"{end * of_one:,} old rows")
