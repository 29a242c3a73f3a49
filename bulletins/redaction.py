"""Redaction: of a person who was looked for, the public reads no particulars once the search is over.

Which notices are so is written in their notice.toml; a bulletin keeps what it was begun as, and what follows one in its
chain is as the first. Staff see everything as before.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bulletins.kinds import LIFTING
from bulletins.life import PUBLISHED
from bulletins.notice_templates import Kind
from bulletins.tables import Bulletin

# Not that somebody was found: a search may end otherwise, and the expiry tells nothing at all.
SAID_INSTEAD = "この件のお知らせは終わりました。お知らせの内容は、個人の保護のため表示していません。"


@dataclass(frozen=True)
class Redaction:
    """`after` is how long after its expiry a bulletin is redacted that nothing ended."""

    after: timedelta

    def moments(self, session: Session, bulletins: Iterable[Bulletin], *, at: datetime) -> Mapping[int, datetime]:
        """Since when, of those that are redacted; one question to the database, or none."""
        private = [each for each in bulletins if each.redact and each.started_at is not None]
        if not private:
            return {}
        ends = _ends(session, {_first(each) for each in private})
        since = {each.id: self._since(each, ends) for each in private}
        return {number: moment for number, moment in since.items() if moment <= at}

    def _since(self, bulletin: Bulletin, ends: Sequence[Bulletin]) -> datetime:
        begun = bulletin.started_at or bulletin.created_at
        moments = [begun + timedelta(seconds=bulletin.expires_seconds) + self.after]
        # One that was begun after the end, a correction say, has nothing to tell of the person either.
        moments += (max(begun, each.started_at) for each in ends if each.started_at and _ended(bulletin, each, ends))
        return min(moments)


def subject_instead(bulletin: Bulletin) -> str:
    return f"お知らせ（{bulletin.category}）"


def _first(bulletin: Bulletin) -> int:
    return bulletin.follows_id or bulletin.id


def _ends(session: Session, firsts: set[int]) -> Sequence[Bulletin]:
    lifting = Bulletin.kind.in_([kind.value for kind in LIFTING])
    found = select(Bulletin).where(Bulletin.follows_id.in_(firsts), lifting, Bulletin.state.in_(PUBLISHED))
    return session.scalars(found.order_by(Bulletin.id)).all()


def _ended(bulletin: Bulletin, end: Bulletin, ends: Sequence[Bulletin]) -> bool:
    """The news of the end itself stays until it is old; an end that was taken back is none."""
    if Kind(bulletin.kind) in LIFTING or end.follows_id != _first(bulletin):
        return False
    if end.kind == Kind.RETRACTION.value:
        return _speaks_of(end) == bulletin.id
    return not any(each.kind == Kind.RETRACTION.value and _speaks_of(each) == end.id for each in ends)


def _speaks_of(retraction: Bulletin) -> int | None:
    return retraction.mends_id or retraction.follows_id
