"""Headcounts: how many are in which state and want what, kept as it happens, so that nobody counts rows to show it.

Each change of a subscriber adds rows of plus and minus one in its own transaction: rows that are only added keep no two
changes waiting for each other. The timetable merges them, and compares them with the register every night.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Index, and_, case, func, insert, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from foundation import row_sets
from foundation.database import Base, RowId, is_sqlite
from subscribers.tables import Choice, ChoiceKind, Subscriber, SubscriberState

HEADCOUNTS = "headcounts"
PAUSED = "paused:"  # with the moment at which the pause ends


class HeadcountRow(Base):
    """Of those on the town's list. `standing` is `active`, `paused:2026-12-11T00:00:00Z`, or why an address was
    stopped; `topics` and `areas` are empty for all of them, otherwise like `|crime|weather|` in the order of the
    letters. What the service holds is the sum of the rows. A pause ends by itself, so whether it has is asked of the
    rows, and nobody changes them for it."""

    __tablename__ = "headcounts"
    # All that is ever asked lies in the index.
    __table_args__ = (Index("ix_headcounts_head", "standing", "topics", "areas", "number"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    standing: Mapped[str]
    topics: Mapped[str]
    areas: Mapped[str]
    number: Mapped[int]


class CountingRow(Base):
    """When something was counted last; `reached` is up to which number, where that matters."""

    __tablename__ = "countings"

    name: Mapped[str] = mapped_column(primary_key=True)
    reached: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]


class Head(NamedTuple):
    """What one subscriber counts as; `topics` and `areas` as in the table, and empty for who is stopped."""

    standing: str
    topics: str = ""
    areas: str = ""


@dataclass(frozen=True)
class Wanted:
    """How many are active, how many of them have paused, how many of the others want a topic, and how many that topic
    in that area."""

    everybody: int
    paused: int
    with_topic: int
    with_both: int


@contextmanager
def counted(session: Session, subscriber: Subscriber) -> Iterator[None]:
    """Around every change of a state or a choice, with the subscriber's row held."""
    before = _head_of(session, subscriber)
    yield
    after = _head_of(session, subscriber)
    if before != after:
        add(session, {head: by for head, by in ((before, -1), (after, 1)) if head is not None})


def add(session: Session, changes: Mapping[Head, int]) -> None:
    rows = [{**head._asdict(), "number": by} for head, by in changes.items() if by]
    if rows:
        session.execute(insert(HeadcountRow), rows)


def head(standing: str, *, topics: Collection[str], areas: Collection[str]) -> Head:
    """Empty topics or areas mean all."""
    return Head(standing, packed(topics) if topics else "", packed(areas) if areas else "")


def packed(keys: Collection[str]) -> str:
    """Of a choice; `|` for one that wants nothing at all."""
    return "|" + "".join(f"{key}|" for key in sorted(keys))


def unpacked(text: str) -> tuple[str, ...]:
    return tuple(key for key in text.split("|") if key)


def is_counted(session: Session) -> bool:
    """Not before the first nightly count of a database."""
    return session.get(CountingRow, HEADCOUNTS) is not None


def wanted(session: Session, *, topics: Collection[str], areas: Collection[str], at: datetime | None) -> Wanted | None:
    """Empty topics or areas mean that all of them are meant; without a moment a pause does not matter. None while
    nothing has been counted yet."""
    if not is_counted(session):
        return None
    awake = not_(_is_paused(at)) if at else true()
    topic, area = _among(session, HeadcountRow.topics, topics), _among(session, HeadcountRow.areas, areas)
    conditions = (true(), not_(awake), and_(awake, topic), and_(awake, topic, area))
    sums = (func.sum(case((each, HeadcountRow.number), else_=0)) for each in conditions)
    row = session.execute(select(*sums).where(_IS_ACTIVE)).one()
    return Wanted(*(max(0, int(number or 0)) for number in row))


def paused(session: Session, *, at: datetime) -> int:
    """How many of the active ones get only what goes to all. Counted one by one before the first nightly count."""
    if is_counted(session):
        return max(0, session.scalar(select(func.sum(HeadcountRow.number)).where(_is_paused(at))) or 0)
    resting = (Subscriber.state == SubscriberState.ACTIVE, Subscriber.in_city_list, Subscriber.paused_until > at)
    return session.scalar(select(func.count()).select_from(Subscriber).where(*resting)) or 0


def standings(session: Session) -> dict[str, int]:
    """`active`, pausing or not, and how many were stopped for each reason; those erased are not counted."""
    if is_counted(session):
        rows = session.execute(
            select(HeadcountRow.standing, func.sum(HeadcountRow.number)).group_by(HeadcountRow.standing)
        )
    else:
        standing = case((Subscriber.state == SubscriberState.ACTIVE, Subscriber.state), else_=Subscriber.reason)
        states = select(standing.label("standing")).where(*_IS_LISTED).subquery()
        rows = session.execute(select(states.c.standing, func.count()).group_by(states.c.standing))
    found: Counter[str] = Counter()
    for standing, number in rows:
        name = str(standing or SubscriberState.STOPPED)
        found[SubscriberState.ACTIVE.value if name.startswith(PAUSED) else name] += int(number)
    return {name: number for name, number in found.items() if number > 0}


def wishes(session: Session, kind: ChoiceKind) -> dict[tuple[str, ...], int]:
    """How many of the active ones chose which topics (or areas); the empty choice is all of them.
    Nothing is known before the first count."""
    if not is_counted(session):
        return {}
    column = HeadcountRow.topics if kind is ChoiceKind.TOPIC else HeadcountRow.areas
    rows = row_sets.fetched(
        session,
        select(column.label("keys"), func.sum(HeadcountRow.number).label("number")).where(_IS_ACTIVE).group_by(column),
    )
    return {unpacked(text): int(number) for text, number in rows if number > 0}


_IS_LISTED = (Subscriber.address.is_not(None), Subscriber.in_city_list)
# Ranges rather than patterns, so that the index is used; no collation orders these otherwise.
_IS_PAUSING = HeadcountRow.standing.between(PAUSED, f"{PAUSED}9999")
_IS_ACTIVE = or_(HeadcountRow.standing == SubscriberState.ACTIVE.value, _IS_PAUSING)


def _is_paused(at: datetime) -> ColumnElement[bool]:
    """Whose pause has yet to end."""
    return and_(_IS_PAUSING, HeadcountRow.standing > f"{PAUSED}{at:%Y-%m-%dT%H:%M:%SZ}")


def _among(session: Session, column: InstrumentedAttribute[str], keys: Collection[str]) -> ColumnElement[bool]:
    if not keys:
        return true()
    place = func.instr if is_sqlite(session) else func.strpos
    return or_(column == "", *(place(column, f"|{key}|") > 0 for key in keys))


def _head_of(session: Session, subscriber: Subscriber) -> Head | None:
    """None for who is not on the town's list, or not any more."""
    if subscriber.id is None or subscriber.address is None or not subscriber.in_city_list:
        return None
    if subscriber.state != SubscriberState.ACTIVE:
        return Head(subscriber.reason or SubscriberState.STOPPED.value)
    until = subscriber.paused_until
    standing = f"{PAUSED}{until:%Y-%m-%dT%H:%M:%SZ}" if until else SubscriberState.ACTIVE.value
    if subscriber.every_topic and subscriber.every_area:
        return Head(standing)
    rows = session.execute(select(Choice.kind, Choice.value).where(Choice.subscriber_id == subscriber.id)).all()
    topics = "" if subscriber.every_topic else packed([value for kind, value in rows if kind == ChoiceKind.TOPIC])
    areas = "" if subscriber.every_area else packed([value for kind, value in rows if kind == ChoiceKind.AREA])
    return Head(standing, topics, areas)
