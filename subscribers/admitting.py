"""Admitting: an address gets a subscription without the town's own bulletins, for a circle or as a liaison."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import ledger
from foundation.addresses import Address
from foundation.ledger import Deed
from subscribers.erasure import LEAVING
from subscribers.headcount import counted
from subscribers.tables import Subscriber, SubscriberState

ADMITTED = "subscriber.admitted"


def admit(session: Session, address: Address, *, language: str | None, at: datetime) -> Subscriber:
    """The subscriber of that address, active and with its row held; the address's owner has agreed to it.

    Who is active already stays as they are. Who had left everything comes back without the town's own bulletins, which
    they gave up; who was only unreachable comes back to all they had."""
    mine = select(Subscriber).where(Subscriber.address == address.text)
    subscriber = session.scalars(mine.with_for_update()).first()
    if subscriber is None:
        subscriber = Subscriber(
            address=address.text,
            domain=address.domain,
            state=SubscriberState.ACTIVE.value,
            since=at,
            watch_from=at,
            in_city_list=False,
        )
        session.add(subscriber)
        session.flush()
        _note(session, subscriber, ADMITTED, at=at)
    elif subscriber.state != SubscriberState.ACTIVE:
        _bring_back(session, subscriber, at=at)
    subscriber.language = language or subscriber.language
    session.flush()
    return subscriber


def enlist(session: Session, subscriber: Subscriber, *, at: datetime) -> bool:
    """Puts who is active on the town's list too, by their own wish and with the row held; False for who is on it."""
    if subscriber.state != SubscriberState.ACTIVE or subscriber.in_city_list:
        return False
    with counted(session, subscriber):
        subscriber.in_city_list = True
    deed = Deed("resident", "subscriber.registered", f"subscriber:{subscriber.id}")
    ledger.write(session, deed, at=at, details={"place": None})
    return True


def _bring_back(session: Session, subscriber: Subscriber, *, at: datetime) -> None:
    had_left = subscriber.reason in LEAVING
    with counted(session, subscriber):
        if had_left:
            subscriber.in_city_list, subscriber.since = False, at
        subscriber.state, subscriber.reason = SubscriberState.ACTIVE.value, None
        subscriber.stopped_at, subscriber.evidence, subscriber.watch_from = None, None, at
        subscriber.paused_until = subscriber.undo_until = None
    subscriber.may_say_why = False
    _note(session, subscriber, ADMITTED if had_left or not subscriber.in_city_list else "subscriber.undone", at=at)


def _note(session: Session, subscriber: Subscriber, action: str, *, at: datetime) -> None:
    ledger.write(session, Deed("resident", action, f"subscriber:{subscriber.id}"), at=at)
