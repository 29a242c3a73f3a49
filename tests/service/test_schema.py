"""The migrations make exactly the tables that the rooms declare, on both kinds of database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from foundation.database import Database
from mailer import roll
from service.schema import (
    METADATA,
    MIGRATIONS,
    NewerDatabase,
    ServiceRuns,
    Standing,
    is_newest,
    migrate,
    refuse_beside_senders,
    standing,
)

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
HEAD = ScriptDirectory(str(MIGRATIONS)).get_current_head()


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


def test_two_that_migrate_at_once_take_turns(empty: Database) -> None:
    with ThreadPoolExecutor(2) as both:
        went = list(both.map(migrate, (empty, empty)))

    assert sorted(went, key=str) == [(HEAD, HEAD), (None, HEAD)]


def test_a_database_of_a_newer_version_is_left_alone_and_told_apart_from_an_old_one(empty: Database) -> None:
    migrate(empty)
    with empty.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(NewerDatabase, match="newer version of Hansho"):
        migrate(empty)

    assert standing(empty) is Standing.NEWER


def test_an_older_database_is_not_migrated_beside_a_sender_at_work(empty: Database) -> None:
    migrate(empty)
    with empty.write() as session:
        roll.beat(session, "one", None, at=NOW)
    refuse_beside_senders(empty, at=NOW)
    with empty.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    with pytest.raises(ServiceRuns, match="1 sender at work"):
        refuse_beside_senders(empty, at=NOW)

    refuse_beside_senders(empty, at=NOW + roll.ABSENT_AFTER)


def test_a_migration_that_breaks_off_has_changed_nothing(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: Connection, *_: object) -> None:
        connection.exec_driver_sql("CREATE TABLE half (id INTEGER)")
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "upgrade", lambda config, _: fail(config.attributes["connection"]))

    with pytest.raises(KeyboardInterrupt):
        migrate(empty)

    assert inspect(empty.engine).get_table_names() == []


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
