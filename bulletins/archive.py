"""The archive: what the public may read again, newest first."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bulletins.life import PUBLISHED
from bulletins.notice_templates import Kind
from bulletins.tables import Bulletin

PAGE = 20
OVERTAKING = frozenset({Kind.CORRECTION, Kind.ALL_CLEAR, Kind.END, Kind.CANCELLATION, Kind.RETRACTION})


def published(session: Session, *, before: int | None = None, limit: int = PAGE) -> Sequence[Bulletin]:
    """At most `limit` bulletins that have begun, the last begun first; with `before`, those that had begun earlier
    than the bulletin of that number (none when it is not to be seen)."""
    query = select(Bulletin).where(Bulletin.state.in_(PUBLISHED), Bulletin.started_at.is_not(None))
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
    return bulletin if bulletin is not None and bulletin.state in PUBLISHED else None


def followers(session: Session, bulletin_id: int) -> Sequence[Bulletin]:
    """続報, 訂正, 解除 … of a bulletin, oldest first."""
    return session.scalars(
        select(Bulletin).where(Bulletin.follows_id == bulletin_id, Bulletin.state.in_(PUBLISHED)).order_by(Bulletin.id)
    ).all()


def is_urgent(session: Session, bulletin: Bulletin, *, at: datetime) -> bool:
    """Whether everybody should see it on the first page: urgent, begun, not past its own expiry, and neither lifted
    nor ended nor withdrawn by one that followed."""
    if not bulletin.urgent or bulletin.started_at is None:
        return False
    if at >= bulletin.started_at + timedelta(seconds=bulletin.expires_seconds):
        return False
    return not is_overtaken(followers(session, bulletin.id))


def is_overtaken(later: Iterable[Bulletin]) -> bool:
    """Whether one of those that followed makes the first one void or changes what it said."""
    return any(Kind(bulletin.kind) in OVERTAKING for bulletin in later)
