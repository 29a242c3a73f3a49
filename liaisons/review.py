"""The April review: the office looks at each active entry once a fiscal year; nobody of the liaisons is asked."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from foundation import ledger
from foundation.fiscal_year import FiscalYear
from foundation.ledger import Doer
from liaisons.life import WrongMove, held
from liaisons.register import subject
from liaisons.tables import Liaison, LiaisonState


def left(session: Session, zone: ZoneInfo, *, at: datetime) -> Sequence[Liaison]:
    """Active entries that nobody has confirmed since this April."""
    return session.scalars(select(Liaison).where(*_is_left(zone, at)).order_by(Liaison.organisation, Liaison.id)).all()


def count_left(session: Session, zone: ZoneInfo, *, at: datetime) -> int:
    return session.scalar(select(func.count()).select_from(Liaison).where(*_is_left(zone, at))) or 0


def confirm(session: Session, liaison_id: int, by: Doer, *, zone: ZoneInfo, at: datetime) -> None:
    """Once a year; again does nothing. Raises WrongMove for who is not active."""
    liaison, year = held(session, liaison_id), FiscalYear.of(at, zone).number
    if liaison.state != LiaisonState.ACTIVE:
        raise WrongMove(LiaisonState(liaison.state), LiaisonState.ACTIVE)
    if liaison.reviewed_year is not None and liaison.reviewed_year >= year:
        return
    liaison.reviewed_year = year
    ledger.write(session, by.deed("liaison.reviewed", subject(liaison.id)), at=at, details={"fiscal_year": year})


def _is_left(zone: ZoneInfo, at: datetime) -> tuple[ColumnElement[bool], ...]:
    year = FiscalYear.of(at, zone).number
    return (
        Liaison.state == LiaisonState.ACTIVE.value,
        or_(Liaison.reviewed_year.is_(None), Liaison.reviewed_year < year),
    )
