"""How many liaisons passed something on in a fiscal year: the only number about it, and only where they are several."""

from datetime import datetime, tzinfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.database import insert_into
from foundation.fiscal_year import FiscalYear
from foundation.tokens import Keyring
from liaisons.forward_tables import ForwardYear

FEWEST = 5  # below this, a number would tell of persons


def note(session: Session, keyring: Keyring, liaison_id: int, *, at: datetime, zone: tzinfo) -> None:
    """Once a liaison and year, however often they do it."""
    year = FiscalYear.of(at, zone).number
    who = keyring.blind(f"forward-year:{year}", str(liaison_id))
    row = insert_into(session, ForwardYear).values(year=year, who=who)
    session.execute(row.on_conflict_do_nothing())


def counted(session: Session, year: FiscalYear, *, at: datetime) -> int | None:
    """How many it were in a year that is over; None while it lasts, and where they are fewer than FEWEST."""
    if at < year.end:
        return None
    number = session.scalar(select(func.count()).where(ForwardYear.year == year.number)) or 0
    return number if number >= FEWEST else None
