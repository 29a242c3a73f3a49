"""Schemas of the test's PostgreSQL that are used again: to empty tables is far quicker than to make and drop them."""

from sqlalchemy import Connection, text

from foundation.database import Database
from service.schema import METADATA
from tests.support.postgres import postgres_url

MOST_ROWS = 2000  # a schema that held more is dropped: what was deleted would still slow the next test
_clean: list[str] = []
_guarded = text("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'ledger'::regclass AND NOT tgisinternal")


def take() -> str:
    """The address of a schema with all tables and nothing in them."""
    if _clean:
        return _clean.pop()
    url = postgres_url()
    database = Database(url)
    METADATA.create_all(database.engine)
    database.close()
    return url


def give_back(url: str) -> None:
    """Kept for the next test where it is as it was; whatever a test changed in it is dropped."""
    database = Database(url)
    schema = url.rpartition("%3D")[2]
    with database.engine.begin() as connection:
        # Somebody who still holds a lock would keep us waiting for ever.
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        fit = connection.scalar(_guarded) == 1 and _emptied(connection) <= MOST_ROWS
        if not fit:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
    database.close()
    if fit:
        _clean.append(url)


def _emptied(connection: Connection) -> int:
    """How many rows there were. Triggers and foreign keys keep quiet meanwhile; numbers begin at one again."""
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    rows = sum(connection.execute(table.delete()).rowcount for table in METADATA.tables.values())
    for (name,) in connection.execute(
        text("SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema()")
    ):
        connection.execute(text("SELECT setval(:name, 1, false)"), {"name": name})
    return rows
