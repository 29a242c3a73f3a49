"""The words of what has begun, folded so that a reader's way of typing them does not matter.

A table of its own: a bulletin is read in many places, its folded words in one.
"""

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, and_, func, not_, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from bulletins.kinds import LIFTING
from bulletins.life import PUBLISHED
from bulletins.other_languages import settled
from bulletins.tables import Bulletin
from foundation.catalogue import without_brackets
from foundation.database import Base

LONGEST_QUESTION = 60  # characters; what stands behind them is not looked for
MOST_WORDS = 5
_LATER = aliased(Bulletin)
_LIFTING = [kind.value for kind in LIFTING]
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


class ArchivedWords(Base):
    """Written as a bulletin begins; its subject and text never change after that."""

    __tablename__ = "archived_words"

    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletins.id"), primary_key=True, autoincrement=False)
    words: Mapped[str]
    expires_at: Mapped[datetime]


def shelve(session: Session, bulletin: Bulletin) -> None:
    """Of a bulletin that has begun, in every language that it was mailed in; doing it again does nothing new."""
    if bulletin.started_at is None:
        raise ValueError("only what has begun can be searched")
    expires_at = bulletin.started_at + timedelta(seconds=bulletin.expires_seconds)
    said = [(bulletin.subject, bulletin.text)]
    for each in settled(session, bulletin):
        said.append((each.subject, each.text))
        if (plain := without_brackets(each.text)) != each.text:
            said.append((each.subject, plain))  # whoever types 女の人 looks for 女（おんな）の人, too
    words = "\n".join(kept_words(subject, text) for subject, text in said)
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


def found(session: Session, words: Sequence[str], *, at: datetime, redact_after: timedelta) -> frozenset[int]:
    """The numbers of those that hold all the words. What is redacted is not searched, so that nobody can find out what
    it said: whatever a page redacts (see `redaction`) is not found here."""
    held = [ArchivedWords.words.contains(word, autoescape=True) for word in words]
    is_past = ArchivedWords.expires_at <= at - redact_after
    of_a_person = select(Bulletin.id).where(Bulletin.id == ArchivedWords.bulletin_id, Bulletin.redact)
    hidden = of_a_person.where(or_(is_past, and_(Bulletin.kind.not_in(_LIFTING), _has_ended()))).exists()
    return frozenset(session.scalars(select(ArchivedWords.bulletin_id).where(*held, not_(hidden))))


def _has_ended() -> ColumnElement[bool]:
    first = func.coalesce(Bulletin.follows_id, Bulletin.id)
    ends = select(_LATER.id).where(_LATER.follows_id == first, _LATER.kind.in_(_LIFTING), _LATER.state.in_(PUBLISHED))
    return ends.exists()


def _is_seen(sign: str) -> bool:
    return unicodedata.category(sign) not in _UNSEEN
