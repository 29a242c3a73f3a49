"""The outbox as others use it: put letters in, suppress, halt, withdraw, send again, read the counts.

Every function works in the caller's transaction and never commits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType

from sqlalchemy import String, and_, cast, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mailer import tallies
from mailer.letter import Letter
from mailer.outbox_tables import OPEN, REPLIES, BatchRow, BatchState, Lane, LetterRow, OutboxRow, State

AGAIN = (State.FAILED, State.EXPIRED)
FORGOTTEN = "forgotten:"


@dataclass(frozen=True)
class Post:
    """How a group of letters is to travel."""

    batch: str
    once_key: str
    lane: Lane
    at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class To:
    """One recipient; `ref` is the caller's own number for it and means nothing here."""

    address: str
    domain: str
    ref: int | None


def write_letter(session: Session, letter: Letter, *, batch: str, at: datetime) -> int:
    """Keeps the text and returns its number."""
    row = LetterRow(
        batch=batch,
        subject=letter.subject,
        body=letter.body,
        tail=letter.tail,
        links=letter.packed_links(),
        unsubscribe=letter.unsubscribe,
        in_reply_to=letter.in_reply_to,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row.id


def enqueue(session: Session, letter_id: int, post: Post, recipients: Iterable[To]) -> int:
    """Returns how many rows are new; a recipient who already has this once_key gets no second one."""
    rows = [
        {
            "letter_id": letter_id,
            "batch": post.batch,
            "once_key": post.once_key,
            "address": to.address,
            "domain": to.domain,
            "recipient_ref": to.ref,
            "lane": int(post.lane),
            "state": State.QUEUED.value,
            "unwanted": False,
            "attempts": 0,
            "created_at": post.at,
            "due_at": post.at,
            "expires_at": post.expires_at,
        }
        for to in recipients
    ]
    if not rows:
        return 0
    statement = _dialect(session).insert(OutboxRow).on_conflict_do_nothing(index_elements=["once_key", "address"])
    added = 0
    for start in range(0, len(rows), 500):
        # Counted by what comes back: psycopg tells no number of rows here.
        some = statement.values(rows[start : start + 500]).returning(OutboxRow.id)
        added += len(session.scalars(some).all())
    return added


def reply(session: Session, letter: Letter, post: Post, to: To) -> None:
    """One letter to one address."""
    enqueue(session, write_letter(session, letter, batch=post.batch, at=post.at), post, [to])


def suppress(session: Session, address: str) -> None:
    """What is open for the address will not be sent; the sender ends the rows, also those it holds in hand.
    What failed or expired is marked too, so that "send again" does not reach someone who left."""
    may_go_yet = OutboxRow.state.in_([*OPEN, *AGAIN])
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.address == address, may_go_yet, OutboxRow.lane != int(Lane.REPLY))
        .values(unwanted=True)
    )


def set_batch(session: Session, batch: str, state: BatchState, *, at: datetime) -> None:
    """Halts, resumes or withdraws what is left of a batch; senders look every second."""
    values = {"state": state.value, "changed_at": at}
    statement = _dialect(session).insert(BatchRow).values(batch=batch, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["batch"], set_=values))


def send_again(session: Session, batch: str, *, at: datetime, expires_at: datetime) -> int:
    """Failed and expired rows are queued anew, with the same Message-ID; returns how many."""
    set_batch(session, batch, BatchState.OPEN, at=at)
    rows = session.execute(
        select(OutboxRow.id, OutboxRow.domain, OutboxRow.state)
        .where(OutboxRow.batch == batch, OutboxRow.state.in_(AGAIN))
        .with_for_update()  # pressed twice at once, it is counted once
    ).all()
    for start in range(0, len(rows), 500):
        session.execute(
            update(OutboxRow)
            .where(OutboxRow.id.in_([r.id for r in rows[start : start + 500]]))
            .values(state=State.QUEUED.value, due_at=at, expires_at=expires_at, ended_at=None, reply=None)
        )
    tallies.add(session, "again", (tallies.Change(batch, r.domain, {State(r.state): -1}) for r in rows))
    return len(rows)


def forget(session: Session, address: str, replacement: str) -> None:
    """Erases an address from rows that stay for the counts."""
    session.execute(update(OutboxRow).where(OutboxRow.address == address).values(address=replacement, reply=None))


def forget_replies(session: Session, *, before: datetime) -> None:
    """Letters of the service itself that ended before the moment lose address and text: whoever never confirmed an
    invitation is nobody to us. The rows stay, since bounce facts name them."""
    ended = and_(
        OutboxRow.batch == REPLIES,
        OutboxRow.ended_at < before,
        OutboxRow.address.not_like(f"{FORGOTTEN}%"),
    )
    letters = select(OutboxRow.letter_id).where(ended)
    session.execute(
        update(LetterRow)
        .where(LetterRow.id.in_(letters))
        .values(subject="", body="", tail="", in_reply_to=None)
        .execution_options(synchronize_session=False)
    )
    forgotten = literal(FORGOTTEN) + cast(OutboxRow.id, String)
    session.execute(
        update(OutboxRow)
        .where(ended)
        .values(address=forgotten, reply=None)
        .execution_options(synchronize_session=False)
    )


def recount(session: Session, batch: str) -> dict[State, int]:
    """The truth by counting rows, for the proof at a batch's end only."""
    rows = session.execute(
        select(OutboxRow.state, func.count()).where(OutboxRow.batch == batch).group_by(OutboxRow.state)
    )
    return {State(state): number for state, number in rows}


def open_rows(session: Session, batch: str) -> bool:
    """Whether any letter of the batch has yet to end."""
    found: Sequence[int] = session.scalars(
        select(OutboxRow.id).where(OutboxRow.batch == batch, OutboxRow.state.in_(OPEN)).limit(1)
    ).all()
    return bool(found)


def _dialect(session: Session) -> ModuleType:
    return sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
