"""What addresses were sent: found a batch at a time in the unique index, as no index by address grows with letters."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mailer.outbox_tables import IS_REPLY, BatchRow, OutboxRow, State
from mailer.quiet import aloud


class Handed(NamedTuple):
    """A letter that was taken over, and when."""

    address: str
    at: datetime


def handed_to(session: Session, addresses: Collection[str], *, since: datetime) -> Sequence[Handed]:
    """The letters, bulletins and replies, that the addresses were sent since then and that have not bounced; some older
    ones may be among them."""
    # A sender that was cut off may tell of a letter after its batch has ended.
    lately = or_(BatchRow.ended_at.is_(None), BatchRow.ended_at > since - timedelta(days=1))
    keys = select(BatchRow.once_key).where(BatchRow.once_key.is_not(None), lately)
    taken = OutboxRow.state == State.SENT, OutboxRow.handed_at.is_not(None), OutboxRow.bounced_as.is_(None)
    found: list[Handed] = []
    for which in (OutboxRow.once_key.in_(keys), IS_REPLY):
        rows = select(OutboxRow.address, OutboxRow.handed_at).where(which, OutboxRow.address.in_(addresses), *taken)
        found += [Handed(address, at) for address, at in session.execute(rows) if at is not None]
    return found


def latest_to(session: Session, address: str, limit: int) -> Sequence[OutboxRow]:
    """The newest letters to one address; replies belong to no batch and are not among them, nor are quiet ones, and old
    ones may have been folded."""
    keys = select(BatchRow.once_key).where(BatchRow.once_key.is_not(None))
    mine = OutboxRow.once_key.in_(keys), OutboxRow.address == address, aloud(OutboxRow.batch)
    return session.scalars(select(OutboxRow).where(*mine).order_by(OutboxRow.id.desc()).limit(limit)).all()


def the_one(session: Session, once_key: str, address: str) -> OutboxRow | None:
    """The letter under this once_key to this address; old ones may have been folded."""
    return session.scalars(
        select(OutboxRow).where(OutboxRow.once_key == once_key, OutboxRow.address == address)
    ).first()


def known_of(session: Session, once_keys: Collection[str], address: str) -> frozenset[str]:
    """Those of these once_keys under which the address has, or had, a letter; old ones may have been folded."""
    found = select(OutboxRow.once_key).where(OutboxRow.once_key.in_(once_keys), OutboxRow.address == address)
    return frozenset(session.scalars(found))
