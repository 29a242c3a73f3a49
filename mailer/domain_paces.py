"""The pace of each receiving system, kept in the database since senders may be several: slots given out, and holds."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation import row_sets
from foundation.database import Base
from mailer import pacing
from mailer.carrier_groups import Limits
from mailer.outbox_tables import Lane
from mailer.pacing import Slots


class DomainPaceRow(Base):
    """One receiving system. `place` is a carrier group's name or, outside of all groups, a domain; a name has no dot.

    The lanes stand in one row, so that one lock covers them: `<lane>_free_at` is when all that was given out to that
    lane and to those before it will have gone.
    """

    __tablename__ = "domain_paces"

    place: Mapped[str] = mapped_column(primary_key=True)
    urgent_free_at: Mapped[datetime | None]
    reply_free_at: Mapped[datetime | None]
    bulk_free_at: Mapped[datetime | None]
    held_until: Mapped[datetime | None]
    complaints: Mapped[int] = mapped_column(default=0)  # in a row, without a success between


_FREE_AT = {Lane.URGENT: "urgent_free_at", Lane.REPLY: "reply_free_at", Lane.BULK: "bulk_free_at"}


@dataclass(slots=True)
class _Pace:
    free_at: dict[Lane, datetime | None]
    held_until: datetime | None
    complaints: int


def take_slots(
    session: Session,
    wanted: Mapping[tuple[str, Lane], int],
    limits: Callable[[str], Limits],
    *,
    at: datetime,
    within: timedelta | None = None,
) -> Mapping[tuple[str, Lane], Slots]:
    """Moments for so many letters to each place in each lane; nobody else gets the same ones.

    With `within`, only those no later than `at + within`: the `count` of the slots tells how many, and the rest is
    worth asking for again at `next_free`.

    A lane's slots come after those given out to itself and to the lanes before it, and push back the lanes behind it.
    Slots for bulk at a place that is held begin when the hold ends. A place without a rate costs no look at the
    database. Locks the places' rows until the caller's transaction ends, so it belongs near its end.
    """
    rates = {place: rate for place, _ in wanted if (rate := limits(place).per_minute) is not None}
    paces = _locked(session, rates.keys())
    taken: dict[tuple[str, Lane], Slots] = {}
    for place, lane in sorted(wanted):
        count = wanted[(place, lane)]
        if place not in rates:
            taken[(place, lane)] = pacing.take(None, at=at, per_minute=None, count=count)
        else:
            taken[(place, lane)] = _take(paces[place], lane, count, per_minute=rates[place], at=at, within=within)
    if paces:
        session.execute(
            update(DomainPaceRow),
            [
                {"place": place, **{_FREE_AT[lane]: moment for lane, moment in pace.free_at.items()}}
                for place, pace in paces.items()
            ],
        )
    return taken


def hold(session: Session, place: str, *, at: datetime, hint: timedelta | None = None) -> datetime:
    """Notes a complaint of that place (see pacing.is_complaint) and returns until when no bulk goes there.

    Letters under way together are refused together: a complaint during a hold belongs to the one that began it, and
    only a longer hint makes the hold longer.
    """
    pace = _locked(session, [place])[place]
    if pace.held_until is not None and pace.held_until > at:
        complaints = pace.complaints
        until = max(pace.held_until, at + pacing.patience(hint))
    else:
        complaints = pace.complaints + 1
        until = pacing.hold_until(complaints, at=at, hint=hint)
    session.execute(
        update(DomainPaceRow).where(DomainPaceRow.place == place).values(held_until=until, complaints=complaints)
    )
    return until


def released(session: Session, places: Collection[str], *, at: datetime) -> None:
    """Notes that these places took a letter at that moment: their complaints are forgotten.

    Not while a hold lasts: what was under way when it began proves nothing about what comes after it.
    """
    session.execute(
        update(DomainPaceRow)
        .where(
            DomainPaceRow.place.in_(sorted(places)),
            DomainPaceRow.complaints > 0,
            DomainPaceRow.held_until <= at,
        )
        .values(complaints=0, held_until=None)
    )


def recall(session: Session, *, at: datetime) -> None:
    """The clock was set back: slots begin anew, and no hold is longer than a first one from now."""
    session.execute(update(DomainPaceRow).values(dict.fromkeys(_FREE_AT.values())))
    shortest = pacing.hold_until(1, at=at)
    too_long = DomainPaceRow.held_until > shortest
    session.execute(update(DomainPaceRow).where(too_long).values(held_until=shortest))


def held(session: Session, *, at: datetime) -> Mapping[str, datetime]:
    """Where no bulk goes now, and until when."""
    return {place: row_sets.read_moment(until) for place, until in _held.fetched(session, {"at": at})}


def complaining(session: Session) -> Collection[str]:
    """Places whose last word was a complaint, held or not: those a success is worth noting for."""
    return {row[0] for row in _complaining.fetched(session, {})}


@row_sets.Prepared
def _held(**_: object) -> Select[Any]:
    return select(DomainPaceRow.place, DomainPaceRow.held_until).where(DomainPaceRow.held_until > bindparam("at"))


@row_sets.Prepared
def _complaining(**_: object) -> Select[Any]:
    return select(DomainPaceRow.place).where(DomainPaceRow.complaints > 0)


def _take(pace: _Pace, lane: Lane, count: int, *, per_minute: int, at: datetime, within: timedelta | None) -> Slots:
    held_until = pace.held_until if lane is Lane.BULK else None
    begin = max(at, held_until or at)
    if within is not None:
        left = within - (begin - at)
        count = min(count, pacing.room(pace.free_at[lane], at=begin, per_minute=per_minute, within=left) or 0)
    slots = pacing.take(pace.free_at[lane], at=begin, per_minute=per_minute, count=count)
    if count:
        for behind in Lane:
            if behind >= lane:
                pushed = pacing.take(pace.free_at[behind], at=begin, per_minute=per_minute, count=count)
                pace.free_at[behind] = pushed.next_free
    return slots


def _locked(session: Session, places: Collection[str]) -> dict[str, _Pace]:
    """The places' rows under lock, made where they are missing.

    Everybody makes and locks rows in the order of their names, so that two senders never wait for each other.
    """
    if not places:
        return {}
    wanted = sorted(set(places))
    known = set(session.scalars(select(DomainPaceRow.place).where(DomainPaceRow.place.in_(wanted))))
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    for place in wanted:
        if place not in known:
            session.execute(dialect.insert(DomainPaceRow).values(place=place, complaints=0).on_conflict_do_nothing())
    columns = (getattr(DomainPaceRow, name) for name in _FREE_AT.values())
    rows = session.execute(
        select(DomainPaceRow.place, DomainPaceRow.held_until, DomainPaceRow.complaints, *columns)
        .where(DomainPaceRow.place.in_(wanted))
        .order_by(DomainPaceRow.place)
        .with_for_update()
    ).all()
    return {row[0]: _Pace(dict(zip(_FREE_AT, row[3:], strict=True)), row[1], row[2]) for row in rows}
