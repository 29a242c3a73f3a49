"""What each counted day of one address holds: the reasons, and the other side's words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from admin.residents.bounce_words import bounce_words
from mailer.bounce_facts import BounceFactRow


@dataclass(frozen=True)
class CountedDay:
    """Several letters of a day may say the same: each reason and each evidence stands once."""

    on: date
    reasons: tuple[str, ...]
    evidence: tuple[str, ...]


def history(facts: Iterable[BounceFactRow], days: Sequence[date], zone: ZoneInfo) -> tuple[CountedDay, ...]:
    """`days` are what the three-day rule counts; refusals that never count are left out, whatever day they fell on."""
    told: dict[date, list[BounceFactRow]] = {day: [] for day in days}
    for fact in facts:
        on = fact.handed_at.astimezone(zone).date()
        if fact.counted and on in told:
            told[on].append(fact)
    return tuple(
        CountedDay(
            on=day,
            reasons=tuple(dict.fromkeys(bounce_words(fact.bounce_class) for fact in found)),
            evidence=tuple(dict.fromkeys(fact.evidence for fact in found if fact.evidence)),
        )
        for day, found in told.items()
    )
