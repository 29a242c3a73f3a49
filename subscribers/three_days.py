"""When an address that keeps failing is stopped: the pure rule, which reads facts and changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from foundation.setting_values import Counting

# A bounce may come this long after the handing over, and the breaker and its person speak within it.
RIPENING = timedelta(hours=24)

# With time elapsed as the measure, failures on fewer dates than this are no evidence.
ELAPSED_DATES = 2


@dataclass(frozen=True, slots=True)
class Failure:
    """A refusal or bounce of a counted class: gone, disabled, or full once its retries ended."""

    on: date  # the town's date of the handing over, however late the report came
    handed_at: datetime
    known_at: datetime
    excused: bool = False  # the domain's breaker holds it, or a person said that it was ours

    def __post_init__(self) -> None:
        _refuse_naive(self.handed_at, self.known_at)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A letter that was accepted and has not bounced so far."""

    handed_at: datetime
    on: date

    def __post_init__(self) -> None:
        _refuse_naive(self.handed_at)


@dataclass(frozen=True, slots=True)
class Rule:
    """After how many days of failing an address is stopped; raises ValueError below one."""

    days: int = 3
    by: Counting = Counting.DELIVERY_DAYS

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ValueError("an address is stopped after one day at least")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to stop; the dates that count now; and those that will once a day has passed since they were known."""

    stop: bool
    days: tuple[date, ...]
    ripening: tuple[date, ...] = ()


def judge(failures: Iterable[Failure], acceptances: Iterable[Acceptance], *, rule: Rule, at: datetime) -> Verdict:
    """The verdict at a moment, the same whatever the order of the facts; raises ValueError for a naive moment.

    A success is an acceptance that stood for 24 hours. It clears every earlier failure and all of its own date. A
    younger acceptance clears nothing yet, but nobody is stopped until it is known to stand or to have bounced.
    """
    _refuse_naive(at)
    accepted = list(acceptances)
    uncleared = _uncleared(failures, [a for a in accepted if a.handed_at <= at - RIPENING])
    counted = [failure for failure in uncleared if failure.known_at <= at - RIPENING]
    days = _dates(counted)
    ripening = tuple(day for day in _dates(uncleared) if day not in days)
    pending = any(a.handed_at > at - RIPENING for a in accepted)
    return Verdict(stop=not pending and _enough(counted, days, rule, at), days=days, ripening=ripening)


def _uncleared(failures: Iterable[Failure], successes: list[Acceptance]) -> list[Failure]:
    """Failures after the last success and on none of the successes' dates, the excused left out."""
    last = max((success.handed_at for success in successes), default=None)
    dates = {success.on for success in successes}
    return [
        failure
        for failure in failures
        if not failure.excused and failure.on not in dates and (last is None or failure.handed_at > last)
    ]


def _enough(counted: list[Failure], days: tuple[date, ...], rule: Rule, at: datetime) -> bool:
    if rule.by is Counting.DELIVERY_DAYS:
        return len(days) >= rule.days
    if len(days) < ELAPSED_DATES:
        # Two failures in one hour, and no letter since, say nothing about the days between.
        return False
    return min(failure.handed_at for failure in counted) <= at - timedelta(days=rule.days)


def _dates(failures: Iterable[Failure]) -> tuple[date, ...]:
    return tuple(sorted({failure.on for failure in failures}))


def _refuse_naive(*moments: datetime) -> None:
    if any(moment.utcoffset() is None for moment in moments):
        raise ValueError("a moment needs its time zone")
