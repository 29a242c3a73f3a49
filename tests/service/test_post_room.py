"""The post-room: each mail is worked off once, with its effects or not at all."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from liaisons import circles
from mailer.answer_caps import Leave
from mailer.inbound import InboundRow
from mailer.outbox_tables import OutboxRow
from service.post_room import A_GROUP
from subscribers.tables import Invitation
from tests.liaisons.network import enter
from tests.support.mail_engine import DOMAIN
from tests.support.reception import BLANK, RESIDENT, Reception


def test_a_blank_mail_is_answered_with_one_invitation(house: Reception) -> None:
    house.receive(BLANK)

    row = house.work()

    assert (row.state, row.kind, row.note) == ("done", "blank-mail", "invited")
    [letter] = house.letters()
    assert letter.in_reply_to == "<1@docomo.ne.jp>"
    assert "/r/" in letter.body + letter.tail


def test_the_place_and_language_of_the_entry_address_are_kept(house: Reception) -> None:
    house.receive(BLANK, "touroku-library")
    house.receive(BLANK.replace("<1@", "<2@"), "touroku-en")
    house.work()

    with house.database.read() as session:
        found = session.execute(select(Invitation.place, Invitation.language).order_by(Invitation.id)).all()
    assert [tuple(row) for row in found] == [("library", None), (None, "en")]


@pytest.mark.parametrize(
    ("sender", "header", "why"),
    [
        ("", "", "null-sender"),
        ("MAILER-DAEMON", "", "null-sender"),
        (RESIDENT, "Auto-Submitted: auto-replied\r\n", "auto-submitted"),
        (RESIDENT, "List-Id: <x.example.jp>\r\n", "list"),
        (RESIDENT, "Precedence: bulk\r\n", "precedence"),
        (RESIDENT, "X-Autoreply: yes\r\n", "auto-reply"),
        ("postmaster@docomo.ne.jp", "", "daemon"),
        (f"touroku@{DOMAIN}", "", "own-domain"),
        ("two words@docomo.ne.jp", "", "cannot exist"),
    ],
)
def test_machines_and_lists_are_stored_and_noted_but_never_answered(
    house: Reception, sender: str, header: str, why: str
) -> None:
    house.receive(header + BLANK, sender=sender)

    row = house.work()

    assert row.state == "done"
    assert row.note is not None
    assert row.note.startswith("not answered: ")
    assert why in row.note
    with house.database.read() as session:
        assert session.scalars(select(OutboxRow)).all() == []


def test_a_sender_who_asks_again_and_again_is_answered_three_times(house: Reception) -> None:
    for number in range(5):
        house.receive(BLANK.replace("<1@", f"<{number}@"))

    row = house.work()

    assert row.note == "not answered: enough answers for now"
    assert len(house.letters()) == 3


@pytest.mark.parametrize(
    "message_id", ["<a\x01b@x.jp>", "<a b@x.jp>", "<" + "a" * 300 + "@x>", "<あ@x.jp>", "x@x.jp", "<>"]
)
def test_an_odd_message_id_is_answered_without_naming_it(house: Reception, message_id: str) -> None:
    house.receive(f"Message-ID: {message_id}\r\n\r\n")
    house.work()

    assert [letter.in_reply_to for letter in house.letters()] == [None]


def test_a_mail_that_breaks_its_handler_is_set_aside_and_the_next_is_served(
    house: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.receive(BLANK)
    house.receive(BLANK, sender="b@example.jp")
    invite = type(house.home.registration).invite

    def broken(self: object, session: object, request: object, *, at: object) -> Leave:
        if str(request.address) == RESIDENT:  # type: ignore[attr-defined]  # the request of a registration
            raise ZeroDivisionError("with resident@example.jp in its words")
        return invite(self, session, request, at=at)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(type(house.home.registration), "invite", broken)
    house.work()

    with house.database.read() as session:
        rows = session.scalars(select(InboundRow).order_by(InboundRow.id)).all()
    assert [(row.state, row.note) for row in rows] == [("set-aside", "ZeroDivisionError"), ("done", "invited")]
    assert len(house.letters("b@example.jp")) == 1


def test_what_a_broken_mail_did_is_undone_and_those_beside_it_are_answered_once(
    house: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = ["first@example.jp", RESIDENT, "last@example.jp"]
    for sender in people:
        house.receive(BLANK, sender=sender)
    invite = type(house.home.registration).invite

    def broken(self: object, session: object, request: object, *, at: object) -> Leave:
        leave = invite(self, session, request, at=at)  # type: ignore[arg-type]  # as they came
        if str(request.address) == RESIDENT:  # type: ignore[attr-defined]  # the request of a registration
            raise ZeroDivisionError
        return leave

    monkeypatch.setattr(type(house.home.registration), "invite", broken)
    house.work()

    with house.database.read() as session:
        assert session.scalars(select(InboundRow.state).order_by(InboundRow.id)).all() == ["done", "set-aside", "done"]
        assert len(session.scalars(select(Invitation)).all()) == 2
    assert [len(house.letters(sender)) for sender in people] == [1, 0, 1]


def test_a_crash_among_several_leaves_them_all_and_each_is_answered_once_afterwards(
    house: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [f"r{n}@example.jp" for n in range(A_GROUP + 2)]
    for sender in people:
        house.receive(BLANK, sender=sender)
    invite = type(house.home.registration).invite

    def crashes(self: object, session: object, request: object, *, at: object) -> Leave:
        if str(request.address) == people[2]:  # type: ignore[attr-defined]  # the request of a registration
            raise KeyboardInterrupt
        return invite(self, session, request, at=at)  # type: ignore[arg-type]  # as they came

    with monkeypatch.context() as broken:
        broken.setattr(type(house.home.registration), "invite", crashes)
        with pytest.raises(KeyboardInterrupt):
            house.room.work()

    with house.database.read() as session:
        assert set(session.scalars(select(InboundRow.state)).all()) == {"new"}
    house.work()
    assert [len(house.letters(sender)) for sender in people] == [1] * len(people)


@pytest.mark.parametrize("crash", [KeyboardInterrupt, SystemExit, OperationalError("", {}, Exception("gone"))])
def test_a_crash_in_the_middle_leaves_the_mail_new_and_no_letter(
    house: Reception, monkeypatch: pytest.MonkeyPatch, crash: BaseException
) -> None:
    house.receive(BLANK)

    invite = type(house.home.registration).invite

    def crashes(*arguments: Any, **options: Any) -> None:
        assert invite(*arguments, **options)
        raise crash

    with monkeypatch.context() as broken:
        # After the letter was written, before the mail is marked as done.
        broken.setattr(type(house.home.registration), "invite", crashes)
        with pytest.raises((KeyboardInterrupt, SystemExit, OperationalError)):
            house.room.work()

    assert house.letters() == []
    with house.database.read() as session:
        assert session.scalars(select(Invitation)).all() == []
        assert session.scalars(select(InboundRow.state)).all() == ["new"]
    house.work()
    assert len(house.letters()) == 1


@pytest.mark.parametrize("to", ["postmaster", "abuse", "feedback"])
def test_what_a_person_should_read_is_set_aside_for_one(house: Reception, to: str) -> None:
    house.receive("From: a@x.jp\r\nSubject: help\r\n\r\nPlease call me.\r\n", to)

    assert house.work().state == "set-aside"


def test_nothing_to_do_is_told(house: Reception) -> None:
    assert not house.room.work()


def test_a_blank_mail_to_a_circle_is_answered_by_an_invitation_to_it_and_one_to_no_circle_kindly(
    house: Reception,
) -> None:
    with house.database.write() as session:
        liaison = enter(session, "若葉", at=house.clock.now())
        circle = circles.open_circle(session, liaison.id, at=house.clock.now())
        assert circle is not None
    house.receive(BLANK, f"touroku-en-c-{circle.code}")
    house.receive(BLANK.replace("<1@", "<2@"), f"touroku-c-{circles.new_code()}")

    note = house.work().note

    first, second = (letter.body for letter in house.letters())
    assert note == "invited"
    assert 'join the group "若葉自治会"' in first
    assert "いまは登録を受け付けていません" in second
    with house.database.read() as session:
        invitations = session.execute(select(Invitation.circle_id, Invitation.language).order_by(Invitation.id))
        assert invitations.tuples().all() == [(circle.id, "en"), (None, None)]
