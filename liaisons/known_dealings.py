"""What the office had to do with its liaisons, counted where voices and meetings are kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from liaisons.dealings import Dealt, VoiceCount
from liaisons.meeting_tables import MeetingInvited
from liaisons.voice_tables import Voice


class KnownDealings:
    """Fills the port `Dealings`. Meetings are those somebody was written to about: who came is noted nowhere."""

    def with_each(self, session: Session, liaison_ids: Sequence[int]) -> Mapping[int, Dealt]:
        told = (
            select(Voice.liaison_id, func.count()).where(Voice.liaison_id.in_(liaison_ids)).group_by(Voice.liaison_id)
        )
        met = (
            select(MeetingInvited.liaison_id, func.count())
            .where(MeetingInvited.liaison_id.in_(liaison_ids))
            .group_by(MeetingInvited.liaison_id)
        )
        voices = {int(number or 0): count for number, count in session.execute(told)}
        meetings = {number: count for number, count in session.execute(met)}
        return {each: Dealt(voices.get(each, 0), meetings.get(each, 0)) for each in {*voices, *meetings}}

    def voices(self, session: Session, begin: datetime, end: datetime) -> VoiceCount:
        """One that could not be done was answered, too: the person was told why."""
        closed = Voice.closed_at.is_not(None)
        found = session.execute(
            select(func.count(), func.count().filter(closed)).where(Voice.received_at >= begin, Voice.received_at < end)
        ).one()
        return VoiceCount(*found)
