"""Admitting: who only joined a circle, or only is a liaison, is no resident of the town's list anywhere."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from foundation.addresses import Address
from foundation.strides import Strides
from mailer import claims, records
from mailer.claims import Wish
from mailer.courier import Delivered
from mailer.outbox_tables import Lane
from mailer.records import Result
from subscribers import growth, headcount, leaving, pausing, recount
from subscribers.admitting import admit
from subscribers.audience import Residents, Scope
from subscribers.choices import Choices, choose
from subscribers.growth import Event
from subscribers.register_export import export
from subscribers.tables import ChoiceKind, StopReason, Subscriber, SubscriberState
from subscribers.town import Town
from tests.subscribers.people import HANAKO, Desk, letters_to, subscriber_of
from tests.support.clock import HandClock
from tests.support.mail_engine import put

TOKYO = ZoneInfo("Asia/Tokyo")
TARO = Address.parse("taro@example.jp")
LATER = timedelta(hours=1)


def admitted(desk: Desk, address: Address = TARO) -> Subscriber:
    with desk.database.write() as session:
        return admit(session, address, language="en", at=desk.clock.now())


def stop(desk: Desk, number: int, reason: StopReason = StopReason.LEFT) -> None:
    with desk.database.write() as session:
        leaving.stop(session, number, reason, by="resident", at=desk.clock.now(), evidence="11月1日")


def reached(desk: Desk, scope: Scope) -> list[str]:
    with desk.database.read() as session:
        return [row.address for row in session.execute(Residents().page(scope, after=0, limit=99, at=desk.clock.now()))]


def growth_of(desk: Desk, *, limit: int = 1) -> dict[Event, int]:
    strides = Strides(desk.database, lambda _: False, seconds=60)
    strides.limit = limit
    growth.follow(strides, TOKYO, at=desk.clock.now())
    with desk.database.read() as session:
        found = growth.in_span(session, date(2000, 1, 1), date(2100, 1, 1))
    return {event: number for event, number in found.items() if number}


@pytest.fixture
def counted(desk: Desk) -> Desk:
    recount.recount(desk.database, at=desk.clock.now())
    return desk


def test_an_admitted_address_is_active_and_gets_none_of_the_towns_bulletins(desk: Desk) -> None:
    desk.register()

    taro = admitted(desk)

    assert (taro.state, taro.in_city_list, taro.language) == (SubscriberState.ACTIVE, False, "en")
    assert reached(desk, Scope()) == reached(desk, Scope(to_all=True)) == [HANAKO]


def test_no_number_of_the_town_counts_it_whether_kept_or_counted(counted: Desk) -> None:
    counted.register()
    taro, at = admitted(counted), counted.clock.now()
    with counted.database.write() as session:
        row = session.get_one(Subscriber, taro.id)
        choose(session, row, Choices(("crime",)))
        pausing.pause(session, row, at + timedelta(days=3), at=at)
        wishes = headcount.wishes(session, ChoiceKind.TOPIC)

    def numbers() -> tuple[int, int, int, dict[str, int]]:
        with counted.database.read() as session:
            reach = Residents().reach(session, Scope(), at=at)
            paused = headcount.paused(session, at=at)
            return reach.everybody, reach.reached, reach.paused + paused, headcount.standings(session)

    kept = numbers()
    assert recount.recount(counted.database, at=at) == 0
    stop(counted, taro.id)
    assert numbers() == kept == (1, 1, 0, {"active": 1})
    assert recount.recount(counted.database, at=at) == 0
    with counted.database.write() as session:
        session.delete(session.get_one(headcount.CountingRow, headcount.HEADCOUNTS))
    assert numbers() == kept
    assert wishes == {(): 1}


@pytest.mark.parametrize("limit", [1, 500])
def test_growth_knows_of_who_is_admitted_only_when_they_join_or_leave_the_list(
    desk: Desk, clock: HandClock, limit: int
) -> None:
    taro = admitted(desk)
    admitted(desk, Address.parse("only-in-a-circle@example.jp"))
    clock.move(LATER)
    stop(desk, taro.id)
    with desk.database.write() as session:
        leaving.take_back(session, session.get_one(Subscriber, taro.id), at=clock.now())
    assert growth_of(desk, limit=limit) == {}

    clock.move(LATER)
    desk.register(TARO.text)
    assert growth_of(desk, limit=limit) == {Event.REGISTERED: 1}

    with desk.database.write() as session:
        assert leaving.leave_list(session, session.get_one(Subscriber, taro.id), at=clock.now())
    stop(desk, taro.id)
    assert growth_of(desk, limit=limit) == {Event.REGISTERED: 1, Event.LEFT: 1}
    growth.count_old_imports(desk.database, TOKYO, at=clock.now())
    assert growth_of(desk) == {Event.REGISTERED: 1, Event.LEFT: 1}


def test_a_registration_puts_it_on_the_list_with_the_number_it_had(desk: Desk) -> None:
    taro = admitted(desk)

    with desk.database.read() as session:
        token = desk.invite(TARO.text)
        assert token is not None
        offer = desk.registration.offer(session, token, at=desk.clock.now())
    desk.confirm(token, Choices(("crime",)))

    assert not offer.registered  # of the town's list it is not
    assert subscriber_of(desk.database, TARO.text).id == taro.id
    assert reached(desk, Scope()) == [TARO.text]


@pytest.mark.parametrize("reason", [StopReason.LEFT, StopReason.COMPLAINT, StopReason.STAFF])
def test_who_had_left_and_agrees_anew_is_active_without_the_towns_bulletins(
    counted: Desk, clock: HandClock, reason: StopReason
) -> None:
    number = counted.register(TARO.text)
    stop(counted, number, reason)
    clock.move(LATER)

    taro = admitted(counted)

    assert (taro.id, taro.state, taro.reason, taro.in_city_list) == (number, SubscriberState.ACTIVE, None, False)
    assert (taro.stopped_at, taro.undo_until, taro.may_say_why) == (None, None, False)
    assert (taro.since, taro.watch_from) == (clock.now(), clock.now())
    assert reached(counted, Scope(to_all=True)) == []
    assert growth_of(counted) == {Event.REGISTERED: 1, Event(reason.value): 1}
    assert recount.recount(counted.database, at=clock.now()) == 0


def test_who_was_only_unreachable_comes_back_to_the_list(counted: Desk) -> None:
    number = counted.register(TARO.text)
    stop(counted, number, StopReason.UNREACHABLE)

    taro = admitted(counted)

    assert (taro.state, taro.in_city_list, taro.evidence) == (SubscriberState.ACTIVE, True, None)
    assert reached(counted, Scope()) == [TARO.text]
    assert growth_of(counted) == {Event.REGISTERED: 1, Event.UNREACHABLE: 1, Event.UNDONE: 1}
    assert recount.recount(counted.database, at=counted.clock.now()) == 0


def test_who_is_on_the_list_stays_on_it_and_keeps_the_pause(desk: Desk) -> None:
    number = desk.register(TARO.text, Choices(("crime",)))
    until = datetime(2027, 1, 1, tzinfo=TOKYO)
    with desk.database.write() as session:
        pausing.pause(session, session.get_one(Subscriber, number), until, at=desk.clock.now())

    taro = admitted(desk)

    assert (taro.id, taro.in_city_list, taro.paused_until) == (number, True, until)


def test_who_gives_up_the_towns_bulletins_alone_stays_active(counted: Desk) -> None:
    number = counted.register()

    with counted.database.write() as session:
        row = session.get_one(Subscriber, number)
        said = [leaving.leave_list(session, row, at=counted.clock.now()) for _ in range(2)]

    assert said == [True, False]
    assert subscriber_of(counted.database).state == SubscriberState.ACTIVE
    assert reached(counted, Scope(to_all=True)) == []
    assert growth_of(counted) == {Event.REGISTERED: 1, Event.LEFT: 1}
    assert recount.recount(counted.database, at=counted.clock.now()) == 0


def test_who_is_not_on_the_list_is_not_asked_why_they_leave(desk: Desk) -> None:
    taro = admitted(desk)

    stop(desk, taro.id)

    after = subscriber_of(desk.database, TARO.text)
    assert (after.state, after.reason, after.may_say_why) == (SubscriberState.STOPPED, StopReason.LEFT, False)
    assert letters_to(desk.database, TARO.text) == []


def test_the_register_is_written_out_without_it(desk: Desk, town: Town) -> None:
    desk.register()
    admitted(desk)

    lines = "".join(export(desk.database, town, at=desk.clock.now()))

    assert HANAKO in lines
    assert TARO.text not in lines


def test_a_correction_neither_reaches_nor_counts_who_had_the_letter_and_is_not_on_the_list(counted: Desk) -> None:
    counted.register()
    admitted(counted)
    counted.register("gone@example.jp")
    at = counted.clock.now()
    put(counted.database, [HANAKO, TARO.text, "gone@example.jp"], batch="bulletin:1", at=at)
    with counted.database.write() as session:
        rows = claims.claim(session, "s1", Wish(dict.fromkeys(Lane, 99)), at=at).rows
        records.record(session, "s1", [Result(row, Delivered("250"), at) for row in rows], at=at)
    stop(counted, subscriber_of(counted.database, "gone@example.jp").id)
    scope = Scope(had=("bulletin:1",))

    with counted.database.read() as session:
        reach = Residents().reach(session, scope, at=counted.clock.now())

    assert reached(counted, scope) == [HANAKO]
    assert (reach.had, reach.reached) == (2, 1)
