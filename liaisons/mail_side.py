"""The mail side of a liaison: their subscription, by which they are written to, and what becomes of it in the end."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.addresses import Address
from foundation.ledger import Doer
from liaisons.tables import Liaison, LiaisonState, Membership
from mailer import inbound
from mailer.reply_recall import recall
from subscribers import leaving
from subscribers.admitting import admit
from subscribers.tables import ERASED, StopReason, Subscriber, SubscriberState


class AddressTaken(Exception):
    """このメールアドレスは、ほかの連絡員の記録にあります。"""


def address_of(session: Session, liaison: Liaison) -> str:
    """Empty where there is none (any more)."""
    if liaison.subscriber_id is None:
        return liaison.address
    return session.scalar(select(Subscriber.address).where(Subscriber.id == liaison.subscriber_id)) or ""


def is_reached(session: Session, liaison: Liaison) -> bool:
    """Whether mail goes to this liaison: whoever stopped all mail, or whose address fails, gets none."""
    if liaison.subscriber_id is None:
        return False
    state = session.scalar(select(Subscriber.state).where(Subscriber.id == liaison.subscriber_id))
    return state == SubscriberState.ACTIVE


def owner_of(session: Session, address: str) -> Liaison | None:
    """The liaison, or who is asked to be one, with this address."""
    by_subscriber = select(Liaison).join(Subscriber, Subscriber.id == Liaison.subscriber_id)
    asked = select(Liaison).where(Liaison.address == address, Liaison.address != "")
    return session.scalars(by_subscriber.where(Subscriber.address == address)).first() or session.scalars(asked).first()


def put_address(session: Session, liaison: Liaison, address: str, by: str | Doer, *, at: datetime) -> None:
    """With the row held; an empty one takes it away. Who did not consent yet is no subscriber. Raises AddressTaken."""
    if address == address_of(session, liaison):
        return
    other = owner_of(session, address) if address else None
    if other is not None and other.id != liaison.id:
        raise AddressTaken(AddressTaken.__doc__)
    let_go(session, liaison, by, at=at)
    if address and liaison.state == LiaisonState.ASKED:
        liaison.address = address
    elif address:
        liaison.subscriber_id = admit(session, Address.parse(address), language=None, at=at).id
    session.flush()


def admit_asked(session: Session, liaison: Liaison, *, at: datetime) -> None:
    """At their consent: from now on the address is that of a subscriber. Raises AddressTaken."""
    if not liaison.address:
        return
    subscriber = admit(session, Address.parse(liaison.address), language=None, at=at)
    taken = select(func.count()).select_from(Liaison).where(Liaison.subscriber_id == subscriber.id)
    if session.scalar(taken):
        raise AddressTaken(AddressTaken.__doc__)
    liaison.subscriber_id, liaison.address = subscriber.id, ""
    session.flush()


def let_go(session: Session, liaison: Liaison, by: str | Doer, *, at: datetime) -> None:
    """The address leaves the register. Who gets nothing else from us is stopped, and erased like everybody who left;
    the address of who never was a subscriber goes at once, out of letters sent to it too."""
    asked, liaison.address = liaison.address, ""
    number, liaison.subscriber_id = liaison.subscriber_id, None
    session.flush()
    if asked and session.scalar(select(Subscriber.id).where(Subscriber.address == asked)) is None:
        recall(session, asked, f"{ERASED}liaison-{liaison.id}")
        inbound.forget_sender(session, asked)
        inbound.forget_mentions(session, [asked])
    subscriber = session.get(Subscriber, number, with_for_update=True) if number is not None else None
    if subscriber is None or subscriber.in_city_list or _is_in_a_circle(session, subscriber.id):
        return
    if leaving.stop(session, subscriber.id, StopReason.LEFT, by=by, at=at) is not None:
        # There is nothing to go back to: neither the resident's way back nor a reason is asked for.
        subscriber.undo_until, subscriber.may_say_why = None, False
        session.flush()


def _is_in_a_circle(session: Session, subscriber_id: int) -> bool:
    return session.scalar(select(Membership.circle_id).where(Membership.subscriber_id == subscriber_id)) is not None
