"""The post-room when everybody asks at once, and what is kept of those who asked."""

from datetime import timedelta

import pytest
from sqlalchemy import select

import mailer.answer_caps
import mailer.inbound
from mailer.answer_caps import Cap
from mailer.inbound import InboundRow
from mailer.outbox_tables import LetterRow, OutboxRow, State
from service.timetable import REPLIES_KEPT, Timetable
from tests.support.reception import BLANK, RESIDENT, Reception

MINUTE = timedelta(minutes=1)


def test_a_blank_mail_in_a_rush_is_put_off_and_answered_when_the_rush_is_over(
    house: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailer.answer_caps, "EVERYBODY_CAPS", (Cap(2, MINUTE),))
    people = ["first@example.jp", "second@example.jp", RESIDENT]
    for sender in people:
        house.receive(BLANK, sender=sender)

    waiting = house.work()
    assert (waiting.state, house.letters(RESIDENT)) == ("new", [])

    house.clock.move(2 * MINUTE)
    assert house.work().state == "done"
    assert [len(house.letters(sender)) for sender in people] == [1, 1, 1]


def test_those_who_never_confirmed_are_forgotten(house: Reception) -> None:
    house.receive(BLANK)
    house.work()
    with house.database.write() as session:
        row = session.scalars(select(OutboxRow)).one()
        row.state, row.ended_at, row.reply = State.SENT, house.clock.now(), f"250 {RESIDENT}"
    timetable = Timetable(house.home)

    house.clock.move(REPLIES_KEPT)
    timetable.fold(house.clock.now())
    assert len(house.letters()) == 1
    house.clock.move(MINUTE)
    timetable.fold(house.clock.now())

    with house.database.read() as session:
        assert session.scalars(select(OutboxRow)).all() == []
        assert session.scalars(select(LetterRow)).all() == []


def test_what_somebody_erased_had_sent_goes_too(house: Reception) -> None:
    house.receive(BLANK)
    house.work()

    with house.database.write() as session:
        mailer.inbound.forget_sender(session, RESIDENT)

    with house.database.read() as session:
        assert session.scalars(select(InboundRow)).all() == []
