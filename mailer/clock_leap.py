"""The leap of a clock: when it is set back, what was due by the old time would wait until that comes again."""

import time
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import BigInteger, ColumnElement, TextClause, and_, false, or_, select, update
from sqlalchemy.orm import Session

from foundation import row_sets
from foundation.database import Database
from mailer import domain_paces
from mailer.outbox_tables import IS_AT_LARGE, IS_OPEN, Lane, OutboxRow

LEAP_SECONDS = 3.0
AFTERMATH_SECONDS = 60.0  # what others had begun by the old time is written by then
LIMIT = 4000
_SLACK = timedelta(seconds=LEAP_SECONDS)


class Leap(Enum):
    """What the clock did since it was last looked at."""

    NONE = 0
    BACK = 1
    SHORTLY_BEFORE = 2  # it was set back a moment ago, or while we did not run


class LeapWatch:
    """Compares the clock on the wall with the one that nobody sets."""

    def __init__(self) -> None:
        self._before: tuple[datetime, float] | None = None
        self._owed = Leap.SHORTLY_BEFORE
        self._aftermath = float("-inf")

    def look(self, at: datetime) -> Leap:
        """What is to be mended; the same is told again until `mended`."""
        runs = time.monotonic()
        if self._before is not None:
            passed = (at - self._before[0]).total_seconds()
            if passed < 0 and passed - (runs - self._before[1]) < -LEAP_SECONDS:
                self._owed, self._aftermath = Leap.BACK, runs + AFTERMATH_SECONDS
        self._before = (at, runs)
        if self._owed is Leap.NONE and runs < self._aftermath:
            return Leap.SHORTLY_BEFORE
        return self._owed

    def mended(self) -> None:
        self._owed = Leap.NONE


def recall_all(database: Database, *, at: datetime) -> None:
    """All that waits for a moment which the old clock gave is due now; carriers' slots are given out anew."""
    with database.write() as session:
        domain_paces.recall(session, at=at)
    more = True
    while more:
        with database.write() as session:
            more = recall(session, at=at, paced=True) == LIMIT


def recall(session: Session, *, at: datetime, paced: bool = False) -> int:
    """Rows that were made or tried in what is now the future are due now, LIMIT of them; with `paced` also those that
    wait for a carrier's slot. Returns how many."""
    chosen = select(OutboxRow.id).where(*_ahead(at, paced=paced)).limit(LIMIT).with_for_update(skip_locked=True)
    found = row_sets.fetched(session, chosen)
    if found:
        which = row_sets.given(session, "recalled", {"id": BigInteger()}, found)
        again = update(OutboxRow).where(OutboxRow.id == which.c.id).values(due_at=at, paced=false())
        row_sets.changed(session, again)
    return len(found)


def anything_ahead(session: Session, *, at: datetime) -> bool:
    """Whether `recall` could find a row; reads only."""
    return session.scalar(select(OutboxRow.id).where(*_ahead(at, paced=False)).limit(1)) is not None


def _ahead(at: datetime, *, paced: bool) -> tuple[ColumnElement[bool] | TextClause, ...]:
    moved = or_(OutboxRow.created_at > at + _SLACK, OutboxRow.handed_at > at + _SLACK)
    wrong = or_(moved, OutboxRow.paced) if paced else and_(moved, OutboxRow.paced.is_(False))
    return IS_OPEN, IS_AT_LARGE, OutboxRow.lane.in_([int(lane) for lane in Lane]), OutboxRow.due_at > at, wrong
