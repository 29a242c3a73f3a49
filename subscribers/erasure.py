"""Erasure: the address of someone who left is erased everywhere after the retention time; the counts stay."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from foundation import ledger
from foundation.ledger import Deed
from mailer import inbound, outbox
from subscribers.circle_book import NO_CIRCLES, CircleBook
from subscribers.headcount import counted
from subscribers.tables import ERASED, Choice, Invitation, StopReason, Subscriber

# A stop by staff is a resident's wish by telephone.
LEAVING = (StopReason.LEFT, StopReason.COMPLAINT, StopReason.STAFF)


def erase_left(
    session: Session, *, at: datetime, after: timedelta, limit: int = 200, circles: CircleBook = NO_CIRCLES
) -> int:
    """Erases at most `limit` addresses that left at least `after` ago; returns how many."""
    gone = session.scalars(
        select(Subscriber)
        .where(
            Subscriber.address.is_not(None),
            Subscriber.reason.in_([reason.value for reason in LEAVING]),
            Subscriber.stopped_at <= at - after,
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    inbound.forget_mentions(session, [each.address for each in gone if each.address is not None])
    for subscriber in gone:
        circles.forget(session, subscriber.id)
        _erase(session, subscriber, at=at)
    return len(gone)


def _erase(session: Session, subscriber: Subscriber, *, at: datetime) -> None:
    if subscriber.address is None:
        return
    outbox.forget(session, subscriber.address, f"{ERASED}{subscriber.id}")
    inbound.forget_sender(session, subscriber.address)
    session.execute(delete(Invitation).where(Invitation.address == subscriber.address))
    session.execute(delete(Choice).where(Choice.subscriber_id == subscriber.id))
    with counted(session, subscriber):
        subscriber.address, subscriber.domain, subscriber.evidence = None, "", None
    subscriber.place = subscriber.language = subscriber.paused_until = subscriber.undo_until = None
    subscriber.may_say_why = False
    ledger.write(session, Deed("rule:erasure", "subscriber.erased", f"subscriber:{subscriber.id}"), at=at)
