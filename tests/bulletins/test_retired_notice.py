"""What the office does not use any more is taken up by no draft and sent by nobody alone."""

from collections.abc import Callable

import pytest

from bulletins import notice_versions
from bulletins.approval import Decision
from bulletins.drafting import Sheet
from bulletins.notice_shelf import NoticeRetired
from bulletins.rough_drafts import RoughDrafts, Stroke
from bulletins.solo import SoloDelivery
from bulletins.tables import Bulletin
from tests.bulletins.office import ANNA, CHIE, SHEET, Office


def event(office: Office) -> Sheet:
    return Sheet("event", office.home.shelf.get("event").example)


def retire(office: Office) -> None:
    office.meddle(lambda session: notice_versions.retire(session, "event", CHIE, at=office.clock.now()))
    office.home.shelf.now(anew=True)


def by_button(office: Office, number: int) -> None:
    office.change(number, event(office))


def by_itself(office: Office, number: int) -> None:
    with office.database.write() as session:
        rough, bulletin = RoughDrafts(office.home.drafting), session.get_one(Bulletin, number)
        rough.write(session, bulletin, Stroke(event(office), quiet=True), ANNA, at=office.clock.now())


@pytest.mark.parametrize("change", [by_button, by_itself])
def test_no_draft_takes_up_a_retired_notice_and_one_that_has_it_keeps_it(
    office: Office, change: Callable[[Office, int], None]
) -> None:
    other, written = office.draft(SHEET), office.draft(event(office))
    retire(office)

    with pytest.raises(NoticeRetired):
        change(office, other)
    change(office, written)

    assert office.bulletin(other).notice == "plain"


def test_a_retired_notice_is_sent_by_nobody_alone(office: Office) -> None:
    home = office.home
    solo = SoloDelivery(home.approval, frozenset({"event"}), home.approval_letters)
    number = office.draft(event(office))
    retire(office)

    with pytest.raises(NoticeRetired), office.database.write() as session:
        solo.send(session, number, Decision(reason="夜間のため"), ANNA, at=office.clock.now())

    assert office.order(number) is None
