"""The ledger: a line changed afterwards is seen."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, update

from foundation import ledger
from foundation.database import Database
from foundation.ledger import Deed, LedgerLine

AT = datetime(2026, 11, 20, 1, 0, 0, 7, tzinfo=UTC)


def write(database: Database, number: int) -> None:
    with database.write() as session:
        deed = Deed("staff:3", "bulletin.approved", f"bulletin:{number}", "console:192.0.2.7")
        ledger.write(session, deed, at=AT, details={"reason": "地震", "number": number})


@pytest.fixture
def written(database: Database) -> Database:
    for number in range(5):
        write(database, number)
    return database


def first_broken(database: Database) -> int | None:
    with database.read() as session:
        return ledger.first_broken(session)


def test_a_ledger_nobody_touched_is_sound(written: Database) -> None:
    assert first_broken(written) is None


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "staff:4"},
        {"action": "bulletin.returned"},
        {"subject": "bulletin:9"},
        {"details": "{}"},
        {"origin": "console:192.0.2.8"},
        {"origin": ""},
        {"at": AT.replace(year=2027)},
        {"link": "1" * 64},
        {"hash": "1" * 64},
    ],
    ids=str,
)
def test_any_change_of_a_line_is_found_at_that_line(written: Database, change: dict[str, object]) -> None:
    with written.write() as session:
        session.execute(update(LedgerLine).where(LedgerLine.id == 3).values(**change))

    assert first_broken(written) == 3


def test_a_line_taken_out_is_found_at_the_next(written: Database) -> None:
    with written.write() as session:
        session.execute(delete(LedgerLine).where(LedgerLine.id == 3))

    assert first_broken(written) == 4


def test_a_moment_of_any_zone_keeps_the_chain(database: Database) -> None:
    with database.write() as session:
        ledger.write(session, Deed("staff:1", "a", "b:1"), at=AT.astimezone(ZoneInfo("Asia/Tokyo")))

    assert first_broken(database) is None


def test_writers_at_once_keep_one_chain(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: write(database, number), range(24)))

    assert first_broken(database) is None
    with database.read() as session:
        assert session.query(LedgerLine).count() == 24


def test_a_deed_that_is_not_done_leaves_no_line(database: Database) -> None:
    with suppress(RuntimeError), database.write() as session:
        ledger.write(session, Deed("staff:1", "a", "b:1"), at=AT)
        raise RuntimeError
    write(database, 1)

    with database.read() as session:
        assert [line.subject for line in session.query(LedgerLine)] == ["bulletin:1"]
    assert first_broken(database) is None


def test_the_lines_about_a_subject_come_oldest_first(written: Database) -> None:
    write(written, 2)

    with written.read() as session:
        assert [line.id for line in ledger.lines_about(session, "bulletin:2")] == [3, 6]
