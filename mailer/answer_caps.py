"""Answer caps: an address gets few automatic answers, and everybody together not endlessly many.

The cap an address is the only thing that ends every loop. What is counted is a keyed fingerprint, not the address.
"""

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
ANSWER_CAP = Cap(1, timedelta(days=30))
# After an earthquake 3,000 people of a ward send their blank mail within one minute, and each is to be answered within
# seconds: the cap is twice that. Each road has a measure of its own: a flood of forms does not shut the door for mail.
EVERYBODY_CAPS = (Cap(6_000, timedelta(minutes=1)), Cap(30_000, timedelta(hours=1)))


_DOTS_PASSED_OVER = frozenset({"gmail.com", "googlemail.com"})


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
    who = keyring.blind("answer", _mailbox(address))
    if any(_reached(session, cap, AnswerRow.who == who, at=at) for cap in ADDRESS_CAPS):
        return Leave.NO
    told_before = and_(AnswerRow.who == who, AnswerRow.road == Road.ANSWER)
    if road is Road.ANSWER and _reached(session, ANSWER_CAP, told_before, at=at):
        return Leave.NO
    if any(_reached_by_all(session, cap, road, at=at) for cap in EVERYBODY_CAPS):
        return Leave.LATER
    session.add(AnswerRow(who=who, road=road.value, at=at))
    session.flush()
    return Leave.YES


def _mailbox(address: str) -> str:
    """One mailbox has many addresses at those who know what stands behind a plus, or pass over dots."""
    local, _, domain = address.partition("@")
    local = local.partition("+")[0] or local
    return f"{local.replace('.', '') if domain in _DOTS_PASSED_OVER else local}@{domain}"


def forget_old(session: Session, *, at: datetime) -> None:
    """What no cap asks for any more."""
    seldom = AnswerRow.road == Road.ANSWER
    old = or_(and_(~seldom, AnswerRow.at < at - timedelta(days=2)), AnswerRow.at < at - timedelta(days=31))
    session.execute(delete(AnswerRow).where(old))


def _reached_by_all(session: Session, cap: Cap, road: Road, *, at: datetime) -> bool:
    """All roads together are counted in the index alone, ten times as fast, and that hardly ever reaches the cap."""
    return _reached(session, cap, at=at) and _reached(session, cap, AnswerRow.road == road, at=at)


def _reached(session: Session, cap: Cap, *whose: ColumnElement[bool], at: datetime) -> bool:
    counted = select(func.count()).select_from(AnswerRow).where(AnswerRow.at > at - cap.span, *whose)
    return (session.scalar(counted) or 0) >= cap.answers
