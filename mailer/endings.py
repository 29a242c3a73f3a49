"""Endings that need no wire: unwanted and withdrawn rows are suppressed, late ones expire."""

from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from foundation import row_sets
from mailer import outbox, tallies
from mailer.bounce_facts import Fact, Source, keep_fact
from mailer.bounce_report.bounce_class import BounceClass
from mailer.claims import free
from mailer.outbox_tables import IS_UNWANTED, NOT_ENDED, REPLIES, BatchRow, BatchState, OutboxRow, State

LIMIT = 2000  # rows of each kind at a time: some milliseconds


def anything_to_end(session: Session, *, at: datetime, lease_at: datetime | None = None) -> bool:
    """Whether `settle` could find a row; reads only."""
    late = select(OutboxRow.id).where(free(lease_at or at), _late(session, at))
    unwanted = select(OutboxRow.id).where(free(lease_at or at), IS_UNWANTED)
    return any(session.scalar(some.limit(1)) is not None for some in (late, unwanted)) or bool(_unswept(session))


def settle(session: Session, sender: str, *, at: datetime, lease_at: datetime | None = None) -> int:
    """Ends rows that will not be sent: unwanted or withdrawn ones as suppressed, late ones as expired.

    Rows in a sender's hand are left to that sender. Returns how many were ended.
    """
    idle = free(lease_at or at)
    ended = _end(session, sender, and_(idle, IS_UNWANTED), State.SUPPRESSED, at=at)
    for batch in _unswept(session):
        found = _end(session, sender, and_(idle, NOT_ENDED, OutboxRow.batch == batch), State.SUPPRESSED, at=at)
        ended += found
        if not found and not outbox.open_rows(session, batch):
            session.execute(update(BatchRow).where(BatchRow.batch == batch).values(swept=True, ended_at=at))
    return ended + _end(session, sender, and_(idle, _late(session, at)), State.EXPIRED, at=at)


def _unswept(session: Session) -> list[str]:
    withdrawn = select(BatchRow.batch).where(BatchRow.state == BatchState.WITHDRAWN, BatchRow.swept.is_(False))
    return list(session.scalars(withdrawn))


def _late(session: Session, at: datetime) -> ColumnElement[bool]:
    """Batch by batch, as the index of open rows has them; batches that ended have none."""
    batches = session.scalars(select(BatchRow.batch).where(BatchRow.ended_at.is_(None))).all()
    return and_(NOT_ENDED, OutboxRow.batch.in_([*batches, REPLIES]), OutboxRow.expires_at <= at)


def _end(session: Session, sender: str, which: ColumnElement[bool], end: State, *, at: datetime) -> int:
    columns = (
        OutboxRow.id,
        OutboxRow.batch,
        OutboxRow.domain,
        OutboxRow.state,
        OutboxRow.failing_as,
        OutboxRow.reply,
    )
    chosen = select(*columns).where(which).limit(LIMIT).with_for_update(skip_locked=True)
    rows = row_sets.fetched(session, chosen)
    if not rows:
        return 0
    ended = row_sets.given(session, "ended", {"id": BigInteger()}, [(row[0],) for row in rows])
    ending = update(OutboxRow).where(OutboxRow.id == ended.c.id)
    row_sets.changed(session, ending.values(state=end.value, ended_at=at, lease_by=None, lease_until=None))
    changes = [tallies.Change(batch, domain, {was: -1, end: 1}) for _, batch, domain, was, _, _ in rows]
    tallies.add(session, sender, changes)
    for number, _, _, _, failing_as, reply in rows:
        if end is State.EXPIRED and failing_as == BounceClass.FULL:
            # A full mailbox counts once its tries have ended, on the day when it was last offered: the row knows.
            fact = Fact(number, BounceClass.FULL, counted=True, evidence=reply or "", source=Source.SMTP)
            keep_fact(session, fact, handed_at=None, at=at)
    return len(rows)
