"""Leaving: by page, by one click, by mail, or by staff; and the ways back that residents and staff have."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from foundation import ledger
from foundation.ledger import Deed, Doer, deed_of
from mailer import outbox
from subscribers.headcount import counted
from subscribers.tables import StopReason, Subscriber, SubscriberState

UNDO_LIFE = timedelta(hours=24)
UNLISTED = "subscriber.unlisted"


def stop(
    session: Session,
    subscriber_id: int,
    reason: StopReason,
    *,
    by: str | Doer,
    at: datetime,
    evidence: str | None = None,
) -> Subscriber | None:
    """What is still on its way to the address is not sent. Stopping twice is stopping once; None when the number
    names nobody (any more)."""
    subscriber = session.get(Subscriber, subscriber_id, with_for_update=True)
    if subscriber is None or subscriber.address is None:
        return None
    if subscriber.state == SubscriberState.STOPPED:
        # Somebody whose address was stopped by bounces may still say that they leave: then it is erased in time.
        if reason is StopReason.LEFT and subscriber.reason != StopReason.LEFT:
            with counted(session, subscriber):
                subscriber.reason, subscriber.stopped_at = reason.value, at
        return subscriber
    with counted(session, subscriber):
        subscriber.state, subscriber.reason = SubscriberState.STOPPED.value, reason.value
        subscriber.stopped_at, subscriber.evidence = at, evidence
    by_themselves = reason is StopReason.LEFT
    subscriber.undo_until = at + UNDO_LIFE if by_themselves else None
    subscriber.may_say_why = by_themselves and subscriber.in_city_list
    outbox.suppress(session, subscriber.address)
    deed = deed_of(by, "subscriber.stopped", f"subscriber:{subscriber.id}")
    ledger.write(session, deed, at=at, details={"reason": reason.value, **_unlisted(subscriber)})
    return subscriber


def may_take_back(subscriber: Subscriber | None, *, at: datetime) -> bool:
    """Whether who left may still say that they did not mean it."""
    if subscriber is None or subscriber.address is None or subscriber.reason != StopReason.LEFT:
        return False
    return subscriber.undo_until is not None and at < subscriber.undo_until


def take_back(session: Session, subscriber: Subscriber, *, at: datetime) -> bool:
    """The resident's own way back, with the row held: once, to what was chosen before. What was not sent meanwhile
    stays unsent. False when it is too late, or done already."""
    if not may_take_back(subscriber, at=at):
        return False
    with counted(session, subscriber):
        subscriber.state, subscriber.reason, subscriber.stopped_at = SubscriberState.ACTIVE.value, None, None
    subscriber.undo_until, subscriber.may_say_why = None, False
    deed = Deed("resident", "subscriber.undone", f"subscriber:{subscriber.id}")
    ledger.write(session, deed, at=at, details=_unlisted(subscriber))
    return True


def undo(session: Session, subscriber_id: int, *, by: str | Doer, at: datetime) -> Subscriber | None:
    """Makes a stopped address active again and forgives its failures. Whoever left by themselves is not brought back
    by others (None)."""
    subscriber = session.get(Subscriber, subscriber_id, with_for_update=True)
    if subscriber is None or subscriber.address is None or subscriber.reason in (StopReason.LEFT, StopReason.COMPLAINT):
        return None
    if subscriber.state == SubscriberState.ACTIVE:
        return subscriber
    with counted(session, subscriber):
        subscriber.state, subscriber.reason = SubscriberState.ACTIVE.value, None
    subscriber.stopped_at, subscriber.evidence, subscriber.watch_from = None, None, at
    deed = deed_of(by, "subscriber.undone", f"subscriber:{subscriber.id}")
    ledger.write(session, deed, at=at, details=_unlisted(subscriber))
    return subscriber


def leave_list(session: Session, subscriber: Subscriber, *, at: datetime) -> bool:
    """Gives up the town's own bulletins and keeps all else, with the row held; False when there are none to give up.
    A bulletin that is being sent may still arrive."""
    if subscriber.state != SubscriberState.ACTIVE or not subscriber.in_city_list:
        return False
    with counted(session, subscriber):
        subscriber.in_city_list = False
    ledger.write(session, Deed("resident", UNLISTED, f"subscriber:{subscriber.id}"), at=at)
    return True


def _unlisted(subscriber: Subscriber) -> dict[str, object]:
    """For whoever counts the town's residents by the ledger."""
    return {} if subscriber.in_city_list else {"listed": False}
