"""Records: what became of each try is written down in groups, rows, tallies and bounce facts together."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    FromClause,
    Select,
    String,
    TextClause,
    Update,
    bindparam,
    case,
    false,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session

from foundation import row_sets
from mailer import domain_paces, domain_pauses, tallies
from mailer.bounce_facts import Fact, Source, keep_fact, reported_before
from mailer.carrier_groups import CarrierGroups
from mailer.claims import Claimed
from mailer.courier import Deferred, Delivered, Outcome, Refused
from mailer.flight_log import Landing
from mailer.mail_text import storable
from mailer.outbox_tables import IS_OPEN, LANDABLE, MAY_LAND, NUMBERS, OPEN, OUTBOX, OutboxRow, State, looked_up
from mailer.pacing import is_complaint
from mailer.retry import next_try

REPLY_LENGTH = 300

_AT = DateTime(timezone=True)
_AS_HELD: row_sets.Kinds = {"id": BigInteger(), "attempt": BigInteger()}
_LANDED = row_sets.RowSet("landed", {**_AS_HELD, "at": _AT, "reply": String()})
_TRIED = row_sets.RowSet(
    "tried",
    {
        **_AS_HELD,
        "state": String(),
        "attempts": BigInteger(),
        "due_at": _AT,
        "handed_at": _AT,
        "ended_at": _AT,
        "reply": String(),
        "failing_as": String(),
    },
)
_BECOMES = {Delivered: State.SENT, Refused: State.FAILED, Deferred: State.DEFERRED}  # others leave it as it was


class Result(NamedTuple):
    """One claimed row and what came of it."""

    row: Claimed
    outcome: Outcome
    at: datetime


class _Landable(NamedTuple):
    """What the database says of a row that an acceptance may still turn into a sent one."""

    id: int
    attempts: int
    state: str
    lease_by: str | None


def record(
    session: Session,
    sender: str,
    results: Sequence[Result],
    *,
    at: datetime,
    groups: CarrierGroups | None = None,
) -> list[str]:
    """Writes a group down in the caller's transaction; returns domains that were paused because of it.

    Writing the same group twice changes nothing. A row that has ended, or was claimed anew, is passed over; but an
    acceptance is a fact, whoever holds the row by now, and keeps it from being sent once more.
    """
    if not results:
        return []
    done = _write(session, sender, results)
    moves = Counter((r.row.batch, r.row.domain, was, _BECOMES.get(type(r.outcome), was)) for r, was in done)
    changes = [_moved(session, batch, domain, was, to, times) for (batch, domain, was, to), times in moves.items()]
    came_back = reported_before(session, [r.row.id for r, _ in done if isinstance(r.outcome, Delivered)])
    for result in (result for result, _ in done if came_back or not isinstance(result.outcome, Delivered)):
        if result.row.id in came_back:
            told = update(OutboxRow).where(OutboxRow.id == result.row.id)
            session.execute(told.values(bounced_as=came_back[result.row.id]))
            changes.append(tallies.Change(result.row.batch, result.row.domain, {tallies.BOUNCED: 1}))
        if isinstance(result.outcome, Refused):
            refusal = result.outcome
            fact = Fact(result.row.id, refusal.bounce_class, refusal.counted, refusal.reply, Source.SMTP)
            keep_fact(session, fact, handed_at=result.at, at=result.at)
    tallies.add(session, sender, changes)
    _pace(session, results, groups, at=at)
    refused = [(r.row.batch, r.row.domain) for r, _ in done if isinstance(r.outcome, Refused)]
    return domain_pauses.look(session, refused, at=at) if refused else []


def replay(session: Session, sender: str, landings: Iterable[Landing]) -> int:
    """Marks as sent what an earlier life's flight log proves accepted; returns how many rows that mended."""
    mended = 0
    changes: list[tallies.Change] = []
    for landing in landings:
        row = session.get(OutboxRow, landing.row, with_for_update=True)
        # A row with fewer tries than the log tells of is another one: the database was exchanged.
        if row is None or State(row.state) not in LANDABLE or row.attempts < landing.attempt:
            continue
        changes.append(_moved(session, row.batch, row.domain, State(row.state), State.SENT))
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


def _write(session: Session, sender: str, results: Sequence[Result]) -> list[tuple[Result, State]]:
    """What was written, each with the state before. Nearly always every row is still in our hand as we claimed it:
    then they are all written at once; if one is not, that is undone and the rows are looked at first."""
    session.flush()  # what is pending does not hang on this savepoint, of which the session knows nothing
    with session.connection().begin_nested() as attempt:
        if _update(session, results, held_by=sender) == len(results):
            return [(result, result.row.was) for result in results]
        attempt.rollback()
    rows = _landable_rows(session, [result.row.id for result in results])
    done: list[tuple[Result, State]] = []
    for result in results:
        row = rows.pop(result.row.id, None)
        if row is None:
            continue
        mine = row.state in OPEN and row.lease_by == sender and row.attempts == result.row.attempt
        if mine or isinstance(result.outcome, Delivered):
            done.append((result, State(row.state)))
    _update(session, [result for result, _ in done], held_by=None)
    return done


def _update(session: Session, results: Sequence[Result], *, held_by: str | None) -> int:
    """How many rows were written; with `held_by`, only those that this sender holds under that very attempt."""
    landed: list[tuple[Any, ...]] = []
    tried: list[tuple[Any, ...]] = []
    for row, outcome, at in results:
        if isinstance(outcome, Delivered):
            landed.append((row.id, row.attempt, row_sets.moment(at), _kept(outcome.reply)))
        else:
            tried.append((row.id, row.attempt, *_values(row, outcome, at)))
    written = 0
    as_held = held_by is not None
    who = {"sender": held_by} if as_held else {}
    if landed:
        written += _landing[as_held].changed(session, who | _LANDED.values(landed))
    if tried:
        written += _trying[as_held].changed(session, who | _TRIED.values(tried))
    return written


def _onto(new: FromClause, *, as_held: bool, which: TextClause = IS_OPEN) -> Update:
    """The rows named that are open, or `which` may be; with `as_held`, only those that the sender holds under that very
    attempt."""
    held = [OUTBOX.c.lease_by == bindparam("sender"), OUTBOX.c.attempts == new.c.attempt] if as_held else []
    theirs = update(OUTBOX).where(OUTBOX.c.id == new.c.id, looked_up(which, *held))
    return theirs.values(lease_by=None, lease_until=None, paced=false())


def _land(*, sqlite: bool, as_held: bool) -> Update:
    new = _LANDED.table(sqlite=sqlite)
    sent = {"state": State.SENT.value, "handed_at": new.c.at, "ended_at": new.c.at, "reply": new.c.reply}
    return _onto(new, as_held=as_held, which=IS_OPEN if as_held else MAY_LAND).values(sent)


def _try(*, sqlite: bool, as_held: bool) -> Update:
    new = _TRIED.table(sqlite=sqlite)
    kept = ("state", "attempts", "due_at", "handed_at", "reply", "failing_as")
    values: dict[str, ColumnElement[Any]] = {name: func.coalesce(new.c[name], OUTBOX.c[name]) for name in kept}
    # Once a try had no answer, no later "not now" unsays that the letter may have arrived (mailer/had_letter.py).
    unanswered = new.c.handed_at.is_(None) | ((OUTBOX.c.attempts > 1) & OUTBOX.c.handed_at.is_(None))
    put_off = new.c.state == State.DEFERRED.value
    values["handed_at"] = case((put_off & unanswered, None), else_=values["handed_at"])
    return _onto(new, as_held=as_held).values({**values, "ended_at": new.c.ended_at})


_landing = {as_held: row_sets.Prepared(partial(_land, as_held=as_held)) for as_held in (True, False)}
_trying = {as_held: row_sets.Prepared(partial(_try, as_held=as_held)) for as_held in (True, False)}


@row_sets.Prepared
def _may_land(*, sqlite: bool) -> Select[Any]:
    asked = NUMBERS.table(sqlite=sqlite)
    columns = select(OUTBOX.c.id, OUTBOX.c.attempts, OUTBOX.c.state, OUTBOX.c.lease_by)
    chosen = columns.where(OUTBOX.c.id == asked.c.id, looked_up(MAY_LAND)).order_by(OUTBOX.c.id)
    return chosen.with_for_update(of=OUTBOX)


def _values(row: Claimed, outcome: Outcome, at: datetime) -> tuple[Any, ...]:
    """What the row becomes when it was not accepted; None leaves it as it is."""
    match outcome:
        case Refused():
            return (State.FAILED.value, None, None, None, row_sets.moment(at), _kept(outcome.reply), None)
        case Deferred():
            due = next_try(attempt=row.attempt, at=at, expires_at=row.expires_at, hint=outcome.hint, seed=row.id)
            # Without a moment the last try before the expiry was this one: the row waits for the sweep that ends it.
            again = row_sets.moment(due or row.expires_at)
            failing = outcome.bounce_class.value
            heard = None if outcome.unanswered else row_sets.moment(at)
            return (State.DEFERRED.value, None, again, heard, None, _kept(outcome.reply), failing)
    # The try is not counted, since nothing was offered. A halted batch may go on later; rows of those who left or of a
    # withdrawn batch are ended by the sweep.
    return (None, row.attempt - 1, None, None, None, None, None)


def _pace(session: Session, results: Sequence[Result], groups: CarrierGroups | None, *, at: datetime) -> None:
    """A carrier that complains of us is left alone for a while; one that takes letters again is forgiven."""

    def place(result: Result) -> str:
        return (groups.of(result.row.domain) if groups else None) or result.row.domain

    for result in results:
        if isinstance(result.outcome, Deferred) and is_complaint(result.outcome.reply):
            domain_paces.hold(session, place(result), at=at, hint=result.outcome.hint)
    if complaining := domain_paces.complaining(session):
        took = {place(result) for result in results if isinstance(result.outcome, Delivered)}
        domain_paces.released(session, took & set(complaining), at=at)


def _landable_rows(session: Session, ids: Collection[int]) -> dict[int, _Landable]:
    """The rows as they stand now, locked; those that were sent or failed are left out."""
    asked = NUMBERS.values([(number,) for number in sorted(set(ids))])
    return {row[0]: _Landable(*row) for row in _may_land.fetched(session, asked)}


def _kept(reply: str) -> str:
    """A server may answer with octets that no database takes as text."""
    return storable(reply)[:REPLY_LENGTH]


def _moved(session: Session, batch: str, domain: str, was: State, to: State, times: int = 1) -> tallies.Change:
    """An end that is taken back stands apart, as where letters are sent again."""
    if was in OPEN:
        return tallies.Change(batch, domain, _by(was, to, times))
    tallies.add(session, tallies.AGAIN, [tallies.Change(batch, domain, {was: -times})])
    return tallies.Change(batch, domain, {to: times})


def _by(was: State, to: State, times: int = 1) -> dict[str, int]:
    return {} if was is to else {was: -times, to: times}
