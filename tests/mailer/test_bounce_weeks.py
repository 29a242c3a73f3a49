"""Bounces by week, domain and class: each fact once, by the town's own calendar, without an address."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from foundation.database import Database
from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_weeks import WeekCount, counts_by_week, mondays
from tests.support.bounced import bounce
from tests.support.mail_engine import AT

TOKYO = ZoneInfo("Asia/Tokyo")
# AT is a Friday in the week of Monday, 16 November.
WEEKS = mondays(AT, TOKYO, weeks=3)
MONDAY = datetime(2026, 11, 16, tzinfo=TOKYO).astimezone(UTC)


def counted(database: Database) -> list[WeekCount]:
    with database.read() as session:
        return sorted(counts_by_week(session, WEEKS, TOKYO))


@pytest.mark.parametrize(
    ("at", "last"),
    [
        (datetime(2026, 11, 15, 14, 59, tzinfo=UTC), date(2026, 11, 9)),
        (datetime(2026, 11, 15, 15, 0, tzinfo=UTC), date(2026, 11, 16)),
        (datetime(2027, 1, 1, 0, 0, tzinfo=UTC), date(2026, 12, 28)),
    ],
)
def test_a_week_begins_on_the_towns_monday(at: datetime, last: date) -> None:
    found = mondays(at, TOKYO, weeks=2)

    assert found == (last - timedelta(weeks=1), last)


def test_facts_are_counted_by_the_week_in_which_they_became_bounce(database: Database) -> None:
    bounce(database, "a@example.jp", BounceClass.GONE, at=MONDAY)
    bounce(database, "b@example.jp", BounceClass.GONE, at=MONDAY + timedelta(days=7, seconds=-1))
    bounce(database, "c@example.jp", BounceClass.FULL, at=MONDAY - timedelta(seconds=1))
    bounce(database, "d@example.com", BounceClass.GONE, at=MONDAY - timedelta(days=14))

    found = counted(database)

    assert found == [
        WeekCount(0, "example.com", "gone", 1),
        WeekCount(1, "example.jp", "full", 1),
        WeekCount(2, "example.jp", "gone", 2),
    ]


def test_what_lies_outside_the_weeks_is_not_counted(database: Database) -> None:
    bounce(database, "a@example.jp", BounceClass.GONE, at=MONDAY - timedelta(days=14, seconds=1))
    bounce(database, "b@example.jp", BounceClass.GONE, at=MONDAY + timedelta(days=7))

    assert counted(database) == []


def test_one_question_is_asked_and_it_reads_no_address(sqlite: Database) -> None:
    bounce(sqlite, "a@example.jp", BounceClass.GONE, at=AT)
    asked: list[str] = []
    event.listen(sqlite.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    counted(sqlite)

    [statement] = [each for each in asked if each.startswith("SELECT")]
    assert "GROUP BY" in statement
    assert "bounce_facts.known_at >=" in statement
    assert not {"address", "outbox", "recipient_ref", "evidence"} & set(statement.replace(".", " ").split())


def test_no_weeks_hold_nothing(sqlite: Database) -> None:
    with sqlite.read() as session:
        assert counts_by_week(session, (), TOKYO) == []
