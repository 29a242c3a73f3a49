"""Circles: who is in one asked for it, gets what is passed on alone, and is known to nobody."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from foundation.database import Database
from foundation.ledger import LedgerLine
from liaisons.circles import LETTERS, LiaisonCircles, members, new_code
from liaisons.tables import Liaison, LiaisonState
from subscribers import headcount, leaving, pausing, recount
from subscribers.choices import Choices, chosen
from subscribers.registration import LinkState
from subscribers.tables import Invitation, StopReason, Subscriber
from tests.liaisons.circle_town import TARO, CircleTown
from tests.subscribers.people import find, letters_to, subscriber_of
from tests.support.clock import HandClock

HANAKO = "hanako@example.jp"


@pytest.fixture
def here(database: Database, clock: HandClock) -> CircleTown:
    return CircleTown.opened(database, clock)


def stop(here: CircleTown, number: int, reason: StopReason = StopReason.LEFT) -> None:
    with here.database.write() as session:
        leaving.stop(session, number, reason, by="resident", at=here.clock.now())


def test_who_joins_a_circle_is_in_it_and_gets_none_of_the_towns_bulletins(here: CircleTown) -> None:
    circle = here.circle()

    number = here.join(TARO, circle.code)

    assert here.number_in(circle) == 1
    assert here.joined_by(number) == ["wakaba自治会"]
    assert here.reached() == []


def test_the_box_brings_all_of_the_towns_bulletins_too(here: CircleTown) -> None:
    circle = here.circle()

    number = here.join(TARO, circle.code, with_the_towns=True)

    assert here.reached() == [TARO]
    with here.database.read() as session:
        assert chosen(session, number) == Choices()


def test_whoever_names_somebody_elses_address_puts_nobody_into_a_circle(here: CircleTown) -> None:
    circle = here.circle()

    here.invite(TARO, circle.code)

    assert find(here.database, TARO) is None
    assert here.number_in(circle) == 0


def test_one_person_is_in_several_circles_and_once_in_each(here: CircleTown) -> None:
    first, second = here.circle("wakaba"), here.circle("kaede")
    for circle in (first, second, first):
        number = here.join(TARO, circle.code)

    assert here.joined_by(number) == ["kaede自治会", "wakaba自治会"]
    assert (here.number_in(first), here.number_in(second)) == (1, 1)
    with here.database.read() as session:
        assert session.scalars(members(first.id)).all() == [number]


def test_a_link_joins_once(here: CircleTown) -> None:
    token = here.invite(TARO, here.circle().code)

    assert [here.confirm(token), here.confirm(token)] == [LinkState.OPEN, LinkState.USED]


def test_who_is_on_the_list_keeps_their_choices_and_their_pause(here: CircleTown) -> None:
    circle, number = here.circle(), here.register(TARO, Choices(("crime",)))
    until = here.clock.now() + timedelta(days=7)
    with here.database.write() as session:
        pausing.pause(session, session.get_one(Subscriber, number), until, at=here.clock.now())

    here.join(TARO, circle.code, with_the_towns=True)

    after = subscriber_of(here.database, TARO)
    assert (after.in_city_list, after.paused_until) == (True, until)
    with here.database.read() as session:
        assert chosen(session, number) == Choices(("crime",))


def test_a_registration_for_the_towns_bulletins_keeps_the_circles(here: CircleTown) -> None:
    circle = here.circle()
    number = here.join(TARO, circle.code)

    here.register(TARO)

    assert here.joined_by(number) == ["wakaba自治会"]
    assert here.reached() == [TARO]


def test_leaving_leaves_everything_and_taking_it_back_brings_everything(here: CircleTown) -> None:
    circle = here.circle()
    number = here.join(TARO, circle.code, with_the_towns=True)

    stop(here, number)
    here.tidy()
    gone = here.number_in(circle), here.reached()
    with here.database.write() as session:
        assert leaving.take_back(session, session.get_one(Subscriber, number), at=here.clock.now())

    assert gone == (0, [])
    assert (here.number_in(circle), here.reached()) == (1, [TARO])


@pytest.mark.parametrize("reason", [StopReason.LEFT, StopReason.COMPLAINT, StopReason.STAFF])
def test_who_left_everything_and_joins_anew_comes_back_to_that_circle_alone(
    here: CircleTown, reason: StopReason
) -> None:
    first, second = here.circle("wakaba"), here.circle("kaede")
    number = here.join(TARO, first.code, with_the_towns=True)
    stop(here, number, reason)

    here.join(TARO, second.code)

    assert here.joined_by(number) == ["kaede自治会"]
    assert here.reached() == []


def test_who_left_everything_and_registers_comes_back_to_the_list_alone(here: CircleTown) -> None:
    number = here.join(TARO, here.circle().code)
    stop(here, number)

    here.register(TARO)

    assert here.joined_by(number) == []
    assert here.reached() == [TARO]


def test_who_was_only_unreachable_keeps_their_circles(here: CircleTown) -> None:
    first, second = here.circle("wakaba"), here.circle("kaede")
    number = here.join(TARO, first.code)
    stop(here, number, StopReason.UNREACHABLE)
    here.tidy()

    here.join(TARO, second.code)

    assert here.joined_by(number) == ["kaede自治会", "wakaba自治会"]


def test_unknown_closed_and_ended_circles_are_answered_with_the_same_letter(here: CircleTown) -> None:
    closed, ended = here.circle("wakaba"), here.circle("kaede")
    here.close(closed)
    with here.database.write() as session:
        session.get_one(Liaison, ended.liaison_id).state = LiaisonState.ENDED.value
    letters = []

    for number, code in enumerate((new_code(), closed.code, ended.code, "", "'; --", "あ" * 10, "x" * 5000)):
        token = here.invite(f"m{number}@example.jp", code)
        letters.append(letters_to(here.database, f"m{number}@example.jp")[-1].body.replace(token, ""))

    assert len(set(letters)) == 1
    assert "いまは登録を受け付けていません" in letters[0]
    with here.database.read() as session:
        assert set(session.scalars(select(Invitation.circle_id))) == {None}


def test_a_code_is_long_and_without_lookalikes() -> None:
    codes = {new_code() for _ in range(200)}

    assert len(codes) == 200
    assert {len(code) for code in codes} == {10}
    assert not set("ilo01") & set(LETTERS)


def test_the_ledger_says_nothing_of_circles(here: CircleTown) -> None:
    circle, other = here.circle("wakaba"), here.circle("kaede")
    number = here.join(TARO, circle.code)
    here.join(HANAKO, circle.code, with_the_towns=True)
    with here.database.read() as session:
        before = session.scalars(select(LedgerLine.id)).all()
    here.join(TARO, other.code)
    with here.database.write() as session:
        LiaisonCircles().leave(session, other.id, number)
    here.close(other)

    with here.database.read() as session:
        lines = session.scalars(select(LedgerLine)).all()

    assert [line.id for line in lines] == before
    assert {line.action for line in lines} == {"subscriber.admitted", "subscriber.registered"}
    assert {line.subject.partition(":")[0] for line in lines} == {"subscriber"}
    assert not any("circle" in line.details or circle.code in line.details for line in lines)


def test_members_count_as_nobody_in_the_towns_numbers(here: CircleTown) -> None:
    recount.recount(here.database, at=here.clock.now())
    circle = here.circle()
    here.register("resident@example.jp")
    for name in range(3):
        here.join(f"m{name}@example.jp", circle.code)
    here.join(HANAKO, circle.code, with_the_towns=True)
    here.close(circle)
    here.tidy()

    with here.database.read() as session:
        assert headcount.standings(session) == {"active": 2}
    assert recount.recount(here.database, at=here.clock.now()) == 0
