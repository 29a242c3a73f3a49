"""Records: what became of each try is written down in groups, rows, tallies and bounce facts together."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from mailer import domain_pauses, tallies
from mailer.bounce_facts import Fact, Source, keep_fact, reported_before
from mailer.claims import CHUNK, Claimed
from mailer.courier import Deferred, Delivered, NotTried, Outcome, Refused
from mailer.flight_log import Landing
from mailer.mail_text import storable
from mailer.outbox_tables import OPEN, OutboxRow, State
from mailer.retry import next_try

REPLY_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Not sent after all: the recipient left, or the batch was halted or withdrawn, before its turn."""


@dataclass(frozen=True, slots=True)
class Result:
    """One claimed row and what came of it."""

    row: Claimed
    outcome: Outcome | Unwanted
    at: datetime


def record(session: Session, sender: str, results: Sequence[Result], *, at: datetime) -> list[str]:
    """Writes a group down in the caller's transaction; returns domains that were paused because of it.

    Writing the same group twice changes nothing. A row that has ended, or was claimed anew, is passed over; but an
    acceptance is a fact, whoever holds the row by now, and keeps it from being sent once more.
    """
    rows = _open_rows(session, results)
    came_back = reported_before(session, list(rows))
    changes: list[tallies.Change] = []
    for result in results:
        row = rows.pop(result.row.id, None)
        if row is None:
            continue
        delivered = isinstance(result.outcome, Delivered)
        if delivered or (row.lease_by == sender and row.attempts == result.row.attempt):
            changes += _one(session, result, was=State(row.state))
        if delivered and row.id in came_back:
            _set(session, row.id, bounced_as=came_back[row.id])
            changes.append(tallies.Change(result.row.batch, result.row.domain, {tallies.BOUNCED: 1}))
    tallies.add(session, sender, changes)
    refused = [(r.row.batch, r.row.domain) for r in results if isinstance(r.outcome, Refused)]
    return domain_pauses.look(session, refused, at=at) if refused else []


def replay(session: Session, sender: str, landings: Iterable[Landing]) -> int:
    """Marks as sent what an earlier life's flight log proves accepted; returns how many rows that mended."""
    mended = 0
    changes: list[tallies.Change] = []
    for landing in landings:
        row = session.get(OutboxRow, landing.row, with_for_update=True)
        # A row with fewer tries than the log tells of is another one: the database was exchanged.
        if row is None or State(row.state) not in OPEN or row.attempts < landing.attempt:
            continue
        changes.append(tallies.Change(row.batch, row.domain, {State(row.state): -1, State.SENT: 1}))
        row.bounced_as = reported_before(session, [row.id]).get(row.id)
        if row.bounced_as is not None:
            changes.append(tallies.Change(row.batch, row.domain, {tallies.BOUNCED: 1}))
        row.state, row.handed_at, row.ended_at = State.SENT, landing.at, landing.at
        row.lease_by = row.lease_until = None
        row.reply = "accepted before a restart"
        mended += 1
    session.flush()
    tallies.add(session, sender, changes)
    return mended


def _open_rows(session: Session, results: Sequence[Result]) -> dict[int, Row[Any]]:
    """The rows as they stand now, locked; those that have ended are left out."""
    ids = sorted({result.row.id for result in results})
    columns = select(OutboxRow.id, OutboxRow.attempts, OutboxRow.state, OutboxRow.lease_by)
    rows: dict[int, Row[Any]] = {}
    for start in range(0, len(ids), CHUNK):
        some = columns.where(OutboxRow.id.in_(ids[start : start + CHUNK]), OutboxRow.state.in_(OPEN))
        rows |= {row.id: row for row in session.execute(some.order_by(OutboxRow.id).with_for_update())}
    return rows


def _one(session: Session, result: Result, *, was: State) -> list[tallies.Change]:
    row, outcome = result.row, result.outcome
    match outcome:
        case Delivered():
            return _end(session, result, State.SENT, was=was, reply=outcome.reply, handed_at=result.at)
        case Refused():
            changes = _end(session, result, State.FAILED, was=was, reply=outcome.reply)
            fact = Fact(row.id, outcome.bounce_class, outcome.counted, outcome.reply, Source.SMTP)
            keep_fact(session, fact, handed_at=result.at, at=result.at)
            return changes
        case Deferred():
            return _defer(session, result, outcome, was=was)
        case NotTried():
            return _give_back(session, result)
        case Unwanted():
            # A halted batch may go on later; rows of those who left or of a withdrawn batch are ended by the sweep.
            return _give_back(session, result)


def _end(
    session: Session, result: Result, end: State, *, was: State, reply: str, handed_at: datetime | None = None
) -> list[tallies.Change]:
    _set(session, result.row.id, state=end.value, reply=_kept(reply), handed_at=handed_at, ended_at=result.at)
    return [tallies.Change(result.row.batch, result.row.domain, _by(was, end))]


def _defer(session: Session, result: Result, outcome: Deferred, *, was: State) -> list[tallies.Change]:
    row = result.row
    due = next_try(attempt=row.attempt, at=result.at, expires_at=row.expires_at, hint=outcome.hint, seed=row.id)
    _set(
        session,
        row.id,
        state=State.DEFERRED.value,
        # The last try before the expiry was this one: the row waits for the sweep that ends it.
        due_at=due or row.expires_at,
        handed_at=result.at,
        reply=_kept(outcome.reply),
        failing_as=outcome.bounce_class.value,
    )
    return [tallies.Change(row.batch, row.domain, _by(was, State.DEFERRED))]


def _give_back(session: Session, result: Result) -> list[tallies.Change]:
    """The try is not counted, since nothing was offered to anyone."""
    _set(session, result.row.id, attempts=result.row.attempt - 1)
    return []


def _set(session: Session, number: int, **values: object) -> None:
    session.execute(update(OutboxRow).where(OutboxRow.id == number).values(lease_by=None, lease_until=None, **values))


def _kept(reply: str) -> str:
    """A server may answer with octets that no database takes as text."""
    return storable(reply)[:REPLY_LENGTH]


def _by(was: State, to: State) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    if was is not to:
        counts[was] -= 1
        counts[to] += 1
    return counts
