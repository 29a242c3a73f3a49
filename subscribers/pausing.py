"""Pausing: for some weeks a resident gets nothing but what goes to all. A pause ends by itself at its moment."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import ledger
from foundation.ledger import Deed
from subscribers.headcount import counted
from subscribers.tables import Subscriber, SubscriberState

WEEKS = (1, 2, 4, 8)


def end_of(weeks: int, zone: ZoneInfo, *, at: datetime) -> datetime:
    """The beginning of a day in the town, so that one can say from which morning on mail comes again."""
    day = at.astimezone(zone).date() + timedelta(weeks=weeks)
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def is_paused(subscriber: Subscriber, *, at: datetime) -> bool:
    return subscriber.paused_until is not None and subscriber.paused_until > at


def pause(session: Session, subscriber: Subscriber, until: datetime, *, at: datetime) -> None:
    """With the row held. What is on its way already still arrives."""
    with counted(session, subscriber):
        subscriber.paused_until = until
    _note(session, subscriber, "subscriber.paused", at=at)


def resume(session: Session, subscriber: Subscriber, *, at: datetime) -> None:
    """With the row held; before its moment or after it, and once."""
    if subscriber.paused_until is None:
        return
    with counted(session, subscriber):
        subscriber.paused_until = None
    _note(session, subscriber, "subscriber.resumed", at=at)


def tidy(session: Session, *, at: datetime, limit: int = 200) -> int:
    """Pauses that have ended are written off; returns how many. Nobody waits for it: all others ask the moment."""
    over = session.scalars(
        select(Subscriber)
        .where(Subscriber.paused_until.is_not(None), Subscriber.paused_until <= at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for subscriber in over:
        with counted(session, subscriber):
            subscriber.paused_until = None
    return len(over)


def _note(session: Session, subscriber: Subscriber, action: str, *, at: datetime) -> None:
    if subscriber.state == SubscriberState.ACTIVE:
        ledger.write(session, Deed("resident", action, f"subscriber:{subscriber.id}"), at=at)
