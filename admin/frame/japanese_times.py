"""Moments as the console's pages write them, on the town's own calendar."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from foundation.era import clock_words, day_and_weekday, era_year


@dataclass(frozen=True)
class StartWords:
    """When a bulletin begins, in words; `other_day` when that is not today."""

    text: str
    other_day: bool


def moment(at: datetime | None, zone: tzinfo) -> str:
    """`11月24日(火) 9:05`; empty for a moment that has not come."""
    if at is None:
        return ""
    local = at.astimezone(zone)
    return f"{day_and_weekday(local.date())} {local.hour}:{local.minute:02}"


def moment_with_year(at: datetime | None, zone: tzinfo) -> str:
    """`2026年11月24日(火) 9:05`."""
    return f"{at.astimezone(zone).year}年{moment(at, zone)}" if at else ""


def era_moment(at: datetime | None, zone: tzinfo) -> str:
    """`令和8年11月24日(火) 9:05`, as papers have it."""
    return f"{era_year(at.astimezone(zone).date())}{moment(at, zone)}" if at else ""


def day(on: date | datetime, zone: tzinfo) -> str:
    """`11月24日(火)`."""
    return day_and_weekday(on.astimezone(zone).date() if isinstance(on, datetime) else on)


def start_words(start: datetime, zone: tzinfo, *, at: datetime) -> StartWords:
    """`きょう 午後3時10分`, `明日 11月25日(水) 午前9時`, `11月24日(火) 午前9時`; `at` is now."""
    local, today = start.astimezone(zone), at.astimezone(zone).date()
    clock = clock_words(local)
    if local.date() <= today:
        return StartWords(f"きょう {clock}", other_day=False)
    near = "明日 " if local.date() == today + timedelta(days=1) else ""
    return StartWords(f"{near}{day_and_weekday(local.date())} {clock}", other_day=True)
