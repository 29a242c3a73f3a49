"""A liaison's own page: the link is mailed on request and valid for a day; who holds it is the liaison."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.tokens import Keyring, random_token
from liaisons import links, mail_side
from liaisons.life import LIVING
from liaisons.links import LinkPurpose
from liaisons.tables import Liaison, LiaisonState
from mailer import outbox
from mailer.answer_caps import Leave, Road, may_answer
from mailer.outbox import To
from subscribers.stationery import Stationery, as_reply
from subscribers.tables import Subscriber

HOURS = 24
_OWNERS = tuple(state for state in LIVING if state is not LiaisonState.ASKED)


def send_link(session: Session, stationery: Stationery, keyring: Keyring, subscriber_id: int, *, at: datetime) -> Leave:
    """Says what the answer caps gave. NO, too, for whoever is no liaison, or not any more; the page that asks says the
    same in either case."""
    liaison = session.scalars(select(Liaison).where(Liaison.subscriber_id == subscriber_id)).first()
    subscriber = session.get(Subscriber, subscriber_id)
    if liaison is None or liaison.state not in _OWNERS or subscriber is None or subscriber.address is None:
        return Leave.NO
    leave = may_answer(session, keyring, subscriber.address, road=Road.WEB, at=at)
    if leave is not Leave.YES:
        return leave
    token = links.make(session, liaison.id, LinkPurpose.OWN_PAGE, at=at)
    values = {"link": f"{stationery.public_url}/liaison/own/{token}", "hours": HOURS}
    letter = stationery.letter("liaison-own-page", values)
    post = as_reply(f"liaison-own:{random_token()}", at=at)
    outbox.reply(session, letter, post, To(subscriber.address, subscriber.domain, subscriber.id))
    return leave


def owner(session: Session, token: str, *, at: datetime) -> Liaison | None:
    """The liaison whose page a link opens; None for one that is unknown or over."""
    link = links.find(session, token, LinkPurpose.OWN_PAGE)
    if link is None or link.expires_at <= at:
        return None
    liaison = session.get(Liaison, link.liaison_id)
    return liaison if liaison is not None and liaison.state in _OWNERS else None


def address_hint(session: Session, liaison: Liaison) -> str:
    """Enough to know one's own address by."""
    local, at_sign, domain = mail_side.address_of(session, liaison).rpartition("@")
    return f"{local[: 2 if len(local) > 3 else 1]}…{at_sign}{domain}" if domain else ""
