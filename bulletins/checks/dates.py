"""Dates that cannot be meant: a wrong weekday, an event still to come, last year's text sent again."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from bulletins.checks.draft import DraftText, Finding, Level
from bulletins.notice_fields import FieldKind
from foundation.era import day_and_weekday, weekday, western_year

# A notice about something older than this is likely a copy of an earlier one.
STALE_AFTER = timedelta(days=14)

_DAY = re.compile(
    r"(?:(?P<era>令和|平成)(?P<number>元|\d{1,2})年|(?P<year>\d{4})年)?\s*"
    r"(?P<month>\d{1,2})月(?P<day>\d{1,2})日\s*[(（](?P<weekday>[月火水木金土日])(?:曜日?)?[・)）]"
)
_YEAR = re.compile(r"(?:(?P<era>令和|平成)(?P<number>元|\d{1,2})|(?<!\d)(?P<year>(?:19|20)\d\d))年(?![代前間生度来])")


def weekday_differs(draft: DraftText) -> list[Finding]:
    findings = []
    for found in _DAY.finditer(f"{draft.subject}\n{draft.text}"):
        day = _nearest_day(found, draft.today)
        written = found[0].strip()
        if day is None:
            message = f"「{written}」という日はありません。日付を確かめてください。"
        elif weekday(day) != found["weekday"]:
            right = day_and_weekday(day)
            message = f"「{written}」の曜日が合いません。{day.year}年なら {right} です。日付と曜日を確かめてください。"
        else:
            continue
        finding = Finding("weekday-differs", Level.WARN, message)
        if finding not in findings:
            findings.append(finding)
    return findings


def event_in_future(draft: DraftText) -> list[Finding]:
    if draft.notice.looks_ahead:
        return []
    findings = []
    for name, label, moment in _moments(draft):
        ahead = moment > draft.at if isinstance(moment, datetime) else moment > draft.today
        if ahead:
            message = f"「{label}」が、これから先の日時になっています。日時を確かめてください。"
            findings.append(Finding("event-in-future", Level.WARN, message, name))
    return findings


def event_stale(draft: DraftText) -> list[Finding]:
    """What looks back is stale after STALE_AFTER; what is announced is stale once it has passed."""
    moments = list(_moments(draft))
    if draft.notice.looks_ahead:
        moments = [moments[-1]] if moments and all(_day_of(m, draft) < draft.today for _, _, m in moments) else []
        advice = "もう過ぎています。前のお知らせの写しになっていないか確かめてください。"
    else:
        moments = [m for m in moments if draft.today - _day_of(m[2], draft) > STALE_AFTER]
        advice = f"{STALE_AFTER.days}日より前です。前のお知らせの写しになっていないか確かめてください。"
    return [
        Finding("event-stale", Level.WARN, f"「{label}」（{day_and_weekday(_day_of(m, draft))}）は、{advice}", name)
        for name, label, m in moments
    ]


def year_stale(draft: DraftText) -> list[Finding]:
    for found in _YEAR.finditer(f"{draft.subject}\n{draft.own_text()}"):
        if _year(found, draft.today.year) < draft.today.year:
            message = f"「{found[0]}」は今年ではありません。前のお知らせの写しになっていないか確かめてください。"
            return [Finding("year-stale", Level.WARN, message)]
    return []


def _moments(draft: DraftText) -> Iterator[tuple[str, str, date]]:
    for field, value in draft.filled_fields():
        if field.kind in {FieldKind.DATE, FieldKind.DATETIME} and isinstance(value, date):
            yield field.name, field.label, value


def _day_of(moment: date, draft: DraftText) -> date:
    return moment.astimezone(draft.town.zone).date() if isinstance(moment, datetime) else moment


def _year(found: re.Match[str], otherwise: int) -> int:
    if found["era"]:
        return western_year(found["era"], 1 if found["number"] == "元" else int(found["number"]))
    return int(found["year"] or otherwise)


def _nearest_day(found: re.Match[str], today: date) -> date | None:
    """Without a year, the day that lies nearest to today; None where the calendar has no such day."""
    stated = found["era"] or found["year"]
    years = [_year(found, today.year)] if stated else [today.year - 1, today.year, today.year + 1]
    days = []
    for year in years:
        try:
            days.append(date(year, int(found["month"]), int(found["day"])))
        except ValueError:
            continue
    return min(days, key=lambda day: abs(day - today), default=None)
