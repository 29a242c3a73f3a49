"""The watch page: unreachable addresses with what speaks against them, and how errors came and went over some weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from admin.frame.console_page import ConsolePage, me_of
from admin.people.roles import Role
from admin.residents.bounce_chart import bars
from admin.residents.bounce_history import CountedDay, history
from admin.residents.bounce_trend import trend
from admin.residents.bounce_words import bounce_words
from foundation import ledger
from foundation.clock import Clock
from foundation.database import Database
from mailer import bounce_facts, bounce_weeks
from mailer.bounce_facts import BounceFactRow
from mailer.carrier_groups import CarrierGroups
from mailer.quiet import aloud
from subscribers.tables import StopReason, Subscriber, SubscriberState
from subscribers.unreachable import Watch

LATELY = timedelta(days=60)
_MOST = 100


@dataclass(frozen=True)
class Suspect:
    """`days` are what the three-day rule counts."""

    row: Subscriber
    days: tuple[CountedDay, ...]


class BouncePages:
    """`carriers` are whom the domains belong to, where that is known."""

    def __init__(
        self, database: Database, clock: Clock, watch: Watch, carriers: CarrierGroups, *, page: ConsolePage
    ) -> None:
        self._database = database
        self._clock = clock
        self._watch = watch
        self._carriers = carriers
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/admin/bounces", self.show, methods=["GET"], dependencies=self._page.needs(Role.VIEWER))
        return router

    def show(self, request: Request) -> Response:
        """`?domain=` narrows chart and table to one carrier, or to one domain."""
        at, zone = self._clock.now(), self._watch.zone
        weeks = bounce_weeks.mondays(at, zone)
        with self._database.write() as session:
            gone, here = _stopped(session, at=at), _refused(session, at=at)
            suspects = self._suspects(session, [*gone, *here], at=at)
            stopped, watched = suspects[: len(gone)], suspects[len(gone) :]
            deed = me_of(request).deed("subscriber.list-viewed", "subscribers:unreachable")
            ledger.write(session, deed, at=at, details={"shown": len(stopped) + len(watched)})
        with self._database.read() as session:
            counts = bounce_weeks.counts_by_week(session, weeks, zone)
        return self._page.show(
            request,
            "bounces",
            here="bounces",
            stopped=stopped,
            watched=[each for each in watched if each.days],
            rule_days=self._watch.rule.days,
            lately=LATELY.days,
            bounce_words=bounce_words,
            trend=trend(counts, weeks, self._carriers, chosen=request.query_params.get("domain", "")),
            bars=bars,
        )

    def _suspects(self, session: Session, rows: Sequence[Subscriber], *, at: datetime) -> list[Suspect]:
        facts = bounce_facts.facts_about_each(session, [row.id for row in rows])
        days = self._watch.days_of_each(session, rows, at=at)
        return [Suspect(row, history(facts.get(row.id, ()), days[row.id], self._watch.zone)) for row in rows]


def _stopped(session: Session, *, at: datetime) -> Sequence[Subscriber]:
    return session.scalars(
        select(Subscriber)
        .where(
            Subscriber.state == SubscriberState.STOPPED,
            Subscriber.reason == StopReason.UNREACHABLE,
            Subscriber.stopped_at > at - LATELY,
            Subscriber.address.is_not(None),
        )
        .order_by(Subscriber.stopped_at.desc())
        .limit(_MOST)
    ).all()


def _refused(session: Session, *, at: datetime) -> Sequence[Subscriber]:
    """Active addresses with a refusal that may count, the newest refusal first. Whoever is among the newest refusals
    stands before whoever is not: mostly a few of them are enough."""
    found: Sequence[Subscriber] = ()
    for facts in (_MOST * 10, None):
        found = _refused_in(session, facts, at=at)
        if len(found) == _MOST:
            break
    return found


def _refused_in(session: Session, facts: int | None, *, at: datetime) -> Sequence[Subscriber]:
    """Among so many of the newest facts; None is all of them."""
    told = (
        select(BounceFactRow.recipient_ref, BounceFactRow.known_at)
        .where(BounceFactRow.counted, BounceFactRow.known_at > at - LATELY, aloud(BounceFactRow.batch))
        .order_by(BounceFactRow.known_at.desc())
        .limit(facts)
        .subquery()
    )
    newest = (
        select(told.c.recipient_ref, func.max(told.c.known_at).label("known_at"))
        .group_by(told.c.recipient_ref)
        .subquery()
    )
    return session.scalars(
        select(Subscriber)
        .join(newest, newest.c.recipient_ref == Subscriber.id)
        .where(Subscriber.state == SubscriberState.ACTIVE, Subscriber.address.is_not(None))
        .order_by(newest.c.known_at.desc())
        .limit(_MOST)
    ).all()
