"""Folding: letters of batches that ended long ago are dropped in chunks; the tallies stay, and are the counts.

What stays is what is still needed: letters that failed or expired (somebody may ask who did not get it), letters with a
bounce fact, and letters that were accepted for an address under watch, since such a success clears its failures.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from foundation import row_sets
from foundation.strides import Strides
from mailer import tallies
from mailer.bounce_facts import with_facts
from mailer.outbox_tables import BatchRow, OutboxRow, State
from mailer.watched import watched_addresses, watched_refs

DAY_MARGIN = timedelta(days=2)  # a success counts for its whole day, and towns' days are not those of UTC


@dataclass(frozen=True)
class Spans:
    """Rows stay for `kept` after their batch ended; bounce facts speak about an address for `memory`."""

    kept: timedelta
    memory: timedelta

    def silent_before(self, at: datetime) -> datetime:
        """Letters of batches that ended before this clear no failure any more."""
        return at - max(self.kept, self.memory + DAY_MARGIN)


class _Batch(NamedTuple):
    name: str
    once_key: str | None
    ended_at: datetime


class _Letter(NamedTuple):
    id: int
    address: str
    ref: int | None
    state: str


def fold(strides: Strides, spans: Spans, *, at: datetime) -> int:
    """Goes on where the last run stopped, the oldest batch first; returns how many letters were dropped. Two at once,
    on whichever hosts, share the work."""
    dropped = 0
    with strides.database.read() as session:
        batches = _old(session, spans, at=at)
    for batch in batches:
        watched_since = at - spans.memory if batch.ended_at >= spans.silent_before(at) else None
        while True:
            walk = _Walk(strides, batch, watched_since)
            whole = walk.go()
            dropped += walk.dropped
            if not whole or not strides.go_on():
                return dropped
            if not walk.dropped:
                break
        # Only a walk that found nothing to drop proves that nothing is left.
        if not walk.passed_over:
            strides.write(partial(_close, batch=batch, spared=walk.spared, at=at))
    return dropped


@dataclass
class _Walk:
    """One way through a batch along the unique index. Rows are chosen without a lock, and looked at anew when they are
    dropped."""

    strides: Strides
    batch: _Batch
    watched_since: datetime | None
    dropped: int = field(default=0, init=False)
    spared: bool = field(default=False, init=False)
    passed_over: bool = field(default=False, init=False)

    def go(self) -> bool:
        """False when the time was over before the end."""
        after = ""
        while True:
            most = self.strides.limit
            with self.strides.database.read() as session:
                page = self._page(session, after, most)
                going = self._going(session, page)
            if going:
                gone = self.strides.write(partial(_drop, batch=self.batch, ids=going))
                self.dropped += gone
                self.passed_over |= gone < len(going)
            if len(page) < most:
                return True
            if not self.strides.go_on():
                return False
            after = page[-1].address

    def _page(self, session: Session, after: str, most: int) -> list[_Letter]:
        if self.batch.once_key is None:
            return []
        rows = select(OutboxRow.id, OutboxRow.address, OutboxRow.recipient_ref, OutboxRow.state).where(
            OutboxRow.once_key == self.batch.once_key,
            OutboxRow.address > after,
            OutboxRow.batch == self.batch.name,
            OutboxRow.state.in_((State.SENT.value, State.SUPPRESSED.value)),
        )
        return [_Letter(*row) for row in row_sets.fetched(session, rows.order_by(OutboxRow.address).limit(most))]

    def _going(self, session: Session, page: Sequence[_Letter]) -> list[int]:
        told = with_facts(session, [letter.id for letter in page])
        return self._unwatched(session, [letter for letter in page if letter.id not in told])

    def _unwatched(self, session: Session, page: Sequence[_Letter]) -> list[int]:
        if self.watched_since is None:
            return [letter.id for letter in page]
        accepted = [letter for letter in page if letter.state == State.SENT]
        refs = watched_refs(session, {each.ref for each in accepted if each.ref is not None}, since=self.watched_since)
        unnamed = {letter.address for letter in accepted if letter.ref is None}
        addresses = watched_addresses(session, unnamed, since=self.watched_since)
        watched = {letter.id for letter in accepted if letter.ref in refs or letter.address in addresses}
        self.spared |= bool(watched)
        return [letter.id for letter in page if letter.id not in watched]


def _old(session: Session, spans: Spans, *, at: datetime) -> list[_Batch]:
    """What was spared is looked at once more when the facts about it have fallen silent."""
    not_yet = BatchRow.folded_at.is_(None)
    once_more = and_(BatchRow.spared, BatchRow.ended_at < spans.silent_before(at))
    found = select(BatchRow.batch, BatchRow.once_key, BatchRow.ended_at).where(
        BatchRow.ended_at < at - spans.kept, or_(not_yet, once_more)
    )
    rows = session.execute(found.order_by(BatchRow.ended_at, BatchRow.batch)).all()
    return [_Batch(name, key, ended) for name, key, ended in rows if ended is not None]


def _drop(session: Session, *, batch: _Batch, ids: Sequence[int]) -> int:
    """Nobody is waited for: a row in another's hand is passed over, and so are all if the batch is sent again."""
    held = select(BatchRow.batch).where(*_still(batch)).with_for_update(skip_locked=True)
    if session.scalar(held) is None:
        return 0
    given = row_sets.given(session, "old", {"id": BigInteger()}, [(number,) for number in ids])
    found = select(OutboxRow.id, OutboxRow.state).where(OutboxRow.id.in_(select(given.c.id)))
    locked = row_sets.fetched(session, found.with_for_update(skip_locked=True))
    # A fact needs its letter's lock: none comes between this look and the end of the transaction.
    told = with_facts(session, [number for number, _ in locked])
    dropped = Counter(
        {
            end: _delete(session, [number for number, state in locked if state == end and number not in told])
            for end in (State.SENT, State.SUPPRESSED)
        }
    )
    fold_counts(session, batch.name, dropped)
    return dropped.total()


def fold_counts(session: Session, batch: str, dropped: Mapping[State, int]) -> None:
    """So that a recount is right at any moment."""
    counts = {
        "folded_sent": BatchRow.folded_sent + dropped[State.SENT],
        "folded_suppressed": BatchRow.folded_suppressed + dropped[State.SUPPRESSED],
    }
    row_sets.changed(session, update(BatchRow).where(BatchRow.batch == batch).values(**counts))


def _delete(session: Session, ids: Sequence[int]) -> int:
    if not ids:
        return 0
    given = row_sets.given(session, "gone", {"id": BigInteger()}, [(number,) for number in ids])
    return row_sets.changed(session, delete(OutboxRow).where(OutboxRow.id.in_(select(given.c.id))))


def _close(session: Session, *, batch: _Batch, spared: bool, at: datetime) -> int:
    closed = row_sets.changed(session, update(BatchRow).where(*_still(batch)).values(folded_at=at, spared=spared))
    if closed and tallies.many_rows(session, batch.name):
        tallies.merge(session, batch.name)
    return closed


def _still(batch: _Batch) -> tuple[ColumnElement[bool], ...]:
    """Nobody sent it again since we looked."""
    return BatchRow.batch == batch.name, BatchRow.ended_at == batch.ended_at
