"""The tables of the network: those who are windows of their groups, and the circles that joined them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, RowId


class LiaisonState(StrEnum):
    """`asked` → `consented` or `declined`; `consented` → `active` → `ended`. See `life.MOVES`."""

    ASKED = "asked"
    CONSENTED = "consented"
    DECLINED = "declined"
    ACTIVE = "active"
    ENDED = "ended"

    @property
    def label(self) -> str:
        return _STATES[self]


class Way(StrEnum):
    """How a liaison wishes to be reached."""

    MAIL = "mail"
    PHONE = "phone"
    FAX = "fax"
    PAPER = "paper"

    @property
    def label(self) -> str:
        return _WAYS[self]


class ConsentWay(StrEnum):
    """How a liaison consented; `link` is their own answer on the page behind the letter."""

    LINK = "link"
    PAPER = "paper"
    VOICE = "voice"
    PHONE = "phone"

    @property
    def label(self) -> str:
        return _CONSENTS[self]


_STATES = {
    LiaisonState.ASKED: "打診中",
    LiaisonState.CONSENTED: "承諾",
    LiaisonState.DECLINED: "見送り（辞退）",
    LiaisonState.ACTIVE: "活動中",
    LiaisonState.ENDED: "終了",
}
_WAYS = {Way.MAIL: "メール", Way.PHONE: "電話", Way.FAX: "ファックス", Way.PAPER: "紙（郵送・手渡し）"}
_CONSENTS = {
    ConsentWay.LINK: "メールのリンクから",
    ConsentWay.PAPER: "書面",
    ConsentWay.VOICE: "対面で",
    ConsentWay.PHONE: "電話で",
}


class Liaison(Base):
    """One line of 連絡員一覧表: what the person consented to be held, and nothing else.

    The mail address is that of the subscriber `subscriber_id`, so that bounces, stopping and erasure are the same for
    everybody; who wishes no mail has none. Nobody becomes a subscriber before they consented: until then it stands in
    `address`. Staff are named by number, and by the name they had when they acted. Who ended is emptied (`emptying`):
    number, state and dates stay; of who declined name and group stay too, so that nobody asks them again by accident.
    """

    __tablename__ = "liaisons"
    __table_args__ = (
        Index("ix_liaisons_state", "state", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    state: Mapped[str] = mapped_column(default=LiaisonState.ASKED.value)
    name: Mapped[str]
    organisation: Mapped[str]
    post: Mapped[str] = mapped_column(default="")
    other_posts: Mapped[str] = mapped_column(default="")
    way: Mapped[str]
    address: Mapped[str] = mapped_column(
        default="", server_default=""
    )  # of who is asked; afterwards it is the subscriber's
    subscriber_id: Mapped[int | None] = mapped_column(ForeignKey("subscribers.id"), unique=True)
    phone: Mapped[str] = mapped_column(default="")
    fax: Mapped[str] = mapped_column(default="")
    postal: Mapped[str] = mapped_column(default="")
    officer_id: Mapped[int | None]
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int]
    asked_by_name: Mapped[str]
    asked_again_because: Mapped[str | None]  # of who declined or ended before
    consented_at: Mapped[datetime | None]
    consent_way: Mapped[str | None]
    consent_version: Mapped[str | None]
    consent_words: Mapped[str | None]  # exactly what was shown
    declined_at: Mapped[datetime | None]
    active_at: Mapped[datetime | None]
    resting_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reviewed_year: Mapped[int | None]  # the fiscal year of the last April review


class LiaisonArea(Base):
    """One area of a liaison, by the town's key; without any it is the whole town."""

    __tablename__ = "liaison_areas"

    liaison_id: Mapped[int] = mapped_column(ForeignKey("liaisons.id", ondelete="CASCADE"), primary_key=True)
    area: Mapped[str] = mapped_column(primary_key=True)


class Circle(Base):
    """転送先 of one liaison: `code` stands in its entry address `touroku-c-CODE@…` and its QR code."""

    __tablename__ = "circles"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    liaison_id: Mapped[int] = mapped_column(ForeignKey("liaisons.id"), unique=True)
    code: Mapped[str] = mapped_column(unique=True)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Membership(Base):
    """A subscriber who joined a circle by themselves; leaving deletes the row."""

    __tablename__ = "circle_members"
    __table_args__ = (Index("ix_circle_members_subscriber", "subscriber_id"),)

    circle_id: Mapped[int] = mapped_column(ForeignKey("circles.id", ondelete="CASCADE"), primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True)
    joined_at: Mapped[datetime]
