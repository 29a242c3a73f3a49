"""Delivery hours as they are told to residents in another language than Japanese."""

from collections.abc import Callable
from datetime import time
from itertools import groupby

from foundation.languages import Language
from foundation.spoken_dates import time_told, weekday_told
from mailer.hours_text import Span, Week

_END_OF_DAY = 24 * 60
_BETWEEN: dict[Language, Callable[[str, str], str]] = {
    Language.PLAIN_JAPANESE: lambda first, last: f"{first}から {last}まで",
    Language.ENGLISH: lambda first, last: f"{first} to {last}",
    Language.CHINESE: lambda first, last: f"{first}至{last}",
}
_JOINTS = {
    # days and hours · one span and the next of a day · one run of days and the next
    Language.PLAIN_JAPANESE: ("の ", "と、", "、"),
    Language.ENGLISH: (", ", " and ", "; "),
    Language.CHINESE: (" ", "和", "；"),
}


def hours_abroad(week: Week, language: Language) -> str:
    """`Monday to Friday, 9:00 a.m. to 5:00 p.m.` In plain Japanese with readings. Raises KeyError for Japanese."""
    of, also, then = _JOINTS[language]
    between = _BETWEEN[language]
    told = []
    for spans, run in groupby(range(7), key=lambda day: week[day]):
        if spans:
            days = list(run)
            first = weekday_told(days[0], language=language)
            named = between(first, weekday_told(days[-1], language=language)) if len(days) > 1 else first
            told.append(named + of + also.join(between(*_edges(span, language)) for span in spans))
    return then.join(told)


def _edges(span: Span, language: Language) -> tuple[str, str]:
    start, end = (_clock(minute, language) for minute in span)
    return start, end


def _clock(minute: int, language: Language) -> str:
    if minute == _END_OF_DAY:
        return {Language.ENGLISH: "12:00 midnight", Language.CHINESE: "晚上12点"}.get(
            language, "｜夜中《よなか》の ｜12時《じゅうにじ》"
        )
    return time_told(time(*divmod(minute, 60)), language=language)
