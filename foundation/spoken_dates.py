"""Dates and times as residents read them, each language in its own way. A moment is told as its own clock shows it."""

from datetime import date, datetime, time

from foundation.catalogue import Told
from foundation.era import clock_words, day_and_weekday, era_year
from foundation.languages import Language

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WEEKDAYS = {
    Language.JAPANESE: ("月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日", "日曜日"),
    Language.PLAIN_JAPANESE: (
        *("｜月曜日《げつようび》", "｜火曜日《かようび》", "｜水曜日《すいようび》", "｜木曜日《もくようび》"),
        *("｜金曜日《きんようび》", "｜土曜日《どようび》", "｜日曜日《にちようび》"),
    ),
    Language.ENGLISH: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    Language.CHINESE: ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
}
# How numbers are read before 月, 日, 時 and 分; where two sounds meet, they change.
_TENS = ("", "じゅう", "にじゅう", "さんじゅう", "よんじゅう", "ごじゅう")
_MONTHS_READ = ("いち", "に", "さん", "し", "ご", "ろく", "しち", "はち", "く", "じゅう", "じゅういち", "じゅうに")
_HOURS_READ = (
    *("れい", "いち", "に", "さん", "よ", "ご"),
    *("ろく", "しち", "はち", "く", "じゅう", "じゅういち", "じゅうに"),
)
_DAYS_READ = ("", "いち", "に", "さん", "", "ご", "ろく", "しち", "はち", "く")
_FIRST_DAYS = ("ついたち", "ふつか", "みっか", "よっか", "いつか", "むいか", "なのか", "ようか", "ここのか", "とおか")
_ODD_DAYS = dict(enumerate(_FIRST_DAYS, 1)) | {14: "じゅうよっか", 20: "はつか", 24: "にじゅうよっか"}
_MINUTES_READ = (
    *("", "いっぷん", "にふん", "さんぷん", "よんぷん"),
    *("ごふん", "ろっぷん", "ななふん", "はっぷん", "きゅうふん"),
)


def day_told(day: date, *, language: Language, year: bool = False) -> str:
    """`11月27日(金)`, `Friday, November 27`; with the year, which is that of the era in Japanese alone."""
    weekday = weekday_told(day.weekday(), language=language)
    match language:
        case Language.JAPANESE:
            return (era_year(day) if year else "") + day_and_weekday(day)
        case Language.PLAIN_JAPANESE:
            first = f"{day.year}｜年《ねん》 " if year else ""
            return Told(f"{first}｜{day.month}月《{_MONTHS_READ[day.month - 1]}がつ》 {_day_read(day.day)} {weekday}")
        case Language.ENGLISH:
            return f"{weekday}, {_MONTHS[day.month - 1]} {day.day}" + (f", {day.year}" if year else "")
        case Language.CHINESE:
            first = f"{day.year}年" if year else ""
            return f"{first}{day.month}月{day.day}日（{weekday}）"


def weekday_told(number: int, *, language: Language) -> str:
    """0 is Monday."""
    return _WEEKDAYS[language][number]


def time_told(at: time | datetime, *, language: Language) -> str:
    """`午前9時30分`, `9:30 a.m.`; noon and midnight so that nobody takes one for the other."""
    match language:
        case Language.JAPANESE:
            return clock_words(at)
        case Language.PLAIN_JAPANESE:
            return Told(_time_read(at))
        case Language.ENGLISH:
            return _english_time(at)
        case Language.CHINESE:
            return f"{at.hour}:{at.minute:02}"


def moment_told(at: datetime, *, language: Language) -> str:
    """The day with its year, and the time."""
    day = day_told(at.date(), language=language, year=True)
    clock = time_told(at, language=language)
    told = f"{day}, {clock}" if language is Language.ENGLISH else f"{day} {clock}"
    return Told(told) if language is Language.PLAIN_JAPANESE else told


def _english_time(at: time | datetime) -> str:
    if at.minute == 0 and at.hour in (0, 12):
        return "noon" if at.hour else "midnight"
    return f"{at.hour % 12 or 12}:{at.minute:02} {'a.m.' if at.hour < 12 else 'p.m.'}"


def _time_read(at: time | datetime) -> str:
    # Noon by its own word, since 午後0時 is not understood.
    half = "｜昼《ひる》の" if at.hour == 12 else "｜午前《ごぜん》" if at.hour < 12 else "｜午後《ごご》"
    hour = 12 if at.hour == 12 else at.hour % 12
    told = f"{half} ｜{hour}時《{_HOURS_READ[hour]}じ》"
    return f"{told} ｜{at.minute}分《{_minutes_read(at.minute)}》" if at.minute else told


def _minutes_read(minutes: int) -> str:
    tens, ones = divmod(minutes, 10)
    return _TENS[tens] + _MINUTES_READ[ones] if ones else _TENS[tens][:-1] + "っぷん"


def _day_read(day: int) -> str:
    return f"｜{day}日《{_ODD_DAYS.get(day) or _TENS[day // 10] + _DAYS_READ[day % 10] + 'にち'}》"
