"""Triggers that keep a table append-only: no program of ours changes or takes out a line once written."""

from collections.abc import Iterator
from functools import partial

from sqlalchemy import Connection, Table, event


def keep_append_only(table: Table) -> None:
    """From now on, creating the table creates its triggers too. Whoever may drop triggers can still cheat: that is what
    a chain of hashes is for."""
    event.listen(table, "after_create", partial(_created, table.name))


def _created(table: str, _target: Table, connection: Connection, **_: object) -> None:
    guard(connection, table)


def guard(connection: Connection, table: str) -> None:
    """The same for a table that stands already, in a migration."""
    for statement in statements(table, connection.dialect.name):
        connection.exec_driver_sql(statement)


def statements(table: str, dialect: str) -> Iterator[str]:
    """As SQLite (CREATE TRIGGER) and PostgreSQL (plpgsql) want them."""
    refusal = f"{table} is append-only"
    if dialect == "postgresql":
        yield (
            f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
        )
        yield (
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
        )
        return
    for deed in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        )
