"""Lost links: whoever is registered is mailed the links to their own pages again; nobody else is written to."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.addresses import Address
from foundation.languages import Language
from foundation.tokens import random_token
from mailer import outbox
from mailer.answer_caps import Leave, Road, may_answer
from mailer.outbox import To
from subscribers.links import resident_links
from subscribers.registration import Registration
from subscribers.stationery import as_reply
from subscribers.tables import Subscriber, SubscriberState


def mail_links(session: Session, registration: Registration, address: Address, *, at: datetime) -> Leave:
    """Says what the answer caps gave, which ask for known and unknown addresses alike: the caller answers the same. An
    address that is not registered, or not any more, gets nothing: whoever typed it may be anybody."""
    leave = may_answer(session, registration.keyring, address.text, road=Road.WEB, at=at)
    if leave is not Leave.YES:
        return leave
    mine = select(Subscriber).where(Subscriber.address == address.text, Subscriber.state == SubscriberState.ACTIVE)
    subscriber = session.scalars(mine).first()
    if subscriber is not None:
        stationery = registration.stationery
        language, links = Language.of(subscriber.language), resident_links(stationery.public_url)
        letter = stationery.letter("links", {}, language=language, links=links)
        post = as_reply(f"links:{random_token()}", at=at)
        outbox.reply(session, letter, post, To(address.text, address.domain, subscriber.id))
    return leave
