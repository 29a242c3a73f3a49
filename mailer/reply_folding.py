"""Old replies: letters of the service itself are dropped soon, since whoever never confirmed an invitation is nobody
to us."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy import BigInteger, String, cast, delete, exists, literal, or_, select, update
from sqlalchemy.orm import Session

from foundation import row_sets
from foundation.strides import Strides
from mailer import tallies
from mailer.bounce_facts import with_facts
from mailer.outbox_tables import IS_REPLY, REPLIES, LetterRow, OutboxRow, State
from mailer.watched import watched_addresses

FORGOTTEN = "forgotten:"
TALLIES_A_DOMAIN = 8  # more rows than this are those of senders that are long gone


class _Reply(NamedTuple):
    id: int
    address: str
    state: str
    has_fact: bool


def fold_replies(strides: Strides, *, before: datetime, watched_since: datetime) -> int:
    """Drops replies that ended before the moment; returns how many.

    A row with a bounce fact stays without its address, and one that was accepted for an address under watch stays as
    it is, since it clears earlier failures. The texts go with all of them.
    """
    dropped = _fold_rows(strides, before=before, watched_since=watched_since)
    while letters := _old_letters(strides, before=before):
        strides.write(partial(_drop_letters, ids=letters))
        if not strides.go_on():
            return dropped
    with strides.database.read() as session:
        many = tallies.many_rows(session, REPLIES, beyond=TALLIES_A_DOMAIN)
    if many:
        strides.write(partial(_merge, batch=REPLIES))
    return dropped


def _fold_rows(strides: Strides, *, before: datetime, watched_since: datetime) -> int:
    dropped, after = 0, ("", 0)
    while True:
        most = strides.limit
        with strides.database.read() as session:
            page = _page(session, after, before=before, most=most)
            accepted = {reply.address for reply in page if reply.state == State.SENT and not reply.has_fact}
            watched = watched_addresses(session, accepted, since=watched_since)
        told = [reply.id for reply in page if reply.has_fact]
        going = [
            reply.id
            for reply in page
            if not (reply.has_fact or (reply.state == State.SENT and reply.address in watched))
        ]
        if told or going:
            dropped += strides.write(partial(_write, told=told, going=going))
        if len(page) < most or not strides.go_on():
            return dropped
        after = page[-1].address, page[-1].id


def _page(session: Session, after: tuple[str, int], *, before: datetime, most: int) -> list[_Reply]:
    address, number = after
    rows = select(OutboxRow.id, OutboxRow.address, OutboxRow.state).where(
        IS_REPLY,
        OutboxRow.address >= address,
        or_(OutboxRow.address > address, OutboxRow.id > number),
        OutboxRow.address.not_like(f"{FORGOTTEN}%"),
        OutboxRow.batch == REPLIES,
        OutboxRow.ended_at < before,
    )
    found = row_sets.fetched(session, rows.order_by(OutboxRow.address, OutboxRow.id).limit(most))
    told = with_facts(session, [row[0] for row in found])
    return [_Reply(row[0], row[1], row[2], row[0] in told) for row in found]


def _write(session: Session, *, told: Sequence[int], going: Sequence[int]) -> int:
    wanted = row_sets.given(session, "old", {"id": BigInteger()}, [(number,) for number in (*told, *going)])
    found = select(OutboxRow.id).where(OutboxRow.id.in_(select(wanted.c.id))).with_for_update(skip_locked=True)
    locked = {row[0] for row in row_sets.fetched(session, found)}
    since_told = with_facts(session, going)
    gone = row_sets.given(
        session, "gone", {"id": BigInteger()}, [(each,) for each in going if each in locked - since_told]
    )
    dropped = row_sets.changed(session, delete(OutboxRow).where(OutboxRow.id.in_(select(gone.c.id))))
    kept = row_sets.given(session, "kept", {"id": BigInteger()}, [(each,) for each in told if each in locked])
    forgotten = literal(FORGOTTEN) + cast(OutboxRow.id, String)
    forget = update(OutboxRow).where(OutboxRow.id.in_(select(kept.c.id)))
    row_sets.changed(session, forget.values(address=forgotten, reply=None))
    return dropped


def _old_letters(strides: Strides, *, before: datetime) -> Sequence[int]:
    """Texts that no reply still has to carry."""
    needed = exists().where(
        IS_REPLY,
        OutboxRow.letter_id == LetterRow.id,
        or_(OutboxRow.ended_at.is_(None), OutboxRow.ended_at >= before),
    )
    old = select(LetterRow.id).where(LetterRow.batch == REPLIES, LetterRow.created_at < before, ~needed)
    with strides.database.read() as session:
        return session.scalars(old.limit(strides.limit)).all()


def _drop_letters(session: Session, *, ids: Sequence[int]) -> int:
    given = row_sets.given(session, "old", {"id": BigInteger()}, [(number,) for number in ids])
    return row_sets.changed(session, delete(LetterRow).where(LetterRow.id.in_(select(given.c.id))))


def _merge(session: Session, *, batch: str) -> int:
    tallies.merge(session, batch)
    return 0
