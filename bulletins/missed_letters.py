"""Missed letters: how many of a bulletin's did not arrive, by their end, the reason and the domain. No addresses."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bulletins.tables import Bulletin
from mailer.bounce_facts import BounceFactRow
from mailer.outbox_tables import IS_ODD, OutboxRow, State


@dataclass(frozen=True)
class Missed:
    """`end` is failed or expired, or sent where a report came afterwards; `bounce_class` is empty where nobody said
    why."""

    end: State
    bounce_class: str
    domain: str
    number: int


def missed_by_reason(session: Session, bulletin: Bulletin) -> list[Missed]:
    """Counts rows that failed, expired or came back, which are few, and are never folded."""
    if bulletin.started_at is None:
        return []
    why = func.coalesce(BounceFactRow.bounce_class, OutboxRow.failing_as, "")
    ended = (
        select(OutboxRow.state, why, OutboxRow.domain, func.count())
        .outerjoin(BounceFactRow, BounceFactRow.outbox_id == OutboxRow.id)
        .where(OutboxRow.batch == bulletin.batch, OutboxRow.state.in_((State.FAILED, State.EXPIRED)), IS_ODD)
        .group_by(OutboxRow.state, why, OutboxRow.domain)
    )
    reported = (
        select(OutboxRow.state, OutboxRow.bounced_as, OutboxRow.domain, func.count())
        .where(*came_back(bulletin.batch))
        .group_by(OutboxRow.state, OutboxRow.bounced_as, OutboxRow.domain)
    )
    rows = [row for query in (ended, reported) for row in session.execute(query)]
    return [Missed(State(end), why, domain, number) for end, why, domain, number in rows]


def came_back(batch: str) -> tuple[ColumnElement[bool], ...]:
    """Sent, and told of by a report afterwards; found by the facts, which are few, and not by the letters."""
    told = select(BounceFactRow.outbox_id).where(BounceFactRow.batch == batch)
    return OutboxRow.id.in_(told), OutboxRow.state == State.SENT, OutboxRow.bounced_as.is_not(None)
