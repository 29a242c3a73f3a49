"""Dates and times as a Japanese office writes them: era years, weekdays, hours of the morning and afternoon."""

from datetime import date, datetime, time

# First day of each era, latest first. Before Meiji no era began on a day of this calendar.
_ERAS = (
    ("令和", date(2019, 5, 1)),
    ("平成", date(1989, 1, 8)),
    ("昭和", date(1926, 12, 25)),
    ("大正", date(1912, 7, 30)),
    ("明治", date(1868, 1, 25)),
)
_WEEKDAYS = "月火水木金土日"


def era_year(day: date) -> str:
    """`令和元年` for 2019-05-01. Raises ValueError before 明治 (1868-01-25)."""
    for name, first in _ERAS:
        if day >= first:
            number = day.year - first.year + 1
            return f"{name}{'元' if number == 1 else number}年"
    raise ValueError(f"no era for {day.isoformat()}")


def era_date(day: date) -> str:
    """`平成30年6月5日`. Raises ValueError before 明治 (1868-01-25)."""
    return f"{era_year(day)}{day.month}月{day.day}日"


def western_year(era: str, number: int) -> int:
    """2018 for 平成30年. Raises ValueError for an era that is not known."""
    for name, first in _ERAS:
        if name == era:
            return first.year + number - 1
    raise ValueError(f"unknown era {era}")


def weekday(day: date) -> str:
    """One character, 月 to 日."""
    return _WEEKDAYS[day.weekday()]


def day_and_weekday(day: date) -> str:
    """`6月5日(火)`, with the half-width parentheses of the printed bulletins."""
    return f"{day.month}月{day.day}日({weekday(day)})"


def clock_words(at: time | datetime) -> str:
    """`午前7時50分`; the full hour has no minutes, 12:00 is 正午, 12:30 is 午後0時30分."""
    if (at.hour, at.minute) == (12, 0):
        return "正午"
    half, hour = ("午前", at.hour) if at.hour < 12 else ("午後", at.hour - 12)
    return f"{half}{hour}時{at.minute}分" if at.minute else f"{half}{hour}時"
