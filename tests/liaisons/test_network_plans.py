"""However large the register grows, what pages about liaisons ask stays as small as the network."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, text

from bulletins.redaction import Redaction
from bulletins.tables import Bulletin
from foundation.database import Database
from liaisons import circles, forward_orders, meeting_people, meetings, voices
from liaisons.meeting_tables import Meeting, MeetingArea
from liaisons.paper_source import PaperSource, Span
from liaisons.tables import Circle, Liaison, LiaisonState, Membership, Way
from liaisons.voice_tables import Voice, VoiceState
from liaisons.voices import Asked
from subscribers.tables import Subscriber, SubscriberState
from tests.bulletins.samples import komorebi
from tests.support.explained import explained

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
PEOPLE, MEMBERS, LIAISONS, VOICES, BULLETINS = 12_000, 2000, 60, 2000, 20

# Each row of the register looked at, or all that live gathered.
WHOLE = (re.compile(r"(?:SCAN|Seq Scan on) subscribers\b"), re.compile(r"LIST SUBQUERY|hashed SubPlan"))
# Each member's own row, which SQLite may read: it finds it at once.
EACH_ROW = re.compile(r"using pk_subscribers|Seq Scan on subscribers")
SORTED = re.compile(r"USE TEMP B-TREE FOR|Sort Key")


@pytest.fixture
def town(database: Database) -> Database:
    """One large circle, liaisons all over the register, voices with long texts, bulletins and meetings."""
    with database.write() as session:
        session.execute(insert(Subscriber), [_person(number) for number in range(1, PEOPLE + 1)])
        session.execute(insert(Liaison), [_liaison(number) for number in range(1, LIAISONS + 1)])
        session.execute(insert(Circle), [{"id": 1, "liaison_id": 1, "code": "bcdfghjkmn", "opened_at": AT}])
        joined = [{"circle_id": 1, "subscriber_id": 3 + 5 * number, "joined_at": AT} for number in range(MEMBERS)]
        session.execute(insert(Membership), joined)
        session.execute(insert(Voice), [_voice(number) for number in range(1, VOICES + 1)])
        session.execute(insert(Bulletin), [_bulletin(number) for number in range(1, BULLETINS + 1)])
        session.execute(insert(Meeting), [_meeting(number) for number in range(1, 4)])
        session.execute(insert(MeetingArea), [{"meeting_id": 2, "area": "north"}, {"meeting_id": 2, "area": "east"}])
    if not database.is_sqlite:  # where the service itself never does so
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return database


def test_a_large_circle_is_counted_without_a_walk_through_the_register(town: Database) -> None:
    with explained(town, "circle_members") as plans, town.read() as session:
        number = circles.how_many(session, 1)

        assert number == len(session.scalars(circles.members(1)).all()) == MEMBERS - MEMBERS // 20
        assert not circles.is_empty(session, 1)
        assert circles.is_empty(session, 2)
        assert circles.how_many(session, 2) == 0
    assert not EACH_ROW.search(next(iter(plans.seen.values())))


def test_whom_to_tell_of_a_meeting_by_hand_is_found_without_gathering_all_who_live(town: Database) -> None:
    with explained(town, "subscribers") as plans, town.read() as session:
        people = meeting_people.by_hand(session, meetings.find(session, 1), at=AT)

    unwritten = [number for number in range(1, LIAISONS + 1) if number % 5 == 0 or number % 3 == 0]
    assert sorted(each.id for each in people) == unwritten
    assert plans.offenders(*WHOLE) == []


def test_voices_are_listed_in_their_turn_without_sorting_their_texts(town: Database) -> None:
    with explained(town, "voices") as plans, town.read() as session:
        first = voices.listed(session, Asked(), limit=50)
        counted = voices.by_state(session)

    assert [each.id for each in first[:3]] == [10, 20, 30]  # those that are open, by their day
    assert sum(counted.values()) == VOICES
    assert not SORTED.search(next(iter(plans.seen.values())))


def test_papers_meetings_and_a_liaisons_letters_are_asked_for_in_as_many_questions_however_many_there_are(
    town: Database,
) -> None:
    source = PaperSource(komorebi(), Redaction(timedelta(days=7)))
    days = (AT.date() - timedelta(days=40), AT.date())
    with town.read() as session:
        liaison, told = session.get_one(Liaison, 1), session.scalars(select(Bulletin)).all()
        with explained(town, "bulletins") as one:
            assert len(source.of_span(session, Span(days[1], days[1]), "")) == 1
        with explained(town, "bulletins") as many:
            assert len(source.of_span(session, Span(*days), "")) == BULLETINS
        with explained(town, "bulletins") as lately:
            assert len(source.lately(session, "", at=AT)) == BULLETINS
        with explained(town, "outbox") as letters:
            assert forward_orders.those_had(session, liaison, told) == []
        with explained(town, "meeting_areas") as areas:
            assert meetings.areas_of_each(session, [1, 2, 3]) == {2: ["east", "north"]}

    assert len(many.asked) == len(one.asked) == 2
    assert len(lately.asked) == 3
    assert len(letters.asked) <= 2
    assert len(areas.asked) == 1


def _person(number: int) -> dict[str, object]:
    """One in a hundred stopped."""
    is_stopped = number % 100 == 3
    return {
        "id": number,
        "address": f"r{number}@example.jp",
        "domain": "example.jp",
        "state": (SubscriberState.STOPPED if is_stopped else SubscriberState.ACTIVE).value,
        "stopped_at": AT if is_stopped else None,
        "since": AT,
        "watch_from": AT,
    }


def _liaison(number: int) -> dict[str, object]:
    """One in five by telephone; the address of one in three is dead."""
    return {
        "id": number,
        "state": LiaisonState.ACTIVE.value,
        "name": f"連絡員{number}",
        "organisation": "町会",
        "way": (Way.PHONE if number % 5 == 0 else Way.MAIL).value,
        "subscriber_id": number * 100 + (3 if number % 3 == 0 else 1),
        "asked_at": AT,
        "asked_by_id": 1,
        "asked_by_name": "担当",
    }


def _voice(number: int) -> dict[str, object]:
    is_open = number % 10 == 0
    return {
        "id": number,
        "state": (VoiceState.RECEIVED if is_open else VoiceState.ANSWERED).value,
        "road": "form",
        "text": "街灯が切れています。" * 30,
        "received_at": AT,
        "writer_name": "",
        "area": "",
        "section": "",
        "officer_name": "",
        "due_on": f"2026-12-{1 + number // 100:02}",
        "answer": "",
        "closed_at": None if is_open else AT - timedelta(minutes=number),
        "led_to": "",
        "version": 1,
        "once_key": f"v{number}",
    }


def _bulletin(number: int) -> dict[str, object]:
    return {
        "state": "sent",
        "notice": "crime",
        "kind": "ordinary",
        "category": "市内－身近な犯罪",
        "statistic_class": "身近な犯罪",
        "to_all": False,
        "topics": "[]",
        "areas": "[]",
        "fields": json.dumps({}),
        "subject": f"その{number}",
        "text": "空き巣にご注意ください。",
        "expires_seconds": 3600,
        "created_at": AT,
        "drafter_id": 1,
        "drafter_name": "担当",
        "started_at": AT - timedelta(days=2 * (number - 1)),
        "to_liaisons": "with",
    }


def _meeting(number: int) -> dict[str, object]:
    return {
        "id": number,
        "starts_at": AT + timedelta(days=number),
        "place": "集会所",
        "joint_with": "",
        "agenda": "",
        "made_by_id": 1,
        "made_by_name": "担当",
        "created_at": AT,
    }
