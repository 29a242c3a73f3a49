"""A copy of an earlier bulletin: each of its dates must be set anew before it goes out."""

import re
import unicodedata
from collections.abc import Iterator

from bulletins.checks.draft import DraftText, Finding, Level
from bulletins.notice_fields import HOLDING_MOMENTS, Field, FieldKind, Filled

DATE_COPIED, TIME_COPIED, TEXT_DATE_COPIED = "date-copied", "time-copied", "text-date-copied"
COPY_RULES = frozenset({DATE_COPIED, TIME_COPIED, TEXT_DATE_COPIED})

_DAY_IN_TEXT = re.compile(r"\d{1,2}月\s?\d{1,2}日|(?<![\d/])\d{1,2}/\d{1,2}(?![\d/])|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}")


def date_copied(draft: DraftText) -> list[Finding]:
    return [
        Finding(
            DATE_COPIED,
            Level.BLOCK,
            f"「{field.label}」が、写したもとのお知らせと同じです。今回の日時に直してください。",
            field.name,
        )
        for field, _ in _untouched(draft)
        if field.kind is not FieldKind.TIME
    ]


def time_copied(draft: DraftText) -> list[Finding]:
    """A time of the day may well be the same again, so it only asks to look."""
    return [
        Finding(
            TIME_COPIED,
            Level.WARN,
            f"「{field.label}」が、写したもとのお知らせと同じ時刻です。確かめてください。",
            field.name,
        )
        for field, _ in _untouched(draft)
        if field.kind is FieldKind.TIME
    ]


def text_date_copied(draft: DraftText) -> list[Finding]:
    """In running text nothing tells which day is meant, so that it only asks to look."""
    findings = []
    for field, value in draft.filled_fields():
        days = [day for day in _days(value) if day in set(_days(draft.copied.get(field.name)))]
        if days:
            message = f"「{field.label}」に、写したもとのお知らせと同じ日付「{days[0]}」があります。確かめてください。"
            findings.append(Finding(TEXT_DATE_COPIED, Level.WARN, message, field.name))
    return findings


def _untouched(draft: DraftText) -> Iterator[tuple[Field, Filled]]:
    for field, value in draft.filled_fields():
        # A gap that was never filled is a text, and no moment that somebody meant.
        if field.kind in HOLDING_MOMENTS and not isinstance(value, str) and value == draft.copied.get(field.name):
            yield field, value


def _days(value: Filled) -> list[str]:
    lines = value if isinstance(value, tuple) else (value,)
    text = "\n".join(line for line in lines if isinstance(line, str))
    return _DAY_IN_TEXT.findall(unicodedata.normalize("NFKC", text))
