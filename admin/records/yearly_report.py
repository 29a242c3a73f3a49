"""The yearly report (配信実績): what went out in a fiscal year, counted from what is stored."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bulletins import deliveries
from bulletins.deliveries import Delivery
from bulletins.event_moment import EventMoments
from bulletins.notice_templates import Kind
from foundation.fiscal_year import MONTHS, FiscalYear
from mailer.delivery_hours import DeliveryHours
from subscribers import growth
from subscribers.growth import Event

AMENDING = frozenset({Kind.CORRECTION, Kind.RETRACTION})


@dataclass(frozen=True)
class Lag:
    """Of an even number of spans the median lies between the two in the middle."""

    number: int
    median: timedelta
    longest: timedelta


@dataclass(frozen=True)
class ClassLine:
    """One statistic class; `months` begin with April and add up to `number`."""

    name: str
    number: int
    months: tuple[int, ...]
    lag: Lag | None


@dataclass(frozen=True)
class UrgentLine:
    """`outside` is outside the delivery hours as they are set now."""

    delivery: Delivery
    outside: bool


@dataclass(frozen=True)
class AmendingLine:
    """A correction or retraction; `of_id` is 0, and the subject as its writer named it, where it is linked to none."""

    delivery: Delivery
    of_id: int
    of_subject: str
    of_started_at: datetime | None


@dataclass(frozen=True)
class Letters:
    """Of all bulletins together; `waiting` are not at their end, `bounced` is a part of `sent`."""

    audience: int
    sent: int
    failed: int
    suppressed: int
    expired: int
    waiting: int
    bounced: int


@dataclass(frozen=True)
class YearlyReport:
    """The numbers of `classes`, of their months and of `kinds` each add up to `total`; who came and went since
    `moved_until` is not yet counted."""

    year: FiscalYear
    at: datetime
    deliveries: tuple[Delivery, ...]
    classes: tuple[ClassLine, ...]
    kinds: tuple[tuple[Kind, int], ...]
    letters: Letters
    lags: dict[int, timedelta]
    lag: Lag | None
    approval: Lag | None
    urgent: tuple[UrgentLine, ...]
    amending: tuple[AmendingLine, ...]
    moved: Mapping[Event, int]
    moved_until: datetime

    @property
    def total(self) -> int:
        return len(self.deliveries)

    @property
    def months(self) -> tuple[int, ...]:
        return tuple(sum(line.months[place] for line in self.classes) for place in range(len(MONTHS)))

    @property
    def withdrawn(self) -> tuple[Delivery, ...]:
        return tuple(each for each in self.deliveries if each.was_withdrawn)

    @property
    def under_way(self) -> int:
        return sum(not each.is_over for each in self.deliveries)

    @property
    def is_going_on(self) -> bool:
        """The year is not over: the figures will still grow."""
        return self.at < self.year.end


@dataclass(frozen=True)
class Reporter:
    """`classes` are those of the town file, in its order; a name that has left the file since comes after them."""

    classes: tuple[str, ...]
    events: EventMoments
    hours: DeliveryHours

    def report(self, session: Session, year: FiscalYear, *, at: datetime) -> YearlyReport:
        found = deliveries.begun(session, year.begin, year.end)
        lags = {each.id: lag for each in found if (lag := self.events.lag(each)) is not None}
        kinds = Counter(each.kind for each in found)
        return YearlyReport(
            year=year,
            at=at,
            deliveries=tuple(found),
            classes=self._classes(found, lags, year),
            kinds=tuple((kind, kinds[kind]) for kind in Kind if kinds[kind]),
            letters=_letters(found),
            lags=lags,
            lag=lag_of(lags.values()),
            approval=lag_of(_approvals(found)),
            urgent=tuple(UrgentLine(each, not self.hours.is_open(each.started_at)) for each in found if each.urgent),
            amending=_amending(session, found),
            moved=growth.in_span(session, year.first_day, year.last_day),
            moved_until=growth.up_to(session, at=at),
        )

    def _classes(
        self, found: Sequence[Delivery], lags: dict[int, timedelta], year: FiscalYear
    ) -> tuple[ClassLine, ...]:
        known = dict.fromkeys(self.classes)
        names = [*known, *sorted({each.statistic_class for each in found} - known.keys())]
        lines = []
        for name in names:
            members = [each for each in found if each.statistic_class == name]
            months = Counter(year.month_of(each.started_at) for each in members)
            lines.append(
                ClassLine(
                    name=name,
                    number=len(members),
                    months=tuple(months[place] for place in range(len(MONTHS))),
                    lag=lag_of(lags[each.id] for each in members if each.id in lags),
                )
            )
        return tuple(lines)


def years(session: Session, current: FiscalYear) -> tuple[FiscalYear, ...]:
    """From the year of the very first delivery to the current one, which comes first."""
    first = deliveries.first_begun(session)
    oldest = FiscalYear.of(first, current.zone).number if first else current.number
    return tuple(FiscalYear(number, current.zone) for number in range(current.number, oldest - 1, -1)) or (current,)


def lag_of(spans: Iterable[timedelta]) -> Lag | None:
    """None where there is none."""
    known = sorted(spans)
    if not known:
        return None
    half = len(known) // 2
    return Lag(len(known), (known[half] + known[-half - 1]) / 2, known[-1])


def waiting(delivery: Delivery) -> int:
    """How many of its letters have not come to their end."""
    return max(0, delivery.audience - delivery.counts.ended)


def _letters(found: Sequence[Delivery]) -> Letters:
    return Letters(
        audience=sum(each.audience for each in found),
        sent=sum(each.counts.sent for each in found),
        failed=sum(each.counts.failed for each in found),
        suppressed=sum(each.counts.suppressed for each in found),
        expired=sum(each.counts.expired for each in found),
        waiting=sum(waiting(each) for each in found),
        bounced=sum(each.counts.bounced for each in found),
    )


def _approvals(found: Iterable[Delivery]) -> list[timedelta]:
    return [
        each.approved_at - each.submitted_at
        for each in found
        if each.approved_at is not None and each.submitted_at is not None and each.approved_at >= each.submitted_at
    ]


def _amending(session: Session, found: Sequence[Delivery]) -> tuple[AmendingLine, ...]:
    amending = [each for each in found if each.kind in AMENDING]
    originals = deliveries.named(session, [each.follows_id for each in amending if each.follows_id is not None])
    return tuple(_amending_line(each, originals) for each in amending)


def _amending_line(each: Delivery, originals: dict[int, tuple[str, datetime | None]]) -> AmendingLine:
    if each.follows_id in originals:
        subject, started_at = originals[each.follows_id]
        return AmendingLine(each, each.follows_id, subject, started_at)
    return AmendingLine(each, 0, each.field("sent_subject"), None)
