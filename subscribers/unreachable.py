"""Unreachable: the mailer's facts are pulled, the three-day rule is asked, and what follows is carried out once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailer import bounce_facts, domain_pauses, letters_to
from mailer.bounce_facts import BounceFactRow
from mailer.quiet import aloud
from subscribers.leaving import stop
from subscribers.tables import StopReason, Subscriber, SubscriberState
from subscribers.three_days import Acceptance, Failure, Rule, Verdict, judge

RULE_ACTOR = "rule:three-days"
# Facts older than this no longer speak about an address.
MEMORY = timedelta(days=400)


@dataclass(frozen=True)
class Watch:
    """The rule in force and the calendar its days are counted by."""

    rule: Rule
    zone: ZoneInfo

    def verdict(self, session: Session, subscriber: Subscriber, *, at: datetime) -> Verdict:
        """What the rule says of one address now; reads only."""
        return self.verdicts(session, [subscriber], at=at)[subscriber.id]

    def verdicts(self, session: Session, subscribers: Sequence[Subscriber], *, at: datetime) -> dict[int, Verdict]:
        """What the rule says of each of them, by number; reads only."""
        failures = self._failures(session, subscribers, at=at)
        accepted = self._acceptances(session, subscribers, failures)
        return {
            each.id: judge(failures[each.id], accepted.get(each.address or "", ()), rule=self.rule, at=at)
            for each in subscribers
        }

    def days(self, session: Session, subscriber: Subscriber, *, at: datetime) -> tuple[date, ...]:
        """The delivery days that speak against the address, those of the last 24 hours included."""
        return self.days_of_each(session, [subscriber], at=at)[subscriber.id]

    def days_of_each(
        self, session: Session, subscribers: Sequence[Subscriber], *, at: datetime
    ) -> dict[int, tuple[date, ...]]:
        """The same of several, by number."""
        spoken_against = [each for each in subscribers if _is_watched(each)]
        verdicts = self.verdicts(session, spoken_against, at=at)
        found = {number: tuple(sorted({*each.days, *each.ripening})) for number, each in verdicts.items()}
        return {each.id: found.get(each.id, ()) for each in subscribers}

    def draw(self, session: Session, *, at: datetime) -> Sequence[int]:
        """Stops whom the rule stops; returns their numbers. Doing it again finds nobody."""
        stopped = []
        for subscriber in self._suspects(session, at=at):
            verdict = self.verdict(session, subscriber, at=at)
            if not verdict.stop:
                continue
            days = "、".join(f"{day.month}月{day.day}日" for day in verdict.days)
            stop(session, subscriber.id, StopReason.UNREACHABLE, by=RULE_ACTOR, at=at, evidence=days)
            stopped.append(subscriber.id)
        return stopped

    def _failures(
        self, session: Session, subscribers: Sequence[Subscriber], *, at: datetime
    ) -> dict[int, list[Failure]]:
        excuses = domain_pauses.excuses(session)
        facts = bounce_facts.facts_about_each(session, [each.id for each in subscribers])
        return {
            each.id: [
                Failure(
                    on=self._day(fact.handed_at),
                    handed_at=fact.handed_at,
                    known_at=fact.known_at,
                    excused=excuses.cover(fact.batch, fact.domain),
                )
                for fact in facts.get(each.id, ())
                if fact.counted and fact.handed_at > max(each.watch_from, at - MEMORY)
            ]
            for each in subscribers
        }

    def _acceptances(
        self, session: Session, subscribers: Sequence[Subscriber], failures: Mapping[int, Sequence[Failure]]
    ) -> dict[str, list[Acceptance]]:
        """By address. What was accepted before the day of the first failure clears nothing, and is not looked for."""
        addresses = [each.address for each in subscribers if each.address is not None and failures[each.id]]
        first = min((failure.handed_at for told in failures.values() for failure in told), default=None)
        found: dict[str, list[Acceptance]] = {}
        if first is not None:
            for address, handed in letters_to.handed_to(session, addresses, since=first - timedelta(days=2)):
                found.setdefault(address, []).append(Acceptance(handed_at=handed, on=self._day(handed)))
        return found

    def _suspects(self, session: Session, *, at: datetime) -> Sequence[Subscriber]:
        """Active addresses with at least as many counted facts as the rule could stop."""
        least = min(self.rule.days, 2)
        numbers = (
            select(BounceFactRow.recipient_ref)
            .where(BounceFactRow.counted, BounceFactRow.known_at > at - MEMORY, aloud(BounceFactRow.batch))
            .group_by(BounceFactRow.recipient_ref)
            .having(func.count() >= least)
        )
        return session.scalars(
            select(Subscriber).where(Subscriber.state == SubscriberState.ACTIVE, Subscriber.id.in_(numbers))
        ).all()

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


def _is_watched(subscriber: Subscriber) -> bool:
    return subscriber.state != SubscriberState.STOPPED or subscriber.reason == StopReason.UNREACHABLE
