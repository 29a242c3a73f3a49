"""The days on which the town's office is closed: national holidays and the town's own closing days."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import jpholiday

# jpholiday computes the equinoxes for these years. The act on national holidays is of 1948, and the
# cabinet announces only the next year's equinoxes, so a far year is the best guess there is.
KNOWN_YEARS = range(1948, 3001)

# What a year outside the known ones still has: the holidays of the act that stand on a fixed date.
FIXED_HOLIDAYS = {
    (1, 1): "元日",
    (2, 11): "建国記念の日",
    (2, 23): "天皇誕生日",
    (4, 29): "昭和の日",
    (5, 3): "憲法記念日",
    (5, 4): "みどりの日",
    (5, 5): "こどもの日",
    (8, 11): "山の日",
    (11, 3): "文化の日",
    (11, 23): "勤労感謝の日",
}

WEEKEND = {5: "土曜日", 6: "日曜日"}

_SUBSTITUTE = " 振替休日"
_MONTH_DAY = re.compile(r"([0-9]{2})-([0-9]{2})")
_FULL_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_ALLOWED = "allowed: 08-14, 12-29..01-03, 2026-08-14 or 2026-08-12..2026-08-14"


class ClosingDaysInvalid(ValueError):
    """A pattern of closing days cannot be read."""


@dataclass(frozen=True, slots=True)
class _Yearly:
    """From one month and day to another in every year; a range that ends earlier than it starts goes over New Year."""

    first: tuple[int, int]
    last: tuple[int, int]

    def covers(self, day: date) -> bool:
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last

    @property
    def label(self) -> str:
        return "閉庁日" if self.first <= self.last else "年末年始"


@dataclass(frozen=True, slots=True)
class _Once:
    """From one date to another, both included, in one year only."""

    first: date
    last: date
    label: str = "閉庁日"

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


class ClosingDays:
    """National holidays and the town's patterns; weekends are a matter of the delivery hours.

    Raises ClosingDaysInvalid, with one line that says what is allowed, for a pattern that cannot be read.
    """

    __slots__ = ("_own",)

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        self._own = tuple(_pattern(text) for text in patterns)

    def closed(self, day: date) -> bool:
        """Whether the office is closed by holiday or by the town's own day; never raises, however far the year."""
        return self._reason(day) is not None

    def name(self, day: date) -> str | None:
        """Why no one is in the office (勤労感謝の日, 年末年始, 閉庁日, 土曜日), or None on a working day."""
        return self._reason(day) or WEEKEND.get(day.weekday())

    def _reason(self, day: date) -> str | None:
        own = next((pattern.label for pattern in self._own if pattern.covers(day)), None)
        return national_holiday(day) or own


def national_holiday(day: date) -> str | None:
    """The holiday's Japanese name by the act on national holidays (昭和23年法律第178号), substitutes included.

    A year that jpholiday does not know has only its fixed-date holidays.
    """
    if day.year not in KNOWN_YEARS:
        return FIXED_HOLIDAYS.get((day.month, day.day))
    try:
        name = jpholiday.is_holiday_name(day)
    except (ValueError, OverflowError):
        # Its equinox leaves the month, or it looks past the end of the calendar.
        return FIXED_HOLIDAYS.get((day.month, day.day))
    if name is not None and name.endswith(_SUBSTITUTE):
        return f"振替休日（{name.removesuffix(_SUBSTITUTE)}）"
    return name


def _pattern(text: str) -> _Yearly | _Once:
    first, dots, last = (part.strip() for part in text.partition(".."))
    if not dots:
        last = first
    if _MONTH_DAY.fullmatch(first) and _MONTH_DAY.fullmatch(last):
        return _Yearly(_month_day(first, text), _month_day(last, text))
    if _FULL_DATE.fullmatch(first) and _FULL_DATE.fullmatch(last):
        once = _Once(_date(first, text), _date(last, text))
        if once.first > once.last:
            raise ClosingDaysInvalid(f"closing day {text!r} ends before it begins ({_ALLOWED})")
        return once
    raise ClosingDaysInvalid(f"closing day {text!r} cannot be read ({_ALLOWED})")


def _month_day(part: str, text: str) -> tuple[int, int]:
    # A leap year, so that 02-29 may be named.
    day = _date(f"2000-{part}", text)
    return day.month, day.day


def _date(part: str, text: str) -> date:
    try:
        return date.fromisoformat(part)
    except ValueError as error:
        raise ClosingDaysInvalid(f"closing day {text!r} names no day of the calendar ({_ALLOWED})") from error
