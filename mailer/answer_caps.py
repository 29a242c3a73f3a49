"""Answer caps: an address gets few automatic answers, and everybody together not endlessly many.

The cap an address is the only thing that ends every loop. What is counted is a keyed fingerprint, not the address.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.database import Base, RowId
from foundation.tokens import Keyring


class AnswerRow(Base):
    """One answer that was given."""

    __tablename__ = "answers"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    who: Mapped[str] = mapped_column(index=True)
    road: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Cap:
    """At most `answers` within `span`."""

    answers: int
    span: timedelta


ADDRESS_CAPS = (Cap(3, timedelta(minutes=10)), Cap(6, timedelta(days=1)))
# A ward after an earthquake registers 3,000 people in an hour. Each road has its own measure, so that a flood of forms
# does not shut the door for mail.
ANSWER_CAPS = (Cap(1, timedelta(days=30)),)
EVERYBODY_CAPS = (Cap(600, timedelta(minutes=1)), Cap(12_000, timedelta(hours=1)))


class Road(StrEnum):
    """How the wish for an answer came in; `answer` is one to a letter of ours, which is told that nobody reads it."""

    MAIL = "mail"
    WEB = "web"
    ANSWER = "answer"


class Leave(StrEnum):
    """`later`: too many ask at once, this one must be asked again; `no`: this address has had its answers."""

    YES = "yes"
    LATER = "later"
    NO = "no"


def may_answer(session: Session, keyring: Keyring, address: str, *, road: Road, at: datetime) -> Leave:
    """Counts the answer when it may be given; works in the caller's transaction."""
    who = keyring.blind("answer", address)
    if _reached(session, ADDRESS_CAPS, AnswerRow.who == who, at=at):
        return Leave.NO
    told_before = and_(AnswerRow.who == who, AnswerRow.road == Road.ANSWER)
    if road is Road.ANSWER and _reached(session, ANSWER_CAPS, told_before, at=at):
        return Leave.NO
    if _reached(session, EVERYBODY_CAPS, AnswerRow.road == road, at=at):
        return Leave.LATER
    session.add(AnswerRow(who=who, road=road.value, at=at))
    session.flush()
    return Leave.YES


def forget_old(session: Session, *, at: datetime) -> None:
    """What no cap asks for any more."""
    seldom = AnswerRow.road == Road.ANSWER
    old = or_(and_(~seldom, AnswerRow.at < at - timedelta(days=2)), AnswerRow.at < at - timedelta(days=31))
    session.execute(delete(AnswerRow).where(old))


def _reached(session: Session, caps: Sequence[Cap], whose: ColumnElement[bool], *, at: datetime) -> bool:
    for cap in caps:
        counted = select(func.count()).select_from(AnswerRow).where(AnswerRow.at > at - cap.span, whose)
        if (session.scalar(counted) or 0) >= cap.answers:
            return True
    return False
