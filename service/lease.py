"""The lease of the timetable: of any number of hosts, one does the clockwork at a time."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.database import Base

LIFE = timedelta(seconds=15)


class LeaseRow(Base):
    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]


def take(session: Session, name: str, holder: str, *, at: datetime) -> bool:
    """Takes or renews; False while someone else holds it."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(dialect.insert(LeaseRow).values(name=name, holder=holder, until=at + LIFE).on_conflict_do_nothing())
    # A lease far in the future was written by a clock that has since been set back.
    free = or_(LeaseRow.holder == holder, LeaseRow.until < at, LeaseRow.until > at + 2 * LIFE)
    session.execute(update(LeaseRow).where(LeaseRow.name == name, free).values(holder=holder, until=at + LIFE))
    return session.scalar(select(LeaseRow.holder).where(LeaseRow.name == name)) == holder
