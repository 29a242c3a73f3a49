"""The register: one table of moves, a reason before anybody is asked twice, and a ledger of numbers only."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from liaisons import consent, mail_side, register
from liaisons.consent import Consent, DayUnfit
from liaisons.life import MOVES, LiaisonMove, UnknownLiaison, WrongMove, held, is_resting, move, state_label
from liaisons.mail_side import AddressTaken
from liaisons.register import AlreadyListed, DeclinedBefore, ReasonMissing
from liaisons.tables import ConsentWay, LiaisonState
from subscribers.tables import Subscriber
from tests.liaisons.office import SATO, TANAKA, Office


def test_only_the_moves_of_the_table_are_made(office: Office) -> None:
    number, made = office.ask(), set()

    for now in LiaisonState:
        for wished in LiaisonState:
            with office.database.write() as session:
                held(session, number).state = now.value
            try:
                with office.database.write() as session:
                    move(session, held(session, number), wished, at=office.clock.now())
            except WrongMove:
                assert office.liaison(number).state == now
            else:
                assert office.liaison(number).state == wished
                made.add((now, wished))

    assert made == {(now, wished) for now, those in MOVES.items() for wished in those}


def test_declined_and_ended_lead_nowhere_but_to_asking() -> None:
    assert MOVES[LiaisonState.DECLINED] == MOVES[LiaisonState.ENDED] == {LiaisonState.ASKED}


def test_nobody_gets_mail_before_they_consented(office: Office) -> None:
    number = office.ask()
    with office.database.read() as session:
        before = session.scalars(select(Subscriber)).all()

    office.consent(number)

    assert before == []
    with office.database.read() as session:
        subscriber = session.scalars(select(Subscriber)).one()
        assert (subscriber.address, subscriber.in_city_list) == (TANAKA.address, False)
        liaison = office.liaison(number)
        assert (liaison.subscriber_id, liaison.address) == (subscriber.id, "")
        assert mail_side.address_of(session, liaison) == TANAKA.address


def test_a_consent_keeps_its_day_its_way_and_the_exact_words(office: Office) -> None:
    number = office.ask()

    office.consent(number, ConsentWay.VOICE)

    kept = office.liaison(number)
    assert (kept.consent_way, kept.consent_version) == ("voice", office.wording.version)
    assert kept.consent_words == office.wording.text
    assert kept.consented_at == office.clock.now()


@pytest.mark.parametrize("days", [-1, 1])
def test_a_consent_lies_between_the_question_and_today(office: Office, days: int) -> None:
    number = office.ask()
    given = Consent(ConsentWay.PAPER, office.clock.now() + timedelta(days=days), office.wording)

    with pytest.raises(DayUnfit), office.database.write() as session:
        consent.record(session, number, given, SATO, zone=office.town.zone, at=office.clock.now())

    assert office.liaison(number).state == LiaisonState.ASKED


def test_who_declined_is_asked_again_only_for_a_written_reason(office: Office) -> None:
    number = office.ask()
    office.decline(number)

    with pytest.raises(DeclinedBefore) as told:
        office.ask(name="田中　一郎", organisation="別の団体", address="other@example.jp")
    for because in ("", "  ", "あ" * 201, "理由\x00"):
        with pytest.raises(ReasonMissing):
            office.again(number, because)
    office.again(number, "ご本人から、町会長になったのでと電話があった")

    assert told.value.liaison_id == number
    asked = office.liaison(number)
    assert (asked.state, asked.declined_at, asked.post) == (LiaisonState.ASKED, None, "会長")
    assert asked.asked_again_because == "ご本人から、町会長になったのでと電話があった"
    assert office.deeds(number) == ["liaison.asked", "liaison.declined", "liaison.asked-again"]


def test_who_ended_may_be_asked_again_and_consents_anew(office: Office) -> None:
    number = office.active()
    office.end(number)

    office.again(number, "また引き受けてもよいとの話があった")

    asked = office.liaison(number)
    assert (asked.state, asked.consented_at, asked.consent_words, asked.active_at) == ("asked", None, None, None)
    assert asked.name == "田中 一郎"


def test_a_form_that_comes_in_twice_makes_one_line(office: Office) -> None:
    number = office.ask()

    with pytest.raises(AlreadyListed) as told:
        office.ask()

    assert told.value.liaison_id == number


def test_one_address_belongs_to_one_liaison(office: Office) -> None:
    office.active()
    with pytest.raises(AddressTaken):
        office.ask(name="田中 花子")
    other = office.ask(name="田中 花子", address="hanako.tanaka@example.jp")

    with pytest.raises(AddressTaken), office.database.write() as session:
        register.change(session, other, office.entry(name="田中 花子"), SATO, officer_id=None, at=office.clock.now())


def test_a_change_tells_the_ledger_which_fields_and_never_what_stands_in_them(office: Office) -> None:
    number = office.active()
    changed = office.entry(phone="042-000-9999", post="副会長", areas=("east", "north"))

    with office.database.write() as session:
        register.change(session, number, changed, SATO, officer_id=9, at=office.clock.now())
        register.correct(session, number, office.entry(), "liaison", at=office.clock.now())
        register.correct(session, number, office.entry(), "liaison", at=office.clock.now())

    assert office.deeds(number)[-2:] == ["liaison.edited", "liaison.corrected"]
    lines = office.ledger()[-2:]
    assert lines[0].details == '{"fields": "役職、電話、地域、担当者"}'
    assert lines[1].actor == "liaison"
    whole = "".join(f"{line.details}{line.subject}{line.actor}" for line in office.ledger())
    assert not any(word in whole for word in ("田中", "042", "若葉野", "example.jp"))


def test_their_own_correction_leaves_the_address_as_it_is(office: Office) -> None:
    number = office.active()

    with office.database.write() as session:
        register.correct(session, number, office.entry(address="x@example.jp"), "liaison", at=office.clock.now())

    with office.database.read() as session:
        assert mail_side.address_of(session, office.liaison(number)) == TANAKA.address


def test_a_rest_ends_by_itself_or_earlier_by_a_button(office: Office) -> None:
    number, at = office.active(), office.clock.now()
    with office.database.write() as session:
        register.rest(session, number, "liaison", until=at + timedelta(weeks=2), at=at)

    resting = office.liaison(number)
    with office.database.write() as session:
        register.resume(session, number, "liaison", at=at)
        register.resume(session, number, "liaison", at=at)

    assert state_label(resting, at=at) == "休止中"
    assert not is_resting(resting, at=at + timedelta(weeks=2))
    assert state_label(office.liaison(number), at=at) == "活動中"
    assert office.deeds(number)[-2:] == ["liaison.rested", "liaison.resumed"]


def test_nothing_is_done_with_who_ended(office: Office) -> None:
    number, at = office.active(), office.clock.now()
    office.end(number)
    steps: list[Callable[[Session], object]] = [
        lambda session: register.rest(session, number, SATO, until=at + timedelta(weeks=1), at=at),
        lambda session: register.resume(session, number, SATO, at=at),
        lambda session: register.change(session, number, office.entry(), SATO, officer_id=None, at=at),
        lambda session: register.correct(session, number, office.entry(), "liaison", at=at),
    ]

    for step in steps:
        with pytest.raises(WrongMove), office.database.write() as session:
            step(session)

    assert office.deeds(number)[-1] == "liaison.ended"


def test_a_number_that_is_not_there_is_said_not_to_be(office: Office) -> None:
    with pytest.raises(UnknownLiaison), office.database.write() as session:
        register.end(session, 999, SATO, at=office.clock.now())


def test_each_move_is_noted_with_the_areas_of_that_moment(office: Office) -> None:
    number = office.active()
    with office.database.write() as session:
        register.change(session, number, office.entry(areas=()), SATO, officer_id=None, at=office.clock.now())

    office.end(number)

    with office.database.read() as session:
        moves = session.scalars(select(LiaisonMove).order_by(LiaisonMove.id)).all()
    assert [(each.state, each.area_keys) for each in moves] == [
        ("asked", ("east",)),
        ("consented", ("east",)),
        ("active", ("east",)),
        ("active", ()),
        ("ended", ()),
    ]
