"""Joining a circle by its invitation: with the town's own bulletins, or without them."""

from datetime import datetime

from sqlalchemy.orm import Session

from foundation.addresses import Address
from foundation.languages import Language
from subscribers.admitting import admit
from subscribers.choices import Choices, choose
from subscribers.registration import LinkState, Registration, take
from subscribers.tables import Invitation, Subscriber


class CircleGone(Exception):
    """The circle was closed since; the link is as it was."""


def join(
    registration: Registration,
    session: Session,
    token: str,
    *,
    with_the_towns: bool,
    language: Language | None = None,
    at: datetime,
) -> LinkState:
    """OPEN when this call did it; any other state says why it did not. Who is on the town's list stays on it. Raises
    CircleGone, with nothing changed that the caller does not roll back."""
    state, invitation = take(session, token, at=at)
    if invitation is None:
        return state
    circle = None
    if invitation.circle_id is not None:
        circle = registration.circles.numbered(session, invitation.circle_id)
    if circle is None:
        raise CircleGone
    invitation.language = language or invitation.language
    subscriber = _subscriber(registration, session, invitation, with_the_towns=with_the_towns, at=at)
    registration.circles.join(session, circle.number, subscriber.id, at=at)
    values = {"organisation": circle.organisation, "in_city_list": subscriber.in_city_list}
    registration.welcome(session, invitation, subscriber, "circle-joined", values, at=at)
    return LinkState.OPEN


def _subscriber(
    registration: Registration, session: Session, invitation: Invitation, *, with_the_towns: bool, at: datetime
) -> Subscriber:
    """Whoever had left everything comes back to this circle alone."""
    local, _, domain = invitation.address.rpartition("@")
    registration.forget_circles(session, invitation.address)
    subscriber = admit(session, Address(local, domain), language=invitation.language, at=at)
    if with_the_towns and not subscriber.in_city_list:
        subscriber = registration.enlist(session, invitation, at=at)
        choose(session, subscriber, Choices())
    return subscriber
