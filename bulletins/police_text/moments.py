"""When it happened, in the many ways that the police write it: 6月5日(火)、午前7時50分ごろ, 令和8年…, 本日, 20日."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bulletins.police_text.lines import plain
from foundation.era import day_and_weekday, weekday, western_year

_KANJI = "〇一二三四五六七八九十"
_NUMBER = rf"(?:\d{{1,2}}|[{_KANJI}]{{1,3}})"
_WEEKDAY = r"(?:\s?\((?P<weekday>[月火水木金土日])(?:曜日?)?(?:・?[祝休]日?)?\))"
_YEAR = r"(?:(?P<era>令和|平成|昭和)(?P<number>元|\d{1,2})年|(?P<year>(?:19|20)\d\d)年)"
_WRITTEN = re.compile(rf"{_YEAR}?\s?(?P<month>{_NUMBER})月\s?(?P<day>{_NUMBER})日{_WEEKDAY}?")
_SLASHED = re.compile(
    rf"(?<![\d/])(?:(?:(?P<year>(?:19|20)\d\d)|(?P<era>[RH])(?P<number>\d{{1,2}}))[/.-](?P<month>\d{{1,2}})[/.-](?P<day>\d{{1,2}})(?!\d){_WEEKDAY}?"
    rf"|(?P<month2>\d{{1,2}})/(?P<day2>\d{{1,2}})\s?\((?P<weekday2>[月火水木金土日])(?:曜日?)?\))"
)
_DAY_ALONE = re.compile(
    rf"(?<![\d月{_KANJI}])(?P<day>\d{{1,2}})日(?!間){_WEEKDAY}?(?=[^。\n]{{0,6}}(?:午前|午後|\d{{1,2}}[時:]))"
)
_RELATIVE = re.compile("一昨日|おととい|本日|今日|きょう|今朝|昨日|きのう|昨夜|昨晩")
_DAYS_AGO = {"一昨日": 2, "おととい": 2, "昨日": 1, "きのう": 1, "昨夜": 1, "昨晩": 1}
_CLOCK = re.compile(
    rf"(?:(?P<half>午前|午後)\s?)?(?:(?P<hour>{_NUMBER})(?:時(?!間|点|期)(?:(?P<thirty>半)|(?P<minute>{_NUMBER})分)?|:(?P<minute2>\d\d)(?!\d))"
    r"|(?P<noon>正午))(?:\s?(?:ごろ|ころ|頃))?"
)
# A day so near is meant even where its weekday is wrong; further away the weekday may tell the year.
_SURELY_MEANT = timedelta(days=14)
_ERAS = {"R": "令和", "H": "平成"}


@dataclass(frozen=True)
class Found:
    """A day or a time with its place in the text; `doubt` is what to tell of it."""

    span: tuple[int, int]
    day: date | None = None
    clock: time | None = None
    doubt: str = ""


def day_in(text: str, *, base: date) -> Found | None:
    """The first day of a text; one without a year is the one nearest to `base`, by its weekday where that helps."""
    shown = plain(text)
    found = [match for pattern in (_WRITTEN, _SLASHED) if (match := pattern.search(shown))]
    for match in sorted(found, key=lambda match: match.start()):
        day = _day(match, base)
        if day is not None:
            return day
    alone, relative = _DAY_ALONE.search(shown), _RELATIVE.search(shown)
    if alone and (relative is None or alone.start() < relative.start()):
        return _of_this_month(alone, base)
    if relative:
        return Found(relative.span(), base - timedelta(days=_DAYS_AGO.get(relative[0], 0)))
    return None


def clock_in(text: str, *, after: int = 0) -> Found | None:
    """The first time of day from this place on."""
    for match in _CLOCK.finditer(plain(text), after):
        if match["noon"]:
            return Found(match.span(), clock=time(12))
        hour = number_of(match["hour"])
        minute = 30 if match["thirty"] else number_of(match["minute"] or match["minute2"] or "0")
        if match["half"] == "午後" and hour < 12:
            hour += 12
        if hour < 24 and minute < 60:
            return Found(match.span(), clock=time(hour, minute))
    return None


def moment_of(day: Found, clock: Found) -> str:
    """As a form's field takes it: 2026-11-20T15:10."""
    if day.day is None or clock.clock is None:
        raise ValueError("a moment is a day and a time")
    return datetime.combine(day.day, clock.clock).isoformat(timespec="minutes")


def number_of(text: str) -> int:
    """12 for 12 and 十二; up to 99."""
    if text.isdigit() and text.isascii():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int("".join(str(_KANJI.index(c)) for c in text if c != "十") or "0")
    return (_KANJI.index(tens[-1]) if tens else 1) * 10 + (_KANJI.index(ones[-1]) if ones else 0)


def _day(match: re.Match[str], base: date) -> Found | None:
    parts = match.groupdict()
    month = number_of(parts["month"] or parts["month2"])
    number = number_of(parts["day"] or parts["day2"])
    said = parts["weekday"] or parts.get("weekday2")
    year = _year(parts)
    years = [year] if year else [base.year - 1, base.year, base.year + 1]
    days = [day for each in years if (day := _date(each, month, number))]
    if not days:
        return None
    nearest = min(days, key=lambda day: abs(day - base))
    fitting = [day for day in days if said in (None, weekday(day))]
    if abs(nearest - base) <= _SURELY_MEANT and nearest not in fitting:
        fitting = []
    day = min(fitting or [nearest], key=lambda day: abs(day - base))
    doubt = (
        "" if fitting else f"「{match[0].strip()}」の曜日が合いません。{day.year}年なら {day_and_weekday(day)} です。"
    )
    return Found(match.span(), day, doubt=doubt)


def _year(parts: dict[str, str | None]) -> int | None:
    era, number = parts["era"], parts["number"]
    if era and number:
        return western_year(_ERAS.get(era, era), 1 if number == "元" else int(number))
    return int(parts["year"]) if parts["year"] else None


def _of_this_month(match: re.Match[str], base: date) -> Found | None:
    """`20日午後3時`: the last such day."""
    number = int(match["day"])
    for back in range(63):
        day = base - timedelta(days=back)
        if day.day == number:
            return Found(match.span(), day)
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
