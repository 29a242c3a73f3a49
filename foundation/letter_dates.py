"""Dates and times as letters write them in each language. In plain Japanese they carry readings: ｜漢字《かんじ》."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from foundation.era import clock_words, era_date
from foundation.languages import Language

ENGLISH_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_PARTS_OF_A_DAY = ((18, "晚上"), (13, "下午"), (12, "中午"), (6, "上午"), (0, "凌晨"))
_READ = ("げつ", "か", "すい", "もく", "きん", "ど", "にち")
# From Monday.
WEEKDAYS: Mapping[Language, tuple[str, ...]] = {
    Language.JAPANESE: tuple(f"{name}曜日" for name in "月火水木金土日"),
    Language.PLAIN_JAPANESE: tuple(
        f"｜{name}曜日《{reading}ようび》" for name, reading in zip("月火水木金土日", _READ, strict=True)
    ),
    Language.ENGLISH: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    Language.CHINESE: tuple(f"星期{name}" for name in "一二三四五六日"),
}
# Days of a month that are not read as a number and にち.
_OWN_READINGS = {
    1: "ついたち", 2: "ふつか", 3: "みっか", 4: "よっか", 5: "いつか", 6: "むいか", 7: "なのか", 8: "ようか",
    9: "ここのか", 10: "とおか", 14: "じゅうよっか", 20: "はつか", 24: "にじゅうよっか",
}  # fmt: skip


@dataclass(frozen=True)
class LetterDates:
    """`month_day` takes month, day and the weekday counted from Monday, since text may name a day without its year."""

    month_day: Callable[[int, int, int], str]
    clock: Callable[[time | datetime], str]
    whole: Callable[[date], str]

    def day(self, day: date) -> str:
        return self.month_day(day.month, day.day, day.weekday())


def _english_day(month: int, day: int, weekday: int) -> str:
    return f"{WEEKDAYS[Language.ENGLISH][weekday]}, {ENGLISH_MONTHS[month - 1]} {day}"


def _english_clock(at: time | datetime) -> str:
    if at.minute == 0 and at.hour in (0, 12):
        return "12:00 noon" if at.hour else "12:00 midnight"
    return f"{at.hour % 12 or 12}:{at.minute:02} {'a.m.' if at.hour < 12 else 'p.m.'}"


def _plain_day(month: int, day: int, weekday: int) -> str:
    reading = _OWN_READINGS.get(day)
    number = f"｜{day}日《{reading}》" if reading else f"{day}｜日《にち》"
    return f"{month}｜月《がつ》{number} {WEEKDAYS[Language.PLAIN_JAPANESE][weekday]}"


def _plain_clock(at: time | datetime) -> str:
    half = "｜午前《ごぜん》" if at.hour < 12 else "｜午後《ごご》"
    if (at.hour, at.minute) == (12, 0):
        return "｜昼《ひる》の 12｜時《じ》"
    minutes = f"{at.minute}｜分《{'ふん' if at.minute % 10 in (2, 5, 7, 9) else 'ぷん'}》" if at.minute else ""
    return f"{half} {at.hour % 12}｜時《じ》{minutes}"


def _chinese_clock(at: time | datetime) -> str:
    half = next(name for first, name in _PARTS_OF_A_DAY if at.hour >= first)
    hour = at.hour - 12 if at.hour > 12 else at.hour
    return f"{half}{hour}点{at.minute:02}分" if at.minute else f"{half}{hour}点"


def _japanese_day(month: int, day: int, weekday: int) -> str:
    return f"{month}月{day}日({'月火水木金土日'[weekday]})"


LETTER_DATES: Mapping[Language, LetterDates] = {
    Language.JAPANESE: LetterDates(_japanese_day, clock_words, era_date),
    Language.PLAIN_JAPANESE: LetterDates(
        _plain_day, _plain_clock, lambda day: f"{day.year}｜年《ねん》{day.month}｜月《がつ》{day.day}｜日《にち》"
    ),
    Language.ENGLISH: LetterDates(
        _english_day, _english_clock, lambda day: f"{ENGLISH_MONTHS[day.month - 1]} {day.day}, {day.year}"
    ),
    Language.CHINESE: LetterDates(
        lambda month, day, weekday: f"{month}月{day}日（{WEEKDAYS[Language.CHINESE][weekday]}）",
        _chinese_clock,
        lambda day: f"{day.year}年{day.month}月{day.day}日",
    ),
}
