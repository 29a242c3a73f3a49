"""Finished is proved: a bulletin is sent when its order is closed and its counts add up."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import update

from bulletins.life import BulletinState
from bulletins.tables import PublishingOrder
from mailer.courier import Outcome
from mailer.outbox_tables import TallyRow
from tests.bulletins.office import GONE, LATER, OK, Office

NAMES = ("a", "b", "c", "d", "e", "f", "g")


def test_a_bulletin_is_sent_only_when_every_letter_has_ended(office: Office) -> None:
    office.residents("ok", "gone", "later")
    number = office.sending()
    answers: dict[str, Outcome] = {"ok": OK, "gone": GONE, "later": LATER}
    office.post(answers.__getitem__)

    assert office.finish() == 0
    office.clock.move(timedelta(hours=1))
    office.post()
    assert office.finish() == 1

    bulletin, counts = office.bulletin(number), office.progress(number).counts
    assert (bulletin.state, bulletin.finished_at) == (BulletinState.SENT, office.clock.now())
    assert (counts.sent, counts.failed, counts.ended) == (2, 1, 3)
    assert office.finish() == 0, "it is finished once"


def test_letters_that_expire_end_the_bulletin_too(office: Office) -> None:
    office.residents("later")
    number = office.sending()
    office.post(lambda _name: LATER)

    office.clock.move(timedelta(hours=25))
    office.post()

    assert office.finish() == 1
    assert office.progress(number).counts.expired == 1


def test_a_bulletin_with_nobody_to_receive_it_finishes(office: Office) -> None:
    number = office.sending()

    assert office.finish() == 1

    assert office.bulletin(number).state == BulletinState.SENT
    assert office.progress(number).audience == 0


def test_counts_that_do_not_add_up_hold_the_end_until_the_rows_have_set_them_right(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.residents("a", "b", "c")
    number = office.sending()
    office.post(lambda name: GONE if name == "b" else OK)
    office.meddle(lambda session: session.execute(update(TallyRow).values(sent=TallyRow.sent - 1)))
    office.meddle(lambda session: session.execute(update(PublishingOrder).values(audience=7)))

    with caplog.at_level(logging.ERROR, "bulletins.publishing"):
        assert office.finish() == 0

    assert office.bulletin(number).state == BulletinState.SENDING
    assert f"bulletin {number} did not add up" in caplog.text
    assert office.finish() == 1
    counted = office.progress(number)
    assert (counted.audience, counted.counts.sent, counted.counts.failed) == (3, 2, 1)


def test_tallies_that_run_ahead_do_not_finish_a_bulletin_with_open_letters(office: Office) -> None:
    office.residents("a", "b")
    number = office.sending()
    office.post(limit=1)
    office.meddle(lambda session: session.execute(update(TallyRow).values(sent=TallyRow.sent + 1)))

    assert office.finish() == 0

    office.post()
    assert office.finish() == 0, "first the counts are set right"
    assert office.finish() == 1
    assert office.progress(number).counts.sent == 2


def test_an_undisturbed_delivery_needs_no_repair(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    office.residents(*NAMES)
    office.sending()
    office.post(lambda name: GONE if name == "b" else OK)

    assert office.finish() == 1

    assert caplog.records == []
