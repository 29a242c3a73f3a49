"""Registrations and stops of a span, counted from the ledger."""

from datetime import UTC, datetime, timedelta

from foundation import ledger
from foundation.database import Database
from foundation.ledger import Deed
from subscribers.leaving import stop
from subscribers.movements import movements
from subscribers.tables import StopReason, Subscriber, SubscriberState

BEGIN = datetime(2026, 3, 31, 15, tzinfo=UTC)
END = datetime(2027, 3, 31, 15, tzinfo=UTC)


def subscriber(database: Database, name: str) -> int:
    with database.write() as session:
        row = Subscriber(
            address=f"{name}@example.jp",
            domain="example.jp",
            state=SubscriberState.ACTIVE.value,
            since=BEGIN,
            watch_from=BEGIN,
        )
        session.add(row)
        session.flush()
        return row.id


def registered(database: Database, at: datetime) -> None:
    with database.write() as session:
        ledger.write(session, Deed("resident", "subscriber.registered", "subscriber:1"), at=at, details={"place": None})


def test_deeds_count_from_the_first_moment_up_to_but_without_the_last(database: Database) -> None:
    for at in (BEGIN - timedelta(microseconds=1), BEGIN, END - timedelta(microseconds=1), END):
        registered(database, at)

    with database.read() as session:
        found = movements(session, BEGIN, END)

    assert found.registered == 2


def test_stops_are_told_apart_by_their_reason(database: Database) -> None:
    reasons = [StopReason.LEFT, StopReason.LEFT, StopReason.UNREACHABLE, StopReason.COMPLAINT, StopReason.STAFF]
    for number, reason in enumerate(reasons):
        one = subscriber(database, f"r{number}")
        with database.write() as session:
            stop(session, one, reason, by="resident", at=BEGIN, evidence="3月1日")

    with database.read() as session:
        found, later = movements(session, BEGIN, END), movements(session, END, END + timedelta(days=365))

    assert found.stopped == {
        StopReason.LEFT: 2,
        StopReason.UNREACHABLE: 1,
        StopReason.COMPLAINT: 1,
        StopReason.STAFF: 1,
    }
    assert (found.stopped_in_all, later.stopped_in_all) == (5, 0)
