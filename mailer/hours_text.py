"""Delivery hours as text: how the setting is read, and how they are told in Japanese."""

import re
from itertools import groupby

# In minutes from midnight, the end excluded.
Span = tuple[int, int]

# For each weekday from Monday its spans, in order and apart from each other.
Week = tuple[tuple[Span, ...], ...]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAYS_IN_JAPANESE = ("月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日", "日曜日")

_PART = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?\s+([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})")
_ALLOWED = "allowed: always, or spans such as mon-fri 09:00-17:00, several joined by ;"


class HoursInvalid(ValueError):
    """Delivery hours cannot be read."""


def read_hours(text: str) -> Week | None:
    """The week of `mon-fri 09:00-17:00; sat 09:00-12:00`, None for `always`; raises HoursInvalid."""
    plain = text.strip().lower()
    if plain == "always":
        return None
    spans: list[list[Span]] = [[] for _ in DAYS]
    for part in re.split(r"[;,]", plain):
        days, span = _read_part(part.strip(), text)
        for day in days:
            spans[day].append(span)
    return tuple(_joined(day) for day in spans)


def hours_in_japanese(week: Week) -> str:
    """月曜日〜金曜日 午前9時〜午後5時、土曜日 午前9時〜正午."""
    told = []
    for spans, run in groupby(range(7), key=lambda day: week[day]):
        if not spans:
            continue
        days = list(run)
        names = DAYS_IN_JAPANESE[days[0]]
        if len(days) > 1:
            names += f"〜{DAYS_IN_JAPANESE[days[-1]]}"
        times = "と".join(f"{_clock(start)}〜{_clock(end)}" for start, end in spans)
        told.append(f"{names} {times}")
    return "、".join(told)


def _read_part(part: str, text: str) -> tuple[list[int], Span]:
    found = _PART.fullmatch(part)
    if found is None:
        raise HoursInvalid(f"hours {text!r} cannot be read at {part!r} ({_ALLOWED})")
    first, last = found[1], found[2] or found[1]
    if first not in DAYS or last not in DAYS:
        raise HoursInvalid(f"hours {text!r} name a day that is none of {', '.join(DAYS)}")
    start, end = (_minute(found[i], found[i + 1], text) for i in (3, 5))
    if start >= end:
        raise HoursInvalid(f"hours {text!r} end before they begin; write two spans to go past midnight")
    begin = DAYS.index(first)
    return [(begin + i) % 7 for i in range((DAYS.index(last) - begin) % 7 + 1)], (start, end)


def _minute(hour: str, minute: str, text: str) -> int:
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > 24 * 60:
        raise HoursInvalid(f"hours {text!r} hold a time that is not between 00:00 and 24:00")
    return total


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    """Spans that touch or overlap are one, so that nothing closes in between."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _clock(minute: int) -> str:
    hour, rest = divmod(minute, 60)
    if minute == 12 * 60:
        return "正午"
    told = f"午前{hour}時" if hour < 12 else f"午後{hour - 12}時"
    return told + (f"{rest}分" if rest else "")
