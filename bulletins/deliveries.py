"""Deliveries: the bulletins that began between two moments, each with its counts; text and letters stay unread."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, String, cast, func, select
from sqlalchemy.orm import Session

from bulletins.life import BulletinState
from bulletins.notice_templates import Kind
from bulletins.tables import BATCH, Bulletin, PublishingOrder, batch_of
from mailer import tallies
from mailer.tallies import Counts

_COLUMNS = (
    Bulletin.id,
    Bulletin.state,
    Bulletin.notice,
    Bulletin.kind,
    Bulletin.category,
    Bulletin.statistic_class,
    Bulletin.subject,
    Bulletin.fields,
    Bulletin.follows_id,
    Bulletin.submitted_at,
    Bulletin.approved_at,
    Bulletin.urgent,
    Bulletin.urgent_reason,
    Bulletin.started_at,
    PublishingOrder.audience,
)
_NOTHING = Counts()


@dataclass(frozen=True, slots=True)
class Delivery:
    """`fields` is JSON as it was typed; in the end sent + failed + suppressed + expired = audience."""

    id: int
    state: BulletinState
    notice: str
    kind: Kind
    category: str
    statistic_class: str
    subject: str
    fields: str
    follows_id: int | None
    submitted_at: datetime | None
    approved_at: datetime | None
    urgent: bool
    urgent_reason: str
    started_at: datetime
    audience: int
    counts: Counts

    @property
    def was_withdrawn(self) -> bool:
        """It had begun, and the rest was called back."""
        return self.state is BulletinState.WITHDRAWN

    def field(self, name: str) -> str:
        """What was typed into a field of one line; empty where it holds none."""
        value = json.loads(self.fields).get(name)
        return value if isinstance(value, str) else ""

    @property
    def is_over(self) -> bool:
        return self.state in (BulletinState.SENT, BulletinState.WITHDRAWN)


def begun(session: Session, begin: datetime, end: datetime) -> list[Delivery]:
    """Those whose delivery began at `begin` or later and before `end`, the earliest first."""
    within = (Bulletin.started_at >= begin, Bulletin.started_at < end)
    rows = session.execute(
        select(*_COLUMNS)
        .outerjoin(PublishingOrder, PublishingOrder.bulletin_id == Bulletin.id)
        .where(*within)
        .order_by(Bulletin.started_at, Bulletin.id)
    ).all()
    counts = tallies.of_each(session, select(BATCH + cast(Bulletin.id, String)).where(*within))
    return [_delivery(row, counts.get(batch_of(row.id), _NOTHING)) for row in rows]


def first_begun(session: Session) -> datetime | None:
    """When the very first delivery began."""
    found: datetime | None = session.scalar(select(func.min(Bulletin.started_at)))
    return found


def named(session: Session, numbers: Sequence[int]) -> dict[int, tuple[str, datetime | None]]:
    """Subject and beginning of each."""
    rows = session.execute(select(Bulletin.id, Bulletin.subject, Bulletin.started_at).where(Bulletin.id.in_(numbers)))
    return {row.id: (row.subject, row.started_at) for row in rows}


def _delivery(row: Row[tuple[object, ...]], counts: Counts) -> Delivery:
    return Delivery(
        id=row.id,
        state=BulletinState(row.state),
        notice=row.notice,
        kind=Kind(row.kind),
        category=row.category,
        statistic_class=row.statistic_class,
        subject=row.subject,
        fields=row.fields,
        follows_id=row.follows_id,
        submitted_at=row.submitted_at,
        approved_at=row.approved_at,
        urgent=row.urgent,
        urgent_reason=row.urgent_reason or "",
        started_at=row.started_at,
        audience=row.audience or 0,
        counts=counts,
    )
