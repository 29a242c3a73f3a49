"""The words of what has begun, folded so that a reader's way of typing them does not matter.

A table of its own: a bulletin is read in many places, its folded words in one.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, and_, exists, func, not_, or_
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from bulletins.kinds import LIFTING
from bulletins.life import PUBLISHED
from bulletins.tables import Bulletin
from foundation.database import Base

LONGEST_QUESTION = 60  # characters; what stands behind them is not looked for
MOST_WORDS = 5
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


class ArchivedWords(Base):
    """Written as a bulletin begins; its subject and text never change after that."""

    __tablename__ = "archived_words"

    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletins.id"), primary_key=True, autoincrement=False)
    words: Mapped[str]
    expires_at: Mapped[datetime]


@dataclass(frozen=True)
class Search:
    """`words` are folded, and all have to be there. `redact_after` is the setting, see `redaction`."""

    words: tuple[str, ...]
    at: datetime
    redact_after: timedelta

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """What is redacted is not searched, so that nobody can find out what it said; whatever a page redacts is not
        found here."""
        found = [ArchivedWords.words.contains(word, autoescape=True) for word in self.words]
        kept = exists().where(ArchivedWords.bulletin_id == Bulletin.id)
        yield kept.where(*found)
        past = kept.where(ArchivedWords.expires_at <= self.at - self.redact_after)
        yield not_(and_(Bulletin.redact, or_(past, _has_ended())))


def shelve(session: Session, bulletin: Bulletin) -> None:
    """Of a bulletin that has begun; doing it again does nothing new."""
    if bulletin.started_at is None:
        raise ValueError("only what has begun can be searched")
    expires_at = bulletin.started_at + timedelta(seconds=bulletin.expires_seconds)
    words = kept_words(bulletin.subject, bulletin.text)
    session.merge(ArchivedWords(bulletin_id=bulletin.id, words=words, expires_at=expires_at))


def kept_words(subject: str, text: str) -> str:
    """Line by line, so that nothing is found across the end of one."""
    return "\n".join("".join(folded(line).split()) for line in (subject, *text.splitlines()))


def folded(text: str) -> str:
    """NFKC in lower case, so that ＡＴＭ is atm and ｶﾞｽ is ガス; what nobody sees goes."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(" " if sign.isspace() else sign for sign in plain if sign.isspace() or _is_seen(sign))


def words_of(question: str) -> tuple[str, ...]:
    """What to look for: pieces between spaces, each of which has to be there."""
    return tuple(dict.fromkeys(folded(question[:LONGEST_QUESTION]).split()))[:MOST_WORDS]


def _has_ended() -> ColumnElement[bool]:
    later = aliased(Bulletin)
    lifting = [kind.value for kind in LIFTING]
    ended = exists().where(
        later.follows_id == func.coalesce(Bulletin.follows_id, Bulletin.id),
        later.kind.in_(lifting),
        later.state.in_(PUBLISHED),
    )
    return and_(Bulletin.kind.not_in(lifting), ended)


def _is_seen(sign: str) -> bool:
    return unicodedata.category(sign) not in _UNSEEN
