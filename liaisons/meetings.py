"""地域安全の会: planned, changed, called off, held; alone or together with another meeting, which spares people a day.

Coming is never required, and nobody is noted as having come: a headcount may be.
"""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from foundation import ledger
from foundation.fiscal_year import FiscalYear
from foundation.ledger import Member
from foundation.plain_text import forbidden_character
from liaisons.meeting_tables import Meeting, MeetingArea, MeetingState
from liaisons.simple_text import settled
from subscribers.placements import day_of
from subscribers.town import Town

LONGEST_LINE = 100
LONGEST_AGENDA = 2000
LONGEST_NOTES = 5000
MOST_PEOPLE = 10_000
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)


@dataclass(frozen=True)
class Facts:
    """What people are told of a meeting."""

    starts_at: datetime
    ends_at: datetime | None
    place: str
    joint_with: str
    agenda: str

    @classmethod
    def of(cls, meeting: Meeting) -> "Facts":
        return cls(meeting.starts_at, meeting.ends_at, meeting.place, meeting.joint_with, meeting.agenda)

    @classmethod
    def told(cls, meeting: Meeting) -> "Facts | None":
        """What stands in the last letter; None where nobody was written to yet."""
        if meeting.told is None:
            return None
        kept = json.loads(meeting.told)
        starts, ends = datetime.fromisoformat(kept["starts_at"]), kept["ends_at"]
        until = datetime.fromisoformat(ends) if ends else None
        return cls(starts, until, kept["place"], kept["joint_with"], kept["agenda"])

    def packed(self) -> str:
        ends = self.ends_at.isoformat() if self.ends_at else None
        kept = {"starts_at": self.starts_at.isoformat(), "ends_at": ends, "place": self.place}
        return json.dumps({**kept, "joint_with": self.joint_with, "agenda": self.agenda}, ensure_ascii=False)


@dataclass(frozen=True)
class MeetingForm:
    """As typed; `areas` empty is the whole town."""

    day: str = ""
    starts: str = ""
    ends: str = ""
    place: str = ""
    joint: bool = False
    joint_with: str = ""
    agenda: str = ""
    areas: tuple[str, ...] = ()

    @classmethod
    def of(cls, meeting: Meeting, areas: Collection[str], zone: tzinfo) -> "MeetingForm":
        starts = meeting.starts_at.astimezone(zone)
        ends = f"{meeting.ends_at.astimezone(zone):%H:%M}" if meeting.ends_at else ""
        return cls(
            starts.date().isoformat(),
            f"{starts:%H:%M}",
            ends,
            meeting.place,
            bool(meeting.joint_with),
            meeting.joint_with,
            meeting.agenda,
            tuple(areas),
        )

    def read(self, zone: tzinfo, *, today: date) -> "Facts | dict[str, str]":
        """The facts, or sentences by the name of the field."""
        day, starts, ends = day_of(self.day, today=today), _clock(self.starts), _clock(self.ends)
        agenda = settled(self.agenda)
        errors = {
            "day": "" if day else "日付を選んでください（1年先までです）。",
            "starts": "" if starts else "始まりの時刻を、14:00のように入力してください。",
            "ends": _ends_fault(self.ends, starts, ends),
            "place": _line_fault("場所", self.place, required=True),
            "joint_with": _line_fault("会合の名前", self.joint_with, required=self.joint),
            "agenda": _text_fault("話すこと", agenda, LONGEST_AGENDA),
        }
        if day is None or starts is None or any(errors.values()):
            return {name: sentence for name, sentence in errors.items() if sentence}
        until = datetime.combine(day, ends, zone) if ends else None
        return Facts(datetime.combine(day, starts, zone), until, self.place.strip(), self.joint_with.strip(), agenda)


class UnknownMeeting(Exception):
    """この会の記録はありません。"""


class MeetingNotSo(Exception):
    """What was asked does not fit how the meeting stands; the text says why, in Japanese."""


def find(session: Session, meeting_id: int, *, to_change: bool = False) -> Meeting:
    """Raises UnknownMeeting."""
    meeting = session.get(Meeting, meeting_id, with_for_update=to_change or None)
    if meeting is None:
        raise UnknownMeeting(UnknownMeeting.__doc__)
    return meeting


def every(session: Session, *, limit: int) -> Sequence[Meeting]:
    """The latest day first."""
    return session.scalars(select(Meeting).order_by(Meeting.starts_at.desc(), Meeting.id.desc()).limit(limit)).all()


def asked_for(session: Session, *, at: datetime, limit: int = 20) -> Sequence[Meeting]:
    """Those to come whose letter waits for a second person, the next first."""
    query = select(Meeting).where(Meeting.asked_at.is_not(None), Meeting.starts_at > at)
    return session.scalars(query.order_by(Meeting.starts_at, Meeting.id).limit(limit)).all()


def areas_of(session: Session, meeting_id: int) -> tuple[str, ...]:
    query = select(MeetingArea.area).where(MeetingArea.meeting_id == meeting_id)
    return tuple(session.scalars(query.order_by(MeetingArea.area)))


def areas_of_each(session: Session, meeting_ids: Collection[int]) -> Mapping[int, Sequence[str]]:
    """The same of many; one for the whole town is left out."""
    found: Mapping[int, list[str]] = defaultdict(list)
    query = select(MeetingArea.meeting_id, MeetingArea.area).where(MeetingArea.meeting_id.in_(meeting_ids))
    for number, area in session.execute(query.order_by(MeetingArea.area)):
        found[number].append(area)
    return found


def plan(session: Session, facts: Facts, areas: Collection[str], by: Member, *, at: datetime) -> Meeting:
    meeting = Meeting(**vars(facts), made_by_id=by.id, made_by_name=by.name, created_at=at)
    session.add(meeting)
    session.flush()
    _put_areas(session, meeting.id, areas)
    ledger.write(session, by.deed("meeting.planned", subject(meeting)), at=at)
    return meeting


def change(
    session: Session, meeting: Meeting, facts: Facts, areas: Collection[str], by: Member, *, at: datetime
) -> None:
    """Whoever was written to hears of it by a letter that is asked for anew; the areas stay then. Raises
    MeetingNotSo."""
    _check_planned(meeting, "変更")
    for name, value in vars(facts).items():
        setattr(meeting, name, value)
    if meeting.told is None:
        _put_areas(session, meeting.id, areas)
    meeting.revision += 1
    forget_asking(meeting)
    session.flush()
    ledger.write(session, by.deed("meeting.changed", subject(meeting)), at=at)


def hold(session: Session, meeting: Meeting, notes: str, headcount: int | None, by: Member, *, at: datetime) -> None:
    """It took place; the notes may be written on later. Raises MeetingNotSo before its time and where it was called
    off."""
    if meeting.state == MeetingState.CALLED_OFF:
        raise MeetingNotSo("この会は中止しました。記録は残せません。")
    if at < meeting.starts_at:
        raise MeetingNotSo("まだ始まっていない会です。終わってから記録してください。")
    meeting.state, meeting.notes, meeting.headcount = MeetingState.HELD.value, notes, headcount
    meeting.revision += 1
    forget_asking(meeting)
    session.flush()
    ledger.write(session, by.deed("meeting.noted", subject(meeting)), at=at)


def notes_fault(notes: str) -> str:
    return _text_fault("記録", notes, LONGEST_NOTES)


def read_headcount(text: str) -> int | str | None:
    """None where nothing was typed, a sentence where it is no number."""
    plain = text.strip().removesuffix("人")
    if not plain:
        return None
    if plain.isdecimal() and len(plain) <= 5 and int(plain) <= MOST_PEOPLE:
        return int(plain)
    return f"人数は、{MOST_PEOPLE:,}までの数字で入力してください。"


def forget_asking(meeting: Meeting) -> None:
    meeting.asked_at = meeting.asked_by_id = meeting.asked_by_name = meeting.asked_let_in_by = None


def subject(meeting: Meeting) -> str:
    return f"meeting:{meeting.id}"


def of_liaison_areas(session: Session, areas: Collection[str], *, limit: int = 20) -> Sequence[Meeting]:
    """Those for one of these areas or for the whole town, and all where none is named; the latest first."""
    query = select(Meeting).order_by(Meeting.starts_at.desc(), Meeting.id.desc()).limit(limit)
    if areas:
        mine = select(MeetingArea.meeting_id).where(MeetingArea.area.in_(areas))
        query = query.where(or_(Meeting.id.in_(mine), Meeting.id.not_in(select(MeetingArea.meeting_id))))
    return session.scalars(query).all()


@dataclass(frozen=True)
class YearOfMeetings:
    """`joint` of those held were together with another meeting; `people` were counted at `counted` of them."""

    held: int
    joint: int
    called_off: int
    counted: int
    people: int


def yearly_meetings(session: Session, year: int, zone: tzinfo) -> YearOfMeetings:
    """Of a fiscal year, named by the calendar year of its April."""
    span = FiscalYear(year, zone)
    query = select(Meeting).where(Meeting.starts_at >= span.begin, Meeting.starts_at < span.end)
    found = session.scalars(query).all()
    held = [each for each in found if each.state == MeetingState.HELD]
    counts = [each.headcount for each in held if each.headcount is not None]
    called_off = sum(each.state == MeetingState.CALLED_OFF for each in found)
    return YearOfMeetings(len(held), sum(bool(each.joint_with) for each in held), called_off, len(counts), sum(counts))


def known_areas(town: Town, ticked: Collection[str], *, everywhere: bool) -> tuple[str, ...]:
    """Empty for the whole town, also where all are ticked or none."""
    keys = tuple(area.key for area in town.areas if area.key in ticked)
    return () if everywhere or len(keys) == len(town.areas) else keys


def labels_of(town: Town, areas: Collection[str]) -> Sequence[str]:
    names: Mapping[str, str] = {area.key: area.label for area in town.areas}
    return [names.get(area, area) for area in areas] or ["市内全域"]


def _check_planned(meeting: Meeting, asked: str) -> None:
    if meeting.state != MeetingState.PLANNED:
        raise MeetingNotSo(f"「{MeetingState(meeting.state).label}」の会なので、{asked}できません。")


def _put_areas(session: Session, meeting_id: int, areas: Collection[str]) -> None:
    session.execute(delete(MeetingArea).where(MeetingArea.meeting_id == meeting_id))
    session.add_all(MeetingArea(meeting_id=meeting_id, area=area) for area in sorted(set(areas)))
    session.flush()


def _clock(text: str) -> time | None:
    match = _CLOCK.fullmatch(text.strip())
    return time(int(match[1]), int(match[2])) if match else None


def _ends_fault(typed: str, starts: time | None, ends: time | None) -> str:
    if typed.strip() and ends is None:
        return "終わりの時刻を、15:30のように入力してください。"
    if starts is not None and ends is not None and ends <= starts:
        return "終わりの時刻は、始まりよりあとにしてください。"
    return ""


def _line_fault(label: str, text: str, *, required: bool) -> str:
    if required and not text.strip():
        return f"{label}を入力してください。"
    if len(text) > LONGEST_LINE:
        return f"{label}は{LONGEST_LINE}文字までで書いてください。"
    return f"{label}に、改行や制御文字は使えません。" if forbidden_character(text.strip()) is not None else ""


def _text_fault(label: str, text: str, longest: int) -> str:
    if len(text) > longest:
        return f"{label}は{longest:,}文字までで書いてください（いま{len(text):,}文字）。"
    if forbidden_character(text, several_lines=True) is not None:
        return f"{label}に、使えない文字（制御文字など）があります。"
    return ""
