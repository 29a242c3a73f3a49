"""The migrations make exactly the tables that the rooms declare, on both kinds of database."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from foundation.database import Database
from service.schema import METADATA, is_newest, migrate


@pytest.fixture
def empty(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    if not database.is_sqlite:
        with database.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA IF EXISTS " + database_url.rpartition("%3D")[2] + " CASCADE"))
    database.close()


def test_the_migrations_make_what_the_rooms_declare(empty: Database) -> None:
    migrate(empty)

    with empty.engine.connect() as connection:
        assert compare_metadata(_context(connection), METADATA) == []


def test_migrating_twice_does_nothing(empty: Database) -> None:
    migrate(empty)
    with empty.write() as session:
        session.execute(text("INSERT INTO leases (name, holder, until) VALUES ('a', 'b', '2026-11-20 01:00:00')"))

    migrate(empty)

    with empty.read() as session:
        assert session.scalar(text("SELECT holder FROM leases WHERE name = 'a'")) == "b"


def test_only_a_migrated_database_is_the_newest(empty: Database) -> None:
    before = is_newest(empty)

    migrate(empty)

    assert (before, is_newest(empty)) == (False, True)


def test_no_index_of_the_outbox_but_the_unique_one_grows_with_letters_once_sent(empty: Database) -> None:
    migrate(empty)

    dialect = empty.engine.dialect.name
    partial = {
        index["name"]
        for index in inspect(empty.engine).get_indexes("outbox")
        if index.get("dialect_options", {}).get(f"{dialect}_where") is not None
    }
    assert partial == {
        "ix_outbox_due",
        "ix_outbox_odd",
        "ix_outbox_open",
        "ix_outbox_parked",
        "ix_outbox_reply_letter",
        "ix_outbox_reply_to",
        "ix_outbox_unwanted",
    }


def test_the_number_of_an_erased_subscriber_is_never_given_again(empty: Database) -> None:
    migrate(empty)
    insert = text(
        "INSERT INTO subscribers (address, domain, state, every_topic, every_area, since, watch_from) "
        "VALUES ('a@example.jp', 'example.jp', 'active', true, true, '2026-11-20', '2026-11-20') RETURNING id"
    )
    with empty.write() as session:
        first = session.scalar(insert)
        session.execute(text("DELETE FROM subscribers"))

    with empty.write() as session:
        second = session.scalar(insert)

    assert second is not None
    assert second > first


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"compare_type": True})
