"""Months of the archive, by the calendar of the town, and how many bulletins began in each, by fiscal year."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

from bulletins.archive import Turn
from foundation.fiscal_year import FiscalYear

_WRITTEN = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_YEARS = range(1990, 3000)


@dataclass(frozen=True, order=True)
class Month:
    year: int
    number: int

    @classmethod
    def read(cls, text: str) -> "Month | None":
        """From `2026-11`; None for anything else."""
        found = _WRITTEN.fullmatch(text)
        return cls(int(found[1]), int(found[2])) if found and int(found[1]) in _YEARS else None

    @classmethod
    def of(cls, at: datetime, zone: tzinfo) -> "Month":
        return cls(*_key(at, zone))

    @property
    def text(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    def begin(self, zone: tzinfo) -> datetime:
        return datetime.combine(self.first_day, time(), zone)

    def end(self, zone: tzinfo) -> datetime:
        """The first moment of the next."""
        return Month(self.year + self.number // 12, self.number % 12 + 1).begin(zone)

    def hold(self, turns: Sequence[Turn], zone: tzinfo) -> Sequence[Turn]:
        """Those that began in it."""
        # In UTC, as the turns are: to compare moments of two zones takes a hundred times as long.
        begin, end = self.begin(zone).astimezone(UTC), self.end(zone).astimezone(UTC)
        return [turn for turn in turns if begin <= turn.begun < end]


@dataclass(frozen=True)
class Year:
    """A fiscal year; the newest month first, those without a bulletin left out."""

    first_day: date
    count: int
    months: tuple[tuple[Month, int], ...]

    def holds(self, month: Month | None) -> bool:
        return any(each == month for each, _ in self.months)


def by_year(moments: Iterable[datetime], zone: tzinfo) -> Sequence[Year]:
    """The newest year first."""
    # There are thousands of moments and few months.
    counts = {Month(*key): count for key, count in Counter(_key(at, zone) for at in moments).items()}
    years: dict[int, list[tuple[Month, int]]] = {}
    for month in sorted(counts, reverse=True):
        years.setdefault(FiscalYear.of(month.begin(zone), zone).number, []).append((month, counts[month]))
    return [
        Year(FiscalYear(number, zone).first_day, sum(count for _, count in months), tuple(months))
        for number, months in years.items()
    ]


def _key(at: datetime, zone: tzinfo) -> tuple[int, int]:
    local = at.astimezone(zone)
    return local.year, local.month
