"""A bulletin whose letters were folded long ago looks as it did, and can still be sent again."""

import logging
from datetime import timedelta

import pytest

from admin.api.bulletin_object import bulletin_object
from admin.bulletin.pages_not_reached import Missed, not_reached
from bulletins import archive
from bulletins.life import BulletinState
from foundation.strides import Strides
from mailer import tallies
from mailer.folding import Spans, fold
from mailer.tallies import Counts
from tests.bulletins.office import GONE, OK, Office

OLD = timedelta(days=91)
SPANS = Spans(kept=timedelta(days=90), memory=timedelta(days=400))
NAMES = ("a", "b", "c", "gone")


def folded(office: Office) -> int:
    return fold(Strides(office.database, lambda _seconds: False, seconds=60), SPANS, at=office.clock.now())


def finished(office: Office) -> int:
    office.residents(*NAMES)
    number = office.sending()
    office.post(lambda name: GONE if name == "gone" else OK)
    assert office.finish() == 1
    return number


def shown(office: Office, number: int) -> tuple[dict[str, object], dict[str, Counts], list[Missed], list[int]]:
    """What the API, the page of the delivery, the page of those not reached and the archive say."""
    with office.database.read() as session:
        bulletin = office.bulletin(number)
        return (
            bulletin_object(bulletin, office.progress(number), (), zone=office.home.town.zone),
            tallies.by_domain(session, bulletin.batch),
            not_reached(session, bulletin),
            [each.id for each in archive.published(session)],
        )


def test_an_old_bulletin_is_shown_with_the_same_counts_as_before(office: Office) -> None:
    number = finished(office)
    before = shown(office, number)

    office.clock.move(OLD)

    assert folded(office) == 3
    assert shown(office, number) == before
    assert before[0]["sent"] == 3


@pytest.mark.parametrize("state", [BulletinState.WAITING, BulletinState.SENDING, BulletinState.HALTED])
def test_a_bulletin_that_has_not_ended_is_never_folded_however_old(office: Office, state: BulletinState) -> None:
    office.residents(*NAMES)
    number = office.waiting() if state is BulletinState.WAITING else office.sending()
    if state is not BulletinState.WAITING:
        office.post()
    if state is BulletinState.HALTED:
        office.halt(number)
    before = len(office.rows())

    office.clock.move(OLD)

    assert folded(office) == 0
    assert (len(office.rows()), office.bulletin(number).state) == (before, state)


def test_a_bulletin_in_the_middle_of_its_fan_out_is_never_folded(office: Office, small_chunks: int) -> None:
    office.residents(*NAMES)
    office.begun()
    office.fan_out_once()
    office.post()

    office.clock.move(OLD)

    assert folded(office) == 0
    assert len(office.rows()) == small_chunks


def test_what_is_left_of_a_withdrawn_bulletin_is_folded(office: Office) -> None:
    office.residents(*NAMES)
    number = office.sending()
    office.post(limit=1)
    office.withdraw(number)
    office.post()
    office.post()
    before = office.progress(number)

    office.clock.move(OLD)

    assert folded(office) == len(NAMES)
    assert (office.rows(), office.progress(number)) == ([], before)


def test_sent_again_after_its_letters_were_folded_it_adds_up_without_a_repair(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    number = finished(office)
    office.clock.move(OLD)
    folded(office)

    assert office.send_again(number) == 1
    assert office.post() == ["gone"]
    assert office.finish() == 1

    assert caplog.records == []
    assert office.progress(number).counts == Counts(sent=4, audience=4)


def test_a_repair_of_a_folded_bulletin_counts_what_was_folded(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    number = finished(office)
    office.clock.move(OLD)
    folded(office)
    office.send_again(number)
    office.post()
    office.meddle(
        lambda session: tallies.add(
            session, "fault", [tallies.Change(f"bulletin:{number}", "example.jp", {"sent": -2, "failed": 1})]
        )
    )

    with caplog.at_level(logging.ERROR, "bulletins.publishing"):
        assert office.finish() == 0
    assert office.finish() == 1

    counted = office.progress(number)
    assert (counted.audience, counted.counts) == (4, Counts(sent=4, audience=4))
