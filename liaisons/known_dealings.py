"""What the office had to do with its liaisons, counted where voices and meetings are kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from liaisons.dealings import Dealt, VoiceCount
from liaisons.meeting_tables import MeetingInvited
from liaisons.voice_tables import Voice


class KnownDealings:
    """Fills the port `Dealings`. Meetings are those somebody was written to about: who came is noted nowhere."""

    def with_each(self, session: Session, liaison_ids: Sequence[int]) -> Mapping[int, Dealt]:
        voices = _by_liaison(session, Voice.liaison_id, liaison_ids)
        meetings = _by_liaison(session, MeetingInvited.liaison_id, liaison_ids)
        return {each: Dealt(voices.get(each, 0), meetings.get(each, 0)) for each in {*voices, *meetings}}

    def voices(self, session: Session, begin: datetime, end: datetime) -> VoiceCount:
        """One that could not be done was answered, too: the person was told why."""
        closed = Voice.closed_at.is_not(None)
        found = session.execute(
            select(func.count(), func.count().filter(closed)).where(Voice.received_at >= begin, Voice.received_at < end)
        ).one()
        return VoiceCount(*found)


def _by_liaison(session: Session, column: InstrumentedAttribute[Any], wanted: Sequence[int]) -> Mapping[int, int]:
    counted = select(column, func.count()).where(column.in_(wanted)).group_by(column)
    return dict(session.execute(counted).tuples().all())
