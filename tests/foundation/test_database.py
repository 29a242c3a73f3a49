"""The database: what is committed stays, what fails leaves nothing, moments come back as they went in."""

import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from foundation.clock import NaiveMoment
from foundation.database import Database, why
from service import lease
from service.lease import LeaseRow
from tests.support import quick_disk

AT = datetime(2026, 11, 20, 1, 0, 0, 123456, tzinfo=UTC)


def names(database: Database) -> list[str]:
    with database.read() as session:
        return [row.name for row in session.query(LeaseRow).order_by(LeaseRow.name)]


def add(database: Database, name: str, at: datetime = AT) -> None:
    with database.write() as session:
        session.add(LeaseRow(name=name, holder="x", until=at))


def test_a_write_is_committed_at_the_end_of_its_block_or_not_at_all(database: Database) -> None:
    add(database, "kept")

    with suppress(RuntimeError), database.write() as session:
        session.add(LeaseRow(name="lost", holder="x", until=AT))
        session.flush()
        raise RuntimeError

    assert names(database) == ["kept"]


def test_a_moment_comes_back_in_utc_to_the_microsecond(database: Database) -> None:
    add(database, "a", AT.astimezone(ZoneInfo("Asia/Tokyo")))

    with database.read() as session:
        until = session.get_one(LeaseRow, "a").until

    assert (until, until.tzinfo) == (AT, UTC)


def test_a_moment_without_its_zone_is_refused(database: Database) -> None:
    with pytest.raises((NaiveMoment, StatementError)):
        add(database, "a", AT.replace(tzinfo=None))

    assert names(database) == []


def test_a_second_writer_waits_for_the_first_and_both_are_kept(database: Database) -> None:
    began = threading.Event()

    def second() -> None:
        began.set()
        with database.write() as session:
            assert lease.take(session, "other", "me", at=AT)

    with database.write() as session:
        lease.take(session, "one", "me", at=AT)
        thread = threading.Thread(target=second)
        thread.start()
        began.wait()
    thread.join()

    assert names(database) == ["one", "other"]


def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    with database.write() as session:
        session.add(LeaseRow(name="a", holder="x", until=AT))
        session.flush()

        assert names(database) == []


def test_what_sqlite_acknowledges_survives_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foundation.database._prepare_sqlite", quick_disk.as_shipped)
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.read() as session:
        facts = [session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")]
    database.close()

    assert facts == ["wal", 2, 1]


def test_a_writer_on_sqlite_holds_the_lock_from_its_first_statement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foundation.database.BUSY_SECONDS", 0.05)
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")

    with database.write() as session:
        session.scalar(text("SELECT 1"))
        with pytest.raises(OperationalError, match="locked"), database.write() as other:
            other.scalar(text("SELECT 1"))
    database.close()


def test_an_outage_is_told_and_never_raised(database: Database, tmp_path: Path) -> None:
    gone = Database(f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}")

    assert database.answers()
    assert not gone.answers()
    gone.close()


def test_values_never_stand_in_an_error(database: Database) -> None:
    add(database, "someone@example.jp")

    with pytest.raises(IntegrityError) as problem:
        add(database, "someone@example.jp")

    assert "[SQL parameters hidden" in str(problem.value)


def test_what_somebody_kept_hold_of_does_not_swallow_the_next_write(database: Database) -> None:
    with database.write() as session:
        kept = session.connection()
    if not kept.closed:
        kept.execute(text("SELECT 1"))

    with database.write() as session:
        session.execute(text("CREATE TABLE written_after (id INTEGER)"))
        session.execute(text("INSERT INTO written_after VALUES (1)"))

    with database.read() as session:
        assert session.execute(text("SELECT id FROM written_after")).scalar_one() == 1


def test_after_a_failed_write_the_next_one_goes_through(database: Database) -> None:
    with database.write() as session:
        session.execute(text("CREATE TABLE tried (id INTEGER PRIMARY KEY)"))
        session.execute(text("INSERT INTO tried VALUES (1)"))
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text("INSERT INTO tried VALUES (2), (1)"))

    with database.write() as session:
        session.execute(text("INSERT INTO tried VALUES (3)"))

    with database.read() as session:
        assert set(session.scalars(text("SELECT id FROM tried"))) == {1, 3}


def test_a_full_disk_is_told_as_one_and_a_refused_row_only_by_its_kind(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'small.db'}")
    with database.write() as session:
        session.execute(text("CREATE TABLE kept (words TEXT PRIMARY KEY)"))
        session.execute(text("INSERT INTO kept VALUES ('secret')"))
        session.execute(text("PRAGMA max_page_count = 3"))  # of the one connection that writes

    with pytest.raises(OperationalError) as full, database.write() as session:
        session.execute(text("INSERT INTO kept VALUES (hex(zeroblob(99999)))"))
    with pytest.raises(IntegrityError) as refused, database.write() as session:
        session.execute(text("INSERT INTO kept VALUES ('secret')"))

    database.close()
    assert why(full.value) == "database or disk is full; is the disk full, or may this user not write there?"
    assert why(refused.value) == "IntegrityError"
