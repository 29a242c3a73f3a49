"""Claims: a sender takes due rows under a lease, keeps it alive, and puts aside what may not travel now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Select, Update, and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

from foundation import row_sets
from mailer.carrier_groups import CarrierGroups
from mailer.domain_pauses import paused_domains
from mailer.gate import Gate, Picked, Rest
from mailer.outbox_tables import (
    IS_AT_LARGE,
    IS_OPEN,
    IS_PARKED,
    NOT_ENDED,
    NUMBERS,
    OUTBOX,
    BatchRow,
    BatchState,
    Lane,
    OutboxRow,
    State,
    looked_up,
)

LEASE = timedelta(seconds=24)  # with a look each second, what a dead sender held is sent within 30


class Claimed(NamedTuple):
    """A row in a sender's hand; `attempt` counts from 1 and names this try for ever. `was` is its state when it was
    claimed, and before `not_before` its carrier's pace does not let it go."""

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
    was: State
    not_before: datetime | None = None


_PICKED = (
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
    OutboxRow.state,
    OutboxRow.paced,
)
_LANES = {int(lane): lane for lane in Lane}
_STATES = {state.value: state for state in State}
_LOOKS = 4  # at how many times `limit` rows one claim looks, before others get their turn


@dataclass(frozen=True, slots=True)
class Wish:
    """What a sender would take: so many rows at most of each lane. Leases end by a clock of their own, where hosts
    share a database."""

    room: Mapping[Lane, int]
    rest: Rest | None = None
    groups: CarrierGroups | None = None
    lease_at: datetime | None = None


def anything_due(session: Session, wish: Wish, *, at: datetime) -> bool:
    """Whether a claim could find a row; reads only, so that an idle service writes nothing."""
    return any(_any_due.fetched(session, _due_now(lane, wish, at=at)) for lane in sorted(wish.room))


class Taken(NamedTuple):
    """The rows of one claim; with `more`, it only put rows aside as often as it may, and others stand behind them."""

    rows: list[Claimed]
    more: bool


def claim(session: Session, sender: str, wish: Wish, *, at: datetime) -> Taken:
    """Takes due rows under a lease, urgent before reply before bulk. What is unwanted, late or withdrawn is left to
    `endings.settle`."""
    lease_at = wish.lease_at or at
    gate = Gate(session, wish.groups, at=at, rest=wish.rest)
    taken: list[Claimed] = []
    more = False
    for lane, room in sorted(wish.room.items()):
        left = room
        for _ in range(_LOOKS):
            picked = _due.fetched(session, {**_due_now(lane, wish, at=at), "most": left}) if left else []
            passed = gate.pass_through((_picked(row) for row in picked), lane)
            if passed:
                held = NUMBERS.values([(row.id,) for row, _ in passed])
                _leased.changed(session, {"sender": sender, "until": lease_at + LEASE, **held})
            taken += [_claimed(row.values, not_before) for row, not_before in passed]
            if len(picked) < left or not left:
                break
            left -= len(passed)
        else:
            more = more or left > 0
    return Taken(taken, more)


def keep(session: Session, sender: str, ids: Sequence[int], *, at: datetime, renew: bool = True) -> set[int]:
    """Renews the lease of what the sender still holds and returns what of it is still wanted; the rest was
    halted, withdrawn, paused, taken over by another sender, or its recipient left."""
    if not ids:
        return set()
    named = row_sets.given(session, "held", {"id": BigInteger()}, [(number,) for number in ids])
    held = OutboxRow.lease_by == sender
    if renew:
        theirs = update(OutboxRow).where(OutboxRow.id == named.c.id, looked_up(IS_OPEN, held))
        row_sets.changed(session, theirs.values(lease_until=at + LEASE))
    wanted = looked_up(IS_OPEN, held, *_may_travel(session))
    return {row[0] for row in row_sets.fetched(session, select(OutboxRow.id).where(OutboxRow.id == named.c.id, wanted))}


def give_back(session: Session, sender: str, *, but: Sequence[int] = ()) -> None:
    """Frees what stands under the sender's name, held by an earlier life or claimed in a transaction of whose end
    nobody heard, so that nobody waits for the leases to end."""
    held = and_(OutboxRow.lease_by == sender, NOT_ENDED)
    if but:
        named = row_sets.given(session, "held", {"id": BigInteger()}, [(number,) for number in but])
        held = and_(held, OutboxRow.id.not_in(select(named.c.id)))
    row_sets.changed(session, update(OutboxRow).where(held).values(lease_by=None, lease_until=None))


def free(at: datetime) -> ColumnElement[bool]:
    """In nobody's hand. A lease that ends later than any could was written by a clock that was set back since."""
    return _free(at, at + 2 * LEASE)


def barriers(session: Session) -> object:
    """All that keeps rows parked, to be compared with what it was."""
    closed = session.scalars(select(BatchRow.batch).where(BatchRow.state != BatchState.OPEN))
    return frozenset(closed), frozenset(paused_domains(session))


def any_parked(session: Session) -> bool:
    found = select(OutboxRow.id).where(IS_PARKED, IS_OPEN).limit(1)
    return session.scalar(found) is not None


def unpark(session: Session, *, limit: int) -> int:
    """Rows whose batch was resumed, or whose domain was taken up again, are due as before; returns how many."""
    ready = row_sets.fetched(
        session,
        select(OutboxRow.id)
        .where(IS_PARKED, IS_OPEN, *_may_travel(session))
        .limit(limit)
        .with_for_update(skip_locked=True),
    )
    if ready:
        which = row_sets.given(session, "ready", {"id": BigInteger()}, ready)
        row_sets.changed(session, update(OutboxRow).where(OutboxRow.id == which.c.id).values(parked=False))
    return len(ready)


def _free(at: Any, longest: Any) -> ColumnElement[bool]:
    until = OutboxRow.lease_until
    return and_(IS_OPEN, or_(until.is_(None), until < at, until > longest))


def _due_rows(*columns: Any) -> Select[Any]:
    return select(*columns).where(
        _free(bindparam("lease_at"), bindparam("longest")),
        IS_AT_LARGE,
        OutboxRow.lane == bindparam("lane"),
        OutboxRow.due_at <= bindparam("at"),
        OutboxRow.expires_at > bindparam("at"),
        OutboxRow.unwanted.is_(False),
    )


_any_due = row_sets.Prepared(lambda **_: _due_rows(OutboxRow.id).limit(1))
_due = row_sets.Prepared(
    lambda **_: (
        _due_rows(*_PICKED)
        .order_by(OutboxRow.due_at, OutboxRow.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )
)


def _due_now(lane: Lane, wish: Wish, *, at: datetime) -> dict[str, Any]:
    lease_at = wish.lease_at or at
    return {"lane": int(lane), "at": at, "lease_at": lease_at, "longest": lease_at + 2 * LEASE}


@row_sets.Prepared
def _leased(*, sqlite: bool) -> Update:
    held = NUMBERS.table(sqlite=sqlite)
    taken = {
        "lease_by": bindparam("sender"),
        "lease_until": bindparam("until"),
        "attempts": OutboxRow.attempts + 1,
    }
    return update(OUTBOX).where(OutboxRow.id == held.c.id).values(taken)


def _picked(row: Sequence[Any]) -> Picked:
    return Picked(row[0], row[2], row[4], bool(row[11]), row)


def _claimed(row: Sequence[Any], not_before: datetime | None) -> Claimed:
    number, letter, batch, address, domain, ref, lane, attempts, created, expires, state, _ = row
    return Claimed(
        number,
        letter,
        batch,
        address,
        domain,
        ref,
        _LANES[lane],
        attempts + 1,
        row_sets.read_moment(created),
        row_sets.read_moment(expires),
        _STATES[state],
        not_before,
    )


def _may_travel(session: Session) -> list[ColumnElement[bool]]:
    closed = select(BatchRow.batch).where(BatchRow.state != BatchState.OPEN)
    conditions: list[ColumnElement[bool]] = [OutboxRow.unwanted.is_(False), OutboxRow.batch.not_in(closed)]
    if paused := paused_domains(session):
        conditions.append(or_(OutboxRow.lane != int(Lane.BULK), OutboxRow.domain.not_in(paused)))
    return conditions
