"""What stands on top of every residents' page: urgent bulletins and those to everybody, while they are in force."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bulletins import archive
from bulletins.drafting import LONGEST_LIFE
from bulletins.kinds import MENDING
from bulletins.liaison_edition import ToLiaisons
from bulletins.life import PUBLISHED
from bulletins.notice_templates import Kind
from bulletins.tables import Bulletin

MOST = 3
_REHEARSED = frozenset({Kind.DRILL, Kind.TEST})
# That a danger is over alarms nobody, and what was corrected stands itself and leads to its correction; unless an
# approver called them urgent.
_QUIET = frozenset({Kind.ALL_CLEAR, Kind.END, Kind.CANCELLATION, Kind.CORRECTION})


def standing(session: Session, *, at: datetime) -> Sequence[Bulletin]:
    """The newest first, and of each chain the newest alone, beside what corrects or retracts one of it: taking back a
    warning hides neither what followed it nor what it followed. At most MOST."""
    recent = select(Bulletin).where(
        Bulletin.started_at > at - LONGEST_LIFE,
        Bulletin.state.in_(PUBLISHED),
        Bulletin.to_liaisons != ToLiaisons.ONLY.value,
        or_(Bulletin.urgent, Bulletin.to_all),
    )
    found: dict[int, Bulletin] = {}
    for bulletin in session.scalars(recent.order_by(Bulletin.started_at.desc(), Bulletin.id.desc())):
        matter = bulletin.id if Kind(bulletin.kind) in MENDING else bulletin.follows_id or bulletin.id
        if matter not in found and _stands(session, bulletin, at=at):
            found[matter] = bulletin
            if len(found) == MOST:
                break
    return tuple(found.values())


def _stands(session: Session, bulletin: Bulletin, *, at: datetime) -> bool:
    """A drill is seen on its own pages only."""
    kind = Kind(bulletin.kind)
    wanted = bulletin.urgent or (bulletin.to_all and kind not in _QUIET)
    return wanted and kind not in _REHEARSED and archive.is_in_force(session, bulletin, at=at)
