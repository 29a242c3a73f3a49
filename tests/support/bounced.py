"""Letters that were handed over and refused, each at a moment of its own."""

from datetime import datetime, timedelta

from sqlalchemy import select

from foundation.database import Database
from mailer import outbox
from mailer.bounce_facts import Fact, Source, keep_fact
from mailer.bounce_report.bounce_class import BounceClass
from mailer.letter import Letter
from mailer.outbox import Post, To
from mailer.outbox_tables import Lane, OutboxRow

_LETTER = Letter(subject="停電", body="本文", tail="", links={}, unsubscribe=False)


def bounce(
    database: Database,
    address: str,
    bounce_class: BounceClass,
    *,
    at: datetime,
    ref: int | None = None,
    batch: str = "",
) -> None:
    """`ref` is the number of the resident, where the address belongs to one."""
    batch = batch or f"{address} {at.isoformat()}"
    post = Post(batch, batch, Lane.BULK, at, at + timedelta(hours=24))
    with database.write() as session:
        to = To(address, address.rpartition("@")[2], ref)
        outbox.enqueue(session, outbox.write_letter(session, _LETTER, batch=batch, at=at), post, [to])
        number = session.scalars(select(OutboxRow.id).where(OutboxRow.batch == batch)).one()
        fact = Fact(number, bounce_class, counted=bounce_class.counted, evidence=f"550 {address}", source=Source.SMTP)
        keep_fact(session, fact, handed_at=at, at=at)
