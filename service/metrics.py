"""Metrics for the operator's monitoring: counts of work, never of persons.

A scrape reads tallies, orders and a few rows found by an index; nothing in it grows with the letters of a bulletin.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import case, func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session
from starlette.responses import Response

from bulletins.life import BulletinState
from bulletins.progress import Progress, progress
from bulletins.tables import Bulletin
from mailer import domain_pauses, roll
from mailer.inbound import InboundRow
from mailer.outbox_tables import Lane, OutboxRow, TallyRow
from mailer.quiet import aloud
from service.home import Home
from subscribers.tables import Subscriber

UNDER_WAY = (BulletinState.SENDING.value, BulletinState.HALTED.value)
# A million addresses take longer to count than a scrape should, and do not change by the second.
SUBSCRIBERS_SECONDS = 60.0
MOST_REPLIES = 1000
# In the words of the index of what is due: SQLite uses it only for these.
_OPEN_REPLIES = text("outbox.lane = 1 AND outbox.state IN ('queued', 'deferred') AND NOT outbox.parked")


class _Counts(Collector):
    def __init__(self, home: Home) -> None:
        self._home = home
        self._subscribers: tuple[float, Sequence[Any]] | None = None

    def collect(self) -> Iterator[Metric]:
        with self._home.database.read() as session:
            yield _by("hansho_subscribers", "Addresses by state, at most a minute old", "state", self._people(session))
            yield _by("hansho_bulletins", "Bulletins by state", "state", _states(session, Bulletin.state))
            yield _by("hansho_inbound_mail", "Mails held, by state", "state", _states(session, InboundRow.state))
            running = _under_way(session)
            yield _open(session, running)
            yield from _ends(session)
            yield from _of_each(running)
            paused = len(domain_pauses.unresolved(session))
            yield GaugeMetricFamily("hansho_domains_paused", "Domains that wait for a person", value=paused)
            about = "Senders that tell that they live; one that was killed counts for a minute more"
            yield GaugeMetricFamily("hansho_senders", about, value=roll.living(session, at=self._home.clock.now()))
            troubled = len(roll.troubles(session, at=self._home.clock.now()))
            yield GaugeMetricFamily("hansho_senders_in_trouble", "Senders with a relay left out", value=troubled)

    def _people(self, session: Session) -> Sequence[Any]:
        now = time.monotonic()
        if self._subscribers is None or now - self._subscribers[0] >= SUBSCRIBERS_SECONDS:
            listed = (Subscriber.address.is_not(None), Subscriber.in_city_list)
            query = select(Subscriber.state, func.count()).where(*listed)
            self._subscribers = now, session.execute(query.group_by(Subscriber.state)).all()
        return self._subscribers[1]


def metrics_router(home: Home) -> APIRouter:
    registry = CollectorRegistry(auto_describe=False)
    counts = _Counts(home)
    registry.register(counts)

    def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    router = APIRouter(include_in_schema=False)
    router.add_api_route("/metrics", metrics, methods=["GET"])
    return router


def _states(session: Session, column: InstrumentedAttribute[str]) -> Sequence[Any]:
    return session.execute(select(column, func.count()).group_by(column)).all()


def _under_way(session: Session) -> list[tuple[Bulletin, Progress]]:
    found = session.scalars(select(Bulletin).where(Bulletin.state.in_(UNDER_WAY)).order_by(Bulletin.id)).all()
    return [(bulletin, progress(session, bulletin)) for bulletin in found]


def _open(session: Session, running: Iterable[tuple[Bulletin, Progress]]) -> Metric:
    """Of bulletins what their orders and tallies say; of replies the rows, but never more than a thousand."""
    waiting = {Lane.URGENT: 0, Lane.REPLY: 0, Lane.BULK: 0}
    for bulletin, found in running:
        waiting[Lane.URGENT if bulletin.urgent else Lane.BULK] += found.queued + found.counts.deferred
    some = select(OutboxRow.id).where(_OPEN_REPLIES, aloud(OutboxRow.batch)).limit(MOST_REPLIES).subquery()
    waiting[Lane.REPLY] = session.scalar(select(func.count()).select_from(some)) or 0
    rows = [(lane.name.lower(), number) for lane, number in waiting.items()]
    about = f"Letters not yet ended, by lane; {MOST_REPLIES} replies mean {MOST_REPLIES} or more"
    return _by("hansho_letters_open", about, "lane", rows)


def _ends(session: Session) -> Iterator[Metric]:
    """Counters only go up: a tally below zero takes back an end of a letter that was sent again, and is left out. So is
    whatever a liaison passed on: what everybody may read must not rise by it."""
    ends = (TallyRow.sent, TallyRow.failed, TallyRow.suppressed, TallyRow.expired)
    columns = (*ends, TallyRow.bounced)
    told = select(*(func.sum(case((column > 0, column), else_=0)) for column in columns)).where(aloud(TallyRow.batch))
    sums = session.execute(told).one()
    counted = {column.key: int(number or 0) for column, number in zip(columns, sums, strict=True)}
    letters = CounterMetricFamily("hansho_letters", "Letters ended, by their end; sent again, again", labels=["end"])
    for column in ends:
        letters.add_metric([column.key], counted[column.key])
    yield letters
    about = "Letters that were sent and came back later"
    yield CounterMetricFamily("hansho_letters_bounced", about, value=counted[TallyRow.bounced.key])


def _of_each(running: Iterable[tuple[Bulletin, Progress]]) -> Iterator[Metric]:
    """Of the bulletins that are being sent or are halted, by number."""
    audience = GaugeMetricFamily(
        "hansho_bulletin_audience", "Letters of a bulletin under way, made so far", labels=["bulletin"]
    )
    letters = GaugeMetricFamily(
        "hansho_bulletin_letters", "Letters of a bulletin under way, by state", labels=["bulletin", "state"]
    )
    for bulletin, found in running:
        number = str(bulletin.id)
        audience.add_metric([number], found.audience)
        letters.add_metric([number, "queued"], found.queued)
        for state in ("deferred", "sent", "failed", "suppressed", "expired"):
            letters.add_metric([number, state], getattr(found.counts, state))
    yield audience
    yield letters


def _by(name: str, about: str, label: str, rows: Iterable[Any]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=[label])
    for value, number in rows:
        family.add_metric([str(value)], number)
    return family
