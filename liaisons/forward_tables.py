"""The tables of what liaisons pass on. Nobody but the fan-out reads them; rows go when their bulletin is over."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, RowId

MENDING = 0  # in place of a circle: those who had, through circles, what the bulletin puts right


class ForwardOrder(Base):
    """One bulletin to one circle, once. Rows of the outbox and the cursor advance together. `letters` holds the number
    of each language's letter, as JSON; the Japanese one's language is empty."""

    __tablename__ = "forward_orders"
    __table_args__ = (
        UniqueConstraint("bulletin_id", "circle_id"),
        Index("ix_forward_orders_open", "closed_at", "placed_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletins.id"))
    circle_id: Mapped[int]
    sentence: Mapped[str] = mapped_column(default="")
    line: Mapped[str] = mapped_column(default="")
    placed_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    letters: Mapped[str] = mapped_column(default="{}")
    cursor: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]


class ForwardCode(Base):
    """A code that was mailed to a liaison: the words it lets out, a keyed hash over it, and the fingerprint of the page
    that asked for it, without which it does not serve."""

    __tablename__ = "forward_codes"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    page_hash: Mapped[str] = mapped_column(unique=True)
    liaison_id: Mapped[int] = mapped_column(ForeignKey("liaisons.id", ondelete="CASCADE"), index=True)
    bulletin_id: Mapped[int | None] = mapped_column(ForeignKey("bulletins.id"))  # None where a link was asked for
    hash: Mapped[str]
    sentence: Mapped[str] = mapped_column(default="")
    line: Mapped[str] = mapped_column(default="")
    wrong: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ForwardYear(Base):
    """That somebody passed something on in a fiscal year: a keyed fingerprint, so that one is counted once, and nobody
    is named."""

    __tablename__ = "forward_years"

    year: Mapped[int] = mapped_column(primary_key=True)
    who: Mapped[str] = mapped_column(primary_key=True)


class SilencedMember(Base):
    """An address of circles to which what was passed on failed on several days; joining anew undoes it."""

    __tablename__ = "silenced_members"

    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime]
