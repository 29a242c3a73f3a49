"""How many liaisons passed something on in a fiscal year: the only number about it, and only where they are several."""

from datetime import datetime, tzinfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.database import insert_into
from foundation.fiscal_year import FiscalYear
from foundation.tokens import Keyring
from liaisons.forward_tables import ForwardYear
from liaisons.life import LiaisonMove
from liaisons.tables import Liaison, LiaisonState, Way

FEWEST = 5  # below this, a number would tell of persons


def note(session: Session, keyring: Keyring, liaison_id: int, *, at: datetime, zone: tzinfo) -> None:
    """Once a liaison and year, however often they do it."""
    year = FiscalYear.of(at, zone).number
    who = keyring.blind(f"forward-year:{year}", str(liaison_id))
    row = insert_into(session, ForwardYear).values(year=year, who=who)
    session.execute(row.on_conflict_do_nothing())


def counted(session: Session, year: FiscalYear, *, at: datetime) -> int | None:
    """How many it were in a year that is over; None while it lasts, and where they, or those who could have and did
    not, are fewer than FEWEST: that all did would tell of each."""
    if at < year.end:
        return None
    number = session.scalar(select(func.count()).where(ForwardYear.year == year.number)) or 0
    return number if number >= FEWEST and _who_could(session, year) - number >= FEWEST else None


def _who_could(session: Session, year: FiscalYear) -> int:
    """How many liaisons by mail were active at any time of the year."""
    last: dict[int, str] = {}
    found: set[int] = set()
    columns = (LiaisonMove.liaison_id, LiaisonMove.at, LiaisonMove.state)
    by_mail = select(*columns).join(Liaison, Liaison.id == LiaisonMove.liaison_id).where(Liaison.way == Way.MAIL)
    for number, moment, state in session.execute(by_mail.where(LiaisonMove.at < year.end).order_by(LiaisonMove.id)):
        if moment >= year.begin and LiaisonState.ACTIVE in (state, last.get(number)):
            found.add(number)
        last[number] = state
    return len(found | {number for number, state in last.items() if state == LiaisonState.ACTIVE})
