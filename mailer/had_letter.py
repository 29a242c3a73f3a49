"""Who has had a letter: the question of those who must put right what was said."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from mailer import tallies
from mailer.outbox_tables import IS_ODD, IS_OPEN, NOT_ENDED, BatchRow, LetterRow, OutboxRow, State

# A try is counted when a letter is offered, and taken back where it was not offered after all. Where one was counted
# and no answer ever written down, the sender died over it.
_UNHEARD = (State.QUEUED.value, State.SUPPRESSED.value, State.EXPIRED.value)


def has_had(address: ColumnElement[Any] | InstrumentedAttribute[Any], keys: Sequence[str]) -> ColumnElement[bool]:
    """Whether the address was sent a letter under one of these once_keys, bounced or not, or may have been: one that is
    in a sender's hand counts, and one over which a sender died.

    One look a key into the unique index. PostgreSQL would make a join of EXISTS, and read all letters for each page.
    """
    which = (OutboxRow.once_key.in_(keys), OutboxRow.address == address, _went())
    return select(OutboxRow.id).where(*which).limit(1).scalar_subquery().is_not(None)


def count(session: Session, keys: Sequence[str]) -> int:
    """How many addresses had one. Of one key the tallies know; of several, rows are counted, since most had each."""
    batches = session.scalars(select(BatchRow.batch).where(BatchRow.once_key.in_(keys))).all()
    if len(batches) == 1:
        return tallies.of(session, batches[0]).sent + _unheard_of(session, batches[0])
    found = select(func.count(OutboxRow.address.distinct())).where(OutboxRow.once_key.in_(keys), _went())
    return session.scalar(found) or 0


def since(session: Session, keys: Sequence[str]) -> datetime | None:
    """When the first of the letters was written; None where there is none."""
    batches = select(BatchRow.batch).where(BatchRow.once_key.in_(keys))
    return session.scalar(select(func.min(LetterRow.created_at)).where(LetterRow.batch.in_(batches)))


def is_known(session: Session, keys: Sequence[str]) -> bool:
    """False once old rows of one of them were folded into counts."""
    dropped = BatchRow.folded_sent + BatchRow.folded_suppressed > 0
    return session.scalar(select(BatchRow.batch).where(BatchRow.once_key.in_(keys), dropped).limit(1)) is None


def any_in_hand(session: Session, batches: Sequence[str]) -> bool:
    """Whether a sender holds letters of these batches, so that it will soon be known what became of them."""
    held = (OutboxRow.batch.in_(batches), NOT_ENDED, IS_OPEN, OutboxRow.lease_by.is_not(None))
    return session.scalar(select(OutboxRow.id).where(*held).limit(1)) is not None


def _went() -> ColumnElement[bool]:
    return or_(OutboxRow.state == State.SENT.value, OutboxRow.lease_by.is_not(None), _unheard())


def _unheard() -> ColumnElement[bool]:
    return and_(OutboxRow.attempts > 0, OutboxRow.handed_at.is_(None), OutboxRow.state.in_(_UNHEARD))


def _unheard_of(session: Session, batch: str) -> int:
    """Each part by the index of the few rows that are neither queued nor sent, or of those that have not ended."""
    mine = OutboxRow.batch == batch
    ended = select(func.count()).where(mine, IS_ODD, OutboxRow.ended_at.is_not(None), _unheard())
    held = or_(OutboxRow.lease_by.is_not(None), _unheard())
    unended = select(func.count()).where(mine, NOT_ENDED, IS_OPEN, held)
    return (session.scalar(ended) or 0) + (session.scalar(unended) or 0)
