"""Dead addresses of circles: by the same three days, of what was passed on alone, and where nobody sees it.

Were they stopped as others are, the day of a failure would tell staff that something was passed on that day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from liaisons.forward_tables import SilencedMember
from mailer import bounce_facts, letters_to, tallies
from mailer.bounce_facts import BounceFactRow
from mailer.breaker import should_pause
from mailer.quiet import in_quiet
from mailer.tallies import Counts
from subscribers.tables import Subscriber, SubscriberState
from subscribers.three_days import Acceptance, Failure, Rule, judge
from subscribers.unreachable import MEMORY


@dataclass(frozen=True)
class Silence:
    """The rule in force and the calendar its days are counted by."""

    rule: Rule
    zone: ZoneInfo

    def draw(self, session: Session, *, at: datetime) -> int:
        """How many get nothing more through circles; doing it again finds nobody."""
        found = 0
        for member in self._suspects(session, at=at):
            failures = [
                Failure(
                    on=self._day(fact.handed_at),
                    handed_at=fact.handed_at,
                    known_at=fact.known_at,
                    excused=_is_excused(session, fact),
                )
                for fact in _facts(session, member, since=at - MEMORY)
            ]
            if failures and judge(failures, self._accepted(session, member, failures), rule=self.rule, at=at).stop:
                session.merge(SilencedMember(subscriber_id=member.id, at=at))
                found += 1
        return found

    def _suspects(self, session: Session, *, at: datetime) -> Sequence[Subscriber]:
        numbers = (
            select(BounceFactRow.recipient_ref)
            .where(BounceFactRow.counted, BounceFactRow.known_at > at - MEMORY, in_quiet(BounceFactRow.batch))
            .group_by(BounceFactRow.recipient_ref)
            .having(func.count() >= min(self.rule.days, 2))
        )
        active = (Subscriber.state == SubscriberState.ACTIVE, Subscriber.address.is_not(None))
        return session.scalars(select(Subscriber).where(*active, Subscriber.id.in_(numbers))).all()

    def _accepted(self, session: Session, member: Subscriber, failures: Sequence[Failure]) -> Sequence[Acceptance]:
        since = min(failure.handed_at for failure in failures) - timedelta(days=2)
        handed = letters_to.handed_to(session, [member.address or ""], since=since)
        return [Acceptance(handed_at=each.at, on=self._day(each.at)) for each in handed]

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


def _facts(session: Session, member: Subscriber, *, since: datetime) -> Sequence[BounceFactRow]:
    """What counts against one member since they were silenced last, or set right."""
    silenced = session.get(SilencedMember, member.id)
    begin = max(since, member.watch_from, silenced.at if silenced else since)
    about = bounce_facts.facts_about_each(session, [member.id], quietly=True)
    return [fact for fact in about.get(member.id, ()) if fact.counted and fact.handed_at > begin]


def _is_excused(session: Session, fact: BounceFactRow) -> bool:
    """Where a whole domain, or everybody, failed at once; nobody is asked, so it never counts."""
    by_domain = tallies.by_domain(session, fact.batch)
    return _rose(by_domain.get(fact.domain, Counts())) or _rose(tallies.of(session, fact.batch))


def _rose(counts: Counts) -> bool:
    return should_pause(attempts=counts.sent + counts.failed, permanent=counts.failed + counts.bounced)
