"""The roll of senders: who lives, so that they share what a carrier allows, and what troubles each of them."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from foundation.database import insert_into
from mailer.outbox_tables import SenderRow

ABSENT_AFTER = timedelta(seconds=60)


def enter(session: Session, name: str, former: Collection[str], *, at: datetime) -> None:
    """A new life: the names of earlier ones leave the roll."""
    session.execute(delete(SenderRow).where(SenderRow.name.in_(former)))
    session.execute(insert_into(session, SenderRow).values(name=name, beats=0, seen_at=at).on_conflict_do_nothing())


def beat(session: Session, name: str, trouble: str | None, *, at: datetime) -> int:
    """Tells that the sender lives, and what troubles it; returns how many live, itself included."""
    mine = insert_into(session, SenderRow).values(name=name, beats=1, seen_at=at, trouble=trouble)
    session.execute(
        mine.on_conflict_do_update(
            index_elements=["name"], set_={"beats": SenderRow.beats + 1, "seen_at": at, "trouble": trouble}
        )
    )
    return max(1, living(session, at=at))


def living(session: Session, *, at: datetime) -> int:
    """How many tell that they live; one that died without a word is counted for a minute more."""
    seen = SenderRow.seen_at > at - ABSENT_AFTER
    return session.scalar(select(func.count()).select_from(SenderRow).where(seen)) or 0


def leave(session: Session, name: str) -> None:
    session.execute(delete(SenderRow).where(SenderRow.name == name))


def forget_absent(session: Session, *, before: datetime) -> None:
    """Those not seen since have died without a word; their rows were taken over long ago."""
    session.execute(delete(SenderRow).where(SenderRow.seen_at < before))


def beats(session: Session, name: str) -> int | None:
    """How often a sender told that it lives; None for one that is not on the roll."""
    return session.scalar(select(SenderRow.beats).where(SenderRow.name == name))


def troubles(session: Session, *, at: datetime) -> dict[str, str]:
    """What troubles those that live, by their names; nobody's relay is named with its password."""
    seen = SenderRow.seen_at > at - ABSENT_AFTER
    rows = session.execute(select(SenderRow.name, SenderRow.trouble).where(seen, SenderRow.trouble.is_not(None)))
    return {name: trouble or "" for name, trouble in rows}
