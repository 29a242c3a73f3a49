"""Tries that have not succeeded: each road to an account is slowed by itself, so that strangers lock nobody out.

A road is one person from one network, or from one browser that is known to have signed in as that person.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.database import Base, RowId, is_sqlite

# After so many failures on one road, how long the next try waits. Two slips cost nothing.
_DELAYS = (0, 0, 0, 10, 30, 120, 300, 900)
KEPT = timedelta(hours=24)
# Against many networks at once: what strangers may fail in an hour at one account, and at all accounts together.
_HOUR = timedelta(hours=1)
MOST_AT_ONE = 50
MOST_AT_ALL = 1000
PAUSE = timedelta(minutes=15)


class SignInFailure(Base):
    """One try that has not succeeded; what it was about is only held as keyed hashes."""

    __tablename__ = "sign_in_failures"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    # Empty where the browser is known: such tries do not count among those of strangers.
    address_key: Mapped[str] = mapped_column(index=True)
    road_key: Mapped[str] = mapped_column(index=True, server_default="")
    at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Waits:
    """Too early: nothing was looked at."""

    seconds: int

    @property
    def sentence(self) -> str:
        span = f"{self.seconds}秒" if self.seconds < 60 else f"{-(-self.seconds // 60)}分"
        return f"まちがいが続いたため、少し間をおいています。{span}ほどたってから、もう一度お試しください。"


def delay(failures: int) -> timedelta:
    """After the last of so many failures."""
    return timedelta(seconds=_DELAYS[min(failures, len(_DELAYS) - 1)])


def begin(session: Session, road: str, *, at: datetime, stranger_at: str = "") -> Waits | None:
    """Writes the try down as a failure before it is judged: many at once cannot slip past the count. `succeeded` takes
    it back. None when it may go ahead; with `stranger_at` (the account's key) the limits for strangers hold too."""
    _one_at_a_time(session, road)
    clear(session, at=at)
    waits = _waits(session, road, at=at, stranger_at=stranger_at)
    if waits is None:
        session.add(SignInFailure(address_key=stranger_at, road_key=road, at=at))
        session.flush()
    return waits


def succeeded(session: Session, road: str) -> None:
    """Forgets the failures of this road, and of no other."""
    session.execute(delete(SignInFailure).where(SignInFailure.road_key == road))


def _one_at_a_time(session: Session, road: str) -> None:
    """SQLite has one writer. On PostgreSQL tries that come at once would all count the failures of before: the next on
    this road waits until the transaction of this one has ended."""
    if not is_sqlite(session):
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(road, 0))))


def clear(session: Session, *, at: datetime) -> None:
    """Removes tries that no longer count; each new one does it, so nothing depends on a clock job. Those of a future
    day were written while the clock was wrong."""
    session.execute(delete(SignInFailure).where(or_(SignInFailure.at <= at - KEPT, SignInFailure.at > at + _HOUR)))


def _waits(session: Session, road: str, *, at: datetime, stranger_at: str) -> Waits | None:
    failures, last = session.execute(
        select(func.count(), func.max(SignInFailure.at)).where(SignInFailure.road_key == road)
    ).one()
    # Never longer than the delay itself, even where the clock was set back since.
    ready = min(last, at) + delay(failures) if last is not None else at
    if at < ready:
        return Waits(max(1, int((ready - at).total_seconds())))
    if not stranger_at:
        return None
    recent = SignInFailure.at > at - _HOUR
    strangers = SignInFailure.address_key != ""
    here = session.scalar(select(func.count()).where(recent, SignInFailure.address_key == stranger_at)) or 0
    everywhere = session.scalar(select(func.count()).where(recent, strangers)) or 0
    return Waits(int(PAUSE.total_seconds())) if here >= MOST_AT_ONE or everywhere >= MOST_AT_ALL else None
