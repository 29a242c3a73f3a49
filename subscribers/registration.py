"""Registration: an invitation with a single-use link, and the confirmation that makes an address active."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from foundation import ledger
from foundation.addresses import Address
from foundation.languages import Language
from foundation.ledger import Deed
from foundation.tokens import Keyring, fingerprint, random_token
from mailer import outbox
from mailer.answer_caps import Leave, Road, may_answer
from mailer.outbox import To
from subscribers.choices import Choices, choose, chosen
from subscribers.circle_book import NO_CIRCLES, CircleBook, CircleSign
from subscribers.erasure import LEAVING
from subscribers.headcount import counted
from subscribers.links import resident_links
from subscribers.stationery import Stationery, as_reply
from subscribers.tables import Invitation, Subscriber, SubscriberState

INVITATION_LIFE = timedelta(hours=24)


class LinkState(StrEnum):
    """What became of a registration link."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Offer:
    """What the page behind a link shows; `choices` are those of an address that is registered already. `language` is
    the one that was asked for, or else that of the address. With a `circle` it is an invitation to that one, and
    `is_member` who joined it before; with `circle_is_gone` it was one."""

    state: LinkState
    address: str = ""
    registered: bool = False
    language: str | None = None
    choices: Choices = field(default_factory=Choices)
    circle: CircleSign | None = None
    circle_is_gone: bool = False
    is_member: bool = False


@dataclass(frozen=True)
class Request:
    """Who asks to be registered, and by which road. `circle` is the code of one, as it was given."""

    address: Address
    place: str | None = None
    circle: str | None = None
    language: str | None = None
    in_reply_to: str | None = None
    road: Road = Road.MAIL


@dataclass(frozen=True)
class Registration:
    """Works in the caller's transaction; the answer is the same whether or not an address is known."""

    stationery: Stationery
    keyring: Keyring
    circles: CircleBook = NO_CIRCLES

    def invite(self, session: Session, request: Request, *, at: datetime) -> Leave:
        """Sends the invitation when the answer caps give leave; says what they gave. One mail has one answer, whichever
        of our addresses it came to."""
        asked = f"asked:{fingerprint(request.in_reply_to)}" if request.in_reply_to else None
        if asked is not None and outbox.is_known(session, asked, request.address.text):
            return Leave.NO
        leave = may_answer(session, self.keyring, request.address.text, road=request.road, at=at)
        if leave is not Leave.YES:
            return leave
        circle = self.circles.find(session, request.circle) if request.circle is not None else None
        token = random_token()
        invitation = Invitation(
            token_hash=fingerprint(token),
            address=request.address.text,
            place=request.place,
            circle_id=circle.number if circle is not None else None,
            language=request.language,
            created_at=at,
            expires_at=at + INVITATION_LIFE,
        )
        session.add(invitation)
        session.flush()
        values = {"link": f"{self.stationery.public_url}/r/{token}", "hours": 24}
        values |= {"organisation": circle.organisation} if circle is not None else {}
        language = Language.of(request.language or _language_of(session, request.address.text))
        name = _letter_for(request, circle)
        letter = self.stationery.letter(name, values, language=language, in_reply_to=request.in_reply_to)
        to = To(request.address.text, request.address.domain, None)
        outbox.reply(session, letter, as_reply(asked or invitation_key(invitation), at=at), to)
        return leave

    def offer(self, session: Session, token: str, *, at: datetime) -> Offer:
        """Reads only."""
        invitation = _find(session, token)
        state = _state(invitation, at=at)
        if invitation is None:
            return Offer(state)
        known = _subscriber(session, invitation.address)
        language = invitation.language or (known.language if known is not None else None)
        if state is not LinkState.OPEN:
            return Offer(state, language=language)
        offer = self._to_circle(session, invitation, known, Offer(state, invitation.address, language=language))
        if known is None or known.state != SubscriberState.ACTIVE or not known.in_city_list:
            return offer
        return replace(offer, registered=True, choices=chosen(session, known.id))

    def confirm(
        self, session: Session, token: str, choices: Choices, *, language: Language | None = None, at: datetime
    ) -> LinkState:
        """OPEN when this call registered the address; any other state says why it did not. `language` is one that the
        resident chose on the page."""
        state, invitation = take(session, token, at=at)
        if invitation is None:
            return state
        invitation.language = language or invitation.language
        subscriber = self.enlist(session, invitation, at=at)
        choose(session, subscriber, choices)
        self.welcome(session, invitation, subscriber, "registered", {}, at=at)
        return LinkState.OPEN

    def enlist(self, session: Session, invitation: Invitation, *, at: datetime) -> Subscriber:
        """Onto the town's list. Whoever had left everything comes back to the list alone."""
        self.forget_circles(session, invitation.address)
        subscriber = register(session, invitation, at=at)
        deed = Deed("resident", "subscriber.registered", f"subscriber:{subscriber.id}")
        ledger.write(session, deed, at=at, details={"place": invitation.place})
        return subscriber

    def forget_circles(self, session: Session, address: str) -> None:
        """Of whoever had left everything, and now comes anew."""
        known = _subscriber(session, address)
        if known is not None and known.reason in LEAVING:
            self.circles.forget(session, known.id)

    def _to_circle(self, session: Session, invitation: Invitation, known: Subscriber | None, offer: Offer) -> Offer:
        if invitation.circle_id is None:
            return offer
        circle = self.circles.numbered(session, invitation.circle_id)
        if circle is None:
            return replace(offer, circle_is_gone=True)
        is_active = known is not None and known.state == SubscriberState.ACTIVE
        joined = self.circles.of(session, known.id) if known is not None and is_active else ()
        return replace(offer, circle=circle, is_member=circle in joined)

    def registered(self, session: Session, token: str) -> Subscriber | None:
        """Whoever was registered by this link."""
        invitation = _find(session, token)
        return _subscriber(session, invitation.address) if invitation is not None and invitation.used_at else None

    def welcome(
        self,
        session: Session,
        invitation: Invitation,
        subscriber: Subscriber,
        name: str,
        values: Mapping[str, object],
        *,
        at: datetime,
    ) -> None:
        """The letter of that name tells that it is done."""
        links = resident_links(self.stationery.public_url)
        letter = self.stationery.letter(name, values, language=Language.of(subscriber.language), links=links)
        to = To(invitation.address, subscriber.domain, subscriber.id)
        outbox.reply(session, letter, as_reply(f"registered:{invitation.token_hash}", at=at), to)


def take(session: Session, token: str, *, at: datetime) -> tuple[LinkState, Invitation | None]:
    """The invitation, which nobody can use after that; None with the state that says why not."""
    invitation = _find(session, token)
    state = _state(invitation, at=at)
    if invitation is None or state is not LinkState.OPEN:
        return state, None
    # Of two confirmations at once, one finds the link used.
    taken = session.execute(
        update(Invitation).where(Invitation.id == invitation.id, Invitation.used_at.is_(None)).values(used_at=at)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always gives a cursor result
        return LinkState.USED, None
    return LinkState.OPEN, invitation


def register(session: Session, invitation: Invitation, *, at: datetime) -> Subscriber:
    """The address becomes active and is on the town's list, whatever it was before; earlier failures are forgiven."""
    mine = select(Subscriber).where(Subscriber.address == invitation.address)
    subscriber = session.scalars(mine.with_for_update()).first()
    if subscriber is None:
        domain = invitation.address.rpartition("@")[2]
        subscriber = Subscriber(address=invitation.address, domain=domain, since=at, state=SubscriberState.ACTIVE)
    elif subscriber.state != SubscriberState.ACTIVE:
        subscriber.since = at
    with counted(session, subscriber):
        subscriber.state, subscriber.reason, subscriber.in_city_list = SubscriberState.ACTIVE.value, None, True
        subscriber.stopped_at, subscriber.evidence, subscriber.watch_from = None, None, at
        subscriber.paused_until = subscriber.undo_until = None  # whoever registers wants mail from now on
        subscriber.may_say_why = False
        subscriber.place = invitation.place or subscriber.place
        subscriber.language = invitation.language or subscriber.language
        session.add(subscriber)
        session.flush()
    return subscriber


def invitation_key(invitation: Invitation) -> str:
    """The once_key of its letter, where no mail asked for it."""
    return f"invitation:{invitation.token_hash}"


def forget_invitations(session: Session, *, before: datetime) -> None:
    """Links that ended before the moment are deleted with the addresses in them."""
    session.execute(delete(Invitation).where(Invitation.expires_at < before))


def _letter_for(request: Request, circle: CircleSign | None) -> str:
    """One to a circle that is not there says so, and invites to the town's list."""
    if circle is not None:
        return "circle-invitation"
    return "invitation" if request.circle is None else "circle-unknown"


def _find(session: Session, token: str) -> Invitation | None:
    return session.scalars(select(Invitation).where(Invitation.token_hash == fingerprint(token))).first()


def _state(invitation: Invitation | None, *, at: datetime) -> LinkState:
    if invitation is None:
        return LinkState.UNKNOWN
    if invitation.used_at is not None:
        return LinkState.USED
    return LinkState.EXPIRED if invitation.expires_at <= at else LinkState.OPEN


def _language_of(session: Session, address: str) -> str | None:
    return session.scalars(select(Subscriber.language).where(Subscriber.address == address)).first()


def _subscriber(session: Session, address: str) -> Subscriber | None:
    return session.scalars(select(Subscriber).where(Subscriber.address == address)).first()
