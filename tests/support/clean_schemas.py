"""Schemas of the test's PostgreSQL that are used again: to empty tables is far quicker than to make and drop them."""

from sqlalchemy import Connection, text

from foundation.database import Database
from service.schema import METADATA
from tests.support.postgres import postgres_url

MOST_OCTETS = 1 << 20  # a schema that holds more is dropped: what was deleted would still slow the next test
_clean: list[str] = []
_guarded = text("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'ledger'::regclass AND NOT tgisinternal")
_used = text(
    "SELECT relname, pg_relation_size(oid) FROM pg_class"
    " WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0"
)
_numbers_from_one = text(
    "SELECT setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences"
    " WHERE schemaname = current_schema() AND last_value IS NOT NULL"
)


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
        fit = connection.scalar(_guarded) == 1 and _emptied(connection) <= MOST_OCTETS
        if not fit:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
    database.close()
    if fit:
        _clean.append(url)


def _emptied(connection: Connection) -> int:
    """How many octets its tables take. Triggers and foreign keys keep quiet meanwhile; numbers begin at one again."""
    used = {name: size for name, size in connection.execute(_used).tuples() if name in METADATA.tables}
    emptied = "".join(f"DELETE FROM {name};" for name in used)  # noqa: S608 -- our own tables
    connection.exec_driver_sql(f"SET LOCAL session_replication_role = replica; {emptied}")
    connection.execute(_numbers_from_one)
    return sum(used.values())
