"""Registrations by place: read off the counts of growth, which the clockwork keeps."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import String, func, select
from sqlalchemy.orm import Session

from foundation import row_sets
from subscribers.growth import Event, GrowthRow, Tick

WEEKS_AFTER = 4  # in which what was handed out shows


def by_place(ticks: Iterable[Tick]) -> Mapping[str, Counter[str]]:
    """Of each place the registrations by span (a day or a month, as the ticks have it)."""
    found: dict[str, Counter[str]] = {}
    for tick in ticks:
        if tick.event is Event.REGISTERED and tick.place:
            found.setdefault(tick.place, Counter())[tick.span] += tick.number
    return found


def of_place(session: Session, place: str, since: date) -> Counter[str]:
    """By day."""
    here = (GrowthRow.event == Event.REGISTERED) & (GrowthRow.place == place) & (GrowthRow.day >= since.isoformat())
    rows = row_sets.fetched(session, select(GrowthRow.day, GrowthRow.number).where(here))
    return Counter({day: int(number) for day, number in rows})


def since(session: Session, begins: Mapping[str, str]) -> Mapping[str, int]:
    """Of each place the registrations from its own day (`2026-04-06`) on."""
    if not begins:
        return {}
    given = row_sets.given(session, "begins", {"place": String(), "day": String()}, sorted(begins.items()))
    here = (GrowthRow.place == given.c.place) & (GrowthRow.day >= given.c.day)
    rows = session.execute(
        select(GrowthRow.place, func.sum(GrowthRow.number))
        .join(given, here)
        .where(GrowthRow.event == Event.REGISTERED, GrowthRow.day >= min(begins.values()))
        .group_by(GrowthRow.place)
    )
    return {place: int(number) for place, number in rows}


def weeks_after(days: Mapping[str, int], first: date) -> int:
    """How many registered within four weeks from that day, itself included."""
    last = first + timedelta(weeks=WEEKS_AFTER, days=-1)
    return sum(number for day, number in days.items() if first.isoformat() <= day <= last.isoformat())


def months(counts: Mapping[str, int], firsts: Sequence[date]) -> tuple[int, ...]:
    """The numbers of those months, oldest first; counts by month."""
    return tuple(counts.get(f"{first:%Y-%m}", 0) for first in firsts)
