"""Domains whose refusals suddenly rose: paused, shown to a person, and excused or not by that person's verdict."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Index, Select, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation import row_sets
from foundation.database import Base, RowId
from mailer.breaker import USUAL, should_pause
from mailer.outbox_tables import REPLIES, TallyRow
from mailer.quiet import is_quiet

EVERYWHERE = "*"  # stands for all the domains of a batch

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
    """Checks the (batch, domain) pairs that just had refusals; returns the domains paused now.

    When refusals rise over a whole batch, whichever the domains (a relay of ours that refuses everything, say), that
    is raised too, as EVERYWHERE: nothing is paused for it, but nothing of it counts until a person has judged.
    """
    paused = []
    # Replies go to whoever asks for one, so that strangers could make any domain look bad; of quiet letters nobody
    # is told.
    wanted = sorted({place for place in places if place[0] != REPLIES and not is_quiet(place[0])})
    for batch, domain in wanted:
        if _raise(session, batch, domain, _sums(session, TallyRow.batch == batch, TallyRow.domain == domain), at=at):
            paused.append(domain)
    for batch in sorted({batch for batch, _ in wanted}):
        known = select(DomainPauseRow.domain).where(DomainPauseRow.batch == batch)
        elsewhere = _sums(session, TallyRow.batch == batch, TallyRow.domain.not_in(known))
        if elsewhere[0] >= USUAL.attempts:
            _raise(session, batch, EVERYWHERE, elsewhere, at=at)
    return paused


def paused_domains(session: Session) -> Sequence[str]:
    """Where no bulk goes until a person has looked; replies and urgent letters go on."""
    return [row[0] for row in _paused.fetched(session, {})]


@row_sets.Prepared
def _paused(**_: object) -> Select[Any]:
    named = DomainPauseRow.domain != EVERYWHERE
    return select(DomainPauseRow.domain).where(DomainPauseRow.resolved_at.is_(None), named).distinct()


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


def resolve_domain(
    session: Session, pause_id: int, verdict: Cause, *, by: str, at: datetime
) -> Sequence[DomainPauseRow]:
    """The same of this pause and of those that other batches raised about its domain before: while one of them is open,
    the domain stays paused. A later one, which that person has not seen, stays open."""
    pause = resolve(session, pause_id, verdict, by=by, at=at)
    if pause is None:
        return ()
    earlier = (DomainPauseRow.id < pause_id, DomainPauseRow.domain == pause.domain, DomainPauseRow.domain != EVERYWHERE)
    query = select(DomainPauseRow).where(DomainPauseRow.resolved_at.is_(None), *earlier).order_by(DomainPauseRow.id)
    others = session.scalars(query).all()
    for each in others:
        each.resolved_at, each.resolved_by, each.verdict = at, by, verdict.value
    return (*others, pause)


@dataclass(frozen=True)
class Excuses:
    """Refusals that do not count: not yet judged, or found to be our own fault."""

    places: frozenset[tuple[str, str]]

    def cover(self, batch: str, domain: str) -> bool:
        return (batch, domain) in self.places or (batch, EVERYWHERE) in self.places


def excuses(session: Session) -> Excuses:
    rows = session.execute(
        select(DomainPauseRow.batch, DomainPauseRow.domain).where(
            DomainPauseRow.verdict.is_(None) | (DomainPauseRow.verdict == Cause.OURS)
        )
    )
    return Excuses(frozenset((batch, domain) for batch, domain in rows))


def _sums(session: Session, *which: ColumnElement[bool]) -> tuple[int, int]:
    """Attempts, and how many of them were refused for good."""
    sent, failed, bounced = session.execute(
        select(func.sum(TallyRow.sent), func.sum(TallyRow.failed), func.sum(TallyRow.bounced)).where(*which)
    ).one()
    return int((sent or 0) + (failed or 0)), int((failed or 0) + (bounced or 0))


def _raise(session: Session, batch: str, domain: str, sums: tuple[int, int], *, at: datetime) -> bool:
    attempts, refused = sums
    if not should_pause(attempts=attempts, permanent=refused) or _known(session, batch, domain):
        return False
    session.add(DomainPauseRow(domain=domain, batch=batch, opened_at=at, attempts=attempts, refused=refused))
    session.flush()
    return True


def _known(session: Session, batch: str, domain: str) -> bool:
    return (
        session.scalar(
            select(DomainPauseRow.id).where(DomainPauseRow.batch == batch, DomainPauseRow.domain == domain).limit(1)
        )
        is not None
    )
