"""Unreachable: the mailer's facts are pulled, the three-day rule is asked, and what follows is carried out once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mailer import bounce_facts, domain_pauses
from mailer.bounce_facts import BounceFactRow
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
        excuses = domain_pauses.excuses(session)
        failures = [
            Failure(
                on=self._day(fact.handed_at),
                handed_at=fact.handed_at,
                known_at=fact.known_at,
                excused=excuses.cover(fact.batch, fact.domain),
            )
            for fact in bounce_facts.facts_about(session, subscriber.id)
            if fact.counted and fact.handed_at > max(subscriber.watch_from, at - MEMORY)
        ]
        acceptances = [
            Acceptance(handed_at=handed, on=self._day(handed))
            for handed in bounce_facts.acceptances_of(session, subscriber.address or "")
        ]
        return judge(failures, acceptances, rule=self.rule, at=at)

    def days(self, session: Session, subscriber: Subscriber, *, at: datetime) -> tuple[date, ...]:
        """The delivery days that speak against the address, those of the last 24 hours included."""
        if subscriber.state == SubscriberState.STOPPED and subscriber.reason != StopReason.UNREACHABLE:
            return ()
        verdict = self.verdict(session, subscriber, at=at)
        return tuple(sorted({*verdict.days, *verdict.ripening}))

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

    def _suspects(self, session: Session, *, at: datetime) -> Sequence[Subscriber]:
        """Active addresses with at least as many counted facts as the rule could stop."""
        least = min(self.rule.days, 2)
        numbers = (
            select(BounceFactRow.recipient_ref)
            .where(BounceFactRow.counted, BounceFactRow.known_at > at - MEMORY)
            .group_by(BounceFactRow.recipient_ref)
            .having(func.count() >= least)
        )
        return session.scalars(
            select(Subscriber).where(Subscriber.state == SubscriberState.ACTIVE, Subscriber.id.in_(numbers))
        ).all()

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()
