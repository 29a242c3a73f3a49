"""The mail that asks whoever may confirm a letter about a meeting to look at it; it holds no address of a liaison."""

from datetime import datetime

from sqlalchemy.orm import Session

from admin.desk import approvers
from admin.desk.approval_letters import to_each, to_whom
from admin.people.staff import Colleague
from foundation.era import day_and_weekday
from liaisons.meeting_letters import MeetingLetters, when_words
from liaisons.meeting_tables import Meeting
from liaisons.meetings import Facts
from mailer import outbox
from subscribers.stationery import as_reply


def tell(session: Session, letters: MeetingLetters, meeting: Meeting, asker: Colleague, *, at: datetime) -> None:
    """In the transaction of the asking, and never in its way."""
    facts, zone = Facts.of(meeting), letters.town.zone
    told = {
        "asked_by": asker.name,
        "page": f"{letters.stationery.public_url}/admin/meetings/{meeting.id}",
        "day": day_and_weekday(facts.starts_at.astimezone(zone).date()),
        "when": when_words(facts, zone),
        "place": facts.place,
        "people": letters.sending(session, meeting, at=at).number,
    }

    def write(one: Colleague) -> None:
        post = as_reply(f"meeting-asked:{meeting.id}:{at.isoformat()}", at=at)
        outbox.reply(session, letters.stationery.letter("meeting-asked", told | {"name": one.name}), post, to_whom(one))

    people = approvers.asked(session, besides=(asker.id, asker.let_in_by))
    to_each(session, [one for one in people if one.let_in_by != asker.id], write)
