"""Publishing: an order opens at its start, inside the hours, once, and as it was approved."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bulletins.approval import Decision
from bulletins.life import BulletinState
from bulletins.tables import Bulletin, PublishingOrder
from mailer import tallies
from mailer.letter import Letter, Recipient
from mailer.letter_shelf import letter_of
from mailer.outbox_tables import Lane, LetterRow
from tests.bulletins.office import GONE, SHEET, Office, tokyo


def test_an_order_opens_at_its_start_and_not_before(office: Office) -> None:
    number = office.waiting()

    office.clock.move(timedelta(seconds=59))
    assert office.open_due() == 0
    office.clock.move(timedelta(seconds=1))
    assert office.open_due() == 1

    assert office.bulletin(number).state == BulletinState.SENDING
    assert office.bulletin(number).started_at == office.clock.now()


def test_a_bulletin_approved_on_sunday_waits_for_tuesday_when_monday_is_a_holiday(office: Office) -> None:
    office.residents("taro")
    office.clock.set(tokyo("2026-11-22T12:00:00"))
    number = office.waiting()

    for moment in ("2026-11-22T12:10:00", "2026-11-23T10:00:00", "2026-11-24T08:59:59"):
        office.clock.set(tokyo(moment))
        assert office.open_due() == 0
    office.clock.set(tokyo("2026-11-24T09:00:00"))

    assert office.open_due() == 1
    assert office.bulletin(number).started_at == tokyo("2026-11-24T09:00:00")


def test_an_urgent_bulletin_leaves_at_once_in_the_fast_lane(office: Office) -> None:
    office.residents("taro")
    office.clock.set(tokyo("2026-11-22T03:00:00"))
    office.waiting(decision=Decision(urgent=True, reason="川があふれるおそれがあるため"))

    assert office.open_due() == 1
    office.fan_out()

    assert [row.lane for row in office.rows()] == [Lane.URGENT]
    assert office.post() == ["taro"]


def test_an_order_that_comes_too_late_for_its_hours_waits_for_the_next_opening(office: Office) -> None:
    number = office.waiting()
    office.clock.set(tokyo("2026-11-20T17:00:00"))

    assert office.open_due() == 0

    assert office.bulletin(number).state == BulletinState.WAITING
    assert office.bulletin(number).starts_at == tokyo("2026-11-24T09:00:00")
    office.clock.set(tokyo("2026-11-24T09:00:00"))
    assert office.open_due() == 1


def test_the_expiry_counts_from_the_start(office: Office) -> None:
    office.residents("taro")
    office.clock.set(tokyo("2026-11-22T12:00:00"))
    office.waiting(replace(SHEET, expires_after=timedelta(hours=2)))
    office.clock.set(tokyo("2026-11-24T09:00:00"))

    office.open_due()
    office.fan_out()

    assert office.rows()[0].expires_at == tokyo("2026-11-24T11:00:00")


def test_only_the_version_that_was_approved_is_opened(office: Office) -> None:
    number = office.waiting(decision=Decision(no_hold=True))
    office.meddle(lambda session: session.execute(update(Bulletin).values(version=2)))

    assert office.open_due() == 0

    assert office.bulletin(number).state == BulletinState.WAITING


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "halted", "sent", "withdrawn"])
def test_no_order_opens_for_a_bulletin_that_does_not_wait(office: Office, state: str) -> None:
    office.waiting(decision=Decision(no_hold=True))
    office.meddle(lambda session: session.execute(update(Bulletin).values(state=state)))

    assert office.open_due() == 0


def test_an_order_opens_once(office: Office) -> None:
    office.residents("taro")
    number = office.begun()

    assert office.open_due() == 0
    assert office.deeds(number).count("bulletin.started") == 1


def test_the_letter_is_the_approved_text_to_one_person_with_the_same_message_id_on_every_try(office: Office) -> None:
    office.residents("taro")
    number = office.sending()

    def letter() -> Letter:
        with office.database.read() as session:
            return letter_of(session.get_one(LetterRow, office.rows()[0].letter_id))

    def octets() -> bytes:
        row = office.rows()[0]
        to = Recipient(row.id, row.address, row.recipient_ref)
        return office.home.composer.octets(letter(), to, at=row.created_at)

    first = octets()
    office.post(lambda _name: GONE)
    office.finish()
    office.send_again(number)

    assert octets() == first
    assert b"Message-ID: " in first
    assert first.count(b"@example.jp") == 1
    assert (letter().subject, letter().body) == (office.bulletin(number).subject, office.bulletin(number).text)


def test_how_many_letters_go_to_each_domain_is_known_before_they_go(office: Office) -> None:
    office.residents("a", "b", "c")
    number = office.sending()

    with office.database.read() as session:
        by_domain = tallies.by_domain(session, office.bulletin(number).batch)

    assert {domain: (counts.audience, counts.queued) for domain, counts in by_domain.items()} == {"example.jp": (3, 3)}


def test_who_had_the_letter_already_is_not_counted_again(office: Office) -> None:
    office.residents("a", "b", "c")
    number = office.sending()
    office.meddle(lambda session: session.execute(update(PublishingOrder).values(cursor=0, closed_at=None)))

    office.residents("d")
    office.fan_out()

    with office.database.read() as session:
        counts = tallies.of(session, office.bulletin(number).batch)
    order = office.order(number)
    assert order is not None
    assert counts.audience == order.audience == 4


def test_an_idle_publisher_has_no_work(office: Office) -> None:
    def looks() -> tuple[bool, bool, bool]:
        with office.database.read() as session:
            publisher, at = office.publisher, office.clock.now()
            return (
                publisher.has_due(session, at=at),
                publisher.has_work(session, at=at),
                publisher.has_nearly_done(session),
            )

    assert looks() == (False, False, False)
    office.waiting(decision=Decision(no_hold=True))
    assert looks() == (True, False, False)
    office.open_due()
    assert looks() == (False, True, False)
    office.fan_out()
    assert looks() == (False, False, True)
    office.finish()
    assert looks() == (False, False, False)
