"""Bounce facts: at most one a delivery, with its class and evidence. What follows from them is decided above."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Select, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation import row_sets
from foundation.database import Base, RowId
from mailer import letters_to, tallies
from mailer.bounce_report.bounce_class import BounceClass
from mailer.mail_text import storable
from mailer.outbox_tables import NUMBERS, OutboxRow, State
from mailer.quiet import aloud, in_quiet

# Whatever stands before an at sign, quoted local parts included; rather a word too many than an address.
_ADDRESS = re.compile(r'(?:"[^"\r\n]*"|[^\s<>()\[\],;:"]+)@[^\s<>()\[\],;:"]+')
EVER = datetime(1970, 1, 2, tzinfo=UTC)


class Source(StrEnum):
    """How we learned of it: while speaking SMTP, or by a report afterwards."""

    SMTP = "smtp"
    REPORT = "report"


class BounceFactRow(Base):
    """`handed_at` is when the letter was handed over: the day a failure belongs to, however late it is told."""

    __tablename__ = "bounce_facts"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"), unique=True)
    batch: Mapped[str] = mapped_column(index=True)
    domain: Mapped[str]
    recipient_ref: Mapped[int | None] = mapped_column(index=True)
    bounce_class: Mapped[str]
    counted: Mapped[bool]
    handed_at: Mapped[datetime]
    known_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[str | None]
    evidence: Mapped[str]
    source: Mapped[str]


@dataclass(frozen=True)
class Fact:
    """What a refusal said of one delivery."""

    outbox_id: int
    bounce_class: BounceClass
    counted: bool
    evidence: str
    source: Source
    status: str | None = None


def keep_fact(session: Session, fact: Fact, *, handed_at: datetime | None, at: datetime) -> bool:
    """Stores the fact of a delivery and tells whether it was new; a report for a letter we had called sent also adds
    to `bounced`. Of two facts the first stays, but for a letter that was sent again, accepted, and came back.
    A delivery that is unknown here is no fact of ours (False)."""
    row = session.get(OutboxRow, fact.outbox_id, with_for_update=True, populate_existing=True)
    if row is None:
        return False
    known = session.scalars(select(BounceFactRow).where(BounceFactRow.outbox_id == fact.outbox_id)).first()
    if known is not None and (row.state != State.SENT or row.bounced_as is not None):
        return False
    kept = known or BounceFactRow(outbox_id=row.id, batch=row.batch, domain=row.domain, recipient_ref=row.recipient_ref)
    kept.bounce_class, kept.counted, kept.source = fact.bounce_class.value, fact.counted, fact.source.value
    kept.handed_at, kept.known_at = handed_at or row.handed_at or at, at
    kept.status, kept.evidence = fact.status, _without(row.address, storable(fact.evidence[:1000]))[:500]
    session.add(kept)
    if row.state == State.SENT:
        row.bounced_as = fact.bounce_class.value
        tallies.add(session, fact.source, [tallies.Change(row.batch, row.domain, {tallies.BOUNCED: 1})])
    session.flush()
    return True


def reported_before(session: Session, outbox_ids: Sequence[int]) -> dict[int, str]:
    """Deliveries of which a report came back before their acceptance was written down, with the class told."""
    if not outbox_ids:
        return {}
    asked = NUMBERS.values([(number,) for number in outbox_ids])
    return {row[0]: row[1] for row in _reported.fetched(session, asked)}


@row_sets.Prepared
def _reported(*, sqlite: bool) -> Select[Any]:
    asked = NUMBERS.table(sqlite=sqlite)
    told = select(BounceFactRow.outbox_id, BounceFactRow.bounce_class)
    return told.join(asked, BounceFactRow.outbox_id == asked.c.id).where(BounceFactRow.source == Source.REPORT)


def with_facts(session: Session, outbox_ids: Sequence[int]) -> set[int]:
    """Those of the deliveries of which a fact is known."""
    asked = row_sets.given(session, "asked", {"id": BigInteger()}, [(number,) for number in outbox_ids])
    found = select(BounceFactRow.outbox_id).where(BounceFactRow.outbox_id.in_(select(asked.c.id)))
    return {row[0] for row in row_sets.fetched(session, found)} if outbox_ids else set()


def without_addresses(text: str) -> str:
    """Evidence is kept longer than an address may be."""
    return _ADDRESS.sub("〔宛先〕", text)


def _without(address: str, text: str) -> str:
    """Some servers name a mailbox by its local part alone."""
    local = re.escape(address.rpartition("@")[0])
    own = re.compile(rf"(?<![\w.+-]){local}(?![\w+-])", re.IGNORECASE)
    return own.sub("〔宛先〕", without_addresses(text))


def facts_about(session: Session, ref: int) -> Sequence[BounceFactRow]:
    """All facts of one recipient, oldest first, but those of quiet letters."""
    which = (BounceFactRow.recipient_ref == ref, aloud(BounceFactRow.batch))
    return session.scalars(select(BounceFactRow).where(*which).order_by(BounceFactRow.handed_at)).all()


def facts_about_each(
    session: Session, refs: Collection[int], *, quietly: bool = False
) -> dict[int, list[BounceFactRow]]:
    """All facts of several recipients, oldest first; who has none is not in it. `quietly` asks for those of quiet
    letters, and for no others."""
    found: dict[int, list[BounceFactRow]] = {}
    spoken = in_quiet(BounceFactRow.batch) if quietly else aloud(BounceFactRow.batch)
    rows = select(BounceFactRow).where(BounceFactRow.recipient_ref.in_(refs), spoken)
    for row in session.scalars(rows.order_by(BounceFactRow.handed_at)):
        if row.recipient_ref is not None:
            found.setdefault(row.recipient_ref, []).append(row)
    return found


def acceptances_of(session: Session, address: str) -> Sequence[datetime]:
    """When letters to one address, replies too, were taken over and have not bounced since."""
    return [each.at for each in letters_to.handed_to(session, [address], since=EVER)]
