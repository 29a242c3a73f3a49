"""Inbound mail: stored before it is acknowledged, worked off once, set aside when it cannot be read."""

import email
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, and_, case, delete, func, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.addresses import Address, AddressInvalid
from foundation.database import Base, RowId
from mailer.bounce_report.auto_reply import is_null_sender

_NEW = text("state = 'new'")


class InboundState(StrEnum):
    """`new` → `done` or `set-aside`; a mail set aside may be worked again by hand (`new`)."""

    NEW = "new"
    DONE = "done"
    SET_ASIDE = "set-aside"


class InboundRow(Base):
    """One mail to one of our addresses. `envelope_from` is empty for the null sender."""

    __tablename__ = "inbound_mail"
    __table_args__ = (Index("ix_inbound_new", "id", sqlite_where=_NEW, postgresql_where=_NEW),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    received_at: Mapped[datetime] = mapped_column(index=True)
    envelope_from: Mapped[str]
    recipient: Mapped[str]
    raw: Mapped[bytes]
    same_key: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=InboundState.NEW.value)
    not_before: Mapped[datetime | None]  # a mail put off: too many asked for an answer at once
    kind: Mapped[str | None]
    note: Mapped[str | None]


@dataclass(frozen=True)
class Incoming:
    """A mail as it came in by whichever road. `origin` names the one copy that lies somewhere and may be read twice."""

    envelope_from: str
    recipients: tuple[str, ...]
    raw: bytes
    origin: str | None = None


def store(session: Session, mail: Incoming, *, at: datetime) -> None:
    """One row a recipient. The same mail by two roads, or tried again after a lost answer, is one mail: it is known
    by its Message-ID, sender and recipient; without a Message-ID by its origin, and without that it is a new one."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    for recipient in mail.recipients:
        session.execute(
            dialect.insert(InboundRow)
            .values(
                received_at=at,
                envelope_from=mail.envelope_from,
                recipient=recipient,
                raw=mail.raw,
                same_key=_same_key(mail, recipient),
                state=InboundState.NEW.value,
            )
            .on_conflict_do_nothing(index_elements=["same_key"])
        )


def next_new(session: Session, *, at: datetime, most: int = 1) -> Sequence[InboundRow]:
    """The oldest mails not yet worked off; those that were put off, of which there may be thousands, after all others.
    Reads only: whoever works one off takes it first."""
    due = or_(InboundRow.not_before.is_(None), InboundRow.not_before <= at)
    return session.scalars(
        select(InboundRow)
        .where(InboundRow.state == InboundState.NEW, due)
        .order_by(InboundRow.not_before.is_not(None), InboundRow.id)
        .limit(most)
    ).all()


def take(session: Session, number: int) -> InboundRow | None:
    """The mail, locked where the database can; None when somebody else has it, or worked it off."""
    new = select(InboundRow).where(InboundRow.id == number, InboundRow.state == InboundState.NEW)
    return session.scalars(new.with_for_update(skip_locked=True)).first()


def set_aside(session: Session, number: int, reason: str) -> None:
    """The mail stays readable for a person; the next one is served."""
    row = session.get(InboundRow, number)
    if row is not None:
        row.state, row.note = InboundState.SET_ASIDE, reason[:500]


def drop(session: Session, number: int) -> None:
    """What was worked off leaves nothing behind."""
    session.execute(delete(InboundRow).where(InboundRow.id == number))


def those_set_aside(session: Session, *, limit: int = 200) -> Sequence[InboundRow]:
    return session.scalars(
        select(InboundRow).where(InboundRow.state == InboundState.SET_ASIDE).order_by(InboundRow.id.desc()).limit(limit)
    ).all()


def counts_by_kind(session: Session) -> dict[str, int]:
    """How many of each kind are held; those that wait for the post-room or for a person are `new` or `set-aside`,
    whatever their kind."""
    kind = case((InboundRow.state == InboundState.DONE, InboundRow.kind), else_=InboundRow.state).label("held_as")
    held = select(kind).subquery()
    rows = session.execute(select(held.c.held_as, func.count()).group_by(held.c.held_as))
    return {name or "other": number for name, number in rows}


def forget(session: Session, *, done_before: datetime, aside_before: datetime) -> int:
    """Mail that was worked off is kept for days, mail set aside for months: then its sender's address goes too."""
    done = and_(InboundRow.state == InboundState.DONE, InboundRow.received_at < done_before)
    aside = and_(InboundRow.state == InboundState.SET_ASIDE, InboundRow.received_at < aside_before)
    result = session.execute(delete(InboundRow).where(or_(done, aside)))
    return int(result.rowcount)  # type: ignore[attr-defined]  # a DELETE always gives a cursor result


def forget_sender(session: Session, address: str) -> None:
    """What an erased address sent us goes with it; what is still to be worked off stays until it is."""
    session.execute(delete(InboundRow).where(InboundRow.envelope_from == address, InboundRow.state != InboundState.NEW))


def forget_mentions(session: Session, addresses: Collection[str]) -> None:
    """Mail that waits for a person, often for months, and names an erased address, such as a report of its bounce."""
    words = [address.encode() for address in addresses]
    aside = select(InboundRow.id, InboundRow.raw).where(InboundRow.state == InboundState.SET_ASIDE)
    found = session.execute(aside.execution_options(yield_per=50)) if words else ()
    naming = [number for number, raw in found if any(word in raw.lower() for word in words)]
    session.execute(delete(InboundRow).where(InboundRow.id.in_(naming)))


def envelope_sender(text: str) -> str:
    """As it is kept: empty for the null sender, normalised where it can exist, else as it came, but never long."""
    bare = text.strip()
    if is_null_sender(bare):
        return ""
    try:
        return Address.parse(bare).text
    except AddressInvalid:
        return bare[:254]


def _same_key(mail: Incoming, recipient: str) -> str | None:
    # No Message-ID begins with the line end that an origin is given: what a stranger writes can never be one.
    identity = _message_id(mail.raw) or (f"\n{mail.origin}" if mail.origin else "")
    if not identity:
        return None
    return hashlib.sha256("\n".join((identity, mail.envelope_from, recipient)).encode()).hexdigest()


def _message_id(raw: bytes) -> str:
    head = raw[:65536].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    try:
        return str(email.message_from_bytes(head + b"\n\n").get("Message-ID") or "").strip()
    except Exception:  # noqa: BLE001 -- a head nobody can read has no Message-ID
        return ""
