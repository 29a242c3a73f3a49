"""Bounces counted by week, domain and class, by the town's calendar; no address is read."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, literal_column, select
from sqlalchemy.orm import Session

from foundation import row_sets
from mailer.bounce_facts import BounceFactRow
from mailer.quiet import aloud
from mailer.wall_clock import moments_at

WEEKS = 8


class WeekCount(NamedTuple):
    """`week` is the place among the Mondays that were asked for."""

    week: int
    domain: str
    bounce_class: str
    number: int


def mondays(at: datetime, zone: ZoneInfo, *, weeks: int = WEEKS) -> tuple[date, ...]:
    """The first days of the last weeks, oldest first; the week of `at` is the last of them."""
    today = at.astimezone(zone).date()
    this_week = today - timedelta(days=today.weekday())
    return tuple(this_week - timedelta(weeks=back) for back in reversed(range(weeks)))


def counts_by_week(session: Session, starts: Sequence[date], zone: ZoneInfo) -> list[WeekCount]:
    """The facts by the week in which they became known: a report may come days after its letter."""
    if not starts:
        return []
    begins = [moments_at(start, 0, zone)[0] for start in starts]
    ends = moments_at(starts[-1] + timedelta(weeks=1), 0, zone)[0]
    known = BounceFactRow.known_at
    later = reversed(list(enumerate(begins)))
    week = case(*((known >= begin, literal_column(str(number))) for number, begin in later), else_=literal_column("0"))
    # Beneath, since PostgreSQL takes an expression with values bound to it for another one when it groups.
    facts = (
        select(week.label("week"), BounceFactRow.domain, BounceFactRow.bounce_class)
        .where(known >= begins[0], known < ends, aloud(BounceFactRow.batch))
        .subquery()
    )
    columns = (facts.c.week, facts.c.domain, facts.c.bounce_class)
    rows = row_sets.fetched(session, select(*columns, func.count().label("number")).group_by(*columns))
    return [WeekCount(*row) for row in rows]
