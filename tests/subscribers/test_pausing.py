"""Pausing: from which morning on mail comes again, and what else ends a pause."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from foundation.ledger import LedgerLine
from subscribers import leaving, pausing
from subscribers.erasure import erase_left
from subscribers.pausing import WEEKS, end_of
from subscribers.tables import StopReason, Subscriber
from tests.subscribers.people import Desk, subscriber_of

TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        (datetime(2026, 11, 20, 1, 0, tzinfo=UTC), datetime(2026, 11, 26, 15, 0, tzinfo=UTC)),
        (datetime(2026, 11, 20, 14, 59, tzinfo=UTC), datetime(2026, 11, 26, 15, 0, tzinfo=UTC)),
        (datetime(2026, 11, 20, 15, 0, tzinfo=UTC), datetime(2026, 11, 27, 15, 0, tzinfo=UTC)),
    ],
)
def test_a_week_ends_with_the_morning_of_the_same_weekday_in_the_town(at: datetime, ends: datetime) -> None:
    assert end_of(1, TOKYO, at=at) == ends


@given(st.sampled_from(WEEKS), st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2090, 1, 1)))  # noqa: DTZ001 -- the zone comes next
def test_a_pause_never_lasts_longer_than_was_asked_for_nor_a_day_less(weeks: int, moment: datetime) -> None:
    at = moment.replace(tzinfo=UTC)

    lasts = end_of(weeks, TOKYO, at=at) - at

    assert timedelta(weeks=weeks) - timedelta(days=1) < lasts <= timedelta(weeks=weeks)


def _pause(desk: Desk, number: int) -> None:
    with desk.database.write() as session:
        until = desk.clock.now() + timedelta(days=7)
        pausing.pause(session, session.get_one(Subscriber, number), until, at=desk.clock.now())


def test_registering_again_ends_a_pause(desk: Desk) -> None:
    _pause(desk, desk.register())

    desk.register()

    assert subscriber_of(desk.database).paused_until is None


def test_leaving_and_taking_it_back_keeps_the_pause(desk: Desk) -> None:
    number = desk.register()
    _pause(desk, number)
    until = subscriber_of(desk.database).paused_until

    with desk.database.write() as session:
        leaving.stop(session, number, StopReason.LEFT, by="resident", at=desk.clock.now())
        leaving.take_back(session, session.get_one(Subscriber, number), at=desk.clock.now())

    assert subscriber_of(desk.database).paused_until == until is not None


def test_nothing_of_a_pause_outlives_the_address(desk: Desk) -> None:
    number = desk.register()
    _pause(desk, number)

    with desk.database.write() as session:
        leaving.stop(session, number, StopReason.LEFT, by="resident", at=desk.clock.now())
        erase_left(session, at=desk.clock.now(), after=timedelta(0))

    with desk.database.read() as session:
        gone = session.get_one(Subscriber, number)
        assert (gone.paused_until, gone.undo_until, gone.may_say_why) == (None, None, False)


def test_the_ledger_knows_who_paused_and_who_resumed_and_once(desk: Desk) -> None:
    number = desk.register()
    _pause(desk, number)

    for _ in range(2):
        with desk.database.write() as session:
            pausing.resume(session, session.get_one(Subscriber, number), at=desk.clock.now())

    with desk.database.read() as session:
        told = session.execute(select(LedgerLine.actor, LedgerLine.action).order_by(LedgerLine.id)).tuples().all()
    assert told[1:] == [("resident", "subscriber.paused"), ("resident", "subscriber.resumed")]
