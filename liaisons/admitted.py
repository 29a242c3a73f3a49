"""Stands in for the room that admits an address, until that one is here."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.addresses import Address
from subscribers.tables import Subscriber, SubscriberState


def admit(session: Session, address: Address, *, language: str | None, at: datetime) -> Subscriber:
    """The subscriber of that address: the known one, or a new one who gets none of the town's own bulletins."""
    subscriber = session.scalars(select(Subscriber).where(Subscriber.address == address.text).with_for_update()).first()
    if subscriber is None:
        subscriber = Subscriber(
            address=address.text, domain=address.domain, since=at, watch_from=at, in_city_list=False
        )
        session.add(subscriber)
    subscriber.state, subscriber.language = SubscriberState.ACTIVE.value, language or subscriber.language
    session.flush()
    return subscriber
