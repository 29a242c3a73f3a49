"""Old rows by the million: the letters of one finished bulletin, copied inside the database under other names."""

import sqlite3
from contextlib import closing

from bench.residents import sqlite_path
from bench.telling import say

STEP = 250_000
FIRST_OLD_BULLETIN = 1_000_000


def multiply(database_url: str, number: int, rows: int) -> None:
    """Copies the rows of that bulletin until so many are there; SQLite only. The indexes are built anew afterwards,
    which takes a tenth of keeping them up to date."""
    with closing(sqlite3.connect(sqlite_path(database_url), isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-400000", "temp_store=FILE"):
            connection.execute(f"PRAGMA {pragma}")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'outbox' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"')
        _copy(connection, number, rows)
        for name, statement in indexes:
            say(f"index {name}")
            connection.execute(statement)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _copy(connection: sqlite3.Connection, number: int, rows: int) -> None:
    columns = [str(row[1]) for row in connection.execute("PRAGMA table_info(outbox)") if row[1] != "id"]
    old = "'bulletin:' || (? + copies.n)"  # nobody's number, in the form that all have
    values = [old if name in ("batch", "once_key") else f'o."{name}"' for name in columns]
    batch = f"bulletin:{number:d}"
    of_one = connection.execute("SELECT count(*) FROM outbox WHERE batch = ?", (batch,)).fetchone()[0]
    copies, at_once = -(-rows // of_one), max(1, STEP // of_one)
    names = ", ".join(f'"{name}"' for name in columns)
    statement = (
        "WITH RECURSIVE copies(n) AS (SELECT ? UNION ALL SELECT n + 1 FROM copies WHERE n + 1 < ?) "  # noqa: S608 -- the names of columns
        f"INSERT INTO outbox ({names}) SELECT {', '.join(values)} FROM copies CROSS JOIN outbox o "
        "WHERE o.batch = ? ORDER BY copies.n, o.address"
    )
    for begun in range(0, copies, at_once):
        end = min(begun + at_once, copies)
        connection.execute(statement, (begun, end, *[FIRST_OLD_BULLETIN] * values.count(old), batch))
        say(f"{end * of_one:,} old rows")
