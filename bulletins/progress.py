"""Progress: how far a bulletin has come, from the tallies alone."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bulletins.tables import Bulletin, PublishingOrder
from mailer import tallies
from mailer.tallies import Counts


@dataclass(frozen=True)
class Progress:
    """`audience` is how many letters were made so far; sent + failed + suppressed + expired = audience at the end."""

    audience: int
    queued: int
    counts: Counts
    fanned_out: bool

    @property
    def not_reached(self) -> int:
        return self.counts.not_reached


def progress(session: Session, bulletin: Bulletin) -> Progress:
    order = session.get(PublishingOrder, bulletin.id)
    counts = tallies.of(session, bulletin.batch)
    audience = order.audience if order else 0
    queued = max(0, audience - counts.ended - counts.deferred)
    return Progress(audience, queued, counts, fanned_out=bool(order and order.closed_at))
