"""The archive: what the public may read again, newest first."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bulletins import chain
from bulletins.kinds import LIFTING, lifts
from bulletins.life import PUBLISHED, BulletinState
from bulletins.notice_templates import Kind
from bulletins.tables import Bulletin

PAGE = 20
OVERTAKING = LIFTING | {Kind.CORRECTION}
# What was withdrawn after it had begun is in some people's hands.
_SHOWN = PUBLISHED | {BulletinState.WITHDRAWN}


def published(session: Session, *, before: int | None = None, limit: int = PAGE) -> Sequence[Bulletin]:
    """At most `limit` bulletins that have begun, the last begun first; with `before`, those that had begun earlier
    than the bulletin of that number (none when it is not to be seen)."""
    query = select(Bulletin).where(Bulletin.state.in_(_SHOWN), Bulletin.started_at.is_not(None))
    if before is not None:
        turn = one(session, before)
        if turn is None:
            return []
        same = and_(Bulletin.started_at == turn.started_at, Bulletin.id < turn.id)
        query = query.where(or_(Bulletin.started_at < turn.started_at, same))
    return session.scalars(query.order_by(Bulletin.started_at.desc(), Bulletin.id.desc()).limit(limit)).all()


def one(session: Session, bulletin_id: int) -> Bulletin | None:
    """None for what the public may not see, as for what is not there."""
    bulletin = session.get(Bulletin, bulletin_id)
    return bulletin if bulletin is not None and chain.has_begun(bulletin) else None


def whole(session: Session, bulletin: Bulletin) -> Sequence[Bulletin]:
    """What has begun of its chain, 続報, 訂正, 解除 and the first one, oldest first; itself included."""
    return [each for each in chain.members(session, bulletin) if chain.has_begun(each)]


def expiry(bulletin: Bulletin) -> datetime | None:
    """Until when a bulletin that has begun speaks of today."""
    return bulletin.started_at + timedelta(seconds=bulletin.expires_seconds) if bulletin.started_at else None


def is_in_force(session: Session, bulletin: Bulletin, *, at: datetime) -> bool:
    """Begun and not withdrawn, not past its own expiry, and neither lifted nor ended nor retracted by one that
    followed. A correction leaves it in force."""
    until = expiry(bulletin)
    if until is None or at >= until or bulletin.state not in PUBLISHED:
        return False
    return not any(lifts(each, bulletin) for each in whole(session, bulletin))


def is_urgent(session: Session, bulletin: Bulletin, *, at: datetime) -> bool:
    """Whether everybody should see it on the first page."""
    return bulletin.urgent and is_in_force(session, bulletin, at=at)


def is_overtaken(later: Iterable[Bulletin]) -> bool:
    """Whether one of those that followed makes the first one void or changes what it said."""
    return any(Kind(bulletin.kind) in OVERTAKING for bulletin in later)
