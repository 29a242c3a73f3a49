"""The hand-over: when an officer changes, all liaisons of theirs on one sheet, and in one step to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from foundation import ledger
from foundation.ledger import Doer
from liaisons import life
from liaisons.dealings import Dealings, Dealt
from liaisons.listing import Line, lines_of
from liaisons.register import subject
from liaisons.tables import Liaison


@dataclass(frozen=True)
class SheetLine:
    line: Line
    dealt: Dealt


def sheet(session: Session, officer_id: int | None, dealings: Dealings, *, at: datetime) -> Sequence[SheetLine]:
    """Of everybody in the list whom this officer looks after; None are those without one."""
    lines = lines_of(session, session.scalars(_of(officer_id)).all(), at=at)
    dealt = dealings.with_each(session, [line.liaison.id for line in lines])
    return [SheetLine(line, dealt.get(line.liaison.id, Dealt())) for line in lines]


def hand_over(session: Session, from_id: int | None, to_id: int, by: Doer, *, at: datetime) -> int:
    """All of them; returns how many."""
    if from_id == to_id:
        return 0
    rows = session.scalars(_of(from_id).with_for_update()).all()
    before = f"staff:{from_id}" if from_id is not None else None
    for row in rows:
        row.officer_id = to_id
        details = {"officer": [before, f"staff:{to_id}"]}
        ledger.write(session, by.deed("liaison.handed-over", subject(row.id)), at=at, details=details)
    return len(rows)


def _of(officer_id: int | None) -> Select[tuple[Liaison]]:
    whose = Liaison.officer_id.is_(None) if officer_id is None else Liaison.officer_id == officer_id
    return select(Liaison).where(Liaison.state.in_([state.value for state in life.LIVING]), whose)
