"""The year: April's review, the hand-over, and figures that know nothing of forwarding."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from foundation.fiscal_year import FiscalYear
from liaisons import figures, handover, listing, register, review
from liaisons.dealings import Dealt, NoDealings, VoiceCount
from liaisons.life import WrongMove
from liaisons.listing import Shown, Wanted
from liaisons.tables import Liaison
from mailer.outbox_tables import OutboxRow
from tests.liaisons.office import SATO, Clerk, Office

APRIL = datetime(2027, 3, 31, 15, 0, tzinfo=UTC)  # the first of April begins in Japan


class Counted:
    """As the rooms of voices and meetings would count."""

    def with_each(self, session: Session, liaison_ids: Sequence[int]) -> Mapping[int, Dealt]:
        return {number: Dealt(3, 2) for number in liaison_ids[:1]}

    def voices(self, session: Session, begin: datetime, end: datetime) -> VoiceCount:
        return VoiceCount(3, 2) if begin <= datetime(2026, 11, 20, tzinfo=UTC) < end else VoiceCount()


def left(office: Office) -> list[int]:
    with office.database.read() as session:
        found = review.left(session, office.town.zone, at=office.clock.now())
        assert review.count_left(session, office.town.zone, at=office.clock.now()) == len(found)
        return [row.id for row in found]


def confirm(office: Office, number: int) -> None:
    with office.database.write() as session:
        review.confirm(session, number, SATO, zone=office.town.zone, at=office.clock.now())


def test_each_april_every_active_entry_is_looked_at_once(office: Office) -> None:
    old, asked = office.active(), office.ask(name="打診中の人", way="phone", address="")
    before = left(office)
    office.clock.set(APRIL - timedelta(seconds=1))
    still = left(office)
    office.clock.set(APRIL)
    young = office.active(name="四月からの人", address="april@example.jp")

    due = left(office)
    confirm(office, old)
    confirm(office, old)

    assert (before, still, due, left(office)) == ([], [], [old], [])
    assert office.deeds(old).count("liaison.reviewed") == 1
    assert "liaison.reviewed" not in office.deeds(young)
    with pytest.raises(WrongMove):
        confirm(office, asked)


def test_the_review_writes_to_no_liaison(office: Office) -> None:
    number = office.active()
    office.clock.set(APRIL)
    with office.database.read() as session:
        before = session.query(OutboxRow).count()

    confirm(office, number)

    with office.database.read() as session:
        assert session.query(OutboxRow).count() == before == 0


def test_a_new_officer_takes_over_all_liaisons_of_the_old_one(office: Office) -> None:
    mine, ended = office.active(), office.active(name="終わる人", address="owaru@example.jp")
    office.end(ended)
    with office.database.write() as session:
        other = register.ask(
            session, office.entry(name="別の人", address="x@example.jp"), Clerk(9, "別の職員"), at=office.clock.now()
        ).id
    with office.database.read() as session:
        sheet = handover.sheet(session, SATO.id, Counted(), at=office.clock.now())
        bare = handover.sheet(session, SATO.id, NoDealings(), at=office.clock.now())

    with office.database.write() as session:
        moved = handover.hand_over(session, SATO.id, 11, SATO, at=office.clock.now())
        none = handover.hand_over(session, 11, 11, SATO, at=office.clock.now())

    assert [(each.line.liaison.id, each.dealt) for each in sheet] == [(mine, Dealt(3, 2))]
    assert bare[0].dealt == Dealt()
    assert (moved, none) == (1, 0)
    assert [office.liaison(each).officer_id for each in (mine, other, ended)] == [11, 9, None]
    assert office.ledger()[-1].details == '{"officer": ["staff:7", "staff:11"]}'


def test_the_figures_of_a_past_year_stand_although_who_ended_was_emptied(office: Office) -> None:
    zone = office.town.zone
    office.active()
    whole = office.active(name="市内の人", address="shinai@example.jp", areas=())
    two = office.active(name="二つの人", address="futatsu@example.jp", areas=("east", "north"))
    office.ask(name="打診中の人", way="phone", address="")
    office.end(whole)
    office.clock.set(APRIL)
    office.end(two)
    office.again(two, "戻ると言われた", name="二つの人", address="futatsu@example.jp", areas=("south",))
    office.consent(two)
    office.activate(two)

    with office.database.read() as session:
        known = [year.number for year in figures.years(session, FiscalYear.of(office.clock.now(), zone))]
        then, now = (figures.figures(session, FiscalYear(year, zone), Counted()) for year in (2026, 2027))

    assert known == [2027, 2026]
    assert (then.active, then.whole_town, dict(then.by_area)) == (2, 0, {"east": 2, "north": 1})
    assert (then.began, then.ended, then.voices, then.voices.share) == (3, 1, VoiceCount(3, 2), 66)
    assert (now.active, dict(now.by_area), now.began, now.ended) == (2, {"east": 1, "south": 1}, 1, 1)
    assert now.voices.share is None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), ["打診", "休", "活"]),
        (Wanted(shown=Shown.ACTIVE), ["活"]),
        (Wanted(shown=Shown.RESTING), ["休"]),
        (Wanted(shown=Shown.DECLINED), ["見送"]),
        (Wanted(area="north"), ["打診", "休"]),
        (Wanted(words="若葉 野"), ["打診", "休", "活"]),
        (Wanted(words="活"), ["活"]),
        (Wanted(words="ＰＴＡ"), []),
        (Wanted(officer_id=99), []),
        (Wanted(words="%' OR 1=1 --\0"), []),
    ],
    ids=str,
)
def test_the_list_is_narrowed_by_words_area_state_and_officer(office: Office, wanted: Wanted, found: list[str]) -> None:
    at = office.clock.now()
    office.ask(name="打診", way="phone", address="", areas=())
    resting = office.active(name="休", address="yasumi@example.jp", areas=("north",))
    office.active(name="活", address="katsu@example.jp")
    declined = office.ask(name="見送", way="phone", address="")
    office.decline(declined)
    with office.database.write() as session:
        register.rest(session, resting, SATO, until=at + timedelta(weeks=1), at=at)

    with office.database.read() as session:
        lines = listing.listed(session, wanted, at=at)

    assert {line.liaison.name for line in lines} == set(found)
    assert all(isinstance(line.liaison, Liaison) for line in lines)
