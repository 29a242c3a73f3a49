"""The tables of the outbox: letters, one row a recipient, the state of each batch, and the tallies."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Index,
    Table,
    TextClause,
    UniqueConstraint,
    and_,
    case,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from foundation import row_sets
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
# a later bounce keeps `sent` and is told beside it. A sender that was cut off from the database may tell of an
# acceptance after others have given the row up: it is a fact, and keeps the letter from being sent once more.
MOVES: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.DEFERRED, State.SENT, State.FAILED, State.SUPPRESSED, State.EXPIRED}),
    State.DEFERRED: frozenset({State.DEFERRED, State.SENT, State.FAILED, State.SUPPRESSED, State.EXPIRED}),
    State.SENT: frozenset(),
    State.FAILED: frozenset({State.QUEUED}),
    State.SUPPRESSED: frozenset({State.SENT}),
    State.EXPIRED: frozenset({State.QUEUED, State.SENT}),
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


def _partial(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


_OPEN = "state IN ('queued', 'deferred')"
_ODD = "state NOT IN ('queued', 'sent')"


class OutboxRow(Base):
    """One letter to one recipient. `once_key` with the address is unique: nothing is sent twice.

    What a letter costs is paid in indexes. All but the first two hold open rows, or rows of which there are few, so
    that millions of old ones cost nothing; columns of the lease stand in none, so that a claim on PostgreSQL rewrites
    the row alone. Each kind of question fits one index only: PostgreSQL believes, by statistics of the quiet hours,
    that hardly a row is open, and would read all open rows by whichever index else it may.

    A `parked` row waits until its batch is resumed or its domain taken up again: claims do not see it.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("once_key", "address"),
        _partial("ix_outbox_due", "lane", "due_at", "id", where=f"{_OPEN} AND NOT parked"),
        _partial("ix_outbox_parked", "batch", "domain", where=f"{_OPEN} AND parked"),
        _partial("ix_outbox_open", "batch", "expires_at", where="ended_at IS NULL"),
        _partial("ix_outbox_unwanted", "id", where=f"unwanted AND {_OPEN}"),
        _partial("ix_outbox_odd", "batch", "state", where=_ODD),
        _partial("ix_outbox_reply_to", "address", where="lane = 1"),
        _partial("ix_outbox_reply_letter", "letter_id", where="lane = 1"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    # No foreign key: to drop one letter the database would read all rows, as no index leads from letters to them.
    letter_id: Mapped[int]
    batch: Mapped[str]
    once_key: Mapped[str]
    address: Mapped[str]
    domain: Mapped[str]
    recipient_ref: Mapped[int | None]
    lane: Mapped[int]
    state: Mapped[str] = mapped_column(default=State.QUEUED.value)
    unwanted: Mapped[bool] = mapped_column(default=False)
    parked: Mapped[bool] = mapped_column(default=False)
    paced: Mapped[bool] = mapped_column(default=False)  # due_at is the slot its carrier's pace gave it
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


NUMBERS = row_sets.RowSet("numbers", {"id": BigInteger()})  # of rows, as a statement is given them
OUTBOX = cast(Table, OutboxRow.__table__)  # for statements that know nothing of objects

# A partial index is used only where a condition says the same in the same words, not by parameters.
IS_OPEN = text("outbox." + _OPEN)
LANDABLE = frozenset(state for state, moves in MOVES.items() if State.SENT in moves)
MAY_LAND = text(f"outbox.state IN ({', '.join(repr(state.value) for state in sorted(LANDABLE))})")
NOT_ENDED = text("outbox.ended_at IS NULL")  # the same rows, for those who ask by batch
IS_ODD = text("outbox." + _ODD)
IS_PARKED = text("outbox.parked")
IS_AT_LARGE = text("NOT outbox.parked")
IS_UNWANTED = text("outbox.unwanted")
IS_REPLY = text("outbox.lane = 1")


def looked_up(*conditions: ColumnElement[bool] | TextClause) -> ColumnElement[bool]:
    """Conditions on rows that are found by their number: no index may be chosen for them, and none is guessed from.

    PostgreSQL believes that they hold for hardly a row, and would take up all open rows to look for each of them in
    the whole of a given set.
    """
    return case((and_(*conditions), true()), else_=false())


class BatchRow(Base):
    """Whether a batch may be claimed, and the `once_key` by which its rows are found; replies have no batch row.
    One that was withdrawn is `swept` once none of its rows is open.

    Since `ended_at` none of its rows is open, and none will come, unless it is sent again. At `folded_at` its old rows
    were dropped, so many of each end; `spared` says that rows of addresses under watch were left for later.
    """

    __tablename__ = "batches"

    batch: Mapped[str] = mapped_column(primary_key=True)
    once_key: Mapped[str | None] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(index=True)
    swept: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    folded_at: Mapped[datetime | None]
    folded_sent: Mapped[int] = mapped_column(default=0)
    folded_suppressed: Mapped[int] = mapped_column(default=0)
    spared: Mapped[bool] = mapped_column(default=False)


class SenderRow(Base):
    """A sender that lives, or died without a word; `trouble` is what keeps it from handing letters over."""

    __tablename__ = "senders"

    name: Mapped[str] = mapped_column(primary_key=True)
    beats: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[datetime]
    trouble: Mapped[str | None]


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
    audience: Mapped[int] = mapped_column(default=0)


class TallySumRow(Base):
    """The tallies of a batch that ended long ago, over all domains and senders: whoever tells of a year adds up
    bulletins, not their thousand domains. What is still added to the tallies of such a batch is added here too."""

    __tablename__ = "tally_sums"

    batch: Mapped[str] = mapped_column(primary_key=True)
    sent: Mapped[int]
    failed: Mapped[int]
    suppressed: Mapped[int]
    expired: Mapped[int]
    deferred: Mapped[int]
    bounced: Mapped[int]
    audience: Mapped[int]
