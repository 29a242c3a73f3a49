"""The tables of 意見・要望: what somebody told the office, and each step of what became of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, RowId


class VoiceState(StrEnum):
    """`received` → `assigned` → `in-hand` → `answered` or `cannot`. See `voice_life.MOVES`."""

    RECEIVED = "received"
    ASSIGNED = "assigned"
    IN_HAND = "in-hand"
    ANSWERED = "answered"
    CANNOT = "cannot"

    @property
    def label(self) -> str:
        return _STATES[self]

    @property
    def is_open(self) -> bool:
        return self in OPEN


_STATES = {
    VoiceState.RECEIVED: "受付",
    VoiceState.ASSIGNED: "担当を決めた",
    VoiceState.IN_HAND: "対応中",
    VoiceState.ANSWERED: "回答済み",
    VoiceState.CANNOT: "対応困難",
}
OPEN = (VoiceState.RECEIVED, VoiceState.ASSIGNED, VoiceState.IN_HAND)


class Road(StrEnum):
    """How it came in; the first three by the person's own hand, the others written down by staff."""

    PAGE = "page"
    MAIL = "mail"
    FORM = "form"
    VISIT = "visit"
    CALL = "call"
    MEETING = "meeting"

    @property
    def label(self) -> str:
        return _ROADS[self]


_ROADS = {
    Road.PAGE: "連絡員のページ",
    Road.MAIL: "連絡員版への返信",
    Road.FORM: "市民のページ",
    Road.VISIT: "訪問",
    Road.CALL: "電話",
    Road.MEETING: "会合",
}


class ToldBy(StrEnum):
    """How the result was told; `page` is the page that the person was given an address of."""

    MAIL = "mail"
    PHONE = "phone"
    VISIT = "visit"
    MEETING = "meeting"
    PAPER = "paper"
    PAGE = "page"

    @property
    def label(self) -> str:
        return _TOLD[self]


_TOLD = {
    ToldBy.MAIL: "メール",
    ToldBy.PHONE: "電話",
    ToldBy.VISIT: "訪問",
    ToldBy.MEETING: "会合",
    ToldBy.PAPER: "手紙・ファクス",
    ToldBy.PAGE: "本人の確認ページ",
}


class Voice(Base):
    """One opinion or request. `mail` and `phone` are the ways to answer, erased a while after it is closed; a liaison
    is answered at the address of the register, which does not stand here. `due_on` is a day of the town's calendar,
    written `2026-12-04`. Staff are named by number, and by the name they had when they acted."""

    __tablename__ = "voices"
    __table_args__ = (
        Index("ix_voices_state", "state", "due_on"),
        Index("ix_voices_liaison", "liaison_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    state: Mapped[str]
    road: Mapped[str]
    text: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(index=True)
    writer_id: Mapped[int | None]  # of the staff who wrote it down; none where the person did
    writer_name: Mapped[str]
    liaison_id: Mapped[int | None] = mapped_column(ForeignKey("liaisons.id"))
    area: Mapped[str]  # the town's key; empty where none was named
    mail: Mapped[str | None]
    phone: Mapped[str | None]
    differs: Mapped[bool] = mapped_column(default=False, server_default=false())  # not from the liaison's own address
    language: Mapped[str | None]
    about_id: Mapped[int | None]  # the bulletin that was answered
    section: Mapped[str]
    officer_id: Mapped[int | None]
    officer_name: Mapped[str]
    due_on: Mapped[str]
    answer: Mapped[str]  # or why nothing could be done
    closed_at: Mapped[datetime | None]
    told_by: Mapped[str | None]
    told_on: Mapped[str | None]
    led_to_id: Mapped[int | None]  # a bulletin
    led_to: Mapped[str]  # or what else came of it, in words
    version: Mapped[int]
    once_key: Mapped[str] = mapped_column(unique=True)
    erased_at: Mapped[datetime | None]


# As `voices.listed` turns them: the texts are long, and few of them are shown.
Index("ix_voices_turn", Voice.closed_at.desc(), Voice.due_on, Voice.id)


class VoiceStep(Base):
    """One step: what was done, by whom, when; `note` is what somebody wrote with it. `once_key` belongs to the mail or
    form by which the person added something."""

    __tablename__ = "voice_steps"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    voice_id: Mapped[int] = mapped_column(ForeignKey("voices.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    staff_id: Mapped[int | None]
    staff_name: Mapped[str]
    step: Mapped[str]
    note: Mapped[str]
    once_key: Mapped[str | None] = mapped_column(unique=True)
