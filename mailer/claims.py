"""Claims: a sender takes due rows under a lease, keeps it alive, and ends rows that need no wire."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select, update
from sqlalchemy.orm import Session

from mailer import tallies
from mailer.bounce_facts import Fact, Source, keep_fact
from mailer.bounce_report.bounce_class import BounceClass
from mailer.domain_pauses import paused_domains
from mailer.outbox_tables import OPEN, BatchRow, BatchState, Lane, OutboxRow, State

LEASE = timedelta(seconds=30)
CHUNK = 500  # rows named in one statement; databases bound how many values one may carry


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row in a sender's hand; `attempt` counts from 1 and names this try for ever."""

    id: int
    letter_id: int
    batch: str
    address: str
    domain: str
    ref: int | None
    lane: Lane
    attempt: int
    created_at: datetime
    expires_at: datetime


_TAKEN = (
    OutboxRow.id,
    OutboxRow.letter_id,
    OutboxRow.batch,
    OutboxRow.address,
    OutboxRow.domain,
    OutboxRow.recipient_ref,
    OutboxRow.lane,
    OutboxRow.attempts,
    OutboxRow.created_at,
    OutboxRow.expires_at,
)


def anything_to_do(session: Session, *, at: datetime, lanes: Collection[Lane]) -> bool:
    """Whether a claim or the sweep could find a row; reads only, so that an idle service writes nothing."""
    due = and_(_free(at), OutboxRow.due_at <= at, OutboxRow.lane.in_([int(lane) for lane in lanes]))
    late = and_(_free(at), OutboxRow.expires_at <= at)
    unwanted = and_(_free(at), OutboxRow.unwanted.is_(True))
    withdrawn = and_(_free(at), OutboxRow.batch.in_(_withdrawn()))
    return any(
        session.scalar(select(OutboxRow.id).where(which).limit(1)) is not None
        for which in (due, late, unwanted, withdrawn)
    )


def claim(
    session: Session,
    sender: str,
    *,
    at: datetime,
    lanes: Collection[Lane],
    limit: int,
    begun_within: tuple[datetime, datetime] | None = None,
) -> list[Claimed]:
    """Takes at most `limit` due rows, urgent before reply before bulk, for LEASE from `at`.

    With `begun_within`, bulk only of batches that were begun, or taken up again, in that span: after a closing the
    grace is for what began before it, not for what waits since yesterday or was resumed in the evening.
    """
    wanted = [_free(at), OutboxRow.due_at <= at, OutboxRow.expires_at > at, *_may_travel(session)]
    wanted.append(OutboxRow.lane.in_([int(lane) for lane in lanes]))
    if begun_within is not None:
        opening, closing = begun_within
        begun = select(BatchRow.batch).where(BatchRow.changed_at >= opening, BatchRow.changed_at < closing)
        wanted.append(or_(OutboxRow.lane != int(Lane.BULK), OutboxRow.batch.in_(begun)))
    picked = (
        select(OutboxRow.id)
        .where(*wanted)
        .order_by(OutboxRow.lane, OutboxRow.due_at, OutboxRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        # Picked once, whatever plan PostgreSQL makes of the update around it.
        .cte("picked")
    )
    rows = session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(select(picked.c.id)))
        .values(lease_by=sender, lease_until=at + LEASE, attempts=OutboxRow.attempts + 1)
        .returning(*_TAKEN)
        .execution_options(synchronize_session=False)
    ).all()
    taken = [Claimed(r[0], r[1], r[2], r[3], r[4], r[5], Lane(r[6]), r[7], r[8], r[9]) for r in rows]
    return sorted(taken, key=lambda c: (c.lane, c.id))


def keep(session: Session, sender: str, ids: Sequence[int], *, at: datetime) -> set[int]:
    """Renews the lease of what the sender still holds and returns what of it is still wanted; the rest was
    halted, withdrawn, paused, taken over by another sender, or its recipient left."""
    wanted: set[int] = set()
    for start in range(0, len(ids), CHUNK):
        held = and_(
            OutboxRow.id.in_(ids[start : start + CHUNK]), OutboxRow.lease_by == sender, OutboxRow.state.in_(OPEN)
        )
        session.execute(update(OutboxRow).where(held).values(lease_until=at + LEASE))
        wanted |= set(session.scalars(select(OutboxRow.id).where(held, *_may_travel(session))))
    return wanted


def give_back(session: Session, sender: str) -> None:
    """Frees what an earlier life of this sender still held, so that nobody waits for the leases to end."""
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.lease_by == sender, OutboxRow.state.in_(OPEN))
        .values(lease_by=None, lease_until=None)
    )


def settle(session: Session, sender: str, *, at: datetime, limit: int = 1000) -> int:
    """Ends rows that will not be sent: unwanted or withdrawn ones as suppressed, late ones as expired.

    Rows in a sender's hand are left to that sender. Returns how many were ended.
    """
    ended = _end(session, sender, OutboxRow.unwanted.is_(True), State.SUPPRESSED, at=at, limit=limit)
    ended += _end(session, sender, OutboxRow.batch.in_(_withdrawn()), State.SUPPRESSED, at=at, limit=limit)
    return ended + _end(session, sender, OutboxRow.expires_at <= at, State.EXPIRED, at=at, limit=limit)


def _free(at: datetime) -> ColumnElement[bool]:
    return and_(OutboxRow.state.in_(OPEN), or_(OutboxRow.lease_until.is_(None), OutboxRow.lease_until < at))


def _may_travel(session: Session) -> list[ColumnElement[bool]]:
    closed = select(BatchRow.batch).where(BatchRow.state != BatchState.OPEN)
    conditions: list[ColumnElement[bool]] = [OutboxRow.unwanted.is_(False), OutboxRow.batch.not_in(closed)]
    if paused := paused_domains(session):
        conditions.append(or_(OutboxRow.lane != int(Lane.BULK), OutboxRow.domain.not_in(paused)))
    return conditions


def _withdrawn() -> Select[tuple[str]]:
    return select(BatchRow.batch).where(BatchRow.state == BatchState.WITHDRAWN)


def _end(session: Session, sender: str, which: ColumnElement[bool], end: State, *, at: datetime, limit: int) -> int:
    rows = session.execute(
        select(
            OutboxRow.id,
            OutboxRow.batch,
            OutboxRow.domain,
            OutboxRow.state,
            OutboxRow.failing_as,
            OutboxRow.reply,
        )
        .where(_free(at), which)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if not rows:
        return 0
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_([r.id for r in rows]))
        .values(state=end.value, ended_at=at, lease_by=None, lease_until=None)
    )
    changes = [tallies.Change(r.batch, r.domain, _move(State(r.state), end)) for r in rows]
    tallies.add(session, sender, changes)
    for r in rows:
        if end is State.EXPIRED and r.failing_as == BounceClass.FULL:
            # A full mailbox counts once its tries have ended.
            keep_fact(
                session,
                Fact(r.id, BounceClass.FULL, counted=True, evidence=r.reply or "", source=Source.SMTP),
                handed_at=None,  # the row knows when it was last offered
                at=at,
            )
    return len(rows)


def _move(was: State, to: State) -> dict[str, int]:
    return {was: -1, to: 1} if was != to else {}
