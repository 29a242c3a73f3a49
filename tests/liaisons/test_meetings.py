"""Meetings: what may be planned, changed and noted, and what the year tells of them."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from foundation.database import Database
from liaisons import meetings
from liaisons.meeting_tables import MeetingState
from liaisons.meetings import Facts, MeetingForm, MeetingNotSo, UnknownMeeting
from tests.bulletins.samples import komorebi
from tests.liaisons.network import ANNA
from tests.support.clock import HandClock

TOWN = komorebi()
TODAY = date(2026, 11, 20)
FORM = MeetingForm("2026-12-10", "14:00", "15:30", "中央公民館 3階和室", agenda="・最近の事件\n・年末の見回り")


def facts(**values: object) -> Facts:
    read = replace(FORM, **values).read(TOWN.zone, today=TODAY)  # type: ignore[arg-type]  # of several kinds
    assert isinstance(read, Facts)
    return read


def test_a_form_is_read_by_the_clock_of_the_town() -> None:
    read = facts()

    assert read.starts_at == datetime(2026, 12, 10, 14, 0, tzinfo=TOWN.zone)
    assert read.ends_at == datetime(2026, 12, 10, 15, 30, tzinfo=TOWN.zone)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"day": ""}, "day"),
        ({"day": "2026-02-30"}, "day"),
        ({"day": "2030-01-01"}, "day"),
        ({"starts": "25:00"}, "starts"),
        ({"starts": "あ"}, "starts"),
        ({"ends": "13:59"}, "ends"),
        ({"ends": "x"}, "ends"),
        ({"place": " "}, "place"),
        ({"place": "あ" * 101}, "place"),
        ({"place": "a\x00b"}, "place"),
        ({"joint": True}, "joint_with"),
        ({"agenda": "あ" * 2001}, "agenda"),
        ({"agenda": "\x07"}, "agenda"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused_at_its_field(values: dict[str, object], field: str) -> None:
    read = replace(FORM, **values).read(TOWN.zone, today=TODAY)  # type: ignore[arg-type]  # of several kinds

    assert isinstance(read, dict)
    assert list(read) == [field]


def test_notes_are_taken_after_the_beginning_only_and_never_of_what_was_called_off(
    database: Database, clock: HandClock
) -> None:
    with database.write() as session:
        meeting = meetings.plan(session, facts(), (), ANNA, at=clock.now())
        with pytest.raises(MeetingNotSo):
            meetings.hold(session, meeting, "早すぎる", None, ANNA, at=clock.now())
        clock.set(meeting.starts_at + timedelta(hours=2))
        meetings.hold(session, meeting, "見回りの順を決めた。", 14, ANNA, at=clock.now())
        with pytest.raises(MeetingNotSo):
            meetings.change(session, meeting, facts(), (), ANNA, at=clock.now())
        off = meetings.plan(session, facts(), (), ANNA, at=clock.now())
        off.state = MeetingState.CALLED_OFF.value
        with pytest.raises(MeetingNotSo):
            meetings.hold(session, off, "", None, ANNA, at=clock.now())

    assert (meeting.state, meeting.notes, meeting.headcount) == ("held", "見回りの順を決めた。", 14)


def test_the_year_counts_what_was_held_alone_or_with_others_and_the_people_where_they_were_counted(
    database: Database, clock: HandClock
) -> None:
    after = datetime(2027, 5, 1, tzinfo=TOWN.zone)
    with database.write() as session:
        for day, people, joint in (("2026-04-01", 12, "定例会"), ("2027-03-31", None, ""), ("2027-04-01", 9, "")):
            planned = facts(day=day, joint_with=joint)
            meeting = meetings.plan(session, planned, ("north",), ANNA, at=clock.now())
            meetings.hold(session, meeting, "", people, ANNA, at=after)
        meetings.plan(session, facts(), (), ANNA, at=clock.now()).state = MeetingState.CALLED_OFF.value
        session.flush()
        year = meetings.yearly_meetings(session, 2026, TOWN.zone)

    assert year == meetings.YearOfMeetings(held=2, joint=1, called_off=1, counted=1, people=12)


def test_an_area_has_its_own_meetings_and_those_of_the_whole_town(database: Database, clock: HandClock) -> None:
    with database.write() as session:
        for place, areas in (("北", ("north",)), ("南", ("south",)), ("全域", ())):
            meetings.plan(session, facts(place=place), areas, ANNA, at=clock.now())
        north = {each.place for each in meetings.of_liaison_areas(session, ("north",))}
        everywhere = {each.place for each in meetings.of_liaison_areas(session, ())}

    assert north == {"北", "全域"}
    assert everywhere == {"北", "南", "全域"}


@pytest.mark.parametrize(("typed", "read"), [("", None), ("14", 14), ("１４人", 14), (" 0 ", 0)])
def test_a_headcount_is_read_as_it_is_typed(typed: str, read: int | None) -> None:
    assert meetings.read_headcount(typed) == read


@pytest.mark.parametrize("typed", ["たくさん", "-1", "10001", "9" * 99, "1.5"])
def test_what_is_no_headcount_is_a_sentence(typed: str) -> None:
    assert isinstance(meetings.read_headcount(typed), str)


def test_a_meeting_that_is_not_there_is_unknown(database: Database) -> None:
    with database.read() as session, pytest.raises(UnknownMeeting):
        meetings.find(session, 999)
