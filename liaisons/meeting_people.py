"""Whom a meeting concerns: those who are written to, and those whom somebody tells by telephone, fax or paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from liaisons import meetings
from liaisons.meeting_tables import Meeting, MeetingInvited
from liaisons.tables import Liaison, LiaisonArea, LiaisonState, Way
from mailer.outbox import To
from subscribers.tables import Subscriber, SubscriberState


@dataclass(frozen=True)
class Addressee:
    liaison_id: int
    to: To


def by_mail(session: Session, meeting: Meeting, *, at: datetime) -> Sequence[Addressee]:
    """Active ones of its areas whose address is alive; who rests, or paused their mail, is left in peace."""
    areas = meetings.areas_of(session, meeting.id)
    return _written_to(session, _concerned(areas, at=at), at=at)


def invited(session: Session, meeting: Meeting) -> Sequence[Addressee]:
    """Those who were written to before and are still liaisons, wherever they are responsible by now: who knows the old
    day has to hear the new one, resting or not."""
    these = select(MeetingInvited.liaison_id).where(MeetingInvited.meeting_id == meeting.id)
    return _written_to(session, and_(Liaison.state == LiaisonState.ACTIVE, Liaison.id.in_(these)), at=None)


def by_hand(session: Session, meeting: Meeting, *, at: datetime) -> Sequence[Liaison]:
    """Those without mail, and those whose address does not answer any more."""
    # Each is looked for by number: in a set of all who live, a million would be gathered first.
    mine = Subscriber.id == Liaison.subscriber_id
    alive = and_(mine, Subscriber.state == SubscriberState.ACTIVE, Subscriber.address.is_not(None))
    concerned = _concerned(meetings.areas_of(session, meeting.id), at=at)
    unwritten = or_(Liaison.way != Way.MAIL, Subscriber.id.is_(None))
    found = select(Liaison).outerjoin(Subscriber, alive).where(concerned, unwritten)
    return session.scalars(found.order_by(Liaison.way, Liaison.id)).all()


def number_invited(session: Session, meeting_id: int) -> int:
    query = select(func.count()).select_from(MeetingInvited).where(MeetingInvited.meeting_id == meeting_id)
    return session.scalar(query) or 0


def _concerned(areas: Sequence[str], *, at: datetime) -> ColumnElement[bool]:
    awake = or_(Liaison.resting_until.is_(None), Liaison.resting_until <= at)
    active = and_(Liaison.state == LiaisonState.ACTIVE, awake)
    if not areas:
        return active
    here = select(LiaisonArea.liaison_id).where(LiaisonArea.area.in_(areas))
    everywhere = Liaison.id.not_in(select(LiaisonArea.liaison_id))
    return and_(active, or_(Liaison.id.in_(here), everywhere))


def _written_to(session: Session, which: ColumnElement[bool], *, at: datetime | None) -> Sequence[Addressee]:
    """With a moment, without those whose mail is paused then."""
    query = (
        select(Liaison.id, Subscriber.address, Subscriber.domain, Subscriber.id)
        .join(Subscriber, Subscriber.id == Liaison.subscriber_id)
        .where(which, Liaison.way == Way.MAIL, Subscriber.state == SubscriberState.ACTIVE)
        .order_by(Liaison.id)
    )
    if at is not None:
        query = query.where(or_(Subscriber.paused_until.is_(None), Subscriber.paused_until <= at))
    found = session.execute(query)
    return [Addressee(number, To(address, domain, ref)) for number, address, domain, ref in found if address]
