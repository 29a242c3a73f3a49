"""The tables of 地域安全の会: what is planned, where, for which areas, and who was written to about it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, RowId


class MeetingState(StrEnum):
    """`planned` → `held` or `called_off`."""

    PLANNED = "planned"
    HELD = "held"
    CALLED_OFF = "called_off"

    @property
    def label(self) -> str:
        return {"planned": "予定", "held": "開いた", "called_off": "中止"}[self.value]


class Meeting(Base):
    """`joint_with` is the other meeting that it is held together with, empty for one of its own.

    `asked_…` is who wants the invitation sent, until another person confirms it or somebody changes the meeting.
    `told` is, as JSON, what liaisons were last told; `sequence` counts the changes among that (RFC 5545, 3.8.7.4), and
    `sendings` the groups of letters. Nobody is noted as having come or not: `headcount` is a number.
    """

    __tablename__ = "meetings"
    __table_args__ = (Index("ix_meetings_starts_at", "starts_at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    state: Mapped[str] = mapped_column(default=MeetingState.PLANNED.value)
    revision: Mapped[int] = mapped_column(default=1)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    place: Mapped[str]
    joint_with: Mapped[str]
    agenda: Mapped[str]
    notes: Mapped[str] = mapped_column(default="")
    headcount: Mapped[int | None]
    made_by_id: Mapped[int]
    made_by_name: Mapped[str]
    created_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    asked_by_id: Mapped[int | None]
    asked_by_name: Mapped[str | None]
    # Who alone let the asker in, and so confirms nothing of theirs.
    asked_let_in_by: Mapped[int | None]
    told: Mapped[str | None]
    told_at: Mapped[datetime | None]
    sequence: Mapped[int] = mapped_column(default=0)
    sendings: Mapped[int] = mapped_column(default=0)


class MeetingArea(Base):
    """One area of a meeting, by the town's key; without any it is for the whole town."""

    __tablename__ = "meeting_areas"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True)
    area: Mapped[str] = mapped_column(primary_key=True)


class MeetingInvited(Base):
    """Who was written to: nobody is invited twice, and what changes reaches the same people."""

    __tablename__ = "meeting_invited"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True)
    liaison_id: Mapped[int] = mapped_column(ForeignKey("liaisons.id"), primary_key=True)
