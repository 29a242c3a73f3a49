"""Erasure: 28 days after leaving, the address is nowhere any more, and the counts still add up."""

from datetime import timedelta

import pytest
from sqlalchemy import Column, ColumnElement, String, Text, cast, func, select

from foundation.database import Base, Database
from mailer import outbox
from mailer.outbox_tables import REPLIES, OutboxRow
from subscribers import leaving
from subscribers.choices import Choices
from subscribers.erasure import erase_left
from subscribers.tables import StopReason, Subscriber
from tests.subscribers.people import HANAKO, Desk, find, subscriber_of
from tests.support.clock import HandClock

AFTER = timedelta(days=28)


def _erase(desk: Desk) -> int:
    with desk.database.write() as session:
        return erase_left(session, at=desk.clock.now(), after=AFTER)


def _stop(desk: Desk, number: int, reason: StopReason = StopReason.LEFT) -> None:
    with desk.database.write() as session:
        leaving.stop(session, number, reason, by="resident", at=desk.clock.now(), evidence=f"{HANAKO} bounced")


def _mentions(database: Database, text: str) -> list[str]:
    """Every column of every table that holds the text."""
    texts = [column for table in Base.metadata.sorted_tables for column in table.columns if _is_text(column)]
    with database.read() as session:
        return [str(column) for column in texts if session.scalar(select(func.count()).where(_holds(column, text)))]


def _holds(column: "Column[str]", text: str) -> ColumnElement[bool]:
    return cast(column, Text).contains(text)


def _is_text(column: "Column[str]") -> bool:
    return isinstance(column.type, String)


def test_four_weeks_after_leaving_the_address_is_nowhere_any_more(desk: Desk, clock: HandClock) -> None:
    number = desk.register(choices=Choices(("crime",), ("north",)))
    desk.invite()
    _stop(desk, number)
    there = _mentions(desk.database, "hanako")

    clock.move(AFTER)

    assert {"subscribers.address", "outbox.address", "invitations.address"} <= set(there)
    assert _erase(desk) == 1
    assert _mentions(desk.database, "hanako") == []


def test_a_moment_before_that_it_is_still_there(desk: Desk, clock: HandClock) -> None:
    _stop(desk, desk.register())

    clock.move(AFTER - timedelta(seconds=1))

    assert _erase(desk) == 0
    assert find(desk.database) is not None


@pytest.mark.parametrize("reason", [StopReason.LEFT, StopReason.COMPLAINT, StopReason.STAFF])
def test_whoever_wished_to_leave_is_erased_by_whichever_road_they_said_so(
    desk: Desk, clock: HandClock, reason: StopReason
) -> None:
    _stop(desk, desk.register(), reason)

    clock.move(AFTER)

    assert _erase(desk) == 1


def test_an_address_stopped_by_bounces_is_kept_for_its_way_back(desk: Desk, clock: HandClock) -> None:
    _stop(desk, desk.register(), StopReason.UNREACHABLE)

    clock.move(AFTER * 2)

    assert _erase(desk) == 0


def test_who_came_back_is_not_erased(desk: Desk, clock: HandClock) -> None:
    _stop(desk, desk.register())
    clock.move(timedelta(days=20))
    desk.register()

    clock.move(AFTER)

    assert _erase(desk) == 0


def test_the_rows_of_the_outbox_stay_for_the_counts(desk: Desk, clock: HandClock) -> None:
    number = desk.register()
    _stop(desk, number)
    with desk.database.read() as session:
        before = outbox.recount(session, REPLIES)

    clock.move(AFTER)
    _erase(desk)

    with desk.database.read() as session:
        assert outbox.recount(session, REPLIES) == before
        assert set(session.scalars(select(OutboxRow.address))) == {f"erased:{number}"}


def test_an_erased_number_is_never_given_to_somebody_else(desk: Desk, clock: HandClock) -> None:
    number = desk.register()
    _stop(desk, number)
    clock.move(AFTER)
    _erase(desk)

    desk.register()

    assert subscriber_of(desk.database).id > number
    with desk.database.read() as session:
        assert session.get_one(Subscriber, number).address is None


def test_erasing_again_finds_nobody(desk: Desk, clock: HandClock) -> None:
    _stop(desk, desk.register())
    clock.move(AFTER)

    assert (_erase(desk), _erase(desk)) == (1, 0)
