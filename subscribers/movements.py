"""Movements: how many registered and how many stopped between two moments, from the ledger, which knows no address."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.ledger import LedgerLine
from subscribers.tables import StopReason


@dataclass(frozen=True)
class Movements:
    """Deeds, not people: whoever left and came back is counted with both."""

    registered: int
    stopped: Mapping[StopReason, int]

    @property
    def stopped_in_all(self) -> int:
        return sum(self.stopped.values())


def movements(session: Session, begin: datetime, end: datetime) -> Movements:
    """At `begin` or later and before `end`."""
    within = (LedgerLine.at >= begin, LedgerLine.at < end)
    registered = select(func.count()).where(LedgerLine.action == "subscriber.registered", *within)
    # The details of a stop are its reason and nothing else, so there are few different ones.
    reasons = (
        select(LedgerLine.details, func.count())
        .where(LedgerLine.action == "subscriber.stopped", *within)
        .group_by(LedgerLine.details)
    )
    stopped = dict.fromkeys(StopReason, 0)
    for details, number in session.execute(reasons):
        stopped[StopReason(json.loads(details)["reason"])] += number
    return Movements(registered=session.scalar(registered) or 0, stopped=stopped)
