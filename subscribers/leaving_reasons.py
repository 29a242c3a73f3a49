"""Why people leave: what some of them said, as counts by month. Nobody can be found in it again."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.database import Base, insert_into
from subscribers.tables import Subscriber


class Why(StrEnum):
    """The answers that are offered; there is none in one's own words, since those may name somebody."""

    label: str

    def __new__(cls, word: str, label: str) -> "Why":
        why = str.__new__(cls, word)
        why._value_ = word
        why.label = label
        return why

    @classmethod
    def of(cls, value: str) -> "Why | None":
        """None for what is not offered."""
        return next((each for each in cls if each.value == value), None)

    TOO_MANY = "too-many", "お知らせが多い"
    NOT_USEFUL = "not-useful", "必要な情報がない"
    MOVED = "moved", "引っ越した"
    BAD_TIME = "bad-time", "届いても困る時間だった"
    OTHER = "other", "ほか"


class LeavingReasonRow(Base):
    """`month` is one of the town's calendar, written `2026-11`."""

    __tablename__ = "leaving_reasons"

    month: Mapped[str] = mapped_column(primary_key=True)
    why: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]


def say(session: Session, subscriber: Subscriber, why: Why, zone: ZoneInfo, *, at: datetime) -> bool:
    """With the row held. One answer for each leaving; False when it was given already."""
    if not subscriber.may_say_why:
        return False
    subscriber.may_say_why = False
    month = f"{at.astimezone(zone):%Y-%m}"
    one = insert_into(session, LeavingReasonRow).values(month=month, why=why.value, number=1)
    more = {"number": LeavingReasonRow.number + 1}
    session.execute(one.on_conflict_do_update(index_elements=["month", "why"], set_=more))
    return True


def counts(session: Session, first: date) -> Mapping[Why, int]:
    """From that month on; an answer that nobody gave is 0."""
    since = LeavingReasonRow.month >= f"{first:%Y-%m}"
    told = select(LeavingReasonRow.why, func.sum(LeavingReasonRow.number)).where(since)
    rows = session.execute(told.group_by(LeavingReasonRow.why))
    found = {Why.of(value): int(number) for value, number in rows}
    return {why: found.get(why, 0) for why in Why}
