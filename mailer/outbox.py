"""The outbox as others use it: put letters in, suppress, halt, withdraw, send again, read the counts.

Every function works in the caller's transaction and never commits.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    String,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session

from foundation import bell, row_sets
from foundation.database import insert_into
from mailer import tallies
from mailer.letter import Letter
from mailer.outbox_tables import (
    IS_ODD,
    IS_OPEN,
    IS_REPLY,
    NOT_ENDED,
    OPEN,
    OUTBOX,
    BatchRow,
    BatchState,
    Lane,
    LetterRow,
    OutboxRow,
    State,
)

AGAIN = (State.FAILED, State.EXPIRED)
_refused_at = func.coalesce(OutboxRow.handed_at, OutboxRow.ended_at)


class LettersFolded(Exception):
    """Letters under this once_key were dropped since they are old: nobody could tell who has had one."""


_RECIPIENT: row_sets.Kinds = {"address": String(), "domain": String(), "recipient_ref": BigInteger()}
_WHO = tuple(_RECIPIENT)


@dataclass(frozen=True)
class Post:
    """How a group of letters is to travel; without `due_at` they may go at once."""

    batch: str
    once_key: str
    lane: Lane
    at: datetime
    expires_at: datetime
    due_at: datetime | None = None


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
    """Returns how many rows are new; a recipient who already has this once_key gets no second one.

    A batch has one once_key; only replies, each of which is alone, have any number of them. Raises LettersFolded.
    """
    rows = [(to.address, to.domain, to.ref) for to in recipients]
    if not rows:
        return 0
    if post.lane is not Lane.REPLY:
        _name_key(session, post)
    given = row_sets.given(session, "recipient", _RECIPIENT, rows)
    return _insert(session, _letter(letter_id, {}, given), post, given)


@dataclass(frozen=True)
class Made:
    """What came of one page: the number of its last recipient (None: the page was empty), and new rows by domain."""

    last: int | None
    by_domain: Mapping[str, int]


def enqueue_page(
    session: Session, letter_id: int, post: Post, page: Select[Any], *, editions: Mapping[str, int] | None = None
) -> Made:
    """Puts in whom a statement finds (address, domain, recipient_ref, edition), without a row leaving the database. Who
    already has this once_key gets no second letter. `editions` are the letters of those whose `edition` it names; all
    others get `letter_id`. Raises LettersFolded."""
    looked = page.subquery("page")
    last = session.scalar(select(func.max(looked.c.recipient_ref)))
    if last is None:
        return Made(None, {})
    _name_key(session, post)
    before = session.scalar(select(func.max(OutboxRow.id))) or 0
    # Between the two looks somebody may have come in or gone: nobody beyond the first look's last is taken by the
    # second, and none up to it is left out, however many there are by now.
    found = page.limit(None).where(page.selected_columns.recipient_ref <= last).subquery("found")
    _insert(session, _letter(letter_id, editions or {}, found), post, found)
    mine = (OutboxRow.id > before, OutboxRow.batch == post.batch)
    made = row_sets.fetched(session, select(OutboxRow.domain, func.count()).where(*mine).group_by(OutboxRow.domain))
    return Made(last, {row[0]: row[1] for row in made})


def _letter(letter_id: int, editions: Mapping[str, int], found: FromClause) -> ColumnElement[int]:
    """Which letter each row found gets."""
    usual = literal(letter_id, OUTBOX.c.letter_id.type)
    return case(dict(editions), value=found.c.edition, else_=usual) if editions else usual


def _insert(session: Session, letter: ColumnElement[int], post: Post, found: FromClause) -> int:
    """How many of the rows found are new under this once_key."""
    shared = {
        "batch": post.batch,
        "once_key": post.once_key,
        "lane": int(post.lane),
        "state": State.QUEUED.value,
        "unwanted": False,
        "parked": False,
        "paced": False,
        "attempts": 0,
        "created_at": post.at,
        "due_at": post.due_at or post.at,
        "expires_at": post.expires_at,
    }
    values = (literal(value, OUTBOX.c[name].type) for name, value in shared.items())
    who = [found.c[name] for name in _WHO]
    # Without a condition SQLite misreads ON CONFLICT after a SELECT.
    chosen = select(*who, letter, *values).where(true())
    statement = insert_into(session, OUTBOX).from_select([*_WHO, "letter_id", *shared], chosen, include_defaults=False)
    added = row_sets.changed(session, statement.on_conflict_do_nothing(index_elements=["once_key", "address"]))
    bell.ring(session, "outbox")
    return added


def put_off(session: Session, letters: Sequence[int], *, until: datetime) -> None:
    """Letters that nobody has in hand yet, such as those just put in, wait until then."""
    named = row_sets.given(session, "later", {"id": BigInteger()}, [(number,) for number in letters])
    row_sets.changed(session, update(OutboxRow).where(OutboxRow.id == named.c.id).values(due_at=until))


def reply(session: Session, letter: Letter, post: Post, to: To) -> None:
    """One letter to one address."""
    enqueue(session, write_letter(session, letter, batch=post.batch, at=post.at), post, [to])


def is_known(session: Session, once_key: str, address: str) -> bool:
    """Whether the address has, or had, a letter under this once_key; for a while, since old rows are folded."""
    found = select(OutboxRow.id).where(OutboxRow.once_key == once_key, OutboxRow.address == address)
    return session.scalar(found) is not None


def suppress(session: Session, address: str) -> None:
    """What is open for the address will not be sent; the sender ends the rows, also those it holds in hand.
    What failed or expired is marked too, so that "send again" does not reach someone who left."""
    may_go_yet = OutboxRow.state.in_([*OPEN, *AGAIN])
    which = (_bulletins_to(address), may_go_yet, OutboxRow.lane != int(Lane.REPLY))
    row_sets.changed(session, update(OutboxRow).where(*which).values(unwanted=True))


def set_batch(session: Session, batch: str, state: BatchState, *, at: datetime) -> None:
    """Halts, resumes or withdraws what is left of a batch; senders look every second."""
    values = {
        "state": state.value,
        "swept": state is not BatchState.WITHDRAWN,
        "changed_at": at,
        "ended_at": None,
        "folded_at": None,
    }
    statement = insert_into(session, BatchRow).values(batch=batch, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["batch"], set_=values))
    bell.ring(session, "outbox")


def send_again(session: Session, batch: str, *, at: datetime, expires_at: datetime) -> int:
    """Failed and expired rows are queued anew, with the same Message-ID; returns how many."""
    set_batch(session, batch, BatchState.OPEN, at=at)
    rows = session.execute(
        select(OutboxRow.id, OutboxRow.domain, OutboxRow.state)
        .where(OutboxRow.batch == batch, IS_ODD, OutboxRow.state.in_(AGAIN))
        .with_for_update()  # pressed twice at once, it is counted once
    ).all()
    for start in range(0, len(rows), 500):
        session.execute(
            update(OutboxRow)
            .where(OutboxRow.id.in_([r.id for r in rows[start : start + 500]]))
            .values(
                state=State.QUEUED.value,
                due_at=at,
                expires_at=expires_at,
                # A refusal was heard, so nobody died over that try (mailer/had_letter.py); an expired row tells itself.
                handed_at=case((OutboxRow.state == State.FAILED, _refused_at), else_=OutboxRow.handed_at),
                ended_at=None,
                reply=None,
                parked=False,
                paced=False,
            )
        )
    tallies.add(session, tallies.AGAIN, (tallies.Change(batch, r.domain, {State(r.state): -1}) for r in rows))
    return len(rows)


def forget(session: Session, address: str, replacement: str) -> None:
    """Erases an address from rows that stay for the counts."""
    for which in (_bulletins_to(address), _replies_to(address)):
        row_sets.changed(session, update(OutboxRow).where(which).values(address=replacement, reply=None))


def recount(session: Session, batch: str) -> dict[State, int]:
    """The truth by counting rows, those that were dropped since included; for the proof at a batch's end only."""
    rows = session.execute(select(OutboxRow.state, func.count()).where(*_rows_of(batch)).group_by(OutboxRow.state))
    truth = Counter({State(state): number for state, number in rows})
    folded = select(BatchRow.folded_sent, BatchRow.folded_suppressed).where(BatchRow.batch == batch)
    for sent, suppressed in session.execute(folded):
        truth += Counter({State.SENT: sent, State.SUPPRESSED: suppressed})
    return dict(truth)


def end_batch(session: Session, batch: str, *, at: datetime) -> None:
    """All its letters have ended and no more will come: from now on it grows old."""
    session.execute(update(BatchRow).where(BatchRow.batch == batch).values(ended_at=at))


def open_rows(session: Session, batch: str) -> bool:
    """Whether any letter of the batch has yet to end."""
    found = select(OutboxRow.id).where(OutboxRow.batch == batch, NOT_ENDED, IS_OPEN).limit(1)
    return session.scalar(found) is not None


def _rows_of(batch: str) -> tuple[ColumnElement[bool], ...]:
    """The rows of a batch, found by its once_key."""
    key = select(BatchRow.once_key).where(BatchRow.batch == batch).scalar_subquery()
    return OutboxRow.once_key == key, OutboxRow.batch == batch


def _bulletins_to(address: str) -> ColumnElement[bool]:
    """One look a batch into the unique index; an index by address would grow with every letter ever sent."""
    keys = select(BatchRow.once_key).where(BatchRow.once_key.is_not(None))
    return and_(OutboxRow.once_key.in_(keys), OutboxRow.address == address)


def _replies_to(address: str) -> ColumnElement[bool]:
    return and_(IS_REPLY, OutboxRow.address == address)


def _name_key(session: Session, post: Post) -> None:
    dropped = BatchRow.folded_sent + BatchRow.folded_suppressed
    known = session.execute(
        select(BatchRow.batch, BatchRow.ended_at, dropped).where(BatchRow.once_key == post.once_key)
    ).all()
    if any(letters for _, _, letters in known):
        raise LettersFolded(post.once_key)
    if any(batch == post.batch and ended_at is None for batch, ended_at, _ in known):
        return
    named = insert_into(session, BatchRow).values(
        batch=post.batch, once_key=post.once_key, state=BatchState.OPEN.value, swept=True, changed_at=post.at
    )
    session.execute(
        named.on_conflict_do_update(
            index_elements=["batch"],
            set_={"once_key": named.excluded.once_key, "ended_at": None},
            where=or_(BatchRow.once_key.is_(None), BatchRow.ended_at.is_not(None)),
        )
    )
