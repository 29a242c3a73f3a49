"""Domains whose refusals suddenly rose: paused, shown to a person, and excused or not by that person's verdict."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.database import Base, RowId
from mailer.breaker import should_pause
from mailer.outbox_tables import TallyRow

_UNRESOLVED = text("resolved_at IS NULL")


class Cause(StrEnum):
    """What a person found: our own fault (never counted), or truly dead addresses (counted)."""

    OURS = "ours"
    TRUE = "true"


class DomainPauseRow(Base):
    """One rise of refusals of one domain in one batch."""

    __tablename__ = "domain_pauses"
    __table_args__ = (Index("ix_domain_pauses_open", "domain", sqlite_where=_UNRESOLVED, postgresql_where=_UNRESOLVED),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    domain: Mapped[str]
    batch: Mapped[str]
    opened_at: Mapped[datetime]
    attempts: Mapped[int]
    refused: Mapped[int]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None]
    verdict: Mapped[str | None]


def look(session: Session, places: Iterable[tuple[str, str]], *, at: datetime) -> list[str]:
    """Checks the (batch, domain) pairs that just had refusals; returns the domains paused now."""
    paused = []
    for batch, domain in sorted(set(places)):
        sent, failed, bounced = session.execute(
            select(func.sum(TallyRow.sent), func.sum(TallyRow.failed), func.sum(TallyRow.bounced)).where(
                TallyRow.batch == batch, TallyRow.domain == domain
            )
        ).one()
        attempts, refused = int((sent or 0) + (failed or 0)), int((failed or 0) + (bounced or 0))
        if should_pause(attempts=attempts, permanent=refused) and not _known(session, batch, domain):
            session.add(DomainPauseRow(domain=domain, batch=batch, opened_at=at, attempts=attempts, refused=refused))
            session.flush()
            paused.append(domain)
    return paused


def paused_domains(session: Session) -> Sequence[str]:
    """Where nothing but replies goes until a person has looked."""
    return session.scalars(select(DomainPauseRow.domain).where(DomainPauseRow.resolved_at.is_(None)).distinct()).all()


def unresolved(session: Session) -> Sequence[DomainPauseRow]:
    return session.scalars(
        select(DomainPauseRow).where(DomainPauseRow.resolved_at.is_(None)).order_by(DomainPauseRow.id)
    ).all()


def resolve(session: Session, pause_id: int, verdict: Cause, *, by: str, at: datetime) -> DomainPauseRow | None:
    """Takes the domain up again; None when there is no such open pause."""
    pause = session.get(DomainPauseRow, pause_id)
    if pause is None or pause.resolved_at is not None:
        return None
    pause.resolved_at, pause.resolved_by, pause.verdict = at, by, verdict.value
    return pause


def excused(session: Session) -> set[tuple[str, str]]:
    """The (batch, domain) pairs whose refusals do not count: not yet judged, or found to be our own fault."""
    rows = session.execute(
        select(DomainPauseRow.batch, DomainPauseRow.domain).where(
            DomainPauseRow.verdict.is_(None) | (DomainPauseRow.verdict == Cause.OURS)
        )
    )
    return {(batch, domain) for batch, domain in rows}


def _known(session: Session, batch: str, domain: str) -> bool:
    return (
        session.scalar(
            select(DomainPauseRow.id).where(DomainPauseRow.batch == batch, DomainPauseRow.domain == domain).limit(1)
        )
        is not None
    )
