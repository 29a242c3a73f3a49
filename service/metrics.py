"""Metrics for the operator's monitoring: counts of work, never of persons."""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from starlette.responses import Response

from bulletins.tables import Bulletin
from mailer import domain_pauses
from mailer.inbound import InboundRow
from mailer.outbox_tables import OPEN, OutboxRow, TallyRow
from service.home import Home
from subscribers.tables import Subscriber


class _Counts(Collector):
    def __init__(self, home: Home) -> None:
        self._home = home

    def collect(self) -> Iterator[Metric]:
        with self._home.database.read() as session:
            yield _by(
                "hansho_subscribers",
                "Addresses by state",
                "state",
                session.execute(
                    select(Subscriber.state, func.count())
                    .where(Subscriber.address.is_not(None))
                    .group_by(Subscriber.state)
                ).all(),
            )
            yield _by(
                "hansho_bulletins",
                "Bulletins by state",
                "state",
                session.execute(select(Bulletin.state, func.count()).group_by(Bulletin.state)).all(),
            )
            yield _by(
                "hansho_inbound_mail",
                "Mails held, by state",
                "state",
                session.execute(select(InboundRow.state, func.count()).group_by(InboundRow.state)).all(),
            )
            waiting = select(func.count()).select_from(OutboxRow).where(OutboxRow.state.in_(OPEN))
            yield GaugeMetricFamily("hansho_letters_open", "Letters not yet ended", value=session.scalar(waiting) or 0)
            sums = session.execute(
                select(func.sum(TallyRow.sent), func.sum(TallyRow.failed), func.sum(TallyRow.bounced))
            ).one()
            rows = list(zip(("sent", "failed", "bounced"), (int(n or 0) for n in sums), strict=True))
            yield _by("hansho_letters", "Letters by what became of them", "end", rows)
            paused = len(domain_pauses.unresolved(session))
            yield GaugeMetricFamily("hansho_domains_paused", "Domains that wait for a person", value=paused)


def metrics_router(home: Home) -> APIRouter:
    registry = CollectorRegistry(auto_describe=False)
    counts = _Counts(home)
    registry.register(counts)

    def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    router = APIRouter(include_in_schema=False)
    router.add_api_route("/metrics", metrics, methods=["GET"])
    return router


def _by(name: str, text: str, label: str, rows: Iterable[Any]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in rows:
        family.add_metric([str(value)], number)
    return family
