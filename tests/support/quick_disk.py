"""Databases of the tests do not wait until the disk has what they wrote: no test pulls the plug of this machine.

What the service itself asks of its database is not changed by it, see `as_shipped`, and whatever runs as a process of
its own is as it is shipped.
"""

import sqlite3
from typing import Any

import psycopg
import pytest

from foundation import database

as_shipped = database._prepare_sqlite


def keep(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(database, "_prepare_sqlite", _prepared)


def hurry(uri: str) -> None:
    """A whole server of PostgreSQL."""
    with psycopg.connect(uri, autocommit=True) as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")


def _prepared(connection: sqlite3.Connection, record: Any) -> None:
    as_shipped(connection, record)
    connection.execute("PRAGMA synchronous=OFF").close()
