"""Dates and times on residents' pages, in the words of letters. A moment is told as its own clock shows it."""

from datetime import date, datetime, time

from foundation.catalogue import Told
from foundation.era import era_year
from foundation.languages import Language
from foundation.letter_dates import ENGLISH_MONTHS, LETTER_DATES, WEEKDAYS


def _year(day: date, *, language: Language) -> str:
    """As it stands before month and day; in English it stands behind them."""
    match language:
        case Language.JAPANESE:
            return era_year(day)
        case Language.PLAIN_JAPANESE:
            return f"{day.year}｜年《ねん》 "
        case Language.ENGLISH:
            return f"{day.year}"
        case Language.CHINESE:
            return f"{day.year}年"


def month_told(first: date, *, language: Language) -> str:
    """`令和8年11月`, `November 2026`; a month in which an era began bears its name."""
    year = _year(first.replace(day=28), language=language)
    if language is Language.ENGLISH:
        return f"{ENGLISH_MONTHS[first.month - 1]} {year}"
    return Told(f"{year}{first.month}{'｜月《がつ》' if language is Language.PLAIN_JAPANESE else '月'}")


def fiscal_year_told(first: date, *, language: Language) -> str:
    """From its first day: `令和8年度`; who does not know the Japanese year of offices is told both its ends."""
    end = first.replace(year=first.year + 1, month=first.month - 1)
    match language:
        case Language.JAPANESE:
            return f"{era_year(date(first.year, 12, 31))}度"
        case Language.ENGLISH:
            return f"{month_told(first, language=language)} to {month_told(end, language=language)}"
        case _:
            told = f"{month_told(first, language=language)}～{month_told(end, language=language)}"
            return Told(told) if language is Language.PLAIN_JAPANESE else told


def weekday_told(number: int, *, language: Language) -> str:
    """0 is Monday."""
    return WEEKDAYS[language][number]


def day_told(day: date, *, language: Language, year: bool = False) -> str:
    """`11月27日(金)`, `Friday, November 27`; with the year, which is that of the era in Japanese alone."""
    told = LETTER_DATES[language].day(day)
    if year:
        spoken = _year(day, language=language)
        told = f"{told}, {spoken}" if language is Language.ENGLISH else f"{spoken}{told}"
    return Told(told)


def time_told(at: time | datetime, *, language: Language) -> str:
    """`午前9時30分`, `9:30 a.m.`"""
    return Told(LETTER_DATES[language].clock(at))


def moment_told(at: datetime, *, language: Language) -> str:
    """The day with its year, and the time."""
    comma = "," if language is Language.ENGLISH else ""
    day = day_told(at.date(), language=language, year=True)
    return Told(f"{day}{comma} {time_told(at, language=language)}")
