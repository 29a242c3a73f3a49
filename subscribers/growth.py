"""Growth: how many came and went on each day, by place. Counts only; they stay when addresses are erased.

What residents and staff did is read off the ledger, line after line, each line once. An import leaves no line for each
address: it counts itself, on the day on which an address was registered before.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, String, cast, func, literal, select, true
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation import row_sets
from foundation.database import Base, Database, insert_into
from foundation.ledger import LedgerLine
from foundation.strides import Strides
from subscribers.admitting import ADMITTED
from subscribers.headcount import CountingRow
from subscribers.leaving import UNLISTED
from subscribers.recount import hold_still, note_counting
from subscribers.tables import StopReason, Subscriber, SubscriberState

GROWTH = "growth"
IMPORTS = "imports"
REGISTERED, STOPPED, UNDONE = "subscriber.registered", "subscriber.stopped", "subscriber.undone"
_GONE = frozenset({STOPPED, UNLISTED, ADMITTED})
_TOLD = frozenset({REGISTERED, UNDONE, *_GONE})
_PREFIX = "subscriber:"
_TICK = ("day", "event", "place")
_KINDS: row_sets.Kinds = {**dict.fromkeys(_TICK, String()), "number": BigInteger()}


class Event(StrEnum):
    """Why the number of active addresses moved."""

    REGISTERED = "registered"
    IMPORTED = "imported"
    UNDONE = "undone"
    LEFT = "left"
    COMPLAINT = "complaint"
    STAFF = "staff"
    UNREACHABLE = "unreachable"


class GrowthRow(Base):
    """`day` is a date of the town's calendar, written `2026-11-27`; `place` is empty where none is known."""

    __tablename__ = "growth"

    day: Mapped[str] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]


@dataclass(frozen=True)
class Tick:
    """So many of one kind, in one place, in one span (a day or a month, as it was asked for)."""

    span: str
    event: Event
    place: str
    number: int


class _Line(NamedTuple):
    """Of the ledger, as far as it tells of subscribers."""

    id: int
    at: datetime
    action: str
    subject: str
    details: str


Ticks = Counter[tuple[str, str, str]]


def add(session: Session, ticks: Mapping[tuple[str, str, str], int]) -> None:
    # In one order, so that no two transactions wait for each other's rows crosswise.
    rows = [(*tick, number) for tick, number in sorted(ticks.items()) if number > 0]
    if rows:
        given = row_sets.given(session, "tick", _KINDS, rows)
        # Without a condition SQLite misreads ON CONFLICT after a SELECT.
        statement = insert_into(session, GrowthRow).from_select(list(_KINDS), select(given).where(true()))
        more = {"number": GrowthRow.number + statement.excluded.number}
        row_sets.changed(session, statement.on_conflict_do_update(index_elements=_TICK, set_=more))


def imported(entries: Iterable[tuple[datetime, str | None]], zone: ZoneInfo) -> Ticks:
    """Of addresses that came in active: since when, and from which place."""
    return Counter((_day(since, zone), Event.IMPORTED.value, place or "") for since, place in entries)


def follow(strides: Strides, zone: ZoneInfo, *, at: datetime) -> None:
    """Reads on in the ledger."""
    while strides.write(lambda session: _read_some(session, zone, at=at, limit=strides.limit)):
        if not strides.go_on():
            return


def is_followed(session: Session) -> bool:
    """Whether there is nothing to read; reads only."""
    return session.get(CountingRow, GROWTH) is not None and not behind(session)


def behind(session: Session) -> int:
    """How many lines are still to be read, those included that tell of no subscriber; reads only."""
    cursor = session.get(CountingRow, GROWTH)
    newest = session.scalar(select(func.max(LedgerLine.id))) or 0
    return max(0, newest - (cursor.reached if cursor else 0))


def counted_at(session: Session) -> datetime | None:
    """Up to when the ledger was read."""
    cursor = session.get(CountingRow, GROWTH)
    return cursor.at if cursor else None


def up_to(session: Session, *, at: datetime) -> datetime:
    """Everything that happened before it is counted: now, if nothing is still to be read."""
    counted = counted_at(session)
    return counted if counted is not None and behind(session) else at


def count_old_imports(database: Database, zone: ZoneInfo, *, at: datetime) -> None:
    """Once: those who were imported before imports counted themselves. Whoever was imported, stopped, and registered
    again since is taken for a registration only."""
    with database.read() as session:
        hold_still(session)
        if session.get(CountingRow, IMPORTS) is not None:
            return
        found = imported(_without_registration(session), zone)
        kept = select(GrowthRow).where(GrowthRow.event == Event.IMPORTED)
        found.subtract({(row.day, row.event, row.place): row.number for row in session.scalars(kept)})
    with database.write() as session:
        if session.get(CountingRow, IMPORTS) is None:
            add(session, found)
            note_counting(session, IMPORTS, at=at)


def by_day(session: Session, first: date) -> list[Tick]:
    """From that day on."""
    columns = (GrowthRow.day, GrowthRow.event, GrowthRow.place, GrowthRow.number)
    rows = row_sets.fetched(session, select(*columns).where(GrowthRow.day >= first.isoformat()).order_by(GrowthRow.day))
    return [Tick(day, Event(event), place, number) for day, event, place, number in rows]


def in_span(session: Session, first: date, last: date) -> Mapping[Event, int]:
    """From the one day to the other, both included, in all places together; an event that did not happen is 0."""
    within = GrowthRow.day.between(first.isoformat(), last.isoformat())
    rows = session.execute(select(GrowthRow.event, func.sum(GrowthRow.number)).where(within).group_by(GrowthRow.event))
    return dict.fromkeys(Event, 0) | {Event(event): int(number) for event, number in rows}


def by_month(session: Session, first: date) -> list[Tick]:
    """From that month on; a span is like `2026-11`."""
    since = GrowthRow.day >= first.replace(day=1).isoformat()
    month = func.substr(GrowthRow.day, 1, 7).label("month")
    days = select(month, GrowthRow.event, GrowthRow.place, GrowthRow.number).where(since).subquery()
    columns = (days.c.month, days.c.event, days.c.place)
    rows = row_sets.fetched(session, select(*columns, func.sum(days.c.number).label("number")).group_by(*columns))
    return [Tick(month, Event(event), place, int(number)) for month, event, place, number in rows]


def _read_some(session: Session, zone: ZoneInfo, *, at: datetime, limit: int) -> int:
    """How many lines it read. The cursor moves with the counts, so that a line is counted once."""
    cursor = session.get(CountingRow, GROWTH, with_for_update=True)
    reached = cursor.reached if cursor else 0
    columns = (LedgerLine.id, LedgerLine.at, LedgerLine.action, LedgerLine.subject, LedgerLine.details)
    some = select(*columns).where(LedgerLine.id > reached).order_by(LedgerLine.id).limit(limit)
    lines = [_Line(*row) for row in session.execute(some)]
    told = [line for line in lines if line.action in _TOLD]
    add(session, _ticks(told, _active_before(session, told, reached), zone))
    note_counting(session, GROWTH, at=at, reached=lines[-1].id if lines else reached)
    return len(lines) if len(lines) == limit else 0


def _ticks(lines: Sequence[_Line], active: set[str], zone: ZoneInfo) -> Ticks:
    """Who confirms a second link while being active has not come anew. Who is not on the town's list neither comes nor
    goes."""
    ticks: Ticks = Counter()
    for line in lines:
        details = json.loads(line.details)
        if details.get("listed") is False:
            continue
        if line.action == ADMITTED:
            active.discard(line.subject)
        elif line.action in _GONE:
            active.discard(line.subject)
            reason = details.get("reason")
            event = Event(reason) if reason in set(StopReason) else Event.LEFT
            ticks[(_day(line.at, zone), event.value, "")] += 1
        elif line.subject not in active:
            active.add(line.subject)
            event = Event.REGISTERED if line.action == REGISTERED else Event.UNDONE
            place = str(details.get("place") or "") if event is Event.REGISTERED else ""
            ticks[(_day(line.at, zone), event.value, place)] += 1
    return ticks


def _active_before(session: Session, lines: Sequence[_Line], reached: int) -> set[str]:
    """Those of the lines' subjects that were active when the line `reached` was written."""
    # Asked for by subject alone: by the index of actions a database would read a million lines each time.
    before = session.execute(
        select(LedgerLine.subject, LedgerLine.id, LedgerLine.action, LedgerLine.details)
        .where(LedgerLine.subject.in_({line.subject for line in lines}))
        .order_by(LedgerLine.id)
    )
    known = {
        subject: action if json.loads(details).get("listed", True) else ADMITTED
        for subject, number, action, details in before
        if number <= reached and action in _TOLD
    }
    first = {line.subject: line.at for line in reversed(lines) if line.subject not in known}
    numbers = [int(each.removeprefix(_PREFIX)) for each in first if each.removeprefix(_PREFIX).isdigit()]
    rows = session.execute(select(Subscriber.id, Subscriber.since).where(Subscriber.id.in_(numbers)))
    # Of an import the ledger knows no single address: who was there before the first line was imported.
    there = {f"{_PREFIX}{number}" for number, since in rows if since < first[f"{_PREFIX}{number}"]}
    return {each for each, action in known.items() if action not in _GONE} | {
        line.subject for line in lines if line.subject in there and line.action != UNDONE
    }


def _without_registration(session: Session) -> Iterator[tuple[datetime, str | None]]:
    def told(action: str) -> ColumnElement[bool]:
        of_it = LedgerLine.subject == literal(_PREFIX).concat(cast(Subscriber.id, String))
        # With something added, so that no database goes by the index of actions.
        return select(LedgerLine.id).where(of_it, LedgerLine.action.concat("") == action).exists()

    came_stopped = (Subscriber.state == SubscriberState.STOPPED) & ~told(STOPPED)
    found = select(Subscriber.since, Subscriber.place).where(~told(REGISTERED), ~told(ADMITTED), ~came_stopped)
    for row in session.execute(found.execution_options(yield_per=2000)):
        yield row.since, row.place


def _day(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).date().isoformat()
