"""Circles (転送先): opened and closed by their liaison, joined and left by their members themselves.

A circle is open while its liaison is active. Nobody but the liaison is told how many are in one, and nobody who. None
of it stands in the ledger: who has a circle, and since when, would say who passes things on.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from foundation.database import insert_into
from liaisons.tables import Circle, Liaison, LiaisonState, Membership
from subscribers import leaving
from subscribers.circle_book import CircleSign
from subscribers.tables import OFF_THE_LIST, StopReason, Subscriber, SubscriberState

# Neither what is taken for a figure or another letter (i, l, o, 0, 1), nor vowels that would make words.
LETTERS = "bcdfghjkmnpqrstvwxyz23456789"
LENGTH = 10  # 48 bits: nobody finds one by trying
_LET_GO = 200

# Liaisons whose address is needed.
_IN_TOUCH = (LiaisonState.ASKED.value, LiaisonState.CONSENTED.value, LiaisonState.ACTIVE.value)


class LiaisonCircles:
    """Fills the port `CircleBook`."""

    def find(self, session: Session, code: str) -> CircleSign | None:
        return _sign(session, Circle.code == code) if _is_code(code) else None

    def numbered(self, session: Session, number: int) -> CircleSign | None:
        return _sign(session, Circle.id == number)

    def of(self, session: Session, subscriber_id: int) -> Sequence[CircleSign]:
        mine = select(Membership.circle_id).where(Membership.subscriber_id == subscriber_id)
        rows = session.execute(_signs().where(Circle.id.in_(mine)).order_by(Liaison.organisation, Circle.id))
        return [CircleSign(*row) for row in rows]

    def is_held(self, session: Session, subscriber_id: int, *, besides: int | None = None) -> bool:
        held = select(Subscriber.id).where(Subscriber.id == subscriber_id, _is_held(besides))
        return session.scalar(held) is not None

    def join(self, session: Session, number: int, subscriber_id: int, *, at: datetime) -> None:
        # Whoever closes it meanwhile waits for this row to be there, and then ends it.
        held = select(Circle.id).where(Circle.id == number, Circle.closed_at.is_(None)).with_for_update(read=True)
        if session.scalar(held) is None:
            return
        row = insert_into(session, Membership).values(circle_id=number, subscriber_id=subscriber_id, joined_at=at)
        keys = ["circle_id", "subscriber_id"]
        session.execute(row.on_conflict_do_update(index_elements=keys, set_={"joined_at": at}))

    def leave(self, session: Session, number: int, subscriber_id: int) -> None:
        mine = Membership.circle_id == number, Membership.subscriber_id == subscriber_id
        session.execute(delete(Membership).where(*mine))

    def forget(self, session: Session, subscriber_id: int) -> None:
        session.execute(delete(Membership).where(Membership.subscriber_id == subscriber_id))


def open_circle(session: Session, liaison_id: int, *, at: datetime) -> Circle | None:
    """The circle of that liaison; None for one who is not active. One that was closed gets a new code: whoever still
    has the old one is not let in by it."""
    liaison = session.get(Liaison, liaison_id, with_for_update=True)
    if liaison is None or liaison.state != LiaisonState.ACTIVE:
        return None
    circle = session.scalar(select(Circle).where(Circle.liaison_id == liaison_id))
    if circle is None:
        circle = Circle(liaison_id=liaison_id, code=new_code(), opened_at=at, closed_at=None)
        session.add(circle)
    elif circle.closed_at is not None:
        circle.code, circle.opened_at, circle.closed_at = new_code(), at, None
    session.flush()
    return circle


def close(session: Session, liaison_id: int, *, at: datetime) -> bool:
    """The memberships end; members are told nothing. Those who are held for nothing else are let go in time
    (`let_go`). False where none was open. Also for a liaison who ends."""
    circle = session.scalar(select(Circle).where(Circle.liaison_id == liaison_id).with_for_update())
    if circle is None:
        return False
    session.execute(delete(Membership).where(Membership.circle_id == circle.id))
    if circle.closed_at is not None:
        return False
    circle.closed_at = at
    return True


def circle_of(session: Session, liaison_id: int) -> Circle | None:
    """The open one; reads only."""
    mine = Circle.liaison_id == liaison_id, *_IS_OPEN
    return session.scalar(select(Circle).join(Liaison, Liaison.id == Circle.liaison_id).where(*mine))


def members(circle_id: int) -> Select[tuple[int]]:
    """The numbers of the subscribers whom something that is passed on reaches."""
    return (
        select(Membership.subscriber_id)
        .join(Subscriber, Subscriber.id == Membership.subscriber_id)
        .where(Membership.circle_id == circle_id, *_IS_ACTIVE)
    )


def how_many(session: Session, circle_id: int) -> int:
    """For the liaison alone. Who was erased had been stopped before, and who is stopped is found along an index: of a
    large circle PostgreSQL reads no member's own row."""
    everybody = select(func.count()).select_from(Membership).where(Membership.circle_id == circle_id)
    mine = everybody.join(Subscriber, Subscriber.id == Membership.subscriber_id)
    stopped = mine.where(Subscriber.state == SubscriberState.STOPPED.value).scalar_subquery()
    return session.scalar(select(everybody.scalar_subquery() - stopped)) or 0


def is_empty(session: Session, circle_id: int) -> bool:
    """Whether nobody would get anything; sooner known than how many there are. By the index: PostgreSQL would look
    through all memberships from the beginning, since one is enough."""
    return session.scalar(members(circle_id).order_by(Membership.subscriber_id).limit(1)) is None


def tidy(session: Session, *, at: datetime, limit: int = _LET_GO) -> int:
    """Ends what ended otherwise: memberships of who left everything and may not take it back any more, circles of
    liaisons who ended, and subscriptions that are held for nothing. Returns how many were let go."""
    ended = select(Circle.liaison_id).join(Liaison, Liaison.id == Circle.liaison_id)
    for liaison_id in session.scalars(
        ended.where(Circle.closed_at.is_(None), Liaison.state == LiaisonState.ENDED)
    ).all():
        close(session, liaison_id, at=at)
    gone = select(Subscriber.id).where(Subscriber.id == Membership.subscriber_id, _has_left(at))
    session.execute(delete(Membership).where(gone.exists()))
    return let_go(session, at=at, limit=limit)


def let_go(session: Session, *, at: datetime, limit: int = _LET_GO) -> int:
    """Stops who is neither on the town's list nor held by the network, so that they are erased like those who left; at
    most `limit`, and returns how many."""
    idle = select(Subscriber.id).where(OFF_THE_LIST, *_IS_ACTIVE, ~_is_held()).limit(limit)
    numbers = session.scalars(idle).all()
    for number in numbers:
        subscriber = leaving.stop(session, number, StopReason.LEFT, by="rule:not-held", at=at)
        if subscriber is not None:
            subscriber.undo_until = None  # there is nothing to come back to
    return len(numbers)


def new_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


_IS_OPEN = (Circle.closed_at.is_(None), Liaison.state == LiaisonState.ACTIVE.value)
_IS_ACTIVE = (Subscriber.state == SubscriberState.ACTIVE.value, Subscriber.address.is_not(None))


def _signs() -> Select[tuple[int, str, str]]:
    columns = select(Circle.id, Circle.code, Liaison.organisation)
    return columns.join(Liaison, Liaison.id == Circle.liaison_id).where(*_IS_OPEN)


def _sign(session: Session, which: ColumnElement[bool]) -> CircleSign | None:
    row = session.execute(_signs().where(which)).first()
    return CircleSign(*row) if row is not None else None


def _is_code(text: str) -> bool:
    return len(text) == LENGTH and set(text) <= set(LETTERS)


def _is_held(besides: int | None = None) -> ColumnElement[bool]:
    joined = (
        select(Membership.circle_id)
        .join(Circle, Circle.id == Membership.circle_id)
        .join(Liaison, Liaison.id == Circle.liaison_id)
        .where(Membership.subscriber_id == Subscriber.id, *_IS_OPEN)
    )
    member = (joined if besides is None else joined.where(Membership.circle_id != besides)).exists()
    liaison = select(Liaison.id).where(Liaison.subscriber_id == Subscriber.id, Liaison.state.in_(_IN_TOUCH)).exists()
    return or_(member, liaison)


def _has_left(at: datetime) -> ColumnElement[bool]:
    """Who was stopped by staff or by errors may be brought back by staff."""
    by_themselves = Subscriber.reason.in_((StopReason.LEFT.value, StopReason.COMPLAINT.value))
    over = or_(Subscriber.undo_until.is_(None), Subscriber.undo_until <= at)
    return or_(Subscriber.address.is_(None), and_(Subscriber.stopped_at.is_not(None), by_themselves, over))
