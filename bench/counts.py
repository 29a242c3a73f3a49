"""The counts of a bulletin, read from the database itself.

The API tells the same, but each of its answers also counts the whole audience, which at a million residents would
be a part of what is measured.
"""

import sqlite3
from types import TracebackType
from typing import Any, Self

import psycopg

from bench.residents import psycopg_url, sqlite_path

SENT = "SELECT coalesce(sum(sent), 0) FROM tallies WHERE batch = 'bulletin:{number:d}'"
STATE = "SELECT state FROM bulletins WHERE id = {number:d}"
ENDS = "SELECT state, count(*) FROM outbox WHERE batch = 'bulletin:{number:d}' GROUP BY state"


class Counts:
    """One connection that only reads, each question in a transaction of its own."""

    def __init__(self, database_url: str) -> None:
        self._connection: sqlite3.Connection | psycopg.Connection
        if database_url.startswith("sqlite"):
            path = f"file:{sqlite_path(database_url)}?mode=ro"
            self._connection = sqlite3.connect(path, uri=True, isolation_level=None, timeout=20)
        else:
            self._connection = psycopg.connect(psycopg_url(database_url), autocommit=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def sent(self, number: int) -> int:
        """Letters recorded as accepted."""
        return int(self._ask(SENT.format(number=number))[0][0])

    def state(self, number: int) -> str:
        """Of the bulletin."""
        return str(self._ask(STATE.format(number=number))[0][0])

    def ends(self, number: int) -> dict[str, int]:
        """The rows of the outbox themselves, by state: dear, for the end of a run only."""
        return {str(state): int(rows) for state, rows in self._ask(ENDS.format(number=number))}

    def _ask(self, question: str) -> list[tuple[Any, ...]]:
        found = self._connection.execute(question).fetchall()  # type: ignore[call-overload,unused-ignore]  # both take text
        return [tuple(row) for row in found]
