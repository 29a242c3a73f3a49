"""The chain of a bulletin: the first one, and all that followed it."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bulletins.life import PUBLISHED, BulletinState
from bulletins.tables import Bulletin

_LONGEST_WAY = 50  # links that are followed towards the first one, whatever stands in the table


def first_of(session: Session, bulletin: Bulletin) -> Bulletin:
    """Itself, where it follows none."""
    found = bulletin
    for _ in range(_LONGEST_WAY):
        before = session.get(Bulletin, found.follows_id) if found.follows_id else None
        if before is None:
            break
        found = before
    return found


def members(session: Session, bulletin: Bulletin) -> Sequence[Bulletin]:
    """The whole chain that the bulletin belongs to, the first one first, in whatever state they are."""
    first = first_of(session, bulletin)
    later = select(Bulletin).where(Bulletin.follows_id == first.id).order_by(Bulletin.id)
    return [first, *session.scalars(later)]


def members_of_each(session: Session, bulletins: Iterable[Bulletin]) -> Mapping[int, Sequence[Bulletin]]:
    """The same of many, by their numbers: one question for all that followed."""
    firsts = {each.id: first_of(session, each) for each in bulletins}
    chains: dict[int, list[Bulletin]] = {first.id: [first] for first in firsts.values()}
    for later in session.scalars(select(Bulletin).where(Bulletin.follows_id.in_(chains)).order_by(Bulletin.id)):
        chains[later.follows_id or 0].append(later)
    return {number: chains[first.id] for number, first in firsts.items()}


def has_begun(bulletin: Bulletin) -> bool:
    """Whether somebody may have it, be it withdrawn since or not."""
    return bulletin.started_at is not None and (
        bulletin.state in PUBLISHED or bulletin.state == BulletinState.WITHDRAWN
    )
