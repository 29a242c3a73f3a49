"""Circles that end: memberships go, and who is held for nothing else is let go and erased."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from foundation.database import Database
from liaisons import circles
from liaisons.circles import LiaisonCircles
from liaisons.tables import Circle, Liaison, LiaisonState, Membership
from mailer.outbox_tables import OutboxRow
from subscribers import leaving
from subscribers.erasure import erase_left
from subscribers.joining import CircleGone
from subscribers.tables import StopReason, Subscriber, SubscriberState
from tests.liaisons.circle_town import TARO, CircleTown
from tests.subscribers.people import find, subscriber_of
from tests.support.clock import HandClock

HANAKO = "hanako@example.jp"
KEPT = timedelta(days=28)


@pytest.fixture
def here(database: Database, clock: HandClock) -> CircleTown:
    return CircleTown.opened(database, clock)


def stop(here: CircleTown, number: int, reason: StopReason = StopReason.LEFT) -> None:
    with here.database.write() as session:
        leaving.stop(session, number, reason, by="resident", at=here.clock.now())


def erase(here: CircleTown) -> None:
    with here.database.write() as session:
        erase_left(session, at=here.clock.now(), after=KEPT, circles=LiaisonCircles())


def test_closing_ends_the_memberships_tells_nobody_and_lets_go_who_is_held_for_nothing_else(
    here: CircleTown, clock: HandClock
) -> None:
    circle, other = here.circle("wakaba"), here.circle("kaede")
    here.join(TARO, circle.code)
    for address in ("both@example.jp", "kaede@example.jp"):
        here.join(address, circle.code)
    here.join("both@example.jp", other.code)
    here.join(HANAKO, circle.code, with_the_towns=True)
    letters = len(here.everything()["outbox"])

    closed = [here.close(circle), here.close(circle)]
    let_go = [here.tidy(), here.tidy()]

    assert (closed, let_go, here.number_in(circle)) == ([True, False], [1, 0], 0)
    assert len(here.everything()["outbox"]) == letters
    taro = subscriber_of(here.database, TARO)
    assert (taro.state, taro.reason, taro.undo_until) == (SubscriberState.STOPPED, StopReason.LEFT, None)
    for address in ("both@example.jp", "kaede@example.jp", "wakaba@example.jp", HANAKO):
        assert here.state_of(address) == SubscriberState.ACTIVE, address
    clock.move(KEPT)
    erase(here)
    assert find(here.database, TARO) is None


def test_a_circle_that_is_opened_anew_lets_nobody_in_by_the_old_code(here: CircleTown) -> None:
    circle = here.circle()
    here.join(TARO, circle.code)
    here.close(circle)

    with here.database.write() as session:
        again = circles.open_circle(session, circle.liaison_id, at=here.clock.now())
        assert again is not None
        found = LiaisonCircles().find(session, circle.code), LiaisonCircles().find(session, again.code)

    assert found[0] is None
    assert found[1] is not None
    assert here.number_in(circle) == 0


def test_a_circle_ends_with_its_liaison(here: CircleTown) -> None:
    circle = here.circle()
    here.join(TARO, circle.code)
    token = here.invite(HANAKO, circle.code)
    with here.database.write() as session:
        session.get_one(Liaison, circle.liaison_id).state = LiaisonState.ENDED.value

    with pytest.raises(CircleGone):
        here.confirm(token)
    with here.database.read() as session:
        assert LiaisonCircles().find(session, circle.code) is None
    here.tidy()

    with here.database.read() as session:
        assert session.get_one(Circle, circle.id).closed_at == here.clock.now()
        assert session.scalars(select(Membership)).all() == []
    assert here.state_of(TARO) == SubscriberState.STOPPED
    assert find(here.database, HANAKO) is None


@pytest.mark.parametrize("state", [LiaisonState.ASKED, LiaisonState.CONSENTED, LiaisonState.DECLINED])
def test_nobody_but_an_active_liaison_opens_a_circle(here: CircleTown, state: LiaisonState) -> None:
    liaison = here.liaison()
    with here.database.write() as session:
        session.get_one(Liaison, liaison).state = state.value

        assert circles.open_circle(session, liaison, at=here.clock.now()) is None
        assert circles.open_circle(session, 999, at=here.clock.now()) is None


def test_erasure_takes_the_memberships_with_the_address(here: CircleTown, clock: HandClock) -> None:
    number = here.join(TARO, here.circle().code)
    stop(here, number, StopReason.STAFF)
    clock.move(KEPT)

    erase(here)

    with here.database.read() as session:
        assert session.scalars(select(Membership)).all() == []
    assert "taro" not in str(here.everything()).lower()


def test_a_circle_of_five_thousand_is_counted_closed_at_once_and_let_go_in_steps(here: CircleTown) -> None:
    circle, at = here.circle(), here.clock.now()
    with here.database.write() as session:
        start = {"domain": "example.jp", "state": "active", "every_topic": True, "every_area": True, "since": at}
        rows = [
            {**start, "id": number, "address": f"m{number}@example.jp", "watch_from": at, "in_city_list": False}
            for number in range(1000, 6000)
        ]
        session.execute(insert(Subscriber), rows)
        joined = [{"circle_id": circle.id, "subscriber_id": row["id"], "joined_at": at} for row in rows]
        session.execute(insert(Membership), joined)
    assert here.number_in(circle) == 5000

    here.close(circle)

    with here.database.write() as session:
        assert session.scalars(select(Membership)).all() == []
        assert [circles.tidy(session, at=at, limit=30) for _ in range(2)] == [30, 30]
        left = select(Subscriber.id).where(Subscriber.state == SubscriberState.STOPPED.value)
        assert len(session.scalars(left).all()) == 60
        assert session.scalars(select(OutboxRow)).all() == []
