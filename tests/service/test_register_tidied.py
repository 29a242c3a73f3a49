"""The timetable keeps what the register promises: names go when their time is over, without anybody's hand."""

from datetime import timedelta

from sqlalchemy import select

from liaisons import candidates, links, own_page
from liaisons.candidates import ASIDE_KEPT, CandidateForm, CandidateRow
from liaisons.emptying import DECLINED_KEPT
from liaisons.links import LiaisonLink
from service.timetable import Timetable
from tests.liaisons.office import SATO, Office
from tests.support.reception import Reception

FORM = CandidateForm("鈴木 花子", "丘の上小PTA", "見守りに熱心です。", "学校へ電話", "学校教育課")


def test_names_and_links_go_by_the_clock(house: Reception) -> None:
    office = Office.opened(house.database, house.clock)
    declined, active = office.ask(), office.active(name="別の人", address="other@example.jp")
    office.decline(declined)
    with house.database.write() as session:
        row = candidates.send(session, FORM, SATO, at=house.clock.now())
        candidates.put_aside(session, row.id, "いまは足りています", SATO, at=house.clock.now())
        subscriber, stationery = office.liaison(active).subscriber_id or 0, office.asking.stationery
        own_page.send_link(session, stationery, office.keyring, subscriber, at=house.clock.now())
    seen = []

    for span in (timedelta(0), links.LIVES[links.LinkPurpose.OWN_PAGE], ASIDE_KEPT, DECLINED_KEPT):
        house.clock.move(span)
        Timetable(house.home).tidy(house.clock.now())
        with house.database.read() as session:
            held = len(session.scalars(select(LiaisonLink)).all())
            candidate = session.scalars(select(CandidateRow.name)).one()
        seen.append((held, candidate, office.liaison(declined).name))

    assert seen == [
        (1, "鈴木 花子", "田中 一郎"),
        (0, "鈴木 花子", "田中 一郎"),
        (0, "", "田中 一郎"),
        (0, "", ""),
    ]
    assert office.liaison(active).name == "別の人"
