"""Leaving: at once, by anyone who holds the link, and never undone by others."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from foundation.ledger import LedgerLine
from mailer import endings, outbox
from mailer.letter import Letter
from mailer.outbox import Post, To
from mailer.outbox_tables import Lane, OutboxRow
from subscribers import leaving
from subscribers.choices import Choices, chosen
from subscribers.tables import StopReason, Subscriber, SubscriberState
from tests.subscribers.people import HANAKO, Desk, subscriber_of
from tests.support.clock import HandClock


def _stop(desk: Desk, number: int, reason: StopReason = StopReason.LEFT) -> Subscriber | None:
    with desk.database.write() as session:
        return leaving.stop(session, number, reason, by="resident", at=desk.clock.now(), evidence="why")


def _undo(desk: Desk, number: int) -> Subscriber | None:
    with desk.database.write() as session:
        return leaving.undo(session, number, by="staff:1", at=desk.clock.now())


def _queue(desk: Desk, number: int, batch: str) -> None:
    at = desk.clock.now()
    with desk.database.write() as session:
        letter = outbox.write_letter(session, Letter("題", "文\n"), batch=batch, at=at)
        post = Post(batch, batch, Lane.BULK, at, at + timedelta(days=1))
        outbox.enqueue(session, letter, post, [To(HANAKO, "example.jp", number)])


def test_what_is_still_on_its_way_is_not_sent_but_answers_are(desk: Desk) -> None:
    number = desk.register()
    _queue(desk, number, "bulletin:1")

    _stop(desk, number)

    with desk.database.read() as session:
        rows = session.execute(select(OutboxRow.batch, OutboxRow.unwanted).order_by(OutboxRow.id)).tuples().all()
    assert rows == [("replies", False), ("replies", False), ("bulletin:1", True)]


def test_stopping_twice_is_stopping_once(desk: Desk, clock: HandClock) -> None:
    number = desk.register()
    _stop(desk, number)
    first = subscriber_of(desk.database).stopped_at
    clock.move(timedelta(days=1))

    _stop(desk, number)

    assert subscriber_of(desk.database).stopped_at == first
    with desk.database.read() as session:
        stops = session.scalars(select(LedgerLine).where(LedgerLine.action == "subscriber.stopped")).all()
    assert len(stops) == 1


def test_whoever_was_stopped_by_bounces_may_still_leave_and_is_erased_in_time(desk: Desk, clock: HandClock) -> None:
    number = desk.register()
    _stop(desk, number, StopReason.UNREACHABLE)
    clock.move(timedelta(days=1))

    _stop(desk, number)

    resident = subscriber_of(desk.database)
    assert (resident.reason, resident.stopped_at) == (StopReason.LEFT, clock.now())


def test_bounces_do_not_turn_a_wish_to_leave_into_a_failure(desk: Desk) -> None:
    number = desk.register()
    _stop(desk, number)

    _stop(desk, number, StopReason.UNREACHABLE)

    assert subscriber_of(desk.database).reason == StopReason.LEFT


def test_a_number_that_names_nobody_is_no_error(desk: Desk) -> None:
    assert _stop(desk, 4711) is None
    assert _undo(desk, 4711) is None


@pytest.mark.parametrize("reason", [StopReason.UNREACHABLE, StopReason.STAFF])
def test_staff_undo_what_bounces_or_staff_stopped_and_the_failures_are_forgiven(
    desk: Desk, clock: HandClock, reason: StopReason
) -> None:
    number = desk.register()
    _stop(desk, number, reason)
    clock.move(timedelta(days=2))

    _undo(desk, number)

    resident = subscriber_of(desk.database)
    assert (resident.state, resident.reason, resident.evidence) == (SubscriberState.ACTIVE, None, None)
    assert resident.watch_from == clock.now()


@pytest.mark.parametrize("reason", [StopReason.LEFT, StopReason.COMPLAINT])
def test_nobody_is_brought_back_by_others(desk: Desk, reason: StopReason) -> None:
    number = desk.register()
    _stop(desk, number, reason)

    assert _undo(desk, number) is None
    assert subscriber_of(desk.database).state == SubscriberState.STOPPED


def _take_back(desk: Desk, number: int) -> bool:
    with desk.database.write() as session:
        return leaving.take_back(session, session.get_one(Subscriber, number), at=desk.clock.now())


def test_who_left_takes_it_back_within_a_day_once_and_to_what_was_chosen(desk: Desk, clock: HandClock) -> None:
    number = desk.register(choices=Choices(("crime",), ("north",)))
    since = subscriber_of(desk.database).since
    _stop(desk, number)
    clock.move(timedelta(hours=24) - timedelta(seconds=1))

    assert [_take_back(desk, number), _take_back(desk, number)] == [True, False]

    resident = subscriber_of(desk.database)
    assert (resident.state, resident.reason, resident.stopped_at) == (SubscriberState.ACTIVE, None, None)
    assert (resident.since, resident.watch_from) == (since, since)
    with desk.database.read() as session:
        assert chosen(session, number) == Choices(("crime",), ("north",))
        lines = session.scalars(select(LedgerLine).where(LedgerLine.action == "subscriber.undone")).all()
    assert [(line.actor, line.subject) for line in lines] == [("resident", f"subscriber:{number}")]


def test_after_a_day_leaving_stands(desk: Desk, clock: HandClock) -> None:
    number = desk.register()
    _stop(desk, number)
    clock.move(timedelta(hours=24))

    assert not _take_back(desk, number)
    assert subscriber_of(desk.database).state == SubscriberState.STOPPED


@pytest.mark.parametrize("reason", [StopReason.UNREACHABLE, StopReason.COMPLAINT, StopReason.STAFF])
def test_only_who_left_by_themselves_takes_it_back(desk: Desk, reason: StopReason) -> None:
    number = desk.register()
    _stop(desk, number, reason)

    assert not _take_back(desk, number)


def test_who_was_stopped_by_bounces_and_then_left_is_not_made_reachable_by_taking_it_back(desk: Desk) -> None:
    number = desk.register()
    _stop(desk, number, StopReason.UNREACHABLE)
    _stop(desk, number)

    assert not _take_back(desk, number)
    assert subscriber_of(desk.database).reason == StopReason.LEFT


def test_pressing_stop_again_gives_no_new_day_for_taking_it_back(desk: Desk, clock: HandClock) -> None:
    number = desk.register()
    _stop(desk, number)
    clock.move(timedelta(hours=24))
    _stop(desk, number)

    assert not _take_back(desk, number)


def test_what_was_suppressed_meanwhile_is_not_sent_after_all_and_what_comes_next_is(desk: Desk) -> None:
    number = desk.register()
    _queue(desk, number, "bulletin:1")
    _stop(desk, number)
    _take_back(desk, number)
    _queue(desk, number, "bulletin:2")

    with desk.database.write() as session:
        endings.settle(session, "sender", at=desk.clock.now())
        rows = session.execute(select(OutboxRow.batch, OutboxRow.unwanted).order_by(OutboxRow.id)).tuples().all()

    assert rows[-2:] == [("bulletin:1", True), ("bulletin:2", False)]
