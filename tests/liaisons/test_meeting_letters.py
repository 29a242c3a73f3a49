"""Letters about a meeting: two people, within the hours, once to each; a change is told to all who knew."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.database import Database
from foundation.settings import load
from liaisons import meeting_letters, meeting_people, meetings
from liaisons.meeting_letters import MeetingLetters, NotByYou, TooLate
from liaisons.meeting_tables import Meeting
from liaisons.meetings import Facts, MeetingNotSo
from liaisons.tables import LiaisonState, Way
from mailer.outbox_tables import BatchRow, BatchState, Lane, LetterRow, OutboxRow
from service.home import Home
from tests.bulletins.samples import komorebi
from tests.liaisons.network import ANNA, BEN, Member, enter
from tests.support.clock import HandClock

TOWN = komorebi()
CHIE = Member(103, "責任 千恵")
EVENING = datetime(2026, 11, 20, 18, 0, tzinfo=TOWN.zone)  # Friday, after the hours
MONDAY = datetime(2026, 11, 24, 9, 0, tzinfo=TOWN.zone)  # the 23rd is a holiday
FACTS = Facts(
    datetime(2026, 12, 10, 14, 0, tzinfo=TOWN.zone),
    datetime(2026, 12, 10, 15, 30, tzinfo=TOWN.zone),
    "中央公民館 3階和室",
    "南栗林町自治会 12月定例会",
    "・年末の見回り",
)


@pytest.fixture
def letters(database: Database, clock: HandClock, tmp_path: Path) -> MeetingLetters:
    home = Home(load({"HANSHO_DATA": str(tmp_path), "HANSHO_SECRET": "a secret of the tests"}), clock)
    return home.network.meeting_letters


def people(session: Session, at: datetime) -> None:
    enter(session, "north", at=at, areas=("north",))
    enter(session, "both", at=at, areas=("north", "south"))
    enter(session, "everywhere", at=at)
    enter(session, "south", at=at, areas=("south",))
    enter(session, "resting", at=at, areas=("north",), resting_until=at + timedelta(days=90))
    enter(session, "stopped", at=at, areas=("north",), stopped=True)
    enter(session, "asked", at=at, areas=("north",), state=LiaisonState.ASKED)
    enter(session, "phone", at=at, areas=("north",), way=Way.PHONE, phone="042-000-0001")


def planned(session: Session, *, areas: Sequence[str] = ("north",), at: datetime) -> Meeting:
    return meetings.plan(session, FACTS, areas, ANNA, at=at)


def sent(session: Session, meeting: Meeting, letters: MeetingLetters, *, at: datetime) -> int:
    letters.ask(session, meeting, ANNA, at=at)
    return letters.confirm(session, meeting, BEN, revision=meeting.revision, at=at)


def outbox(session: Session) -> list[tuple[str, str, datetime]]:
    """Whom, which letter by its subject, and when."""
    query = select(OutboxRow.address, LetterRow.subject, OutboxRow.due_at).join(
        LetterRow, LetterRow.id == OutboxRow.letter_id
    )
    return [(address.partition("@")[0], subject, due) for address, subject, due in session.execute(query)]


def test_an_invitation_reaches_the_active_of_the_areas_once_each_and_waits_for_the_hours(
    database: Database, letters: MeetingLetters
) -> None:
    with database.write() as session:
        people(session, EVENING)
        meeting = planned(session, at=EVENING)
        before = outbox(session)
        number = sent(session, meeting, letters, at=EVENING)
        rows = outbox(session)
        lanes = set(session.scalars(select(OutboxRow.lane)))
        ends = set(session.scalars(select(OutboxRow.expires_at)))

    assert before == []
    assert number == 3
    assert sorted(name for name, _, _ in rows) == ["both", "everywhere", "north"]
    assert {due for _, _, due in rows} == {MONDAY}
    assert lanes == {Lane.BULK}
    assert ends == {FACTS.starts_at}


def test_nobody_alone_sends_an_invitation_not_even_with_an_account_they_let_in(
    database: Database, letters: MeetingLetters
) -> None:
    let_in = Member(104, "招かれた人", let_in_by=ANNA.id)
    asker = Member(105, "依頼した人", let_in_by=BEN.id)
    with database.write() as session:
        people(session, EVENING)
        meeting = planned(session, at=EVENING)
        letters.ask(session, meeting, ANNA, at=EVENING)
        for alone in (ANNA, let_in):
            with pytest.raises(NotByYou):
                letters.confirm(session, meeting, alone, revision=1, at=EVENING)
        letters.take_back(session, meeting, ANNA, at=EVENING)
        letters.ask(session, meeting, asker, at=EVENING)
        with pytest.raises(NotByYou):
            letters.confirm(session, meeting, BEN, revision=1, at=EVENING)
        rows = outbox(session)

    assert rows == []


def test_what_changed_after_it_was_asked_for_is_not_sent(database: Database, letters: MeetingLetters) -> None:
    with database.write() as session:
        people(session, EVENING)
        meeting = planned(session, at=EVENING)
        letters.ask(session, meeting, ANNA, at=EVENING)
        meetings.change(session, meeting, replace(FACTS, place="別の場所"), ("north",), ANNA, at=EVENING)
        with pytest.raises(MeetingNotSo):
            letters.confirm(session, meeting, BEN, revision=2, at=EVENING)
        letters.ask(session, meeting, ANNA, at=EVENING)
        with pytest.raises(MeetingNotSo):
            letters.confirm(session, meeting, BEN, revision=1, at=EVENING)
        rows = outbox(session)

    assert rows == []


def test_confirmed_twice_it_leaves_once_and_who_joins_later_gets_it_alone(
    database: Database, letters: MeetingLetters
) -> None:
    with database.write() as session:
        people(session, EVENING)
        meeting = planned(session, at=EVENING)
        sent(session, meeting, letters, at=EVENING)
        with pytest.raises(MeetingNotSo):
            letters.confirm(session, meeting, BEN, revision=meeting.revision, at=EVENING)
        with pytest.raises(MeetingNotSo):
            letters.ask(session, meeting, ANNA, at=EVENING)
        enter(session, "late", at=EVENING, areas=("north",))
        number = sent(session, meeting, letters, at=EVENING + timedelta(days=7))
        names = sorted(name for name, _, _ in outbox(session))

    assert number == 1
    assert names == ["both", "everywhere", "late", "north"]
    assert meeting.sequence == 0


def test_a_change_reaches_those_who_knew_and_what_had_not_left_is_withdrawn(
    database: Database, letters: MeetingLetters
) -> None:
    moved = replace(FACTS, starts_at=FACTS.starts_at + timedelta(days=1), ends_at=None)
    with database.write() as session:
        people(session, EVENING)
        meeting = planned(session, at=EVENING)
        sent(session, meeting, letters, at=EVENING)
        meetings.change(session, meeting, moved, ("south",), ANNA, at=EVENING)
        number = sent(session, meeting, letters, at=EVENING)
        rows = outbox(session)
        states = list(session.execute(select(BatchRow.batch, BatchRow.state).order_by(BatchRow.batch)))
        body = letters.change_letter(meeting).tail

    assert number == 3
    changed = [name for name, subject, _ in rows if "変更" in subject]
    assert sorted(changed) == ["both", "everywhere", "north"], "the areas stay once people were invited"
    assert [state for _, state in states] == [BatchState.WITHDRAWN, BatchState.OPEN]
    assert meeting.sequence == 1
    assert "南栗林町自治会" in body


def test_calling_off_takes_one_person_and_tells_everybody_who_was_told(
    database: Database, letters: MeetingLetters
) -> None:
    with database.write() as session:
        people(session, EVENING)
        meeting = planned(session, at=EVENING)
        sent(session, meeting, letters, at=EVENING)
        # Changed, and not told yet: the letter speaks of what people know.
        meetings.change(session, meeting, replace(FACTS, place="だれも知らない場所"), (), ANNA, at=EVENING)
        number = letters.call_off(session, meeting, ANNA, at=EVENING)
        off = session.scalars(select(LetterRow).where(LetterRow.subject.contains("中止"))).one()
        with pytest.raises(MeetingNotSo):
            letters.call_off(session, meeting, ANNA, at=EVENING)
        token = letters.calendar_address(meeting).rpartition("/")[2].removesuffix(".ics")
        entry = letters.entry(session, token)

    assert number == 3
    assert FACTS.place in off.tail
    assert "だれも知らない場所" not in off.tail
    assert entry is not None
    assert (entry.method, entry.sequence) == ("CANCEL", 1)


def test_what_would_come_after_the_beginning_is_not_sent(database: Database, letters: MeetingLetters) -> None:
    saturday = replace(FACTS, starts_at=EVENING + timedelta(days=1), ends_at=None)
    morning = EVENING - timedelta(hours=8)
    with database.write() as session:
        people(session, morning)
        late = meetings.plan(session, saturday, (), ANNA, at=EVENING)
        with pytest.raises(TooLate):
            letters.ask(session, late, ANNA, at=EVENING)
        meeting = meetings.plan(session, saturday, (), ANNA, at=morning)
        sent(session, meeting, letters, at=morning)
        number = letters.call_off(session, meeting, ANNA, at=EVENING)

    assert number == 0


def test_those_without_mail_are_told_by_hand_and_nobody_twice(database: Database, letters: MeetingLetters) -> None:
    with database.write() as session:
        people(session, EVENING)
        enter(session, "paper", at=EVENING, way=Way.PAPER)
        enter(session, "fax", at=EVENING, way=Way.FAX, areas=("south",))
        meeting = planned(session, at=EVENING)
        by_hand = {each.name for each in meeting_people.by_hand(session, meeting, at=EVENING)}

    assert by_hand == {"stopped", "phone", "paper"}


def test_the_letter_says_that_nobody_has_to_come_and_holds_each_ones_own_link(
    database: Database, letters: MeetingLetters
) -> None:
    with database.write() as session:
        meeting = planned(session, at=EVENING)
        letter = letters.invitation(meeting)

    assert letter.subject == f"【{TOWN.service_name}】地域安全の会のご案内（12月10日(木)）"
    for words in (
        "12月10日(木) 午後2時から午後3時30分まで",
        FACTS.place,
        FACTS.joint_with,
        "出欠のご連絡はいりません",
        ".ics",
    ):
        assert words in letter.tail
    assert "\n{page}/materials\n" in letter.tail
    assert list(letter.links) == ["page"]


def test_a_calendar_entry_tells_only_what_two_people_let_out(database: Database, letters: MeetingLetters) -> None:
    with database.write() as session:
        people(session, EVENING)
        meeting = planned(session, at=EVENING)
        token = letters.keyring.sign(meeting_letters.PURPOSE, meeting.id)
        unsent = letters.entry(session, token)
        sent(session, meeting, letters, at=EVENING)
        meetings.change(session, meeting, replace(FACTS, place="まだ知らせていない場所"), (), CHIE, at=EVENING)
        entry = letters.entry(session, token)

    assert unsent is None
    assert entry is not None
    assert (entry.place, entry.sequence) == (FACTS.place, 0)


def test_batches_whose_letters_have_ended_grow_old(database: Database, letters: MeetingLetters) -> None:
    with database.write() as session:
        people(session, EVENING)
        sent(session, planned(session, at=EVENING), letters, at=EVENING)
        meeting_letters.end_batches(session, at=EVENING)
        open_still = list(session.scalars(select(BatchRow.ended_at)))
        for row in session.scalars(select(OutboxRow)):
            row.state = "sent"
        session.flush()
        meeting_letters.end_batches(session, at=MONDAY)
        ended = list(session.scalars(select(BatchRow.ended_at)))

    assert (open_still, ended) == ([None], [MONDAY])
