"""The ledger: a line changed afterwards is seen."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Delete, Update, delete, text, update
from sqlalchemy.exc import DBAPIError

from foundation import ledger
from foundation.database import Database
from foundation.ledger import Deed, LedgerLine

AT = datetime(2026, 11, 20, 1, 0, 0, 7, tzinfo=UTC)


def write(database: Database, number: int) -> None:
    with database.write() as session:
        deed = Deed("staff:3", "bulletin.approved", f"bulletin:{number}", "console:192.0.2.7")
        ledger.write(session, deed, at=AT, details={"reason": "地震", "number": number})


def without_triggers(database: Database) -> None:
    """Somebody who may drop what guards the table."""
    with database.write() as session:
        if database.is_sqlite:
            session.execute(text("DROP TRIGGER ledger_no_update"))
            session.execute(text("DROP TRIGGER ledger_no_delete"))
        else:
            session.execute(text("DROP TRIGGER ledger_append_only ON ledger"))


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
    without_triggers(written)
    with written.write() as session:
        session.execute(update(LedgerLine).where(LedgerLine.id == 3).values(**change))

    assert first_broken(written) == 3


@pytest.mark.parametrize(
    "deed", [update(LedgerLine).values(actor="staff:4"), delete(LedgerLine)], ids=["update", "delete"]
)
def test_the_ledger_refuses_to_be_changed(written: Database, deed: Update | Delete) -> None:
    with pytest.raises(DBAPIError, match="ledger is append-only"), written.write() as session:
        session.execute(deed)

    with written.read() as session:
        assert ledger.verify(session).lines == 5


def test_lines_taken_from_the_end_are_missed_by_whoever_noted_the_last_one(written: Database) -> None:
    with written.read() as session:
        noted = ledger.verify(session)
    without_triggers(written)
    with written.write() as session:
        session.execute(delete(LedgerLine).where(LedgerLine.id >= 4))

    with written.read() as session:
        assert first_broken(written) is None
        proof = ledger.verify(session, seen={noted.last: noted.last_hash})
    assert (proof.holds, proof.missing, proof.last) == (False, 5, 3)


def test_a_noted_line_that_is_there_still_proves_the_ledger(written: Database) -> None:
    with written.read() as session:
        noted = ledger.verify(session)
    write(written, 9)

    with written.read() as session:
        proof = ledger.verify(session, seen={noted.last: noted.last_hash})
    assert (proof.holds, proof.lines, proof.last) == (True, 6, 6)


def test_a_line_taken_out_is_found_at_the_next(written: Database) -> None:
    without_triggers(written)
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


REASONS = [
    "taro@example.jp を消してください",
    "担当のtaro.y@sub.example.jpさんから",
    "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐあて",
    "<a..b@docomo.ne.jp>",
]


@pytest.mark.parametrize("reason", REASONS)
def test_an_address_in_what_somebody_typed_is_not_kept_for_ever(database: Database, reason: str) -> None:
    with database.write() as session:
        deed = Deed("staff:3", "bulletin.returned", "bulletin:1")
        ledger.write(session, deed, at=AT, details={"reason": reason, "more": [{"said": (reason,)}]})

    with database.read() as session:
        [line] = ledger.lines_about(session, "bulletin:1")
        assert not any(mark in line.details for mark in ("@", "＠", "taro", "ｔａｒｏ", "docomo"))
        assert line.details.count(ledger.WITHHELD) == 2
        assert ledger.first_broken(session) is None
