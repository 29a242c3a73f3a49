"""The hours in which bulletins may go out: when they open, when they close, when an approved bulletin begins."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from foundation.languages import Language
from mailer.holidays import ClosingDays
from mailer.hours_abroad import hours_abroad
from mailer.hours_text import Week, hours_in_japanese, read_hours
from mailer.wall_clock import moments_at

# Four years and a little: a calendar that has not opened by then never does.
SEARCH_DAYS = 1500

# A held bulletin that would cross the closing begins this long before it, so that a timetable that
# comes a moment late still finds the hours open.
BEFORE_CLOSING = timedelta(seconds=5)

# How far back the beginning of a span is looked for.
LONGEST_SPAN = timedelta(days=7)

_ALWAYS = {
    Language.JAPANESE: "24時間いつでも",
    Language.PLAIN_JAPANESE: "｜24時間《にじゅうよじかん》 いつでも",
    Language.ENGLISH: "at any time of the day",
    Language.CHINESE: "全天24小时",
}
_EXCEPTED = {
    Language.JAPANESE: "（祝日と閉庁日を除く）",
    Language.PLAIN_JAPANESE: "（｜祝日《しゅくじつ》と ｜役所《やくしょ》の ｜休《やす》みの ｜日《ひ》は のぞきます）",
    Language.ENGLISH: " (not on public holidays or when our office is closed)",
    Language.CHINESE: "（节假日和机关休息日除外）",
}


class NeverOpens(Exception):
    """The delivery hours do not open within four years of the moment asked about."""


@dataclass(frozen=True, slots=True)
class DeliveryHours:
    """Open by the town's own clock, half-open: at 17:00:00 the office is closed.

    Takes aware datetimes only (ValueError otherwise) and gives UTC. In the hour that a zone with daylight
    saving goes through twice, what counts is what the clock on the wall reads, both times.
    """

    week: Week | None  # None is always
    zone: ZoneInfo
    closing_days: ClosingDays
    grace: timedelta

    @classmethod
    def parse(cls, text: str, *, zone: ZoneInfo, closing_days: ClosingDays, grace: timedelta) -> "DeliveryHours":
        """Reads `mon-fri 09:00-17:00; sat 09:00-12:00` or `always`.

        Raises HoursInvalid with one line that says what is allowed, and ValueError for a negative grace.
        """
        if grace < timedelta(0):
            raise ValueError("a grace cannot be negative")
        return cls(week=read_hours(text), zone=zone, closing_days=closing_days, grace=grace)

    def is_open(self, at: datetime) -> bool:
        """Whether a bulletin may begin at this moment."""
        _refuse_naive(at)
        if self.week is None:
            return True
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        spans = self.week[local.weekday()]
        return any(start <= minute < end for start, end in spans) and not self.closing_days.closed(local.date())

    def next_opening(self, at: datetime) -> datetime:
        """The moment itself when open, otherwise the next one that is; raises NeverOpens."""
        if self.is_open(at):
            return at.astimezone(UTC)
        opening = self._next_edge(at, opens=True)
        if opening is None:
            raise NeverOpens(f"the delivery hours do not open within {SEARCH_DAYS} days of {at.isoformat()}")
        return opening

    def closing_after(self, at: datetime) -> datetime | None:
        """When the hours that are open, or open next, end; None for hours without an end. Raises NeverOpens."""
        if self.week is None:
            return None
        return self._next_edge(self.next_opening(at), opens=False)

    def may_finish(self, at: datetime) -> bool:
        """Whether a bulletin that began inside may go on: open, or less than the grace after a closing."""
        return self.is_open(at) or self.span_in_grace(at) is not None

    def span_in_grace(self, at: datetime) -> tuple[datetime, datetime] | None:
        """Opening and closing of the hours in whose grace this moment lies; None when open, and past every grace."""
        if self.is_open(at):
            return None
        # Closed now, so whatever was open since `at - grace` has closed since.
        since = at - self.grace
        opened = since if self.is_open(since) else self._next_edge(since, opens=True, until=at)
        if opened is None or opened >= at:
            return None
        closing = self._next_edge(opened, opens=False)
        if closing is None:
            return None
        opening = probe = closing - LONGEST_SPAN
        while (edge := self._next_edge(probe, opens=True, until=closing)) is not None and edge < closing:
            opening = probe = edge
        return opening.astimezone(UTC), closing.astimezone(UTC)

    def start_for(self, at: datetime, *, hold: timedelta) -> datetime:
        """When a bulletin approved at `at` begins: after the hold inside the hours, at the next opening outside them.

        The hold never crosses the closing: it is cut to end just before it. Raises NeverOpens, and ValueError for
        a negative hold.
        """
        if hold < timedelta(0):
            raise ValueError("a hold cannot be negative")
        if not self.is_open(at):
            return self.next_opening(at)
        approved = at.astimezone(UTC)
        closing = self.closing_after(approved)
        if closing is None:
            return approved + hold
        return min(approved + hold, max(approved, closing - BEFORE_CLOSING))

    def describe(self, language: Language = Language.JAPANESE) -> str:
        """In the residents' words: 月曜日〜金曜日 午前9時〜午後5時（祝日と閉庁日を除く）."""
        if self.week is None:
            return _ALWAYS[language]
        told = hours_in_japanese(self.week) if language is Language.JAPANESE else hours_abroad(self.week, language)
        return told + _EXCEPTED[language]

    def _next_edge(self, at: datetime, *, opens: bool, until: datetime | None = None) -> datetime | None:
        """The first moment after `at` and up to `until` where the hours turn open, or closed."""
        today = at.astimezone(self.zone).date().toordinal()
        # From yesterday, since a clock put back at midnight returns to it; and a hit waits for the
        # following day's edges, which may then come earlier.
        pending: datetime | None = None
        for ordinal in range(max(today - 1, 1), min(today + SEARCH_DAYS, date.max.toordinal() - 1)):
            day = date.fromordinal(ordinal)
            hits = [edge for edge in self._edges(day) if edge > at and self.is_open(edge) is opens]
            if pending is not None:
                return min([pending, *hits])
            pending = min(hits, default=None)
            if until is not None and day > until.astimezone(self.zone).date():
                break
        return pending

    def _edges(self, day: date) -> Iterator[datetime]:
        """Every moment of that day at which the hours may turn."""
        for start, end in (self.week or ())[day.weekday()]:
            yield from moments_at(day, start, self.zone)
            yield from moments_at(day, end, self.zone)


def _refuse_naive(at: datetime) -> None:
    if at.utcoffset() is None:
        raise ValueError("a moment needs its time zone")
