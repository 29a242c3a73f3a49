"""The archive: what the public may read again, newest first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from bulletins import chain
from bulletins.kinds import LIFTING, MENDING, lifts
from bulletins.liaison_edition import ToLiaisons
from bulletins.life import PUBLISHED, BulletinState
from bulletins.notice_templates import Kind
from bulletins.tables import Bulletin

PAGE = 20
OVERTAKING = LIFTING | {Kind.CORRECTION}
# What was withdrawn after it had begun is in some people's hands. Said by what is not shown, so that a database reads
# the index of the beginnings, which has the order that is wanted, and not that of the states.
_NOT_SHOWN = frozenset(BulletinState) - PUBLISHED - {BulletinState.WITHDRAWN}
_EVERY_TOPIC = "[]"  # as the table has it


class Turn(NamedTuple):
    """Where a bulletin stands in the archive."""

    begun: datetime
    number: int


def published(session: Session, *, topic: str = "", before: int | None = None, limit: int = PAGE) -> Sequence[Bulletin]:
    """At most `limit` bulletins that have begun, the last begun first; with `before`, those that had begun earlier
    than the bulletin of that number (none when it is not to be seen)."""
    query = select(Bulletin).where(*_shown(topic))
    if before is not None:
        turn = one(session, before)
        if turn is None:
            return []
        same = and_(Bulletin.started_at == turn.started_at, Bulletin.id < turn.id)
        query = query.where(or_(Bulletin.started_at < turn.started_at, same))
    return session.scalars(query.order_by(Bulletin.started_at.desc(), Bulletin.id.desc()).limit(limit)).all()


def turns(session: Session, topic: str = "") -> Sequence[Turn]:
    """All that have begun, of every topic or of one, the last begun first."""
    query = select(Bulletin.started_at, Bulletin.id).where(*_shown(topic))
    found = session.execute(query.order_by(Bulletin.started_at.desc(), Bulletin.id.desc()))
    return [Turn(begun, number) for begun, number in found if begun is not None]


def newest(session: Session) -> tuple[int, datetime | None]:
    """How many there are, and when the last one began: the same while nothing new has."""
    begun = (Bulletin.started_at.is_not(None), _is_public())
    query = select(func.count(), func.max(Bulletin.started_at)).where(*begun)
    count, last = session.execute(query).one()
    return count, last


def of_numbers(session: Session, numbers: Sequence[int]) -> Sequence[Bulletin]:
    """In that order."""
    found = {each.id: each for each in session.scalars(select(Bulletin).where(Bulletin.id.in_(numbers)))}
    return [found[number] for number in numbers]


def one(session: Session, bulletin_id: int) -> Bulletin | None:
    """None for what the public may not see, as for what is not there."""
    bulletin = session.get(Bulletin, bulletin_id)
    return bulletin if bulletin is not None and _may_be_read(bulletin) else None


def whole(session: Session, bulletin: Bulletin) -> Sequence[Bulletin]:
    """What has begun of its chain, 続報, 訂正, 解除 and the first one, oldest first; itself included."""
    return [each for each in chain.members(session, bulletin) if _may_be_read(each)]


def whole_of_each(session: Session, bulletins: Iterable[Bulletin]) -> Mapping[int, Sequence[Bulletin]]:
    """The same of many, by their numbers."""
    chains = chain.members_of_each(session, bulletins)
    return {number: [each for each in members if _may_be_read(each)] for number, members in chains.items()}


def after(bulletin: Bulletin, whole: Sequence[Bulletin]) -> Sequence[Bulletin]:
    """What came after it in its chain, but for what puts right one that it followed: that does not speak of it. What
    puts right what was put right before speaks of all of them."""
    kinds = {each.id: Kind(each.kind) for each in whole}

    def speaks_of_it(later: Bulletin) -> bool:
        mended = later.mends_id or bulletin.id
        return mended >= bulletin.id or kinds.get(mended) in MENDING

    return [each for each in whole if each.id > bulletin.id and speaks_of_it(each)]


def expiry(bulletin: Bulletin) -> datetime | None:
    """Until when a bulletin that has begun speaks of today."""
    return bulletin.started_at + timedelta(seconds=bulletin.expires_seconds) if bulletin.started_at else None


def is_in_force(session: Session, bulletin: Bulletin, *, at: datetime) -> bool:
    """Begun and not withdrawn, not past its own expiry, and neither lifted nor ended nor retracted by one that
    followed. A correction leaves it in force."""
    until = expiry(bulletin)
    if until is None or at >= until or bulletin.state not in PUBLISHED:
        return False
    return not is_lifted(session, bulletin)


def is_lifted(session: Session, bulletin: Bulletin) -> bool:
    """Whether one that followed, and has begun, lifted, ended or retracted it."""
    return any(lifts(each, bulletin) for each in chain.members(session, bulletin) if chain.has_begun(each))


def is_overtaken(later: Iterable[Bulletin]) -> bool:
    """Whether one of those that followed makes the first one void or changes what it said."""
    return any(Kind(bulletin.kind) in OVERTAKING for bulletin in later)


def _is_public() -> ColumnElement[bool]:
    """What went to the liaisons alone is theirs to pass on."""
    return Bulletin.to_liaisons != ToLiaisons.ONLY.value


def _may_be_read(bulletin: Bulletin) -> bool:
    return chain.has_begun(bulletin) and bulletin.to_liaisons != ToLiaisons.ONLY


def _shown(topic: str) -> Iterator[ColumnElement[bool]]:
    """A topic has what those were sent who chose it: also what went to every topic or to everybody."""
    yield Bulletin.state.not_in(_NOT_SHOWN)
    yield Bulletin.started_at.is_not(None)
    yield _is_public()
    if topic:
        named = Bulletin.topics.contains(f'"{topic}"', autoescape=True)
        yield or_(named, Bulletin.topics == _EVERY_TOPIC, Bulletin.to_all)
