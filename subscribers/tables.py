"""The tables of those who receive: subscribers, what they chose, and the invitations they were sent."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, RowId


class SubscriberState(StrEnum):
    """`active` ⇄ `stopped`: a new blank mail or a clerk's undo makes an address active again."""

    ACTIVE = "active"
    STOPPED = "stopped"


class StopReason(StrEnum):
    LEFT = "left"
    UNREACHABLE = "unreachable"
    COMPLAINT = "complaint"
    STAFF = "staff"


class ChoiceKind(StrEnum):
    TOPIC = "topic"
    AREA = "area"


ERASED = "erased:"  # with the subscriber's number, in place of an address that was erased from rows that stay

_STOPPED = text("stopped_at IS NOT NULL")
_PAUSED = text("paused_until IS NOT NULL")
_UNLISTED = text("NOT in_city_list")


class Subscriber(Base):
    """An address and its choices; nothing else of a resident is held. An erased one has no address any more, and
    its number is never given out again, since tokens in old mails name it."""

    __tablename__ = "subscribers"
    __table_args__ = (
        Index("ix_subscribers_state", "state", "id"),
        # Those who stopped are few beside the others, and are asked for by when.
        Index("ix_subscribers_stopped_at", "stopped_at", sqlite_where=_STOPPED, postgresql_where=_STOPPED),
        Index("ix_subscribers_paused_until", "paused_until", sqlite_where=_PAUSED, postgresql_where=_PAUSED),
        Index("ix_subscribers_unlisted", "id", sqlite_where=_UNLISTED, postgresql_where=_UNLISTED),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    address: Mapped[str | None] = mapped_column(unique=True)
    domain: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str | None]
    every_topic: Mapped[bool] = mapped_column(default=True)
    every_area: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str | None]
    place: Mapped[str | None]
    since: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    watch_from: Mapped[datetime]  # failures before this moment are forgiven
    evidence: Mapped[str | None]  # why an unreachable address was stopped, for staff
    paused_until: Mapped[datetime | None]  # a pause that has ended may still stand here
    undo_until: Mapped[datetime | None]  # who left may take it back until then
    # Whether the town's own bulletins go there: who only joined a circle, or only is a liaison, gets none of them.
    in_city_list: Mapped[bool] = mapped_column(default=True, server_default=true())
    # Of who left, and has not said it yet.
    may_say_why: Mapped[bool] = mapped_column(default=False, server_default=false())


# A partial index serves only where a condition says the same in the same words; SQLite would be asked for `= 0`.
OFF_THE_LIST = text("NOT subscribers.in_city_list")


class Choice(Base):
    """One topic or area of a subscriber who does not want all."""

    __tablename__ = "choices"
    __table_args__ = (Index("ix_choices_value", "kind", "value", "subscriber_id"),)

    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)


class Invitation(Base):
    """A single-use link; the token itself is only in the mail."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str] = mapped_column(index=True)
    place: Mapped[str | None]
    circle_id: Mapped[int | None]  # of the circle that it invites to; it may be closed by now
    language: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
