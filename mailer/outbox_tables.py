"""The tables of the outbox: letters, one row a recipient, the state of each batch, and the tallies."""

from datetime import datetime
from enum import IntEnum, StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, RowId


class State(StrEnum):
    """The life of a delivery."""

    QUEUED = "queued"
    DEFERRED = "deferred"
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"


OPEN = (State.QUEUED, State.DEFERRED)
REPLIES = "replies"  # the batch of answers and letters of the service itself

# From what a row may come to what. An end is an end, but `failed` and `expired` go back by "send again";
# a later bounce keeps `sent` and is told beside it.
MOVES: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.DEFERRED, State.SENT, State.FAILED, State.SUPPRESSED, State.EXPIRED}),
    State.DEFERRED: frozenset({State.DEFERRED, State.SENT, State.FAILED, State.SUPPRESSED, State.EXPIRED}),
    State.SENT: frozenset(),
    State.FAILED: frozenset({State.QUEUED}),
    State.SUPPRESSED: frozenset(),
    State.EXPIRED: frozenset({State.QUEUED}),
}


class Lane(IntEnum):
    """Lower numbers go first; only bulk keeps to the delivery hours."""

    URGENT = 0
    REPLY = 1
    BULK = 2


class BatchState(StrEnum):
    OPEN = "open"
    HALTED = "halted"
    WITHDRAWN = "withdrawn"


class LetterRow(Base):
    """A letter's text, once, however many get it."""

    __tablename__ = "letters"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    batch: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    body: Mapped[str]
    tail: Mapped[str]
    links: Mapped[str]
    unsubscribe: Mapped[bool]
    in_reply_to: Mapped[str | None]
    created_at: Mapped[datetime]


_OPEN_ROWS = text("state IN ('queued', 'deferred')")
_UNWANTED_ROWS = text("unwanted AND state IN ('queued', 'deferred')")


class OutboxRow(Base):
    """One letter to one recipient. `once_key` with the address is unique: nothing is sent twice."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("once_key", "address"),
        Index("ix_outbox_due", "lane", "due_at", "id", sqlite_where=_OPEN_ROWS, postgresql_where=_OPEN_ROWS),
        Index("ix_outbox_lease_by", "lease_by", sqlite_where=_OPEN_ROWS, postgresql_where=_OPEN_ROWS),
        Index("ix_outbox_batch_state", "batch", "state"),
        Index("ix_outbox_expires", "expires_at", sqlite_where=_OPEN_ROWS, postgresql_where=_OPEN_ROWS),
        Index("ix_outbox_unwanted", "unwanted", sqlite_where=_UNWANTED_ROWS, postgresql_where=_UNWANTED_ROWS),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))
    batch: Mapped[str]
    once_key: Mapped[str]
    address: Mapped[str] = mapped_column(index=True)
    domain: Mapped[str]
    recipient_ref: Mapped[int | None] = mapped_column(index=True)
    lane: Mapped[int]
    state: Mapped[str] = mapped_column(default=State.QUEUED.value)
    unwanted: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    lease_by: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    handed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reply: Mapped[str | None]
    failing_as: Mapped[str | None]  # the class of the last refusal for now
    bounced_as: Mapped[str | None]  # the class of the refusal that came after we had called it sent


class BatchRow(Base):
    """Whether a batch may be claimed; a batch without a row may."""

    __tablename__ = "batches"

    batch: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(index=True)
    changed_at: Mapped[datetime]


class TallyRow(Base):
    """Counts kept as they happen, a row a (batch, domain, sender), so that progress never counts rows."""

    __tablename__ = "tallies"

    batch: Mapped[str] = mapped_column(primary_key=True)
    domain: Mapped[str] = mapped_column(primary_key=True)
    sender: Mapped[str] = mapped_column(primary_key=True)
    sent: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    suppressed: Mapped[int] = mapped_column(default=0)
    expired: Mapped[int] = mapped_column(default=0)
    deferred: Mapped[int] = mapped_column(default=0)
    bounced: Mapped[int] = mapped_column(default=0)
