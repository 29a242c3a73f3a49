"""The figures of a fiscal year: liaisons by area, who began and who ended, voices and the share answered.

Nothing here knows of forwarding: who did, who did not, or how often.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.fiscal_year import FiscalYear
from liaisons.dealings import Dealings, VoiceCount
from liaisons.life import LiaisonMove
from liaisons.tables import LiaisonState


@dataclass(frozen=True)
class YearFigures:
    """`by_area` counts those who are active at the end of the year, or now, by area key; with several areas one counts
    in each, and those of the whole town are `whole_town`."""

    year: FiscalYear
    active: int
    whole_town: int
    by_area: Counter[str]
    began: int
    ended: int
    voices: VoiceCount


def years(session: Session, now: FiscalYear) -> Sequence[FiscalYear]:
    """From that of the first move on, the newest first."""
    first = session.scalar(select(func.min(LiaisonMove.at)))
    oldest = FiscalYear.of(first, now.zone).number if first is not None else now.number
    return [FiscalYear(number, now.zone) for number in range(now.number, oldest - 1, -1)]


def figures(session: Session, year: FiscalYear, dealings: Dealings) -> YearFigures:
    began = ended = 0
    standing: dict[int, LiaisonMove] = {}
    for before, move in _moves(session, year.end):
        standing[move.liaison_id] = move
        if move.at < year.begin:
            continue
        was_active = before is not None and before.state == LiaisonState.ACTIVE
        began += move.state == LiaisonState.ACTIVE and not was_active
        ended += move.state == LiaisonState.ENDED and was_active
    active = [move for move in standing.values() if move.state == LiaisonState.ACTIVE]
    return YearFigures(
        year=year,
        active=len(active),
        whole_town=sum(not move.areas for move in active),
        by_area=Counter(area for move in active for area in move.area_keys),
        began=began,
        ended=ended,
        voices=dealings.voices(session, year.begin, year.end),
    )


def _moves(session: Session, end: datetime) -> Iterator[tuple[LiaisonMove | None, LiaisonMove]]:
    """Each with the one before it, in the order in which they happened."""
    last: dict[int, LiaisonMove] = {}
    for move in session.scalars(select(LiaisonMove).where(LiaisonMove.at < end).order_by(LiaisonMove.id)):
        yield last.get(move.liaison_id), move
        last[move.liaison_id] = move
