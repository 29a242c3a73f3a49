"""One meeting as its page shows it: what it says, who was told, and what is to be done next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from admin.frame.japanese_times import start_words
from liaisons import meeting_people, meetings
from liaisons.meeting_letters import MeetingLetters, Sending, when_words
from liaisons.meeting_tables import Meeting, MeetingState
from liaisons.meetings import Facts
from liaisons.simple_text import Block, blocks
from mailer.letter import Letter

_GAPS = {"{page}": "（連絡員ごとのリンク）"}


@dataclass(frozen=True)
class MeetingView:
    """`starts` is when letters confirmed now would leave, in words; empty where they would come too late."""

    meeting: Meeting
    areas: Sequence[str]
    when: str
    agenda: Sequence[Block]
    notes: Sequence[Block]
    begun: bool
    sending: Sending
    starts: str
    by_hand: int
    invited: int
    letter: Letter
    calendar: str

    @property
    def state(self) -> MeetingState:
        return MeetingState(self.meeting.state)

    @property
    def ahead(self) -> bool:
        return self.state is MeetingState.PLANNED and not self.begun

    @property
    def headcount(self) -> str:
        return "" if self.meeting.headcount is None else str(self.meeting.headcount)


def meeting_view(session: Session, letters: MeetingLetters, meeting: Meeting, *, at: datetime) -> MeetingView:
    town, sending = letters.town, letters.sending(session, meeting, at=at)
    changed = bool(sending.changed)
    return MeetingView(
        meeting=meeting,
        areas=meetings.labels_of(town, meetings.areas_of(session, meeting.id)),
        when=when_words(Facts.of(meeting), town.zone),
        agenda=blocks(meeting.agenda),
        notes=blocks(meeting.notes),
        begun=at >= meeting.starts_at,
        sending=sending,
        starts=start_words(sending.due, town.zone, at=at).text if sending.due else "",
        by_hand=len(meeting_people.by_hand(session, meeting, at=at)),
        invited=meeting_people.number_invited(session, meeting.id),
        letter=_filled(letters.change_letter(meeting) if changed else letters.invitation(meeting)),
        calendar=letters.calendar_address(meeting),
    )


def _filled(letter: Letter) -> Letter:
    """As somebody reads it, with words where each has a link of their own."""
    text = letter.body + letter.tail
    for gap, words in _GAPS.items():
        text = text.replace(gap, words)
    return Letter(letter.subject, text)
