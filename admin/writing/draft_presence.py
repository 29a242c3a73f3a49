"""Who has a draft open at this moment, so that two people do not mend the same words unawares."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from admin.people.staff import Colleague, StaffRow
from foundation.database import Base

# The page tells every 20 seconds; whoever was silent for longer than two of these has left or lost the line.
PRESENT_FOR = timedelta(seconds=50)


class DraftPresenceRow(Base):
    """One person at one draft, in however many windows."""

    __tablename__ = "draft_presences"

    bulletin_id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)


def note(session: Session, bulletin_id: int, me: Colleague, *, at: datetime) -> None:
    session.merge(DraftPresenceRow(bulletin_id=bulletin_id, staff_id=me.id, seen_at=at))


def leave(session: Session, bulletin_id: int, me: Colleague) -> None:
    mine = (DraftPresenceRow.bulletin_id == bulletin_id) & (DraftPresenceRow.staff_id == me.id)
    session.execute(delete(DraftPresenceRow).where(mine))


def others(session: Session, bulletin_id: int, me: Colleague, *, at: datetime) -> Sequence[str]:
    """The names of those who have it open besides this person."""
    query = (
        select(StaffRow.name)
        .join(DraftPresenceRow, DraftPresenceRow.staff_id == StaffRow.id)
        .where(DraftPresenceRow.bulletin_id == bulletin_id, DraftPresenceRow.staff_id != me.id)
        .where(DraftPresenceRow.seen_at > at - PRESENT_FOR)
        .order_by(StaffRow.id)
    )
    return session.scalars(query).all()


def forget(session: Session, *, at: datetime) -> None:
    session.execute(delete(DraftPresenceRow).where(DraftPresenceRow.seen_at <= at - PRESENT_FOR))


def company_words(names: Sequence[str]) -> str:
    """「〇〇さんも、…」, or nothing where one is alone."""
    return f"{'さん、'.join(names)}さんも、いまこの配信案を開いています。" if names else ""
