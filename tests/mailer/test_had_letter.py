"""How many had a letter: exact where few letters are looked at, between two bounds that hold where they are many."""

import pytest
from sqlalchemy import select, update

from foundation.database import Database
from mailer import had_letter, tallies
from mailer.had_letter import HowMany
from mailer.outbox_tables import BatchRow, OutboxRow, State
from mailer.tallies import Change
from tests.support.mail_engine import AT, many, put

NAMES = many(12)


@pytest.fixture
def twice(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Ten of twelve had the first letter; the second went to nine of those, and to one whose first came back to us."""
    put(database, NAMES, batch="b")
    put(database, [*NAMES[:9], NAMES[10]], batch="c")
    with database.write() as session:
        session.execute(update(OutboxRow).values(state=State.SENT.value, attempts=1, handed_at=AT, ended_at=AT))
        not_gone = (OutboxRow.batch == "b", OutboxRow.address.in_(NAMES[10:]))
        session.execute(update(OutboxRow).where(*not_gone).values(state=State.FAILED.value))
        tallies.add(
            session, "s", [Change("b", "x", {State.SENT: 10, State.FAILED: 2}), Change("c", "x", {State.SENT: 10})]
        )
    monkeypatch.setattr(had_letter, "FEW", 5)
    return database


def had(database: Database, *, again: tuple[str, ...] = ()) -> HowMany:
    with database.read() as session:
        keys = session.scalars(select(BatchRow.once_key).order_by(BatchRow.batch)).all()
        return had_letter.count(session, [key for key in keys if key], again=again)


def test_few_letters_are_counted_one_by_one(twice: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(had_letter, "FEW", 100)

    assert had(twice) == HowMany(11, 11)


def test_where_the_second_went_to_those_of_the_first_the_number_is_exact(twice: Database) -> None:
    assert had(twice, again=("c",)) == HowMany(11, 11)


def test_two_letters_to_whomever_lie_between_bounds(twice: Database) -> None:
    found = had(twice)

    assert found.least <= 11 <= found.most
    assert found == HowMany(10, 20)


def test_where_the_first_missed_many_the_bounds_hold(twice: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(had_letter, "FEW", 1)
    assert had(twice, again=("c",)) == HowMany(10, 20)

    with twice.write() as session:
        tallies.add(session, "made", [Change("b", "x", {tallies.AUDIENCE: 12})])

    assert had(twice, again=("c",)) == HowMany(10, 12)


def test_one_that_still_waits_for_its_turn_has_not_gone(twice: Database) -> None:
    with twice.write() as session:
        waits = {"state": State.QUEUED.value, "attempts": 0, "handed_at": None, "ended_at": None}
        session.execute(update(OutboxRow).where(OutboxRow.batch == "b", OutboxRow.address == NAMES[10]).values(**waits))
        tallies.add(session, "s", [Change("b", "x", {State.FAILED: -1})])

    assert had(twice, again=("c",)) == HowMany(11, 11)
