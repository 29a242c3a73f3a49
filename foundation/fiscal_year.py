"""The fiscal year of a Japanese office: from the first of April to the end of March, by the calendar of the town."""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from foundation.era import era_year

FIRST_MONTH = 4
MONTHS = (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)


@dataclass(frozen=True)
class FiscalYear:
    """`number` is the calendar year of its April."""

    number: int
    zone: tzinfo

    @classmethod
    def of(cls, at: datetime, zone: tzinfo) -> "FiscalYear":
        """The one that a moment falls into."""
        day = at.astimezone(zone).date()
        return cls(day.year if day.month >= FIRST_MONTH else day.year - 1, zone)

    @property
    def label(self) -> str:
        """`令和元年度` for 2019, its April included: the era that stands at the end of the calendar year names it."""
        return f"{era_year(date(self.number, 12, 31))}度"

    @property
    def first_day(self) -> date:
        return date(self.number, FIRST_MONTH, 1)

    @property
    def last_day(self) -> date:
        return date(self.number + 1, FIRST_MONTH - 1, 31)

    @property
    def begin(self) -> datetime:
        """The first moment that belongs to it."""
        return datetime.combine(self.first_day, time(), self.zone)

    @property
    def end(self) -> datetime:
        """The first moment that belongs to the next."""
        return FiscalYear(self.number + 1, self.zone).begin

    def month_of(self, at: datetime) -> int:
        """Its place in MONTHS: 0 for April, 11 for March."""
        return MONTHS.index(at.astimezone(self.zone).month)
